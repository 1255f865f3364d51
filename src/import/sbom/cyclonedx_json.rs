//! CycloneDX in JSON. Components go straight from the text into the bill, nested ones too, so that
//! memory grows with what is kept and not with what is written.

use super::bill::{Bill, Component, Gathering, Hole, Statement};
use super::cyclonedx::{
    add_hole, affected, check_version, composition, full_name, is_software, numbers, score, settle,
    state, version_state,
};
use super::json::{List, Number, Text, each, told};
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::fmt;

pub(super) fn read(text: &str, room: usize) -> Result<Bill, String> {
    let mut gathering = Gathering::new("cyclonedx", room);
    let mut document = serde_json::Deserializer::from_str(text);
    Root(&mut gathering)
        .deserialize(&mut document)
        .and_then(|()| document.end())
        .map_err(told)?;
    Ok(gathering.finish())
}

/// The document.
struct Root<'g>(&'g mut Gathering);

#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "camelCase")]
enum RootKey {
    BomFormat,
    Components,
    Compositions,
    Declarations,
    Dependencies,
    Metadata,
    SpecVersion,
    Vulnerabilities,
    #[serde(other)]
    Other,
}

impl<'de> DeserializeSeed<'de> for Root<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Root<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a bill of materials")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        let gathering = self.0;
        let mut version = None;
        while let Some(key) = entries.next_key()? {
            match key {
                RootKey::BomFormat => {
                    let format: Text = entries.next_value()?;
                    if format.0.as_deref() != Some("CycloneDX") {
                        return Err(A::Error::custom("`bomFormat` is not CycloneDX"));
                    }
                }
                RootKey::Components => entries.next_value_seed(Components(gathering))?,
                RootKey::Compositions => {
                    entries.next_value_seed(each(|one: Composition| {
                        composition(&one.aggregate.0.unwrap_or_default(), gathering);
                        Ok(())
                    }))?;
                }
                RootKey::Declarations => {
                    let declared: Option<Declarations> = entries.next_value()?;
                    declared
                        .unwrap_or_default()
                        .add(gathering)
                        .map_err(A::Error::custom)?;
                }
                RootKey::Dependencies => {
                    entries.next_value_seed(each(|one: Dependency| {
                        gathering.bill.has_relations |= one.depends_on.0 > 0;
                        Ok(())
                    }))?;
                }
                RootKey::Metadata => entries.next_value_seed(Metadata(gathering))?,
                RootKey::SpecVersion => version = entries.next_value::<Text>()?.0,
                RootKey::Vulnerabilities => {
                    entries.next_value_seed(each(|one: Vulnerability| one.add(gathering)))?;
                }
                RootKey::Other => {
                    entries.next_value::<IgnoredAny>()?;
                }
            }
        }
        let version = version.ok_or_else(|| A::Error::custom("it lacks `specVersion`"))?;
        check_version(&version).map_err(A::Error::custom)
    }
}

/// `metadata`, of which the component counts: what the bill is of.
struct Metadata<'g>(&'g mut Gathering);

impl<'de> DeserializeSeed<'de> for Metadata<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Metadata<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("metadata")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        while let Some(key) = entries.next_key::<String>()? {
            if key != "component" {
                entries.next_value::<IgnoredAny>()?;
                continue;
            }
            let product = entries.next_value_seed(Single(self.0))?;
            self.0.product(product);
        }
        Ok(())
    }
}

/// A list of components.
struct Components<'g>(&'g mut Gathering);

impl<'de> DeserializeSeed<'de> for Components<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Components<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of components")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        while let Some(component) = items.next_element_seed(Single(self.0))? {
            self.0.component(component).map_err(A::Error::custom)?;
        }
        Ok(())
    }
}

/// One component; those inside it are gathered before it.
struct Single<'g>(&'g mut Gathering);

#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "camelCase")]
enum Key {
    #[serde(rename = "bom-ref")]
    BomRef,
    Components,
    Cpe,
    Group,
    Manufacturer,
    Name,
    Publisher,
    Purl,
    Supplier,
    Type,
    Version,
    #[serde(other)]
    Other,
}

