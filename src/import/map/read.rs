//! From the YAML of a map to what it means.

use super::unit::Unit;
use super::{Mapped, MappedColumn, Mapping};
use crate::import::table::Order;
use crate::model::fields::asset;
use crate::model::{FieldId, Problem, Source, Type, Value, fold_name};
use crate::yaml::{self, Data, Fields, Node, Reader, shown};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// The keys at the root of a map, with what they say.
pub const MAP_KEYS: [(&str, &str); 4] = [
    (
        "columns",
        "Each column by its title, with the field it means, or how its cells are read",
    ),
    (
        "constants",
        "Fields that have the same value in every row that does not say otherwise",
    ),
    (
        "dates",
        "The order of day and month in dates such as 03/04/2026, for all columns",
    ),
    (
        "ignored",
        "Titles of columns that are left out without a word",
    ),
];

const ORDERS: [(&str, Order); 2] = [
    ("day-first", Order::DayFirst),
    ("month-first", Order::MonthFirst),
];

pub(super) fn read(source: &Arc<Source>) -> Result<Mapping, Vec<Problem>> {
    let documents = yaml::parse(source, &yaml::Limits::default())?;
    let reader = Reader::new(source);
    let mapping = if let [document] = documents.as_slice() {
        read_document(document, &reader)
    } else {
        reader.push(reader.problem(0..0, "a map is one document, no more or less"));
        None
    };
    match mapping {
        Some(mapping) if !reader.has_problems() => Ok(mapping),
        _ => Err(reader.into_problems()),
    }
}

fn read_document(document: &Node<'_>, reader: &Reader<'_>) -> Option<Mapping> {
    let mut fields = Fields::open(document, reader, "the map")?;
    let order = fields.one_of("dates", &ORDERS);
    let columns = fields.required("columns");
    let ignored = fields.texts("ignored").unwrap_or_default();
    let constants = fields.optional("constants");
    fields.finish();
    let columns = columns.and_then(|node| read_columns(node, order, reader));
    let constants = constants.map_or_else(Vec::new, |node| read_constants(node, reader));
    Some(Mapping {
        name: Arc::clone(&reader.source().name),
        columns: columns?,
        ignored: ignored.into_iter().map(str::to_owned).collect(),
        constants,
        was_applied: AtomicBool::new(false),
    })
}

fn read_columns(
    node: &Node<'_>,
    order: Option<Order>,
    reader: &Reader<'_>,
) -> Option<Vec<MappedColumn>> {
    let fields = Fields::open(node, reader, "the columns")?;
    let mut columns: Vec<MappedColumn> = Vec::new();
    for (title, node) in fields.rest() {
        let folded = fold_name(&title.text);
        if columns
            .iter()
            .any(|known| fold_name(&known.title) == folded)
        {
            let message = format!("the column {} is given twice", shown(&title.text));
            reader.push(reader.problem(title.span.clone(), message));
            continue;
        }
        let Some((mapped, is_optional)) = read_column(node, order, reader) else {
            continue;
        };
        if columns
            .iter()
            .any(|known| known.mapped.field == mapped.field)
        {
            let name = asset::SCHEMA.field(mapped.field).name;
            let message = format!("two columns mean `{name}`");
            reader.push(reader.problem(node.span.clone(), message));
            continue;
        }
        columns.push(MappedColumn {
            title: title.text.clone().into_owned(),
            is_optional,
            mapped,
        });
    }
    Some(columns)
}

