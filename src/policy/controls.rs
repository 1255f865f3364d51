//! The controls of frameworks that rules may name: `dspt/v8:8.3`, with scheme and edition, as
//! numbers move between editions. A table beside the rules; it is not all that a framework asks.

use crate::model::{Problem, nearest};
use crate::yaml::{Fields, Node, Reader};
use std::collections::BTreeMap;
use std::sync::LazyLock;

const TABLE: &str = include_str!("../../rules/controls.tsv");

/// Controls of this scheme are a local policy's own, and not in the table.
const LOCAL: &str = "local/";

/// One edition of a framework, with the controls we know.
#[derive(Debug)]
pub struct Framework {
    /// Scheme and edition: `dspt/v8`; the scheme alone where it has no editions.
    pub name: &'static str,
    /// In our own words, as all titles here.
    pub title: &'static str,
    pub mark: Mark,
    /// Where its controls were read.
    pub source: &'static str,
    /// How many controls it has in all, where that is known.
    pub of: Option<u32>,
    pub controls: Vec<Control>,
}

/// A control that is known to exist.
#[derive(Debug)]
pub struct Control {
    /// In full: `dspt/v8:8.3`.
    pub name: &'static str,
    pub title: &'static str,
    pub mark: Mark,
    pub source: &'static str,
    /// Another control that asks the same or nearly so, of this framework or another.
    pub see: Option<&'static str>,
}

/// How well the number of a control is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// Read in secondary sources only.
    Secondary,
    /// General knowledge that nobody has verified.
    Unverified,
    Verified,
}

impl Mark {
    pub fn name(self) -> &'static str {
        match self {
            Self::Secondary => "secondary",
            Self::Unverified => "unverified",
            Self::Verified => "verified",
        }
    }
}

/// Every framework that we know, in the order of the table.
pub fn frameworks() -> &'static [Framework] {
    static FRAMEWORKS: LazyLock<Vec<Framework>> = LazyLock::new(|| {
        read(TABLE).expect("the table of controls is well formed: a test reads it")
    });
    &FRAMEWORKS
}

/// The names of all frameworks and controls, in the order of the table.
pub fn control_names() -> impl Iterator<Item = &'static str> {
    frameworks().iter().flat_map(|framework| {
        let controls = framework.controls.iter().map(|control| control.name);
        std::iter::once(framework.name).chain(controls)
    })
}

/// Whether a control is the wanted one or lies within it: `dspt`, `caf/4.0` and `caf/4.0:B4` hold
/// `caf/4.0:B4.d`, and `B4.d` does not hold `B4.da`.
pub fn is_within(control: &str, wanted: &str) -> bool {
    let Some(head) = control.get(..wanted.len()) else {
        return false;
    };
    let next = control.as_bytes().get(wanted.len());
    head.eq_ignore_ascii_case(wanted) && next.is_none_or(|next| b"/:.".contains(next))
}

/// The controls a rule names. What is not in the table is a problem, told with the nearest that is.
pub(super) fn read_named(fields: &mut Fields<'_, '_>) -> Vec<String> {
    let Some(node) = fields.required("controls") else {
        return Vec::new();
    };
    let named = fields.texts("controls").unwrap_or_default();
    let nodes = node.sequence().unwrap_or(std::slice::from_ref(node));
    for node in nodes {
        refuse_unknown(node, fields.reader());
    }
    named.into_iter().map(str::to_owned).collect()
}

fn refuse_unknown(node: &Node<'_>, reader: &Reader<'_>) {
    let Some(name) = node.text() else {
        return;
    };
    if name.starts_with(LOCAL) || control_names().any(|known| known == name) {
        return;
    }
    let problem = reader.problem(node.span.clone(), what_is_wrong(name));
    reader.push(with_help(problem, name));
}

fn what_is_wrong(name: &str) -> String {
    let head = name.split(':').next().unwrap_or_default();
    let scheme = head.split('/').next().unwrap_or_default();
    let by_name = |wanted: &str| frameworks().iter().find(|one| one.name == wanted);
    if let Some(framework) = by_name(head).or_else(|| by_name(scheme)) {
        return format!("`{}` has no control `{name}` that we know", framework.name);
    }
    let mut editions = frameworks().iter().map(|one| one.name);
    if editions.any(|one| is_within(one, scheme)) {
        return format!("no edition of `{scheme}` is called `{head}`");
    }
    format!("no framework is called `{scheme}`")
}

