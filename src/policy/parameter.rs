//! Named parameters of packs: a type, a value, and the direction that is stricter.

use super::keys;
use super::pack::RawPack;
use crate::model::{Place, Type, Value};
use crate::predicate::{Length, Params};
use crate::yaml::{Fields, Node, Reader};
use jiff::ToSpan;
use jiff::civil::Date;
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// A parameter as its pack declares it.
#[derive(Debug)]
pub(super) struct Parameter<'d> {
    pub(super) name: &'d str,
    kind: Kind,
    value: &'d str,
    strict: Strict,
    pub(super) node: &'d Node<'d>,
    pub(super) reader: &'d Reader<'d>,
}

pub(super) const KINDS: [(&str, Kind); 5] = [
    ("date", Kind::Date),
    ("length", Kind::Length),
    ("number", Kind::Number),
    ("text", Kind::Text),
    ("version", Kind::Version),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Date,
    Length,
    Number,
    Text,
    Version,
}

pub(super) const DIRECTIONS: [(&str, Strict); 3] = [
    ("fixed", Strict::Fixed),
    ("higher", Strict::Higher),
    ("lower", Strict::Lower),
];

/// Which direction tightens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Strict {
    /// May not be changed.
    Fixed,
    Higher,
    Lower,
}

impl<'d> Parameter<'d> {
    pub(super) fn read(name: &'d str, node: &'d Node<'d>, reader: &'d Reader<'d>) -> Option<Self> {
        let mut fields = Fields::open(node, reader, format!("the parameter `{name}`"))?
            .documented(|key| keys::PARAMETER.has(key));
        let kind = fields.required_one_of("type", &KINDS);
        let value = fields.required_text("value");
        let strict = fields.required_one_of("strict", &DIRECTIONS);
        // The note is for readers of the pack: where the figure comes from.
        fields.text("note");
        let value_node = fields.optional("value");
        fields.finish();
        let parameter = Self {
            name,
            kind: kind?,
            value: value?,
            strict: strict?,
            node: value_node?,
            reader,
        };
        parameter
            .reads(parameter.value, parameter.node, reader)
            .then_some(parameter)
    }

    /// Whether a text is a value of the parameter's type; otherwise tells so.
    fn reads(&self, text: &str, node: &Node<'_>, reader: &Reader<'_>) -> bool {
        let (reads, expected) = match self.kind {
            Kind::Date => (Type::Date.read(text).is_some(), "a date such as 2026-11-22"),
            Kind::Length => (
                Length::read(text).is_some(),
                "a length of time such as 14 days",
            ),
            Kind::Number => (number(text).is_some(), "a number such as 7 or 5%"),
            Kind::Text | Kind::Version => (true, "text"),
        };
        if !reads {
            let message = format!("`{text}` is not {expected}, which `{}` is", self.name);
            reader.push(reader.problem(node.span.clone(), message));
        }
        reads
    }

    /// Why `new` may not replace `old`; `None` when it may.
    fn loosens(&self, old: &str, new: &str) -> Option<String> {
        let name = self.name;
        let is_fixed = match self.kind {
            Kind::Text | Kind::Version => true,
            Kind::Date | Kind::Length | Kind::Number => self.strict == Strict::Fixed,
        };
        match self.tightens(old, new) {
            Some(true) => None,
            _ if is_fixed => Some(format!("`{name}` may not be changed: {new} is not {old}")),
            Some(false) => Some(format!(
                "`{name}` may only be tightened: {new} is looser than {old}"
            )),
            None => Some(format!(
                "`{name}` may only be tightened: {new} is looser than {old} in some months"
            )),
        }
    }

    /// Whether `new` is at least as strict as `old`; `None` when they cannot be compared.
    fn tightens(&self, old: &str, new: &str) -> Option<bool> {
        let order = match self.kind {
            Kind::Date => match (Type::Date.read(new)?, Type::Date.read(old)?) {
                (Value::Date(new), Value::Date(old)) => new.cmp(&old),
                _ => return None,
            },
            Kind::Length => compare_lengths(Length::read(new)?, Length::read(old)?)?,
            Kind::Number => number(new)?.partial_cmp(&number(old)?)?,
            Kind::Text | Kind::Version => return Some(new == old),
        };
        Some(match self.strict {
            Strict::Fixed => order == Ordering::Equal,
            Strict::Higher => order != Ordering::Less,
            Strict::Lower => order != Ordering::Greater,
        })
    }
}

