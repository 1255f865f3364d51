//! The prober against real servers on loopback, and against hostile ones: what it sees is right,
//! what it cannot see is classified, and it goes nowhere it may not go.

use super::listeners::{
    Identity, Listener, answering, claiming, dripping, endless, long_chain, mail_listener, nginx,
    openssl, reluctant, rustls_config, rustls_listener, silent, with_ml_kem,
};
use super::run::{folder, program, run, run_on};
use passmuster::probe::{
    self, Answer, Failure, Group, Limits, Observation, Question, Resolver, Settings, StartTls,
    Support, Target, Version, Weakness,
};
use rustls::crypto::ring::default_provider;
use rustls::version::{TLS12, TLS13};
use serde_json::Value;
use std::fs;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{IpAddr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::ops::ControlFlow;
use std::process::Stdio;
use std::slice;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

const LOOPBACK: &str = "127.0.0.0/8:1-65535";

/// Answers with the next list each time, and counts.
#[derive(Clone)]
struct Scripted {
    answers: Arc<Vec<Vec<IpAddr>>>,
    asked: Arc<AtomicUsize>,
}

impl Scripted {
    fn new(answers: &[&[&str]]) -> Self {
        let read = |list: &&[&str]| list.iter().map(|text| text.parse().unwrap()).collect();
        Self {
            answers: Arc::new(answers.iter().map(read).collect()),
            asked: Arc::default(),
        }
    }
}

impl Resolver for Scripted {
    async fn resolve(&self, _: &str) -> io::Result<Vec<IpAddr>> {
        let turn = self.asked.fetch_add(1, Ordering::SeqCst);
        Ok(self.answers[turn.min(self.answers.len() - 1)].clone())
    }
}

fn settings(allowed: &[&str]) -> Settings {
    Settings {
        allowed: allowed.iter().map(|text| text.parse().unwrap()).collect(),
        ..Settings::default()
    }
}

fn observe_with(targets: &[String], settings: Settings, resolver: Scripted) -> Vec<Observation> {
    let targets: Vec<_> = targets
        .iter()
        .map(|text| Target::parse(text).unwrap())
        .collect();
    let mut seen: Vec<_> = targets.iter().map(|_| None).collect();
    probe::run(targets, settings, resolver, |index, it| {
        seen[index] = Some(it);
        ControlFlow::Continue(())
    })
    .unwrap();
    seen.into_iter()
        .map(|it| it.expect("every target is reported"))
        .collect()
}

/// What is seen of `portal.example.test` if it has this address.
fn observe(address: SocketAddr) -> Observation {
    observe_within(address, Limits::default().flight)
}

/// The same, with so much patience for an answer.
fn observe_within(address: SocketAddr, flight: Duration) -> Observation {
    let mut settings = settings(&[LOOPBACK]);
    settings.limits.flight = flight;
    let resolver = Scripted::new(&[&[&address.ip().to_string()]]);
    let target = format!("portal.example.test:{}", address.port());
    let seen = observe_with(&[target], settings, resolver).remove(0);
    assert!(seen.connections <= 12, "{seen:?}");
    seen
}

fn chain_of(identity: &Identity) -> Vec<Vec<u8>> {
    vec![identity.der.clone()]
}

fn spoken(seen: &Observation) -> String {
    let names: Vec<_> = seen.accepted().map(|version| version.to_string()).collect();
    names.join(", ")
}

fn weaknesses(seen: &Observation) -> Vec<Weakness> {
    let mut all: Vec<_> = seen
        .weak_suites()
        .into_iter()
        .flat_map(|(_, it)| it)
        .collect();
    all.sort_unstable();
    all.dedup();
    all
}

#[test]
fn openssl_is_seen_as_it_is_configured() {
    use Weakness::{Anonymous, Cbc, FiniteField, Null, StaticRsa};
    let Some(identity) = Identity::rsa() else {
        return;
    };
    let usual: &[Weakness] = &[StaticRsa, FiniteField, Cbc];
    let cases: [(&[&str], &str, &[Weakness]); 7] = [
        (&[], "TLS 1.2, TLS 1.3", usual),
        (&["-tls1_2"], "TLS 1.2", usual),
        (&["-tls1_3"], "TLS 1.3", &[]),
        (&["-tls1_2", "-cipher", "ECDHE+AESGCM"], "TLS 1.2", &[]),
        (
            &["-no_tls1_3", "-cipher", "ALL:@SECLEVEL=0"],
            "TLS 1.0, TLS 1.1, TLS 1.2",
            &[Anonymous, StaticRsa, FiniteField, Cbc],
        ),
        (
            &["-tls1", "-cipher", "AES128-SHA:@SECLEVEL=0"],
            "TLS 1.0",
            &[StaticRsa, Cbc],
        ),
        (
            &["-tls1_2", "-cipher", "eNULL:@SECLEVEL=0"],
            "TLS 1.2",
            &[Null],
        ),
    ];
    for (options, versions, weak) in cases {
        let Some(server) = openssl(&identity, options) else {
            return;
        };
        let seen = observe(server.address);
        assert_eq!(spoken(&seen), versions, "{options:?} {seen:?}");
        assert!(seen.is_floor_sure(), "{options:?} {seen:?}");
        let found = weaknesses(&seen);
        let wanted = weak.iter().filter(|it| !found.contains(it)).count();
        assert_eq!(wanted, 0, "{options:?}: {found:?}");
        assert_eq!(weak.is_empty(), found.is_empty(), "{options:?}: {found:?}");
        assert_eq!(seen.chain, chain_of(&identity), "{options:?}");
        assert_eq!(seen.ml_kem(), Support::Refused, "{options:?}");
        assert_eq!(seen.failure, None, "{options:?}");
    }
}

#[test]
fn an_anonymous_server_has_no_chain() {
    let identity = Identity::new();
    let options = ["-tls1_2", "-nocert", "-cipher", "aNULL:@SECLEVEL=0"];
    let Some(server) = openssl(&identity, &options) else {
        return;
    };
    let seen = observe(server.address);
    assert_eq!(spoken(&seen), "TLS 1.2", "{seen:?}");
    assert!(seen.chain.is_empty());
    assert!(weaknesses(&seen).contains(&Weakness::Anonymous));
}

#[test]
fn nginx_is_seen_as_it_is_configured() {
    let Some(identity) = Identity::rsa() else {
        return;
    };
    let old = "ssl_protocols TLSv1 TLSv1.1 TLSv1.2; ssl_ciphers ALL:@SECLEVEL=0;";
    let cases = [
        ("ssl_protocols TLSv1.2 TLSv1.3;", "TLS 1.2, TLS 1.3"),
        ("ssl_protocols TLSv1.3;", "TLS 1.3"),
        (
            "ssl_protocols TLSv1.2; ssl_ciphers ECDHE+AESGCM;",
            "TLS 1.2",
        ),
        (old, "TLS 1.0, TLS 1.1, TLS 1.2"),
    ];
    for (directives, versions) in cases {
        let Some(server) = nginx(&identity, directives) else {
            return;
        };
        let seen = observe(server.address);
        assert_eq!(spoken(&seen), versions, "{directives} {seen:?}");
        assert_eq!(seen.chain, chain_of(&identity), "{directives}");
        let handshake = seen.handshake.expect("it shows its certificates");
        assert!(handshake.has_key && !handshake.asks_certificate);
    }
}

#[test]
fn a_server_that_wants_a_certificate_of_ours_shows_its_own() {
    let Some(identity) = Identity::rsa() else {
        return;
    };
    for version in ["TLSv1.2", "TLSv1.3"] {
        let directives = format!(
            "ssl_protocols {version}; ssl_verify_client on; ssl_client_certificate {}/certificate.pem;",
            identity.path().display()
        );
        let Some(server) = nginx(&identity, &directives) else {
            return;
        };
        let seen = observe(server.address);
        assert_eq!(seen.chain, chain_of(&identity), "{seen:?}");
        assert!(seen.handshake.is_some_and(|it| it.asks_certificate));
    }
}

#[test]
fn rustls_is_seen_as_it_is_configured() {
    let identity = Identity::new();
    let both = [&TLS12, &TLS13];
    for (versions, expected) in [
        (&both[..], "TLS 1.2, TLS 1.3"),
        (&both[..1], "TLS 1.2"),
        (&both[1..], "TLS 1.3"),
    ] {
        let config = rustls_config(&identity, versions, default_provider());
        let server = rustls_listener(config);
        let seen = observe(server.address);
        assert_eq!(spoken(&seen), expected, "{seen:?}");
        assert!(weaknesses(&seen).is_empty(), "{seen:?}");
        assert_eq!(seen.chain, chain_of(&identity));
        assert_eq!(seen.ml_kem(), Support::Refused);
        assert!(seen.handshake.is_some_and(|it| it.has_key));
        assert_eq!(server.visits.most(), 1, "one connection at a time");
    }
}

#[test]
fn ml_kem_is_seen_without_any_cryptography() {
    let identity = Identity::new();
    let server = rustls_listener(rustls_config(&identity, &[&TLS13], with_ml_kem()));
    let seen = observe(server.address);
    assert_eq!(seen.ml_kem(), Support::Accepted, "{seen:?}");
    let Some(Answer::Accepted(hello)) = seen.answer(Question::MlKem) else {
        panic!("{seen:?}");
    };
    assert_eq!(hello.group, Some(Group::X25519_MLKEM768));
    assert_eq!(hello.version, Version::TLS_1_3);
}

/// A server of SSL 3.0 answers every hello with that, in a hello without extensions.
#[test]
fn the_version_is_what_the_server_says() {
    let server = answering(&[
        22, 3, 0, 0, 42, 2, 0, 0, 38, 3, 0, //
        1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
        1, 1, 0, 0, 10, 0, 22, 3, 0, 0, 4, 14, 0, 0, 0,
    ]);
    let seen = observe(server.address);
    assert_eq!(spoken(&seen), "SSL 3.0", "{seen:?}");
    assert_eq!(seen.speaks(Version::TLS_1_2), Support::Refused);
    assert!(weaknesses(&seen).contains(&Weakness::TripleDes));
}

#[test]
fn hostile_servers_are_classified_in_time() {
    let identity = Identity::new();
    let kind = |seen: &Observation| seen.failure.as_ref().map(Failure::kind);
    let observe = |address| observe_within(address, Duration::from_secs(2));
    let started = Instant::now();
    for (what, server, expected) in [
        ("silent", silent(), "timeout"),
        ("a byte now and then", dripping(), "timeout"),
        ("warnings", endless(&[21, 3, 3, 0, 2, 1, 112]), "alert"),
        (
            "HTTP",
            answering(b"HTTP/1.1 400 Bad Request\r\n\r\n"),
            "not-tls",
        ),
        ("noise", endless(b"\x80\x01\x02\x03"), "not-tls"),
        (
            "mail",
            answering(b"220 mail.example.test ESMTP\r\n"),
            "not-tls",
        ),
    ] {
        let seen = observe(server.address);
        assert_eq!(kind(&seen), Some(expected), "{what}: {seen:?}");
        assert!(seen.unknown().is_some(), "{what}");
        assert_eq!(server.visits.all(), 1, "{what}: nobody is asked again");
    }
    let seen = observe(claiming().address);
    assert_eq!(kind(&seen), Some("too-big"), "{seen:?}");
    assert_eq!(spoken(&seen), "TLS 1.2", "what was seen stays");
    let long = long_chain(&identity.der, 121);
    let seen = observe(long.address);
    assert_eq!(seen.chain.len(), 121, "{:?}", seen.answers);
    let requests = endless(&[22, 3, 3, 0, 4, 0, 0, 0, 0]);
    let seen = observe(requests.address);
    assert!(seen.unknown().is_some(), "{seen:?}");
    let closing = Listener::start(drop);
    let seen = observe(closing.address);
    assert!(seen.unknown().is_some(), "closing is no answer: {seen:?}");
    assert_eq!(seen.floor(), None);
    assert!(started.elapsed() < Duration::from_secs(30));
}

/// Real limits, in a process of its own: no endpoint above 15 s, less than 64 MB.
#[test]
fn hostile_servers_cost_neither_time_nor_memory() {
    let identity = Identity::new();
    let mut servers = vec![
        silent(),
        dripping(),
        claiming(),
        long_chain(&identity.der, 121),
        endless(&[21, 3, 3, 0, 2, 1, 112]),
        endless(&[22, 3, 3, 0, 4, 0, 0, 0, 0]),
        endless(b"HTTP/1.1 400 Bad Request\r\n"),
        reluctant(Duration::from_millis(2_500)),
    ];
    servers.extend((0..20).map(|_| claiming()));
    let folder = folder(&[]);
    let targets: Vec<_> = servers.iter().map(|it| it.address.to_string()).collect();
    let arguments = ["probe", "--allow", LOOPBACK, "--format", "json"];
    let targets: Vec<_> = targets.iter().map(String::as_str).collect();
    let mut command = program(folder.path(), &[&arguments[..], &targets].concat());
    let output = fs::File::create(folder.path().join("seen.json")).unwrap();
    let mut child = command.stdout(output).spawn().expect("the program starts");
    let mut most = 0;
    while child.try_wait().expect("it is ours").is_none() {
        most = most.max(resident(child.id()));
        thread::sleep(Duration::from_millis(10));
    }
    assert!(most < 64 << 20, "{most} bytes");
    let text = fs::read_to_string(folder.path().join("seen.json")).unwrap();
    let seen: Value = serde_json::from_str(&text).unwrap();
    let took = |it: &Value| it["milliseconds"].as_u64().unwrap();
    let longest = seen["endpoints"].as_array().unwrap().iter().map(took).max();
    println!(
        "hostile servers: at most {longest:?} ms and {} KiB",
        most >> 10
    );
    assert!(
        (14_000..15_500).contains(&longest.unwrap()),
        "the reluctant one took {longest:?} ms"
    );
}

/// The most memory a process had, in bytes; 0 where the system does not say.
fn resident(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|rest| rest.split_whitespace().next()?.parse::<u64>().ok());
    kilobytes.unwrap_or(0) * 1_024
}

