//! Alternative names by kind: what web certificates may hold, and how each kind is written.

use super::facts::{ADDRESS, DNS, EMAIL, IAN, SAN, URI, has, names, names_of_kind, text, value};
use super::{Area, Level, Lint, On, Seen};
use crate::pki::der;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

const BR: &str = "CA/Browser Forum BR 7.1.2.7.12";
const SUBJECT: &str = "RFC 5280 4.2.1.6";
const ISSUER: &str = "RFC 5280 4.2.1.7";
const FIX: &str = "have the certificate issued anew for DNS names and addresses alone";
const FIX_ISSUER: &str = "tell the issuer; its own alternative names are not well written";

fn of_kind(seen: &Seen<'_>, tag: u8, what: &str) -> Option<String> {
    names(seen, SAN)
        .any(|(kind, _)| kind == tag)
        .then(|| format!("has {what} among its alternative names"))
}

fn empty_name(seen: &Seen<'_>, oid: &str) -> Option<String> {
    names(seen, oid)
        .any(|(_, name)| name.is_empty())
        .then(|| "has an alternative name that is empty".into())
}

fn no_names(seen: &Seen<'_>, oid: &str) -> Option<String> {
    let list = der::take(value(seen, oid)?)?;
    list.content
        .is_empty()
        .then(|| "has a list of alternative names without a name".into())
}

fn not_ascii(seen: &Seen<'_>, oid: &str, tag: u8) -> Option<String> {
    let name = names_of_kind(seen, oid, tag).find(|name| !name.is_ascii())?;
    Some(format!("has the name `{}`, which is not ASCII", text(name)))
}

fn blank_name(seen: &Seen<'_>, oid: &str) -> Option<String> {
    names_of_kind(seen, oid, DNS)
        .any(|name| name == b" ")
        .then(|| "has a space as an alternative name".into())
}

fn bad_mail(seen: &Seen<'_>, oid: &str) -> Option<String> {
    let is_mail = |name: &str| {
        let parts: Vec<&str> = name.split('@').collect();
        parts.len() == 2
            && parts.iter().all(|part| !part.is_empty())
            && !name.contains(['<', '>', ' ', '(', ')'])
    };
    let name = names_of_kind(seen, oid, EMAIL)
        .map(text)
        .find(|name| !is_mail(name))?;
    Some(format!("has `{name}` as a mail address, which it is not"))
}

/// Scheme and what stands behind the colon.
fn scheme(url: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = url.split_once(':')?;
    let mut bytes = scheme.bytes();
    let is_first = bytes.next().is_some_and(|byte| byte.is_ascii_alphabetic());
    let is_rest = bytes.all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    (is_first && is_rest).then_some((scheme, rest))
}

fn bad_url(seen: &Seen<'_>, oid: &str) -> Option<String> {
    let is_url = |url: &str| scheme(url).is_some_and(|(_, rest)| !rest.is_empty() && rest != "//");
    let url = names_of_kind(seen, oid, URI)
        .map(text)
        .find(|url| !is_url(url))?;
    Some(format!("has `{url}` as a URL, which it is not"))
}

fn relative_url(seen: &Seen<'_>, oid: &str) -> Option<String> {
    let url = names_of_kind(seen, oid, URI)
        .map(text)
        .find(|url| scheme(url).is_none())?;
    Some(format!("has the URL `{url}`, which does not say how"))
}

/// The host of a URL that names one.
fn host(url: &str) -> Option<&str> {
    let (_, rest) = scheme(url)?;
    let authority = rest.strip_prefix("//")?;
    let authority = authority.split(['/', '?', '#']).next()?;
    let host = authority.rsplit('@').next()?;
    if let Some(inner) = host.strip_prefix('[') {
        return inner.split(']').next();
    }
    host.split(':').next()
}

fn is_full_name(host: &str) -> bool {
    let is_label = |label: &str| {
        let is_ldh = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        !label.is_empty() && label.bytes().all(is_ldh)
    };
    host.contains('.') && host.split('.').all(is_label)
}

fn bad_url_host(seen: &Seen<'_>, oid: &str) -> Option<String> {
    let is_bad = |url: &str| match (scheme(url), host(url)) {
        (None, _) => true,
        (Some(_), None) => false,
        (Some(_), Some(host)) => host.parse::<IpAddr>().is_err() && !is_full_name(host),
    };
    let url = names_of_kind(seen, oid, URI)
        .map(text)
        .find(|url| is_bad(url))?;
    Some(format!(
        "has the URL `{url}`, whose host is neither a full name nor an address"
    ))
}

fn dns_where(
    seen: &Seen<'_>,
    oid: &str,
    is_bad: impl Fn(&str) -> bool,
    why: &str,
) -> Option<String> {
    let name = names_of_kind(seen, oid, DNS)
        .map(text)
        .find(|name| is_bad(name))?;
    Some(format!("has the name `{name}`, {why}"))
}

