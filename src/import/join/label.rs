//! What the path of a file calls the machine it is about: `ward-pc-1_qfe.txt`, `ward-pc-1/dpkg.txt`.

/// Words in names of files that say what is in them and not whose it is.
const WHAT: [&str; 36] = [
    "apt",
    "cmd",
    "dpkg",
    "export",
    "get",
    "hotfix",
    "hotfixes",
    "host",
    "hosts",
    "info",
    "inventory",
    "installed",
    "l",
    "list",
    "listening",
    "missing",
    "optional",
    "os",
    "osquery",
    "osqueryi",
    "packages",
    "patches",
    "ports",
    "programs",
    "qa",
    "qfe",
    "release",
    "results",
    "rpm",
    "scan",
    "system",
    "systeminfo",
    "updates",
    "version",
    "wmic",
    "wua",
];

/// What a path may call a machine.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Label {
    /// Possible names, the most likely first.
    pub(super) names: Vec<String>,
    /// The name to give it where nobody else does.
    pub(super) best: Option<String>,
}

impl Label {
    pub(super) fn of(path: &str) -> Self {
        // Standard input has no name.
        if path.starts_with('<') {
            return Self::default();
        }
        let (folder, stem) = parts(path);
        let stem_name = without_what(stem);
        let folder_name = folder.map(without_what).filter(|name| !name.is_empty());
        let mut names = Vec::new();
        let said = [Some(stem), Some(stem_name), folder, folder_name];
        for name in said.into_iter().flatten() {
            if !name.is_empty() && !names.iter().any(|known| known == name) {
                names.push(name.to_owned());
            }
        }
        let has_letter = |name: &&str| name.chars().any(char::is_alphabetic);
        let best = Some(stem_name)
            .filter(has_letter)
            .or(folder_name.filter(has_letter));
        Self {
            names,
            best: best.map(str::to_owned),
        }
    }
}

/// The folder a file stands in, and its name without its ending.
pub(super) fn parts(path: &str) -> (Option<&str>, &str) {
    let mut parts = path.rsplit(['/', '\\']);
    let name = parts.next().unwrap_or(path);
    let folder = parts
        .next()
        .filter(|folder| !matches!(*folder, "" | "." | ".."));
    let stem = match name.rsplit_once('.') {
        Some((stem, ending)) if !stem.is_empty() && is_ending(ending) => stem,
        _ => name,
    };
    (folder, stem)
}

/// `ward-pc-1.trust` names a machine in a domain, `ward-pc-1.txt` a file.
fn is_ending(text: &str) -> bool {
    const ENDINGS: [&str; 10] = [
        "csv", "htm", "html", "json", "jsonl", "list", "log", "ndjson", "txt", "xml",
    ];
    ENDINGS
        .iter()
        .any(|ending| text.eq_ignore_ascii_case(ending))
}

/// A name less the words at either end that say what is in the file.
fn without_what(stem: &str) -> &str {
    const CUTS: [char; 4] = ['_', '-', '.', ' '];
    let is_what = |word: &str| WHAT.iter().any(|what| word.eq_ignore_ascii_case(what));
    let mut rest = stem.trim_matches(CUTS);
    loop {
        let last = rest.rfind(CUTS).map_or(0, |cut| cut + 1);
        let first = rest.find(CUTS).unwrap_or(rest.len());
        if is_what(&rest[last..]) {
            rest = rest[..last].trim_end_matches(CUTS);
        } else if is_what(&rest[..first]) {
            rest = rest[first..].trim_start_matches(CUTS);
        } else {
            return rest;
        }
        if rest.is_empty() {
            return rest;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_is_named_by_the_file_or_by_its_folder() {
        let best = |path| Label::of(path).best.unwrap_or_default();
        assert_eq!(best("ward-pc-1_qfe.txt"), "ward-pc-1");
        assert_eq!(best("exports/ward-pc-1_qfe.txt"), "ward-pc-1");
        assert_eq!(best("ward-pc-1/dpkg.txt"), "ward-pc-1");
        assert_eq!(best("C:\\scans\\ward-pc-1\\os-release"), "ward-pc-1");
        assert_eq!(best("hosts/rpm-qa_ward-pc-1.txt"), "ward-pc-1");
        assert_eq!(
            best("10_1803_x64_A_20190305_updates.txt"),
            "10_1803_x64_A_20190305"
        );
        assert_eq!(best("web-01.trust.test/os-release"), "web-01.trust.test");
        assert_eq!(best("ward-pc-1/2026-11-22.txt"), "ward-pc-1");
    }

    #[test]
    fn a_name_that_only_says_what_is_inside_names_no_machine() {
        for path in [
            "qfe.txt",
            "./dpkg-l.txt",
            "/os-release",
            "inventory/systeminfo.txt",
            "<stdin>",
        ] {
            let label = Label::of(path);
            assert_eq!(label.best, None, "{path}");
        }
    }

    #[test]
    fn the_whole_stem_is_tried_first_for_a_machine_may_be_called_scan() {
        assert_eq!(Label::of("ct-scan.txt").names, ["ct-scan", "ct"]);
    }
}
