//! `passmuster rules`: what is asked, and why. And where policy is read from.

use super::data::Known;
use super::exit::{BadInput, ExitStatus, Problems};
use super::options::{Options, Rules, RulesFrom};
use super::output::Screen;
use crate::catalogue::Catalogue;
use crate::import;
use crate::model::{RuleInfo, Source, nearest};
use crate::policy::{Library, Rule, embedded};
use anyhow::{Context, Result, anyhow};
use std::fmt::Write as _;
use std::fs;
use std::io::{self, Write as _};
use std::path::Path;
use std::sync::Arc;

/// Loads the policy inside, or the one in a folder, with what is added to it.
pub(super) fn load(from: &RulesFrom, catalogue: &'static Catalogue) -> Result<Library> {
    load_files(&files(from)?, catalogue)
}

/// The same, for a run that only judges.
pub(super) fn load_to_judge(from: &RulesFrom, catalogue: &'static Catalogue) -> Result<Library> {
    if from.folder.is_some() || !from.added.is_empty() {
        return load(from, catalogue);
    }
    Library::load_without_cases(&embedded(), catalogue)
        .map_err(|problems| anyhow!(Problems(problems)))
}

/// The policy files inside, or those of a folder, then those of the folders on top.
pub(super) fn files(from: &RulesFrom) -> Result<Vec<Arc<Source>>> {
    let mut files = match &from.folder {
        None => embedded(),
        Some(folder) => read_folder(folder)?,
    };
    for folder in &from.added {
        files.extend(read_folder(folder)?);
    }
    Ok(files)
}

pub(super) fn load_files(files: &[Arc<Source>], catalogue: &'static Catalogue) -> Result<Library> {
    Library::load(files, catalogue).map_err(|problems| anyhow!(Problems(problems)))
}

/// The policy files of a folder, in the order of their names.
fn read_folder(folder: &Path) -> Result<Vec<Arc<Source>>> {
    let listed = fs::read_dir(folder).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => {
            anyhow!(BadInput(format!(
                "{} is not a folder of policy files",
                folder.display()
            )))
        }
        _ => anyhow!(error).context(format!("read {}", folder.display())),
    })?;
    let mut paths = Vec::new();
    for entry in listed {
        let path = entry
            .with_context(|| format!("read {}", folder.display()))?
            .path();
        if path
            .extension()
            .is_some_and(|ending| ending == "yaml" || ending == "yml")
        {
            paths.push(path);
        }
    }
    paths.sort();
    if paths.is_empty() {
        return Err(anyhow!(BadInput(format!(
            "{} holds no .yaml files",
            folder.display()
        ))));
    }
    let mut problems = Vec::new();
    let mut sources = Vec::new();
    for path in paths {
        match import::load(&path, &path.display().to_string()) {
            Ok(source) => sources.push(source),
            Err(problem) => problems.push(*problem),
        }
    }
    if problems.is_empty() {
        Ok(sources)
    } else {
        Err(anyhow!(Problems(problems)))
    }
}

pub(super) fn run(rules: &Rules, options: &Options, screen: &Screen) -> Result<ExitStatus> {
    let load = |from| load(from, Known::open(options).catalogue);
    let text = match rules {
        Rules::List { profile, rules } => list(&load(rules)?, profile.as_deref(), screen.width)?,
        Rules::Show { id, rules } => show(&load(rules)?, id, screen.width)?,
    };
    print(&text)?;
    Ok(ExitStatus::Done)
}

/// Writes to stdout; a reader that has seen enough is no error.
pub(super) fn print(text: &str) -> Result<()> {
    match io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        done => done.context("write to stdout"),
    }
}

fn list(library: &Library, profile: Option<&str>, width: usize) -> Result<String> {
    let rules = match profile {
        Some(name) => &library.profile(name)?.rules,
        None => &library.rules,
    };
    let mut text = String::new();
    let mut pack = "";
    for rule in rules {
        let info = &rule.info;
        if info.pack != pack {
            let gap = if pack.is_empty() { "" } else { "\n" };
            let _ = writeln!(text, "{gap}{}", info.pack);
            pack = &info.pack;
        }
        let columns = format!(
            "  {:8} {:8} {:9} {:12} ",
            info.id,
            info.severity,
            info.gate,
            info.subject.name(),
        );
        hang(&mut text, &columns, &info.title, width);
    }
    if profile.is_none() {
        text.push_str("\nprofiles\n");
        for profile in &library.profiles {
            let columns = format!("  {:18} {:3} rules  ", profile.id, profile.rules.len());
            hang(&mut text, &columns, &profile.title, width);
        }
    }
    Ok(text)
}

/// A line of columns, the last of which goes on below itself.
fn hang(text: &mut String, columns: &str, last: &str, width: usize) {
    let indent = " ".repeat(columns.len());
    let options = textwrap::Options::new(width)
        .initial_indent(columns)
        .subsequent_indent(&indent);
    text.push_str(&textwrap::fill(last, options));
    text.push('\n');
}

fn show(library: &Library, id: &str, width: usize) -> Result<String> {
    let Some(rule) = library
        .rules
        .iter()
        .find(|rule| rule.info.id.eq_ignore_ascii_case(id))
    else {
        let ids = library.rules.iter().map(|rule| rule.info.id.as_str());
        let hint = match nearest(&id.to_uppercase(), ids) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "`passmuster rules list` lists them".to_owned(),
        };
        return Err(anyhow!(BadInput(format!(
            "there is no rule `{id}`; {hint}"
        ))));
    };
    Ok(describe(rule, library, width))
}

fn describe(rule: &Rule, library: &Library, width: usize) -> String {
    let info: &RuleInfo = &rule.info;
    let used_in: Vec<_> = library
        .profiles
        .iter()
        .filter(|profile| profile.rules.iter().any(|one| one.info.id == info.id))
        .map(|profile| profile.id.as_str())
        .collect();
    let mut text = format!("{}  {}\n\n", info.id, info.title);
    let mut row = |label: &str, value: &str| {
        hang(&mut text, &format!("{label:<12}"), value, width);
    };
    row("judges", info.subject.schema().plural);
    row(
        "severity",
        &format!("{}, gate {}", info.severity, info.gate),
    );
    row("why", &info.why);
    row("fix", &info.fix);
    row("controls", &info.controls.join(", "));
    row("sources", &info.sources.join("; "));
    row("pack", &info.pack);
    row("profiles", &used_in.join(", "));
    text.push_str("\ncases\n");
    for case in &rule.cases {
        let severity = case
            .severity
            .map(|severity| format!(" {severity}"))
            .unwrap_or_default();
        let columns = format!("  {:<15} ", format!("{}{severity}", case.expect));
        hang(&mut text, &columns, &case.name, width);
    }
    text
}
