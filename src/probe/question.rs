//! What is asked of an endpoint, one connection each, and the suites that each question offers.

use super::protocol::Version;

/// One question. All but the handshake are hellos of our own, answered in plain text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Question {
    /// Up to TLS 1.2 with every suite; the chain comes with the answer.
    Tls12,
    /// TLS 1.3 with no group but X25519MLKEM768.
    MlKem,
    StaticRsa,
    /// Finite-field Diffie-Hellman with ephemeral keys.
    FiniteField,
    Cbc,
    /// RC4, DES and 3DES.
    OldCiphers,
    /// Suites without encryption, without authentication, or fit for export.
    NoSecurity,
    Tls11,
    Tls10,
    Ssl30,
    /// A whole handshake with TLS 1.2 or 1.3, by rustls.
    Handshake,
    /// TLS 1.3 with every group, where the handshake did not settle it.
    Tls13,
}

impl Question {
    /// Those that are asked of every endpoint, in this order: the handshake comes last, so that
    /// it shows whether the server still talks to us.
    pub const ALL: [Self; 11] = [
        Self::Tls12,
        Self::MlKem,
        Self::StaticRsa,
        Self::FiniteField,
        Self::Cbc,
        Self::OldCiphers,
        Self::NoSecurity,
        Self::Tls11,
        Self::Tls10,
        Self::Ssl30,
        Self::Handshake,
    ];

    /// The name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Cbc => "cbc",
            Self::FiniteField => "dhe",
            Self::Handshake => "handshake",
            Self::MlKem => "tls13_mlkem_only",
            Self::NoSecurity => "null_anon_export",
            Self::OldCiphers => "rc4_des_3des",
            Self::Ssl30 => "ssl30",
            Self::StaticRsa => "static_rsa",
            Self::Tls10 => "tls10",
            Self::Tls11 => "tls11",
            Self::Tls12 => "tls12",
            Self::Tls13 => "tls13",
        }
    }

    /// The version asked about; nothing where any version is an answer.
    pub(super) fn version(self) -> Option<Version> {
        match self {
            Self::Ssl30 => Some(Version::SSL_3_0),
            Self::Tls10 => Some(Version::TLS_1_0),
            Self::Tls11 => Some(Version::TLS_1_1),
            Self::Tls12 => Some(Version::TLS_1_2),
            Self::MlKem | Self::Tls13 => Some(Version::TLS_1_3),
            Self::Cbc
            | Self::FiniteField
            | Self::Handshake
            | Self::NoSecurity
            | Self::OldCiphers
            | Self::StaticRsa => None,
        }
    }

    /// The newest version that the hello offers.
    pub(super) fn offers(self) -> Version {
        self.version().unwrap_or(Version::TLS_1_2)
    }

    pub(super) fn suites(self) -> Vec<u16> {
        let lists: &[&[u16]] = match self {
            Self::Cbc => &[CBC],
            Self::FiniteField => &[FINITE_FIELD],
            Self::Handshake => &[],
            Self::MlKem | Self::Tls13 => &[TLS_1_3],
            Self::NoSecurity => &[NO_SECURITY],
            Self::OldCiphers => &[OLD_CIPHERS],
            Self::StaticRsa => &[STATIC_RSA],
            Self::Ssl30 | Self::Tls10 | Self::Tls11 => {
                &[CBC, FINITE_FIELD, STATIC_RSA, OLD_CIPHERS, NO_SECURITY]
            }
            Self::Tls12 => &[
                MODERN,
                CBC,
                FINITE_FIELD,
                STATIC_RSA,
                OLD_CIPHERS,
                NO_SECURITY,
            ],
        };
        let mut suites: Vec<u16> = Vec::new();
        for suite in lists.iter().copied().flatten() {
            if !suites.contains(suite) {
                suites.push(*suite);
            }
        }
        suites
    }
}

const TLS_1_3: &[u16] = &[0x1301, 0x1302, 0x1303, 0x1304, 0x1305];

/// ECDHE with AEAD.
const MODERN: &[u16] = &[
    0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8, 0xc0ac, 0xc0ad, 0xc0ae, 0xc0af,
];

