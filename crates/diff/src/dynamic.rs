//! The `x-ms-dynamic-*` extensions of two versions: the calls that designers make to fill a choice or to learn a schema.
//!
//! An extension holds one [`Call`], a tree one for each of its parts. Calls in the same place are paired; an older
//! extension is paired with its newer twin where only the twin is left.

use crate::schema_path::{Found, answer, follow};
use crate::shape::Shape;
use crate::view::{Operation, Version};
use backshell_package::ParameterLocation;
use backshell_source::Node;
use std::collections::HashSet;
use std::rc::Rc;

/// One of the extensions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `x-ms-dynamic-values`.
    Values,
    /// `x-ms-dynamic-list`.
    List,
    /// `x-ms-dynamic-schema`.
    Schema,
    /// `x-ms-dynamic-properties`.
    Properties,
    /// `x-ms-dynamic-tree`.
    Tree,
}

/// What a path of a call names in the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// The list of choices.
    Collection,
    /// The value of a choice, or where a schema stands.
    Value,
    /// The label of a choice.
    Title,
}

/// A call as it is written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Call<'d> {
    /// The extension it belongs to.
    pub(crate) kind: Kind,
    /// The extension.
    pub(crate) extension: Node<'d>,
    /// Which part of a tree; empty for other extensions.
    pub(crate) part: &'static str,
    /// The object with `operationId` and `parameters`.
    pub(crate) node: Node<'d>,
}

/// A call of both versions.
pub(crate) struct CallPair<'d> {
    /// The old one.
    pub(crate) old: Call<'d>,
    /// The new one.
    pub(crate) new: Call<'d>,
}

/// Why a call fails that names other inputs than the operation has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Defect<'d> {
    /// The input.
    pub(crate) input: &'d str,
    /// Whether it is given and not taken; otherwise it is demanded and not given.
    pub(crate) is_unknown: bool,
}

/// The calls of two places.
pub(crate) struct Calls<'d> {
    /// Those of the old version.
    pub(crate) old: Vec<Call<'d>>,
    /// Those of the new version.
    pub(crate) new: Vec<Call<'d>>,
    /// Those that are in both.
    pub(crate) pairs: Vec<CallPair<'d>>,
}

impl Kind {
    const ALL: [Self; 5] = [Self::Values, Self::List, Self::Schema, Self::Properties, Self::Tree];

    /// The extension's name.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Values => "x-ms-dynamic-values",
            Self::List => "x-ms-dynamic-list",
            Self::Schema => "x-ms-dynamic-schema",
            Self::Properties => "x-ms-dynamic-properties",
            Self::Tree => "x-ms-dynamic-tree",
        }
    }

    /// Whether it offers values to choose from, which makes sense for inputs only.
    pub(crate) const fn is_choice(self) -> bool {
        matches!(self, Self::Values | Self::List | Self::Tree)
    }

    /// The other extension that says the same.
    const fn twin(self) -> Self {
        match self {
            Self::Values => Self::List,
            Self::List => Self::Values,
            Self::Schema => Self::Properties,
            Self::Properties => Self::Schema,
            Self::Tree => Self::Tree,
        }
    }

    /// The member that holds a path.
    const fn member(self, role: Role) -> Option<&'static str> {
        match (role, self) {
            (Role::Collection, Self::Values) => Some("value-collection"),
            (Role::Collection, Self::List | Self::Tree) => Some("itemsPath"),
            (Role::Value, Self::Values | Self::Schema) => Some("value-path"),
            (Role::Value, Self::List | Self::Properties | Self::Tree) => Some("itemValuePath"),
            (Role::Title, Self::Values) => Some("value-title"),
            (Role::Title, Self::List | Self::Tree) => Some("itemTitlePath"),
            (Role::Collection | Role::Title, Self::Schema | Self::Properties) => None,
        }
    }
}

