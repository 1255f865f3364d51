//! The policy that ships inside the binary: the files of `rules/`.

use crate::model::Source;
use crate::yaml::{self, Limits};
use std::sync::Arc;

macro_rules! embed {
    ($($name:literal),* $(,)?) => {
        [$((concat!("rules/", $name), include_str!(concat!("../../rules/", $name)))),*]
    };
}

const FILES: &[(&str, &str)] = &embed![
    "wannacry.yaml",
    "os-support.yaml",
    "windows-patching.yaml",
    "certificates-tls.yaml",
    "tls-live.yaml",
    "nhs-spine.yaml",
    "cyber-essentials.yaml",
    "dspt.yaml",
    "dtac-supplier.yaml",
    "medical-devices.yaml",
    "backup-recovery.yaml",
    "software-sbom.yaml",
    "governance.yaml",
    "profiles.yaml",
];

/// The shipped policy files, packs in the order of reports.
pub fn embedded() -> Vec<Arc<Source>> {
    FILES
        .iter()
        .map(|(name, text)| Source::new(*name, *text))
        .collect()
}

/// Whether a rule ships, loaded or not.
pub(super) fn is_embedded(rule: &str) -> bool {
    embedded().iter().any(|source| {
        let documents = yaml::parse(source, &Limits::default()).unwrap_or_default();
        let rules = documents
            .iter()
            .filter_map(|one| one.get("rules")?.sequence());
        let mut ids = rules.flatten().filter_map(|one| one.get("id")?.text());
        ids.any(|id| id == rule)
    })
}
