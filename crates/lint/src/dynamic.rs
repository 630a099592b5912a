//! The `x-ms-dynamic-*` extensions: the calls that clients make to fill a choice or to learn a schema.
//!
//! An extension as it is written holds one [`Call`] (a tree holds several): these do not depend on who uses the extension.
//! A [`Use`] is a call as one operation makes it, since what `{"parameter": "id"}` stands for depends on the inputs of the
//! operation: an extension in a shared definition is used by every operation that leads to it. The engine hands each use to
//! the rules, its references resolved.
//!
//! Resolution of a name, on both sides: an effective parameter of that name; a property of the body, by its path in the
//! body's schema or by that path with the name of the body parameter in front.

use crate::schema_path::{self, Found};
use crate::usage::is_internal;
use crate::view::{Context, Extension, Operation, Parameter, children, is_extension};
use backshell_model::FastSet;
use backshell_source::Node;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

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

/// A call as it is written.
#[derive(Clone, Copy)]
pub(crate) struct Call<'d> {
    /// The extension it belongs to.
    pub(crate) kind: Kind,
    /// What the extension stands on.
    pub(crate) holder: Node<'d>,
    /// The object with `operationId` and `parameters`: the extension, or a part of a tree.
    pub(crate) node: Node<'d>,
}

/// A call as one operation makes it.
pub(crate) struct Use<'c, 'd> {
    /// The operation that makes it.
    pub(crate) operation: &'c Operation<'d>,
    /// The call.
    pub(crate) call: Call<'d>,
    /// The members of its `parameters`.
    pub(crate) arguments: Vec<Argument<'c, 'd>>,
}

/// A member of `parameters`.
pub(crate) struct Argument<'c, 'd> {
    /// Its name: an input of the operation that is called.
    pub(crate) name: &'d str,
    /// Its value.
    pub(crate) node: Node<'d>,
    /// What the name stands for; `None` when there is no such operation.
    pub(crate) input: Option<Input<'c, 'd>>,
    /// What is sent.
    pub(crate) given: Given<'c, 'd>,
}

/// What is sent as an argument.
pub(crate) enum Given<'c, 'd> {
    /// A value.
    Literal(Node<'d>),
    /// The value of an input of the operation that makes the call.
    Reference {
        /// The text that names it.
        node: Node<'d>,
        /// What it stands for.
        input: Input<'c, 'd>,
    },
    /// Something of another form.
    Other,
}

/// What a name stands for among the inputs of an operation.
pub(crate) struct Input<'c, 'd> {
    /// The parameter of this name.
    pub(crate) parameter: Option<&'c Parameter<'d>>,
    /// The property of the body with this path in the body's schema.
    bare: Found<'d>,
    /// The property of the body with this path, when its first part is the name of the body parameter.
    full: Found<'d>,
    /// Whether some parameters of the operation cannot be found.
    is_uncertain: bool,
    /// Whether the body is internal, and everything in it therefore.
    in_internal_body: bool,
}

/// A property of a body.
struct Property<'d> {
    node: Node<'d>,
    /// The first level on the way that a request may leave out.
    optional: Option<Node<'d>>,
    /// Whether it is internal, or something around it is.
    hidden: bool,
}

impl Kind {
    /// Every extension.
    pub(crate) const ALL: [Self; 5] = [Self::Values, Self::List, Self::Schema, Self::Properties, Self::Tree];

    /// The extension of this name.
    pub(crate) fn of(name: &str) -> Option<Self> {
        match name.strip_prefix("x-ms-dynamic-")? {
            "values" => Some(Self::Values),
            "list" => Some(Self::List),
            "schema" => Some(Self::Schema),
            "properties" => Some(Self::Properties),
            "tree" => Some(Self::Tree),
            _ => None,
        }
    }

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

    /// The newer extension that says the same without ambiguity.
    pub(crate) const fn twin(self) -> Option<Self> {
        match self {
            Self::Values => Some(Self::List),
            Self::Schema => Some(Self::Properties),
            Self::List | Self::Properties | Self::Tree => None,
        }
    }

