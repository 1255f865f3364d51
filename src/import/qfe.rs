//! What `wmic qfe` and `Get-HotFix` print: one row an update, in columns of fixed width or as
//! `name=value`.
//!
//! The list holds what component-based servicing installed, and nothing says that it is whole. So
//! its rows are counted, for whoever knows how many updates the machine states. `wmic` writes dates
//! in the order of the United States, as the class Win32_QuickFixEngineering has them since Windows
//! 7, unless a date in the text cannot be; `Get-HotFix` in the order of whoever ran it.

use super::batch::{Batch, Blocks, Importer, Shape};
use super::codepage;
use super::error::ImportError;
use super::format;
use super::inventory::Limits;
use super::row::{Ignored, Row, bad, blank, finish, is_silent};
use super::systeminfo::kb;
use crate::model::fields::{asset, update};
use crate::model::{Record, Subject, Value, read_date};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

#[derive(Debug)]
pub(super) struct Kind;

impl format::Kind for Kind {
    fn name(&self) -> &'static str {
        "qfe"
    }

    fn about(&self) -> &'static str {
        "what `wmic qfe` or `Get-HotFix` prints, as a table or with /value"
    }

    fn recognises(&self, head: &str) -> bool {
        head.lines()
            .map(str::trim_end)
            .find(|line| !line.is_empty())
            .is_some_and(|line| {
                let has_number = || head.lines().any(|line| line.starts_with("HotFixID="));
                Columns::read(line).is_some() || (pair(line).is_some() && has_number())
            })
    }

    fn block_bytes(&self, limits: &Limits) -> usize {
        limits.text_bytes
    }

    fn gives_parts(&self) -> bool {
        true
    }

    fn open(
        &self,
        name: &Arc<str>,
        blocks: &mut Blocks,
    ) -> Result<(Box<dyn Importer>, Vec<Ignored>), ImportError> {
        let block = blocks.filled().map_err(|source| ImportError::Io {
            name: Arc::clone(name),
            source,
        })?;
        let columns = codepage::decode(block).lines().find_map(Columns::read);
        Ok((Box::new(Qfe { columns }), Vec::new()))
    }
}

#[derive(Debug)]
struct Qfe {
    /// Of the first table, for the blocks that do not hold its header.
    columns: Option<Columns>,
}

impl Importer for Qfe {
    /// The rows of a host are counted, so a text is read as a whole where that is possible.
    fn whole_records(&self, _block: &[u8]) -> usize {
        0
    }

    fn record_bytes(&self, limits: &Limits) -> usize {
        limits.text_bytes
    }

    fn read(&self, batch: &Batch, each: &mut dyn FnMut(Row)) {
        let text = codepage::decode(&batch.text);
        let mut entries = Vec::new();
        let mut whole = batch.shape == Shape::Records && batch.first_line == 1;
        let tables = self.entries(&text, &mut |line, entry| match entry {
            Ok(entry) => entries.push((line, entry)),
            Err(message) => {
                whole = false;
                each(bad(
                    batch.place(batch.first_line.saturating_add(line), 0),
                    None,
                    message,
                ));
            }
        });
        let unnamed = entries.iter().any(|(_, entry)| entry.host.is_empty());
        if tables > 1 && unnamed {
            let message =
                "holds several tables that do not name their machine: send one file a machine";
            each(bad(batch.place(batch.first_line, 0), None, message));
            return;
        }
        if entries.is_empty() && whole {
            let message = "has a header and no updates";
            each(bad(batch.place(batch.first_line, 0), None, message));
        }
        let dates = entries.iter().map(|(_, entry)| entry.installed_on);
        let is_wmic = self.columns.as_ref().is_none_or(Columns::is_of_wmic);
        let order = if is_wmic {
            Order::of(dates)
        } else {
            Order::shown_by(dates).unwrap_or(Order::Mixed)
        };
        for host in hosts(&entries) {
            let place = batch.place(batch.first_line.saturating_add(host[0].0), 0);
            each(asset_of(&host, order, whole, blank(place)));
        }
    }
}

