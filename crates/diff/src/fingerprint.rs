//! The name of a change that stays the same while unrelated things are edited.

use aws_lc_rs::digest::{SHA256, digest};
use backshell_source::{Kind, Node};
use std::borrow::Cow;
use std::fmt::Write as _;

/// The longest piece of a value that counts.
const LONGEST: usize = 4_096;

/// 16 hexadecimal digits of all `parts`; no two lists of parts are taken for one another.
pub(crate) fn of(parts: &[&str]) -> String {
    let mut text = String::new();
    for part in parts {
        push(&mut text, part);
    }
    let digest = digest(&SHA256, text.as_bytes());
    digest.as_ref().iter().take(8).fold(String::new(), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

/// Adds a part with its length in front: whatever it holds, it is not taken for two.
fn push(text: &mut String, part: &str) {
    let _ = write!(text, "{}:{part}", part.len());
}

/// A text as long as it is, or what tells it from others of that length.
fn bounded(text: &str) -> Cow<'_, str> {
    if text.len() > LONGEST { Cow::Owned(of(&[text])) } else { Cow::Borrowed(text) }
}

/// A value with all that is in it, in a spelling that does not depend on the order of members or on white space.
pub(crate) fn whole(node: Node<'_>) -> String {
    enum Piece<'d> {
        Value(Node<'d>),
        Text(&'d str),
    }
    let mut out = String::new();
    let mut waiting = vec![Piece::Value(node)];
    while let Some(piece) = waiting.pop() {
        if out.len() > LONGEST {
            break;
        }
        let node = match piece {
            Piece::Text(text) => {
                push(&mut out, &bounded(text));
                continue;
            }
            Piece::Value(node) => node,
        };
        match node.kind() {
            Kind::Object => {
                let mut members: Vec<_> = node.members().filter(|member| !member.shadowed).collect();
                members.sort_unstable_by(|one, two| two.key.cmp(one.key));
                waiting.push(Piece::Text("}"));
                waiting.extend(
                    members.into_iter().flat_map(|member| [Piece::Value(member.value), Piece::Text(member.key)]),
                );
                waiting.push(Piece::Text("{"));
            }
            Kind::Array => {
                waiting.push(Piece::Text("]"));
                let from = waiting.len();
                waiting.extend(node.items().map(Piece::Value));
                waiting.get_mut(from..).unwrap_or_default().reverse();
                waiting.push(Piece::Text("["));
            }
            Kind::String => waiting.push(Piece::Text(node.as_str().unwrap_or_default())),
            Kind::Null | Kind::Bool | Kind::Number => waiting.push(Piece::Text(node.source())),
        }
    }
    out
}

/// A value in a spelling of its own: scalars and lists of scalars. Of objects only that they are one, since their content
/// has changes of its own.
pub(crate) fn value(node: Option<Node<'_>>) -> String {
    let Some(node) = node else { return String::new() };
    let scalar = |node: Node<'_>| match node.kind() {
        Kind::Object => "{}".to_owned(),
        Kind::Array => "[]".to_owned(),
        Kind::String => bounded(node.as_str().unwrap_or_default()).into_owned(),
        Kind::Null | Kind::Bool | Kind::Number => bounded(node.source()).into_owned(),
    };
    if !node.is_array() {
        return scalar(node);
    }
    let mut items: Vec<String> = node.items().take(LONGEST).map(scalar).collect();
    items.sort_unstable();
    let mut list = String::new();
    for item in &items {
        push(&mut list, item);
    }
    list
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_do_not_run_together() {
        assert_ne!(of(&["a", "b"]), of(&["ab", ""]));
        assert_ne!(of(&["a\u{0}b", "c"]), of(&["a", "b\u{0}c"]));
        let value = |text: &str| {
            let document = backshell_source::parse_str(text).document.unwrap();
            (value(Some(document.root())), whole(document.root()))
        };
        for (one, other) in [
            (r#"["a\u0001b"]"#, r#"["a", "b"]"#),
            (r#"["1:a", "b"]"#, r#"["1", "a1:b"]"#),
            (&*format!("\"{}a\"", "x".repeat(LONGEST)), &*format!("\"{}b\"", "x".repeat(LONGEST))),
        ] {
            assert_ne!(value(one).0, value(other).0, "{one}");
            assert_ne!(value(one).1, value(other).1, "{one}");
        }
    }
}
