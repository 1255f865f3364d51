//! What the words of an inventory say about a Windows machine, before it is decided what it is.

use super::OsFacts;
use super::windows_table::{RELEASES, is_known_build};
use super::words::words;
use crate::catalogue::table::own_rows;
use std::sync::LazyLock;

pub(in crate::catalogue) const FACTS_EDITIONS: &str = include_str!("../facts/os-editions.tsv");
pub(in crate::catalogue) const EDITIONS_COLUMNS: [&str; 3] = ["words", "group", "language"];

/// Edition words, cut, with the groups they mean; `is_id` ones count in the edition field only.
struct Edition {
    words: Vec<&'static str>,
    groups: &'static str,
    is_id: bool,
}

static EDITIONS: LazyLock<Vec<Edition>> = LazyLock::new(|| {
    own_rows("os-editions.tsv", FACTS_EDITIONS, EDITIONS_COLUMNS)
        .map(|[words, groups, language]| Edition {
            words: words.split(' ').collect(),
            groups,
            is_id: language == "id",
        })
        .collect()
});

const KERNELS: [&str; 8] = ["5.0", "5.1", "5.2", "6.0", "6.1", "6.2", "6.3", "10.0"];

/// Server releases that are years; with `r2` behind them they are another release.
const SERVER_YEARS: [&str; 7] = ["2003", "2008", "2012", "2016", "2019", "2022", "2025"];

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Role {
    Client,
    Server,
}

#[derive(Debug, Default)]
pub(super) struct Reading {
    pub(super) words: Vec<String>,
    pub(super) role: Option<Role>,
    /// Says `NT Workstation`, as management agents do for clients of any kind.
    pub(super) is_workstation: bool,
    /// Named releases: (role, `2012-r2`). A year such as 2000 has no role of its own.
    pub(super) releases: Vec<(Option<Role>, String)>,
    pub(super) kernel: Option<String>,
    pub(super) builds: Vec<u32>,
    pub(super) revision: Option<u32>,
    /// A build stood alone behind the name, as in network banners, which also name service packs.
    pub(super) is_banner: bool,
    pub(super) service_pack: Option<u8>,
    /// `SP2 or SP3`, `SP0 - SP1`: the one before `service_pack`.
    other_pack: Option<u8>,
    /// `10586 - 14393`, `1709 - 1909`: the builds a scanner leaves possible, inclusive.
    pub(super) build_range: Option<(u32, u32)>,
    /// `1809`, `22h2`.
    pub(super) version: Option<String>,
    pub(super) groups: Vec<&'static str>,
    /// Year in an LTSC or LTSB name.
    pub(super) lts_year: Option<String>,
    pub(super) is_preview: bool,
    pub(super) is_or_later: bool,
    /// A virtual machine's configured type: `Microsoft Windows Server 2012 (64-bit)`.
    pub(super) is_guest_type: bool,
}

impl Reading {
    pub(super) fn of(facts: &OsFacts<'_>) -> Self {
        let mut reading = Self::default();
        if let Some(name) = facts.name {
            reading.read_name(name);
        }
        if let Some(version) = facts.version {
            reading.read_version(version);
        }
        if let Some(build) = facts.build {
            reading.read_build_field(build);
        }
        if let Some(pack) = facts.service_pack {
            reading.read_service_pack_field(pack);
        }
        for (text, is_edition) in [(facts.edition, true), (facts.channel, false)] {
            reading.read_edition(&words(text.unwrap_or_default()), is_edition);
        }
        if facts.is_server.is_some() {
            let role = if facts.is_server == Some(true) {
                Role::Server
            } else {
                Role::Client
            };
            reading.role = Some(role);
        }
        reading
    }

    pub(super) fn has(&self, word: &str) -> bool {
        self.words.iter().any(|known| known == word)
    }

    /// Whether all these words occur, in whatever order.
    pub(super) fn has_all(&self, words: &str) -> bool {
        words.split(' ').all(|word| self.has(word))
    }

    /// The service pack, as given or as a network banner implies it.
    pub(super) fn level(&self) -> Option<String> {
        self.service_pack
            .or(self.is_banner.then_some(0))
            .map(|pack| pack.to_string())
    }

    /// Lowest and highest of several service packs in one name.
    pub(super) fn pack_range(&self) -> Option<(u8, u8)> {
        let (one, other) = (self.service_pack?, self.other_pack?);
        Some((one.min(other), one.max(other)))
    }

    pub(super) fn names_server(&self) -> bool {
        let is_server = |(role, _): &(Option<Role>, String)| *role == Some(Role::Server);
        self.releases.iter().any(is_server)
    }

    /// The release and service pack read, as a name.
    pub(super) fn spoken(&self) -> String {
        match self.level().as_deref() {
            None => self.spoken_release(),
            Some("0") => format!("{} without service pack", self.spoken_release()),
            Some(level) => format!("{} SP{level}", self.spoken_release()),
        }
    }

