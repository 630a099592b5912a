use crate::check::{Check, Direction, Example, Family, Object, Snippet, Verdict, Visit};
use crate::view::{Operation, PackagePair};
use crate::{Out, annotation, quoted};
use std::collections::BTreeMap;
use std::rc::Rc;

pub(crate) static FAMILY: Family = Family {
    checks: &[
        &REMOVED,
        &AFTER_NOTICE,
        &BEFORE_NOTICE,
        &NO_REPLACEMENT,
        &PATH_REMOVED,
        &ADDED,
        &TRIGGER_ADDED,
        &BESIDE,
        &PATH_ADDED,
    ],
    visits: &[Visit::Package(check)],
};

static REMOVED: Check = Check {
    id: "operation-removed",
    object: Object::Operation,
    direction: Direction::Both,
    verdict: Verdict::Breaking,
    what: "An operation is gone, and nothing with its method and path took its place.",
    why: "Saved flows, apps and assistants call it by its name and fail at their next run.",
    instead: "keep the operation, mark it as deprecated, and offer a new one of the same family",
    examples: &[Example {
        snippet: Snippet::Paths,
        before: r#"{ "/items": { "get": { "operationId": "GetItems", "responses": { "200": { "description": "" } } }, "delete": { "operationId": "DeleteItems", "responses": { "200": { "description": "" } } } } }"#,
        after: r#"{ "/items": { "get": { "operationId": "GetItems", "responses": { "200": { "description": "" } } } } }"#,
        old: &["/~1items/delete"],
        new: &[],
        also: &[],
        reversed: &["operation-added"],
    }],
    ..Check::BASE
};

static AFTER_NOTICE: Check = Check {
    id: "operation-removed-after-notice",
    object: Object::Operation,
    direction: Direction::Both,
    verdict: Verdict::Warning,
    what: "A deprecated operation is gone, a live one of its family or its named replacement stays, and the announced date, if there is one, has passed.",
    why: "Every caller had notice and a replacement, yet flows that were not changed stop.",
    instead: "make sure that nobody calls it any more before it goes",
    examples: &[Example {
        snippet: Snippet::Paths,
        before: r#"{ "/items": { "get": { "operationId": "GetItems_V2", "x-ms-api-annotation": { "family": "GetItems", "revision": 2 }, "responses": { "200": { "description": "" } } }, "put": { "operationId": "GetItems", "deprecated": true, "x-ms-api-annotation": { "family": "GetItems", "revision": 1 }, "responses": { "200": { "description": "" } } } } }"#,
        after: r#"{ "/items": { "get": { "operationId": "GetItems_V2", "x-ms-api-annotation": { "family": "GetItems", "revision": 2 }, "responses": { "200": { "description": "" } } } } }"#,
        old: &["/~1items/put"],
        new: &[],
        also: &[],
        reversed: &["operation-added"],
    }],
    ..Check::BASE
};

static BEFORE_NOTICE: Check = Check {
    id: "operation-removed-before-notice",
    object: Object::Operation,
    direction: Direction::Both,
    verdict: Verdict::Breaking,
    what: "A deprecated operation is gone before the date that was announced for it.",
    why: "Callers were promised more time.",
    instead: "keep the operation until the announced day",
    examples: &[Example {
        snippet: Snippet::Paths,
        before: r#"{ "/items": { "get": { "operationId": "GetItems", "responses": { "200": { "description": "" } } }, "delete": { "operationId": "DeleteItems", "deprecated": true, "x-sunset": "2099-01-01", "responses": { "200": { "description": "" } } } } }"#,
        after: r#"{ "/items": { "get": { "operationId": "GetItems", "responses": { "200": { "description": "" } } } } }"#,
        old: &["/~1items/delete"],
        new: &[],
        also: &[],
        reversed: &["operation-added"],
    }],
    ..Check::BASE
};

static NO_REPLACEMENT: Check = Check {
    id: "operation-removed-no-replacement",
    object: Object::Operation,
    direction: Direction::Both,
    verdict: Verdict::Breaking,
    what: "A deprecated operation is gone, no live operation shares its family, and no replacement was named.",
    why: "Callers have nowhere to go.",
    instead: "offer a replacement and name it in `x-ms-api-annotation` before the operation goes",
    examples: &[Example {
        snippet: Snippet::Paths,
        before: r#"{ "/items": { "get": { "operationId": "GetItems", "responses": { "200": { "description": "" } } }, "delete": { "operationId": "DeleteItems", "deprecated": true, "responses": { "200": { "description": "" } } } } }"#,
        after: r#"{ "/items": { "get": { "operationId": "GetItems", "responses": { "200": { "description": "" } } } } }"#,
        old: &["/~1items/delete"],
        new: &[],
        also: &[],
        reversed: &["operation-added"],
    }],
    ..Check::BASE
};

