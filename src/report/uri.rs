//! File names as URI references, as SARIF wants them: relative to where the run was started.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use std::path::MAIN_SEPARATOR;

/// All but what never has a meaning of its own in a path.
const OTHER: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'/');

/// Characters of a name: no system takes longer ones.
const LONGEST: usize = 4096;

/// `./a b.csv` as `a%20b.csv`; what begins at a root as `file:///…`. Never empty.
pub(super) fn of_file(name: &str) -> String {
    let mut name: String = name.chars().take(LONGEST).collect();
    if MAIN_SEPARATOR == '\\' {
        name = name.replace('\\', "/");
    }
    let name = name.trim_start_matches("./");
    let encoded = utf8_percent_encode(name, OTHER);
    if name.is_empty() {
        return ".".to_owned();
    }
    if name.starts_with('/') {
        // Two slashes at the start would name a host.
        return format!("file:///{}", encoded.to_string().trim_start_matches('/'));
    }
    match name.as_bytes() {
        [letter, b':', b'/', ..] if letter.is_ascii_alphabetic() => {
            format!("file:///{encoded}").replacen("%3A", ":", 1)
        }
        _ => encoded.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_references_that_mean_the_same_file() {
        for (name, uri) in [
            ("pack/assets.yaml", "pack/assets.yaml"),
            ("./pack/a b.csv", "pack/a%20b.csv"),
            ("/srv/packs/a.csv", "file:///srv/packs/a.csv"),
            ("//host/a.csv", "file:///host/a.csv"),
            ("C:/packs/a.csv", "file:///C:/packs/a.csv"),
            ("javascript:alert(1)", "javascript%3Aalert%281%29"),
            ("<stdin>", "%3Cstdin%3E"),
            ("Fôn?#%.yaml", "F%C3%B4n%3F%23%25.yaml"),
            ("a\r\nb", "a%0D%0Ab"),
            ("", "."),
        ] {
            assert_eq!(of_file(name), uri, "{name:?}");
        }
    }
}
