//! Brings fresh facts: fetches what the feeds publish, or reads it from files, and says how the
//! facts differ. Writes nothing; taking the facts over is the store's.
//!
//! A feed that fails does not stop the others, and what failed leaves no trace.

mod changes;
mod client;
mod error;
mod fetch;
mod files;
mod retry;
mod steps;

pub use changes::changes;
pub use error::{Trouble, UpdateError};
pub use files::{FromFiles, from_files};
pub use reqwest::Url;

use super::Facts;
use super::feed::{Feed, Fresh, packages};
use super::store::{FeedState, Manifest};
use jiff::Timestamp;
use jiff::civil::Date;
use std::collections::BTreeMap;
use std::time::Duration;

/// No document of a feed is larger; a larger one is none.
pub(super) const MAX_DOCUMENT: u64 = 64 * 1024 * 1024;

/// What to fetch, and how.
#[derive(Debug, Clone)]
pub struct Request {
    pub feeds: Vec<Feed>,
    /// Where the feeds are, if not at home.
    pub urls: BTreeMap<Feed, Url>,
    /// Root certificates to trust beside the system's, as PEM.
    pub authorities: Vec<u8>,
    /// The month of the first security document to fetch even if it was not changed lately.
    pub since: Option<Month>,
    /// For one feed, retries included.
    pub deadline: Duration,
    /// Before the second attempt; doubled for each one more.
    pub pause: Duration,
    pub now: Timestamp,
}

/// A month of the vendor's security documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Month {
    pub year: i16,
    pub month: i8,
}

/// What happens while we wait.
#[derive(Debug, Clone, Copy)]
pub enum Step<'s> {
    Asking { url: &'s str },
    Received { bytes: u64, of: Option<u64> },
    Waiting { why: &'s Trouble, pause: Duration },
}

/// What one feed gave.
#[derive(Debug)]
pub struct Got {
    /// `None`: nothing that we have not.
    pub fresh: Option<Fresh>,
    /// What to remember of each document that was asked for.
    pub states: Vec<FeedState>,
    /// Documents of the feed that could not be had, where others could.
    pub failed: Vec<UpdateError>,
}

/// A feed, and what came of asking it.
pub type Answered = (Feed, Result<Got, UpdateError>);

/// Where a feed is at home.
pub fn home(feed: Feed) -> &'static str {
    match feed {
        Feed::Kev => {
            "https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json"
        }
        Feed::Lifecycle => "https://endoflife.date/api/v1/products/full",
        Feed::Windows => "https://api.msrc.microsoft.com/cvrf/v3.0/updates",
    }
}

/// The day of the facts a feed brings, as they are in place.
pub fn data_date(feed: Feed, facts: &Facts) -> Option<Date> {
    let name = match feed {
        Feed::Kev => "kev.tsv",
        Feed::Lifecycle => "lifecycle.tsv",
        Feed::Windows => packages::TABLE,
    };
    facts.date_of(name)
}

/// Asks the feeds, one after the other. `facts` and `known` are the catalogue in place and what its
/// manifest remembers.
pub fn fetch(
    request: &Request,
    facts: &Facts,
    known: Option<&Manifest>,
    watch: &mut dyn FnMut(Step<'_>),
) -> Result<Vec<Answered>, UpdateError> {
    let client = client::build(&request.authorities)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(UpdateError::Runtime)?;
    let mut got = Vec::with_capacity(request.feeds.len());
    for feed in &request.feeds {
        let mut asked = steps::Asked {
            client: &client,
            request,
            facts,
            known,
            watch: &mut *watch,
        };
        let result = runtime
            .block_on(async { tokio::time::timeout(request.deadline, asked.feed(*feed)).await });
        let result = result.unwrap_or_else(|_| {
            Err(UpdateError::Fetch {
                url: feed.title().to_owned(),
                what: Trouble::Deadline(request.deadline),
            })
        });
        got.push((*feed, result));
    }
    Ok(got)
}

impl Month {
    fn of(day: Date) -> Self {
        Self {
            year: day.year(),
            month: day.month(),
        }
    }

    fn next(self) -> Self {
        let Self { year, month } = self;
        if month == 12 {
            return Self {
                year: year + 1,
                month: 1,
            };
        }
        Self {
            month: month + 1,
            ..self
        }
    }

    /// Of `2024-10` or `2026-Sep`, with anything behind the month.
    pub fn read(text: &str) -> Option<Self> {
        const NAMES: [&str; 12] = [
            "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
        ];
        let mut parts = text.split('-');
        let year = parts.next().filter(|year| year.len() == 4)?.parse().ok()?;
        let month = parts.next()?;
        let named = NAMES.iter().zip(1..).find(|(name, _)| **name == month);
        let month = match named {
            Some((_, number)) => number,
            None => month
                .parse()
                .ok()
                .filter(|number| (1..=12).contains(number))?,
        };
        Some(Self { year, month })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_are_read_as_people_and_the_vendor_write_them() {
        let october = Some(Month {
            year: 2024,
            month: 10,
        });
        for text in ["2024-10", "2024-Oct", "2024-Oct-B"] {
            assert_eq!(Month::read(text), october, "{text}");
        }
        for text in ["", "2024", "2024-13", "24-10", "2024-Okt"] {
            assert_eq!(Month::read(text), None, "{text}");
        }
    }

    #[test]
    fn every_feed_is_at_home_on_an_https_address() {
        for feed in Feed::ALL {
            assert_eq!(Url::parse(home(feed)).unwrap().scheme(), "https");
        }
    }
}
