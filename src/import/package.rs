//! A package of a Linux distribution as software, with its package URL. The namespace, which is the
//! distribution, stays out of the URL: a list of packages does not say it.

use crate::model::fields::software;
use crate::model::{Record, Value};
use std::fmt::Write;

/// What lists say about one package; empty where nothing is said.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Package<'t> {
    pub(super) name: &'t str,
    pub(super) epoch: &'t str,
    /// With the release behind a dash.
    pub(super) version: &'t str,
    pub(super) arch: &'t str,
}

impl Package<'_> {
    pub(super) fn deb(&self) -> Record {
        let url = self.url("deb", self.version, "");
        self.software(url, self.version.to_owned())
    }

    pub(super) fn rpm(&self) -> Record {
        let url = self.url("rpm", self.version, self.epoch);
        let version = match self.epoch {
            "" => self.version.to_owned(),
            epoch => format!("{epoch}:{}", self.version),
        };
        self.software(url, version)
    }

    fn software(&self, url: String, version: String) -> Record {
        let mut record = Record::new(&software::SCHEMA);
        record.set(software::NAME, Value::Text(self.name.to_owned()));
        record.set(software::VERSION, Value::Text(version));
        record.set(software::PURL, Value::Text(url));
        record
    }

    fn url(&self, kind: &str, version: &str, epoch: &str) -> String {
        let mut url = format!("pkg:{kind}/{}@{}", encoded(self.name), encoded(version));
        let qualifiers = [("arch", self.arch), ("epoch", epoch)];
        let said = qualifiers.iter().filter(|(_, value)| !value.is_empty());
        for (index, (key, value)) in said.enumerate() {
            let mark = if index == 0 { '?' } else { '&' };
            let _ = write!(url, "{mark}{key}={}", encoded(value));
        }
        url
    }
}

fn encoded(text: &str) -> String {
    let mut url = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~:".contains(&byte) {
            url.push(char::from(byte));
        } else {
            let _ = write!(url, "%{byte:02X}");
        }
    }
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn package_urls_follow_their_specification() {
        let deb = Package {
            name: "g++-12",
            version: "4:12.2.0-3+b1",
            arch: "amd64",
            ..Package::default()
        };
        assert_eq!(
            deb.deb().text(software::PURL),
            Some("pkg:deb/g%2B%2B-12@4:12.2.0-3%2Bb1?arch=amd64")
        );
        let rpm = Package {
            name: "bind-libs",
            epoch: "32",
            version: "9.16.23-14.el9_3",
            arch: "x86_64",
        };
        let rpm = rpm.rpm();
        assert_eq!(
            rpm.text(software::PURL),
            Some("pkg:rpm/bind-libs@9.16.23-14.el9_3?arch=x86_64&epoch=32")
        );
        assert_eq!(rpm.text(software::VERSION), Some("32:9.16.23-14.el9_3"));
    }
}
