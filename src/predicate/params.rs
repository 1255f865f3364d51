//! Named parameters of a policy, which tests and checks name as `$patch_days`.

use crate::model::nearest;
use crate::yaml::{Node, Reader};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// The values of the named parameters in force.
#[derive(Debug, Clone, Default)]
pub struct Params {
    values: BTreeMap<String, String>,
}

impl Params {
    pub fn set(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.values.insert(name.into(), value.into());
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str)
    }

    /// The text of a scalar, with `$name` replaced by the parameter's value. A scalar that is not
    /// text, or names no parameter, is a problem.
    pub fn resolve<'n>(&'n self, node: &'n Node<'_>, reader: &Reader<'_>) -> Option<Cow<'n, str>> {
        let Some(text) = node.text() else {
            let message = format!("expected a single value, found {}", node.describe());
            reader.push(reader.problem(node.span.clone(), message));
            return None;
        };
        let Some(name) = text.strip_prefix('$') else {
            return Some(Cow::Borrowed(text));
        };
        if let Some(value) = self.get(name) {
            return Some(Cow::Borrowed(value));
        }
        let message = format!("no parameter `{name}` is declared");
        let mut problem = reader
            .problem(node.span.clone(), message)
            .label("not in `params`");
        if let Some(near) = nearest(name, self.values.keys().map(String::as_str)) {
            problem = problem.help(format!("did you mean `${near}`?"));
        }
        reader.push(problem);
        None
    }
}
