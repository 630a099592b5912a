//! Reports that are rendered package by package: each part right after it was made, on the core that made it, so that no
//! findings have to be kept.

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

    /// Rule and severity of each finding.
    pub(super) fn fired(&self) -> impl Iterator<Item = (&Cow<'static, str>, Severity)> {
        self.entries.iter().map(|entry| (&entry.rule, entry.severity))
    }

    /// What several parts say about one file as one section, in the order of places and rules; what is equal in both keeps
    /// the order of the parts.
    pub(super) fn together(sections: impl IntoIterator<Item = Self>) -> Option<Self> {
        let mut sections = sections.into_iter();
        let mut whole = sections.next()?;
        for section in sections {
            whole.append(section);
        }
        whole.entries.sort_by(|one, other| (one.start, &one.rule).cmp(&(other.start, &other.rule)));
        Some(whole)
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
