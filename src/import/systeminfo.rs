//! The text that `systeminfo` prints, in any language: read by its structure, not by its labels.
//!
//! A text may be cut, and old systems cut their own lists of updates. So the number of updates
//! stated is kept beside those listed, and the list counts as complete only when the two agree.

use super::batch::{Batch, Blocks, Importer, Shape};
use super::codepage;
use super::error::ImportError;
use super::format;
use super::inventory::Limits;
use super::paths::size;
use super::row::{Ignored, Row, bad, blank, finish, is_silent};
use crate::model::fields::{asset, update};
use crate::model::{Place, Record, Value};
use std::collections::HashSet;
use std::sync::Arc;

#[derive(Debug)]
pub(super) struct Kind;

impl format::Kind for Kind {
    fn name(&self) -> &'static str {
        "systeminfo"
    }

    fn about(&self) -> &'static str {
        "what `systeminfo` prints on Windows, in any language"
    }

    fn recognises(&self, head: &str) -> bool {
        !version_lines(&split(head)).is_empty()
    }

    fn block_bytes(&self, limits: &Limits) -> usize {
        limits.text_bytes
    }

    fn open(
        &self,
        _name: &Arc<str>,
        _blocks: &mut Blocks,
    ) -> Result<(Box<dyn Importer>, Vec<Ignored>), ImportError> {
        Ok((Box::new(SystemInfo), Vec::new()))
    }
}

#[derive(Debug)]
struct SystemInfo;

impl Importer for SystemInfo {
    /// A text is one asset, so it is read as a whole.
    fn whole_records(&self, _block: &[u8]) -> usize {
        0
    }

    fn record_bytes(&self, limits: &Limits) -> usize {
        limits.text_bytes
    }

    fn read(&self, batch: &Batch, each: &mut dyn FnMut(Row)) {
        let start = batch.place(batch.first_line, 0);
        if batch.shape == Shape::Lines {
            let message = format!(
                "is longer than {}",
                size(batch.shared.limits.text_bytes as u64)
            );
            each(bad(start, None, message));
            return;
        }
        let text = codepage::decode(&batch.text);
        let lines = split(&text);
        let versions = version_lines(&lines);
        if versions.is_empty() {
            let message = "holds no operating system version, so it is not what systeminfo prints";
            each(bad(start, None, message));
            return;
        }
        for (machine, end) in machines(&lines, &versions) {
            let (start, version) = machine;
            let line = lines[start].number;
            let place = batch.place(batch.first_line.saturating_add(line), 0);
            each(match version {
                Some(version) => Report {
                    version: version - start,
                    lines: &lines[start..end.max(version + 1)],
                }
                .row(place),
                None => bad(
                    place,
                    Some(lines[start].value.to_owned()).filter(|name| !name.is_empty()),
                    "names a machine without an operating system version that can be read",
                ),
            });
        }
    }
}

/// Where each machine of a text begins, which line has its version, and where it ends.
///
/// A machine begins with its host name, two lines above the version. A line that is labelled like
/// a host name and has no version below it is a machine too: were it taken for more lines of the
/// machine above, that one would inherit its updates.
fn machines(lines: &[Line<'_>], versions: &[usize]) -> Vec<((usize, Option<usize>), usize)> {
    let mut starts: Vec<_> = versions
        .iter()
        .map(|&version| (version.saturating_sub(2), Some(version)))
        .collect();
    let label = versions
        .iter()
        .find_map(|version| Some(lines[version.checked_sub(2)?].label));
    for (index, line) in lines.iter().enumerate() {
        let is_known = starts.iter().any(|(start, _)| *start == index);
        if label == Some(line.label) && !is_known {
            starts.push((index, None));
        }
    }
    starts.sort_unstable();
    let ends = starts.iter().skip(1).map(|(start, _)| *start);
    let ends: Vec<_> = ends.chain([lines.len()]).collect();
    starts.into_iter().zip(ends).collect()
}

/// A line with a label, and the lines below that belong to it.
#[derive(Debug)]
struct Line<'t> {
    label: &'t str,
    value: &'t str,
    below: Vec<&'t str>,
    /// From 0.
    number: u32,
}

