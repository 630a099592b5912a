//! Input that nobody writes by accident: it is read or refused with a place, and never ends the program.

#![allow(
    clippy::allow_attributes,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "in a test a panic is the verdict"
)]

use backshell_findings::{Finding, Severity};
use backshell_lint::{Level, Options, Selector, check};
use backshell_package::{Limits, read_files};
use std::sync::Arc;
use std::time::Instant;

fn lint(bytes: impl Into<Vec<u8>>) -> Vec<Finding> {
    let files = vec![("apiDefinition.swagger.json".to_owned(), bytes.into().into())];
    check(&read_files("hostile", files, &Limits::default()), &Options::default())
}

/// What these rules find in a definition that is meant to take long.
fn soon(definition: &str, rules: &[&str]) -> Vec<Finding> {
    let files = vec![("apiDefinition.swagger.json".to_owned(), definition.as_bytes().into())];
    soon_in(files, rules)
}

/// The same for a package. Nobody waits for it: a test only says that it ends soon.
fn soon_in(files: Vec<(String, Arc<[u8]>)>, rules: &[&str]) -> Vec<Finding> {
    let package = read_files("hostile", files, &Limits::default());
    let rules = rules.iter().filter_map(|rule| backshell_lint::rule(rule)).collect();
    let start = Instant::now();
    let findings = check(&package, &Options { only: Some(rules), ..Options::default() });
    let taken = start.elapsed();
    assert!(taken.as_secs() < 10, "it took {taken:?}");
    findings
}

/// How many findings of `rule` there are.
fn count(findings: &[Finding], rule: &str) -> usize {
    findings.iter().filter(|finding| finding.rule == rule).count()
}

/// A definition with `piece` as the value of one more member.
fn around(piece: &str) -> String {
    format!("{{\n  \"swagger\": \"2.0\",\n  \"x-piece\": {piece}\n}}")
}

/// The only finding about the JSON; anything else must be judgements of what was read.
fn refused(bytes: impl Into<Vec<u8>>) -> Finding {
    let mut findings = lint(bytes);
    findings.retain(|finding| finding.rule == "BS-InvalidJson" && finding.severity == Severity::Error);
    assert!(!findings.is_empty(), "nothing was said about the JSON");
    let finding = findings.remove(0);
    assert!(finding.place.start.line >= 1 && finding.place.start.column >= 1, "{finding:?}");
    assert!(!finding.message.is_empty() && finding.message.len() < 2_000, "{} bytes", finding.message.len());
    finding
}

fn read(bytes: impl Into<Vec<u8>>) -> Vec<Finding> {
    let findings = lint(bytes);
    let refusal =
        findings.iter().find(|finding| finding.rule == "BS-InvalidJson" && finding.severity == Severity::Error);
    assert!(refusal.is_none(), "{refusal:?}");
    findings
}

#[test]
fn nesting_is_read_down_to_a_thousand_levels_and_refused_far_below() {
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let nested = |depth: usize| around(&format!("{}0{}", open.repeat(depth), close.repeat(depth)));
        read(nested(1_000));
        assert_eq!(refused(nested(100_000)).place.start.line, 3);
        // Without an end it is refused as well.
        refused(around(&open.repeat(100_000)));
    }
}

#[test]
fn schemas_in_schemas_are_walked_without_a_stack() {
    let depth = 400;
    for (open, close) in [("{\"items\":", "}"), ("{\"properties\":{\"a\":", "}}"), ("{\"allOf\":[", "]}")] {
        let schema = format!("{}{{}}{}", open.repeat(depth), close.repeat(depth));
        let text = format!("{{\"swagger\":\"2.0\",\"paths\":{{}},\"definitions\":{{\"Deep\":{schema}}}}}");
        assert!(!read(text).is_empty());
    }
}

#[test]
fn numbers_of_any_size_are_values() {
    for number in ["1e999999999", "-0.0e-400", &"9".repeat(100_000), &format!("0.{}1", "0".repeat(100_000))] {
        read(around(number));
    }
    for number in ["01", "+1", ".5", "1.", "0x10", "NaN", "Infinity", "1e", "--1"] {
        assert_eq!(refused(around(number)).place.start.line, 3, "{number}");
    }
}

