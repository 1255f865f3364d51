//! Days as exports write them. `03/04/2026` is two days: which one, the kind of export says, or a
//! day above the twelfth elsewhere in the column. Where nothing says it, the cell cannot be read.

use crate::model::read_date;
use jiff::civil::Date;
use jiff::{Span, Timestamp, tz::TimeZone};

/// In which order a column writes the day and the month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::import) enum Order {
    DayFirst,
    MonthFirst,
}

/// What the cells of a column prove about its order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Evidence {
    day_first: bool,
    month_first: bool,
}

impl Evidence {
    pub(super) fn see(&mut self, text: &str) {
        let Some(cut) = Cut::of(text) else { return };
        // Nobody writes the month first between points.
        if cut.is_year_first || cut.separator == '.' {
            return;
        }
        let [first, second, _] = cut.parts;
        self.day_first |= (13..=31).contains(&first) && second <= 12;
        self.month_first |= (13..=31).contains(&second) && first <= 12;
    }

    #[must_use]
    pub(super) fn and(self, other: Self) -> Self {
        Self {
            day_first: self.day_first || other.day_first,
            month_first: self.month_first || other.month_first,
        }
    }

    /// `None` without evidence, and where it contradicts itself.
    pub(super) fn order(self) -> Option<Order> {
        match (self.day_first, self.month_first) {
            (true, false) => Some(Order::DayFirst),
            (false, true) => Some(Order::MonthFirst),
            (true, true) | (false, false) => None,
        }
    }
}

/// Reads a day; a time behind it is dropped. `None` for what is no day, and for what may be two.
pub(in crate::import) fn read(text: &str, order: Option<Order>) -> Option<Date> {
    let text = text.trim();
    match Cut::of(text) {
        Some(cut) => cut.date(order),
        None => named(text).or_else(|| read_date(text)),
    }
}

/// Three numbers with the year among them at an end: `22/11/2026 10:00`, `2026/11/22`.
#[derive(Debug)]
struct Cut {
    parts: [u16; 3],
    separator: char,
    is_year_first: bool,
}

impl Cut {
    /// `None` for ISO dates too, which the model reads.
    fn of(text: &str) -> Option<Self> {
        let text = text.trim();
        let separator = text.trim_start_matches(|c: char| c.is_ascii_digit());
        let separator = separator.chars().next()?;
        if !matches!(separator, '/' | '-' | '.') {
            return None;
        }
        let (first, rest) = text.split_once(separator)?;
        let (second, rest) = rest.split_once(separator)?;
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (third, time) = rest.split_at(digits);
        let is_year_first = first.len() == 4;
        if is_year_first && separator == '-' || !is_time(time) {
            return None;
        }
        let (short, long) = if is_year_first {
            ([second, third], first)
        } else {
            ([first, second], third)
        };
        if long.len() != 4 || short.iter().any(|part| !(1..=2).contains(&part.len())) {
            return None;
        }
        let number = |part: &str| {
            let is_number = part.bytes().all(|b| b.is_ascii_digit());
            is_number.then(|| part.parse().ok()).flatten()
        };
        Some(Self {
            parts: [number(first)?, number(second)?, number(third)?],
            separator,
            is_year_first,
        })
    }

    fn date(&self, order: Option<Order>) -> Option<Date> {
        let [first, second, third] = self.parts;
        if self.is_year_first {
            return date(first, second, third);
        }
        let order = match (self.separator, first, second) {
            ('.', _, _) => Order::DayFirst,
            // The same day either way.
            (_, first, second) if first == second => Order::DayFirst,
            // What the whole column says holds, also against a cell that cannot follow it.
            _ => match (order, first > 12, second > 12) {
                (Some(order), _, _) => order,
                (None, true, _) => Order::DayFirst,
                (None, _, true) => Order::MonthFirst,
                (None, false, false) => return None,
            },
        };
        match order {
            Order::DayFirst => date(third, second, first),
            Order::MonthFirst => date(third, first, second),
        }
    }
}

fn date(year: u16, month: u16, day: u16) -> Option<Date> {
    let (month, day) = (i8::try_from(month).ok()?, i8::try_from(day).ok()?);
    Date::new(i16::try_from(year).ok()?, month, day).ok()
}

/// `22-Nov-2026`, `22 November 2026`, `Nov 22, 2026 10:00`.
fn named(text: &str) -> Option<Date> {
    let mut rest = text;
    let mut parts = [""; 3];
    for part in &mut parts {
        rest = rest.trim_start_matches([' ', '-', ',', '/']);
        let end = rest.find([' ', '-', ',', '/', 'T']).unwrap_or(rest.len());
        (*part, rest) = rest.split_at(end);
    }
    if !is_time(rest) {
        return None;
    }
    let [first, second, year] = parts;
    let is_day_first = first.starts_with(|c: char| c.is_ascii_digit());
    let (name, day) = if is_day_first {
        (second, first)
    } else {
        (first, second)
    };
    if year.len() != 4 || day.len() > 2 {
        return None;
    }
    date(year.parse().ok()?, month(name)?, day.parse().ok()?)
}