impl<'de> DeserializeSeed<'de> for Single<'_> {
    type Value = Component;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Component, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Single<'_> {
    type Value = Component;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a component")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Component, A::Error> {
        let gathering = self.0;
        let mut one = Component::default();
        let (mut group, mut kind) = (None, None);
        let (mut publisher, mut manufacturer) = (None, None);
        while let Some(key) = entries.next_key()? {
            let field = match key {
                Key::BomRef => &mut one.reference,
                Key::Cpe => &mut one.cpe,
                Key::Group => &mut group,
                Key::Name => &mut one.name,
                Key::Publisher => &mut publisher,
                Key::Purl => &mut one.purl,
                Key::Type => &mut kind,
                Key::Version => &mut one.version,
                Key::Components => {
                    entries.next_value_seed(Components(gathering))?;
                    continue;
                }
                Key::Manufacturer | Key::Supplier => {
                    let named = entries.next_value::<Option<Named>>()?.unwrap_or_default();
                    let field = match key {
                        Key::Supplier => &mut one.supplier,
                        _ => &mut manufacturer,
                    };
                    *field = named.name.0.and_then(|text| gathering.text(&text));
                    continue;
                }
                Key::Other => {
                    entries.next_value::<IgnoredAny>()?;
                    continue;
                }
            };
            let text: Text = entries.next_value()?;
            *field = text.0.and_then(|text| gathering.text(&text));
        }
        one.name = full_name(group.as_deref(), one.name);
        one.supplier = one.supplier.or(manufacturer).or(publisher);
        one.is_software = is_software(kind.as_deref());
        settle(&mut one, gathering);
        Ok(one)
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Named {
    name: Text,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Composition {
    aggregate: Text,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Dependency {
    depends_on: Count,
}

/// The length of a list whose entries are not kept.
#[derive(Default)]
struct Count(usize);

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries;
        impl<'de> Visitor<'de> for Entries {
            type Value = Count;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list")
            }

            fn visit_unit<E>(self) -> Result<Count, E> {
                Ok(Count(0))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Count, A::Error> {
                let mut count = 0_usize;
                while items.next_element::<IgnoredAny>()?.is_some() {
                    count = count.saturating_add(1);
                }
                Ok(Count(count))
            }
        }
        deserializer.deserialize_any(Entries)
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Vulnerability {
    id: Text,
    references: List<Reference, 1_000>,
    ratings: List<Rating, 1_000>,
    analysis: Option<Analysis>,
    affects: List<Target, 250_000>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Reference {
    id: Text,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Rating {
    score: Number,
    method: Text,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Analysis {
    state: Text,
}

#[derive(Deserialize)]
struct Target {
    #[serde(rename = "ref")]
    reference: Text,
    #[serde(default)]
    versions: List<VersionState, 1_000>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct VersionState {
    version: Text,
    status: Text,
}

impl Vulnerability {
    fn add(self, gathering: &mut Gathering) -> Result<(), String> {
        let own = self.id.0.and_then(|id| gathering.text(&id));
        let equivalents = self.references.0.into_iter().filter_map(|one| one.id.0);
        let equivalents: Vec<_> = equivalents.filter_map(|id| gathering.text(&id)).collect();
        let ratings = self.ratings.0.into_iter();
        let ratings = ratings.map(|rating| (rating.score.0, rating.method.0));
        let targets = self.affects.0.into_iter().map(|target| {
            let mut one = affected(target.reference.0.as_deref().unwrap_or_default());
            let versions = target.versions.0.into_iter();
            one.versions = versions
                .filter_map(|one| {
                    // Without a word, CycloneDX has it affected.
                    let status = one.status.0.as_deref().unwrap_or("affected");
                    Some((one.version.0?, version_state(status)))
                })
                .collect();
            one
        });
        let hole = Hole {
            ids: numbers(own.as_deref(), &equivalents),
            cvss: score(ratings),
            status: self.analysis.and_then(|analysis| state(&analysis.state.0?)),
            affects: targets.collect(),
        };
        add_hole(hole, gathering)
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Declarations {
    evidence: List<Evidence, 10_000>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Evidence {
    #[serde(rename = "bom-ref")]
    bom_ref: Text,
    property_name: Text,
    created: Text,
    expires: Text,
}

impl Declarations {
    fn add(self, gathering: &mut Gathering) -> Result<(), String> {
        for one in self.evidence.0 {
            let mut text = |text: Text| text.0.and_then(|text| gathering.text(&text));
            let statement = Statement {
                id: text(one.bom_ref),
                kind: text(one.property_name).unwrap_or_default(),
                dated_on: text(one.created),
                valid_to: text(one.expires),
            };
            gathering.statement(statement)?;
        }
        Ok(())
    }
}
