//! `identified`: can the operating system be resolved to one answer about its support?

use super::os::os_conflict;
use super::supported::ends_of;
use super::{Arguments, Check, Context, Judgement, Kind};
use crate::catalogue::Certainty;
use crate::model::fields::asset;
use crate::model::{Subject, SubjectKind};

pub(super) static KIND: Kind = Kind {
    name: "identified",
    explain: "The operating system resolves to lifecycle facts that agree on its support.",
    subjects: &[SubjectKind::Asset],
    arguments: &[],
    parse,
};

#[derive(Debug)]
struct Identified;

#[expect(clippy::unnecessary_wraps, reason = "the shape every kind has")]
fn parse(_: &Arguments<'_>) -> Option<Box<dyn Check>> {
    Some(Box::new(Identified))
}

impl Check for Identified {
    fn run(&self, subject: &Subject, ctx: &Context<'_>) -> Judgement {
        let declares = [asset::OS, asset::OS_VERSION, asset::OS_BUILD];
        if declares.iter().all(|field| subject.value(*field).is_none()) {
            return Judgement::unknown(ctx.say(|| "no operating system is declared".into()))
                .field(asset::OS);
        }
        let Some(identity) = ctx.identity.as_deref() else {
            return Judgement::unknown(ctx.say(|| "no operating system is declared".into()));
        };
        if let Some(conflict) = os_conflict(identity, ctx) {
            return conflict;
        }
        let written = || subject.text(asset::OS).unwrap_or_default().to_owned();
        let judgement = match identity.certainty {
            Certainty::Exact | Certainty::Assumed => {
                Judgement::pass(ctx.say(|| format!("“{}” is {}", written(), identity.label)))
            }
            Certainty::Unknown => Judgement::fail(
                ctx.say(|| format!("“{}” is not an operating system we know", written())),
            ),
            Certainty::NotCovered => Judgement::fail(ctx.say(|| {
                format!(
                    "“{}” is {}, for which there are no lifecycle facts",
                    written(),
                    identity.label
                )
            })),
            Certainty::Ambiguous => {
                let mut ends = ends_of(identity, ctx);
                ends.dedup();
                match ends.as_slice() {
                    [_] => Judgement::pass(ctx.say(|| {
                        format!(
                            "“{}” is {}, all with one end of support",
                            written(),
                            identity.label
                        )
                    })),
                    _ => Judgement::fail(ctx.say(|| {
                        let settles = identity
                            .settles
                            .as_deref()
                            .unwrap_or("the release and edition");
                        format!(
                            "“{}” is {}, which end at different times; declare {settles}",
                            written(),
                            identity.label
                        )
                    })),
                }
            }
        };
        judgement.field(asset::OS)
    }
}
