//! Who issued whom, among what was sent and the roots: each signature is checked once.
//!
//! It proposes the routes from a leaf to a root, by names and signatures alone. Whether one of
//! them holds is webpki's to say.

use super::budget::{Budget, Work};
use super::certificate::Certificate;
use super::path::{MAX_INTERMEDIATES, Route};
use super::roots::Roots;
use super::signature::{Signed, signed_by};
use std::cell::RefCell;
use std::collections::HashMap;

/// Routes that are proposed.
const MAX_ROUTES: usize = 16;
/// Certificates of one name on a route: an authority that renewed itself has two.
const MAX_OF_A_NAME: usize = 2;
/// Issuers of one name that are asked for a route that ends nowhere.
const MAX_OF_A_TRACE: usize = 12;

/// A certificate by its place among what was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Node {
    Leaf,
    Root(usize),
    Sent(usize),
}

/// What the judgement is made of.
#[derive(Debug)]
pub(super) struct Issuers<'a> {
    leaf: &'a Certificate<'a>,
    sent: &'a [Certificate<'a>],
    roots: &'a Roots,
    budget: &'a Budget,
    known: RefCell<HashMap<(Node, Node), Signed>>,
}

/// Routes from the leaf to a root, shorter ones before those they begin.
#[derive(Debug, Default)]
pub(super) struct Candidates {
    pub(super) routes: Vec<Route>,
    /// There may be more.
    pub(super) is_cut: bool,
}

impl<'a> Issuers<'a> {
    pub(super) fn new(
        leaf: &'a Certificate<'a>,
        sent: &'a [Certificate<'a>],
        roots: &'a Roots,
        budget: &'a Budget,
    ) -> Self {
        Self {
            leaf,
            sent,
            roots,
            budget,
            known: RefCell::default(),
        }
    }

    pub(super) fn candidates(&self) -> Candidates {
        let mut found = Candidates::default();
        self.climb(&mut Vec::new(), &mut found);
        found
    }

    fn climb(&self, trail: &mut Vec<usize>, found: &mut Candidates) {
        if found.routes.len() == MAX_ROUTES || !self.budget.spend(Work::Steps, 1) {
            found.is_cut = true;
            return;
        }
        let below = trail.last().map_or(Node::Leaf, |at| Node::Sent(*at));
        let Some(head) = self.issued(below) else {
            return;
        };
        for root in self.roots.named(head.x509().issuer().as_raw()) {
            if !self.may_have_issued(below, Node::Root(root), found) {
                continue;
            }
            if found.routes.len() == MAX_ROUTES {
                found.is_cut = true;
                return;
            }
            found.routes.push(Route {
                intermediates: trail.clone(),
                root: Some(root),
            });
        }
        for next in self.sent_named(head) {
            if self.is_behind(next, trail) || !self.may_have_issued(below, Node::Sent(next), found)
            {
                continue;
            }
            if trail.len() == MAX_INTERMEDIATES || self.is_named_too_often(next, trail) {
                found.is_cut = true;
                continue;
            }
            trail.push(next);
            self.climb(trail, found);
            trail.pop();
        }
    }

    /// Places of what was sent under the name of the certificate's issuer.
    fn sent_named(&self, head: &Certificate<'_>) -> impl Iterator<Item = usize> {
        let name = head.x509().issuer().as_raw();
        let named = self
            .sent
            .iter()
            .enumerate()
            .filter(move |(_, certificate)| certificate.x509().subject().as_raw() == name);
        named.map(|(at, _)| at)
    }

    /// Whether the same authority, by name and key, stands on the trail or is the leaf itself: a
    /// loop (RFC 4158 5.2).
    fn is_behind(&self, next: usize, trail: &[usize]) -> bool {
        let Some(next) = self.sent.get(next) else {
            return true;
        };
        let (name, key) = (next.x509().subject(), next.x509().public_key());
        let behind = trail.iter().filter_map(|at| self.sent.get(*at));
        behind.chain([self.leaf]).any(|other| {
            other.x509().subject().as_raw() == name.as_raw()
                && other.x509().public_key().raw == key.raw
        })
    }

    fn is_named_too_often(&self, next: usize, trail: &[usize]) -> bool {
        let Some(next) = self.sent.get(next) else {
            return true;
        };
        let behind = trail.iter().filter_map(|at| self.sent.get(*at));
        let name = next.x509().subject().as_raw();
        behind
            .filter(|other| other.x509().subject().as_raw() == name)
            .count()
            >= MAX_OF_A_NAME
    }

    fn may_have_issued(&self, below: Node, above: Node, found: &mut Candidates) -> bool {
        let signed = self.signed(below, above);
        found.is_cut |= signed.is_none();
        signed.is_some_and(|signed| signed != Signed::Forged)
    }

    /// Whether one signed the other; none where too many signatures were checked already.
    pub(super) fn signed(&self, below: Node, above: Node) -> Option<Signed> {
        if let Some(signed) = self.known.borrow().get(&(below, above)) {
            return Some(*signed);
        }
        if !self.budget.spend(Work::Signatures, 1) {
            return None;
        }
        let certificate = self.issued(below)?;
        let signed = match above {
            Node::Root(root) => signed_by(
                certificate,
                self.roots.certificate(root)?.x509().public_key(),
            ),
            Node::Leaf | Node::Sent(_) => {
                signed_by(certificate, self.issued(above)?.x509().public_key())
            }
        };
        self.known.borrow_mut().insert((below, above), signed);
        Some(signed)
    }

    fn issued(&self, node: Node) -> Option<&'a Certificate<'a>> {
        match node {
            Node::Leaf => Some(self.leaf),
            Node::Root(_) => None,
            Node::Sent(at) => self.sent.get(at),
        }
    }

    /// How far the leaf can be followed where no route leads to a root: each issuer by name,
    /// preferring those whose key fits. It decides nothing; it says where a path breaks and gives
    /// faults their place.
    pub(super) fn trace(&self) -> Route {
        let mut route = Route::default();
        let mut below = Node::Leaf;
        while let Some(head) = self.issued(below)
            && route.intermediates.len() < MAX_OF_A_TRACE
        {
            let named = self.roots.named(head.x509().issuer().as_raw());
            let by_root = self.best(below, named.map(Node::Root));
            let sent = self.sent_named(head).filter(|at| {
                let is_itself = self.sent.get(*at).is_none_or(|one| one.der() == head.der());
                !is_itself && !route.intermediates.contains(at)
            });
            let by_sent = self.best(below, sent.map(Node::Sent));
            match (by_root, by_sent) {
                (Some((Node::Root(root), Signed::Verified)), _)
                // A forged signature under a root's name says more than none at all.
                | (Some((Node::Root(root), _)), None | Some((_, Signed::Forged))) => {
                    route.root = Some(root);
                    return route;
                }
                (_, Some((next @ Node::Sent(at), _))) => {
                    route.intermediates.push(at);
                    below = next;
                }
                _ => return route,
            }
        }
        route
    }

    /// The first of those whose signature says most.
    fn best(&self, below: Node, above: impl Iterator<Item = Node>) -> Option<(Node, Signed)> {
        above
            .take(MAX_OF_A_TRACE)
            .filter_map(|node| Some((node, self.signed(below, node)?)))
            .min_by_key(|(_, signed)| match signed {
                Signed::Verified => 0,
                Signed::NotDecided => 1,
                Signed::Forged => 2,
            })
    }
}
