//! How a host stands to a quality bar.

use std::borrow::Cow;

/// How a host stands to a bar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BarState {
    /// It clears it.
    Pass,
    /// It clears it, and something should be done.
    Warn,
    /// It does not clear it.
    Fail,
    /// Nobody looked, or nothing could be seen.
    NotMeasured,
}

impl BarState {
    /// The state's name in reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Warn => "warn",
            Self::Fail => "fail",
            Self::NotMeasured => "not_measured",
        }
    }
}

/// How one host stands to one bar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BarOutcome {
    /// The bar: `EV-06`.
    pub id: Cow<'static, str>,
    /// The host, as it is shown.
    pub host: String,
    /// How it stands.
    pub state: BarState,
    /// What was measured, in a few words; `None` where nothing was.
    pub value: Option<String>,
    /// What is asked for, in a few words.
    pub threshold: Cow<'static, str>,
    /// What it means, one sentence without a full stop.
    pub message: String,
    /// What to do, one line; empty where there is nothing to do.
    pub help: String,
}
