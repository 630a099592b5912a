//! What the reader says about each kind of mistake: the kind, the place, and what the message must name.

use backshell_source::{Limits, Parsed, ProblemKind, parse_bytes, parse_str};

/// Every problem of `text` as `line:column kind`.
fn problems(text: &str) -> Vec<String> {
    let parsed = parse_str(text);
    let fatal = parsed.problems.iter().any(|problem| problem.kind.is_fatal());
    assert_eq!(parsed.document.is_none(), fatal, "{text:?}");
    parsed
        .problems
        .iter()
        .map(|problem| {
            assert!(parsed.text.get(problem.span).is_some(), "{text:?}: {problem:?}");
            assert!(!problem.message.is_empty() && !problem.help.is_empty(), "{problem:?}");
            assert!(!problem.message.ends_with('.') && !problem.message.contains('\n'), "{problem:?}");
            let start = parsed.position(problem);
            format!("{}:{} {}", start.line, start.column, problem.kind.code())
        })
        .collect()
}

#[test]
fn each_mistake_has_its_place_and_cause() {
    for (text, expected) in [
        // Commas.
        ("{\"a\": 1,\n}", "1:8 trailing-comma"),
        ("[1,2 , ]", "1:6 trailing-comma"),
        ("{\"a\": \"b\",\n}", "1:10 trailing-comma"),
        ("{\"a\": \"b\" ,}", "1:11 trailing-comma"),
        ("{\"a\": \"b\"\n\"c\": \"d\"}", "1:10 missing-comma"),
        ("{\"a\": \"b\",", "1:11 unclosed"),
        ("{\"a\": \"b\",, \"c\": 1}", "1:11 extra-comma"),
        ("{\"a\": 1\n \"b\": 2}", "1:8 missing-comma"),
        ("[1 2]", "1:3 missing-comma"),
        ("[{}\n{}]", "1:4 missing-comma"),
        ("[1,,2]", "1:4 extra-comma"),
        ("[,1]", "1:2 extra-comma"),
        ("{,\"a\":1}", "1:2 extra-comma"),
        // Members.
        ("{\"a\" 1}", "1:5 missing-colon"),
        ("{\"a\"}", "1:5 missing-colon"),
        ("{\"a\", \"b\"}", "1:5 missing-colon"),
        ("{\"a\": }", "1:6 missing-value"),
        ("{\"a\":, \"b\": 1}", "1:6 missing-value"),
        ("{a: 1}", "1:2 unquoted-name"),
        ("{'a': 1}", "1:2 wrong-quotes"),
        ("{\"a\": 'b'}", "1:7 wrong-quotes"),
        ("{“a”: 1}", "1:2 wrong-quotes"),
        ("{\"a\": 1, {\"b\": 2}}", "1:10 wrong-bracket"),
        ("{\"a\": 1 {\"b\": 2}}", "1:9 wrong-bracket"),
        // Brackets.
        ("{\"a\": [1, 2}", "1:12 wrong-bracket"),
        ("[1, 2}", "1:6 wrong-bracket"),
        ("{\"a\": 1]", "1:8 wrong-bracket"),
        ("[\"a\": 1]", "1:5 wrong-bracket"),
        ("{\"a\": [1\n", "1:9 unclosed"),
        ("{\"a\":", "1:6 unclosed"),
        ("{\"a\"", "1:5 unclosed"),
        ("{\"a\": 1,", "1:9 unclosed"),
        ("[", "1:2 unclosed"),
        ("{}\n}", "2:1 text-after-end"),
        ("{} {}", "1:4 text-after-end"),
        ("1,", "1:2 text-after-end"),
        ("]", "1:1 unexpected"),
        // Strings.
        ("[\"a", "1:2 unterminated-string"),
        ("[\"a\n\"]", "1:2 unterminated-string"),
        ("[\"a\tb\"]", "1:4 control-character"),
        ("[\"a\u{1}b\"]", "1:4 control-character"),
        ("[\"a\0b\"]", "1:4 nul"),
        ("[\"\\x\"]", "1:3 bad-escape"),
        ("[\"\\ä\"]", "1:3 bad-escape"),
        ("[\"\\u12\"]", "1:3 bad-escape"),
        ("{\"a\": \"say \"hello\" to\"}", "1:13 unexpected"),
        // Between tokens.
        ("[1,\u{2003}2]", "1:4 non-ascii-whitespace"),
        ("{\u{a0}\"a\"\u{a0}:1}", "1:2 non-ascii-whitespace 1:6 non-ascii-whitespace"),
        ("[1]\u{feff}", "1:4 non-ascii-whitespace"),
        ("[1\0]", "1:3 nul"),
        ("[1\u{b}]", "1:3 control-character"),
        ("[1] // one", "1:5 comment"),
        ("/* one\n */ [1]", "1:1 comment"),
        // Values.
        ("", "1:1 empty"),
        (" \n", "1:1 empty"),
        ("[01]", "1:2 bad-number"),
        ("[+1]", "1:2 bad-number"),
        ("[.5]", "1:2 bad-number"),
        ("[1.]", "1:2 bad-number"),
        ("[1e]", "1:2 bad-number"),
        ("[-]", "1:2 bad-number"),
        ("[0x10]", "1:2 bad-number"),
        ("[1.2.3]", "1:2 bad-number"),
        ("[True]", "1:2 unexpected"),
        ("[NaN]", "1:2 unexpected"),
        ("[nullx]", "1:2 unexpected"),
        ("[hello]", "1:2 unexpected"),
        ("hello", "1:1 unexpected"),
        ("<html>", "1:1 unexpected"),
        // Several at once.
        (
            "{\"a\": [1,],\n\"b\": 2\n\"c\": True,\n}",
            "1:9 trailing-comma 2:7 missing-comma 3:6 unexpected 3:10 trailing-comma",
        ),
        // Beside a document.
        ("\u{feff}{}", "1:1 byte-order-mark"),
        ("{\"a\":1,\n\"b\":2,\n\"a\":3}", "3:1 duplicate-key"),
        ("{\"a\":1,\"\\u0061\":3}", "1:8 duplicate-key"),
        ("[\"\\ud83d\"]", "1:3 lone-surrogate"),
    ] {
        assert_eq!(problems(text).join(" "), expected, "{text:?}");
    }
}

