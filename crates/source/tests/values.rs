//! What documents and nodes answer.

use backshell_source::{Document, Kind, Node, Position, parse_str};

#[expect(clippy::unwrap_used, reason = "a text that is no document fails the test")]
fn document(text: &str) -> Document {
    parse_str(text).document.unwrap()
}

#[test]
fn values_know_what_they_are() {
    let document =
        document(r#"{"n": null, "t": true, "i": -12, "d": 1.50, "e": 1e999, "s": "a\nb", "a": [1, [2]], "o": {}}"#);
    let root = document.root();
    let kinds: Vec<_> = root.members().map(|member| (member.key, member.value.kind().as_str())).collect();
    assert_eq!(
        kinds,
        [
            ("n", "null"),
            ("t", "boolean"),
            ("i", "number"),
            ("d", "number"),
            ("e", "number"),
            ("s", "string"),
            ("a", "array"),
            ("o", "object")
        ]
    );
    let get = |name: &str| root.get(name).unwrap();
    assert!(get("n").is_null());
    assert_eq!(get("t").as_bool(), Some(true));
    assert_eq!((get("i").as_i64(), get("i").as_f64()), (Some(-12), Some(-12.0)));
    assert_eq!((get("d").as_i64(), get("d").as_f64(), get("d").number_text()), (None, Some(1.5), Some("1.50")));
    assert_eq!((get("e").as_f64(), get("e").number_text()), (None, Some("1e999")));
    assert_eq!((get("s").as_str(), get("s").source()), (Some("a\nb"), "\"a\\nb\""));
    assert_eq!((get("a").len(), get("o").len(), get("s").len()), (2, 0, 0));
    // A question that does not fit is no accident.
    assert_eq!(
        (get("s").as_i64(), get("i").as_str(), get("a").get("x"), get("o").items().next()),
        (None, None, None, None)
    );
    assert_eq!(get("a").members().count() + get("s").items().count(), 0);
}

#[test]
fn places_are_exact() {
    let document = document("{\r\n  \"päth\": [\r\n    {\"k\": \"v\"}\r\n  ]\r\n}");
    let value = document.resolve("/päth/0/k").unwrap();
    assert_eq!(value.start(), Position { line: 3, column: 11 });
    assert_eq!(document.source().get(value.span()), Some("\"v\""));
    assert_eq!(document.source().get(value.key_span().unwrap()), Some("\"k\""));
    let array = document.resolve("/päth").unwrap();
    let (start, end) = document.range(array.span());
    assert_eq!((start, end), (Position { line: 2, column: 11 }, Position { line: 4, column: 4 }));
    assert_eq!(document.root().key_span(), None);
}

#[test]
fn pointers_lead_back() {
    let document = document(r#"{"a/b": {"m~n": [0, {"": 1}]}, "~1": 2, "é\n": 3}"#);
    for node in document.nodes() {
        assert_eq!(document.resolve(&node.pointer()), Some(node), "{node:?}");
        assert_eq!(document.node(node.id()), Some(node));
    }
    assert_eq!(document.resolve("").unwrap(), document.root());
    assert_eq!(document.resolve("/a~1b/m~0n/1/").unwrap().as_i64(), Some(1));
    for nothing in ["a", "/", "/a~1b/m~0n/2", "/a~1b/m~0n/01", "/a~1b/m~0n/-", "/~2", "/~01/x", "/a~1b/m~0n/1//"] {
        assert_eq!(document.resolve(nothing), None, "{nothing}");
    }
    let deep = document.resolve("/a~1b/m~0n/1/").unwrap();
    let way: Vec<_> = deep.ancestors().map(Node::kind).collect();
    assert_eq!(way, [Kind::Number, Kind::Object, Kind::Array, Kind::Object, Kind::Object]);
    assert_eq!(deep.parent().unwrap().index(), Some(1));
}

#[test]
fn the_last_of_a_name_counts_in_small_and_large_objects() {
    for filler in [0, 10, 24, 25, 500] {
        let others: Vec<_> = (0..filler).map(|number| format!("\"name{number}\": {number},")).collect();
        let others = others.concat();
        let text = format!("{{\"a\": 1, \"A\": 9, {others}\"\\u0061\": 2}}");
        let document = document(&text);
        let root = document.root();
        assert_eq!(root.get("a").unwrap().as_i64(), Some(2), "{filler}");
        assert_eq!(root.get_ignore_case("a").unwrap().as_i64(), Some(2), "an exact match wins");
        assert_eq!(root.get_ignore_case("NAME0").is_some(), filler > 0);
        assert_eq!(root.get("b"), None);
        for number in 0..filler {
            assert_eq!(root.get(&format!("name{number}")).unwrap().as_i64(), Some(number));
        }
        let flags: Vec<_> = root
            .members()
            .filter(|member| member.duplicate || member.shadowed)
            .map(|member| (member.value.as_i64(), member.duplicate, member.shadowed))
            .collect();
        assert_eq!(flags, [(Some(1), false, true), (Some(2), true, false)]);
        assert_eq!(root.get("a").unwrap().pointer(), "/a");
    }
}

#[test]
fn equality_is_by_content() {
    for (left, right) in [
        ("{\"a\":1,\"b\":[true,null]}", "{ \"b\": [true, null], \"\\u0061\": 1.0 }"),
        ("{\"a\":1,\"a\":2}", "{\"a\":2}"),
        ("\"\\u00e9\"", "\"é\""),
        ("1e2", "100"),
        ("[]", "[ ]"),
    ] {
        assert!(document(left).root().json_eq(document(right).root()), "{left} {right}");
        assert!(document(right).root().json_eq(document(left).root()), "{left} {right}");
    }
    for (left, right) in [
        ("1", "\"1\""),
        ("[1,2]", "[2,1]"),
        ("[1]", "[1,1]"),
        ("{\"a\":1}", "{\"a\":1,\"b\":1}"),
        ("{\"a\":1}", "{\"b\":1}"),
        ("{\"a\":1,\"a\":2}", "{\"a\":1}"),
        ("null", "false"),
        ("12345678901234567890", "12345678901234567891"),
    ] {
        assert!(!document(left).root().json_eq(document(right).root()), "{left} {right}");
        assert!(!document(right).root().json_eq(document(left).root()), "{left} {right}");
    }
}

#[test]
fn nodes_are_equal_when_they_are_the_same_place() {
    let one = document("[1, 1]");
    let items: Vec<_> = one.root().items().collect();
    assert_ne!(items[0], items[1]);
    assert_eq!(items[0], one.resolve("/0").unwrap());
    let copy = one.clone();
    assert_eq!(copy.root(), one.root(), "a clone shares its values");
    assert_ne!(document("[1, 1]").root(), one.root());
}

#[test]
fn documents_travel_between_threads() {
    fn travels<T: Send + Sync + Clone + 'static>(_: &T) {}
    travels(&document("[]"));
}
