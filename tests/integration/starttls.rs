//! STARTTLS against the servers that people run: PostgreSQL, Dovecot and an SMTP server in Python.

use super::consumers::{debian, python};
use super::listeners::{Identity, Program, free_port};
use passmuster::probe::{
    self, Limits, Observation, Settings, StartTls, Support, SystemResolver, Target, Version,
};
use std::fs;
use std::net::{SocketAddr, TcpStream};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::slice;
use std::thread;
use std::time::Duration;

fn observe(address: SocketAddr, starttls: StartTls) -> Observation {
    let settings = Settings {
        limits: Limits::default(),
        allowed: vec!["127.0.0.0/8:1-65535".parse().unwrap()],
        starttls: Some(starttls),
        lists: None,
    };
    let target = Target::parse(&address.to_string()).unwrap();
    let mut seen = None;
    probe::run(vec![target], settings, SystemResolver, |_, it| {
        seen = Some(it);
        ControlFlow::Continue(())
    })
    .unwrap();
    seen.expect("every target is reported")
}

/// TLS 1.2 and 1.3, nothing older, and the certificate that the server was given.
fn is_seen(seen: &Observation, identity: &Identity) {
    for version in [Version::TLS_1_2, Version::TLS_1_3] {
        assert_eq!(
            seen.speaks(version),
            Support::Accepted,
            "{:?}",
            seen.answers
        );
    }
    assert!(seen.is_floor_sure(), "{:?}", seen.answers);
    assert_eq!(seen.chain, slice::from_ref(&identity.der));
    assert!(seen.handshake.as_ref().is_some_and(|it| it.has_key));
    assert_eq!(seen.failure, None);
}

#[test]
fn postgresql_is_seen_behind_its_request_for_encryption() {
    let Some(identity) = Identity::rsa() else {
        return;
    };
    let Some(server) = postgres(&identity) else {
        return;
    };
    is_seen(&observe(server.address, StartTls::Postgres), &identity);
}

#[test]
fn a_mail_server_is_seen_behind_starttls() {
    let Some(identity) = Identity::rsa() else {
        return;
    };
    let Some(python) = python() else { return };
    let port = free_port();
    let mut command = Command::new(python);
    command
        .args(["-m", "aiosmtpd", "-n", "-c", "aiosmtpd.handlers.Sink"])
        .args(["-l", &format!("127.0.0.1:{port}")])
        .args(["--tlscert", "certificate.pem", "--tlskey", "key.pem"])
        .current_dir(identity.path());
    let server = start(command, port);
    is_seen(&observe(server.address, StartTls::Smtp), &identity);
}

#[test]
fn an_imap_server_is_seen_behind_starttls() {
    if !is_root() {
        println!("skipped: Dovecot wants to be started by root");
        return;
    }
    let Some(identity) = Identity::rsa() else {
        return;
    };
    let Some(dovecot) = debian("dovecot-imapd", "dovecot") else {
        return;
    };
    let version = Command::new(&dovecot).arg("--version").output();
    let version = version.expect("dovecot starts").stdout;
    if !version.starts_with(b"2.3") {
        println!("skipped: this Dovecot reads another configuration");
        return;
    }
    let port = free_port();
    let folder = identity.path().display();
    let config = format!(
        "protocols = imap\nlisten = 127.0.0.1\nbase_dir = {folder}/run\nstate_dir = {folder}/state\n\
         log_path = /dev/null\nssl = yes\nssl_cert = <{folder}/certificate.pem\n\
         ssl_key = <{folder}/key.pem\ndefault_login_user = nobody\ndefault_internal_user = nobody\n\
         default_internal_group = nogroup\npassdb {{\n driver = static\n args = nopassword=y\n}}\n\
         userdb {{\n driver = static\n args = uid=65534 gid=65534 home={folder}\n}}\n\
         service imap-login {{\n chroot =\n inet_listener imap {{\n  port = {port}\n }}\n \
         inet_listener imaps {{\n  port = 0\n }}\n}}\n"
    );
    fs::write(identity.path().join("dovecot.conf"), config).unwrap();
    let mut command = Command::new(dovecot);
    command
        .args(["-F", "-c", "dovecot.conf"])
        .current_dir(identity.path());
    let server = start(command, port);
    is_seen(&observe(server.address, StartTls::Imap), &identity);
}

fn start(mut command: Command, port: u16) -> Program {
    let child = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the server starts");
    let address = SocketAddr::from(([127, 0, 0, 1], port));
    let program = Program { child, address };
    for _ in 0..1_500 {
        if TcpStream::connect(address).is_ok() {
            return program;
        }
        thread::sleep(Duration::from_millis(10));
    }
    panic!("{command:?} does not listen");
}

/// PostgreSQL refuses to be run by root, and is run by nobody then.
const NOBODY: u32 = 65_534;

#[cfg(unix)]
fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    fs::metadata("/proc/self").is_ok_and(|it| it.uid() == 0)
}

#[cfg(unix)]
fn as_nobody(command: &mut Command) {
    use std::os::unix::process::CommandExt;
    if is_root() {
        command.uid(NOBODY).gid(NOBODY);
    }
}

#[cfg(unix)]
fn give_to_nobody(path: &Path) {
    if is_root() {
        std::os::unix::fs::chown(path, Some(NOBODY), Some(NOBODY)).expect("root may");
    }
}

#[cfg(not(unix))]
fn is_root() -> bool {
    false
}

#[cfg(not(unix))]
fn as_nobody(_: &mut Command) {}

#[cfg(not(unix))]
fn give_to_nobody(_: &Path) {}

fn postgres(identity: &Identity) -> Option<Program> {
    let programs = postgres_programs().or_else(|| {
        debian("postgresql", "pg_ctlcluster")?;
        postgres_programs()
    })?;
    for name in ["", "certificate.pem", "key.pem"] {
        give_to_nobody(&identity.path().join(name));
    }
    private(&identity.path().join("key.pem"));
    let mut command = Command::new(programs.join("initdb"));
    command
        .args(["-D", "data", "-A", "trust", "-U", "postgres", "--no-sync"])
        .args(["--no-locale", "-E", "UTF8"])
        .current_dir(identity.path())
        .stdout(Stdio::null());
    as_nobody(&mut command);
    assert!(command.status().expect("initdb starts").success());
    let port = free_port();
    let mut command = Command::new(programs.join("postgres"));
    command
        .args(["-D", "data", "-h", "127.0.0.1", "-p", &port.to_string()])
        .args(["-k", "", "-F", "-c", "ssl=on"])
        .args(["-c", "ssl_cert_file=../certificate.pem"])
        .args(["-c", "ssl_key_file=../key.pem"])
        .current_dir(identity.path());
    as_nobody(&mut command);
    Some(start(command, port))
}

/// Debian keeps them off the path.
fn postgres_programs() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").ok()?;
    let folders = versions.flatten().map(|version| version.path().join("bin"));
    folders.into_iter().find(|bin| bin.join("initdb").is_file())
}

#[cfg(unix)]
fn private(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    let mode = fs::Permissions::from_mode(0o600);
    fs::set_permissions(path, mode).expect("the file is ours");
}

#[cfg(not(unix))]
fn private(_: &Path) {}
