//! Facts of a certificate, read from its PEM or DER file.
//!
//! What the file says replaces what was declared. Nothing is verified here, and a private key
//! that was sent along is refused without ever being printed.

use crate::model::fields::certificate as field;
use crate::model::{Bundle, FieldId, Record, Value, hexadecimal};
use crate::pki::container::{self, MAX_CERTIFICATES, MAX_NAMES};
use crate::pki::lint::crl::issuer_and_days;
use crate::pki::{Certificate, Sent};
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use std::sync::Arc;

pub(super) use crate::pki::container::holds_private_key;

const PRIVATE_KEY: &str = "it holds a private key: remove it and treat the key as compromised";

/// What a file says about the certificate a server would present.
#[derive(Debug)]
pub(super) struct Facts {
    subject: Option<String>,
    sans: Vec<String>,
    issuer: Option<String>,
    chain: Vec<String>,
    not_before: Timestamp,
    not_after: Timestamp,
    key_algorithm: &'static str,
    key_bits: Option<i64>,
    signature: String,
    sha256: String,
    key_sha256: String,
    private_key_sent: bool,
    purposes: Option<Vec<&'static str>>,
    public_logs: Option<usize>,
    sent: Option<Sent>,
}

/// A file of a certificate: what it says, and its bytes.
#[derive(Debug)]
pub(super) struct Read {
    pub(super) facts: Facts,
    pub(super) leaf: Vec<u8>,
    pub(super) others: Vec<Vec<u8>>,
    /// CRLs in the same file.
    pub(super) crls: Vec<Vec<u8>>,
}

/// Reads a bundle of PEM blocks, or one certificate as DER. The reason of a refusal fits after
/// the name of the file: `chain.pem: …`.
pub(super) fn read(bytes: &[u8]) -> Result<Read, String> {
    // Of a file that cannot be read, the key is what has to be told.
    let told = |error: container::ContainerError| {
        if holds_private_key(bytes) {
            return PRIVATE_KEY.to_owned();
        }
        error.to_string()
    };
    let contents = container::read(bytes).map_err(told)?;
    let private_key_sent = !contents.incidents.is_empty() || holds_private_key(bytes);
    if private_key_sent && contents.certificates.is_empty() {
        return Err(PRIVATE_KEY.into());
    }
    let certificates = contents
        .certificates
        .iter()
        .map(|der| Certificate::parse(der).map_err(|error| error.to_string()))
        .collect::<Result<Vec<_>, _>>()?;
    let leaf = leaf(&certificates).ok_or("it holds no certificate")?;
    let others = certificates.iter().filter(|one| !std::ptr::eq(*one, leaf));
    Ok(Read {
        facts: Facts {
            private_key_sent,
            sent: sent(leaf, &certificates),
            ..facts(leaf, &certificates)?
        },
        leaf: leaf.der().to_vec(),
        others: others.map(|one| one.der().to_vec()).collect(),
        crls: contents.crls.clone(),
    })
}

/// A CRL, looked through once however many certificates it is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Crl {
    der: Arc<[u8]>,
    sha256: [u8; 32],
    /// Empty where it cannot be read.
    issuer: Arc<[u8]>,
    days: Option<i64>,
}

impl From<Arc<[u8]>> for Crl {
    fn from(der: Arc<[u8]>) -> Self {
        let (issuer, days) = issuer_and_days(&der).unwrap_or_default();
        Self {
            sha256: Sha256::digest(&der).into(),
            issuer: issuer.into(),
            days,
            der,
        }
    }
}

impl Crl {
    /// Whether it is of the issuer of one of these certificates.
    pub(super) fn concerns(&self, leaf: &[u8], others: &[Vec<u8>]) -> bool {
        let all = std::iter::once(leaf).chain(others.iter().map(Vec::as_slice));
        let mut read = all.filter_map(|der| Certificate::parse(der).ok());
        read.any(|one| one.x509().issuer().as_raw() == &*self.issuer)
    }
}

/// What was sent, under one hash.
pub fn bundle(leaf: Vec<u8>, others: Vec<Vec<u8>>, crls: Vec<Arc<[u8]>>) -> Bundle {
    let crls: Vec<_> = crls.into_iter().map(Crl::from).collect();
    assemble(leaf, others, &crls)
}