    /// Whether it offers values to choose from, which makes sense for inputs only.
    const fn is_choice(self) -> bool {
        matches!(self, Self::Values | Self::List | Self::Tree)
    }
}

impl<'d> Call<'d> {
    /// The calls of an extension. None where it stands beside a `$ref`: readers ignore what stands there.
    pub(crate) fn all(extension: &Extension<'d>) -> impl Iterator<Item = Self> + use<'d> {
        let calls = Kind::of(extension.name).and_then(|kind| {
            let holder = extension.node.parent().filter(|holder| holder.get("$ref").is_none())?;
            Some(calls(kind, holder, extension.node))
        });
        calls.into_iter().flatten()
    }

    /// The operation that is called.
    pub(crate) fn target<'c>(&self, context: &'c Context<'d>) -> Option<&'c Operation<'d>> {
        context.operation_with_id(self.node.get("operationId")?.as_str()?)
    }

    /// Where the list of choices lies in the answer: the schema there, and the text that says so. `None` when the answer
    /// has no known schema. An absent text stands for the answer as a whole.
    pub(crate) fn collection(&self, context: &Context<'d>) -> Option<(Found<'d>, Option<Node<'d>>)> {
        let member = match self.kind {
            Kind::Values => "value-collection",
            Kind::List | Kind::Tree => "itemsPath",
            Kind::Schema | Kind::Properties => return None,
        };
        let answer = self.target(context)?.answer(context)?;
        match self.node.get(member) {
            None => Some((schema_path::follow(context, answer, ""), None)),
            Some(path) => Some((schema_path::follow(context, answer, path.as_str()?), Some(path))),
        }
    }

    /// Whether it asks for the map of properties of a schema, where the newer extension asks for the schema.
    pub(crate) fn leads_to_properties(&self) -> bool {
        let path = self.node.get("value-path").filter(|_| self.kind == Kind::Schema).and_then(Node::as_str);
        let front = path.and_then(|path| path.strip_suffix("properties"));
        front.is_some_and(|front| front.is_empty() || front.ends_with('/'))
    }

    /// Whether the newer extension stands beside it.
    pub(crate) fn has_twin(&self) -> bool {
        self.kind.twin().is_some_and(|twin| self.holder.get(twin.as_str()).is_some())
    }
}

impl<'d> Use<'_, 'd> {
    /// The references of an old extension that stand alone: those that the newer extension beside it would make clear are
    /// left out.
    pub(crate) fn lone_references(&self, kind: Kind) -> impl Iterator<Item = (Node<'d>, &Input<'_, 'd>)> {
        let applies = self.call.kind == kind && !self.call.has_twin();
        self.arguments.iter().filter(move |_| applies).filter_map(|argument| match &argument.given {
            Given::Reference { node, input } => Some((*node, input)),
            Given::Literal(_) | Given::Other => None,
        })
    }
}