#[test]
fn a_name_that_changes_its_address_is_asked_once() {
    let identity = Identity::new();
    let config = rustls_config(&identity, &[&TLS12, &TLS13], default_provider());
    let server = rustls_listener(config);
    let (address, port) = (server.address.ip().to_string(), server.address.port());
    let Ok(other) = TcpListener::bind(("127.0.0.2", port)) else {
        eprintln!("skipped: loopback has one address");
        return;
    };
    let trap = Listener::on(other, drop);
    let resolver = Scripted::new(&[&[&address], &["127.0.0.2"]]);
    let allowed = format!("{address}:{port}");
    let target = format!("portal.example.test:{port}");
    let seen = observe_with(&[target], settings(&[&allowed]), resolver.clone());
    assert_eq!(spoken(&seen[0]), "TLS 1.2, TLS 1.3");
    assert_eq!(resolver.asked.load(Ordering::SeqCst), 1);
    assert_eq!(server.visits.all(), seen[0].connections as usize);
    assert_eq!(trap.visits.all(), 0, "the second answer is never used");
}

#[test]
fn one_barred_address_bars_every_connection() {
    let identity = Identity::new();
    let config = rustls_config(&identity, &[&TLS13], default_provider());
    let server = rustls_listener(config);
    let (address, port) = (server.address.ip().to_string(), server.address.port());
    let target = format!("portal.example.test:{port}");
    let allowed = format!("{address}:{port}");
    for barred in [
        "127.0.0.2",
        "169.254.169.254",
        "10.0.0.1",
        "::1",
        "::ffff:127.0.0.2",
    ] {
        let resolver = Scripted::new(&[&[&address, barred]]);
        let seen = observe_with(slice::from_ref(&target), settings(&[&allowed]), resolver);
        assert!(
            matches!(seen[0].failure, Some(Failure::BarredAddress { .. })),
            "{barred}: {seen:?}"
        );
        assert_eq!(seen[0].connections, 0);
    }
    assert_eq!(server.visits.all(), 0);
}

