//! What `lint` says about its own work: entries of the allow list and of the baseline that no longer do anything, findings
//! that are too many to be listed, and parts that were not judged. These remarks look like findings, so that every output shows them, and their levels are set
//! like those of rules; they judge no package, so they are no rules.

use backshell_findings::{Check, Finding, Place, Severity};
use std::borrow::Cow;

/// A kind of remark.
#[derive(Debug, PartialEq, Eq)]
pub struct Notice {
    /// Its id, in the form of a rule's.
    pub id: &'static str,
    /// How much it weighs.
    pub severity: Severity,
    /// When it is made.
    pub what: &'static str,
    /// Why that matters.
    pub why: &'static str,
    /// What to do about it, in one line.
    pub fix: &'static str,
}

/// An entry of the allow list that matches nothing.
pub const ALLOW_ENTRY_UNUSED: Notice = Notice {
    id: "BS-AllowEntryUnused",
    severity: Severity::Warning,
    what: "An entry of the allow list in `.backshell-lint.toml` matches no finding, although everything it can be about was \
           checked.",
    why: "The mistake it excuses is gone. Left in place, the entry would hide the next one.",
    fix: "remove the entry",
};

/// An entry of the allow list whose day has passed.
pub const ALLOW_ENTRY_EXPIRED: Notice = Notice {
    id: "BS-AllowEntryExpired",
    severity: Severity::Warning,
    what: "The day up to which an entry of the allow list holds has passed. The entry does nothing any more.",
    why: "Somebody promised to mend it by that day.",
    fix: "mend what it excuses and remove the entry, or give it another day",
};

/// An entry of the baseline that matches nothing.
pub const BASELINE_ENTRY_STALE: Notice = Notice {
    id: "BS-BaselineEntryStale",
    severity: Severity::Note,
    what: "An entry of the baseline matches no finding any more, fewer than it accepts, or only one that weighs more than it \
           accepts, or that says what is missing where the entry, of the first form, does not.",
    why: "The mistake is mended, or is not the one that was accepted. Left in place, the entry would accept it when it comes back.",
    fix: "write the baseline anew with --write-baseline",
};

/// More was found than is listed.
pub const FINDINGS_NOT_LISTED: Notice = Notice {
    id: "BS-FindingsNotListed",
    severity: Severity::Error,
    what: "A package has more findings of one level than a report holds, or a file more repeated names, or more halves of \
           surrogate pairs, than its reader lists, and the rest is left out. The remark weighs as much as the heaviest of what is left out. No baseline accepts it.",
    why: "Who accepts or mends all that is listed would take the package for clean, and nobody has seen the rest.",
    fix: "mend what is listed, or turn rules off, and check again",
};

/// A part of a definition was not looked at.
pub const NOT_ALL_JUDGED: Notice = Notice {
    id: "BS-NotAllJudged",
    severity: Severity::Warning,
    what: "A definition is put together in such a way that looking at all of it would take without end: schemas that are \
           composed of each other many times over, calls of dynamic extensions that many operations share, a great many \
           paths of one form, a single schema that is too deep or has too many parts. The remark stands where the work was \
           ended; the rules it concerns say nothing of what comes after, or of the single schema. No baseline accepts it, and no certificate is given while it is there.",
    why: "Who reads that nothing was found must be able to rely on it that everything was looked at.",
    fix: "write what is composed or called many times in fewer places, or divide the connector",
};

/// Every notice, ordered by id.
pub const NOTICES: &[&Notice] =
    &[&ALLOW_ENTRY_EXPIRED, &ALLOW_ENTRY_UNUSED, &BASELINE_ENTRY_STALE, &FINDINGS_NOT_LISTED, &NOT_ALL_JUDGED];

/// The notice with this id; letter case does not matter.
pub fn notice(id: &str) -> Option<&'static Notice> {
    NOTICES.iter().find(|notice| notice.id.eq_ignore_ascii_case(id)).copied()
}

impl Notice {
    /// The remark about one place.
    pub(crate) fn at(&'static self, place: Place, message: String) -> Finding {
        Finding {
            check: Check::Swagger,
            rule: Cow::Borrowed(self.id),
            severity: self.severity,
            message,
            help: self.fix.into(),
            place,
            identity: None,
        }
    }
}
