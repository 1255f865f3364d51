//! Declarations made up from a seed. The tables of fields drive them, so that a field that is
//! added is declared here too; words that mean something to a check are given to choose from.

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use passmuster::catalogue::{Catalogue, Overlay};
use passmuster::model::fields::organisation;
use passmuster::model::{
    Bundle, Declaration, Field, FieldId, GivenRoots, Place, Record, Schema, Source, Subject,
    SubjectKind, Type, Value,
};
use passmuster::policy::{Library, Rule, Waiver, embedded, load_waivers};
use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, DistinguishedName,
    DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyIdMethod, KeyPair, KeyUsagePurpose,
    SerialNumber, date_time_ymd,
};
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

const DAYS: [Date; 4] = [
    Date::constant(2026, 11, 22),
    Date::constant(2026, 11, 22),
    Date::constant(2026, 2, 15),
    Date::constant(2027, 6, 1),
];

/// A declaration with what stands beside it.
pub(super) struct Made {
    /// The day the question is about; the catalogue is newer than some of them.
    pub(super) today: Date,
    /// A third of the rules: each is asked of enough declarations, and none of all.
    pub(super) rules: Vec<Arc<Rule>>,
    pub(super) declaration: Declaration,
    pub(super) assets: Vec<Subject>,
    pub(super) waivers: Vec<Waiver>,
}

/// Every kind of check with arguments that the shipped rules leave out, and shares of the estate.
const RULES: &str = include_str!("declarations.yaml");

const OVERLAY: &str = "overlay: made-up
entries:
  - { product: windows-server, cycle: 2012-r2, programme: vendor-statement, from: 2027-02-01, supported_until: 2027-08-31, evidence: a letter, applies_to: [A-0, A-1] }
  - { product: windows, cycle: 7-sp1, programme: vendor-statement, supported_until: 2026-12-31, evidence: a letter }
  - { product: windows, cycle: 7-sp1, programme: vendor-statement, from: 2027-03-01, supported_until: 2027-04-30, evidence: another letter }
  - { product: windows, cycle: 7-rtm, programme: vendor-statement, from: 2026-12-24, supported_until: 2027-04-30, evidence: a letter }
  - { product: postgresql, cycle: '13', programme: vendor-statement, from: 2026-12-10, supported_until: 2027-03-31, evidence: a letter }
";

pub(super) fn library() -> &'static Library {
    let catalogue = overlaid();
    let sources: Vec<_> = embedded()
        .into_iter()
        .chain([Source::new("made-up.yaml", RULES)])
        .collect();
    let library = Library::load_without_cases(&sources, catalogue);
    Box::leak(Box::new(library.unwrap_or_else(|problems| {
        panic!("the rules are sound: {problems:?}")
    })))
}

/// Makes one up. The same seed makes the same.
pub(super) fn make(seed: u64, library: &Library) -> Made {
    let today = DAYS[usize::try_from(seed % 4).unwrap_or(0)];
    let mut dice = Dice {
        rng: fastrand::Rng::with_seed(seed),
        today,
    };
    let place = Place::whole("made-up.yaml");
    let mut organisation = dice.subject(SubjectKind::Organisation, "ORG");
    organisation.record.set(
        organisation::NAME,
        Value::Text("Saltmere Systems Ltd".into()),
    );
    organisation.place = place;
    let mut declaration = Declaration::new("made-up.yaml", organisation);
    for kind in SubjectKind::ALL {
        let most = match kind {
            SubjectKind::Asset | SubjectKind::Organisation | SubjectKind::Waiver => continue,
            SubjectKind::Submission => 1,
            SubjectKind::Attestation => 5,
            _ => 2,
        };
        if dice.rng.u8(0..10) < 4 && kind != SubjectKind::Attestation {
            continue;
        }
        let list = (0..dice.rng.usize(0..=most))
            .map(|number| dice.subject(kind, &format!("{}-{number}", kind.name())))
            .collect();
        declaration.lists.insert(kind, list);
    }
    if dice.rng.bool() {
        declaration.bundles = bundles(today);
        declaration.roots = dice.rng.bool().then(|| Arc::new(given_roots()));
    }
    declaration.has_assets = dice.rng.u8(0..10) > 0;
    let count = if declaration.has_assets {
        dice.rng.usize(0..4)
    } else {
        0
    };
    let assets = (0..count)
        .map(|number| dice.subject(SubjectKind::Asset, &format!("A-{number}")))
        .collect();
    let source = Source::new("waivers.yaml", dice.waivers(library));
    let waivers = load_waivers(&[source], library)
        .unwrap_or_else(|problems| panic!("the waivers are sound: {problems:?}"));
    let rules = library.rules.iter().filter(|rule| {
        let is_counted = ["MUP-002", "MUP-009"].contains(&&*rule.info.id);
        is_counted || !rule.over_estate().is_empty() || dice.rng.u8(0..3) == 0
    });
    Made {
        today,
        rules: rules.cloned().collect(),
        declaration,
        assets,
        waivers,
    }
}

