//! Whole outputs in one field: an os-release file, `lsb_release -a`, `sw_vers`. The value that
//! names the system is taken out of them, and its version.

/// Keys of such outputs; the first that is there names the system.
const NAMES: [&str; 5] = [
    "PRETTY_NAME=",
    "Description:",
    "ProductName:",
    "NAME=",
    "ID=",
];
const VERSIONS: [&str; 3] = ["VERSION_ID=", "ProductVersion:", "Release:"];
const OTHERS: [&str; 5] = [
    "BuildVersion:",
    "Codename:",
    "Distributor ID:",
    "LSB Version:",
    "ProductVersionExtra:",
];

/// Name and version out of a whole output; `None` when the text is none.
pub(super) fn name_and_version(text: &str) -> Option<(&str, Option<&str>)> {
    let first = |keys: &[&str]| keys.iter().find_map(|key| value(text, key));
    let name = first(&NAMES)?;
    Some((name, first(&VERSIONS)))
}

/// What stands behind a key, up to the end of its quotes, of its line or to the next key.
fn value<'a>(text: &'a str, key: &str) -> Option<&'a str> {
    let start = text
        .match_indices(key)
        .map(|(at, _)| at)
        .find(|at| *at == 0 || text[..*at].ends_with(char::is_whitespace))?;
    let rest = text[start + key.len()..].trim_start_matches([' ', '\t']);
    if let Some(quoted) = rest.strip_prefix('"') {
        return quoted.split('"').next();
    }
    let line = rest.split(['\r', '\n']).next()?;
    let end = [NAMES.as_slice(), &VERSIONS, &OTHERS]
        .concat()
        .iter()
        .filter_map(|key| line.find(&format!(" {key}")))
        .min()
        .unwrap_or(line.len());
    Some(line[..end].trim()).filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_naming_value_is_taken_out() {
        for (text, name, version) in [
            ("ID=ol\nVERSION_ID=\"8.9\"", "ol", Some("8.9")),
            (
                "NAME=\"Rocky Linux\" VERSION_ID=\"9.3\" PRETTY_NAME=\"Rocky Linux 9.3 (Blue Onyx)\"",
                "Rocky Linux 9.3 (Blue Onyx)",
                Some("9.3"),
            ),
            (
                "Distributor ID: Ubuntu Description: Ubuntu 20.04.6 LTS Release: 20.04 Codename: focal",
                "Ubuntu 20.04.6 LTS",
                Some("20.04"),
            ),
            (
                "ProductName:\tmacOS\nProductVersion:\t13.4.1\nBuildVersion:\t22F82",
                "macOS",
                Some("13.4.1"),
            ),
        ] {
            assert_eq!(name_and_version(text), Some((name, version)), "{text}");
        }
        for text in ["Debian 12", "ID=", "VALID=x", "PRETTY_NAME"] {
            assert_eq!(name_and_version(text), None, "{text}");
        }
    }
}
