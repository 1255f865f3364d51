//! The HTTPS client: never plain HTTP, not even after a redirect; trusts the system's roots and
//! those it is given; goes through the proxy the environment or the system names.

use super::UpdateError;
use reqwest::redirect::{Attempt, Policy};
use reqwest::{Certificate, Client};
use std::time::Duration;

const CONNECT: Duration = Duration::from_secs(15);
/// Between two pieces of an answer.
const SILENCE: Duration = Duration::from_secs(30);
const MAX_REDIRECTS: usize = 3;

pub(super) fn build(authorities: &[u8]) -> Result<Client, UpdateError> {
    // Another part of the process may have chosen already, which is as well.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut builder = Client::builder()
        .user_agent(concat!("passmuster/", env!("CARGO_PKG_VERSION")))
        .https_only(true)
        .connect_timeout(CONNECT)
        .read_timeout(SILENCE)
        .redirect(Policy::custom(redirect))
        .retry(reqwest::retry::never());
    if !authorities.is_empty() {
        builder = builder.tls_certs_merge(roots(authorities)?);
    }
    builder.build().map_err(|error| UpdateError::Client {
        what: super::fetch::told(&error),
    })
}

fn roots(pem: &[u8]) -> Result<Vec<Certificate>, UpdateError> {
    let wrong = |what: String| UpdateError::Authority { what };
    let roots = Certificate::from_pem_bundle(pem).map_err(|error| wrong(error.to_string()))?;
    if roots.is_empty() {
        return Err(wrong("the file holds no certificate in PEM".to_owned()));
    }
    Ok(roots)
}

fn redirect(attempt: Attempt<'_>) -> reqwest::redirect::Action {
    if attempt.url().scheme() != "https" {
        return attempt.error("it is not https");
    }
    if attempt.previous().len() > MAX_REDIRECTS {
        return attempt.error("too many redirects");
    }
    attempt.follow()
}
