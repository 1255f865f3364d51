//! Packages of Debian and its relatives, as `dpkg -l` and `dpkg-query -W` list them. What is removed
//! but for its settings is not installed. Old versions of dpkg cut long names to fit 80 columns.

use super::batch::{Blocks, Importer};
use super::error::ImportError;
use super::format;
use super::inventory::Limits;
use super::package::Package;
use super::row::Ignored;
use super::whole_text::{WholeText, whole_lines};
use crate::model::fields::{asset, software};
use crate::model::{FieldId, Record, Value};
use std::sync::Arc;

#[derive(Debug)]
pub(super) struct Kind;

impl format::Kind for Kind {
    fn name(&self) -> &'static str {
        "dpkg"
    }

    fn about(&self) -> &'static str {
        "packages as `dpkg -l` or `dpkg-query -W` lists them"
    }

    fn recognises(&self, head: &str) -> bool {
        if head.lines().take(10).any(|line| line.starts_with("+++-=")) {
            return true;
        }
        let mut lines = whole_lines(head).take(20).peekable();
        lines.peek().is_some() && lines.all(|line| row(line).is_some())
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
    let header = text
        .lines()
        .position(|line| line.starts_with("+++-="))
        .map_or(0, |line| line + 1);
    let widths = header
        .checked_sub(1)
        .and_then(|line| text.lines().nth(line))
        .map(Widths::read)
        .unwrap_or_default();
    let mut packages = Vec::new();
    let mut lines = (0..).zip(text.lines()).skip(header).peekable();
    while let Some((number, line)) = lines.next() {
        if line.trim().is_empty() {
            continue;
        }
        if lines.peek().is_none() && !text.ends_with('\n') {
            told(number, "may be cut: the list does not end with a line end");
            continue;
        }
        match row(line) {
            Some(Row::Installed(package)) => packages.push(widths.software(package)),
            Some(Row::Removed) => {}
            None => told(number, "is not a line of a list of packages"),
        }
    }
    if packages.is_empty() {
        return;
    }
    record.set(asset::SOURCE, Value::Text("dpkg".to_owned()));
    record.set(asset::SOFTWARE, Value::Records(packages));
}

/// The widths of the columns of names and versions, where they are those of an old dpkg.
#[derive(Debug, Default)]
struct Widths {
    may_be_cut: Option<usize>,
}

impl Widths {
    /// Reads `+++-==============-==============-…`.
    fn read(line: &str) -> Self {
        let widths: Vec<_> = line.split('-').skip(1).map(str::len).collect();
        let is_old = matches!(widths.as_slice(), [14, 14, ..]);
        Self {
            may_be_cut: is_old.then_some(14),
        }
    }

    fn software(&self, package: Package<'_>) -> Record {
        let mut record = package.deb();
        let cells: [(FieldId, &str); 2] = [
            (software::NAME, package.name),
            (software::VERSION, package.version),
        ];
        for (field, text) in cells {
            if Some(text.len()) == self.may_be_cut {
                let message = format!("{text}, which may be cut: set COLUMNS=200 for `dpkg -l`");
                record.set(field, Value::Unreadable(message));
                record.set(software::PURL, Value::Unreadable(text.to_owned()));
            }
        }
        record
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Row<'t> {
    Installed(Package<'t>),
    Removed,
}

fn row(line: &str) -> Option<Row<'_>> {
    let words: Vec<_> = line.split_whitespace().collect();
    match words.as_slice() {
        [state, name, version, rest @ ..] if is_state(state) && is_name(name) => {
            if !is_installed(state) {
                return Some(Row::Removed);
            }
            let arch = rest.first().copied().filter(|word| is_architecture(word));
            package(name, version, arch.unwrap_or_default())
        }
        [name, version] if line.contains('\t') => package(name, version, ""),
        [name, version, arch] if is_architecture(arch) => package(name, version, arch),
        // Known to dpkg and not installed.
        [name] if line.contains('\t') && is_name(name) => Some(Row::Removed),
        _ => None,
    }
}

fn package<'t>(name: &'t str, version: &'t str, arch: &'t str) -> Option<Row<'t>> {
    let (name, of_name) = name.split_once(':').unwrap_or((name, ""));
    let arch = if arch.is_empty() { of_name } else { arch };
    (is_name(name) && version.starts_with(|c: char| c.is_ascii_digit())).then_some(Row::Installed(
        Package {
            name,
            version,
            arch,
            ..Package::default()
        },
    ))
}

