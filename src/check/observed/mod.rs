//! `observed`: what a probe saw of an endpoint: versions, suites, ML-KEM, and whether it is what
//! was declared. What was not seen, or not settled, is unknown with its reason.

mod agreement;
mod chain;

use super::{Arguments, Check, Context, Judgement, Kind};
use crate::model::fields::endpoint;
use crate::model::{Subject, SubjectKind, Value, read_date};
use agreement::{certificate_agrees, versions_agree};
use chain::Chain;
use jiff::civil::Date;

pub(super) static KIND: Kind = Kind {
    name: "observed",
    explain: "What `check --live` saw of the endpoint satisfies every argument.",
    subjects: &[SubjectKind::Endpoint],
    arguments: &[
        (
            "versions_only",
            "it speaks none of SSL 3.0 to TLS 1.3 but these",
        ),
        ("speaks", "it speaks this version"),
        (
            "without",
            "it accepts no suite with one of these weaknesses",
        ),
        ("ml_kem", "it negotiates X25519MLKEM768"),
        ("from", "with `ml_kem`: nothing is asked before this day"),
        (
            "as_declared",
            "`certificate` or `versions`: it is what was declared",
        ),
        (
            "chain",
            "what holds of the certificates it serves: `root`, `dates`, `name`, `complete` or \
             `not_revoked`",
        ),
    ],
    parse,
};

/// The versions a probe asks about, oldest first.
pub(super) const VERSIONS: [&str; 5] = ["SSL 3.0", "TLS 1.0", "TLS 1.1", "TLS 1.2", "TLS 1.3"];

/// The weaknesses a probe asks about.
const WEAKNESSES: [&str; 10] = [
    "no encryption",
    "no authentication",
    "export",
    "RC2",
    "RC4",
    "DES",
    "3DES",
    "static RSA",
    "finite-field DH",
    "CBC",
];

/// A weakness nobody can rule out: the suite is in no list.
const UNLISTED: &str = "unlisted suite";

#[derive(Debug, Default)]
struct Observed {
    versions_only: Vec<&'static str>,
    speaks: Option<&'static str>,
    without: Vec<&'static str>,
    ml_kem: bool,
    from: Option<Date>,
    as_declared: Option<Declared>,
    chain: Option<Chain>,
}

#[derive(Debug, Clone, Copy)]
enum Declared {
    Certificate,
    Versions,
}

fn parse(arguments: &Arguments<'_>) -> Option<Box<dyn Check>> {
    let versions = format!("one of {}", VERSIONS.join(", "));
    let version = |text: &str| VERSIONS.into_iter().find(|known| *known == text);
    let versions_only = list(arguments, "versions_only", &versions, version);
    let speaks = arguments.optional("speaks", &versions, version);
    let weaknesses = format!("one of {}", WEAKNESSES.join(", "));
    let without = list(arguments, "without", &weaknesses, |text| {
        WEAKNESSES.into_iter().find(|known| *known == text)
    });
    let ml_kem = arguments.yes_or_no("ml_kem");
    let from = arguments.optional("from", "a date such as 2028-01-01", read_date);
    let as_declared = arguments.optional(
        "as_declared",
        "certificate or versions",
        |text| match text {
            "certificate" => Some(Declared::Certificate),
            "versions" => Some(Declared::Versions),
            _ => None,
        },
    );
    let chain = arguments.optional("chain", Chain::EXPECTED, Chain::named);
    let check = Observed {
        versions_only: versions_only?,
        speaks: speaks?,
        without: without?,
        ml_kem: ml_kem?.unwrap_or(false),
        from: from?,
        as_declared: as_declared?,
        chain: chain?,
    };
    let asks_nothing = check.versions_only.is_empty()
        && check.speaks.is_none()
        && check.without.is_empty()
        && !check.ml_kem
        && check.as_declared.is_none()
        && check.chain.is_none();
    if asks_nothing {
        let message = "`observed` asks nothing".into();
        let label = "give at least one argument";
        return arguments.reading.problem(arguments.span(), message, label);
    }
    Some(Box::new(check))
}

