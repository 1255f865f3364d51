//! The form by which makers of medical devices disclose their security: MDS2, ANSI/NEMA HN 1-2019,
//! as a CSV sheet or as JSON. There is no machine-readable standard of it: a row counts by the
//! number of its question, wherever its columns stand.
//!
//! An answer becomes a field only where it cannot be read otherwise: “See Note” is no answer, and
//! what a device can do is not what is switched on. Numbers and wording of the questions were taken
//! from a form that a maker published for its recorders in 2026, and agree with the groups of the
//! standard; the standard itself was not at hand.

use super::encoding::cell_text;
use crate::model::fields::{asset, mds2_answer, product};
use crate::model::{Declaration, FieldId, Record, SubjectKind, Value, fold_name, model_key};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The longest form that is read.
pub(super) const MAX_BYTES: u64 = 4 << 20;
/// Rows of a sheet, or entries of a JSON, that are looked at.
const MAX_ROWS: usize = 20_000;
/// Longest note kept.
const NOTE_BYTES: usize = 1_000;
const MODELS: usize = 200;

/// Groups of the standard whose answers are kept for rules to ask.
const GROUPS: [&str; 23] = [
    "ALOF", "AUDT", "AUTH", "CNFS", "CONN", "CSUP", "DIDT", "DOC", "DTBK", "EMRG", "IGAU", "MLDP",
    "MPII", "NAUT", "PAUT", "PLOK", "RDMP", "RMOT", "SAHD", "SBOM", "SGUD", "STCF", "TXCF",
];

/// A form that was read.
#[derive(Debug)]
pub(super) struct Form {
    pub(super) maker: String,
    pub(super) models: Vec<String>,
    /// `HN 1-2019`, where the form says it.
    edition: Option<String>,
    answers: BTreeMap<String, Answer>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Answer {
    /// `yes`, `no` or `not-applicable`.
    word: Option<&'static str>,
    note: String,
}

/// Reads a form; what is wrong is a lower-case fragment.
pub(super) fn read(bytes: &[u8]) -> Result<Form, String> {
    let text = match encoding_rs::Encoding::for_bom(bytes) {
        Some((encoding, _)) => encoding.decode_with_bom_removal(bytes).0,
        None => cell_text(bytes),
    };
    if text.contains('\0') {
        return Err("it is not text; save the sheet as CSV".into());
    }
    let mut sheet = Sheet::default();
    if text.trim_start().starts_with(['{', '[']) {
        sheet.json(&text)?;
    } else {
        sheet.csv(&text)?;
    }
    sheet.finish()
}

#[derive(Default)]
struct Sheet {
    edition: Option<String>,
    answers: BTreeMap<String, Answer>,
    rows: usize,
}

impl Sheet {
    fn csv(&mut self, text: &str) -> Result<(), String> {
        let head: String = text.lines().take(40).collect();
        let count = |c: char| head.matches(c).count();
        let delimiter = [b'\t', b';', b',']
            .into_iter()
            .max_by_key(|c| count(char::from(*c)))
            .unwrap_or(b',');
        let mut rows = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(delimiter)
            .from_reader(text.as_bytes());
        for row in rows.records() {
            let row = row.map_err(|error| format!("it is no CSV: {error}"))?;
            let cells: Vec<_> = row.iter().map(str::trim).collect();
            self.row(&cells)?;
        }
        Ok(())
    }

    fn row(&mut self, cells: &[&str]) -> Result<(), String> {
        self.count()?;
        for cell in cells {
            self.look_for_edition(cell);
        }
        let Some(at) = cells.iter().position(|cell| question(cell).is_some()) else {
            return Ok(());
        };
        let Some(id) = cells.get(at).and_then(|cell| question(cell)) else {
            return Ok(());
        };
        let rest = cells.get(at + 1..).unwrap_or_default();
        let answered = rest.iter().position(|cell| is_answer(cell));
        let note = match answered {
            Some(answered) => rest.get(answered + 1..).unwrap_or_default().join(" "),
            // The wording of the question, and what is written behind it.
            None => match rest {
                [only] => (*only).to_owned(),
                rest => rest.get(1..).unwrap_or_default().join(" "),
            },
        };
        let word = answered.and_then(|answered| rest.get(answered));
        self.add(id, word.and_then(|word| answer(word)), &note);
        Ok(())
    }

