//! How many endpoints a second the prober sees with every question, and how that compares with
//! sslyze. Servers and prober share this machine. `cargo bench --bench probe` prints it:
//!
//!     python3 -m venv target/sslyze && target/sslyze/bin/pip install sslyze==6.3.1
//!     PASSMUSTER_SSLYZE=target/sslyze/bin/sslyze cargo bench --bench probe

use passmuster::probe::{self, Limits, Observation, Settings, Support, SystemResolver, Target};
use rcgen::{CertificateParams, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use std::env;
use std::error::Error;
use std::net::{Ipv4Addr, SocketAddr};
use std::ops::ControlFlow;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::io::AsyncReadExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;
use tokio_rustls::TlsAcceptor;

const MANY: u16 = 1_000;
const FEW: usize = 20;
const ROUNDS: usize = 3;

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> Outcome<()> {
    // `cargo test --benches` only asks whether it runs.
    let is_bench = env::args().any(|argument| argument == "--bench");
    let servers = Runtime::new()?;
    let endpoints = servers.block_on(farm(if is_bench { MANY } else { 5 }))?;
    for _ in 0..ROUNDS {
        let (seen, took) = observe(&endpoints)?;
        let connections: u32 = seen.iter().map(|it| it.connections).sum();
        println!(
            "{} endpoints, {connections} connections: {:.2} s, {:.0} endpoints/s",
            seen.len(),
            took.as_secs_f64(),
            f64::from(u32::try_from(seen.len())?) / took.as_secs_f64()
        );
    }
    let few = endpoints.get(..FEW).unwrap_or(&endpoints);
    let (_, ours) = observe(few)?;
    println!("{} endpoints: {:.3} s", few.len(), ours.as_secs_f64());
    match env::var_os("PASSMUSTER_SSLYZE") {
        Some(sslyze) => {
            let theirs = scan(Command::new(sslyze).args(few.iter().map(SocketAddr::to_string)))?;
            println!(
                "sslyze says that its scan of them took {theirs:.2} s, {:.0} times as long; its \
                 default scan is wider: every suite, and known vulnerabilities",
                theirs / ours.as_secs_f64()
            );
        }
        None => println!("PASSMUSTER_SSLYZE names no sslyze to compare with"),
    }
    servers.shutdown_background();
    Ok(())
}

/// Every endpoint with every question, as the command does it, but without a limit of rate.
fn observe(endpoints: &[SocketAddr]) -> Outcome<(Vec<Observation>, Duration)> {
    let targets: Result<Vec<_>, _> = endpoints
        .iter()
        .map(|address| Target::parse(&address.to_string()))
        .collect();
    let settings = Settings {
        limits: Limits {
            rate: 0,
            ..Limits::default()
        },
        allowed: vec!["127.0.0.0/8:1-65535".parse()?],
        starttls: None,
        lists: None,
    };
    let mut seen = Vec::new();
    let started = Instant::now();
    probe::run(targets?, settings, SystemResolver, |_, it| {
        seen.push(it);
        ControlFlow::Continue(())
    })?;
    let took = started.elapsed();
    for it in &seen {
        let is_whole = it.failure.is_none()
            && it.is_floor_sure()
            && it.chain.len() == 1
            && it.ml_kem() == Support::Refused;
        if !is_whole {
            return Err(format!("{}: {:?}", it.target, it.answers).into());
        }
    }
    Ok((seen, took))
}

/// The time that sslyze itself states, in seconds.
fn scan(sslyze: &mut Command) -> Outcome<f64> {
    let output = String::from_utf8(sslyze.output()?.stdout)?;
    let stated = output.lines().find_map(|line| {
        let (_, behind) = line.split_once("SCANS COMPLETED IN ")?;
        behind.split_whitespace().next()?.parse().ok()
    });
    stated.ok_or_else(|| "sslyze does not say how long its scan took".into())
}

/// So many servers with TLS 1.2 and 1.3, each at an address of its own.
async fn farm(count: u16) -> Outcome<Vec<SocketAddr>> {
    let key = KeyPair::generate()?;
    let certificate = CertificateParams::new(vec!["portal.example.test".into()])?;
    let certificate = certificate.self_signed(&key)?;
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)?;
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let mut addresses = Vec::new();
    for number in 0..count {
        let [high, low] = number.to_be_bytes();
        let listener = TcpListener::bind((Ipv4Addr::new(127, 2, high, low), 0)).await?;
        addresses.push(listener.local_addr()?);
        tokio::spawn(listen(listener, acceptor.clone()));
    }
    Ok(addresses)
}

async fn listen(listener: TcpListener, acceptor: TlsAcceptor) {
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(serve(stream, acceptor.clone()));
    }
}

async fn serve(stream: TcpStream, acceptor: TlsAcceptor) {
    // Most hellos of a probe are refused.
    if let Ok(mut stream) = acceptor.accept(stream).await {
        let _ = stream.read(&mut [0; 16]).await;
    }
}
