//! Reads what a server answers to a hello, as it comes: records are joined to messages, messages
//! are read by `tls-parser`. Nothing is allocated for a claimed length, and every loop ends.

use super::observation::{Failure, Hello};
use super::protocol::{Alert, Group, Suite, Version};
use tls_parser::{
    TlsMessage, TlsMessageHandshake, TlsRecordType, TlsServerHelloContents,
    parse_tls_message_alert, parse_tls_message_handshake, parse_tls_raw_record,
};

/// More than this is not read of one answer.
pub(super) const MAX_FLIGHT: usize = 256 * 1024;
/// Warning alerts, hello requests and the like before an answer.
const MAX_NOISE: usize = 16;

const RECORD_HEADER: usize = 5;
const MESSAGE_HEADER: usize = 4;
const WARNING: u8 = 1;
const HELLO_REQUEST: u8 = 0;
const SERVER_HELLO: u8 = 2;
const CERTIFICATE: u8 = 11;
const FIRST_TYPE: u8 = 20;
const LAST_TYPE: u8 = 23;

/// How much of the answer is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Until {
    Certificates,
    Hello,
}

/// Whether more has to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Progress {
    Done,
    More,
}

/// An answer, as far as it came.
#[derive(Debug, Default)]
pub(super) struct Flight {
    pub(super) hello: Option<Hello>,
    /// A fatal one.
    pub(super) alert: Option<Alert>,
    pub(super) certificates: Vec<Vec<u8>>,
    records: Vec<u8>,
    messages: Vec<u8>,
    received: usize,
    noise: usize,
    last_warning: Option<Alert>,
}

impl Flight {
    /// Takes what came. A failure leaves what was read before it in place.
    pub(super) fn push(&mut self, bytes: &[u8], until: Until) -> Result<Progress, Failure> {
        self.received = self.received.saturating_add(bytes.len());
        if self.received > MAX_FLIGHT {
            return Err(Failure::TooBig(self.received));
        }
        self.records.extend_from_slice(bytes);
        while let Some((kind, data)) = take_record(&mut self.records)? {
            if self.record(kind, &data, until)? == Progress::Done {
                return Ok(Progress::Done);
            }
        }
        Ok(Progress::More)
    }

    /// The server hung up.
    pub(super) fn end(&self) -> Result<(), Failure> {
        match (self.hello, self.alert) {
            (None, None) if self.records.is_empty() => Err(Failure::Closed),
            (None, None) => Err(Failure::Unreadable("it ends in the middle of a record")),
            _ => Ok(()),
        }
    }

    fn record(
        &mut self,
        kind: TlsRecordType,
        data: &[u8],
        until: Until,
    ) -> Result<Progress, Failure> {
        match kind {
            TlsRecordType::Alert => self.alerts(data),
            TlsRecordType::Handshake => {
                self.messages.extend_from_slice(data);
                self.read_messages(until)
            }
            // Comes in plain text behind a HelloRetryRequest.
            TlsRecordType::ChangeCipherSpec => self.ignore(),
            // Encrypted from here on.
            _ if self.hello.is_some() => Ok(Progress::Done),
            _ => Err(Failure::NotTls),
        }
    }

    fn ignore(&mut self) -> Result<Progress, Failure> {
        self.noise += 1;
        match self.last_warning {
            _ if self.noise <= MAX_NOISE => Ok(Progress::More),
            Some(warning) => Err(Failure::Alerts(warning)),
            None => Err(Failure::Unreadable(
                "messages that say nothing, again and again",
            )),
        }
    }

    fn alerts(&mut self, mut data: &[u8]) -> Result<Progress, Failure> {
        while !data.is_empty() {
            let Ok((rest, TlsMessage::Alert(alert))) = parse_tls_message_alert(data) else {
                return Err(Failure::Unreadable("a broken alert"));
            };
            data = rest;
            let description = Alert(alert.code.0);
            if alert.severity.0 != WARNING {
                self.alert = Some(description);
                return Ok(Progress::Done);
            }
            self.last_warning = Some(description);
            self.ignore()?;
        }
        Ok(Progress::More)
    }

    fn read_messages(&mut self, until: Until) -> Result<Progress, Failure> {
        while let Some(message) = take_message(&mut self.messages)? {
            if self.message(&message, until)? == Progress::Done {
                return Ok(Progress::Done);
            }
        }
        Ok(Progress::More)
    }

