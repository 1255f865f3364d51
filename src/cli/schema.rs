//! `passmuster schema`: JSON Schemas of the files people write, so that editors complete, explain
//! and check them while they are written.
//!
//! In a file: `# yaml-language-server: $schema=rules.schema.json`, as its first line. In Visual
//! Studio Code: `"yaml.schemas": { "rules.schema.json": "policy/*.yaml" }`. Any editor with the
//! YAML language server takes the same.

use super::exit::ExitStatus;
use super::options::Schema;
use super::output::Spool;
use crate::schema;
use anyhow::{Context, Result, anyhow};
use std::io::Write;

pub(super) fn run(asked: &Schema) -> Result<ExitStatus> {
    let schema =
        schema::of(&asked.name).ok_or_else(|| anyhow!("there is no schema `{}`", asked.name))?;
    let spool = Spool::open(asked.output.as_deref())?;
    let mut writer = spool.writer()?;
    serde_json::to_writer(&mut writer, &schema).context("write the schema")?;
    writeln!(writer)?;
    writer.flush()?;
    drop(writer);
    spool.finish(asked.output.as_deref())?;
    Ok(ExitStatus::Done)
}
