//! One list over HTTP: from a checked address, without redirects and proxies, and no byte more
//! than may be kept.

use super::{ListFailure, Lists, MAX_URL, Means};
use crate::pki::container::{self, MAX_CRL_BYTES};
use crate::probe::address::{Host, Target};
use crate::probe::resolve::{Resolver, pin};
use reqwest::dns::{Name, Resolve, Resolving};
use reqwest::redirect::Policy;
use reqwest::{Certificate, Client, Response, StatusCode, Url};
use std::error::Error;
use std::net::SocketAddr;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

/// Lists are signed, so that whom the web trusts matters little, and nothing of the system is asked.
static ROOTS: LazyLock<Vec<Certificate>> = LazyLock::new(|| {
    let all = webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter();
    all.filter_map(|der| Certificate::from_der(der).ok())
        .collect()
});

pub(super) async fn fetch<R: Resolver>(
    url: &str,
    means: &Means<'_, R>,
    lists: &Lists,
) -> Result<Arc<[u8]>, ListFailure> {
    let (mut url, target) = read(url)?;
    let pinned = pin(&target, means.resolver, means.allowed, means.connect).await;
    let addresses = pinned.map_err(ListFailure::Connection)?;
    let is_allowed = |address: &SocketAddr| {
        let mut allowed = means.allowed.iter();
        allowed.any(|it| it.covers(address.ip(), address.port()))
    };
    if !matches!(target.port, 80 | 443) && !addresses.iter().all(is_allowed) {
        return Err(ListFailure::Port(target.port));
    }
    // The name is asked for as it was checked, so that it is connected to where it was pinned.
    let _ = url.set_host(Some(&host_of_url(&target.host)));
    let client = client(&target.host, &addresses, means)?;
    let _alone = match addresses.first() {
        Some(first) => Some(means.hosts.alone(first.ip()).await),
        None => None,
    };
    let asked = tokio::time::timeout(means.whole, ask(&client, url, lists));
    asked
        .await
        .unwrap_or(Err(ListFailure::Timeout(means.whole)))
}

fn read(url: &str) -> Result<(Url, Target), ListFailure> {
    if url.len() > MAX_URL {
        return Err(ListFailure::NotFetched);
    }
    let url = Url::parse(url).map_err(|_| ListFailure::NotFetched)?;
    let is_plain = matches!(url.scheme(), "http" | "https")
        && url.username().is_empty()
        && url.password().is_none();
    let (Some(host), Some(port), true) = (url.host_str(), url.port_or_known_default(), is_plain)
    else {
        return Err(ListFailure::NotFetched);
    };
    let target = Target::parse_or(host, port).map_err(|_| ListFailure::NotFetched)?;
    Ok((url, target))
}

fn host_of_url(host: &Host) -> String {
    match host {
        Host::Address(std::net::IpAddr::V6(address)) => format!("[{address}]"),
        other => other.to_string(),
    }
}

fn client<R>(
    host: &Host,
    addresses: &[SocketAddr],
    means: &Means<'_, R>,
) -> Result<Client, ListFailure> {
    // Another part of the process may have chosen already, which is as well.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder()
        .user_agent(concat!("passmuster/", env!("CARGO_PKG_VERSION")))
        .redirect(Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .no_proxy()
        .no_gzip()
        .http1_only()
        .pool_max_idle_per_host(0)
        .connect_timeout(means.connect)
        .tls_certs_only(ROOTS.iter().cloned())
        .dns_resolver(Arc::new(Nobody))
        .resolve_to_addrs(&host.to_string(), addresses)
        .build()
        .map_err(|error| ListFailure::Cut(innermost(&error)))
}

/// Answers no question: names were looked up and checked before.
struct Nobody;

impl Resolve for Nobody {
    fn resolve(&self, _: Name) -> Resolving {
        Box::pin(std::future::ready(Err(
            "the name was not checked before".into()
        )))
    }
}

async fn ask(client: &Client, url: Url, lists: &Lists) -> Result<Arc<[u8]>, ListFailure> {
    let sent = client.get(url).send().await;
    let response = sent.map_err(|error| ListFailure::Cut(innermost(&error)))?;
    match response.status() {
        StatusCode::OK => {}
        status if status.is_redirection() => return Err(ListFailure::Redirect(status.as_u16())),
        status => return Err(ListFailure::Status(status.as_u16())),
    }
    let mut room = Room { lists, bytes: 0 };
    let bytes = body(response, &mut room).await?;
    let list = only_list(&bytes)?;
    // What is kept stays counted.
    room.bytes = 0;
    Ok(list)
}

/// Room taken, given back unless the bytes are kept.
struct Room<'l> {
    lists: &'l Lists,
    bytes: usize,
}

