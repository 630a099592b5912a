//! What is wrong with an evidence file, and where.

use crate::evidence::Kind;
use std::fmt;

/// An evidence file cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the {kind} file is damaged at {place}: {message}")]
pub struct Damaged {
    /// What kind of file it was read as.
    pub kind: Kind,
    /// Where: a line and column, a byte offset, a field.
    pub place: String,
    /// What is wrong there.
    pub message: String,
}

impl Damaged {
    pub(super) fn new(kind: Kind, place: impl fmt::Display, message: impl fmt::Display) -> Self {
        Self { kind, place: place.to_string(), message: message.to_string() }
    }

    /// JSON that is none, or that lacks or misuses a field.
    pub(super) fn json(kind: Kind, error: &serde_json::Error) -> Self {
        // The place stands apart, so it is taken out of the text.
        let text = error.to_string();
        let message = text.split_once(" at line ").map_or(text.as_str(), |(message, _)| message);
        let place = format!("line {}, column {}", error.line(), error.column());
        Self::new(kind, place, message)
    }
}