    /// One message with its header of four bytes.
    fn message(&mut self, message: &[u8], until: Until) -> Result<Progress, Failure> {
        match (message.first().copied(), self.hello) {
            (Some(HELLO_REQUEST), _) => self.ignore(),
            (Some(SERVER_HELLO), None) => {
                let hello = read_hello(message)?;
                self.hello = Some(hello);
                let is_plain = hello.version < Version::TLS_1_3;
                match until {
                    Until::Certificates if is_plain => Ok(Progress::More),
                    Until::Certificates | Until::Hello => Ok(Progress::Done),
                }
            }
            (Some(CERTIFICATE), Some(_)) => {
                self.certificates = read_certificates(message)?;
                Ok(Progress::Done)
            }
            // Anonymous servers go on without a certificate.
            (_, Some(_)) => Ok(Progress::Done),
            (_, None) => Err(Failure::Unreadable(
                "it begins with something else than a hello",
            )),
        }
    }
}

/// Takes the first record off the front, if it has come whole.
fn take_record(bytes: &mut Vec<u8>) -> Result<Option<(TlsRecordType, Vec<u8>)>, Failure> {
    let is_type = |kind: &u8| (FIRST_TYPE..=LAST_TYPE).contains(kind);
    if bytes.first().is_some_and(|kind| !is_type(kind)) {
        return Err(Failure::NotTls);
    }
    if bytes.get(1).is_some_and(|major| *major != 3) {
        return Err(Failure::NotTls);
    }
    let (kind, data) = match parse_tls_raw_record(bytes) {
        Ok((_, record)) => (record.hdr.record_type, record.data.to_vec()),
        Err(tls_parser::nom::Err::Incomplete(_)) => return Ok(None),
        Err(_) => {
            let what = "a record longer than the standard allows";
            return Err(Failure::Unreadable(what));
        }
    };
    bytes.drain(..data.len().saturating_add(RECORD_HEADER));
    Ok(Some((kind, data)))
}

/// Takes the first message off the front, header included, if it has come whole. Its claimed
/// length is judged before that.
fn take_message(bytes: &mut Vec<u8>) -> Result<Option<Vec<u8>>, Failure> {
    let Some(&[_, high, middle, low]) = bytes.first_chunk() else {
        return Ok(None);
    };
    let length = u32::from_be_bytes([0, high, middle, low]);
    let length = usize::try_from(length).unwrap_or(usize::MAX);
    if length > MAX_FLIGHT {
        return Err(Failure::TooBig(length));
    }
    let end = length.saturating_add(MESSAGE_HEADER);
    if bytes.len() < end {
        return Ok(None);
    }
    Ok(Some(bytes.drain(..end).collect()))
}

fn read_hello(message: &[u8]) -> Result<Hello, Failure> {
    let Ok((_, TlsMessage::Handshake(TlsMessageHandshake::ServerHello(hello)))) =
        parse_tls_message_handshake(message)
    else {
        return Err(Failure::Unreadable("a broken hello"));
    };
    let (version, group) = read_extensions(&hello)?;
    Ok(Hello {
        version: version.unwrap_or(Version(hello.version.0)),
        suite: Suite(hello.cipher.0),
        group,
    })
}

const SUPPORTED_VERSIONS: u16 = 43;
const KEY_SHARE: u16 = 51;

/// The version and group that TLS 1.3 names. Others are not looked into, so that none of them
/// can hide these.
fn read_extensions(
    hello: &TlsServerHelloContents<'_>,
) -> Result<(Option<Version>, Option<Group>), Failure> {
    let broken = || Failure::Unreadable("a hello with broken extensions");
    let mut rest = hello.ext.unwrap_or_default();
    let (mut version, mut group) = (None, None);
    while !rest.is_empty() {
        let (number, behind) = take_number(rest).ok_or_else(broken)?;
        let (length, behind) = take_number(behind).ok_or_else(broken)?;
        let (data, behind) = behind
            .split_at_checked(usize::from(length))
            .ok_or_else(broken)?;
        rest = behind;
        let first = take_number(data).map(|(first, _)| first);
        match number {
            SUPPORTED_VERSIONS => version = Some(Version(first.ok_or_else(broken)?)),
            KEY_SHARE => group = Some(Group(first.ok_or_else(broken)?)),
            _ => {}
        }
    }
    Ok((version, group))
}

fn take_number(bytes: &[u8]) -> Option<(u16, &[u8])> {
    let (number, behind) = bytes.split_first_chunk()?;
    Some((u16::from_be_bytes(*number), behind))
}

