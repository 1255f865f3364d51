//! Many questions from a stream, one a line, each answered by one line of JSON in the same order.
//!
//! Nothing a line holds ends the run: one that is no question is answered with an `error`. Answers
//! about operating systems are kept by identity, because an estate has few distinct ones.

use super::answer::Answer;
use super::{Desk, Query, software};
use crate::catalogue::{Identity, OsFacts, SoftwareFacts};
use anyhow::{Context, Result};
use serde_json::{Map, Value};
use std::borrow::Cow;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::io::{self, BufRead, Write};
use std::sync::Arc;

const MAX_LINE: usize = 64 * 1024;
/// Identities whose answers are kept; then the memory starts over.
const KEPT: usize = 4096;
const KEYS: [&str; 8] = [
    "arch",
    "build",
    "channel",
    "edition",
    "name",
    "server",
    "service_pack",
    "version",
];
/// An object with the first or the second of these asks about software.
const SOFTWARE_KEYS: [&str; 5] = ["software", "purl", "cpe", "vendor", "version"];

/// Answers until the input ends or nobody reads any more.
pub(super) fn answer(desk: &Desk, input: impl BufRead, output: impl Write) -> Result<()> {
    let mut lines = Lines {
        input,
        is_first: true,
    };
    let mut clerk = Clerk {
        desk,
        kept: HashMap::new(),
        output,
    };
    let mut line = Vec::new();
    while let Some(read) = lines.next(&mut line).context("read standard input")? {
        let written = match read {
            Read::Line => clerk.line(&String::from_utf8_lossy(&line)),
            Read::TooLong => clerk.refuse("null", &format!("longer than {MAX_LINE} bytes")),
        };
        if is_over(written)? {
            return Ok(());
        }
    }
    is_over(clerk.output.flush()).map(drop)
}

/// Whether the reader has seen enough, which is no error.
fn is_over(written: io::Result<()>) -> Result<bool> {
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(true),
        done => done.map(|()| false).context("write to stdout"),
    }
}

struct Lines<R> {
    input: R,
    is_first: bool,
}

enum Read {
    Line,
    TooLong,
}

impl<R: BufRead> Lines<R> {
    /// Reads a line without its end into `line`; `None` at the end of the input.
    fn next(&mut self, line: &mut Vec<u8>) -> io::Result<Option<Read>> {
        line.clear();
        let limit = MAX_LINE as u64 + 2;
        if io::Read::take(&mut self.input, limit).read_until(b'\n', line)? == 0 {
            return Ok(None);
        }
        let is_whole = line.ends_with(b"\n");
        if std::mem::take(&mut self.is_first) && line.starts_with(b"\xef\xbb\xbf") {
            line.drain(..3);
        }
        for end in [b"\n", b"\r"] {
            if line.ends_with(end) {
                line.pop();
            }
        }
        if line.len() <= MAX_LINE {
            return Ok(Some(Read::Line));
        }
        if !is_whole {
            self.input.skip_until(b'\n')?;
        }
        Ok(Some(Read::TooLong))
    }
}

struct Clerk<'d, W> {
    desk: &'d Desk,
    /// By the address of an identity, which is held so that no other can take it.
    kept: HashMap<usize, (Arc<Identity>, String)>,
    output: W,
}

