//! One certificate judged: the best path to a root, and every fault on it.

use super::certificate::Certificate;
use super::fault::{Area, Fault, Level, Rule};
use super::host::Host;
use super::lint::{self, Seat, Surroundings};
use super::path::{Purpose, Route, Search};
use super::path_faults::{self as rules, Refusal};
use super::profile::{Profile, Thresholds};
use super::roots::Roots;
use super::signature::{Signed, broken_hash, signed_by};
use super::verdict::{NotDecided, Role, Verdict};
use super::{constrained, crl, trace};
use jiff::Timestamp;
use rustls::pki_types::CertificateDer;
use std::cmp::Reverse;
use webpki::{EndEntityCert, Error};
use x509_parser::extensions::GeneralName;

/// Times at which a path is looked for when there is none at the clock.
const MAX_TIMES: usize = 8;

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
        leaf,
        intermediates,
    }
    .fill(&mut verdict);
    verdict
        .faults
        .sort_by_key(|fault| (fault.certificate, Reverse(fault.level)));
    verdict
}

struct Judgement<'a> {
    request: &'a Request<'a>,
    leaf: Certificate<'a>,
    intermediates: Vec<Certificate<'a>>,
}

impl Judgement<'_> {
    fn fill(&self, verdict: &mut Verdict) {
        let (route, refusal) = self.route();
        let root = route
            .root
            .and_then(|root| self.request.roots.certificate(root));
        let path = self.seats(&route, root.as_ref());
        verdict.reaches_root = root.is_some();
        verdict.holds = refusal.is_none();
        verdict.path = path
            .iter()
            .map(|seat| seat.certificate.link(seat.role))
            .collect();
        verdict.faults.extend(self.lint_faults(&path));
        verdict.faults.extend(self.signature_faults(&path));
        verdict.faults.extend(self.trust_faults(&path));
        verdict.faults.extend(self.host_fault());
        let request = self.request;
        let revocation = crl::judge(&path, request.crls, request.clock, request.profile);
        verdict.faults.extend(revocation.faults);
        verdict.not_decided.extend(revocation.not_decided);
        verdict
            .not_decided
            .extend(lint::undecided(&self.leaf, request.profile));
        if let Some(error) = refusal {
            self.explain(&error, &path, verdict);
        }
    }

    /// A path that holds for servers at the clock; else the nearest to one, and the refusal.
    fn route(&self) -> (Route, Option<Error>) {
        let search = Search::new(&self.leaf, &self.intermediates, self.request.roots);
        let badness = |route: &Route| self.badness(route);
        let clock = self.request.clock;
        let refusal = match search.find(clock, Purpose::Server, &badness) {
            Ok(route) => return (route, None),
            Err(error) => error,
        };
        let other = self
            .times()
            .into_iter()
            .find_map(|time| search.find(time, Purpose::Any, &badness).ok());
        let route = other
            .unwrap_or_else(|| trace::follow(&self.leaf, &self.intermediates, self.request.roots));
        (route, Some(refusal))
    }

    /// Errors on a path that webpki holds for good.
    fn badness(&self, route: &Route) -> usize {
        let root = route
            .root
            .and_then(|root| self.request.roots.certificate(root));
        let path = self.seats(route, root.as_ref());
        let request = self.request;
        let revocation = crl::judge(&path, request.crls, request.clock, request.profile);
        self.lint_faults(&path)
            .iter()
            .chain(&revocation.faults)
            .filter(|fault| fault.level == Level::Error)
            // The leaf is the same on every path.
            .filter(|fault| fault.certificate != Some(0) || fault.breaks_path())
            .count()
    }

    /// The clock, then times inside the leaf's validity at which something sent begins or ends.
    fn times(&self) -> Vec<Timestamp> {
        let (start, end) = (self.leaf.not_before(), self.leaf.not_after());
        let mut times = vec![self.request.clock];
        let ends = self
            .intermediates
            .iter()
            .chain([&self.leaf])
            .flat_map(|certificate| [certificate.not_after(), certificate.not_before()]);
        for time in ends.filter(|time| (start..=end).contains(time)) {
            if !times.contains(&time) && times.len() < MAX_TIMES {
                times.push(time);
            }
        }
        times
    }

    fn seats<'s>(&'s self, route: &Route, root: Option<&'s Certificate<'s>>) -> Vec<Seat<'s>> {
        let leaf = Seat {
            role: Role::Leaf,
            certificate: &self.leaf,
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

    /// How a web root is written was weighed by the browsers that took it in: old ones lack what
    /// is asked of new ones.
    fn lint_faults(&self, path: &[Seat<'_>]) -> Vec<Fault> {
        let mut faults = lint::faults(path, self.surroundings());
        let is_root = |at: usize| path.get(at).is_some_and(|seat| seat.role == Role::Root);
        for fault in &mut faults {
            if self.request.roots.is_web()
                && fault.rule.area == Area::Form
                && fault.certificate.is_some_and(is_root)
            {
                fault.level = fault.level.min(Level::Warning);
            }
        }
        faults
    }

    fn surroundings(&self) -> Surroundings<'_> {
        Surroundings {
            clock: self.request.clock,
            host: self.request.host,
            profile: self.request.profile,
            sent: &self.intermediates,
            thresholds: self.request.thresholds,
        }
    }

    /// Signatures that do not fit. On a path that webpki found there are none.
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
        if let Some(open) = open_question(error, path) {
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
                        .then(|| constrained::outside(path))
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

fn placed(found: Option<(usize, String)>, otherwise: String) -> (Option<usize>, String) {
    found.map_or((None, otherwise), |(at, sentence)| (Some(at), sentence))
}

/// Questions that a refusal leaves open although it sounds like a fault.
fn open_question(error: &Error, path: &[Seat<'_>]) -> Option<NotDecided> {
    match error {
        Error::NameConstraintViolation if constrained::outside(path).is_some() => None,
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
