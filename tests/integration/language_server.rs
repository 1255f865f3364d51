//! The schemas at work in an editor: the YAML language server, asked as an editor asks it.

use super::consumers::npm_package;
use super::program::{Desk, root};
use serde_json::{Value, json};
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

/// A language server that was started for one test.
struct Server {
    child: Child,
    input: ChildStdin,
    messages: Receiver<Value>,
    last_id: u64,
}

impl Server {
    fn start() -> Option<Self> {
        let package = npm_package("yaml-language-server")?;
        let mut child = Command::new("node")
            .arg(package.join("bin/yaml-language-server"))
            .arg("--stdio")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("node runs");
        let input = child.stdin.take().expect("it was piped");
        let output = child.stdout.take().expect("it was piped");
        let (send, messages) = channel();
        thread::spawn(move || {
            let mut output = BufReader::new(output);
            while let Some(message) = read(&mut output) {
                if send.send(message).is_err() {
                    return;
                }
            }
        });
        let mut server = Self {
            child,
            input,
            messages,
            last_id: 0,
        };
        let editor = json!({ "processId": null, "rootUri": null, "capabilities": {} });
        server.ask("initialize", &editor);
        server.tell("initialized", &json!({}));
        let settings = json!({ "yaml": {
            "validate": true,
            "hover": true,
            "completion": true,
            "schemaStore": { "enable": false },
        } });
        server.tell(
            "workspace/didChangeConfiguration",
            &json!({ "settings": settings }),
        );
        Some(server)
    }

    fn send(&mut self, message: &Value) {
        let text = message.to_string();
        write!(self.input, "Content-Length: {}\r\n\r\n{text}", text.len()).unwrap();
        self.input.flush().unwrap();
    }

