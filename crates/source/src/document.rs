//! A JSON text that was read.

use crate::name::{name_hash, name_tag};
use crate::node::Node;
use crate::pointer;
use crate::text::{Position, Span, Text};
use std::fmt;
use std::sync::Arc;

/// A JSON document: its text and its values. Cloning shares both.
#[derive(Clone)]
pub struct Document(Arc<Inner>);

struct Inner {
    text: Text,
    tree: Tree,
}

/// The values in document order, the root first; every container is followed by what it holds.
pub(crate) struct Tree {
    pub(crate) nodes: Vec<RawNode>,
    /// Strings with escapes, decoded, by the offset of their opening quote, ascending.
    pub(crate) decoded: Vec<(u32, Box<str>)>,
    /// Name indices of large objects, ascending by node.
    pub(crate) large: Vec<LargeObject>,
    /// The entries of all name indices: name hash in the upper half, node of the value in the lower.
    pub(crate) index: Vec<u64>,
}

/// One value: 32 bytes.
#[derive(Clone, Copy)]
pub(crate) struct RawNode {
    pub(crate) start: u32,
    pub(crate) end: u32,
    /// The first node that is not part of this value.
    pub(crate) next: u32,
    /// The container; the root is its own.
    pub(crate) parent: u32,
    /// The name with its quotes; both 0 where there is none (no name can begin at 0).
    pub(crate) key_start: u32,
    pub(crate) key_end: u32,
    /// Of an object, a [`name_bit`](crate::name::name_bit) for each of its names; 0 for everything else.
    pub(crate) names: u32,
    /// [`name_tag`] of the name; 0 where there is none.
    pub(crate) tag: u16,
    pub(crate) flags: u8,
}

/// The bits of [`RawNode::flags`]; the lowest three are the kind.
pub(crate) mod flags {
    pub(crate) const NULL: u8 = 0;
    pub(crate) const BOOL: u8 = 1;
    pub(crate) const NUMBER: u8 = 2;
    pub(crate) const STRING: u8 = 3;
    pub(crate) const ARRAY: u8 = 4;
    pub(crate) const OBJECT: u8 = 5;
    pub(crate) const KIND: u8 = 7;
    /// The string holds escapes.
    pub(crate) const ESCAPED: u8 = 8;
    /// The name holds escapes.
    pub(crate) const KEY_ESCAPED: u8 = 16;
    /// An earlier member has the same name.
    pub(crate) const DUPLICATE: u8 = 32;
    /// A later member has the same name.
    pub(crate) const SHADOWED: u8 = 64;
    /// The object has a name index.
    pub(crate) const LARGE: u8 = 128;
}

/// Where the name index of one object lies.
pub(crate) struct LargeObject {
    pub(crate) node: u32,
    pub(crate) start: usize,
    pub(crate) len: usize,
}

impl Tree {
    /// The decoded text of the string whose opening quote stands at `start`.
    pub(crate) fn decoded(&self, start: u32) -> Option<&str> {
        decoded(&self.decoded, start)
    }
}

/// As [`Tree::decoded`], for a table that is still being filled.
pub(crate) fn decoded(table: &[(u32, Box<str>)], start: u32) -> Option<&str> {
    let index = table.binary_search_by_key(&start, |(at, _)| *at).ok()?;
    table.get(index).map(|(_, text)| &**text)
}

/// An entry of a name index; sorts by hash, then by place in the document.
pub(crate) fn index_entry(hash: u32, node: u32) -> u64 {
    u64::from(hash) << 32 | u64::from(node)
}

/// The hash of an index entry.
#[inline]
pub(crate) fn index_hash(entry: u64) -> u32 {
    (entry >> 32) as u32
}

/// The node of an index entry.
pub(crate) fn index_node(entry: u64) -> u32 {
    let [a, b, c, d, ..] = entry.to_le_bytes();
    u32::from_le_bytes([a, b, c, d])
}

impl Document {
    /// A document of a tree with at least one node.
    pub(crate) fn new(text: Text, tree: Tree) -> Self {
        Self(Arc::new(Inner { text, tree }))
    }

    #[inline]
    pub(crate) fn tree(&self) -> &Tree {
        &self.0.tree
    }

    /// The whole text; spans point into it.
    #[inline]
    pub fn text(&self) -> &str {
        self.0.text.as_str()
    }

    /// The text with its lines.
    pub fn source(&self) -> &Text {
        &self.0.text
    }

    /// The value that the document is.
    #[inline]
    pub fn root(&self) -> Node<'_> {
        Node::new(self, 0)
    }

    /// How many values the document holds.
    pub fn node_count(&self) -> usize {
        self.0.tree.nodes.len()
    }

    /// The value with this [`Node::id`].
    pub fn node(&self, id: u32) -> Option<Node<'_>> {
        ((id as usize) < self.node_count()).then(|| Node::new(self, id))
    }

    /// Every value in document order, the root first.
    pub fn nodes(&self) -> impl Iterator<Item = Node<'_>> {
        (0..crate::text::offset_of(self.node_count())).map(|id| Node::new(self, id))
    }

    /// Every value that is a member of one of these names, in document order.
    pub fn named<'n>(&'n self, names: &'n [&str]) -> impl Iterator<Item = Node<'n>> {
        let bit = |tag: u16| 1_u64 << (tag % 64);
        let tags: Vec<u16> = names.iter().map(|name| name_tag(name_hash(name.as_bytes()))).collect();
        let bits = tags.iter().fold(0, |bits, tag| bits | bit(*tag));
        let like = (0..).zip(&self.0.tree.nodes);
        let like = like.filter(move |(_, node)| bits & bit(node.tag) != 0 && tags.contains(&node.tag));
        like.map(|(id, _)| Node::new(self, id)).filter(|node| node.key().is_some_and(|key| names.contains(&key)))
    }

    /// The place of a byte offset.
    pub fn position(&self, offset: u32) -> Position {
        self.0.text.position(offset)
    }

    /// The places where a span begins and ends.
    pub fn range(&self, span: Span) -> (Position, Position) {
        self.0.text.range(span)
    }

    /// The value that a JSON pointer (RFC 6901) leads to: the empty text is the root, `/a/0` the first item of `a`.
    /// Where a name is given twice the last one counts. `None` when nothing is there or the pointer is malformed.
    pub fn resolve(&self, pointer: &str) -> Option<Node<'_>> {
        let mut node = self.root();
        if pointer.is_empty() {
            return Some(node);
        }
        for token in pointer.strip_prefix('/')?.split('/') {
            let name = pointer::unescape_token(token)?;
            node = match node.kind() {
                crate::Kind::Object => node.get(&name)?,
                crate::Kind::Array => node.items().nth(pointer::index(&name)?)?,
                _ => return None,
            };
        }
        Some(node)
    }
}

impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Document({} bytes, {} values)", self.text().len(), self.node_count())
    }
}
