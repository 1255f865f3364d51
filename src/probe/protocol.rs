//! The numbers of TLS and their names.

use std::fmt::{self, Write};
use tls_parser::{
    TlsAlertDescription, TlsCipherAu, TlsCipherEnc, TlsCipherEncMode, TlsCipherKx, TlsCipherSuite,
};

/// A protocol version, as it stands in a ServerHello.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version(pub u16);

impl Version {
    pub const SSL_3_0: Self = Self(0x0300);
    pub const TLS_1_0: Self = Self(0x0301);
    pub const TLS_1_1: Self = Self(0x0302);
    pub const TLS_1_2: Self = Self(0x0303);
    pub const TLS_1_3: Self = Self(0x0304);
    /// From the oldest to the newest.
    pub const ALL: [Self; 5] = [
        Self::SSL_3_0,
        Self::TLS_1_0,
        Self::TLS_1_1,
        Self::TLS_1_2,
        Self::TLS_1_3,
    ];
}

/// `TLS 1.2`, as declarations write it.
impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::SSL_3_0 => f.write_str("SSL 3.0"),
            Self(version @ 0x0301..=0x0304) => write!(f, "TLS 1.{}", version - 0x0301),
            Self(version) => write!(f, "version {version:#06x}"),
        }
    }
}

/// A cipher suite by its IANA number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Suite(pub u16);

/// What is wrong with a suite, worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weakness {
    Null,
    Anonymous,
    Export,
    Rc2,
    Rc4,
    Des,
    TripleDes,
    StaticRsa,
    FiniteField,
    StaticEcdh,
    Cbc,
    /// It is in no list, so nothing is known of it.
    Unlisted,
}

impl Suite {
    fn facts(self) -> Option<&'static TlsCipherSuite> {
        TlsCipherSuite::from_id(self.0)
    }

    /// Every weakness, worst first; none for the suites of TLS 1.3 and ECDHE with AEAD.
    pub fn weaknesses(self) -> Vec<Weakness> {
        let Some(facts) = self.facts() else {
            return vec![Weakness::Unlisted];
        };
        let is_anonymous = facts.au == TlsCipherAu::Null;
        let claims = [
            (Weakness::Null, facts.enc == TlsCipherEnc::Null),
            (Weakness::Anonymous, is_anonymous),
            (Weakness::Export, facts.name.contains("EXPORT")),
            (Weakness::Rc2, facts.enc == TlsCipherEnc::Rc2),
            (Weakness::Rc4, facts.enc == TlsCipherEnc::Rc4),
            (Weakness::Des, facts.enc == TlsCipherEnc::Des),
            (Weakness::TripleDes, facts.enc == TlsCipherEnc::TripleDes),
            (Weakness::StaticRsa, facts.kx == TlsCipherKx::Rsa),
            (
                Weakness::FiniteField,
                matches!(facts.kx, TlsCipherKx::Dh | TlsCipherKx::Dhe),
            ),
            (
                Weakness::StaticEcdh,
                facts.kx == TlsCipherKx::Ecdh && !is_anonymous,
            ),
            (Weakness::Cbc, facts.enc_mode == TlsCipherEncMode::Cbc),
        ];
        let found = claims.into_iter().filter(|(_, holds)| *holds);
        found.map(|(weakness, _)| weakness).collect()
    }
}

/// The IANA name, such as `TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256`.
impl fmt::Display for Suite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.facts() {
            Some(facts) => f.write_str(facts.name),
            None => write!(f, "suite {:#06x}", self.0),
        }
    }
}

impl Weakness {
    /// Lower-case words, as they stand in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Null => "no encryption",
            Self::Anonymous => "no authentication",
            Self::Export => "export",
            Self::Rc2 => "RC2",
            Self::Rc4 => "RC4",
            Self::Des => "DES",
            Self::TripleDes => "3DES",
            Self::StaticRsa => "static RSA",
            Self::FiniteField => "finite-field DH",
            Self::StaticEcdh => "static ECDH",
            Self::Cbc => "CBC",
            Self::Unlisted => "unlisted suite",
        }
    }
}

/// A key-exchange group by its IANA number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Group(pub u16);

impl Group {
    /// The hybrid of X25519 and ML-KEM-768.
    pub const X25519_MLKEM768: Self = Self(0x11ec);
}

impl fmt::Display for Group {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            23 => "secp256r1",
            24 => "secp384r1",
            25 => "secp521r1",
            29 => "x25519",
            30 => "x448",
            256 => "ffdhe2048",
            257 => "ffdhe3072",
            258 => "ffdhe4096",
            0x11eb => "SecP256r1MLKEM768",
            0x11ec => "X25519MLKEM768",
            0x11ed => "SecP384r1MLKEM1024",
            other => return write!(f, "group {other:#06x}"),
        })
    }
}

/// The description of an alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Alert(pub u8);

/// `handshake_failure`, as the standard writes it.
impl fmt::Display for Alert {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = TlsAlertDescription(self.0).to_string();
        if !name.bytes().all(|byte| byte.is_ascii_alphabetic()) {
            return write!(f, "alert {}", self.0);
        }
        for (at, character) in name.char_indices() {
            if at > 0 && character.is_ascii_uppercase() {
                f.write_char('_')?;
            }
            f.write_char(character.to_ascii_lowercase())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_their_usual_names() {
        assert_eq!(Version::SSL_3_0.to_string(), "SSL 3.0");
        assert_eq!(Version::TLS_1_3.to_string(), "TLS 1.3");
        assert_eq!(Version(0x7f1c).to_string(), "version 0x7f1c");
        assert_eq!(Suite(0x1301).to_string(), "TLS_AES_128_GCM_SHA256");
        assert_eq!(Suite(0xfafa).to_string(), "suite 0xfafa");
        assert_eq!(Group(0x11ec).to_string(), "X25519MLKEM768");
        assert_eq!(Alert(40).to_string(), "handshake_failure");
        assert_eq!(Alert(70).to_string(), "protocol_version");
        assert_eq!(Alert(250).to_string(), "alert 250");
    }

    #[test]
    fn suites_tell_their_weaknesses_worst_first() {
        use Weakness::{Anonymous, Cbc, Des, Export, FiniteField, Null, Rc4, StaticRsa, TripleDes};
        let cases: [(u16, &[Weakness]); 12] = [
            (0x1301, &[]),
            (0xc02f, &[]),
            (0xcca8, &[]),
            (0x0001, &[Null, StaticRsa]),
            (0xc015, &[Null, Anonymous]),
            (0x0019, &[Anonymous, Export, Des, FiniteField, Cbc]),
            (0x0005, &[Rc4, StaticRsa]),
            (0x0016, &[TripleDes, FiniteField, Cbc]),
            (0x009c, &[StaticRsa]),
            (0x009e, &[FiniteField]),
            (0xc027, &[Cbc]),
            (0xfafa, &[Weakness::Unlisted]),
        ];
        for (suite, expected) in cases {
            assert_eq!(Suite(suite).weaknesses(), expected, "{}", Suite(suite));
        }
    }
}
