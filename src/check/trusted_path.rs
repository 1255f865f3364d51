//! `trusted_path`: does a path hold from the certificate that was sent to a root, with its
//! authorities, dates, name and revocation?
//!
//! Who is judged does not choose the roots: they are the web's, or those that whoever checks gives.

use super::inspection::{self, Inspection, Missing, Question, RootSet};
use super::{Arguments, Check, Context, Judgement, Kind};
use crate::model::fields::endpoint;
use crate::model::{Subject, SubjectKind};
use crate::pki::{Area, Fault, Host, Profile, Thresholds};

pub(super) static KIND: Kind = Kind {
    name: "trusted_path",
    explain: "A path of certificates holds from the one that was sent to a root; stale revocation \
              lists leave it unknown.",
    subjects: &[SubjectKind::Certificate, SubjectKind::Endpoint],
    arguments: &[
        (
            "roots",
            "`web`, those that browsers trust, or `given`, those named with --roots",
        ),
        (
            "profile",
            "`public`, as browsers hold it, or `private`, as RFC 5280 does",
        ),
        ("host", "it is for the endpoint's host as well"),
        (
            "optional",
            "not applicable, rather than unknown, where no roots were given",
        ),
    ],
    parse,
};

/// Names that no public authority may issue for, kept for examples (RFC 2606).
const RESERVED: &str = ".example";

#[derive(Debug)]
struct TrustedPath {
    roots: RootSet,
    profile: Profile,
    host: bool,
    optional: bool,
}

fn parse(arguments: &Arguments<'_>) -> Option<Box<dyn Check>> {
    let roots = arguments.required("roots").and_then(|node| {
        arguments.value(node, "web or given", |text| match text {
            "given" => Some(RootSet::Given),
            "web" => Some(RootSet::Web),
            _ => None,
        })
    });
    let profile = arguments
        .required("profile")
        .and_then(|node| arguments.value(node, "public or private", inspection::profile));
    let host = arguments.yes_or_no("host");
    let optional = arguments.yes_or_no("optional");
    Some(Box::new(TrustedPath {
        roots: roots?,
        profile: profile?,
        host: host?.unwrap_or(false),
        optional: optional?.unwrap_or(false),
    }))
}

impl Check for TrustedPath {
    fn run(&self, subject: &Subject, ctx: &Context<'_>) -> Judgement {
        let found = match certificate_of(subject, ctx) {
            Ok(found) => found,
            Err(judgement) => return judgement,
        };
        let judgement = self.judge(found, subject, ctx);
        match subject.kind {
            SubjectKind::Endpoint => judgement
                .field(endpoint::CERTIFICATE)
                .place(found.place.clone()),
            _ => judgement,
        }
    }
}

impl TrustedPath {
    fn judge(&self, found: &Subject, subject: &Subject, ctx: &Context<'_>) -> Judgement {
        let host = if self.host {
            host_of(subject)
        } else {
            Ok(None)
        };
        if let (RootSet::Web, Ok(Some(host))) = (self.roots, &host)
            && host.to_string().to_ascii_lowercase().ends_with(RESERVED)
        {
            return Judgement::not_applicable(ctx.say(|| {
                format!("{host} is a name kept for examples: no public authority issues for it")
            }));
        }
        let question = Question {
            host: host.as_ref().ok().and_then(Option::as_ref),
            profile: self.profile,
            roots: self.roots,
            thresholds: Thresholds::default(),
        };
        match inspection::inspect(found, &question, ctx) {
            Ok(inspection) => self
                .of(found, &inspection, host.err(), ctx)
                .until(inspection.until),
            Err(missing) => {
                let why = ctx.say(|| missing.sentence(&found.id));
                match missing {
                    Missing::Roots if self.optional => Judgement::not_applicable(why),
                    Missing::File | Missing::Roots => Judgement::unknown(why),
                }
            }
        }
    }

    fn of(
        &self,
        found: &Subject,
        inspection: &Inspection,
        no_host: Option<&'static str>,
        ctx: &Context<'_>,
    ) -> Judgement {
        let is_asked = |fault: &&Fault| self.host || fault.rule.id != "host_mismatch";
        let breaking = inspection.faults.iter().filter(is_asked);
        let (open, broken): (Vec<_>, Vec<_>) = breaking
            .filter(|fault| fault.breaks_path())
            .partition(|fault| leaves_open(fault));
        let id = &found.id;
        if !broken.is_empty() {
            return Judgement::fail(ctx.say(|| inspection::told(id, &broken)));
        }
        if !open.is_empty() {
            return Judgement::unknown(ctx.say(|| inspection::told(id, &open)));
        }
        if let Some(reason) = inspection.not_decided.first() {
            return Judgement::unknown(ctx.say(|| format!("certificate `{id}`: {reason}")));
        }
        if let Some(reason) = no_host {
            return Judgement::unknown(ctx.say(|| reason.into()));
        }
        if !inspection.holds {
            return Judgement::unknown(ctx.say(|| format!("no path of `{id}` was found to hold")));
        }
        let roots = &inspection.roots;
        Judgement::pass(ctx.say(|| format!("a path holds from certificate `{id}` to {roots}")))
    }
}

/// Whether a fault says only that nobody knows: a list that is stale or missing clears nothing, and
/// revokes nothing either.
fn leaves_open(fault: &Fault) -> bool {
    fault.rule.area == Area::Revocation && fault.rule.id != "revoked"
}

fn host_of(subject: &Subject) -> Result<Option<Host>, &'static str> {
    let text = match subject.kind {
        SubjectKind::Endpoint => subject.text(endpoint::HOST),
        _ => None,
    };
    let text = text.ok_or("`host` is not declared")?;
    Host::parse(text)
        .map(Some)
        .map_err(|_| "`host` is no host name")
}

/// The certificate itself, or the one that the endpoint names.
pub(super) fn certificate_of<'s>(
    subject: &'s Subject,
    ctx: &Context<'s>,
) -> Result<&'s Subject, Judgement> {
    if subject.kind == SubjectKind::Certificate {
        return Ok(subject);
    }
    let field = endpoint::CERTIFICATE;
    let Some(id) = subject.text(field) else {
        let why = ctx.say(|| "`certificate` is not declared".into());
        return Err(Judgement::unknown(why).field(field));
    };
    let found = ctx.declaration.find(SubjectKind::Certificate, id);
    found.ok_or_else(|| {
        let why = ctx.say(|| format!("no certificate `{id}` is declared"));
        Judgement::unknown(why).field(field)
    })
}