/// The certificates as DER.
fn read_certificates(message: &[u8]) -> Result<Vec<Vec<u8>>, Failure> {
    let broken = Failure::Unreadable("a broken list of certificates");
    let Ok((_, TlsMessage::Handshake(TlsMessageHandshake::Certificate(list)))) =
        parse_tls_message_handshake(message)
    else {
        return Err(broken);
    };
    let certificates: Vec<_> = list.cert_chain.iter().map(|it| it.data.to_vec()).collect();
    // The reader leaves out what it cannot read. A length of three bytes stands before the list
    // and before each certificate.
    let read: usize = certificates
        .iter()
        .map(|it| it.len().saturating_add(3))
        .sum();
    if read.saturating_add(MESSAGE_HEADER + 3) != message.len() {
        return Err(broken);
    }
    Ok(certificates)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;
    use std::path::Path;

    const HELLO_1_0: &[u8] = &[
        22, 3, 1, 0, 42, 2, 0, 0, 38, 3, 1, //
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, //
        16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, //
        0, 0, 0x35, 0,
    ];
    const CLOSING: &[u8] = &[21, 3, 3, 0, 2, 2, 40];
    const UNRECOGNISED: &[u8] = &[21, 3, 3, 0, 2, 1, 112];

    /// Pushes the bytes in pieces of this size.
    fn read(bytes: &[u8], until: Until, piece: usize) -> (Flight, Result<Progress, Failure>) {
        let mut flight = Flight::default();
        for piece in bytes.chunks(piece) {
            match flight.push(piece, until) {
                Ok(Progress::More) => {}
                ended => return (flight, ended),
            }
        }
        (flight, Ok(Progress::More))
    }

    fn flights() -> Option<Vec<Value>> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../shared/data/certs/tls/server_flights.jsonl");
        let Ok(text) = std::fs::read_to_string(path) else {
            eprintln!("skipped: ../shared is absent");
            return None;
        };
        let lines = text.lines().map(|line| serde_json::from_str(line).unwrap());
        Some(lines.collect())
    }

    fn bytes(flight: &Value) -> Vec<u8> {
        let hex = flight["hex"].as_str().unwrap().to_ascii_uppercase();
        data_encoding::HEXUPPER.decode(hex.as_bytes()).unwrap()
    }

    fn until(flight: &Value) -> Until {
        match flight["offer"].as_str() {
            Some("tls12") => Until::Certificates,
            _ => Until::Hello,
        }
    }

    /// Version, suite, group, alert and certificates of real servers of five kinds.
    #[test]
    fn recorded_flights_are_read_right_in_pieces_of_any_size() {
        let Some(flights) = flights() else { return };
        assert_eq!(flights.len(), 45);
        for expected in &flights {
            for piece in [1, 7, 1_400, 1 << 20] {
                let (flight, ended) = read(&bytes(expected), until(expected), piece);
                let what = format!("{} {}", expected["server"], expected["offer"]);
                assert_eq!(ended, Ok(Progress::Done), "{what}");
                let number = |name: &str| {
                    let text = expected[name].as_str();
                    text.map(|text| u16::from_str_radix(text, 16).unwrap())
                };
                assert_eq!(
                    flight.hello.map(|it| it.version.0),
                    number("version"),
                    "{what}"
                );
                assert_eq!(
                    flight.hello.map(|it| it.suite.0),
                    number("cipher"),
                    "{what}"
                );
                let group = flight.hello.and_then(|it| it.group);
                assert_eq!(group.map(|it| it.0), number("group"), "{what}");
                let alert = flight.alert.map(|alert| u64::from(alert.0));
                assert_eq!(alert, expected["alert"].as_u64(), "{what}");
                let certificates = flight.certificates.len() as u64;
                assert_eq!(Some(certificates), expected["certs"].as_u64(), "{what}");
                for certificate in flight.certificates {
                    assert!(x509_parser::parse_x509_certificate(&certificate).is_ok());
                }
            }
        }
        println!("flights: {} of {} right", flights.len(), flights.len());
    }

    #[test]
    fn mutated_flights_never_panic() {
        let mut seeds = vec![HELLO_1_0.to_vec(), CLOSING.to_vec(), UNRECOGNISED.to_vec()];
        seeds.extend(flights().unwrap_or_default().iter().map(bytes));
        let mut random = fastrand::Rng::with_seed(7);
        let rounds = 100_000 / seeds.len();
        println!("flights: {} mutants", rounds * seeds.len());
        for seed in &seeds {
            for _ in 0..rounds {
                let mut mutant = seed.clone();
                for _ in 0..random.usize(1..6) {
                    let at = random.usize(..mutant.len());
                    match random.u8(..4) {
                        0 => mutant[at] = random.u8(..),
                        1 => mutant.truncate(at.max(1)),
                        2 => mutant.insert(at, random.u8(..)),
                        _ => mutant[at] ^= 1 << random.u8(..8),
                    }
                }
                let piece = random.usize(1..2_000);
                let (flight, _) = read(&mutant, Until::Certificates, piece);
                let _ = flight.end();
                assert!(flight.certificates.iter().map(Vec::len).sum::<usize>() <= mutant.len());
            }
        }
    }

    #[test]
    fn a_warning_is_no_answer() {
        let (flight, ended) = read(&[UNRECOGNISED, HELLO_1_0].concat(), Until::Hello, 64);
        assert_eq!(ended, Ok(Progress::Done));
        assert_eq!(flight.hello.unwrap().version, Version::TLS_1_0);
        assert_eq!(flight.alert, None);
        let (flight, ended) = read(UNRECOGNISED, Until::Hello, 64);
        assert_eq!(ended, Ok(Progress::More));
        assert_eq!(flight.end(), Err(Failure::Closed));
    }

    #[test]
    fn warnings_without_end_end() {
        let (_, ended) = read(&UNRECOGNISED.repeat(1_000), Until::Hello, 64);
        assert_eq!(ended, Err(Failure::Alerts(Alert(112))));
        let requests = [22, 3, 3, 0, 4, 0, 0, 0, 0].repeat(1_000);
        let (_, ended) = read(&requests, Until::Hello, 64);
        assert!(matches!(ended, Err(Failure::Unreadable(_))), "{ended:?}");
    }

    #[test]
    fn claimed_lengths_are_judged_before_the_bytes_come() {
        let certificate = [22, 3, 1, 0, 4, 11, 0xff, 0xff, 0xff];
        let (flight, ended) = read(
            &[HELLO_1_0, &certificate].concat(),
            Until::Certificates,
            1_000,
        );
        assert_eq!(ended, Err(Failure::TooBig(0x00ff_ffff)));
        assert_eq!(flight.hello.unwrap().suite, Suite(0x35), "the hello stays");
        let (_, ended) = read(&[22, 3, 1, 0xff, 0xff], Until::Hello, 5);
        assert!(matches!(ended, Err(Failure::Unreadable(_))), "{ended:?}");
    }

    #[test]
    fn an_endless_answer_is_cut() {
        let record = [&[22, 3, 1, 0x40, 0][..], &[0; 0x4000]].concat();
        let start = [22, 3, 1, 0, 4, 11, 3, 0xff, 0xf0];
        let answer = [HELLO_1_0, &start, &record.repeat(20)].concat();
        let (_, ended) = read(&answer, Until::Certificates, 16 * 1024);
        assert!(matches!(ended, Err(Failure::TooBig(_))), "{ended:?}");
    }

    #[test]
    fn other_protocols_are_known_by_their_first_byte() {
        for other in [
            &b"HTTP/1.1 400 Bad Request"[..],
            b"220 mail",
            b"\x80\x03\x00",
        ] {
            let (_, ended) = read(other, Until::Hello, 1);
            assert_eq!(ended, Err(Failure::NotTls));
        }
        let (_, ended) = read(b"\x16\x04\x00", Until::Hello, 8);
        assert_eq!(ended, Err(Failure::NotTls));
    }

    #[test]
    fn a_list_that_does_not_add_up_is_broken() {
        // The list has nine bytes, its only certificate claims ten.
        let certificate = [
            22, 3, 1, 0, 16, 11, 0, 0, 12, 0, 0, 9, 0, 0, 10, 1, 2, 3, 4, 5, 6,
        ];
        let (flight, ended) = read(
            &[HELLO_1_0, &certificate].concat(),
            Until::Certificates,
            1_000,
        );
        assert!(matches!(ended, Err(Failure::Unreadable(_))), "{ended:?}");
        assert!(flight.certificates.is_empty());
    }

    #[test]
    fn the_second_hello_does_not_replace_the_first() {
        let mut second = HELLO_1_0.to_vec();
        second[10] = 3;
        let (flight, _) = read(&[HELLO_1_0, &second].concat(), Until::Certificates, 999);
        assert_eq!(flight.hello.unwrap().version, Version::TLS_1_0);
    }
}
