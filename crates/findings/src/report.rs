//! A list of findings with its summary.

use crate::bar::BarOutcome;
use crate::finding::{Finding, Severity};
use std::cmp::Ordering;
use std::collections::HashMap;

/// What one run of one or more checks found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// The findings. Call [`Report::sort`] before rendering.
    pub findings: Vec<Finding>,
    /// What was found and is accepted.
    pub suppressed: Vec<Suppressed>,
    /// How hosts stand to the quality bars, where they were asked. Not sorted: hosts and bars keep their order.
    pub bars: Vec<BarOutcome>,
    /// How many files were checked.
    pub files: usize,
    /// Whether something that was to be checked could not be, so that nothing found does not mean that nothing is there.
    pub is_incomplete: bool,
}

/// A finding that is accepted: it does not count, and outputs that can say so show it as such.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suppressed {
    /// What was found.
    pub finding: Finding,
    /// Why it does not count.
    pub because: Suppression,
}

/// Why a finding is accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Suppression {
    /// An entry of an allow list names it, for this reason.
    Allowed(String),
    /// The baseline has it: a published version had it already.
    Baseline,
}

impl Suppression {
    /// The kind's name in reports.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Allowed(_) => "allowed",
            Self::Baseline => "baseline",
        }
    }

    /// The reason in words.
    pub fn reason(&self) -> &str {
        match self {
            Self::Allowed(reason) => reason,
            Self::Baseline => "the baseline has it",
        }
    }
}

/// Counts of a report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Files checked.
    pub files: usize,
    /// Findings that refuse the package.
    pub errors: usize,
    /// Findings that should be dealt with.
    pub warnings: usize,
    /// Findings for information.
    pub notes: usize,
    /// Findings that are accepted, and not among the others.
    pub suppressed: usize,
}

/// How often a rule fired.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RuleCount<'r> {
    /// Its id.
    pub rule: &'r str,
    /// The heaviest of its findings.
    pub severity: Severity,
    /// How many findings it has.
    pub findings: usize,
    /// In how many files.
    pub files: usize,
}

impl Report {
    /// Orders the findings by file, then position, then rule, then message, then pointer: one input, one output.
    pub fn sort(&mut self) {
        self.findings.sort_unstable_by(order);
        self.suppressed.sort_unstable_by(|a, b| order(&a.finding, &b.finding));
    }

    /// How often each rule fired, the most frequent first. Call [`Report::sort`] before: files are counted as they change.
    pub fn by_rule(&self) -> Vec<RuleCount<'_>> {
        RuleCount::of(self.findings.iter().map(|found| (&*found.place.file, &*found.rule, found.severity)))
    }

    /// How many findings of each severity there are.
    pub fn summary(&self) -> Summary {
        let count = |severity| self.findings.iter().filter(|finding| finding.severity == severity).count();
        Summary {
            files: self.files,
            errors: count(Severity::Error),
            warnings: count(Severity::Warning),
            notes: count(Severity::Note),
            suppressed: self.suppressed.len(),
        }
    }
}

impl<'r> RuleCount<'r> {
    /// The counts, the most frequent first, of what fired: file, rule and severity of each finding. What is of one file stands
    /// together.
    pub(crate) fn of(fired: impl Iterator<Item = (&'r str, &'r str, Severity)>) -> Vec<Self> {
        let mut counts: HashMap<&str, (Self, &str)> = HashMap::new();
        for (file, rule, severity) in fired {
            let none = || (Self { rule, severity, findings: 0, files: 1 }, file);
            let (count, last_file) = counts.entry(rule).or_insert_with(none);
            // Of a rule with several, the heaviest is what matters.
            count.severity = count.severity.min(severity);
            count.findings += 1;
            if *last_file != file {
                count.files += 1;
                *last_file = file;
            }
        }
        let mut counts: Vec<Self> = counts.into_values().map(|(count, _)| count).collect();
        counts.sort_by(|one, other| other.findings.cmp(&one.findings).then(one.rule.cmp(other.rule)));
        counts
    }
}

impl Summary {
    /// Counts what another report found as well.
    pub(crate) const fn add(&mut self, other: Self) {
        self.files += other.files;
        self.errors += other.errors;
        self.warnings += other.warnings;
        self.notes += other.notes;
        self.suppressed += other.suppressed;
    }
}

/// File, then position, then rule, then message, then pointer.
fn order(one: &Finding, other: &Finding) -> Ordering {
    let place = |finding: &Finding| (finding.place.start.line, finding.place.start.column);
    let by_file = one.place.file.cmp(&other.place.file);
    by_file
        .then_with(|| place(one).cmp(&place(other)))
        .then_with(|| one.rule.cmp(&other.rule))
        .then_with(|| one.message.cmp(&other.message))
        .then_with(|| one.place.pointer.cmp(&other.place.pointer))
}
