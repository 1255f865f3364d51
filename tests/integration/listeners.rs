//! Servers on loopback addresses for the prober to look at: real ones of three kinds, and hostile
//! ones. Each runs until it is dropped.

use super::consumers::debian;
use rcgen::{CertificateParams, KeyPair};
use rustls::crypto::{self, ActiveKeyExchange, CryptoProvider, SupportedKxGroup};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{NamedGroup, ServerConfig};
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::ops::Range;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU16, AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;
use tempfile::TempDir;

/// A folder with a certificate for `portal.example.test`, its key, and room for a server.
pub(super) struct Identity {
    pub(super) folder: TempDir,
    pub(super) der: Vec<u8>,
    key: Vec<u8>,
}

impl Identity {
    pub(super) fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let key = KeyPair::generate().expect("a key can be made");
        let params = CertificateParams::new(vec!["portal.example.test".into()]).expect("a name");
        let certificate = params.self_signed(&key).expect("it can be signed");
        let write = |name: &str, text: String| {
            fs::write(folder.path().join(name), text).expect("the folder is ours");
        };
        write("certificate.pem", certificate.pem());
        write("key.pem", key.serialize_pem());
        Self {
            der: certificate.der().to_vec(),
            key: key.serialize_der(),
            folder,
        }
    }

    /// A key of RSA, made by openssl: static RSA needs one.
    pub(super) fn rsa() -> Option<Self> {
        let mut identity = Self::new();
        let openssl = debian("openssl", "openssl")?;
        let made = Command::new(openssl)
            .args([
                "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30",
            ])
            .args(["-subj", "/CN=portal.example.test"])
            .args(["-keyout", "key.pem", "-out", "certificate.pem"])
            .current_dir(identity.path())
            .stderr(Stdio::null())
            .status()
            .expect("openssl starts");
        assert!(made.success());
        let text = fs::read(identity.path().join("certificate.pem")).expect("openssl wrote it");
        let (_, pem) = x509_parser::pem::parse_x509_pem(&text).expect("openssl writes PEM");
        identity.der = pem.contents;
        Some(identity)
    }

    pub(super) fn path(&self) -> &Path {
        self.folder.path()
    }
}

/// A program that listens.
pub(super) struct Program {
    pub(super) child: Child,
    pub(super) address: SocketAddr,
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// `openssl s_server` with these options. Nothing where there is no openssl.
pub(super) fn openssl(identity: &Identity, options: &[&str]) -> Option<Program> {
    let mut child = Command::new(debian("openssl", "openssl")?)
        .args(["s_server", "-accept", "127.0.0.1:0"])
        .args(["-cert", "certificate.pem", "-key", "key.pem"])
        .args(options)
        .current_dir(identity.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("openssl starts");
    let stdout = child.stdout.take().expect("a pipe was asked for");
    let mut lines = BufReader::new(stdout).lines();
    let port = lines
        .by_ref()
        .map_while(Result::ok)
        .find_map(|line| {
            line.strip_prefix("ACCEPT ")?
                .rsplit_once(':')?
                .1
                .parse()
                .ok()
        })
        .expect("openssl says where it listens");
    // It stops when nobody reads what it says.
    thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
    let address = SocketAddr::from(([127, 0, 0, 1], port));
    Some(Program { child, address })
}

/// nginx with these directives in its server block. Nothing where there is no nginx.
pub(super) fn nginx(identity: &Identity, directives: &str) -> Option<Program> {
    let nginx = debian("nginx", "nginx")?;
    let port = free_port();
    let folder = identity.path().display();
    let config = format!(
        "daemon off; master_process off; pid {folder}/nginx.pid; error_log stderr crit;\n\
         events {{ worker_connections 64; }}\n\
         http {{ access_log off; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;\n\
         fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;\n\
         server {{ listen 127.0.0.1:{port} ssl; ssl_certificate {folder}/certificate.pem;\n\
         ssl_certificate_key {folder}/key.pem; {directives} }} }}\n"
    );
    fs::write(identity.path().join("nginx.conf"), config).expect("the folder is ours");
    let child = Command::new(nginx)
        .args(["-c", "nginx.conf", "-e", "stderr", "-p"])
        .arg(identity.path())
        .stderr(Stdio::null())
        .spawn()
        .expect("nginx starts");
    let address = SocketAddr::from(([127, 0, 0, 1], port));
    let program = Program { child, address };
    for _ in 0..500 {
        if TcpStream::connect(address).is_ok() {
            return Some(program);
        }
        thread::sleep(Duration::from_millis(10));
    }
    panic!("nginx does not listen");
}

pub(super) fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has ports");
    listener.local_addr().expect("it is bound").port()
}

/// Less than connections last that overlap.
const GRACE: Duration = Duration::from_millis(150);

/// What connects, and how much of it at once.
#[derive(Default)]
pub(super) struct Visits {
    now: AtomicUsize,
    most: AtomicUsize,
    all: AtomicUsize,
}

impl Visits {
    /// Whoever hung up before this one came may not have been noticed yet.
    fn wait_until_alone(&self) {
        for _ in 0..GRACE.as_millis() {
            if self.now.load(Ordering::SeqCst) == 0 {
                return;
            }
            thread::sleep(Duration::from_millis(1));
        }
    }

