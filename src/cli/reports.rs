//! Which reports a check writes, and where to: `--format` and `--output`, paired as they stand in
//! the command. All are written from one evaluation, and none is in its place before all are whole.

use super::exit::BadInput;
use super::output::{Screen, Spool};
use crate::report::{FORMATS, Format, Options, Renderer, Several};
use anyhow::{Result, anyhow};
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{ArgMatches, Args, Command, FromArgMatches};
use std::path::{Path, PathBuf};

/// The arguments as they stand on the line.
#[derive(Debug, Args)]
struct Typed {
    /// How to report [default: terminal]; may be repeated, each with its --output.
    #[arg(short, long = "format", value_name = "FORMAT", value_parser = formats())]
    formats: Vec<&'static Format>,

    /// Write the report to a file, whole or not at all: that of the --format before it.
    #[arg(short, long = "output", value_name = "FILE")]
    outputs: Vec<PathBuf>,
}

fn formats() -> impl TypedValueParser<Value = &'static Format> {
    PossibleValuesParser::new(FORMATS.iter().map(|format| format.name))
        .try_map(|name| Format::named(&name).ok_or("no such format"))
}

/// What stands below the arguments of `check`: examples, and what each format is.
pub(super) fn help() -> String {
    let width = FORMATS.iter().map(|format| format.name.len()).max();
    let width = width.unwrap_or_default();
    let lines = FORMATS
        .iter()
        .map(|format| format!("\n  {:<width$}  {}", format.name, format.explain));
    format!("{EXAMPLES}\n\nFormats:{}", lines.collect::<String>())
}