impl<'d> Input<'_, 'd> {
    fn new<'c>(context: &Context<'d>, operation: &'c Operation<'d>, name: &str) -> Input<'c, 'd> {
        let parameters = &operation.parameters;
        let parameter = parameters.iter().find(|parameter| {
            let is_header = parameter.location == "header";
            parameter.name == name || is_header && parameter.name.eq_ignore_ascii_case(name)
        });
        let (mut bare, mut full) = (Found::Missing, Found::Missing);
        let mut in_internal_body = false;
        if let Some(body) = parameters.iter().find(|parameter| parameter.location == "body") {
            in_internal_body = is_internal(body.node);
            bare = match body.node.get("schema") {
                Some(schema) => schema_path::follow(context, schema, name),
                None => Found::Unknown,
            };
            if let Some((front, path)) = name.split_once('/')
                && front == body.name
            {
                full =
                    body.node.get("schema").map_or(Found::Unknown, |schema| schema_path::follow(context, schema, path));
            }
        }
        Input { parameter, bare, full, is_uncertain: operation.has_unknown_parameters, in_internal_body }
    }

    /// Whether a parameter and a property of the body both have this name.
    pub(crate) fn is_ambiguous(&self) -> bool {
        self.parameter.is_some() && matches!(self.bare, Found::Schema { .. })
    }

    /// Whether only a property of the body has this name.
    pub(crate) fn is_property(&self) -> bool {
        self.parameter.is_none() && self.property().is_some() && !self.is_uncertain
    }

    /// Whether nothing has this name.
    pub(crate) fn is_missing(&self) -> bool {
        self.parameter.is_none()
            && matches!((self.bare, self.full), (Found::Missing, Found::Missing))
            && !self.is_uncertain
    }

    /// Its type, when it is known.
    pub(crate) fn type_name(&self, context: &Context<'d>) -> Option<&'d str> {
        if self.is_ambiguous() {
            return None;
        }
        let schema = match self.parameter {
            Some(parameter) if parameter.location != "body" => return parameter.node.get("type")?.as_str(),
            Some(body) => context.schema(body.node.get("schema")?)?,
            None => self.property()?.node,
        };
        schema_path::type_of(context, schema)
    }

    /// Whether a request must give it; `None` when that is not known.
    pub(crate) fn is_required(&self) -> Option<bool> {
        if self.is_ambiguous() {
            return None;
        }
        match self.parameter {
            Some(parameter) => Some(parameter.is_required()),
            None => self.property().map(|property| property.optional.is_none()),
        }
    }

    /// Whether it is a parameter that a request may leave out and that has no default.
    pub(crate) fn may_be_absent(&self) -> bool {
        let parameter = self.parameter.filter(|_| !self.is_ambiguous());
        parameter.is_some_and(|parameter| !parameter.is_required() && parameter.node.get("default").is_none())
    }

    /// Whether users do not see it: it is internal, or a property of something that is. What stands for a parameter and a
    /// property is taken for neither.
    pub(crate) fn is_hidden(&self) -> bool {
        match self.parameter {
            Some(parameter) => is_internal(parameter.node) && !self.is_ambiguous(),
            None => self.property().is_some_and(|property| property.hidden || self.in_internal_body),
        }
    }

    fn property(&self) -> Option<Property<'d>> {
        match (self.full, self.bare) {
            (Found::Schema { node, optional, hidden }, _) | (_, Found::Schema { node, optional, hidden }) => {
                Some(Property { node, optional, hidden })
            }
            _ => None,
        }
    }
}

/// Hands every use to `visit`: the calls on the parameters of each operation, in its body, in its answers and in what its
/// trigger is notified of. Choices in answers are passed over, since nobody chooses there.
pub(crate) fn each_use<'c, 'd>(context: &'c Context<'d>, visit: &mut dyn FnMut(&Use<'c, 'd>)) {
    let mut uses = Uses { context, seen: FastSet::default(), visit };
    for operation in &context.operations {
        for parameter in &operation.parameters {
            if parameter.location == "body" {
                uses.schemas(operation, parameter.node.get("schema"), |_| true);
            } else {
                uses.parameter(operation, parameter.node);
            }
        }
        let responses = operation.responses.into_iter().flat_map(Node::visible_members);
        for member in responses.filter(|member| !is_extension(member.key)) {
            let schema = context.response(member.value).and_then(|response| response.get("schema"));
            uses.schemas(operation, schema, |kind| !kind.is_choice());
        }
        if operation.is_trigger() {
            let schema = operation.notification_content().and_then(|content| content.get("schema"));
            uses.schemas(operation, schema, |kind| !kind.is_choice());
        }
    }
}

struct Uses<'c, 'd, 'v> {
    context: &'c Context<'d>,
    /// The calls that were handed on, each with what its references stand for.
    seen: FastSet<(u32, u64)>,
    visit: &'v mut dyn FnMut(&Use<'c, 'd>),
}

