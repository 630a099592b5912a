//! What the forms of output have in common.

use crate::{
    Approvals, Callers, Comparison, Notice, NoticeKind, Options, approve, changelog, compare, github, json, markdown,
    sarif, text,
};
use backshell_findings::Place;
use backshell_model::Timestamp;
use backshell_package::{Limits, Origin, ReadPackage, read_files};

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
    let log: serde_json::Value = serde_json::from_str(&sarif::render(&comparison(OLD, "{"), "0.1.0")).unwrap();
    assert_eq!(log["runs"][0]["invocations"][0]["executionSuccessful"], false);
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
fn remarks_count_in_the_length_of_a_comment() {
    let mut comparison = sample();
    let notice = |number: usize| Notice {
        kind: NoticeKind::ApprovalExpired,
        message: format!("{number} {}", "&".repeat(400)),
        help: "&".repeat(100),
        place: Place::file("approved.toml"),
    };
    comparison.notices = (0..60).map(notice).collect();
    comparison.changes = comparison.changes.iter().cycle().take(4_000).cloned().collect();
    let text = markdown::render(&comparison);
    assert!(text.chars().count() < 65_536, "{}", text.chars().count());
    assert!(text.contains("more remarks are not shown here.") && text.contains("more are not shown here."));
}

#[test]
fn the_changelog_quotes_foreign_names_and_says_why_nothing_was_compared() {
    let mut comparison = sample();
    let change = comparison.changes.first_mut().unwrap();
    change.operations = vec!["<img src=x>".to_owned(), "List`x`*y*".to_owned()];
    let text = changelog::render(&comparison);
    assert!(text.contains("- `<img src=x>`, `List'x'*y*`: "), "{text}");
    let unreadable = changelog::render(&super::tests::comparison(OLD, "{"));
    assert!(unreadable.contains("- `new/a.json/apiDefinition.swagger.json`, line 1: "), "{unreadable}");
}

#[test]
fn annotations_stand_in_the_new_version() {
    let text = github::render(&sample());
    let error = text.lines().find(|line| line.starts_with("::error ")).unwrap();
    assert!(error.contains("file=new/") && error.contains("title=parameter-became-required::"), "{text}");
    assert!(error.contains("(at ListItems/") && !error.contains('\u{fffd}'), "{text}");
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
    assert!(
        result["message"]["text"]
            .as_str()
            .unwrap()
            .contains("(at ListItems/parameters/query/<b>|@all/required; before: old/"),
        "{result}"
    );
}