    pub(super) fn spoken_release(&self) -> String {
        let mut parts = vec!["Windows".to_owned()];
        for (role, name) in &self.releases {
            if *role == Some(Role::Server) {
                parts.push("Server".into());
            }
            let name = name
                .replace("-r2", " R2")
                .replace("xp", "XP")
                .replace("rt", "RT");
            parts.push(name.replace("vista", "Vista"));
        }
        parts.join(" ")
    }

    pub(super) fn tokens(&self) -> Vec<String> {
        let mut tokens = Vec::new();
        tokens.extend(
            self.releases
                .iter()
                .map(|(_, name)| format!("release {name}")),
        );
        tokens.extend(self.kernel.iter().map(|kernel| format!("kernel {kernel}")));
        tokens.extend(self.builds.iter().map(|build| format!("build {build}")));
        tokens.extend(
            self.version
                .iter()
                .map(|version| format!("version {version}")),
        );
        tokens.extend(
            self.service_pack
                .iter()
                .map(|pack| format!("service pack {pack}")),
        );
        tokens.extend(self.groups.iter().map(|group| format!("edition {group}")));
        tokens
    }

    /// XP for x64 is built from Server 2003: kernel 5.2, build 3790.
    pub(super) fn kernel_or_build_is_x64(&self) -> bool {
        self.kernel.as_deref() == Some("5.2")
            || self.builds.contains(&3790)
            || (self.has_all("xp x64") && self.has("edition"))
    }

    fn read_name(&mut self, name: &str) {
        self.words = words(name);
        let words = self.words.clone();
        let has_lts = words
            .iter()
            .any(|word| matches!(word.as_str(), "ltsc" | "ltsb"));
        for (index, word) in words.iter().enumerate() {
            let before = index.checked_sub(1).map_or("", |at| words[at].as_str());
            let after = words.get(index + 1).map_or("", String::as_str);
            self.read_word(word, before, after, has_lts);
        }
        if self.has_all("without service pack") && self.service_pack.is_none() {
            self.service_pack = Some(0);
        }
        if let Some(range) = build_range(name) {
            self.build_range = Some(range);
            self.builds.clear();
            self.version = None;
        }
        self.read_edition(&words, false);
        let plain = self.builds.is_empty() && self.groups.is_empty();
        let folded = name.trim_end().to_lowercase();
        self.is_guest_type =
            plain && (folded.ends_with("(64-bit)") || folded.ends_with("(32-bit)"));
        // `Windows XP 2600` is what a network banner says; `5.1.2600` is not.
        self.is_banner = self.kernel.is_none()
            && self.builds.len() == 1
            && words
                .last()
                .is_some_and(|last| last.parse() == Ok(self.builds[0]))
            && !self.has("build");
    }

    fn read_word(&mut self, word: &str, before: &str, after: &str, has_lts: bool) {
        if word.contains('.') && self.read_kernel(word) {
            return;
        }
        match word {
            "server" | "datacenter" | "controller" => self.role = Some(Role::Server),
            "workstation" => {
                self.is_workstation = true;
                self.role = Some(Role::Client);
            }
            "preview" | "insider" | "beta" => self.is_preview = true,
            "later" | "newer" | "above" if before == "or" || before == "and" => {
                self.is_or_later = true;
            }
            "xp" | "vista" | "rt" => self.release(Some(Role::Client), word, after),
            "longhorn" => self.release(Some(Role::Server), "2008", ""),
            "2000" => self.release(None, word, ""),
            "2015" | "2016" | "2019" | "2021" | "2024" if has_lts && !self.has("server") => {
                self.lts_year = Some(word.into());
            }
            "2007" | "2010" | "2011"
                if self.has("multipoint")
                    || self.has("sbs")
                    || self.has("business")
                    || self.has("home") =>
            {
                self.release(Some(Role::Server), "2008", "r2");
            }
            year if SERVER_YEARS.contains(&year) => self.release(Some(Role::Server), year, after),
            "7" | "8" | "8.1" | "10" | "11"
                if matches!(before, "windows" | "win" | "rt")
                    || self.releases.last().is_some_and(|(_, last)| last == before) =>
            {
                if before == "rt" {
                    self.releases.pop();
                    self.release(Some(Role::Client), "rt-8.1", "");
                } else {
                    self.release(Some(Role::Client), word, "");
                }
            }
            _ => self.read_number(word, before),
        }
    }

    fn release(&mut self, role: Option<Role>, name: &str, after: &str) {
        let name = if after == "r2" {
            format!("{name}-r2")
        } else {
            name.to_owned()
        };
        if !self.releases.iter().any(|(_, known)| *known == name) {
            self.releases.push((role, name));
        }
    }

    /// `6.1`, `6.1.7601`, `10.0.19045.4412`; also `7601.24214`.
    fn read_kernel(&mut self, word: &str) -> bool {
        let mut parts = word.splitn(3, '.');
        let (Some(major), Some(minor)) = (parts.next(), parts.next()) else {
            return false;
        };
        let kernel = format!("{major}.{minor}");
        if !KERNELS.contains(&kernel.as_str()) {
            return self.read_build(word);
        }
        self.kernel = Some(kernel);
        parts.next().is_none_or(|build| self.read_build(build))
    }