    fn json(&mut self, text: &str) -> Result<(), String> {
        let value: serde_json::Value =
            serde_json::from_str(text).map_err(|error| format!("its JSON is broken: {error}"))?;
        self.node(None, &value)
    }

    /// Answers under their questions, or entries that name them, at any depth.
    fn node(&mut self, key: Option<&str>, value: &serde_json::Value) -> Result<(), String> {
        use serde_json::Value as Json;
        self.count()?;
        let id = key.and_then(question);
        match value {
            Json::Array(items) => items.iter().try_for_each(|item| self.node(None, item)),
            Json::Object(entries) => {
                let text = |names: &[&str]| {
                    let found = entries.iter().find(|(key, _)| {
                        let key = fold_name(key);
                        names.iter().any(|name| *name == key)
                    });
                    found.and_then(|(_, value)| value.as_str())
                };
                let named = text(&["id", "question", "questionid", "number"]);
                if let Some(id) = id.or_else(|| named.and_then(question)) {
                    let said = text(&["answer", "response", "value"]).unwrap_or_default();
                    let note = text(&["note", "notes", "comment"]).unwrap_or_default();
                    self.say(id, said, note);
                    return Ok(());
                }
                entries
                    .iter()
                    .try_for_each(|(key, value)| self.node(Some(key), value))
            }
            Json::String(said) => {
                match id {
                    Some(id) => self.say(id, said, ""),
                    None => self.look_for_edition(said),
                }
                Ok(())
            }
            Json::Bool(said) => {
                if let Some(id) = id {
                    let word = if *said { "yes" } else { "no" };
                    self.add(id, Some(word), "");
                }
                Ok(())
            }
            Json::Null | Json::Number(_) => Ok(()),
        }
    }

    fn say(&mut self, id: String, said: &str, note: &str) {
        if is_answer(said) {
            return self.add(id, answer(said), note);
        }
        self.add(id, None, &format!("{said} {note}"));
    }

    fn count(&mut self) -> Result<(), String> {
        self.rows = self.rows.saturating_add(1);
        if self.rows > MAX_ROWS {
            return Err(format!("it has more than {MAX_ROWS} rows"));
        }
        Ok(())
    }

    /// Two different answers to one question are none.
    fn add(&mut self, id: String, word: Option<&'static str>, note: &str) {
        let note = note.trim();
        let note = note[..note.floor_char_boundary(NOTE_BYTES)].to_owned();
        let answer = Answer { word, note };
        self.answers
            .entry(id)
            .and_modify(|first| {
                if first.word != answer.word {
                    first.word = None;
                }
            })
            .or_insert(answer);
    }

    fn look_for_edition(&mut self, cell: &str) {
        let Some(at) = cell.find("HN 1-") else { return };
        let year: String = cell[at + 5..].chars().take(4).collect();
        if year.len() == 4 && year.bytes().all(|b| b.is_ascii_digit()) {
            self.edition.get_or_insert(format!("HN 1-{year}"));
        }
    }

    fn finish(self) -> Result<Form, String> {
        if self.answers.is_empty() {
            return Err("it holds no answer of an MDS2 form, such as CSUP-1".into());
        }
        let note = |id: &str| {
            self.answers
                .get(id)
                .map_or("", |answer| answer.note.as_str())
        };
        let (maker, models) = (note("DOC-1").to_owned(), note("DOC-3").to_owned());
        let models: Vec<_> = models
            .split([',', ';', '\n'])
            .map(str::trim)
            .filter(|model| !model.is_empty())
            .take(MODELS)
            .map(str::to_owned)
            .collect();
        if maker.is_empty() || models.is_empty() {
            return Err("it does not say whose device it is about: answer DOC-1 and DOC-3".into());
        }
        Ok(Form {
            maker,
            models,
            edition: self.edition,
            answers: self.answers,
        })
    }
}

/// The number of a question, where a text is one: letters, a hyphen, numbers between dots.
fn question(text: &str) -> Option<String> {
    let text = text.trim().trim_end_matches([':', '.']);
    let (group, number) = text.split_once('-')?;
    let group = group.trim().to_ascii_uppercase();
    let number = number.trim();
    let is_number = number.len() <= 12
        && number
            .split('.')
            .all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()));
    (is_number && GROUPS.contains(&group.as_str())).then(|| format!("{group}-{number}"))
}

