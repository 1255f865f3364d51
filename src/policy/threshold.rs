//! The nearest values beside a threshold: a day more and a day less, the next number, the month
//! before and the one after.

use crate::model::read_date;
use crate::predicate::Length;
use jiff::ToSpan;
use jiff::civil::Date;

/// The values one unit below and above a threshold as written; none for what has no unit. Months
/// are counted out in days before `today`, as a month more would not show a day's mistake; a length
/// in hours moves by `hours`.
pub(super) fn neighbours(text: &str, today: Option<Date>, hours: i32) -> Vec<String> {
    let text = text.trim();
    if text == "today" {
        return today.map(days_beside).unwrap_or_default();
    }
    if let Some(length) = Length::read(text) {
        return beside_length(length, today, hours);
    }
    if let Some(date) = read_date(text).filter(|_| text.len() == 10) {
        return days_beside(date);
    }
    if let Some(month) = read_date(&format!("{text}-01")).filter(|_| text.len() == 7) {
        return beside_month(month);
    }
    beside_number(text)
}

fn days_beside(day: Date) -> Vec<String> {
    [day.yesterday(), day.tomorrow()]
        .into_iter()
        .flatten()
        .map(|day| day.to_string())
        .collect()
}

fn beside_length(length: Length, today: Option<Date>, hours: i32) -> Vec<String> {
    let (count, step, unit) = match (length, today) {
        (Length::Days(days), _) => (i32::from(days), 1, "days"),
        (Length::Hours(count), _) => (i32::from(count), hours, "hours"),
        (Length::Months(_), Some(today)) => ((today - length.before(today)).get_days(), 1, "days"),
        (Length::Months(months), None) => (i32::from(months), 1, "months"),
    };
    [count - step, count + step]
        .into_iter()
        .filter(|count| *count >= 0)
        .map(|count| format!("{count} {unit}"))
        .collect()
}

fn beside_month(month: Date) -> Vec<String> {
    [month.checked_sub(1.month()), month.checked_add(1.month())]
        .into_iter()
        .flatten()
        .map(|month| month.strftime("%Y-%m").to_string())
        .collect()
}

/// Moves the last digits: `3`, `7.0`, `10.2.4` and `5%` alike, which keeps what stands around them.
fn beside_number(text: &str) -> Vec<String> {
    let core = text.trim_end_matches('%');
    let head = core.trim_end_matches(|c: char| c.is_ascii_digit());
    let is_number = head
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b'.');
    let Ok(last) = core[head.len()..].parse::<u64>() else {
        return Vec::new();
    };
    if !is_number {
        return Vec::new();
    }
    let sign = &text[core.len()..];
    if last == 0 && !head.is_empty() {
        return beside_round(head, sign);
    }
    [last.checked_sub(1), last.checked_add(1)]
        .into_iter()
        .flatten()
        .map(|number| format!("{head}{number}{sign}"))
        .collect()
}

/// `7.0` lies between `6.9` and `7.1`.
fn beside_round(head: &str, sign: &str) -> Vec<String> {
    let above = format!("{head}1{sign}");
    let whole = head.trim_end_matches('.').parse::<u64>();
    match whole.ok().and_then(|whole| whole.checked_sub(1)) {
        Some(below) => vec![format!("{below}.9{sign}"), above],
        None => vec![above],
    }
}

#[cfg(test)]
mod tests {
    use super::neighbours;
    use jiff::civil::Date;

    #[test]
    fn a_threshold_has_a_value_on_each_side() {
        let today = Some(Date::constant(2026, 11, 22));
        let cases: [(&str, &[&str]); 11] = [
            ("14 days", &["13 days", "15 days"]),
            ("12 months", &["364 days", "366 days"]),
            ("48 hours", &["24 hours", "72 hours"]),
            ("today", &["2026-11-21", "2026-11-23"]),
            ("2029-03-14", &["2029-03-13", "2029-03-15"]),
            ("2026-06", &["2026-05", "2026-07"]),
            ("3", &["2", "4"]),
            ("0", &["1"]),
            ("7.0", &["6.9", "7.1"]),
            ("10.2.4", &["10.2.3", "10.2.5"]),
            ("5%", &["4%", "6%"]),
        ];
        for (text, beside) in cases {
            assert_eq!(neighbours(text, today, 24), beside, "{text}");
        }
    }

    #[test]
    fn what_is_no_threshold_has_none() {
        for text in [
            "",
            "%",
            "MS17-010",
            "TLS 1.2",
            "windows",
            "-",
            "é",
            "last-closed",
        ] {
            assert_eq!(neighbours(text, None, 1), Vec::<String>::new(), "{text}");
        }
    }
}
