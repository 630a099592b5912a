//! Reports that are written while parts of them are still being made: what nothing can come before any more is written. What
//! comes out is the report as a whole, in the order of files, places and rules; what is equal in all three keeps the order of
//! the parts.

use super::part::{Part, Section};
use crate::Summary;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io::{self, Write};
use std::mem;
use std::sync::{Arc, Mutex, PoisonError};

/// Brings parts, which come in any order, into the order of files.
#[derive(Debug, Default)]
pub struct Sequence {
    /// Where the files of each part that is still to come begin in the order of files, and the number of the part.
    awaited: BTreeSet<(Arc<str>, usize)>,
    /// The same by the number of the part.
    begins: Vec<Arc<str>>,
    findings: ByFile,
    suppressed: ByFile,
    summary: Summary,
}

/// What each part says about a file.
type ByFile = BTreeMap<Arc<str>, Vec<(usize, Section)>>;

impl Sequence {
    /// For as many parts as there are texts: no file of a part stands before its text in the order of files. A part that
    /// speaks of other files, too, comes last, or another one is awaited for them until then.
    pub fn new(begins: Vec<Arc<str>>) -> Self {
        let awaited = begins.iter().enumerate().map(|(number, begin)| (Arc::clone(begin), number)).collect();
        Self { awaited, begins, ..Self::default() }
    }

    /// Takes a part, by its number from 0. Each comes once.
    pub fn add(&mut self, number: usize, part: Part) {
        if let Some(begin) = self.begins.get_mut(number) {
            self.awaited.remove(&(mem::take(begin), number));
        }
        self.summary.add(part.summary());
        for (sections, by_file) in [(part.findings, &mut self.findings), (part.suppressed, &mut self.suppressed)] {
            for section in sections {
                by_file.entry(Arc::clone(&section.file)).or_default().push((number, section));
            }
        }
    }

    /// How many findings of each severity have come so far.
    pub const fn summary(&self) -> Summary {
        self.summary
    }

    /// Takes out what nothing can come before any more.
    fn due(&mut self) -> Vec<Section> {
        let due = match self.awaited.first() {
            None => mem::take(&mut self.findings),
            Some((begin, _)) => {
                let later = self.findings.split_off(begin);
                mem::replace(&mut self.findings, later)
            }
        };
        in_order(due)
    }
}

/// One section for each file.
fn in_order(by_file: ByFile) -> Vec<Section> {
    let of_file = |mut sections: Vec<(usize, Section)>| {
        sections.sort_by_key(|(number, _)| *number);
        Section::together(sections.into_iter().map(|(_, section)| section))
    };
    by_file.into_values().filter_map(of_file).collect()
}

/// A form of output that goes file by file.
pub(super) trait Form {
    /// Writes what stands before the findings.
    fn begin(&mut self, out: &mut dyn Write) -> io::Result<()>;

    /// Writes the findings of one file.
    fn file(&mut self, out: &mut dyn Write, section: &Section) -> io::Result<()>;

    /// Writes what stands behind the findings.
    fn end(&mut self, out: &mut dyn Write, suppressed: &[Section], summary: Summary) -> io::Result<()>;
}

/// A report that is being written.
pub struct Running<'f> {
    form: Box<dyn Form + 'f>,
    has_begun: bool,
}

impl<'f> Running<'f> {
    pub(super) fn new(form: impl Form + 'f) -> Self {
        Self { form: Box::new(form), has_begun: false }
    }

    /// Writes what is due; the sequence is free for others meanwhile.
    pub fn write_due(&mut self, sequence: &Mutex<Sequence>, out: &mut dyn Write) -> io::Result<()> {
        let due = sequence.lock().unwrap_or_else(PoisonError::into_inner).due();
        self.write(&due, out)
    }

    /// Writes the rest, when every part has come.
    pub fn end(mut self, sequence: &Mutex<Sequence>, out: &mut dyn Write) -> io::Result<()> {
        let mut sequence = mem::take(&mut *sequence.lock().unwrap_or_else(PoisonError::into_inner));
        self.write(&sequence.due(), out)?;
        if !self.has_begun {
            self.form.begin(out)?;
        }
        self.form.end(out, &in_order(sequence.suppressed), sequence.summary)
    }