impl<'d> Calls<'d> {
    /// The calls that stand on two parameters or schemas. Choices are left out of answers, where nobody chooses.
    pub(crate) fn of(old: &Shape<'d>, new: &Shape<'d>, is_request: bool) -> Self {
        let (old, new) = (calls(old, is_request), calls(new, is_request));
        let pair = |call: &Call<'d>| {
            let with = |kind: Kind| new.iter().find(|other| other.kind == kind && other.part == call.part).copied();
            let has_own = |call: Call<'d>| old.iter().any(|other| other.kind == call.kind);
            // The twin counts only where it is not paired with one of its own kind.
            let new = with(call.kind).or_else(|| with(call.kind.twin()).filter(|twin| !has_own(*twin)))?;
            Some(CallPair { old: *call, new })
        };
        let pairs = old.iter().filter_map(pair).collect();
        Self { old, new, pairs }
    }
}

impl<'d> Call<'d> {
    /// The operation that is called, as it is written.
    pub(crate) fn operation_id(&self) -> Option<Node<'d>> {
        self.node.get("operationId").filter(|id| id.as_str().is_some_and(|id| !id.is_empty()))
    }

    /// The operation that is called.
    pub(crate) fn target<'v>(&self, version: &'v Version<'d>) -> Option<&'v Rc<Operation<'d>>> {
        version.operation(self.operation_id()?.as_str()?)
    }

    /// Whether the operation that is called does not exist.
    pub(crate) fn is_dangling(&self, version: &Version<'d>) -> bool {
        self.operation_id().is_some() && self.target(version).is_none()
    }

    /// Where a path is written.
    pub(crate) fn path_node(&self, role: Role) -> Option<Node<'d>> {
        self.node.get(self.kind.member(role)?)
    }

    /// A path without the slash in front; empty for the whole.
    pub(crate) fn path(&self, role: Role) -> &'d str {
        let path = self.path_node(role).and_then(Node::as_str).unwrap_or_default();
        path.strip_prefix('/').unwrap_or(path)
    }

    /// What a path leads to in the answer of the operation.
    fn resolve(&self, role: Role, version: &Version<'d>) -> Found<'d> {
        let Some(answer) = self.target(version).and_then(|target| answer(target)) else { return Found::Unknown };
        let collection = match follow(answer, self.path(Role::Collection)) {
            Found::Schema(collection) => collection,
            other => return other,
        };
        match role {
            Role::Collection if self.path_node(role).is_some() && collection.kind() != Some("array") => Found::Missing,
            Role::Collection => Found::Schema(collection),
            Role::Value | Role::Title => follow(collection.declared(), self.schema_path(role)),
        }
    }

    /// A path; of a schema where it leads to the properties of one, as the older extension may.
    fn schema_path(&self, role: Role) -> &'d str {
        let path = self.path(role);
        let front = path.strip_suffix("properties").filter(|_| self.kind == Kind::Schema);
        front.filter(|front| front.is_empty() || front.ends_with('/')).unwrap_or(path).trim_end_matches('/')
    }

    /// The members of `parameters`.
    pub(crate) fn arguments(&self) -> impl Iterator<Item = (&'d str, Node<'d>)> + use<'d> {
        let members = self.node.get("parameters").map(Node::members).into_iter().flatten();
        members.filter(|member| !member.shadowed).map(|member| (member.key, member.value))
    }

    /// What is wrong with the inputs that the call gives.
    pub(crate) fn defects(&self, version: &Version<'d>) -> Vec<Defect<'d>> {
        let Some(target) = self.target(version) else { return Vec::new() };
        let given: HashSet<&str> = self.arguments().map(|(name, _)| name).collect();
        let headers: HashSet<String> = given.iter().map(|name| name.to_ascii_lowercase()).collect();
        let is_given = |parameter: &backshell_package::Parameter<'_>| {
            let is_header = parameter.location == ParameterLocation::Header;
            given.contains(parameter.name) || is_header && headers.contains(&parameter.name.to_ascii_lowercase())
        };
        let unknown = self.arguments().map(|(name, _)| name).filter(|name| !takes(target, name));
        let unknown = unknown.map(|input| Defect { input, is_unknown: true });
        let demanded = target.parameters.iter().filter(|parameter| {
            let is_body = parameter.location == ParameterLocation::Body;
            parameter.required && !is_body && parameter.default().is_none()
        });
        let absent = demanded.filter(|parameter| !is_given(parameter));
        unknown.chain(absent.map(|parameter| Defect { input: parameter.name, is_unknown: false })).collect()
    }

    /// Whether two calls, of the same kind or of twins, ask for the same thing.
    pub(crate) fn agrees(&self, other: &Self) -> bool {
        let id = |call: &Self| call.operation_id().and_then(Node::as_str);
        let roles = [Role::Collection, Role::Value, Role::Title];
        let mut names: [Vec<&str>; 2] = [self, other].map(|call| call.arguments().map(|(name, _)| name).collect());
        for names in &mut names {
            names.sort_unstable();
        }
        let [one, two] = names;
        id(self) == id(other) && roles.into_iter().all(|role| self.path(role) == other.path(role)) && one == two
    }
}