/// A list of texts, or one text. Empty where it was not given.
fn list(
    arguments: &Arguments<'_>,
    name: &str,
    expected: &str,
    read: impl Fn(&str) -> Option<&'static str>,
) -> Option<Vec<&'static str>> {
    let Some(node) = arguments.node(name) else {
        return Some(Vec::new());
    };
    let items = node.sequence().unwrap_or(std::slice::from_ref(node));
    let values: Vec<_> = items
        .iter()
        .map(|item| arguments.value(item, expected, &read))
        .collect();
    values.into_iter().collect()
}

impl Check for Observed {
    fn run(&self, subject: &Subject, ctx: &Context<'_>) -> Judgement {
        let parts = self.parts(subject, ctx);
        Judgement::worst_of(parts).expect("the parser refuses a check that asks nothing")
    }
}

impl Observed {
    fn parts(&self, subject: &Subject, ctx: &Context<'_>) -> Vec<Judgement> {
        let mut parts = Vec::new();
        match self.as_declared {
            Some(Declared::Certificate) => parts.push(certificate_agrees(subject, ctx)),
            Some(Declared::Versions) => parts.push(versions_agree(subject, ctx)),
            None => {}
        }
        if let Some(blind) = unseen(subject, ctx) {
            if parts.is_empty() {
                parts.push(blind);
            }
            return parts;
        }
        if !self.versions_only.is_empty() {
            parts.push(self.floor(subject, ctx));
        }
        if let Some(version) = self.speaks {
            parts.push(speaks(version, subject, ctx));
        }
        if !self.without.is_empty() {
            parts.push(self.suites(subject, ctx));
        }
        if self.ml_kem {
            parts.push(self.hybrid(subject, ctx));
        }
        if let Some(chain) = self.chain {
            parts.push(chain.judge(subject, ctx));
        }
        parts
    }

    fn floor(&self, subject: &Subject, ctx: &Context<'_>) -> Judgement {
        let spoken = texts(subject, endpoint::OBSERVED_VERSIONS);
        let other = |one: &&String| !self.versions_only.contains(&one.as_str());
        let more: Vec<_> = spoken.iter().filter(other).map(String::as_str).collect();
        if !more.is_empty() {
            return Judgement::fail(ctx.say(|| format!("it speaks {}", more.join(", "))));
        }
        let open =
            |one: &&'static str| !self.versions_only.contains(one) && is_unsettled(subject, one);
        let open: Vec<_> = VERSIONS.into_iter().filter(open).collect();
        if !open.is_empty() {
            return unsettled(&format!("speaks {}", open.join(", ")), ctx);
        }
        Judgement::pass(ctx.say(|| format!("it speaks {} only", spoken.join(", "))))
    }

    fn suites(&self, subject: &Subject, ctx: &Context<'_>) -> Judgement {
        let seen = texts(subject, endpoint::OBSERVED_WEAKNESSES);
        let has = |weakness: &str| seen.iter().any(|one| one == weakness);
        let found: Vec<_> = self
            .without
            .iter()
            .filter(|one| has(one))
            .copied()
            .collect();
        if !found.is_empty() {
            return Judgement::fail(ctx.say(|| {
                let suites = texts(subject, endpoint::OBSERVED_WEAK_SUITES);
                let shown: Vec<_> = suites
                    .iter()
                    .filter(|suite| found.iter().any(|one| names(suite, one)))
                    .map(String::as_str)
                    .collect();
                format!("it accepts {}", shown.join(", "))
            }));
        }
        let open: Vec<_> = self
            .without
            .iter()
            .filter(|one| is_unsettled(subject, one) || has(UNLISTED))
            .copied()
            .collect();
        if !open.is_empty() {
            return unsettled(&format!("accepts suites with {}", open.join(", ")), ctx);
        }
        Judgement::pass(ctx.say(|| format!("it refused suites with {}", self.without.join(", "))))
    }

