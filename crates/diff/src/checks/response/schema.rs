use crate::Out;
use crate::check::{Check, Direction, Example, Family, Object, Snippet, Verdict, Visit};
use crate::contract::same_schema;
use crate::view::ResponsePair;

pub(crate) static FAMILY: Family =
    Family { checks: &[&REMOVED, &ADDED, &REDIRECTED], visits: &[Visit::Response(check)] };

static REMOVED: Check = Check {
    id: "response-schema-removed",
    object: Object::Response,
    direction: Direction::Response,
    verdict: Verdict::Breaking,
    what: "Nothing says any more what a successful call returns.",
    why: "Every reference to an output loses its target.",
    instead: "keep the schema",
    examples: &[Example {
        snippet: Snippet::Responses,
        before: r#"{ "200": { "description": "", "schema": { "type": "string" } } }"#,
        after: r#"{ "200": { "description": "" } }"#,
        old: &["/200/schema"],
        new: &["/200"],
        reversed: &["response-schema-added"],
        ..Example::BASE
    }],
    ..Check::BASE
};

static ADDED: Check = Check {
    id: "response-schema-added",
    object: Object::Response,
    direction: Direction::Response,
    verdict: Verdict::Compatible,
    what: "There is a schema for what a successful call returns.",
    why: "Outputs can be picked by name; the body as a whole is still there.",
    instead: "nothing needs to be done",
    examples: &[Example {
        snippet: Snippet::Responses,
        before: r#"{ "200": { "description": "" } }"#,
        after: r#"{ "200": { "description": "", "schema": { "type": "string" } } }"#,
        old: &["/200"],
        new: &["/200/schema"],
        reversed: &["response-schema-removed"],
        ..Example::BASE
    }],
    ..Check::BASE
};

static REDIRECTED: Check = Check {
    id: "response-ref-redirected-equal",
    object: Object::Response,
    direction: Direction::Response,
    verdict: Verdict::Compatible,
    what: "The response refers to another definition, which says the same.",
    why: "Names of definitions are part of no call.",
    instead: "nothing needs to be done",
    is_silent: true,
    examples: &[Example {
        snippet: Snippet::Definition,
        before: r##"{ "paths": { "/a": { "get": { "operationId": "A", "responses": { "200": { "description": "", "schema": { "$ref": "#/definitions/One" } } } } } }, "definitions": { "One": { "type": "object", "properties": { "id": { "type": "string" } } }, "Two": { "type": "object", "properties": { "id": { "type": "string" } } } } }"##,
        after: r##"{ "paths": { "/a": { "get": { "operationId": "A", "responses": { "200": { "description": "", "schema": { "$ref": "#/definitions/Two" } } } } } }, "definitions": { "One": { "type": "object", "properties": { "id": { "type": "string" } } }, "Two": { "type": "object", "properties": { "id": { "type": "string" } } } } }"##,
        old: &["/paths/~1a/get/responses/200/schema"],
        new: &["/paths/~1a/get/responses/200/schema"],
        reversed: &["response-ref-redirected-equal"],
        ..Example::BASE
    }],
    ..Check::BASE
};

fn check<'d>(pair: &ResponsePair<'d>, out: &mut Out<'_, 'd>) {
    let at = format!("responses/{}/schema", pair.old.status);
    match (pair.old.schema(), pair.new.schema()) {
        // Where a status took the place of `default`, the check of statuses says it.
        (Some(old), None) if pair.is_success && !(pair.old.status == "default" && pair.new.status != "default") => {
            out.changed(&REMOVED, old.node(), pair.new.node, "nothing says what is returned any more").at(at);
        }
        (None, Some(new)) if pair.is_success => {
            out.changed(&ADDED, pair.old.node, new.node(), "there is a schema now for what is returned").at(at);
        }
        (Some(old), Some(new)) => {
            let (Some(one), Some(two)) = (old.reference(), new.reference()) else { return };
            let swagger = |operation: &crate::view::Operation<'d>| operation.swagger();
            let lives_on = swagger(&pair.operation.new).resolve_ref(one).is_some();
            let was_there = swagger(&pair.operation.old).resolve_ref(two).is_some();
            // A definition that was renamed is reported once, by itself.
            let is_listed = out.options().list_silent;
            if is_listed && one != two && (lives_on || was_there) && same_schema(old.node(), new.node()) {
                let message = "the response refers to another definition that says the same";
                out.changed(&REDIRECTED, old.node(), new.node(), message).at(at).values(one, two);
            }
        }
        _ => {}
    }
}
