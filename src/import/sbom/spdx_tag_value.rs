//! SPDX 2.3 as lines of tags with values. Files, snippets and licences are passed over.

use super::bill::{Bill, Gathering};
use super::spdx::{Package, asserted, check_version, gather, is_dependency};
use std::collections::HashSet;

/// Whether a text that begins like this is of the form.
pub(super) fn recognises(head: &str) -> bool {
    let mut lines = head.lines().map(str::trim);
    let first = lines.find(|line| !line.is_empty() && !line.starts_with('#'));
    first.is_some_and(|line| {
        let tag = line.split_once(':').map(|(tag, _)| tag);
        matches!(
            tag,
            Some("SPDXVersion" | "DataLicense" | "DocumentName" | "DocumentNamespace")
        ) && head.contains("SPDXVersion:")
    })
}

pub(super) fn read(text: &str, room: usize) -> Result<Bill, String> {
    let mut document = Document {
        gathering: Gathering::new("spdx", room),
        room,
        packages: Vec::new(),
        is_in_package: false,
        described: HashSet::new(),
        version: None,
    };
    let mut lines = text.lines().enumerate();
    while let Some((index, line)) = lines.next() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let number = index + 1;
        let Some((tag, value)) = line.split_once(':') else {
            return Err(format!("line {number} is no tag with a value"));
        };
        let mut value = value.trim().to_owned();
        if let Some(begun) = value.strip_prefix("<text>") {
            value = begun.to_owned();
            while !value.contains("</text>") {
                let (_, more) = lines.next().ok_or_else(|| {
                    format!("the <text> that begins at line {number} is not closed")
                })?;
                value.push('\n');
                value.push_str(more);
            }
            value.truncate(value.find("</text>").unwrap_or(value.len()));
        }
        document
            .tag(tag.trim(), &value)
            .map_err(|message| format!("{message} at line {number}"))?;
    }
    document.finish()
}

struct Document {
    gathering: Gathering,
    room: usize,
    packages: Vec<Package>,
    /// Whether tags are about the last package, and not about a file or the document.
    is_in_package: bool,
    described: HashSet<String>,
    version: Option<String>,
}

impl Document {
    fn tag(&mut self, tag: &str, value: &str) -> Result<(), String> {
        match tag {
            "SPDXVersion" => {
                check_version(value)?;
                self.version = Some(value.to_owned());
            }
            "PackageName" => return self.begin(value),
            "FileName" | "SnippetSPDXID" | "LicenseID" | "Annotator" | "Reviewer" => {
                self.is_in_package = false;
            }
            "Relationship" => self.relation(value),
            _ if self.is_in_package => self.of_package(tag, value),
            _ => {}
        }
        Ok(())
    }

    fn begin(&mut self, name: &str) -> Result<(), String> {
        // The product itself may be one more than the components.
        if self.packages.len() > self.room {
            return Err("it has more packages than are read".into());
        }
        self.is_in_package = true;
        let mut package = Package::default();
        package.component.name = asserted(name).and_then(|name| self.gathering.text(name));
        self.packages.push(package);
        Ok(())
    }

    fn of_package(&mut self, tag: &str, value: &str) {
        let Some(package) = self.packages.last_mut() else {
            return;
        };
        let gathering = &mut self.gathering;
        match tag {
            "SPDXID" => package.component.reference = gathering.text(value),
            "PackageVersion" => {
                package.component.version = asserted(value).and_then(|text| gathering.text(text));
            }
            "PackageSupplier" => package.supplier(value, gathering),
            "PrimaryPackagePurpose" => package.purpose = gathering.text(value),
            "ValidUntilDate" => package.valid_until(value, gathering),
            "ExternalRef" => {
                let mut parts = value.split_whitespace();
                if let (Some(_), Some(kind), Some(locator)) =
                    (parts.next(), parts.next(), parts.next())
                {
                    package.refer(kind, locator, gathering);
                }
            }
            _ => {}
        }
    }

    fn relation(&mut self, value: &str) {
        let parts: Vec<_> = value.split_whitespace().take(3).collect();
        let [from, kind, to] = parts.as_slice() else {
            self.gathering.fault("relationships cannot be read", value);
            return;
        };
        self.gathering.bill.has_relations |= is_dependency(kind);
        match *kind {
            "DESCRIBES" => _ = self.described.insert((*to).to_owned()),
            "DESCRIBED_BY" => _ = self.described.insert((*from).to_owned()),
            _ => {}
        }
    }

    fn finish(mut self) -> Result<Bill, String> {
        if self.version.is_none() {
            return Err("it lacks `SPDXVersion`; SPDX-2.2 and SPDX-2.3 are read".into());
        }
        gather(self.packages, &self.described, &mut self.gathering)?;
        Ok(self.gathering.finish())
    }
}