#[test]
fn loopback_and_its_disguises_are_barred_unless_allowed() {
    let server = silent();
    let port = server.address.port();
    for host in [
        "127.0.0.1",
        "0x7f.1",
        "2130706433",
        "127.1",
        "127.0.0.1.",
        "127。0。0。1",
        "[::ffff:127.0.0.1]",
        "[::ffff:169.254.169.254]",
        "[::1]",
        "0.0.0.0",
        "169.254.169.254",
    ] {
        let resolver = Scripted::new(&[&["127.0.0.1"]]);
        let seen = observe_with(&[format!("{host}:{port}")], settings(&[]), resolver);
        let failure = seen[0].failure.as_ref().map(Failure::kind);
        assert_eq!(failure, Some("barred-address"), "{host}");
    }
    assert_eq!(server.visits.all(), 0);
}

#[test]
fn a_host_is_asked_by_one_connection_at_a_time_whatever_its_names() {
    let server = reluctant(Duration::from_millis(200));
    let port = server.address.port();
    let targets = ["a", "b"].map(|name| format!("{name}.example.test:{port}"));
    let resolver = Scripted::new(&[&[&server.address.ip().to_string()]]);
    let seen = observe_with(&targets, settings(&[LOOPBACK]), resolver);
    assert_eq!(server.visits.most(), 1);
    let connections: u32 = seen.iter().map(|it| it.connections).sum();
    assert_eq!(server.visits.all(), connections as usize);
    assert!(
        seen.iter()
            .all(|it| it.connections <= 12 && it.unknown().is_some())
    );
}

