//! `passmuster rules search`: rules by words, the best first.
//!
//! Every word has to occur, in whatever part of a rule, at the beginning of a word there.

use super::asked::{Format, Search};
use super::json;
use super::page::{count, hang};
use super::shelf::{Entry, Shelf, not_found};
use crate::model::nearest;
use crate::report::escape;
use anyhow::Result;
use std::cmp::Reverse;
use std::collections::BTreeSet;

/// Characters of a word that are shown.
const SHOWN: usize = 60;

/// A rule that has all words.
#[derive(Debug)]
pub(super) struct Hit<'s, 'l> {
    pub(super) entry: &'s Entry<'l>,
    /// Higher is better; it means nothing else.
    pub(super) score: u32,
    /// The parts of the rule in which words were found.
    pub(super) found_in: Vec<&'static str>,
}

/// A part of a rule, folded to lower case, and what a word in it is worth.
struct Part {
    name: &'static str,
    worth: u32,
    text: String,
}

pub(super) fn answer(shelf: &Shelf<'_>, asked: &Search, width: usize) -> Result<String> {
    let words = words_of(&asked.words);
    if words.is_empty() {
        let message = "there is nothing to search for; name a word such as smb or backup";
        return Err(not_found(message.to_owned()));
    }
    let hits = search(shelf, &words);
    let meant = if hits.is_empty() {
        meant(shelf, &words)
    } else {
        None
    };
    Ok(match asked.format {
        Format::Json => json::search(&words, &hits, meant.as_deref()),
        Format::Terminal if hits.is_empty() => none(shelf, &words, meant.as_deref(), width),
        Format::Terminal => table(&words, &hits, width),
    })
}

fn words_of(written: &[String]) -> Vec<String> {
    let words = written.iter().flat_map(|one| one.split_whitespace());
    words.map(str::to_lowercase).collect()
}

fn search<'s, 'l>(shelf: &'s Shelf<'l>, words: &[String]) -> Vec<Hit<'s, 'l>> {
    let mut hits: Vec<_> = shelf
        .entries
        .iter()
        .filter_map(|entry| hit(entry, words))
        .collect();
    // Equals stay in the order of the policy.
    hits.sort_by_key(|hit| Reverse(hit.score));
    hits
}

fn hit<'s, 'l>(entry: &'s Entry<'l>, words: &[String]) -> Option<Hit<'s, 'l>> {
    let parts = parts(entry);
    let mut score = 0;
    let mut found_in = BTreeSet::new();
    for word in words {
        let mut worth = 0;
        for (index, part) in parts.iter().enumerate() {
            if let Some(times) = occurs(&part.text, word) {
                worth += part.worth * times;
                found_in.insert(index);
            }
        }
        if worth == 0 {
            return None;
        }
        score += worth;
    }
    let names = found_in.iter().filter_map(|index| parts.get(*index));
    Some(Hit {
        entry,
        score,
        found_in: names.map(|part| part.name).collect(),
    })
}

fn parts(entry: &Entry<'_>) -> Vec<Part> {
    let info = &entry.info;
    let asks = entry.rule.map(|rule| {
        let asks: Vec<_> = rule.asks.iter().map(String::as_str).collect();
        asks.join("\n")
    });
    let part = |name, worth, text: &str| Part {
        name,
        worth,
        text: text.to_lowercase(),
    };
    vec![
        part("id", 50, &info.id),
        part("title", 20, &info.title),
        part("controls", 12, &info.controls.join("\n")),
        part("check", 10, &asks.unwrap_or_default()),
        part("pack", 8, &info.pack),
        part("subject", 8, info.subject.schema().plural),
        part("why", 5, &info.why),
        part("fix", 5, &info.fix),
        part("sources", 3, &info.sources.join("\n")),
    ]
}

/// Twice for a whole word, once for the beginning of one.
fn occurs(text: &str, word: &str) -> Option<u32> {
    let is_inside = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    text.match_indices(word)
        .filter(|(at, _)| !is_inside(text[..*at].chars().next_back()))
        .map(|(at, _)| {
            let next = text[at + word.len()..].chars().next();
            if is_inside(next) { 1 } else { 2 }
        })
        .max()
}

/// The words with each that no rule has replaced by the nearest that one has.
fn meant(shelf: &Shelf<'_>, words: &[String]) -> Option<String> {
    let texts: Vec<_> = shelf.entries.iter().flat_map(parts).collect();
    let vocabulary: BTreeSet<&str> = texts
        .iter()
        .flat_map(|part| {
            part.text
                .split(|c: char| c.is_whitespace() || ",;()“”".contains(c))
        })
        .flat_map(|token| {
            let pieces = token.split(['.', '_', ':', '/']);
            pieces.chain([token.trim_matches(['.', ':', '\''])])
        })
        .filter(|token| token.chars().count() > 2)
        .collect();
    let mut is_changed = false;
    let meant: Option<Vec<_>> = words
        .iter()
        .map(|word| {
            if rules_with(shelf, word) > 0 {
                return Some(word.as_str());
            }
            is_changed = true;
            nearest(word, vocabulary.iter().copied())
        })
        .collect();
    let meant: Vec<String> = meant?.into_iter().map(str::to_owned).collect();
    (is_changed && !search(shelf, &meant).is_empty()).then(|| meant.join(" "))
}