static PATH_REMOVED: Check = Check {
    id: "path-removed",
    object: Object::Path,
    direction: Direction::Both,
    verdict: Verdict::Breaking,
    what: "All operations of a path, of which it had several, are gone.",
    why: "Whatever calls one of them fails at its next run.",
    instead: "keep the path, mark its operations as deprecated, and offer new ones of the same family",
    examples: &[Example {
        snippet: Snippet::Paths,
        before: r#"{ "/items": { "get": { "operationId": "GetItems", "responses": { "200": { "description": "" } } }, "delete": { "operationId": "DeleteItems", "responses": { "200": { "description": "" } } } } }"#,
        after: "{ }",
        old: &["/~1items"],
        new: &[],
        also: &[],
        reversed: &["path-added"],
    }],
    ..Check::BASE
};

static ADDED: Check = Check {
    id: "operation-added",
    object: Object::Operation,
    direction: Direction::Both,
    verdict: Verdict::Compatible,
    what: "There is a new operation on a method and path that were not used.",
    why: "Nobody calls it yet.",
    instead: "nothing needs to be done",
    examples: &[Example {
        snippet: Snippet::Paths,
        before: r#"{ "/items": { "get": { "operationId": "GetItems", "responses": { "200": { "description": "" } } } } }"#,
        after: r#"{ "/items": { "get": { "operationId": "GetItems", "responses": { "200": { "description": "" } } }, "delete": { "operationId": "DeleteItems", "responses": { "200": { "description": "" } } } } }"#,
        old: &[],
        new: &["/~1items/delete"],
        also: &[],
        reversed: &["operation-removed"],
    }],
    ..Check::BASE
};

static TRIGGER_ADDED: Check = Check {
    id: "trigger-added",
    object: Object::Trigger,
    direction: Direction::Both,
    verdict: Verdict::Compatible,
    what: "There is a new trigger.",
    why: "Nobody uses it yet.",
    instead: "nothing needs to be done",
    examples: &[Example {
        snippet: Snippet::Paths,
        before: r#"{ "/items": { "get": { "operationId": "GetItems", "responses": { "200": { "description": "" } } } } }"#,
        after: r#"{ "/items": { "get": { "operationId": "GetItems", "responses": { "200": { "description": "" } } } }, "/events": { "get": { "operationId": "OnItem", "x-ms-trigger": "batch", "responses": { "200": { "description": "" } } } } }"#,
        old: &[],
        new: &["/~1events/get"],
        also: &[],
        reversed: &["operation-removed"],
    }],
    ..Check::BASE
};

static BESIDE: Check = Check {
    id: "revision-added-beside",
    object: Object::Operation,
    direction: Direction::Both,
    verdict: Verdict::Compatible,
    what: "There is a new operation in the family of an older one, with a higher revision, and the older one stays.",
    why: "This is how a contract is meant to change: saved calls keep the old operation.",
    instead: "nothing needs to be done",
    examples: &[Example {
        snippet: Snippet::Paths,
        before: r#"{ "/items": { "get": { "operationId": "GetItems", "x-ms-api-annotation": { "family": "GetItems", "revision": 1 }, "responses": { "200": { "description": "" } } } } }"#,
        after: r#"{ "/items": { "get": { "operationId": "GetItems", "x-ms-api-annotation": { "family": "GetItems", "revision": 1 }, "responses": { "200": { "description": "" } } } }, "/v2/items": { "get": { "operationId": "GetItems_V2", "x-ms-api-annotation": { "family": "GetItems", "revision": 2 }, "responses": { "200": { "description": "" } } } } }"#,
        old: &[],
        new: &["/~1v2~1items/get"],
        also: &[],
        reversed: &["operation-removed"],
    }],
    ..Check::BASE
};

static PATH_ADDED: Check = Check {
    id: "path-added",
    object: Object::Path,
    direction: Direction::Both,
    verdict: Verdict::Compatible,
    what: "There is a new path with several operations.",
    why: "Nobody calls them yet.",
    instead: "nothing needs to be done",
    examples: &[Example {
        snippet: Snippet::Paths,
        before: "{ }",
        after: r#"{ "/items": { "get": { "operationId": "GetItems", "responses": { "200": { "description": "" } } }, "delete": { "operationId": "DeleteItems", "responses": { "200": { "description": "" } } } } }"#,
        old: &[],
        new: &["/~1items"],
        also: &[],
        reversed: &["path-removed"],
    }],
    ..Check::BASE
};