/// A number, or a percentage by its number: which of the two is right the rule says that uses it.
fn number(text: &str) -> Option<f64> {
    let text = text.trim_end();
    match Type::Number.read(text.strip_suffix('%').unwrap_or(text))? {
        Value::Number(number) => Some(number),
        _ => None,
    }
}

/// Months differ in length: one is longer only if it is from every day of a year.
fn compare_lengths(one: Length, other: Length) -> Option<Ordering> {
    let mut orders = Date::constant(2026, 1, 1)
        .series(1.day())
        .take(366)
        .map(|from| one.after(from).cmp(&other.after(from)));
    let first = orders.next()?;
    orders.try_fold(first, |so_far, order| match (so_far, order) {
        (a, b) if a == b => Some(a),
        // Equal on some days, shorter on others: not longer on any.
        (Ordering::Equal, other) | (other, Ordering::Equal) => Some(other),
        _ => None,
    })
}

/// The parameters of all packs; their names are shared, so each may be declared once.
#[derive(Debug, Default)]
pub(super) struct Parameters<'d> {
    by_name: BTreeMap<&'d str, Parameter<'d>>,
}

pub(super) fn collect<'d>(packs: &[RawPack<'d>]) -> Parameters<'d> {
    let mut parameters = Parameters::default();
    for pack in packs {
        for (key, node) in pack
            .params
            .iter()
            .flat_map(|node| node.mapping().unwrap_or_default())
        {
            let Some(parameter) = Parameter::read(&key.text, node, pack.reader) else {
                continue;
            };
            if let Some(first) = parameters.by_name.get(parameter.name) {
                let message = format!("the parameter `{}` is declared twice", parameter.name);
                let problem = pack.reader.problem(key.span.clone(), message);
                pack.reader.push(problem.related(
                    first.reader.source(),
                    first.node.span.clone(),
                    "first here",
                ));
                continue;
            }
            parameters.by_name.insert(parameter.name, parameter);
        }
    }
    parameters
}

impl<'d> Parameters<'d> {
    pub(super) fn defaults(&self) -> Params {
        let mut params = Params::default();
        for parameter in self.by_name.values() {
            params.set(parameter.name, parameter.value);
        }
        params
    }

    /// The values as the packs declare them.
    pub(super) fn values(&self) -> Values<'d> {
        let places = self.by_name.values();
        Values {
            params: self.defaults(),
            places: places
                .map(|one| (one.name, (one.reader, one.node)))
                .collect(),
        }
    }

    /// Sets the values of one profile over those that stand; each may only tighten. The profile's
    /// own `place` is kept for problems of later layers; what is wrong now goes to `reader`.
    pub(super) fn set(
        &self,
        values: &mut Values<'d>,
        node: &'d Node<'d>,
        place: &'d Reader<'d>,
        reader: &Reader<'_>,
    ) {
        for (key, value) in node.mapping().unwrap_or_default() {
            let Some(parameter) = self.by_name.get(&*key.text) else {
                let message = format!("no pack declares the parameter `{}`", key.text);
                let problem = reader.problem(key.span.clone(), message).label("not known");
                reader.push(problem.suggest(&key.text, self.by_name.keys().copied()));
                continue;
            };
            let Some(text) = value.text() else {
                let message = format!(
                    "expected a value for `{}`, found {}",
                    key.text,
                    value.describe()
                );
                reader.push(reader.problem(value.span.clone(), message));
                continue;
            };
            if !parameter.reads(text, value, reader) {
                continue;
            }
            let old = values
                .params
                .get(parameter.name)
                .unwrap_or(parameter.value)
                .to_owned();
            let Some(message) = parameter.loosens(&old, text) else {
                values.params.set(parameter.name, text);
                values.places.insert(parameter.name, (place, value));
                continue;
            };
            let problem = reader.problem(value.span.clone(), message).label("looser");
            reader.push(match values.places.get(parameter.name) {
                Some((first, node)) => {
                    let span = node.span.clone();
                    problem.related(first.source(), span, "in force from here")
                }
                None => problem,
            });
        }
    }
}