fn with_help(problem: Problem, name: &str) -> Problem {
    let own = "a control of your own starts with `local/`";
    match nearest_control(name) {
        Some(near) => problem.help(format!("did you mean `{near}`? {own}")),
        None => problem.help(format!("`passmuster rules controls` lists them; {own}")),
    }
}

/// The known control or framework that is written most alike: with the same number in another
/// edition, or else by its letters.
pub fn nearest_control(name: &str) -> Option<&'static str> {
    let mut elsewhere = control_names().filter(|known| {
        let same = |one: &str| one.split_once(':').map(|(_, id)| id.to_lowercase());
        same(known).is_some() && same(known) == same(name) && scheme(known) == scheme(name)
    });
    match (elsewhere.next(), elsewhere.next()) {
        (Some(only), None) => Some(only),
        _ => nearest(name, control_names()),
    }
}

fn scheme(name: &str) -> &str {
    name.split(['/', ':']).next().unwrap_or_default()
}

fn read(table: &'static str) -> Result<Vec<Framework>, String> {
    let mut sources = BTreeMap::new();
    let mut frameworks: Vec<Framework> = Vec::new();
    let mut is_heading = true;
    for line in table.lines() {
        if let Some(comment) = line.strip_prefix("# ") {
            sources.extend(
                comment
                    .strip_prefix("source ")
                    .and_then(|rest| rest.split_once(": ")),
            );
            continue;
        }
        if std::mem::take(&mut is_heading) {
            continue;
        }
        let cells: Vec<&str> = line.split('\t').collect();
        let [framework, name, mark, of, see, title, source] = cells[..] else {
            return Err(format!("`{line}` has not seven cells"));
        };
        let mark = match mark {
            "S" => Mark::Secondary,
            "U" => Mark::Unverified,
            "V" => Mark::Verified,
            other => return Err(format!("`{other}` of {name} is no mark")),
        };
        let source = *sources
            .get(source)
            .ok_or_else(|| format!("`{source}` of {name} is no source"))?;
        if framework == name {
            let of = match of {
                "" => None,
                of => Some(of.parse().map_err(|_| format!("`{of}` is no number"))?),
            };
            frameworks.push(Framework {
                name,
                title,
                mark,
                source,
                of,
                controls: Vec::new(),
            });
            continue;
        }
        match frameworks.last_mut() {
            Some(last) if last.name == framework && is_within(name, framework) => {
                last.controls.push(Control {
                    name,
                    title,
                    mark,
                    source,
                    see: Some(see).filter(|see| !see.is_empty()),
                });
            }
            _ => return Err(format!("{name} does not stand below its framework")),
        }
    }
    Ok(frameworks)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::Catalogue;
    use crate::model::Source;
    use crate::policy::Library;
    use std::collections::BTreeSet;

    fn problems_of(controls: &str) -> Vec<String> {
        let text = format!(
            "pack: ours\ntitle: Ours\ncases_at: 2026-11-22\nrules:\n- {{ id: OUR-1, title: t, for: asset, severity: low, \
             gate: advise, check: {{ os.family: linux }}, why: w, fix: f, controls: {controls}, sources: [s], \
             cases: [{{ name: silence, given: {{}}, expect: unknown }}] }}\n"
        );
        let source = Source::new("ours.yaml", text);
        match Library::load(&[source], Catalogue::embedded()) {
            Ok(_) => Vec::new(),
            Err(problems) => problems
                .into_iter()
                .map(|one| {
                    let help = one.help.as_deref().unwrap_or_default();
                    format!("{}: {}; {help}", one.place(), one.message)
                })
                .collect(),
        }
    }

    #[test]
    fn the_table_is_well_formed_and_names_nothing_twice() {
        let frameworks = read(TABLE).unwrap();
        assert!(frameworks.len() > 20, "{}", frameworks.len());
        let names: Vec<_> = control_names().collect();
        assert_eq!(names.len(), names.iter().collect::<BTreeSet<_>>().len());
        for framework in &frameworks {
            let known = u32::try_from(framework.controls.len()).unwrap();
            let leaves = framework.of.is_none_or(|of| known <= of);
            assert!(leaves, "{} knows more than there are", framework.name);
            for control in &framework.controls {
                let see = control.see.unwrap_or(control.name);
                assert!(names.contains(&see), "{} points to {see}", control.name);
            }
        }
        assert!(TABLE.contains("\n# data-date: 2026-"));
    }

    #[test]
    fn a_table_with_a_mistake_is_refused() {
        let rows = [
            "a\ta\tV\t\tA\ts",
            "a\ta\tX\t\t\tA\ts",
            "a\ta\tV\tmany\t\tA\ts",
            "a\ta\tV\t\t\tA\tt",
            "a\ta:1\tV\t\t\tA\ts",
        ];
        for row in rows {
            let table = format!("# source s: the source\nheading\n{row}\n");
            assert!(read(table.leak()).is_err(), "{row}");
        }
    }

    #[test]
    fn a_control_lies_within_its_principle_edition_and_scheme_only() {
        for wanted in ["caf", "caf/4.0", "caf/4", "caf/4.0:B4", "CAF/4.0:b4.D"] {
            assert!(is_within("caf/4.0:B4.d", wanted), "{wanted}");
        }
        for wanted in ["ca", "caf/4.0:B", "caf/3.2", "caf/4.0:B4.d.4", "é"] {
            assert!(!is_within("caf/4.0:B4.d", wanted), "{wanted}");
        }
        assert!(!is_within("dspt-caf/2025-26:B4.d", "dspt"));
        assert!(!is_within("é", "a"));
    }

    #[test]
    fn what_is_known_or_local_loads() {
        let named = "[\"dspt/v8:8.3\", ndg/8, dcb0129, ce/3.3, \"local/estates:12\", local/x]";
        assert_eq!(problems_of(named), Vec::<String>::new());
        assert_eq!(problems_of("ndg/8"), Vec::<String>::new());
    }

    #[test]
    fn what_is_not_known_is_refused_at_its_place_with_the_nearest() {
        let cases = [
            (
                "[\"dpst/v8:8.3\"]",
                "no framework is called `dpst`",
                "`dspt/v8:8.3`",
            ),
            (
                "[\"dspt/v9:9.3.8\"]",
                "no edition of `dspt` is called `dspt/v9`",
                "`dspt/v8:9.3.8`",
            ),
            (
                "[\"caf:B4.d\"]",
                "no edition of `caf` is called `caf`",
                "`caf/4.0:B4.d`",
            ),
            (
                "[\"caf/3.2:B4.d\"]",
                "`caf/3.2` has no control `caf/3.2:B4.d`",
                "`caf/4.0:B4.d`",
            ),
            (
                "[\"dspt/v8:8.33\"]",
                "`dspt/v8` has no control",
                "`dspt/v8:8.3`",
            ),
            ("[ndg/8, ndg/11]", "`ndg` has no control `ndg/11`", "`ndg/1"),
            ("[\"\"]", "no framework is called ``", "rules controls"),
        ];
        for (named, message, near) in cases {
            let problems = problems_of(named);
            assert_eq!(problems.len(), 1, "{problems:?}");
            assert!(problems[0].starts_with("ours.yaml:5:"), "{problems:?}");
            assert!(problems[0].contains(message), "{problems:?}");
            assert!(problems[0].contains(near), "{problems:?}");
        }
    }

    #[test]
    fn one_letter_less_is_never_taken_for_the_control() {
        let (mut wrong, mut right) = (0, 0);
        for name in control_names() {
            for (at, letter) in name.char_indices() {
                let typo = format!("{}{}", &name[..at], &name[at + letter.len_utf8()..]);
                if control_names().any(|known| known == typo) {
                    continue;
                }
                wrong += 1;
                right += usize::from(nearest_control(&typo) == Some(name));
            }
        }
        println!("{right} of {wrong} typos are led back to what was meant");
        assert!(right * 10 >= wrong * 6, "{right} of {wrong}");
    }
}