impl<'d> CallPair<'d> {
    /// Whether a path names something else.
    pub(crate) fn moves(&self, role: Role) -> bool {
        self.old.schema_path(role) != self.new.schema_path(role)
    }

    /// The first path that led somewhere and leads nowhere any more. A value that was moved is another matter.
    pub(crate) fn broken(&self, old: &Version<'d>, new: &Version<'d>) -> Option<Role> {
        self.new.target(new)?;
        [Role::Collection, Role::Value, Role::Title].into_iter().find(|role| {
            let moves = self.moves(*role);
            if self.new.kind.member(*role).is_none() || (moves && *role == Role::Value) {
                return false;
            }
            let is_lost = match self.new.resolve(*role, new) {
                Found::Schema(_) => false,
                Found::Missing => true,
                // A path to a new place, of which the answer says nothing, may well be right.
                Found::Unknown => !moves,
            };
            is_lost && matches!(self.old.resolve(*role, old), Found::Schema(_))
        })
    }

    /// What is wrong with the inputs of the new call and was not with those of the old one.
    pub(crate) fn new_defects(&self, old: &Version<'d>, new: &Version<'d>) -> Vec<Defect<'d>> {
        let earlier: HashSet<Defect<'d>> = self.old.defects(old).into_iter().collect();
        self.new.defects(new).into_iter().filter(|defect| !earlier.contains(defect)).collect()
    }
}

/// The operations that any call of a version names.
pub(crate) fn targets<'d>(version: &Version<'d>) -> HashSet<&'d str> {
    let nodes = version.swagger.map(|swagger| swagger.node().document().nodes()).into_iter().flatten();
    let extensions = nodes.filter(|node| node.key().is_some_and(|key| key.starts_with("x-ms-dynamic-")));
    let calls = extensions.flat_map(|node| [Some(node), node.get("open"), node.get("browse")]).flatten();
    calls.filter_map(|call| call.get("operationId")?.as_str()).collect()
}

fn calls<'d>(shape: &Shape<'d>, is_request: bool) -> Vec<Call<'d>> {
    let mut calls = Vec::new();
    for kind in Kind::ALL.into_iter().filter(|kind| is_request || !kind.is_choice()) {
        let Some(extension) = shape.get(kind.as_str()).filter(|node| node.is_object()) else { continue };
        let parts: &[&'static str] = if kind == Kind::Tree { &["open", "browse"] } else { &[""] };
        calls.extend(parts.iter().filter_map(|part| {
            let node = if part.is_empty() { Some(extension) } else { extension.get(part) };
            Some(Call { kind, extension, part, node: node.filter(|node| node.is_object())? })
        }));
    }
    calls
}

fn is_called(parameter: &backshell_package::Parameter<'_>, name: &str) -> bool {
    let is_header = parameter.location == ParameterLocation::Header;
    parameter.name == name || is_header && parameter.name.eq_ignore_ascii_case(name)
}

/// Whether an operation has an input of this name: a parameter, or a property of its body by the path to it, with or
/// without the name of the body in front. Where the body does not say what it holds, it may.
fn takes(operation: &Operation<'_>, name: &str) -> bool {
    if operation.parameters.iter().any(|parameter| is_called(parameter, name)) {
        return true;
    }
    let Some(body) = operation.body_parameter() else { return false };
    let Some(schema) = body.schema() else { return true };
    let below = name.strip_prefix(body.name).and_then(|rest| rest.strip_prefix('/'));
    [Some(name), below].into_iter().flatten().any(|path| !matches!(follow(schema.node(), path), Found::Missing))
}