#[test]
fn the_second_address_is_tried_when_the_first_is_deaf() {
    let identity = Identity::new();
    let config = rustls_config(&identity, &[&TLS13], default_provider());
    let server = rustls_listener(config);
    let address = server.address.ip().to_string();
    let resolver = Scripted::new(&[&["::1", &address]]);
    let target = format!("portal.example.test:{}", server.address.port());
    let allowed = [LOOPBACK, "[::1]:1-65535"];
    let seen = observe_with(&[target], settings(&allowed), resolver);
    assert_eq!(spoken(&seen[0]), "TLS 1.3", "{seen:?}");
    assert_eq!(seen[0].address, Some(server.address));
}

#[test]
fn a_mail_server_is_asked_to_switch_first() {
    let identity = Identity::new();
    let config = rustls_config(&identity, &[&TLS12, &TLS13], default_provider());
    let server = mail_listener(config, 0..0);
    let folder = folder(&[]);
    let target = server.address.to_string();
    let ran = run(
        folder.path(),
        &["probe", &target, "--starttls", "smtp", "--allow", LOOPBACK],
    );
    assert_eq!(ran.status, 0, "{ran:?}");
    assert!(ran.out.contains("speaks   TLS 1.2, TLS 1.3"), "{}", ran.out);
    let web = Listener::start(|mut stream| {
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
    });
    let mut settings = settings(&[LOOPBACK]);
    settings.starttls = Some(StartTls::Smtp);
    let target = web.address.to_string();
    let seen = observe_with(&[target], settings, Scripted::new(&[&[]]));
    let failure = seen[0].failure.as_ref().map(Failure::kind);
    assert_eq!(failure, Some("no-starttls"), "{seen:?}");
}

