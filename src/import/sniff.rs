//! Tells a declaration, which is read whole and strictly, from an inventory, which is streamed.

use super::json_list::{Shape, find_list};
use crate::model::nearest;

/// The keys at the root of a declaration.
const ROOT_KEYS: [&str; 12] = [
    "alerts",
    "assets",
    "attestations",
    "certificates",
    "endpoints",
    "evidence",
    "organisation",
    "schema_version",
    "submission",
    "waiver",
    "waivers",
    "zones",
];

/// Whether a file that starts like this is a declaration in YAML or JSON.
pub fn is_declaration(start: &[u8]) -> bool {
    let (text, _) = match encoding_rs::Encoding::for_bom(start) {
        Some((encoding, _)) => encoding.decode_with_bom_removal(start),
        None => (String::from_utf8_lossy(start), false),
    };
    let significant =
        |line: &&str| !line.is_empty() && !line.starts_with(['#', '%']) && *line != "---";
    let Some(first) = text.lines().map(str::trim).find(significant) else {
        return false;
    };
    if first.starts_with('{') {
        return is_json_declaration(first, &text);
    }
    let Some((key, rest)) = first.split_once(':') else {
        return false;
    };
    // A misspelt key is for the declaration's reader to tell of, at its place.
    let is_key = rest.is_empty() || rest.starts_with([' ', '\t']);
    is_key && nearest(key, ROOT_KEYS).is_some()
}

/// One object on a line is a line of NDJSON, unless it has the keys of a declaration.
fn is_json_declaration(first: &str, text: &str) -> bool {
    let is_root = |name: &String| ROOT_KEYS.contains(&name.as_str());
    match serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(first) {
        Ok(object) => object.keys().any(is_root),
        // Its list, or its own name, shows that it is an inventory.
        Err(_) if is_inventory(text) => false,
        // Broken, or the beginning of something longer: the lines below tell which.
        Err(_) if text.trim_end().contains('\n') => !has_lines_of_json(first, text),
        // A line longer than what we saw: its keys have to say.
        Err(_) => {
            let keys = ["\"organisation\"", "\"submission\"", "\"schema_version\""];
            keys.iter().any(|key| text.contains(key))
        }
    }
}

/// Whether a document holds a list that no declaration has, or is one asset.
fn is_inventory(text: &str) -> bool {
    match find_list(text.trim_start().as_bytes()) {
        Some((Shape::List(path), _)) => {
            let first = path.first().map(String::as_str);
            let is_root = |key: &&str| text.contains(&format!("\"{key}\""));
            first.is_some_and(|key| nearest(key, ROOT_KEYS).is_none())
                && !ROOT_KEYS.iter().any(is_root)
        }
        Some((Shape::Object, _)) => true,
        None => false,
    }
}

/// Whether objects stand on lines of their own below a first line that holds no key of a
/// declaration: then that line is one bad record, and must not hide the others.
fn has_lines_of_json(first: &str, text: &str) -> bool {
    let is_object = |line: &str| {
        serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(line).is_ok()
    };
    let is_root = |name: &&str| first.contains(&format!("\"{name}\""));
    !ROOT_KEYS.iter().any(is_root)
        && text
            .lines()
            .skip(1)
            .filter(|line| line.starts_with('{'))
            .any(is_object)
}

#[cfg(test)]
mod tests {
    use super::is_declaration;

    #[test]
    fn declarations_are_told_from_inventories() {
        for declaration in [
            "schema_version: '1'\n",
            "# ours\n---\norganisation:\n  name: x\n",
            "orgnisation:\n  name: x\n",
            "{\n  \"organisation\": {}\n}\n",
            "{\n  \"assets\": [{\"id\": \"a\"}]\n}\n",
            "{\n  \"services\": [{\"id\": \"a\"}],\n  \"organisation\": {}\n}\n",
            "{\"organisation\": {\"name\": \"x\"}}",
            "\u{feff}submission: {}\n",
        ] {
            assert!(is_declaration(declaration.as_bytes()), "{declaration}");
        }
        for inventory in [
            "id,os\n1,Windows 7\n",
            "{\"id\": \"a\"}\n{\"id\": \"b\"}\n",
            "{\"id\": \"a\"}\n",
            "Host Name:     X\nOS Name:   Microsoft Windows 7\nOS Version: 6.1.7601 Service Pack 1 Build 7601\n",
            "{\"id\": \"a\",\n{\"id\": \"b\"}\n",
            "{\n  \"value\": [\n    {\"id\": \"a\"}\n  ]\n}\n",
            "{\n  \"id\": \"a\"\n}\n",
            "",
            "\n\n",
        ] {
            assert!(!is_declaration(inventory.as_bytes()), "{inventory}");
        }
    }
}
