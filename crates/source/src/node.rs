//! One value of a document.

use crate::document::{Document, RawNode, flags, index_node};
use crate::name::{Name, is_same, name_bit, name_hash, name_tag};
use crate::number;
use crate::pointer::push_token;
use crate::text::{Position, Span};
use std::fmt::{self, Write as _};
use std::hash::{Hash, Hasher};

/// How deep most values lie at the most.
const USUAL_DEPTH: usize = 24;

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool,
    /// A number.
    Number,
    /// A string.
    String,
    /// An array.
    Array,
    /// An object.
    Object,
}

impl Kind {
    /// The kind's name in JSON Schema.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool => "boolean",
            Self::Number => "number",
            Self::String => "string",
            Self::Array => "array",
            Self::Object => "object",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A value and where it stands. Cheap to copy; two are equal when they are the same value of the same document (for
/// equal content there is [`Node::json_eq`]). A question that does not fit the value's kind is answered by `None` or by
/// an empty iterator.
#[derive(Clone, Copy)]
pub struct Node<'d> {
    document: &'d Document,
    id: u32,
}

/// A member of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Member<'d> {
    /// The name, decoded.
    pub key: &'d str,
    /// Where the name stands, with its quotes.
    pub key_span: Span,
    /// The value.
    pub value: Node<'d>,
    /// Whether an earlier member of this object has the same name.
    pub duplicate: bool,
    /// Whether a later member of this object has the same name, so that ordinary readers never see this one.
    pub shadowed: bool,
    pub(crate) tag: u16,
}

impl Member<'_> {
    /// Whether it has this name.
    #[inline]
    pub fn is(&self, name: &Name) -> bool {
        self.tag == name.tag && is_same(self.key.as_bytes(), name.as_str().as_bytes())
    }
}

impl<'d> Node<'d> {
    #[inline]
    pub(crate) fn new(document: &'d Document, id: u32) -> Self {
        Self { document, id }
    }

    #[inline]
    fn raw(self) -> RawNode {
        const NOTHING: RawNode = RawNode {
            start: 0,
            end: 0,
            next: 0,
            parent: 0,
            key_start: 0,
            key_end: 0,
            names: 0,
            tag: 0,
            flags: flags::NULL,
        };
        self.document.tree().nodes.get(self.id as usize).copied().unwrap_or(NOTHING)
    }