#[test]
fn what_is_gone_is_shown_where_it_was() {
    let new = OLD.replace(r#"{ "name": "<b>|@all", "in": "query", "type": "string" }"#, "");
    let files = |text: &str| vec![("apiDefinition.swagger.json".to_owned(), text.as_bytes().to_vec().into())];
    let mut comparison = comparison(OLD, &new);
    comparison.anchor_removals(&read_files("x", files(&new), &Limits::default()), Some("new".to_owned()));
    let text = github::render(&comparison);
    // The list of parameters that is left.
    let expected =
        "::error file=new/apiDefinition.swagger.json,line=3,endLine=3,col=5,endColumn=17,title=parameter-removed::";
    assert!(text.starts_with(expected), "{text}");
    assert!(text.contains("before: old/a.json/apiDefinition.swagger.json:3:31"), "{text}");
    let compatible = text.lines().filter(|line| line.starts_with("::notice")).count();
    assert_eq!(compatible, 0, "what affects nothing makes no annotation: {text}");
}

#[test]
fn approvals_and_callers_are_told_in_every_form() {
    let mut comparison = sample();
    let lines = r#"{"caller":"a","operation":"ListItems","parameters":["extra"]}"#;
    let callers = Callers::read("callers.jsonl", lines.as_bytes()).unwrap();
    callers.mark(&mut comparison);
    let read = read_files(
        "old",
        vec![("apiDefinition.swagger.json".to_owned(), OLD.as_bytes().to_vec().into())],
        &Limits::default(),
    );
    comparison.notices.extend(callers.unknown(&[&read]));
    let fingerprint = comparison.changes[0].fingerprint.clone();
    let entry = format!(
        "[[approval]]\nfingerprint = \"{fingerprint}\"\nreason = \"r\"\napprover = \"a\"\nexpires = 2027-06-30\n"
    );
    let before = [markdown::render(&comparison), github::render(&comparison), sarif::render(&comparison, "0.1.0")];
    let level = |log: &str| {
        let log: serde_json::Value = serde_json::from_str(log).unwrap();
        log["runs"][0]["results"][0]["level"].as_str().unwrap().to_owned()
    };
    assert!(before[1].contains("::error ") && level(&before[2]) == "error", "{before:?}");
    approve(&mut comparison, &Approvals::parse("approved.toml", &entry).unwrap(), Timestamp::from_secs(1_767_225_600));
    let markdown = markdown::render(&comparison);
    let github = github::render(&comparison);
    let sarif = sarif::render(&comparison, "0.1.0");
    let text = text::render(&comparison);
    for (form, rendered) in [("markdown", &markdown), ("github", &github), ("sarif", &sarif), ("text", &text)] {
        assert!(rendered.contains("1 of 1 callers leaves it out"), "{form}: {rendered}");
        assert!(rendered.contains("approved"), "{form}: {rendered}");
    }
    assert!(markdown.contains("✅ approved: ") && !markdown.contains("🔴"), "{markdown}");
    assert!(markdown.contains("<code>extra</code> of <code>ListItems</code>"), "{markdown}");
    assert!(!github.contains("::error ") && github.contains("::warning file=callers.jsonl"), "{github}");
    let log: serde_json::Value = serde_json::from_str(&sarif).unwrap();
    let results = log["runs"][0]["results"].as_array().unwrap();
    let accepted: Vec<_> = results.iter().filter(|result| result.get("suppressions").is_some()).collect();
    let [accepted] = accepted.as_slice() else { panic!("{sarif}") };
    assert_eq!((&accepted["level"], &accepted["suppressions"][0]["justification"]), (&"error".into(), &"r (a)".into()));
    for rendered in [&markdown, &github, &text] {
        assert!(rendered.contains("(1 approved: nothing else breaks)"), "{rendered}");
    }
    assert!(text.contains(&format!("= fingerprint: {fingerprint}")), "{text}");
    let json: serde_json::Value = serde_json::from_str(&json::render(&comparison, "0.1.0")).unwrap();
    assert_eq!((&json["summary"]["approved"], &json["notices"][0]["kind"]), (&1.into(), &"callers-unknown".into()));
}

#[test]
fn what_was_not_compared_is_told() {
    let read = |name: &str, text: &str, more: &[(&str, &str)]| {
        let files = std::iter::once(("apiDefinition.swagger.json", text)).chain(more.iter().copied());
        let files = files.map(|(name, text)| (name.to_owned(), text.as_bytes().to_vec().into())).collect();
        read_files(name, files, &Limits::default())
    };
    let kinds = |old: &ReadPackage, new: &ReadPackage| {
        let comparison = compare(old, new, &Options::default());
        comparison.notices.iter().map(|notice| notice.kind).collect::<Vec<_>>()
    };
    let twice = OLD.replace(r#""summary": "List","#, r#""summary": "List", "summary": "Other","#);
    let plain = read("old", OLD, &[]);
    assert_eq!(kinds(&plain, &read("new", &twice, &[])), [NoticeKind::DuplicateKey]);
    let package = read("new", OLD, &[("apiProperties.json", r#"{ "properties": {} }"#)]);
    assert_eq!(kinds(&plain, &package), [], "both are packages, and one lost a file");
    let mut lone = plain.clone();
    lone.package.origin = Origin::File;
    assert_eq!(kinds(&lone, &package), [NoticeKind::PartlyCompared]);
    assert_eq!(kinds(&package, &lone), [NoticeKind::PartlyCompared]);
    assert_eq!(kinds(&lone, &plain), [], "there is nothing more to compare");
}

#[test]
fn the_changelog_lists_everything() {
    let expected = "### Breaking changes\n\n- `ListItems`: the parameter `<b>|@all` must be given now\n\n\
                    ### Other changes\n\n- `ListItems`: `summary` says something else\n\n\
                    These changes ask for a new major version.\n";
    assert_eq!(changelog::render(&sample()), expected);
    assert_eq!(changelog::render(&comparison(OLD, OLD)), "Nothing has changed.\n");
}
