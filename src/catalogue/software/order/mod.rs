//! Versions in the order of the ecosystem they are of. What has no order here, or is no version
//! there, cannot be compared: a guess would call old what is new, or new what is old.

mod debian;
mod maven;

use std::cmp::Ordering;
use std::str::FromStr;

/// Longest version that is read.
const LONGEST: usize = 256;

/// How versions of an ecosystem are ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// Epoch, upstream version and revision, as dpkg compares them.
    Debian,
    Maven,
    /// PEP 440.
    Python,
    /// Epoch, version and release, as RPM compares them.
    Rpm,
    /// Semantic versions: crates, npm, Go, Hex.
    Semver,
}

impl Scheme {
    /// The scheme of a package URL, by its type; `None` where we do not know the order.
    pub fn of_purl(purl: &str) -> Option<Self> {
        let rest = purl.trim().get(4..)?.trim_start_matches('/');
        if !purl.trim().get(..4)?.eq_ignore_ascii_case("pkg:") {
            return None;
        }
        let kind = rest.split('/').next()?.to_ascii_lowercase();
        match kind.as_str() {
            "cargo" | "golang" | "hex" | "npm" => Some(Self::Semver),
            "deb" => Some(Self::Debian),
            "maven" => Some(Self::Maven),
            "pypi" => Some(Self::Python),
            "rpm" => Some(Self::Rpm),
            _ => None,
        }
    }

    /// What people call its versions.
    pub fn name(self) -> &'static str {
        match self {
            Self::Debian => "Debian version",
            Self::Maven => "Maven version",
            Self::Python => "PEP 440 version",
            Self::Rpm => "RPM version",
            Self::Semver => "semantic version",
        }
    }

    /// Orders two versions; `None` when one of them is no version of the scheme.
    pub fn compare(self, one: &str, other: &str) -> Option<Ordering> {
        let (one, other) = (one.trim(), other.trim());
        if one.len().max(other.len()) > LONGEST {
            return None;
        }
        match self {
            Self::Debian => debian::compare(one, other),
            Self::Maven => maven::compare(one, other),
            Self::Python => {
                let read = |text| pep440_rs::Version::from_str(text).ok();
                Some(read(one)?.cmp(&read(other)?))
            }
            Self::Rpm => {
                let is_version = |text: &str| text.bytes().any(|b| b.is_ascii_alphanumeric());
                (is_version(one) && is_version(other)).then(|| rpm(one, other))
            }
            Self::Semver => {
                // What is built of one version is of one age.
                let read = |text: &str| {
                    let plain = text.strip_prefix(['v', 'V']).unwrap_or(text);
                    semver::Version::parse(plain).ok()
                };
                Some(read(one)?.cmp_precedence(&read(other)?))
            }
        }
    }
}

