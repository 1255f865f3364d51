//! CycloneDX in XML, read as a stream of tags: what counts is told by the path of an element. A
//! document type definition is refused, so that no entity can be defined.

use super::bill::{Bill, Component, Gathering, Hole, Statement};
use super::cyclonedx::{
    add_hole, affected, check_version, composition, full_name, is_software, numbers, score, settle,
    state, version_state,
};
use quick_xml::Reader;
use quick_xml::events::{BytesRef, BytesStart, Event};

/// Elements within one another.
const MAX_DEPTH: usize = 128;
/// Longest text of one element that is looked at.
const MAX_TEXT: usize = 64 << 10;
/// Values told of one vulnerability.
const MAX_TOLD: usize = 250_000;

pub(super) fn read(text: &str, room: usize) -> Result<Bill, String> {
    let mut reader = Reader::from_str(text);
    reader.config_mut().check_end_names = true;
    let mut document = Document::new(room);
    loop {
        let at = reader.buffer_position();
        let event = reader
            .read_event()
            .map_err(|error| placed(text, reader.error_position(), &error.to_string()))?;
        let is_end = matches!(event, Event::Eof);
        document
            .event(&event)
            .map_err(|message| placed(text, at, &message))?;
        if is_end {
            return document.finish();
        }
    }
}

fn placed(text: &str, at: u64, message: &str) -> String {
    let at = usize::try_from(at).unwrap_or(text.len()).min(text.len());
    let line = memchr::memchr_iter(b'\n', &text.as_bytes()[..at]).count() + 1;
    format!("{message} at line {line}")
}

/// A component that is still open.
#[derive(Default)]
struct Open {
    component: Component,
    group: Option<String>,
    kind: Option<String>,
    publisher: Option<String>,
    manufacturer: Option<String>,
}

/// A vulnerability that is still open.
#[derive(Default)]
struct OpenHole {
    hole: Hole,
    own: Option<String>,
    equivalents: Vec<String>,
    rating: (Option<f64>, Option<String>),
    ratings: Vec<(Option<f64>, Option<String>)>,
    version: Option<String>,
    status: Option<String>,
    told: usize,
}

struct Document {
    gathering: Gathering,
    path: Vec<String>,
    /// Of the innermost element, since its last tag.
    text: String,
    components: Vec<Open>,
    hole: OpenHole,
    evidence: Statement,
    version: Option<String>,
}

impl Document {
    fn new(room: usize) -> Self {
        Self {
            gathering: Gathering::new("cyclonedx", room),
            path: Vec::new(),
            text: String::new(),
            components: Vec::new(),
            hole: OpenHole::default(),
            evidence: Statement::default(),
            version: None,
        }
    }

