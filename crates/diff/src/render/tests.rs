//! What the forms of output have in common.

use crate::{Comparison, Options, changelog, compare, github, markdown, sarif};
use backshell_package::{Limits, read_files};

const OLD: &str = r#"{ "swagger": "2.0", "info": { "title": "Items", "version": "1.2" }, "paths": {
  "/items": { "get": { "operationId": "ListItems", "summary": "List",
    "parameters": [ { "name": "<b>|@all", "in": "query", "type": "string" } ],
    "responses": { "200": { "description": "" } } } } } }"#;

fn comparison(old: &str, new: &str) -> Comparison {
    let read = |text: &str| {
        let files = vec![("apiDefinition.swagger.json".to_owned(), text.as_bytes().to_vec().into())];
        read_files("example", files, &Limits::default())
    };
    let paths = (Some("old/a.json".to_owned()), Some("new/a.json".to_owned()));
    compare(&read(old), &read(new), &Options { old_path: paths.0, new_path: paths.1, ..Options::default() })
}

fn sample() -> Comparison {
    let new =
        OLD.replace(r#""type": "string""#, r#""type": "string", "required": true"#).replace("List\"", "List all\"");
    let new = new.replace("1.2", "2.0");
    comparison(OLD, &new)
}

#[test]
fn a_comment_shows_foreign_text_and_no_markup() {
    let text = markdown::render(&sample());
    assert!(text.starts_with("### Backshell diff: breaking\n\nbreaking: 1 breaking"), "{text}");
    assert!(text.contains("<code>&#60;b&#62;&#124;&#64;all</code>") && !text.contains("<b>"), "{text}");
    assert!(text.contains("**ListItems** (<code>GET /items</code>)"), "{text}");
    assert!(text.contains("<details><summary>1 compatible</summary>"), "{text}");
    let unreadable = markdown::render(&comparison(OLD, "{"));
    assert!(unreadable.contains("### Backshell diff: unreadable") && unreadable.contains("🔴"), "{unreadable}");
}

#[test]
fn a_comment_is_never_too_long() {
    let many = |kind: &str| {
        let parameters: Vec<String> = (0..2_000)
            .map(|number| format!(r#"{{ "name": "parameter{number}", "in": "query", "type": "string"{kind} }}"#))
            .collect();
        OLD.replace(r#"{ "name": "<b>|@all", "in": "query", "type": "string" }"#, &parameters.join(", "))
    };
    let text = markdown::render(&comparison(&many(""), &many(r#", "required": true"#)));
    assert!(text.chars().count() < 65_536 && text.contains("more are not shown here."));
}

#[test]
fn annotations_stand_in_the_new_version() {
    let text = github::render(&sample());
    let error = text.lines().find(|line| line.starts_with("::error ")).unwrap();
    assert!(error.contains("file=new/") && error.contains("title=parameter-became-required::"), "{text}");
    assert!(error.contains("(concerns ListItems; before: ") && !error.contains('\u{fffd}'), "{text}");
    assert!(text.lines().last().unwrap().starts_with("breaking: 1 breaking"), "{text}");
}

#[test]
fn results_carry_the_fingerprint_and_their_check() {
    let comparison = sample();
    let log: serde_json::Value = serde_json::from_str(&sarif::render(&comparison, "0.1.0")).unwrap();
    let run = &log["runs"][0];
    let result = &run["results"][0];
    assert_eq!(result["ruleId"], "parameter-became-required");
    assert_eq!(result["level"], "error");
    assert_eq!(result["partialFingerprints"]["backshell/v1"], comparison.changes[0].fingerprint.as_str());
    let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
    assert_eq!(run["tool"]["driver"]["rules"][index]["id"], "parameter-became-required");
    assert!(result["message"]["text"].as_str().unwrap().contains("(concerns ListItems; before: old/"), "{result}");
}

#[test]
fn the_changelog_lists_everything() {
    let expected = "### Breaking changes\n\n- `ListItems`: the parameter `<b>|@all` must be given now\n\n\
                    ### Other changes\n\n- `ListItems`: `summary` says something else\n\n\
                    These changes ask for a new major version.\n";
    assert_eq!(changelog::render(&sample()), expected);
    assert_eq!(changelog::render(&comparison(OLD, OLD)), "Nothing has changed.\n");
}
