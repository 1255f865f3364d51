//! Looks for the subject somebody named, in a stream of subjects of which none is kept that may not
//! be the one: by its identifier, else by what people call it, else by how either begins.

use super::judge::name_of;
use crate::import::BadRecord;
use crate::model::{Subject, SubjectKind};

/// Records with one identifier that are kept.
const KEPT: usize = 5;
/// Identifiers that are named where several fit, or none does.
const NAMED: usize = 5;
/// Characters of an identifier that are compared to find the nearest.
const COMPARED: usize = 64;

/// Sees every subject there is, and says in the end which was meant.
#[derive(Debug)]
pub struct Seeker {
    wanted: String,
    folded: String,
    /// By how well they fit: identifier, name or identifier in other letters, beginning.
    fits: [Fits; 3],
    /// The identifiers nearest to it, each with how far it is.
    near: Vec<(usize, String)>,
    unread: Option<BadRecord>,
    unreadable: u64,
    seen: u64,
}

/// What was meant.
#[derive(Debug)]
pub enum Sought {
    /// The first records with one identifier, and how many there are.
    Found(Vec<Subject>, u64),
    /// The first identifiers that fit, and how many records do.
    Several(Vec<String>, u64),
    /// Only a record that could not be read goes by that identifier.
    Unread(BadRecord),
    /// The identifiers nearest to it, how many subjects there are, and how many records beside
    /// them could not be read.
    Unknown(Vec<String>, u64, u64),
}

#[derive(Debug, Default)]
struct Fits {
    /// Those with the first identifier that fits.
    subjects: Vec<Subject>,
    same: u64,
    ids: Vec<String>,
    count: u64,
}

impl Seeker {
    pub fn new(wanted: &str) -> Self {
        Self {
            wanted: wanted.to_owned(),
            folded: wanted.to_lowercase(),
            fits: Default::default(),
            near: Vec::new(),
            unread: None,
            unreadable: 0,
            seen: 0,
        }
    }

    pub fn see(&mut self, subject: &Subject) {
        self.seen += 1;
        match self.fit(subject) {
            Some(rank) => self.fits[rank].add(subject),
            None => self.compare(&subject.id),
        }
    }

    /// A record that could not be read may be the one.
    pub fn see_unread(&mut self, record: BadRecord) {
        self.unreadable += 1;
        if self.unread.is_none() && record.id.as_deref() == Some(self.wanted.as_str()) {
            self.unread = Some(record);
        }
    }

    /// Whether something goes by exactly this identifier or name.
    pub fn has_found(&self) -> bool {
        self.fits[..2].iter().any(|fits| fits.count > 0)
    }

    pub fn end(self) -> Sought {
        let found = self.fits.into_iter().find(|fits| fits.count > 0);
        match (found, self.unread) {
            (Some(fits), _) if fits.same == fits.count => Sought::Found(fits.subjects, fits.count),
            (None | Some(_), Some(record)) => Sought::Unread(record),
            (Some(fits), None) => Sought::Several(fits.ids, fits.count),
            (None, None) => {
                let near = self.near.into_iter().map(|(_, id)| id).collect();
                Sought::Unknown(near, self.seen, self.unreadable)
            }
        }
    }

    fn fit(&self, subject: &Subject) -> Option<usize> {
        if subject.id == self.wanted {
            return Some(0);
        }
        let is_organisation = subject.kind == SubjectKind::Organisation;
        if is_organisation && self.folded == subject.kind.name() {
            return Some(1);
        }
        if self.folded.is_empty() {
            return None;
        }
        let name = name_of(subject);
        let names = [Some(subject.id.as_str()), name.as_deref()];
        let names = names.into_iter().flatten().map(str::to_lowercase);
        let ranks = names.filter_map(|name| match name.strip_prefix(&self.folded) {
            Some("") => Some(1),
            Some(_) => Some(2),
            None => None,
        });
        ranks.min()
    }

    /// Keeps the few nearest identifiers, nearest first, the first of equals.
    fn compare(&mut self, id: &str) {
        let short = |text: &str| text.chars().take(COMPARED).collect::<String>();
        let shown = short(id);
        let distance = strsim::osa_distance(&short(&self.folded), &shown.to_lowercase());
        let at = self.near.partition_point(|(other, _)| *other <= distance);
        if at < NAMED && !self.near.iter().any(|(_, known)| *known == shown) {
            self.near.insert(at, (distance, shown));
            self.near.truncate(NAMED);
        }
    }
}

impl Fits {
    fn add(&mut self, subject: &Subject) {
        self.count += 1;
        let is_first_id = self.ids.first().is_none_or(|first| *first == subject.id);
        if is_first_id {
            self.same += 1;
            if self.subjects.len() < KEPT {
                self.subjects.push(subject.clone());
            }
        }
        if self.ids.len() < NAMED && !self.ids.contains(&subject.id) {
            self.ids.push(subject.id.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Place;
    use crate::model::fields::asset;

    fn machine(id: &str, name: &str) -> Subject {
        let mut machine = Subject::new(SubjectKind::Asset, id, Place::whole("a.csv"));
        machine.record.set_text(asset::NAME, name);
        machine
    }

    fn sought(wanted: &str, machines: &[(&str, &str)]) -> Sought {
        let mut seeker = Seeker::new(wanted);
        for (id, name) in machines {
            seeker.see(&machine(id, name));
        }
        seeker.end()
    }

    fn found(wanted: &str, machines: &[(&str, &str)]) -> (String, u64) {
        match sought(wanted, machines) {
            Sought::Found(subjects, count) => (subjects[0].id.clone(), count),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn an_identifier_goes_before_a_name_and_a_name_before_a_beginning() {
        let machines = [
            ("PC-10", "x"),
            ("PC-2", "PC-1"),
            ("PC-1", "y"),
            ("A", "pc-1"),
        ];
        assert_eq!(found("PC-1", &machines), ("PC-1".into(), 1));
        assert_eq!(found("pc-2", &machines), ("PC-2".into(), 1));
        assert_eq!(found("PC-10", &machines), ("PC-10".into(), 1));
        assert_eq!(found("PC-1", &machines[..2]), ("PC-2".into(), 1));
        assert_eq!(found("PC-", &machines[..1]), ("PC-10".into(), 1));
    }

    #[test]
    fn of_many_records_with_one_identifier_a_few_are_kept_and_all_counted() {
        let machines = vec![("PC-1", "x"); 1_000];
        let Sought::Found(subjects, count) = sought("PC-1", &machines) else {
            panic!("it is there");
        };
        assert_eq!((subjects.len(), count), (KEPT, 1_000));
    }

    #[test]
    fn a_beginning_that_several_have_is_nobodys() {
        let machines = [("PC-10", "x"), ("PC-11", "y"), ("PC-10", "z")];
        match sought("pc", &machines) {
            Sought::Several(ids, count) => {
                assert_eq!((ids.join(" "), count), ("PC-10 PC-11".into(), 3));
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_nearest_few_are_named_the_nearest_first() {
        let ids: Vec<_> = (0..500).map(|number| format!("WARD-{number:03}")).collect();
        let machines: Vec<_> = ids.iter().map(|id| (id.as_str(), "x")).collect();
        let Sought::Unknown(near, seen, _) = sought("WRD-417", &machines) else {
            panic!("it is not there");
        };
        assert_eq!(
            (near[0].as_str(), near.len(), seen),
            ("WARD-417", NAMED, 500)
        );
    }

    #[test]
    fn nothing_is_the_beginning_of_everything_and_means_nobody() {
        assert!(matches!(sought("", &[("PC-1", "x")]), Sought::Unknown(..)));
    }
}