/// Without a release on one side, releases do not count.
fn rpm(one: &str, other: &str) -> Ordering {
    use rpm_version::Evr;
    let (one, other) = (Evr::parse(one), Evr::parse(other));
    if one.release().is_empty() || other.release().is_empty() {
        let bare = |evr: &Evr<'_>| {
            Evr::new(
                evr.epoch().to_owned(),
                evr.version().to_owned(),
                String::new(),
            )
        };
        return bare(&one).cmp(&bare(&other));
    }
    one.cmp(&other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ALL: [Scheme; 5] = [
        Scheme::Debian,
        Scheme::Maven,
        Scheme::Python,
        Scheme::Rpm,
        Scheme::Semver,
    ];

    /// Each is before the next.
    fn rising(scheme: Scheme, versions: &[&str]) {
        for pair in versions.windows(2) {
            assert_eq!(
                scheme.compare(pair[0], pair[1]),
                Some(Ordering::Less),
                "{scheme:?} {pair:?}"
            );
        }
    }

    #[test]
    fn versions_rise_as_their_ecosystem_has_them() {
        rising(
            Scheme::Debian,
            &[
                "1.0~rc1", "1.0", "1.0-1", "1.0-1.1", "1.0+b1", "1.2", "1.10", "1:0.1",
            ],
        );
        rising(
            Scheme::Rpm,
            &[
                "1.0~rc1-1",
                "1.0-1.el8",
                "1.0-1.el9",
                "1.0-10.el8",
                "1.0^git1-1",
                "1.2-1",
                "1:0.1-1",
            ],
        );
        rising(
            Scheme::Python,
            &[
                "1.0.dev1",
                "1.0a1",
                "1.0b2",
                "1.0rc1",
                "1.0",
                "1.0+local",
                "1.0.post1",
                "1.10",
                "1!0.1",
            ],
        );
        rising(
            Scheme::Semver,
            &[
                "1.0.0-alpha",
                "1.0.0-alpha.1",
                "1.0.0-beta.2",
                "1.0.0-beta.11",
                "1.0.0",
                "1.2.0",
                "1.10.0",
            ],
        );
        rising(
            Scheme::Maven,
            &[
                "1.0-alpha-1",
                "1.0-beta-1",
                "1.0-m2",
                "1.0-rc1",
                "1.0-SNAPSHOT",
                "1.0",
                "1.0-sp1",
                "1.0-jre",
                "1.0.1",
                "1.10",
            ],
        );
    }

    #[test]
    fn one_version_is_written_in_many_ways() {
        for (scheme, one, other) in [
            (Scheme::Debian, "0:1.0-0", "1.0"),
            (Scheme::Python, "1.0.0", "1"),
            (Scheme::Python, "1.0-rc.1", "1rc1"),
            (Scheme::Maven, "1.0.0", "1"),
            (Scheme::Maven, "1.0.Final", "1-ga"),
            (Scheme::Semver, "v1.2.3", "1.2.3+build"),
            (Scheme::Rpm, "1.0", "1.0-7.el9"),
        ] {
            assert_eq!(
                scheme.compare(one, other),
                Some(Ordering::Equal),
                "{one} {other}"
            );
        }
    }

    #[test]
    fn what_is_no_version_there_cannot_be_compared() {
        for (scheme, text) in [
            (Scheme::Semver, "1.2"),
            (Scheme::Semver, "latest"),
            (Scheme::Python, "1.0-1ubuntu2"),
            (Scheme::Debian, "latest"),
            (Scheme::Debian, "1 0"),
            (Scheme::Debian, "x:1"),
            (Scheme::Maven, ""),
            (Scheme::Maven, "${project.version}"),
            (Scheme::Rpm, "-"),
        ] {
            assert_eq!(scheme.compare(text, "1.0.0"), None, "{scheme:?} {text}");
        }
        let long = "1".repeat(LONGEST + 1);
        assert!(
            ALL.iter()
                .all(|scheme| scheme.compare(&long, "1.0.0").is_none())
        );
    }

    #[test]
    fn the_type_of_a_package_url_tells_the_scheme() {
        for (purl, scheme) in [
            ("pkg:npm/%40angular/core@1.0.0", Some(Scheme::Semver)),
            ("PKG:Deb/debian/openssl@1", Some(Scheme::Debian)),
            ("pkg://pypi/django@1", Some(Scheme::Python)),
            ("pkg:maven/a/b@1", Some(Scheme::Maven)),
            ("pkg:rpm/fedora/curl@1", Some(Scheme::Rpm)),
            ("pkg:generic/a@1", None),
            ("npm/a@1", None),
            ("é", None),
        ] {
            assert_eq!(Scheme::of_purl(purl), scheme, "{purl}");
        }
    }

    fn version() -> impl Strategy<Value = String> {
        let piece = prop::sample::select(vec![
            "0",
            "1",
            "2",
            "10",
            "007",
            "99999999999999999999999",
            ".",
            "-",
            "+",
            "~",
            "^",
            ":",
            "a",
            "rc",
            "alpha",
            "snapshot",
            "post",
            "dev",
            "!",
            "_",
            "v",
            "el9",
            "é",
            "final",
        ]);
        prop::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn an_order_holds_among_any_three(one in version(), two in version(), three in version()) {
            for scheme in ALL {
                let order = |a: &str, b: &str| scheme.compare(a, b);
                prop_assert_eq!(order(&one, &two), order(&two, &one).map(Ordering::reverse));
                if order(&one, &one).is_some() {
                    prop_assert_eq!(order(&one, &one), Some(Ordering::Equal));
                }
                // Releases that are not told match any, which no order can.
                if scheme == Scheme::Rpm {
                    continue;
                }
                if let (Some(first), Some(second)) = (order(&one, &two), order(&two, &three))
                    && first == second
                {
                    prop_assert_eq!(order(&one, &three), Some(first), "{:?}", scheme);
                }
            }
        }
    }
}