impl Qfe {
    /// Gives each row with its line, counted from 0; returns how many tables there are.
    fn entries<'t>(
        &self,
        text: &'t str,
        each: &mut dyn FnMut(u32, Result<Entry<'t>, &'static str>),
    ) -> usize {
        let mut columns = self.columns.clone();
        let mut pairs = Entry::default();
        let mut tables = 0;
        let mut lines = (0..).zip(text.split_inclusive('\n')).peekable();
        while let Some((number, line)) = lines.next() {
            let is_cut = lines.peek().is_none() && !line.ends_with('\n');
            let line = line.trim_end_matches(['\n', '\r']);
            let is_rule = line.bytes().all(|byte| matches!(byte, b'-' | b' '));
            if line.trim().is_empty() || is_rule {
                continue;
            }
            if let Some(header) = Columns::read(line) {
                columns = Some(header);
                tables += 1;
            } else if let Some((key, value)) = pair(line) {
                // `/value` gives the names in the order of the alphabet, and this is the last.
                pairs.set(key, value);
                if key == "Status" {
                    each(number, Ok(std::mem::take(&mut pairs)));
                }
            } else if let Some(columns) = &columns {
                each(number, columns.entry(line, is_cut));
            } else {
                each(number, Err("stands before the header of the table"));
            }
        }
        if pairs != Entry::default() {
            each(0, Err("is cut: the last update has no `Status=`"));
        }
        tables
    }
}

/// The names of the class Win32_QuickFixEngineering, and what `Get-HotFix` adds.
const NAMES: [&str; 14] = [
    "Node",
    "Caption",
    "CSName",
    "Description",
    "FixComments",
    "HotFixID",
    "InstallDate",
    "InstalledBy",
    "InstalledOn",
    "Name",
    "PSComputerName",
    "ServicePackInEffect",
    "Source",
    "Status",
];

/// `HotFixID=KB4487017`.
fn pair(line: &str) -> Option<(&'static str, &str)> {
    let (key, value) = line.split_once('=')?;
    let key = NAMES.into_iter().find(|name| *name == key.trim())?;
    Some((key, value.trim()))
}

/// One update of one machine; empty where nothing is said.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
struct Entry<'t> {
    host: &'t str,
    id: &'t str,
    pack: &'t str,
    installed_on: &'t str,
    description: &'t str,
}

impl<'t> Entry<'t> {
    fn set(&mut self, name: &str, value: &'t str) {
        match name {
            "CSName" | "PSComputerName" | "Source" => self.host = value,
            "Description" => self.description = value,
            "HotFixID" => self.id = value,
            "InstalledOn" => self.installed_on = value,
            "ServicePackInEffect" => self.pack = value,
            _ => {}
        }
    }

    /// Windows XP and 2003 write `File 1`, and the number where the service pack should stand.
    fn kb(&self) -> Option<String> {
        let is_number = (6..=8).contains(&self.id.len()) && is_digits(self.id);
        kb(self.id)
            .or_else(|| is_number.then(|| format!("KB{}", self.id)))
            .or_else(|| kb(self.pack))
    }
}

