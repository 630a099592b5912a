//! `backshell lint` as people and programs run it: levels, configuration, baselines, outputs, fixes and watching. What it
//! reads and refuses is in `cli.rs`.

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

use serde_json::Value;
use std::fs;
use std::io::{BufRead, BufReader, Cursor, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc;
use std::time::Duration;

/// A definition with one finding of each rule that these tests speak of, laid out as people do.
const DEFINITION: &str = r#"{
  "swagger": "2.0",
  "info": { "title": "Orders", "description": "Reads and writes orders of a shop. ", "version": "1.0" },
  "host": "api.contoso.com",
  "schemes": [ "https" ],
  "paths": {
    "/orders/{id}": {
      "get": {
        "operationId": "GetOrder",
        "parameters": [
          { "name": "id", "in": "path", "type": "string" },
          { "name": "view", "in": "query", "type": "string", "x-ms-sumary": "View" }
        ],
        "responses": { "200": { "description": "An order." } }
      }
    }
  }
}
"#;

const PROPERTIES: &str = r##"{ "properties": { "connectionParameters": {}, "iconBrandColor": "#da3b01" } }"##;

/// Every rule off but these two, so that rules that are added later change nothing here.
const TWO: &[&str] =
    &["--allow", "all", "--severity", "PathParameterMustBeRequired=error,PathParameterMissingEncoding=warning"];

fn package(folder: &Path, definition: &str) {
    fs::create_dir_all(folder).unwrap();
    fs::write(folder.join("apiDefinition.swagger.json"), definition).unwrap();
    fs::write(folder.join("apiProperties.json"), PROPERTIES).unwrap();
    fs::write(folder.join("readme.md"), "# Orders\n").unwrap();
}

/// A folder with so many lone definitions, and their names in order.
fn definitions(count: u32) -> (tempfile::TempDir, Vec<String>) {
    let folder = tempfile::tempdir().unwrap();
    let names: Vec<String> = (0..count).map(|number| format!("{number:03}.swagger.json")).collect();
    for name in &names {
        fs::write(folder.path().join(name), DEFINITION).unwrap();
    }
    (folder, names)
}

fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_backshell"));
    command.env_clear().current_dir(folder).arg("lint").args(arguments).stdin(Stdio::null());
    command
}

struct Run {
    status: i32,
    out: String,
    err: String,
}

impl Run {
    fn of(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        let run = Self { status: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) };
        assert!(!run.err.contains("panicked"), "{}", run.err);
        run
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}{}", self.out, self.err))
    }

    /// Rule and severity of each finding.
    fn findings(&self) -> Vec<(String, String)> {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let json = self.json();
        json["findings"].as_array().unwrap().iter().map(|one| (text(&one["rule"]), text(&one["severity"]))).collect()
    }

    fn is_helpless(&self, words: &[&str]) {
        assert_eq!((self.status, self.out.as_str()), (2, ""), "{}", self.err);
        assert!(words.iter().all(|word| self.err.contains(word)), "{words:?}: {}", self.err);
    }
}

fn lint(folder: &Path, arguments: &[&str]) -> Run {
    Run::of(command(folder, arguments).output().unwrap())
}

/// As JSON, with the two rules only.
fn two(folder: &Path, arguments: &[&str]) -> Run {
    lint(folder, &[arguments, TWO, &["--format", "json"]].concat())
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(rule, severity)| ((*rule).to_owned(), (*severity).to_owned())).collect()
}