fn month(name: &str) -> Option<u16> {
    const MONTHS: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    let found = MONTHS
        .iter()
        .position(|month| *month == name || (name.len() >= 3 && name == month[..3]))?;
    u16::try_from(found + 1).ok()
}

/// Whether nothing stands behind a day but a time: a remark would be lost.
fn is_time(text: &str) -> bool {
    text.chars()
        .all(|c| c.is_ascii_digit() || ":.+-Zz APMapmT,@\u{202f}".contains(c))
}

/// The day of 100 nanoseconds since 1601, written as 16 hexadecimal or 18 decimal digits.
pub(in crate::import) fn filetime(text: &str) -> Option<Date> {
    const EPOCHS_APART: i64 = 11_644_473_600;
    let ticks = match text.len() {
        16 => i64::from_str_radix(text, 16).ok()?,
        17..=18 => text.parse().ok()?,
        _ => return None,
    };
    unix_seconds(ticks / 10_000_000 - EPOCHS_APART)
}

/// The day of so many seconds since 1970, UTC.
pub(in crate::import) fn unix_seconds(seconds: i64) -> Option<Date> {
    let instant = Timestamp::from_second(seconds).ok()?;
    Some(instant.to_zoned(TimeZone::UTC).date())
}

/// The day that a spreadsheet counts as so many since the end of 1899.
pub(in crate::import) fn spreadsheet_day(days: i64) -> Option<Date> {
    let zero = Date::constant(1899, 12, 30);
    // Up to 60 spreadsheets disagree, because of a leap day that never was.
    (61..=2_958_465)
        .contains(&days)
        .then(|| zero.checked_add(Span::new().try_days(days).ok()?).ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn proven(cells: &[&str]) -> Option<Order> {
        let mut evidence = Evidence::default();
        for cell in cells {
            evidence.see(cell);
        }
        evidence.order()
    }

    #[test]
    fn a_day_above_the_twelfth_proves_the_order_of_its_column() {
        let cells = ["03/04/2026", "25/03/2026 10:15", "", "never"];
        assert_eq!(proven(&cells), Some(Order::DayFirst));
        assert_eq!(
            proven(&["3/4/2026", "3/25/2026 1:02:03 PM"]),
            Some(Order::MonthFirst)
        );
        assert_eq!(proven(&["03/04/2026", "2026-03-25"]), None);
        assert_eq!(proven(&["25/03/2026", "03/25/2026"]), None);
        assert_eq!(proven(&["99/99/2026", "45/13/2026"]), None);
    }

    #[test]
    fn what_may_be_two_days_is_none() {
        let april = Some(date(2026, 4, 3));
        assert_eq!(read("03/04/2026", None), None);
        assert_eq!(read("03/04/2026", Some(Order::DayFirst)), april);
        assert_eq!(read("4/3/2026 8:12:45 AM", Some(Order::MonthFirst)), april);
        assert_eq!(read("05/05/2026", None), Some(date(2026, 5, 5)));
        assert_eq!(read("25/03/2026", None), Some(date(2026, 3, 25)));
        assert_eq!(read("03-25-2026", None), Some(date(2026, 3, 25)));
    }

    #[test]
    fn a_cell_that_breaks_the_order_of_its_column_is_none() {
        assert_eq!(read("25/03/2026", Some(Order::MonthFirst)), None);
        assert_eq!(read("03/25/2026", Some(Order::DayFirst)), None);
    }

    #[test]
    fn days_that_can_only_be_one_need_no_evidence() {
        for text in [
            "2026-04-03",
            "2026-04-03T08:12:45.0000000Z",
            "2026/4/3",
            "03.04.2026 08:12",
            "3-Apr-2026",
            "3 April 2026",
            "Apr 3, 2026, 8:12 AM",
        ] {
            assert_eq!(read(text, None), Some(date(2026, 4, 3)), "{text}");
        }
        for text in [
            "",
            "never",
            "3/4/26",
            "2026-02-30",
            "3 Apr",
            "2026-04-03 or later",
            "1/2/3/2026",
        ] {
            assert_eq!(read(text, Some(Order::DayFirst)), None, "{text}");
        }
    }

    #[test]
    fn days_counted_by_machines_are_read() {
        assert_eq!(filetime("01d4dfd0fb4eb361"), Some(date(2019, 3, 21)));
        assert_eq!(filetime("131976092000000000"), Some(date(2019, 3, 21)));
        assert_eq!(filetime("0"), None);
        assert_eq!(spreadsheet_day(46_348), Some(date(2026, 11, 22)));
        assert_eq!(spreadsheet_day(i64::MAX), None);
        assert_eq!(unix_seconds(0), Some(date(1970, 1, 1)));
        assert_eq!(unix_seconds(i64::MAX), None);
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "[0-9/. :TZAPMjanfebé-]{0,24}") {
            let mut evidence = Evidence::default();
            evidence.see(&text);
            for order in [None, Some(Order::DayFirst), Some(Order::MonthFirst)] {
                let _ = read(&text, order);
            }
            let _ = filetime(&text);
        }
    }
}
