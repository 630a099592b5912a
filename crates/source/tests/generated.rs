//! Whatever the bytes are: no panic, spans within the text, and the same verdict and value as serde_json.

use backshell_source::{Kind, Limits, Node, Parsed, parse_bytes};
use proptest::prelude::*;
use serde_json::Value;

/// What holds for every input.
#[expect(clippy::unwrap_used, reason = "a span outside the text fails the test")]
fn check(bytes: &[u8]) -> Parsed {
    let parsed = parse_bytes(bytes, &Limits::default());
    assert_eq!(parsed.document.is_none(), parsed.problems.iter().any(|problem| problem.kind.is_fatal()));
    for problem in &parsed.problems {
        assert!(parsed.text.get(problem.span).is_some(), "{problem:?}");
        assert!(parsed.position(problem).line >= 1);
    }
    if let Some(document) = &parsed.document {
        for node in document.nodes() {
            let inside = document.source().get(node.span()).unwrap();
            assert!(!inside.is_empty());
            if let (Some(parent), span) = (node.parent(), node.span()) {
                assert!(parent.span().start < span.start && span.end < parent.span().end);
                assert!(parent.id() < node.id());
            }
            if let Some(span) = node.key_span() {
                assert!(document.source().get(span).unwrap().starts_with('"') && span.end <= node.span().start);
            }
        }
    }
    parsed
}

/// Whether a node is what serde_json read.
fn same(node: Node<'_>, value: &Value) -> bool {
    match value {
        Value::Null => node.is_null(),
        Value::Bool(value) => node.as_bool() == Some(*value),
        // Without its feature `float_roundtrip`, serde_json is a few bits off.
        Value::Number(value) => node
            .as_f64()
            .zip(value.as_f64())
            .is_some_and(|(ours, theirs)| (ours - theirs).abs() <= ours.abs() * 1e-14 + 1e-307),
        Value::String(value) => node.as_str() == Some(value),
        Value::Array(values) => {
            node.is_array()
                && node.len() == values.len()
                && node.items().zip(values).all(|(node, value)| same(node, value))
        }
        Value::Object(values) => {
            node.kind() == Kind::Object
                && node.members().filter(|member| !member.shadowed).count() == values.len()
                && values.iter().all(|(name, value)| node.get(name).is_some_and(|node| same(node, value)))
        }
    }
}

/// Compares with serde_json where both promise the same: RFC 8259 in UTF-8 without a byte order mark, numbers in range,
/// no halves of surrogate pairs, and not deeper than serde_json goes.
fn compare(text: &str) {
    let parsed = check(text.as_bytes());
    match serde_json::from_str::<Value>(text) {
        Ok(value) => {
            assert!(parsed.document.as_ref().is_some_and(|document| same(document.root(), &value)), "{text:?}");
        }
        Err(error) => {
            let known = ["number out of range", "surrogate", "recursion", "hex escape", "end of hex"];
            let excused = known.iter().any(|word| error.to_string().contains(word)) || text.starts_with('\u{feff}');
            assert!(excused || parsed.document.is_none(), "{text:?}: {error}");
        }
    }
}

fn value() -> impl Strategy<Value = Value> {
    let name = prop_oneof!["[a-c]", "[a-z/~]{0,12}", any::<String>()];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 200, 40, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..40).prop_map(Value::from),
            prop::collection::vec((name.clone(), inner), 0..40)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// Pieces that are near to JSON, so that random rows of them get far into the reader.
fn nearly() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "{", "}", "[", "]", ",", ":", "\"a\"", "\"b\"", "\"\\n\"", "\"", "1", "-0.5e3", "01", "true", "nul", "null",
        " ", "\n", "\t", "\r", "\u{a0}", "\0", "//", "/*", "*/", "'", "\\", "\\u00", "\\ud83d", "é", "{\"a\":", "[1,",
        "],", "},", "\u{feff}",
    ]);
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        check(&bytes);
    }

    #[test]
    fn any_text(text in any::<String>()) {
        compare(&text);
    }

    #[test]
    fn nearly_json(text in nearly()) {
        compare(&text);
    }

    #[test]
    fn written_values_are_read_back(value in value()) {
        compare(&value.to_string());
        compare(&serde_json::to_string_pretty(&value).unwrap());
    }

    #[test]
    fn one_damaged_byte(value in value(), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut bytes = serde_json::to_string_pretty(&value).unwrap().into_bytes();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        match std::str::from_utf8(&bytes) {
            Ok(text) => compare(text),
            Err(_) => { check(&bytes); }
        }
        check(&bytes[..at]);
    }
}
