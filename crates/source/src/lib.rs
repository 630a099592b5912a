//! A JSON reader that knows where each value stands, and that says what is wrong with a text that is not JSON.
//!
//! [`parse`] takes bytes and returns what it read *and* the problems it met, each with its place, its cause and what to
//! do about it. The grammar is RFC 8259, without extensions. Beyond it, a UTF-8 byte order mark is passed over, bytes
//! that are not UTF-8 are read as Windows-1252, names that an object gives twice are kept both, and an escaped lone
//! surrogate is read as U+FFFD: each of these is a problem *beside* a document ([`ProblemKind::is_fatal`] is false).
//! With any other problem there is no document; the reader goes on where it safely can, only to report more at once.
//!
//! Nothing here recurses: nesting costs heap, never stack, and is limited by [`Limits`]. Values are nodes in one array,
//! in document order; strings are borrowed from the text unless they hold escapes.
//!
//! What this crate does not do: it does not repair, does not write JSON, and knows nothing of connectors.
//!
//! Start reading at [`parse`], then [`Document`] and [`Node`]; the reader itself is `parser.rs`.
//!
//! ```
//! let parsed = backshell_source::parse_str("{\n  \"host\": \"api.contoso.com\"\n}");
//! let document = parsed.document.unwrap();
//! let host = document.resolve("/host").unwrap();
//! assert_eq!(host.as_str(), Some("api.contoso.com"));
//! assert_eq!(host.start().to_string(), "line 2, column 11");
//! ```

mod document;
mod encoding;
mod hints;
mod name;
mod node;
mod number;
mod parser;
mod pointer;
mod problem;
mod strings;
mod text;

pub use document::Document;
pub use name::{Name, NameIndex};
pub use node::{Items, Kind, Member, Members, Node};
pub use pointer::escape_token;
pub use problem::{ProblemKind, SyntaxProblem};
pub use text::{Position, Span, Text};

use bytes::Bytes;

/// How much a reader may take in before it refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The largest file, in bytes. Values above 4 GiB - 1 mean 4 GiB - 1, since offsets are 32-bit.
    pub max_bytes: usize,
    /// The deepest nesting of arrays and objects; a scalar at the root has depth 0, `[]` has depth 1.
    pub max_depth: usize,
    /// The largest number of values (scalars, arrays, objects); each costs 32 bytes of memory.
    pub max_nodes: usize,
}

impl Default for Limits {
    /// 64 MiB, 1,280 levels, and as many values as 64 MiB can hold: the floors are 64 MB per file and 1,024 levels.
    fn default() -> Self {
        Self { max_bytes: 64 << 20, max_depth: 1_280, max_nodes: 33 << 20 }
    }
}

/// What [`parse`] returns.
#[derive(Clone, Debug)]
pub struct Parsed {
    /// The text as it was decoded, without a byte order mark; spans of problems point into it. Empty where the bytes
    /// were too many or not text at all.
    pub text: Text,
    /// The document; `None` when the bytes are not JSON or exceed a limit.
    pub document: Option<Document>,
    /// What is wrong, in the order of the text. Bounded: after 20 fatal problems the reader gives up, and at most 200 of
    /// each other kind are listed; the last of them tells how many more there are.
    pub problems: Vec<SyntaxProblem>,
}

impl Parsed {
    /// Where `problem` begins.
    pub fn position(&self, problem: &SyntaxProblem) -> Position {
        self.text.position(problem.span.start)
    }
}

/// Reads `bytes` as JSON. Never fails and never panics; see [`Parsed`]. Text that is UTF-8 shares the bytes.
pub fn parse(bytes: Bytes, limits: &Limits) -> Parsed {
    match encoding::check_size(bytes.len(), limits).and_then(|()| encoding::decode(bytes)) {
        Err(problem) => unread(problem),
        Ok(decoded) => parser::read(decoded, limits),
    }
}

/// [`parse`] for a text at hand, with the default limits.
pub fn parse_str(text: &str) -> Parsed {
    parse_bytes(text.as_bytes(), &Limits::default())
}

/// [`parse`] for borrowed bytes, which are copied.
pub fn parse_bytes(bytes: &[u8], limits: &Limits) -> Parsed {
    // What is too large is not copied only to be refused.
    match encoding::check_size(bytes.len(), limits) {
        Err(problem) => unread(problem),
        Ok(()) => parse(Bytes::copy_from_slice(bytes), limits),
    }
}

/// What is said of bytes that were not even made a text.
fn unread(problem: SyntaxProblem) -> Parsed {
    Parsed { text: Text::new(""), document: None, problems: vec![problem] }
}
