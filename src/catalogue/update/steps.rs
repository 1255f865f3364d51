//! What to ask for each feed, in which order, and what to make of the answers.

use super::fetch::{Answer, Document, Question, redacted};
use super::{Got, Month, Request, Step, UpdateError, home};
use crate::catalogue::feed::{self, Feed, Fresh, endoflife, msrc, packages};
use crate::catalogue::store::{FeedState, Manifest};
use crate::catalogue::{Facts, Kev};
use jiff::civil::Date;
use reqwest::{Client, Url};
use std::collections::BTreeMap;

pub(super) struct Asked<'a> {
    pub(super) client: &'a Client,
    pub(super) request: &'a Request,
    pub(super) facts: &'a Facts,
    pub(super) known: Option<&'a Manifest>,
    pub(super) watch: &'a mut dyn FnMut(Step<'_>),
}

impl Asked<'_> {
    pub(super) async fn feed(&mut self, feed: Feed) -> Result<Got, UpdateError> {
        let url = match self.request.urls.get(&feed) {
            Some(url) => url.clone(),
            None => Url::parse(home(feed)).expect("a tested address"),
        };
        if url.scheme() != "https" {
            let url = redacted(&url);
            return Err(UpdateError::Scheme { url });
        }
        let known = self
            .known
            .and_then(|known| known.feed(feed.name(), &redacted(&url)));
        let is_asked_in_full = feed == Feed::Windows && self.request.since.is_some();
        let known = known.filter(|_| !is_asked_in_full);
        let document = match self.ask(&url, known).await? {
            Answer::Document(document) => document,
            Answer::Same => return Ok(self.same(known)),
        };
        if known.is_some_and(|known| known.sha256 == document.sha256()) {
            return Ok(self.same(known));
        }
        if feed == Feed::Windows && Feed::of(&document.bytes) != Some(Feed::Windows) {
            return self.months(&url, &document).await;
        }
        let fresh = read(feed, &document.bytes, self.facts)?;
        let state = self.state(feed, &url, &document, fresh.data_date);
        Ok(Got {
            fresh: Some(fresh),
            states: vec![state],
            failed: Vec::new(),
        })
    }

    async fn ask(&mut self, url: &Url, known: Option<&FeedState>) -> Result<Answer, UpdateError> {
        let question = Question {
            client: self.client,
            url,
            known,
            pause: self.request.pause,
            now: self.request.now,
        };
        question.ask(self.watch).await
    }

    /// Nothing new, as of now.
    fn same(&self, known: Option<&FeedState>) -> Got {
        let states = known.map(|known| FeedState {
            fetched: self.request.now,
            ..known.clone()
        });
        Got {
            fresh: None,
            states: states.into_iter().collect(),
            failed: Vec::new(),
        }
    }

    /// The documents that the list has in another edition than the table, oldest change first.
    /// Only when none fails is the list remembered: else the next update would not look again.
    async fn months(&mut self, url: &Url, list: &Document) -> Result<Got, UpdateError> {
        let listed = msrc::read_index(&list.bytes)?;
        let newest = listed.iter().map(|one| one.data_date).max();
        let table = self.facts.text_of(packages::TABLE).unwrap_or("");
        let wanted = wanted(&listed, table, own_date(), self.request.since);
        let mut documents = Vec::new();
        let mut failed = Vec::new();
        for one in wanted {
            match self.month(url, &one.id).await {
                Ok(document) => documents.push(document),
                // Months are taken in their order up to the first that cannot be had: facts with a
                // month missing would look as fresh as the newest.
                Err(error) => {
                    failed.push(error);
                    break;
                }
            }
        }
        let states = match newest {
            Some(date) if failed.is_empty() => vec![self.state(Feed::Windows, url, list, date)],
            _ => Vec::new(),
        };
        let fresh = if documents.is_empty() {
            None
        } else {
            Some(packages::with_documents(table, &documents)?)
        };
        Ok(Got {
            fresh,
            states,
            failed,
        })
    }

    async fn month(&mut self, list: &Url, id: &str) -> Result<msrc::Document, UpdateError> {
        // Not where the list says: an address in a document does not decide whom we ask.
        let mut url = list.clone();
        url.set_query(None);
        let path = list.path().trim_end_matches('/');
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        url.set_path(&format!("{folder}/cvrf/{id}"));
        let Answer::Document(document) = self.ask(&url, None).await? else {
            return Err(
                feed::unexpected(&format!("`{id}`"), "nothing where it was asked for").into(),
            );
        };
        let read = msrc::read(&document.bytes)?;
        if read.id != id {
            let found = format!("that of `{}`", read.id);
            return Err(feed::unexpected(&format!("`{id}`"), &found).into());
        }
        Ok(read)
    }

    fn state(&self, feed: Feed, url: &Url, document: &Document, data_date: Date) -> FeedState {
        FeedState {
            feed: feed.name().to_owned(),
            url: redacted(url),
            etag: document.etag.clone(),
            last_modified: document.last_modified.clone(),
            fetched: self.request.now,
            sha256: document.sha256(),
            data_date,
        }
    }
}

