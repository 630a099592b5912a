//! Reports that are rendered package by package: each part right after it was made, on the core that made it, so that no
//! findings have to be kept. The parts come together in the order of files, places and rules, whatever their own order.

use crate::{Finding, Report, Severity, Summary};
use backshell_source::Position;
use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

/// Bytes that a form makes of a finding, to begin with.
const USUAL_LENGTH: usize = 640;

/// A part of a report in one form of output.
#[derive(Clone, Debug, Default)]
pub struct Part {
    /// What was found, by file.
    pub(super) findings: Vec<Section>,
    /// What was found and is accepted, by file.
    pub(super) suppressed: Vec<Section>,
    summary: Summary,
}

/// What a form of output makes of the findings of one file.
#[derive(Clone, Debug)]
pub(super) struct Section {
    /// The file, as the user gave it.
    pub(super) file: Arc<str>,
    /// The findings, rendered one after the other.
    bytes: Vec<u8>,
    entries: Vec<Entry>,
}

/// What has to be known of a finding when it is rendered already.
#[derive(Clone, Debug)]
struct Entry {
    start: Position,
    rule: Cow<'static, str>,
    severity: Severity,
    /// Where it stands among the bytes of its section.
    range: Range<usize>,
}

// === impl Part ===

impl Part {
    /// The part of a report, without anything rendered yet.
    pub(super) fn new(report: &Report) -> Self {
        Self { summary: report.summary(), ..Self::default() }
    }

    /// How many findings of each severity there are.
    pub const fn summary(&self) -> Summary {
        self.summary
    }

    /// All parts as one, with one section for each file.
    pub(super) fn of_all(parts: Vec<Self>) -> Self {
        let mut whole = Self::default();
        for part in parts {
            whole.findings.extend(part.findings);
            whole.suppressed.extend(part.suppressed);
            whole.summary.add(part.summary);
        }
        whole.findings = Section::by_file(whole.findings);
        whole.suppressed = Section::by_file(whole.suppressed);
        whole
    }
}

// === impl Section ===

impl Section {
    /// The sections of a sorted list, one for each file. `finding` tells the finding of something in the list, and `write`
    /// renders it.
    pub(super) fn of<'l, T, E>(
        list: &'l [T],
        finding: impl Fn(&T) -> &Finding,
        write: impl Fn(&'l T, &mut Vec<u8>) -> Result<(), E>,
    ) -> Result<Vec<Self>, E> {
        let is_same = |one: &T, other: &T| finding(one).place.file == finding(other).place.file;
        let mut sections = Vec::new();
        for of_file in list.chunk_by(is_same) {
            let Some(first) = of_file.first() else { continue };
            let file = finding(first).place.file.clone();
            let (mut bytes, mut entries) =
                (Vec::with_capacity(of_file.len() * USUAL_LENGTH), Vec::with_capacity(of_file.len()));
            for one in of_file {
                let begin = bytes.len();
                write(one, &mut bytes)?;
                let Finding { rule, severity, place, .. } = finding(one);
                let range = begin..bytes.len();
                entries.push(Entry { start: place.start, rule: rule.clone(), severity: *severity, range });
            }
            sections.push(Self { file, bytes, entries });
        }
        Ok(sections)
    }

    /// The findings as they were rendered; what stands together already is one piece.
    pub(super) fn pieces(&self) -> impl Iterator<Item = &[u8]> {
        let together = self.entries.chunk_by(|one, other| one.range.end == other.range.start);
        together.map(|entries| {
            let (start, end) =
                entries.first().zip(entries.last()).map_or((0, 0), |(one, other)| (one.range.start, other.range.end));
            self.bytes.get(start..end).unwrap_or_default()
        })
    }

    /// File, rule and severity of each finding.
    pub(super) fn fired(&self) -> impl Iterator<Item = (&str, &str, Severity)> {
        self.entries.iter().map(|entry| (&*self.file, &*entry.rule, entry.severity))
    }

    /// The sections in the order of files. Of a file that several parts speak of, such as a baseline, they become one.
    fn by_file(mut sections: Vec<Self>) -> Vec<Self> {
        sections.sort_by(|one, other| one.file.cmp(&other.file));
        let mut whole: Vec<Self> = Vec::with_capacity(sections.len());
        for section in sections {
            match whole.last_mut().filter(|last| last.file == section.file) {
                Some(last) => last.append(section),
                None => whole.push(section),
            }
        }
        for section in &mut whole {
            // Stable: what is equal in both keeps the order that the report had.
            section.entries.sort_by(|one, other| (one.start, &one.rule).cmp(&(other.start, &other.rule)));
        }
        whole
    }

