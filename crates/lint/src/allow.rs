//! The allow list: findings that somebody has looked at and accepts, each with its rule, its place and the reason.

use crate::identity::without_lack;
use crate::notices::{ALLOW_ENTRY_EXPIRED, ALLOW_ENTRY_UNUSED};
use crate::pattern;
use backshell_findings::{Finding, Place};
use backshell_source::{Span, Text};
use std::fmt;

/// An entry of the allow list.
#[derive(Clone, Debug)]
pub struct AllowEntry {
    /// The id of the rule.
    pub rule: &'static str,
    /// A pattern for the place: for its JSON pointer, or for its pointer with named entries, with or without
    /// what is missing there.
    pub place: String,
    /// A pattern for the file, below the folder of the configuration file; without a slash for its name alone. `None` for
    /// every file.
    pub file: Option<String>,
    /// Why the finding is accepted.
    pub reason: String,
    /// The last day on which the entry holds.
    pub expires: Option<Day>,
    /// Where the entry stands in the configuration file.
    pub span: Span,
}

/// A day of the calendar, in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day {
    /// The year.
    pub year: u16,
    /// The month, from 1.
    pub month: u8,
    /// The day of the month, from 1.
    pub day: u8,
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl AllowEntry {
    /// Whether the entry still holds on that day.
    pub fn holds(&self, today: Day) -> bool {
        self.expires.is_none_or(|last| today <= last)
    }

    /// Whether it can be about a file; `file` is its path below the folder of the configuration file.
    pub fn is_about_file(&self, file: &str) -> bool {
        self.file.as_ref().is_none_or(|pattern| {
            let compared = if pattern.contains('/') { file } else { file.rsplit('/').next().unwrap_or(file) };
            pattern::fits(pattern, compared, true)
        })
    }

    /// Whether it accepts the finding; `file` is the path of its file below the folder of the configuration file.
    pub fn accepts(&self, finding: &Finding, file: &str) -> bool {
        let named = || {
            let identity = finding.identity.as_ref();
            let places = identity.into_iter().flat_map(|identity| [&*identity.place, without_lack(&identity.place)]);
            places.into_iter().any(|place| self.is_about_place(place))
        };
        finding.rule == self.rule
            && self.is_about_file(file)
            && (self.is_about_place(&finding.place.pointer) || named())
    }

    fn is_about_place(&self, pointer: &str) -> bool {
        pattern::fits(&self.place, pointer, false)
    }

    /// The remark that the entry matched nothing, or that its day has passed. `file` and `text` are the configuration file.
    pub fn remark(&self, file: &str, text: &Text, today: Day) -> Finding {
        let place = Place::in_text(file, text, self.span, "");
        match self.expires.filter(|last| *last < today) {
            Some(last) => ALLOW_ENTRY_EXPIRED.at(place, format!("the entry for `{}` held until {last}", self.rule)),
            None => {
                let message = format!("no finding of `{}` is left that the entry accepts", self.rule);
                ALLOW_ENTRY_UNUSED.at(place, message)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity;
    use crate::notices::NOT_ALL_JUDGED;

    #[test]
    fn places_are_accepted_with_and_without_what_is_missing() {
        let place = identity::place_of("/info/contact", Some("email"));
        let identity = identity::of(NOT_ALL_JUDGED.id, "a.json".into(), place);
        let mut finding = NOT_ALL_JUDGED.at(Place::file("a.json"), String::new());
        finding.place.pointer = "/elsewhere".into();
        finding.identity = Some(Box::new(identity));
        let accepts = |place: &str| {
            let (rule, place, span) = (NOT_ALL_JUDGED.id, place.to_owned(), Span::default());
            let entry = AllowEntry { rule, place, file: None, reason: String::new(), expires: None, span };
            entry.accepts(&finding, "a.json")
        };
        assert!(accepts("/info/contact~(email)") && accepts("/info/contact") && accepts("/info/*"));
        assert!(!accepts("/info/contact~(url)") && !accepts("/info"));
    }
}