    fn hybrid(&self, subject: &Subject, ctx: &Context<'_>) -> Judgement {
        if let Some(from) = self.from.filter(|from| ctx.today < *from) {
            return Judgement::pass(ctx.say(|| format!("it is not asked before {from}")))
                .until(from.yesterday().ok());
        }
        match subject.boolean(endpoint::OBSERVED_ML_KEM) {
            Some(true) => Judgement::pass(ctx.say(|| "it negotiates X25519MLKEM768".into())),
            Some(false) => Judgement::fail(ctx.say(|| "it refuses X25519MLKEM768".into())),
            None => unsettled("negotiates X25519MLKEM768", ctx),
        }
    }
}

fn speaks(version: &str, subject: &Subject, ctx: &Context<'_>) -> Judgement {
    let spoken = texts(subject, endpoint::OBSERVED_VERSIONS);
    if spoken.iter().any(|one| one == version) {
        return Judgement::pass(ctx.say(|| format!("it speaks {version}")));
    }
    if is_unsettled(subject, version) {
        return unsettled(&format!("speaks {version}"), ctx);
    }
    Judgement::fail(ctx.say(|| format!("it refuses {version}, and speaks {}", spoken.join(", "))))
}

/// Why nothing can be said of the endpoint, if nothing can.
fn unseen(subject: &Subject, ctx: &Context<'_>) -> Option<Judgement> {
    if subject.value(endpoint::OBSERVED_VERSIONS).is_some() {
        return None;
    }
    Some(Judgement::unknown(ctx.say(
        || match subject.text(endpoint::OBSERVED_FAILURE) {
            Some(reason) => format!("it could not be observed: {reason}"),
            None => "it was not observed; `passmuster check --live` looks".into(),
        },
    )))
}

fn unsettled(what: &str, ctx: &Context<'_>) -> Judgement {
    Judgement::unknown(ctx.say(|| format!("the probe got no clear answer to whether it {what}")))
}

fn is_unsettled(subject: &Subject, what: &str) -> bool {
    let open = texts(subject, endpoint::OBSERVED_UNSETTLED);
    open.iter().any(|one| one == what)
}

/// Whether a weak suite, `NAME (weakness, weakness)`, has this weakness.
fn names(suite: &str, weakness: &str) -> bool {
    let inside = suite
        .split_once('(')
        .map(|(_, rest)| rest.trim_end_matches(')'));
    inside.is_some_and(|all| all.split(", ").any(|one| one == weakness))
}

