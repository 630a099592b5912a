//! What a bar is: its declaration, and what judging it gives.

use crate::facts::{Facts, Measured};
use backshell_findings::BarState as State;

/// A bar that every host has to clear. Everything that is shown about it comes from this declaration.
#[derive(Clone, Copy, Debug)]
pub struct Bar {
    /// Its id: `EV-06`.
    pub id: &'static str,
    /// Its name, a few words.
    pub title: &'static str,
    /// What is asked for: sentences.
    pub what: &'static str,
    /// Why: sentences.
    pub why: &'static str,
    /// What to do when a host does not clear it: one line without a full stop, printed as help.
    pub fix: &'static str,
    /// The threshold, in a few words.
    pub threshold: &'static str,
    /// When it is measured again.
    pub again: &'static str,
    /// Where the requirement comes from.
    pub source: &'static str,
    /// The judgement. Pure: the same facts give the same answer.
    pub judge: fn(&Facts) -> Judged,
}

/// What judging a bar gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    /// How the host stands.
    pub state: State,
    /// What was measured, in a few words.
    pub value: Option<String>,
    /// What it means, one sentence without a full stop.
    pub message: String,
    /// Whether it is worth a remark although it passes.
    pub noted: bool,
    /// Which of the endpoint's places it is about, by index; the first where it is about all of them.
    pub about: usize,
}

impl Judged {
    /// It clears the bar.
    pub fn pass(value: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(State::Pass, Some(value.into()), message.into())
    }

    /// It clears the bar, and the message is worth reading.
    pub fn noted(value: impl Into<String>, message: impl Into<String>) -> Self {
        Self { noted: true, ..Self::pass(value, message) }
    }

    /// Something should be done.
    pub fn warn(value: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(State::Warn, Some(value.into()), message.into())
    }

    /// It does not clear the bar.
    pub fn fail(value: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(State::Fail, Some(value.into()), message.into())
    }

    /// Nobody looked.
    pub fn not_measured(reason: impl Into<String>) -> Self {
        Self::new(State::NotMeasured, None, reason.into())
    }

    /// The same, about the place with this index.
    #[must_use]
    pub fn about(self, index: usize) -> Self {
        Self { about: index, ..self }
    }

    fn new(state: State, value: Option<String>, message: String) -> Self {
        Self { state, value, message, noted: false, about: 0 }
    }
}

/// Judges a measurement, or says why there is none.
pub(crate) fn of<T>(measured: &Measured<T>, judge: impl FnOnce(&T) -> Judged) -> Judged {
    match measured {
        Ok(measured) => judge(measured),
        Err(missing) => Judged::not_measured(missing.reason()),
    }
}
