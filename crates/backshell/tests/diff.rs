//! `backshell diff` as people and programs run it: verdicts, exit status, lists of pairs.

#![allow(
    clippy::allow_attributes,
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "in a test a panic is the verdict"
)]

#[path = "support/command.rs"]
mod command;

use serde_json::Value;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Output;

const OLD: &str = r#"{
  "swagger": "2.0",
  "info": { "title": "Orders", "version": "1.0" },
  "host": "api.contoso.com",
  "paths": {
    "/orders": { "get": { "operationId": "ListOrders", "responses": { "200": { "description": "Orders." } } } },
    "/orders/{id}": { "get": { "operationId": "GetOrder",
      "parameters": [ { "name": "id", "in": "path", "required": true, "type": "string" } ],
      "responses": { "200": { "description": "An order." } } } }
  }
}
"#;

fn diff(folder: &Path, arguments: &[&str]) -> Output {
    command::run(folder, "diff", arguments)
}

fn folder() -> tempfile::TempDir {
    command::folder(&[
        ("old.json", OLD),
        ("renamed.json", &OLD.replace("ListOrders", "GetOrders")),
        ("worded.json", &OLD.replace("An order.", "One order.")),
        ("broken.json", "{ \"swagger\": "),
        ("other.json", "{ \"properties\": {} }"),
    ])
}

#[test]
fn verdicts_and_exit_status() {
    let folder = folder();
    for (new, status, verdict) in [
        ("old.json", 0, "identical"),
        ("worded.json", 0, "compatible"),
        ("renamed.json", 1, "breaking"),
        ("broken.json", 2, "unreadable"),
        ("other.json", 2, "unreadable"),
    ] {
        let output = diff(folder.path(), &["--format", "json", "old.json", new]);
        let json = command::json(&output);
        assert_eq!((output.status.code(), json["verdict"].as_str()), (Some(status), Some(verdict)), "{new}: {json}");
        let text = diff(folder.path(), &["old.json", new]);
        assert_eq!(text.status.code(), Some(status));
        assert!(!text.stdout.is_empty(), "{new}");
    }
    let output = diff(folder.path(), &["--format", "json", "old.json", "renamed.json"]);
    let json = command::json(&output);
    let change = json["changes"].as_array().unwrap().iter().find(|change| change["check"] == "operation-id-renamed");
    let change = change.unwrap_or_else(|| panic!("{json}"));
    assert_eq!((&change["old"]["file"], &change["new"]["file"]), (&"old.json".into(), &"renamed.json".into()));
    assert_eq!(change["old"]["line"], 6);
    assert_eq!(json["suggested_version"], "major");
}

#[test]
fn approvals_callers_and_several_versions() {
    let folder = folder();
    let json = |arguments: &[&str]| {
        let output = diff(folder.path(), &[&["--format", "json"], arguments].concat());
        (output.status.code(), command::json(&output))
    };
    let (_, plain) = json(&["old.json", "renamed.json"]);
    let breaks = plain["changes"].as_array().unwrap().iter().filter(|change| change["verdict"] == "breaking");
    let mut approvals = String::new();
    for change in breaks {
        let fingerprint = change["fingerprint"].as_str().unwrap();
        let _ = writeln!(
            approvals,
            "[[approval]]\nfingerprint = \"{fingerprint}\"\nreason = \"nobody calls it\"\napprover = \"a reviewer\"\nexpires = 2999-01-01"
        );
    }
    fs::write(folder.path().join("approved.toml"), &approvals).unwrap();
    let (status, approved) = json(&["--approvals", "approved.toml", "old.json", "renamed.json"]);
    assert_eq!((status, &approved["verdict"]), (Some(0), &"breaking".into()), "{approved}");
    fs::write(folder.path().join("approved.toml"), approvals.replace("2999", "1999")).unwrap();
    let (status, _) = json(&["--approvals", "approved.toml", "old.json", "renamed.json"]);
    assert_eq!(status, Some(1), "what has expired does not count");

    let calls = "{\"caller\":\"a\",\"operation\":\"ListOrders\"}\n{\"caller\":\"b\",\"operation\":\"GetOrder\"}\n";
    fs::write(folder.path().join("callers.jsonl"), calls).unwrap();
    let (_, hit) = json(&["--callers", "callers.jsonl", "old.json", "renamed.json"]);
    let hit =
        hit["changes"].as_array().unwrap().iter().find(|change| change["check"] == "operation-id-renamed").unwrap();
    assert_eq!((&hit["impact"]["callers"], &hit["impact"]["of"]), (&1.into(), &2.into()), "{hit}");

    let (status, _) = json(&["--against", "renamed.json", "old.json", "old.json"]);
    assert_eq!(status, Some(1), "a version further back breaks");
}

#[test]
fn what_was_not_compared_is_told_and_removals_stand_in_the_new_version() {
    let folder = folder();
    fs::create_dir(folder.path().join("package")).unwrap();
    let gone = OLD.replace(r#"{ "name": "id", "in": "path", "required": true, "type": "string" }"#, "");
    fs::write(folder.path().join("package/apiDefinition.swagger.json"), gone).unwrap();
    fs::write(folder.path().join("package/apiProperties.json"), r#"{ "properties": {} }"#).unwrap();
    let output = diff(folder.path(), &["--format", "github", "old.json", "package"]);
    assert_eq!(output.status.code(), Some(1));
    let told = "old.json: this is a definition alone and the new version a package";
    assert!(String::from_utf8_lossy(&output.stderr).contains(told), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    let removal = text.lines().find(|line| line.contains("title=parameter-removed::")).unwrap();
    assert!(removal.starts_with("::error file=package/apiDefinition.swagger.json,line=8,"), "{text}");
    assert!(text.contains("::warning file=old.json,line=1"), "{text}");
}

#[test]
fn a_path_that_leads_nowhere_is_an_error() {
    let folder = folder();
    let output = diff(folder.path(), &["old.json", "missing.json"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("missing.json"));
    assert_eq!(diff(folder.path(), &["old.json"]).status.code(), Some(2));
}

#[test]
fn a_list_of_pairs_is_answered_in_its_order() {
    let folder = folder();
    let list = "old.json\tworded.json\nold.json\trenamed.json\nold.json\told.json\n";
    fs::write(folder.path().join("pairs.tsv"), list.repeat(40)).unwrap();
    let output = diff(folder.path(), &["--pairs", "pairs.tsv"]);
    assert_eq!(output.status.code(), Some(1));
    let lines: Vec<Value> =
        String::from_utf8(output.stdout).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 120);
    for (index, line) in lines.iter().enumerate() {
        assert_eq!((&line["pair"], &line["old"]), (&(index + 1).into(), &"old.json".into()));
        assert_eq!(line["new"], ["worded.json", "renamed.json", "old.json"][index % 3]);
        assert_eq!(line["verdict"], ["compatible", "breaking", "identical"][index % 3]);
    }
    fs::write(folder.path().join("pairs.tsv"), "old.json\tmissing.json\nold.json\told.json\n").unwrap();
    let output = diff(folder.path(), &["--pairs", "pairs.tsv"]);
    assert_eq!(output.status.code(), Some(2), "one that cannot be read does not end the run");
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(text.lines().count(), 2);
    assert!(text.lines().next().unwrap().contains("\"verdict\":\"unreadable\""), "{text}");
    fs::write(folder.path().join("pairs.tsv"), "old.json new.json\n").unwrap();
    let output = diff(folder.path(), &["--pairs", "pairs.tsv"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("line 1"));
}
