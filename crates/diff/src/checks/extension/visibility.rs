use crate::Out;
use crate::check::{Check, Direction, Example, Family, Object, Snippet, Verdict, Visit};
use crate::dynamic;
use crate::view::PackagePair;
use backshell_package::Visibility;

pub(crate) static FAMILY: Family =
    Family { checks: &[&MADE_INTERNAL, &TARGET_MADE_INTERNAL, &CHANGED], visits: &[Visit::Package(check)] };

static MADE_INTERNAL: Check = Check {
    id: "operation-made-internal",
    object: Object::Extension,
    direction: Direction::Both,
    verdict: Verdict::Warning,
    what: "An operation is hidden from users (`x-ms-visibility` is `internal`), and was not before. One that only fills a \
           choice is another matter.",
    why: "Saved steps go on running, but makers and assistants cannot pick the operation any more.",
    instead: "mark the operation as deprecated and name its replacement, if it is not meant to be used any more",
    examples: &[Example {
        snippet: Snippet::Operation,
        before: "{}",
        after: r#"{ "x-ms-visibility": "internal" }"#,
        old: &[""],
        new: &["/x-ms-visibility"],
        reversed: &["operation-visibility-changed"],
        ..Example::BASE
    }],
    ..Check::BASE
};

static TARGET_MADE_INTERNAL: Check = Check {
    id: "dynamic-target-made-internal",
    object: Object::Extension,
    direction: Direction::Request,
    verdict: Verdict::Compatible,
    what: "An operation that fills a choice, or says what a dynamic schema is, is hidden from users now.",
    why: "Such operations are meant to be called by designers, not by makers; designers call hidden ones, too.",
    instead: "nothing needs to be done",
    examples: &[Example {
        snippet: Snippet::Paths,
        before: r#"
{ "/lists": { "get": { "operationId": "GetLists", "responses": {} } },
  "/items": { "get": { "operationId": "GetItems", "responses": {}, "parameters": [
    { "name": "list", "in": "query", "type": "string", "x-ms-dynamic-values": { "operationId": "GetLists", "value-path": "id" } } ] } } }"#,
        after: r#"
{ "/lists": { "get": { "operationId": "GetLists", "x-ms-visibility": "internal", "responses": {} } },
  "/items": { "get": { "operationId": "GetItems", "responses": {}, "parameters": [
    { "name": "list", "in": "query", "type": "string", "x-ms-dynamic-values": { "operationId": "GetLists", "value-path": "id" } } ] } } }"#,
        old: &["/~1lists/get"],
        new: &["/~1lists/get/x-ms-visibility"],
        reversed: &["operation-visibility-changed"],
        ..Example::BASE
    }],
    ..Check::BASE
};

static CHANGED: Check = Check {
    id: "operation-visibility-changed",
    object: Object::Extension,
    direction: Direction::Both,
    verdict: Verdict::Compatible,
    what: "An operation is shown in another place of the list (`x-ms-visibility`), or is not hidden any more.",
    why: "Only the order in which operations are offered changes.",
    instead: "nothing needs to be done",
    examples: &[Example {
        snippet: Snippet::Operation,
        before: r#"{ "x-ms-visibility": "important" }"#,
        after: r#"{ "x-ms-visibility": "advanced" }"#,
        old: &["/x-ms-visibility"],
        new: &["/x-ms-visibility"],
        reversed: &["operation-visibility-changed"],
        ..Example::BASE
    }],
    ..Check::BASE
};

fn check<'d>(package: &PackagePair<'d>, out: &mut Out<'_, 'd>) {
    let mut targets = None;
    for pair in &package.operations {
        let (old, new) = (shown(pair.old.visibility()), shown(pair.new.visibility()));
        if old == new {
            continue;
        }
        let (check, message) = if new == Visibility::Internal {
            let targets = targets.get_or_insert_with(|| dynamic::targets(&package.new));
            if pair.new.id().is_some_and(|id| targets.contains(id)) {
                (&TARGET_MADE_INTERNAL, "the operation, which fills a choice or a schema, is hidden now")
            } else {
                (&MADE_INTERNAL, "the operation is hidden from users now")
            }
        } else if old == Visibility::Internal {
            (&CHANGED, "the operation is not hidden any more")
        } else {
            (&CHANGED, "the operation is offered in another place of the list")
        };
        let (old, new) = (pair.old.node(), pair.new.node());
        let places = (old.get("x-ms-visibility").unwrap_or(old), new.get("x-ms-visibility").unwrap_or(new));
        out.changed(check, places.0, places.1, message).of(&pair.old).at("x-ms-visibility");
    }
}

/// How an operation is shown: clients take words they do not know for none.
fn shown(visibility: Visibility) -> Visibility {
    if visibility == Visibility::Other { Visibility::Normal } else { visibility }
}