    /// Writes a report of which all parts are there.
    pub fn whole(self, parts: Vec<Part>, out: &mut dyn Write) -> io::Result<()> {
        let mut sequence = Sequence::default();
        for (number, part) in parts.into_iter().enumerate() {
            sequence.add(number, part);
        }
        self.end(&Mutex::new(sequence), out)
    }

    fn write(&mut self, due: &[Section], out: &mut dyn Write) -> io::Result<()> {
        if !due.is_empty() && !mem::replace(&mut self.has_begun, true) {
            self.form.begin(out)?;
        }
        due.iter().try_for_each(|section| self.form.file(out, section))
    }
}

impl fmt::Debug for Running<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Running").field("has_begun", &self.has_begun).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::{self, TextOptions};
    use crate::{Check, Finding, Place, Report, Severity, Suppressed, Suppression, json};
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
        text::running(&TextOptions::default()).whole(parts.collect(), &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    fn as_json(parts: impl Iterator<Item = Part>) -> String {
        let mut out = Vec::new();
        json::running("1.0").whole(parts.collect(), &mut out).unwrap();
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

    /// What is written after each part of a report that comes in this order, and at the end.
    fn step_by_step(begins: &[&str], parts: &[(usize, Report)]) -> Vec<String> {
        let sequence = Mutex::new(Sequence::new(begins.iter().map(|begin| Arc::from(*begin)).collect()));
        let mut running = text::running(&TextOptions::default());
        let mut steps = Vec::new();
        for (number, report) in parts {
            let part = text::part(report, &TextOptions::default()).unwrap();
            sequence.lock().unwrap().add(*number, part);
            let mut out = Vec::new();
            running.write_due(&sequence, &mut out).unwrap();
            steps.push(String::from_utf8(out).unwrap());
        }
        let mut out = Vec::new();
        running.end(&sequence, &mut out).unwrap();
        steps.push(String::from_utf8(out).unwrap());
        steps
    }

    #[test]
    fn what_nothing_can_come_before_is_written_at_once() {
        let parts = [
            (1, report(&[("b/x", 1, "BS-One"), ("b/y", 1, "BS-One")])),
            (0, report(&[("a", 1, "BS-One")])),
            (2, report(&[("b-c", 1, "BS-One")])),
        ];
        // `b-c` stands before `b/x`, and its part comes last.
        let steps = step_by_step(&["a", "b", "b-c"], &parts);
        let files = |step: &str| ["a\n\n", "b-c\n\n", "b/x\n\n", "b/y\n\n"].map(|file| step.contains(file));
        let seen: Vec<_> = steps.iter().map(|step| files(step)).collect();
        assert_eq!(seen, [[false; 4], [true, false, false, false], [false, true, true, true], [false; 4]]);
        let whole = as_text(parts.iter().map(|(_, report)| text::part(report, &TextOptions::default()).unwrap()));
        assert_eq!(steps.concat(), whole);
    }

    #[test]
    fn a_file_that_several_speak_of_waits_for_them_all() {
        let of_part = |number: u32, file: &str| report(&[(file, 1, "BS-One"), ("accepted", number, "BS-Light")]);
        let steps = |order: [usize; 2]| {
            let parts = [of_part(1, "x"), of_part(2, "b")];
            let mut parts: Vec<_> = order.iter().map(|number| (*number, parts[*number].clone())).collect();
            parts.push((2, Report::default()));
            step_by_step(&["x", "b", "accepted"], &parts)
        };
        let (one, other) = (steps([0, 1]), steps([1, 0]));
        assert_eq!(one, other, "the order in which parts come does not show");
        assert_eq!((&*one[0], &*one[1]), ("", ""));
        assert_eq!(one.concat().matches("accepted\n\n").count(), 1);
    }
}