/// Whether a cell is one of the answers the form offers, a note among them.
fn is_answer(text: &str) -> bool {
    answer(text).is_some() || matches!(fold_name(text).as_str(), "seenote" | "seenotes")
}

fn answer(text: &str) -> Option<&'static str> {
    match fold_name(text).as_str() {
        "yes" => Some("yes"),
        "no" => Some("no"),
        "na" | "notapplicable" => Some("not-applicable"),
        _ => None,
    }
}

impl Form {
    /// Tells a declaration what the form says of devices, and of products that are its models.
    pub(super) fn add_to(&self, declaration: &mut Declaration) {
        let device = Arc::new(self.of_devices());
        for model in &self.models {
            let key = model_key(&self.maker, model);
            // Of two forms for one model nobody can tell which counts: what they differ in is open.
            let both = match declaration.models.get(&key) {
                Some(first) => Arc::new(agreed(first, &device)),
                None => Arc::clone(&device),
            };
            declaration.models.insert(key, both);
        }
        let said = self.of_product();
        let products = declaration.lists.get_mut(&SubjectKind::Product);
        for product in products.into_iter().flatten() {
            let names = [Some(product.id.as_str()), product.text(product::NAME)];
            let is_model = names.into_iter().flatten().any(|name| {
                let mut models = self.models.iter();
                models.any(|model| fold_name(model) == fold_name(name))
            });
            for (field, value) in valued(&said) {
                if is_model && product.value(field).is_none() {
                    product.record.set(field, value.clone());
                }
            }
        }
    }

    fn word(&self, id: &str) -> Option<&'static str> {
        self.answers.get(id)?.word
    }

    fn all(&self, ids: &[&str], word: &str) -> bool {
        ids.iter().all(|id| self.word(id) == Some(word))
    }

    fn any(&self, ids: &[&str], word: &str) -> bool {
        ids.iter().any(|id| self.word(id) == Some(word))
    }

    /// What the form says of every device of its models.
    pub(super) fn of_devices(&self) -> Record {
        let mut record = Record::new(&asset::SCHEMA);
        if let Some(edition) = &self.edition {
            record.set(asset::MEDICAL_MDS2, Value::Text(edition.clone()));
        }
        // Removable memory: as such, and as a way for the data of persons.
        let media = ["CONN-1.2.3", "MPII-3.3"];
        if self.any(&media, "yes") {
            record.set(asset::MEDICAL_REMOVABLE_MEDIA, Value::Boolean(true));
        } else if self.all(&media, "no") {
            record.set(asset::MEDICAL_REMOVABLE_MEDIA, Value::Boolean(false));
        }
        // No remote service of any kind, and no word with systems outside.
        if self.all(&["RMOT-1", "RMOT-2", "RMOT-3", "CONN-4"], "no") {
            record.set(asset::MEDICAL_SUPPLIER_ACCESS, Value::Text("none".into()));
        }
        match self.word("MPII-1") {
            Some("yes") => record.set(asset::PATIENT_DATA, Value::Boolean(true)),
            Some("no") => record.set(asset::PATIENT_DATA, Value::Boolean(false)),
            _ => {}
        }
        // What cannot run is not running; what can may be off.
        if self.word("MLDP-2") == Some("no") {
            record.set(asset::PROTECTION_ACTIVE, Value::Boolean(false));
        }
        record.set(asset::MEDICAL_ANSWERS, Value::Records(self.records()));
        record
    }

    /// What the form says of a product that is one of its models.
    pub(super) fn of_product(&self) -> Record {
        let mut record = Record::new(&product::SCHEMA);
        if self.word("SBOM-1") == Some("no") {
            record.set(product::SBOM_FORMAT, Value::Text("none".into()));
        }
        let policy = self.answers.get("DOC-8");
        match policy.map(|answer| (answer.word, answer.note.as_str())) {
            Some((Some("no"), _)) => {
                record.set(product::DISCLOSURE_POLICY, Value::Text("none".into()));
            }
            Some((Some("yes"), note)) if note.contains("https://") || note.contains('@') => {
                record.set(product::DISCLOSURE_POLICY, Value::Text(note.to_owned()));
            }
            _ => {}
        }
        record
    }

    fn records(&self) -> Vec<Record> {
        let records = self.answers.iter().map(|(id, answer)| {
            let mut record = Record::new(&mds2_answer::SCHEMA);
            record.set(mds2_answer::QUESTION, Value::Text(id.clone()));
            if let Some(word) = answer.word {
                record.set(mds2_answer::ANSWER, Value::Text(word.to_owned()));
            }
            if !answer.note.is_empty() {
                record.set(mds2_answer::NOTE, Value::Text(answer.note.clone()));
            }
            record
        });
        records.collect()
    }
}