/// Addresses that no server on the Internet has (IANA's special-purpose registries).
pub(super) fn is_reserved(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_reserved_v4(address),
        IpAddr::V6(address) => is_reserved_v6(address),
    }
}

fn is_reserved_v4(address: Ipv4Addr) -> bool {
    const NETS: [([u8; 4], u32); 15] = [
        ([0, 0, 0, 0], 8),
        ([10, 0, 0, 0], 8),
        ([100, 64, 0, 0], 10),
        ([127, 0, 0, 0], 8),
        ([169, 254, 0, 0], 16),
        ([172, 16, 0, 0], 12),
        ([192, 0, 0, 0], 24),
        ([192, 0, 2, 0], 24),
        ([192, 88, 99, 0], 24),
        ([192, 168, 0, 0], 16),
        ([198, 18, 0, 0], 15),
        ([198, 51, 100, 0], 24),
        ([203, 0, 113, 0], 24),
        ([224, 0, 0, 0], 4),
        ([240, 0, 0, 0], 4),
    ];
    let bits = u32::from(address);
    NETS.iter().any(|(net, length)| {
        let mask = u32::MAX.checked_shl(32 - length).unwrap_or(0);
        bits & mask == u32::from(Ipv4Addr::from(*net)) & mask
    })
}

fn is_reserved_v6(address: Ipv6Addr) -> bool {
    const NETS: [(u128, u32); 11] = [
        (0, 127),
        (0xffff << 32, 96),
        (0x0064_ff9b << 96, 96),
        (0x0064_ff9b_0001 << 80, 48),
        (0x0100 << 112, 64),
        (0x2001 << 112, 23),
        (0x2001_0db8 << 96, 32),
        (0x2002 << 112, 16),
        (0xfc00 << 112, 7),
        (0xfe80 << 112, 10),
        (0xff00 << 112, 8),
    ];
    let bits = u128::from(address);
    NETS.iter().any(|(net, length)| {
        let mask = u128::MAX.checked_shl(128 - length).unwrap_or(0);
        bits & mask == net & mask
    })
}

fn address(bytes: &[u8]) -> Option<IpAddr> {
    if let Ok(octets) = <[u8; 4]>::try_from(bytes) {
        return Some(octets.into());
    }
    <[u8; 16]>::try_from(bytes).ok().map(IpAddr::from)
}

