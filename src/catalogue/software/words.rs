//! Cuts software names into words and reads the numbers in them.

/// Lower-case words; a dot inside a word stays: `node.js`, `13.0.6300.2`. Trademark signs go.
pub(super) fn words(text: &str) -> Vec<String> {
    let text = text.to_lowercase();
    let text = text.replace("(r)", " ").replace("(tm)", " ");
    let chars: Vec<char> = text.chars().collect();
    let mut words = vec![String::new()];
    for (index, c) in chars.iter().enumerate() {
        let beside = |at: Option<usize>| {
            at.and_then(|at| chars.get(at))
                .is_some_and(|c: &char| c.is_alphanumeric())
        };
        let is_inner_dot =
            *c == '.' && beside(index.checked_sub(1)) && beside(index.checked_add(1));
        if c.is_alphanumeric() || is_inner_dot {
            if let Some(word) = words.last_mut() {
                word.push(*c);
            }
        } else if words.last().is_some_and(|word| !word.is_empty()) {
            words.push(String::new());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// The number a word begins with, and what hangs on it: `v16.20.2` is (`16.20.2`, ``), `19c` is
/// (`19`, `c`). `None` for a word that is no version.
pub(super) fn number(word: &str) -> Option<(&str, &str)> {
    let word = match word.strip_prefix('v') {
        Some(rest) if rest.starts_with(|c: char| c.is_ascii_digit()) => rest,
        _ => word,
    };
    let end = word
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(word.len());
    let (digits, tail) = word.split_at(end);
    let digits = digits.trim_end_matches('.');
    let is_number = digits.starts_with(|c: char| c.is_ascii_digit()) && !digits.contains("..");
    (is_number && tail.len() <= 6).then_some((digits, tail))
}

/// `13.0.6300.2` as numbers; parts that do not fit make the rest unread.
pub(super) fn parts(number: &str) -> Vec<u32> {
    number
        .split('.')
        .map_while(|part| part.parse().ok())
        .collect()
}

/// Marks of a package that a Linux distribution maintains, in a version.
pub(super) fn is_of_a_distribution(version: &str) -> bool {
    const MARKS: [&str; 10] = [
        ".el5", ".el6", ".el7", ".el8", ".el9", ".el10", "ubuntu", "deb", ".fc", ".amzn",
    ];
    let version = version.to_lowercase();
    MARKS.iter().any(|mark| version.contains(mark))
}

/// A build made before the release it is named after.
pub(super) fn is_before_release(version: &str) -> bool {
    const MARKS: [&str; 8] = [
        "alpha", "beta", "-rc", "rc1", "rc2", "snapshot", "preview", "nightly",
    ];
    let version = version.to_lowercase();
    MARKS.iter().any(|mark| version.contains(mark))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_cut_and_numbers_read() {
        assert_eq!(
            words("Microsoft® SQL Server 2016 SP3 (KB5003279) - 13.0.6300.2 (X64)").join(" "),
            "microsoft sql server 2016 sp3 kb5003279 13.0.6300.2 x64"
        );
        assert_eq!(
            words("Node.js / ASP.NET .NET 6.").join(" "),
            "node.js asp.net net 6"
        );
        assert_eq!(number("v16.20.2"), Some(("16.20.2", "")));
        assert_eq!(number("19c"), Some(("19", "c")));
        assert_eq!(number("vista"), None);
        assert_eq!(parts("10.00.99999999999"), [10, 0]);
        assert!(is_of_a_distribution("3.0.7-27.el9"));
        assert!(!is_of_a_distribution("13.0.6300.2"));
    }
}
