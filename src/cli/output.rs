//! The terminal and the files we write: colour, width, progress, and whole files or none.

use super::exit::BadInput;
use super::options::Colour;
use anstream::AutoStream;
use anyhow::{Context, Result, anyhow};
use indicatif::{ProgressBar, ProgressStyle};
use std::fs;
use std::io::{self, IsTerminal, Read, Seek, Write};
use std::path::Path;
use std::time::Duration;

const ERROR: anstyle::Style = anstyle::AnsiColor::Red.on_default().bold();

/// What we know of the terminal.
#[derive(Debug)]
pub(super) struct Screen {
    /// Whether a report to stdout is coloured.
    pub(super) colour: bool,
    pub(super) error_colour: bool,
    /// Columns of stdout; 100 where it is not a terminal and COLUMNS does not say.
    pub(super) width: usize,
    pub(super) error_width: usize,
}

impl Screen {
    pub(super) fn new(wanted: Colour) -> Self {
        let wants = |auto: anstream::ColorChoice| match wanted {
            Colour::Always => true,
            Colour::Auto => auto != anstream::ColorChoice::Never,
            Colour::Never => false,
        };
        let columns = std::env::var("COLUMNS")
            .ok()
            .and_then(|columns| columns.parse().ok());
        let width = |is_terminal: bool| {
            let measured = terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
            let width = if is_terminal {
                measured.or(columns)
            } else {
                columns
            };
            width.unwrap_or(100).clamp(40, 200)
        };
        Self {
            colour: wants(AutoStream::choice(&io::stdout())),
            error_colour: wants(AutoStream::choice(&io::stderr())),
            width: width(io::stdout().is_terminal()),
            error_width: width(io::stderr().is_terminal()),
        }
    }

    pub(super) fn tell_error(&self, message: &str) {
        // Paths stay whole, so that they can be copied.
        let options = textwrap::Options::new(self.error_width)
            .break_words(false)
            .word_splitter(textwrap::WordSplitter::NoHyphenation);
        let text = textwrap::fill(&format!("error: {message}"), options);
        match text.strip_prefix("error") {
            Some(rest) if self.error_colour => tell(&format!("{ERROR}error{ERROR:#}{rest}")),
            _ => tell(&text),
        }
    }
}

/// Writes a line to stderr. Nothing can be done where that fails.
pub(super) fn tell(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}

/// A bar on stderr for long inputs: none in pipes, none when quiet.
pub(super) fn progress(bytes: Option<u64>, quiet: bool) -> Option<ProgressBar> {
    if quiet || !io::stderr().is_terminal() {
        return None;
    }
    let template = match bytes {
        Some(_) => "{bar:30} {percent:>3}%  {msg}  {eta} left",
        None => "{spinner} {msg}",
    };
    let bar = bytes.map_or_else(ProgressBar::new_spinner, ProgressBar::new);
    bar.set_style(
        ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()),
    );
    bar.enable_steady_tick(Duration::from_millis(200));
    Some(bar)
}

/// Sends what the program does to stderr, at the level asked for.
pub(super) fn start_logging(level: tracing::Level, colour: bool) {
    let _ = tracing_subscriber::fmt()
        .with_max_level(level)
        .with_ansi(colour)
        .with_writer(io::stderr)
        .without_time()
        .with_target(false)
        .try_init();
}

/// A report in the making. It reaches its place only when it is whole.
#[derive(Debug)]
pub(super) struct Spool {
    file: tempfile::NamedTempFile,
    to_stdout: bool,
}

impl Spool {
    /// Opens a file beside the wanted one, or a temporary one for stdout.
    pub(super) fn open(output: Option<&Path>) -> Result<Self> {
        let folder = match output {
            None => std::env::temp_dir(),
            Some(path) => match path.parent() {
                Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
                _ => Path::new(".").to_owned(),
            },
        };
        if let Some(path) = output.filter(|path| path.is_dir()) {
            let message = format!("{} is a folder; name a file to write", path.display());
            return Err(anyhow!(BadInput(message)));
        }
        if !folder.is_dir() {
            let message = format!("there is no folder {} to write into", folder.display());
            return Err(anyhow!(BadInput(message)));
        }
        let file = tempfile::NamedTempFile::new_in(&folder)
            .with_context(|| format!("open a file to write in {}", folder.display()))?;
        Ok(Self {
            file,
            to_stdout: output.is_none(),
        })
    }

    pub(super) fn writer(&self) -> Result<Box<dyn Write>> {
        Ok(Box::new(io::BufWriter::new(self.file.reopen()?)))
    }

    /// Puts the report where it belongs.
    pub(super) fn finish(mut self, output: Option<&Path>) -> Result<()> {
        if self.to_stdout {
            self.file.rewind()?;
            return copy_to_stdout(self.file.as_file_mut()).context("write to stdout");
        }
        let path = output.unwrap_or(Path::new("."));
        set_usual_permissions(self.file.as_file());
        self.file
            .persist(path)
            .map_err(|error| error.error)
            .with_context(|| format!("write {}", path.display()))?;
        Ok(())
    }
}

/// Temporary files are private; a report is as readable as any file the user makes.
#[cfg(unix)]
fn set_usual_permissions(file: &fs::File) {
    use std::os::unix::fs::PermissionsExt;
    let _ = file.set_permissions(fs::Permissions::from_mode(0o644));
}

#[cfg(not(unix))]
fn set_usual_permissions(_: &fs::File) {}

/// A reader that has seen enough, such as `head`, is no error.
fn copy_to_stdout(file: &mut fs::File) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    let mut block = vec![0; 64 * 1024];
    loop {
        let count = file.read(&mut block)?;
        if count == 0 {
            return match stdout.flush() {
                Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
                done => done,
            };
        }
        match stdout.write_all(&block[..count]) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(()),
            done => done?,
        }
    }
}