fn piped(folder: &Path, arguments: &[&str], input: &[u8]) -> Run {
    let mut child =
        command(folder, arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // A command that refuses its arguments does not read.
    drop(child.stdin.take().unwrap().write_all(input));
    Run::of(child.wait_with_output().unwrap())
}

// ---- levels ----------------------------------------------------------------------------------------------------------

#[test]
fn levels_are_set_by_rule_group_and_for_all() {
    let folder = tempfile::tempdir().unwrap();
    package(folder.path(), DEFINITION);
    let both = |one, other| pairs(&[("PathParameterMissingEncoding", one), ("PathParameterMustBeRequired", other)]);
    let run = two(folder.path(), &["."]);
    assert_eq!((run.status, run.findings()), (1, both("warning", "error")));
    let off = ["--allow", "all", "--format", "json"];
    let run = lint(folder.path(), &[&["."], &off[..]].concat());
    assert_eq!((run.status, run.findings()), (0, vec![]));
    // The narrower selection wins, whatever the order: the group `operations` has the second rule.
    let run = lint(
        folder.path(),
        &[&[".", "--warn", "pathparametermissingencoding", "--severity", "operations=note"], &off[..]].concat(),
    );
    assert!(run.findings().contains(&("PathParameterMustBeRequired".to_owned(), "note".to_owned())));
    assert_eq!(run.status, 0);
    let run = lint(folder.path(), &[&[".", "--deny", "PathParameterMissingEncoding"], &off[..]].concat());
    assert_eq!((run.status, run.findings()), (1, pairs(&[("PathParameterMissingEncoding", "error")])));
}

#[test]
fn names_that_do_not_exist_are_usage_errors() {
    let folder = tempfile::tempdir().unwrap();
    package(folder.path(), DEFINITION);
    let say =
        |arguments: &[&str], words: &[&str]| lint(folder.path(), &[&["."], arguments].concat()).is_helpless(words);
    say(&["--deny", "PathParameterMustBeRequird"], &["did you mean `PathParameterMustBeRequired`?"]);
    say(&["--allow", "metadta"], &["did you mean `metadata`"]);
    say(&["--severity", "BS-HttpsOnly=high"], &["`high` is no level"]);
    say(&["--severity", "BS-HttpsOnly"], &["RULE=LEVEL"]);
    say(&["--deny", "BS-HttpsOnly", "--allow", "bs-httpsonly"], &["`BS-HttpsOnly` is set to error and to off"]);
    say(&["--publisher", "somebody"], &["platform", "verified", "independent"]);
    say(&["--dry-run"], &["--fix"]);
    say(&["--config", "x.toml", "--no-config"], &["cannot be used with"]);
}

#[test]
fn the_publishers_kind_chooses_a_profile() {
    let folder = tempfile::tempdir().unwrap();
    package(folder.path(), &DEFINITION.replace("api.contoso.com", "orders.internal.local"));
    let severity = |arguments: &[&str]| {
        let run = lint(folder.path(), &[&[".", "--format", "json"], arguments].concat());
        run.findings().into_iter().find(|(rule, _)| rule == "BS-HostNotPublic").map(|(_, severity)| severity)
    };
    assert_eq!(severity(&["--publisher", "verified"]).as_deref(), Some("error"));
    assert_eq!(severity(&["--publisher", "platform"]).as_deref(), Some("warning"));
    assert_eq!(severity(&["--publisher", "platform", "--deny", "BS-HostNotPublic"]).as_deref(), Some("error"));
    fs::write(folder.path().join(".backshell-lint.toml"), "publisher = \"platform\"\n").unwrap();
    assert_eq!(severity(&[]).as_deref(), Some("warning"));
    assert_eq!(severity(&["--publisher", "independent"]).as_deref(), Some("error"));
}

// ---- configuration ---------------------------------------------------------------------------------------------------

const QUIET: &str = "[severity]\nall = \"off\"\nPathParameterMustBeRequired = \"warning\"\n";

#[test]
fn the_nearest_configuration_holds_up_to_the_root_of_the_repository() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    for name in ["a", "b/c", "other/d"] {
        package(&root.join(name), DEFINITION);
    }
    fs::create_dir(root.join("other/.git")).unwrap();
    fs::write(root.join(".backshell-lint.toml"), QUIET).unwrap();
    fs::write(root.join("b/.backshell-lint.toml"), QUIET.replace("\"warning\"", "\"note\"")).unwrap();
    let run = lint(root, &["a", "b", "--format", "json"]);
    assert_eq!(
        (run.status, run.findings()),
        (0, pairs(&[("PathParameterMustBeRequired", "warning"), ("PathParameterMustBeRequired", "note")]))
    );
    assert!(lint(root, &["other/d", "--format", "json"]).findings().len() > 1, "it stops at the repository");
    assert!(lint(root, &["a", "--no-config", "--format", "json"]).findings().len() > 1);
    let run = lint(root, &["other/d", "--config", "b/.backshell-lint.toml", "--format", "json"]);
    assert_eq!(run.findings(), pairs(&[("PathParameterMustBeRequired", "note")]));
    // The command line wins, and a file in the package's own folder is no part of the package.
    fs::write(root.join("a/.backshell-lint.toml"), QUIET).unwrap();
    let run = lint(root, &["a", "--deny", "PathParameterMustBeRequired", "--format", "json"]);
    assert_eq!((run.status, run.findings()), (1, pairs(&[("PathParameterMustBeRequired", "error")])));
    assert_eq!(run.json()["summary"]["files"], 3);
    let run = piped(&root.join("a"), &["-", "--format", "json"], DEFINITION.as_bytes());
    assert_eq!(run.findings(), pairs(&[("PathParameterMustBeRequired", "warning")]));
}

#[test]
fn a_bad_configuration_is_told_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    package(&folder.path().join("a"), DEFINITION);
    fs::write(folder.path().join("a/.backshell-lint.toml"), "[severity]\nBS-HttpOnly = \"off\"\n").unwrap();
    let words = ["a/.backshell-lint.toml:2:1: there is no rule `BS-HttpOnly`", "`BS-HttpsOnly`", "^^^^^^^^^^^"];
    lint(folder.path(), &["a"]).is_helpless(&words);
    lint(folder.path(), &["a", "--config", "none.toml"]).is_helpless(&["`none.toml` cannot be read"]);
}

