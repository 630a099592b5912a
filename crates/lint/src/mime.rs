//! MIME types: which of them connectors can use, and which hold for an operation.

use crate::view::{Context, Operation};
use backshell_model::FastSet;
use backshell_source::Node;
use std::cell::OnceCell;
use std::rc::Rc;

/// JSON.
const JSON: &str = "application/json";
/// Text.
const TEXT: &str = "text/plain";
/// A form with parts.
const MULTIPART: &str = "multipart/form-data";
/// A form in the manner of a query.
const FORM: &str = "application/x-www-form-urlencoded";

/// Those that connectors can use.
const SUPPORTED: [&str; 4] = [JSON, TEXT, MULTIPART, FORM];

/// A MIME type without its parameters.
fn essence(text: &str) -> &str {
    let end = memchr::memchr(b';', text.as_bytes()).unwrap_or(text.len());
    text.get(..end).unwrap_or_default().trim()
}

/// Whether connectors can use a MIME type.
pub(crate) fn is_supported(text: &str) -> bool {
    let essence = essence(text);
    SUPPORTED.iter().any(|supported| essence.eq_ignore_ascii_case(supported))
}

/// What rules ask of a list of MIME types. The document's list holds for every operation, so that it is read once.
#[derive(Default)]
pub(crate) struct MimeTypes {
    /// Whether it holds any text.
    pub(crate) has_any: bool,
    /// Whether connectors can use one of them.
    pub(crate) has_supported: bool,
    /// Whether a form in the manner of a query is among them.
    pub(crate) has_form: bool,
    /// Whether a form with parts is among them.
    pub(crate) has_multipart: bool,
    /// Whether all of them are text.
    pub(crate) is_only_text: bool,
    /// Whether all of them are forms.
    pub(crate) is_only_forms: bool,
    /// All of them, without parameters and in lower case.
    essences: OnceCell<FastSet<String>>,
}

impl MimeTypes {
    /// Reads a list.
    pub(crate) fn of(list: Node<'_>) -> Self {
        let mut types = Self { is_only_text: true, is_only_forms: true, ..Self::default() };
        for text in texts(list) {
            let essence = essence(text);
            let [is_json, is_text, is_multipart, is_form] =
                SUPPORTED.map(|supported| essence.eq_ignore_ascii_case(supported));
            types.has_any = true;
            types.has_supported |= is_json || is_text || is_multipart || is_form;
            types.has_form |= is_form;
            types.has_multipart |= is_multipart;
            types.is_only_text &= is_text;
            types.is_only_forms &= is_form || is_multipart;
        }
        types
    }

    /// Whether `list`, which this was read from, has this MIME type, parameters aside.
    pub(crate) fn has(&self, list: Node<'_>, text: &str) -> bool {
        let folded = |text| essence(text).to_ascii_lowercase();
        self.essences.get_or_init(|| texts(list).map(folded).collect()).contains(&folded(text))
    }
}

/// The list called `name` (`consumes` or `produces`) that holds for an operation: its own, else that of the document; and
/// what is in it.
pub(crate) fn effective<'d>(
    context: &Context<'d>,
    operation: &Operation<'d>,
    name: &str,
) -> Option<(Node<'d>, Rc<MimeTypes>)> {
    let list = operation.node.get(name).or_else(|| context.root.get(name))?;
    let mut known = context.lookups.mime_types.borrow_mut();
    Some((list, known.entry(list.id()).or_insert_with(|| Rc::new(MimeTypes::of(list))).clone()))
}

/// The MIME types of a list.
fn texts(list: Node<'_>) -> impl Iterator<Item = &str> {
    list.items().filter_map(Node::as_str)
}
