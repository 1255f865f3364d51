//! One certificate judged: the best path to a root, and every fault on it.

use super::budget::{Budget, Work};
use super::certificate::Certificate;
use super::constrained;
use super::crl::Revocation;
use super::fault::{Area, Fault, Level, Rule};
use super::host::Host;
use super::issuers::{Issuers, Node};
use super::lint::{self, Place, Seat, Seen, Surroundings};
use super::path::{self, Route};
use super::path_faults::{self as rules, Refusal, TOO_COMPLEX, too_complex};
use super::profile::{Profile, Thresholds};
use super::roots::Roots;
use super::signature::{Signed, broken_hash, signed_by};
use super::verdict::{NotDecided, Role, Verdict};
use jiff::Timestamp;
use rustls::pki_types::CertificateDer;
use std::cell::RefCell;
use std::cmp::Reverse;
use std::collections::HashMap;
use std::rc::Rc;
use webpki::{EndEntityCert, Error};
use x509_parser::extensions::GeneralName;

/// What is judged, and by what. Certificates and CRLs are in DER form.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    pub leaf: &'a [u8],
    pub intermediates: &'a [&'a [u8]],
    pub roots: &'a Roots,
    pub crls: &'a [&'a [u8]],
    /// Not asked for when there is none.
    pub host: Option<&'a Host>,
    pub profile: Profile,
    pub thresholds: &'a Thresholds,
    pub clock: Timestamp,
}

/// Judges a certificate. Never fails: what cannot be read is a fault.
pub fn judge(request: &Request<'_>) -> Verdict {
    judge_within(request, &Budget::default())
}

/// As [`judge`], at the expense of a budget.
pub(super) fn judge_within(request: &Request<'_>, budget: &Budget) -> Verdict {
    let mut verdict = Verdict {
        path: Vec::new(),
        reaches_root: false,
        holds: false,
        faults: Vec::new(),
        not_decided: Vec::new(),
        roots: request.roots.summary().clone(),
        profile: request.profile,
        clock: request.clock,
        host: request.host.map(ToString::to_string),
    };
    let leaf = match Certificate::parse(request.leaf) {
        Ok(leaf) => leaf,
        Err(error) => {
            let sentence = error.to_string();
            verdict
                .faults
                .extend(fault(request, &rules::UNREADABLE, None, sentence));
            return verdict;
        }
    };
    let (intermediates, unreadable) = readable(request.intermediates);
    if unreadable > 0 {
        let sentence = format!("{unreadable} of the certificates sent along cannot be read");
        verdict.faults.extend(
            fault(request, &rules::UNREADABLE, None, sentence).map(|fault| Fault {
                level: Level::Warning,
                ..fault
            }),
        );
    }
    Judgement {
        request,
        leaf: &leaf,
        intermediates: &intermediates,
        issuers: Issuers::new(&leaf, &intermediates, request.roots, budget),
        revocation: Revocation::new(request.crls, request.clock, request.profile, budget),
        budget,
        linted: RefCell::default(),
    }
    .fill(&mut verdict);
    verdict
        .faults
        .sort_by_key(|fault| (fault.certificate, Reverse(fault.level)));
    verdict
}

struct Judgement<'a> {
    request: &'a Request<'a>,
    leaf: &'a Certificate<'a>,
    intermediates: &'a [Certificate<'a>],
    issuers: Issuers<'a>,
    revocation: Revocation<'a>,
    budget: &'a Budget,
    /// What is wrong with a certificate below an issuer at a place, which many routes may share.
    linted: RefCell<HashMap<Asked, Rc<[Fault]>>>,
}

/// A certificate, its issuer, and its place: all that lints see of a path.
type Asked = (Node, Option<Node>, Place);

/// The route that is judged, and why it does not hold.
struct Choice {
    route: Route,
    refusal: Option<Error>,
    /// A better one may have been left out.
    is_cut: bool,
}

