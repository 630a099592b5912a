//! What a rule is: its declaration, its examples, and the kinds of places it can look at.

use crate::dynamic::Use;
use crate::view::{Context, Extension, Operation, Package, Parameter, Path, Reference, Requirement, Response, Value};
use crate::{Out, view};
use backshell_findings::Severity;
use backshell_model::PublisherKind;
use backshell_package::Problem;
use backshell_source::Node;

/// The name of the definition file.
pub(crate) const DEFINITION: &str = "apiDefinition.swagger.json";
/// The name of the properties file.
pub(crate) const PROPERTIES: &str = "apiProperties.json";

/// A rule. One rule is one file, and everything that is shown or tested about it comes from this declaration.
pub struct Rule {
    /// Its id: for a rule of Microsoft's Swagger Validator the name given there, for one of ours `BS-` and a name. The
    /// file is called the same in snake case.
    pub id: &'static str,
    /// What it is about; the folder its file lies in.
    pub group: Group,
    /// How much its findings weigh, unless `what` says otherwise for some of them.
    pub severity: Severity,
    /// The version of Backshell that first had it.
    pub since: &'static str,
    /// Who demands it.
    pub source: Source,
    /// What it looks at and when it reports.
    pub what: &'static str,
    /// Why that matters.
    pub why: &'static str,
    /// What to do about it, in one line; the advice printed with a finding.
    pub fix: &'static str,
    /// Pieces of packages that it reports, with marks under the places.
    pub bad: &'static [Example],
    /// Near misses: pieces that it must not report.
    pub good: &'static [Example],
    /// The places it looks at, each with the function that judges them.
    pub(crate) visits: &'static [Visit],
}

/// What a rule is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// Operations and their paths.
    Operations,
    /// Arrays.
    Arrays,
    /// Parts of Swagger that connectors cannot use.
    Unsupported,
    /// Parameters.
    Parameters,
    /// Members of objects and their values.
    Properties,
    /// Responses and schemas.
    Response,
    /// Security definitions and requirements.
    Security,
    /// Webhook triggers.
    Webhooks,
    /// Texts and limits that describe the connector.
    Metadata,
    /// Written requirements on connectors that the Swagger Validator does not check.
    ConnectorGuidelines,
    /// `apiProperties.json`.
    ApiProperties,
    /// The package's files.
    Package,
}

impl Group {
    /// Every group, in the order of the index.
    pub const ALL: &'static [Self] = &[
        Self::Operations,
        Self::Arrays,
        Self::Unsupported,
        Self::Parameters,
        Self::Properties,
        Self::Response,
        Self::Security,
        Self::Webhooks,
        Self::Metadata,
        Self::ConnectorGuidelines,
        Self::ApiProperties,
        Self::Package,
    ];

    /// The group's name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Operations => "operations",
            Self::Arrays => "arrays",
            Self::Unsupported => "unsupported",
            Self::Parameters => "parameters",
            Self::Properties => "properties",
            Self::Response => "response",
            Self::Security => "security",
            Self::Webhooks => "webhooks",
            Self::Metadata => "metadata",
            Self::ConnectorGuidelines => "connector-guidelines",
            Self::ApiProperties => "api-properties",
            Self::Package => "package",
        }
    }
}

/// Who demands a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// Microsoft's Swagger Validator, under the same name.
    SwaggerValidator,
    /// A written requirement: its name.
    Requirement(&'static str),
    /// Backshell itself: what the gateway could not run safely.
    Backshell,
}

impl Source {
    /// The source in words.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SwaggerValidator => "Microsoft Swagger Validator",
            Self::Requirement(name) => name,
            Self::Backshell => "Backshell gateway",
        }
    }
}

