//! Package URLs and CPE names, as bills of materials write them.

use super::names::Names;
use super::reading::merge;
use super::version::Reading;
use super::words::{is_before_release, is_of_a_distribution};
use super::{SoftwareFacts, SoftwareIdentity};
use crate::catalogue::lifecycle::Lifecycle;
use packageurl::PackageUrl;
use std::str::FromStr;

/// Package URLs of what a distribution builds and mends itself.
const DISTRIBUTIONS: [&str; 4] = ["alpm", "apk", "deb", "rpm"];

pub(super) fn by_identifier(
    facts: &SoftwareFacts<'_>,
    names: &Names,
    lifecycle: &Lifecycle,
) -> Option<SoftwareIdentity> {
    let purl = facts.purl.map(|purl| (purl, read_purl(purl)));
    let cpe = facts.cpe.map(|cpe| (cpe, read_cpe(cpe)));
    let (written, (key, version)) = purl
        .into_iter()
        .chain(cpe)
        .find_map(|(written, read)| Some((written, read?)))?;
    let kind = key
        .strip_prefix("pkg:")
        .and_then(|key| key.split('/').next());
    if kind.is_some_and(|kind| DISTRIBUTIONS.contains(&kind)) {
        let label = format!("{written}, which its distribution packages");
        return Some(SoftwareIdentity::not_covered(None, label));
    }
    let product = names.product_of(&key)?;
    let version = version.as_deref().or(facts.version);
    if version.is_some_and(|version| is_of_a_distribution(version) || is_before_release(version)) {
        return Some(SoftwareIdentity::not_covered(None, written.to_owned()));
    }
    let reading = Reading {
        product,
        how: names.how_of(product),
        words: &[],
        declared: version,
        names,
        lifecycle,
    };
    let mut identity = merge(vec![reading.identify()], written, lifecycle);
    identity.tokens.insert(0, key);
    Some(identity)
}

/// `pkg:maven/org.apache.tomcat/tomcat@9.0.1?x=y` as its part without a version, and the version.
/// Our own names of packages are in the same form, in small letters.
fn read_purl(purl: &str) -> Option<(String, Option<String>)> {
    let Ok(mut package) = PackageUrl::from_str(purl) else {
        return read_loosely(purl);
    };
    let version = package.version().map(str::to_lowercase);
    package.clear_qualifiers();
    package.without_subpath();
    package.without_version();
    Some((package.to_string().to_lowercase(), version))
}

/// A package URL with a mistake in it still says which package it means.
fn read_loosely(purl: &str) -> Option<(String, Option<String>)> {
    let plain = purl.split(['?', '#']).next()?.to_lowercase();
    if !plain.starts_with("pkg:") {
        return None;
    }
    // The namespace of an npm package begins with an @ of its own, written %40.
    match plain.rsplit_once('@') {
        Some((key, version)) if !version.contains('/') => {
            Some((key.to_owned(), Some(version.to_owned())))
        }
        _ => Some((plain, None)),
    }
}

fn read_cpe(cpe: &str) -> Option<(String, Option<String>)> {
    let lower = cpe.to_lowercase();
    let rest = lower
        .strip_prefix("cpe:2.3:")
        .or_else(|| lower.strip_prefix("cpe:/"))?;
    // A backslash keeps a colon inside its part; no vendor or product we know has one.
    let mut parts = rest.split(':');
    let (part, vendor, product) = (parts.next()?, parts.next()?, parts.next()?);
    let version = parts
        .next()
        .map(|version| version.replace('\\', ""))
        .filter(|version| !matches!(version.as_str(), "" | "*" | "-"));
    let update = parts.next().unwrap_or_default();
    let version = match (version, update) {
        (Some(version), "" | "*" | "-") => Some(version),
        (Some(version), update) => Some(format!("{version} {update}")),
        (None, _) => None,
    };
    Some((format!("cpe:2.3:{part}:{vendor}:{product}"), version))
}

#[cfg(test)]
mod tests {
    use super::read_purl;

    #[test]
    fn package_urls_are_read_however_they_are_escaped() {
        for (purl, key, version) in [
            (
                "pkg:npm/%40angular/core@12.0.0",
                "pkg:npm/%40angular/core",
                Some("12.0.0"),
            ),
            (
                "pkg:npm/@angular/core@12.0.0",
                "pkg:npm/%40angular/core",
                Some("12.0.0"),
            ),
            ("pkg:npm/@angular/core", "pkg:npm/%40angular/core", None),
            (
                "pkg:deb/debian/openssl@1%3A1.1.1n-0%2Bdeb11u3?arch=amd64",
                "pkg:deb/debian/openssl",
                Some("1:1.1.1n-0+deb11u3"),
            ),
            (
                "pkg:PYPI/Django_App@1.0#x",
                "pkg:pypi/django-app",
                Some("1.0"),
            ),
            ("pkg:maven/%FF/x@1?y", "pkg:maven/%ff/x", Some("1")),
        ] {
            let read = read_purl(purl).unwrap();
            assert_eq!(
                (read.0.as_str(), read.1.as_deref()),
                (key, version),
                "{purl}"
            );
        }
        assert_eq!(read_purl("npm/core@1"), None);
    }
}
