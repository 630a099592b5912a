//! Runs the examples of all checks, in both directions.

use crate::check::{Example, Snippet};
use crate::{Change, Check, HostPlace, Options, checks, compare};
use backshell_package::{Limits, ReadPackage, read_files};
use std::collections::BTreeSet;
use std::fmt::Write as _;

const DEFINITION: &str = "apiDefinition.swagger.json";
const PROPERTIES: &str = "apiProperties.json";
const NO_PROPERTIES: &str = r#"{ "properties": { "connectionParameters": {} } }"#;

#[test]
fn examples_yield_their_checks_at_their_places() {
    let mut failures = String::new();
    each(|check, number, example| {
        let changes = run(example, example.before, example.after, &mut failures);
        let expected: BTreeSet<&str> = [check.id].iter().chain(example.also).copied().filter(|id| known(id)).collect();
        let found = ids(&changes);
        if found != expected {
            let _ = writeln!(failures, "{}, example {number}: expected {expected:?}, found", check.id);
            list(&mut failures, &changes);
            return;
        }
        let own: Vec<&Change> = changes.iter().filter(|change| change.check.id == check.id).collect();
        for (side, pointers, places) in [
            ("old", example.old, own.iter().filter_map(|change| change.old.as_ref()).collect::<Vec<_>>()),
            ("new", example.new, own.iter().filter_map(|change| change.new.as_ref()).collect()),
        ] {
            let wanted: BTreeSet<String> = pointers.iter().map(|pointer| full(example.snippet, pointer)).collect();
            let found: BTreeSet<String> =
                places.iter().map(|place| format!("{}#{}", place.file, place.pointer)).collect();
            if found != wanted {
                let _ = writeln!(failures, "{}, example {number}: {side} places {found:?}, not {wanted:?}", check.id);
            }
        }
        for change in own {
            if change.verdict != check.verdict {
                let _ = writeln!(failures, "{}, example {number}: the verdict is {}", check.id, change.verdict);
            }
        }
    });
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn reversed_examples_yield_what_they_say() {
    let mut failures = String::new();
    each(|check, number, example| {
        let changes = run(example, example.after, example.before, &mut failures);
        let expected: BTreeSet<&str> = example.reversed.iter().copied().filter(|id| known(id)).collect();
        let found = ids(&changes);
        if found != expected {
            let _ = writeln!(failures, "{}, example {number} reversed: expected {expected:?}, found", check.id);
            list(&mut failures, &changes);
        }
    });
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn a_version_compared_with_itself_yields_nothing() {
    let mut failures = String::new();
    each(|check, number, example| {
        for version in [example.before, example.after] {
            // A blank more: equal files would be an answer without a comparison.
            let changes = run(example, version, &format!("{version}\n "), &mut failures);
            if !changes.is_empty() {
                let _ = writeln!(failures, "{}, example {number} compared with itself:", check.id);
                list(&mut failures, &changes);
            }
        }
    });
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn checks_are_declared_in_full() {
    let all = checks();
    assert!(all.is_sorted_by(|one, two| one.id < two.id), "an id is given twice");
    for check in all {
        let id = check.id;
        for (what, text) in [("what", check.what), ("why", check.why)] {
            assert!(text.trim().len() > 10 && text.ends_with('.'), "{id}: `{what}` is no sentence");
        }
        assert!(check.instead.len() > 10 && !check.instead.ends_with('.'), "{id}: `instead` is no line");
        assert!(!check.instead.contains('\n'), "{id}: `instead` is one line");
        assert!(!check.examples.is_empty() || id == "undecided", "{id}: examples are missing");
        for example in check.examples {
            assert!(!example.old.is_empty() || !example.new.is_empty(), "{id}: an example has no place");
        }
    }
}

fn each(mut run: impl FnMut(&'static Check, usize, &'static Example)) {
    for check in checks() {
        check.examples.iter().enumerate().for_each(|(number, example)| run(check, number, example));
    }
}

fn known(id: &str) -> bool {
    crate::check(id).is_some()
}

fn ids(changes: &[Change]) -> BTreeSet<&'static str> {
    changes.iter().map(|change| change.check.id).collect()
}

fn list(failures: &mut String, changes: &[Change]) {
    for change in changes {
        let pointer = |place: &Option<backshell_findings::Place>| place.as_ref().map(|place| place.pointer.clone());
        let (old, new) = (pointer(&change.old), pointer(&change.new));
        let _ = writeln!(failures, "  {}: {} old {old:?} new {new:?}", change.check.id, change.message);
    }
}

fn run(example: &Example, before: &str, after: &str, failures: &mut String) -> Vec<Change> {
    let now = Some(backshell_model::Timestamp::from_secs(1_767_225_600)); // 2026-01-01
    let options = Options { list_silent: true, now, place_of_host: Some(place_of_host), ..Options::default() };
    // Where an example says nothing of its version, it is raised, as it has to be.
    let (old, new) = (package(example.snippet, before, "1.0"), package(example.snippet, after, "2.0"));
    let comparison = compare(&old, &new, &options);
    for finding in &comparison.findings {
        let place = (finding.place.start.line, finding.place.start.column);
        let _ = writeln!(failures, "unreadable example at {place:?}: {} in {before} or {after}", finding.message);
    }
    comparison.changes
}

/// Two of the regions there are.
fn place_of_host(host: &str) -> Option<HostPlace> {
    let regions = [("westeurope", "Europe"), ("eastus", "United States")];
    let found = regions.into_iter().find(|(region, _)| host.contains(region))?;
    Some(HostPlace { region: found.0.to_owned(), geography: found.1.to_owned() })
}

/// A pointer from the file on.
fn full(snippet: Snippet, pointer: &str) -> String {
    let operation = "/paths/~1items/put";
    let (file, front) = match snippet {
        Snippet::Definition => (DEFINITION, String::new()),
        Snippet::Paths => (DEFINITION, "/paths".to_owned()),
        Snippet::Operation => (DEFINITION, operation.to_owned()),
        Snippet::Parameter => (DEFINITION, format!("{operation}/parameters/0")),
        Snippet::Parameters => (DEFINITION, format!("{operation}/parameters")),
        Snippet::Body => (DEFINITION, format!("{operation}/parameters/0/schema")),
        Snippet::Responses => (DEFINITION, format!("{operation}/responses")),
        Snippet::Response => (DEFINITION, format!("{operation}/responses/200/schema")),
        Snippet::Properties => (PROPERTIES, String::new()),
        Snippet::ConnectionParameters => (PROPERTIES, "/properties/connectionParameters".to_owned()),
        Snippet::Policies => (PROPERTIES, "/properties/policyTemplateInstances".to_owned()),
        Snippet::Files => {
            return if pointer.contains('#') { pointer.to_owned() } else { format!("{pointer}#") };
        }
    };
    format!("{file}#{front}{pointer}")
}

/// The package around a piece of one.
fn package(snippet: Snippet, content: &str, version: &str) -> ReadPackage {
    let content = content.trim();
    let responses = r#""responses": { "200": { "description": "" } }"#;
    let put = |operation: &str| format!(r#""paths": {{ "/items": {{ "put": {operation} }} }}"#);
    let with_parameters =
        |list: &str| put(&format!(r#"{{ "operationId": "SetItem", "parameters": [{list}], {responses} }}"#));
    let definition = match snippet {
        Snippet::Definition => content.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).unwrap().to_owned(),
        Snippet::Paths => format!(r#""paths": {content}"#),
        Snippet::Operation => put(&filled_operation(content)),
        Snippet::Parameter => with_parameters(content),
        Snippet::Parameters => with_parameters(content.strip_prefix('[').unwrap().strip_suffix(']').unwrap()),
        Snippet::Body => with_parameters(&format!(r#"{{ "name": "body", "in": "body", "schema": {content} }}"#)),
        Snippet::Responses => put(&format!(r#"{{ "operationId": "SetItem", "responses": {content} }}"#)),
        Snippet::Response => put(&format!(
            r#"{{ "operationId": "SetItem", "responses": {{ "200": {{ "description": "", "schema": {content} }} }} }}"#
        )),
        Snippet::Properties | Snippet::ConnectionParameters | Snippet::Policies => {
            put(&format!(r#"{{ "operationId": "SetItem", {responses} }}"#))
        }
        Snippet::Files => return files(content, version),
    };
    let mut members = String::new();
    let info = format!(r#"{{ "title": "Items", "version": "{version}" }}"#);
    for (key, member) in [("swagger", r#""2.0""#), ("info", &info)] {
        // Members of the definition itself are looked for by reading it, not by searching its text.
        let read = backshell_source::parse_str(&format!("{{{definition}}}"));
        if read.document.is_some_and(|document| document.root().get(key).is_none()) {
            let _ = write!(members, "\"{key}\": {member}, ");
        }
    }
    if definition.trim().is_empty() {
        members.truncate(members.len().saturating_sub(2));
    }
    let properties = match snippet {
        Snippet::Properties => content.to_owned(),
        Snippet::ConnectionParameters => format!(r#"{{ "properties": {{ "connectionParameters": {content} }} }}"#),
        Snippet::Policies => {
            format!(r#"{{ "properties": {{ "connectionParameters": {{}}, "policyTemplateInstances": {content} }} }}"#)
        }
        _ => NO_PROPERTIES.to_owned(),
    };
    read(vec![(DEFINITION, format!("{{ {members}{definition} }}")), (PROPERTIES, properties)])
}

/// An operation with what it may leave out.
fn filled_operation(content: &str) -> String {
    let parsed = backshell_source::parse_str(content);
    let document = parsed.document.unwrap_or_else(|| panic!("no JSON: {content}"));
    let mut front = String::new();
    for (key, member) in [("operationId", r#""SetItem""#), ("responses", r#"{ "200": { "description": "" } }"#)] {
        if document.root().get(key).is_none() {
            let _ = write!(front, "\"{key}\": {member}, ");
        }
    }
    let rest = content.strip_prefix('{').unwrap();
    let front = if document.root().is_empty() { front.trim_end_matches(", ") } else { &front };
    format!("{{ {front}{rest}")
}

/// The files below their `== path` lines.
fn files(content: &str, version: &str) -> ReadPackage {
    let mut files: Vec<(&str, String)> = Vec::new();
    for line in content.lines() {
        if let Some(path) = line.trim_start().strip_prefix("== ") {
            files.push((path.trim(), String::new()));
        } else if let Some((_, text)) = files.last_mut() {
            text.push_str(line);
            text.push('\n');
        }
    }
    if !files.iter().any(|(path, _)| *path == DEFINITION) {
        let info = format!(r#"{{ "title": "Items", "version": "{version}" }}"#);
        files.push((DEFINITION, format!(r#"{{ "swagger": "2.0", "info": {info}, "paths": {{}} }}"#)));
    }
    if !files.iter().any(|(path, _)| *path == PROPERTIES) {
        files.push((PROPERTIES, NO_PROPERTIES.to_owned()));
    }
    read(files)
}

fn read(files: Vec<(&str, String)>) -> ReadPackage {
    let files = files.into_iter().map(|(path, text)| (path.to_owned(), text.into_bytes().into())).collect();
    read_files("example", files, &Limits::default())
}