/// Where the columns of a table begin, counted in characters.
#[derive(Debug, Clone)]
struct Columns(Vec<(&'static str, usize)>);

impl Columns {
    /// Reads a header; `wmic` may have glued its greeting to it.
    fn read(line: &str) -> Option<Self> {
        let line = line.trim_end();
        let mut found = Vec::new();
        let mut end = line.len();
        for word in line.split_whitespace().rev() {
            let start = line[..end].rfind(word)?;
            end = start;
            if let Some(name) = NAMES.into_iter().find(|name| *name == word) {
                found.push((name, start));
                continue;
            }
            let glued = NAMES.into_iter().find(|name| word.ends_with(name));
            if let Some(name) = glued {
                found.push((name, start + word.len() - name.len()));
            }
            break;
        }
        found.reverse();
        let has = |wanted| found.iter().any(|(name, _)| *name == wanted);
        if !has("HotFixID") || !has("InstalledOn") {
            return None;
        }
        // Bytes are not characters in a greeting of another language.
        let first = found.first()?.1;
        for column in &mut found {
            column.1 = line.get(first..column.1)?.chars().count();
        }
        Some(Self(found))
    }

    fn is_of_wmic(&self) -> bool {
        !self
            .0
            .iter()
            .any(|(name, _)| matches!(*name, "PSComputerName" | "Source"))
    }

    fn entry<'t>(&self, line: &'t str, is_cut: bool) -> Result<Entry<'t>, &'static str> {
        let starts: Vec<_> = self
            .0
            .iter()
            .map(|(_, column)| {
                line.char_indices()
                    .nth(*column)
                    .map_or(line.len(), |(byte, _)| byte)
            })
            .collect();
        let is_aligned = starts
            .iter()
            .skip(1)
            .all(|start| *start == line.len() || line[..*start].ends_with(' '));
        if !is_aligned {
            return Err("does not stand below the columns of the header");
        }
        let mut entry = Entry::default();
        let ends = starts.iter().skip(1).copied().chain([line.len()]);
        for (((name, _), start), end) in self.0.iter().zip(&starts).zip(ends) {
            let cell = line.get(*start..end).unwrap_or_default();
            // A number at the cut may be the beginning of another.
            let ends_here = end == line.len() && !cell.is_empty() && !cell.ends_with(' ');
            if is_cut && ends_here {
                return Err("is cut in the middle of a row");
            }
            entry.set(name, cell.trim());
        }
        Ok(entry)
    }
}

/// The rows of each host, in the order in which hosts come.
fn hosts<'e, 't>(entries: &'e [(u32, Entry<'t>)]) -> Vec<Vec<&'e (u32, Entry<'t>)>> {
    let mut positions: HashMap<String, usize> = HashMap::new();
    let mut hosts: Vec<Vec<_>> = Vec::new();
    for entry in entries {
        let position = *positions
            .entry(entry.1.host.to_lowercase())
            .or_insert(hosts.len());
        if position == hosts.len() {
            hosts.push(Vec::new());
        }
        if let Some(host) = hosts.get_mut(position) {
            host.push(entry);
        }
    }
    hosts
}

