//! Lists of revoked certificates over HTTP on loopback: what hostile servers and resolvers do is
//! bounded, and nothing is asked of an address that was not checked.

use super::listeners::Listener;
use passmuster::probe::{ListFailure, Lists, Resolver, Settings, fetch_lists};
use std::io::{self, Read, Write};
use std::net::{IpAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

const LOOPBACK: &str = "127.0.0.0/8:1-65535";
const MIB: usize = 1 << 20;

/// Answers with the next address each time, and counts.
#[derive(Clone, Default)]
struct Turning {
    answers: Vec<IpAddr>,
    asked: Arc<AtomicUsize>,
}

impl Turning {
    fn new(answers: &[&str]) -> Self {
        Self {
            answers: answers.iter().map(|text| text.parse().unwrap()).collect(),
            asked: Arc::default(),
        }
    }
}

impl Resolver for Turning {
    async fn resolve(&self, _: &str) -> io::Result<Vec<IpAddr>> {
        let turn = self.asked.fetch_add(1, Ordering::SeqCst);
        let turn = turn.min(self.answers.len().saturating_sub(1));
        Ok(self.answers.get(turn).copied().into_iter().collect())
    }
}

fn settings(allowed: &[&str]) -> Settings {
    let mut settings = Settings {
        allowed: allowed.iter().map(|text| text.parse().unwrap()).collect(),
        ..Settings::default()
    };
    settings.limits.list = Duration::from_secs(4);
    settings
}

fn fetch(url: &str, allowed: &[&str], resolver: Turning) -> Result<usize, ListFailure> {
    let mut lists = fetch_lists(vec![url.to_owned()], settings(allowed), resolver).unwrap();
    lists.remove(0).answer.map(|list| list.len())
}

fn answering(script: impl Fn(&mut TcpStream) + Send + Sync + 'static) -> Listener {
    Listener::start(move |mut stream| {
        let _ = stream.read(&mut [0; 2_048]);
        script(&mut stream);
        let _ = stream.read(&mut [0; 1]);
    })
}

#[test]
fn lists_without_end_are_cut_and_slow_ones_given_up() {
    let started = Instant::now();
    let endless = answering(|stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n");
        let block = vec![0x30; MIB];
        while stream.write_all(&block).is_ok() {}
    });
    let claiming = answering(|stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 67108865\r\n\r\n");
    });
    let silent = answering(|_| {});
    let dripping = answering(|stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n");
        while stream.write_all(b"0").is_ok() {
            thread::sleep(Duration::from_millis(200));
        }
    });
    let headers = answering(|stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n");
        while stream.write_all(b"x: y\r\n").is_ok() {}
    });
    let is_bounded = |server: &Listener| {
        let url = format!("http://{}/a.crl", server.address);
        fetch(&url, &[LOOPBACK], Turning::default())
    };
    assert_eq!(is_bounded(&endless), Err(ListFailure::TooLarge));
    assert_eq!(is_bounded(&claiming), Err(ListFailure::TooLarge));
    let late = Err(ListFailure::Timeout(Duration::from_secs(4)));
    assert_eq!(is_bounded(&silent), late);
    assert_eq!(is_bounded(&dripping), late);
    assert!(matches!(is_bounded(&headers), Err(ListFailure::Cut(_))));
    assert!(started.elapsed() < Duration::from_secs(30));
}

#[test]
fn what_is_packed_is_not_unpacked() {
    let mut body = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    body.write_all(&vec![0; 8 * MIB]).unwrap();
    let body = body.finish().unwrap();
    let packed = answering(move |stream| {
        let head = "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length";
        let _ = write!(stream, "{head}: {}\r\n\r\n", body.len());
        let _ = stream.write_all(&body);
    });
    let url = format!("http://{}/a.crl", packed.address);
    let answer = fetch(&url, &[LOOPBACK], Turning::default());
    assert_eq!(answer, Err(ListFailure::NotAList));
}