/// The embedded catalogue under an overlay whose entries begin and end.
fn overlaid() -> &'static Catalogue {
    let below = Catalogue::embedded().alone();
    let source = Source::new("overlay.yaml", OVERLAY);
    let overlay = Overlay::read(&source, below.lifecycle())
        .unwrap_or_else(|problems| panic!("the overlay is sound: {problems:?}"));
    Box::leak(Box::new(below.with_overlay(overlay)))
}

/// A moment of a day that is neither its noon nor its midnight.
macro_rules! moment {
    ($day:expr) => {{
        let day: Date = $day;
        let month = u8::try_from(day.month()).expect("it is a month");
        let number = u8::try_from(day.day()).expect("it is a day");
        date_time_ymd(day.year().into(), month, number) + Duration::from_secs(33_333)
    }};
}
const HOST: &str = "portal.saltmere.example";
const OTHER: &str = "portal.saltmere.test";

/// Two chains of one root: days of the leaf and of its issuer, from the day in question.
const CHAINS: [(&str, [i32; 2], [i32; 2], i32); 2] = [
    (HOST, [-100, 97], [-400, 60], 25),
    (OTHER, [30, 230], [-400, 900], 300),
];

struct Signed {
    der: Vec<u8>,
    issuer: Issuer<'static, KeyPair>,
}

fn root() -> &'static Signed {
    static ROOT: LazyLock<Signed> = LazyLock::new(|| {
        let days = [Date::constant(2020, 1, 1), Date::constant(2027, 8, 20)];
        sign("Saltmere Root", &[], days, None)
    });
    &ROOT
}

fn given_roots() -> GivenRoots {
    GivenRoots {
        certificates: vec![root().der.clone()],
        sha256: "one".into(),
    }
}

type Bundles = BTreeMap<String, Arc<Bundle>>;

/// The files behind the certificates, the same for the same day.
fn bundles(today: Date) -> Bundles {
    static MADE: LazyLock<Vec<(Date, Bundles)>> = LazyLock::new(|| {
        let days = DAYS.iter();
        days.map(|today| (*today, sign_bundles(*today))).collect()
    });
    let mut made = MADE.iter();
    made.find(|(day, _)| *day == today)
        .map(|(_, bundles)| bundles.clone())
        .unwrap_or_default()
}

fn sign_bundles(today: Date) -> Bundles {
    let day = |number: i32| today.checked_add(number.days()).expect("it is a day");
    let numbered = CHAINS.iter().enumerate();
    numbered
        .map(|(number, (host, leaf, middle, list))| {
            let name = format!("Saltmere Issuing {number}");
            let middle = sign(&name, &[], middle.map(day), Some(root()));
            let leaf = sign("portal", &[*host], leaf.map(day), Some(&middle));
            let next = moment!(day(*list));
            let list = CertificateRevocationListParams {
                this_update: moment!(day(-5)),
                next_update: next,
                crl_number: SerialNumber::from(1_u64),
                issuing_distribution_point: None,
                revoked_certs: Vec::new(),
                key_identifier_method: KeyIdMethod::Sha256,
            };
            let list = list.signed_by(&middle.issuer).expect("it signs");
            let bundle = Bundle {
                sha256: format!("{today} {number}"),
                leaf: leaf.der,
                others: vec![middle.der],
                crls: vec![Arc::from(list.der().as_ref())],
            };
            (format!("certificate-{number}"), Arc::new(bundle))
        })
        .collect()
}

