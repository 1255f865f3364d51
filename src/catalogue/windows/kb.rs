//! The number of an update, however an export spells it.

use std::fmt;

/// A knowledge base number: `KB4012215`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Kb(u32);

impl Kb {
    pub fn new(number: u32) -> Self {
        Self(number)
    }

    pub fn number(self) -> u32 {
        self.0
    }

    /// Reads `4012215`, `KB4012598-v2`, `KB893803v2 - Update`, `Q147222`, or a title with a KB
    /// number in it. `None` for entries that name no update, such as `File 1`.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        // What most exports write, and nothing else.
        if let Some((letters, digits)) = text.split_at_checked(2)
            && letters.eq_ignore_ascii_case("kb")
            && digits.bytes().all(|byte| byte.is_ascii_digit())
            && let Some(kb) = leading(digits)
        {
            return Some(kb);
        }
        if denies(text) {
            return None;
        }
        let letters = text
            .bytes()
            .take_while(|byte| matches!(byte, b'K' | b'k' | b'B' | b'b' | b'Q' | b'q'))
            .count();
        let (prefix, rest) = text.split_at(letters);
        if ["", "kb", "q"]
            .iter()
            .any(|known| prefix.eq_ignore_ascii_case(known))
            && let Some(kb) = leading(rest.trim_start())
        {
            return Some(kb);
        }
        within(text)
    }
}

/// Whether the text says that the update is not there: `KB4012212 failed`, `missing: KB4012212`.
fn denies(text: &str) -> bool {
    const DENIALS: [&str; 16] = [
        "absent",
        "available",
        "declined",
        "error",
        "failed",
        "failure",
        "missing",
        "needed",
        "no",
        "not",
        "pending",
        "removed",
        "required",
        "rolled",
        "uninstalled",
        "without",
    ];
    text.split(|c: char| !c.is_ascii_alphabetic()).any(|word| {
        DENIALS
            .iter()
            .any(|denial| word.eq_ignore_ascii_case(denial))
    })
}

/// The number at the start of the text, unless it runs on into other letters.
fn leading(text: &str) -> Option<Kb> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    if !(5..=8).contains(&digits) || text.starts_with('0') {
        return None;
    }
    let (number, rest) = text.split_at(digits);
    let runs_on = rest
        .chars()
        .next()
        .is_some_and(|c| c.is_alphanumeric() && !matches!(c, 'v' | 'V'));
    if runs_on || rest.starts_with('.') {
        return None;
    }
    number.parse().ok().map(Kb)
}

/// The first `KB…` inside a title.
fn within(text: &str) -> Option<Kb> {
    text.as_bytes()
        .windows(2)
        .enumerate()
        .filter(|(_, pair)| pair.eq_ignore_ascii_case(b"KB"))
        .find_map(|(at, _)| leading(&text[at + 2..]))
}

impl fmt::Display for Kb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KB{}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_a_number_is_the_same_update() {
        for text in [
            "4012598",
            "KB4012598",
            "kb4012598",
            " KB 4012598 ",
            "KB4012598-v2",
            "KB4012598v2",
            "KB4012598 - Update",
            "Security Update for Windows XP SP3 (KB4012598)",
        ] {
            assert_eq!(Kb::parse(text), Some(Kb(4_012_598)), "{text}");
        }
        assert_eq!(Kb::parse("KB893803v2 - Update"), Some(Kb(893_803)));
        assert_eq!(Kb::parse("Q147222"), Some(Kb(147_222)));
    }

    #[test]
    fn what_names_no_update_is_none() {
        for text in [
            "",
            "KB",
            "File 1",
            "S867460",
            "{3C3D696B-0DB7-3C6D-A356-3DB8CE541918}",
            "KB12",
            "KB99999999999",
            "0401259",
            "10.0.19045",
            "19045.4412",
            "KB4012598x",
            "Köln KBé",
            "not KB4012212",
            "missing: KB4012212",
            "KB4012212 failed",
            "KB4012212 - uninstalled 2017-04-01",
            "Pending: KB4012215",
        ] {
            assert_eq!(Kb::parse(text), None, "{text}");
        }
    }
}
