//! The media types of an operation, with what is meant where none are declared.

use crate::view::Operation;
use backshell_package::{Method, ParameterLocation};
use backshell_source::Node;

/// A list of media types and where it stands.
pub(crate) struct MediaTypes<'d> {
    types: Vec<(String, Node<'d>)>,
    place: Node<'d>,
    is_implied_by_form: bool,
}

/// What kind of content media types stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Content {
    /// Properties that steps can refer to.
    Json,
    /// Text or a file.
    Raw,
}

/// Whether callers send content with the operation, as far as can be seen.
pub(crate) fn takes_content(operation: &Operation<'_>) -> bool {
    let carries = |location| matches!(location, ParameterLocation::Body | ParameterLocation::FormData);
    let is_declared = operation.parameters.iter().any(|parameter| carries(parameter.location));
    is_declared || matches!(operation.method(), Method::Post | Method::Put | Method::Patch)
}

impl<'d> MediaTypes<'d> {
    /// What the operation takes.
    pub(crate) fn consumed(operation: &Operation<'d>) -> Self {
        Self::of(operation, "consumes")
    }

    /// What the operation gives back.
    pub(crate) fn produced(operation: &Operation<'d>) -> Self {
        Self::of(operation, "produces")
    }

    fn of(operation: &Operation<'d>, key: &str) -> Self {
        let root = operation.node().document().root();
        let list = operation.node().get(key).or_else(|| root.get(key)).filter(|node| node.is_array());
        let place = list.unwrap_or(operation.node());
        let named = list.into_iter().flat_map(Node::items).filter_map(|node| Some((normalised(node.as_str()?), node)));
        let mut types: Vec<_> = named.collect();
        let is_declared = !types.is_empty();
        if !is_declared {
            types.push(("application/json".to_owned(), place));
        }
        let mut parameters = operation.parameters.iter();
        let has_form = parameters.any(|parameter| parameter.location == ParameterLocation::FormData);
        Self { types, place, is_implied_by_form: has_form && !is_declared }
    }

    /// Whether nothing is declared and the content is a form, so that its fields say the media type.
    pub(crate) fn is_implied_by_form(&self) -> bool {
        self.is_implied_by_form
    }

    /// Where the list stands; the operation where there is none.
    pub(crate) fn place(&self) -> Node<'d> {
        self.place
    }

    /// The first of them and where it stands.
    pub(crate) fn first(&self) -> Option<(&str, Node<'d>)> {
        self.types.first().map(|(name, node)| (name.as_str(), *node))
    }

    /// All of them in one line.
    pub(crate) fn names(&self) -> String {
        self.types.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", ")
    }

    /// Those that neither stand in the other list nor are meant by a range there.
    pub(crate) fn not_covered_by(&self, other: &Self) -> Vec<(&str, Node<'d>)> {
        let covers = |range: &str, name: &str| {
            let front = range.strip_suffix("/*");
            range == name || front.is_some_and(|front| front == "*" || name.split('/').next() == Some(front))
        };
        let is_missing = |name: &str| !other.types.iter().any(|(range, _)| covers(range, name));
        self.types.iter().map(|(name, node)| (name.as_str(), *node)).filter(|(name, _)| is_missing(name)).collect()
    }

    /// What all of them stand for; `None` where they differ, or are XML or ranges.
    pub(crate) fn content(&self) -> Option<Content> {
        let mut contents = self.types.iter().map(|(name, _)| content(name));
        let first = contents.next()??;
        contents.all(|content| content == Some(first)).then_some(first)
    }

    /// Whether one of them is XML.
    pub(crate) fn has_xml(&self) -> bool {
        self.types.iter().any(|(name, _)| is_xml(name))
    }
}

fn content(name: &str) -> Option<Content> {
    let essence = name.split(';').next().unwrap_or(name);
    if essence.ends_with("/json") || essence.ends_with("+json") {
        Some(Content::Json)
    } else if is_xml(name) || essence.contains('*') {
        None
    } else {
        Some(Content::Raw)
    }
}

fn is_xml(name: &str) -> bool {
    let essence = name.split(';').next().unwrap_or(name);
    essence.ends_with("/xml") || essence.ends_with("+xml")
}

/// In small letters, without blanks, and without the encoding of text.
fn normalised(name: &str) -> String {
    let parts = name.split(';').map(|part| part.trim().to_ascii_lowercase());
    parts.filter(|part| !part.starts_with("charset=") && !part.is_empty()).collect::<Vec<_>>().join(";")
}
