//! What holds of the certificates that an endpoint was seen to serve: they lead to a root, are in
//! date, name the host, are all there, and are not revoked. Each is asked alone, so that one fault
//! does not hide another.

use crate::check::inspection::{self, Inspection, Missing, Question, RootSet};
use crate::check::{Context, Judgement};
use crate::model::fields::{certificate, endpoint};
use crate::model::{Subject, SubjectKind};
use crate::pki::{Area, Fault, Host, Profile, Thresholds};
use crate::probe::Target;
use std::sync::Arc;

/// Days of life up to which nobody has to list a certificate (CA/Browser Forum BR 1.6.1).
const SHORT_LIVED: i64 = 7;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Chain {
    Complete,
    Dates,
    Name,
    NotRevoked,
    Root,
}

impl Chain {
    pub(super) const EXPECTED: &'static str = "one of complete, dates, name, not_revoked, root";

    pub(super) fn named(text: &str) -> Option<Self> {
        Some(match text {
            "complete" => Self::Complete,
            "dates" => Self::Dates,
            "name" => Self::Name,
            "not_revoked" => Self::NotRevoked,
            "root" => Self::Root,
            _ => return None,
        })
    }

    /// The endpoint was seen.
    pub(super) fn judge(self, subject: &Subject, ctx: &Context<'_>) -> Judgement {
        let id = subject.text(endpoint::OBSERVED_CERTIFICATE_ID);
        let served = id.and_then(|id| ctx.declaration.find(SubjectKind::Certificate, id));
        let Some(served) = served else {
            return Judgement::unknown(ctx.say(|| "it showed no certificate".into()));
        };
        if self == Self::Complete {
            return complete(subject, ctx);
        }
        let has_lists = subject.value(endpoint::OBSERVED_CRLS).is_some();
        if self == Self::NotRevoked && !has_lists {
            return Judgement::not_applicable(ctx.say(|| {
                "no list of revoked certificates was asked for; `--live --fetch-crls` does".into()
            }));
        }
        let host = match host(subject) {
            Ok(host) => host,
            Err(why) => return Judgement::unknown(ctx.say(|| why.into())),
        };
        let look = Look {
            subject,
            served,
            ctx,
        };
        match look.inspect(&host, self) {
            Ok(found) => self.of(&look, &found).until(found.until),
            Err(missing) => Judgement::unknown(ctx.say(|| match missing {
                Missing::File => {
                    "what it serves is too much to be judged, or cannot be read".into()
                }
                Missing::Roots => missing.sentence(&served.id),
            })),
        }
    }

    fn of(self, look: &Look<'_>, found: &Inspection) -> Judgement {
        match self {
            Self::Complete => complete(look.subject, look.ctx),
            Self::Dates => look.dates(found),
            Self::Name => look.name(found),
            Self::NotRevoked => look.not_revoked(found),
            Self::Root => look.root(found),
        }
    }
}

fn complete(subject: &Subject, ctx: &Context<'_>) -> Judgement {
    match subject.boolean(endpoint::OBSERVED_INCOMPLETE) {
        Some(false) => Judgement::pass(ctx.say(|| "it serves every certificate up to a root".into())),
        Some(true) => Judgement::fail(ctx.say(|| {
            "what it serves leads to a root only with a certificate that it leaves out: who has not \
             met that one elsewhere cannot connect"
                .into()
        })),
        None => Judgement::unknown(ctx.say(|| {
            "what it serves leads to no root that is known here, with or without the certificates \
             that others sent"
                .into()
        })),
    }
}

/// The name that was asked for, as the probe reads it.
fn host(subject: &Subject) -> Result<Host, &'static str> {
    let text = subject
        .text(endpoint::HOST)
        .ok_or("its `host` is not declared")?;
    let target = Target::parse(text).map_err(|_| "its `host` is no host name")?;
    Host::parse(&target.host.to_string()).map_err(|_| "its `host` is no host name")
}

struct Look<'l> {
    subject: &'l Subject,
    served: &'l Subject,
    ctx: &'l Context<'l>,
}

