//! A whole handshake by rustls, with a verifier that writes down what the server shows and trusts
//! it no further. Nothing is sent afterwards.

use super::connection::{Capped, Deadlines};
use super::flight::MAX_FLIGHT;
use super::observation::{Answer, Failure, Handshake, Hello, Refusal, Stage};
use super::protocol::{Alert, Group, Suite, Version};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{ResolvesClientCert, Resumption};
use rustls::crypto::{self, CryptoProvider, WebPkiSupportedAlgorithms};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::sign::CertifiedKey;
use rustls::{
    ClientConfig, ClientConnection, DigitallySignedStruct, Error, InvalidMessage, SignatureScheme,
};
use std::io;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::net::TcpStream;
use tokio::time::timeout_at;
use tokio_rustls::TlsConnector;

/// What came of a handshake.
#[derive(Debug)]
pub(super) struct Shaken {
    pub(super) answer: Answer,
    pub(super) handshake: Option<Handshake>,
    pub(super) chain: Vec<Vec<u8>>,
}

pub(super) async fn shake(
    stream: TcpStream,
    name: Option<&str>,
    address: IpAddr,
    provider: &Arc<CryptoProvider>,
    deadlines: &Deadlines,
) -> Shaken {
    let seen = Arc::new(Seen::new(provider.signature_verification_algorithms));
    let answer = match attempt(stream, name, address, provider, &seen, deadlines).await {
        Ok(hello) => Answer::Accepted(hello),
        Err(Trouble::Alert(alert)) => Answer::Refused(Refusal::Alert(alert)),
        Err(Trouble::Failure(failure)) => Answer::Unanswered(failure),
    };
    let shown = seen.taken();
    let handshake = (!shown.chain.is_empty()).then_some(Handshake {
        has_key: shown.has_key,
        asks_certificate: shown.asks_certificate,
        staple: Some(shown.staple).filter(|staple| !staple.is_empty()),
    });
    Shaken {
        answer,
        handshake,
        chain: shown.chain,
    }
}

enum Trouble {
    Alert(Alert),
    Failure(Failure),
}

async fn attempt(
    stream: TcpStream,
    name: Option<&str>,
    address: IpAddr,
    provider: &Arc<CryptoProvider>,
    seen: &Arc<Seen>,
    deadlines: &Deadlines,
) -> Result<Hello, Trouble> {
    // An address is not sent along.
    let server = match name {
        Some(name) => ServerName::try_from(name.to_owned())
            .map_err(|_| handshake("it has no name that can be asked for"))?,
        None => ServerName::IpAddress(address.into()),
    };
    let connector = TlsConnector::from(Arc::new(config(provider, seen)?));
    let connected = connector.connect(server, Capped::new(stream));
    let shaken = timeout_at(deadlines.within(deadlines.flight), connected)
        .await
        .map_err(|_| Trouble::Failure(Failure::Timeout(Stage::Answer)))?;
    let stream = shaken.map_err(|error| classify(&error))?;
    agreed(stream.get_ref().1).ok_or_else(|| handshake("it ended without an agreement"))
}

fn handshake(why: impl Into<String>) -> Trouble {
    Trouble::Failure(Failure::Handshake(why.into()))
}

fn config(provider: &Arc<CryptoProvider>, seen: &Arc<Seen>) -> Result<ClientConfig, Trouble> {
    let mut config = ClientConfig::builder_with_provider(Arc::clone(provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| handshake(error.to_string()))?
        .dangerous()
        .with_custom_certificate_verifier(Arc::clone(seen) as _)
        .with_client_cert_resolver(Arc::clone(seen) as _);
    config.resumption = Resumption::disabled();
    Ok(config)
}

/// The cryptography of every handshake.
pub(super) fn provider() -> Arc<CryptoProvider> {
    Arc::new(crypto::ring::default_provider())
}

fn agreed(connection: &ClientConnection) -> Option<Hello> {
    let group = connection.negotiated_key_exchange_group();
    Some(Hello {
        version: Version(connection.protocol_version()?.into()),
        suite: Suite(connection.negotiated_cipher_suite()?.suite().into()),
        group: group.map(|group| Group(group.name().into())),
    })
}

fn classify(error: &io::Error) -> Trouble {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref());
    let failure = match (inner, error.kind()) {
        (Some(Error::AlertReceived(alert)), _) => return Trouble::Alert(Alert((*alert).into())),
        (Some(Error::InvalidMessage(InvalidMessage::HandshakePayloadTooLarge)), _)
        | (None, io::ErrorKind::FileTooLarge) => Failure::TooBig(MAX_FLIGHT),
        (Some(Error::InvalidMessage(InvalidMessage::InvalidContentType)), _) => Failure::NotTls,
        (Some(error), _) => Failure::Handshake(error.to_string()),
        (None, _) => Failure::Closed,
    };
    Trouble::Failure(failure)
}

/// What a server showed.
#[derive(Debug, Default)]
struct Shown {
    chain: Vec<Vec<u8>>,
    staple: Vec<u8>,
    has_key: bool,
    asks_certificate: bool,
}

/// Writes down what the server shows, and lets everything pass.
#[derive(Debug)]
struct Seen {
    shown: Mutex<Shown>,
    algorithms: WebPkiSupportedAlgorithms,
}

impl Seen {
    fn new(algorithms: WebPkiSupportedAlgorithms) -> Self {
        Self {
            shown: Mutex::default(),
            algorithms,
        }
    }

    fn note(&self, write: impl FnOnce(&mut Shown)) {
        write(&mut self.shown.lock().unwrap_or_else(PoisonError::into_inner));
    }

    fn taken(&self) -> Shown {
        std::mem::take(&mut self.shown.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Says whether the server proved to have the key, and goes on either way.
    fn note_key(&self, is_proven: bool) -> HandshakeSignatureValid {
        self.note(|shown| shown.has_key = is_proven);
        HandshakeSignatureValid::assertion()
    }
}

impl ServerCertVerifier for Seen {
    fn verify_server_cert(
        &self,
        leaf: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        staple: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        self.note(|shown| {
            let chain = std::iter::once(leaf).chain(intermediates);
            shown.chain = chain.map(|der| der.to_vec()).collect();
            shown.staple = staple.to_vec();
        });
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        leaf: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let proven = crypto::verify_tls12_signature(message, leaf, signed, &self.algorithms);
        Ok(self.note_key(proven.is_ok()))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        leaf: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let proven = crypto::verify_tls13_signature(message, leaf, signed, &self.algorithms);
        Ok(self.note_key(proven.is_ok()))
    }

    /// Those that cannot be checked as well, so that their certificates are shown.
    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        let mut schemes = self.algorithms.supported_schemes();
        for more in [
            SignatureScheme::ECDSA_NISTP521_SHA512,
            SignatureScheme::ED448,
            SignatureScheme::RSA_PKCS1_SHA1,
            SignatureScheme::ECDSA_SHA1_Legacy,
        ] {
            if !schemes.contains(&more) {
                schemes.push(more);
            }
        }
        schemes
    }
}

impl ResolvesClientCert for Seen {
    fn resolve(&self, _: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        self.note(|shown| shown.asks_certificate = true);
        None
    }

    /// Without one, nobody would tell us that the server asks.
    fn has_certs(&self) -> bool {
        true
    }
}