#[test]
fn a_name_is_looked_up_once_and_connected_to_where_it_was_checked() {
    let server = answering(|stream| {
        let _ = stream.write_all(b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n");
    });
    let (address, port) = (server.address.ip().to_string(), server.address.port());
    let Ok(other) = TcpListener::bind(("127.0.0.2", port)) else {
        println!("skipped: loopback has one address");
        return;
    };
    let trap = Listener::on(other, drop);
    let resolver = Turning::new(&[&address, "127.0.0.2"]);
    let allowed = format!("{address}:{port}");
    for host in ["crl.example.test", "crl.example.test."] {
        let url = format!("http://{host}:{port}/a.crl");
        let resolver = Turning {
            asked: Arc::default(),
            ..resolver.clone()
        };
        let answer = fetch(&url, &[&allowed], resolver.clone());
        assert_eq!(answer, Err(ListFailure::Status(404)), "{host}");
        assert_eq!(resolver.asked.load(Ordering::SeqCst), 1);
    }
    assert_eq!(server.visits.all(), 2);
    assert_eq!(trap.visits.all(), 0, "the second answer is never used");
}

#[test]
fn every_way_of_writing_a_barred_address_is_refused() {
    let server = answering(|_| {});
    let port = server.address.port();
    for host in [
        "127.0.0.1",
        "0x7f.1",
        "2130706433",
        "127.1",
        "0177.0.0.1",
        "127.0.0.1.",
        "127。0。0。1",
        "%31%32%37.0.0.1",
        "[::ffff:127.0.0.1]",
        "[::1]",
        "localhost",
        "169.254.169.254",
        "[fd00:ec2::254]",
        "metadata.example.test",
    ] {
        let resolver = Turning::new(&["169.254.169.254"]);
        for url in [
            format!("http://{host}:{port}/a.crl"),
            format!("http://{host}/a.crl"),
            format!("https://{host}/a.crl"),
        ] {
            let answer = fetch(&url, &[], resolver.clone());
            assert!(
                matches!(answer, Err(ListFailure::Connection(_))),
                "{url}: {answer:?}"
            );
        }
    }
    assert_eq!(server.visits.all(), 0);
}

#[test]
fn other_ports_than_the_webs_have_to_be_allowed() {
    for port in [22, 25, 6_379, 8_080] {
        let url = format!("http://crl.example.test:{port}/a.crl");
        let answer = fetch(&url, &[], Turning::new(&["1.1.1.1"]));
        assert_eq!(answer, Err(ListFailure::Port(port)));
    }
}

#[test]
fn a_list_is_asked_for_once_in_a_run_whatever_came_of_it() {
    let server = answering(|stream| {
        let _ = stream.write_all(b"HTTP/1.1 500 No\r\ncontent-length: 0\r\n\r\n");
    });
    let url = format!("http://{}/a.crl", server.address);
    let kept = Settings {
        lists: Some(Arc::new(Lists::default())),
        ..settings(&[LOOPBACK])
    };
    for _ in 0..3 {
        let urls = vec![url.clone(), url.clone()];
        let lists = fetch_lists(urls, kept.clone(), Turning::default()).unwrap();
        assert!(
            lists
                .iter()
                .all(|it| it.answer == Err(ListFailure::Status(500)))
        );
    }
    assert_eq!(server.visits.all(), 1);
}

#[test]
fn lists_keep_to_the_end_of_the_run() {
    let servers: Vec<_> = (0..20).map(|_| answering(|_| {})).collect();
    let urls = servers
        .iter()
        .map(|it| format!("http://{}/a.crl", it.address));
    let mut settings = settings(&[LOOPBACK]);
    settings.limits.run = Duration::from_secs(1);
    let started = Instant::now();
    let lists = fetch_lists(urls.collect(), settings, Turning::default()).unwrap();
    assert!(lists.iter().all(|it| it.answer.is_err()));
    assert!(started.elapsed() < Duration::from_secs(3));
}