impl Drop for Room<'_> {
    fn drop(&mut self) {
        self.lists.release(self.bytes);
    }
}

async fn body(mut response: Response, room: &mut Room<'_>) -> Result<Vec<u8>, ListFailure> {
    let limit = MAX_CRL_BYTES as u64;
    if response
        .content_length()
        .is_some_and(|claimed| claimed > limit)
    {
        return Err(ListFailure::TooLarge);
    }
    let mut bytes = Vec::new();
    while let Some(chunk) = response
        .chunk()
        .await
        .map_err(|error| ListFailure::Cut(innermost(&error)))?
    {
        if bytes.len().saturating_add(chunk.len()) > MAX_CRL_BYTES {
            return Err(ListFailure::TooLarge);
        }
        room.lists.reserve(chunk.len())?;
        room.bytes = room.bytes.saturating_add(chunk.len());
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

/// The one list, be it in DER form or as PEM.
fn only_list(bytes: &[u8]) -> Result<Arc<[u8]>, ListFailure> {
    let contents = container::read(bytes).map_err(|_| ListFailure::NotAList)?;
    let is_alone = contents.certificates.is_empty() && contents.incidents.is_empty();
    match <[_; 1]>::try_from(contents.crls) {
        Ok([list]) if is_alone => Ok(list.into()),
        _ => Err(ListFailure::NotAList),
    }
}

/// The innermost cause, which holds no address.
fn innermost(error: &reqwest::Error) -> String {
    let mut told = "no reason given".to_owned();
    let mut source = error.source();
    while let Some(cause) = source {
        told = cause.to_string();
        source = cause.source();
    }
    if error.is_timeout() {
        return format!("it took too long: {told}");
    }
    told
}

/// How long a list may take unless somebody says otherwise.
pub(in crate::probe) const WHOLE: Duration = Duration::from_secs(30);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_addresses_of_the_web_are_fetched() {
        for (url, expected) in [
            ("http://crl.example.test/a.crl", Some("crl.example.test:80")),
            (
                "https://crl.example.test./a.crl",
                Some("crl.example.test:443"),
            ),
            (
                "HTTP://CRL.example.test:8080/a",
                Some("crl.example.test:8080"),
            ),
            ("http://0x7f.1/a", Some("127.0.0.1:80")),
            ("http://2130706433/a", Some("127.0.0.1:80")),
            (
                "http://[::ffff:169.254.169.254]/a",
                Some("169.254.169.254:80"),
            ),
            ("http://127。0。0。1/a", Some("127.0.0.1:80")),
            ("http://[::1]:81/a", Some("[::1]:81")),
            ("ldap:///CN=x?certificateRevocationList", None),
            ("file:///etc/passwd", None),
            ("http://user@crl.example.test/", None),
            ("http://user:word@crl.example.test/", None),
            ("http:///a", None),
            ("crl.example.test/a.crl", None),
            ("", None),
        ] {
            let read = read(url).ok().map(|(_, target)| target.to_string());
            let is_same = read.as_deref() == expected;
            // `http:///a` is the host `a` to browsers.
            assert!(is_same || url == "http:///a", "{url}: {read:?}");
        }
        let long = format!("http://crl.example.test/{}", "a".repeat(MAX_URL));
        assert_eq!(read(&long).err(), Some(ListFailure::NotFetched));
    }

    #[test]
    fn what_is_no_list_is_not_kept() {
        for bytes in [&b""[..], b"<html>", b"\x30\x03\x02\x01\x01", b"\x30\x00"] {
            assert_eq!(only_list(bytes), Err(ListFailure::NotAList), "{bytes:?}");
        }
    }
}
