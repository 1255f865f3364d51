//! Writes the inventory of a made-up NHS trust to standard output: desktops, servers, medical
//! devices and network kit, mostly in order, some not, some saying too little.
//!
//! The same options always give the same bytes. No organisation, host or person in it exists.

use std::error::Error;
use std::fmt::Write as _;
use std::io::{self, BufWriter, Write};

const USAGE: &str =
    "usage: generate_estate [--assets N] [--seed N] [--format ndjson|csv] [--bad-every N]";

fn main() -> Result<(), Box<dyn Error>> {
    let options = Options::read(std::env::args().skip(1))?;
    let out = BufWriter::with_capacity(1 << 20, io::stdout().lock());
    match write_estate(&options, out) {
        // `| head` is a fair way to look at it.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => Ok(written?),
    }
}

struct Options {
    assets: u64,
    seed: u64,
    is_csv: bool,
    /// Every how many records one is broken; 0 for none.
    bad_every: u64,
}

impl Options {
    fn read(mut arguments: impl Iterator<Item = String>) -> Result<Self, Box<dyn Error>> {
        let mut options = Self {
            assets: 1_000,
            seed: 1,
            is_csv: false,
            bad_every: 0,
        };
        while let Some(name) = arguments.next() {
            let value = arguments.next().ok_or(USAGE)?;
            match name.as_str() {
                "--assets" => options.assets = value.parse()?,
                "--bad-every" => options.bad_every = value.parse()?,
                "--format" if value == "csv" => options.is_csv = true,
                "--format" if value == "ndjson" => options.is_csv = false,
                "--seed" => options.seed = value.parse()?,
                _ => return Err(USAGE.into()),
            }
        }
        Ok(options)
    }
}

fn write_estate(options: &Options, mut out: impl Write) -> io::Result<()> {
    if options.is_csv {
        writeln!(out, "{}", COLUMNS.join(","))?;
    }
    let mut line = String::new();
    for number in 1..=options.assets {
        let mut chance = Chance::of(options.seed, number);
        let asset = Asset::made(number, &mut chance);
        line.clear();
        if options.is_csv {
            asset.write_csv(&mut line);
        } else {
            asset.write_json(&mut line);
        }
        if options.bad_every > 0 && number % options.bad_every == 0 {
            line.truncate(line.len() / 2);
        }
        writeln!(out, "{line}")?;
    }
    out.flush()
}

/// SplitMix64, seeded for each asset, so that an asset is the same in an estate of any size.
struct Chance(u64);