#[test]
fn a_mail_server_that_turns_a_visit_away_refused_no_version() {
    let identity = Identity::new();
    let config = rustls_config(&identity, &[&TLS12, &TLS13], default_provider());
    // All but the first question and the handshake at the end.
    let server = mail_listener(config, 1..10);
    let mut settings = settings(&[LOOPBACK]);
    settings.starttls = Some(StartTls::Smtp);
    let target = server.address.to_string();
    let seen = observe_with(&[target], settings, Scripted::new(&[&[]])).remove(0);
    assert_eq!(spoken(&seen), "TLS 1.2, TLS 1.3", "{seen:?}");
    assert!(!seen.is_floor_sure(), "{seen:?}");
}

/// Hangs up on the visits named, counted from 1, and hands the others to a server behind it.
fn stumbling(behind: SocketAddr, on: &'static [usize]) -> Listener {
    let visits = AtomicUsize::new(0);
    Listener::start(move |stream| {
        let visit = visits.fetch_add(1, Ordering::SeqCst) + 1;
        if !on.contains(&visit) {
            pass_on(stream, behind);
        }
    })
}

fn pass_on(stream: TcpStream, behind: SocketAddr) {
    let Ok(server) = TcpStream::connect(behind) else {
        return;
    };
    let (mut down, mut up) = (server.try_clone().unwrap(), stream.try_clone().unwrap());
    let back = thread::spawn(move || {
        let _ = io::copy(&mut down, &mut up);
        let _ = up.shutdown(Shutdown::Both);
    });
    let (mut from, mut to) = (stream, server);
    let _ = io::copy(&mut from, &mut to);
    let _ = to.shutdown(Shutdown::Both);
    let _ = back.join();
}

