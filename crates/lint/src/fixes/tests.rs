//! Fixes on made-up definitions, on mutated ones, and on every definition of the corpus.

use super::*;
use backshell_package::{discover, read, read_files};
use proptest::prelude::*;
use std::io::Write as _;
use std::path::{Path, PathBuf};

fn package(definition: &str) -> ReadPackage {
    read_files(
        "package",
        vec![("apiDefinition.swagger.json".to_owned(), definition.as_bytes().into())],
        &Limits::default(),
    )
}

fn mended(definition: &str) -> String {
    let fixed = mend(&package(definition), &Options::default(), &|findings| findings);
    fixed.map_or_else(|| definition.to_owned(), |fixed| String::from_utf8(fixed.new).unwrap())
}

#[test]
fn members_are_added_in_the_style_of_the_object() {
    for (before, after) in [
        (
            r#"{"parameters":{"P":{"in":"path","name":"id"}}}"#,
            r#"{"parameters":{"P":{"in":"path","name":"id","required":true,"x-ms-url-encoding":"single"}}}"#,
        ),
        (
            r#"{ "parameters": { "P": { "in": "path", "name": "id", "required": false } } }"#,
            r#"{ "parameters": { "P": { "in": "path", "name": "id", "required": true, "x-ms-url-encoding": "single" } } }"#,
        ),
        (
            "{\r\n\t\"parameters\": {\r\n\t\t\"P\": {\r\n\t\t\t\"in\" : \"path\",\r\n\t\t\t\"name\" : \"id\"\r\n\t\t}\r\n\t}\r\n}\r\n",
            "{\r\n\t\"parameters\": {\r\n\t\t\"P\": {\r\n\t\t\t\"in\" : \"path\",\r\n\t\t\t\"name\" : \"id\",\r\n\t\t\t\"required\" : true,\r\n\t\t\t\"x-ms-url-encoding\" : \"single\"\r\n\t\t}\r\n\t}\r\n}\r\n",
        ),
        (
            "{ \"parameters\": { \"P\": {\n    \"in\": \"path\"\n  , \"name\": \"id\"\n  , \"required\": true\n} } }",
            "{ \"parameters\": { \"P\": {\n    \"in\": \"path\"\n  , \"name\": \"id\"\n  , \"required\": true\n  , \"x-ms-url-encoding\": \"single\"\n} } }",
        ),
        (
            r#"{ "parameters": { "P": { "in": "path" } } }"#,
            r#"{ "parameters": { "P": { "in": "path", "required": true, "x-ms-url-encoding": "single" } } }"#,
        ),
    ] {
        let mut options = Options::default();
        let order = ["PathParameterMustBeRequired", "PathParameterMissingEncoding"];
        options.only = Some(order.iter().map(|id| crate::rule(id).unwrap()).collect());
        // The order of the findings at one place is that of the rules' names; the members come in whatever order.
        let fixed = mend(&package(before), &options, &|mut findings| {
            findings.sort_by_key(|finding| finding.rule != order[0]);
            findings
        });
        assert_eq!(String::from_utf8(fixed.unwrap().new).unwrap(), after);
    }
}

#[test]
fn what_means_something_else_is_left_alone() {
    for definition in [
        r#"{ "parameters": { "P": { "in": "path", "required": true, "x-ms-skip-url-encoding": true } } }"#,
        r#"{ "parameters": { "P": { "in": "query", "x-ms-sumary": "none", "x-ms-summary": "A" } } }"#,
        r#"{ "parameters": { "P": { "in": "query", "x-ms-sumary": "none", "x-ms-summar": "A" } } }"#,
        r#"{ "parameters": { "P": { "in": "path", "required": true, "x-ms-url-encodng": "a", "x-ms-url-encodin": "b" } } }"#,
        r#"{ "info": { "description": "  " }, "definitions": { "A": { "example": { "summary": "a " }, "default": "x " } } }"#,
        r#"{ "securityDefinitions": { "S": { "scopes": { "description": "a " } } } }"#,
        r#"{ "info": { "x-other": { "description": "a " } } }"#,
    ] {
        assert_eq!(mended(definition), definition);
    }
}

