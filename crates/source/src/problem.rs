//! What can be wrong with a text that should be JSON.

use crate::text::Span;
use std::fmt;

/// One thing that is wrong, where, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxProblem {
    /// Which kind of mistake.
    pub kind: ProblemKind,
    /// Where, in bytes of the decoded text. Empty where something is missing: it points at where that belongs.
    pub span: Span,
    /// What is wrong: lower case, no full stop, quotations in backticks and of bounded length.
    pub message: String,
    /// What to do.
    pub help: String,
    /// The JSON pointer of the value around the mistake.
    pub pointer: String,
    /// How many more mistakes of this kind there are that are not listed; told by the last one that is.
    pub left_out: u32,
}

impl fmt::Display for SyntaxProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $code:literal,)*) => {
        /// The kinds of mistakes.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum ProblemKind {
            $($(#[$doc])* $name,)*
        }

        impl ProblemKind {
            /// Every kind, those beside a document first.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// A stable name in kebab case.
            pub const fn code(self) -> &'static str {
                match self {
                    $(Self::$name => $code,)*
                }
            }
        }
    };
}

kinds! {
    /// The text begins with a UTF-8 byte order mark, which was passed over. Harmless here, not everywhere.
    ByteOrderMark = "byte-order-mark",
    /// The bytes are not UTF-8 and were read as Windows-1252.
    NotUtf8 = "not-utf8",
    /// An object gives a name more than once. The last one counts; other readers may decide otherwise.
    DuplicateKey = "duplicate-key",
    /// A `\u` escape names half of a surrogate pair; it was read as U+FFFD.
    LoneSurrogate = "lone-surrogate",

    /// The text is empty or white space only.
    Empty = "empty",
    /// The bytes are UTF-16 or UTF-32.
    WideEncoding = "wide-encoding",
    /// More bytes than the limit.
    TooLarge = "too-large",
    /// Nested more deeply than the limit.
    TooDeep = "too-deep",
    /// More values than the limit.
    TooManyValues = "too-many-values",
    /// A comma before `}` or `]`.
    TrailingComma = "trailing-comma",
    /// No comma between two members or items.
    MissingComma = "missing-comma",
    /// A comma where a value or name should be.
    ExtraComma = "extra-comma",
    /// A name without a colon after it.
    MissingColon = "missing-colon",
    /// A member or item without a value.
    MissingValue = "missing-value",
    /// A bracket that does not fit the one it should close, or one that opens inside something left open.
    WrongBracket = "wrong-bracket",
    /// The text ends too early.
    Unclosed = "unclosed",
    /// Something follows the end of the document.
    TextAfterEnd = "text-after-end",
    /// A string that does not end on its line.
    UnterminatedString = "unterminated-string",
    /// A raw control character.
    ControlCharacter = "control-character",
    /// A NUL character.
    Nul = "nul",
    /// A backslash with something after it that is no escape.
    BadEscape = "bad-escape",
    /// White space that JSON does not know, for example a no-break space.
    NonAsciiWhitespace = "non-ascii-whitespace",
    /// Something like a number that is none.
    BadNumber = "bad-number",
    /// A comment.
    Comment = "comment",
    /// A string or name in single or typographic quotes.
    WrongQuotes = "wrong-quotes",
    /// A name without quotes.
    UnquotedName = "unquoted-name",
    /// Anything else.
    Unexpected = "unexpected",
}

impl ProblemKind {
    /// Whether a text with this mistake is no document.
    pub const fn is_fatal(self) -> bool {
        !matches!(self, Self::ByteOrderMark | Self::NotUtf8 | Self::DuplicateKey | Self::LoneSurrogate)
    }
}

/// `text` for a message: at most 60 characters, control characters escaped.
pub(crate) fn quote(text: &str) -> String {
    const MOST: usize = 60;
    let mut quoted = String::new();
    for (count, character) in text.chars().enumerate() {
        if count == MOST {
            quoted.push('…');
            break;
        }
        if character.is_control() {
            quoted.extend(character.escape_unicode());
        } else {
            quoted.push(character);
        }
    }
    quoted
}
