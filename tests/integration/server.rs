//! An HTTPS server on the loopback address that answers as a test tells it to: whole, late, cut,
//! without end, or not at all.

use flate2::Compression;
use flate2::write::GzEncoder;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

/// What a client asked.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    pub(super) path: String,
    /// By lower-case name.
    pub(super) headers: BTreeMap<String, String>,
}

/// What it gets.
#[derive(Debug, Clone)]
pub(super) struct Reply {
    status: &'static str,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
    /// Where it is not that of the body.
    claimed: Option<u64>,
    ends: Ends,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ends {
    /// With the body.
    Whole,
    /// The body, and then silence.
    Never,
    /// The body again and again, in chunks.
    Endless,
}

impl Reply {
    pub(super) fn json(body: impl Into<Vec<u8>>) -> Self {
        Self {
            status: "200 OK",
            headers: vec![("content-type", "application/json".into())],
            body: body.into(),
            claimed: None,
            ends: Ends::Whole,
        }
    }

    pub(super) fn status(status: &'static str) -> Self {
        Self {
            status,
            ..Self::json("{}")
        }
    }

    pub(super) fn with(mut self, name: &'static str, value: &str) -> Self {
        self.headers.retain(|(known, _)| *known != name);
        self.headers.push((name, value.into()));
        self
    }

    /// Packs the body.
    pub(super) fn gzipped(mut self) -> Self {
        let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
        packed.write_all(&self.body).expect("writing to memory");
        self.body = packed.finish().expect("writing to memory");
        self.with("content-encoding", "gzip")
    }

    /// Says that the body has so many bytes.
    pub(super) fn claiming(mut self, bytes: u64) -> Self {
        self.claimed = Some(bytes);
        self
    }

    /// Sends half of the body, and then nothing more.
    pub(super) fn stalling(mut self) -> Self {
        self.claimed = Some(self.body.len() as u64);
        self.body.truncate(self.body.len() / 2);
        self.ends = Ends::Never;
        self
    }

    pub(super) fn endless(mut self) -> Self {
        self.ends = Ends::Endless;
        self
    }
}

type Script = dyn Fn(&Asked, usize) -> Reply + Send + Sync;

/// Runs until it is dropped.
pub(super) struct Server {
    port: u16,
    /// The root certificate to trust, as PEM.
    pub(super) authority: String,
    asked: Arc<Mutex<Vec<Asked>>>,
    sent: Arc<Mutex<usize>>,
    runtime: Option<Runtime>,
}

impl Server {
    /// Answers every request as the script says, which is told how many came before.
    pub(super) fn start(script: impl Fn(&Asked, usize) -> Reply + Send + Sync + 'static) -> Self {
        let (config, authority) = identity();
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .expect("a runtime can be made");
        let listener = runtime
            .block_on(TcpListener::bind("127.0.0.1:0"))
            .expect("the loopback address is free");
        let port = listener.local_addr().expect("it is bound").port();
        let (asked, sent) = (Arc::default(), Arc::default());
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let script: Arc<Script> = Arc::new(script);
        let (log, count) = (Arc::clone(&asked), Arc::clone(&sent));
        runtime.spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (acceptor, script) = (acceptor.clone(), Arc::clone(&script));
                let (log, count) = (Arc::clone(&log), Arc::clone(&count));
                tokio::spawn(async move {
                    // A client that does not like what it gets hangs up.
                    if let Ok(mut stream) = acceptor.accept(stream).await {
                        let _ = serve(&mut stream, &*script, &log, &count).await;
                        let _ = stream.shutdown().await;
                    }
                });
            }
        });
        Self {
            port,
            authority,
            asked,
            sent,
            runtime: Some(runtime),
        }
    }

    pub(super) fn url(&self, path: &str) -> String {
        format!("https://localhost:{}{path}", self.port)
    }

    pub(super) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().expect("nobody panics with it").clone()
    }

    /// Waits until so many answers were sent, as far as they go.
    pub(super) fn wait_for(&self, answers: usize) {
        for _ in 0..2_000 {
            if *self.sent.lock().expect("nobody panics with it") >= answers {
                return;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        panic!("nobody asked within ten seconds");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

async fn serve(
    stream: &mut (impl AsyncReadExt + AsyncWriteExt + Unpin),
    script: &Script,
    log: &Mutex<Vec<Asked>>,
    count: &Mutex<usize>,
) -> std::io::Result<()> {
    let asked = read(stream).await?;
    let before = {
        let mut log = log.lock().expect("nobody panics with it");
        log.push(asked.clone());
        log.len() - 1
    };
    let reply = script(&asked, before);
    let mut head = format!("HTTP/1.1 {}\r\nconnection: close\r\n", reply.status);
    for (name, value) in &reply.headers {
        write!(head, "{name}: {value}\r\n").expect("writing to a string");
    }
    let is_endless = reply.ends == Ends::Endless;
    if is_endless {
        head.push_str("transfer-encoding: chunked\r\n");
    } else {
        let length = reply.claimed.unwrap_or(reply.body.len() as u64);
        write!(head, "content-length: {length}\r\n").expect("writing to a string");
    }
    stream.write_all(format!("{head}\r\n").as_bytes()).await?;
    if is_endless {
        return send_forever(stream, &reply.body).await;
    }
    stream.write_all(&reply.body).await?;
    stream.flush().await?;
    *count.lock().expect("nobody panics with it") += 1;
    if reply.ends == Ends::Never {
        tokio::time::sleep(Duration::from_mins(1)).await;
    }
    Ok(())
}

async fn send_forever(
    stream: &mut (impl AsyncWriteExt + Unpin),
    piece: &[u8],
) -> std::io::Result<()> {
    let size = format!("{:x}\r\n", piece.len());
    loop {
        stream.write_all(size.as_bytes()).await?;
        stream.write_all(piece).await?;
        stream.write_all(b"\r\n").await?;
    }
}

async fn read(stream: &mut (impl AsyncReadExt + Unpin)) -> std::io::Result<Asked> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") && head.len() < 64 * 1024 {
        head.push(stream.read_u8().await?);
    }
    let head = String::from_utf8_lossy(&head);
    let mut lines = head.lines();
    let path = lines.next().and_then(|line| line.split(' ').nth(1));
    let headers = lines.filter_map(|line| line.split_once(": "));
    Ok(Asked {
        path: path.unwrap_or_default().to_owned(),
        headers: headers
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
            .collect(),
    })
}

/// A certificate for this machine, and the one of the authority that signed it.
fn identity() -> (ServerConfig, String) {
    let key = KeyPair::generate().expect("a key can be made");
    let mut params = CertificateParams::new(Vec::new()).expect("no names are good names");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = params.self_signed(&key).expect("it can be signed").pem();
    let issuer = Issuer::new(params, key);
    let key = KeyPair::generate().expect("a key can be made");
    let params = CertificateParams::new(vec!["localhost".into()]).expect("a name");
    let leaf = params.signed_by(&key, &issuer).expect("it can be signed");
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let provider = tokio_rustls::rustls::crypto::ring::default_provider();
    let config = ServerConfig::builder_with_provider(Arc::new(provider))
        .with_safe_default_protocol_versions()
        .expect("ring knows TLS 1.2 and 1.3")
        .with_no_client_auth()
        .with_single_cert(vec![leaf.der().clone()], key)
        .expect("the key belongs to the certificate");
    (config, authority)
}