#[test]
fn the_allow_list_excuses_what_it_names_and_does_not_rot() {
    let folder = tempfile::tempdir().unwrap();
    package(&folder.path().join("a"), DEFINITION);
    let allow =
        |entries: &str| fs::write(folder.path().join("a/.backshell-lint.toml"), format!("{QUIET}{entries}")).unwrap();
    let entry = |place: &str, more: &str| {
        format!(
            "[[allow]]\nrule = \"PathParameterMustBeRequired\"\nplace = \"{place}\"\nreason = \"the gateway fills it\"\n{more}"
        )
    };
    let run = || lint(folder.path(), &["a", "--format", "json"]);
    for place in ["/paths/~1orders~1{id}/get/parameters/0", "/paths/*/get/parameters/[path:id]", "/paths/**", "**"] {
        allow(&entry(place, ""));
        let run = run();
        assert_eq!((run.status, run.findings()), (0, vec![]), "{place}: {}", run.out);
        let accepted = &run.json()["suppressed"][0];
        assert_eq!(
            (accepted["rule"].as_str(), accepted["reason"].as_str()),
            (Some("PathParameterMustBeRequired"), Some("the gateway fills it"))
        );
        assert_eq!(run.json()["summary"]["suppressed"], 1);
    }
    let found = || {
        let run = run();
        let rules: Vec<String> = run.findings().into_iter().map(|(rule, _)| rule).collect();
        let first = run.json()["findings"][0].clone();
        (rules, first)
    };
    let levels =
        QUIET.replace("[severity]", "[severity]\nBS-AllowEntryUnused = \"warning\"\nBS-AllowEntryExpired = \"error\"");
    let write =
        |entries: &str| fs::write(folder.path().join("a/.backshell-lint.toml"), format!("{levels}{entries}")).unwrap();
    write(&entry("/paths/~1orders/**", ""));
    let (rules, first) = found();
    assert_eq!(rules, ["BS-AllowEntryUnused", "PathParameterMustBeRequired"]);
    assert_eq!(
        (first["file"].as_str(), first["line"].as_u64(), first["column"].as_u64()),
        (Some("a/.backshell-lint.toml"), Some(7), Some(8))
    );
    write(&entry("**", "expires = 2020-01-01\n"));
    assert_eq!(found().0, ["BS-AllowEntryExpired", "PathParameterMustBeRequired"]);
    assert_eq!(run().status, 1);
    write(&entry("**", "expires = 2999-01-01\nfile = \"*.csx\"\n"));
    assert_eq!(found().0, ["BS-AllowEntryUnused", "PathParameterMustBeRequired"]);
    // A lone file is not everything the entry can be about, so nothing is said about the entry.
    let run = lint(folder.path(), &["a/apiProperties.json", "--format", "json"]);
    assert_eq!(run.findings(), vec![]);
}

#[test]
fn levels_of_one_configuration_leave_remarks_on_another_alone() {
    let folder = tempfile::tempdir().unwrap();
    let entry = "[[allow]]\nrule = \"BS-HttpsOnly\"\nplace = \"**\"\nreason = \"old\"\n";
    for (name, level) in [("a", "error"), ("b", "off"), ("c", "note")] {
        package(&folder.path().join(name), DEFINITION);
        let levels = format!("[severity]\nall = \"off\"\nBS-AllowEntryUnused = \"{level}\"\n");
        fs::write(folder.path().join(name).join(".backshell-lint.toml"), format!("{levels}{entry}")).unwrap();
    }
    for paths in [["a", "b", "c"].as_slice(), &["c", "b", "a"], &["."]] {
        let run = lint(folder.path(), &[paths, &["--format", "json"]].concat());
        let expected = pairs(&[("BS-AllowEntryUnused", "error"), ("BS-AllowEntryUnused", "note")]);
        assert_eq!((run.status, run.findings()), (1, expected), "{paths:?}");
    }
}

#[test]
fn an_allow_list_above_names_files_by_their_path() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["a", "b"] {
        package(&folder.path().join("all").join(name), DEFINITION);
    }
    let entry = "[[allow]]\nrule = \"PathParameterMustBeRequired\"\nplace = \"**\"\nfile = \"a/*\"\nreason = \"old\"\n";
    let levels = QUIET.replace("[severity]", "[severity]\nBS-AllowEntryUnused = \"warning\"");
    fs::write(folder.path().join("all/.backshell-lint.toml"), format!("{levels}{entry}")).unwrap();
    let files = |path: &str| {
        let json = lint(folder.path(), &[path, "--format", "json"]).json();
        let list = json["findings"].as_array().unwrap().clone();
        list.iter()
            .map(|one| format!("{} {}", one["file"].as_str().unwrap(), one["rule"].as_str().unwrap()))
            .collect::<Vec<_>>()
    };
    assert_eq!(files("all"), ["all/b/apiDefinition.swagger.json PathParameterMustBeRequired"]);
    assert_eq!(files("all/a"), [""; 0]);
    assert_eq!(files("all/a/apiDefinition.swagger.json"), [""; 0]);
    assert_eq!(files("all/b"), ["all/b/apiDefinition.swagger.json PathParameterMustBeRequired"]);
    fs::remove_dir_all(folder.path().join("all/a")).unwrap();
    assert_eq!(files("all").len(), 2, "nothing is left that the entry could be about");
}

// ---- what is known from outside the package --------------------------------------------------------------------------

#[test]
fn packages_are_held_against_the_registered_name_and_the_titles_of_others() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    package(&root.join("a"), DEFINITION);
    let named = PROPERTIES.replacen("\"properties\": {", "\"properties\": { \"publisher\": \"Contoso\",", 1);
    fs::write(root.join("a/apiProperties.json"), named).unwrap();
    fs::write(root.join("titles.txt"), "\u{feff}Fabrikam\r\n\r\n  orders \r\n").unwrap();
    let found = |arguments: &[&str]| {
        let two = ["--allow", "all", "--deny", "BS-TitleNotUnique,BS-PropsPublisherMismatch", "--format", "json"];
        lint(root, &[&["a"], arguments, &two[..]].concat()).findings()
    };
    assert_eq!(found(&[]), vec![]);
    assert_eq!(found(&["--publisher-name", "contoso"]), vec![]);
    assert_eq!(found(&["--publisher-name", "Fabrikam"]), pairs(&[("BS-PropsPublisherMismatch", "error")]));
    assert_eq!(found(&["--other-titles", "titles.txt"]), pairs(&[("BS-TitleNotUnique", "error")]));
    lint(root, &["a", "--other-titles", "none.txt"]).is_helpless(&["`none.txt` cannot be read", "one title in a line"]);
}

