//! Writes a ClientHello for a question, for versions and suites that no safe library offers. The
//! key exchange is never finished, so no cryptography is needed.

use super::protocol::{Group, Version};
use super::question::Question;

const HANDSHAKE: u8 = 22;
const CLIENT_HELLO: u8 = 1;
/// Says that we know secure renegotiation; some servers want to hear it.
const RENEGOTIATION_SCSV: u16 = 0x00ff;

const SERVER_NAME: u16 = 0;
const SUPPORTED_GROUPS: u16 = 10;
const POINT_FORMATS: u16 = 11;
const SIGNATURE_ALGORITHMS: u16 = 13;
const EXTENDED_MASTER_SECRET: u16 = 23;
const SUPPORTED_VERSIONS: u16 = 43;
const KEY_SHARE: u16 = 51;

/// Those of TLS 1.3 come first; SHA-1 and DSA are for old servers.
const SIGNATURES: [u16; 15] = [
    0x0403, 0x0503, 0x0603, 0x0804, 0x0805, 0x0806, 0x0807, 0x0809, 0x0401, 0x0501, 0x0601, 0x0402,
    0x0203, 0x0201, 0x0202,
];
/// X25519, the NIST curves, X448, and curves of old; then finite fields.
const CURVES: [u16; 11] = [29, 23, 24, 25, 30, 22, 26, 27, 28, 256, 257];

/// The record to send. The name is left out for addresses, and for SSL 3.0, which has no place
/// for it.
pub(super) fn client_hello(question: Question, suites: &[u16], name: Option<&str>) -> Vec<u8> {
    let offers = question.offers();
    let mut hello = Vec::with_capacity(512);
    // TLS 1.3 calls itself 1.2 here and says the truth in an extension.
    put(&mut hello, offers.min(Version::TLS_1_2).0);
    let mut random = [0; 32];
    fastrand::fill(&mut random);
    hello.extend(random);
    // Middleboxes like to see a session id with TLS 1.3.
    let session: &[u8] = if offers == Version::TLS_1_3 {
        &random
    } else {
        &[]
    };
    sized_8(&mut hello, |out| out.extend(session));
    sized_16(&mut hello, |out| {
        for suite in suites {
            put(out, *suite);
        }
        if offers < Version::TLS_1_3 {
            put(out, RENEGOTIATION_SCSV);
        }
    });
    sized_8(&mut hello, |out| out.push(0)); // no compression
    if offers > Version::SSL_3_0 {
        sized_16(&mut hello, |out| extensions(out, question, name));
    }
    record(offers, &hello)
}

fn extensions(out: &mut Vec<u8>, question: Question, name: Option<&str>) {
    if let Some(name) = name {
        extension(out, SERVER_NAME, |out| {
            sized_16(out, |out| {
                out.push(0); // a host name
                sized_16(out, |out| out.extend(name.as_bytes()));
            });
        });
    }
    let groups: &[u16] = match question {
        Question::MlKem => &[Group::X25519_MLKEM768.0],
        Question::Tls13 => &[Group::X25519_MLKEM768.0, 29, 23, 24, 25, 30, 256, 257],
        _ => &CURVES,
    };
    extension(out, SUPPORTED_GROUPS, |out| numbers(out, groups));
    match question.offers() {
        Version::TLS_1_3 => {
            extension(out, SIGNATURE_ALGORITHMS, |out| numbers(out, &SIGNATURES));
            extension(out, SUPPORTED_VERSIONS, |out| {
                sized_8(out, |out| put(out, Version::TLS_1_3.0));
            });
            // No share at all: the server has to name the group that it wants.
            extension(out, KEY_SHARE, |out| put(out, 0));
        }
        version => {
            extension(out, POINT_FORMATS, |out| sized_8(out, |out| out.push(0)));
            extension(out, EXTENDED_MASTER_SECRET, |_| {});
            if version == Version::TLS_1_2 {
                extension(out, SIGNATURE_ALGORITHMS, |out| numbers(out, &SIGNATURES));
            }
        }
    }
}

fn record(offers: Version, hello: &[u8]) -> Vec<u8> {
    let mut out = vec![HANDSHAKE];
    // Servers of old refuse a record that is newer than TLS 1.0.
    put(&mut out, offers.min(Version::TLS_1_0).0);
    sized_16(&mut out, |out| {
        out.extend([CLIENT_HELLO, 0]);
        sized_16(out, |out| out.extend(hello));
    });
    out
}

fn extension(out: &mut Vec<u8>, number: u16, write: impl FnOnce(&mut Vec<u8>)) {
    put(out, number);
    sized_16(out, write);
}

fn numbers(out: &mut Vec<u8>, numbers: &[u16]) {
    sized_16(out, |out| {
        for number in numbers {
            put(out, *number);
        }
    });
}

fn put(out: &mut Vec<u8>, number: u16) {
    out.extend(number.to_be_bytes());
}

fn sized_8(out: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) {
    let mut inner = Vec::new();
    write(&mut inner);
    out.push(u8::try_from(inner.len()).expect("we write less than that"));
    out.extend(inner);
}

fn sized_16(out: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) {
    let mut inner = Vec::new();
    write(&mut inner);
    put(
        out,
        u16::try_from(inner.len()).expect("a hello with a name of 253 bytes is shorter"),
    );
    out.extend(inner);
}

#[cfg(test)]
mod tests {
    use super::*;
    use tls_parser::{TlsExtension, TlsMessage, TlsMessageHandshake, parse_tls_plaintext};

    const HELLOS: [Question; 11] = [
        Question::Tls12,
        Question::MlKem,
        Question::StaticRsa,
        Question::FiniteField,
        Question::Cbc,
        Question::OldCiphers,
        Question::NoSecurity,
        Question::Tls11,
        Question::Tls10,
        Question::Ssl30,
        Question::Tls13,
    ];

    #[test]
    fn another_reader_finds_what_was_offered() {
        for question in HELLOS {
            let hello = client_hello(question, &question.suites(), Some("portal.example.test"));
            let (rest, record) = parse_tls_plaintext(&hello).unwrap();
            assert!(rest.is_empty(), "{question:?}");
            let [TlsMessage::Handshake(TlsMessageHandshake::ClientHello(read))] = &record.msg[..]
            else {
                panic!("{question:?}: {record:?}");
            };
            assert_eq!(read.version.0, question.offers().0.min(0x0303));
            let suites: Vec<u16> = read.ciphers.iter().map(|suite| suite.0).collect();
            assert!(suites.starts_with(&question.suites()), "{question:?}");
            let Some(extensions) = read.ext else {
                assert_eq!(question, Question::Ssl30);
                continue;
            };
            let (rest, extensions) =
                tls_parser::parse_tls_client_hello_extensions(extensions).unwrap();
            assert!(rest.is_empty(), "{question:?}");
            assert!(extensions.iter().any(|it| matches!(it,
                TlsExtension::SNI(names) if names[0].1 == b"portal.example.test")));
        }
    }

    #[test]
    fn addresses_are_not_named() {
        for question in HELLOS {
            let named = client_hello(question, &question.suites(), Some("n")).len();
            let unnamed = client_hello(question, &question.suites(), None).len();
            assert_eq!(named > unnamed, question != Question::Ssl30);
        }
    }

    #[test]
    fn the_longest_name_fits() {
        let name = "a".repeat(253);
        assert!(
            client_hello(Question::Tls12, &Question::Tls12.suites(), Some(&name)).len() < 1_024
        );
    }
}