/// The labelled lines of a text. What has no label and no line to belong to is dropped.
fn split(text: &str) -> Vec<Line<'_>> {
    let mut lines: Vec<Line<'_>> = Vec::new();
    for (number, line) in (0..).zip(text.lines()) {
        if line.trim().is_empty() {
            continue;
        }
        if line.starts_with([' ', '\t']) {
            if let Some(last) = lines.last_mut() {
                last.below.push(line.trim());
            }
            continue;
        }
        if let Some((label, value)) = line.split_once([':', '：']) {
            lines.push(Line {
                label: label.trim(),
                value: value.trim(),
                below: Vec::new(),
                number,
            });
        }
    }
    lines
}

/// The lines with the version of an operating system: each stands below a name with Windows or
/// Microsoft in it.
fn version_lines(lines: &[Line<'_>]) -> Vec<usize> {
    let is_name = |text: &str| {
        let lower = text.to_lowercase();
        lower.contains("windows") || lower.contains("microsoft")
    };
    (1..lines.len())
        .filter(|&index| {
            Version::read(lines[index].value).is_some() && is_name(lines[index - 1].value)
        })
        .collect()
}

/// `6.1.7601 Service Pack 1 Build 7601`, in any language.
#[derive(Debug, PartialEq, Eq)]
struct Version<'t> {
    number: &'t str,
    /// `None` where there may be one that we cannot read.
    service_pack: Option<&'t str>,
    build: Option<&'t str>,
}

impl<'t> Version<'t> {
    fn read(text: &'t str) -> Option<Self> {
        let number = text.split_whitespace().next()?;
        let parts: Vec<_> = number.split('.').collect();
        let is_number = |part: &&str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        if parts.len() != 3 || !parts.iter().all(is_number) {
            return None;
        }
        let numbers = numbers(&text[number.len()..]);
        // Without a build the line was cut, perhaps before a service pack.
        let (service_pack, build) = match numbers.split_last() {
            None => (None, None),
            Some((build, [])) => (Some("0"), Some(*build)),
            Some((build, [pack, ..])) => (Some(*pack).filter(|pack| pack.len() == 1), Some(*build)),
        };
        Some(Self {
            number,
            service_pack,
            build,
        })
    }
}

/// The numbers in a text, also those with dots in them.
fn numbers(text: &str) -> Vec<&str> {
    text.split(|c: char| !c.is_ascii_digit() && c != '.')
        .map(|run| run.trim_matches('.'))
        .filter(|run| !run.is_empty())
        .collect()
}

/// The lines about one machine.
struct Report<'a, 't> {
    /// Index of the line with the version; the name is above it, and the host name above that.
    version: usize,
    lines: &'a [Line<'t>],
}

impl Report<'_, '_> {
    fn row(&self, place: Place) -> Row {
        let mut subject = blank(place);
        self.fill_system(&mut subject.record);
        self.fill_machine(&mut subject.record);
        self.fill_updates(&mut subject.record);
        if subject.text(asset::NAME).is_none() {
            // A host name that was blacked out: the file still stands for one machine.
            let stem = file_stem(&subject.place.file).to_owned();
            set(&mut subject.record, asset::ID, &stem);
        }
        finish(subject)
    }

    fn fill_system(&self, record: &mut Record) {
        if self.version > 1 {
            set(record, asset::NAME, self.lines[0].value);
        }
        let os = clean(self.lines[self.version - 1].value);
        set(record, asset::OS, &os);
        if os.to_lowercase().contains("server") {
            set(record, asset::CLASS, "server");
        }
        set(record, asset::SOURCE, "systeminfo");
        if let Some(version) = Version::read(self.lines[self.version].value) {
            set(record, asset::OS_VERSION, version.number);
            set(
                record,
                asset::OS_SERVICE_PACK,
                version.service_pack.unwrap_or_default(),
            );
            set(record, asset::OS_BUILD, version.build.unwrap_or_default());
        }
    }

