//! Text that may refer to secrets without holding them.
//!
//! Policy templates may copy and extend a credential (`Bearer @headers('Authorization')`). While they run, a secret is a
//! sealed reference; it is opened only in the `Credentialed` step, on the finished request.

use std::{fmt, sync::Arc};

/// Names a secret of the connection that is being called: the connection parameter's name, in lower case.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SecretName(Arc<str>);

impl SecretName {
    /// Folds ASCII case: connection parameters are looked up without regard to it.
    pub fn new(name: &str) -> Self {
        let has_capitals = name.bytes().any(|byte| byte.is_ascii_uppercase());
        Self(if has_capitals { name.to_ascii_lowercase().into() } else { name.into() })
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SecretName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretName({})", &self.0)
    }
}

/// How an opened secret is written into its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// As it is (headers).
    Verbatim,
    /// Percent-encoded as one query value or path segment.
    Percent,
}

/// A part of a [`SealedText`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Plain text, already encoded for its place.
    Literal(String),
    /// The value of a secret.
    Secret(SecretName, Encoding),
    /// `base64(user ":" password)` of RFC 7617, without the word `Basic`.
    Basic {
        /// The user name.
        user: SealedText,
        /// The password.
        password: SealedText,
    },
}

/// Text with sealed references in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SealedText(Vec<Piece>);

impl SealedText {
    /// Text without any secret.
    pub fn literal(text: impl Into<String>) -> Self {
        let text = text.into();
        if text.is_empty() { Self(Vec::new()) } else { Self(vec![Piece::Literal(text)]) }
    }

    /// The value of one secret.
    pub fn secret(name: SecretName, encoding: Encoding) -> Self {
        Self(vec![Piece::Secret(name, encoding)])
    }

    /// Appends a piece; neighbouring literals become one.
    pub fn push(&mut self, piece: Piece) {
        match (self.0.last_mut(), piece) {
            (_, Piece::Literal(text)) if text.is_empty() => {}
            (Some(Piece::Literal(last)), Piece::Literal(text)) => last.push_str(&text),
            (_, piece) => self.0.push(piece),
        }
    }

    /// Appends everything of `other`.
    pub fn append(&mut self, other: Self) {
        for piece in other.0 {
            self.push(piece);
        }
    }

    /// The pieces in order.
    pub fn pieces(&self) -> &[Piece] {
        &self.0
    }

    /// The text, when no secret is in it.
    pub fn as_literal(&self) -> Option<&str> {
        match self.0.as_slice() {
            [] => Some(""),
            [Piece::Literal(text)] => Some(text),
            _ => None,
        }
    }

    /// Whether a secret is needed to write the text.
    pub fn is_sealed(&self) -> bool {
        self.as_literal().is_none()
    }
}

impl From<&str> for SealedText {
    fn from(text: &str) -> Self {
        Self::literal(text)
    }
}
