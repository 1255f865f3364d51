//! Two ways to say the same thing, one of them more exactly: build `19045` and `10.0.19045.4412`,
//! `Windows 10` and `Microsoft Windows 10 Enterprise`.

use crate::model::FieldId;
use crate::model::fields::asset;

/// Whether `exact` says what `text` says of a field, and perhaps more.
pub(super) fn says_as_much(field: FieldId, exact: &str, text: &str) -> bool {
    match field {
        asset::OS_BUILD | asset::OS_VERSION => begins(&version(exact), &version(text)),
        asset::OS_ARCH => architecture(exact) == architecture(text),
        asset::OS_SERVICE_PACK => pack(exact) == pack(text),
        asset::CLASS => text == "other" || exact == text,
        asset::OS | asset::OS_EDITION | asset::OS_CHANNEL | asset::PROTECTION_PRODUCT => {
            let exact = words(exact);
            words(text).iter().all(|word| exact.contains(word))
        }
        _ => exact.trim().eq_ignore_ascii_case(text.trim()),
    }
}

/// Whether a version names a release and is no number of one: `22H2`, `1809`.
pub(super) fn is_release(text: &str) -> bool {
    let text = text.trim();
    let is_half = text.len() == 4 && matches!(text.as_bytes()[2], b'H' | b'h');
    let is_month = text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit());
    is_half || is_month
}

/// Whether a version is that of a Windows kernel: `10.0.19045.4412`.
pub(super) fn is_kernel(text: &str) -> bool {
    let version = text.trim();
    let parts = version.split('.').count();
    let is_number = version.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    is_number && parts >= 3 && (version.starts_with("10.0.") || version.starts_with("6."))
}

/// A version less the part that all of its kind share.
fn version(text: &str) -> String {
    let text = text.trim().to_lowercase();
    if is_kernel(&text) {
        let mut parts = text.splitn(3, '.');
        return parts.nth(2).unwrap_or_default().to_owned();
    }
    text
}

fn begins(exact: &str, text: &str) -> bool {
    match exact.strip_prefix(text) {
        Some(rest) => rest.is_empty() || rest.starts_with(['.', ' ']),
        None => false,
    }
}

fn architecture(text: &str) -> String {
    let text = text.trim().to_lowercase();
    let is = |parts: &[&str]| parts.iter().any(|part| text.contains(part));
    let known = if is(&["arm64", "aarch64"]) {
        "arm64"
    } else if is(&["x86_64", "amd64", "x64"]) {
        "x64"
    } else {
        text.as_str()
    };
    known.to_owned()
}

fn pack(text: &str) -> String {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    match digits.as_str() {
        "" => text.trim().to_lowercase(),
        _ => digits,
    }
}

fn words(text: &str) -> Vec<String> {
    const NOTHING: [&str; 3] = ["microsoft", "r", "tm"];
    text.to_lowercase()
        .split(|c: char| !c.is_alphanumeric() && c != '.')
        .filter(|word| !word.is_empty() && !NOTHING.contains(word))
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_revision_is_more_than_a_build_and_another_build_is_another() {
        let build = |exact, text| says_as_much(asset::OS_BUILD, exact, text);
        assert!(build("19045.4412", "19045"));
        assert!(build("10.0.19045.4412", "19045.4412"));
        assert!(build("19045.4412", "10.0.19045.4412"));
        assert!(!build("19045", "19045.4412"));
        assert!(!build("19045.4412", "19045.441"));
        assert!(!build("22631.1", "19045"));
        let version = |exact, text| says_as_much(asset::OS_VERSION, exact, text);
        assert!(version("22.04.3 LTS", "22.04"));
        assert!(!version("22.04", "22.4"));
    }

    #[test]
    fn a_name_with_its_edition_is_more_than_one_without() {
        let os = |exact, text| says_as_much(asset::OS, exact, text);
        assert!(os("Microsoft Windows 10 Enterprise", "Windows 10"));
        assert!(os("Microsoft® Windows 10 Pro", "Windows"));
        assert!(!os("Windows 10 Pro", "Windows 10 Enterprise"));
        assert!(!os("Windows 10", "Windows 11"));
        let arch = |exact, text| says_as_much(asset::OS_ARCH, exact, text);
        assert!(arch("x64", "AMD64"));
        assert!(!arch("arm64", "x64"));
    }

    #[test]
    fn the_name_of_a_release_is_told_from_the_version_of_a_kernel() {
        assert!(is_release("22H2") && is_release("1809"));
        assert!(!is_release("22.04") && !is_release("10.0.19045"));
        assert!(is_kernel("10.0.19045.4412") && is_kernel("6.1.7601"));
        assert!(!is_kernel("22.04.3") && !is_kernel("10.0") && !is_kernel("10.15.7"));
    }
}