    /// `19045` or `19045.4412`.
    fn read_build(&mut self, text: &str) -> bool {
        let mut parts = text.split('.');
        let Some(build) = parts.next().and_then(|part| part.parse::<u32>().ok()) else {
            return false;
        };
        if build < 2195 {
            return false;
        }
        if !self.builds.contains(&build) {
            self.builds.push(build);
        }
        if let Some(revision) = parts.next().and_then(|part| part.parse().ok()) {
            self.revision = Some(revision);
        }
        true
    }

    fn read_number(&mut self, word: &str, before: &str) {
        if let Some(pack) = word.strip_prefix("sp") {
            let before = self.service_pack;
            self.service_pack = pack.parse().ok().or(before);
            if before.is_some() && before != self.service_pack {
                self.other_pack = before;
            }
        } else if is_version(word) {
            self.version = Some(word.into());
        } else if word.bytes().all(|b| b.is_ascii_digit()) {
            let is_known = is_known_build(word);
            let is_long = (5..=6).contains(&word.len());
            if before == "build" || is_known || is_long {
                self.read_build(word);
            }
        }
    }

    /// A version field may hold a kernel version, a release name, a version name or a build.
    fn read_version(&mut self, text: &str) {
        let cut = words(text);
        let has_release = !self.releases.is_empty();
        let mut before = "windows";
        for (index, word) in cut.iter().enumerate() {
            let after = cut.get(index + 1).map_or("", String::as_str);
            let names_release = matches!(word.as_str(), "7" | "8" | "8.1" | "10" | "11" | "2000")
                || SERVER_YEARS.contains(&word.as_str());
            if !(names_release && has_release) {
                self.read_word(word, before, after, false);
            }
            before = word;
        }
        self.read_edition(&cut, false);
    }

    fn read_build_field(&mut self, text: &str) {
        for word in words(text) {
            if !(word.contains('.') && self.read_kernel(&word)) {
                self.read_build(&word);
            }
        }
    }

    /// `1`, `SP1`, `Service Pack 1`, `none`.
    fn read_service_pack_field(&mut self, text: &str) {
        let cut = words(text);
        let level = match cut.as_slice() {
            [word] if matches!(word.as_str(), "none" | "no" | "rtm" | "na") => Some(0),
            [word] | [.., word] => word.trim_start_matches("sp").parse().ok(),
            [] => None,
        };
        if level.is_some() {
            self.service_pack = level;
        }
    }

    fn read_edition(&mut self, cut: &[String], is_edition_field: bool) {
        if let ([number], true) = (cut, is_edition_field)
            && let Some(edition) = EDITIONS
                .iter()
                .find(|edition| edition.words[0] == "sku" && edition.words[1] == number)
        {
            return self.add_groups(edition.groups);
        }
        let mut at = 0;
        while at < cut.len() {
            // `Windows 11 (E)`, as some consoles write it.
            let behind_release = at > 0 && matches!(cut[at - 1].as_str(), "10" | "11");
            match cut[at].as_str() {
                "e" if behind_release => self.add_groups("e"),
                "w" if behind_release => self.add_groups("w"),
                _ => {}
            }
            let found = EDITIONS.iter().find(|edition| {
                (is_edition_field || !edition.is_id)
                    && cut[at..].len() >= edition.words.len()
                    && edition.words.iter().zip(&cut[at..]).all(|(a, b)| a == b)
            });
            if let Some(edition) = found {
                self.add_groups(edition.groups);
                at += edition.words.len();
            } else {
                at += 1;
            }
        }
    }

    fn add_groups(&mut self, groups: &'static str) {
        for group in groups.split('+') {
            if group == "server" {
                self.role = Some(Role::Server);
            } else if !self.groups.contains(&group) {
                self.groups.push(group);
            }
        }
    }
}

/// The builds of `build 10586 - 14393` or of `1709 - 1909`.
fn build_range(name: &str) -> Option<(u32, u32)> {
    let (before, behind) = name.split_once(" - ")?;
    let first = build_of(before.split_whitespace().next_back()?)?;
    let last = build_of(behind.split_whitespace().next()?)?;
    (first < last).then_some((first, last))
}

fn build_of(word: &str) -> Option<u32> {
    let word = word.to_lowercase();
    let named = RELEASES
        .iter()
        .find(|row| row.kernel == "10.0" && row.level == word);
    if let Some(row) = named {
        return Some(row.build);
    }
    is_known_build(&word).then(|| word.parse().ok())?
}

/// `1607`, `2004`, `20h2`.
fn is_version(word: &str) -> bool {
    let bytes = word.as_bytes();
    match bytes {
        [a, b, b'h', c] => [a, b, c].iter().all(|d| d.is_ascii_digit()),
        _ => matches!(
            word,
            "1507" | "1511" | "1607" | "1703" | "1709" | "1803" | "1809" | "1903" | "1909" | "2004"
        ),
    }
}
