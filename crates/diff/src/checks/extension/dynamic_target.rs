use crate::check::{Check, Direction, Example, Family, Object, Snippet, Verdict, Visit};
use crate::dynamic::{CallPair, Calls, Role};
use crate::schema_pair::SchemaPair;
use crate::shape::Shape;
use crate::view::ParameterPair;
use crate::{Out, quoted};

pub(crate) static FAMILY: Family = Family {
    checks: &[&REMOVED, &BROKEN, &PARAMETERS],
    visits: &[Visit::EveryParameter(parameter), Visit::EverySchema(schema)],
};

/// A connector whose operation `GetItems` takes a list that `GetLists` offers: what `GetLists` takes, what it knows of a
/// list, and how it is called.
macro_rules! lists {
    ($takes:literal, $properties:literal, $call:literal) => {
        concat!(
            r#"{ "/lists": { "get": { "operationId": "GetLists", "parameters": ["#,
            $takes,
            r#"], "responses": { "200": { "description": "",
    "schema": { "type": "object", "properties": { "value": { "type": "array",
      "items": { "type": "object", "properties": { "#,
            $properties,
            r#" } } } } } } } } },
  "/items": { "get": { "operationId": "GetItems", "responses": {}, "parameters": [
    { "name": "list", "in": "query", "type": "string", "x-ms-dynamic-list": {
      "operationId": "GetLists", "itemsPath": "value", "itemValuePath": "id", "itemTitlePath": "name", "parameters": {"#,
            $call,
            r"} } } ] } } }"
        )
    };
}

static REMOVED: Check = Check {
    id: "dynamic-target-removed",
    object: Object::Extension,
    direction: Direction::Request,
    verdict: Verdict::Breaking,
    what: "The operation that a choice or a dynamic schema is fetched from (`operationId` in `x-ms-dynamic-values`, `-list`, \
           `-schema`, `-properties` or `-tree`) does not exist any more.",
    why: "The designer shows an error instead of the choices; steps cannot be edited.",
    instead: "keep the operation, or name the one that took its place",
    examples: &[Example {
        snippet: Snippet::Paths,
        before: r#"
{ "/lists": { "get": { "operationId": "GetLists", "responses": {} } },
  "/items": { "get": { "operationId": "GetItems", "responses": {}, "parameters": [
    { "name": "list", "in": "query", "type": "string", "x-ms-dynamic-values": { "operationId": "GetLists", "value-path": "id" } } ] } } }"#,
        after: r#"
{ "/items": { "get": { "operationId": "GetItems", "responses": {}, "parameters": [
    { "name": "list", "in": "query", "type": "string", "x-ms-dynamic-values": { "operationId": "GetLists", "value-path": "id" } } ] } } }"#,
        old: &["/~1items/get/parameters/0/x-ms-dynamic-values/operationId"],
        new: &["/~1items/get/parameters/0/x-ms-dynamic-values/operationId"],
        also: &["operation-removed"],
        reversed: &["operation-added"],
    }],
    ..Check::BASE
};

static BROKEN: Check = Check {
    id: "dynamic-target-operation-broken",
    object: Object::Extension,
    direction: Direction::Request,
    verdict: Verdict::Breaking,
    what: "The answer of an operation that fills a choice, or that says what a dynamic schema is, does not have the list, the \
           value or the title any more that is taken from it.",
    why: "The choice is empty in every designer.",
    instead: "keep what the choice reads in the answer, or let it read the new place",
    examples: &[
        Example {
            snippet: Snippet::Paths,
            before: lists!("", r#""id": { "type": "string" }, "name": { "type": "string" }"#, ""),
            after: lists!("", r#""id": { "type": "string" }, "title": { "type": "boolean" }"#, ""),
            old: &["/~1items/get/parameters/0/x-ms-dynamic-list/itemTitlePath"],
            new: &["/~1items/get/parameters/0/x-ms-dynamic-list/itemTitlePath"],
            also: &["response-property-removed", "response-property-added"],
            reversed: &["response-property-removed", "response-property-added"],
        },
        Example {
            snippet: Snippet::Paths,
            before: r#"
{ "/form": { "get": { "operationId": "GetForm", "responses": { "200": { "description": "",
    "schema": { "type": "object", "properties": { "schema": { "type": "object" } } } } } } },
  "/items": { "post": { "operationId": "AddItem", "responses": {}, "parameters": [ { "name": "body", "in": "body",
    "schema": { "type": "object", "x-ms-dynamic-schema": { "operationId": "GetForm", "value-path": "schema" } } } ] } } }"#,
            after: r#"
{ "/form": { "get": { "operationId": "GetForm", "responses": { "200": { "description": "",
    "schema": { "type": "object", "properties": { "form": { "type": "object", "title": "Form" } } } } } } },
  "/items": { "post": { "operationId": "AddItem", "responses": {}, "parameters": [ { "name": "body", "in": "body",
    "schema": { "type": "object", "x-ms-dynamic-schema": { "operationId": "GetForm", "value-path": "schema" } } } ] } } }"#,
            old: &["/~1items/post/parameters/0/schema/x-ms-dynamic-schema/value-path"],
            new: &["/~1items/post/parameters/0/schema/x-ms-dynamic-schema/value-path"],
            also: &["response-property-renamed", "schema-title-changed"],
            reversed: &["response-property-renamed", "schema-title-changed"],
        },
    ],
    ..Check::BASE
};

static PARAMETERS: Check = Check {
    id: "dynamic-parameters-changed",
    object: Object::Extension,
    direction: Direction::Request,
    verdict: Verdict::Breaking,
    what: "The call that fills a choice, or that learns a dynamic schema, gives an input that the operation does not take, or \
           leaves out one that it demands, and did not before.",
    why: "The service refuses the call, and the designer shows an error instead of the choices.",
    instead: "give the call the inputs that its operation takes",
    examples: &[
        Example {
            snippet: Snippet::Paths,
            before: lists!("", r#""id": { "type": "string" }, "name": { "type": "string" }"#, ""),
            after: lists!(
                r#"{ "name": "site", "in": "query", "type": "string", "required": true }"#,
                r#""id": { "type": "string" }, "name": { "type": "string" }"#,
                ""
            ),
            old: &["/~1items/get/parameters/0/x-ms-dynamic-list/parameters"],
            new: &["/~1items/get/parameters/0/x-ms-dynamic-list/parameters"],
            also: &["parameter-required-added"],
            reversed: &["parameter-removed"],
        },
        Example {
            snippet: Snippet::Paths,
            before: lists!(
                r#"{ "name": "site", "in": "query", "type": "string" }"#,
                r#""id": { "type": "string" }, "name": { "type": "string" }"#,
                r#""site": { "value": "all" }"#
            ),
            after: lists!(
                r#"{ "name": "site", "in": "query", "type": "string" }"#,
                r#""id": { "type": "string" }, "name": { "type": "string" }"#,
                r#""sites": { "value": "all" }"#
            ),
            old: &["/~1items/get/parameters/0/x-ms-dynamic-list/parameters"],
            new: &["/~1items/get/parameters/0/x-ms-dynamic-list/parameters/sites"],
            reversed: &["unknown-extension-changed"],
            ..Example::BASE
        },
    ],
    ..Check::BASE
};

fn parameter<'d>(pair: &ParameterPair<'d>, out: &mut Out<'_, 'd>) {
    check(&Shape::of(pair.old.node), &Shape::of(pair.new.node), true, out);
}

fn schema<'d>(pair: &SchemaPair<'d>, out: &mut Out<'_, 'd>) {
    check(&pair.old, &pair.new, pair.is_request(), out);
}

fn check<'d>(old: &Shape<'d>, new: &Shape<'d>, is_request: bool, out: &mut Out<'_, 'd>) {
    let calls = Calls::of(old, new, is_request);
    let package = out.package();
    for call in &calls.new {
        let Some(id) = call.operation_id().filter(|_| call.is_dangling(&package.new)) else { continue };
        let earlier = calls.pairs.iter().find(|pair| pair.new.node == call.node).map(|pair| pair.old);
        let before = earlier.and_then(|earlier| earlier.operation_id());
        let is_old = earlier
            .zip(before)
            .is_some_and(|(earlier, before)| before.as_str() == id.as_str() && earlier.is_dangling(&package.old));
        let name = id.as_str().unwrap_or_default();
        // A new extension that never had a target breaks nobody: it is a mistake of the new version alone.
        let is_new_mistake = earlier.is_none() && package.old.operation(name).is_none();
        if !is_old && !is_new_mistake {
            let message = format!("{} is fetched from {}, which does not exist", called(call.kind), quoted(name));
            let place = before.or(earlier.map(|earlier| earlier.node)).unwrap_or(old.node());
            out.changed(&REMOVED, place, id, message).values(call.kind.as_str(), name);
        }
    }
    for pair in &calls.pairs {
        inputs(pair, out);
        let Some(role) = pair.broken(&package.old, &package.new) else { continue };
        let what = match role {
            Role::Collection => "list",
            Role::Value if pair.new.kind.is_choice() => "value",
            Role::Value => "schema",
            Role::Title => "title",
        };
        let path = quoted(pair.new.path(role));
        let message =
            format!("{} takes its {what} from {path}, which its operation does not answer", called(pair.new.kind));
        let places = [pair.old, pair.new].map(|call| call.path_node(role).unwrap_or(call.node));
        let [old, new] = places;
        out.changed(&BROKEN, old, new, message).values(pair.new.kind.as_str(), pair.new.part);
    }
}

fn inputs<'d>(pair: &CallPair<'d>, out: &mut Out<'_, 'd>) {
    let package = out.package();
    for defect in pair.new_defects(&package.old, &package.new) {
        let name = quoted(defect.input);
        let message = if defect.is_unknown {
            format!("{} is fetched with {name}, which its operation does not take", called(pair.new.kind))
        } else {
            format!("{} is fetched without {name}, which its operation demands", called(pair.new.kind))
        };
        let [old, new] = [pair.old, pair.new].map(|call| {
            let given = call.arguments().find(|(name, _)| *name == defect.input).map(|(_, node)| node);
            given.or_else(|| call.node.get("parameters")).unwrap_or(call.node)
        });
        let values = format!("{}/{}", pair.new.kind.as_str(), pair.new.part);
        out.changed(&PARAMETERS, old, new, message).values(values, defect.input);
    }
}

/// What is fetched by an extension.
fn called(kind: crate::dynamic::Kind) -> &'static str {
    if kind.is_choice() { "the choice" } else { "the schema" }
}