impl Judgement<'_> {
    fn fill(&self, verdict: &mut Verdict) {
        let choice = self.choose();
        let root = self.root(&choice.route);
        let path = self.seats(&choice.route, root.as_ref());
        verdict.reaches_root = root.is_some();
        verdict.holds = choice.refusal.is_none();
        verdict.path = path
            .iter()
            .map(|seat| seat.certificate.link(seat.role))
            .collect();
        match self.lint_faults(&choice.route, &path) {
            Some(faults) => verdict.faults.extend(faults),
            None => verdict.not_decided.push(too_complex()),
        }
        verdict.faults.extend(self.signature_faults(&path));
        verdict.faults.extend(self.trust_faults(&path));
        verdict.faults.extend(self.host_fault());
        let revocation = self.revocation.judge(&path);
        verdict.faults.extend(revocation.faults);
        verdict.not_decided.extend(revocation.not_decided);
        let request = self.request;
        verdict
            .not_decided
            .extend(lint::undecided(self.leaf, request.profile));
        verdict.not_decided.extend(constrained_policies(&path));
        let is_perfect = choice.refusal.is_none() && !verdict.faults.iter().any(is_of_the_route);
        if let Some(error) = choice.refusal {
            self.explain(&error, &path, verdict);
        }
        let is_told = verdict
            .not_decided
            .iter()
            .any(|open| open.id == TOO_COMPLEX);
        if choice.is_cut && !is_perfect && !is_told {
            verdict.not_decided.push(too_complex());
        }
    }

    /// A route that holds for servers at the clock, with as few errors as can be; else the nearest
    /// to one.
    fn choose(&self) -> Choice {
        let candidates = self.issuers.candidates();
        let mut is_cut = candidates.is_cut;
        let mut best: Option<((bool, usize), Choice)> = None;
        for route in candidates.routes {
            let Some(badness) = self.badness(&route) else {
                is_cut = true;
                break;
            };
            let refusal = self.hold(&route).err();
            let rank = (refusal.is_some(), badness);
            if best.as_ref().is_none_or(|(least, _)| rank < *least) {
                let is_cut = false;
                let choice = Choice {
                    route,
                    refusal,
                    is_cut,
                };
                best = Some((rank, choice));
            }
            if rank == (false, 0) {
                is_cut = false;
                break;
            }
        }
        match best {
            Some((_, choice)) => Choice { is_cut, ..choice },
            None => Choice {
                route: self.issuers.trace(),
                refusal: Some(if is_cut {
                    Error::MaximumPathBuildCallsExceeded
                } else {
                    Error::UnknownIssuer
                }),
                is_cut,
            },
        }
    }

    fn hold(&self, route: &Route) -> Result<(), Error> {
        let anchor = route.root.and_then(|root| self.request.roots.anchor(root));
        let intermediates: Vec<_> = route
            .intermediates
            .iter()
            .filter_map(|at| self.intermediates.get(*at))
            .collect();
        path::hold(
            self.leaf,
            &intermediates,
            anchor.ok_or(Error::UnknownIssuer)?,
            self.request.clock,
        )
    }

    /// Errors on a route, but for those of the leaf that every route has; none where they would
    /// cost too much to find.
    fn badness(&self, route: &Route) -> Option<usize> {
        let root = self.root(route);
        let path = self.seats(route, root.as_ref());
        let lints = self.lint_faults(route, &path)?;
        let revocation = self.revocation.judge(&path);
        let errors = lints
            .iter()
            .chain(&revocation.faults)
            .filter(|fault| fault.level == Level::Error)
            .filter(|fault| fault.certificate != Some(0) || fault.breaks_path());
        Some(errors.count())
    }

    fn root(&self, route: &Route) -> Option<Certificate<'_>> {
        self.request.roots.certificate(route.root?)
    }

    fn seats<'s>(&'s self, route: &Route, root: Option<&'s Certificate<'s>>) -> Vec<Seat<'s>> {
        let leaf = Seat {
            role: Role::Leaf,
            certificate: self.leaf,
        };
        let intermediates = route
            .intermediates
            .iter()
            .filter_map(|at| self.intermediates.get(*at))
            .map(|certificate| Seat {
                role: Role::Intermediate,
                certificate,
            });
        let root = root.map(|certificate| Seat {
            role: Role::Root,
            certificate,
        });
        std::iter::once(leaf)
            .chain(intermediates)
            .chain(root)
            .collect()
    }

    /// None where the certificates sent make too many places to look at.
    fn lint_faults(&self, route: &Route, path: &[Seat<'_>]) -> Option<Vec<Fault>> {
        let nodes: Vec<Node> = std::iter::once(Node::Leaf)
            .chain(route.intermediates.iter().map(|at| Node::Sent(*at)))
            .chain(route.root.map(Node::Root))
            .collect();
        let mut faults = Vec::new();
        for (seen, at) in lint::seen(path, self.surroundings()).zip(0..) {
            let key = (*nodes.get(at)?, nodes.get(at + 1).copied(), seen.place);
            let known = self.linted.borrow().get(&key).cloned();
            let found = match known {
                Some(found) => found,
                None => self.lint(&seen)?,
            };
            faults.extend_from_slice(&found);
            self.linted.borrow_mut().insert(key, found);
        }
        Some(faults)
    }

    /// How a web root is written was weighed by the browsers that took it in: old ones lack what
    /// is asked of new ones.
    fn lint(&self, seen: &Seen<'_>) -> Option<Rc<[Fault]>> {
        if !self.budget.spend(Work::Places, 1) {
            return None;
        }
        let is_weighed = seen.role == Role::Root && self.request.roots.is_web();
        let weigh = |fault: Fault| match fault.rule.area {
            Area::Form if is_weighed => Fault {
                level: fault.level.min(Level::Warning),
                ..fault
            },
            _ => fault,
        };
        Some(lint::faults(seen).map(weigh).collect())
    }

    fn surroundings(&self) -> Surroundings<'_> {
        Surroundings {
            clock: self.request.clock,
            host: self.request.host,
            profile: self.request.profile,
            sent: self.intermediates,
            thresholds: self.request.thresholds,
        }
    }

    /// Signatures that do not fit. On a path that holds there are none.
    fn signature_faults(&self, path: &[Seat<'_>]) -> Vec<Fault> {
        let mut faults = Vec::new();
        for (position, pair) in path.windows(2).enumerate() {
            let [below, above] = pair else { continue };
            let key = above.certificate.x509().public_key();
            if signed_by(below.certificate, key) == Signed::Forged {
                let sentence = "not signed by the key of the authority it names".into();
                faults.extend(fault(
                    self.request,
                    &rules::BAD_SIGNATURE,
                    Some(position),
                    sentence,
                ));
            }
        }
        faults
    }

    fn trust_faults(&self, path: &[Seat<'_>]) -> Option<Fault> {
        let position = path.len().checked_sub(1)?;
        let top = path.get(position)?;
        if position == 0 && top.certificate.is_self_signed() {
            let sentence = if self.request.roots.holds(self.leaf.der()) {
                "signed itself, and is trusted only because it was given as a root"
            } else {
                "signed itself"
            };
            return fault(self.request, &rules::SELF_SIGNED, Some(0), sentence.into());
        }
        if position == 1 && top.certificate.der() == self.leaf.der() {
            let sentence = "signed itself, and is trusted only because it was given as a root";
            return fault(self.request, &rules::SELF_SIGNED, Some(0), sentence.into());
        }
        if top.role == Role::Root {
            return None;
        }
        let issuer = top.certificate.issuer().unwrap_or_else(|| "nobody".into());
        let sentence = if top.certificate.is_self_signed() {
            "signed itself, and is none of the roots".into()
        } else {
            format!("issued by {issuer}, which is neither sent along nor a root")
        };
        fault(
            self.request,
            &rules::UNKNOWN_ISSUER,
            Some(position),
            sentence,
        )
    }

    fn host_fault(&self) -> Option<Fault> {
        let host = self.request.host?;
        let der = CertificateDer::from(self.leaf.der());
        let matches = EndEntityCert::try_from(&der)
            .and_then(|leaf| leaf.verify_is_valid_for_subject_name(host.server_name()));
        let error = matches.err()?;
        let hosts: Vec<String> = self.leaf.hosts().take(4).collect();
        let sentence = match error {
            Error::CertNotValidForName(_) if hosts.is_empty() => {
                format!("not for {host}: it has no alternative names")
            }
            Error::CertNotValidForName(_) => {
                format!("not for {host}, but for {}", hosts.join(", "))
            }
            other => format!("whether it is for {host} cannot be read: {other}"),
        };
        fault(self.request, &rules::HOST_MISMATCH, Some(0), sentence)
    }

    /// Makes sure that a refusal shows: by the faults found, by a fault of its own, or as a
    /// question left open.
    fn explain(&self, error: &Error, path: &[Seat<'_>], verdict: &mut Verdict) {
        if let Some(open) = open_question(error, path, self.budget) {
            verdict.not_decided.push(open);
            return;
        }
        let is_explained = verdict.faults.iter().any(Fault::breaks_path);
        match rules::read(error) {
            Refusal::Fault { rule, sentence } => {
                let is_own = [&rules::NAME_CONSTRAINT, &rules::DISTRUSTED].contains(&rule);
                let is_told = verdict.faults.iter().any(|fault| fault.rule == rule);
                if !is_told && (is_own || !is_explained) {
                    let found = (rule == &rules::NAME_CONSTRAINT)
                        .then(|| constrained::outside(path, self.budget))
                        .flatten();
                    let (at, sentence) = placed(found, sentence);
                    verdict
                        .faults
                        .extend(fault(self.request, rule, at, sentence));
                }
            }
            Refusal::NotDecided { id, sentence } if !is_explained => {
                verdict.not_decided.push(NotDecided {
                    id,
                    certificate: None,
                    sentence,
                });
            }
            Refusal::NotDecided { .. } => {}
        }
    }
}

/// Whether another route might be without it.
fn is_of_the_route(fault: &Fault) -> bool {
    fault.level == Level::Error && fault.certificate != Some(0)
}

fn placed(found: Option<(usize, String)>, otherwise: String) -> (Option<usize>, String) {
    found.map_or((None, otherwise), |(at, sentence)| (Some(at), sentence))
}

/// Questions that a refusal leaves open although it sounds like a fault.
fn open_question(error: &Error, path: &[Seat<'_>], budget: &Budget) -> Option<NotDecided> {
    match error {
        Error::NameConstraintViolation if constrained::outside(path, budget).is_some() => None,
        Error::NameConstraintViolation if renews_itself(path) => Some(NotDecided {
            id: "self_issued_intermediate",
            certificate: None,
            sentence: "an authority renewed itself on this path, and its own name need not fit \
                       its constraints; this validator asks for that"
                .into(),
        }),
        Error::NameConstraintViolation => {
            let at = path
                .iter()
                .position(|seat| constrains_unread_names(seat.certificate))?;
            Some(NotDecided {
                id: "name_constraint_kind",
                certificate: Some(at),
                sentence: "it constrains names of a kind that this validator does not compare"
                    .into(),
            })
        }
        Error::CaUsedAsEndEntity => Some(NotDecided {
            id: "ca_as_leaf",
            certificate: Some(0),
            sentence: "RFC 5280 lets an authority's certificate end a path; this validator \
                       follows none from there"
                .into(),
        }),
        Error::UnsupportedSignatureAlgorithmContext(_)
        | Error::UnsupportedSignatureAlgorithmForPublicKeyContext(_) => {
            let at = path.windows(2).position(|pair| {
                let [below, above] = pair else { return false };
                let key = above.certificate.x509().public_key();
                signed_by(below.certificate, key) == Signed::NotDecided
                    && broken_hash(&below.certificate.signature()).is_none()
            })?;
            Some(NotDecided {
                id: "algorithm",
                certificate: Some(at),
                sentence: "the algorithm or curve of its signature is not implemented here".into(),
            })
        }
        _ => None,
    }
}

/// Policies that a root insists on, which nobody follows here; webpki reads none of them.
fn constrained_policies(path: &[Seat<'_>]) -> Option<NotDecided> {
    let (at, root) = path
        .iter()
        .enumerate()
        .find(|(_, seat)| seat.role == Role::Root)?;
    let is_strict = |oid: &&str| {
        let extension = root.certificate.extension(oid);
        extension.is_some_and(|extension| extension.critical)
    };
    lint::POLICY_LIMITS.iter().find(|oid| is_strict(oid))?;
    Some(NotDecided {
        id: "policy_constraints",
        certificate: Some(at),
        sentence: "it constrains the policies below it, which is not followed here".into(),
    })
}

/// Whether an authority on the path issued a certificate to itself.
fn renews_itself(path: &[Seat<'_>]) -> bool {
    path.iter()
        .any(|seat| seat.role == Role::Intermediate && seat.certificate.is_self_issued())
}

/// Whether it constrains directory names, or another kind than DNS names and addresses.
fn constrains_unread_names(certificate: &Certificate<'_>) -> bool {
    let Some(constraints) = constrained::constraints(certificate) else {
        return false;
    };
    let permitted = constraints.permitted_subtrees.iter().flatten();
    let excluded = constraints.excluded_subtrees.iter().flatten();
    permitted.chain(excluded).any(|tree| {
        !matches!(
            tree.base,
            GeneralName::DNSName(_) | GeneralName::IPAddress(_)
        )
    })
}

fn readable<'a>(sent: &[&'a [u8]]) -> (Vec<Certificate<'a>>, usize) {
    let certificates: Vec<_> = sent
        .iter()
        .filter_map(|der| Certificate::parse(der).ok())
        .collect();
    let unreadable = sent.len() - certificates.len();
    (certificates, unreadable)
}

fn fault(
    request: &Request<'_>,
    rule: &'static Rule,
    certificate: Option<usize>,
    sentence: String,
) -> Option<Fault> {
    Some(Fault {
        rule,
        level: request.profile.level(rule)?,
        certificate,
        sentence,
    })
}
