//! Real definitions and properties files: those that are JSON, and those that are not.

use backshell_source::{Kind, Limits, Node, ProblemKind, parse_bytes};
use serde_json::Value;
use std::path::{Path, PathBuf};

/// The folder of the corpus; `None` when it is not there and need not be.
#[expect(clippy::disallowed_methods, reason = "the corpus is outside the repository")]
#[expect(clippy::print_stderr, reason = "a test that was skipped must say so")]
fn corpus() -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus");
    let folder = std::env::var_os("BACKSHELL_CORPUS").map_or_else(beside, PathBuf::from);
    if folder.is_dir() {
        return Some(folder);
    }
    assert!(std::env::var_os("CI").is_none(), "no corpus at {}", folder.display());
    eprintln!("skipped: no corpus at {}", folder.display());
    None
}

#[expect(clippy::unwrap_used, reason = "a corpus that cannot be read fails the test")]
fn json_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            json_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "json") {
            found.push(path);
        }
    }
}

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

#[test]
fn every_good_file_has_the_value_that_serde_json_reads() {
    let Some(corpus) = corpus() else { return };
    let mut files = Vec::new();
    json_files(&corpus.join("connectors"), &mut files);
    assert!(files.len() > 500, "{} files", files.len());
    let mut compared = 0;
    for path in files {
        let bytes = std::fs::read(&path).unwrap();
        let parsed = parse_bytes(&bytes, &Limits::default());
        let plain = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
        let Ok(value) = serde_json::from_slice::<Value>(plain) else {
            let causes: Vec<_> = parsed.problems.iter().map(|problem| problem.kind).collect();
            assert!(!causes.is_empty(), "{}: serde_json refuses it", path.display());
            continue;
        };
        let document = parsed.document.unwrap_or_else(|| panic!("{}: {:?}", path.display(), parsed.problems));
        assert!(same(document.root(), &value), "{}", path.display());
        // Written by another hand it is still equal.
        let again = parse_bytes(value.to_string().as_bytes(), &Limits::default()).document.unwrap();
        assert!(document.root().json_eq(again.root()) && again.root().json_eq(document.root()), "{}", path.display());
        compared += 1;
    }
    assert!(compared > 500, "{compared} files compared");
}

#[test]
fn every_broken_file_has_its_cause_and_line() {
    use ProblemKind::{
        ControlCharacter, MissingComma, NonAsciiWhitespace, NotUtf8, TextAfterEnd, TrailingComma, Unclosed,
        WrongBracket,
    };
    /// File number, connector, first cause, its line, and a word that the message or the help must hold.
    const EXPECTED: [(u32, &str, ProblemKind, u32, &str); 21] = [
        (1, "CognitiveServicesTextAnalytics", TextAfterEnd, 276, "line 224"),
        (2, "DocuSignDemo", TrailingComma, 1635, "`]`"),
        (3, "SigningHub", MissingComma, 23, "comma"),
        (4, "DocuMotor", TrailingComma, 47, "`}`"),
        (5, "PUG Gamified Engagement", TrailingComma, 733, "`]`"),
        (6, "Cireson Service Manager Portal", TrailingComma, 53, "`}`"),
        (7, "IN-D Invoice Data Capture", MissingComma, 50, "comma"),
        (8, "Revizto (Ireland)", TrailingComma, 980, "`}`"),
        (9, "ZohoSign", NonAsciiWhitespace, 14, "U+2003"),
        (10, "Shopranos", Unclosed, 22, "`}`"),
        (11, "gofileroom", Unclosed, 90, "`}`"),
        (12, "envoy", TrailingComma, 2197, "`}`"),
        (13, "Easyvista_Service._Manager", ControlCharacter, 3819, "tab"),
        (14, "Plumsail Documents", TrailingComma, 1299, "`}`"),
        (15, "Icon Horse", WrongBracket, 56, "line 48"),
        (16, "Yelp", NotUtf8, 866, "0xAD at offset 32829"),
        (17, "StabilityAI", WrongBracket, 16, "line 12"),
        (18, "GIPHY", MissingComma, 809, "comma"),
        (19, "AccuWeather", MissingComma, 8, "comma"),
        (20, "XSOAR", MissingComma, 9, "comma"),
        (21, "Brønnøysundregistrene", NotUtf8, 4, "0xF8 at offset 54"),
    ];
    let Some(corpus) = corpus() else { return };
    for (number, connector, kind, line, word) in EXPECTED {
        let file = ["apidefinition.swagger.json", "apiproperties.json"]
            .map(|name| corpus.join(format!("broken/{number:02}.{name}")))
            .into_iter()
            .find(|path| path.exists())
            .unwrap();
        let parsed = parse_bytes(&std::fs::read(file).unwrap(), &Limits::default());
        let problem = &parsed.problems[0];
        let said = format!("{connector}: {problem:?} at {}", parsed.position(problem));
        assert_eq!(problem.kind, kind, "{said}");
        assert_eq!(parsed.position(problem).line, line, "{said}");
        assert!(problem.message.contains(word) || problem.help.contains(word), "{said}");
        assert_eq!(parsed.document.is_some(), kind == NotUtf8, "{said}");
    }
}
