//! `version`: is installed software at least at a semantic version?

use super::{Arguments, Check, Context, Judgement, Kind};
use crate::model::fields::{asset, software};
use crate::model::{Subject, SubjectKind};
use semver::Version;

pub(super) static KIND: Kind = Kind {
    name: "version",
    explain: "Every installed copy of the software is at the semantic version or above it.",
    subjects: &[SubjectKind::Asset],
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
    at_least: Version,
}

fn parse(arguments: &Arguments<'_>) -> Option<Box<dyn Check>> {
    let software = arguments.required("software");
    let at_least = arguments.required("at_least");
    let software = arguments.value(software?, "a name", |text| Some(text.to_owned()));
    let at_least = arguments.value(at_least?, "a semantic version such as 20.11.1", lenient);
    Some(Box::new(AtLeast {
        software: software?,
        at_least: at_least?,
    }))
}

impl Check for AtLeast {
    fn run(&self, subject: &Subject, ctx: &Context<'_>) -> Judgement {
        let Some(installed) = subject.records(asset::SOFTWARE) else {
            return Judgement::unknown(ctx.say(|| "`software` is not declared".into()))
                .field(asset::SOFTWARE);
        };
        let copies: Vec<_> = installed
            .iter()
            .filter(|one| {
                one.text(software::NAME)
                    .is_some_and(|name| name.eq_ignore_ascii_case(&self.software))
            })
            .map(|one| one.text(software::VERSION))
            .collect();
        if copies.is_empty() {
            return Judgement::not_applicable(
                ctx.say(|| format!("{} is not installed", self.software)),
            );
        }
        // The lowest copy decides, and one that cannot be read hides it.
        let mut unread = None;
        for written in copies {
            match written.and_then(lenient) {
                Some(version) if version < self.at_least => {
                    return Judgement::fail(ctx.say(|| {
                        format!(
                            "{} is {version}, wanted {} or above",
                            self.software, self.at_least
                        )
                    }))
                    .field(asset::SOFTWARE);
                }
                Some(_) => {}
                None => unread = Some(written.unwrap_or("not declared").to_owned()),
            }
        }
        let judgement = match unread {
            Some(written) => Judgement::unknown(ctx.say(|| {
                format!(
                    "the version of {} is “{written}”, which is not a semantic version",
                    self.software
                )
            })),
            None => Judgement::pass(
                ctx.say(|| format!("{} is {} or above", self.software, self.at_least)),
            ),
        };
        judgement.field(asset::SOFTWARE)
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
    use super::lenient;

    #[test]
    fn short_versions_are_completed_and_others_refused() {
        assert_eq!(lenient("20"), lenient("v20.0.0"));
        assert!(lenient("20.11").unwrap() > lenient("20.9.9").unwrap());
        assert!(lenient("1.0.0-rc.1").unwrap() < lenient("1.0").unwrap());
        assert_eq!(lenient("10.0.19045.4412"), None);
        assert_eq!(lenient("latest"), None);
    }
}
