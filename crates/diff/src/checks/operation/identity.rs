use crate::check::{Check, Direction, Example, Family, Object, Snippet, Verdict, Visit};
use crate::contract::same_schema;
use crate::view::{Operation, PackagePair};
use crate::{Out, quoted};
use std::collections::{HashMap, HashSet};

pub(crate) static FAMILY: Family =
    Family { checks: &[&RENAMED, &CASE, &DROPPED, &ADDED, &REUSED, &SWAPPED], visits: &[Visit::Package(check)] };

static RENAMED: Check = Check {
    id: "operation-id-renamed",
    object: Object::Operation,
    direction: Direction::Both,
    verdict: Verdict::Breaking,
    what: "An operation keeps its method and path and gets another `operationId`.",
    why: "Saved steps name the old id, and formulas of apps name it as a function.",
    instead: "keep the operationId; it is how every saved call names the operation",
    examples: &[Example {
        snippet: Snippet::Paths,
        before: r#"{ "/items": { "get": { "operationId": "GetItems", "responses": { "200": { "description": "" } } } } }"#,
        after: r#"{ "/items": { "get": { "operationId": "ListItems", "responses": { "200": { "description": "" } } } } }"#,
        old: &["/~1items/get/operationId"],
        new: &["/~1items/get/operationId"],
        also: &[],
        reversed: &["operation-id-renamed"],
    }],
    ..Check::BASE
};

static CASE: Check = Check {
    id: "operation-id-case-changed",
    object: Object::Operation,
    direction: Direction::Both,
    verdict: Verdict::Breaking,
    what: "An `operationId` differs in letter case only.",
    why: "Saved steps and formulas compare the id exactly.",
    instead: "keep the operationId; it is how every saved call names the operation",
    examples: &[Example {
        snippet: Snippet::Paths,
        before: r#"{ "/items": { "get": { "operationId": "GetItems", "responses": { "200": { "description": "" } } } } }"#,
        after: r#"{ "/items": { "get": { "operationId": "getItems", "responses": { "200": { "description": "" } } } } }"#,
        old: &["/~1items/get/operationId"],
        new: &["/~1items/get/operationId"],
        also: &[],
        reversed: &["operation-id-case-changed"],
    }],
    ..Check::BASE
};

static DROPPED: Check = Check {
    id: "operation-id-dropped",
    object: Object::Operation,
    direction: Direction::Both,
    verdict: Verdict::Breaking,
    what: "An operation loses its `operationId`.",
    why: "Nothing is left that a saved step could name.",
    instead: "keep the operationId; it is how every saved call names the operation",
    examples: &[Example {
        snippet: Snippet::Paths,
        before: r#"{ "/items": { "get": { "operationId": "GetItems", "responses": { "200": { "description": "" } } } } }"#,
        after: r#"{ "/items": { "get": { "responses": { "200": { "description": "" } } } } }"#,
        old: &["/~1items/get/operationId"],
        new: &["/~1items/get"],
        also: &[],
        reversed: &["operation-id-added"],
    }],
    ..Check::BASE
};

static ADDED: Check = Check {
    id: "operation-id-added",
    object: Object::Operation,
    direction: Direction::Both,
    verdict: Verdict::Compatible,
    what: "An operation that had no `operationId` gets one.",
    why: "Nobody could name it before.",
    instead: "nothing needs to be done",
    examples: &[Example {
        snippet: Snippet::Paths,
        before: r#"{ "/items": { "get": { "responses": { "200": { "description": "" } } } } }"#,
        after: r#"{ "/items": { "get": { "operationId": "GetItems", "responses": { "200": { "description": "" } } } } }"#,
        old: &["/~1items/get"],
        new: &["/~1items/get/operationId"],
        also: &[],
        reversed: &["operation-id-dropped"],
    }],
    ..Check::BASE
};

static REUSED: Check = Check {
    id: "operation-id-reused",
    object: Object::Operation,
    direction: Direction::Both,
    verdict: Verdict::Breaking,
    what: "An `operationId` sits on another method and path, where parameters or outputs are not those it had. When its old \
           method and path are gone, that is so where none of them are; else the operation counts as moved.",
    why: "Saved steps silently call something else, which is worse than a failure.",
    instead: "give the other operation a name of its own",
    examples: &[
        Example {
            snippet: Snippet::Paths,
            before: r#"{ "/items": { "get": { "operationId": "GetItems", "responses": { "200": { "description": "" } } } } }"#,
            after: r#"{ "/items": { "get": { "operationId": "ListItems", "responses": { "200": { "description": "" } } } }, "/users": { "get": { "operationId": "GetItems", "parameters": [{ "name": "id", "in": "query", "required": true, "type": "string" }], "responses": { "200": { "description": "" } } } } }"#,
            old: &["/~1items/get/operationId"],
            new: &["/~1users/get/operationId"],
            reversed: &["operation-id-renamed", "operation-id-reused"],
            ..Example::BASE
        },
        Example {
            snippet: Snippet::Paths,
            before: r#"
{ "/items/{id}": { "delete": { "operationId": "Remove",
    "parameters": [{ "name": "id", "in": "path", "required": true, "type": "string" }],
    "responses": { "204": { "description": "" } } } } }"#,
            after: r#"
{ "/reports": { "post": { "operationId": "Remove",
    "parameters": [{ "name": "kind", "in": "query", "required": true, "type": "string" }],
    "responses": { "200": { "description": "" } } } } }"#,
            old: &["/~1items~1{id}/delete/operationId"],
            new: &["/~1reports/post/operationId"],
            reversed: &["operation-id-reused"],
            ..Example::BASE
        },
    ],
    ..Check::BASE
};

