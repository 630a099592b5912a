//! One parameter of an operation.

use crate::operation::Visibility;
use crate::reference;
use crate::schema::Schema;
use backshell_source::Node;

/// Where a parameter travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ParameterLocation {
    /// In the path.
    Path,
    /// In the query.
    Query,
    /// In a header.
    Header,
    /// It is the body.
    Body,
    /// In a form in the body.
    FormData,
}

impl ParameterLocation {
    /// The word of the format.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Path => "path",
            Self::Query => "query",
            Self::Header => "header",
            Self::Body => "body",
            Self::FormData => "formData",
        }
    }

    /// The place that `word` names.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Path, Self::Query, Self::Header, Self::Body, Self::FormData]
            .into_iter()
            .find(|location| location.as_str() == word)
    }
}

/// `x-ms-url-encoding`: how often clients percent-encode a path value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UrlEncoding {
    /// Once, which is also meant when nothing is said.
    Single,
    /// Twice.
    Double,
}

/// A parameter, its `$ref` followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parameter<'d> {
    /// Its name.
    pub name: &'d str,
    /// Where it travels.
    pub location: ParameterLocation,
    /// Whether it must be given. Path parameters must be, whatever they say.
    pub required: bool,
    /// The parameter's object.
    pub node: Node<'d>,
    /// What stands in the operation or path: the object itself or a reference to it.
    pub declared_node: Node<'d>,
}

impl<'d> Parameter<'d> {
    /// The parameter that stands at `declared` or that the reference there leads to; `None` when there is none, or when
    /// it has no name or no known place.
    pub fn new(declared: Node<'d>) -> Option<Self> {
        let node = reference::follow(declared).ok()?;
        let location = ParameterLocation::from_word(node.get("in")?.as_str()?)?;
        let required = node.get("required").and_then(Node::as_bool) == Some(true);
        Some(Self {
            name: node.get("name")?.as_str()?,
            location,
            required: required || location == ParameterLocation::Path,
            node,
            declared_node: declared,
        })
    }

    /// The schema of a body parameter.
    pub fn schema(self) -> Option<Schema<'d>> {
        self.node.get("schema").filter(|node| node.is_object()).map(Schema::new)
    }

    /// `type`; body parameters have it in their schema.
    pub fn kind(self) -> Option<&'d str> {
        self.node.get("type")?.as_str()
    }

    /// `format`.
    pub fn format(self) -> Option<&'d str> {
        self.node.get("format")?.as_str()
    }

    /// `default`.
    pub fn default(self) -> Option<Node<'d>> {
        self.node.get("default")
    }

    /// `enum`.
    pub fn enum_values(self) -> Vec<Node<'d>> {
        self.node.get("enum").into_iter().flat_map(Node::items).collect()
    }

    /// `items` of an array that is no body.
    pub fn items(self) -> Option<Node<'d>> {
        self.node.get("items").filter(|node| node.is_object())
    }

    /// `collectionFormat`; `csv` when nothing is said.
    pub fn collection_format(self) -> &'d str {
        self.node.get("collectionFormat").and_then(Node::as_str).unwrap_or("csv")
    }

    /// `description`.
    pub fn description(self) -> Option<&'d str> {
        self.node.get("description")?.as_str()
    }

    /// `x-ms-summary`.
    pub fn summary(self) -> Option<&'d str> {
        self.node.get("x-ms-summary")?.as_str()
    }

    /// `x-ms-visibility`.
    pub fn visibility(self) -> Visibility {
        Visibility::of(self.node)
    }

    /// `x-ms-url-encoding`.
    pub fn url_encoding(self) -> UrlEncoding {
        let word = self.node.get("x-ms-url-encoding").and_then(Node::as_str).unwrap_or_default();
        if word.eq_ignore_ascii_case("double") { UrlEncoding::Double } else { UrlEncoding::Single }
    }
}
