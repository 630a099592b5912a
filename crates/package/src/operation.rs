//! One operation of a definition.

use crate::parameter::{Parameter, ParameterLocation};
use crate::reference;
use crate::schema::Schema;
use crate::swagger::{PathItem, Swagger, texts};
use backshell_model::FastMap;
use backshell_source::Node;
use std::fmt;

/// The methods of Swagger 2.0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Method {
    /// GET
    Get,
    /// PUT
    Put,
    /// POST
    Post,
    /// DELETE
    Delete,
    /// OPTIONS
    Options,
    /// HEAD
    Head,
    /// PATCH
    Patch,
}

impl Method {
    /// Every method.
    pub const ALL: [Self; 7] = [Self::Get, Self::Put, Self::Post, Self::Delete, Self::Options, Self::Head, Self::Patch];

    /// The method in lower case, as definitions write it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "get",
            Self::Put => "put",
            Self::Post => "post",
            Self::Delete => "delete",
            Self::Options => "options",
            Self::Head => "head",
            Self::Patch => "patch",
        }
    }

    /// The method in upper case, as HTTP writes it.
    pub const fn as_http(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Put => "PUT",
            Self::Post => "POST",
            Self::Delete => "DELETE",
            Self::Options => "OPTIONS",
            Self::Head => "HEAD",
            Self::Patch => "PATCH",
        }
    }

    /// The method that a member of a path item names; lower case only, as the format demands.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.as_str() == name)
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// `x-ms-visibility`, letter case ignored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Visibility {
    /// Absent, empty or `none`.
    Normal,
    /// Shown first.
    Important,
    /// Behind a menu.
    Advanced,
    /// Hidden from users, callable by the machinery.
    Internal,
    /// Another word, which clients treat as normal.
    Other,
}

impl Visibility {
    /// The visibility that `node` declares.
    pub fn of(node: Node<'_>) -> Self {
        let word = node.get("x-ms-visibility").and_then(Node::as_str).unwrap_or_default();
        match word.to_ascii_lowercase().as_str() {
            "" | "none" => Self::Normal,
            "important" => Self::Important,
            "advanced" => Self::Advanced,
            "internal" => Self::Internal,
            _ => Self::Other,
        }
    }
}

/// `x-ms-trigger`, letter case ignored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Trigger {
    /// One event per call.
    Single,
    /// Several events per answer.
    Batch,
    /// Another word.
    Other,
}

/// A security requirement: all of its schemes together satisfy it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecurityRequirement<'d> {
    /// The names of the security definitions. Empty: no credential is one of the ways.
    pub schemes: Vec<&'d str>,
    /// The requirement.
    pub node: Node<'d>,
}

/// A response of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Response<'d> {
    /// The status as written: three digits or `default`.
    pub status: &'d str,
    /// The response, its `$ref` followed where that is possible.
    pub node: Node<'d>,
    /// The response as it stands in the operation.
    pub declared_node: Node<'d>,
}

impl<'d> Response<'d> {
    /// The status as a number; `None` for `default` and for what is no status.
    pub fn code(self) -> Option<u16> {
        (self.status.len() == 3).then(|| self.status.parse().ok()).flatten()
    }

    /// The schema of the body.
    pub fn schema(self) -> Option<Schema<'d>> {
        self.node.get("schema").filter(|node| node.is_object()).map(Schema::new)
    }

    /// The declared headers.
    pub fn headers(self) -> Vec<(&'d str, Node<'d>)> {
        let members = self.node.get("headers").map(Node::members).into_iter().flatten();
        members.filter(|member| !member.shadowed).map(|member| (member.key, member.value)).collect()
    }
}

/// An operation: a method of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Operation<'d> {
    path: PathItem<'d>,
    method: Method,
    node: Node<'d>,
}

impl<'d> Operation<'d> {
    pub(crate) fn new(path: PathItem<'d>, method: Method, node: Node<'d>) -> Self {
        Self { path, method, node }
    }