impl Chance {
    fn of(seed: u64, number: u64) -> Self {
        let mut chance = Self(seed.wrapping_mul(0xd134_2543_de82_ef95) ^ number);
        chance.next();
        chance
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    /// True in so many of a thousand cases.
    fn hits(&mut self, per_mille: u64) -> bool {
        self.below(1_000) < per_mille
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        let index = self.below(from.len() as u64);
        from[usize::try_from(index).unwrap_or(0)]
    }
}

/// A kind of machine, and how many of a thousand there are.
struct Kind {
    per_mille: u64,
    class: &'static str,
    os: &'static str,
    version: &'static str,
    edition: &'static str,
    /// Builds and the updates that brought them, the newest first.
    builds: &'static [(&'static str, &'static str)],
    zone: &'static str,
    prefix: &'static str,
}

/// Builds are those of June to August 2026 and one that is much older.
#[rustfmt::skip]
const KINDS: &[Kind] = &[
    Kind { per_mille: 430, class: "desktop", os: "Microsoft Windows 11 Enterprise", version: "23H2", edition: "Enterprise",
        builds: &[("22631.7517", "KB5120240"), ("22631.7376", "KB5099414"), ("22631.7219", "KB5093998")], zone: "restricted", prefix: "WS" },
    Kind { per_mille: 190, class: "desktop", os: "Microsoft Windows 11 Pro", version: "25H2", edition: "Pro",
        builds: &[("26200.9168", "KB5121003"), ("26200.8973", "KB5101684")], zone: "restricted", prefix: "LT" },
    Kind { per_mille: 170, class: "desktop", os: "Microsoft Windows 10 Enterprise", version: "22H2", edition: "Enterprise",
        builds: &[("19045.7663", "KB5120249"), ("19045.7548", "KB5099539"), ("19045.7417", "KB5094127")], zone: "clinical", prefix: "WS" },
    Kind { per_mille: 20, class: "desktop", os: "Microsoft Windows 7 Professional", version: "6.1.7601", edition: "Professional",
        builds: &[("7601", "KB4019264"), ("7601", "KB4012212"), ("7601", "KB4015546")], zone: "isolated", prefix: "WS" },
    Kind { per_mille: 40, class: "server", os: "Microsoft Windows Server 2022 Standard", version: "10.0.20348", edition: "Standard",
        builds: &[("20348.5499", "KB5120242"), ("20348.5386", "KB5099540")], zone: "restricted", prefix: "SRV" },
    Kind { per_mille: 25, class: "server", os: "Microsoft Windows Server 2019 Standard", version: "10.0.17763", edition: "Standard",
        builds: &[("17763.9121", "KB5120238"), ("17763.9020", "KB5099538")], zone: "restricted", prefix: "SRV" },
    Kind { per_mille: 20, class: "server", os: "Microsoft Windows Server 2016 Datacenter", version: "10.0.14393", edition: "Datacenter",
        builds: &[("14393.9418", "KB5120418"), ("14393.9339", "KB5099535")], zone: "restricted", prefix: "SRV" },
    Kind { per_mille: 10, class: "server", os: "Microsoft Windows Server 2025 Standard", version: "10.0.26100", edition: "Standard",
        builds: &[("26100.33296", "KB5120233"), ("26100.33158", "KB5099536")], zone: "dmz", prefix: "SRV" },
    Kind { per_mille: 10, class: "server", os: "Microsoft Windows Server 2012 R2 Standard", version: "6.3.9600", edition: "Standard",
        builds: &[("9600", "KB5031407"), ("9600", "KB5030287")], zone: "isolated", prefix: "SRV" },
    Kind { per_mille: 25, class: "server", os: "Ubuntu 22.04", version: "22.04", edition: "", builds: &[], zone: "dmz", prefix: "LNX" },
    Kind { per_mille: 10, class: "server", os: "Red Hat Enterprise Linux 8", version: "8.10", edition: "", builds: &[], zone: "restricted", prefix: "LNX" },
    Kind { per_mille: 20, class: "medical", os: "Windows 10 IoT Enterprise LTSC 2021", version: "21H2", edition: "IoT Enterprise LTSC",
        builds: &[("19044.1288", "KB5006670")], zone: "clinical", prefix: "MED" },
    Kind { per_mille: 5, class: "medical", os: "Windows XP Embedded", version: "5.1.2600", edition: "Embedded", builds: &[("2600", "KB4012598")], zone: "isolated", prefix: "MED" },
    Kind { per_mille: 25, class: "network", os: "Exampleware NOS 7", version: "7.4.2", edition: "", builds: &[], zone: "restricted", prefix: "NET" },
];

const COLUMNS: [&str; 25] = [
    "Asset ID",
    "Device name",
    "Device type",
    "Operating system",
    "OS version",
    "Edition",
    "Build",
    "Zone",
    "Internet access",
    "Last seen",
    "Source",
    "Department",
    "Site",
    "Hotfix IDs",
    "Updates complete",
    "SMBv1",
    "AV product",
    "AV active",
    "AV updated",
    "Open ports",
    "Missing KBs",
    "Open CVEs",
    "Reboot pending",
    "Manufacturer",
    "Model",
];

const OWNERS: [&str; 6] = [
    "Emergency Medicine",
    "Imaging",
    "Pathology",
    "Digital Services",
    "Outpatients",
    "Estates, Facilities",
];

const SITES: [&str; 3] = ["ZZ001", "ZZ002", "ZZ0A3"];

#[derive(Clone)]
enum Said {
    Flag(bool),
    List(Vec<String>),
    Text(String),
}

/// The values of an asset, in the order of the columns; `None` where nothing is said.
struct Asset(Vec<Option<Said>>);

impl Asset {
    fn made(number: u64, chance: &mut Chance) -> Self {
        let kind = kind(chance.below(1_000));
        let text = |text: &str| (!text.is_empty()).then(|| Said::Text(text.to_owned()));
        let is_windows = !kind.builds.is_empty();
        let is_medical = kind.class == "medical";
        // Nearly all have the newest build; a few lag behind.
        let lag = if chance.hits(80) { chance.below(3) } else { 0 };
        let behind = usize::try_from(lag)
            .unwrap_or(0)
            .min(kind.builds.len().saturating_sub(1));
        let build = kind.builds.get(behind);
        let os = if chance.hits(4) {
            chance.pick(&["Unknown", "win", "custom image v2"])
        } else {
            kind.os
        };
        // Two machines with one tag: somebody copied a row.
        let tag = if number > 1 && chance.hits(2) {
            number - 1
        } else {
            number
        };
        let internet = match kind.zone {
            "dmz" => "inbound",
            "clinical" | "isolated" => "none",
            _ => "outbound",
        };
        let mut ports = Vec::new();
        if kind.zone == "dmz" {
            ports.push("443/internet".to_owned());
        }
        if is_windows && chance.hits(60) {
            ports.push("445/internal".to_owned());
        }
        if chance.hits(1) {
            ports.push("445/hscn".to_owned());
        }
        Self(vec![
            text(&format!("RMT-{tag:07}")),
            text(&format!("RMT-{}-{number:07}", kind.prefix)),
            text(kind.class),
            text(os),
            text(kind.version),
            text(kind.edition).filter(|_| !chance.hits(10)),
            build.and_then(|(build, _)| text(build)),
            text(if chance.hits(20) { "flat" } else { kind.zone }),
            text(internet).filter(|_| !chance.hits(15)),
            Some(Said::Text(seen(chance))),
            text("endpoint export"),
            text(chance.pick(&OWNERS)),
            text(chance.pick(&SITES)),
            build.map(|(_, kb)| Said::List(vec![(*kb).to_owned(), "KB5050188".to_owned()])),
            is_windows.then(|| Said::Flag(chance.hits(700))),
            is_windows
                .then(|| Said::Flag(chance.hits(12)))
                .filter(|_| !chance.hits(25)),
            (is_windows && !is_medical).then(|| Said::Text("Example Defender".to_owned())),
            (is_windows && !is_medical).then(|| Said::Flag(!chance.hits(8))),
            (is_windows && !is_medical).then(|| Said::Text(seen(chance))),
            Some(Said::List(ports)).filter(|_| !chance.hits(30)),
            is_windows.then(|| Said::List(missing(behind, kind.builds))),
            Some(Said::List(open_cves(behind, chance))).filter(|_| !chance.hits(30)),
            is_windows.then(|| Said::Flag(chance.hits(10))),
            is_medical.then(|| Said::Text("Example Imaging Ltd".to_owned())),
            is_medical.then(|| Said::Text(format!("Scanner {}", 100 + chance.below(20)))),
        ])
    }