static SWAPPED: Check = Check {
    id: "operation-ids-swapped",
    object: Object::Operation,
    direction: Direction::Both,
    verdict: Verdict::Breaking,
    what: "Two operations have exchanged their `operationId`s.",
    why: "Both steps run the wrong call with inputs that look right.",
    instead: "keep the operationId; it is how every saved call names the operation",
    examples: &[Example {
        snippet: Snippet::Paths,
        before: r#"{ "/a": { "get": { "operationId": "GetA", "responses": { "200": { "description": "" } } } }, "/b": { "get": { "operationId": "GetB", "responses": { "200": { "description": "" } } } } }"#,
        after: r#"{ "/a": { "get": { "operationId": "GetB", "responses": { "200": { "description": "" } } } }, "/b": { "get": { "operationId": "GetA", "responses": { "200": { "description": "" } } } } }"#,
        old: &["/~1a/get/operationId"],
        new: &["/~1a/get/operationId"],
        also: &[],
        reversed: &["operation-ids-swapped"],
    }],
    ..Check::BASE
};

fn check<'d>(package: &PackagePair<'d>, out: &mut Out<'_, 'd>) {
    let renamed = renamed(package);
    for pair in &package.operations {
        let (old, new) = (&pair.old, &pair.new);
        let place = |operation: &Operation<'d>| operation.node().get("operationId").unwrap_or(operation.node());
        let (check, message) = match (old.id(), new.id()) {
            (one, two) if one == two => continue,
            (None, Some(id)) => (&ADDED, format!("the operation is called {} now", quoted(id))),
            (Some(id), None) => (&DROPPED, format!("the operation {} has no operationId any more", quoted(id))),
            (Some(one), Some(two)) => {
                let (one_shown, two_shown) = (quoted(one), quoted(two));
                if renamed.contains(&(two, one)) {
                    // Once for both operations.
                    if one > two {
                        continue;
                    }
                    (&SWAPPED, format!("{one_shown} and {two_shown} have exchanged their operationIds"))
                } else if one.eq_ignore_ascii_case(two) {
                    (&CASE, format!("the operationId {one_shown} is written {two_shown} now"))
                } else {
                    (&RENAMED, format!("the operationId {one_shown} is {two_shown} now"))
                }
            }
            (None, None) => continue,
        };
        let is_swap = check.id == SWAPPED.id;
        let entry = out.changed(check, place(old), place(new), message).of(old).at("operationId");
        let other = new.id().and_then(|id| package.old.operation(id)).filter(|_| is_swap);
        if let Some(other) = other {
            entry.of(other).at("operationId");
        }
    }
    reused(package, &renamed, out);
}

/// The ids that operations had, each with the one that it has now.
fn renamed<'d>(package: &PackagePair<'d>) -> HashSet<(&'d str, &'d str)> {
    package
        .operations
        .iter()
        .filter_map(|pair| pair.old.id().zip(pair.new.id()))
        .filter(|(old, new)| old != new)
        .collect()
}

/// Ids that moved to another operation while the old one stayed under another name, or went.
fn reused<'d>(package: &PackagePair<'d>, renamed: &HashSet<(&'d str, &'d str)>, out: &mut Out<'_, 'd>) {
    let partners: HashMap<u32, &Operation<'d>> =
        package.operations.iter().map(|pair| (pair.new.node().id(), &*pair.old)).collect();
    let kept = package.operations.iter().filter(|pair| pair.old.id() != pair.new.id()).map(|pair| (true, &pair.old));
    // An operation that is gone and whose id names another place is never passed over, however alike the two are.
    for (is_kept, old) in kept.chain(package.removed.iter().map(|old| (false, old))) {
        let Some(id) = old.id() else { continue };
        let Some(new) = package.new.operation(id) else { continue };
        let before = partners.get(&new.node().id()).and_then(|old| old.id());
        if before == Some(id)
            || before.is_some_and(|before| renamed.contains(&(id, before)))
            || (is_kept && same_contract(old, new))
        {
            continue;
        }
        let message = format!("{} names another operation now", quoted(id));
        let place = |operation: &Operation<'d>| operation.node().get("operationId").unwrap_or(operation.node());
        out.changed(&REUSED, place(old), place(new), message).of(old).at("operationId/reused");
    }
}

/// Whether inputs and outputs are the same.
fn same_contract(old: &Operation<'_>, new: &Operation<'_>) -> bool {
    let schemas = match (old.success_responses().next(), new.success_responses().next()) {
        (Some(one), Some(two)) => match (one.schema(), two.schema()) {
            (Some(one), Some(two)) => same_schema(one.node(), two.node()),
            (one, two) => one.is_none() && two.is_none(),
        },
        (one, two) => one.is_none() && two.is_none(),
    };
    schemas
        && old.parameters.len() == new.parameters.len()
        && old.parameters.iter().all(|one| {
            let found = new.parameters.iter().find(|two| two.name == one.name && two.location == one.location);
            found.is_some_and(|two| crate::contract::same_value(one.node, two.node))
        })
}
