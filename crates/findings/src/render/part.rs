//! Reports that are rendered package by package: each part right after it was made, on the core that made it, so that no
//! findings have to be kept. The parts come together in the order of files and places, whatever their own order.

use crate::{Finding, Report, Severity, Summary};
use backshell_source::Position;
use std::borrow::Cow;
use std::sync::Arc;

/// A part of a report in one form of output.
#[derive(Clone, Debug, Default)]
pub struct Part {
    pub(super) findings: Vec<Run>,
    pub(super) suppressed: Vec<Run>,
    summary: Summary,
}

/// Findings of one file that stand together, rendered.
#[derive(Clone, Debug)]
pub(super) struct Run {
    /// The file, and the place of the first finding.
    pub(super) file: Arc<str>,
    start: Position,
    /// What the form makes of them.
    pub(super) bytes: Vec<u8>,
    /// How often each rule fired, where the form tells that.
    pub(super) rules: Vec<Tally>,
}

/// A rule, the heaviest of its findings in one file, and how many these are.
pub(super) type Tally = (Cow<'static, str>, Severity, usize);

impl Part {
    /// The part of a sorted report, without any text yet.
    pub(super) fn new(report: &Report) -> Self {
        Self { summary: report.summary(), ..Self::default() }
    }

    /// How many findings of each severity there are.
    pub const fn summary(&self) -> Summary {
        self.summary
    }

    /// All parts as one.
    pub(super) fn of_all(parts: Vec<Self>) -> Self {
        let mut whole = Self::default();
        for part in parts {
            whole.findings.extend(part.findings);
            whole.suppressed.extend(part.suppressed);
            whole.summary.add(part.summary);
        }
        for runs in [&mut whole.findings, &mut whole.suppressed] {
            runs.sort_by(|one, other| (&one.file, one.start).cmp(&(&other.file, other.start)));
        }
        whole
    }
}

impl Run {
    /// The runs of a sorted list: one for each file. `render` is given the entries of a file, and `finding` tells the finding
    /// of an entry.
    pub(super) fn of<'l, T, E>(
        list: &'l [T],
        finding: impl Fn(&T) -> &Finding,
        render: impl Fn(&'l [T]) -> Result<Vec<u8>, E>,
    ) -> Result<Vec<Self>, E> {
        let is_same = |one: &T, other: &T| finding(one).place.file == finding(other).place.file;
        let runs = list.chunk_by(is_same).filter_map(|list| {
            let place = &finding(list.first()?).place;
            let run = |bytes| Self { file: place.file.clone(), start: place.start, bytes, rules: Vec::new() };
            Some(render(list).map(run))
        });
        runs.collect()
    }
}