fn sign(name: &str, hosts: &[&str], days: [Date; 2], by: Option<&Signed>) -> Signed {
    let hosts: Vec<String> = hosts.iter().map(|host| (*host).to_owned()).collect();
    let mut params = CertificateParams::new(hosts).expect("they are names");
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    [params.not_before, params.not_after] = days.map(|day| moment!(day));
    params.use_authority_key_identifier_extension = true;
    if name == "portal" {
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    } else {
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    }
    let key = KeyPair::generate().expect("it makes a key");
    let certificate = match by {
        Some(by) => params.signed_by(&key, &by.issuer),
        None => params.self_signed(&key),
    };
    Signed {
        der: certificate.expect("it signs").der().to_vec(),
        issuer: Issuer::new(params, key),
    }
}

struct Dice {
    rng: fastrand::Rng,
    today: Date,
}

impl Dice {
    fn subject(&mut self, kind: SubjectKind, id: &str) -> Subject {
        let mut subject = Subject::new(kind, id, Place::whole("made-up.yaml"));
        subject.record = self.record(kind.schema());
        if let Some(field) = kind.schema().find("id") {
            subject.record.set(field, Value::Text(id.to_owned()));
        }
        subject
    }

    /// Most fields of a record; some of it nobody can read.
    fn record(&mut self, schema: &'static Schema) -> Record {
        let mut record = Record::new(schema);
        let silent = self.rng.u8(0..5);
        for (index, field) in schema.fields.iter().enumerate() {
            let is_ours = field.derived && !matches!(field.name, "lifetime_days");
            if is_ours || self.rng.u8(0..10) < silent {
                continue;
            }
            let value = match self.rng.u8(0..60) {
                0 => Value::Unreadable("see the annex".into()),
                _ => self.value(schema, field),
            };
            record.set(
                FieldId(u16::try_from(index).expect("schemas are short")),
                value,
            );
        }
        record
    }

    fn value(&mut self, schema: &'static Schema, field: &'static Field) -> Value {
        match field.ty {
            Type::Boolean => Value::Boolean(self.rng.bool()),
            Type::Choice(choices) => Value::Text(self.one_of(choices).name.to_owned()),
            Type::Date => Value::Date(self.date()),
            Type::Instant => Value::Instant(self.instant()),
            Type::Integer => Value::Integer(self.integer(field.name)),
            Type::Number => Value::Number(f64::from(self.rng.u8(0..100)) / 10.0),
            Type::Records(schema) => {
                let count = self.rng.usize(0..4);
                Value::Records((0..count).map(|_| self.record(schema)).collect())
            }
            Type::Text | Type::Version => Value::Text(self.word(schema.name, field.name)),
            Type::Texts => {
                let count = self.rng.usize(0..3);
                let words = (0..count).map(|_| self.word(schema.name, field.name));
                Value::Texts(words.collect())
            }
        }
    }

    fn integer(&mut self, field: &str) -> i64 {
        let (least, most) = match field {
            "port" => return *self.one_of(&[22, 139, 443, 445, 3389]),
            "support_entitlement.year" => (0, 4),
            "key.bits" => return *self.one_of(&[1024, 2048, 4096]),
            "lifetime_days" => (1, 500),
            "updates_stated" | "updates_listed" => (0, 5),
            _ => (0, 100),
        };
        self.rng.i64(least..most)
    }

