//! `lint`: has the certificate that was sent, or an authority sent along, one of the faults that
//! the validator looks for?
//!
//! Says nothing of trust: a certificate whose path ends nowhere can be without these faults.

use super::inspection::{self, Inspection, Question, RootSet};
use super::trusted_path::certificate_of;
use super::{Arguments, Check, Context, Judgement, Kind};
use crate::model::fields::endpoint;
use crate::model::{Subject, SubjectKind};
use crate::pki::{Fault, Level, Profile, Thresholds};

pub(super) static KIND: Kind = Kind {
    name: "lint",
    explain: "The certificate that was sent, and its authorities, have none of these faults.",
    subjects: &[SubjectKind::Certificate, SubjectKind::Endpoint],
    arguments: &[
        (
            "rules",
            "the faults, by their ids in `passmuster certificate --format json`",
        ),
        (
            "level",
            "every fault of this level or worse: error, warning, info",
        ),
        (
            "profile",
            "`public`, as browsers hold it, or `private`, as RFC 5280 does",
        ),
        (
            "authorities",
            "the certificate's own faults do not count, those of its authorities do",
        ),
        (
            "fermat_rounds",
            "rounds of Fermat's method that an RSA key withstands",
        ),
        ("rsa_bits", "bits of the smallest RSA modulus"),
        (
            "warn_days",
            "days before its end from which a long-lived certificate ends soon",
        ),
    ],
    parse,
};

/// Rounds and bits beyond this are a slip, and would take long.
const MOST: u32 = 100_000;

#[derive(Debug)]
struct Lint {
    rules: Vec<&'static str>,
    level: Level,
    profile: Profile,
    thresholds: Thresholds,
    /// Whether the certificate itself is left out.
    authorities: bool,
}

fn parse(arguments: &Arguments<'_>) -> Option<Box<dyn Check>> {
    let profile = arguments
        .required("profile")
        .and_then(|node| arguments.value(node, "public or private", inspection::profile));
    let level = arguments.optional("level", "error, warning or info", inspection::level);
    let thresholds = thresholds(arguments);
    let authorities = arguments.yes_or_no("authorities");
    let profile = profile?;
    let rules = match arguments.node("rules") {
        None => Vec::new(),
        Some(node) => rules(arguments, node, profile)?,
    };
    let level = level?;
    if rules.is_empty() && level.is_none() {
        let message = "`lint` asks nothing".into();
        let help = "give `rules` or `level`";
        return arguments.reading.problem(arguments.span(), message, help);
    }
    Some(Box::new(Lint {
        rules,
        level: level.unwrap_or(Level::Info),
        profile,
        thresholds: thresholds?,
        authorities: authorities?.unwrap_or(false),
    }))
}

/// The numbers of the validator, moved where the rule says so.
fn thresholds(arguments: &Arguments<'_>) -> Option<Thresholds> {
    let whole = |name| {
        arguments.optional(name, "a whole number", |text| {
            text.parse().ok().filter(|number| *number <= MOST)
        })
    };
    let (days, rounds, bits) = (
        whole("warn_days"),
        whole("fermat_rounds"),
        whole("rsa_bits"),
    );
    let usual = Thresholds::default();
    Some(Thresholds {
        expiry_warning_days: days?.unwrap_or(usual.expiry_warning_days),
        fermat_rounds: rounds?.unwrap_or(usual.fermat_rounds),
        min_rsa_bits: match bits? {
            None => usual.min_rsa_bits,
            Some(bits) => usize::try_from(bits).ok()?,
        },
        ..usual
    })
}

/// The ids of rules that the profile asks; anything else could never fail.
fn rules(
    arguments: &Arguments<'_>,
    node: &crate::yaml::Node<'_>,
    profile: Profile,
) -> Option<Vec<&'static str>> {
    let reader = arguments.reading.reader;
    let Some(items) = node.sequence() else {
        let message = "expected a list of faults for `rules`".into();
        return arguments
            .reading
            .problem(node.span.clone(), message, "write [ … ]");
    };
    let mut ids = Vec::new();
    for item in items {
        let text = item.text().unwrap_or_default();
        let known = inspection::rules().iter().find(|rule| rule.id == text);
        match known.map(|rule| (rule.id, profile.level(rule))) {
            Some((id, Some(_))) => ids.push(id),
            Some((id, None)) => {
                let message = format!("`{id}` is not asked under the profile {}", profile.name());
                let problem = reader.problem(item.span.clone(), message);
                reader.push(problem.label("could never be found"));
            }
            None => {
                let message = format!("`{text}` is no fault of certificates");
                let names = inspection::rules().iter().map(|rule| rule.id);
                let problem = reader.problem(item.span.clone(), message);
                reader.push(problem.label("not a fault").suggest(text, names));
            }
        }
    }
    (ids.len() == items.len()).then_some(ids)
}

impl Check for Lint {
    fn run(&self, subject: &Subject, ctx: &Context<'_>) -> Judgement {
        let found = match certificate_of(subject, ctx) {
            Ok(found) => found,
            Err(judgement) => return judgement,
        };
        let judgement = self.judge(found, ctx);
        match subject.kind {
            SubjectKind::Endpoint => judgement
                .field(endpoint::CERTIFICATE)
                .place(found.place.clone()),
            _ => judgement,
        }
    }
}

impl Lint {
    fn judge(&self, found: &Subject, ctx: &Context<'_>) -> Judgement {
        let has_roots = ctx.declaration.roots.is_some();
        let question = Question {
            host: None,
            profile: self.profile,
            roots: match self.profile {
                Profile::Private if has_roots => RootSet::Given,
                Profile::Private | Profile::Public => RootSet::Web,
            },
            thresholds: self.thresholds.clone(),
        };
        match inspection::inspect(found, &question, ctx) {
            Ok(inspection) => self.of(found, &inspection, ctx).until(inspection.until),
            Err(missing) => Judgement::unknown(ctx.say(|| missing.sentence(&found.id))),
        }
    }

    fn of(&self, found: &Subject, inspection: &Inspection, ctx: &Context<'_>) -> Judgement {
        let is_asked = |fault: &&Fault| {
            let is_named = self.rules.is_empty() || self.rules.contains(&fault.rule.id);
            let is_left_out = self.authorities && fault.certificate == Some(0);
            is_named && fault.level >= self.level && !is_left_out
        };
        let id = &found.id;
        let faults: Vec<_> = inspection.faults.iter().filter(is_asked).collect();
        if !faults.is_empty() {
            return Judgement::fail(ctx.say(|| inspection::told(id, &faults)));
        }
        let is_unreadable = |fault: &&Fault| fault.rule.id == "unreadable";
        if let Some(fault) = inspection.faults.iter().find(is_unreadable) {
            return Judgement::unknown(ctx.say(|| inspection::told(id, &[fault])));
        }
        if let Some(reason) = inspection.not_decided.first() {
            return Judgement::unknown(ctx.say(|| format!("certificate `{id}`: {reason}")));
        }
        Judgement::pass(ctx.say(|| format!("certificate `{id}` has none of these faults")))
    }
}
