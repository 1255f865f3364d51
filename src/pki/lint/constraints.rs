//! Name constraints: where they may stand, and how they are written.

use super::{Area, Lint, On, Seen};
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
    .public(None),
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
];

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
