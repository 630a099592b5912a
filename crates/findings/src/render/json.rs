//! The report for programs: the JSON shape that `lint` and `endpoint` print.

use super::part::{Part, Section};
use super::sequence::{Form, Running};
use crate::{BarOutcome, Finding, Report, Summary, Suppressed};
use serde::Serialize;
use serde_json::ser::{Formatter as _, PrettyFormatter, Serializer};
use std::io::{self, Write};
use wide::u8x16;

/// What stands between two entries of a list.
const SEPARATOR: &[u8] = b",\n    ";

/// The report as one JSON object, indented, with a line end. `version` is the version of Backshell.
pub fn render(report: &Report, version: &str) -> String {
    super::to_string(|out| write(out, report, version))
}

/// Writes what [`render`] returns.
pub fn write(out: &mut dyn Write, report: &Report, version: &str) -> io::Result<()> {
    Running::new(Json { bars: &report.bars, ..Json::new(version) }).whole(vec![part(report)?], out)
}

/// The same with a member more in front of the summary: its name, and an object.
pub fn write_with(
    out: &mut dyn Write,
    report: &Report,
    more: (&str, &serde_json::Value),
    version: &str,
) -> io::Result<()> {
    let form = Json { bars: &report.bars, more: Some(more), ..Json::new(version) };
    Running::new(form).whole(vec![part(report)?], out)
}

/// A part of the report: a sorted report of some of the files, without bars.
pub fn part(report: &Report) -> io::Result<Part> {
    let mut part = Part::new(report);
    part.findings = Section::of(&report.findings, |finding| finding, |one, json| separated(one, finding, json))?;
    let accepted = entry::<_, JsonSuppressed<'_>>;
    part.suppressed = Section::of(&report.suppressed, |one| &one.finding, |one, json| separated(one, accepted, json))?;
    Ok(part)
}

/// The report as its parts come.
pub fn running(version: &str) -> Running<'_> {
    Running::new(Json::new(version))
}

struct Json<'r> {
    version: &'r str,
    bars: &'r [BarOutcome],
    more: Option<(&'r str, &'r serde_json::Value)>,
    findings: List,
}

impl<'r> Json<'r> {
    fn new(version: &'r str) -> Self {
        Self { version, bars: &[], more: None, findings: List::default() }
    }
}

impl Form for Json<'_> {
    fn begin(&mut self, out: &mut dyn Write) -> io::Result<()> {
        let version = serde_json::to_string(self.version)?;
        write!(out, "{{\n  \"tool\": \"backshell\",\n  \"version\": {version},\n  \"findings\": ")
    }

    fn file(&mut self, out: &mut dyn Write, section: &Section) -> io::Result<()> {
        section.pieces().try_for_each(|piece| self.findings.write(out, piece))
    }

    fn end(&mut self, out: &mut dyn Write, suppressed: &[Section], summary: Summary) -> io::Result<()> {
        self.findings.end(out)?;
        if !suppressed.is_empty() {
            write!(out, ",\n  \"suppressed\": ")?;
            let mut list = List::default();
            suppressed.iter().flat_map(Section::pieces).try_for_each(|piece| list.write(out, piece))?;
            list.end(out)?;
        }
        if !self.bars.is_empty() {
            write!(out, ",\n  \"bars\": ")?;
            let (mut list, mut all) = (List::default(), Vec::new());
            for bar in self.bars {
                separated(bar, entry::<_, JsonBar<'_>>, &mut all)?;
            }
            list.write(out, &all)?;
            list.end(out)?;
        }
        if let Some((name, value)) = self.more {
            write!(out, ",\n  {}: ", serde_json::to_string(name)?)?;
            value.serialize(&mut Serializer::with_formatter(&mut *out, inside(1)?))?;
        }
        let Summary { files, errors, warnings, notes, suppressed } = summary;
        write!(out, ",\n  \"summary\": ")?;
        let summary = JsonSummary { files, errors, warnings, notes, suppressed };
        summary.serialize(&mut Serializer::with_formatter(&mut *out, inside(1)?))?;
        writeln!(out, "\n}}")
    }
}

/// A list that is the value of a member of the report.
#[derive(Default)]
struct List {
    has_entries: bool,
}

impl List {
    /// Writes a piece of [`separated`] entries.
    fn write(&mut self, out: &mut dyn Write, piece: &[u8]) -> io::Result<()> {
        let before: &[u8] = if std::mem::replace(&mut self.has_entries, true) { SEPARATOR } else { b"[\n    " };
        out.write_all(before)?;
        out.write_all(piece.strip_suffix(SEPARATOR).unwrap_or(piece))
    }

    fn end(&self, out: &mut dyn Write) -> io::Result<()> {
        write!(out, "{}", if self.has_entries { "\n  ]" } else { "[]" })
    }
}