fn asset_of(rows: &[&(u32, Entry<'_>)], order: Order, is_whole: bool, mut subject: Subject) -> Row {
    let mut seen = HashSet::new();
    let mut updates = Vec::new();
    for (_, entry) in rows {
        // A row that is there twice is one update, or a count would prove too much.
        if seen.insert(entry)
            && let Some(kb) = entry.kb()
        {
            updates.push(update_of(kb, entry, order));
        }
    }
    let record = &mut subject.record;
    record.set(asset::SOURCE, Value::Text("wmic qfe".to_owned()));
    record.set(asset::UPDATES, Value::Records(updates));
    if is_whole {
        let listed = i64::try_from(seen.len()).unwrap_or(i64::MAX);
        record.set(asset::UPDATES_LISTED, Value::Integer(listed));
    }
    let host = rows.first().map_or("", |(_, entry)| entry.host);
    if is_silent(host) {
        return Row::Unnamed(subject);
    }
    record.set(asset::NAME, Value::Text(host.to_owned()));
    finish(subject)
}

fn update_of(kb: String, entry: &Entry<'_>, order: Order) -> Record {
    let mut record = Record::new(&update::SCHEMA);
    record.set(update::ID, Value::Text(kb));
    if !is_silent(entry.installed_on) {
        let day = order.date(entry.installed_on);
        let unreadable = || Value::Unreadable(entry.installed_on.to_owned());
        record.set(
            update::INSTALLED_ON,
            day.map_or_else(unreadable, Value::Date),
        );
    }
    record
}

/// What stands first in dates such as `3/5/2019`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    DayFirst,
    /// Some dates show one order and some the other.
    Mixed,
    MonthFirst,
}

impl Order {
    /// The order of dates that the class itself gave.
    pub(super) fn of<'t>(dates: impl Iterator<Item = &'t str>) -> Self {
        Self::shown_by(dates).unwrap_or(Self::MonthFirst)
    }

    /// The order that dates can only have.
    fn shown_by<'t>(dates: impl Iterator<Item = &'t str>) -> Option<Self> {
        let (mut day_first, mut month_first) = (false, false);
        for (first, second, _) in dates.filter_map(slashed) {
            day_first |= first > 12;
            month_first |= second > 12;
        }
        match (day_first, month_first) {
            (true, true) => Some(Self::Mixed),
            (true, false) => Some(Self::DayFirst),
            (false, true) => Some(Self::MonthFirst),
            (false, false) => None,
        }
    }

    pub(super) fn date(self, text: &str) -> Option<Date> {
        let first = text.split_whitespace().next()?;
        if let Some((one, two, year)) = slashed(first) {
            let is_day_first = match self {
                Self::DayFirst => true,
                Self::MonthFirst => false,
                Self::Mixed if one > 12 || two > 12 => one > 12,
                Self::Mixed => return None,
            };
            let (day, month) = if is_day_first { (one, two) } else { (two, one) };
            return Date::new(year, month, day).ok();
        }
        file_time(first)
            .or_else(|| compact(first))
            .or_else(|| dotted(first))
            .or_else(|| read_date(first))
    }
}

fn slashed(text: &str) -> Option<(i8, i8, i16)> {
    let mut parts = text.split_whitespace().next()?.split('/');
    let (one, two, year) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || year.len() != 4 {
        return None;
    }
    Some((one.parse().ok()?, two.parse().ok()?, year.parse().ok()?))
}

/// `21.03.2019`: nobody writes the month first with dots.
fn dotted(text: &str) -> Option<Date> {
    let mut parts = text.split('.');
    let (day, month, year) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || year.len() != 4 {
        return None;
    }
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}

/// `20190321`.
fn compact(text: &str) -> Option<Date> {
    if text.len() != 8 || !is_digits(text) {
        return None;
    }
    let (year, month, day) = (text.get(..4)?, text.get(4..6)?, text.get(6..)?);
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}

