use crate::check::{Check, Direction, Example, Family, Object, Snippet, Verdict, Visit};
use crate::view::{Operation, PackagePair};
use crate::{Out, quoted};
use backshell_package::{Method, Swagger};
use std::collections::HashSet;
use std::rc::Rc;

pub(crate) static FAMILY: Family = Family { checks: &[&CHANGED, &FOLDED, &SLASH], visits: &[Visit::Package(check)] };

static CHANGED: Check = Check {
    id: "base-path-changed",
    object: Object::Host,
    direction: Direction::Both,
    verdict: Verdict::Breaking,
    what: "The base path changes, and with it the full address of operations.",
    why: "Every address that was stored or built before leads somewhere else.",
    instead: "keep the base path, or move what changed into the paths so that the full addresses stay",
    examples: &[Example {
        before: r#"{ "basePath": "/v1", "paths": { "/items": { "get": { "operationId": "GetItems", "responses": { "200": { "description": "" } } } } } }"#,
        after: r#"{ "basePath": "/v2", "paths": { "/items": { "get": { "operationId": "GetItems", "responses": { "200": { "description": "" } } } } } }"#,
        old: &["/basePath"],
        new: &["/basePath"],
        reversed: &["base-path-changed"],
        ..Example::BASE
    }],
    ..Check::BASE
};

static FOLDED: Check = Check {
    id: "base-path-folded-into-paths",
    object: Object::Host,
    direction: Direction::Both,
    verdict: Verdict::Warning,
    what: "A part of the address moves between the base path and the paths; the full addresses stay as they were.",
    why: "The service sees the same calls, but steps that store the path below the base path do not match any more.",
    instead: "leave the part where it was",
    examples: &[Example {
        before: r#"{ "basePath": "/v1", "paths": { "/items": { "get": { "operationId": "GetItems", "responses": { "200": { "description": "" } } } } } }"#,
        after: r#"{ "paths": { "/v1/items": { "get": { "operationId": "GetItems", "responses": { "200": { "description": "" } } } } } }"#,
        old: &["/basePath"],
        new: &[""],
        reversed: &["base-path-folded-into-paths"],
        ..Example::BASE
    }],
    ..Check::BASE
};

static SLASH: Check = Check {
    id: "base-path-slash-only",
    object: Object::Host,
    direction: Direction::Both,
    verdict: Verdict::Compatible,
    what: "The base path differs in a slash at one of its ends, or is left out where it was empty or a slash.",
    why: "Base path and path are joined with exactly one slash, so the addresses are the same.",
    instead: "nothing needs to be done",
    is_patch: true,
    examples: &[
        Example {
            before: r#"{ "paths": {} }"#,
            after: r#"{ "basePath": "/", "paths": {} }"#,
            old: &[""],
            new: &["/basePath"],
            reversed: &["base-path-slash-only"],
            ..Example::BASE
        },
        Example {
            snippet: Snippet::Definition,
            before: r#"{ "basePath": "/v1", "paths": {} }"#,
            after: r#"{ "basePath": "/v1/", "paths": {} }"#,
            old: &["/basePath"],
            new: &["/basePath"],
            reversed: &["base-path-slash-only"],
            ..Example::BASE
        },
    ],
    ..Check::BASE
};

fn check<'d>(package: &PackagePair<'d>, out: &mut Out<'_, 'd>) {
    let (Some(old), Some(new)) = (package.old.swagger, package.new.swagger) else { return };
    let written = |swagger: Swagger<'d>| swagger.node().get("basePath").map(|node| node.as_str().unwrap_or_default());
    if written(old) == written(new) {
        return;
    }
    let (one, two) = (base_path(old), base_path(new));
    let shown = |path: &str| if path.is_empty() { quoted("/") } else { quoted(path) };
    let (check, message) = if one == two {
        (&SLASH, format!("the base path {} is written in another way", shown(&one)))
    } else if is_folded(package, &one, &two) {
        let message = format!(
            "the base path is {} now, not {}, and the paths make up for it: the full addresses stay",
            shown(&two),
            shown(&one)
        );
        (&FOLDED, message)
    } else {
        (&CHANGED, format!("the base path is {} now, not {}", shown(&two), shown(&one)))
    };
    let place = |swagger: Swagger<'d>| swagger.node().get("basePath").unwrap_or(swagger.node());
    out.changed(check, place(old), place(new), message).at("basePath").values(one, two);
}

/// The base path with a slash in front and none behind; empty when there is none.
fn base_path(swagger: Swagger<'_>) -> String {
    let path = swagger.base_path().unwrap_or_default().trim_matches('/');
    if path.is_empty() { String::new() } else { format!("/{path}") }
}

/// Whether the full addresses of the operations that are in both versions are what they were.
fn is_folded(package: &PackagePair<'_>, old: &str, new: &str) -> bool {
    let full = |base: &str, operation: &Operation<'_>| format!("{base}{}", operation.normalised);
    if !package.operations.is_empty() {
        return package.operations.iter().all(|pair| full(old, &pair.old) == full(new, &pair.new));
    }
    // Operations without ids whose paths changed are not paired.
    let addresses = |base: &str, operations: &[Rc<Operation<'_>>]| -> HashSet<(Method, String)> {
        operations.iter().map(|operation| (operation.method(), full(base, operation))).collect()
    };
    let (one, two) = (addresses(old, &package.old.operations), addresses(new, &package.new.operations));
    !one.is_empty() && one.is_subset(&two)
}