    pub(super) fn all(&self) -> usize {
        self.all.load(Ordering::SeqCst)
    }

    /// The most at one time.
    pub(super) fn most(&self) -> usize {
        self.most.load(Ordering::SeqCst)
    }
}

/// A server in this process, a thread a connection.
pub(super) struct Listener {
    pub(super) address: SocketAddr,
    pub(super) visits: Arc<Visits>,
    open: Arc<Mutex<Vec<TcpStream>>>,
}

impl Listener {
    /// Hands every connection to the script, and hangs up when the script ends. Has an address of
    /// its own where the system has more than one on loopback.
    pub(super) fn start(script: impl Fn(TcpStream) + Send + Sync + 'static) -> Self {
        static COUNT: AtomicU16 = AtomicU16::new(0);
        let [high, low] = COUNT.fetch_add(1, Ordering::SeqCst).to_be_bytes();
        let own = TcpListener::bind((Ipv4Addr::new(127, 1, high, low), 0));
        let listener = own.or_else(|_| TcpListener::bind("127.0.0.1:0"));
        Self::on(listener.expect("loopback has ports"), script)
    }

    pub(super) fn on(
        listener: TcpListener,
        script: impl Fn(TcpStream) + Send + Sync + 'static,
    ) -> Self {
        let address = listener.local_addr().expect("it is bound");
        let (visits, open): (Arc<Visits>, Arc<Mutex<Vec<TcpStream>>>) = Default::default();
        let script = Arc::new(script);
        let (counted, held) = (Arc::clone(&visits), Arc::clone(&open));
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (script, counted) = (Arc::clone(&script), Arc::clone(&counted));
                let twin = stream.try_clone().expect("a handle more");
                held.lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .push(twin);
                counted.all.fetch_add(1, Ordering::SeqCst);
                counted.wait_until_alone();
                let now = counted.now.fetch_add(1, Ordering::SeqCst) + 1;
                counted.most.fetch_max(now, Ordering::SeqCst);
                thread::spawn(move || {
                    let twin = stream.try_clone();
                    script(stream);
                    if let Ok(twin) = twin {
                        let _ = twin.shutdown(std::net::Shutdown::Both);
                    }
                    counted.now.fetch_sub(1, Ordering::SeqCst);
                });
            }
        });
        Self {
            address,
            visits,
            open,
        }
    }
}

/// Ends what scripts wait for; the thread that accepts ends with the process.
impl Drop for Listener {
    fn drop(&mut self) {
        for stream in self
            .open
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .drain(..)
        {
            let _ = stream.shutdown(std::net::Shutdown::Both);
        }
    }
}

/// A rustls server.
pub(super) fn rustls_listener(config: ServerConfig) -> Listener {
    let config = Arc::new(config);
    Listener::start(move |stream| shake(stream, &config))
}