/// The values in force, with the places they were written at.
#[derive(Debug)]
pub(super) struct Values<'d> {
    pub(super) params: Params,
    places: BTreeMap<&'d str, (&'d Reader<'d>, &'d Node<'d>)>,
}

impl Values<'_> {
    /// Where the value in force was written.
    pub(super) fn place(&self, name: &str) -> Option<Place> {
        let (reader, node) = self.places.get(name)?;
        Some(reader.source().place(node.span.start))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Source;
    use crate::yaml::{Limits, parse};

    /// Whether `new` may replace `old` in a parameter with these words.
    fn tightens(kind: &str, strict: &str, old: &str, new: &str) -> Option<bool> {
        let text = format!("{{ type: {kind}, value: {old}, strict: {strict} }}");
        let source = Source::new("p.yaml", text);
        let documents = parse(&source, &Limits::default()).expect("it is YAML");
        let reader = Reader::new(&source);
        let parameter = Parameter::read("p", &documents[0], &reader).expect("it is a parameter");
        parameter.tightens(old, new)
    }

    #[test]
    fn a_month_is_tightened_by_what_is_never_longer() {
        let lower = |new| tightens("length", "lower", "1 month", new);
        assert_eq!(lower("28 days"), Some(true));
        assert_eq!(lower("27 days"), Some(true));
        assert_eq!(lower("1 month"), Some(true));
        assert_eq!(lower("31 days"), Some(false));
        assert_eq!(lower("2 months"), Some(false));
        // Shorter than some months, longer than February.
        assert_ne!(lower("29 days"), Some(true));
        assert_ne!(lower("30 days"), Some(true));
    }

    #[test]
    fn where_higher_is_stricter_a_month_needs_its_longest() {
        let higher = |new| tightens("length", "higher", "1 month", new);
        assert_eq!(higher("31 days"), Some(true));
        assert_eq!(higher("28 days"), Some(false));
        assert_ne!(higher("30 days"), Some(true));
    }

    #[test]
    fn a_fixed_length_may_only_be_said_in_other_words() {
        assert_eq!(
            tightens("length", "fixed", "14 days", "14 days"),
            Some(true)
        );
        assert_eq!(
            tightens("length", "fixed", "14 days", "13 days"),
            Some(false)
        );
        assert_ne!(
            tightens("length", "fixed", "1 month", "30 days"),
            Some(true)
        );
        assert_ne!(
            tightens("length", "fixed", "1 month", "31 days"),
            Some(true)
        );
    }

    #[test]
    fn numbers_and_dates_tighten_in_their_direction() {
        assert_eq!(tightens("number", "lower", "7.0", "4"), Some(true));
        assert_eq!(tightens("number", "lower", "7.0", "10"), Some(false));
        assert_eq!(tightens("number", "higher", "7", "10"), Some(true));
        assert_eq!(tightens("number", "lower", "5", "0.5%"), Some(true));
        assert_eq!(tightens("number", "lower", "5%", "6"), Some(false));
        assert_eq!(tightens("number", "lower", "1,000", "999"), Some(true));
        let date = |new| tightens("date", "lower", "2026-11-22", new);
        assert_eq!(date("2026-11-21"), Some(true));
        assert_eq!(date("2026-11-23"), Some(false));
    }

    #[test]
    fn words_and_versions_have_no_stricter() {
        assert_eq!(tightens("version", "higher", "1.9", "1.10"), Some(false));
        assert_eq!(tightens("text", "lower", "b", "a"), Some(false));
        assert_eq!(tightens("text", "lower", "b", "b"), Some(true));
    }
}
