use crate::Out;
use crate::check::{Check, Direction, Example, Family, Object, Snippet, Verdict, Visit};
use crate::contract::same_schema;
use crate::schema_pair::SchemaPair;
use crate::view::{BodyPair, ResponsePair};
use backshell_source::Node;

pub(crate) static FAMILY: Family =
    Family { checks: &[&INLINED], visits: &[Visit::Body(body), Visit::Response(response), Visit::EverySchema(schema)] };

static INLINED: Check = Check {
    id: "definition-inlined",
    object: Object::Schema,
    direction: Direction::Both,
    verdict: Verdict::Compatible,
    what: "A schema stands where a reference to an equal one stood, or the reverse.",
    why: "What is sent and returned has not changed.",
    instead: "nothing needs to be done",
    is_silent: true,
    examples: &[
        Example {
            snippet: Snippet::Definition,
            before: r##"{ "paths": { "/a": { "get": { "operationId": "A", "responses": { "200": { "description": "", "schema": { "$ref": "#/definitions/One" } } } } } }, "definitions": { "One": { "type": "object" } } }"##,
            after: r#"{ "paths": { "/a": { "get": { "operationId": "A", "responses": { "200": { "description": "", "schema": { "type": "object" } } } } } }, "definitions": { "One": { "type": "object" } } }"#,
            old: &["/paths/~1a/get/responses/200/schema"],
            new: &["/paths/~1a/get/responses/200/schema"],
            reversed: &["definition-inlined"],
            ..Example::BASE
        },
        Example {
            snippet: Snippet::Definition,
            before: r##"{ "paths": { "/a": { "get": { "operationId": "A", "responses": { "200": { "description": "", "schema": { "type": "array", "items": { "$ref": "#/definitions/One" } } } } } } }, "definitions": { "One": { "type": "object" } } }"##,
            after: r#"{ "paths": { "/a": { "get": { "operationId": "A", "responses": { "200": { "description": "", "schema": { "type": "array", "items": { "type": "object" } } } } } } }, "definitions": { "One": { "type": "object" } } }"#,
            old: &["/paths/~1a/get/responses/200/schema/items"],
            new: &["/paths/~1a/get/responses/200/schema/items"],
            reversed: &["definition-inlined"],
            ..Example::BASE
        },
    ],
    ..Check::BASE
};

fn body<'d>(pair: &BodyPair<'d>, out: &mut Out<'_, 'd>) {
    let schema = |body: Option<backshell_package::Parameter<'d>>| Some(body?.schema()?.node());
    if let (Some(old), Some(new)) = (schema(pair.old), schema(pair.new)) {
        compare(old, new, "body/$ref", out);
    }
}

fn response<'d>(pair: &ResponsePair<'d>, out: &mut Out<'_, 'd>) {
    if let (Some(old), Some(new)) = (pair.old.schema(), pair.new.schema()) {
        compare(old.node(), new.node(), &format!("responses/{}/$ref", pair.old.status), out);
    }
}

fn schema<'d>(pair: &SchemaPair<'d>, out: &mut Out<'_, 'd>) {
    if !out.options().list_silent {
        return;
    }
    for (old, new) in pair.properties.kept() {
        compare(old.node, new.node, &format!("{}/$ref", backshell_source::escape_token(old.name)), out);
    }
    let within = [
        (pair.old.items(), pair.new.items(), "[]/$ref"),
        (pair.old.additional_schema(), pair.new.additional_schema(), "{}/$ref"),
    ];
    for (old, new, at) in within {
        if let (Some(old), Some(new)) = (old, new) {
            compare(old, new, at, out);
        }
    }
}

fn compare<'d>(old: Node<'d>, new: Node<'d>, at: &str, out: &mut Out<'_, 'd>) {
    let is_reference = |node: Node<'d>| node.get("$ref").is_some();
    let leads = |node: Node<'d>| backshell_package::Schema::new(node).resolve().is_some();
    let inline = match (is_reference(old), is_reference(new)) {
        (true, false) => new,
        (false, true) => old,
        _ => return,
    };
    // With `allOf` it is a matter of branches.
    if out.options().list_silent && leads(old) && leads(new) && inline.get("allOf").is_none() && same_schema(old, new) {
        let message = if is_reference(old) {
            "the schema is written out where a reference to an equal one stood"
        } else {
            "a reference stands where an equal schema was written out"
        };
        out.changed(&INLINED, old, new, message).at(at);
    }
}
