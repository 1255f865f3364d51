//! A page for people: an endpoint a paragraph. Every text of a server is escaped.

use super::chain::summary;
use super::path::Path;
use super::report::Look;
use crate::model::Outcome;
use crate::pki::Level;
use crate::probe::{Answer, Observation, Question, Support, Version, Weakness};
use crate::report::escape;
use jiff::Timestamp;
use std::fmt::Write;

/// Columns before a value.
const LABEL: usize = 11;
/// Certificates told; the others are counted.
const SHOWN: usize = 10;
const MAX_TEXT: usize = 400;

pub(super) fn page(seen: &Observation, path: &Path, look: Look) -> String {
    let mut page = Page {
        text: String::new(),
        width: look.width,
    };
    page.endpoint(seen, path, look.now);
    page.text
}

/// What is said behind the last of several endpoints.
pub(super) fn sum(all: usize, unknown: usize) -> String {
    if all < 2 {
        return String::new();
    }
    let seen = all.saturating_sub(unknown);
    format!("\n{all} endpoints: {seen} seen, {unknown} unknown\n")
}

struct Page {
    text: String,
    width: usize,
}

impl Page {
    fn endpoint(&mut self, seen: &Observation, path: &Path, now: Timestamp) {
        self.heading(seen);
        if let Some(reason) = seen.unknown() {
            self.line("unknown", &reason);
            return;
        }
        self.versions(seen);
        self.agreed(seen);
        self.weak(seen);
        self.line(
            "ML-KEM",
            match seen.ml_kem() {
                Support::Accepted => "X25519MLKEM768 can be negotiated",
                Support::Refused => "X25519MLKEM768 is refused",
                Support::Unknown => "unknown",
            },
        );
        self.chain(seen, now);
        self.path(path);
        self.notes(seen);
    }

    fn heading(&mut self, seen: &Observation) {
        let target = seen.target.to_string();
        let address = seen.address.map(|address| address.to_string());
        let _ = match address.filter(|address| *address != target) {
            Some(address) => writeln!(self.text, "{target}  ({address})"),
            None => writeln!(self.text, "{target}"),
        };
    }

    fn versions(&mut self, seen: &Observation) {
        let of = |support: Support| {
            let found = Version::ALL.into_iter();
            let found = found.filter(|version| seen.speaks(*version) == support);
            let names: Vec<_> = found.map(|version| version.to_string()).collect();
            names.join(", ")
        };
        self.line("speaks", &of(Support::Accepted));
        self.line_if("refuses", &of(Support::Refused));
        self.line_if("not known", &of(Support::Unknown));
    }

    fn agreed(&mut self, seen: &Observation) {
        let hello = seen.answer(Question::Handshake).and_then(Answer::hello);
        let Some(hello) = hello else { return };
        let group = hello.group.map(|group| format!(", {group}"));
        let group = group.unwrap_or_default();
        self.line(
            "agrees",
            &format!("{}, {}{group}", hello.version, hello.suite),
        );
    }

    fn weak(&mut self, seen: &Observation) {
        let weak = seen.weak_suites();
        for (suite, weaknesses) in &weak {
            let names: Vec<_> = weaknesses.iter().map(|it| Weakness::name(*it)).collect();
            self.line("weak", &format!("{suite}: {}", names.join(", ")));
        }
        let asked = [
            Question::StaticRsa,
            Question::FiniteField,
            Question::Cbc,
            Question::OldCiphers,
            Question::NoSecurity,
        ];
        let support = |question| seen.answer(question).map(Answer::support);
        let unanswered = asked
            .into_iter()
            .filter(|question| matches!(support(*question), None | Some(Support::Unknown)));
        let unanswered: Vec<_> = unanswered.map(Question::name).collect();
        if !unanswered.is_empty() {
            let what = format!("not known: {}", unanswered.join(", "));
            self.line("weak", &what);
        } else if weak.is_empty() {
            self.line(
                "weak",
                "none of the weak suites that were offered was taken",
            );
        }
    }

    fn chain(&mut self, seen: &Observation, now: Timestamp) {
        if seen.chain.is_empty() {
            self.line("chain", "no certificate was seen");
        }
        for (index, der) in seen.chain.iter().take(SHOWN).enumerate() {
            let label = if index == 0 { "chain" } else { "" };
            let text = match summary(der) {
                Some(it) => format!(
                    "{}, {}{}",
                    it.subject,
                    window(it.not_before, it.not_after, now),
                    if index == 0 {
                        format!(", issued by {}", it.issuer)
                    } else {
                        String::new()
                    }
                ),
                None => format!("a certificate of {} bytes that cannot be read", der.len()),
            };
            self.line(label, &text);
        }
        let more = seen.chain.len().saturating_sub(SHOWN);
        if more > 0 {
            self.line("", &format!("and {more} more"));
        }
    }