#[test]
fn strings_and_encodings() {
    read(around(r#""\ud83d\ude00 \u0000""#));
    // Half of a pair is read, with a word about it.
    assert!(lint(around(r#""\ud800""#)).iter().any(|finding| finding.rule == "BS-InvalidJson"));
    for piece in [r#""\x""#, r#""\u12""#, "\"a\tb\"", "\"a\u{0}b\"", "'a'", "\"open"] {
        assert_eq!(refused(around(piece)).place.start.line, 3, "{piece:?}");
    }
    let mut bytes = around("\"?\"").into_bytes();
    let place = bytes.iter().position(|byte| *byte == b'?').unwrap();
    for byte in [0xff, 0xc0, 0x80, 0xfe] {
        bytes[place] = byte;
        let findings = lint(bytes.clone());
        // What was read is a guess, which no other rule judges.
        let mut of_definition = findings.iter().filter(|finding| *finding.place.file == *"apiDefinition.swagger.json");
        assert!(of_definition.all(|finding| finding.rule == "BS-InvalidJson"), "{findings:?}");
        assert!(findings.iter().any(|finding| finding.rule == "BS-InvalidJson"), "{byte}");
    }
    for bytes in [&b"\xff\xfe{\0}\0"[..], b"\0\0\0", b"", b"\xef\xbb\xbf", b"   "] {
        refused(bytes);
    }
}

#[test]
fn a_string_of_fifty_megabytes_is_one_value() {
    let long = "a".repeat(50_000_000);
    let findings = read(around(&format!("\"{long}\"")));
    let said: usize = findings.iter().map(|finding| finding.message.len() + finding.help.len()).sum();
    assert!(said < 1_000_000, "reports do not repeat what they are about: {said} bytes");
    let excerpts: usize =
        findings.iter().filter_map(|finding| finding.place.excerpt.as_ref()).map(|e| e.text.len()).sum();
    assert!(excerpts < 1_000_000, "{excerpts} bytes of excerpts");
}

#[test]
fn repeated_names_are_told_and_bounded() {
    let many: Vec<String> = (0..50_000).map(|_| "\"a\": 0".to_owned()).collect();
    let findings = read(around(&format!("{{ {} }}", many.join(", "))));
    let repeated = findings.iter().filter(|finding| finding.rule == "BS-DuplicateJsonKey").count();
    assert!((1..=20_000).contains(&repeated), "{repeated} findings");
}

#[test]
fn a_file_that_was_cut_off_anywhere_is_refused_where_it_ends() {
    let whole = around("{ \"a\": [1, 2.5e3, true, null, \"\\u00e4\"] }");
    for end in 0..whole.len() - 1 {
        let finding = refused(&whole.as_bytes()[..end]);
        assert!(finding.place.start.line <= 4, "{end}: {finding:?}");
    }
    read(whole);
}

#[test]
fn findings_far_into_a_list_are_soon_numbered() {
    // The numbers are reported as they come, the parts of an `allOf` from the last to the first.
    let numbers: Vec<_> = (0..10_000).map(|number| number.to_string()).collect();
    let list = format!("{}{}", "\"\", ".repeat(500_000), numbers.join(", "));
    let parts = format!("{}{{}}", "{ \"type\": \"float\" }, ".repeat(150_000));
    let findings = soon(
        &format!(r#"{{ "swagger": "2.0", "definitions": {{ "A": {{ "type": "string", "enum": [{list}] }} }} }}"#),
        &["InvalidEnumValue"],
    );
    assert!(findings.iter().any(|finding| finding.place.pointer == "/definitions/A/enum/509000"));
    let findings = soon(
        &format!(r#"{{ "swagger": "2.0", "definitions": {{ "A": {{ "allOf": [{parts}] }} }} }}"#),
        &["JsonValueNotInEnum"],
    );
    assert!(findings.iter().any(|finding| finding.place.pointer == "/definitions/A/allOf/149999/type"));
}

#[test]
fn what_is_left_out_is_told_and_leaves_room_for_heavier_findings() {
    let deny = |rule: &str| {
        let level = Level::At(Severity::Error);
        Options {
            levels: backshell_lint::Levels::default().then(&[(rule.parse::<Selector>().unwrap(), level)]),
            ..Options::default()
        }
    };
    // The rule of the last value comes after that of the others and weighs a warning by itself.
    let list = (0..10_002).map(|number| number.to_string()).collect::<Vec<_>>().join(", ");
    let definition = format!(
        r#"{{ "definitions": {{ "Z": {{ "type": "string", "default": 1 }}, "A": {{ "type": "string", "enum": [{list}] }} }} }}"#
    );
    let files = vec![("apiDefinition.swagger.json".to_owned(), definition.as_bytes().into())];
    let package = read_files("hostile", files, &Limits::default());
    let findings = check(&package, &deny("DefaultValueMustMatchType"));
    let denied = findings.iter().find(|finding| finding.rule == "DefaultValueMustMatchType");
    assert_eq!(denied.map(|finding| finding.severity), Some(Severity::Error));
    let told = |findings: &[Finding]| -> Vec<(Severity, String)> {
        let remarks = findings.iter().filter(|finding| finding.rule == "BS-FindingsNotListed");
        remarks.map(|finding| (finding.severity, finding.message.clone())).collect()
    };
    let remarks = told(&findings);
    assert!(matches!(&remarks[..], [(Severity::Warning, _)]), "{remarks:?}");
    assert!(remarks[0].1.contains("of level warning"), "{remarks:?}");
    // What is left out weighs what its level says.
    let findings = check(&package, &deny("InvalidEnumValue"));
    let errors = findings.iter().filter(|finding| finding.severity == Severity::Error).count();
    assert_eq!((errors, count(&findings, "InvalidEnumValue") > 9_900), (10_001, true));
    assert!(matches!(&told(&findings)[..], [(Severity::Error, _)]));
    // Whoever writes a baseline of it is told again.
    let baseline = backshell_lint::Baseline::of(findings.iter().map(|finding| ("hostile", finding)));
    assert!(!baseline.render().contains("BS-FindingsNotListed"));
    assert_eq!(told(&read(definition.replace(&list, "1"))), []);
}

/// `count` pieces, each made of its number, with commas between them.
fn pieces(count: usize, piece: impl Fn(usize) -> String) -> String {
    (0..count).map(piece).collect::<Vec<_>>().join(", ")
}

#[test]
fn the_lists_of_a_document_are_read_once_and_not_for_every_operation() {
    let types = pieces(100_000, |number| format!(r#""application/{number}""#));
    let operations = pieces(2_000, |number| {
        format!(
            r#""/{number}": {{ "post": {{ "parameters": [{{ "in": "formData", "name": "f", "type": "file" }}],
                "responses": {{ "200": {{ "examples": {{ "text/x": 1, "application/99999": 1 }} }} }} }} }}"#
        )
    });
    let findings = soon(
        &format!(
            r#"{{ "swagger": "2.0", "consumes": [{types}], "produces": [{types}], "paths": {{ {operations} }} }}"#
        ),
        &[
            "ConsumesMissing",
            "MimeTypeNotCompatibleWithRequestContentSchemaType",
            "ResponseExampleMustBeProducedByOperation",
        ],
    );
    for rule in [
        "ConsumesMissing",
        "MimeTypeNotCompatibleWithRequestContentSchemaType",
        "ResponseExampleMustBeProducedByOperation",
    ] {
        assert!(count(&findings, rule) > 0, "{rule}");
    }
}

#[test]
fn entries_of_compositions_count_although_they_refer_to_one_part() {
    let same = pieces(50_000, |_| r##"{ "$ref": "#/definitions/Part" }"##.to_owned());
    let users = pieces(5_000, |number| {
        format!(
            r##""U{number}": {{ "discriminator": "x", "required": ["x"], "allOf": [{{ "$ref": "#/definitions/Many" }}] }}"##
        )
    });
    soon(
        &format!(
            r#"{{ "swagger": "2.0", "definitions": {{ "Part": {{ "properties": {{ "id": {{}} }} }}, "Many": {{ "allOf": [{same}] }}, {users} }} }}"#
        ),
        &["DiscriminatorMustBeARequiredStringProperty", "RequiredPropertyDefinitionMissing"],
    );
}

#[test]
fn calls_into_large_compositions_are_bounded() {
    // Each of many arguments is looked for in a composed answer, and each look goes through its parts.
    let parts = pieces(250, |number| format!(r##"{{ "$ref": "#/definitions/P{number}" }}"##));
    let definitions = pieces(250, |number| format!(r#""P{number}": {{ "properties": {{ "p{number}": {{}} }} }}"#));
    let arguments = pieces(20_000, |number| format!(r#""q{number}": {{ "parameter": "q{number}" }}"#));
    let body = r##"{ "in": "body", "name": "b", "schema": { "$ref": "#/definitions/Whole" } }"##;
    soon(
        &format!(
            r#"{{ "swagger": "2.0", "definitions": {{ "Whole": {{ "allOf": [{parts}] }}, {definitions} }}, "paths": {{ "/a": {{
            "get": {{ "operationId": "A", "parameters": [{body}] }},
            "post": {{ "parameters": [{body}, {{ "in": "query", "name": "x", "type": "string",
                "x-ms-dynamic-values": {{ "operationId": "A", "parameters": {{ {arguments} }} }} }}] }} }} }} }}"#
        ),
        &["OperationParameterNameNotFound", "OperationMissingRequiredProperty"],
    );
}

#[test]
fn properties_of_a_shared_base_are_judged_within_bounds() {
    let names = pieces(4_000, |number| format!(r#""r{number}""#));
    let property = r#"{ "type": "string", "default": "x", "x-ms-visibility": "internal" }"#;
    let properties = pieces(4_000, |number| format!(r#""p{number}": {property}"#));
    let base = format!(r#"{{ "required": [{names}], "properties": {{ {properties} }} }}"#);
    let users =
        pieces(2_000, |number| format!(r##""u{number}": {{ "allOf": [{{ "$ref": "#/definitions/Base" }}] }}"##));
    let findings = soon(
        &format!(
            r##"{{ "swagger": "2.0", "definitions": {{ "Base": {base} }}, "parameters": {{
            "P": {{ "in": "body", "name": "a", "schema": {{ "$ref": "#/definitions/Base" }} }},
            "Q": {{ "in": "body", "name": "b", "schema": {{ "properties": {{ {users} }} }} }} }} }}"##
        ),
        &["PropertyMustBeRequired"],
    );
    assert!(count(&findings, "PropertyMustBeRequired") >= 4_000);
    // The same for the address of a callback.
    let properties =
        pieces(2_000, |number| format!(r#""p{number}": {{ "type": "string", "x-ms-notification-url": true }}"#));
    let base = format!(r#"{{ "required": [{names}], "properties": {{ {properties} }} }}"#);
    let findings = soon(
        &format!(
            r#"{{ "swagger": "2.0", "definitions": {{ "Base": {base} }}, "paths": {{ "/a": {{ "post": {{ "parameters": [
            {{ "in": "body", "name": "b", "required": true, "schema": {{ "properties": {{ {users} }} }} }}] }} }} }} }}"#
        ),
        &["NotificationUrlNotRequired"],
    );
    assert!(count(&findings, "NotificationUrlNotRequired") > 0);
}

#[test]
fn arguments_of_many_calls_are_looked_up() {
    let parameters = pieces(2_000, |number| format!(r#"{{ "in": "query", "name": "p{number}", "required": true }}"#));
    let required = pieces(2_000, |number| format!(r#""r{number}""#));
    let properties = pieces(2_000, |number| format!(r#""r{number}": {{ "type": "string" }}"#));
    let arguments = pieces(200, |number| format!(r#""b/a{number}": 1"#));
    let calls = pieces(2_000, |number| {
        format!(
            r#"{{ "in": "query", "name": "q{number}", "type": "string",
                "x-ms-dynamic-values": {{ "operationId": "A", "parameters": {{ {arguments} }} }} }}"#
        )
    });
    let findings = soon(
        &format!(
            r#"{{ "swagger": "2.0", "paths": {{ "/a": {{ "get": {{ "operationId": "A", "parameters": [{parameters},
            {{ "in": "body", "name": "b", "required": true, "schema": {{ "required": [{required}], "properties": {{ {properties} }} }} }}] }},
            "post": {{ "parameters": [{calls}] }} }} }} }}"#
        ),
        &["OperationMissingRequiredProperty"],
    );
    assert!(count(&findings, "OperationMissingRequiredProperty") > 0);
}