    /// The kind of processor stands right above the list of processors, the first of all lists;
    /// manufacturer and model stand above it.
    fn fill_machine(&self, record: &mut Record) {
        let after = self.version + 1;
        let list = self.lists().next().unwrap_or(self.lines.len());
        let kind = (after..list)
            .rev()
            .find_map(|index| Some((index, architecture(self.lines[index].value)?)));
        let Some((kind, architecture)) = kind else {
            return;
        };
        set(record, asset::OS_ARCH, architecture);
        if kind >= after + 2 {
            set(
                record,
                asset::MANUFACTURER,
                &clean(self.lines[kind - 2].value),
            );
            set(record, asset::MODEL, &clean(self.lines[kind - 1].value));
        }
    }

    fn fill_updates(&self, record: &mut Record) {
        let Some(index) = self.updates() else { return };
        let line = &self.lines[index];
        let stated = match numbers(line.value).first() {
            Some(number) => number.parse::<i64>().ok(),
            None => Some(0),
        };
        let Some(stated) = stated else { return };
        let entries: Vec<_> = line.below.iter().filter_map(|text| entry(text)).collect();
        let listed = entries.iter().filter(|(_, text)| is_update(text)).count();
        let listed = i64::try_from(listed).unwrap_or(i64::MAX);
        // The network cards always follow: a text that ends here was cut.
        let is_cut = index + 1 == self.lines.len();
        let is_complete = stated == listed && !is_cut;
        record.set(
            asset::UPDATES,
            Value::Records(known_updates(line, &entries, is_complete)),
        );
        record.set(asset::UPDATES_STATED, Value::Integer(stated));
        record.set(asset::UPDATES_LISTED, Value::Integer(listed));
        record.set(asset::UPDATES_COMPLETE, Value::Boolean(is_complete));
    }

    /// The line with the number of updates: the one above a list of updates. Where none are
    /// listed it is the one below the logon server, or else above the list of network cards.
    fn updates(&self) -> Option<usize> {
        let has_numbers = |line: &Line<'_>| {
            line.below
                .iter()
                .filter_map(|text| entry(text))
                .any(|(_, text)| kb(text).is_some() || is_old_number(text))
        };
        let listed = self.after_version().find(|(_, line)| has_numbers(line));
        if let Some((index, _)) = listed {
            return Some(index);
        }
        let server = self
            .after_version()
            .filter(|(_, line)| line.value.starts_with(r"\\"))
            .last()
            .map(|(index, _)| index + 1);
        let above_cards = || self.lists().nth(1).map(|cards| cards - 1);
        let index = server.or_else(above_cards)?;
        // The last line of a text may be cut: `N` of `N/A`, `27` of `273`.
        let line = self.lines.get(index)?;
        let is_last = index + 1 == self.lines.len();
        (index > self.version && !is_last && !line.value.is_empty()).then_some(index)
    }

    fn after_version(&self) -> impl Iterator<Item = (usize, &Line<'_>)> {
        self.lines.iter().enumerate().skip(self.version + 1)
    }

    /// Lines with a numbered list below.
    fn lists(&self) -> impl Iterator<Item = usize> {
        self.after_version()
            .filter(|(_, line)| line.below.first().is_some_and(|text| entry(text).is_some()))
            .map(|(index, _)| index)
    }
}

/// The updates of a list that have a number, each once.
fn known_updates(line: &Line<'_>, entries: &[(i64, &str)], is_complete: bool) -> Vec<Record> {
    let mut seen = HashSet::new();
    let mut updates = Vec::new();
    for (position, (_, text)) in entries.iter().enumerate() {
        let Some(kb) = kb(text) else { continue };
        // Where a list was cut, six digits at the cut may be the beginning of seven.
        let is_last = position + 1 == line.below.len();
        let may_be_cut = is_last && !is_complete && kb.len() < "KB1234567".len();
        if !may_be_cut && seen.insert(kb.clone()) {
            let mut record = Record::new(&update::SCHEMA);
            record.set(update::ID, Value::Text(kb));
            updates.push(record);
        }
    }
    updates
}