    /// The definition that the operation is part of.
    pub fn swagger(self) -> Swagger<'d> {
        Swagger::new(self.node.document().root())
    }

    /// The method.
    pub fn method(self) -> Method {
        self.method
    }

    /// `operationId`.
    pub fn id(self) -> Option<&'d str> {
        self.text("operationId")
    }

    /// The path as written.
    pub fn path_template(self) -> &'d str {
        self.path.template
    }

    /// The path item that the operation stands in.
    pub fn path_item(self) -> PathItem<'d> {
        self.path
    }

    /// The operation's object.
    pub fn node(self) -> Node<'d> {
        self.node
    }

    /// `summary`.
    pub fn summary(self) -> Option<&'d str> {
        self.text("summary")
    }

    /// `description`.
    pub fn description(self) -> Option<&'d str> {
        self.text("description")
    }

    /// `tags`.
    pub fn tags(self) -> Vec<&'d str> {
        texts(self.node.get("tags"))
    }

    /// Whether it is marked as deprecated.
    pub fn is_deprecated(self) -> bool {
        self.node.get("deprecated").and_then(Node::as_bool) == Some(true)
    }

    /// `x-ms-visibility`.
    pub fn visibility(self) -> Visibility {
        Visibility::of(self.node)
    }

    /// `x-ms-trigger`; `None` for an action.
    pub fn trigger(self) -> Option<Trigger> {
        let word = self.text("x-ms-trigger")?;
        Some(match word.to_ascii_lowercase().as_str() {
            "single" => Trigger::Single,
            "batch" => Trigger::Batch,
            _ => Trigger::Other,
        })
    }

    /// Whether it is a trigger, not an action.
    pub fn is_trigger(self) -> bool {
        self.trigger().is_some()
    }

    /// The parameters that stand in the operation itself, references not followed.
    pub fn own_parameters(self) -> impl Iterator<Item = Node<'d>> {
        self.node.get("parameters").into_iter().flat_map(Node::items)
    }

    /// The parameters that count: those of the path, replaced by the operation's own of the same name and place, then
    /// the operation's others. References are followed; one that leads nowhere, and anything without a name or a known
    /// place, is left out (the nodes are in [`Operation::own_parameters`] and [`PathItem::parameters`]).
    pub fn effective_parameters(self) -> Vec<Parameter<'d>> {
        let mut parameters: Vec<Parameter<'d>> = Vec::new();
        let mut places: FastMap<(&str, ParameterLocation), usize> = FastMap::default();
        for parameter in self.path.parameters().chain(self.own_parameters()).filter_map(Parameter::new) {
            let place = *places.entry((parameter.name, parameter.location)).or_insert(parameters.len());
            match parameters.get_mut(place) {
                Some(earlier) => *earlier = parameter,
                None => parameters.push(parameter),
            }
        }
        parameters
    }

    /// The body parameter, if there is one.
    pub fn body(self) -> Option<Parameter<'d>> {
        self.effective_parameters().into_iter().find(|parameter| parameter.location == ParameterLocation::Body)
    }

    /// The responses, in document order.
    pub fn responses(self) -> Vec<Response<'d>> {
        let members = self.node.get("responses").map(Node::members).into_iter().flatten();
        members
            .filter(|member| !member.shadowed && !member.key.starts_with("x-"))
            .map(|member| Response {
                status: member.key,
                node: reference::follow(member.value).unwrap_or(member.value),
                declared_node: member.value,
            })
            .collect()
    }

    /// The media types that the operation takes: its own, else the document's.
    pub fn consumes(self) -> Vec<&'d str> {
        self.node.get("consumes").map_or_else(|| self.swagger().consumes(), |own| texts(Some(own)))
    }

    /// The media types that the operation gives: its own, else the document's.
    pub fn produces(self) -> Vec<&'d str> {
        self.node.get("produces").map_or_else(|| self.swagger().produces(), |own| texts(Some(own)))
    }

    /// The node of the requirements in force: the operation's own `security`, else the document's.
    pub fn security_node(self) -> Option<Node<'d>> {
        self.node.get("security").or_else(|| self.swagger().node().get("security"))
    }

    /// The requirements in force, any one of which suffices. Empty when none are declared or the list is empty.
    pub fn security(self) -> Vec<SecurityRequirement<'d>> {
        let requirements = self.security_node().into_iter().flat_map(Node::items).filter(|node| node.is_object());
        requirements
            .map(|node| {
                let schemes = node.members().filter(|member| !member.shadowed).map(|member| member.key).collect();
                SecurityRequirement { schemes, node }
            })
            .collect()
    }

    fn text(self, name: &str) -> Option<&'d str> {
        self.node.get(name)?.as_str()
    }
}