fn texts(subject: &Subject, field: crate::model::FieldId) -> &[String] {
    match subject.value(field) {
        Some(Value::Texts(texts)) => texts,
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::Catalogue;
    use crate::model::{Declaration, Outcome, Place};
    use jiff::civil::date;

    fn endpoint_with(facts: &[(crate::model::FieldId, Value)]) -> Subject {
        let place = Place::whole("made-up.yaml");
        let mut subject = Subject::new(SubjectKind::Endpoint, "portal", place);
        for (field, value) in facts {
            subject.record.set(*field, value.clone());
        }
        subject
    }

    fn judged(check: &Observed, subject: &Subject, today: Date) -> (Outcome, String) {
        let place = Place::whole("made-up.yaml");
        let organisation = Subject::new(SubjectKind::Organisation, "R9Q", place);
        let declaration = Declaration::new("made-up.yaml", organisation);
        let ctx = Context {
            today,
            catalogue: Catalogue::embedded(),
            declaration: &declaration,
            identity: None,
            detail: true,
        };
        let judgement = check.run(subject, &ctx);
        (judgement.outcome, judgement.why.into_owned())
    }

    fn texts_of(all: &[&str]) -> Value {
        Value::Texts(all.iter().map(|text| (*text).to_owned()).collect())
    }

    const TODAY: Date = date(2026, 11, 22);

    #[test]
    fn what_was_not_seen_says_why_and_is_asked_nothing_more() {
        let check = Observed {
            versions_only: vec!["TLS 1.3"],
            ml_kem: true,
            chain: Some(Chain::Root),
            ..Observed::default()
        };
        let failure = Value::Text("failed to connect in time".into());
        let subject = endpoint_with(&[(endpoint::OBSERVED_FAILURE, failure)]);
        let (outcome, why) = judged(&check, &subject, TODAY);
        assert_eq!(outcome, Outcome::Unknown);
        assert_eq!(why, "it could not be observed: failed to connect in time");
        let (outcome, why) = judged(&check, &endpoint_with(&[]), TODAY);
        assert_eq!(outcome, Outcome::Unknown);
        assert!(why.contains("--live"), "{why}");
    }

    #[test]
    fn a_suite_that_was_seen_fails_whatever_else_is_open() {
        let check = Observed {
            without: vec!["RC4", "3DES"],
            ..Observed::default()
        };
        let subject = endpoint_with(&[
            (endpoint::OBSERVED_VERSIONS, texts_of(&["TLS 1.2"])),
            (endpoint::OBSERVED_WEAKNESSES, texts_of(&["RC4"])),
            (endpoint::OBSERVED_UNSETTLED, texts_of(&["3DES"])),
            (
                endpoint::OBSERVED_WEAK_SUITES,
                texts_of(&["TLS_RSA_WITH_RC4_128_SHA (RC4, static RSA)", "OTHER (CBC)"]),
            ),
        ]);
        let (outcome, why) = judged(&check, &subject, TODAY);
        assert_eq!(outcome, Outcome::Fail);
        assert_eq!(why, "it accepts TLS_RSA_WITH_RC4_128_SHA (RC4, static RSA)");
    }

    #[test]
    fn a_version_that_is_allowed_may_be_unsettled() {
        let check = Observed {
            versions_only: vec!["TLS 1.2", "TLS 1.3"],
            ..Observed::default()
        };
        let seen = |open: &[&str]| {
            endpoint_with(&[
                (endpoint::OBSERVED_VERSIONS, texts_of(&["TLS 1.2"])),
                (endpoint::OBSERVED_UNSETTLED, texts_of(open)),
            ])
        };
        let outcome = |open| judged(&check, &seen(open), TODAY).0;
        assert_eq!(outcome(&["TLS 1.3"]), Outcome::Pass);
        assert_eq!(outcome(&["TLS 1.3", "SSL 3.0"]), Outcome::Unknown);
    }

    #[test]
    fn ml_kem_is_asked_from_its_day_on() {
        let check = Observed {
            ml_kem: true,
            from: Some(date(2028, 1, 1)),
            ..Observed::default()
        };
        let subject = endpoint_with(&[
            (endpoint::OBSERVED_VERSIONS, texts_of(&["TLS 1.3"])),
            (endpoint::OBSERVED_ML_KEM, Value::Boolean(false)),
        ]);
        assert_eq!(
            judged(&check, &subject, date(2027, 12, 31)).0,
            Outcome::Pass
        );
        assert_eq!(judged(&check, &subject, date(2028, 1, 1)).0, Outcome::Fail);
    }

    #[test]
    fn a_weakness_is_found_between_the_brackets_only() {
        assert!(names(
            "TLS_RSA_WITH_RC4_128_SHA (RC4, static RSA)",
            "static RSA"
        ));
        assert!(!names("TLS_RSA_WITH_RC4_128_SHA (RC4)", "static RSA"));
        assert!(!names("DES (3DES)", "DES"));
        assert!(!names("RC4", "RC4"));
    }

    #[test]
    fn every_word_for_chains_is_known_and_no_other() {
        for word in ["complete", "dates", "name", "not_revoked", "root"] {
            assert!(Chain::named(word).is_some(), "{word}");
            assert!(Chain::EXPECTED.contains(word), "{word}");
        }
        assert_eq!(Chain::named("roots"), None);
    }
}