    /// The document that this value belongs to.
    pub fn document(self) -> &'d Document {
        self.document
    }

    /// The number of this value in its document, in document order; the root is 0.
    #[inline]
    pub fn id(self) -> u32 {
        self.id
    }

    /// What it is.
    #[inline]
    pub fn kind(self) -> Kind {
        match self.raw().flags & flags::KIND {
            flags::BOOL => Kind::Bool,
            flags::NUMBER => Kind::Number,
            flags::STRING => Kind::String,
            flags::ARRAY => Kind::Array,
            flags::OBJECT => Kind::Object,
            _ => Kind::Null,
        }
    }

    /// Whether it is `null`.
    pub fn is_null(self) -> bool {
        self.kind() == Kind::Null
    }

    /// Whether it is an array.
    #[inline]
    pub fn is_array(self) -> bool {
        self.kind() == Kind::Array
    }

    /// Whether it is an object.
    #[inline]
    pub fn is_object(self) -> bool {
        self.kind() == Kind::Object
    }

    /// The text of a string, decoded.
    #[inline]
    pub fn as_str(self) -> Option<&'d str> {
        let raw = self.raw();
        (raw.flags & flags::KIND == flags::STRING)
            .then(|| string(self.document, raw.start, raw.end, raw.flags & flags::ESCAPED != 0))
    }

    /// The value of a boolean.
    pub fn as_bool(self) -> Option<bool> {
        (self.kind() == Kind::Bool).then(|| self.source() == "true")
    }

    /// A number as it is written.
    pub fn number_text(self) -> Option<&'d str> {
        (self.kind() == Kind::Number).then(|| self.source())
    }

    /// The nearest binary value of a number; `None` when it is too large for one.
    pub fn as_f64(self) -> Option<f64> {
        self.number_text()?.parse().ok().filter(|value: &f64| value.is_finite())
    }

    /// A number that is written as an integer (no fraction, no exponent) and fits.
    pub fn as_i64(self) -> Option<i64> {
        self.number_text()?.parse().ok()
    }

    /// The value as it is written, quotes and brackets included.
    pub fn source(self) -> &'d str {
        let raw = self.raw();
        self.document.text().get(raw.start as usize..raw.end as usize).unwrap_or_default()
    }

    /// The value of the member with this name; where the name is given twice, the last one.
    #[inline]
    pub fn get(self, name: &str) -> Option<Node<'d>> {
        // Where the name is known when this is compiled, so is its hash.
        self.get_hashed(name, name_hash(name.as_bytes()))
    }

    /// Most questions are for what is not there, or to what is no object: they are answered where they are asked.
    #[inline]
    fn get_hashed(self, name: &str, hash: u32) -> Option<Node<'d>> {
        let raw = self.document.tree().nodes.get(self.id as usize)?;
        if raw.names & name_bit(hash) == 0 { None } else { self.search(raw, name, hash) }
    }

    #[inline(never)]
    fn search(self, raw: &RawNode, name: &str, hash: u32) -> Option<Node<'d>> {
        if raw.flags & flags::LARGE != 0 {
            return self.get_indexed(name, hash);
        }
        let (id, child) = self.tagged(self.id + 1, raw.next, hash)?;
        // Nearly always it is the first one. To look further is a matter of its own, so that nothing is kept for it here.
        let found = Node::new(self.document, id);
        if found.is_called(child, name) { Some(found) } else { self.search_on(after(id, child), raw.next, name, hash) }
    }

    /// As `search`, among the members from `next` on.
    #[cold]
    #[inline(never)]
    fn search_on(self, mut next: u32, end: u32, name: &str, hash: u32) -> Option<Node<'d>> {
        while let Some((id, child)) = self.tagged(next, end, hash) {
            let found = Node::new(self.document, id);
            if found.is_called(child, name) {
                return Some(found);
            }
            next = after(id, child);
        }
        None
    }

    /// The first member from `next` on, and before `end`, whose name has a hash like this: the busiest loop of whoever reads
    /// documents.
    #[inline]
    fn tagged(self, mut next: u32, end: u32, hash: u32) -> Option<(u32, &'d RawNode)> {
        let nodes = &self.document.tree().nodes;
        let tag = name_tag(hash);
        while next < end {
            let child = nodes.get(next as usize)?;
            if child.tag == tag {
                return Some((next, child));
            }
            next = after(next, child);
        }
        None
    }

    /// Whether it has this name, and is the last one of its object that has it.
    #[expect(clippy::inline_always, reason = "it ends nearly every search, and a call would cost as much as it does")]
    #[inline(always)]
    fn is_called(self, raw: &RawNode, name: &str) -> bool {
        if raw.flags & (flags::KEY_ESCAPED | flags::SHADOWED) != 0 {
            return self.has_odd_key(raw, name);
        }
        let start = raw.key_start as usize + 1;
        let end = start.saturating_add(name.len());
        raw.key_end as usize == end.saturating_add(1)
            && self.document.text().as_bytes().get(start..end).is_some_and(|key| is_same(key, name.as_bytes()))
    }

    #[cold]
    #[inline(never)]
    fn has_odd_key(self, raw: &RawNode, name: &str) -> bool {
        raw.flags & flags::SHADOWED == 0 && self.key() == Some(name)
    }

    /// The value of the member with this name, ASCII letter case ignored: an exact match before any other, among equals
    /// the last one.
    pub fn get_ignore_case(self, name: &str) -> Option<Node<'d>> {
        self.get(name).or_else(|| {
            if !self.is_object() {
                return None;
            }
            self.children().filter(|child| child.key().is_some_and(|key| key.eq_ignore_ascii_case(name))).last()
        })
    }

    /// The members of an object, all of them, in document order.
    #[inline]
    pub fn members(self) -> Members<'d> {
        Members(if self.is_object() { self.children() } else { self.nothing() })
    }

    /// The members that ordinary readers see: of several with the same name the last, in document order.
    #[inline]
    pub fn visible_members(self) -> impl Iterator<Item = Member<'d>> {
        self.members().filter(|member| !member.shadowed)
    }

    /// The items of an array.
    #[inline]
    pub fn items(self) -> Items<'d> {
        if self.is_array() { self.children() } else { self.nothing() }
    }

    /// The number of items or members, duplicates included; 0 for a scalar. Takes time in proportion to the answer.
    pub fn len(self) -> usize {
        self.children().count()
    }

    /// Whether it has no items or members.
    pub fn is_empty(self) -> bool {
        self.children().next().is_none()
    }

    /// Where the value stands: the bytes of the text, quotes and brackets included.
    pub fn span(self) -> Span {
        let raw = self.raw();
        Span::new(raw.start, raw.end)
    }

    /// Where the value begins, for people.
    pub fn start(self) -> Position {
        self.document.position(self.raw().start)
    }

    /// Where the value's name stands, with its quotes, when it is a member of an object.
    pub fn key_span(self) -> Option<Span> {
        let raw = self.raw();
        (raw.key_end != 0).then(|| Span::new(raw.key_start, raw.key_end))
    }

    /// The value's name, decoded, when it is a member of an object.
    #[inline]
    pub fn key(self) -> Option<&'d str> {
        let raw = self.raw();
        (raw.key_end != 0)
            .then(|| string(self.document, raw.key_start, raw.key_end, raw.flags & flags::KEY_ESCAPED != 0))
    }

    /// The array or object that holds the value; `None` for the root.
    #[inline]
    pub fn parent(self) -> Option<Node<'d>> {
        (self.id != 0).then(|| Self::new(self.document, self.raw().parent))
    }

    /// The value itself, then what holds it, up to the root.
    pub fn ancestors(self) -> impl Iterator<Item = Node<'d>> {
        std::iter::successors(Some(self), |node| node.parent())
    }

    /// Where the value stands among the items of its array, from 0.
    pub fn index(self) -> Option<usize> {
        self.parent().filter(|parent| parent.is_array())?.children().position(|child| child == self)
    }

    /// The JSON pointer (RFC 6901) that leads to the value; the root's is empty. A value that a later member of the same
    /// name shadows has the same pointer as that one.
    pub fn pointer(self) -> String {
        self.pointer_with(|pointer, item| {
            let _ = write!(pointer, "{}", item.index().unwrap_or_default());
        })
    }

    /// As [`Node::pointer`], with another token for the items of arrays: `token` writes it, escaped where it must be.
    pub fn pointer_with(self, token: impl Fn(&mut String, Node<'d>)) -> String {
        let mut way = Vec::with_capacity(USUAL_DEPTH);
        way.extend(self.ancestors().filter(|node| node.id != 0));
        let mut pointer = String::with_capacity(way.len() * 16);
        for node in way.iter().rev() {
            pointer.push('/');
            match node.key() {
                Some(key) => push_token(&mut pointer, key),
                None => token(&mut pointer, *node),
            }
        }
        pointer
    }

    /// Whether both are the same value to an ordinary reader: order of members, spelling of strings and numbers, and
    /// members shadowed by a later one of the same name do not matter.
    pub fn json_eq(self, other: Node<'_>) -> bool {
        let mut pairs = vec![(self, other)];
        while let Some((left, right)) = pairs.pop() {
            let same = match (left.kind(), right.kind()) {
                (Kind::Null, Kind::Null) => true,
                (Kind::Bool, Kind::Bool) => left.as_bool() == right.as_bool(),
                (Kind::Number, Kind::Number) => number::same_value(left.source(), right.source()),
                (Kind::String, Kind::String) => left.as_str() == right.as_str(),
                (Kind::Array, Kind::Array) => {
                    pairs.extend(left.items().zip(right.items()));
                    left.len() == right.len()
                }
                (Kind::Object, Kind::Object) => {
                    left.visible_members().count() == right.visible_members().count()
                        && left.visible_members().all(|member| {
                            right.get(member.key).map(|value| pairs.push((member.value, value))).is_some()
                        })
                }
                _ => false,
            };
            if !same {
                return false;
            }
        }
        true
    }

    #[inline]
    fn children(self) -> Items<'d> {
        let raw = self.raw();
        match raw.flags & flags::KIND {
            flags::ARRAY | flags::OBJECT => Items { document: self.document, next: self.id + 1, end: raw.next },
            _ => self.nothing(),
        }
    }

    #[inline]
    fn nothing(self) -> Items<'d> {
        Items { document: self.document, next: 0, end: 0 }
    }

    #[cold]
    #[inline(never)]
    fn get_indexed(self, name: &str, hash: u32) -> Option<Node<'d>> {
        let tree = self.document.tree();
        let at = tree.large.binary_search_by_key(&self.id, |large| large.node).ok()?;
        let large = tree.large.get(at)?;
        let entries = tree.index.get(large.start..large.start.checked_add(large.len)?)?;
        let first = entries.partition_point(|&entry| entry >> 32 < u64::from(hash));
        entries
            .iter()
            .skip(first)
            .take_while(|&&entry| entry >> 32 == u64::from(hash))
            .map(|&entry| Node::new(self.document, index_node(entry)))
            .filter(|node| node.key() == Some(name))
            .last()
    }
}