    fn path(&mut self, path: &Path) {
        let verdict = match path {
            Path::Judged(verdict) => verdict,
            Path::None => return,
            Path::TooLong(count) => {
                let what = format!("not followed: {count} certificates were sent");
                return self.line("path", &what);
            }
        };
        let host = verdict.host.as_deref().unwrap_or("this host");
        let roots = &verdict.roots.name;
        let says = match verdict.path_outcome() {
            Outcome::Pass => format!("holds to {roots} for {host}"),
            Outcome::Fail => format!("BROKEN: does not hold to {roots} for {host}"),
            _ => format!("not decided: whether it holds to {roots} for {host}"),
        };
        self.line("path", &says);
        let faults = verdict.faults.iter();
        let faults = faults.filter(|fault| fault.level == Level::Error);
        let told = faults.map(|fault| format!("- {} ({})", fault.sentence, fault.rule.id));
        let open = verdict.not_decided.iter();
        let open = open.map(|it| format!("- not decided: {}", it.sentence));
        let all: Vec<_> = told.chain(open).collect();
        for one in all.iter().take(SHOWN) {
            self.line("", one);
        }
        let more = all.len().saturating_sub(SHOWN);
        if more > 0 {
            self.line("", &format!("and {more} more"));
        }
    }

    fn notes(&mut self, seen: &Observation) {
        if let Some(handshake) = &seen.handshake {
            if !handshake.has_key {
                self.line(
                    "note",
                    "it did not prove that it has the key of its certificate",
                );
            }
            if handshake.asks_certificate {
                self.line("note", "it asks for a certificate of the client");
            }
            if handshake.staple.is_some() {
                self.line("note", "it staples an OCSP response");
            }
        }
        if let Some(failure) = &seen.failure {
            self.line("note", &format!("failed to {failure}"));
        }
    }

    fn line_if(&mut self, label: &str, text: &str) {
        if !text.is_empty() {
            self.line(label, text);
        }
    }

    fn line(&mut self, label: &str, text: &str) {
        let first = format!("  {label:<width$}", width = LABEL - 2);
        let rest = " ".repeat(LABEL);
        let options = textwrap::Options::new(self.width)
            .initial_indent(&first)
            .subsequent_indent(&rest)
            .break_words(false)
            .word_splitter(textwrap::WordSplitter::NoHyphenation);
        let text = escape(text, MAX_TEXT);
        let _ = writeln!(self.text, "{}", textwrap::fill(&text, options).trim_end());
    }
}

fn window(not_before: Timestamp, not_after: Timestamp, now: Timestamp) -> String {
    let day = |instant: Timestamp| instant.to_zoned(jiff::tz::TimeZone::UTC).date();
    if now < not_before {
        return format!("not valid before {}", day(not_before));
    }
    let left = not_after.as_second().saturating_sub(now.as_second());
    match left / 86_400 {
        _ if left < 0 => format!("EXPIRED on {}", day(not_after)),
        0 => format!("ends {} (today or tomorrow)", day(not_after)),
        1 => format!("ends {} (1 day left)", day(not_after)),
        days => format!("ends {} ({days} days left)", day(not_after)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_tells_how_long_it_is_open() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let window = |now: &str| {
            window(
                at("2026-01-01T00:00:00Z"),
                at("2026-04-01T12:00:00Z"),
                at(now),
            )
        };
        assert_eq!(
            window("2025-12-31T23:59:59Z"),
            "not valid before 2026-01-01"
        );
        assert_eq!(
            window("2026-01-01T00:00:00Z"),
            "ends 2026-04-01 (90 days left)"
        );
        assert_eq!(
            window("2026-03-31T12:00:00Z"),
            "ends 2026-04-01 (1 day left)"
        );
        assert_eq!(
            window("2026-04-01T12:00:00Z"),
            "ends 2026-04-01 (today or tomorrow)"
        );
        assert_eq!(window("2026-04-01T12:00:01Z"), "EXPIRED on 2026-04-01");
        assert!(
            super::window(Timestamp::MIN, Timestamp::MAX, at("2026-01-01T00:00:00Z"))
                .starts_with("ends 9999")
        );
    }
}
