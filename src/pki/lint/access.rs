//! Where issuers and CRLs are to be found: addresses that every client can read.

use super::facts::{AIA, CDP, OBJECT, URI, each, has, inside, text, value};
use super::{Level, Lint, On, Seen};
use crate::pki::der;
use crate::pki::lint::label;
use std::collections::BTreeSet;
use std::net::IpAddr;

const OCSP: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 0x30, 1];
const ISSUERS: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 0x30, 2];
const BR_AIA: &str = "CA/Browser Forum BR 7.1.2.7.7";
const BR_CDP: &str = "CA/Browser Forum BR 7.1.2.11.2";
const RFC_CDP: &str = "RFC 5280 4.2.1.13";
const FIX: &str = "have the certificate issued anew with HTTP addresses of its issuer and its CRLs";

/// An address in the extension: how to use it, of what kind it is, and where.
#[derive(Debug)]
struct Access<'s> {
    method: &'s [u8],
    kind: u8,
    place: &'s [u8],
}

fn accesses<'s>(seen: &Seen<'s>) -> Vec<Access<'s>> {
    inside(der::SEQUENCE, value(seen, AIA).unwrap_or_default())
        .take(100)
        .filter_map(|pair| {
            let method = der::expect(OBJECT, pair.content)?;
            let place = der::take(method.rest)?;
            Some(Access {
                method: method.content,
                kind: place.tag,
                place: place.content,
            })
        })
        .collect()
}

/// A distribution point: its names by kind, and what else it says.
#[derive(Debug, Default)]
struct Point<'s> {
    names: Vec<(u8, &'s [u8])>,
    has_place: bool,
    has_reasons: bool,
    has_issuer: bool,
}

fn points<'s>(seen: &Seen<'s>) -> Vec<Point<'s>> {
    inside(der::SEQUENCE, value(seen, CDP).unwrap_or_default())
        .take(100)
        .map(|point| read_point(point.content))
        .collect()
}

fn read_point(content: &[u8]) -> Point<'_> {
    let mut point = Point::default();
    for part in each(content).take(3) {
        match part.tag {
            0xa0 => {
                point.has_place = true;
                let names = inside(0xa0, part.content).take(100);
                point.names = names.map(|name| (name.tag, name.content)).collect();
            }
            0x81 => point.has_reasons = true,
            0xa2 => point.has_issuer = true,
            _ => {}
        }
    }
    point
}

fn scheme(url: &[u8]) -> String {
    let url = text(url).to_ascii_lowercase();
    url.split_once(':')
        .map_or_else(String::new, |(scheme, _)| scheme.to_owned())
}

fn is_http(kind: u8, place: &[u8]) -> bool {
    kind == URI && scheme(place) == "http"
}

/// Whether the host of a URL is a name that the Internet does not know.
fn is_internal(url: &[u8]) -> bool {
    let url = text(url);
    let Some((_, behind)) = url.split_once("://") else {
        return false;
    };
    let authority = behind.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    let host = host.split(':').next().unwrap_or_default();
    !host.is_empty() && host.parse::<IpAddr>().is_err() && !label::has_known_suffix(host)
}

fn not_http(seen: &Seen<'_>, method: &[u8], what: &str) -> Option<String> {
    accesses(seen)
        .iter()
        .any(|access| access.method == method && !is_http(access.kind, access.place))
        .then(|| format!("gives {what} by other means than HTTP"))
}

fn no_issuer_url(seen: &Seen<'_>) -> Option<String> {
    let found = accesses(seen);
    let is_given = found
        .iter()
        .any(|access| access.method == ISSUERS && is_http(access.kind, access.place));
    (has(seen, AIA) && !is_given)
        .then(|| "gives no HTTP address of its issuer's certificate".into())
}

