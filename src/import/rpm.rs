//! Packages of Red Hat, SUSE and their relatives, as `rpm -qa` lists them: by default as
//! `name-version-release.arch`, or in columns that a query format gave.

use super::batch::{Blocks, Importer};
use super::error::ImportError;
use super::format;
use super::inventory::Limits;
use super::package::Package;
use super::row::Ignored;
use super::whole_text::{WholeText, whole_lines};
use crate::model::fields::asset;
use crate::model::{Record, Value};
use std::sync::Arc;

#[derive(Debug)]
pub(super) struct Kind;

impl format::Kind for Kind {
    fn name(&self) -> &'static str {
        "rpm"
    }

    fn about(&self) -> &'static str {
        "packages as `rpm -qa` lists them"
    }

    fn recognises(&self, head: &str) -> bool {
        let rows: Vec<_> = whole_lines(head).take(20).map(row).collect();
        let packages: Vec<_> = rows.iter().flatten().filter(|row| !row.is_key()).collect();
        let is_certain = |row: &&&Row<'_>| row.is_certain();
        rows.iter().all(Option::is_some)
            && packages.iter().filter(is_certain).count() * 2 > packages.len()
    }

    fn block_bytes(&self, limits: &Limits) -> usize {
        limits.text_bytes
    }

    fn gives_parts(&self) -> bool {
        true
    }

    fn open(
        &self,
        _name: &Arc<str>,
        _blocks: &mut Blocks,
    ) -> Result<(Box<dyn Importer>, Vec<Ignored>), ImportError> {
        Ok((Box::new(WholeText(fill)), Vec::new()))
    }
}

fn fill(text: &str, record: &mut Record, told: &mut dyn FnMut(u32, &str)) {
    let mut packages = Vec::new();
    let mut lines = (0..).zip(text.lines()).peekable();
    while let Some((number, line)) = lines.next() {
        if line.trim().is_empty() {
            continue;
        }
        if lines.peek().is_none() && !text.ends_with('\n') {
            told(number, "may be cut: the list does not end with a line end");
            continue;
        }
        match row(line) {
            Some(row) if row.is_key() => {}
            Some(row) => packages.push(row.software()),
            None => told(number, "is not a line of a list of packages"),
        }
    }
    if packages.is_empty() {
        return;
    }
    record.set(asset::SOURCE, Value::Text("rpm".to_owned()));
    record.set(asset::SOFTWARE, Value::Records(packages));
}

/// A package in parts.
#[derive(Debug, Default, PartialEq, Eq)]
struct Row<'t> {
    name: &'t str,
    epoch: &'t str,
    version: &'t str,
    release: &'t str,
    arch: &'t str,
}

impl Row<'_> {
    fn software(&self) -> Record {
        let version = match self.release {
            "" => self.version.to_owned(),
            release => format!("{}-{release}", self.version),
        };
        let package = Package {
            name: self.name,
            epoch: self.epoch,
            version: &version,
            arch: self.arch,
        };
        package.rpm()
    }

    /// Keys that packages are signed with are listed among them.
    fn is_key(&self) -> bool {
        self.name == "gpg-pubkey"
    }

    /// Whether only rpm writes like that.
    fn is_certain(&self) -> bool {
        const MARKS: [&str; 7] = [".el", ".fc", ".amzn", ".suse", ".mga", ".cm", ".azl"];
        !self.arch.is_empty() || MARKS.iter().any(|mark| self.release.contains(mark))
    }
}

fn row(line: &str) -> Option<Row<'_>> {
    let mut words = line.split(['|', ' ', '\t']).map(str::trim);
    let words: Vec<_> = words.by_ref().filter(|word| !word.is_empty()).collect();
    match words.as_slice() {
        [name, version, release, arch] if is_architecture(arch) => {
            parts(name, "", version, release, arch)
        }
        [name, epoch, version, release, arch] if is_architecture(arch) => {
            parts(name, epoch, version, release, arch)
        }
        [name, version, arch] if is_architecture(arch) => {
            let (version, release) = version.rsplit_once('-')?;
            parts(name, "", version, release, arch)
        }
        [name, version] => {
            let (version, release) = version.rsplit_once('-')?;
            parts(name, "", version, release, "")
        }
        // `--last` writes the day of installation behind.
        [one] | [one, _, _, _, ..] => joined(one),
        _ => None,
    }
}