#[test]
fn what_json_allows_is_read_without_a_word() {
    for text in [
        "null",
        " true\r\n",
        "\"\"",
        "-0",
        "0.5e-3",
        "[]",
        "{}",
        "[[],{}]",
        "{\"\":{\"\":null}}",
        "\"\\u0000\"",
        "\"\u{7f}\u{80}\u{2003}\"",
        "1E400",
        "\"\\ud83d\\ude00\"",
        "\"/\\/\"",
        "[1,\t2]",
    ] {
        assert_eq!(problems(text), Vec::<String>::new(), "{text:?}");
    }
}

#[test]
fn messages_name_the_partner() {
    for (text, words) in [
        ("{\n\"a\": [\n1}", vec!["`}`", "array", "line 2", "`]`"]),
        ("{\n\"a\": {\n", vec!["object", "line 2", "1 around it"]),
        ("{\"a\":1,\n\"b\":2,\n\"a\":3}", vec!["`a`", "line 1"]),
        ("{\"host\": }", vec!["`host`"]),
        ("[nope]", vec!["`nope`"]),
    ] {
        let parsed = parse_str(text);
        for word in words {
            assert!(parsed.problems[0].message.contains(word), "{text:?}: {}", parsed.problems[0].message);
        }
    }
}

#[test]
fn indentation_tells_where_a_bracket_is_too_much() {
    let text = "{\n  \"a\": {\n    \"b\": {\n      \"c\": 1\n    }\n    }\n  },\n  \"d\": 2\n}\n";
    let parsed = parse_str(text);
    let problem = &parsed.problems[0];
    assert_eq!(problem.kind, ProblemKind::TextAfterEnd);
    assert_eq!(parsed.position(problem).line, 7);
    assert!(problem.help.contains("line 6"), "{}", problem.help);
}

#[test]
fn pointers_lead_to_the_mistake() {
    for (text, pointer) in [
        ("{\"a/b\": {\"c\": [1, {\"d\": tru}]}}", "/a~1b/c/1/d"),
        ("{\"a\": [1, 2,]}", "/a"),
        ("[{}, {\"x\": 1 \"y\": 2}]", "/1"),
        ("{\"p\": {\"a\": 1, \"a\": 2}}", "/p/a"),
        ("[\"\\ud800\"]", ""),
    ] {
        assert_eq!(parse_str(text).problems[0].pointer, pointer, "{text}");
    }
}