    fn write_csv(&self, line: &mut String) {
        for (index, said) in self.0.iter().enumerate() {
            if index > 0 {
                line.push(',');
            }
            match said {
                None => {}
                Some(Said::Flag(flag)) => line.push_str(if *flag { "Yes" } else { "No" }),
                Some(Said::List(items)) if items.is_empty() => line.push_str("none"),
                Some(Said::List(items)) => line.push_str(&items.join(";")),
                Some(Said::Text(text)) if text.contains(',') => quote(line, text),
                Some(Said::Text(text)) => line.push_str(text),
            }
        }
    }

    fn write_json(&self, line: &mut String) {
        const KEYS: [&str; COLUMNS.len()] = [
            "id",
            "name",
            "class",
            "os",
            "os.version",
            "os.edition",
            "os.build",
            "zone",
            "internet_access",
            "observed_at",
            "source",
            "owner",
            "site",
            "updates",
            "updates_complete",
            "smb1.server",
            "protection.product",
            "protection.active",
            "protection.updated_at",
            "exposures",
            "missing_updates",
            "open_cves",
            "reboot_pending",
            "manufacturer",
            "model",
        ];
        let mut between = '{';
        for (key, said) in KEYS.iter().zip(&self.0) {
            let Some(said) = said else { continue };
            line.push(between);
            between = ',';
            quote(line, key);
            line.push(':');
            match said {
                Said::Flag(flag) => line.push_str(if *flag { "true" } else { "false" }),
                Said::List(items) => {
                    line.push('[');
                    for (index, item) in items.iter().enumerate() {
                        if index > 0 {
                            line.push(',');
                        }
                        quote(line, item);
                    }
                    line.push(']');
                }
                Said::Text(text) => quote(line, text),
            }
        }
        line.push('}');
    }
}

/// None of our texts holds anything to escape.
fn quote(line: &mut String, text: &str) {
    line.push('"');
    line.push_str(text);
    line.push('"');
}

fn kind(mut per_mille: u64) -> &'static Kind {
    for kind in KINDS {
        if per_mille < kind.per_mille {
            return kind;
        }
        per_mille -= kind.per_mille;
    }
    &KINDS[0]
}

/// A day in the three weeks to 21 November 2026; seldom one that was long ago.
fn seen(chance: &mut Chance) -> String {
    let mut day = String::new();
    let written = if chance.hits(15) {
        write!(
            day,
            "2026-{:02}-{:02}",
            1 + chance.below(6),
            1 + chance.below(28)
        )
    } else {
        write!(day, "2026-11-{:02}", 1 + chance.below(21))
    };
    debug_assert!(written.is_ok(), "writing to a string");
    day
}

/// What a scanner finds open: seldom anything, and hardly ever what is known to be exploited.
fn open_cves(behind: usize, chance: &mut Chance) -> Vec<String> {
    let mut open = Vec::new();
    if behind > 0 {
        open.push("CVE-2026-1001".to_owned());
    }
    if chance.hits(1) {
        open.push("CVE-2021-44228".to_owned());
    }
    open
}

/// What a scanner would say of a machine that lags behind.
fn missing(behind: usize, builds: &[(&str, &str)]) -> Vec<String> {
    builds[..behind]
        .iter()
        .map(|(_, kb)| format!("{kb}/2026-08-11/critical/7.8"))
        .collect()
}