/// Writes an entry with what stands between it and the next.
fn separated<'a, T>(
    one: &'a T,
    write: impl Fn(&'a T, &mut Vec<u8>) -> serde_json::Result<()>,
    json: &mut Vec<u8>,
) -> serde_json::Result<()> {
    write(one, json)?;
    json.extend_from_slice(SEPARATOR);
    Ok(())
}

/// Writes an entry by its shape.
fn entry<'a, T, J: Serialize + From<&'a T>>(one: &'a T, json: &mut Vec<u8>) -> serde_json::Result<()> {
    J::from(one).serialize(&mut Serializer::with_formatter(json, inside(2)?))
}

/// Writes a finding as [`JsonFinding`] would be written. There may be a hundred thousand of them, in which the same names and
/// layout stand again and again: they are copied as they are, and of the values only those with something to escape are
/// looked at letter by letter.
fn finding(finding: &Finding, json: &mut Vec<u8>) -> serde_json::Result<()> {
    let place = &finding.place;
    text("{\n      \"check\": ", finding.check.as_str(), json)?;
    text(",\n      \"rule\": ", &finding.rule, json)?;
    text(",\n      \"severity\": ", finding.severity.as_str(), json)?;
    text(",\n      \"message\": ", &finding.message, json)?;
    text(",\n      \"help\": ", &finding.help, json)?;
    text(",\n      \"file\": ", &place.file, json)?;
    text(",\n      \"pointer\": ", &place.pointer, json)?;
    number(",\n      \"line\": ", place.start.line, json)?;
    number(",\n      \"column\": ", place.start.column, json)?;
    number(",\n      \"end_line\": ", place.end.line, json)?;
    number(",\n      \"end_column\": ", place.end.column, json)?;
    if let Some(identity) = &finding.identity {
        text(",\n      \"fingerprint\": ", &identity.fingerprint, json)?;
    }
    json.extend_from_slice(b"\n    }");
    Ok(())
}

/// A member whose value is a text; `name` comes with what stands before and behind it.
fn text(name: &str, value: &str, json: &mut Vec<u8>) -> serde_json::Result<()> {
    json.extend_from_slice(name.as_bytes());
    if has_escapes(value.as_bytes()) {
        return serde_json::to_writer(json, value);
    }
    json.push(b'"');
    json.extend_from_slice(value.as_bytes());
    json.push(b'"');
    Ok(())
}

/// Whether a text has something that is escaped in JSON: a quote, a backslash, or a control character. Sixteen bytes are looked
/// at in one step; of a plain loop the compiler may make one step for each byte (decision 14).
fn has_escapes(text: &[u8]) -> bool {
    const CONTROLS: u8 = b' ' - 1;
    let (chunks, rest) = text.as_chunks();
    let found = chunks.iter().fold(u8x16::ZERO, |found, chunk| {
        let chunk = u8x16::new(*chunk);
        let is_control = chunk.min(u8x16::splat(CONTROLS)).simd_eq(chunk);
        found | is_control | chunk.simd_eq(u8x16::splat(b'"')) | chunk.simd_eq(u8x16::splat(b'\\'))
    });
    found.to_bitmask() != 0 || rest.iter().any(|byte| *byte <= CONTROLS || matches!(byte, b'"' | b'\\'))
}

/// A member whose value is a number.
fn number(name: &str, value: u32, json: &mut Vec<u8>) -> serde_json::Result<()> {
    json.extend_from_slice(name.as_bytes());
    serde_json::to_writer(json, &value)
}

/// The layout of values that stand so many levels deep.
fn inside(levels: usize) -> serde_json::Result<PrettyFormatter<'static>> {
    let mut layout = PrettyFormatter::new();
    for _ in 0..levels {
        layout.begin_object(&mut io::sink()).map_err(serde_json::Error::io)?;
    }
    Ok(layout)
}

#[derive(Serialize)]
struct JsonSummary {
    files: usize,
    errors: usize,
    warnings: usize,
    notes: usize,
    suppressed: usize,
}

/// An accepted finding: the finding, and why it is accepted.
#[derive(Serialize)]
struct JsonSuppressed<'a> {
    #[serde(flatten)]
    finding: JsonFinding<'a>,
    suppression: &'static str,
    reason: &'a str,
}

impl<'a> From<&'a Suppressed> for JsonSuppressed<'a> {
    fn from(suppressed: &'a Suppressed) -> Self {
        let because = &suppressed.because;
        Self { finding: (&suppressed.finding).into(), suppression: because.as_str(), reason: because.reason() }
    }
}

