//! All rules in one row: those of the policy, and the built-in ones about the data itself, which
//! every run asks whatever its profile.

use super::super::exit::BadInput;
use crate::engine::data_rules;
use crate::model::{Gate, RuleInfo, Severity};
use crate::policy::{Library, Rule};
use anyhow::{Result, anyhow};
use std::collections::BTreeSet;
use std::sync::Arc;

#[derive(Debug)]
pub(super) struct Shelf<'l> {
    pub(super) library: &'l Library,
    pub(super) entries: Vec<Entry<'l>>,
}

/// A rule; one that is built in has nothing but what people read about it.
#[derive(Debug, Clone)]
pub(super) struct Entry<'l> {
    pub(super) info: Arc<RuleInfo>,
    pub(super) rule: Option<&'l Rule>,
}

impl<'l> Shelf<'l> {
    pub(super) fn of(library: &'l Library) -> Self {
        Self {
            library,
            entries: entries(&library.rules),
        }
    }

    /// All rules, or those that a profile asks.
    pub(super) fn asked(&self, profile: Option<&str>) -> Result<Vec<Entry<'l>>> {
        Ok(match profile {
            Some(name) => entries(&self.library.profile(name)?.rules),
            None => self.entries.clone(),
        })
    }

    /// Every control that a rule names, the policy's own included.
    pub(super) fn named_controls(&self) -> BTreeSet<&str> {
        let named = self.entries.iter().flat_map(|entry| &entry.info.controls);
        named.map(String::as_str).collect()
    }
}

fn entries(rules: &[Arc<Rule>]) -> Vec<Entry<'_>> {
    let own = rules.iter().map(|rule| Entry {
        info: Arc::clone(&rule.info),
        rule: Some(rule),
    });
    let built_in = data_rules().map(|info| Entry { info, rule: None });
    own.chain(built_in).collect()
}

impl Entry<'_> {
    /// What its failures may weigh: a rule may grade them.
    pub(super) fn weights(&self) -> Vec<(Severity, Gate)> {
        match self.rule {
            Some(rule) => {
                let grades = rule.grades.iter();
                grades.map(|grade| (grade.severity, grade.gate)).collect()
            }
            None => vec![(self.info.severity, self.info.gate)],
        }
    }
}

/// What somebody asked for does not exist.
pub(super) fn not_found(message: String) -> anyhow::Error {
    anyhow!(BadInput(message))
}
