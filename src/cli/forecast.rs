//! `passmuster forecast`: what changes from the day asked about to a later one.

use super::check::{BadRecords, day, describe, no_assets, profile_name, scope_note};
use super::data::Known;
use super::exit::{BadInput, ExitStatus};
use super::input;
use super::options::{Forecast, ForecastFormat, Options, Reach};
use super::output::{Screen, Spool, progress};
use super::overlay;
use super::rules::load_to_judge;
use super::waivers;
use crate::catalogue::Catalogue;
use crate::engine::{Ahead, Aim, Evaluation, Material, look_ahead};
use crate::model::Finding;
use crate::policy::Profile;
use crate::report;
use anyhow::{Result, anyhow};
use jiff::ToSpan;
use jiff::civil::Date;
use tracing::info;

/// What is announced for later than this will have changed by then.
const MOST_YEARS: i16 = 10;

pub(super) fn run(forecast: &Forecast, options: &Options, screen: &Screen) -> Result<ExitStatus> {
    let asked = &forecast.asked;
    let today = day(asked);
    let until = end(forecast.until, today)?;
    let known = Known::open(options);
    let catalogue = overlay::catalogue(known.catalogue, &asked.overlays)?;
    let library = load_to_judge(&asked.rules, catalogue)?;
    let input = input::open(asked)?;
    let profile = library.profile(&profile_name(asked, &input, &library)?)?;
    let (waivers, left_out) = waivers::load(asked, &input, &library)?;

    info!(profile = profile.id, %today, %until, "looking ahead");
    let mut notes = input.notes;
    notes.extend(left_out);
    notes.extend(scope_note(input.is_bare, asked, profile, &library));
    notes.extend(known.notes());
    notes.extend(overlay::notes(catalogue));
    notes.extend(window_notes(profile, today, until));
    notes.push(announced_note(catalogue, today));
    let bar = progress(input.bytes, options.quiet);
    let evaluation = Evaluation {
        material: Material {
            rules: &profile.rules,
            waivers: &waivers,
            catalogue,
            declaration: &input.declaration,
            today,
        },
        assets: input.assets,
        inventories: input.inventories,
        tell_all_for_first: 0,
    };
    let run = describe(&evaluation, profile, &library, notes);
    let has_inventories = !evaluation.inventories.is_empty();
    let mut bad = BadRecords::default();
    let mut tell = |finding: &Finding| {
        bad.see(finding);
        Ok(())
    };
    let mut progress = |assets: u64, bytes: u64| {
        if let Some(bar) = &bar {
            bar.set_position(bytes);
            bar.set_message(format!("{assets} assets"));
        }
    };
    let ahead = Ahead {
        until,
        aim: Aim::Everything,
    };
    let (summary, inventories) = look_ahead(evaluation, ahead, &mut tell, &mut progress)?;
    if let Some(bar) = bar {
        bar.finish_and_clear();
    }
    if has_inventories && summary.assets == 0 {
        return Err(anyhow!(BadInput(no_assets(&inventories, &bad))));
    }
    if summary.decision().is_none() {
        return Err(anyhow!(BadInput("nothing was checked".to_owned())));
    }
    let output = forecast.output.as_deref();
    let spool = Spool::open(output)?;
    let look = report::Options {
        width: screen.width,
        colour: output.is_none() && screen.colour,
        ..report::Options::default()
    };
    let write = match forecast.format {
        ForecastFormat::Json => report::forecast_as_json,
        ForecastFormat::Terminal => report::forecast_for_people,
    };
    write(spool.writer()?, &look, &run, &summary, until)?;
    spool.finish(output)?;
    Ok(ExitStatus::Done)
}

/// The last day that is looked at.
fn end(reach: Reach, today: Date) -> Result<Date> {
    let until = match reach {
        Reach::On(day) => day,
        Reach::In(length) => length.after(today),
    };
    if until <= today {
        return Err(anyhow!(BadInput(format!(
            "--until {until} is not after {today}, the day asked about; name a later day, or an \
             earlier one with --as-of"
        ))));
    }
    let most = today.checked_add(MOST_YEARS.years()).unwrap_or(Date::MAX);
    if until > most {
        return Err(anyhow!(BadInput(format!(
            "--until {until} is more than {MOST_YEARS} years after {today}; the last day that can \
             be looked at is {most}"
        ))));
    }
    Ok(until)
}

/// On the days before and after these the rules say the same, but nobody can be admitted.
fn window_notes(profile: &Profile, today: Date, until: Date) -> Vec<String> {
    let id = &profile.id;
    let opens = profile.opens.filter(|opens| today < *opens);
    let closes = profile.closes.filter(|closes| *closes < until);
    let opens =
        opens.map(|opens| format!("{id} opens on {opens}: nobody can be admitted under it before"));
    let closes = closes.map(|closes| {
        let verb = if closes < today { "closed" } else { "closes" };
        format!("{id} {verb} on {closes}: nobody can be admitted under it after that day")
    });
    opens.into_iter().chain(closes).collect()
}

fn announced_note(catalogue: &Catalogue, today: Date) -> String {
    format!(
        "with nothing else changed: updates, ends of support and holes that become known after {} \
         are not in it",
        catalogue.data_date().min(today)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::predicate::Length;
    use jiff::civil::date;

    #[test]
    fn a_forecast_ends_after_the_day_asked_about_and_within_ten_years() {
        let today = date(2026, 11, 22);
        let on = |day| end(Reach::On(day), today).ok();
        assert_eq!(on(today), None);
        assert_eq!(on(date(2026, 11, 23)), Some(date(2026, 11, 23)));
        assert_eq!(on(date(2036, 11, 22)), Some(date(2036, 11, 22)));
        assert_eq!(on(date(2036, 11, 23)), None);
        let year = Reach::In(Length::Months(12));
        assert_eq!(end(year, today).ok(), Some(date(2027, 11, 22)));
        assert_eq!(end(year, Date::MAX).ok(), None);
    }
}
