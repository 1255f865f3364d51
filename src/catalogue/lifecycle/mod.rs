//! How long each release of a product is supported: phases with inclusive civil end dates.
//!
//! Knows nothing about how products are called in inventories; that is `os`. An end nobody has
//! announced is `Open`, an end whose day nobody recorded is `EndedUndated`; neither is a date.
//! Layers: the source (replaced whole by a refresh) below our reviewed supplement below an overlay.

mod products;
mod supplement;
mod table;

pub use products::Product;
pub use table::Lifecycle;

pub(super) use products::COLUMNS as PRODUCTS_COLUMNS;
#[cfg(test)]
pub(super) use supplement::COLUMNS as SUPPLEMENT_COLUMNS;
pub(super) use table::COLUMNS;

use super::Facts;
use super::table::{FactError, rows};
use jiff::civil::Date;

/// When a phase ends. A date is its last day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// The product has no such phase.
    Absent,
    /// Over, on a day the source does not give.
    EndedUndated,
    On(Date),
    /// No end announced.
    Open,
}

/// Where a cycle stands on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    NotReleased,
    Active,
    Security,
    /// Updates only for those with extended cover.
    Extended,
    Ended,
}

/// One supported line of a product, such as `windows-server:2012-r2`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cycle {
    pub product: &'static str,
    pub cycle: &'static str,
    /// What people call it: `Windows Server 2012 R2`.
    pub label: &'static str,
    /// Lower case; empty when it has none.
    pub codename: &'static str,
    pub released: Option<Date>,
    pub active_end: End,
    pub security_end: End,
    pub extended_end: End,
    /// `paid`, `free`, `unclassified`, or empty.
    pub extended_kind: &'static str,
    pub is_lts: bool,
    /// General knowledge nobody re-checked: must not decide a pass on its own.
    pub is_unverified: bool,
    pub source: &'static str,
}

/// The last day of one bought year of extended support.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExtendedYear {
    pub product: &'static str,
    pub cycle: &'static str,
    /// `commercial` or `consumer`.
    pub programme: &'static str,
    pub year: u8,
    pub ends: Date,
    pub source: &'static str,
}

const YEARS: &str = "extended-years.tsv";
pub(super) const YEARS_COLUMNS: [&str; 6] =
    ["product", "cycle", "programme", "year", "ends", "source"];

impl Cycle {
    /// `product:cycle`, as findings and policies write it.
    pub fn id(&self) -> String {
        format!("{}:{}", self.product, self.cycle)
    }

    /// (product, cycle), as identities carry it.
    pub fn key(&self) -> (&'static str, &'static str) {
        (self.product, self.cycle)
    }

    pub fn phase(&self, as_of: Date) -> Phase {
        if self.released.is_some_and(|released| as_of < released) {
            Phase::NotReleased
        } else if self.active_end.has_not_passed(as_of)
            || (self.active_end == End::Absent && self.security_end.has_not_passed(as_of))
        {
            Phase::Active
        } else if self.security_end.has_not_passed(as_of) {
            Phase::Security
        } else if self.extended_end.has_not_passed(as_of) {
            Phase::Extended
        } else {
            Phase::Ended
        }
    }

    /// The last day of the phase it is in; `None` for one without an end.
    pub fn phase_until(&self, as_of: Date) -> Option<Date> {
        let ends = [self.active_end, self.security_end, self.extended_end];
        let ends = ends.into_iter().filter_map(|end| match end {
            End::On(day) => Some(day),
            End::Absent | End::EndedUndated | End::Open => None,
        });
        let eve = self.released.and_then(|day| day.yesterday().ok());
        ends.chain(eve).filter(|day| *day >= as_of).min()
    }

    /// The end that counts: of security support, or of the extended phase where cover is shown.
    pub fn supported_until(&self, extended_cover: bool) -> End {
        if extended_cover && self.extended_end != End::Absent {
            return self.extended_end;
        }
        self.security_end
    }

    /// The dates in a line, for evidence.
    pub fn evidence(&self) -> String {
        let mut parts = vec![format!("{} ({})", self.label, self.id())];
        for (phase, end) in [
            ("active support", self.active_end),
            ("security support", self.security_end),
            ("extended support", self.extended_end),
        ] {
            let says = match end {
                End::Absent => continue,
                End::EndedUndated => "has ended".to_owned(),
                End::On(date) => format!("to {date}"),
                End::Open => "without an announced end".to_owned(),
            };
            parts.push(format!("{phase} {says}"));
        }
        parts.push(format!("source {}", self.source));
        parts.join(", ")
    }
}