pub(super) fn assemble(leaf: Vec<u8>, others: Vec<Vec<u8>>, crls: &[Crl]) -> Bundle {
    let mut all = Sha256::new();
    let lists = crls.iter().map(|crl| &crl.sha256[..]);
    let certificates = others.iter().map(Vec::as_slice);
    // Lengths keep apart what would be the same in a row.
    all.update(others.len().to_be_bytes());
    for bytes in std::iter::once(leaf.as_slice())
        .chain(certificates)
        .chain(lists)
    {
        all.update(bytes.len().to_be_bytes());
        all.update(bytes);
    }
    Bundle {
        sha256: hexadecimal(&all.finalize()),
        leaf,
        others,
        crls: crls.iter().map(|crl| Arc::clone(&crl.der)).collect(),
    }
}

/// Reads a file of CRLs.
pub(super) fn read_crls(bytes: &[u8]) -> Result<Vec<Crl>, String> {
    if holds_private_key(bytes) {
        return Err(PRIVATE_KEY.into());
    }
    let contents = container::read(bytes).map_err(|error| error.to_string())?;
    if !contents.incidents.is_empty() {
        return Err(PRIVATE_KEY.into());
    }
    if contents.crls.is_empty() {
        return Err("it holds no CRL".into());
    }
    let crls = contents.crls.into_iter();
    Ok(crls.map(|der| Crl::from(Arc::from(der))).collect())
}

/// The record of a certificate that a server sent first in its chain. The names of issuers are
/// taken from what can be read of the rest.
pub fn served(chain: &[Vec<u8>]) -> Result<Record, String> {
    let (first, rest) = chain.split_first().ok_or("it holds no certificate")?;
    let leaf = Certificate::parse(first).map_err(|error| error.to_string())?;
    let rest = rest.iter().take(MAX_CERTIFICATES - 1);
    let rest: Vec<_> = rest
        .filter_map(|der| Certificate::parse(der).ok())
        .collect();
    let all: Vec<_> = std::iter::once(&leaf).chain(&rest).collect();
    // What cannot be read, or is beyond the limit, has no facts.
    let is_whole = all.len() == chain.len();
    let facts = Facts {
        sent: is_whole.then(|| Sent::of(&all, 0)).flatten(),
        ..facts(&leaf, &rest)?
    };
    let mut record = replace(&Record::new(&field::SCHEMA), facts);
    work_out(&mut record);
    Ok(record)
}

/// Replaces the declared facts by those of the file.
pub(super) fn replace(declared: &Record, facts: Facts) -> Record {
    let mut record = Record::new(declared.schema);
    // The rest would be a claim that the file does not support.
    for id in [field::ID, field::FILE, field::CRLS, field::PUBLICLY_TRUSTED] {
        let Some(value) = declared.value(id).cloned() else {
            continue;
        };
        match declared.place_of(id) {
            Some((line, column)) => record.set_at(id, value, line, column),
            None => record.set(id, value),
        }
    }
    let text = |text: String| Some(Value::Text(text));
    let values: [(FieldId, Option<Value>); 12] = [
        (field::SUBJECT, facts.subject.and_then(text)),
        (field::SANS, Some(Value::Texts(facts.sans))),
        (field::ISSUER, facts.issuer.and_then(text)),
        (field::CHAIN, Some(Value::Texts(facts.chain))),
        (field::NOT_BEFORE, Some(Value::Instant(facts.not_before))),
        (field::NOT_AFTER, Some(Value::Instant(facts.not_after))),
        (field::KEY_ALGORITHM, text(facts.key_algorithm.into())),
        (field::KEY_BITS, facts.key_bits.map(Value::Integer)),
        (field::SIGNATURE, text(facts.signature)),
        (field::SHA256, text(facts.sha256)),
        (field::KEY_SHA256, text(facts.key_sha256)),
        (
            field::PRIVATE_KEY_SENT,
            Some(Value::Boolean(facts.private_key_sent)),
        ),
    ];
    let sent = facts.sent.map(sent_values).into_iter().flatten();
    let texts = |texts: Vec<&str>| Value::Texts(texts.into_iter().map(str::to_owned).collect());
    let values = values.into_iter().chain([
        (field::PURPOSES, facts.purposes.map(texts)),
        (field::PUBLIC_LOGS, facts.public_logs.and_then(count)),
    ]);
    for (id, value) in values.chain(sent) {
        if let Some(value) = value {
            record.set(id, value);
        }
    }
    record
}

