//! One document: asked for, again if need be, and read within bounds.

use super::retry;
use super::{MAX_DOCUMENT, Step, Trouble, UpdateError};
use crate::catalogue::store::FeedState;
use jiff::Timestamp;
use reqwest::header::{
    ACCEPT, CONTENT_TYPE, ETAG, HeaderMap, HeaderName, IF_MODIFIED_SINCE, IF_NONE_MATCH,
    LAST_MODIFIED, RETRY_AFTER,
};
use reqwest::{Client, Response, StatusCode, Url};
use sha2::{Digest, Sha256};
use std::error::Error;
use std::fmt::Write as _;
use std::time::Duration;

/// Longer validators are not worth keeping.
const MAX_VALIDATOR: usize = 500;

/// What came of asking.
#[derive(Debug)]
pub(super) enum Answer {
    Document(Document),
    /// It is still the one we know.
    Same,
}

#[derive(Debug)]
pub(super) struct Document {
    pub(super) bytes: Vec<u8>,
    pub(super) etag: Option<String>,
    pub(super) last_modified: Option<String>,
}

/// Where and how to ask.
pub(super) struct Question<'q> {
    pub(super) client: &'q Client,
    pub(super) url: &'q Url,
    pub(super) known: Option<&'q FeedState>,
    pub(super) pause: Duration,
    pub(super) now: Timestamp,
}

impl Document {
    pub(super) fn sha256(&self) -> String {
        Sha256::digest(&self.bytes)
            .iter()
            .fold(String::with_capacity(64), |mut hex, byte| {
                write!(hex, "{byte:02x}").expect("writing to a string");
                hex
            })
    }
}