    fn tell(&mut self, method: &str, params: &Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    fn ask(&mut self, method: &str, params: &Value) -> Value {
        self.last_id += 1;
        let id = self.last_id;
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
        self.wait(|message| message["id"] == id && message.get("method").is_none())["result"].take()
    }

    /// The next message of which this is true. Questions of the server get an empty answer.
    fn wait(&mut self, is_wanted: impl Fn(&Value) -> bool) -> Value {
        loop {
            let message = self
                .messages
                .recv_timeout(Duration::from_mins(1))
                .expect("the server answers");
            if is_wanted(&message) {
                return message;
            }
            if message.get("method").is_some() && message.get("id").is_some() {
                let answer = json!({ "jsonrpc": "2.0", "id": message["id"], "result": null });
                self.send(&answer);
            }
        }
    }

    /// Opens a document, and says what the server has against it.
    fn open(&mut self, uri: &str, text: &str) -> Vec<Value> {
        let document = json!({ "uri": uri, "languageId": "yaml", "version": 1, "text": text });
        self.tell("textDocument/didOpen", &json!({ "textDocument": document }));
        let message = self.wait(|message| {
            message["method"] == "textDocument/publishDiagnostics"
                && message["params"]["uri"] == uri
        });
        message["params"]["diagnostics"].as_array().unwrap().clone()
    }

    /// The names it offers at a place.
    fn completions(&mut self, uri: &str, (line, column): (usize, usize)) -> Vec<String> {
        let answer = self.ask("textDocument/completion", &at(uri, line, column));
        let items = answer["items"].as_array().or(answer.as_array());
        let labels = items.into_iter().flatten();
        labels
            .map(|item| item["label"].as_str().unwrap_or_default().to_owned())
            .collect()
    }

    fn hover(&mut self, uri: &str, (line, column): (usize, usize)) -> String {
        let answer = self.ask("textDocument/hover", &at(uri, line, column));
        answer["contents"].to_string()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// One message: a header with its length, an empty line, and that much JSON.
fn read(output: &mut impl BufRead) -> Option<Value> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if output.read_line(&mut line).ok()? == 0 {
            return None;
        }
        match line.trim().split_once(':') {
            Some(("Content-Length", value)) => length = value.trim().parse().ok()?,
            Some(_) => {}
            None => break,
        }
    }
    let mut body = vec![0; length];
    output.read_exact(&mut body).ok()?;
    serde_json::from_slice(&body).ok()
}

fn at(uri: &str, line: usize, column: usize) -> Value {
    json!({ "textDocument": { "uri": uri }, "position": { "line": line, "character": column } })
}

/// Line and column of a mark in a text, and the text without it.
fn marked(text: &str) -> (String, (usize, usize)) {
    let (before, after) = text.split_once('¦').expect("it is marked");
    let line = before.matches('\n').count();
    let column = before.len() - before.rfind('\n').map_or(0, |end| end + 1);
    (format!("{before}{after}"), (line, column))
}

/// A desk with a schema on it, and the line that names the schema.
fn desk(name: &str) -> (Desk, String) {
    let desk = Desk::new();
    let file = format!("{name}.schema.json");
    assert_eq!(desk.run(&["schema", name, "--output", &file]).code, 0);
    let line = format!(
        "# yaml-language-server: $schema=file://{}",
        desk.path(&file).display()
    );
    (desk, line)
}

const RULE: &str = "pack: ours
title: Ours
cases_at: 2026-11-22
rules:
  - id: OUR-001
    title: It is supported
    for: asset
    severity: high
    gate: condition
    check:
";

#[test]
fn an_editor_finds_nothing_wrong_with_a_shipped_pack_and_the_line_of_a_typo() {
    let Some(mut server) = Server::start() else {
        return;
    };
    let (desk, line) = desk("rules");
    for name in ["wannacry", "os-support", "profiles"] {
        let text = fs::read_to_string(root().join(format!("rules/{name}.yaml"))).unwrap();
        let uri = format!("file://{}", desk.path(&format!("{name}.yaml")).display());
        let found = server.open(&uri, &format!("{line}\n{text}"));
        assert!(found.is_empty(), "{name}: {found:#?}");
    }
    let uri = format!("file://{}", desk.path("typo.yaml").display());
    let typos = [
        ("      suported: {}\n", 11),
        ("      os.familly: windows\n", 11),
        (
            "      all: [ { smb1.server: off }, { patched: { advisry: MS17-010 } } ]\n",
            11,
        ),
        ("      observed_at: { whithin: 30 days }\n", 11),
        ("      supported: {}\n    wy: It is asked\n", 12),
    ];
    for (index, (typo, wanted)) in typos.into_iter().enumerate() {
        let text = format!(
            "{line}\n{RULE}{typo}    why: It is asked\n    fix: Do it\n    controls: [a]\n    sources: [b]\n"
        );
        let text = if typo.contains("wy:") {
            text.replacen("    why: It is asked\n", "", 1)
        } else {
            text
        };
        let uri = uri.replace("typo", &format!("typo-{index}"));
        let found = server.open(&uri, &text);
        let lines: Vec<_> = found
            .iter()
            .map(|one| one["range"]["start"]["line"].as_u64())
            .collect();
        assert!(lines.contains(&Some(wanted)), "{typo}: {found:#?}");
    }
}

#[test]
fn an_editor_completes_what_a_check_may_ask_and_explains_it() {
    let Some(mut server) = Server::start() else {
        return;
    };
    let (desk, line) = desk("rules");
    let mut opened = 0;
    let mut open = |server: &mut Server, text: &str| {
        opened += 1;
        let uri = format!("file://{}", desk.path(&format!("{opened}.yaml")).display());
        let (text, place) = marked(&format!("{line}\n{RULE}{text}"));
        server.open(&uri, &text);
        (uri, place)
    };
    let (uri, place) = open(&mut server, "      ¦\n");
    let offered = server.completions(&uri, place);
    for name in [
        "all",
        "any",
        "not",
        "supported",
        "patched",
        "os.family",
        "smb1.server",
    ] {
        assert!(
            offered.iter().any(|label| label == name),
            "{name}: {offered:?}"
        );
    }
    for name in ["attestation", "accountable_person.name"] {
        assert!(
            !offered.iter().any(|label| label == name),
            "{name} judges no asset"
        );
    }
    let (uri, place) = open(&mut server, "      observed_at:\n        ¦\n");
    let offered = server.completions(&uri, place);
    assert!(offered.iter().any(|label| label == "within"), "{offered:?}");
    assert!(
        !offered.iter().any(|label| label == "contains"),
        "{offered:?}"
    );

    let (uri, place) = open(&mut server, "      supp¦orted: { notice: 90 days }\n");
    let said = server.hover(&uri, place);
    assert!(
        said.contains("The operating system is supported today"),
        "{said}"
    );
    let (uri, place) = open(&mut server, "      supported: { not¦ice: 90 days }\n");
    let said = server.hover(&uri, place);
    assert!(
        said.contains("how much longer support has to last"),
        "{said}"
    );
    let (uri, place) = open(&mut server, "      smb1.ser¦ver: off\n");
    assert!(!server.hover(&uri, place).is_empty());
}

#[test]
fn an_editor_helps_to_fill_in_a_submission() {
    let Some(mut server) = Server::start() else {
        return;
    };
    let (desk, line) = desk("submission");
    let example = root().join("examples/supplier-epr-repaired/submission.yaml");
    let text = fs::read_to_string(example).unwrap();
    let uri = format!("file://{}", desk.path("submission.yaml").display());
    let found = server.open(&uri, &format!("{line}\n{text}"));
    assert!(found.is_empty(), "{found:#?}");

    let uri = format!("file://{}", desk.path("typo.yaml").display());
    let found = server.open(
        &uri,
        &format!("{line}\norganisation:\n  name: Larkfield\n  ods_kode: R0A\n"),
    );
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!(found[0]["range"]["start"]["line"], 3);

    let (text, place) = marked(&format!("{line}\norganisation:\n  name: Larkfield\n  ¦\n"));
    let uri = format!("file://{}", desk.path("new.yaml").display());
    server.open(&uri, &text);
    let offered = server.completions(&uri, place);
    for name in ["ods_code", "kind", "exclusions"] {
        assert!(
            offered.iter().any(|label| label == name),
            "{name}: {offered:?}"
        );
    }
}