/// How a host stands to a bar, in the shape that `endpoint` and `certify` share.
#[derive(Serialize)]
pub struct JsonBar<'a> {
    id: &'a str,
    host: &'a str,
    state: &'static str,
    value: Option<&'a str>,
    threshold: &'a str,
    message: &'a str,
    help: &'a str,
}

impl<'a> From<&'a BarOutcome> for JsonBar<'a> {
    fn from(bar: &'a BarOutcome) -> Self {
        Self {
            id: &bar.id,
            host: &bar.host,
            state: bar.state.as_str(),
            value: bar.value.as_deref(),
            threshold: &bar.threshold,
            message: &bar.message,
            help: &bar.help,
        }
    }
}

/// A finding in the shape that every JSON output shares.
#[derive(Serialize)]
pub struct JsonFinding<'a> {
    check: &'static str,
    rule: &'a str,
    severity: &'static str,
    message: &'a str,
    help: &'a str,
    file: &'a str,
    pointer: &'a str,
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    fingerprint: Option<&'a str>,
}

impl<'a> From<&'a Finding> for JsonFinding<'a> {
    fn from(finding: &'a Finding) -> Self {
        let place = &finding.place;
        Self {
            check: finding.check.as_str(),
            rule: &finding.rule,
            severity: finding.severity.as_str(),
            message: &finding.message,
            help: &finding.help,
            file: &place.file,
            pointer: &place.pointer,
            line: place.start.line,
            column: place.start.column,
            end_line: place.end.line,
            end_column: place.end.column,
            fingerprint: finding.identity.as_ref().map(|identity| identity.fingerprint.as_str()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Check, Identity, Place, Severity, Suppression};

    fn finding(number: usize) -> Finding {
        Finding {
            check: Check::Swagger,
            rule: "BS-FileLayout".into(),
            severity: Severity::Warning,
            message: format!("line\n{number} \"quoted\""),
            help: "".into(),
            place: Place::file("a.json"),
            identity: None,
        }
    }

    #[test]
    fn what_is_escaped_is_seen_in_every_place() {
        for letter in (0..=u8::MAX).map(char::from) {
            let is_escaped = serde_json::to_string(&letter).unwrap().len() > letter.len_utf8() + 2;
            for place in 0..40 {
                let text = ["a".repeat(place), letter.to_string(), "a".repeat(39 - place)].concat();
                assert_eq!(has_escapes(text.as_bytes()), is_escaped, "{letter:?} at {place}");
            }
        }
    }

    #[test]
    fn findings_are_written_by_their_shape() {
        for odd in
            ["", "plain", "ä \u{1f600} \u{7f}", "a\"b", "back\\slash", "tab\tnul\0\u{1f}line\n", "\u{2028}</script>"]
        {
            let identity = Identity { file: "f".into(), place: odd.to_owned(), fingerprint: odd.to_owned() };
            for identity in [None, Some(Box::new(identity))] {
                let place = Place { pointer: odd.to_owned(), ..Place::file(odd) };
                let (rule, help) = (odd.to_owned().into(), odd.to_owned().into());
                let one = Finding { rule, message: odd.to_owned(), help, place, identity, ..finding(1) };
                let (mut ours, mut theirs) = (Vec::new(), Vec::new());
                super::finding(&one, &mut ours).unwrap();
                entry::<_, JsonFinding<'_>>(&one, &mut theirs).unwrap();
                assert_eq!(String::from_utf8(ours).unwrap(), String::from_utf8(theirs).unwrap());
            }
        }
    }

    #[test]
    fn a_list_is_whole_and_in_order() {
        for count in [0, 1, 2, 3_007] {
            let suppressed = (0..count.min(2)).map(|number| Suppressed {
                finding: finding(number),
                because: Suppression::Allowed("reviewed".to_owned()),
            });
            let findings = (0..count).map(finding).collect();
            let report = Report { findings, suppressed: suppressed.collect(), files: 1, ..Report::default() };
            let text = render(&report, "1.0");
            let value: serde_json::Value = serde_json::from_str(&text).unwrap();
            let messages = value["findings"].as_array().unwrap().iter().map(|found| &found["message"]);
            assert!(messages.eq(report.findings.iter().map(|found| &found.message)), "{count}");
            assert_eq!(value.get("suppressed").map_or(0, |list| list.as_array().unwrap().len()), count.min(2));
            // Laid out as a whole it looks the same.
            let lines = |text: &str| text.lines().map(|line| line.len() - line.trim_start().len()).collect::<Vec<_>>();
            let whole = serde_json::to_string_pretty(&value).unwrap();
            let (mut ours, mut theirs) = (lines(&text), lines(&whole));
            ours.sort_unstable();
            theirs.sort_unstable();
            assert_eq!(ours, theirs, "{count}");
        }
    }
}