/// A rustls server with this chain and the key of its first certificate.
pub(super) fn chain_listener(chain: Vec<Vec<u8>>, key: Vec<u8>) -> Listener {
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key));
    let config = ServerConfig::builder_with_provider(Arc::new(crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("ring knows them")
        .with_no_client_auth()
        .with_single_cert(chain.into_iter().map(Into::into).collect(), key);
    rustls_listener(config.expect("the key belongs to the certificate"))
}

/// A rustls server behind STARTTLS of SMTP, which turns some visits away at the door.
pub(super) fn mail_listener(config: ServerConfig, turned_away: Range<u32>) -> Listener {
    let config = Arc::new(config);
    let visits = AtomicU32::new(0);
    Listener::start(move |mut stream| {
        if turned_away.contains(&visits.fetch_add(1, Ordering::SeqCst)) {
            return;
        }
        let _ = stream.write_all(b"220 mail.example.test\r\n");
        hear(&mut stream);
        let _ = stream.write_all(b"250-mail.example.test\r\n250 STARTTLS\r\n");
        hear(&mut stream);
        let _ = stream.write_all(b"220 go\r\n");
        shake(stream, &config);
    })
}

fn shake(mut stream: TcpStream, config: &Arc<ServerConfig>) {
    let mut connection =
        rustls::ServerConnection::new(Arc::clone(config)).expect("the configuration is good");
    while connection.is_handshaking() {
        if connection.complete_io(&mut stream).is_err() {
            // The alert that says why.
            let _ = connection.write_tls(&mut stream);
            return;
        }
    }
    let _ = stream.read(&mut [0; 16]);
}

pub(super) fn rustls_config(
    identity: &Identity,
    versions: &[&'static rustls::SupportedProtocolVersion],
    provider: CryptoProvider,
) -> ServerConfig {
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(identity.key.clone()));
    ServerConfig::builder_with_provider(Arc::new(provider))
        .with_protocol_versions(versions)
        .expect("ring knows them")
        .with_no_client_auth()
        .with_single_cert(vec![identity.der.clone().into()], key)
        .expect("the key belongs to the certificate")
}

/// The usual cryptography, which also claims X25519MLKEM768: enough for a server to ask for it.
pub(super) fn with_ml_kem() -> CryptoProvider {
    let mut provider = crypto::ring::default_provider();
    provider.kx_groups.insert(0, &ClaimedMlKem);
    provider
}

#[derive(Debug)]
struct ClaimedMlKem;

impl SupportedKxGroup for ClaimedMlKem {
    fn start(&self) -> Result<Box<dyn ActiveKeyExchange>, rustls::Error> {
        Err(rustls::Error::General("it only claims to".into()))
    }

    fn name(&self) -> NamedGroup {
        NamedGroup::X25519MLKEM768
    }
}

/// Reads the hello, whatever it says.
fn hear(stream: &mut TcpStream) {
    let _ = stream.read(&mut [0; 2_048]);
}

/// A ServerHello of TLS 1.2 with a suite that every broad hello offers, in its record.
fn server_hello() -> Vec<u8> {
    let mut hello = vec![22, 3, 3, 0, 42, 2, 0, 0, 38, 3, 3];
    hello.extend([7; 32]);
    hello.extend([0, 0xc0, 0x2f, 0]);
    hello
}

/// Handshake bytes, in records as long as the standard allows.
fn records(message: &[u8]) -> Vec<u8> {
    let record = |piece: &[u8]| {
        let length = u16::try_from(piece.len()).expect("a piece is short");
        [&[22, 3, 3][..], &length.to_be_bytes(), piece].concat()
    };
    message.chunks(16_384).flat_map(record).collect()
}

pub(super) fn silent() -> Listener {
    Listener::start(
        |mut stream| {
            while stream.read(&mut [0; 2_048]).is_ok_and(|count| count > 0) {}
        },
    )
}

/// A byte every half second.
pub(super) fn dripping() -> Listener {
    Listener::start(|mut stream| {
        for byte in server_hello() {
            if stream.write_all(&[byte]).is_err() {
                return;
            }
            thread::sleep(Duration::from_millis(500));
        }
    })
}

/// Refuses every hello, each time after so long.
pub(super) fn reluctant(pause: Duration) -> Listener {
    Listener::start(move |mut stream| {
        hear(&mut stream);
        thread::sleep(pause);
        let _ = stream.write_all(&[21, 3, 3, 0, 2, 2, 40]);
    })
}

/// A certificate that claims 16 MB and never ends.
pub(super) fn claiming() -> Listener {
    Listener::start(|mut stream| {
        hear(&mut stream);
        let claim = [11, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfc];
        let mut answer = server_hello();
        answer.extend(records(&claim));
        let filler = records(&[0; 16_384]);
        if stream.write_all(&answer).is_ok() {
            while stream.write_all(&filler).is_ok() {}
        }
    })
}

/// The chain of the certificate, so many times over.
pub(super) fn long_chain(certificate: &[u8], count: usize) -> Listener {
    let sized = |bytes: &[u8]| {
        let length = u32::try_from(bytes.len())
            .expect("it is short")
            .to_be_bytes();
        [&length[1..], bytes].concat()
    };
    let list = sized(certificate).repeat(count);
    let message = [&[11][..], &sized(&sized(&list))].concat();
    let answer = [server_hello(), records(&message)].concat();
    Listener::start(move |mut stream| {
        hear(&mut stream);
        let _ = stream.write_all(&answer);
        let _ = stream.read(&mut [0; 16]);
    })
}

/// The same bytes for ever.
pub(super) fn endless(bytes: &'static [u8]) -> Listener {
    Listener::start(move |mut stream| {
        hear(&mut stream);
        while stream.write_all(bytes).is_ok() {}
    })
}

/// One answer, whatever was asked.
pub(super) fn answering(bytes: &'static [u8]) -> Listener {
    Listener::start(move |mut stream| {
        hear(&mut stream);
        let _ = stream.write_all(bytes);
    })
}
