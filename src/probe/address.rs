//! `HOST[:PORT]` as people and declarations write it. Every way of writing an address ends as that
//! address, so that nothing hides from the check of addresses; the rest is a plain DNS name or is
//! refused.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use thiserror::Error;

const HTTPS: u16 = 443;
const MAX_WRITTEN: usize = 300;
const MAX_NAME: usize = 253;
const MAX_LABEL: usize = 63;

/// Where to look: a host and a port.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Target {
    pub host: Host,
    pub port: u16,
}

/// A host, read as browsers read it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Host {
    /// Never an IPv4 address in IPv6 clothes.
    Address(IpAddr),
    /// A DNS name in lower-case ASCII without a dot at its end.
    Name(String),
}

/// Why a text is no target. Fits behind the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum NotATarget {
    #[error("it is empty")]
    Empty,
    #[error("`{0}` cannot be part of a host: give HOST[:PORT], without a user, scheme or path")]
    Character(char),
    #[error("the host is neither a DNS name nor an address")]
    Host,
    #[error("the port is not a number from 1 to 65535")]
    Port,
    #[error("it is longer than {MAX_WRITTEN} bytes")]
    TooLong,
}

impl Target {
    /// Reads `portal.example.test`, `192.0.2.7:8443`, `[2001:db8::1]:443`; the port is 443 where
    /// none is given.
    pub fn parse(written: &str) -> Result<Self, NotATarget> {
        Self::parse_or(written, HTTPS)
    }

    /// As [`Self::parse`], with another port where none is given.
    pub fn parse_or(written: &str, default: u16) -> Result<Self, NotATarget> {
        let written = written.trim();
        if written.is_empty() {
            return Err(NotATarget::Empty);
        }
        if written.len() > MAX_WRITTEN {
            return Err(NotATarget::TooLong);
        }
        if let Some(character) = written.chars().find(|c| is_foreign(*c)) {
            return Err(NotATarget::Character(character));
        }
        let (host, port) = split(written)?;
        Ok(Self {
            host: Host::parse(host)?,
            port: port.map_or(Ok(default), read_port)?,
        })
    }
}

/// What addresses with users, schemes, paths, zones or escapes contain.
fn is_foreign(character: char) -> bool {
    character.is_whitespace()
        || character.is_control()
        || matches!(character, '@' | '/' | '\\' | '?' | '#' | '%')
}

fn split(written: &str) -> Result<(&str, Option<&str>), NotATarget> {
    if let Some(inside) = written.strip_prefix('[') {
        let (host, rest) = inside.split_once(']').ok_or(NotATarget::Host)?;
        // Only IPv6 stands in brackets.
        host.parse::<Ipv6Addr>().map_err(|_| NotATarget::Host)?;
        return match rest.strip_prefix(':') {
            Some(port) => Ok((host, Some(port))),
            None if rest.is_empty() => Ok((host, None)),
            None => Err(NotATarget::Port),
        };
    }
    match written.split_once(':') {
        Some((_, rest)) if rest.contains(':') => Ok((written, None)),
        Some((host, port)) => Ok((host, Some(port))),
        None => Ok((written, None)),
    }
}

fn read_port(written: &str) -> Result<u16, NotATarget> {
    let is_plain = written.bytes().all(|byte| byte.is_ascii_digit());
    match written.parse() {
        Ok(port) if port > 0 && is_plain => Ok(port),
        _ => Err(NotATarget::Port),
    }
}

impl Host {
    fn parse(written: &str) -> Result<Self, NotATarget> {
        if let Ok(address) = written.parse::<Ipv6Addr>() {
            return Ok(Self::Address(IpAddr::V6(address).to_canonical()));
        }
        match url::Host::parse(written).map_err(|_| NotATarget::Host)? {
            url::Host::Domain(name) => Self::name(&name),
            url::Host::Ipv4(address) => Ok(Self::Address(address.into())),
            url::Host::Ipv6(address) => Ok(Self::Address(IpAddr::V6(address).to_canonical())),
        }
    }