/// A piece of a package. Lines of blanks and `^` are marks: they are taken out before the piece is read, and each run of
/// `^` says that a finding covers exactly the characters above it.
#[derive(Clone, Copy, Debug)]
pub enum Example {
    /// `apiDefinition.swagger.json`.
    Definition(&'static str),
    /// `apiProperties.json`.
    Properties(&'static str),
    /// Several files.
    Files {
        /// Relative path and content.
        files: &'static [(&'static str, &'static str)],
        /// Files that have a finding as a whole, at their first character: a missing file has no text to mark.
        whole: &'static [&'static str],
    },
    /// `apiDefinition.swagger.json`, filled up with blanks at its end.
    Padded {
        /// What stands before the blanks.
        definition: &'static str,
        /// How many bytes the file has.
        bytes: usize,
    },
    /// Several files, and what is known from outside the package.
    WithFacts {
        /// Relative path and content.
        files: &'static [(&'static str, &'static str)],
        /// The name of the registered publisher.
        publisher: Option<&'static str>,
        /// What kind of publisher it is.
        publisher_kind: Option<PublisherKind>,
        /// Titles of connectors that are already published.
        other_titles: &'static [&'static str],
    },
    /// Several files that are not all text, and what is known about the publisher.
    Package {
        /// What kind of publisher it is.
        publisher_kind: Option<PublisherKind>,
        /// Relative path and content.
        files: &'static [(&'static str, Content)],
        /// Files that have a finding as a whole, as in `Files`.
        whole: &'static [&'static str],
    },
}

/// The content of a file of an example.
#[derive(Clone, Copy, Debug)]
pub enum Content {
    /// Text, with marks.
    Text(&'static str),
    /// This many blanks.
    Blanks(usize),
    /// A PNG image in one colour.
    Png {
        /// Pixels from left to right.
        width: u32,
        /// Pixels from top to bottom.
        height: u32,
        /// Red, green, blue, opacity.
        color: [u8; 4],
        /// How many pictures it shows one after the other; 1 is a still image.
        frames: u32,
    },
    /// A zip archive.
    Zip(&'static [(&'static str, Content)]),
}

/// A kind of place and the function that judges places of this kind. The engine finds each place once and hands it to
/// every rule that asks for its kind; rules keep nothing between calls.
#[derive(Clone, Copy)]
pub(crate) enum Visit {
    /// What the reader could not read or did not like.
    Problem(fn(&Problem, &mut Out<'_>)),
    /// The package as a set of files.
    Package(fn(&Package<'_>, &mut Out<'_>)),
    /// The definition as a whole.
    Document(fn(&Context<'_>, &mut Out<'_>)),
    /// The `info` object.
    Info(fn(&Context<'_>, Node<'_>, &mut Out<'_>)),
    /// A member of `paths`.
    Path(fn(&Context<'_>, &Path<'_>, &mut Out<'_>)),
    /// An operation with its effective parameters.
    Operation(fn(&Context<'_>, &Operation<'_>, &mut Out<'_>)),
    /// A parameter object, where it is written.
    Parameter(fn(&Context<'_>, &Parameter<'_>, &mut Out<'_>)),
    /// Anything with a type: a parameter (not a body), its items, a header, a schema.
    Value(fn(&Context<'_>, &Value<'_>, &mut Out<'_>)),
    /// A schema object, where it is written.
    Schema(fn(&Context<'_>, &Value<'_>, &mut Out<'_>)),
    /// A member of an operation's `responses`.
    Response(fn(&Context<'_>, &Response<'_>, &mut Out<'_>)),
    /// A `$ref` member.
    Reference(fn(&Context<'_>, &Reference<'_>, &mut Out<'_>)),
    /// A security requirement: one name of one member of a `security` list.
    Security(fn(&Context<'_>, &Requirement<'_>, &mut Out<'_>)),
    /// A member of a Swagger object that Swagger itself does not know: an extension, or a slip of the pen.
    Extension(fn(&Context<'_>, &Extension<'_>, &mut Out<'_>)),
    /// A call of an `x-ms-dynamic-*` extension, as one operation makes it.
    Dynamic(fn(&Context<'_>, &Use<'_, '_>, &mut Out<'_>)),
    /// The properties file.
    Properties(fn(&view::PropertiesFile<'_>, &mut Out<'_>)),
}