    /// Takes over what another section of the same file has, behind what is here.
    fn append(&mut self, other: Self) {
        let moved = self.bytes.len();
        self.bytes.extend(other.bytes);
        let entries = other.entries.into_iter();
        self.entries.extend(entries.map(|entry| {
            let Range { start, end } = entry.range;
            Entry { range: start + moved..end + moved, ..entry }
        }));
    }
}

#[cfg(test)]
mod tests {
    use crate::text::{self, TextOptions};
    use crate::{Check, Finding, Part, Place, Report, Severity, Suppressed, Suppression, json};
    use backshell_source::Position;

    fn finding(file: &str, line: u32, rule: &'static str) -> Finding {
        let place = Place::file(file);
        Finding {
            check: Check::Swagger,
            rule: rule.into(),
            severity: if rule == "BS-Light" { Severity::Note } else { Severity::Error },
            message: format!("{file} {line}"),
            help: "".into(),
            place: Place { start: Position { line, column: 1 }, ..place },
            identity: None,
        }
    }

    fn report(findings: &[(&str, u32, &'static str)]) -> Report {
        let findings = findings.iter().map(|(file, line, rule)| finding(file, *line, rule)).collect();
        let mut report = Report { findings, files: 1, ..Report::default() };
        report.sort();
        report
    }

    fn as_text(parts: impl Iterator<Item = Part>) -> String {
        let mut out = Vec::new();
        text::write_parts(&mut out, parts.collect(), &TextOptions::default()).unwrap();
        String::from_utf8(out).unwrap()
    }

    fn as_json(parts: impl Iterator<Item = Part>) -> String {
        let mut out = Vec::new();
        json::write_parts(&mut out, parts.collect(), "1.0").unwrap();
        String::from_utf8(out).unwrap()
    }

    /// The parts, in this order and turned round, look like the report of everything.
    fn agree(parts: &[Report]) {
        let mut whole = Report::default();
        for part in parts {
            whole.findings.extend(part.findings.iter().cloned());
            whole.suppressed.extend(part.suppressed.iter().cloned());
            whole.files += part.files;
        }
        whole.sort();
        let text = || parts.iter().map(|part| text::part(part, &TextOptions::default()).unwrap());
        let json = || parts.iter().map(|part| json::part(part).unwrap());
        let expected = text::render(&whole, &TextOptions::default());
        assert_eq!((as_text(text()), as_text(text().rev())), (expected.clone(), expected));
        let expected = json::render(&whole, "1.0");
        assert_eq!((as_json(json()), as_json(json().rev())), (expected.clone(), expected));
    }

    #[test]
    fn parts_come_together_in_the_order_of_files() {
        let a = report(&[("a", 9, "BS-One"), ("a", 2, "BS-Light")]);
        let b = report(&[("b", 1, "BS-One"), ("b/c", 1, "BS-One")]);
        agree(&[b, a, Report::default()]);
    }

    #[test]
    fn parts_that_speak_of_the_same_file_are_woven_together() {
        let one = report(&[("a", 1, "BS-One"), ("baseline", 2, "BS-Light"), ("baseline", 30, "BS-Light")]);
        let other = report(&[("b", 1, "BS-One"), ("baseline", 2, "BS-Heavy"), ("baseline", 10, "BS-Light")]);
        let parts = [&one, &other].map(|report| text::part(report, &TextOptions::default()).unwrap());
        let text = as_text(parts.into_iter());
        assert_eq!(text.matches("baseline\n\n").count(), 1, "a file has one heading: {text}");
        assert!(text.contains("\nBS-Light  note             3      1\n"), "it is one file: {text}");
        agree(&[one, other]);
    }

    #[test]
    fn a_part_may_have_nothing_but_what_is_accepted() {
        let accepted = |line| Suppressed {
            finding: finding("a", line, "BS-One"),
            because: Suppression::Allowed("reviewed".to_owned()),
        };
        let alone = Report { suppressed: vec![accepted(3)], files: 1, ..Report::default() };
        let text = as_text(std::iter::once(text::part(&alone, &TextOptions::default()).unwrap()));
        assert_eq!(text, "1 file checked: 0 errors, 0 warnings, 0 notes (1 accepted)\n");
        let json = as_json(std::iter::once(json::part(&alone).unwrap()));
        let json: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!((&json["findings"], &json["suppressed"][0]["line"]), (&serde_json::json!([]), &3.into()));
        assert_eq!(json["summary"]["suppressed"], 1);
        let more = Report { suppressed: vec![accepted(1)], ..report(&[("a", 2, "BS-One")]) };
        agree(&[alone, more]);
    }
}
