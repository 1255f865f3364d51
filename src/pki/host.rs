//! The name a client asks for: a DNS name or an address.

use rustls::pki_types::ServerName;
use std::fmt;

/// A checked DNS name or address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Host(ServerName<'static>);

impl Host {
    /// Reads `portal.example.test`, `192.0.2.7`, `2001:db8::1` or `[2001:db8::1]`. The reason of
    /// a refusal fits behind "NAME is no host name: ".
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        if !text.is_ascii() {
            return Err("write it in its ASCII form, xn--…");
        }
        if text.contains('*') {
            return Err("a wildcard is no host: name one host that it should cover");
        }
        let bare = text
            .strip_prefix('[')
            .and_then(|text| text.strip_suffix(']'));
        let bare = bare.unwrap_or(text.strip_suffix('.').unwrap_or(text));
        ServerName::try_from(bare)
            .map(|name| Self(name.to_owned()))
            .map_err(|_| "expected a DNS name or an address, without scheme, port or path")
    }

    pub(super) fn server_name(&self) -> &ServerName<'static> {
        &self.0
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.to_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_addresses_are_hosts_and_urls_are_not() {
        for good in [
            "a.example",
            "A.Example",
            "a.example.",
            "192.0.2.7",
            "::1",
            "[2001:db8::1]",
        ] {
            assert!(Host::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "https://a.example",
            "a.example:443",
            "*.example",
            "naïve.example",
            "a b",
        ] {
            assert!(Host::parse(bad).is_err(), "{bad}");
        }
    }
}