fn sent_values(sent: Sent) -> [(FieldId, Option<Value>); 6] {
    let told = |holds| Some(Value::Boolean(holds));
    [
        (field::SENT_COUNT, count(sent.count)),
        (field::SENT_BYTES, count(sent.bytes)),
        (field::SENT_IN_ORDER, told(sent.is_in_order)),
        (field::SENT_ROOT, told(sent.has_root)),
        (field::SENT_TWICE, told(sent.has_duplicate)),
        (field::SENT_SURPLUS, told(sent.has_surplus)),
    ]
}

fn count(count: usize) -> Option<Value> {
    i64::try_from(count).ok().map(Value::Integer)
}

/// What follows from the facts that a record states, read or declared.
pub fn work_out(record: &mut Record) {
    set_lifetime(record);
    if let Some(names) = record.texts(field::SANS) {
        let wildcards = names.iter().filter(|name| name.starts_with('*')).count();
        if let Some(wildcards) = count(wildcards) {
            record.set(field::WILDCARDS, wildcards);
        }
    }
}

/// Works out for how long the CRLs that came with a certificate are in force.
pub(super) fn set_crl_days(record: &mut Record, leaf: &[u8], crls: &[Crl]) {
    let Ok(leaf) = Certificate::parse(leaf) else {
        return;
    };
    let issuer = leaf.x509().issuer().as_raw();
    let own = crls.iter().filter(|crl| &*crl.issuer == issuer);
    if let Some(days) = own.filter_map(|crl| crl.days).max() {
        record.set(field::CRL_DAYS, Value::Integer(days));
    }
}

/// Works out the length of validity from its two ends, where both are known.
fn set_lifetime(record: &mut Record) {
    let ends = (
        record.instant(field::NOT_BEFORE),
        record.instant(field::NOT_AFTER),
    );
    if let (Some(start), Some(end)) = ends
        && end > start
    {
        // The last second counts, and any excess is a new day (CA/Browser Forum BR 6.3.2).
        let seconds = end.as_second() - start.as_second() + 1;
        record.set(
            field::LIFETIME_DAYS,
            Value::Integer(ceiling(seconds, 86_400)),
        );
    }
}

fn ceiling(dividend: i64, divisor: i64) -> i64 {
    (dividend + divisor - 1).div_euclid(divisor)
}

fn facts(leaf: &Certificate<'_>, certificates: &[Certificate<'_>]) -> Result<Facts, String> {
    Ok(Facts {
        subject: leaf.subject(),
        sans: alternative_names(leaf)?,
        issuer: leaf.issuer(),
        chain: chain(leaf, certificates),
        not_before: leaf.not_before(),
        not_after: leaf.not_after(),
        key_algorithm: leaf.key().algorithm(),
        key_bits: leaf.key().bits().and_then(|bits| i64::try_from(bits).ok()),
        signature: leaf.signature(),
        sha256: leaf.sha256(),
        key_sha256: leaf.key_sha256(),
        private_key_sent: false,
        purposes: leaf.purposes(),
        public_logs: leaf.public_logs(),
        sent: None,
    })
}

fn sent(leaf: &Certificate<'_>, certificates: &[Certificate<'_>]) -> Option<Sent> {
    let at = certificates
        .iter()
        .position(|one| std::ptr::eq(one, leaf))?;
    Sent::of(&certificates.iter().collect::<Vec<_>>(), at)
}

/// The first certificate, as servers send it; in a bundle that begins with its authorities, the
/// only one that is none.
fn leaf<'c, 'd>(certificates: &'c [Certificate<'d>]) -> Option<&'c Certificate<'d>> {
    let first = certificates.first()?;
    let mut ends = certificates
        .iter()
        .filter(|certificate| !certificate.is_ca());
    match (ends.next(), ends.next()) {
        (Some(only), None) => Some(only),
        _ => Some(first),
    }
}