/// `bash-5.1.8-6.el9.x86_64`, split from the right.
fn joined(text: &str) -> Option<Row<'_>> {
    let (rest, arch) = match text.rsplit_once('.') {
        Some((rest, arch)) if is_architecture(arch) => (rest, arch),
        _ => (text, ""),
    };
    let (rest, release) = rest.rsplit_once('-')?;
    let (name, version) = rest.rsplit_once('-')?;
    parts(name, "", version, release, arch)
}

fn parts<'t>(
    name: &'t str,
    epoch: &'t str,
    version: &'t str,
    release: &'t str,
    arch: &'t str,
) -> Option<Row<'t>> {
    let (epoch, version) = version.split_once(':').unwrap_or((epoch, version));
    let is_epoch = epoch.bytes().all(|b| b.is_ascii_digit());
    let is_name = !name.is_empty()
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"+-._()".contains(&b));
    let is_plain = |text: &str| {
        !text.is_empty()
            && text
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"+._~^".contains(&b))
    };
    let has_digit = release.bytes().any(|b| b.is_ascii_digit());
    let epoch = if matches!(epoch, "(none)" | "0") {
        ""
    } else {
        epoch
    };
    let is_one = (is_epoch || epoch.is_empty()) && is_name && is_plain(version);
    (is_one && is_plain(release) && has_digit).then_some(Row {
        name,
        epoch,
        version,
        release,
        arch: if arch == "(none)" { "" } else { arch },
    })
}

fn is_architecture(word: &str) -> bool {
    const ARCHITECTURES: [&str; 17] = [
        "(none)", "aarch64", "armv7hl", "i386", "i486", "i586", "i686", "ia64", "noarch", "nosrc",
        "ppc64", "ppc64le", "riscv64", "s390", "s390x", "src", "x86_64",
    ];
    ARCHITECTURES.contains(&word)
}

#[cfg(test)]
mod tests {
    use super::super::inventory::testing::{bad_records, read};
    use super::super::row;
    use super::*;
    use crate::model::fields::software;

    fn urls(text: &str) -> Vec<String> {
        let (rows, _) = read(text);
        let Some(row::Row::Unnamed(subject)) = rows.last() else {
            panic!("{rows:?}");
        };
        let list = subject.records(asset::SOFTWARE).expect("a list");
        list.iter()
            .filter_map(|one| one.text(software::PURL).map(str::to_owned))
            .collect()
    }

    #[test]
    fn every_usual_form_gives_the_same_packages() {
        let wanted = [
            "pkg:rpm/bash@5.1.8-6.el9?arch=x86_64",
            "pkg:rpm/java-1.8.0-openjdk@1.8.0.392.b08-4.el9?arch=x86_64&epoch=1",
        ];
        for text in [
            "bash-5.1.8-6.el9.x86_64\njava-1.8.0-openjdk-1:1.8.0.392.b08-4.el9.x86_64\ngpg-pubkey-fd431d51-4ae0493b\n",
            "bash 5.1.8-6.el9 x86_64\njava-1.8.0-openjdk 1:1.8.0.392.b08-4.el9 x86_64\n",
            "bash (none) 5.1.8 6.el9 x86_64\njava-1.8.0-openjdk 1 1.8.0.392.b08 4.el9 x86_64\n",
            "bash|0|5.1.8|6.el9|x86_64\njava-1.8.0-openjdk|1|1.8.0.392.b08|4.el9|x86_64\n",
            "bash-5.1.8-6.el9.x86_64          Tue 14 Nov 2023 09:12:01 AM GMT\njava-1.8.0-openjdk-1:1.8.0.392.b08-4.el9.x86_64 Tue 14 Nov 2023 09:12:01 AM GMT\n",
        ] {
            assert_eq!(urls(text), wanted, "{text}");
        }
    }

    #[test]
    fn old_lists_have_no_architecture() {
        let text = "bash-3.2-32.el5\nglibc-2.5-123.el5_11.3\n";
        assert_eq!(
            urls(text),
            ["pkg:rpm/bash@3.2-32.el5", "pkg:rpm/glibc@2.5-123.el5_11.3"]
        );
        assert_eq!(
            urls("bash\t5.1.8-6.el9\nzlib\t1.2.11-40.el9\n")[0],
            "pkg:rpm/bash@5.1.8-6.el9"
        );
    }

    #[test]
    fn lines_that_are_none_and_a_cut_end_are_told() {
        let list = "bash-5.1.8-6.el9.x86_64\n".repeat(25);
        let text = format!("{list}error: rpmdb open failed\nzlib-1.2.11-40.el9.x86_");
        let lines: Vec<_> = bad_records(text).iter().map(|bad| bad.place.line).collect();
        assert_eq!(lines, [26, 27]);
    }
}