    fn event(&mut self, event: &Event<'_>) -> Result<(), String> {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::Empty(tag) => {
                self.start(tag)?;
                self.end()
            }
            Event::End(_) => self.end(),
            Event::Text(text) => self.add(&text.xml10_content()),
            Event::CData(text) => self.add(&text.xml10_content()),
            Event::GeneralRef(reference) => {
                let resolved = resolve(reference)?;
                self.add(&resolved)
            }
            Event::DocType(_) => Err("it has a document type definition, which is refused".into()),
            Event::Eof if !self.path.is_empty() => Err(format!(
                "it ends too soon: <{}> is not closed",
                self.path.join("> <")
            )),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::Eof => Ok(()),
        }
    }

    fn add(&mut self, text: &str) -> Result<(), String> {
        if self.text.len().saturating_add(text.len()) <= MAX_TEXT {
            self.text.push_str(text);
        } else if self.is_asked() {
            return Err(format!("a text is longer than {MAX_TEXT} bytes"));
        }
        Ok(())
    }

    /// Long texts of what nobody asks for, such as attached files, are passed over.
    fn is_asked(&self) -> bool {
        matches!(
            self.path.last().map(String::as_str),
            Some("name" | "version" | "purl" | "cpe" | "id" | "ref" | "score" | "state")
        )
    }

    fn start(&mut self, tag: &BytesStart<'_>) -> Result<(), String> {
        if self.path.len() >= MAX_DEPTH {
            return Err(format!("its elements nest deeper than {MAX_DEPTH}"));
        }
        let name = tag.local_name().as_ref().to_owned();
        if self.path.is_empty() {
            self.root(&name, tag)?;
        }
        self.path.push(name);
        self.text.clear();
        match self.part() {
            Part::Component => {
                let mut open = Open::default();
                let reference = attribute(tag, "bom-ref")?;
                open.component.reference = reference.and_then(|text| self.gathering.text(&text));
                open.kind = attribute(tag, "type")?;
                self.components.push(open);
            }
            Part::Vulnerability => self.hole = OpenHole::default(),
            Part::Evidence => {
                let reference = attribute(tag, "bom-ref")?;
                self.evidence = Statement {
                    id: reference.and_then(|text| self.gathering.text(&text)),
                    ..Statement::default()
                };
            }
            Part::Dependency => self.gathering.bill.has_relations = true,
            Part::Nothing => {}
        }
        Ok(())
    }

    fn root(&mut self, name: &str, tag: &BytesStart<'_>) -> Result<(), String> {
        if name != "bom" || self.version.is_some() {
            return Err(format!("its root is <{name}>, not one <bom>"));
        }
        for attribute in tag.attributes() {
            let attribute = attribute.map_err(|error| error.to_string())?;
            let value = attribute.value;
            if let Some(version) = value.strip_prefix("http://cyclonedx.org/schema/bom/") {
                check_version(version)?;
                self.version = Some(version.to_owned());
            }
        }
        match self.version {
            Some(_) => Ok(()),
            None => Err("its root names no version of CycloneDX".into()),
        }
    }

    /// What the innermost element begins.
    fn part(&self) -> Part {
        let path: Vec<_> = self.path.iter().map(String::as_str).collect();
        match path.as_slice() {
            ["bom", rest @ ..] if is_component(rest) => Part::Component,
            ["bom", "vulnerabilities", "vulnerability"] => Part::Vulnerability,
            ["bom", "declarations", "evidence", "evidence"] => Part::Evidence,
            ["bom", "dependencies", "dependency", "dependency"] => Part::Dependency,
            _ => Part::Nothing,
        }
    }

    fn end(&mut self) -> Result<(), String> {
        let part = self.part();
        let text = std::mem::take(&mut self.text);
        match part {
            Part::Component => self.close_component()?,
            Part::Vulnerability => self.close_hole()?,
            Part::Evidence => {
                let evidence = std::mem::take(&mut self.evidence);
                self.gathering.statement(evidence)?;
            }
            Part::Dependency => {}
            Part::Nothing => self.leaf(&text)?,
        }
        self.path.pop();
        Ok(())
    }

    /// An element that may hold a text we ask for.
    fn leaf(&mut self, text: &str) -> Result<(), String> {
        let path: Vec<_> = self.path.iter().map(String::as_str).collect();
        match path.as_slice() {
            ["bom", "vulnerabilities", "vulnerability", rest @ ..] => {
                let rest = rest.join("/");
                self.of_hole(&rest, text)
            }
            ["bom", "declarations", "evidence", "evidence", field] => {
                let field = (*field).to_owned();
                self.of_evidence(&field, text);
                Ok(())
            }
            ["bom", "compositions", "composition", "aggregate"] => {
                composition(text, &mut self.gathering);
                Ok(())
            }
            ["bom", rest @ .., field] if is_component(rest) => {
                let field = (*field).to_owned();
                self.of_component(&field, text);
                Ok(())
            }
            [
                "bom",
                rest @ ..,
                whose @ ("supplier" | "manufacturer"),
                "name",
            ] if is_component(rest) => {
                let whose = (*whose).to_owned();
                self.of_component(&whose, text);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn of_component(&mut self, field: &str, text: &str) {
        let Some(open) = self.components.last_mut() else {
            return;
        };
        let one = &mut open.component;
        let field = match field {
            "cpe" => &mut one.cpe,
            "group" => &mut open.group,
            "manufacturer" => &mut open.manufacturer,
            "name" => &mut one.name,
            "publisher" => &mut open.publisher,
            "purl" => &mut one.purl,
            "supplier" => &mut one.supplier,
            "version" => &mut one.version,
            _ => return,
        };
        let text = self.gathering.text(text);
        // The end of <supplier> itself holds no text.
        if text.is_some() {
            *field = text;
        }
    }

    fn close_component(&mut self) -> Result<(), String> {
        let Some(open) = self.components.pop() else {
            return Ok(());
        };
        let mut one = open.component;
        one.name = full_name(open.group.as_deref(), one.name);
        one.supplier = one.supplier.or(open.manufacturer).or(open.publisher);
        one.is_software = is_software(open.kind.as_deref());
        settle(&mut one, &mut self.gathering);
        if self.path.len() == 3 && self.path.get(1).is_some_and(|name| name == "metadata") {
            self.gathering.product(one);
            return Ok(());
        }
        self.gathering.component(one)
    }

    fn of_hole(&mut self, rest: &str, text: &str) -> Result<(), String> {
        let hole = &mut self.hole;
        hole.told = hole.told.saturating_add(1);
        if hole.told > MAX_TOLD {
            return Err(format!(
                "one vulnerability has more than {MAX_TOLD} elements"
            ));
        }
        match rest {
            "id" => hole.own = self.gathering.text(text),
            "references/reference/id" => hole.equivalents.extend(self.gathering.text(text)),
            "ratings/rating/score" => hole.rating.0 = text.trim().parse().ok(),
            "ratings/rating/method" => hole.rating.1 = self.gathering.text(text),
            "ratings/rating" => hole.ratings.push(std::mem::take(&mut hole.rating)),
            "analysis/state" => hole.hole.status = state(text),
            "affects/target/ref" => hole.hole.affects.push(affected(text.trim())),
            "affects/target/versions/version/version" => hole.version = self.gathering.text(text),
            "affects/target/versions/version/status" => hole.status = self.gathering.text(text),
            "affects/target/versions/version" => {
                let status = hole.status.take();
                let status = version_state(status.as_deref().unwrap_or("affected"));
                if let (Some(version), Some(target)) =
                    (hole.version.take(), hole.hole.affects.last_mut())
                {
                    target.versions.push((version, status));
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn close_hole(&mut self) -> Result<(), String> {
        let open = std::mem::take(&mut self.hole);
        let mut hole = open.hole;
        hole.ids = numbers(open.own.as_deref(), &open.equivalents);
        hole.cvss = score(open.ratings);
        add_hole(hole, &mut self.gathering)
    }

    fn of_evidence(&mut self, field: &str, text: &str) {
        let text = self.gathering.text(text);
        match field {
            "propertyName" => self.evidence.kind = text.unwrap_or_default(),
            "created" => self.evidence.dated_on = text,
            "expires" => self.evidence.valid_to = text,
            _ => {}
        }
    }

    fn finish(self) -> Result<Bill, String> {
        match self.version {
            Some(_) => Ok(self.gathering.finish()),
            None => Err("it holds no <bom>".into()),
        }
    }
}

/// What an element begins.
enum Part {
    Component,
    Dependency,
    Evidence,
    Nothing,
    Vulnerability,
}

/// Whether a path below the root leads to a component: those of tools and of pedigrees are none.
fn is_component(path: &[&str]) -> bool {
    let rest = match path {
        ["metadata", rest @ ..] => match rest {
            ["component"] => return true,
            ["component", rest @ ..] => rest,
            _ => return false,
        },
        rest => rest,
    };
    !rest.is_empty()
        && rest.len().is_multiple_of(2)
        && rest
            .chunks(2)
            .all(|pair| matches!(pair, ["components", "component"]))
}

fn attribute(tag: &BytesStart<'_>, name: &str) -> Result<Option<String>, String> {
    let found = tag
        .try_get_attribute(name)
        .map_err(|error| error.to_string())?;
    let Some(found) = found else {
        return Ok(None);
    };
    let value = quick_xml::escape::unescape(&found.value).map_err(|error| error.to_string())?;
    Ok(Some(value.into_owned()))
}

/// A character by its number or by one of the five names XML has.
fn resolve(reference: &BytesRef<'_>) -> Result<String, String> {
    if let Some(c) = reference
        .resolve_char_ref()
        .map_err(|error| error.to_string())?
    {
        return Ok(c.to_string());
    }
    let name: &str = reference;
    quick_xml::escape::resolve_predefined_entity(name)
        .map(str::to_owned)
        .ok_or_else(|| {
            let shown: String = name.chars().take(40).collect();
            format!("it uses the entity &{shown};, which nothing defines")
        })
}
