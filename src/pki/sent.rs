//! What was sent with a certificate, as clients meet it: how much, in which order, and what of it
//! nobody needs.

use super::certificate::Certificate;
use std::collections::BTreeSet;

/// Facts of what was sent; issuers are found by their names, signatures are not looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sent {
    /// Certificates, the server's own included.
    pub count: usize,
    /// In DER form.
    pub bytes: usize,
    /// Whether the server's certificate stands first, and each issuer behind one that it issued.
    pub is_in_order: bool,
    /// Whether something signed in its own name stands behind the server's certificate. Clients
    /// have the root, or do not trust it.
    pub has_root: bool,
    /// Whether a certificate is there twice.
    pub has_duplicate: bool,
    /// Whether something is on no path from the server's certificate.
    pub has_surplus: bool,
}

impl Sent {
    /// `leaf` is the place of the server's certificate; none of its facts hold without one.
    pub fn of(certificates: &[&Certificate<'_>], leaf: usize) -> Option<Self> {
        let own = certificates.get(leaf)?;
        let others = || certificates.iter().filter(|one| one.der() != own.der());
        let distinct: BTreeSet<_> = certificates.iter().map(|one| one.der()).collect();
        let needed = needed(certificates, own);
        let is_needed = |one: &Certificate<'_>| needed.contains(one.x509().subject().as_raw());
        Some(Self {
            count: certificates.len(),
            bytes: certificates.iter().map(|one| one.der().len()).sum(),
            is_in_order: leaf == 0 && (1..certificates.len()).all(|at| follows(certificates, at)),
            has_root: others().any(|one| one.is_self_issued()),
            has_duplicate: distinct.len() < certificates.len(),
            has_surplus: others().any(|one| !is_needed(one)),
        })
    }
}

/// Names of the issuers above a certificate, as far as they were sent.
fn needed<'d>(certificates: &[&Certificate<'d>], leaf: &Certificate<'d>) -> BTreeSet<&'d [u8]> {
    let mut needed = BTreeSet::new();
    let mut wanted = vec![leaf.x509().tbs_certificate.issuer.as_raw()];
    while let Some(name) = wanted.pop() {
        let parts = certificates.iter().map(|one| &one.x509().tbs_certificate);
        let issuers: Vec<_> = parts.filter(|one| one.subject.as_raw() == name).collect();
        if !issuers.is_empty() && needed.insert(name) {
            wanted.extend(issuers.iter().map(|one| one.issuer.as_raw()));
        }
    }
    needed
}

/// Whether one that stands before it names it as its issuer.
fn follows(certificates: &[&Certificate<'_>], at: usize) -> bool {
    let (Some(before), Some(one)) = (certificates.get(..at), certificates.get(at)) else {
        return false;
    };
    let name = one.x509().subject().as_raw();
    before
        .iter()
        .any(|earlier| earlier.x509().issuer().as_raw() == name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};

    type Made = (Vec<u8>, Issuer<'static, KeyPair>);

    fn make(name: &str, by: Option<&Made>) -> Made {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let made = match by {
            Some((_, issuer)) => params.signed_by(&key, issuer).unwrap(),
            None => params.self_signed(&key).unwrap(),
        };
        (made.der().to_vec(), Issuer::new(params, key))
    }

    fn sent(ders: &[&[u8]], leaf: usize) -> Sent {
        let read: Vec<_> = ders
            .iter()
            .map(|der| Certificate::parse(der).unwrap())
            .collect();
        Sent::of(&read.iter().collect::<Vec<_>>(), leaf).unwrap()
    }

    #[test]
    fn a_chain_is_in_order_with_its_root_and_without() {
        let root = make("Root", None);
        let middle = make("Issuing", Some(&root));
        let (leaf, _) = make("leaf", Some(&middle));
        let chain = sent(&[&leaf, &middle.0], 0);
        assert_eq!(chain.count, 2);
        assert_eq!(chain.bytes, leaf.len() + middle.0.len());
        assert!(chain.is_in_order && !chain.has_root && !chain.has_surplus);
        let whole = sent(&[&leaf, &middle.0, &root.0], 0);
        assert!(whole.is_in_order && whole.has_root && !whole.has_surplus);
        let alone = sent(&[&leaf], 0);
        assert!(alone.is_in_order && !alone.has_duplicate && !alone.has_surplus);
    }

    #[test]
    fn what_stands_wrong_twice_or_for_nothing_is_told_apart() {
        let root = make("Root", None);
        let middle = make("Issuing", Some(&root));
        let (leaf, _) = make("leaf", Some(&middle));
        let (stranger, _) = make("Stranger", Some(&root));
        let turned = sent(&[&leaf, &root.0, &middle.0], 0);
        assert!(!turned.is_in_order && !turned.has_surplus && !turned.has_duplicate);
        assert!(!sent(&[&middle.0, &leaf], 1).is_in_order);
        let twice = sent(&[&leaf, &middle.0, &middle.0], 0);
        assert!(twice.has_duplicate && twice.is_in_order && !twice.has_surplus);
        let again = sent(&[&leaf, &middle.0, &leaf], 0);
        assert!(again.has_duplicate && !again.has_surplus);
        assert!(sent(&[&leaf, &middle.0, &stranger], 0).has_surplus);
    }

    #[test]
    fn one_that_signed_itself_is_its_own_root_and_no_surplus() {
        let (own, _) = make("appliance", None);
        let alone = sent(&[&own], 0);
        assert!(!alone.has_root && !alone.has_surplus && alone.is_in_order);
        assert_eq!(Sent::of(&[], 0), None);
    }
}
