//! Input that nobody writes by accident: it is read or refused with a place, and never ends the program.

#![allow(
    clippy::allow_attributes,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "in a test a panic is the verdict"
)]

use backshell_findings::{Finding, Severity};
use backshell_lint::{Options, check};
use backshell_package::{Limits, read_files};

fn lint(bytes: impl Into<Vec<u8>>) -> Vec<Finding> {
    let files = vec![("apiDefinition.swagger.json".to_owned(), bytes.into().into())];
    check(&read_files("hostile", files, &Limits::default()), &Options::default())
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