impl Question<'_> {
    pub(super) async fn ask(&self, watch: &mut dyn FnMut(Step<'_>)) -> Result<Answer, UpdateError> {
        let shown = redacted(self.url);
        let mut attempt = 1;
        loop {
            watch(Step::Asking { url: &shown });
            let trouble = match self.attempt(watch).await {
                Ok(answer) => return Ok(answer),
                Err(trouble) => trouble,
            };
            let Some(pause) = retry::pause(attempt, &trouble, self.pause, fastrand::f64()) else {
                return Err(UpdateError::Fetch {
                    url: shown,
                    what: trouble,
                });
            };
            tracing::info!("{shown}: {trouble}; again in {} ms", pause.as_millis());
            watch(Step::Waiting {
                why: &trouble,
                pause,
            });
            tokio::time::sleep(pause).await;
            attempt += 1;
        }
    }

    async fn attempt(&self, watch: &mut dyn FnMut(Step<'_>)) -> Result<Answer, Trouble> {
        // The vendor's interface speaks XML to whoever does not ask for JSON.
        let mut request = self
            .client
            .get(self.url.clone())
            .header(ACCEPT, "application/json");
        let known = self.known;
        if let Some(etag) = known.and_then(|known| known.etag.as_deref()) {
            request = request.header(IF_NONE_MATCH, etag);
        }
        if let Some(date) = known.and_then(|known| known.last_modified.as_deref()) {
            request = request.header(IF_MODIFIED_SINCE, date);
        }
        let response = request.send().await.map_err(|error| sending(&error))?;
        let is_known = known.is_some_and(|it| it.etag.is_some() || it.last_modified.is_some());
        if response.status() == StatusCode::NOT_MODIFIED && is_known {
            return Ok(Answer::Same);
        }
        if response.status() != StatusCode::OK {
            return Err(Trouble::Status {
                status: response.status().as_u16(),
                after: retry_after(response.headers(), self.now),
            });
        }
        is_json(response.headers())?;
        let etag = validator(response.headers(), &ETAG);
        let last_modified = validator(response.headers(), &LAST_MODIFIED);
        Ok(Answer::Document(Document {
            bytes: body(response, MAX_DOCUMENT, watch).await?,
            etag,
            last_modified,
        }))
    }
}

/// The body, unpacked, as long as it keeps to the limit.
async fn body(
    mut response: Response,
    limit: u64,
    watch: &mut dyn FnMut(Step<'_>),
) -> Result<Vec<u8>, Trouble> {
    let claimed = response.content_length();
    if claimed.is_some_and(|bytes| bytes > limit) {
        return Err(Trouble::TooLarge { limit, claimed });
    }
    let mut bytes = Vec::new();
    while let Some(chunk) = response
        .chunk()
        .await
        .map_err(|error| Trouble::Cut(told(&error)))?
    {
        if bytes.len() as u64 + chunk.len() as u64 > limit {
            return Err(Trouble::TooLarge {
                limit,
                claimed: None,
            });
        }
        bytes.extend_from_slice(&chunk);
        watch(Step::Received {
            bytes: bytes.len() as u64,
            of: claimed,
        });
    }
    Ok(bytes)
}

fn is_json(headers: &HeaderMap) -> Result<(), Trouble> {
    let stated = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let stated = stated.unwrap_or("of no stated kind");
    let kind = stated
        .split(';')
        .next()
        .unwrap_or("")
        .trim()
        .to_ascii_lowercase();
    let is_json = matches!(&*kind, "application/json" | "text/json")
        || (kind.starts_with("application/") && kind.ends_with("+json"));
    if is_json {
        return Ok(());
    }
    Err(Trouble::Kind(stated.chars().take(80).collect()))
}

fn validator(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    let value = headers.get(name)?.to_str().ok()?;
    (value.len() <= MAX_VALIDATOR).then(|| value.to_owned())
}

/// Seconds, or a date.
fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?;
    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = jiff::fmt::rfc2822::DateTimeParser::new()
        .parse_timestamp(value)
        .ok()?;
    date.duration_since(now).try_into().ok()
}

fn sending(error: &reqwest::Error) -> Trouble {
    if error.is_redirect() {
        return Trouble::Redirect(told(error));
    }
    let mut source = error.source();
    while let Some(cause) = source {
        if let Some(rustls::Error::InvalidCertificate(fault)) = tls_fault(cause) {
            return Trouble::Certificate(fault.to_string());
        }
        source = cause.source();
    }
    if error.is_connect() || error.is_timeout() {
        return Trouble::Connect(told(error));
    }
    Trouble::Cut(told(error))
}

/// TLS faults travel inside I/O errors, and those inside each other.
fn tls_fault<'e>(cause: &'e (dyn Error + 'static)) -> Option<&'e rustls::Error> {
    let Some(outer) = cause.downcast_ref::<std::io::Error>() else {
        return cause.downcast_ref();
    };
    tls_fault(outer.get_ref()?)
}

/// The innermost cause, which never holds the address.
pub(super) fn told(error: &reqwest::Error) -> String {
    let mut told = None;
    let mut source = error.source();
    while let Some(cause) = source {
        told = Some(cause.to_string());
        source = cause.source();
    }
    told.unwrap_or_else(|| "no reason given".to_owned())
}

/// An address fit to be shown and kept: without user name, password and query.
pub(super) fn redacted(url: &Url) -> String {
    let mut shown = url.clone();
    let _ = shown.set_username("");
    let _ = shown.set_password(None);
    shown.set_fragment(None);
    if shown.query().is_some() {
        shown.set_query(Some("..."));
    }
    shown.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use reqwest::header::HeaderValue;

    #[test]
    fn an_address_is_shown_without_its_secrets() {
        let url = Url::parse("https://user:secret@mirror.invalid/feed?token=secret#x").unwrap();
        assert_eq!(redacted(&url), "https://mirror.invalid/feed?...");
    }

    #[test]
    fn a_wait_is_read_as_seconds_or_a_date() {
        let now = "2026-11-22T21:00:00Z".parse().unwrap();
        let read = |text: &'static str| {
            let value = HeaderValue::from_static(text);
            retry_after(&HeaderMap::from_iter([(RETRY_AFTER, value)]), now)
        };
        assert_eq!(read("7"), Some(Duration::from_secs(7)));
        assert_eq!(
            read("Sun, 22 Nov 2026 21:00:09 GMT"),
            Some(Duration::from_secs(9))
        );
        assert_eq!(read("Sun, 22 Nov 2026 20:00:00 GMT"), None);
        assert_eq!(read("later"), None);
    }

    #[test]
    fn only_json_is_json() {
        let is = |text: &'static str| {
            let value = HeaderValue::from_static(text);
            is_json(&HeaderMap::from_iter([(CONTENT_TYPE, value)])).is_ok()
        };
        assert!(is("application/json; charset=utf-8"));
        assert!(is("application/csaf+json"));
        assert!(!is("text/html"));
        assert!(!is("text/plain"));
        assert!(is_json(&HeaderMap::new()).is_err());
    }
}