fn check<'d>(package: &PackagePair<'d>, out: &mut Out<'_, 'd>) {
    // An id that lives on elsewhere is no removal; what became of it is for the checks of ids.
    let removed =
        package.removed.iter().filter(|operation| operation.id().is_none_or(|id| package.new.operation(id).is_none()));
    let (plain, deprecated): (Vec<_>, Vec<_>) = removed.partition(|operation| !operation.is_deprecated());
    for (path, operations) in by_path(&plain) {
        match operations.as_slice() {
            [_, _, ..] if is_whole(&operations) => {
                let message = format!("the path {} with all its operations is gone", quoted(path));
                let Some(first) = operations.first() else { continue };
                let entry = out.removed(&PATH_REMOVED, first.path_item().declared_node, message);
                operations.iter().fold(entry, |entry, operation| entry.of(operation)).at("path");
            }
            _ => {
                for operation in operations {
                    let message = format!("the operation {} is gone", quoted(&operation.name));
                    out.removed(&REMOVED, operation.node(), message).of(operation);
                }
            }
        }
    }
    let today = out.options().now.map(|now| now.as_secs().div_euclid(86_400));
    let live = annotation::Live::of(&package.new);
    for operation in deprecated {
        let date = annotation::expiry(operation).and_then(annotation::day);
        let name = quoted(&operation.name);
        let is_early = today.zip(date).is_some_and(|(today, date)| today < date);
        let (check, message) = if is_early {
            (&BEFORE_NOTICE, format!("the deprecated operation {name} is gone before its announced date"))
        } else if live.has_successor(operation) {
            (&AFTER_NOTICE, format!("the deprecated operation {name} is gone"))
        } else {
            (&NO_REPLACEMENT, format!("the deprecated operation {name} is gone, and nothing replaces it"))
        };
        out.removed(check, operation.node(), message).of(operation);
    }
    added(package, out);
}

fn added<'d>(package: &PackagePair<'d>, out: &mut Out<'_, 'd>) {
    for (path, operations) in by_path(&package.added.iter().collect::<Vec<_>>()) {
        if operations.len() > 1
            && is_whole(&operations)
            && operations.iter().all(|operation| !is_special(operation, package))
        {
            let Some(first) = operations.first() else { continue };
            let message = format!("the path {} is new", quoted(path));
            let entry = out.added(&PATH_ADDED, first.path_item().declared_node, message);
            operations.iter().fold(entry, |entry, operation| entry.of(operation)).at("path");
            continue;
        }
        for operation in operations {
            let name = quoted(&operation.name);
            let (check, message) = if is_beside(operation, package) {
                (&BESIDE, format!("the operation {name} is a new revision beside the older one"))
            } else if operation.is_trigger() {
                (&TRIGGER_ADDED, format!("the trigger {name} is new"))
            } else {
                (&ADDED, format!("the operation {name} is new"))
            };
            out.added(check, operation.node(), message).of(operation);
        }
    }
}

/// Whether an addition is more than a new operation.
fn is_special<'d>(operation: &Operation<'d>, package: &PackagePair<'d>) -> bool {
    operation.is_trigger() || is_beside(operation, package)
}

/// Whether an older revision of the same family is in both versions.
fn is_beside<'d>(operation: &Operation<'d>, package: &PackagePair<'d>) -> bool {
    let family = annotation::family(operation);
    family.is_some()
        && package.operations.iter().any(|pair| {
            annotation::family_or_own(&pair.new) == family
                && annotation::revision(&pair.new) < annotation::revision(operation)
        })
}

/// The operations by path.
fn by_path<'l, 'd>(operations: &[&'l Rc<Operation<'d>>]) -> BTreeMap<&'d str, Vec<&'l Rc<Operation<'d>>>> {
    let mut paths: BTreeMap<&str, Vec<_>> = BTreeMap::new();
    for operation in operations {
        paths.entry(operation.path_template()).or_default().push(*operation);
    }
    paths
}

/// Whether these are all operations of their path.
fn is_whole(operations: &[&Rc<Operation<'_>>]) -> bool {
    operations.first().is_some_and(|first| first.path_item().operations().count() == operations.len())
}