impl<W: Write> Clerk<'_, W> {
    fn line(&mut self, line: &str) -> io::Result<()> {
        let text: Cow<'_, str> = match line.trim_start().as_bytes().first() {
            Some(b'{') => return self.object(line.trim()),
            // A JSON text is the text in it.
            Some(b'"') => match serde_json::from_str::<String>(line) {
                Ok(text) => text.into(),
                Err(_) => line.into(),
            },
            _ => line.into(),
        };
        let query = serde_json::to_string(&text)?;
        if text.trim().is_empty() {
            return self.refuse(&query, "an empty line");
        }
        match Query::of(&text, self.desk.catalogue) {
            Query::System(name) => self.system(&query, &OsFacts::named(name), &[]),
            other => {
                let answer = self.desk.answer(&other);
                write(&mut self.output, &query, &tail(&answer)?, &[])
            }
        }
    }

    fn object(&mut self, line: &str) -> io::Result<()> {
        let object: Map<String, Value> = match serde_json::from_str(line) {
            Ok(object) => object,
            Err(error) => {
                let query = serde_json::to_string(line)?;
                return self.refuse(&query, &format!("not a JSON object: {error}"));
            }
        };
        // Written anew, so that the answer stays on one line and is well-formed.
        let query = serde_json::to_string(&object)?;
        if SOFTWARE_KEYS[..2]
            .iter()
            .any(|key| object.contains_key(*key))
        {
            return self.software(&query, &object);
        }
        let texts = match texts(&object, &KEYS) {
            Ok(texts) => texts,
            Err(why) => return self.refuse(&query, &why),
        };
        let text = |key| texts.get(key).map(AsRef::as_ref);
        let facts = OsFacts {
            name: text("name"),
            version: text("version"),
            edition: text("edition"),
            channel: text("channel"),
            build: text("build"),
            service_pack: text("service_pack"),
            arch: text("arch"),
            is_server: object.get("server").and_then(Value::as_bool),
        };
        if texts.is_empty() && facts.is_server.is_none() {
            let why = format!("nothing to identify; it takes {}", KEYS.join(", "));
            return self.refuse(&query, &why);
        }
        self.system(&query, &facts, &ignored(&object, &KEYS))
    }

    fn software(&mut self, query: &str, object: &Map<String, Value>) -> io::Result<()> {
        let texts = match texts(object, &SOFTWARE_KEYS) {
            Ok(texts) => texts,
            Err(why) => return self.refuse(query, &why),
        };
        let text = |key| texts.get(key).map(AsRef::as_ref);
        let facts = SoftwareFacts {
            name: text("software"),
            version: text("version"),
            vendor: text("vendor"),
            purl: text("purl"),
            cpe: text("cpe"),
        };
        let catalogue = self.desk.catalogue;
        let answer = match software::find(&facts, catalogue) {
            Some(found) => software::answer(&found, catalogue, self.desk.as_of),
            None => Answer::bare(
                "software",
                "unknown",
                "the catalogue has no dates for it".to_owned(),
            ),
        };
        let ignored = ignored(object, &SOFTWARE_KEYS);
        write(&mut self.output, query, &tail(&answer)?, &ignored)
    }

    fn system(&mut self, query: &str, facts: &OsFacts<'_>, ignored: &[&str]) -> io::Result<()> {
        let identity = self.desk.catalogue.identify(facts);
        let address = Arc::as_ptr(&identity).addr();
        if self.kept.len() >= KEPT {
            self.kept.clear();
        }
        let (_, tail) = match self.kept.entry(address) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(vacant) => {
                let tail = tail(&self.desk.system(&identity))?;
                vacant.insert((identity, tail))
            }
        };
        write(&mut self.output, query, tail, ignored)
    }

    fn refuse(&mut self, query: &str, why: &str) -> io::Result<()> {
        let answer = Answer {
            error: Some(why.to_owned()),
            ..Answer::bare("operating_system", "unknown", format!("no question: {why}"))
        };
        write(&mut self.output, query, &tail(&answer)?, &[])
    }
}

fn write(output: &mut impl Write, query: &str, tail: &str, ignored: &[&str]) -> io::Result<()> {
    write!(output, "{{\"query\":{query},")?;
    if !ignored.is_empty() {
        write!(output, "\"ignored\":{},", serde_json::to_string(ignored)?)?;
    }
    writeln!(output, "{tail}")
}

/// An answer as JSON, without the brace that opens it.
fn tail(answer: &Answer) -> io::Result<String> {
    let mut text = serde_json::to_string(answer)?;
    text.remove(0);
    Ok(text)
}

fn ignored<'o>(object: &'o Map<String, Value>, known: &[&str]) -> Vec<&'o str> {
    let keys = object.keys().map(String::as_str);
    keys.filter(|key| !known.contains(key)).collect()
}

/// The texts of an object by key; numbers are what they say.
fn texts<'o>(
    object: &'o Map<String, Value>,
    known: &[&'static str],
) -> Result<HashMap<&'static str, Cow<'o, str>>, String> {
    let mut texts = HashMap::new();
    for &key in known {
        let text: Cow<'_, str> = match object.get(key) {
            None | Some(Value::Null) => continue,
            Some(Value::Bool(_)) if key == "server" => continue,
            Some(Value::String(text)) if key != "server" => text.into(),
            Some(Value::Number(number)) if key != "server" => number.to_string().into(),
            Some(_) if key == "server" => return Err("`server` is neither true nor false".into()),
            Some(_) => return Err(format!("`{key}` is neither a text nor a number")),
        };
        texts.insert(key, text);
    }
    Ok(texts)
}