    fn word(&mut self, schema: &str, field: &str) -> String {
        let words: &[&str] = match (schema, field) {
            ("asset", "os") => &[
                "Windows 10 Enterprise",
                "Windows 10 Pro 22H2",
                "Windows 11",
                "Windows 11 Pro 24H2",
                "Windows 11 25H2",
                "Windows 7 SP1",
                "Windows 7",
                "Windows Server 2012 R2",
                "Windows Server 2016",
                "Windows Server 2022",
                "Ubuntu 22.04",
                "Ubuntu 24.04.3 LTS",
                "Debian 12",
                "RHEL 8",
                "macOS 15",
                "iOS 18",
                "Android 15",
                "Wardsoft Bedside OS",
            ],
            ("asset", "os.version") => &["22H2", "24H2", "25H2", "23H2", "22.04", "12", "8.10"],
            ("asset", "os.edition") => &["Enterprise", "Pro", "LTSC", "Home"],
            ("asset", "os.channel") => &["GAC", "LTSC"],
            ("asset", "os.build") => &[
                "19045.4412",
                "19045.6456",
                "22631.3880",
                "26100.4061",
                "20348.5499",
                "26200.6899",
            ],
            ("asset", "os.service_pack") => &["0", "1"],
            ("asset", "zone") => &["zone-0", "zone-1", "restricted", "dmz"],
            ("asset", "support_entitlement.programme") => &["ESU", "consumer ESU", "none"],
            ("asset", "support_entitlement.evidence") => &["EV-1", "none"],
            ("asset", "owner") => &["Estates", "nobody"],
            ("update" | "missing update", "id") => &[
                "KB4012212",
                "KB4019264",
                "KB5031419",
                "KB5060533",
                "KB5066791",
                "KB5068861",
                "KB9999999",
            ],
            ("file version", "name") => &["srv.sys"],
            ("file version", "version") => &["6.1.7601.23689", "6.1.7601.17514"],
            (_, "cves" | "cve" | "open_cves") => &[
                "CVE-2017-0144",
                "CVE-2019-0708",
                "CVE-2024-3400",
                "CVE-2021-44228",
                "CVE-2025-53770",
                "none",
            ],
            ("software" | "component", "name") => &[
                "PostgreSQL",
                "Node.js",
                "Python",
                "OpenJDK",
                "nginx",
                "Microsoft SQL Server 2016",
                "Microsoft Office 2021",
                "Apache Tomcat",
                "Homemade",
            ],
            ("software" | "component", "version") => {
                &["13", "14", "18.2", "20", "3.10", "3.9.4", "17", "9.0", "22"]
            }
            ("endpoint", "certificate") => &["certificate-0", "certificate-1", "certificate-9"],
            ("endpoint", "host") => &[HOST, OTHER, "192.0.2.7"],
            ("endpoint", "tls_versions") => &["TLSv1.2", "TLSv1.3", "TLSv1.0"],
            ("certificate", "sans") => &["portal.saltmere.example", "*.saltmere.example"],
            ("attestation", "edition") => {
                &["24/25", "25/26", "26/27", "27/28", "3.3", "4.0", "2.0"]
            }
            ("attestation", "entities") => &["Saltmere Systems Limited", "Saltmere Holdings Ltd"],
            ("submission", "framework") => &["hssf"],
            ("submission", "lots") => &["lot-1"],
            ("submission", "signatory.name") => &["A. Larch", "B. Rowan"],
            ("exercise", "type") => &["tabletop", "restore"],
            ("exercise", "scope") => &["ransomware", "whole organisation"],
            _ => &["one", "two", "three"],
        };
        (*self.one_of(words)).to_owned()
    }

    /// A day around the one in question, more often near it than far away.
    fn date(&mut self) -> Date {
        let reach = *self.one_of(&[40, 200, 450, 1_200]);
        let days = self.rng.i32(-reach..=reach);
        self.today
            .checked_add(days.days())
            .expect("it is a day near ours")
    }

    fn instant(&mut self) -> Timestamp {
        let zoned = self.date().at(self.rng.i8(0..24), self.rng.i8(0..60), 0, 0);
        let zone = jiff::tz::TimeZone::UTC;
        zoned.to_zoned(zone).expect("it exists").timestamp()
    }

    /// Waivers for any rules, most of them with all that they need.
    fn waivers(&mut self, library: &Library) -> String {
        use std::fmt::Write as _;
        let count = self.rng.usize(0..4);
        if count == 0 {
            return "waivers: []\n".to_owned();
        }
        let mut text = "waivers:\n".to_owned();
        for number in 0..count {
            let rule = &self.one_of(&library.rules).info;
            let subject = match rule.subject {
                SubjectKind::Organisation => "ORG".to_owned(),
                SubjectKind::Asset => "A-0".to_owned(),
                kind => format!("{}-0", kind.name()),
            };
            let control = match rule.subject {
                SubjectKind::Asset => "observed_at: { within: 60 days }",
                SubjectKind::Organisation => {
                    "continuity.contact_list.reviewed_on: { within: 6 months }"
                }
                _ => "id: { declared: yes }",
            };
            let (rule, from, approved, until) = (&rule.id, self.date(), self.date(), self.date());
            writeln!(
                text,
                "  - {{ id: W-{number}, rules: [{rule}], subjects: [{subject}], reason: made up, \
                 approver: {{ name: C. Hazel, role: SIRO }}, approved_on: {approved}, from: {from}, \
                 until: {until}, while: {{ {control} }} }}"
            )
            .expect("a text grows");
        }
        text
    }

    fn one_of<'t, T>(&mut self, all: &'t [T]) -> &'t T {
        &all[self.rng.usize(0..all.len())]
    }
}