#[test]
fn deep_nesting_is_read_up_to_the_limit_and_refused_beyond() {
    let arrays = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    let objects = |depth: usize| format!("{}1{}", "{\"a\":".repeat(depth), "}".repeat(depth));
    for depth in [1, 1_024, Limits::default().max_depth] {
        for text in [arrays(depth), objects(depth)] {
            let document = parse_str(&text).document.unwrap();
            assert!(document.root().json_eq(document.root()));
            let last = document.nodes().last().unwrap();
            assert_eq!(document.resolve(&last.pointer()), Some(last));
        }
    }
    for text in [arrays(100_000), objects(100_000), "[".repeat(100_000), "{\"a\":".repeat(100_000)] {
        let parsed = parse_str(&text);
        assert!(parsed.document.is_none());
        assert_eq!(parsed.problems[0].kind, ProblemKind::TooDeep);
        assert!(parsed.position(&parsed.problems[0]).column > 1_024);
    }
    // The limit is a matter of policy, not of the machine's stack.
    let limits = Limits { max_depth: 1_000_000, ..Limits::default() };
    let document = parse_bytes(arrays(1_000_000).as_bytes(), &limits).document.unwrap();
    assert!(document.root().json_eq(document.root()));
}

#[test]
fn values_are_counted() {
    let limits = Limits { max_nodes: 3, ..Limits::default() };
    assert!(parse_bytes(b"[1,2]", &limits).document.is_some());
    assert_eq!(parse_bytes(b"[1,2,3]", &limits).problems[0].kind, ProblemKind::TooManyValues);
}

#[test]
fn reports_are_bounded() {
    let trailing = format!("[{}]", "[1,],".repeat(1_000));
    assert_eq!(parse_str(&trailing).problems.len(), 20);
    let repeated = format!("{{{}\"a\":0}}", "\"a\":0,".repeat(10_000));
    let parsed = parse_str(&repeated);
    assert_eq!(parsed.problems.len(), 200);
    let document = parsed.document.unwrap();
    let members: Vec<_> = document.root().members().collect();
    assert_eq!(members.len(), 10_001);
    assert!(members.iter().skip(1).all(|member| member.duplicate));
    assert_eq!(members.iter().filter(|member| !member.shadowed).count(), 1);
    let left_out = |parsed: &Parsed, kind: ProblemKind| {
        let of_kind: Vec<_> = parsed.problems.iter().filter(|problem| problem.kind == kind).collect();
        assert!(of_kind.iter().rev().skip(1).all(|problem| problem.left_out == 0));
        of_kind.last().map(|problem| problem.left_out)
    };
    assert_eq!(left_out(&parse_str(&repeated), ProblemKind::DuplicateKey), Some(9_800));
    // Of many different names the first ones are listed.
    let pairs: String = (0..300).map(|number| format!("\"a{number}\":0,\"a{number}\":0,")).collect();
    let parsed = parse_str(&format!("{{{pairs}\"b\":0}}"));
    let pointers: Vec<_> = parsed.problems.iter().map(|problem| problem.pointer.clone()).collect();
    assert_eq!(pointers, (0..200).map(|number| format!("/a{number}")).collect::<Vec<_>>());
    // The names of an object are compared after those of the objects in it, and stand before them.
    let nested = format!("{{\"x\":0,\"x\":{{{}\"a\":0}}}}", "\"a\":0,".repeat(199));
    let parsed = parse_str(&nested);
    assert_eq!(parsed.problems.len(), 200);
    assert_eq!(left_out(&parsed, ProblemKind::DuplicateKey), Some(0));
    let nested = format!("{{\"x\":0,{} \"y\":{{{}\"a\":0}}}}", "\"x\":0,".repeat(50), "\"a\":0,".repeat(180));
    let parsed = parse_str(&nested);
    assert_eq!(parsed.problems.len(), 200);
    assert_eq!(left_out(&parsed, ProblemKind::DuplicateKey), Some(30));
    // Many problems of one kind must not hide those of another.
    let mixed = format!("[{}{{\"a\":0,\"a\":1}}]", "\"\\ud800\",".repeat(300));
    let parsed = parse_str(&mixed);
    assert_eq!(parsed.problems.len(), 201);
    assert_eq!(left_out(&parsed, ProblemKind::LoneSurrogate), Some(100));
    assert_eq!(left_out(&parsed, ProblemKind::DuplicateKey), Some(0));
    let long = format!("[{}]", "x".repeat(10_000));
    assert!(parse_str(&long).problems[0].message.len() < 200);
}

/// Names whose cheap hash is equal must not cost quadratic time.
#[test]
fn colliding_names_are_told_apart() {
    let names: Vec<String> = (0..20_000).map(|number| format!("aaaaaaaa{number:08}zzzzzzzz")).collect();
    let members: Vec<String> = names.iter().enumerate().map(|(value, name)| format!("\"{name}\":{value}")).collect();
    let document = parse_str(&format!("{{{}}}", members.join(","))).document.unwrap();
    assert!(document.root().members().all(|member| !member.duplicate));
    assert_eq!(document.root().get(&names[17]).unwrap().as_i64(), Some(17));
    assert_eq!(document.root().get("aaaaaaaazzzzzzzz"), None);
}
