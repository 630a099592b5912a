//! A definition read as Swagger 2.0.

use crate::operation::{Method, Operation};
use crate::reference::{self, ReferenceError};
use crate::schema::Schema;
use crate::security::SecurityDefinition;
use backshell_source::{Document, Node, Span};

/// The Swagger 2.0 view of a document. Everything it returns is a view of the same document; what has the wrong shape is
/// absent, and members that a later one of the same name shadows are not seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Swagger<'d> {
    root: Node<'d>,
}

impl<'d> From<&'d Document> for Swagger<'d> {
    fn from(document: &'d Document) -> Self {
        Self::new(document.root())
    }
}

/// One path of a definition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PathItem<'d> {
    /// The path template, as written.
    pub template: &'d str,
    /// Where the template stands in the text.
    pub template_span: Span,
    /// The path item, its `$ref` followed where that is possible.
    pub node: Node<'d>,
    /// The path item as it stands under `paths`.
    pub declared_node: Node<'d>,
}

impl<'d> Swagger<'d> {
    /// The view of the document that `root` is the root of.
    pub fn new(root: Node<'d>) -> Self {
        Self { root }
    }

    /// The root of the document.
    pub fn node(self) -> Node<'d> {
        self.root
    }

    /// `swagger`, the version of the format.
    pub fn format(self) -> Option<&'d str> {
        self.text("swagger")
    }

    /// `info`.
    pub fn info(self) -> Option<Node<'d>> {
        self.root.get("info").filter(|node| node.is_object())
    }

    /// `info.title`.
    pub fn title(self) -> Option<&'d str> {
        self.info()?.get("title")?.as_str()
    }

    /// `info.version`.
    pub fn version(self) -> Option<&'d str> {
        self.info()?.get("version")?.as_str()
    }

    /// `info.description`.
    pub fn description(self) -> Option<&'d str> {
        self.info()?.get("description")?.as_str()
    }

    /// `host`, as written.
    pub fn host(self) -> Option<&'d str> {
        self.text("host")
    }

    /// `basePath`, as written.
    pub fn base_path(self) -> Option<&'d str> {
        self.text("basePath")
    }

    /// `schemes`, as written.
    pub fn schemes(self) -> Vec<&'d str> {
        texts(self.root.get("schemes"))
    }

    /// `consumes` of the whole document.
    pub fn consumes(self) -> Vec<&'d str> {
        texts(self.root.get("consumes"))
    }

    /// `produces` of the whole document.
    pub fn produces(self) -> Vec<&'d str> {
        texts(self.root.get("produces"))
    }

    /// The paths, in document order; extensions (`x-...`) among them are left out.
    pub fn paths(self) -> impl Iterator<Item = PathItem<'d>> {
        let members = self.root.get("paths").map(Node::members);
        members.into_iter().flatten().filter(|member| !member.shadowed && !member.key.starts_with("x-")).map(|member| {
            PathItem {
                template: member.key,
                template_span: member.key_span,
                node: reference::follow(member.value).unwrap_or(member.value),
                declared_node: member.value,
            }
        })
    }

    /// The operations of all paths, in document order.
    pub fn operations(self) -> impl Iterator<Item = Operation<'d>> {
        self.paths().flat_map(PathItem::operations)
    }

    /// The first operation with this `operationId`.
    pub fn operation(self, id: &str) -> Option<Operation<'d>> {
        self.operations().find(|operation| operation.id() == Some(id))
    }

    /// The named parameters of the document, as they stand.
    pub fn parameters(self) -> Vec<(&'d str, Node<'d>)> {
        self.named("parameters")
    }

    /// The named schemas of the document.
    pub fn definitions(self) -> Vec<(&'d str, Schema<'d>)> {
        self.named("definitions").into_iter().map(|(name, node)| (name, Schema::new(node))).collect()
    }

    /// The named responses of the document, as they stand.
    pub fn responses(self) -> Vec<(&'d str, Node<'d>)> {
        self.named("responses")
    }

    /// The security definitions.
    pub fn security_definitions(self) -> Vec<SecurityDefinition<'d>> {
        self.named("securityDefinitions").into_iter().map(|(name, node)| SecurityDefinition::new(name, node)).collect()
    }

    /// The node that a local reference (`#/definitions/Name`) points to; one step, not the end of a chain.
    pub fn resolve_ref(self, reference: &str) -> Option<Node<'d>> {
        reference::target(self.root, reference).ok()
    }

    /// The node itself when it is no `$ref`, else what it leads to in the end.
    pub fn follow(self, node: Node<'d>) -> Result<Node<'d>, ReferenceError> {
        reference::follow(node)
    }

    fn text(self, name: &str) -> Option<&'d str> {
        self.root.get(name)?.as_str()
    }

    fn named(self, name: &str) -> Vec<(&'d str, Node<'d>)> {
        let members = self.root.get(name).map(Node::members).into_iter().flatten();
        members.filter(|member| !member.shadowed).map(|member| (member.key, member.value)).collect()
    }
}

impl<'d> PathItem<'d> {
    /// The path's operations, in document order.
    pub fn operations(self) -> impl Iterator<Item = Operation<'d>> {
        self.node.members().filter(|member| !member.shadowed).filter_map(move |member| {
            let method = Method::from_name(member.key)?;
            member.value.is_object().then(|| Operation::new(self, method, member.value))
        })
    }

    /// The parameters that all operations of the path share, as they stand.
    pub fn parameters(self) -> impl Iterator<Item = Node<'d>> {
        self.node.get("parameters").into_iter().flat_map(Node::items)
    }
}

/// The strings of an array; other items are passed over.
pub(crate) fn texts(node: Option<Node<'_>>) -> Vec<&str> {
    node.into_iter().flat_map(Node::items).filter_map(Node::as_str).collect()
}
