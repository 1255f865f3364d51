//! How good the data about the assets is, in a few lines; none where there is nothing to say.

use super::page::Page;
use crate::model::DataQuality;
use crate::model::fields::asset;
use crate::report::verdict::thousands;
use std::io;

/// Fields that are named.
const NAMED: usize = 8;

pub(super) fn print(page: &mut Page<'_>, data: &DataQuality) -> io::Result<()> {
    let lines = lines(data);
    if lines.is_empty() {
        return Ok(());
    }
    page.heading("DATA QUALITY")?;
    for line in lines {
        page.prose("  - ", 4, &line)?;
    }
    Ok(())
}

fn lines(data: &DataQuality) -> Vec<String> {
    let told = [
        joined(data),
        unread(data),
        unreadable(data),
        disagreement(data),
        age(data),
        silence(data),
    ];
    told.into_iter().flatten().collect()
}

fn joined(data: &DataQuality) -> Option<String> {
    let parts = data.by_sources.iter();
    let parts: Vec<_> = parts
        .map(|(rows, assets)| format!("{} from {rows}", thousands(*assets)))
        .collect();
    let of_several: u64 = data.by_sources.values().sum();
    let others = if of_several < data.assets {
        ", the others from one each"
    } else {
        ""
    };
    (!parts.is_empty()).then(|| {
        format!(
            "{} from {}: {}{others}",
            some(data.assets, "asset"),
            some(data.records, "row"),
            listed(&parts)
        )
    })
}

fn unread(data: &DataQuality) -> Option<String> {
    (data.unread > 0).then(|| format!("{} cannot be read", some(data.unread, "record")))
}

fn unreadable(data: &DataQuality) -> Option<String> {
    let fields: Vec<_> = data
        .unreadable()
        .map(|(field, assets)| format!("{} of {}", field.name, some(assets, "asset")))
        .collect();
    (!fields.is_empty()).then(|| format!("values that cannot be read: {}", listed(&fields)))
}

fn disagreement(data: &DataQuality) -> Option<String> {
    let count = |count: u64, what: String| (count > 0).then_some(what);
    let conflicts = some(data.conflicts, "value");
    let twins = some(data.not_joined, "asset");
    let told = [
        count(
            data.conflicts,
            format!("the sources contradict each other about {conflicts}"),
        ),
        count(
            data.not_joined,
            format!("{twins} may be another asset as well, and was not joined with it"),
        ),
    ];
    let told: Vec<_> = told.into_iter().flatten().collect();
    (!told.is_empty()).then(|| format!("{} (DATA-004)", told.join("; ")))
}

fn age(data: &DataQuality) -> Option<String> {
    let undated = match data.undated {
        0 => String::new(),
        all if all == data.assets => return None,
        some => format!("; of {} not every day is known", self::some(some, "asset")),
    };
    let oldest = data.oldest?;
    Some(format!("the oldest facts are of {oldest}{undated}"))
}

/// The state of machines of which no source says anything.
fn silence(data: &DataQuality) -> Option<String> {
    let silent = data.silent().filter(|(id, _)| asset::ages(*id));
    let silent: Vec<_> = silent.map(|(_, field)| field.name.to_owned()).collect();
    let dated = (data.undated == data.assets && data.assets > 0)
        .then_some("no asset says on which day its facts were collected");
    match (silent.as_slice(), dated) {
        ([], None) => None,
        ([], Some(dated)) => Some(dated.to_owned()),
        (silent, dated) => {
            let dated = dated.map(|dated| format!("{dated}; "));
            Some(format!(
                "{}no asset says anything of {}",
                dated.unwrap_or_default(),
                listed(silent)
            ))
        }
    }
}

fn listed(all: &[String]) -> String {
    let named = all.iter().take(NAMED).cloned().collect::<Vec<_>>();
    match all.len().saturating_sub(named.len()) {
        0 => named.join(", "),
        more => format!("{} and {more} more", named.join(", ")),
    }
}

fn some(count: u64, what: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{} {what}{plural}", thousands(count))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Origin, Origins, Place, Remark, RemarkKind, Subject, SubjectKind};
    use jiff::civil::date;

    fn machine(seen: &str) -> Subject {
        let mut machine = Subject::new(SubjectKind::Asset, "a", Place::whole("a.csv"));
        machine.record.set_text(asset::OBSERVED_AT, seen);
        machine
    }

    #[test]
    fn nothing_is_said_of_no_assets() {
        assert_eq!(lines(&DataQuality::default()), Vec::<String>::new());
    }

    #[test]
    fn the_worst_is_told_in_a_few_lines() {
        let mut data = DataQuality::default();
        let mut joined = machine("2026-11-01");
        joined.record.set_text(asset::SMB1_SERVER, "perhaps");
        let origin = |file: &str| Origin {
            place: Place::whole(file),
            collected: Some(date(2026, 10, 1)),
        };
        let mut origins = Origins::new(vec![origin("a.csv"), origin("b.csv")]);
        origins.set(asset::SMB1_SERVER, 1);
        origins.remarks.push(Remark {
            kind: RemarkKind::Conflict,
            field: None,
            place: Place::whole("a.csv"),
            text: String::new(),
        });
        joined.origins = Some(Box::new(origins));
        data.see(&joined);
        data.see(&machine("soon"));
        data.see_unread();
        let told = lines(&data);
        assert_eq!(
            told[..5],
            [
                "2 assets from 3 rows: 1 from 2, the others from one each",
                "1 record cannot be read",
                "values that cannot be read: observed_at of 1 asset, smb1.server of 1 asset",
                "the sources contradict each other about 1 value (DATA-004)",
                "the oldest facts are of 2026-10-01; of 1 asset not every day is known",
            ]
        );
        assert!(
            told[5].starts_with("no asset says anything of os,"),
            "{}",
            told[5]
        );
        assert!(told[5].ends_with("more"), "{}", told[5]);
    }
}
