//! From the titles of a table to the fields its columns mean.

use super::column::{Column, Means};
use super::{Becomes, ColumnUse, Joined, Slot, Table};
use crate::import::codepage::Page;
use crate::import::error::ImportError;
use crate::import::exports::Export;
use crate::import::map::Mapping;
use crate::import::row::Ignored;
use crate::model::fields::asset;
use crate::model::{Field, FieldId, Value, fold_name, nearest};
use std::sync::Arc;

/// What is known about a table before its titles are read.
#[derive(Debug, Clone, Copy)]
pub(in crate::import) struct Plan<'p> {
    pub(in crate::import) name: &'p Arc<str>,
    pub(in crate::import) export: Option<&'static Export>,
    pub(in crate::import) map: Option<&'p Mapping>,
}

impl Plan<'_> {
    /// The table with these titles, and the columns that mean nothing to us.
    pub(in crate::import) fn table(
        self,
        titles: &[String],
    ) -> Result<(Table, Vec<Ignored>), ImportError> {
        let mut draft = Draft {
            titles,
            folded: titles.iter().map(|title| fold_name(title)).collect(),
            slots: titles.iter().map(|_| Slot::Nowhere).collect(),
            becomes: titles.iter().map(|_| Becomes::Ignored).collect(),
            spares: Vec::new(),
            together: Vec::new(),
            constants: Vec::new(),
            given: Vec::new(),
        };
        draft.mapped(self)?;
        if let Some(export) = self.export {
            draft.exported(export);
        }
        draft.named(self)?;
        let may_be_unnamed = self.export.is_some_and(|export| export.may_be_unnamed);
        if !may_be_unnamed {
            draft.refuse_nameless(self)?;
        }
        let ignored = draft.ignored();
        let uses = titles.iter().zip(draft.becomes);
        let order = |slot: &Slot| match slot {
            Slot::Mapped(mapped) => mapped.order,
            Slot::Means(_) | Slot::Nowhere => None,
        };
        let table = Table {
            orders: draft.slots.iter().map(order).collect(),
            slots: draft.slots,
            spares: draft.spares,
            together: draft.together,
            constants: draft.constants,
            may_be_unnamed,
            uses: uses
                .map(|(title, becomes)| ColumnUse {
                    title: title.clone(),
                    becomes,
                })
                .collect(),
            page: Page::default(),
        };
        Ok((table, ignored))
    }
}

struct Draft<'t> {
    titles: &'t [String],
    folded: Vec<String>,
    slots: Vec<Slot>,
    becomes: Vec<Becomes>,
    spares: Vec<(usize, Means)>,
    together: Vec<Joined>,
    constants: Vec<(FieldId, Value)>,
    /// Fields that some column gives.
    given: Vec<FieldId>,
}

