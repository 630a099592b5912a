//! A list of findings with its summary.

use crate::finding::{Finding, Severity};

/// What one run of one or more checks found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// The findings. Call [`Report::sort`] before rendering.
    pub findings: Vec<Finding>,
    /// How many files were checked.
    pub files: usize,
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
}

impl Report {
    /// Orders the findings by file, then position, then rule, then message: one input, one output.
    pub fn sort(&mut self) {
        self.findings.sort_by(|a, b| {
            let place = |finding: &Finding| {
                let start = finding.place.start;
                (start.line, start.column)
            };
            a.place
                .file
                .cmp(&b.place.file)
                .then_with(|| place(a).cmp(&place(b)))
                .then_with(|| a.rule.cmp(&b.rule))
                .then_with(|| a.message.cmp(&b.message))
        });
    }

    /// How many findings of each severity there are.
    pub fn summary(&self) -> Summary {
        let count = |severity| self.findings.iter().filter(|finding| finding.severity == severity).count();
        Summary {
            files: self.files,
            errors: count(Severity::Error),
            warnings: count(Severity::Warning),
            notes: count(Severity::Note),
        }
    }
}