// ---- baseline --------------------------------------------------------------------------------------------------------

#[test]
fn a_baseline_accepts_what_a_published_version_has() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    package(&root.join("v1"), DEFINITION);
    let run = two(root, &["v1", "--write-baseline", "accepted.json"]);
    assert_eq!((run.status, run.findings()), (0, vec![]));
    assert!(run.err.contains("2 findings are accepted by `accepted.json`"), "{}", run.err);
    let text = fs::read_to_string(root.join("accepted.json")).unwrap();
    assert!(
        text.contains(
            r#""place": "/paths/~1orders~1{id}/get/parameters/[path:id]", "rule": "PathParameterMustBeRequired""#
        ),
        "{text}"
    );

    // Another folder, more lines, another order, one more parameter in front: the old findings are the same ones.
    let other = DEFINITION
        .replace("\"parameters\": [", "\"summary\": \"Get\",\n\n\"parameters\": [ { \"name\": \"first\", \"in\": \"header\", \"type\": \"string\" },")
        .replace(r#"{ "name": "id", "in": "path", "type": "string" }"#, r#"{ "type": "string", "in": "path", "name": "id" }"#);
    package(&root.join("v2"), &other);
    let accepted = ["--baseline", "accepted.json"];
    let run = two(root, &[&["v2"], &accepted[..]].concat());
    assert_eq!((run.status, run.findings()), (0, vec![]), "{}", run.out);
    assert_eq!(run.json()["summary"]["suppressed"], 2);
    assert_eq!(run.json()["suppressed"][0]["suppression"], "baseline");

    // A second parameter like the first is new, even under the same name.
    package(
        &root.join("v3"),
        &DEFINITION.replace(
            r#"{ "name": "id", "in": "path", "type": "string" },"#,
            r#"{ "name": "id", "in": "path", "type": "string" }, { "name": "id", "in": "path", "type": "string" },"#,
        ),
    );
    let run = two(root, &[&["v3"], &accepted[..]].concat());
    assert_eq!(run.status, 1);
    assert_eq!(
        run.findings(),
        pairs(&[("PathParameterMissingEncoding", "warning"), ("PathParameterMustBeRequired", "error")])
    );

    // What is mended is told, at its entry in the baseline.
    package(&root.join("v4"), &DEFINITION.replace(r#""in": "path", "#, r#""in": "path", "required": true, "#));
    let mended = [&["v4"], &accepted[..], &["--severity", "BS-BaselineEntryStale=note"]].concat();
    let run = two(root, &mended);
    assert_eq!(run.findings(), pairs(&[("BS-BaselineEntryStale", "note")]));
    assert_eq!((run.status, run.json()["findings"][0]["file"].as_str()), (0, Some("accepted.json")));

    // With several packages the names count.
    let run = two(root, &["v1", "v2", "--baseline", "accepted.json"]);
    assert_eq!((run.status, run.json()["summary"]["suppressed"].as_u64()), (1, Some(2)));
    let run = two(root, &["v2", "v3", "--baseline", "accepted.json"]);
    assert_eq!(run.status, 1);
    assert!(run.err.contains("it is of `v1`, and `v2`, `v3` is checked"), "{}", run.err);
    let again = two(root, &["v1", "v2", "--write-baseline", "both.json"]);
    assert_eq!(again.status, 0);
    assert_eq!(
        two(root, &[".", "--baseline", "both.json", "--allow", "BS-BaselineEntryStale"]).json()["summary"]["suppressed"],
        4
    );
}

#[test]
fn a_baseline_accepts_nothing_else_and_nothing_heavier() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let rules = ["--allow", "all", "--warn", "RequiredPropertyMissing", "--format", "json"];
    let summary = r#""operationId": "GetOrder", "summary": "Get order","#;
    let description = r#""operationId": "GetOrder", "description": "Reads an order.","#;
    package(&root.join("v1"), &DEFINITION.replace(r#""operationId": "GetOrder","#, summary));
    lint(root, &[&["v1", "--write-baseline", "b.json"], &rules[..]].concat());
    let text = fs::read_to_string(root.join("b.json")).unwrap();
    let place = r#""place": "/paths/~1orders~1{id}/get~(description)", "rule": "RequiredPropertyMissing", "severity": "warning""#;
    assert!(text.contains(place), "{text}");

    // The description is there now, and the summary is not: as many findings at the same place.
    package(&root.join("v2"), &DEFINITION.replace(r#""operationId": "GetOrder","#, description));
    let run = lint(root, &[&["v2", "--baseline", "b.json"], &rules[..]].concat());
    assert_eq!(run.findings(), pairs(&[("RequiredPropertyMissing", "warning")]), "{}", run.out);
    assert!(run.out.contains("the operation has no `summary`"), "{}", run.out);

    // What was accepted as a warning is an error now.
    let strict = rules.map(|word| if word == "--warn" { "--deny" } else { word });
    let run = lint(root, &[&["v1", "--baseline", "b.json"], &strict[..]].concat());
    assert_eq!((run.status, run.json()["summary"]["suppressed"].as_u64()), (1, Some(0)), "{}", run.out);

    // A baseline of the first form does not say what it accepted: no error, and nothing that is missing.
    let old = text.replace("\"baseline\": 2", "\"baseline\": 1").replace(", \"severity\": \"warning\"", "");
    fs::write(root.join("old.json"), old.replace("~(description)", "")).unwrap();
    let run = lint(root, &[&["v1", "--baseline", "old.json"], &rules[..]].concat());
    assert!(run.out.contains("the operation has no `description`"), "{}", run.out);
}

#[test]
fn a_baseline_that_cannot_be_read_is_told() {
    let folder = tempfile::tempdir().unwrap();
    package(folder.path(), DEFINITION);
    lint(folder.path(), &[".", "--baseline", "none.json"])
        .is_helpless(&["`none.json` cannot be read", "--write-baseline"]);
    fs::write(folder.path().join("bad.json"), "{ \"baseline\": 7 }").unwrap();
    lint(folder.path(), &[".", "--baseline", "bad.json"]).is_helpless(&["bad.json:1:15:"]);
}

// ---- outputs ---------------------------------------------------------------------------------------------------------

#[test]
fn sarif_is_valid_and_says_what_is_accepted() {
    let folder = tempfile::tempdir().unwrap();
    package(&folder.path().join("my orders"), DEFINITION);
    let entry = "[[allow]]\nrule = \"BS-ExtensionMisspelt\"\nplace = \"**\"\nreason = \"asked for\"\n";
    fs::write(folder.path().join("my orders/.backshell-lint.toml"), entry).unwrap();
    let run = lint(folder.path(), &["my orders", "--format", "sarif"]);
    let log = run.json();
    let validator = jsonschema::validator_for(&backshell_testkit::sarif_schema()).unwrap();
    let errors: Vec<String> = validator.iter_errors(&log).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    let run = &log["runs"][0];
    let results = run["results"].as_array().unwrap();
    let of = |rule: &str| results.iter().find(|result| result["ruleId"] == rule).unwrap();
    let required = of("PathParameterMustBeRequired");
    let place = &required["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "my%20orders/apiDefinition.swagger.json");
    assert_eq!((&place["region"]["startLine"], &place["region"]["startColumn"]), (&11.into(), &11.into()));
    assert_eq!(required["partialFingerprints"]["backshell/v1"].as_str().unwrap().len(), 16);
    assert_eq!(of("BS-ExtensionMisspelt")["suppressions"][0]["justification"], "asked for");
    for rule in run["tool"]["driver"]["rules"].as_array().unwrap() {
        let said = |name: &str| !rule[name]["text"].as_str().unwrap().is_empty();
        assert!(said("shortDescription") && said("fullDescription") && said("help"), "{rule}");
        assert!(rule["help"]["markdown"].as_str().unwrap().starts_with("# "), "{rule}");
    }
}

#[test]
fn annotations_comments_and_tables() {
    let folder = tempfile::tempdir().unwrap();
    package(&folder.path().join("a"), DEFINITION);
    let of = |format: &str| lint(folder.path(), &[&["a", "--format", format], TWO].concat());
    let github = of("github");
    let expected = "::error file=a/apiDefinition.swagger.json,line=11,endLine=11,col=11,endColumn=12,title=PathParameterMustBeRequired::";
    assert!(github.status == 1 && github.out.contains(expected), "{}", github.out);
    let below = lint(folder.path(), &[&["./a", "--format", "github"], TWO].concat());
    assert_eq!(below.out, github.out, "annotations are attached to paths in the repository");
    let markdown = of("markdown");
    assert!(
        markdown
            .out
            .contains("| 🔴 error | PathParameterMustBeRequired | <code>a/apiDefinition.swagger.json:11:11</code> |"),
        "{}",
        markdown.out
    );
    let text = of("text");
    assert!(text.out.contains("PathParameterMissingEncoding  warning          1      1\n"), "{}", text.out);
    assert!(text.out.ends_with("3 files checked: 1 error, 1 warning, 0 notes\n"), "{}", text.out);
}

#[test]
fn a_definition_comes_through_standard_input() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = [&["-", "--format", "json"], TWO].concat();
    let run = piped(folder.path(), &arguments, DEFINITION.as_bytes());
    assert_eq!((run.status, run.findings().len()), (1, 2), "{}", run.err);
    assert_eq!(run.json()["findings"][0]["file"], "-");
    assert_eq!(run.json()["summary"]["files"], 1);
    for broken in ["", "{", "\u{0}"] {
        let run = piped(folder.path(), &["-", "--format", "json"], broken.as_bytes());
        assert_eq!(run.status, 1, "{broken:?}");
        assert!(run.findings().iter().any(|(rule, _)| rule == "BS-InvalidJson"), "{broken:?}: {}", run.out);
    }
}

#[test]
fn thousands_of_paths_come_out_in_order_whatever_core_was_faster() {
    const MANY: usize = 2_000;
    let folder = tempfile::tempdir().unwrap();
    let names: Vec<String> = (0..MANY).map(|number| format!("{:04}.swagger.json", number * 7 % MANY)).collect();
    for (number, name) in names.iter().enumerate() {
        let padding = " ".repeat(number % 50 * 100);
        fs::write(folder.path().join(name), format!("{padding}{DEFINITION}")).unwrap();
    }
    let paths: Vec<&str> = names.iter().map(String::as_str).collect();
    let one = two(folder.path(), &paths);
    let other = two(folder.path(), &["."]);
    assert_eq!(one.status, 1);
    let files = |run: &Run| -> Vec<String> {
        let json = run.json();
        json["findings"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["file"].as_str().unwrap().trim_start_matches("./").to_owned())
            .collect()
    };
    let mut sorted = names.clone();
    sorted.sort();
    let expected: Vec<String> = sorted.iter().flat_map(|name| [name.clone(), name.clone()]).collect();
    assert_eq!(files(&one), expected);
    assert_eq!(files(&other), expected);
    assert_eq!(one.json()["summary"]["files"], MANY);
    assert_eq!(two(folder.path(), &paths).out, one.out);
}

#[test]
fn what_is_said_at_the_end_stands_in_its_place() {
    let (folder, names) = definitions(100);
    let expired =
        "[[allow]]\nrule = \"BS-FileLayout\"\nplace = \"**\"\nreason = \"for a while\"\nexpires = 2020-01-01\n";
    fs::write(folder.path().join(".backshell-lint.toml"), expired).unwrap();
    let paths: Vec<&str> = names.iter().map(String::as_str).collect();
    let json = two(folder.path(), &[&paths, &["--severity", "BS-AllowEntryExpired=warning"][..]].concat()).json();
    let files: Vec<&str> =
        json["findings"].as_array().unwrap().iter().map(|one| one["file"].as_str().unwrap()).collect();
    assert_eq!(files[0], ".backshell-lint.toml", "the remark comes last and stands first");
    assert_eq!(files.len(), 201);
    assert!(files.is_sorted());
}

#[test]
fn one_that_cannot_be_read_leaves_no_half_answer() {
    let (folder, names) = definitions(300);
    let paths: Vec<&str> = names.iter().map(String::as_str).chain(["/dev/null"]).collect();
    for format in ["json", "text"] {
        let run = lint(folder.path(), &[&paths, &["--format", format][..]].concat());
        assert_eq!((run.status, &*run.out), (2, ""), "{format}");
        assert!(run.err.contains("`/dev/null` is neither a file nor a folder"), "{}", run.err);
    }
}

// ---- fixes -----------------------------------------------------------------------------------------------------------

#[test]
fn fixes_are_shown_first_then_made_once() {
    let folder = tempfile::tempdir().unwrap();
    package(&folder.path().join("a"), DEFINITION);
    let file = folder.path().join("a/apiDefinition.swagger.json");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
    let shown = lint(folder.path(), &["a", "--fix", "--dry-run"]);
    assert_eq!(shown.status, 1, "what is there still has an error");
    for line in [
        "--- a/a/apiDefinition.swagger.json",
        "-          { \"name\": \"id\", \"in\": \"path\", \"type\": \"string\" },",
        "+  \"info\": { \"title\": \"Orders\", \"description\": \"Reads and writes orders of a shop.\", \"version\": \"1.0\" },",
        "+          { \"name\": \"view\", \"in\": \"query\", \"type\": \"string\", \"x-ms-summary\": \"View\" }",
    ] {
        assert!(shown.out.lines().any(|shown| shown == line), "`{line}` is missing: {}", shown.out);
    }
    assert!(shown.err.contains("would change 4 places in 1 file"), "{}", shown.err);
    assert_eq!(fs::read_to_string(&file).unwrap(), DEFINITION);

    let made = lint(folder.path(), &["a", "--fix", "--format", "json"]);
    assert!(made.err.contains("changed 4 places in 1 file"), "{}", made.err);
    assert!(
        !made.findings().iter().any(|(rule, _)| rule.starts_with("PathParameter") || rule == "BS-ExtensionMisspelt")
    );
    let new = fs::read_to_string(&file).unwrap();
    assert!(new.contains("\"in\": \"path\", \"type\": \"string\", ") && new.contains("\"required\": true"), "{new}");
    assert_eq!(new.lines().count(), DEFINITION.lines().count());
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o640);
    assert_eq!(fs::read_dir(folder.path().join("a")).unwrap().count(), 3, "nothing is left behind");
    let again = lint(folder.path(), &["a", "--fix", "--format", "json"]);
    assert!(again.err.contains("changed 0 places in 0 files"), "{}", again.err);
    assert_eq!(fs::read_to_string(&file).unwrap(), new);
}

#[test]
fn what_is_accepted_is_not_mended() {
    let folder = tempfile::tempdir().unwrap();
    package(&folder.path().join("a"), &DEFINITION.replace("shop. ", "shop."));
    let file = folder.path().join("a/apiDefinition.swagger.json");
    let before = fs::read_to_string(&file).unwrap();
    lint(folder.path(), &["a", "--write-baseline", "b.json"]);
    let run = lint(folder.path(), &["a", "--fix", "--baseline", "b.json", "--format", "json"]);
    assert_eq!(run.status, 0, "{}", run.out);
    assert_eq!(fs::read_to_string(&file).unwrap(), before);
    lint(folder.path(), &["a", "--fix", "--allow", "all"]);
    assert_eq!(fs::read_to_string(&file).unwrap(), before);
}

#[test]
fn what_cannot_be_mended_in_place_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file("apiDefinition.swagger.json", zip::write::SimpleFileOptions::default()).unwrap();
    zip.write_all(DEFINITION.as_bytes()).unwrap();
    fs::write(folder.path().join("a.zip"), zip.finish().unwrap().into_inner()).unwrap();
    lint(folder.path(), &["a.zip", "--fix"]).is_helpless(&["`a.zip` is an archive", "unpack it"]);
    piped(folder.path(), &["-", "--fix"], DEFINITION.as_bytes()).is_helpless(&["standard input cannot be mended"]);
}

// ---- watching --------------------------------------------------------------------------------------------------------

/// A command that watches; it ends when the test does.
struct Watching {
    child: Child,
    lines: mpsc::Receiver<String>,
}

impl Watching {
    /// Begins, and returns what the first look shows as well.
    fn start(folder: &Path, arguments: &[&str]) -> (Self, String) {
        let mut child = command(folder, &[arguments, &["--watch"]].concat())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (sender, lines) = mpsc::channel();
        for stream in [
            Box::new(child.stdout.take().unwrap()) as Box<dyn std::io::Read + Send>,
            Box::new(child.stderr.take().unwrap()),
        ] {
            let sender = sender.clone();
            std::thread::spawn(move || {
                BufReader::new(stream).lines().map_while(Result::ok).for_each(|line| drop(sender.send(line)));
            });
        }
        let watching = Self { child, lines };
        let first = watching.until("watching for changes").join("\n") + &watching.until_quiet();
        (watching, first)
    }

    /// The lines up to the one that holds `word`.
    fn until(&self, word: &str) -> Vec<String> {
        const PATIENCE: Duration = Duration::from_mins(1);
        let mut seen = Vec::new();
        loop {
            let line = self.lines.recv_timeout(PATIENCE).unwrap_or_else(|_| panic!("`{word}` never came: {seen:#?}"));
            let found = line.contains(word);
            seen.push(line);
            if found {
                return seen;
            }
        }
    }

    /// What else is there already.
    fn until_quiet(&self) -> String {
        let mut seen = String::new();
        while let Ok(line) = self.lines.recv_timeout(Duration::from_millis(300)) {
            seen += &line;
        }
        seen
    }

    /// Ends it as people do.
    fn end(mut self) -> Option<i32> {
        Command::new("kill").args(["-INT", &self.child.id().to_string()]).status().unwrap();
        self.child.wait().unwrap().code()
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        // It may have ended already.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// The definition with what `PathParameterMustBeRequired` asks for.
fn mended() -> String {
    DEFINITION.replace("\"in\": \"path\", ", "\"in\": \"path\", \"required\": true, ")
}

#[test]
fn watching_shows_what_is_new_and_what_is_gone() {
    let folder = tempfile::tempdir().unwrap();
    package(&folder.path().join("a"), DEFINITION);
    package(&folder.path().join("b"), DEFINITION);
    let file = folder.path().join("a/apiDefinition.swagger.json");
    let (watching, first) = Watching::start(folder.path(), &[&["."], TWO].concat());
    assert!(first.contains("error[PathParameterMustBeRequired]"), "{first}");

    // Mended and moved: one is gone, the others are not told again.
    fs::write(&file, mended().replace("\"paths\"", "\n\n\"paths\"")).unwrap();
    let told = watching.until("0 new, 1 gone");
    assert!(
        told.iter().any(|line| line.starts_with("gone: ")
            && line.contains("a/apiDefinition.swagger.json:11: PathParameterMustBeRequired")),
        "{told:#?}"
    );
    assert!(!told.iter().any(|line| line.contains("error[") || line.contains("warning[")), "{told:#?}");

    // Replaced by another file, as editors do.
    fs::write(folder.path().join("a/new"), DEFINITION).unwrap();
    fs::rename(folder.path().join("a/new"), &file).unwrap();
    let told = watching.until("1 new, 0 gone");
    assert!(told.iter().any(|line| line.contains("error[PathParameterMustBeRequired]")), "{told:#?}");

    // A package comes and goes, at once and piece by piece.
    package(&folder.path().join("c"), DEFINITION);
    watching.until("2 new, 0 gone");
    fs::remove_dir_all(folder.path().join("c")).unwrap();
    watching.until("0 new, 2 gone");
    let elsewhere = tempfile::tempdir_in(folder.path().parent().unwrap()).unwrap();
    package(&elsewhere.path().join("d/e"), DEFINITION);
    fs::rename(elsewhere.path().join("d"), folder.path().join("d")).unwrap();
    watching.until("2 new, 0 gone");
    assert_eq!(watching.end(), Some(0));
}

#[test]
fn watching_notices_configuration_above_and_beside() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    fs::create_dir(root.join(".git")).unwrap();
    package(&root.join("all/a"), DEFINITION);
    fs::write(root.join(".backshell-lint.toml"), QUIET).unwrap();
    let (watching, first) = Watching::start(root, &["all/a"]);
    assert!(first.contains("warning[PathParameterMustBeRequired]"), "{first}");
    let error = QUIET.replace("\"warning\"", "\"error\"");
    fs::write(root.join(".backshell-lint.toml"), &error).unwrap();
    watching.until("1 new, 1 gone");
    // A mistake is told, and what it was about is looked at when it is mended.
    fs::write(root.join(".backshell-lint.toml"), "[severity]\nBS-HttpOnly = \"off\"\n").unwrap();
    watching.until("there is no rule `BS-HttpOnly`");
    fs::write(root.join(".backshell-lint.toml"), QUIET).unwrap();
    watching.until("1 new, 1 gone");
    // One that was not there, and is nearer.
    fs::write(root.join("all/.backshell-lint.toml"), &error).unwrap();
    watching.until("1 new, 1 gone");
    fs::remove_file(root.join("all/.backshell-lint.toml")).unwrap();
    watching.until("1 new, 1 gone");
    assert_eq!(watching.end(), Some(0));

    // One that the command line names counts, also through a link, and no other.
    fs::create_dir(root.join("settings")).unwrap();
    fs::write(root.join("settings/real.toml"), QUIET).unwrap();
    std::os::unix::fs::symlink("settings/real.toml", root.join("other.toml")).unwrap();
    let (watching, _) =
        Watching::start(&root.join("all"), &["a/apiDefinition.swagger.json", "--config", "../other.toml"]);
    fs::write(root.join(".backshell-lint.toml"), "").unwrap();
    fs::write(root.join("settings/real.toml"), &error).unwrap();
    watching.until("1 new, 1 gone");
    fs::remove_file(root.join("other.toml")).unwrap();
    fs::write(root.join("other.toml"), QUIET).unwrap();
    watching.until("1 new, 1 gone");
    assert_eq!(watching.end(), Some(0));
}

#[test]
fn watching_reads_the_baseline_again() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    package(&root.join("a"), DEFINITION);
    fs::create_dir(root.join("accepted")).unwrap();
    two(root, &["a", "--write-baseline", "accepted/all.json"]);
    let all = fs::read(root.join("accepted/all.json")).unwrap();
    package(&root.join("none"), &mended());
    lint(root, &["none", "--allow", "all", "--write-baseline", "accepted/none.json"]);
    let none = fs::read(root.join("accepted/none.json")).unwrap();
    let (watching, first) = Watching::start(root, &[&["a", "--baseline", "accepted/all.json"], TWO].concat());
    assert!(first.contains("0 errors, 0 warnings, 0 notes (2 accepted)"), "{first}");
    fs::write(root.join("accepted/all.json"), none).unwrap();
    watching.until("2 new, 0 gone; 3 files checked: 1 error, 1 warning, 0 notes");
    fs::write(root.join("accepted/all.json"), "{").unwrap();
    watching.until("error: ");
    fs::write(root.join("accepted/all.json"), all).unwrap();
    watching.until("0 new, 2 gone; 3 files checked: 0 errors, 0 warnings, 0 notes (2 accepted)");
    assert_eq!(watching.end(), Some(0));
}

#[test]
fn watching_tells_which_entries_of_the_allow_list_are_left_over() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    for name in ["a", "b"] {
        package(&root.join(name), DEFINITION);
    }
    let entry = |file: &str| {
        format!(
            "[[allow]]\nrule = \"PathParameterMustBeRequired\"\nplace = \"**\"\nfile = \"{file}\"\nreason = \"old\"\n"
        )
    };
    let levels = QUIET.replace("[severity]", "[severity]\nBS-AllowEntryUnused = \"warning\"");
    fs::write(root.join(".backshell-lint.toml"), format!("{levels}{}{}", entry("a/*"), entry("c/*"))).unwrap();
    let (watching, first) = Watching::start(root, &["."]);
    assert_eq!(first.matches("warning[BS-AllowEntryUnused]").count(), 1, "{first}");
    assert!(first.contains("(1 accepted)"), "{first}");
    // The other package is not judged again, and its entry is not forgotten.
    let other = root.join("b/apiDefinition.swagger.json");
    fs::write(&other, mended()).unwrap();
    let told = watching.until("0 new, 1 gone").concat();
    assert!(!told.contains("BS-AllowEntryUnused"), "{told}");
    let file = root.join("a/apiDefinition.swagger.json");
    fs::write(&file, mended()).unwrap();
    let told = watching.until("1 new, 0 gone").concat();
    assert!(told.contains("warning[BS-AllowEntryUnused]"), "{told}");
    fs::write(&file, DEFINITION).unwrap();
    let told = watching.until("0 new, 1 gone").concat();
    assert!(told.contains("BS-AllowEntryUnused"), "{told}");
    assert_eq!(watching.end(), Some(0));
}

#[test]
fn standard_input_cannot_be_watched() {
    let folder = tempfile::tempdir().unwrap();
    for arguments in [["-", "--watch"].as_slice(), &["--watch", ".", "-"]] {
        piped(folder.path(), arguments, DEFINITION.as_bytes()).is_helpless(&["standard input cannot be watched"]);
    }
}

// ---- help ------------------------------------------------------------------------------------------------------------

#[test]
fn the_help_has_examples_and_completions_know_the_options() {
    let help = lint(Path::new("/"), &["--help"]);
    assert_eq!(help.status, 0);
    for word in [
        "Examples:",
        "--baseline",
        "--write-baseline",
        "--publisher-name",
        "--other-titles",
        "--fix --dry-run",
        "sarif",
        "github",
        "markdown",
        "--watch",
        ".backshell-lint.toml",
    ] {
        assert!(help.out.contains(word), "{word}");
    }
    let explained =
        |id: &str| Run::of(Command::new(env!("CARGO_BIN_EXE_backshell")).args(["rules", id]).output().unwrap()).out;
    assert!(explained("BS-AllowEntryUnused").contains("remove the entry"));
    assert!(explained("PathParameterMustBeRequired").contains("`backshell lint --fix` can say that path parameters"));
    let mut command = Command::new(env!("CARGO_BIN_EXE_backshell"));
    let script = Run::of(command.args(["completions", "bash"]).output().unwrap());
    assert!(["--write-baseline", "--dry-run", "--severity"].iter().all(|option| script.out.contains(option)));
}