#[test]
fn blanks_at_the_ends_of_lines_go_and_line_ends_stay() {
    let before = "{ \r\n\t\"info\": {\t \n  \"title\": \"a b \"  },\n \r\n \"tags\": [\n \"a\" \n,\"a\"\n ]} ";
    let after = "{\r\n\t\"info\": {\n  \"title\": \"a b \"  },\n\r\n \"tags\": [\n \"a\"\n,\"a\"\n ]}";
    assert_eq!(mended(before), after);
}

#[test]
fn a_parameter_that_is_listed_twice_is_listed_once() {
    let before = r#"{ "paths": { "/a": { "get": { "parameters": [{ "in": "query", "name": "q" }, { "name": "q", "in": "query" }] } } } }"#;
    let after = r#"{ "paths": { "/a": { "get": { "parameters": [{ "in": "query", "name": "q" }] } } } }"#;
    assert_eq!(mended(before), after);
}

#[test]
fn texts_and_names_are_mended() {
    let before = r#"{ "info": { "description": "Orders. \n" }, "paths": { "/a": { "get": { "summary": "Get\t",
        "parameters": [ { "in": "query", "name": "description", "x-ms-trigger-hnt": "B", "x-ms-summary": "A " } ] } } },
        "definitions": { "A": { "properties": { "description": { "type": "string", "description": "b " } } } } }"#;
    let after = r#"{ "info": { "description": "Orders." }, "paths": { "/a": { "get": { "summary": "Get",
        "parameters": [ { "in": "query", "name": "description", "x-ms-trigger-hint": "B", "x-ms-summary": "A" } ] } } },
        "definitions": { "A": { "properties": { "description": { "type": "string", "description": "b" } } } } }"#;
    let before = before.replace("Get\t", r"Get\t");
    assert_eq!(mended(&before), after);
}

#[test]
fn no_extension_is_switched_on_that_changes_what_the_connector_does() {
    for definition in [
        r#"{ "paths": { "/a": { "get": { "x-ms-triger": "single" } } } }"#,
        r#"{ "parameters": { "P": { "in": "query", "name": "p", "x-ms-visibilty": "internal" } } }"#,
        r#"{ "parameters": { "P": { "in": "path", "name": "p", "required": true, "x-ms-url-encoding": "single", "x-ms-skip-url-encodng": true } } }"#,
    ] {
        let found = check(&package(definition), &Options::default());
        assert!(found.iter().any(|finding| finding.rule == "BS-ExtensionMisspelt"), "{definition}");
        assert_eq!(mended(definition), definition);
    }
}

#[test]
fn what_is_off_or_accepted_is_left_alone() {
    let definition = r#"{ "info": { "title": "Orders ", "description": "Orders. " }, "paths": { "/a": { "get": { "summary": "Get " } } } }"#;
    let fixed = |off: &[&str], keep: &dyn Fn(Vec<Finding>) -> Vec<Finding>| {
        let off: Vec<_> = off.iter().map(|rule| (rule.parse().unwrap(), crate::Level::Off)).collect();
        let options = Options { levels: crate::Levels::default().then(&off), ..Options::default() };
        let fixed = mend(&package(definition), &options, keep);
        fixed.map(|fixed| String::from_utf8(fixed.new).unwrap())
    };
    let all = |findings| findings;
    let (summary, description) = (definition.replace("Get ", "Get"), definition.replace("Orders. ", "Orders."));
    assert_eq!(fixed(&[], &all), Some(summary.replace("Orders. ", "Orders.")));
    assert_eq!(fixed(&["ValueMustEndWithAlphanumeric"], &all), Some(description.clone()));
    assert_eq!(fixed(&[], &|_| Vec::new()), Some(description));
    assert_eq!(fixed(&["BS-DescriptionPunctuation"], &all), Some(summary));
    assert_eq!(fixed(&["all"], &all), None);
}

