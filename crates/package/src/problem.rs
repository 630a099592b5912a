//! What can be wrong with a package before anybody judges its content.

use backshell_findings::{Place, Severity};
use backshell_source::{Span, SyntaxProblem, Text};
use std::fmt;
use std::sync::Arc;

/// One thing that is wrong with a package's files.
#[derive(Clone, Debug)]
pub struct Problem {
    /// Which kind.
    pub kind: ProblemKind,
    /// The file or archive entry: its path in the package, or the package's own name when it is about all of it.
    pub file: String,
    /// The JSON pointer of the value around it; empty when the file is no JSON document.
    pub pointer: String,
    /// Where it is in the file's text, when the file has one.
    pub place: Option<(Text, Span)>,
    /// What is wrong: lower case, no full stop.
    pub message: String,
    /// What to do.
    pub help: String,
    /// Whether it is about the package as a whole, whatever its files are called.
    pub is_of_all: bool,
    /// How many more problems of this kind the file has that are not listed; told by the last one that is.
    pub left_out: u32,
}

/// The kinds of problems.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ProblemKind {
    /// A JSON file has this mistake.
    Json(backshell_source::ProblemKind),
    /// There is no `apiDefinition.swagger.json`.
    MissingDefinition,
    /// There is no `apiProperties.json`.
    MissingProperties,
    /// A file could not be read.
    Unreadable,
    /// A file or the whole package is too large.
    TooLarge,
    /// There are too many files.
    TooManyFiles,
    /// Folders lie too deeply within one another.
    TooDeep,
    /// Two files have the same name, letter case ignored.
    DuplicateName,
    /// A name leads out of the package or cannot be a file name everywhere.
    UnsafeName,
    /// A symbolic link.
    Link,
    /// Neither a file nor a folder.
    SpecialFile,
    /// The archive is damaged, or is none.
    NotAnArchive,
    /// An entry is encrypted.
    Encrypted,
    /// An entry is compressed in a way that is not supported.
    UnsupportedCompression,
    /// An entry expands too much.
    Bomb,
}

impl ProblemKind {
    /// A stable name in kebab case; those of JSON mistakes are the reader's own.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Json(kind) => kind.code(),
            Self::MissingDefinition => "missing-definition",
            Self::MissingProperties => "missing-properties",
            Self::Unreadable => "unreadable",
            Self::TooLarge => "package-too-large",
            Self::TooManyFiles => "too-many-files",
            Self::TooDeep => "folders-too-deep",
            Self::DuplicateName => "duplicate-file-name",
            Self::UnsafeName => "unsafe-file-name",
            Self::Link => "symbolic-link",
            Self::SpecialFile => "special-file",
            Self::NotAnArchive => "not-an-archive",
            Self::Encrypted => "encrypted-entry",
            Self::UnsupportedCompression => "unsupported-compression",
            Self::Bomb => "archive-bomb",
        }
    }

    /// How much it weighs. Everything is an error, but what a reader can pass over without doubt: a byte order mark is
    /// worth a note, text that had to be guessed as Windows-1252, repeated names and halves of surrogate pairs a warning.
    pub const fn severity(self) -> Severity {
        match self {
            Self::Json(backshell_source::ProblemKind::ByteOrderMark) => Severity::Note,
            Self::Json(kind) if !kind.is_fatal() => Severity::Warning,
            _ => Severity::Error,
        }
    }

    /// Whether the files that were read are not all there is, or cannot be trusted to be: such a package has no
    /// meaningful digest and must not be published.
    pub const fn is_refusal(self) -> bool {
        !matches!(self, Self::Json(_) | Self::MissingDefinition | Self::MissingProperties)
    }
}

impl Problem {
    /// About a file without a place in it.
    pub(crate) fn new(
        kind: ProblemKind,
        file: impl Into<String>,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> Self {
        Self {
            kind,
            file: file.into(),
            pointer: String::new(),
            place: None,
            message: message.into(),
            help: help.into(),
            is_of_all: false,
            left_out: 0,
        }
    }

    /// The same, about the package as a whole.
    pub(crate) fn of_all(self) -> Self {
        Self { is_of_all: true, ..self }
    }

    /// A mistake in a JSON file.
    pub(crate) fn json(file: &str, text: &Text, problem: SyntaxProblem) -> Self {
        Self {
            kind: ProblemKind::Json(problem.kind),
            file: file.to_owned(),
            pointer: problem.pointer,
            place: Some((text.clone(), problem.span)),
            message: problem.message,
            help: problem.help,
            is_of_all: false,
            left_out: problem.left_out,
        }
    }

    /// How much it weighs.
    pub const fn severity(&self) -> Severity {
        self.kind.severity()
    }

    /// The place for a finding; `file` is the path as the user should see it. A pointer is kept only when the file is a
    /// document.
    pub fn place(&self, file: impl Into<Arc<str>>) -> Place {
        match &self.place {
            None => Place::file(file),
            Some((text, span)) => {
                let document = matches!(self.kind, ProblemKind::Json(kind) if !kind.is_fatal());
                Place::in_text(file, text, *span, if document { self.pointer.as_str() } else { "" })
            }
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file)?;
        if let Some((text, span)) = &self.place {
            let start = text.position(span.start);
            write!(f, ":{}:{}", start.line, start.column)?;
        }
        write!(f, ": {}", self.message)
    }
}
