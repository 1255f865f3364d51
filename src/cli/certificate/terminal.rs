//! Verdicts on certificates for people: the chain drawn from the leaf up, each fault at its
//! certificate.

use super::Judged;
use super::crl::Crl;
use crate::model::Outcome;
use crate::pki::{Fault, Level, Link, Verdict};
use crate::report::escape;
use anstyle::{AnsiColor, Style};
use std::fmt::Write;

/// Names drawn of one certificate.
const MOST_NAMES: usize = 8;
/// Columns of the roles, which stand left of what is said.
const ROLE: usize = 14;
const LEVEL: usize = 9;

const BAD: Style = AnsiColor::Red.on_default().bold();
const DOUBTFUL: Style = AnsiColor::Yellow.on_default().bold();
const GOOD: Style = AnsiColor::Green.on_default().bold();
const DIM: Style = Style::new().dimmed();

pub(super) fn render(judged: &[Judged], crls: &[Crl], width: usize, colour: bool) -> String {
    let mut page = Page {
        text: String::new(),
        width,
        colour,
    };
    for judged in judged {
        page.file(judged);
        page.text.push('\n');
    }
    for crl in crls {
        page.crl(crl);
    }
    let seen = judged.iter().find_map(|judged| judged.verdict.as_ref());
    if let Some(verdict) = seen {
        page.footer(verdict);
    }
    page.text
}

struct Page {
    text: String,
    width: usize,
    colour: bool,
}

impl Page {
    fn file(&mut self, judged: &Judged) {
        let (style, word) = match judged.outcome() {
            Outcome::Pass => (GOOD, "PASS"),
            Outcome::Unknown => (DOUBTFUL, "NOT DECIDED"),
            _ => (BAD, "FAIL"),
        };
        let host = judged
            .verdict
            .as_ref()
            .and_then(|verdict| verdict.host.as_ref())
            .map_or(String::new(), |host| format!(" for {host}"));
        let says = format!("{}{host}{}", judged.file, beside(judged));
        self.hang(&self.paint(style, word), word.len() + 2, &says);
        self.text.push('\n');
        for incident in &judged.incidents {
            self.told(Level::Error, ' ', &incident.sentence());
        }
        if let Some(verdict) = &judged.verdict {
            self.path(verdict);
            self.whole(verdict);
        }
        self.not_asked(judged);
    }

    fn not_asked(&mut self, judged: &Judged) {
        let parts: Vec<_> = judged
            .not_asked
            .iter()
            .map(|part| format!("{} ({})", part.name(), part.remedy()))
            .collect();
        if !parts.is_empty() {
            self.text.push('\n');
            self.hang("  not asked:", 13, &parts.join(", "));
        }
    }

    fn path(&mut self, verdict: &Verdict) {
        for (at, link) in verdict.path.iter().enumerate() {
            let is_last = at + 1 == verdict.path.len();
            let bar = if is_last { ' ' } else { '|' };
            self.link(link, bar);
            for fault in verdict.faults.iter().filter(|f| f.certificate == Some(at)) {
                self.fault(fault, bar);
            }
            let open = verdict.not_decided.iter();
            for open in open.filter(|open| open.certificate == Some(at)) {
                self.open(&open.sentence, bar);
            }
            if !is_last {
                self.text.push_str("  |\n");
            }
        }
        if !verdict.reaches_root && !verdict.path.is_empty() {
            self.text.push_str("  ?\n");
            self.hang(
                &format!("  {:<ROLE$}", "no root"),
                ROLE + 2,
                "the chain ends here",
            );
        }
    }

    fn link(&mut self, link: &Link, bar: char) {
        let subject = if link.subject.is_empty() {
            "(no name)"
        } else {
            &link.subject
        };
        self.hang(&format!("  {:<ROLE$}", link.role.name()), ROLE + 2, subject);
        let lead = format!("  {bar:<ROLE$}");
        let day = |instant: Option<jiff::Timestamp>| {
            instant.map_or("?".into(), |instant| {
                instant.strftime("%Y-%m-%d").to_string()
            })
        };
        let facts = format!(
            "{} to {}, {}, {}",
            day(link.not_before),
            day(link.not_after),
            link.key,
            link.signature
        );
        self.hang(&lead, ROLE + 2, &facts);
        if link.role.name() == "leaf" && !link.sans.is_empty() {
            let mut names = link
                .sans
                .iter()
                .take(MOST_NAMES)
                .cloned()
                .collect::<Vec<_>>();
            let more = link.sans.len().saturating_sub(MOST_NAMES);
            if more > 0 {
                names.push(format!("and {more} more"));
            }
            self.hang(&lead, ROLE + 2, &format!("for {}", names.join(", ")));
        }
    }

