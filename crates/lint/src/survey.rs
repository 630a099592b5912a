//! The one walk that holds a document against the shape of a definition. It goes where Swagger says that there are objects
//! and follows no reference, and things wait on a list instead of the stack. It runs once for a document.

use crate::keywords::ObjectKind;
use crate::shape::{Demand, Form, SCHEMA_OBJECT, Shape, shape_of};
use crate::usage::VISIBILITIES;
use crate::view::is_extension;
use backshell_source::{Kind, Member as JsonMember, Node};

/// What the walk found in a document. The lists are in no particular order; what most documents do not have costs nothing.
#[derive(Default)]
pub(crate) struct Survey<'d> {
    /// Values of another JSON type than their place asks for, and what it asks for.
    pub(crate) wrong_types: Vec<(Node<'d>, &'static str)>,
    /// Members that their object does not know and that are no extensions.
    pub(crate) unknown: Vec<(Node<'d>, ObjectKind)>,
    /// The first member beside each reference that does not stand alone.
    pub(crate) beside_references: Vec<Node<'d>>,
    /// Strings outside the list that their place allows, that list, and the kind of object they stand on; `None` for entries
    /// of lists.
    pub(crate) outside_lists: Vec<(Node<'d>, &'static [&'static str], Option<ObjectKind>)>,
    /// Objects and a member that they lack.
    pub(crate) missing: Vec<(Node<'d>, ObjectKind, &'static str)>,
    /// Objects that have none of several members.
    pub(crate) none_of: Vec<(Node<'d>, ObjectKind, &'static [&'static str])>,
    /// Blank texts where a text must say something, and the kind of object they stand on.
    pub(crate) blank: Vec<(Node<'d>, ObjectKind)>,
    /// Texts for people that are not all ASCII.
    pub(crate) not_ascii: Vec<Node<'d>>,
    /// Titles whose last character is neither letter nor digit.
    pub(crate) odd_endings: Vec<Node<'d>>,
    /// Addresses: of contacts, licences, documents, terms, and sign-in.
    pub(crate) urls: Vec<Node<'d>>,
    /// Entries of `consumes` and `produces`.
    pub(crate) mime_types: Vec<Node<'d>>,
    /// The `examples` of responses.
    pub(crate) examples: Vec<Node<'d>>,
    /// Objects that limit values: those with a number keyword, `pattern` or `discriminator`.
    pub(crate) limited: Vec<Node<'d>>,
    /// The `x-ms-capabilities` of schemas.
    pub(crate) schema_capabilities: Vec<Node<'d>>,
    waiting: Vec<(Node<'d>, &'static Form)>,
}

impl<'d> Survey<'d> {
    /// Walks over the document.
    pub(crate) fn of(root: Node<'d>) -> Self {
        let mut survey = Self::default();
        survey.waiting.push((root, &Form::Object(ObjectKind::Root)));
        while let Some((node, form)) = survey.waiting.pop() {
            match *form {
                Form::Object(kind) if node.is_object() => survey.object(node, kind),
                Form::List(entry) if node.is_array() => survey.list(node, entry),
                Form::Map(value) if node.is_object() => survey.map(node.visible_members(), value),
                Form::ExtensibleMap(value) if node.is_object() => {
                    survey.map(node.visible_members().filter(|member| !is_extension(member.key)), value);
                }
                _ => survey.value(node, form, None),
            }
        }
        survey.waiting = Vec::new();
        survey
    }

    fn list(&mut self, node: Node<'d>, entry: &'static Form) {
        if !matches!(entry, Form::Any) {
            self.waiting.extend(node.items().map(|item| (item, entry)));
        }
    }

    fn map(&mut self, members: impl Iterator<Item = JsonMember<'d>>, value: &'static Form) {
        if !matches!(value, Form::Any) {
            self.waiting.extend(members.map(|member| (member.value, value)));
        }
    }

    fn object(&mut self, node: Node<'d>, kind: ObjectKind) {
        if kind.can_be_reference()
            && let Some(reference) = node.get("$ref")
        {
            self.value(reference, &Form::Text, Some(kind));
            self.beside_references
                .extend(node.visible_members().map(|member| member.value).find(|value| *value != reference));
            return;
        }
        if kind == ObjectKind::SchemaCapabilities {
            self.schema_capabilities.push(node);
        }
        let shape = shape_of(kind);
        let mut seen: u64 = 0;
        let mut is_limited = false;
        for found in node.visible_members() {
            let JsonMember { key, value, .. } = found;
            let Some((place, member)) = shape.member(&found) else {
                if !shape.is_open && !is_extension(key) {
                    self.unknown.push((value, kind));
                }
                continue;
            };
            seen |= 1 << place;
            is_limited |= matches!(member.form, Form::Limit(_));
            if member.is_filled && value.as_str().is_some_and(|text| text.trim().is_empty()) {
                self.blank.push((value, kind));
            }
            match member.form {
                Form::Any => {}
                Form::Object(_) | Form::List(_) | Form::Map(_) | Form::ExtensibleMap(_) => {
                    self.waiting.push((value, &member.form));
                }
                _ => self.value(value, &member.form, Some(kind)),
            }
        }
        if is_limited {
            self.limited.push(node);
        }
        self.absences(node, kind, shape, seen);
    }

    /// What `node` lacks; the members that it has are the bits of `seen`.
    fn absences(&mut self, node: Node<'d>, kind: ObjectKind, shape: &'static Shape, seen: u64) {
        let mut absent = shape.demanded & !seen;
        while absent != 0 {
            if let Some(member) = shape.members.get(absent.trailing_zeros() as usize)
                && is_demanded(node, member.demand)
            {
                self.missing.push((node, kind, member.name.as_str()));
            }
            absent &= absent - 1;
        }
        if shape.one_of.is_empty() {
            return;
        }
        // A path item may be a reference, which has a rule of its own.
        let has = |name: &&str| {
            let place = shape.members.iter().position(|member| member.name.as_str() == *name);
            place.is_some_and(|place| seen & (1 << place) != 0)
        };
        if !shape.one_of.iter().any(has) && !has(&"$ref") {
            self.none_of.push((node, kind, shape.one_of));
        }
    }

    /// A value that is no container, or not the container that it should be.
    fn value(&mut self, node: Node<'d>, form: &'static Form, holder: Option<ObjectKind>) {
        let expected = form.expected();
        let kind = node.kind();
        if !expected.contains(&kind) {
            self.wrong_types.push((node, form.description()));
            return;
        }
        match *form {
            Form::Prose => self.prose(node),
            Form::Label => {
                self.prose(node);
                if !ends_well(node.as_str().unwrap_or_default()) {
                    self.odd_endings.push(node);
                }
            }
            Form::Url => self.urls.push(node),
            Form::Mime => self.mime_types.push(node),
            Form::Examples => self.examples.push(node),
            Form::Choice(allowed) => self.choice(node, allowed, holder),
            Form::Visibility if node.as_str().is_some_and(|text| !text.is_empty()) => {
                self.choice(node, &VISIBILITIES, holder);
            }
            Form::FlagOrSchema if kind == Kind::Object => self.waiting.push((node, &SCHEMA_FORM)),
            _ => {}
        }
    }

    fn prose(&mut self, node: Node<'d>) {
        if node.as_str().is_some_and(|text| !text.is_ascii()) {
            self.not_ascii.push(node);
        }
    }

    fn choice(&mut self, node: Node<'d>, allowed: &'static [&'static str], holder: Option<ObjectKind>) {
        if node.as_str().is_some_and(|text| !allowed.contains(&text)) {
            self.outside_lists.push((node, allowed, holder));
        }
    }
}

static SCHEMA_FORM: Form = SCHEMA_OBJECT;

/// Whether a missing member is a fault on this object.
fn is_demanded(node: Node<'_>, demand: Demand) -> bool {
    let text = |name: &str| node.get(name).and_then(Node::as_str);
    let is_plain = || matches!(text("in"), Some("query" | "header" | "path" | "formData"));
    match demand {
        Demand::No => false,
        Demand::Always => true,
        Demand::PlainParameter => is_plain(),
        Demand::VisiblePlainParameter => {
            is_plain() && !text("x-ms-visibility").is_some_and(|value| value.eq_ignore_ascii_case("internal"))
        }
    }
}

/// Whether the last character is a letter or a digit, or a parenthesis that closes an opened one.
fn ends_well(text: &str) -> bool {
    match text.chars().next_back() {
        None => true,
        Some(')') => {
            let (mut open, mut closes) = (0_usize, false);
            for byte in text.bytes() {
                match byte {
                    b'(' => open += 1,
                    b')' => {
                        closes = open > 0;
                        open = open.saturating_sub(1);
                    }
                    _ => {}
                }
            }
            closes
        }
        Some(last) => last.is_alphanumeric(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endings() {
        for text in ["", "Items", "Version 2", "Items (all)", "1) Items (all)", "((a)", "Größe", "名"] {
            assert!(ends_well(text), "{text}");
        }
        for text in ["Items.", "Items ", "Items)", "(a) b)", ") (a) b)", "Items?"] {
            assert!(!ends_well(text), "{text}");
        }
    }
}