const CBC: &[u16] = &[
    0xc023, 0xc027, 0xc009, 0xc013, 0xc024, 0xc028, 0xc00a, 0xc014, // ECDHE, AES
    0xc072, 0xc076, 0xc073, 0xc077, // ECDHE, Camellia
    0x0067, 0x006b, 0x0033, 0x0039, 0x0045, 0x0088, 0x00be, 0x00c4, 0x009a, // DHE, RSA
    0x0040, 0x006a, 0x0032, 0x0038, // DHE, DSS
    0xc004, 0xc005, 0xc00e, 0xc00f, 0xc025, 0xc026, 0xc029, 0xc02a, // static ECDH
    0x003c, 0x003d, 0x002f, 0x0035, 0x0041, 0x0084, 0x00ba, 0x00c0, 0x0096, 0x0007, // RSA
];

const FINITE_FIELD: &[u16] = &[
    0x009e, 0x009f, 0xccaa, 0xc09e, 0xc09f, 0xc0a2, 0xc0a3, 0x00a2, 0x00a3, // AEAD
    0x0067, 0x006b, 0x0033, 0x0039, 0x0045, 0x0088, 0x00be, 0x00c4, 0x009a, // CBC, RSA
    0x0040, 0x006a, 0x0032, 0x0038, 0x0099, // CBC, DSS
    0x0016, 0x0013, 0x0015, 0x0012, // 3DES and DES
];

const STATIC_RSA: &[u16] = &[
    0x009c, 0x009d, 0xc09c, 0xc09d, 0xc0a0, 0xc0a1, // AEAD
    0x003c, 0x003d, 0x002f, 0x0035, 0x0041, 0x0084, 0x00ba, 0x00c0, 0x0096, 0x0007, // CBC
    0x000a, 0x0005, 0x0004, 0x0009, // 3DES, RC4, DES
];

const OLD_CIPHERS: &[u16] = &[
    0xc011, 0xc007, 0x0005, 0x0004, 0xc00c, 0xc002, // RC4
    0xc012, 0xc008, 0x0016, 0x0013, 0x000a, 0x000d, 0x0010, 0xc00d, 0xc003, // 3DES
    0x0009, 0x0015, 0x0012, 0x000c, 0x000f, // DES
];

const NO_SECURITY: &[u16] = &[
    0xc010, 0xc006, 0x003b, 0x0002, 0x0001, 0xc00b, 0xc001, 0xc015, // no encryption
    0xc018, 0xc019, 0xc017, 0xc016, 0x00a6, 0x00a7, 0x006c, 0x006d, 0x0034,
    0x003a, // anonymous
    0x001b, 0x0018, 0x001a, 0x0046, 0x0089, 0x009b, // anonymous
    0x0003, 0x0006, 0x0008, 0x000b, 0x000e, 0x0011, 0x0014, 0x0017, 0x0019, // export
];

#[cfg(test)]
mod tests {
    use super::super::protocol::{Suite, Weakness};
    use super::*;

    #[test]
    fn every_suite_of_a_question_has_what_is_asked_about() {
        use Weakness::{Anonymous, Cbc, Des, Export, FiniteField, Null, Rc4, StaticRsa, TripleDes};
        let asked: [(Question, &[Weakness]); 5] = [
            (Question::Cbc, &[Cbc]),
            (Question::FiniteField, &[FiniteField]),
            (Question::NoSecurity, &[Null, Anonymous, Export]),
            (Question::OldCiphers, &[Rc4, Des, TripleDes]),
            (Question::StaticRsa, &[StaticRsa]),
        ];
        for (question, about) in asked {
            for suite in question.suites().into_iter().map(Suite) {
                let has = suite.weaknesses();
                assert!(about.iter().any(|it| has.contains(it)), "{suite}: {has:?}");
            }
        }
    }

    #[test]
    fn the_broad_offer_holds_every_narrow_one() {
        let broad = Question::Tls12.suites();
        for question in [
            Question::Cbc,
            Question::FiniteField,
            Question::NoSecurity,
            Question::OldCiphers,
            Question::StaticRsa,
        ] {
            assert!(question.suites().iter().all(|suite| broad.contains(suite)));
        }
        assert!(broad.len() < 128, "some servers read no more");
        assert!(MODERN.iter().all(|it| Suite(*it).weaknesses().is_empty()));
    }
}
