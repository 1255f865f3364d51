//! Name constraints: where they may stand, and how they are written.

use super::facts::{inside, text, value};
use super::{Area, Level, Lint, On, Seen};
use crate::pki::der::{self, Element};
use x509_parser::extensions::{GeneralName, NameConstraints, ParsedExtension};

const STANDARD: &str = "RFC 5280 4.2.1.10";
const FIX: &str = "have the authority's certificate issued anew with sound name constraints";
const OID: &str = "2.5.29.30";

pub(super) const LINTS: &[Lint] = &[
    Lint::new(
        "name_constraints_on_leaf",
        Area::Form,
        On::All,
        STANDARD,
        FIX,
        |seen| {
            let is_odd = seen.certificate.extension(OID).is_some() && !seen.certificate.is_ca();
            is_odd.then(|| "constrains names although it is no authority".into())
        },
    ),
    Lint::new(
        "name_constraints_not_critical",
        Area::Form,
        On::All,
        STANDARD,
        FIX,
        |seen| {
            let is_critical = seen.certificate.extension(OID)?.critical;
            (!is_critical).then(|| "does not mark its name constraints as critical".into())
        },
    )
    .public(Some(Level::Info)),
    Lint::new(
        "name_constraints_empty",
        Area::Form,
        On::All,
        STANDARD,
        FIX,
        |seen| {
            let constraints = constraints(seen)?;
            let none = |trees: &Option<Vec<_>>| trees.as_ref().is_none_or(Vec::is_empty);
            let is_empty =
                none(&constraints.permitted_subtrees) && none(&constraints.excluded_subtrees);
            is_empty.then(|| "constrains names to nothing at all".into())
        },
    ),
    Lint::new(
        "name_constraints_malformed",
        Area::Form,
        On::All,
        STANDARD,
        FIX,
        |seen| {
            let constraints = constraints(seen)?;
            let permitted = constraints.permitted_subtrees.iter().flatten();
            let excluded = constraints.excluded_subtrees.iter().flatten();
            permitted
                .chain(excluded)
                .find_map(|tree| malformed(&tree.base))
        },
    ),
    Lint::form("name_constraint_not_name", On::All, STANDARD, FIX, |seen| {
        let name = bases(seen)
            .into_iter()
            .filter(|base| base.tag == 0x86)
            .map(|base| text(base.content))
            .find(|name| !is_name(name))?;
        Some(format!("constrains URLs to `{name}`, which is no host"))
    })
    .since(2008, 5, 1),
    Lint::form("name_constraint_minimum", On::All, STANDARD, FIX, |seen| {
        trees(seen)
            .iter()
            .any(|tree| distance(tree, 0x80).is_some_and(|value| value != [0]))
            .then(|| "constrains names from some depth on, which nobody follows".into())
    }),
    Lint::form("name_constraint_maximum", On::All, STANDARD, FIX, |seen| {
        trees(seen)
            .iter()
            .any(|tree| distance(tree, 0x81).is_some())
            .then(|| "constrains names down to some depth, which nobody follows".into())
    }),
    Lint::form("name_constraint_edi", On::All, STANDARD, FIX, |seen| {
        of_kind(seen, 0xa5, "EDI party names")
    })
    .since(2008, 5, 1),
    Lint::form("name_constraint_id", On::All, STANDARD, FIX, |seen| {
        of_kind(seen, 0x88, "registered identifiers")
    })
    .since(2008, 5, 1),
    Lint::form("name_constraint_x400", On::All, STANDARD, FIX, |seen| {
        of_kind(seen, 0xa3, "X.400 addresses")
    })
    .since(2008, 5, 1),
];

/// The subtrees of both lists.
fn trees<'s>(seen: &Seen<'s>) -> Vec<Element<'s>> {
    inside(der::SEQUENCE, value(seen, OID).unwrap_or_default())
        .take(2)
        .flat_map(|list| super::facts::each(list.content).take(2_000))
        .collect()
}

fn bases<'s>(seen: &Seen<'s>) -> Vec<Element<'s>> {
    trees(seen)
        .iter()
        .filter_map(|tree| der::take(tree.content))
        .collect()
}

/// How deep below its base a subtree begins or ends.
fn distance<'s>(tree: &Element<'s>, tag: u8) -> Option<&'s [u8]> {
    super::facts::each(tree.content)
        .skip(1)
        .find(|part| part.tag == tag)
        .map(|part| part.content)
}

fn of_kind(seen: &Seen<'_>, tag: u8, what: &str) -> Option<String> {
    bases(seen)
        .iter()
        .any(|base| base.tag == tag)
        .then(|| format!("constrains {what}, which nobody follows"))
}

/// Labels of letters, digits, hyphens and underscores; a dot may come first.
fn is_name(name: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    let name = name.strip_prefix('.').unwrap_or(name);
    let mut labels = name.split('.');
    name.contains('.') && labels.all(|label| !label.is_empty() && label.bytes().all(is_letter))
}

fn constraints<'s>(seen: &Seen<'s>) -> Option<&'s NameConstraints<'s>> {
    match seen.certificate.extension(OID)?.parsed_extension() {
        ParsedExtension::NameConstraints(constraints) => Some(constraints),
        _ => None,
    }
}

fn malformed(base: &GeneralName<'_>) -> Option<String> {
    match base {
        GeneralName::DNSName(name) if name.starts_with('.') => Some(format!(
            "constrains names to `{name}`, which must not begin with a dot"
        )),
        GeneralName::DNSName(name) if name.contains('*') => Some(format!(
            "constrains names to `{name}`, which must not hold a wildcard"
        )),
        GeneralName::IPAddress(range) if !is_range(range) => {
            Some("constrains addresses to something that is no range".into())
        }
        _ => None,
    }
}

/// An address and a mask of the same length, whose ones come first.
fn is_range(range: &[u8]) -> bool {
    if ![8, 32].contains(&range.len()) {
        return false;
    }
    let (_, mask) = range.split_at(range.len() / 2);
    let ones: u32 = mask.iter().map(|byte| byte.leading_ones()).sum();
    let all: u32 = mask.iter().map(|byte| byte.count_ones()).sum();
    let first_gap = mask.iter().position(|byte| *byte != 0xff);
    let rest = first_gap.and_then(|gap| mask.get(gap + 1..));
    ones == all && rest.is_none_or(|rest| rest.iter().all(|byte| *byte == 0))
}