pub(super) const LINTS: &[Lint] = &[
    Lint::web("aia_missing", On::Leaf, BR_AIA, FIX, |seen| {
        (!has(seen, AIA)).then(|| "does not say where its issuer is found".into())
    })
    .since(2012, 7, 1)
    .public(Some(Level::Info)),
    Lint::web("ca_aia_missing", On::Intermediates, BR_AIA, FIX, |seen| {
        (!has(seen, AIA)).then(|| "does not say where its issuer is found".into())
    })
    .since(2020, 8, 20)
    .public(Some(Level::Info)),
    Lint::web("aia_no_issuer_url", On::Leaf, BR_AIA, FIX, no_issuer_url).public(Some(Level::Info)),
    Lint::web(
        "ca_aia_no_issuer_url",
        On::Intermediates,
        BR_AIA,
        FIX,
        no_issuer_url,
    )
    .until(2023, 9, 15)
    .public(Some(Level::Info)),
    Lint::web("aia_issuer_not_http", On::Leaf, BR_AIA, FIX, |seen| {
        not_http(seen, ISSUERS, "its issuer's certificate")
    })
    .since(2023, 9, 15),
    Lint::web("aia_ocsp_not_http", On::Leaf, BR_AIA, FIX, |seen| {
        not_http(seen, OCSP, "its OCSP responder")
    })
    .since(2023, 9, 15),
    Lint::web("ca_aia_not_http", On::Intermediates, BR_AIA, FIX, |seen| {
        accesses(seen)
            .iter()
            .any(|access| !is_http(access.kind, access.place))
            .then(|| "gives an address by other means than HTTP".into())
    })
    .since(2023, 9, 15),
    Lint::web("aia_method_not_permitted", On::Leaf, BR_AIA, FIX, |seen| {
        accesses(seen)
            .iter()
            .any(|access| ![OCSP, ISSUERS].contains(&access.method) || access.kind != URI)
            .then(|| "gives more than addresses of its issuer and of OCSP".into())
    })
    .since(2023, 9, 15),
    Lint::web("aia_twice", On::Leaf, BR_AIA, FIX, |seen| {
        let mut known = BTreeSet::new();
        accesses(seen)
            .iter()
            .any(|access| !known.insert((access.method, access.kind, access.place)))
            .then(|| "gives an address of its issuer twice".into())
    })
    .since(2023, 9, 15),
    Lint::web("aia_internal_name", On::Leaf, BR_AIA, FIX, |seen| {
        accesses(seen)
            .iter()
            .any(|access| access.kind == URI && is_internal(access.place))
            .then(|| "gives an address that only an inner network knows".into())
    }),
    Lint::form(
        "aia_issuer_not_reachable",
        On::All,
        "RFC 5280 4.2.2.1",
        FIX,
        |seen| {
            let found = accesses(seen);
            let mut issuers = found
                .iter()
                .filter(|access| access.method == ISSUERS)
                .peekable();
            issuers.peek()?;
            let is_reachable = issuers.any(|access| {
                access.kind == URI
                    && ["http", "https", "ldap", "ftp"].contains(&&*scheme(access.place))
            });
            (!is_reachable).then(|| "gives its issuer at no HTTP or LDAP address".into())
        },
    )
    .since(2008, 5, 1),
    Lint::web("cdp_missing", On::Leaf, BR_CDP, FIX, |seen| {
        let has_ocsp = accesses(seen).iter().any(|access| access.method == OCSP);
        let lives = seen.certificate.lifetime_days();
        let is_short = lives <= short_lived_days(seen);
        (!has(seen, CDP) && !has_ocsp && !is_short)
            .then(|| "says of no CRL and no OCSP responder that could revoke it".into())
    })
    .since(2024, 3, 15),
    Lint::web("ca_cdp_missing", On::Intermediates, BR_CDP, FIX, |seen| {
        (!has(seen, CDP)).then(|| "does not say where its CRL is found".into())
    })
    .since(2012, 7, 1)
    .public(Some(Level::Info)),
    Lint::web("cdp_no_url", On::Issued, BR_CDP, FIX, |seen| {
        let points = points(seen);
        let mut names = points.iter().flat_map(|point| &point.names);
        (has(seen, CDP) && !names.any(|(kind, place)| is_http(*kind, place)))
            .then(|| "gives no HTTP address of a CRL".into())
    })
    .since(2012, 7, 1),
    Lint::web("cdp_names_issuer", On::Leaf, BR_CDP, FIX, |seen| {
        points(seen)
            .iter()
            .any(|point| point.has_issuer)
            .then(|| "has its CRL from somebody else than its issuer".into())
    })
    .since(2023, 9, 15),
    Lint::web("cdp_not_http", On::Leaf, BR_CDP, FIX, |seen| {
        points(seen)
            .iter()
            .flat_map(|point| &point.names)
            .any(|(kind, place)| !is_http(*kind, place))
            .then(|| "gives a CRL by other means than HTTP".into())
    })
    .since(2023, 9, 15),
    Lint::form("cdp_incomplete", On::All, RFC_CDP, FIX, |seen| {
        points(seen)
            .iter()
            .any(|point| point.has_reasons && !point.has_place && !point.has_issuer)
            .then(|| "has a CRL address that says nothing but reasons".into())
    }),
    Lint::form("cdp_not_reachable", On::All, RFC_CDP, FIX, |seen| {
        points(seen)
            .iter()
            .filter(|point| !point.names.is_empty())
            .any(|point| {
                !point.names.iter().any(|(kind, place)| {
                    *kind == URI && ["http", "https", "ldap"].contains(&&*scheme(place))
                })
            })
            .then(|| "gives a CRL at no HTTP or LDAP address".into())
    })
    .since(2008, 5, 1),
];

/// Days of life up to which nobody needs to be able to revoke (BR 1.6.1).
fn short_lived_days(seen: &Seen<'_>) -> i64 {
    let issued = seen.certificate.not_before();
    let issued = issued.to_zoned(jiff::tz::TimeZone::UTC).date();
    if issued >= jiff::civil::date(2026, 3, 15) {
        7
    } else {
        10
    }
}
