//! Why a decision fell as it did, in the words that are recorded.

use std::{fmt, sync::Arc};

/// The ids of the policies that decided, in alphabetical order and separated by commas, or one of the fixed words below.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Reason(Arc<str>);

impl Reason {
    /// No policy permits it.
    pub const DEFAULT_DENY: &'static str = "default_deny";
    /// The token lacks the scope.
    pub const SCOPE_MISSING: &'static str = "scope_missing";
    /// The token may be used in another environment only.
    pub const TOKEN_OTHER_ENVIRONMENT: &'static str = "token_other_environment";
    /// A policy could not be evaluated; that is a fault of the policies and always a denial.
    pub const POLICY_ERROR: &'static str = "policy_error";

    pub(crate) fn new(text: &str) -> Self {
        Self(text.into())
    }

    /// The reason as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
