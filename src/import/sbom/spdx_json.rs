//! SPDX 2.3 in JSON. Files, snippets and licences are passed over.

use super::bill::{Bill, Gathering};
use super::json::{List, Text, each, told};
use super::spdx::{Package, asserted, check_version, gather, is_dependency};
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, Visitor};
use std::collections::HashSet;
use std::fmt;

pub(super) fn read(text: &str, room: usize) -> Result<Bill, String> {
    let mut document = Document {
        gathering: Gathering::new("spdx", room),
        room,
        packages: Vec::new(),
        described: HashSet::new(),
        version: None,
    };
    let mut json = serde_json::Deserializer::from_str(text);
    (&mut document)
        .deserialize(&mut json)
        .and_then(|()| json.end())
        .map_err(told)?;
    let Document {
        mut gathering,
        packages,
        described,
        version,
        ..
    } = document;
    match version {
        Some(version) => check_version(&version)?,
        None => return Err("it lacks `spdxVersion`; SPDX-2.2 and SPDX-2.3 are read".into()),
    }
    gather(packages, &described, &mut gathering)?;
    Ok(gathering.finish())
}

struct Document {
    gathering: Gathering,
    room: usize,
    packages: Vec<Package>,
    described: HashSet<String>,
    version: Option<String>,
}

#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "camelCase")]
enum Key {
    DocumentDescribes,
    Packages,
    Relationships,
    SpdxVersion,
    #[serde(other)]
    Other,
}

impl<'de> DeserializeSeed<'de> for &mut Document {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for &mut Document {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a bill of materials")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        while let Some(key) = entries.next_key()? {
            match key {
                Key::DocumentDescribes => {
                    let ids: List<Text, 250_000> = entries.next_value()?;
                    self.described
                        .extend(ids.0.into_iter().filter_map(|id| id.0));
                }
                Key::Packages => entries.next_value_seed(each(|one: Written| self.package(one)))?,
                Key::Relationships => {
                    entries.next_value_seed(each(|one: Relationship| {
                        self.relation(one);
                        Ok(())
                    }))?;
                }
                Key::SpdxVersion => {
                    let version = entries.next_value::<Text>()?.0.unwrap_or_default();
                    check_version(&version).map_err(A::Error::custom)?;
                    self.version = Some(version);
                }
                Key::Other => {
                    entries.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Written {
    #[serde(rename = "SPDXID")]
    id: Text,
    name: Text,
    version_info: Text,
    supplier: Text,
    primary_package_purpose: Text,
    valid_until_date: Text,
    external_refs: List<External, 10_000>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct External {
    reference_type: Text,
    reference_locator: Text,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Relationship {
    spdx_element_id: Text,
    #[serde(rename = "relationshipType")]
    kind: Text,
    related_spdx_element: Text,
}

impl Document {
    fn package(&mut self, written: Written) -> Result<(), String> {
        // The product itself may be one more than the components.
        if self.packages.len() > self.room {
            return Err("it has more packages than are read".into());
        }
        let gathering = &mut self.gathering;
        let mut text = |text: Text| {
            text.0
                .as_deref()
                .and_then(asserted)
                .and_then(|text| gathering.text(text))
        };
        let mut package = Package::default();
        package.component.reference = text(written.id);
        package.component.name = text(written.name);
        package.component.version = text(written.version_info);
        package.purpose = text(written.primary_package_purpose);
        if let Some(supplier) = written.supplier.0 {
            package.supplier(&supplier, gathering);
        }
        if let Some(until) = written.valid_until_date.0 {
            package.valid_until(&until, gathering);
        }
        for one in written.external_refs.0 {
            if let (Some(kind), Some(locator)) = (one.reference_type.0, one.reference_locator.0) {
                package.refer(&kind, &locator, gathering);
            }
        }
        self.packages.push(package);
        Ok(())
    }

    fn relation(&mut self, relation: Relationship) {
        let kind = relation.kind.0.unwrap_or_default();
        self.gathering.bill.has_relations |= is_dependency(&kind);
        let described = match kind.as_str() {
            "DESCRIBES" => relation.related_spdx_element.0,
            "DESCRIBED_BY" => relation.spdx_element_id.0,
            _ => None,
        };
        self.described.extend(described);
    }
}