pub(super) const LINTS: &[Lint] = &[
    Lint::web("san_directory_name", On::Issued, BR, FIX, |seen| {
        of_kind(seen, 0xa4, "a directory name")
    })
    .since(2012, 7, 1),
    Lint::web("san_edi_party_name", On::Issued, BR, FIX, |seen| {
        of_kind(seen, 0xa5, "an EDI party name")
    })
    .since(2012, 7, 1),
    Lint::web("san_other_name", On::Issued, BR, FIX, |seen| {
        of_kind(seen, 0xa0, "a name of a private kind")
    })
    .since(2012, 7, 1),
    Lint::web("san_registered_id", On::Issued, BR, FIX, |seen| {
        of_kind(seen, 0x88, "an object identifier")
    })
    .since(2012, 7, 1),
    Lint::web("san_email", On::Issued, BR, FIX, |seen| {
        of_kind(seen, EMAIL, "a mail address")
    })
    .since(2012, 7, 1),
    Lint::web("san_url", On::Issued, BR, FIX, |seen| {
        of_kind(seen, URI, "a URL")
    })
    .since(2012, 7, 1),
    Lint::web("san_reserved_address", On::Issued, BR, FIX, |seen| {
        let address = names_of_kind(seen, SAN, ADDRESS)
            .filter_map(address)
            .find(|address| is_reserved(*address))?;
        Some(format!(
            "is for {address}, which is no address of the Internet"
        ))
    })
    .since(2012, 7, 1),
    Lint::web("cn_reserved_address", On::Leaf, BR, FIX, |seen| {
        let address = seen
            .certificate
            .common_names()
            .filter_map(|name| name.parse::<IpAddr>().ok())
            .find(|address| is_reserved(*address))?;
        Some(format!(
            "is called {address}, which is no address of the Internet"
        ))
    })
    .since(2012, 7, 1),
    Lint::new(
        "san_kind_not_allowed",
        Area::Form,
        On::Leaf,
        BR,
        FIX,
        |seen| {
            names(seen, SAN)
                .any(|(kind, _)| ![DNS, ADDRESS].contains(&kind))
                .then(|| "has alternative names that are neither DNS names nor addresses".into())
        },
    )
    .private(None),
    Lint::form("address_in_dns_name", On::Leaf, SUBJECT, FIX, |seen| {
        dns_where(
            seen,
            SAN,
            |name| name.parse::<IpAddr>().is_ok(),
            "an address written as a DNS name, which clients do not take",
        )
    }),
    Lint::form("san_empty_name", On::All, SUBJECT, FIX, |seen| {
        empty_name(seen, SAN)
    })
    .public(Some(Level::Error))
    .private(Some(Level::Error)),
    Lint::form("san_without_names", On::All, SUBJECT, FIX, |seen| {
        no_names(seen, SAN)
    })
    .public(Some(Level::Error))
    .private(Some(Level::Error)),
    Lint::form("san_dns_not_ascii", On::All, SUBJECT, FIX, |seen| {
        not_ascii(seen, SAN, DNS)
    })
    .public(Some(Level::Error))
    .private(Some(Level::Error)),
    Lint::form("san_dns_blank", On::All, SUBJECT, FIX, |seen| {
        blank_name(seen, SAN)
    })
    .public(Some(Level::Error))
    .private(Some(Level::Error)),
    Lint::form("san_email_malformed", On::All, SUBJECT, FIX, |seen| {
        bad_mail(seen, SAN)
    }),
    Lint::form("san_url_not_ascii", On::All, SUBJECT, FIX, |seen| {
        not_ascii(seen, SAN, URI)
    })
    .since(2008, 5, 1),
    Lint::form("san_url_malformed", On::All, SUBJECT, FIX, |seen| {
        bad_url(seen, SAN)
    })
    .since(2008, 5, 1),
    Lint::form("san_url_relative", On::All, SUBJECT, FIX, |seen| {
        relative_url(seen, SAN)
    })
    .since(2008, 5, 1),
    Lint::form("san_url_host", On::All, SUBJECT, FIX, |seen| {
        bad_url_host(seen, SAN)
    })
    .since(2008, 5, 1),
    Lint::form("ian_empty_name", On::All, ISSUER, FIX_ISSUER, |seen| {
        empty_name(seen, IAN)
    }),
    Lint::form("ian_without_names", On::All, ISSUER, FIX_ISSUER, |seen| {
        no_names(seen, IAN)
    }),
    Lint::form("ian_dns_not_ascii", On::All, ISSUER, FIX_ISSUER, |seen| {
        not_ascii(seen, IAN, DNS)
    }),
    Lint::form("ian_dns_blank", On::All, ISSUER, FIX_ISSUER, |seen| {
        blank_name(seen, IAN)
    }),
    Lint::form("ian_email_malformed", On::All, ISSUER, FIX_ISSUER, |seen| {
        bad_mail(seen, IAN)
    }),
    Lint::form("ian_url_not_ascii", On::All, ISSUER, FIX_ISSUER, |seen| {
        not_ascii(seen, IAN, URI)
    })
    .since(2008, 5, 1),
    Lint::form("ian_url_malformed", On::All, ISSUER, FIX_ISSUER, |seen| {
        bad_url(seen, IAN)
    })
    .since(2008, 5, 1),
    Lint::form("ian_url_relative", On::All, ISSUER, FIX_ISSUER, |seen| {
        relative_url(seen, IAN)
    })
    .since(2008, 5, 1),
    Lint::form("ian_url_host", On::All, ISSUER, FIX_ISSUER, |seen| {
        bad_url_host(seen, IAN)
    })
    .since(2008, 5, 1),
    Lint::form("ian_single_wildcard", On::All, ISSUER, FIX_ISSUER, |seen| {
        dns_where(
            seen,
            IAN,
            |name| name == "*",
            "which is every name there is",
        )
    }),
    Lint::form("ian_leading_dot", On::All, ISSUER, FIX_ISSUER, |seen| {
        dns_where(
            seen,
            IAN,
            |name| name.starts_with('.'),
            "which begins with a dot",
        )
    }),
    Lint::form("ian_null_character", On::All, ISSUER, FIX_ISSUER, |seen| {
        dns_where(
            seen,
            IAN,
            |name| name.contains('\0'),
            "which holds a null character",
        )
    }),
    Lint::form(
        "ian_wildcard_not_first",
        On::All,
        ISSUER,
        FIX_ISSUER,
        |seen| {
            let is_later = |name: &str| name.split('.').skip(1).any(|label| label.contains('*'));
            dns_where(
                seen,
                IAN,
                is_later,
                "whose wildcard is not in the first label",
            )
        },
    ),
    Lint::form("subject_and_san_missing", On::Leaf, SUBJECT, FIX, |seen| {
        let is_nameless = seen
            .certificate
            .x509()
            .subject()
            .iter_rdn()
            .next()
            .is_none();
        (is_nameless && !has(seen, SAN)).then(|| "has no name of any kind".into())
    })
    .public(Some(Level::Error)),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_inner_networks_are_told_from_those_of_the_internet() {
        for inner in [
            "10.1.2.3",
            "172.31.0.1",
            "::1",
            "fe80::1",
            "::ffff:8.8.8.8",
            "2001:db8::1",
        ] {
            assert!(is_reserved(inner.parse().unwrap()), "{inner}");
        }
        for outer in ["9.9.9.9", "172.32.0.1", "2620:fe::fe", "2a00::1"] {
            assert!(!is_reserved(outer.parse().unwrap()), "{outer}");
        }
    }
}