    /// The form of a list, where there is anything to say of it.
    fn crl(&mut self, crl: &Crl) {
        if crl.faults.is_empty() && !crl.is_cut {
            return;
        }
        let cut = format!(": only its first {} entries were looked at", crl.entries);
        let more = if crl.is_cut { &*cut } else { "" };
        self.hang("CRL", 5, &format!("{}{more}", crl.file));
        for fault in &crl.faults {
            self.fault(fault, ' ');
        }
        self.text.push('\n');
    }

    /// What is about no certificate in particular.
    fn whole(&mut self, verdict: &Verdict) {
        let faults: Vec<_> = verdict
            .faults
            .iter()
            .filter(|fault| fault.certificate.is_none())
            .collect();
        let open: Vec<_> = verdict
            .not_decided
            .iter()
            .filter(|open| open.certificate.is_none())
            .collect();
        if faults.is_empty() && open.is_empty() {
            return;
        }
        self.text.push('\n');
        self.hang("  the whole", 11, "");
        for fault in faults {
            self.fault(fault, ' ');
        }
        for open in open {
            self.open(&open.sentence, ' ');
        }
    }

    fn fault(&mut self, fault: &Fault, bar: char) {
        let rule = fault.rule;
        let says = format!("{} ({}; {})", fault.sentence, rule.id, rule.standard);
        self.told(fault.level, bar, &says);
        if fault.level != Level::Info {
            let lead = format!("  {bar:<ROLE$}{:LEVEL$}", "");
            self.hang(&lead, ROLE + LEVEL + 2, &format!("-> {}", rule.fix));
        }
    }

    fn told(&mut self, level: Level, bar: char, says: &str) {
        let style = match level {
            Level::Error => BAD,
            Level::Info => DIM,
            Level::Warning => DOUBTFUL,
        };
        self.led(style, level.name(), bar, says);
    }

    fn open(&mut self, says: &str, bar: char) {
        self.led(DOUBTFUL, "open", bar, &format!("not decided: {says}"));
    }

    fn led(&mut self, style: Style, word: &str, bar: char, says: &str) {
        let word = self.paint(style, &format!("{word:<LEVEL$}"));
        self.hang(&format!("  {bar:<ROLE$}{word}"), ROLE + LEVEL + 2, says);
    }

    fn footer(&mut self, verdict: &Verdict) {
        let roots = &verdict.roots;
        let hash = roots.sha256.get(..12).unwrap_or(&roots.sha256);
        self.hang(
            "",
            0,
            &format!(
                "judged at {} by the {} profile; {}: {}, sha256 {hash}",
                verdict.clock,
                verdict.profile.name(),
                roots.name,
                match roots.count {
                    1 => "1 root".into(),
                    count => format!("{count} roots"),
                },
            ),
        );
    }

    /// Text behind a lead of so many columns, continued below itself.
    fn hang(&mut self, lead: &str, columns: usize, says: &str) {
        let bar = if lead.starts_with("  |") { "  |" } else { "" };
        let indent = format!("{bar:<columns$}");
        let room = self.width.saturating_sub(columns).max(20);
        let options = textwrap::Options::new(room)
            .break_words(true)
            .word_splitter(textwrap::WordSplitter::NoHyphenation);
        let says = escape(says, 2_000);
        for (at, line) in textwrap::wrap(&says, options).iter().enumerate() {
            let start = if at == 0 {
                let painted = anstream::adapter::strip_str(lead)
                    .to_string()
                    .chars()
                    .count();
                format!("{lead}{}", " ".repeat(columns.saturating_sub(painted)))
            } else {
                indent.clone()
            };
            let _ = writeln!(self.text, "{}", format!("{start}{line}").trim_end());
        }
        if says.is_empty() {
            let _ = writeln!(self.text, "{}", lead.trim_end());
        }
    }

    fn paint(&self, style: Style, text: &str) -> String {
        if self.colour {
            format!("{style}{text}{style:#}")
        } else {
            text.to_owned()
        }
    }
}

/// Where the path holds and something beside it fails, that is said at once.
fn beside(judged: &Judged) -> &'static str {
    match &judged.verdict {
        Some(verdict)
            if judged.outcome() == Outcome::Fail && verdict.path_outcome() == Outcome::Pass =>
        {
            ": the path holds; there are faults beside it"
        }
        _ => "",
    }
}
