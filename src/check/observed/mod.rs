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
