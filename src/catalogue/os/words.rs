//! Cuts what an inventory wrote into words: lower case, trademark signs gone, glued names apart.
//!
//! `Microsoft® WindowsServer2008R2SP1` becomes `microsoft windows server 2008 r2 sp1`. Numbers
//! with dots stay whole and keep their zeros: `16.04`.

/// Runs of letters that are often glued to each other.
const GLUED: [&str; 20] = [
    "windows",
    "win",
    "server",
    "microsoft",
    "embedded",
    "standard",
    "enterprise",
    "education",
    "professional",
    "pro",
    "home",
    "datacenter",
    "posready",
    "wes",
    "xp",
    "vista",
    "sp",
    "linux",
    "nt",
    "guest",
];

/// Names a glued run of letters must not be taken apart in.
const WHOLE: [&str; 3] = ["linux", "wes", "pro"];

pub(super) fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut run = String::new();
    let mut chars = text.chars().peekable();
    let mut last = ' ';
    while let Some(c) = chars.next() {
        let is_inner_dot =
            c == '.' && last.is_ascii_digit() && chars.peek().is_some_and(char::is_ascii_digit);
        if c.is_alphanumeric() || is_inner_dot {
            run.extend(c.to_lowercase());
        } else {
            push_run(&mut words, &run);
            run.clear();
        }
        last = c;
    }
    push_run(&mut words, &run);
    join_pairs(words)
}

/// One run of letters, digits and inner dots, cut where its parts were glued together.
fn push_run(words: &mut Vec<String>, run: &str) {
    if run.is_empty() {
        return;
    }
    let mut part = String::new();
    for c in run.chars() {
        let cuts = part.chars().last().is_some_and(|last| {
            let was_digit = last.is_ascii_digit() || last == '.';
            let is_digit = c.is_ascii_digit() || c == '.';
            was_digit != is_digit && !(is_digit && keeps_digits(&part))
        });
        if cuts && !is_half_year(&part, c) {
            push_part(words, &part);
            part.clear();
        }
        part.push(c);
    }
    push_part(words, &part);
}

/// Short letter runs belong to the digits behind them: `sp1`, `r2`, `el7`, `v10`.
fn keeps_digits(letters: &str) -> bool {
    !letters.is_empty()
        && letters.chars().count() <= 2
        && !matches!(letters, "xp" | "os" | "ol")
        && letters.chars().all(|c| c.is_ascii_lowercase())
        || is_half_year_stem(letters)
}

/// `22h` on the way to `22h2`.
fn is_half_year(digits: &str, next: char) -> bool {
    next == 'h' && digits.len() == 2 && digits.bytes().all(|b| b.is_ascii_digit())
}

fn is_half_year_stem(text: &str) -> bool {
    text.strip_suffix('h')
        .is_some_and(|year| is_half_year(year, 'h'))
}

fn push_part(words: &mut Vec<String>, part: &str) {
    let part = match part {
        "" => return,
        // What code pages make of `Windows®`, `Server®`, `Vista™`.
        "microsoftr" => "microsoft",
        "windowsr" => "windows",
        "serverr" => "server",
        "vistat" | "vistatm" => "vista",
        part => part,
    };
    match take_apart(part) {
        Some(parts) => words.extend(parts.into_iter().map(str::to_owned)),
        None => words.push(part.to_owned()),
    }
}

/// Cuts a run that consists of known words only.
fn take_apart(run: &str) -> Option<Vec<&str>> {
    if WHOLE.contains(&run) || !run.is_ascii() {
        return None;
    }
    for name in GLUED {
        match run.strip_prefix(name) {
            Some("") => return Some(vec![&run[..name.len()]]),
            Some(rest) => {
                if let Some(mut parts) = take_apart(rest) {
                    parts.insert(0, &run[..name.len()]);
                    return Some(parts);
                }
            }
            None => {}
        }
    }
    None
}

/// Writes what belongs together as one word: `service pack 1` and `sp 1` as `sp1`, `2k8` as
/// `2008`; the `(R)` and `(TM)` of trademarks go.
fn join_pairs(words: Vec<String>) -> Vec<String> {
    let mut joined: Vec<String> = Vec::with_capacity(words.len());
    let mut words = words.into_iter().peekable();
    while let Some(word) = words.next() {
        let next = words.peek().map(String::as_str).unwrap_or_default();
        let is_digit = next.len() == 1 && next.bytes().all(|b| b.is_ascii_digit());
        let before = joined.last().map(String::as_str);
        match word.as_str() {
            "pack" if is_digit && before == Some("service") => {
                joined.pop();
                joined.push(format!("sp{next}"));
                words.next();
            }
            "sp" if is_digit => {
                joined.push(format!("sp{next}"));
                words.next();
            }
            "r" if next == "2" => {
                joined.push("r2".into());
                words.next();
            }
            "r" | "tm" => {}
            "2" if two_thousand(next).is_some() => {
                joined.extend(two_thousand(next).map(str::to_owned));
                words.next();
            }
            "w2" if two_thousand(next).is_some() => {
                joined.push("win".into());
                joined.extend(two_thousand(next).map(str::to_owned));
                words.next();
            }
            "w7" | "w8" | "w10" | "w11" if joined.is_empty() => {
                joined.push("win".into());
                joined.push(word[1..].into());
            }
            _ => joined.push(word),
        }
    }
    joined
}

/// The year of `2k8`, whose `k8` is a word by now.
fn two_thousand(word: &str) -> Option<&'static str> {
    Some(match word {
        "k" => "2000",
        "k3" => "2003",
        "k8" => "2008",
        "k12" => "2012",
        "k16" => "2016",
        "k19" => "2019",
        "k22" => "2022",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_cut_alike_however_they_are_written() {
        for (text, cut) in [
            ("Win7 Pro", "win 7 pro"),
            ("Windows10Enterprise", "windows 10 enterprise"),
            ("WindowsServer2008R2SP1", "windows server 2008 r2 sp1"),
            (
                "Microsoft® Windows Server® 2008 R2 ",
                "microsoft windows server 2008 r2",
            ),
            (
                "Microsoftr Windows Serverr 2008",
                "microsoft windows server 2008",
            ),
            (
                "Microsoft(R) Windows(R) XP Service Pack 3",
                "microsoft windows xp sp3",
            ),
            ("Windows 11 22H2 10.0.22621", "windows 11 22h2 10.0.22621"),
            ("OracleLinux8.5", "oraclelinux 8.5"),
            ("Ubuntu-16.04 LTS.", "ubuntu 16.04 lts"),
            ("Win2k8 R2", "win 2008 r2"),
            ("winxpsp3", "win xp sp3"),
            ("w2k8 R2", "win 2008 r2"),
            ("W10 Pro", "win 10 pro"),
            ("Windows 10 专业版", "windows 10 专业版"),
        ] {
            assert_eq!(words(text).join(" "), cut, "{text}");
        }
    }
}