/// The number of the node behind a value and what it holds: at least its own successor's, so that this always moves on.
#[inline]
fn after(id: u32, raw: &RawNode) -> u32 {
    raw.next.max(id.saturating_add(1))
}

/// The text between the quotes of a string that stands at `start..end`.
#[inline]
fn string(document: &Document, start: u32, end: u32, escaped: bool) -> &str {
    if escaped {
        return document.tree().decoded(start).unwrap_or_default();
    }
    document.text().get(start as usize + 1..(end as usize).saturating_sub(1)).unwrap_or_default()
}

impl PartialEq for Node<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id && std::ptr::eq(self.document.tree(), other.document.tree())
    }
}

impl Eq for Node<'_> {}

impl Hash for Node<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.id.hash(state);
    }
}

impl fmt::Debug for Node<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Node({} at `{}`)", self.kind(), self.pointer())
    }
}

/// The items of an array, in order.
#[derive(Clone, Debug)]
pub struct Items<'d> {
    document: &'d Document,
    next: u32,
    end: u32,
}

impl<'d> Iterator for Items<'d> {
    type Item = Node<'d>;

    #[inline]
    fn next(&mut self) -> Option<Node<'d>> {
        self.advance().map(|(node, _)| node)
    }
}

impl<'d> Items<'d> {
    #[inline]
    fn advance(&mut self) -> Option<(Node<'d>, &'d RawNode)> {
        if self.next >= self.end {
            return None;
        }
        let node = Node::new(self.document, self.next);
        let raw = self.document.tree().nodes.get(self.next as usize)?;
        self.next = after(self.next, raw);
        Some((node, raw))
    }
}

impl std::iter::FusedIterator for Items<'_> {}

/// The members of an object, in document order.
#[derive(Clone, Debug)]
pub struct Members<'d>(Items<'d>);

impl<'d> Iterator for Members<'d> {
    type Item = Member<'d>;

    #[inline]
    fn next(&mut self) -> Option<Member<'d>> {
        let (value, raw) = self.0.advance()?;
        Some(Member {
            key: string(value.document, raw.key_start, raw.key_end, raw.flags & flags::KEY_ESCAPED != 0),
            key_span: Span::new(raw.key_start, raw.key_end),
            value,
            duplicate: raw.flags & flags::DUPLICATE != 0,
            shadowed: raw.flags & flags::SHADOWED != 0,
            tag: raw.tag,
        })
    }
}

impl std::iter::FusedIterator for Members<'_> {}