/// `[01]: KB4100347`, in French `[01] : KB4100347`. Cut entries are none.
fn entry(text: &str) -> Option<(i64, &str)> {
    let (number, rest) = text.strip_prefix('[')?.split_once(']')?;
    let text = rest.trim_start().strip_prefix(':')?.trim();
    let number = number.parse().ok()?;
    (!text.is_empty()).then_some((number, text))
}

/// Whether an entry stands for an update, with a number that tells us something or without:
/// `KB893803v2 - Update`, `Q147222`, `File 1`.
fn is_update(text: &str) -> bool {
    kb(text).is_some() || is_old_number(text) || is_file(text)
}

/// The number of an update: `KB893803` of `KB893803v2 - Update`.
pub(super) fn kb(text: &str) -> Option<String> {
    let rest = text
        .strip_prefix("KB")
        .or_else(|| text.strip_prefix("kb"))?;
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    (6..=8)
        .contains(&digits)
        .then(|| format!("KB{}", &rest[..digits]))
}

fn is_old_number(text: &str) -> bool {
    text.strip_prefix('Q')
        .is_some_and(|digits| digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_digit()))
}

/// `File 1`, in any language.
fn is_file(text: &str) -> bool {
    text.split_once(' ').is_some_and(|(word, number)| {
        word.chars().all(char::is_alphabetic)
            && !word.is_empty()
            && !number.is_empty()
            && number.bytes().all(|b| b.is_ascii_digit())
    })
}

fn architecture(text: &str) -> Option<&'static str> {
    text.split(|c: char| !c.is_ascii_alphanumeric())
        .find_map(|word| match word.to_ascii_lowercase().as_str() {
            "arm64" => Some("arm64"),
            "ia64" | "itanium" => Some("ia64"),
            "x64" => Some("x64"),
            "x86" => Some("x86"),
            _ => None,
        })
}

