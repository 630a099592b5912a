//! A list of findings with its summary.

use crate::bar::BarOutcome;
use crate::finding::{Finding, Severity};
use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::Arc;

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
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleCount {
    /// Its id.
    pub rule: Cow<'static, str>,
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
    pub fn by_rule(&self) -> Vec<RuleCount> {
        let mut counts = RuleCounts::default();
        for of_file in self.findings.chunk_by(|one, other| one.place.file == other.place.file) {
            counts.add(of_file.iter().map(|found| (&found.rule, found.severity)));
        }
        counts.list()
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

/// How often each rule fired, counted file by file.
#[derive(Clone, Debug, Default)]
pub(crate) struct RuleCounts {
    /// By rule; beside the count the number of the last file in which it fired.
    by_rule: HashMap<Cow<'static, str>, (RuleCount, usize)>,
    files: usize,
}

impl RuleCounts {
    /// Counts what fired in one file: rule and severity of each finding.
    pub(crate) fn add<'f>(&mut self, fired: impl Iterator<Item = (&'f Cow<'static, str>, Severity)>) {
        self.files += 1;
        for (rule, severity) in fired {
            if !self.by_rule.contains_key(rule) {
                let none = RuleCount { rule: rule.clone(), severity, findings: 0, files: 0 };
                self.by_rule.insert(rule.clone(), (none, 0));
            }
            let Some((count, last_file)) = self.by_rule.get_mut(rule) else { continue };
            // Of a rule with several, the heaviest is what matters.
            count.severity = count.severity.min(severity);
            count.findings += 1;
            if *last_file != self.files {
                count.files += 1;
                *last_file = self.files;
            }
        }
    }

    /// The counts, the most frequent first.
    pub(crate) fn list(self) -> Vec<RuleCount> {
        let mut counts: Vec<RuleCount> = self.by_rule.into_values().map(|(count, _)| count).collect();
        counts.sort_by(|one, other| other.findings.cmp(&one.findings).then(one.rule.cmp(&other.rule)));
        counts
    }
}

impl Summary {
    /// Counts what another report found as well.
    pub const fn add(&mut self, other: Self) {
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
    let (file, other_file) = (&one.place.file, &other.place.file);
    let by_file = if Arc::ptr_eq(file, other_file) { Ordering::Equal } else { file.cmp(other_file) };
    by_file
        .then_with(|| place(one).cmp(&place(other)))
        .then_with(|| one.rule.cmp(&other.rule))
        .then_with(|| one.message.cmp(&other.message))
        .then_with(|| one.place.pointer.cmp(&other.place.pointer))
}