/// A field alone, or a mapping with `field` and how its cells are read.
fn read_column(
    node: &Node<'_>,
    order: Option<Order>,
    reader: &Reader<'_>,
) -> Option<(Mapped, bool)> {
    if node.text().is_some() {
        let field = field_of(node, reader)?;
        let mapped = Mapped {
            field,
            order,
            unit: None,
            values: Vec::new(),
        };
        return Some((mapped, false));
    }
    let mut fields = Fields::open(node, reader, "the column")?;
    let field = fields.required("field");
    let own = fields.one_of("dates", &ORDERS);
    let dates = fields.optional("dates");
    let unit = fields.one_of("unit", &Unit::WORDS);
    let unit_node = fields.optional("unit");
    let values = fields.optional("values");
    let is_optional = fields.boolean("optional").unwrap_or(false);
    fields.finish();
    let field = field.and_then(|node| field_of(node, reader))?;
    let (name, ty) = (
        asset::SCHEMA.field(field).name,
        asset::SCHEMA.field(field).ty,
    );
    if let Some(node) = dates.filter(|_| !matches!(ty, Type::Date)) {
        let message = format!("`{name}` is not a date");
        reader.push(reader.problem(node.span.clone(), message));
    }
    if let (Some(unit), Some(node)) = (unit, unit_node)
        && !unit.suits(name, ty)
    {
        let what = match ty {
            Type::Date | Type::Integer => "is not counted in",
            _ => "has no unit, and so not",
        };
        let message = format!("`{name}` {what} {}", yaml::found(node));
        reader.push(reader.problem(node.span.clone(), message));
    }
    let values = values.map_or_else(Vec::new, |node| read_values(node, field, reader));
    let mapped = Mapped {
        field,
        order: own.or(order),
        unit,
        values,
    };
    Some((mapped, is_optional))
}

fn field_of(node: &Node<'_>, reader: &Reader<'_>) -> Option<FieldId> {
    let Some(name) = node.text() else {
        return reader.wrong(node, "field", "the name of a field");
    };
    let schema = &asset::SCHEMA;
    let found = schema.find(name).or_else(|| schema.find_alias(name));
    let Some(id) = found else {
        let message = format!("unknown field {}", shown(name));
        let known = schema.fields.iter().filter(|field| !field.derived);
        let known = known.map(|field| field.name);
        reader.push(
            reader
                .problem(node.span.clone(), message)
                .suggest(name, known),
        );
        return None;
    };
    if schema.field(id).derived {
        let message = format!("{} cannot be declared", shown(name));
        let problem = reader.problem(node.span.clone(), message);
        reader.push(problem.help("leave it out: it is worked out"));
        return None;
    }
    Some(id)
}

/// What cells mean instead of themselves; nothing at all, where nothing stands behind them.
fn read_values(
    node: &Node<'_>,
    field: FieldId,
    reader: &Reader<'_>,
) -> Vec<(String, Option<String>)> {
    let Some(fields) = Fields::open(node, reader, "the values") else {
        return Vec::new();
    };
    let mut values = Vec::new();
    for (cell, node) in fields.rest() {
        let cell = cell.text.trim().to_owned();
        match &node.data {
            Data::Null => values.push((cell, None)),
            _ => {
                if value_of(node, field, reader).is_some() {
                    let text = node.text().unwrap_or_default();
                    values.push((cell, Some(text.to_owned())));
                }
            }
        }
    }
    values
}

fn read_constants(node: &Node<'_>, reader: &Reader<'_>) -> Vec<(FieldId, Value)> {
    let Some(fields) = Fields::open(node, reader, "the constants") else {
        return Vec::new();
    };
    let mut constants = Vec::new();
    for (key, node) in fields.rest() {
        let name = Node {
            span: key.span.clone(),
            data: Data::Scalar(yaml::Scalar {
                text: key.text.clone(),
                quoted: true,
            }),
        };
        let Some(field) = field_of(&name, reader) else {
            continue;
        };
        if matches!(
            field,
            asset::ID | asset::NAME | asset::SERIAL | asset::NETWORK_MAC | asset::NETWORK_ADDRESS
        ) {
            let name = asset::SCHEMA.field(field).name;
            let message = format!("`{name}` cannot be the same for every row");
            reader.push(reader.problem(key.span.clone(), message));
            continue;
        }
        if let Some(value) = value_of(node, field, reader) {
            constants.push((field, value));
        }
    }
    constants
}

fn value_of(node: &Node<'_>, field: FieldId, reader: &Reader<'_>) -> Option<Value> {
    let (name, ty) = (
        asset::SCHEMA.field(field).name,
        asset::SCHEMA.field(field).ty,
    );
    let Some(text) = node.text() else {
        return reader.wrong(node, name, &ty.expected());
    };
    let value = match ty {
        Type::Records(_) if text.eq_ignore_ascii_case("none") => Some(Value::Records(Vec::new())),
        _ => ty.read(text),
    };
    if value.is_none() {
        let message = format!("{} does not mean anything for `{name}`", shown(text));
        let problem = reader.problem(node.span.clone(), message);
        reader.push(problem.help(format!("write {}", ty.expected())));
    }
    value
}