#[test]
fn what_a_shared_part_demands_is_looked_up() {
    let names = pieces(20_000, |number| format!(r#""r{number}""#));
    let shared = format!(
        r#""B": {{ "required": [{names}], "properties": {{ "k": {{ "type": "string", "x-ms-visibility": "internal" }} }} }}"#
    );
    let users = pieces(20_000, |number| format!(r##""p{number}": {{ "allOf": [{{ "$ref": "#/definitions/B" }}] }}"##));
    let findings = soon(
        &format!(
            r#"{{ "swagger": "2.0", "definitions": {{ {shared} }}, "paths": {{ "/a": {{ "post": {{ "parameters": [
                {{ "in": "body", "name": "b", "schema": {{ "properties": {{ {users} }} }} }}] }} }} }} }}"#
        ),
        &["BS-InternalRequiredWithoutDefault"],
    );
    assert_eq!(count(&findings, "BS-NotAllJudged"), 1);
}

#[test]
fn what_the_body_of_a_test_demands_is_looked_up() {
    let names = pieces(20_000, |number| format!(r#""r{number}""#));
    let given = pieces(20_000, |number| format!(r#""b/r{number}": 1"#));
    let parts = pieces(200, |number| format!(r##"{{ "$ref": "#/definitions/P{number}" }}"##));
    let shared = pieces(200, |number| format!(r#""P{number}": {{ "properties": {{}} }}"#));
    let bodies = pieces(2_000, |_| {
        r##"{ "in": "body", "name": "b", "required": true, "schema": { "$ref": "#/definitions/B" } }"##.to_owned()
    });
    let findings = soon(
        &format!(
            r#"{{ "swagger": "2.0", "x-ms-capabilities": {{ "testConnection": {{ "operationId": "A", "parameters": {{ {given} }} }} }},
                "definitions": {{ "B": {{ "required": [{names}], "allOf": [{parts}] }}, {shared} }},
                "paths": {{ "/a": {{ "post": {{ "operationId": "A", "parameters": [{bodies}] }} }} }} }}"#
        ),
        &["BS-TestConnectionNotCallable"],
    );
    assert_eq!(count(&findings, "BS-NotAllJudged"), 1);
}

#[test]
fn what_looks_like_the_address_of_a_callback_is_walked_once() {
    // Examples may hold the mark, so that a walk comes to everything and finds nothing.
    let marked =
        pieces(4_000, |number| format!(r#""p{number}": {{ "example": {{ "x-ms-notification-url": true }} }}"#));
    let operations = pieces(2_000, |number| {
        format!(
            r##""/{number}": {{ "post": {{ "x-ms-trigger": "single", "parameters": [{{ "in": "body", "name": "b",
                "schema": {{ "allOf": [{{ "$ref": "#/definitions/Big" }}] }} }}],
                "responses": {{ "200": {{ "schema": {{ "$ref": "#/definitions/Big" }} }}, "201": {{ "schema": {{ "$ref": "#/definitions/Big" }} }} }} }} }}"##
        )
    });
    soon(
        &format!(
            r#"{{ "swagger": "2.0", "definitions": {{ "Big": {{ "properties": {{ {marked} }} }} }}, "paths": {{ {operations} }} }}"#
        ),
        &[
            "OperationMustHaveNotificationContentExtension",
            "NotificationUrlNotAllowedInThisPosition",
            "WebhookOperationsMissingNotificationUrlProperty",
            "BS-TriggerWithoutNotification",
        ],
    );
}

#[test]
fn long_paths_that_are_nearly_the_same_are_compared_within_bounds() {
    let front = "/a".repeat(2_000);
    let paths = pieces(1_000, |number| format!(r#""{front}/{number}": {{ "get": {{}} }}"#));
    soon(&format!(r#"{{ "swagger": "2.0", "paths": {{ {paths} }} }}"#), &["PartialDuplicateOperationPath"]);
}

#[test]
fn what_may_be_a_token_is_looked_at_once() {
    let rule = "BS-SecretInDefinition";
    for piece in ["eyJ.", "-eyJ", "eyJhbGciOiJ.", "a-----BEGIN ", "eyJ_eyJhbGciOi.a."] {
        let text = piece.repeat(1 << 17);
        let definition = format!(r#"{{ "info": {{ "description": "{text}" }} }}"#);
        let found = count(&soon(&definition, &[rule]), rule);
        assert_eq!(found, usize::from(piece == "eyJhbGciOiJ."), "{piece}");
    }
}

#[test]
fn what_policies_read_is_looked_up() {
    let read = "@connectionParameters('x')".repeat(300_000);
    let parameters = pieces(20_000, |number| format!(r#""p{number}": {{ "type": "securestring" }}"#));
    let properties = format!(
        r#"{{ "properties": {{ "connectionParameters": {{ {parameters} }}, "policyTemplateInstances": [{{ "templateId": "setheader", "parameters": {{ "a": "{read}" }} }}] }} }}"#
    );
    let files = [("apiDefinition.swagger.json", "{}".to_owned()), ("apiProperties.json", properties)];
    let files = files.map(|(name, text)| (name.to_owned(), text.into_bytes().into())).to_vec();
    assert_eq!(soon_in(files, &["BS-SecurityDefinitionsMissing"]).len(), 1);
}