impl End {
    pub fn has_not_passed(self, as_of: Date) -> bool {
        match self {
            Self::Absent | Self::EndedUndated => false,
            Self::On(date) => as_of <= date,
            Self::Open => true,
        }
    }
}

/// Reads the table of products.
pub(super) fn parse_products(facts: &Facts) -> Result<Vec<Product>, FactError> {
    products::parse(facts.text("lifecycle-products.tsv"))
}

/// Reads the table of bought years.
pub(super) fn parse_extended_years(text: &'static str) -> Result<Vec<ExtendedYear>, FactError> {
    let mut years = Vec::new();
    rows(YEARS, text, YEARS_COLUMNS, |row| {
        let [product, cycle, programme, year, ends, source] = row.cells;
        years.push(ExtendedYear {
            product,
            cycle,
            programme,
            year: year
                .parse()
                .map_err(|_| row.wrong(format!("`{year}` is not a year of 1 to 3")))?,
            ends: row.date(ends)?,
            source,
        });
        Ok(())
    })?;
    Ok(years)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::Catalogue;
    use jiff::civil::date;
    use std::path::Path;

    const SUPPLEMENT: &str = "product\tcycle\tlabel\taction\treleased\tactive_end\tsecurity_end\textended_end\textended_kind\tflags\tbasis\n";
    const HEAD: &str = "# data-date: 2026-08-22\nproduct\tcycle\tlabel\tcodename\treleased\tactive_end\tsecurity_end\textended_end\textended_kind\tflags\tsource\n";

    fn leak(text: String) -> &'static str {
        Box::leak(text.into_boxed_str())
    }

    fn parse(rows: &str) -> Result<Lifecycle, FactError> {
        Lifecycle::parse(leak(format!("{HEAD}{rows}\n")), SUPPLEMENT)
    }

    fn supplemented(rows: &str, supplement: &str) -> Result<Lifecycle, FactError> {
        Lifecycle::parse(
            leak(format!("{HEAD}{rows}\n")),
            leak(format!("{SUPPLEMENT}{supplement}\n")),
        )
    }

    #[test]
    fn the_supplement_adds_cycles_and_fills_only_what_the_source_leaves_empty() {
        let source = "p\t1\tP 1\t\t2020-01-01\t\t2022-01-01\t\t\t\teol";
        let table = supplemented(
            source,
            "p\t1\tP 1\tamend\t2019-01-01\t\t2030-01-01\t2024-01-01\tpaid\t\ta notice\n\
             p\t2\tP 2\tadd\t\t\t2023-01-01\t\t\tunverified\thearsay\n\
             q\t1\tQ 1\tadd\t\t\t2023-01-01\t\t\t\ta notice",
        )
        .unwrap();
        let amended = table.find("p:1").unwrap();
        assert_eq!(amended.released, Some(date(2020, 1, 1)));
        assert_eq!(amended.security_end, End::On(date(2022, 1, 1)));
        assert_eq!(amended.extended_end, End::On(date(2024, 1, 1)));
        assert_eq!(amended.extended_kind, "paid");
        assert_eq!(amended.source, "eol; supplement: a notice");
        let added = table.find("p:2").unwrap();
        assert!(added.is_unverified);
        assert_eq!(added.source, "supplement: hearsay");
        assert!(table.find("q:1").is_some());
        assert_eq!(table.products().collect::<Vec<_>>(), ["p", "q"]);
    }

    #[test]
    fn a_source_that_caught_up_wins_over_the_supplement() {
        let add = "p\t1\tP 1\tadd\t\t\t2030-01-01\t2031-01-01\tpaid\tunverified\thearsay";
        let row = "p\t1\tP 1\t\t\t\t2022-01-01\t\t\t\teol";
        let table = supplemented(row, add).unwrap();
        let cycle = table.find("p:1").unwrap();
        assert_eq!(cycle.security_end, End::On(date(2022, 1, 1)));
        assert_eq!(cycle.extended_end, End::Absent, "hearsay fills nothing");
        assert!(!cycle.is_unverified);
        assert_eq!(cycle.source, "eol");
        assert!(supplemented(row, "p\t9\tP 9\tamend\t\t\t2030-01-01\t\t\t\tx").is_ok());
    }

    #[test]
    fn the_last_day_of_a_phase_belongs_to_it() {
        let table =
            parse("p\t1\tP 1\t\t2020-01-01\t2021-01-01\t2022-01-01\t2023-01-01\tpaid\t\teol")
                .unwrap();
        let cycle = table.find("p:1").unwrap();
        for (day, phase) in [
            (date(2019, 12, 31), Phase::NotReleased),
            (date(2020, 1, 1), Phase::Active),
            (date(2021, 1, 1), Phase::Active),
            (date(2021, 1, 2), Phase::Security),
            (date(2022, 1, 1), Phase::Security),
            (date(2022, 1, 2), Phase::Extended),
            (date(2023, 1, 1), Phase::Extended),
            (date(2023, 1, 2), Phase::Ended),
        ] {
            assert_eq!(cycle.phase(day), phase, "{day}");
        }
        assert_eq!(cycle.supported_until(false), End::On(date(2022, 1, 1)));
        assert_eq!(cycle.supported_until(true), End::On(date(2023, 1, 1)));
    }

    #[test]
    fn an_undated_end_has_ended_and_an_open_one_has_not() {
        let table =
            parse("p\t1\tP\t\t\t\tended\t\t\t\teol\np\t2\tP\t\t\t\topen\t\t\t\teol").unwrap();
        let today = date(2026, 11, 22);
        assert_eq!(table.find("p:1").unwrap().phase(today), Phase::Ended);
        assert_eq!(table.find("p:2").unwrap().phase(today), Phase::Active);
    }

    #[test]
    fn mistakes_in_the_table_are_named_with_their_line() {
        let line = |rows: &str| parse(rows).map_err(|error| error.line).err();
        assert_eq!(line("p\t1"), Some(3));
        assert_eq!(line("p\t1\tP\t\t2026-02-30\t\t\t\t\t\teol"), Some(3));
        let row = "p\t1\tP\t\t\t\topen\t\t\t\teol";
        assert_eq!(line(&format!("{row}\n{row}")), Some(4));
        assert_eq!(line(&format!("{row}\nq{}\n{row}", &row[1..])), Some(5));
        assert!(Lifecycle::parse("# no date\n", SUPPLEMENT).is_err());
    }

    #[test]
    fn phases_agree_with_the_reviewed_cases() {
        let path =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/lifecycle/status-cases.csv");
        let Ok(mut reader) = csv::Reader::from_path(path) else {
            println!("skipped: ../shared is absent");
            return;
        };
        let table = Catalogue::embedded().lifecycle();
        let mut count = 0;
        for row in reader.records().map(Result::unwrap) {
            let cycle = table.cycle(&row[0], &row[1]).expect("the cycle is covered");
            let day: Date = row[2].parse().unwrap();
            let phase = cycle.phase(day);
            let name = match phase {
                Phase::NotReleased => "not_released",
                Phase::Active => "active",
                Phase::Security => "security",
                Phase::Extended => "extended",
                Phase::Ended => "ended",
            };
            assert_eq!(name, &row[4], "{} on {day}", cycle.id());
            let has_cover = &row[3] == "yes";
            let is_supported =
                phase != Phase::NotReleased && cycle.supported_until(has_cover).has_not_passed(day);
            let expected = if is_supported { "yes" } else { "no" };
            assert_eq!(expected, &row[5], "{} on {day}", cycle.id());
            if let (End::On(end), Ok(days)) = (cycle.security_end, row[6].parse::<i32>()) {
                assert_eq!((end - day).get_days(), days, "{} on {day}", cycle.id());
            }
            count += 1;
        }
        assert_eq!(count, 217);
    }

    #[test]
    fn a_phase_ends_with_the_next_day_that_is_named() {
        let row = "p\t1\tP 1\t\t2020-01-01\t2021-06-30\t2022-01-01\t2024-01-01\tpaid\t\teol";
        let table = parse(row).unwrap();
        let cycle = table.find("p:1").unwrap();
        for (day, last) in [
            (date(2019, 5, 1), Some(date(2019, 12, 31))),
            (date(2020, 1, 1), Some(date(2021, 6, 30))),
            (date(2021, 7, 1), Some(date(2022, 1, 1))),
            (date(2024, 1, 1), Some(date(2024, 1, 1))),
            (date(2024, 1, 2), None),
        ] {
            assert_eq!(cycle.phase_until(day), last, "{day}");
        }
    }
}