    fn name(name: &str) -> Result<Self, NotATarget> {
        let name = name.strip_suffix('.').unwrap_or(name);
        let is_label = |label: &str| {
            (1..=MAX_LABEL).contains(&label.len())
                && label
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
                && !label.starts_with('-')
                && !label.ends_with('-')
        };
        if name.len() > MAX_NAME || !name.split('.').all(is_label) {
            return Err(NotATarget::Host);
        }
        Ok(Self::Name(name.to_ascii_lowercase()))
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(address) => address.fmt(f),
            Self::Name(name) => f.write_str(name),
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.host {
            Host::Address(IpAddr::V6(address)) => write!(f, "[{address}]:{}", self.port),
            _ => write!(f, "{}:{}", self.host, self.port),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(written: &str) -> String {
        match Target::parse(written) {
            Ok(target) => target.to_string(),
            Err(error) => format!("{error:?}"),
        }
    }

    #[test]
    fn hosts_are_read_with_and_without_a_port() {
        for (written, expected) in [
            ("portal.example.test", "portal.example.test:443"),
            (" Portal.Example.Test.:8443 ", "portal.example.test:8443"),
            ("ward_7.example.test", "ward_7.example.test:443"),
            ("192.0.2.7:25", "192.0.2.7:25"),
            ("2001:db8::1", "[2001:db8::1]:443"),
            ("[2001:db8::1]:993", "[2001:db8::1]:993"),
            ("bücher.example.test", "xn--bcher-kva.example.test:443"),
        ] {
            assert_eq!(shown(written), expected, "{written}");
        }
    }

    #[test]
    fn odd_literals_end_as_the_address_they_mean() {
        for (written, expected) in [
            ("0x7f.1", "127.0.0.1:443"),
            ("2130706433", "127.0.0.1:443"),
            ("0177.0.0.01", "127.0.0.1:443"),
            ("127.1", "127.0.0.1:443"),
            ("0x7f.0x", "127.0.0.0:443"),
            ("127.0.0.1.", "127.0.0.1:443"),
            ("127。0。0。1", "127.0.0.1:443"),
            ("１２７.0.0.1", "127.0.0.1:443"),
            ("①②⑦.0.0.1:80", "127.0.0.1:80"),
            ("0xa9fea9fe", "169.254.169.254:443"),
            ("[::ffff:169.254.169.254]:80", "169.254.169.254:80"),
            ("[::ffff:a9fe:a9fe]", "169.254.169.254:443"),
            ("::ffff:7f00:1", "127.0.0.1:443"),
        ] {
            assert_eq!(shown(written), expected, "{written}");
        }
    }

    #[test]
    fn what_is_no_host_is_refused() {
        for written in [
            "",
            "user@example.test",
            "user@127.0.0.1:443",
            "https://example.test",
            "example.test/path",
            "example.test?x",
            "example.test#x",
            "exa mple.test",
            "exa\nmple.test",
            "127%2e0.0.1",
            "fe80::1%eth0",
            "[fe80::1%25eth0]",
            "example.test:0",
            "example.test:65536",
            "example.test:+443",
            "example.test:",
            "example.test:https",
            "[::1",
            "[::1]443",
            "[127.0.0.1]",
            "[example.test]",
            "256.1.1.1",
            "1.2.3.4.5",
            "127.0.0.0x100",
            "..",
            "a..b",
            "-a.example.test",
            ":443",
            ":::",
            "exam|ple.test",
            "exa\u{ad}",
        ] {
            let read = Target::parse(written);
            let is_harmless = matches!(&read, Ok(Target { host: Host::Name(name), .. })
                if name.bytes().all(|b| b.is_ascii_alphanumeric()));
            assert!(read.is_err() || is_harmless, "{written:?}: {read:?}");
        }
        let long = format!("{}.test", "a".repeat(64));
        assert_eq!(Target::parse(&long), Err(NotATarget::Host));
        assert_eq!(Target::parse(&"a.".repeat(200)), Err(NotATarget::TooLong));
    }

    proptest::proptest! {
        #[test]
        fn a_target_is_read_as_itself_again(written in "[a-c0-9x.:\\[\\]。１\u{ad}_-]{0,24}|\\PC{0,30}") {
            if let Ok(target) = Target::parse(&written) {
                proptest::prop_assert_eq!(Target::parse(&target.to_string()), Ok(target));
            }
        }
    }
}
