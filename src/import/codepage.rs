//! Which code page a text was written in, when it does not say. Each candidate is tried, and the
//! one whose result looks most like words wins; texts all in ASCII or UTF-8 never come to that.

use encoding_rs::{GBK, WINDOWS_1250, WINDOWS_1251, WINDOWS_1252};
use oem_cp::code_table::{
    DECODING_TABLE_CP437, DECODING_TABLE_CP850, DECODING_TABLE_CP852, DECODING_TABLE_CP866,
};
use oem_cp::decode_string_complete_table;
use std::borrow::Cow;

/// A code page: how bytes beyond ASCII are read that are not UTF-8.
#[derive(Debug, Clone, Copy)]
pub(super) enum Page {
    Dos(&'static [char; 128]),
    Windows(&'static encoding_rs::Encoding),
}

/// What spreadsheets here write.
impl Default for Page {
    fn default() -> Self {
        Self::Windows(WINDOWS_1252)
    }
}

/// The commonest first: where two read a text equally well, the first is taken.
static PAGES: [Page; 8] = [
    Page::Dos(&DECODING_TABLE_CP850),
    Page::Dos(&DECODING_TABLE_CP437),
    Page::Windows(WINDOWS_1252),
    Page::Dos(&DECODING_TABLE_CP852),
    Page::Dos(&DECODING_TABLE_CP866),
    Page::Windows(WINDOWS_1251),
    Page::Windows(WINDOWS_1250),
    Page::Windows(GBK),
];

pub(super) fn decode(bytes: &[u8]) -> String {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return text.to_owned();
    }
    let mut best = (i64::MIN, String::new());
    for page in &PAGES {
        let text = page.decode(bytes);
        let score = score(&text);
        if score > best.0 {
            best = (score, text);
        }
    }
    best.1
}

/// Lines of a table that are looked at to find its code page.
const LINES: usize = 200;

/// By how much another page has to read better than the usual one: by two letters.
const MARGIN: i64 = 4;

impl Page {
    /// The page of a table, by its lines that are not UTF-8. The usual one, unless another reads
    /// better by far.
    pub(super) fn of_table(text: &[u8]) -> Self {
        let is_other = |line: &&[u8]| std::str::from_utf8(line).is_err();
        let lines = text.split(|byte| *byte == b'\n').filter(is_other);
        let sample: Vec<_> = lines.take(LINES).collect();
        if sample.is_empty() {
            return Self::default();
        }
        let sample = sample.join(&b'\n');
        let mut best = (
            score(&Self::default().decode(&sample)) + MARGIN,
            Self::default(),
        );
        for page in PAGES {
            let score = score(&page.decode(&sample));
            if score > best.0 {
                best = (score, page);
            }
        }
        best.1
    }