const EXAMPLES: &str = "Examples:
  passmuster check examples/supplier-epr              a submission pack (a folder)
  passmuster check estate.csv --org R0A --kind trust  an inventory
  passmuster check estate.csv --map cmdb.yaml         a table of your own, by a map of its columns
  passmuster check hosts/*.txt                        what systeminfo printed
  passmuster check bom.json                           a bill of materials
  export-assets | passmuster check - --input-format ndjson
  passmuster check submission --live                  what its endpoints speak as well
  passmuster check submission -f sarif -o out.sarif -f junit -o out.xml -f terminal";

/// Formats and files, each with its position in the command.
#[derive(Debug)]
pub(super) struct Reports {
    formats: Vec<(usize, &'static Format)>,
    outputs: Vec<(usize, PathBuf)>,
}

impl Args for Reports {
    fn augment_args(command: Command) -> Command {
        Typed::augment_args(command)
    }

    fn augment_args_for_update(command: Command) -> Command {
        Typed::augment_args_for_update(command)
    }
}

impl FromArgMatches for Reports {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let typed = Typed::from_arg_matches(matches)?;
        Ok(Self {
            formats: positions(matches, "formats").zip(typed.formats).collect(),
            outputs: positions(matches, "outputs").zip(typed.outputs).collect(),
        })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

fn positions<'m>(matches: &'m ArgMatches, id: &str) -> impl Iterator<Item = usize> + 'm {
    matches.indices_of(id).into_iter().flatten()
}

/// One report to write; to stdout where no file is named.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    pub(super) format: &'static Format,
    pub(super) output: Option<PathBuf>,
}

impl Reports {
    /// What to write, in the order of the formats.
    pub(super) fn wanted(&self) -> Result<Vec<Wanted>> {
        let formats = self.formats.iter().map(|(_, format)| *format);
        let usual = self.formats.is_empty().then_some(&FORMATS[0]);
        let mut wanted: Vec<_> = formats
            .chain(usual)
            .map(|format| Wanted {
                format,
                output: None,
            })
            .collect();
        for (position, path) in &self.outputs {
            let before = self.formats.iter().filter(|(at, _)| at < position).count();
            let slot = wanted
                .get_mut(before.saturating_sub(1))
                .filter(|slot| slot.output.is_none());
            let slot = slot.ok_or_else(|| no_format_for(path))?;
            slot.output = Some(path.clone());
        }
        refuse_clashes(&wanted)?;
        Ok(wanted)
    }
}

fn no_format_for(path: &Path) -> anyhow::Error {
    bad(format!(
        "--output {} has no --format of its own; write each --output behind the --format it is for",
        path.display()
    ))
}

/// Two reports in one place would be none.
fn refuse_clashes(wanted: &[Wanted]) -> Result<()> {
    for (index, one) in wanted.iter().enumerate() {
        let Some(other) = wanted[..index]
            .iter()
            .find(|other| other.output == one.output)
        else {
            continue;
        };
        let (a, b) = (other.format.name, one.format.name);
        return Err(bad(match &one.output {
            Some(path) => format!(
                "{a} and {b} would both be written to {}; name a file for each",
                path.display()
            ),
            None => format!(
                "{a} and {b} would both go to stdout; write `--output FILE` behind one of them"
            ),
        }));
    }
    Ok(())
}

fn bad(message: String) -> anyhow::Error {
    anyhow!(BadInput(message))
}

/// The reports in the making.
#[derive(Debug)]
pub(super) struct Spools(Vec<(Wanted, Spool)>);

impl Spools {
    pub(super) fn open(wanted: Vec<Wanted>) -> Result<Self> {
        let open = |one: Wanted| Ok((one.clone(), Spool::open(one.output.as_deref())?));
        Ok(Self(wanted.into_iter().map(open).collect::<Result<_>>()?))
    }

    /// One renderer for all of them.
    pub(super) fn renderer(&self, look: &Options, screen: &Screen) -> Result<Several<'static>> {
        let make = |(one, spool): &(Wanted, Spool)| -> Result<Box<dyn Renderer>> {
            let look = Options {
                width: screen.width,
                colour: one.output.is_none() && screen.colour,
                ..*look
            };
            Ok((one.format.make)(spool.writer()?, &look))
        };
        Ok(Several(self.0.iter().map(make).collect::<Result<_>>()?))
    }

    /// Puts the files where they belong, then prints what goes to stdout.
    pub(super) fn finish(self) -> Result<()> {
        let (files, stdout): (Vec<_>, Vec<_>) = self
            .0
            .into_iter()
            .partition(|(one, _)| one.output.is_some());
        files
            .into_iter()
            .chain(stdout)
            .try_for_each(|(one, spool)| spool.finish(one.output.as_deref()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(line: &str) -> Result<Vec<(&'static str, Option<String>)>, String> {
        let command = Reports::augment_args(Command::new("check"));
        let arguments = ["check"].into_iter().chain(line.split_whitespace());
        let matches = command
            .try_get_matches_from(arguments)
            .expect("the line is well formed");
        let reports = Reports::from_arg_matches(&matches).expect("all is known");
        let wanted = reports.wanted().map_err(|error| error.to_string())?;
        let pair = |one: Wanted| {
            let output = one.output.map(|path| path.display().to_string());
            (one.format.name, output)
        };
        Ok(wanted.into_iter().map(pair).collect())
    }

    #[test]
    fn nothing_said_is_the_terminal() {
        assert_eq!(wanted(""), Ok(vec![("terminal", None)]));
        assert_eq!(
            wanted("-o a.txt"),
            Ok(vec![("terminal", Some("a.txt".into()))])
        );
    }

    #[test]
    fn one_format_and_one_file_come_in_any_order() {
        let expected = Ok(vec![("json", Some("a.json".into()))]);
        assert_eq!(wanted("-f json -o a.json"), expected);
        assert_eq!(wanted("-o a.json -f json"), expected);
    }

    #[test]
    fn each_file_is_that_of_the_format_before_it() {
        assert_eq!(
            wanted("-f terminal -f json -o a.json"),
            Ok(vec![("terminal", None), ("json", Some("a.json".into()))])
        );
        assert_eq!(
            wanted("--format=json --output=a.json --format terminal"),
            Ok(vec![("json", Some("a.json".into())), ("terminal", None)])
        );
    }

    #[test]
    fn what_cannot_be_paired_is_said() {
        for (line, words) in [
            ("-f json -f terminal", "both go to stdout"),
            ("-f json -o a -f terminal -o a", "both be written to a"),
            ("-f json -o a -o b", "--output b has no --format of its own"),
            ("-o a -f json -o b", "--output b has no --format of its own"),
        ] {
            let said = wanted(line).expect_err(line);
            assert!(said.contains(words), "{line}: {said}");
        }
    }
}
