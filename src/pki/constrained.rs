//! Which name breaks which name constraint, for DNS names and addresses. webpki decides; this
//! finds the words for it.

use super::budget::{Budget, Work};
use super::certificate::Certificate;
use super::lint::Seat;
use super::verdict::Role;
use std::net::IpAddr;
use x509_parser::extensions::{GeneralName, GeneralSubtree, NameConstraints, ParsedExtension};

/// A name that an authority above may not issue for: the place of its certificate, and the
/// sentence. None too where looking for it would cost too much.
pub(super) fn outside(path: &[Seat<'_>], budget: &Budget) -> Option<(usize, String)> {
    let constrained = path
        .iter()
        .enumerate()
        .filter_map(|(at, seat)| Some((at, seat.certificate, constraints(seat.certificate)?)));
    for (above, authority, constraints) in constrained {
        for (at, seat) in path.iter().enumerate().take(above) {
            // What an authority issued to itself is not constrained by itself.
            if seat.role == Role::Intermediate && seat.certificate.is_self_issued() {
                continue;
            }
            let names = seat.certificate.alternative_names();
            if !budget.spend(Work::Comparisons, product(names.len(), count(constraints))) {
                return None;
            }
            if let Some(name) = names.iter().find(|name| !may_issue(constraints, name)) {
                let authority = authority.subject().unwrap_or_default();
                let name = shown(name);
                let sentence = format!("{name} lies outside what {authority} may issue for");
                return Some((at, sentence));
            }
        }
    }
    None
}

fn count(constraints: &NameConstraints<'_>) -> usize {
    let trees = [
        &constraints.permitted_subtrees,
        &constraints.excluded_subtrees,
    ];
    trees.into_iter().flatten().map(Vec::len).sum()
}

fn product(one: usize, other: usize) -> u64 {
    u64::try_from(one.saturating_mul(other)).unwrap_or(u64::MAX)
}

pub(super) fn constraints<'c>(certificate: &'c Certificate<'_>) -> Option<&'c NameConstraints<'c>> {
    certificate
        .extensions()
        .find_map(|extension| match extension.parsed_extension() {
            ParsedExtension::NameConstraints(constraints) => Some(constraints),
            _ => None,
        })
}

fn may_issue<'c>(constraints: &'c NameConstraints<'c>, name: &GeneralName<'_>) -> bool {
    let of_kind = |trees: &'c Option<Vec<GeneralSubtree<'c>>>| {
        trees
            .iter()
            .flatten()
            .filter_map(|tree| is_within(&tree.base, name))
    };
    let permitted = of_kind(&constraints.permitted_subtrees);
    let is_permitted = permitted.reduce(|one, other| one || other).unwrap_or(true);
    is_permitted && !of_kind(&constraints.excluded_subtrees).any(|is_within| is_within)
}

/// None where the two are not of one kind.
fn is_within(base: &GeneralName<'_>, name: &GeneralName<'_>) -> Option<bool> {
    match (base, name) {
        (GeneralName::DNSName(base), GeneralName::DNSName(name)) => {
            let at = name.len().checked_sub(base.len());
            let cut = at.and_then(|at| name.as_bytes().split_at_checked(at));
            let (rest, end) = cut.unwrap_or((b"-", b""));
            let is_label = base.is_empty() || rest.is_empty() || rest.ends_with(b".");
            Some(is_label && end.eq_ignore_ascii_case(base.as_bytes()))
        }
        (GeneralName::IPAddress(range), GeneralName::IPAddress(address)) => {
            let (network, mask) = range.split_at_checked(range.len() / 2)?;
            let mut bytes = network.iter().zip(mask).zip(*address);
            let same = |((network, mask), byte): ((&u8, &u8), &u8)| network & mask == byte & mask;
            Some(network.len() == address.len() && bytes.all(same))
        }
        _ => None,
    }
}

fn shown(name: &GeneralName<'_>) -> String {
    match name {
        GeneralName::DNSName(name) => format!("`{name}`"),
        GeneralName::IPAddress(bytes) => {
            let four = <[u8; 4]>::try_from(*bytes).map(IpAddr::from);
            let address = four.or_else(|_| <[u8; 16]>::try_from(*bytes).map(IpAddr::from));
            address.map_or_else(|_| "an address".into(), |address| address.to_string())
        }
        _ => "a name".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lie_within_their_domain_and_addresses_within_their_network() {
        let dns = |base, name| is_within(&GeneralName::DNSName(base), &GeneralName::DNSName(name));
        assert_eq!(dns("a.example", "a.example"), Some(true));
        assert_eq!(dns("a.example", "X.A.example"), Some(true));
        assert_eq!(dns("a.example", "aa.example"), Some(false));
        assert_eq!(dns("", "a.example"), Some(true));
        let ip = |range, address| {
            is_within(
                &GeneralName::IPAddress(range),
                &GeneralName::IPAddress(address),
            )
        };
        let range: &[u8] = &[192, 0, 2, 0, 255, 255, 255, 0];
        assert_eq!(ip(range, &[192, 0, 2, 9]), Some(true));
        assert_eq!(ip(range, &[192, 0, 3, 9]), Some(false));
        assert_eq!(ip(&[], &[192, 0, 3, 9]), Some(false));
        assert_eq!(
            is_within(
                &GeneralName::DNSName("a.example"),
                &GeneralName::IPAddress(&[0; 4])
            ),
            None
        );
    }
}