/// What two records of one kind say alike.
fn agreed(one: &Record, other: &Record) -> Record {
    let mut both = Record::new(one.schema);
    for (field, value) in valued(one) {
        if other.value(field) == Some(value) {
            both.set(field, value.clone());
        }
    }
    both
}

fn valued(record: &Record) -> impl Iterator<Item = (FieldId, &Value)> {
    let ids = (0..=u16::MAX).map(FieldId).take(record.schema.fields.len());
    ids.filter_map(|id| Some((id, record.value(id)?)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SHEET: &str = "Manufacturer Disclosure Statement for Medical Device Security,ANSI/NEMA HN 1-2019,,\n\
        Question ID,Question,Answer,Note\n\
        DOC-1,Manufacturer Name,Exampla Imaging Ltd,\n\
        DOC-3,Device Model,\"MR 3, MR 4\",\n\
        DOC-8,Is there a vulnerability disclosure program?,Yes,https://exampla.example/security\n\
        MPII-1,\"Can it show, store or send data of persons?\",Yes,\n\
        MPII-3.3,Does it put such data on removable media?,No,\n\
        CONN-1.2.3,Does it use removable memory?,No,\n\
        CONN-4,Can it talk to systems outside?,See Note,note 3\n\
        RMOT-1,Remote service?,No,\nRMOT-2,Predictive maintenance?,No,\nRMOT-3,Other?,No,\n\
        MLDP-2,Does it support anti-malware?,No,closed system\n\
        SBOM-1,Is a bill of materials to be had?,No,\n\
        CSUP-1,Does it need updates?,N/A,\n";

    fn device(text: &str) -> Record {
        read(text.as_bytes()).unwrap().of_devices()
    }

    #[test]
    fn a_sheet_fills_what_it_says_plainly() {
        let form = read(SHEET.as_bytes()).unwrap();
        assert_eq!(form.maker, "Exampla Imaging Ltd");
        assert_eq!(form.models, ["MR 3", "MR 4"]);
        let device = form.of_devices();
        assert_eq!(device.text(asset::MEDICAL_MDS2), Some("HN 1-2019"));
        assert_eq!(device.boolean(asset::MEDICAL_REMOVABLE_MEDIA), Some(false));
        assert_eq!(device.boolean(asset::PATIENT_DATA), Some(true));
        assert_eq!(device.boolean(asset::PROTECTION_ACTIVE), Some(false));
        assert_eq!(device.value(asset::MEDICAL_SUPPLIER_ACCESS), None);
        let product = form.of_product();
        assert_eq!(product.text(product::SBOM_FORMAT), Some("none"));
        let policy = product.text(product::DISCLOSURE_POLICY);
        assert_eq!(policy, Some("https://exampla.example/security"));
        let answers = device.records(asset::MEDICAL_ANSWERS).unwrap();
        let of = |id: &str| {
            let found = answers
                .iter()
                .find(|one| one.text(mds2_answer::QUESTION) == Some(id));
            found.unwrap().text(mds2_answer::ANSWER).map(str::to_owned)
        };
        assert_eq!(of("CONN-4"), None);
        assert_eq!(of("CSUP-1").as_deref(), Some("not-applicable"));
    }

    #[test]
    fn a_note_is_no_answer_and_two_answers_are_none() {
        let no_talk = SHEET.replace("See Note,note 3", "No,");
        assert_eq!(
            device(&no_talk).text(asset::MEDICAL_SUPPLIER_ACCESS),
            Some("none")
        );
        let noted = SHEET.replace("removable memory?,No", "removable memory?,See Notes");
        assert_eq!(device(&noted).value(asset::MEDICAL_REMOVABLE_MEDIA), None);
        let twice = format!("{SHEET}CONN-1.2.3,again,N/A,\n");
        assert_eq!(device(&twice).value(asset::MEDICAL_REMOVABLE_MEDIA), None);
        // A contradiction in the form: what can be used counts.
        let other = SHEET.replace(
            "such data on removable media?,No",
            "such data on removable media?,Yes",
        );
        assert_eq!(
            device(&other).boolean(asset::MEDICAL_REMOVABLE_MEDIA),
            Some(true)
        );
        let edition = SHEET.replace("ANSI/NEMA HN 1-2019", "");
        assert_eq!(device(&edition).value(asset::MEDICAL_MDS2), None);
    }

    #[test]
    fn json_is_read_in_its_common_shapes() {
        let map = r#"{"edition": "ANSI/NEMA HN 1-2019", "answers": {"DOC-1": "Exampla", "DOC-3": "MR 3",
            "CONN-1.2.3": "No", "MPII-3.3": {"answer": "no", "note": ""}, "MPII-1": true}}"#;
        let list = r#"[{"form": "HN 1-2019"}, {"id": "DOC-1", "answer": "Exampla"}, {"question": "DOC-3", "response": "MR 3"},
            {"id": "CONN-1.2.3", "answer": "No"}, {"id": "MPII-3.3", "answer": "No"}, {"id": "MPII-1", "answer": "Yes"}]"#;
        for text in [map, list] {
            let form = read(text.as_bytes()).unwrap();
            assert_eq!(
                (form.maker.as_str(), form.models.as_slice()),
                ("Exampla", &["MR 3".to_owned()][..])
            );
            let device = form.of_devices();
            assert_eq!(device.text(asset::MEDICAL_MDS2), Some("HN 1-2019"));
            assert_eq!(device.boolean(asset::MEDICAL_REMOVABLE_MEDIA), Some(false));
            assert_eq!(device.boolean(asset::PATIENT_DATA), Some(true));
        }
    }

    #[test]
    fn sheets_come_with_other_columns_and_separators() {
        let shuffled =
            "sep;x;DOC-1;Maker;Exampla\n1;x;DOC-3;Model;MR 3\n2;x;MPII-1;Persons?;Yes;n\n";
        assert_eq!(device(shuffled).boolean(asset::PATIENT_DATA), Some(true));
        let form = read("DOC-1\tExampla\nDOC-3\tMR 3\nMPII-1\tYes\n".as_bytes()).unwrap();
        assert_eq!(form.maker, "Exampla");
        let utf_16: Vec<u8> = format!("\u{feff}{SHEET}")
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        assert_eq!(read(&utf_16).unwrap().models.len(), 2);
    }

    #[test]
    fn what_is_no_form_is_refused() {
        for (text, expected) in [
            ("id,os\n1,Windows 7\n", "holds no answer"),
            ("CSUP-1,Updates?,Yes\n", "DOC-1 and DOC-3"),
            ("{\"CSUP-1\": ", "JSON is broken"),
            ("PK\u{3}\u{4}\0", "not text"),
            ("", "holds no answer"),
        ] {
            let told = read(text.as_bytes()).unwrap_err();
            assert!(told.contains(expected), "{told}");
        }
        let endless = "CSUP-1,x,Yes\n".repeat(MAX_ROWS + 1);
        assert!(read(endless.as_bytes()).unwrap_err().contains("rows"));
        assert!(
            read("[".repeat(10_000).as_bytes())
                .unwrap_err()
                .contains("recursion")
        );
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(
            cut in 0_usize..2_000,
            at in 0_usize..2_000,
            with in prop::collection::vec(any::<u8>(), 0..8),
        ) {
            let mut bytes = SHEET.as_bytes().to_vec();
            bytes.truncate(cut);
            let at = at.min(bytes.len());
            bytes.splice(at..at, with);
            if let Ok(form) = read(&bytes) {
                form.of_devices();
                form.of_product();
            }
        }
    }
}