#[test]
fn a_hiccup_hides_no_old_version() {
    let Some(identity) = Identity::rsa() else {
        return;
    };
    let old = ["-no_tls1_3", "-cipher", "ALL:@SECLEVEL=0"];
    let Some(server) = openssl(&identity, &old) else {
        return;
    };
    // TLS 1.1 is asked about by the eighth visit, TLS 1.0 by the ninth.
    for on in [&[8][..], &[9], &[8, 9], &[3, 6, 7], &[1]] {
        let seen = observe(stumbling(server.address, on).address);
        assert_eq!(
            spoken(&seen),
            "TLS 1.0, TLS 1.1, TLS 1.2",
            "{on:?} {seen:?}"
        );
        assert!(weaknesses(&seen).contains(&Weakness::StaticRsa), "{on:?}");
    }
    for on in [
        &[8, 9, 10][..],
        &[8, 9, 10, 11],
        &[8, 9, 11, 12],
        &[8, 9, 10, 11, 12],
    ] {
        let seen = observe(stumbling(server.address, on).address);
        for version in [Version::TLS_1_0, Version::TLS_1_1] {
            assert_ne!(
                seen.speaks(version),
                Support::Refused,
                "{on:?} {:?}",
                seen.answers
            );
        }
    }
}

#[test]
fn who_always_hangs_up_has_refused() {
    let identity = Identity::new();
    let config = Arc::new(rustls_config(
        &identity,
        &[&TLS12, &TLS13],
        default_provider(),
    ));
    let server = Listener::start(move |mut stream| {
        let mut connection = rustls::ServerConnection::new(Arc::clone(&config)).unwrap();
        while connection.is_handshaking() {
            // Without the alert that says why.
            if connection.complete_io(&mut stream).is_err() {
                return;
            }
        }
        let _ = stream.read(&mut [0; 16]);
    });
    let seen = observe(server.address);
    assert_eq!(spoken(&seen), "TLS 1.2, TLS 1.3", "{seen:?}");
    assert!(seen.is_floor_sure(), "{seen:?}");
    for question in [
        Question::OldCiphers,
        Question::NoSecurity,
        Question::StaticRsa,
    ] {
        let answer = seen.answer(question).map(Answer::support);
        assert_eq!(answer, Some(Support::Refused), "{question:?} {seen:?}");
    }
}

#[test]
fn what_the_run_has_no_time_for_is_unknown() {
    let servers: Vec<_> = (0..3).map(|_| silent()).collect();
    let targets: Vec<_> = servers.iter().map(|it| it.address.to_string()).collect();
    let mut settings = settings(&[LOOPBACK]);
    settings.limits.run = Duration::from_millis(300);
    let seen = observe_with(&targets, settings, Scripted::new(&[&[]]));
    for it in seen {
        assert_eq!(it.failure.as_ref().map(Failure::kind), Some("timeout"));
    }
}

#[test]
fn the_command_says_what_it_saw() {
    let identity = Identity::new();
    let config = rustls_config(&identity, &[&TLS12, &TLS13], default_provider());
    let server = rustls_listener(config);
    let folder = folder(&[]);
    let target = server.address.to_string();
    let ran = run(folder.path(), &["probe", &target, "--allow", LOOPBACK]);
    assert_eq!((ran.status, &*ran.err), (0, ""), "{ran:?}");
    for part in [
        "speaks   TLS 1.2, TLS 1.3",
        "refuses  SSL 3.0, TLS 1.0, TLS 1.1",
        "weak     none of the weak suites",
        "X25519MLKEM768 is refused",
        "chain    CN=rcgen self signed cert",
    ] {
        assert!(ran.out.contains(part), "{part}: {}", ran.out);
    }
    let arguments = [
        "probe", "--file", "-", "--allow", LOOPBACK, "--format", "json",
    ];
    let list = format!("# ours\n\n{target} # the portal\n{target}\n127.0.0.7:1\n");
    let ran = run_on(folder.path(), &arguments, list.as_bytes());
    assert_eq!(ran.status, 3, "{ran:?}");
    let seen: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(seen["format"], "passmuster/probe");
    let endpoints = seen["endpoints"].as_array().unwrap();
    assert_eq!(endpoints.len(), 2, "each target once");
    assert_eq!(endpoints[0]["floor"], "TLS 1.2");
    assert_eq!(endpoints[0]["chain"].as_array().unwrap().len(), 1);
    assert_eq!(endpoints[0]["status"], "seen");
    assert_eq!(endpoints[1]["status"], "unknown");
    assert_eq!(endpoints[1]["failure"]["kind"], "refused");
}