fn rules_with(shelf: &Shelf<'_>, word: &str) -> usize {
    let has = |entry: &&Entry<'_>| hit(entry, &[word.to_owned()]).is_some();
    shelf.entries.iter().filter(has).count()
}

fn table(words: &[String], hits: &[Hit<'_, '_>], width: usize) -> String {
    let mut text = String::new();
    let verb = if hits.len() == 1 { "has" } else { "have" };
    let told = format!(
        "{} {verb} {}",
        count(hits.len(), "rule"),
        words.join(" and ")
    );
    hang(&mut text, "", &told, width);
    text.push('\n');
    for hit in hits {
        let info = &hit.entry.info;
        let columns = format!("{:8} {:8} ", info.id, info.severity);
        hang(&mut text, &columns, &info.title, width);
        let found = format!("in {}", hit.found_in.join(", "));
        hang(&mut text, &" ".repeat(columns.len()), &found, width);
    }
    text
}

fn none(shelf: &Shelf<'_>, words: &[String], meant: Option<&str>, width: usize) -> String {
    let mut text = String::new();
    let shown: Vec<_> = words.iter().map(|word| escape(word, SHOWN)).collect();
    let told = format!("No rule has {}.", shown.join(" and "));
    hang(&mut text, "", &told, width);
    if let Some(meant) = meant {
        hang(&mut text, "", &format!("Did you mean {meant}?"), width);
        return text;
    }
    if words.len() > 1 {
        for (word, shown) in words.iter().zip(&shown) {
            let alone = count(rules_with(shelf, word), "rule");
            hang(&mut text, "", &format!("  {shown}: {alone}"), width);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::Catalogue;
    use crate::policy::{Library, embedded};

    fn with_shelf<T>(look: impl FnOnce(&Shelf<'_>) -> T) -> T {
        let library = Library::load(&embedded(), Catalogue::embedded()).unwrap();
        look(&Shelf::of(&library))
    }

    fn ids(shelf: &Shelf<'_>, words: &[&str]) -> Vec<String> {
        let words: Vec<_> = words.iter().map(|word| (*word).to_owned()).collect();
        let hits = search(shelf, &words_of(&words));
        hits.iter().map(|hit| hit.entry.info.id.clone()).collect()
    }

    #[test]
    fn the_rule_that_says_it_in_its_title_comes_first() {
        with_shelf(|shelf| {
            assert_eq!(ids(shelf, &["SMBv1"])[0], "WAN-002");
            assert_eq!(ids(shelf, &["wan-004"])[0], "WAN-004");
            assert_eq!(ids(shelf, &["restore"])[0], "BKP-002");
            assert_eq!(ids(shelf, &["duplicate"]), Vec::<String>::new());
            assert_eq!(ids(shelf, &["listed", "once"])[0], "DATA-003");
        });
    }

    #[test]
    fn all_words_have_to_occur_wherever() {
        with_shelf(|shelf| {
            let both = ids(shelf, &["backup", "charter"]);
            assert!(both.contains(&"BKP-004".to_owned()), "{both:?}");
            assert!(both.len() < ids(shelf, &["backup"]).len());
        });
    }

    #[test]
    fn checks_fields_controls_and_sources_are_searched() {
        with_shelf(|shelf| {
            for (word, id) in [
                ("missing_fixes", "WPT-001"),
                ("smb1.client", "WAN-002"),
                ("MS17-010", "WAN-001"),
                ("sscop/2025:3.2", "SWB-004"),
                ("KB4023262", "WAN-002"),
            ] {
                let found = ids(shelf, &[word]);
                assert!(found.contains(&id.to_owned()), "{word}: {found:?}");
            }
        });
    }

    #[test]
    fn a_word_begins_where_no_letter_stands_before_it() {
        assert_eq!(occurs("smb1.server", "server"), Some(2));
        assert_eq!(occurs("servers", "server"), Some(1));
        assert_eq!(occurs("observer", "server"), None);
        assert_eq!(occurs("é", "é"), Some(2));
    }

    #[test]
    fn a_misspelt_word_is_led_to_one_that_occurs() {
        with_shelf(|shelf| {
            let asked = |word: &str| meant(shelf, &[word.to_owned()]);
            assert_eq!(asked("ransomwear").as_deref(), Some("ransomware"));
            assert_eq!(asked("certifcate").as_deref(), Some("certificate"));
            assert_eq!(asked("xyzzyxyzzy"), None);
        });
    }
}
