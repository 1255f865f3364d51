//! `passmuster init`: a starter pack that explains itself, and that gets a decision as it is.

use super::exit::{BadInput, ExitStatus};
use super::options::{Init, Options};
use crate::model::london;
use anyhow::{Context, Result, anyhow};
use jiff::{Timestamp, ToSpan};
use std::fs;
use std::path::Path;

/// The files of a starter pack, with `{{…}}` to fill in.
const FILES: [(&str, &str); 3] = [
    ("submission.yaml", include_str!("starter/submission.yaml")),
    ("assets.csv", include_str!("starter/assets.csv")),
    (
        "attestations.yaml",
        include_str!("starter/attestations.yaml"),
    ),
];

pub(super) fn run(init: &Init, options: &Options) -> Result<ExitStatus> {
    let folder = &init.folder;
    refuse_used(folder)?;
    fs::create_dir_all(folder).with_context(|| format!("make {}", folder.display()))?;
    let today = Timestamp::now().to_zoned(london()).date();
    let filled = [
        ("{{name}}", quoted(&init.name)?),
        ("{{today}}", today.to_string()),
        (
            "{{last_month}}",
            today.saturating_sub(30.days()).to_string(),
        ),
        ("{{award}}", today.saturating_add(70.days()).to_string()),
    ];
    for (name, template) in FILES {
        let text = filled
            .iter()
            .fold(template.to_owned(), |text, (mark, value)| {
                text.replace(mark, value)
            });
        let path = folder.join(name);
        fs::write(&path, text).with_context(|| format!("write {}", path.display()))?;
        if !options.quiet {
            eprintln!("created  {}", path.display());
        }
    }
    if !options.quiet {
        eprintln!("next     passmuster check {}", folder.display());
        eprintln!(
            "         (it is refused until it is filled in; the report says what is missing)"
        );
    }
    Ok(ExitStatus::Done)
}

/// Never writes over anything.
fn refuse_used(folder: &Path) -> Result<()> {
    match fs::read_dir(folder).map(|mut entries| entries.next().is_some()) {
        Ok(true) => Err(anyhow!(BadInput(format!(
            "{} is not empty; name a new folder",
            folder.display()
        )))),
        Err(_) if folder.exists() => Err(anyhow!(BadInput(format!(
            "{} is not a folder",
            folder.display()
        )))),
        Ok(false) | Err(_) => Ok(()),
    }
}

/// A name as YAML writes it, quoted where it has to be.
fn quoted(name: &str) -> Result<String> {
    let text = serde_yaml::to_string(name).context("write the name as YAML")?;
    Ok(text.trim_end().to_owned())
}