impl Look<'_> {
    /// By the roots that fit what was declared of the certificate. Where nothing was, a path to
    /// either the web's roots or those given will do. Dates and names are asked whoever is trusted.
    fn inspect(&self, host: &Host, asked: Chain) -> Result<Arc<Inspection>, Missing> {
        let ask = |roots, profile| {
            let question = Question {
                host: Some(host),
                profile,
                roots,
                thresholds: Thresholds::default(),
            };
            inspection::inspect(self.served, &question, self.ctx)
        };
        let web = || ask(RootSet::Web, Profile::Public);
        let given = || ask(RootSet::Given, Profile::Private);
        match self.served.boolean(certificate::PUBLICLY_TRUSTED) {
            Some(true) => web(),
            Some(false) => match (given(), asked) {
                (Err(Missing::Roots), Chain::Dates | Chain::Name) => web(),
                (found, _) => found,
            },
            None => {
                let found = web()?;
                if found.holds {
                    return Ok(found);
                }
                match given() {
                    Ok(other) if other.holds || !has(&other, "unknown_issuer") => Ok(other),
                    Ok(_) | Err(_) => Ok(found),
                }
            }
        }
    }

    fn root(&self, found: &Inspection) -> Judgement {
        let broken = broken(found, Area::Trust);
        if !broken.is_empty() {
            let why = inspection::told(&self.served.id, &broken);
            if self.may_be_private(&broken) {
                return self.unknown(format!(
                    "{why}; if it is from an authority that you trust, give its root with --roots"
                ));
            }
            return Judgement::fail(self.ctx.say(|| why));
        }
        if let Some(open) = found.not_decided.first() {
            return self.unknown(open.clone());
        }
        if !found.holds {
            return self.unknown(format!(
                "no path holds today{}",
                self.beside(&broken_all(found))
            ));
        }
        if self.subject.boolean(endpoint::OBSERVED_HAS_KEY) != Some(true) {
            return self.unknown("it did not prove that it has the key of its certificate".into());
        }
        let roots = &found.roots;
        Judgement::pass(self.ctx.say(|| format!("what it serves leads to {roots}")))
    }

    /// Whether nothing is wrong but that its issuer is a stranger, where nobody was asked whom to
    /// trust beside the web's roots and browsers are not the ones who connect.
    fn may_be_private(&self, broken: &[&Fault]) -> bool {
        let is_public = self.subject.text(endpoint::AUDIENCE) == Some("internet")
            || self.served.boolean(certificate::PUBLICLY_TRUSTED) == Some(true);
        !is_public
            && self.ctx.declaration.roots.is_none()
            && broken.iter().all(|fault| fault.rule.id == "unknown_issuer")
    }

    fn dates(&self, found: &Inspection) -> Judgement {
        let broken = broken(found, Area::Time);
        if !broken.is_empty() {
            return Judgement::fail(self.ctx.say(|| inspection::told(&self.served.id, &broken)));
        }
        if !found.holds {
            return self.unknown(format!(
                "not every certificate up to a root was seen{}",
                self.beside(&broken_all(found))
            ));
        }
        Judgement::pass(
            self.ctx
                .say(|| "every certificate up to the root is in date".into()),
        )
    }

    fn name(&self, found: &Inspection) -> Judgement {
        let broken = broken(found, Area::Name);
        if broken.is_empty() {
            return Judgement::pass(self.ctx.say(|| "its certificate is for this host".into()));
        }
        Judgement::fail(self.ctx.say(|| inspection::told(&self.served.id, &broken)))
    }

    fn not_revoked(&self, found: &Inspection) -> Judgement {
        let revocation = |fault: &&Fault| fault.rule.area == Area::Revocation;
        let all: Vec<_> = found.faults.iter().filter(revocation).collect();
        let (revoked, open): (Vec<_>, Vec<_>) = all
            .into_iter()
            .partition(|fault| fault.rule.id == "revoked");
        if !revoked.is_empty() {
            return Judgement::fail(self.ctx.say(|| inspection::told(&self.served.id, &revoked)));
        }
        let trouble = self.subject.text(endpoint::OBSERVED_CRL_FAILURE);
        let trouble = trouble.map_or(String::new(), |trouble| format!(": {trouble}"));
        let open: Vec<_> = open.into_iter().filter(|it| is_open(it)).collect();
        if !open.is_empty() {
            let why = inspection::told(&self.served.id, &open);
            return self.unknown(format!("{why}{trouble}"));
        }
        if let Some(open) = found.not_decided.first() {
            return self.unknown(open.clone());
        }
        if !found.holds {
            return self.unknown("no path holds, so that nobody can vouch for a list".into());
        }
        let count = self.subject.integer(endpoint::OBSERVED_CRLS).unwrap_or(0);
        if count < 1 {
            let days = self.served.integer(certificate::LIFETIME_DAYS);
            if days.is_some_and(|days| days <= SHORT_LIVED) {
                let why = "it lives too short to be listed as revoked";
                return Judgement::not_applicable(self.ctx.say(|| why.into()));
            }
            return self.unknown(format!("no list of revoked certificates was had{trouble}"));
        }
        Judgement::pass(
            self.ctx
                .say(|| "the lists of its issuers do not name it".into()),
        )
    }

    fn beside(&self, faults: &[&Fault]) -> String {
        if faults.is_empty() {
            return String::new();
        }
        format!(": {}", inspection::told(&self.served.id, faults))
    }

    fn unknown(&self, why: String) -> Judgement {
        Judgement::unknown(self.ctx.say(|| why))
    }
}

/// A list that is told of as a warning only stands beside one that clears.
fn is_open(fault: &Fault) -> bool {
    fault.breaks_path() || fault.rule.id == "revocation_unchecked"
}

fn has(found: &Inspection, id: &str) -> bool {
    found.faults.iter().any(|fault| fault.rule.id == id)
}

fn broken(found: &Inspection, area: Area) -> Vec<&Fault> {
    let all = broken_all(found).into_iter();
    all.filter(|fault| fault.rule.area == area).collect()
}

fn broken_all(found: &Inspection) -> Vec<&Fault> {
    let faults = found.faults.iter();
    faults.filter(|fault| fault.breaks_path()).collect()
}
