//! The name of a change that stays the same while unrelated things are edited.

use aws_lc_rs::digest::{SHA256, digest};
use backshell_source::{Kind, Node};
use std::fmt::Write as _;

/// The longest piece of a value that counts.
const LONGEST: usize = 4_096;

/// 16 hexadecimal digits of all `parts`; no two lists of parts are taken for one another.
pub(crate) fn of(parts: &[&str]) -> String {
    let text = parts.iter().fold(String::new(), |text, part| text + part + "\u{0}");
    let digest = digest(&SHA256, text.as_bytes());
    digest.as_ref().iter().take(8).fold(String::new(), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

/// A value in a spelling of its own: scalars and lists of scalars. Of objects only that they are one, since their content
/// has changes of its own.
pub(crate) fn value(node: Option<Node<'_>>) -> String {
    let Some(node) = node else { return String::new() };
    let scalar = |node: Node<'_>| match node.kind() {
        Kind::Object => "{}".to_owned(),
        Kind::Array => "[]".to_owned(),
        Kind::String => node.as_str().unwrap_or_default().chars().take(LONGEST).collect(),
        Kind::Null | Kind::Bool | Kind::Number => node.source().chars().take(LONGEST).collect(),
    };
    if !node.is_array() {
        return scalar(node);
    }
    let mut items: Vec<String> = node.items().take(LONGEST).map(scalar).collect();
    items.sort_unstable();
    items.join("\u{1}")
}