/// What is wanted, what there is, and perhaps an error: `ii`, `rc`, `iHR`.
fn is_state(word: &str) -> bool {
    match word.as_bytes() {
        [wanted, status] | [wanted, status, b'R'] => {
            b"uirph".contains(wanted) && b"ncHUFWti".contains(status)
        }
        _ => false,
    }
}

/// Files may be there, if not always all of them.
fn is_installed(state: &str) -> bool {
    !matches!(state.as_bytes().get(1), Some(b'n' | b'c'))
}

fn is_name(word: &str) -> bool {
    word.len() > 1
        && word.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
        && word
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"+-.:".contains(&b))
}

fn is_architecture(word: &str) -> bool {
    const ARCHITECTURES: [&str; 16] = [
        "all", "alpha", "amd64", "arm64", "armel", "armhf", "hppa", "i386", "ia64", "loong64",
        "mips64el", "mipsel", "powerpc", "ppc64el", "riscv64", "s390x",
    ];
    ARCHITECTURES.contains(&word)
}

#[cfg(test)]
mod tests {
    use super::super::inventory::testing::{bad_records, error, read};
    use super::super::row;
    use super::*;
    use crate::import::ImportError;

    const LIST: &str = "\
Desired=Unknown/Install/Remove/Purge/Hold
| Status=Not/Inst/Conf-files/Unpacked/halF-conf/Half-inst/trig-aWait/Trig-pend
|/ Err?=(none)/Reinst-required (Status,Err: uppercase=bad)
||/ Name                 Version           Architecture Description
+++-====================-=================-============-=================================
ii  adduser              3.134             all          add and remove users and groups
ii  libc6:amd64          2.36-9+deb12u9    amd64        GNU C Library: Shared libraries
rc  nginx-common         1.22.1-9          all          small, powerful, scalable web/proxy server
un  no-such              <none>            <none>       (no description available)
iHR half-there           1:1.0             amd64        broken
";

    fn versions(text: &str) -> Vec<(String, String)> {
        let (rows, _) = read(text);
        let Some(row::Row::Unnamed(subject)) = rows.last() else {
            panic!("{rows:?}");
        };
        let list = subject.records(asset::SOFTWARE).expect("a list");
        let text = |one: &Record, field| one.text(field).unwrap_or("?").to_owned();
        list.iter()
            .map(|one| (text(one, software::NAME), text(one, software::VERSION)))
            .collect()
    }

    fn pairs(all: &[(&str, &str)]) -> Vec<(String, String)> {
        all.iter()
            .map(|(name, version)| ((*name).to_owned(), (*version).to_owned()))
            .collect()
    }

    #[test]
    fn what_is_installed_is_listed_with_its_version() {
        let wanted = pairs(&[
            ("adduser", "3.134"),
            ("libc6", "2.36-9+deb12u9"),
            ("half-there", "1:1.0"),
        ]);
        assert_eq!(versions(LIST), wanted);
        let (_, rows) = LIST.split_once("====\n").expect("a header");
        assert_eq!(versions(rows), wanted, "without a header");
        assert!(bad_records(LIST).is_empty());
    }

    #[test]
    fn queries_are_read_in_their_usual_forms() {
        let wanted = pairs(&[("adduser", "3.134"), ("libc6", "2.36-9+deb12u9")]);
        for text in [
            "adduser\t3.134\nlibc6:amd64\t2.36-9+deb12u9\n",
            "adduser 3.134 all\nlibc6 2.36-9+deb12u9 amd64\n",
            "adduser\t3.134\nnot-there\t\nlibc6:amd64\t2.36-9+deb12u9\n",
        ] {
            assert_eq!(versions(text), wanted, "{text}");
        }
    }

    #[test]
    fn a_cell_that_an_old_dpkg_may_have_cut_is_unreadable() {
        let old = "\
+++-==============-==============-============================================
ii  libgssapi-krb5 1.8.3+dfsg-4sq MIT Kerberos runtime libraries
ii  bash           4.1-3          The GNU Bourne Again SHell
";
        assert_eq!(versions(old), pairs(&[("?", "?"), ("bash", "4.1-3")]));
    }

    #[test]
    fn a_list_that_was_cut_is_told() {
        let cut = &LIST[..LIST.len() - 40];
        assert!(bad_records(cut)[0].message.contains("may be cut"));
        let junk = format!("{LIST}dpkg: error: x\n");
        assert_eq!(bad_records(junk)[0].place.line, 11);
        assert!(matches!(
            error("x\tos\nward\tx\n"),
            ImportError::NoIdentity { .. }
        ));
    }
}