/// Names of the issuers above the leaf: along the chain first, then whatever else was sent.
fn chain(leaf: &Certificate<'_>, certificates: &[Certificate<'_>]) -> Vec<String> {
    let mut rest: Vec<_> = certificates
        .iter()
        .filter(|certificate| certificate.der() != leaf.der())
        .collect();
    let mut names: Vec<String> = leaf.issuer().into_iter().collect();
    let mut wanted = leaf.x509().issuer().as_raw();
    while !rest.is_empty() {
        let next = rest
            .iter()
            .position(|certificate| certificate.x509().subject().as_raw() == wanted)
            .unwrap_or(0);
        let certificate = rest.remove(next);
        for name in [certificate.subject(), certificate.issuer()] {
            names.extend(name.filter(|name| !names.contains(name)));
        }
        wanted = certificate.x509().issuer().as_raw();
    }
    names
}

fn alternative_names(certificate: &Certificate<'_>) -> Result<Vec<String>, String> {
    certificate
        .x509()
        .subject_alternative_name()
        .map_err(|error| format!("its alternative names cannot be read: {error}"))?;
    let count = certificate.count_of_names();
    if count > MAX_NAMES {
        return Err(format!(
            "it has {count} alternative names; the limit is {MAX_NAMES}"
        ));
    }
    Ok(certificate.hosts().collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::SubjectKind;
    use rcgen::{
        BasicConstraints, CertificateParams, DistinguishedName, DnType, IsCa, Issuer, KeyPair,
        date_time_ymd,
    };
    use std::path::{Path, PathBuf};
    use x509_parser::pem::Pem;

    struct Made {
        pem: String,
        issuer: Issuer<'static, KeyPair>,
    }

    fn make(common_name: &str, names: &[&str], is_ca: bool, by: Option<&Made>) -> Made {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let mut params = CertificateParams::new(names).unwrap();
        params.distinguished_name = DistinguishedName::new();
        params
            .distinguished_name
            .push(DnType::CommonName, common_name);
        params.not_before = date_time_ymd(2026, 1, 1);
        params.not_after = date_time_ymd(2026, 4, 1);
        if is_ca {
            params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        }
        let key = KeyPair::generate().unwrap();
        let certificate = match by {
            Some(by) => params.signed_by(&key, &by.issuer).unwrap(),
            None => params.self_signed(&key).unwrap(),
        };
        Made {
            pem: certificate.pem(),
            issuer: Issuer::new(params, key),
        }
    }

    fn shared(path: &str) -> Option<PathBuf> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../shared")
            .join(path);
        if !path.exists() {
            eprintln!("skipped: ../shared is absent");
            return None;
        }
        Some(path)
    }

    #[test]
    fn a_chain_gives_the_facts_of_its_leaf() {
        let root = make("Fictional Root", &[], true, None);
        let middle = make("Fictional Issuing CA", &[], true, Some(&root));
        let leaf = make(
            "portal",
            &["portal.example.test", "192.0.2.7", "2001:db8::1"],
            false,
            Some(&middle),
        );
        let in_order = [&*leaf.pem, &middle.pem, &root.pem].concat();
        let reversed = [&*root.pem, &middle.pem, &leaf.pem].concat();
        for bundle in [in_order, reversed] {
            let facts = read(bundle.as_bytes()).unwrap().facts;
            assert_eq!(facts.subject.as_deref(), Some("CN=portal"));
            assert_eq!(
                facts.sans,
                ["portal.example.test", "192.0.2.7", "2001:db8::1"]
            );
            assert_eq!(facts.issuer.as_deref(), Some("CN=Fictional Issuing CA"));
            assert_eq!(
                facts.chain,
                ["CN=Fictional Issuing CA", "CN=Fictional Root"]
            );
            assert_eq!(facts.not_before.to_string(), "2026-01-01T00:00:00Z");
            assert_eq!((facts.key_algorithm, facts.key_bits), ("ec", Some(256)));
            assert_eq!(facts.signature, "ecdsa-with-SHA256");
            assert_eq!(facts.sha256.len(), 64);
        }
        let alone = read(leaf.pem.as_bytes()).unwrap().facts;
        assert_eq!(alone.chain, ["CN=Fictional Issuing CA"]);
    }

    #[test]
    fn what_the_file_says_replaces_what_was_declared() {
        let made = make("portal", &["portal.example.test"], false, None);
        let facts = read(made.pem.as_bytes()).unwrap().facts;
        let mut declared = Record::new(SubjectKind::Certificate.schema());
        declared.set_at(field::ID, Value::Text("C1".into()), 3, 5);
        declared.set(field::PUBLICLY_TRUSTED, Value::Boolean(true));
        declared.set(field::SUBJECT, Value::Text("CN=better".into()));
        declared.set(field::KEY_BITS, Value::Integer(4096));
        let mut record = replace(&declared, facts);
        set_lifetime(&mut record);
        assert_eq!(record.text(field::ID), Some("C1"));
        assert_eq!(record.place_of(field::ID), Some((3, 5)));
        assert_eq!(record.boolean(field::PUBLICLY_TRUSTED), Some(true));
        assert_eq!(record.text(field::SUBJECT), Some("CN=portal"));
        assert_eq!(record.integer(field::KEY_BITS), Some(256));
        // 90 days to the second, and the last second counts.
        assert_eq!(record.integer(field::LIFETIME_DAYS), Some(91));
    }

    #[test]
    fn a_lifetime_needs_both_ends_in_order_and_rounds_up() {
        let days = |start: &str, end: &str| {
            let mut record = Record::new(SubjectKind::Certificate.schema());
            record.set(field::NOT_BEFORE, Value::Instant(start.parse().unwrap()));
            record.set(field::NOT_AFTER, Value::Instant(end.parse().unwrap()));
            set_lifetime(&mut record);
            record.integer(field::LIFETIME_DAYS)
        };
        assert_eq!(
            days("2026-01-01T00:00:00Z", "2026-01-01T23:59:59Z"),
            Some(1)
        );
        assert_eq!(
            days("2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"),
            Some(2)
        );
        assert_eq!(
            days("2026-03-15T00:00:00Z", "2027-04-16T23:59:59Z"),
            Some(398)
        );
        assert_eq!(days("2026-01-02T00:00:00Z", "2026-01-01T00:00:00Z"), None);
        let mut half = Record::new(SubjectKind::Certificate.schema());
        half.set(field::NOT_BEFORE, Value::Instant(Timestamp::UNIX_EPOCH));
        set_lifetime(&mut half);
        assert_eq!(half.value(field::LIFETIME_DAYS), None);
    }

    #[test]
    fn a_private_key_is_told_of_and_never_kept() {
        let made = make("portal", &[], false, None);
        for label in [
            "PRIVATE KEY",
            "RSA PRIVATE KEY",
            "EC PRIVATE KEY",
            "ENCRYPTED PRIVATE KEY",
        ] {
            let key = format!("-----BEGIN {label}-----\nc2VjcmV0\n-----END {label}-----\n");
            for text in [key.clone() + &made.pem, made.pem.clone() + &key] {
                let read = read(text.as_bytes()).unwrap();
                assert!(read.facts.private_key_sent);
                assert!(!format!("{read:?}").contains("c2VjcmV0"));
                assert_eq!((read.others.len(), read.crls.len()), (0, 0));
            }
            let reason = read(key.as_bytes()).unwrap_err();
            assert!(reason.starts_with("it holds a private key"), "{reason}");
            assert!(read_crls(key.as_bytes()).is_err());
        }
    }

    #[test]
    fn files_over_the_limits_are_refused() {
        let made = make("portal", &[], false, None);
        let reason = read(made.pem.repeat(21).as_bytes()).unwrap_err();
        assert_eq!(reason, "it holds more than 20 certificates");
        assert!(read(made.pem.repeat(20).as_bytes()).is_ok());
        let names: Vec<_> = (0..2_001).map(|n| format!("h{n}.example.test")).collect();
        let names: Vec<_> = names.iter().map(String::as_str).collect();
        let many = make("portal", &names, false, None);
        let reason = read(many.pem.as_bytes()).unwrap_err();
        assert_eq!(reason, "it has 2001 alternative names; the limit is 2000");
        assert!(
            read(&vec![0x30; container::MAX_CERTIFICATE_BYTES + 1])
                .unwrap_err()
                .contains("the limit is 65536")
        );
    }

    #[test]
    fn what_is_no_certificate_says_why() {
        let made = make("portal", &[], false, None);
        for (bytes, expected) in [
            (&b""[..], "neither PEM nor DER"),
            (b"hello", "neither PEM nor DER"),
            (
                b"-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n",
                "a CERTIFICATE REQUEST, which is not",
            ),
            (
                b"x -----BEGIN CERTIFICATE-----\n",
                "it holds no certificate",
            ),
        ] {
            let reason = read(bytes).unwrap_err();
            assert!(reason.contains(expected), "{reason}");
        }
        let trailing = Pem::iter_from_buffer(made.pem.as_bytes())
            .next()
            .unwrap()
            .unwrap();
        let trailing = [trailing.contents, vec![0, 0]].concat();
        assert_eq!(
            read(&trailing).unwrap_err(),
            "2 bytes stand behind the certificate"
        );
    }

    #[test]
    fn containers_of_every_shape_are_read_or_refused_as_expected() {
        let Some(folder) = shared("data/certs/container") else {
            return;
        };
        let expected = std::fs::read_to_string(folder.join("expect.json")).unwrap();
        let expected: std::collections::BTreeMap<String, String> =
            serde_json::from_str(&expected).unwrap();
        for (file, expected) in expected {
            let bytes = std::fs::read(folder.join(&file)).unwrap();
            let read = read(&bytes);
            if expected.contains("private_key") {
                let is_told = match read {
                    Ok(read) => read.facts.private_key_sent,
                    Err(reason) => reason.contains("private key"),
                };
                assert!(is_told, "{file}");
            } else if expected.starts_with("reject") {
                assert!(read.is_err(), "{file}");
            } else {
                assert!(read.is_ok(), "{file}: {read:?}");
            }
        }
    }

    /// Hundreds of real and broken certificates, with facts read by another library.
    #[test]
    fn facts_agree_with_another_reader() {
        let Some(path) = shared("data/certs/lint/certificates.jsonl") else {
            return;
        };
        let mut compared = 0;
        for line in std::fs::read_to_string(path).unwrap().lines() {
            let case: serde_json::Value = serde_json::from_str(line).unwrap();
            let (file, expected) = (&case["file"], &case["facts"]);
            let der = case["der"].as_str().unwrap();
            let pem = format!("-----BEGIN CERTIFICATE-----\n{der}\n-----END CERTIFICATE-----\n");
            let (Ok(read), false) = (read(pem.as_bytes()), expected.is_null()) else {
                continue;
            };
            let facts = read.facts;
            compared += 1;
            assert_eq!(expected["cert_sha256"], facts.sha256.as_str(), "{file}");
            for (name, found) in [
                ("not_before", facts.not_before),
                ("not_after", facts.not_after),
            ] {
                // The year 1 is written without its zeros there, and 9999 may end too late.
                let expected = expected[name].as_str().and_then(|text| text.parse().ok());
                if let Some(expected) = expected {
                    assert_eq!(found, expected, "{file} {name}");
                }
            }
            let key = &expected["key"];
            let algorithm = match key[0].as_str() {
                Some("RSA") => "rsa",
                Some("EC") => "ec",
                Some("DSA") => "dsa",
                Some("Ed25519") => "ed25519",
                _ => continue,
            };
            assert_eq!(algorithm, facts.key_algorithm, "{file}");
            if let (Some(expected), Some(found)) = (key[1].as_i64(), facts.key_bits) {
                assert_eq!(expected, found, "{file}");
            }
            let san = &expected["san"];
            if let (Some(dns), Some(ip)) = (san["dns"].as_u64(), san["ip"].as_u64()) {
                assert_eq!(dns + ip, facts.sans.len() as u64, "{file}");
            }
        }
        assert!(compared > 300, "only {compared} were compared");
    }

    #[test]
    fn broken_certificates_never_panic() {
        let names = ["portal.example.test", "192.0.2.7"];
        let made = make("portal", &names, false, None);
        let der = Pem::iter_from_buffer(made.pem.as_bytes())
            .next()
            .unwrap()
            .unwrap();
        for at in 0..der.contents.len() {
            for byte in [0, 1, 0x30, 0x7f, 0x80, 0x84, 0xff] {
                let mut broken = der.contents.clone();
                broken[at] = byte;
                let _ = read(&broken);
            }
            assert!(read(&der.contents[..at]).is_err());
        }
    }
}