/// Vista and 2008 write 16 hexadecimal digits: tenths of microseconds since the year 1601.
fn file_time(text: &str) -> Option<Date> {
    if text.len() != 16 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let ticks = u64::from_str_radix(text, 16).ok()?;
    let seconds = i64::try_from(ticks / 10_000_000).ok()? - 11_644_473_600;
    let instant = jiff::Timestamp::from_second(seconds).ok()?;
    Some(instant.to_zoned(TimeZone::UTC).date())
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::super::inventory::testing::{assets, bad_records, read};
    use super::*;
    use jiff::civil::date;

    const TABLE: &str = "\
Caption                                     CSName     Description      FixComments  HotFixID   InstallDate  InstalledBy          InstalledOn  Name  ServicePackInEffect  Status  \r\r
http://support.microsoft.com/?kbid=4487017  WARD-PC-1  Security Update               KB4487017               NT AUTHORITY\\SYSTEM  3/2/2019                                        \r\r
http://support.microsoft.com/?kbid=4462930  WARD-PC-2  Update                        KB4462930               NT AUTHORITY\\SYSTEM  3/21/2019                                       \r\r
                                            WARD-PC-1                                File 1                                                          KB893803v2                   \r\r
";

    const SHORT: &str = "\
Description      HotFixID   InstalledBy          InstalledOn  \r
Update           KB4462930  NT AUTHORITY\\SYSTEM  21.03.2019   \r
Security Update  KB4485449  NT AUTHORITY\\SYSTEM               \r
";

    fn unnamed(text: impl Into<Vec<u8>>) -> Vec<Subject> {
        let unnamed = |row| match row {
            Row::Unnamed(subject) => Some(subject),
            Row::Asset(_) | Row::Bad(_) => None,
        };
        read(text).0.into_iter().filter_map(unnamed).collect()
    }

    fn updates(subject: &Subject) -> Vec<(&str, Option<Date>)> {
        let updates = subject.records(asset::UPDATES).unwrap_or_default();
        updates
            .iter()
            .filter_map(|one| Some((one.text(update::ID)?, one.date(update::INSTALLED_ON))))
            .collect()
    }

    fn little(text: &str) -> Vec<u8> {
        text.encode_utf16().flat_map(u16::to_le_bytes).collect()
    }

    #[test]
    fn rows_are_gathered_by_host_and_counted() {
        let all = assets(TABLE);
        let names: Vec<_> = all.iter().map(|asset| asset.id.as_str()).collect();
        assert_eq!(names, ["WARD-PC-1", "WARD-PC-2"]);
        assert_eq!(
            updates(&all[0]),
            [("KB4487017", Some(date(2019, 3, 2))), ("KB893803", None)]
        );
        assert_eq!(all[0].integer(asset::UPDATES_LISTED), Some(2));
        assert_eq!(all[0].boolean(asset::UPDATES_COMPLETE), None);
        assert_eq!(updates(&all[1]), [("KB4462930", Some(date(2019, 3, 21)))]);
    }

    #[test]
    fn a_row_that_is_there_twice_counts_once() {
        let rows: Vec<_> = TABLE.split_inclusive('\n').collect();
        let twice = format!("{TABLE}{}{TABLE}", rows[1]);
        assert_eq!(
            assets(twice)[0].integer(asset::UPDATES_LISTED),
            Some(2),
            "the greeting of a second table is no row"
        );
    }

    #[test]
    fn the_short_form_names_no_machine() {
        let all = unnamed(SHORT);
        assert_eq!(all.len(), 1);
        assert_eq!(
            updates(&all[0]),
            [("KB4462930", Some(date(2019, 3, 21))), ("KB4485449", None)]
        );
        let bad = bad_records(format!("{SHORT}{SHORT}"));
        assert!(bad[0].message.contains("one file a machine"), "{bad:?}");
        assert!(unnamed(format!("{SHORT}{SHORT}")).is_empty());
    }

    #[test]
    fn a_table_of_get_hotfix_is_read_and_its_dates_only_where_they_are_certain() {
        let table = |first: &str| {
            format!(
                "\r\nSource        Description      HotFixID      InstalledBy          InstalledOn\r\n\
                 ------        -----------      --------      -----------          -----------\r\n\
                 WARD-PC-1     Update           KB5031539     NT AUTHORITY\\SYSTEM  {first} 00:00:00\r\n\
                 WARD-PC-1     Security Update  KB5031356     NT AUTHORITY\\SYSTEM  12/10/2023 00:00:00\r\n"
            )
        };
        let certain = assets(table("30/09/2023"));
        assert_eq!(certain[0].id, "WARD-PC-1");
        assert_eq!(updates(&certain[0])[1].1, Some(date(2023, 10, 12)));
        let open = assets(table("11/10/2023"));
        assert_eq!(updates(&open[0])[1].1, None);
        assert_eq!(open[0].unreadable().len(), 2);
    }

    #[test]
    fn a_greeting_and_any_utf_16_are_read() {
        let greetings = [
            "Please wait while WMIC is being installed.",
            "Bitte warten Sie, WMIC wird installiert..",
            "",
        ];
        for greeting in greetings {
            let glued = [greeting.as_bytes(), &little(TABLE)].concat();
            assert_eq!(assets(glued).len(), 2, "{greeting}");
            let plain = format!("{greeting}{TABLE}");
            assert_eq!(assets(plain).len(), 2, "{greeting}");
        }
        let marked = [&[0xff, 0xfe], little(TABLE).as_slice()].concat();
        assert_eq!(assets(marked).len(), 2);
    }

    #[test]
    fn pairs_are_read_as_rows() {
        let text = "\r\r\n\r\r\nCaption=x\r\r\nCSName=WARD-PC-1\r\r\nHotFixID=KB4487017\r\r\nInstalledOn=3/21/2019\r\r\nServicePackInEffect=\r\r\nStatus=\r\r\n\r\r\nCaption=x\r\r\nCSName=WARD-PC-1\r\r\nHotFixID=KB4462930\r\r\nInstalledOn=\r\r\nStatus=\r\r\n";
        let all = assets(text);
        assert_eq!(all.len(), 1);
        assert_eq!(
            updates(&all[0]),
            [("KB4487017", Some(date(2019, 3, 21))), ("KB4462930", None)]
        );
        let cut = &text[..text.len() - "Status=\r\r\n".len()];
        assert_eq!(bad_records(cut).len(), 1);
        assert_eq!(assets(cut)[0].integer(asset::UPDATES_LISTED), None);
    }

    #[test]
    fn a_cut_row_is_told_and_nothing_is_counted() {
        let cut = TABLE.find("KB4462930").expect("it is there") + "KB44629".len();
        let bad = bad_records(&TABLE[..cut]);
        assert_eq!(bad.len(), 1);
        assert_eq!(bad[0].place.line, 3);
        let all = assets(&TABLE[..cut]);
        assert_eq!(all.len(), 1);
        assert_eq!(all[0].integer(asset::UPDATES_LISTED), None);
        let shifted = TABLE.replace("WARD-PC-2  ", "WARD-PC-200000  ");
        assert_eq!(bad_records(shifted).len(), 1);
    }

    #[test]
    fn the_order_of_a_date_is_proved_by_the_others_or_by_the_class() {
        let read = |dates: &[&str]| -> Vec<_> {
            let order = Order::of(dates.iter().copied());
            dates.iter().map(|text| order.date(text)).collect()
        };
        assert_eq!(read(&["3/5/2019"]), [Some(date(2019, 3, 5))]);
        assert_eq!(
            read(&["3/5/2019", "21/5/2019"]),
            [Some(date(2019, 5, 3)), Some(date(2019, 5, 21))]
        );
        assert_eq!(
            read(&["3/5/2019", "21/5/2019", "5/21/2019"]),
            [None, Some(date(2019, 5, 21)), Some(date(2019, 5, 21))]
        );
        let others = [
            ("01d4dfd0fb4eb361", date(2019, 3, 21)),
            ("20190321", date(2019, 3, 21)),
            ("21.3.2019", date(2019, 3, 21)),
            ("2019-03-21", date(2019, 3, 21)),
            ("3/21/2019 12:00:00 AM", date(2019, 3, 21)),
        ];
        for (text, wanted) in others {
            assert_eq!(read(&[text]), [Some(wanted)], "{text}");
        }
        for wrong in ["ffffffffffffffff", "99999999", "soon", "13/13/2019"] {
            assert_eq!(read(&[wrong]), [None], "{wrong}");
        }
    }

    #[test]
    fn numbers_are_found_wherever_old_systems_put_them() {
        let kb = |id, pack| {
            let entry = Entry {
                id,
                pack,
                ..Entry::default()
            };
            entry.kb()
        };
        assert_eq!(kb("KB4487017", "SP3").as_deref(), Some("KB4487017"));
        assert_eq!(kb("943729", "").as_deref(), Some("KB943729"));
        assert_eq!(kb("File 1", "KB2115168").as_deref(), Some("KB2115168"));
        assert_eq!(kb("Q147222", ""), None);
        assert_eq!(kb("{7A068575-C5DB-43D9-BE20-3895D0C69B17}", ""), None);
    }
}
