//! Package URLs and CPE names of components: what they say of the version, and where they say
//! something else than the component does.

use super::bill::{Component, Gathering};
use packageurl::PackageUrl;
use std::str::FromStr;

/// Takes the version from the identifiers where the component itself has none, and tells where
/// they differ.
pub(super) fn settle(component: &mut Component, gathering: &mut Gathering) {
    let told = match component.purl.as_deref().map(PackageUrl::from_str) {
        Some(Ok(purl)) => purl.version().map(str::to_owned),
        Some(Err(_)) => {
            let shown = component.purl.clone().unwrap_or_default();
            gathering.fault("package URLs cannot be read", &shown);
            None
        }
        None => component.cpe.as_deref().and_then(cpe_version),
    };
    match (&component.version, told) {
        (None, told) => component.version = told.filter(|version| !version.trim().is_empty()),
        (Some(own), Some(told)) if !is_same(own, &told) => {
            let shown = component.purl.as_deref().or(component.cpe.as_deref());
            let shown = shown.unwrap_or_default().to_owned();
            gathering.fault(
                "components have another version in their identifier",
                &shown,
            );
        }
        (Some(_), _) => {}
    }
}

/// Go writes a `v` before its versions, and an epoch may stand in a qualifier.
fn is_same(one: &str, other: &str) -> bool {
    let plain = |version: &str| {
        let version = version.trim().trim_start_matches(['v', 'V']);
        let version = version.split_once(':').map_or(version, |(_, rest)| rest);
        version.to_lowercase()
    };
    plain(one) == plain(other)
}

/// The version of a CPE name, where it names one.
fn cpe_version(cpe: &str) -> Option<String> {
    let rest = match cpe.strip_prefix("cpe:2.3:") {
        Some(rest) => rest,
        None => cpe.strip_prefix("cpe:/")?,
    };
    let version = split_cpe(rest).nth(3)?;
    let version = version.replace('\\', "");
    (!matches!(version.as_str(), "" | "*" | "-")).then_some(version)
}

/// The parts of a CPE name; a backslash keeps a colon inside its part.
fn split_cpe(rest: &str) -> impl Iterator<Item = &str> {
    let mut is_quoted = false;
    rest.split(move |c: char| {
        let is_end = c == ':' && !is_quoted;
        is_quoted = c == '\\' && !is_quoted;
        is_end
    })
}

/// A package URL without what does not name the package and its version.
pub(super) fn short_purl(purl: &str) -> String {
    match PackageUrl::from_str(purl) {
        Ok(mut short) => {
            short.clear_qualifiers();
            short.without_subpath();
            short.to_string()
        }
        Err(_) => purl.to_owned(),
    }
}

/// Text with its percent signs resolved; what is not UTF-8 then stays as it was.
pub(super) fn decode(text: &str) -> String {
    if !text.contains('%') {
        return text.to_owned();
    }
    let decoded = percent_encoding::percent_decode_str(text).decode_utf8();
    decoded.map_or_else(|_| text.to_owned(), std::borrow::Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settled(purl: Option<&str>, cpe: Option<&str>, version: Option<&str>) -> (String, String) {
        let mut gathering = Gathering::new("cyclonedx", 10);
        let mut component = Component {
            purl: purl.map(str::to_owned),
            cpe: cpe.map(str::to_owned),
            version: version.map(str::to_owned),
            ..Component::default()
        };
        settle(&mut component, &mut gathering);
        (
            component.version.unwrap_or_default(),
            gathering.finish().state(),
        )
    }

    #[test]
    fn an_identifier_gives_the_version_and_a_different_one_is_told() {
        let purl = Some("pkg:deb/debian/openssl@1%3A1.1.1n-0%2Bdeb11u3?arch=amd64");
        assert_eq!(
            settled(purl, None, None),
            ("1:1.1.1n-0+deb11u3".into(), "whole".into())
        );
        let cpe = Some("cpe:2.3:a:acme:a\\:b:4.1\\-2:*:*:*:*:*:*:*");
        assert_eq!(settled(None, cpe, None).0, "4.1-2");
        let any = Some("cpe:2.3:a:acme:b:*:*:*:*:*:*:*:*");
        assert_eq!(settled(None, any, None).0, "");
        let go = Some("pkg:golang/example.org/x@v1.2.3");
        assert_eq!(settled(go, None, Some("1.2.3")).1, "whole");
        let (version, state) = settled(go, None, Some("1.2.4"));
        assert_eq!(version, "1.2.4");
        assert!(
            state.starts_with("1 components have another version"),
            "{state}"
        );
        assert!(
            settled(Some("pkg:"), None, None)
                .1
                .contains("cannot be read")
        );
    }

    #[test]
    fn percent_signs_are_resolved_once() {
        assert_eq!(decode("pkg:npm/%2540a/b"), "pkg:npm/%40a/b");
        assert_eq!(decode("100%"), "100%");
        assert_eq!(
            short_purl("pkg:npm/%40angular/core@1.0.0%2Bb?x=y#s"),
            "pkg:npm/%40angular/core@1.0.0%2Bb"
        );
    }
}