#[test]
fn repeated_entries_go_with_their_commas() {
    for (before, after) in [
        (r#"{"required": ["a", "b", "a"]}"#, r#"{"required": ["a", "b"]}"#),
        (r#"{"required": ["a", "a", "b"]}"#, r#"{"required": ["a", "b"]}"#),
        ("{\"required\": [\n  \"a\",\n  \"a\",\n  \"a\"\n]}", "{\"required\": [\n  \"a\"\n]}"),
        (r#"{"required": [1, 1.0, {"x":1,"y":2}, {"y":2,"x":1}, "1"]}"#, r#"{"required": [1, {"x":1,"y":2}, "1"]}"#),
        (r#"{"required": ["a", "A"]}"#, r#"{"required": ["a", "A"]}"#),
    ] {
        let document = parsed(before).unwrap();
        let Some(Fix { act: Act::Findings(_, act), .. }) = fix_of("ArrayDuplicateValue") else { panic!("no fix") };
        for pointer in ["/required", "/required/0", "/required/1"] {
            let mut edits = Edits::new(&document);
            act(document.resolve(pointer).unwrap(), &mut edits);
            assert_eq!(edits.apply().0, after);
        }
    }
}

#[test]
fn a_byte_order_mark_stays_and_foreign_encodings_are_left_alone() {
    let text = r#"{"info":{"description":"é "}}"#;
    let marked = [BYTE_ORDER_MARK, text.as_bytes()].concat();
    let mend = |bytes: &[u8]| {
        let read = read_files("p", vec![("apiDefinition.swagger.json".to_owned(), bytes.into())], &Limits::default());
        super::mend(&read, &Options::default(), &|findings| findings).map(|fixed| fixed.new)
    };
    assert_eq!(mend(&marked), Some([BYTE_ORDER_MARK, br#"{"info":{"description":"#, "\"é\"}}".as_bytes()].concat()));
    assert_eq!(mend(b"{\"info\":{\"description\":\"\xe9 \"}}"), None);
}

#[test]
fn the_diff_shows_what_changes() {
    let read = package("{\n  \"info\": {\n    \"description\": \"a \"\n  }\n}\n");
    let fixed = mend(&read, &Options::default(), &|findings| findings).unwrap();
    let expected = "--- a/x.json\n+++ b/x.json\n@@ -1,5 +1,5 @@\n {\n   \"info\": {\n-    \"description\": \"a \"\n+    \"description\": \"a\"\n   }\n }\n";
    assert_eq!(diff("x.json", &fixed), expected);
}

#[test]
fn fixes_are_found_by_rule() {
    for rule in ["PathParameterMustBeRequired", "BS-ExtensionMisspelt", "ArrayDuplicateValue"] {
        assert!(fix_of(rule).is_some(), "{rule}");
    }
    assert!(fix_of("BS-InvalidJson").is_none());
    assert!(FIXES.iter().all(|fix| !fix.what.is_empty()));
}

/// What must hold of any definition: it stays a document, a second run changes nothing, and once the mended places are put
/// aside it says what it said.
fn holds(read: &ReadPackage) -> Result<usize, String> {
    let keep = |findings: Vec<Finding>| findings;
    let Some(fixed) = mend(read, &Options::default(), &keep) else { return Ok(0) };
    let again = with_definition(read, &fixed.new);
    let Some(new) = again.package.definition.as_ref().map(|definition| &definition.document) else {
        return Err("it is no document any more".to_owned());
    };
    if let Some(twice) = mend(&again, &Options::default(), &keep) {
        return Err(format!("a second run makes {} edits", twice.edits));
    }
    let old = read.package.definition.as_ref().map(|definition| &definition.document).ok_or("no definition")?;
    match (plain(old.root()), plain(new.root())) {
        (one, other) if one == other => Ok(fixed.edits),
        _ => Err("it says something else".to_owned()),
    }
}

/// The value without what fixes may change.
fn plain(node: Node<'_>) -> serde_json::Value {
    use serde_json::Value;
    match node.kind() {
        backshell_source::Kind::Object => {
            let in_path = node.get("in").and_then(Node::as_str) == Some("path");
            // A misspelt name and the one that is meant count as one.
            let key = |key: &str| {
                let extensions = crate::keywords::EXTENSIONS;
                if !key.to_lowercase().starts_with("x-ms") || extensions.binary_search(&key).is_ok() {
                    return key.to_owned();
                }
                let meant = extensions.iter().find(|known| strsim::damerau_levenshtein(known, key) <= 3);
                meant.map_or(key, |meant| meant).to_owned()
            };
            let members = node.visible_members();
            let members = members.map(|member| (key(member.key), plain(member.value)));
            let single = Value::from("single");
            Value::Object(
                members
                    .filter(|(key, value)| {
                        !(in_path && (key == "required" || (key == "x-ms-url-encoding" && *value == single)))
                    })
                    .collect(),
            )
        }
        backshell_source::Kind::Array => {
            let mut entries: Vec<Value> = Vec::new();
            for entry in node.items().map(plain) {
                if !entries.contains(&entry) {
                    entries.push(entry);
                }
            }
            Value::Array(entries)
        }
        backshell_source::Kind::String => node.as_str().unwrap_or_default().trim_end().into(),
        _ => node.source().into(),
    }
}

#[test]
fn every_definition_of_the_corpus_survives() {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus");
    let corpus = variable("BACKSHELL_CORPUS").map_or(beside, PathBuf::from).join("connectors");
    let Ok(paths) = discover(&corpus, &Limits::default()) else {
        assert!(variable("CI").is_none(), "{} is not here", corpus.display());
        let _ = writeln!(std::io::stderr(), "skipped: {} is not here", corpus.display());
        return;
    };
    let (mut files, mut edits) = (0, 0);
    for path in paths {
        let read = read(&path, &Limits::default()).unwrap();
        let made = holds(&read).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        files += usize::from(made > 0);
        edits += made;
    }
    assert!(files > 40 && edits > 500, "{edits} edits in {files} files: the fixes are not at work");
}

#[expect(clippy::disallowed_methods, reason = "tests are told by the environment where the corpus is")]
fn variable(name: &str) -> Option<std::ffi::OsString> {
    std::env::var_os(name)
}

proptest! {
    /// Definitions with random layout and random mistakes of the kinds that fixes mend.
    #[test]
    fn any_layout_survives(
        parameters in proptest::collection::vec((0..4_u8, 0..4_u8, 0..5_u8, 0..4_u8), 0..6),
        blanks in proptest::sample::select(vec!["", " ", "\n  ", "\r\n\t", "\r"]),
        colon in proptest::sample::select(vec![":", ": ", " : "]),
        comma in proptest::sample::select(vec![",", ", ", " ,", ",\n    "]),
        mark in any::<bool>(),
    ) {
        let list: Vec<String> = parameters.iter().map(|(location, required, extension, text)| {
            let mut members = vec![format!("\"name\"{colon}\"p\"")];
            let location = ["path", "query", "path", "header"][usize::from(*location)];
            members.push(format!("\"in\"{colon}\"{location}\""));
            match required {
                0 => {}
                1 => members.insert(0, format!("\"required\"{colon}false")),
                2 => members.push(format!("\"required\"{colon}true")),
                _ => members.push(format!("\"required\"{colon}{{{blanks}\"a\"{colon}[]}}")),
            }
            let extension = ["x-ms-trigger-hnt", "x-ms-url-encodng", "x-ms-summary", "x-ms-sumary", "x-other"][usize::from(*extension)];
            members.push(format!("\"{extension}\"{colon}\"v \""));
            let text = ["a", "a \\n", " ", "\\u0020é\\t"][usize::from(*text)];
            members.push(format!("\"description\"{colon}\"{text}\""));
            format!("{{{blanks}{}{blanks}}}", members.join(comma))
        }).collect();
        let list = list.join(comma);
        let definition = format!("{{{blanks}\"paths\"{colon}{{\"/a\"{colon}{{\"get\"{colon}{{\"parameters\"{colon}[{blanks}{list}{blanks}]}}}}}}}}");
        let bytes = [if mark { BYTE_ORDER_MARK } else { b"" }, definition.as_bytes()].concat();
        let read = read_files("p", vec![("apiDefinition.swagger.json".to_owned(), bytes.as_slice().into())], &Limits::default());
        prop_assert!(read.package.definition.is_some(), "{definition}");
        if let Err(error) = holds(&read) {
            prop_assert!(false, "{error}: {definition}");
        }
    }
}
