//! Exit statuses, and how errors are told.

use super::output::{Screen, tell};
use crate::catalogue::StoreError;
use crate::engine::EngineError;
use crate::import::{ImportError, OpenError};
use crate::model::Problem;
use crate::policy::UnknownProfile;
use crate::report::{escape, problem};
use std::fmt;
use std::process::{ExitCode, Termination};

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExitStatus {
    /// Admitted, with or without conditions; or the command did what it was asked.
    Done,
    /// Referred or refused; or cases failed.
    Refused,
    /// The input or the policy is bad, or there was nothing to check. A retry cannot help.
    BadInput,
    /// Could not run: I/O.
    CouldNotRun,
}

impl Termination for ExitStatus {
    fn report(self) -> ExitCode {
        ExitCode::from(match self {
            Self::Done => 0,
            Self::Refused => 1,
            Self::BadInput => 2,
            Self::CouldNotRun => 3,
        })
    }
}

/// Problems in files the user gave; drawn one by one.
#[derive(Debug)]
pub(super) struct Problems(pub(super) Vec<Problem>);

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} problems", self.0.len())
    }
}

impl std::error::Error for Problems {}

/// Something about the request or its input that only the user can mend.
#[derive(Debug)]
pub(super) struct BadInput(pub(super) String);

impl fmt::Display for BadInput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for BadInput {}

/// Help and version go to stdout and are no error; the rest is.
pub(super) fn usage(error: &clap::Error) -> ExitStatus {
    let failed = error.print().is_err();
    match (error.use_stderr(), failed) {
        (_, true) => ExitStatus::CouldNotRun,
        (true, _) => ExitStatus::BadInput,
        (false, _) => ExitStatus::Done,
    }
}

/// Tells of an error on stderr and says which status it means.
pub(super) fn report(error: &anyhow::Error, screen: &Screen) -> ExitStatus {
    if let Some(Problems(problems)) = error.downcast_ref::<Problems>() {
        tell(problem::render(problems, screen.error_width, screen.error_colour).trim_end());
        return ExitStatus::BadInput;
    }
    // Paths and values in messages come from outside.
    let message = escape(&format!("{error:#}"), 4_000);
    screen.tell_error(&message);
    if is_bad_input(error) {
        ExitStatus::BadInput
    } else {
        ExitStatus::CouldNotRun
    }
}

fn is_bad_input(error: &anyhow::Error) -> bool {
    let import = |error: &ImportError| !matches!(error, ImportError::Io { .. });
    if let Some(error) = error.downcast_ref::<ImportError>() {
        return import(error);
    }
    if let Some(EngineError::Import(error)) = error.downcast_ref::<EngineError>() {
        return import(error);
    }
    if let Some(error) = error.downcast_ref::<OpenError>() {
        return !matches!(error, OpenError::Unreadable { .. });
    }
    if let Some(error) = error.downcast_ref::<StoreError>() {
        return !matches!(error, StoreError::Busy { .. } | StoreError::Io { .. });
    }
    error.is::<BadInput>() || error.is::<UnknownProfile>()
}
