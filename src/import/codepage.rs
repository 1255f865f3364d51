//! Which code page a text was written in, when it does not say. Each candidate is tried, and the
//! one whose result looks most like words wins; texts all in ASCII or UTF-8 never come to that.

use encoding_rs::{GBK, WINDOWS_1250, WINDOWS_1251, WINDOWS_1252};
use oem_cp::code_table::{
    DECODING_TABLE_CP437, DECODING_TABLE_CP850, DECODING_TABLE_CP852, DECODING_TABLE_CP866,
};
use oem_cp::decode_string_complete_table;

enum Page {
    Dos(&'static [char; 128]),
    Windows(&'static encoding_rs::Encoding),
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
        let text = match page {
            Page::Dos(table) => decode_string_complete_table(bytes, table),
            Page::Windows(encoding) => encoding.decode_without_bom_handling(bytes).0.into_owned(),
        };
        let score = score(&text);
        if score > best.0 {
            best = (score, text);
        }
    }
    best.1
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
    fn utf_8_is_left_alone() {
        assert_eq!(decode("Größe Имя 主机名".as_bytes()), "Größe Имя 主机名");
    }
}
