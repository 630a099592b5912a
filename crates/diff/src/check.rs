//! What a check is: its declaration, its examples, and the kinds of pairs it can look at.

use crate::Out;
use crate::schema_pair::SchemaPair;
use crate::view::{
    BodyPair, ConnectionParameterPair, HeaderPair, NotificationPair, OperationPair, PackagePair, ParameterPair,
    ResponsePair, SecurityPair,
};
use std::fmt;

/// How much a change weighs. The worst sorts first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// Something that worked with the old version can stop working, or start to send data elsewhere.
    Breaking,
    /// The files cannot decide it, or it hurts at the next edit or consent only.
    Warning,
    /// Nothing saved is affected.
    Compatible,
}

/// What a check is about; the folder its file lies in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the words of the contract, each its own explanation")]
pub enum Object {
    Operation,
    Path,
    Parameter,
    RequestBody,
    Response,
    Schema,
    Security,
    ConnectionParameter,
    Policy,
    Host,
    Trigger,
    Extension,
}

/// Which way the data travels that a check is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// From the caller to the service.
    Request,
    /// From the service to the caller.
    Response,
    /// Both, or neither.
    Both,
}

/// A check. Everything that is shown or tested about it comes from this declaration. Write `..Check::BASE` for the rest.
#[derive(Clone, Copy, Debug)]
pub struct Check {
    /// Its id, in kebab case.
    pub id: &'static str,
    /// What it is about.
    pub object: Object,
    /// Which way the data travels.
    pub direction: Direction,
    /// How much its changes weigh.
    pub verdict: Verdict,
    /// Which change it reports: sentences.
    pub what: &'static str,
    /// Why that matters to callers: sentences.
    pub why: &'static str,
    /// What to do instead: one line without a full stop, printed as the help of each change.
    pub instead: &'static str,
    /// Whether nothing changes but words for people or the way something is written, so that a patch version suffices.
    pub is_patch: bool,
    /// Whether the change has no effect whatever, so that it is listed on request only ([`crate::Options::list_silent`]).
    pub is_silent: bool,
    /// Pieces before and after; they run as tests, in both directions.
    pub examples: &'static [Example],
}

impl Check {
    /// What a declaration need not say. Not a check by itself.
    pub const BASE: Self = Self {
        id: "",
        object: Object::Operation,
        direction: Direction::Both,
        verdict: Verdict::Compatible,
        what: "",
        why: "",
        instead: "",
        is_patch: false,
        is_silent: false,
        examples: &[],
    };
}

/// A piece of a package before and after a change. Write `..Example::BASE` for the rest.
#[derive(Clone, Copy, Debug)]
pub struct Example {
    /// What `before` and `after` are.
    pub snippet: Snippet,
    /// The old version.
    pub before: &'static str,
    /// The new version.
    pub after: &'static str,
    /// Where the check's changes stand in the old version, from the snippet on; empty when they have no old place.
    pub old: &'static [&'static str],
    /// Where they stand in the new version.
    pub new: &'static [&'static str],
    /// The ids that other checks report of the same pair.
    pub also: &'static [&'static str],
    /// All ids reported when the two versions are exchanged; empty when nothing is.
    pub reversed: &'static [&'static str],
}

impl Example {
    /// What an example need not say. Not an example by itself.
    pub const BASE: Self =
        Self { snippet: Snippet::Definition, before: "{}", after: "{}", old: &[], new: &[], also: &[], reversed: &[] };
}

/// What an example shows; the tester puts the rest of a connector around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Snippet {
    /// A whole definition; `swagger` and `info` may be left out.
    Definition,
    /// The object under `paths`.
    Paths,
    /// The object of the operation `SetItem`, `put /items`; `operationId` and `responses` may be left out.
    Operation,
    /// One parameter of that operation; an empty text for none.
    Parameter,
    /// The list of that operation's parameters.
    Parameters,
    /// The schema of that operation's body.
    Body,
    /// The object under that operation's `responses`.
    Responses,
    /// The schema of that operation's response 200.
    Response,
    /// `apiProperties.json`, beside a definition that does not change.
    Properties,
    /// The object under `properties.connectionParameters` of that file.
    ConnectionParameters,
    /// The list under `properties.policyTemplateInstances` of that file.
    Policies,
    /// Several files, each below a line `== path`. Pointers are written `path#pointer`, `path` alone for a whole file.
    Files,
}

/// Checks that share a file, and where they look.
pub(crate) struct Family {
    /// The checks.
    pub(crate) checks: &'static [&'static Check],
    /// The kinds of pairs they look at, each with the function that judges them.
    pub(crate) visits: &'static [Visit],
}

/// A kind of pair and the function that judges pairs of this kind. The engine finds each pair once and hands it to every
/// family that asks for its kind; families keep nothing between calls.
#[derive(Clone, Copy)]
pub(crate) enum Visit {
    /// The two packages, with the operations that were added and removed.
    Package(for<'d> fn(&PackagePair<'d>, &mut Out<'_, 'd>)),
    /// An operation that is in both versions, with what was added to and removed from it.
    Operation(for<'d> fn(&OperationPair<'d>, &mut Out<'_, 'd>)),
    /// A parameter, not a body, that is in both versions and is not written exactly alike.
    Parameter(for<'d> fn(&ParameterPair<'d>, &mut Out<'_, 'd>)),
    /// The same, also where nothing in the parameter itself differs.
    EveryParameter(for<'d> fn(&ParameterPair<'d>, &mut Out<'_, 'd>)),
    /// The body of an operation, where at least one of the versions has one.
    Body(for<'d> fn(&BodyPair<'d>, &mut Out<'_, 'd>)),
    /// A response that is in both versions.
    Response(for<'d> fn(&ResponsePair<'d>, &mut Out<'_, 'd>)),
    /// A header of a response that is in both versions.
    Header(for<'d> fn(&HeaderPair<'d>, &mut Out<'_, 'd>)),
    /// What a webhook sends, where at least one of the versions says it.
    Notification(for<'d> fn(&NotificationPair<'d>, &mut Out<'_, 'd>)),
    /// A schema that is in both versions and differs by itself, the schemas within it not counted.
    Schema(for<'d> fn(&SchemaPair<'d>, &mut Out<'_, 'd>)),
    /// The same, also where it does not differ by itself. Schemas that are equal to the last letter and hold neither
    /// references nor dynamic extensions are still left out.
    EverySchema(for<'d> fn(&SchemaPair<'d>, &mut Out<'_, 'd>)),
    /// A security definition that is in both versions.
    Security(for<'d> fn(&SecurityPair<'d>, &mut Out<'_, 'd>)),
    /// A connection parameter that is in both versions, within its set.
    ConnectionParameter(for<'d> fn(&ConnectionParameterPair<'d>, &mut Out<'_, 'd>)),
}

impl Verdict {
    /// The verdict's name in reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Breaking => "breaking",
            Self::Warning => "warning",
            Self::Compatible => "compatible",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Object {
    /// The object's name in reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Operation => "operation",
            Self::Path => "path",
            Self::Parameter => "parameter",
            Self::RequestBody => "request-body",
            Self::Response => "response",
            Self::Schema => "schema",
            Self::Security => "security",
            Self::ConnectionParameter => "connection-parameter",
            Self::Policy => "policy",
            Self::Host => "host",
            Self::Trigger => "trigger",
            Self::Extension => "extension",
        }
    }
}

impl Direction {
    /// The direction's name in reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Response => "response",
            Self::Both => "both",
        }
    }
}
