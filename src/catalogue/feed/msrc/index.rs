//! The list of the vendor's monthly documents, with the moment each was last changed.

use super::cvrf::is_month;
use super::{revision, shape};
use crate::catalogue::feed::{FeedError, shown};
use jiff::civil::Date;
use serde::Deserialize;
use std::collections::BTreeSet;

const MAX_DOCUMENTS: usize = 2_000;

/// One document the vendor lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// `2026-Sep`.
    pub id: String,
    /// As `Document::revised`.
    pub revised: String,
    pub data_date: Date,
}

#[derive(Deserialize)]
struct Published {
    value: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    #[serde(rename = "ID")]
    id: String,
    #[serde(rename = "CurrentReleaseDate")]
    revised: String,
}

/// Reads the list, newest change first. Addresses in it are not followed: a list that was tampered
/// with must not choose where we go.
pub fn read_index(bytes: &[u8]) -> Result<Vec<Listed>, FeedError> {
    let published: Published = serde_json::from_slice(bytes).map_err(shape)?;
    let count = published.value.len();
    if count == 0 || count > MAX_DOCUMENTS {
        return Err(wrong("value", format!("{count} documents")));
    }
    let mut known = BTreeSet::new();
    let mut listed = Vec::with_capacity(count);
    for (index, entry) in published.value.into_iter().enumerate() {
        let place = format!("value[{index}]");
        if !is_month(&entry.id) {
            let found = format!("`{}` is not a month such as 2026-Sep", shown(&entry.id));
            return Err(wrong(&format!("{place}.ID"), found));
        }
        if !known.insert(entry.id.clone()) {
            return Err(wrong(&place, format!("`{}` a second time", entry.id)));
        }
        let (revised, data_date) =
            revision(&format!("{place}.CurrentReleaseDate"), &entry.revised)?;
        listed.push(Listed {
            id: entry.id,
            revised,
            data_date,
        });
    }
    listed.sort_by(|a, b| (b.data_date, &b.id).cmp(&(a.data_date, &a.id)));
    Ok(listed)
}

fn wrong(place: &str, found: String) -> FeedError {
    FeedError::Content {
        document: "the vendor's list of security documents",
        place: place.to_owned(),
        found,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_change_comes_first() {
        let text = r#"{"@odata.context": "x", "value": [
            {"ID": "2026-Aug", "CurrentReleaseDate": "2026-08-20T07:00:00Z", "CvrfUrl": "https://elsewhere.invalid/x"},
            {"ID": "2026-Sep", "CurrentReleaseDate": "2026-10-04T01:53:47Z"}]}"#;
        let listed = read_index(text.as_bytes()).unwrap();
        assert_eq!(
            (&*listed[0].id, &*listed[0].revised),
            ("2026-Sep", "2026-10-04T01:53:47Z")
        );
    }

    #[test]
    fn a_list_that_would_lead_astray_is_refused() {
        for entry in [
            r#"{"ID": "../secret", "CurrentReleaseDate": "2026-08-20"}"#,
            r#"{"ID": "2026-Aug?x", "CurrentReleaseDate": "2026-08-20"}"#,
            r#"{"ID": "2026-Aug", "CurrentReleaseDate": "yesterday"}"#,
            r#"{"ID": "2026-Aug"}"#,
        ] {
            let text = format!("{{\"value\": [{entry}]}}");
            assert!(read_index(text.as_bytes()).is_err(), "{entry}");
        }
        assert!(read_index(br#"{"value": []}"#).is_err());
    }
}