/// Reads one document of a feed.
pub(super) fn read(feed: Feed, bytes: &[u8], facts: &Facts) -> Result<Fresh, UpdateError> {
    let table = |name| facts.text_of(name).unwrap_or("");
    match feed {
        Feed::Kev => {
            let kev = Kev::read_json(bytes)?;
            let before = Kev::parse(table("kev.tsv")).map_err(feed::FeedError::from)?;
            Ok(Fresh {
                notes: feed::kev::weaker(&before, &kev)?,
                tables: BTreeMap::from([("kev.tsv", kev.to_table())]),
                data_date: kev.data_date(),
            })
        }
        Feed::Lifecycle => Ok(endoflife::read(bytes, table("lifecycle.tsv"))?),
        Feed::Windows => {
            let document = msrc::read(bytes)?;
            Ok(packages::with_documents(
                table(packages::TABLE),
                &[document],
            )?)
        }
    }
}

/// The day of the packages inside the program: what was changed before is in them.
fn own_date() -> Date {
    let table = Facts::embedded().text_of(packages::TABLE).unwrap_or("");
    packages::data_date(table)
}

fn wanted<'l>(
    listed: &'l [msrc::Listed],
    table: &str,
    own: Date,
    since: Option<Month>,
) -> Vec<&'l msrc::Listed> {
    let editions = packages::documents(table);
    let mut wanted: Vec<_> = listed
        .iter()
        .filter(|one| {
            let is_late = since.is_some_and(|since| Month::read(&one.id) >= Some(since));
            let edition = editions.get(&*one.id);
            edition.is_none_or(|edition| *edition != one.revised)
                && (edition.is_some() || is_late || one.data_date >= own)
        })
        .collect();
    wanted.sort_by(|a, b| (a.data_date, &a.id).cmp(&(b.data_date, &b.id)));
    wanted
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn listed(id: &str, day: Date) -> msrc::Listed {
        msrc::Listed {
            id: id.into(),
            revised: format!("{day}T07:00:00Z"),
            data_date: day,
        }
    }

    #[test]
    fn what_is_new_or_was_changed_is_asked_for() {
        let list = [
            listed("2026-Nov", date(2026, 11, 10)),
            listed("2026-Sep", date(2026, 10, 4)),
            listed("2026-Oct", date(2026, 10, 20)),
            listed("2026-May", date(2026, 6, 1)),
            listed("2024-Nov", date(2024, 12, 1)),
        ];
        let table = "# source msrc-2026-Sep: Microsoft security document 2026-Sep, facts of the vendor, revised 2026-10-04T07:00:00Z\n\
                     # source msrc-2026-Oct: Microsoft security document 2026-Oct, facts of the vendor, revised 2026-10-13T07:00:00Z\n";
        let ids = |since: Option<&str>| {
            let since = since.and_then(Month::read);
            let wanted = wanted(&list, table, date(2026, 8, 18), since);
            wanted.iter().map(|one| one.id.clone()).collect::<Vec<_>>()
        };
        assert_eq!(ids(None), ["2026-Oct", "2026-Nov"]);
        assert_eq!(ids(Some("2026-01")), ["2026-May", "2026-Oct", "2026-Nov"]);
    }
}
