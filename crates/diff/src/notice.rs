//! Remarks about a comparison that are no changes: what was not compared, and what in the files beside the versions does
//! nothing.

use backshell_findings::{Check, Finding, Place, Severity};
use std::borrow::Cow;
use std::fmt;

/// A remark. It never changes the outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// What kind of remark.
    pub kind: NoticeKind,
    /// What is the matter, in one sentence without a full stop.
    pub message: String,
    /// What to do, in one line.
    pub help: String,
    /// What it is about.
    pub place: Place,
}

/// The kinds of remarks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NoticeKind {
    /// The last day of an approval has passed.
    ApprovalExpired,
    /// An approval fits nothing.
    ApprovalStale,
    /// An approval names a change that no file may approve.
    ApprovalRefused,
    /// An approval covers some of the operations that a change concerns, and nothing covers the others.
    ApprovalPartial,
    /// An approval is for an update from or to another version.
    ApprovalOfOtherVersions,
    /// There are too many approvals and changes to hold all against one another.
    ApprovalCut,
    /// Callers are said to use something that the old version does not have.
    CallersUnknown,
    /// One version is a package and the other a definition alone.
    PartlyCompared,
    /// A key of a version stands twice in one object, so that readers may disagree about what it says.
    DuplicateKey,
}

impl NoticeKind {
    /// The kind's id in reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ApprovalExpired => "approval-expired",
            Self::ApprovalStale => "approval-stale",
            Self::ApprovalRefused => "approval-refused",
            Self::ApprovalPartial => "approval-partial",
            Self::ApprovalOfOtherVersions => "approval-of-other-versions",
            Self::ApprovalCut => "approval-cut",
            Self::CallersUnknown => "callers-unknown",
            Self::PartlyCompared => "partly-compared",
            Self::DuplicateKey => "duplicate-key",
        }
    }
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Place { file, start, excerpt, .. } = &self.place;
        write!(f, "{file}:")?;
        if excerpt.is_some() {
            write!(f, "{}:{}:", start.line, start.column)?;
        }
        write!(f, " {}; {}", self.message, self.help)
    }
}

impl From<&Notice> for Finding {
    fn from(notice: &Notice) -> Self {
        Self {
            check: Check::Breaking,
            rule: Cow::Borrowed(notice.kind.as_str()),
            severity: Severity::Warning,
            message: notice.message.clone(),
            help: notice.help.clone().into(),
            place: notice.place.clone(),
            identity: None,
        }
    }
}