/// One blank for each run of blanks of any kind.
fn clean(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn set(record: &mut Record, field: crate::model::FieldId, text: &str) {
    // Blacked out values are dots or stars.
    if !is_silent(text) && text.contains(char::is_alphanumeric) {
        record.set_text(field, text);
    }
}

fn file_stem(path: &str) -> &str {
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    match name.rsplit_once('.') {
        Some((stem, _)) if !stem.is_empty() => stem,
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::super::Format;
    use super::super::inventory::testing::{assets, bad_records, open};
    use super::*;
    use crate::model::Subject;
    use encoding_rs::GBK;
    use oem_cp::code_table::{ENCODING_TABLE_CP850, ENCODING_TABLE_CP866};
    use oem_cp::encode_string_checked;
    use std::path::{Path, PathBuf};

    const ENGLISH: &str = r"
Host Name:                 WARD-PC-1
OS Name:                   Microsoft Windows 10 Pro
OS Version:                10.0.19045 N/A Build 19045
OS Manufacturer:           Microsoft Corporation
Registered Owner:          Ward
System Manufacturer:       Example Ltd.
System Model:              Box 3
System Type:               x64-based PC
Processor(s):              1 Processor(s) Installed.
                           [01]: Intel64 Family 6 Model 94
Boot Device:               \Device\HarddiskVolume1
Virtual Memory: Max Size:  4,095 MB
Domain:                    example.test
Logon Server:              \\DC-1
Hotfix(s):                 2 Hotfix(s) Installed.
                           [01]: KB5011048
                           [02]: KB5015684
Network Card(s):           1 NIC(s) Installed.
                           [01]: Ethernet 2
                                 IP address(es)
                                 [01]: 192.0.2.7
";

    const GERMAN: &str = r"
Hostname:                                      STATION-7
Betriebssystemname:                            Microsoft Windows 7 Professional 
Betriebssystemversion:                         6.1.7601 Service Pack 1 Build 7601
Betriebssystemhersteller:                      Microsoft Corporation
Betriebssystemkonfiguration:                   Eigenständige Arbeitsstation
Registrierter Benutzer:                        Prüfer
Systemhersteller:                              Beispiel GmbH
Systemmodell:                                  Kiste Größe 3
Systemtyp:                                     X86-basierter PC
Prozessor(en):                                 1 Prozessor(en) installiert.
                                               [01]: x86 Family 6 Model 15
Virtueller Arbeitsspeicher: Maximale Größe:    4.095 MB
Anmeldeserver:                                 \\STATION-7
Hotfix(es):                                    3 Hotfix(e) installiert.
                                               [01]: KB4012212
                                               [02]: KB976902
                                               [03]: KB976932
Netzwerkkarte(n):                              1 Netzwerkadapter installiert.
                                               [01]: Beispieladapter
";

    const RUSSIAN: &str = r"
Имя узла:                         KLINIKA-2
Название ОС:                      Майкрософт Windows 10 Корпоративная
Версия ОС:                        10.0.17763 Н/Д построение 17763
Изготовитель ОС:                  Microsoft Corporation
Изготовитель системы:             Пример
Модель системы:                   Коробка
Тип системы:                      x64-based PC
Процессор(ы):                     Число процессоров - 1.
                                  [01]: Intel64 Family 6 Model 94
Сервер входа в сеть:              \\KLINIKA-2
Исправление(я):                   Число установленных исправлений - 2.
                                  [01]: KB4486553
                                  [02]: KB4487044
Сетевые адаптеры:                 Число сетевых адаптеров - 1.
                                  [01]: Пример адаптера
";

    const CHINESE: &str = r"
主机名:           KESHI-3
OS 名称:          Microsoft Windows Server 2019 Standard
OS 版本:          10.0.17763 暂缺 Build 17763
OS 制造商:        Microsoft Corporation
系统制造商:       示例公司
系统型号:         示例型号
系统类型:         x64-based PC
处理器:           安装了 1 个处理器。
                  [01]: Intel64 Family 6 Model 94
登录服务器:       \\KESHI-3
修补程序:         安装了 2 个修补程序。
                  [01]: KB4486553
                  [02]: KB4487044
网卡:             安装了 1 个 NIC。
                  [01]: 示例网卡
";

    const PORTUGUESE: &str = r"
Nome do host:                               CLINICA-4
Nome do sistema operacional:                Microsoft Windows 10 Enterprise LTSC
Versão do sistema operacional:              10.0.17763 Não disponível compilação 17763
Fabricante do sistema operacional:          Microsoft Corporation
Proprietário registrado:                    Não disponível
Fabricante do sistema:                      Exemplo
Modelo do sistema:                          Caixa
Tipo de sistema:                            x64-based PC
Processador(es):                            1 processador(es) instalado(s).
                                            [01]: Intel64 Family 6 Model 94
Memória Virtual: Tamanho Máximo:            4.095 MB
Servidor de Logon:                          \\CLINICA-4
Hotfix(es):                                 Não disponível
Placa(s) de Rede:                           1 NIC(s) instalado(s).
                                            [01]: Exemplo 1
";

    fn one(bytes: impl Into<Vec<u8>>) -> Subject {
        let mut all = assets(bytes);
        assert_eq!(all.len(), 1);
        all.remove(0)
    }

    fn kbs(asset: &Subject) -> Vec<&str> {
        let updates = asset.records(asset::UPDATES).unwrap_or_default();
        updates
            .iter()
            .filter_map(|kb| kb.text(update::ID))
            .collect()
    }

    fn counts(asset: &Subject) -> (Option<i64>, Option<i64>, Option<bool>) {
        (
            asset.integer(asset::UPDATES_STATED),
            asset.integer(asset::UPDATES_LISTED),
            asset.boolean(asset::UPDATES_COMPLETE),
        )
    }

    #[test]
    fn an_english_text_is_read() {
        let asset = one(ENGLISH);
        let said: Vec<_> = asset
            .declared()
            .map(|(field, value)| format!("{}: {value}", field.name))
            .collect();
        assert_eq!(
            said,
            [
                "id: WARD-PC-1",
                "name: WARD-PC-1",
                "os: Microsoft Windows 10 Pro",
                "os.version: 10.0.19045",
                "os.build: 19045",
                "os.service_pack: 0",
                "os.arch: x64",
                "source: systeminfo",
                "updates: 2 entries",
                "updates_complete: yes",
                "updates_stated: 2",
                "updates_listed: 2",
                "manufacturer: Example Ltd.",
                "model: Box 3",
            ]
        );
        assert_eq!(kbs(&asset), ["KB5011048", "KB5015684"]);
        assert_eq!(asset.place.line, 2);
    }

    #[test]
    fn other_languages_are_read_in_their_code_pages() {
        let german = encode_string_checked(GERMAN, &ENCODING_TABLE_CP850).expect("code page 850");
        let german = one(german);
        assert_eq!(german.id, "STATION-7");
        assert_eq!(german.text(asset::OS_SERVICE_PACK), Some("1"));
        assert_eq!(german.text(asset::OS_BUILD), Some("7601"));
        assert_eq!(german.text(asset::OS_ARCH), Some("x86"));
        assert_eq!(german.text(asset::MODEL), Some("Kiste Größe 3"));
        assert_eq!(kbs(&german), ["KB4012212", "KB976902", "KB976932"]);
        assert_eq!(counts(&german), (Some(3), Some(3), Some(true)));

        let russian = encode_string_checked(RUSSIAN, &ENCODING_TABLE_CP866).expect("code page 866");
        let russian = one(russian);
        assert_eq!(russian.id, "KLINIKA-2");
        assert_eq!(
            russian.text(asset::OS),
            Some("Майкрософт Windows 10 Корпоративная")
        );
        assert_eq!(russian.text(asset::OS_SERVICE_PACK), Some("0"));
        assert_eq!(counts(&russian), (Some(2), Some(2), Some(true)));

        let chinese = one(GBK.encode(CHINESE).0.into_owned());
        assert_eq!(chinese.id, "KESHI-3");
        assert_eq!(chinese.text(asset::CLASS), Some("server"));
        assert_eq!(chinese.text(asset::MODEL), Some("示例型号"));
        assert_eq!(counts(&chinese), (Some(2), Some(2), Some(true)));

        let portuguese =
            encode_string_checked(PORTUGUESE, &ENCODING_TABLE_CP850).expect("code page 850");
        let portuguese = one(portuguese);
        assert_eq!(portuguese.text(asset::OS_BUILD), Some("17763"));
        assert_eq!(counts(&portuguese), (Some(0), Some(0), Some(true)));
    }

    #[test]
    fn every_language_is_read_in_unicode_too() {
        for text in [ENGLISH, GERMAN, RUSSIAN, CHINESE, PORTUGUESE] {
            let text = &text.replace('\n', "\r\n");
            let utf_8 = one(text.as_str());
            let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
            let mut marked = vec![0xff, 0xfe];
            marked.extend(&little);
            assert_eq!(one(marked).record, utf_8.record);
            if text.is_ascii() {
                assert_eq!(one(little).record, utf_8.record);
            }
        }
    }

    #[test]
    fn wherever_a_text_is_cut_its_updates_are_not_called_complete() {
        let end_of_list = ENGLISH.find("Network Card(s):").expect("the line is there");
        for cut in 0..end_of_list {
            let named = Format::from_name("systeminfo");
            let Ok((rows, _)) = open(&ENGLISH[..cut], named, Limits::default()) else {
                continue;
            };
            for row in rows {
                let Row::Asset(asset) = row else { continue };
                assert_ne!(
                    asset.boolean(asset::UPDATES_COMPLETE),
                    Some(true),
                    "cut at {cut}"
                );
                assert!(
                    kbs(&asset)
                        .iter()
                        .all(|kb| ENGLISH.contains(&format!("{kb}\n"))),
                    "cut at {cut}"
                );
            }
        }
    }

    #[test]
    fn a_list_that_was_cut_is_not_complete() {
        let list = "[02]: File 1
                           [03]: Q147222
                           [04]: KB893803v2 - Update
                           [05]: {7A068575-C5DB-43D9-BE20-3895D0C69B17}
                           [06]: 943729
                           [2";
        let text = ENGLISH
            .replace("2 Hotfix(s)", "300 Hotfix(s)")
            .replace("[02]: KB5015684", list);
        let asset = one(text);
        assert_eq!(counts(&asset), (Some(300), Some(4), Some(false)));
        assert_eq!(kbs(&asset), ["KB5011048", "KB893803"]);
    }

    #[test]
    fn no_updates_are_found_without_a_logon_server() {
        let (start, rest) = ENGLISH
            .split_once("2 Hotfix(s)")
            .expect("the line is there");
        let (_, end) = rest
            .split_once("[02]: KB5015684")
            .expect("the line is there");
        let text = format!("{start}N/A{end}").replace(r"\\DC-1", "N/A");
        assert_eq!(counts(&one(text)), (Some(0), Some(0), Some(true)));
    }

    #[test]
    fn several_texts_in_one_stream_are_several_assets() {
        let text = format!("{ENGLISH}{}", ENGLISH.replace("WARD-PC-1", "WARD-PC-2"));
        let all = assets(text);
        assert_eq!(all.len(), 2);
        assert_eq!((all[1].id.as_str(), all[1].place.line), ("WARD-PC-2", 24));
        assert_eq!(all[0].record.text(asset::MODEL), Some("Box 3"));
        assert_eq!(counts(&all[0]), counts(&all[1]));
    }

    #[test]
    fn a_blacked_out_host_name_leaves_the_name_of_the_file() {
        let asset = one(ENGLISH.replace("WARD-PC-1", "..."));
        assert_eq!(asset.id, "estate");
        assert!(asset.value(asset::NAME).is_none());
    }

    #[test]
    fn a_text_without_a_version_is_one_bad_record() {
        let (rows, _) = open(
            "Host Name: A\r\n",
            Format::from_name("systeminfo"),
            Limits::default(),
        )
        .expect("the format was named");
        assert!(matches!(rows.as_slice(), [Row::Bad(_)]));
        assert!(bad_records(ENGLISH).is_empty());
    }

    /// The samples that come with the facts about Windows updates, if they are there.
    fn samples() -> Option<PathBuf> {
        let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
        if !shared.exists() {
            println!("skipped: ../shared is absent");
            return None;
        }
        Some(shared.join("data/windows"))
    }

    #[test]
    fn the_samples_are_read_as_expected() {
        let Some(folder) = samples() else { return };
        let expected = std::fs::read_to_string(folder.join("expected.jsonl")).expect("readable");
        let mut count = 0;
        for line in expected.lines() {
            let expected: serde_json::Value = serde_json::from_str(line).expect("JSON");
            let file = expected["file"].as_str().expect("a file name");
            let facts = &expected["facts"];
            let asset = one(std::fs::read(folder.join("samples").join(file)).expect("readable"));
            let text = |field| asset.text(field).unwrap_or_default();
            assert_eq!(text(asset::OS), facts["os_name"], "{file}");
            assert_eq!(text(asset::OS_VERSION), facts["version"], "{file}");
            assert_eq!(text(asset::OS_BUILD), facts["build"].to_string(), "{file}");
            assert_eq!(
                text(asset::OS_SERVICE_PACK),
                facts["service_pack"].to_string(),
                "{file}"
            );
            assert_eq!(text(asset::OS_ARCH), facts["arch"], "{file}");
            let is_truncated = facts["truncated"].as_bool().expect("a boolean");
            assert_eq!(
                counts(&asset),
                (
                    facts["stated_hotfixes"].as_i64(),
                    facts["listed_entries"].as_i64(),
                    Some(!is_truncated)
                ),
                "{file}"
            );
            let mut numbers: Vec<_> = kbs(&asset).iter().map(|kb| &kb[2..]).collect();
            numbers.sort_unstable();
            let mut wanted: Vec<_> = facts["kbs"]
                .as_array()
                .expect("a list")
                .iter()
                .filter_map(|kb| kb.as_str())
                .collect();
            wanted.sort_unstable();
            assert_eq!(numbers, wanted, "{file}");
            count += 1;
        }
        assert_eq!(count, 24);
    }
}
