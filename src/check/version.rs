//! `version`: is installed software, or this component, at least at a version?
//!
//! Where a package URL says what ecosystem it is of, versions are ordered as they are there; else
//! as semantic versions. Of a version that has no place in the order nothing is known.

use super::{Arguments, Check, Context, Judgement, Kind};
use crate::catalogue::Scheme;
use crate::model::fields::{asset, component, software};
use crate::model::{FieldId, Subject, SubjectKind};
use semver::Version;
use std::cmp::Ordering;

pub(super) static KIND: Kind = Kind {
    name: "version",
    explain: "Every installed copy of the software, or this component, is at the version or above it, in the order of its ecosystem.",
    subjects: &[SubjectKind::Asset, SubjectKind::Component],
    arguments: &[
        ("software", "the product's name, as inventories write it"),
        (
            "at_least",
            "the lowest version that passes, such as 20.11.1",
        ),
    ],
    parse,
};

#[derive(Debug)]
struct AtLeast {
    software: String,
    at_least: String,
}

/// A copy of the software, as far as it is told.
#[derive(Debug, Clone, Copy)]
struct Installed<'a> {
    version: Option<&'a str>,
    purl: Option<&'a str>,
}

fn parse(arguments: &Arguments<'_>) -> Option<Box<dyn Check>> {
    let software = arguments.required("software");
    let at_least = arguments.required("at_least");
    let software = arguments.value(software?, "a name", |text| Some(text.to_owned()));
    let at_least = arguments.value(at_least?, "a version such as 20.11.1", |text| {
        let is_version = lenient(text).is_some()
            || [Scheme::Debian, Scheme::Python]
                .iter()
                .any(|scheme| scheme.compare(text, text).is_some());
        is_version.then(|| text.trim().to_owned())
    });
    Some(Box::new(AtLeast {
        software: software?,
        at_least: at_least?,
    }))
}

impl Check for AtLeast {
    fn run(&self, subject: &Subject, ctx: &Context<'_>) -> Judgement {
        if subject.kind == SubjectKind::Component {
            return self.component(subject, ctx);
        }
        let Some(installed) = subject.records(asset::SOFTWARE) else {
            return Judgement::unknown(ctx.say(|| "`software` is not declared".into()))
                .field(asset::SOFTWARE);
        };
        let copies: Vec<_> = installed
            .iter()
            .filter(|one| self.is_meant(one.text(software::NAME)))
            .map(|one| Installed {
                version: one.text(software::VERSION),
                purl: one.text(software::PURL),
            })
            .collect();
        self.judge(&copies, asset::SOFTWARE, ctx)
    }
}

impl AtLeast {
    fn component(&self, subject: &Subject, ctx: &Context<'_>) -> Judgement {
        let name = subject.text(component::NAME);
        if name.is_none() {
            return Judgement::unknown(ctx.say(|| "`name` is not declared".into()))
                .field(component::NAME);
        }
        let one = Installed {
            version: subject.text(component::VERSION),
            purl: subject.text(component::PURL),
        };
        let copies: &[_] = if self.is_meant(name) { &[one] } else { &[] };
        self.judge(copies, component::VERSION, ctx)
    }

    fn is_meant(&self, name: Option<&str>) -> bool {
        name.is_some_and(|name| name.eq_ignore_ascii_case(&self.software))
    }