#[test]
fn the_command_refuses_what_it_may_not_reach() {
    let server = silent();
    let folder = folder(&[]);
    for (target, expected) in [
        (server.address.to_string(), "is barred (this machine)"),
        (
            "[::ffff:169.254.169.254]".into(),
            "169.254.169.254 is barred",
        ),
    ] {
        let ran = run(folder.path(), &["probe", &target]);
        assert_eq!(ran.status, 2, "{ran:?}");
        assert!(ran.out.contains(expected), "{ran:?}");
    }
    for (wrong, expected) in [
        ("user@127.0.0.1", "cannot be part of a host"),
        ("https://portal.example.test", "cannot be part of a host"),
        ("portal.example.test:0", "the port is not a number"),
    ] {
        let ran = run(folder.path(), &["probe", wrong]);
        assert_eq!(ran.status, 2, "{ran:?}");
        assert!(ran.err.contains(expected), "{ran:?}");
    }
    let ran = run(
        folder.path(),
        &["probe", "https://user:pa55@portal.example.test"],
    );
    assert!(ran.status == 2 && !ran.err.contains("pa55"), "{ran:?}");
    assert_eq!(run(folder.path(), &["probe"]).status, 2);
    assert_eq!(server.visits.all(), 0);
}

/// Ten thousand endpoints that refuse at once cost no more memory than a few.
#[test]
fn memory_does_not_grow_with_the_list() {
    let folder = folder(&[]);
    let list = |count: usize| {
        let address = |number: usize| format!("127.3.{}.{}:1\n", number / 250, number % 250 + 1);
        (0..count).map(address).collect::<String>()
    };
    let most = |count| {
        fs::write(folder.path().join("list.txt"), list(count)).unwrap();
        let arguments = [
            "probe", "--file", "list.txt", "--allow", LOOPBACK, "--rate", "0",
        ];
        let mut command = program(
            folder.path(),
            &[&arguments[..], &["--format", "ndjson"]].concat(),
        );
        let output = fs::File::create(folder.path().join("seen.ndjson")).unwrap();
        let mut child = command.stdout(output).spawn().expect("the program starts");
        let mut most = 0;
        while child.try_wait().expect("it is ours").is_none() {
            most = most.max(resident(child.id()));
            thread::sleep(Duration::from_millis(2));
        }
        let text = fs::read_to_string(folder.path().join("seen.ndjson")).unwrap();
        let target = |line: &str| {
            let seen: Value = serde_json::from_str(line).unwrap();
            seen["target"].as_str().unwrap().to_owned()
        };
        let hosts: Vec<_> = text.lines().map(target).collect();
        let asked = list(count);
        let is_ordered = hosts.iter().eq(asked.lines());
        assert!(is_ordered, "in the order of the list");
        most
    };
    let (few, many) = (most(1_000), most(10_000));
    println!(
        "{} KiB for 1,000 endpoints, {} KiB for 10,000",
        few >> 10,
        many >> 10
    );
    assert!(many < few + (16 << 20), "{few} and {many} bytes");
}

#[test]
fn an_endpoint_is_told_before_the_next_is_seen() {
    let identity = Identity::new();
    let config = rustls_config(&identity, &[&TLS13], default_provider());
    let (quick, silent) = (rustls_listener(config), silent());
    let folder = folder(&[]);
    let (first, second) = (quick.address.to_string(), silent.address.to_string());
    let arguments = [
        "probe", &first, &second, "--allow", LOOPBACK, "--format", "ndjson",
    ];
    let mut child = program(folder.path(), &arguments)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let started = Instant::now();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let line: Value = serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
    assert_eq!(line["target"], first.as_str());
    assert!(started.elapsed() < Duration::from_secs(4));
    assert_eq!(lines.count(), 1);
    assert_eq!(child.wait().unwrap().code(), Some(3));
}

#[test]
fn a_reader_that_has_seen_enough_ends_the_look() {
    let servers: Vec<_> = (0..6).map(|_| silent()).collect();
    let folder = folder(&[]);
    // The first is refused at once; the others would take five seconds, one after the other.
    let list: Vec<_> = servers.iter().map(|it| it.address.to_string()).collect();
    let list = list.join("\n");
    fs::write(
        folder.path().join("list.txt"),
        format!("127.0.0.9:1\n{list}"),
    )
    .unwrap();
    let arguments = ["probe", "--file", "list.txt", "--allow", LOOPBACK];
    let mut child = program(folder.path(), &arguments)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let started = Instant::now();
    assert_eq!(child.wait().unwrap().code(), Some(3));
    assert!(
        started.elapsed() < Duration::from_secs(4),
        "{:?}",
        started.elapsed()
    );
}
