//! What the JSON and the tag-value form of SPDX have in common. Source: the SPDX 2.3 specification.

use super::bill::{Component, Gathering};
use super::identifiers::settle;
use crate::model::read_date;
use std::collections::HashSet;

/// Kinds of packages that are no software and so may go without a version.
const NO_SOFTWARE: [&str; 4] = ["ARCHIVE", "DEVICE", "FILE", "SOURCE"];

pub(super) fn check_version(version: &str) -> Result<(), String> {
    if matches!(version.trim(), "SPDX-2.2" | "SPDX-2.3") {
        return Ok(());
    }
    let shown: String = version.chars().take(20).collect();
    Err(format!("it is “{shown}”; SPDX-2.2 and SPDX-2.3 are read"))
}

/// A package as read, before it is known whether the document describes it.
#[derive(Debug, Default)]
pub(super) struct Package {
    pub(super) component: Component,
    pub(super) purpose: Option<String>,
}

impl Package {
    /// A reference to what lies outside of the document: of these, identifiers count.
    pub(super) fn refer(&mut self, kind: &str, locator: &str, gathering: &mut Gathering) {
        let field = match kind.trim() {
            "purl" => &mut self.component.purl,
            "cpe23Type" => &mut self.component.cpe,
            // The newer form says more.
            "cpe22Type" if self.component.cpe.is_none() => &mut self.component.cpe,
            _ => return,
        };
        let text = gathering.text(locator);
        match field {
            Some(first) if kind == "purl" && text.as_ref() != Some(first) => {
                let first = first.clone();
                gathering.fault("packages have more than one package URL", &first);
            }
            _ => *field = text,
        }
    }

    pub(super) fn supplier(&mut self, text: &str, gathering: &mut Gathering) {
        self.component.supplier = supplier(text).and_then(|text| gathering.text(text));
    }

    pub(super) fn valid_until(&mut self, text: &str, gathering: &mut Gathering) {
        self.component.end_of_support = read_date(text);
        if self.component.end_of_support.is_none() {
            gathering.fault("ends of support cannot be read", text);
        }
    }
}

/// A text that asserts something.
pub(super) fn asserted(text: &str) -> Option<&str> {
    let text = text.trim();
    (!matches!(text, "" | "NOASSERTION" | "NONE")).then_some(text)
}

/// `Organization: Exampla Ltd (security@exampla.example)` as its name.
fn supplier(text: &str) -> Option<&str> {
    let text = asserted(text)?;
    let name = ["Organization:", "Person:"]
        .iter()
        .find_map(|kind| text.strip_prefix(kind))
        .unwrap_or(text)
        .trim();
    let name = match name.rsplit_once('(') {
        Some((name, mail)) if mail.ends_with(')') => name.trim_end(),
        _ => name,
    };
    asserted(name)
}

/// Whether a relationship says that one thing needs another.
pub(super) fn is_dependency(kind: &str) -> bool {
    kind == "DEPENDS_ON" || kind.ends_with("DEPENDENCY_OF")
}

/// Puts the packages into the bill. The one that the document describes is the product; where it
/// describes several, none of them is.
pub(super) fn gather(
    packages: Vec<Package>,
    described: &HashSet<String>,
    gathering: &mut Gathering,
) -> Result<(), String> {
    let is_described = |package: &Package| {
        let reference = package.component.reference.as_ref();
        reference.is_some_and(|reference| described.contains(reference))
    };
    let is_one = packages.iter().filter(|one| is_described(one)).count() == 1;
    for package in packages {
        let is_product = is_one && is_described(&package);
        let mut component = package.component;
        let purpose = package.purpose.as_deref();
        component.is_software = purpose.is_none_or(|kind| !NO_SOFTWARE.contains(&kind));
        settle(&mut component, gathering);
        if is_product {
            gathering.product(component);
        } else {
            gathering.component(component)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::supplier;

    #[test]
    fn a_supplier_is_a_name_or_nothing() {
        assert_eq!(
            supplier("Organization: Exampla Ltd (security@exampla.example)"),
            Some("Exampla Ltd")
        );
        assert_eq!(supplier("Person: A. Larkfield ()"), Some("A. Larkfield"));
        assert_eq!(supplier("Exampla"), Some("Exampla"));
        for nothing in [
            "NOASSERTION",
            "",
            "Organization: NOASSERTION",
            "Organization:",
        ] {
            assert_eq!(supplier(nothing), None);
        }
    }
}