impl Draft<'_> {
    fn find(&self, title: &str) -> Option<usize> {
        let folded = fold_name(title);
        self.folded.iter().position(|other| *other == folded)
    }

    fn uses(&mut self, index: usize, fields: &[FieldId]) {
        let names = fields.iter().map(|field| asset::SCHEMA.field(*field).name);
        match &mut self.becomes[index] {
            Becomes::Fields(known) => known.extend(names),
            Becomes::Ignored | Becomes::Unused => {
                self.becomes[index] = Becomes::Fields(names.collect());
            }
        }
    }

    /// What the user says, if it is about this table at all.
    fn mapped(&mut self, plan: Plan<'_>) -> Result<(), ImportError> {
        let Some(map) = plan.map else { return Ok(()) };
        let columns = map.columns();
        if !columns
            .iter()
            .any(|column| self.find(&column.title).is_some())
        {
            return Ok(());
        }
        map.apply();
        let missing: Vec<_> = columns
            .iter()
            .filter(|column| !column.is_optional && self.find(&column.title).is_none())
            .map(|column| self.missing(&column.title))
            .collect();
        if !missing.is_empty() {
            return Err(ImportError::NotInTable {
                name: Arc::clone(plan.name),
                map: map.name().into(),
                missing: missing.join(", "),
            });
        }
        for column in columns {
            let Some(index) = self.find(&column.title) else {
                continue;
            };
            let field = column.mapped.field;
            self.slots[index] = Slot::Mapped(Box::new(column.mapped.clone()));
            self.uses(index, &[field]);
            self.given.push(field);
        }
        for title in map.ignored() {
            if let Some(index) = self.find(title) {
                self.becomes[index] = Becomes::Unused;
            }
        }
        self.constants.extend(map.constants().iter().cloned());
        Ok(())
    }

    fn missing(&self, title: &str) -> String {
        match nearest(title, self.titles.iter().map(String::as_str)) {
            Some(near) => format!("`{title}` (did you mean `{near}`?)"),
            None => format!("`{title}`"),
        }
    }

    /// What is known of the tool; the user's word stands before it.
    fn exported(&mut self, export: &'static Export) {
        let mapped = self.given.clone();
        for Column { titles, means } in export.columns {
            let field = means.field();
            for title in *titles {
                let Some(index) = self.find(title) else {
                    continue;
                };
                if self.becomes[index] != Becomes::Ignored {
                    continue;
                }
                if mapped.contains(&field) {
                    self.becomes[index] = Becomes::Unused;
                    continue;
                }
                self.uses(index, &[field]);
                if self.given.contains(&field) || matches!(means, Means::Fallback) {
                    self.spares.push((index, *means));
                } else {
                    self.slots[index] = Slot::Means(*means);
                    self.given.push(field);
                }
            }
        }
        for together in export.together {
            if together.fields.iter().any(|field| mapped.contains(field)) {
                continue;
            }
            let columns: Vec<_> = together
                .titles
                .iter()
                .map(|title| self.find(title))
                .collect();
            for index in columns.iter().flatten() {
                if matches!(self.slots[*index], Slot::Mapped(_)) {
                    continue;
                }
                self.uses(*index, together.fields);
            }
            self.given.extend(together.fields);
            self.together.push(Joined {
                columns,
                read: together.read,
            });
        }
        for title in export.unused {
            if let Some(index) = self.find(title)
                && self.becomes[index] == Becomes::Ignored
            {
                self.becomes[index] = Becomes::Unused;
            }
        }
        let has_source = self
            .constants
            .iter()
            .any(|(field, _)| *field == asset::SOURCE);
        if !has_source {
            self.constants
                .push((asset::SOURCE, Value::Text(export.source.to_owned())));
        }
    }

    /// Columns nobody spoke of yet, by the names that fields go by.
    fn named(&mut self, plan: Plan<'_>) -> Result<(), ImportError> {
        let is_known = plan.export.is_some();
        let spoken_for = self.given.clone();
        for index in 0..self.titles.len() {
            if self.becomes[index] != Becomes::Ignored {
                continue;
            }
            let Some(field) = asset::SCHEMA.find_alias(&self.titles[index]) else {
                continue;
            };
            if self.given.contains(&field) {
                if is_known || spoken_for.contains(&field) {
                    self.becomes[index] = Becomes::Unused;
                    continue;
                }
                return Err(ImportError::TwoColumns {
                    name: Arc::clone(plan.name),
                    first: self.title_of(field),
                    second: self.titles[index].clone(),
                    field: asset::SCHEMA.field(field).name,
                });
            }
            self.slots[index] = Slot::Means(Means::Field(field));
            self.uses(index, &[field]);
            self.given.push(field);
        }
        Ok(())
    }

    fn title_of(&self, field: FieldId) -> String {
        let name = asset::SCHEMA.field(field).name;
        let gives = |becomes: &Becomes| match becomes {
            Becomes::Fields(names) => names.contains(&name),
            Becomes::Ignored | Becomes::Unused => false,
        };
        let index = self.becomes.iter().position(gives);
        index.map_or_else(String::new, |index| self.titles[index].clone())
    }

    fn refuse_nameless(&self, plan: Plan<'_>) -> Result<(), ImportError> {
        if self.given.contains(&asset::ID)
            || self.given.contains(&asset::NAME)
            || self.has_fallback()
        {
            return Ok(());
        }
        let accepted = match plan.export {
            Some(export) => export.names(),
            None => format!(
                "{} or {}",
                names_of(asset::SCHEMA.field(asset::ID)),
                names_of(asset::SCHEMA.field(asset::NAME))
            ),
        };
        Err(ImportError::NoIdentity {
            name: Arc::clone(plan.name),
            columns: list_columns(self.titles),
            accepted,
        })
    }

    fn has_fallback(&self) -> bool {
        let mut spares = self.spares.iter();
        spares.any(|(_, means)| matches!(means.field(), asset::ID | asset::NAME))
    }

    fn ignored(&self) -> Vec<Ignored> {
        let columns = self.titles.iter().zip(&self.becomes);
        columns
            .filter(|(title, becomes)| **becomes == Becomes::Ignored && !title.is_empty())
            .map(|(title, _)| Ignored {
                name: title.chars().take(60).collect(),
                records: 0,
                near: nearest(title, self.free_names()),
            })
            .collect()
    }

    /// Names of the fields that no column gives.
    fn free_names(&self) -> impl Iterator<Item = &'static str> {
        let fields = (0..).zip(asset::SCHEMA.fields);
        fields
            .filter(|(index, field)| !field.derived && !self.given.contains(&FieldId(*index)))
            .flat_map(|(_, field)| std::iter::once(field.name).chain(field.also.iter().copied()))
    }
}

fn list_columns(titles: &[String]) -> String {
    const SHOWN: usize = 20;
    let shown: Vec<String> = titles
        .iter()
        .take(SHOWN)
        .map(|title| format!("`{}`", title.chars().take(60).collect::<String>()))
        .collect();
    let more = titles.len().saturating_sub(SHOWN);
    match more {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

fn names_of(field: &Field) -> String {
    format!("`{}` (or {})", field.name, field.also.join(", "))
}