    /// The text of a cell: UTF-8 wherever it can be.
    pub(super) fn text(self, cell: &[u8]) -> Cow<'_, str> {
        match std::str::from_utf8(cell) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) => Cow::Owned(self.decode(cell)),
        }
    }

    fn decode(self, bytes: &[u8]) -> String {
        match self {
            Self::Dos(table) => decode_string_complete_table(bytes, table),
            Self::Windows(encoding) => encoding.decode_without_bom_handling(bytes).0.into_owned(),
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Script {
    Cyrillic,
    Han,
    Latin,
    Other,
}

/// How much a text looks like words.
fn score(text: &str) -> i64 {
    let symbols: i64 = text
        .chars()
        .filter(|c| !c.is_ascii() && !c.is_alphabetic())
        .map(symbol_score)
        .sum();
    let words: i64 = text
        .split(|c: char| !c.is_alphabetic())
        .filter(|word| !word.is_ascii())
        .map(word_score)
        .sum();
    symbols + words
}

fn symbol_score(c: char) -> i64 {
    match c {
        '\u{a0}'
        | '£'
        | '€'
        | '®'
        | '™'
        | '©'
        | '°'
        | '«'
        | '»'
        | '’'
        | '“'
        | '”'
        | '–'
        | '—'
        | '№'
        | 'º'
        | 'ª'
        | '\u{3000}'..='\u{303f}'
        | '\u{ff00}'..='\u{ffef}' => 0,
        '\u{fffd}' | '\u{80}'..='\u{9f}' => -10,
        _ => -4,
    }
}

fn word_score(word: &str) -> i64 {
    let mut score = 0;
    let mut before: Option<char> = None;
    for c in word.chars() {
        score += letter_score(c);
        if let Some(before) = before {
            let is_foreign = !before.is_ascii() || !c.is_ascii();
            let changes_script = script(before) != script(c);
            // Chinese text has Latin names in it, with no blank between.
            let may_change = script(before) == Script::Han || script(c) == Script::Han;
            if is_foreign && changes_script && !may_change {
                score -= 5;
            }
            if is_foreign && before.is_lowercase() && c.is_uppercase() {
                score -= 3;
            }
        }
        before = Some(c);
    }
    score
}

fn letter_score(c: char) -> i64 {
    if c.is_ascii() {
        return 0;
    }
    match script(c) {
        Script::Cyrillic if matches!(c, 'А'..='я' | 'ё' | 'Ё') => 2,
        Script::Han => han_score(c),
        Script::Latin if is_everyday(c) => 2,
        Script::Cyrillic | Script::Latin => 0,
        Script::Other => -4,
    }
}

/// Letters of the larger languages of Europe.
fn is_everyday(c: char) -> bool {
    match c.to_lowercase().next() {
        Some('à'..='ï' | 'ñ'..='ö' | 'ø'..='ü') => true,
        Some(c) => "ßœąćęłńśźżčďěňřšťůýžőűğış".contains(c),
        None => false,
    }
}

/// Characters of the first level of GB 2312 are the usual ones.
fn han_score(c: char) -> i64 {
    let mut buffer = [0; 4];
    let (bytes, _, _) = GBK.encode(c.encode_utf8(&mut buffer));
    match bytes.first() {
        Some(0xb0..=0xd7) => 2,
        _ => -2,
    }
}

fn script(c: char) -> Script {
    match c {
        'a'..='z' | 'A'..='Z' | 'À'..='\u{24f}' => Script::Latin,
        '\u{400}'..='\u{4ff}' => Script::Cyrillic,
        '\u{4e00}'..='\u{9fff}' => Script::Han,
        _ => Script::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use oem_cp::code_table::{
        ENCODING_TABLE_CP437, ENCODING_TABLE_CP850, ENCODING_TABLE_CP852, ENCODING_TABLE_CP866,
    };
    use oem_cp::encode_string_checked;

    #[test]
    fn the_code_page_of_everyday_words_is_found() {
        let dos = [
            (
                "Système d'exploitation: Propriétaire enregistré",
                &ENCODING_TABLE_CP850,
            ),
            (
                "Não aplicável; Memória física disponível: Configuração",
                &ENCODING_TABLE_CP850,
            ),
            (
                "Größe des Auslagerungsspeichers: Verfügbar",
                &ENCODING_TABLE_CP437,
            ),
            (
                "Właściciel zarejestrowany: Pamięć wirtualna",
                &ENCODING_TABLE_CP852,
            ),
            ("Имя узла: Название ОС: Версия ОС", &ENCODING_TABLE_CP866),
        ];
        for (text, table) in dos {
            let bytes = encode_string_checked(text, table).expect("the page has these letters");
            assert_eq!(decode(&bytes), text);
        }
        let windows = [
            ("Système: Propriétaire enregistré", WINDOWS_1252),
            ("Имя узла: Название ОС", WINDOWS_1251),
            ("主机名: 修补程序: 安装了 9 个修补程序。", GBK),
        ];
        for (text, encoding) in windows {
            assert_eq!(decode(&encoding.encode(text).0), text);
        }
    }

    #[test]
    fn a_table_is_read_by_the_page_of_all_its_lines() {
        let read = |bytes: &[u8]| Page::of_table(bytes).text(bytes).into_owned();
        let table = "name,owner\nPC-1,Zoë\nPC-2,José\nPC-3,£20 café\n";
        assert_eq!(read(&WINDOWS_1252.encode(table).0), table);
        let dos = "name,owner\nPC-1,Médecine générale\nPC-2,Unité à l'étage\n";
        let bytes = encode_string_checked(dos, &ENCODING_TABLE_CP850).expect("it has these");
        assert_eq!(read(&bytes), dos);
        let chinese = "主机名,部门\nPC-1,放射科\nPC-2,信息中心\n";
        assert_eq!(read(&GBK.encode(chinese).0), chinese);
        assert_eq!(read(table.as_bytes()), table);
    }

    #[test]
    fn utf_8_is_left_alone() {
        assert_eq!(decode("Größe Имя 主机名".as_bytes()), "Größe Имя 主机名");
    }
}