    fn judge(&self, copies: &[Installed<'_>], field: FieldId, ctx: &Context<'_>) -> Judgement {
        if copies.is_empty() {
            return Judgement::not_applicable(
                ctx.say(|| format!("{} is not installed", self.software)),
            );
        }
        // The lowest copy decides, and one that cannot be read hides it.
        let mut unread = None;
        for copy in copies {
            match self.compare(copy) {
                Some(Ordering::Less) => {
                    return Judgement::fail(ctx.say(|| {
                        format!(
                            "{} is {}, wanted {} or above",
                            self.software,
                            copy.version.unwrap_or_default(),
                            self.at_least
                        )
                    }))
                    .field(field);
                }
                Some(_) => {}
                None => unread = Some(copy),
            }
        }
        let judgement = match unread {
            Some(copy) => Judgement::unknown(ctx.say(|| self.why_unread(copy))),
            None => Judgement::pass(
                ctx.say(|| format!("{} is {} or above", self.software, self.at_least)),
            ),
        };
        judgement.field(field)
    }

    fn compare(&self, copy: &Installed<'_>) -> Option<Ordering> {
        let version = copy.version?;
        match copy.purl {
            Some(purl) => Scheme::of_purl(purl)?.compare(version, &self.at_least),
            None => Some(lenient(version)?.cmp(&lenient(&self.at_least)?)),
        }
    }

    fn why_unread(&self, copy: &Installed<'_>) -> String {
        let written = copy.version.unwrap_or("not declared");
        let scheme = match copy.purl {
            Some(purl) => Scheme::of_purl(purl).map(Scheme::name),
            None => Some("semantic version"),
        };
        let name = &self.software;
        match scheme {
            Some(scheme) => format!(
                "the version of {name} is “{written}”, which cannot be compared with {} as a {scheme}",
                self.at_least
            ),
            None => format!(
                "the version of {name} is “{written}”; the order of its ecosystem's versions is not known"
            ),
        }
    }
}

/// Reads a semantic version; `20` and `20.11` are completed with zeros, a leading `v` is dropped.
fn lenient(text: &str) -> Option<Version> {
    let text = text.trim().trim_start_matches(['v', 'V']);
    let dots = text
        .split(['-', '+'])
        .next()
        .unwrap_or_default()
        .matches('.')
        .count();
    match dots {
        0 | 1 if text.bytes().all(|b| b.is_ascii_digit() || b == b'.') => {
            Version::parse(&format!("{text}{}", ".0".repeat(2 - dots))).ok()
        }
        _ => Version::parse(text).ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::Catalogue;
    use crate::model::{Declaration, Outcome, Place, Value};
    use jiff::civil::date;

    /// What is said of a component of this package URL and version.
    fn component_is(purl: Option<&str>, version: &str, at_least: &str) -> Outcome {
        let place = Place::whole("bom.json");
        let mut subject = Subject::new(SubjectKind::Component, "a", place.clone());
        let fields = [
            (component::NAME, Some("openssl")),
            (component::VERSION, Some(version)),
            (component::PURL, purl),
        ];
        for (field, text) in fields {
            if let Some(text) = text {
                subject.record.set(field, Value::Text(text.into()));
            }
        }
        let organisation = Subject::new(SubjectKind::Organisation, "X", place);
        let ctx = Context {
            today: date(2026, 11, 22),
            catalogue: Catalogue::embedded(),
            declaration: &Declaration::new("x", organisation),
            identity: None,
            detail: true,
        };
        let check = AtLeast {
            software: "OpenSSL".into(),
            at_least: at_least.into(),
        };
        check.run(&subject, &ctx).outcome
    }

    #[test]
    fn a_component_is_compared_in_the_order_of_its_ecosystem() {
        let deb = Some("pkg:deb/debian/openssl");
        let npm = Some("pkg:npm/openssl");
        for (purl, version, at_least, outcome) in [
            (deb, "1.1.1n-0+deb11u3", "1.1.1n-0+deb11u10", Outcome::Fail),
            (deb, "1.1.1n-0+deb11u10", "1.1.1n-0+deb11u3", Outcome::Pass),
            (deb, "1:1.0", "2.0", Outcome::Pass),
            (deb, "latest", "2.0", Outcome::Unknown),
            (npm, "2.0.0", "2.0.0", Outcome::Pass),
            (npm, "2.0", "2.0.0", Outcome::Unknown),
            (Some("pkg:pypi/openssl"), "2.0", "2.0.0", Outcome::Pass),
            (
                Some("pkg:generic/openssl"),
                "2.0.0",
                "1.0.0",
                Outcome::Unknown,
            ),
            (None, "2.0.0", "1.0.0", Outcome::Pass),
            (None, "1.0.1.5", "1.0.0", Outcome::Unknown),
        ] {
            assert_eq!(
                component_is(purl, version, at_least),
                outcome,
                "{purl:?} {version}"
            );
        }
    }

    #[test]
    fn short_versions_are_completed_and_others_refused() {
        assert_eq!(lenient("20"), lenient("v20.0.0"));
        assert!(lenient("20.11").unwrap() > lenient("20.9.9").unwrap());
        assert!(lenient("1.0.0-rc.1").unwrap() < lenient("1.0").unwrap());
        assert_eq!(lenient("10.0.19045.4412"), None);
        assert_eq!(lenient("latest"), None);
    }
}
