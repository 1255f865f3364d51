//! Maven versions, in the order its version order specification gives: pieces between dots,
//! hyphens and changes from digits to letters, qualifiers before the release, zeros at an end as
//! nothing.

use std::cmp::Ordering;

/// Qualifiers in their order; the release is the empty one.
const QUALIFIERS: [&str; 7] = ["alpha", "beta", "milestone", "rc", "snapshot", "", "sp"];
const RELEASE: usize = 5;

pub(super) fn compare(one: &str, other: &str) -> Option<Ordering> {
    Some(compare_lists(&read(one)?, &read(other)?))
}

#[derive(Debug, PartialEq, Eq)]
enum Item {
    /// Digits without zeros in front.
    Number(String),
    Word(String),
    List(Vec<Item>),
}

/// The tree of a version. Nested lists begin at hyphens and at changes between digits and letters.
fn read(text: &str) -> Option<Vec<Item>> {
    let may_stand = |b: u8| b.is_ascii_alphanumeric() || b".-_+".contains(&b);
    let is_version = text.bytes().all(may_stand) && text.bytes().any(|b| b.is_ascii_digit());
    if !is_version {
        return None;
    }
    let text = text.to_ascii_lowercase();
    let mut open: Vec<Vec<Item>> = vec![Vec::new()];
    let mut piece = String::new();
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        let next = characters.peek().copied();
        match c {
            '.' => push(&mut open, &mut piece, false),
            '-' => {
                push(&mut open, &mut piece, false);
                open.push(Vec::new());
            }
            _ => {
                piece.push(c);
                let turns = next.is_some_and(|next| {
                    !matches!(next, '.' | '-') && next.is_ascii_digit() != c.is_ascii_digit()
                });
                if turns {
                    push(&mut open, &mut piece, !c.is_ascii_digit());
                    open.push(Vec::new());
                }
            }
        }
    }
    push(&mut open, &mut piece, false);
    Some(close(open))
}

/// Ends a piece; an empty one is 0.
fn push(open: &mut [Vec<Item>], piece: &mut String, is_before_digits: bool) {
    let piece = std::mem::take(piece);
    let Some(list) = open.last_mut() else { return };
    if piece.bytes().all(|b| b.is_ascii_digit()) {
        list.push(Item::Number(piece.trim_start_matches('0').to_owned()));
        return;
    }
    let word = match (piece.as_str(), is_before_digits) {
        ("a", true) => "alpha",
        ("b", true) => "beta",
        ("m", true) => "milestone",
        ("cr", _) => "rc",
        ("ga" | "final" | "release", _) => "",
        (word, _) => word,
    };
    list.push(Item::Word(word.to_owned()));
}

/// Puts each list into the one it began in, without the zeros at its end.
fn close(mut open: Vec<Vec<Item>>) -> Vec<Item> {
    loop {
        let Some(mut list) = open.pop() else {
            return Vec::new();
        };
        trim(&mut list);
        match open.last_mut() {
            Some(outer) => outer.push(Item::List(list)),
            None => return list,
        }
    }
}

/// Drops what is nothing from the end, and from before the lists at the end.
fn trim(list: &mut Vec<Item>) {
    let mut at = list.len();
    while at > 0 {
        at -= 1;
        let Some(item) = list.get(at) else { return };
        if is_nothing(item) {
            list.remove(at);
        } else if !matches!(item, Item::List(_)) {
            return;
        }
    }
}

fn is_nothing(item: &Item) -> bool {
    match item {
        Item::Number(text) | Item::Word(text) => text.is_empty(),
        Item::List(items) => items.is_empty(),
    }
}

fn compare_lists(one: &[Item], other: &[Item]) -> Ordering {
    (0..one.len().max(other.len()))
        .map(|at| match (one.get(at), other.get(at)) {
            (Some(one), other) => compare_item(one, other),
            (None, Some(other)) => compare_item(other, None).reverse(),
            (None, None) => Ordering::Equal,
        })
        .find(|order| *order != Ordering::Equal)
        .unwrap_or(Ordering::Equal)
}

fn compare_item(one: &Item, other: Option<&Item>) -> Ordering {
    match (one, other) {
        (Item::Number(one), None) => one.len().cmp(&0),
        (Item::Word(one), None) => rank(one).cmp(&rank("")),
        (Item::List(one), None) => compare_lists(one, &[]),
        (Item::Number(one), Some(Item::Number(other))) => {
            one.len().cmp(&other.len()).then_with(|| one.cmp(other))
        }
        (Item::Word(one), Some(Item::Word(other))) => rank(one).cmp(&rank(other)),
        (Item::List(one), Some(Item::List(other))) => compare_lists(one, other),
        // A word is before a list, and a list before a number.
        (one, Some(other)) => kind(one).cmp(&kind(other)),
    }
}

fn kind(item: &Item) -> u8 {
    match item {
        Item::Word(_) => 0,
        Item::List(_) => 1,
        Item::Number(_) => 2,
    }
}

/// Known qualifiers in their order, all others behind them by their letters.
fn rank(word: &str) -> (usize, &str) {
    match QUALIFIERS.iter().position(|known| *known == word) {
        Some(RELEASE) => (RELEASE, ""),
        Some(at) => (at, ""),
        None => (QUALIFIERS.len(), word),
    }
}