impl<'c, 'd> Uses<'c, 'd, '_> {
    /// A parameter that is no body, and its items.
    fn parameter(&mut self, operation: &'c Operation<'d>, parameter: Node<'d>) {
        let mut value = Some(parameter);
        while let Some(node) = value.filter(|node| self.enters(*node)) {
            self.holder(operation, node, |_| true);
            value = node.get("items");
        }
    }

    /// A schema and what it leads to.
    fn schemas(&mut self, operation: &'c Operation<'d>, root: Option<Node<'d>>, takes: fn(Kind) -> bool) {
        let mut waiting: Vec<Node<'d>> = root.filter(|root| self.enters(*root)).into_iter().collect();
        let mut seen = FastSet::default();
        while let Some(written) = waiting.pop() {
            let Some(schema) = self.context.schema(written) else { continue };
            if !self.enters(schema) || !seen.insert(schema.id()) {
                continue;
            }
            self.holder(operation, schema, takes);
            waiting.extend(children(schema).filter(|child| self.context.leads().dynamic.contains(*child)));
        }
    }

    /// Whether it is worth looking at a node.
    fn enters(&self, node: Node<'d>) -> bool {
        self.context.leads().dynamic.contains(node) && self.context.lookups.calls.take(1, node)
    }

    /// The calls of the extensions that stand on a parameter or schema.
    fn holder(&mut self, operation: &'c Operation<'d>, holder: Node<'d>, takes: fn(Kind) -> bool) {
        for member in holder.visible_members() {
            let Some(kind) = Kind::of(member.key).filter(|kind| takes(*kind)) else { continue };
            for call in calls(kind, holder, member.value) {
                let target = call.target(self.context);
                let list = call.node.get("parameters");
                let inputs = operation.parameters.len() + target.map_or(0, |target| target.parameters.len());
                let cost = list.map_or(0, Node::len).saturating_mul(1 + inputs / 16);
                if !self.context.lookups.calls.take(cost, call.node) {
                    continue;
                }
                let members = list.into_iter().flat_map(Node::visible_members);
                let arguments: Vec<_> = members
                    .map(|member| Argument {
                        name: member.key,
                        node: member.value,
                        input: target.map(|target| Input::new(self.context, target, member.key)),
                        given: self.given(operation, kind, member.value),
                    })
                    .collect();
                // Most operations that share an extension agree on what its references stand for.
                if self.seen.insert((call.node.id(), sources(operation, &arguments))) {
                    (self.visit)(&Use { operation, call, arguments });
                }
            }
        }
    }

    fn given(&self, operation: &'c Operation<'d>, kind: Kind, value: Node<'d>) -> Given<'c, 'd> {
        let reference = match kind {
            Kind::Values | Kind::Schema => value.get("parameter"),
            Kind::List | Kind::Properties => value.get("parameterReference"),
            Kind::Tree => value.get("parameterReference").or_else(|| value.get("parameter")),
        };
        let literal = match kind {
            Kind::Values | Kind::Schema => Some(value).filter(|value| !value.is_object()),
            Kind::List | Kind::Properties | Kind::Tree => value.get("value"),
        };
        if let Some((node, text)) = reference.and_then(|node| Some((node, node.as_str()?))) {
            return Given::Reference { node, input: Input::new(self.context, operation, text) };
        }
        literal.map_or(Given::Other, Given::Literal)
    }
}

/// Who makes a call and what the references among its arguments stand for, as a number: equal for uses that no rule can tell
/// apart.
fn sources(operation: &Operation<'_>, arguments: &[Argument<'_, '_>]) -> u64 {
    let mut hasher = DefaultHasher::new();
    is_internal(operation.node).hash(&mut hasher);
    for argument in arguments {
        if let Given::Reference { node, input } = &argument.given {
            let known = |found: Found<'_>| match found {
                Found::Schema { node, optional, .. } => (0, node.id(), optional.map(Node::id)),
                Found::Missing => (1, 0, None),
                Found::Unknown => (2, 0, None),
            };
            let parameter = input.parameter.map(|parameter| parameter.node.id());
            let found = (known(input.bare), known(input.full));
            (node.id(), parameter, found, input.is_uncertain, input.is_hidden()).hash(&mut hasher);
        }
    }
    hasher.finish()
}

fn calls<'d>(kind: Kind, holder: Node<'d>, extension: Node<'d>) -> impl Iterator<Item = Call<'d>> {
    let parts = ["open", "browse"].into_iter().filter_map(move |name| extension.get(name));
    let parts = parts.filter(move |_| kind == Kind::Tree).chain((kind != Kind::Tree).then_some(extension));
    parts.filter(|node| node.is_object()).map(move |node| Call { kind, holder, node })
}
