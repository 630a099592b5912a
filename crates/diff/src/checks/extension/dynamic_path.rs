use crate::check::{Check, Direction, Example, Family, Object, Snippet, Verdict, Visit};
use crate::dynamic::{Calls, Role};
use crate::schema_pair::SchemaPair;
use crate::shape::Shape;
use crate::view::ParameterPair;
use crate::{Out, quoted};

pub(crate) static FAMILY: Family = Family {
    checks: &[&VALUE, &TITLE, &COLLECTION],
    visits: &[Visit::EveryParameter(parameter), Visit::EverySchema(schema)],
};

/// A connector whose operation `GetItems` takes a list that `GetLists` offers.
macro_rules! picker {
    ($members:literal) => {
        concat!(
            r#"{ "/lists": { "get": { "operationId": "GetLists", "responses": { "200": { "description": "",
    "schema": { "type": "object", "properties": {
      "value": { "type": "array", "items": { "properties": { "id": { "type": "string" }, "name": { "type": "string" } } } },
      "recent": { "type": "array", "items": { "properties": { "id": { "type": "string" }, "name": { "type": "string" } } } } } } } } } },
  "/items": { "get": { "operationId": "GetItems", "responses": {}, "parameters": [
    { "name": "list", "in": "query", "type": "string", "x-ms-dynamic-values": { "operationId": "GetLists", "#,
            $members,
            r"} } ] } } }"
        )
    };
}

static VALUE: Check = Check {
    id: "dynamic-value-path-changed",
    object: Object::Extension,
    direction: Direction::Request,
    verdict: Verdict::Breaking,
    what: "The value of a choice, or a dynamic schema, is taken from another field of the answer (`value-path`, \
           `itemValuePath`).",
    why: "Values that are chosen from now on are of another kind than those that steps have saved, and the service gets both.",
    instead: "keep the field, or offer the other kind of value in a new parameter or operation",
    examples: &[Example {
        snippet: Snippet::Paths,
        before: picker!(r#""value-collection": "value", "value-path": "id", "value-title": "name""#),
        after: picker!(r#""value-collection": "value", "value-path": "name", "value-title": "name""#),
        old: &["/~1items/get/parameters/0/x-ms-dynamic-values/value-path"],
        new: &["/~1items/get/parameters/0/x-ms-dynamic-values/value-path"],
        reversed: &["dynamic-value-path-changed"],
        ..Example::BASE
    }],
    ..Check::BASE
};

static TITLE: Check = Check {
    id: "dynamic-title-path-changed",
    object: Object::Extension,
    direction: Direction::Request,
    verdict: Verdict::Compatible,
    what: "The label of a choice is taken from another field of the answer (`value-title`, `itemTitlePath`).",
    why: "People read other words; the values stay.",
    instead: "nothing needs to be done",
    examples: &[Example {
        snippet: Snippet::Paths,
        before: picker!(r#""value-collection": "value", "value-path": "id", "value-title": "name""#),
        after: picker!(r#""value-collection": "value", "value-path": "id", "value-title": "id""#),
        old: &["/~1items/get/parameters/0/x-ms-dynamic-values/value-title"],
        new: &["/~1items/get/parameters/0/x-ms-dynamic-values/value-title"],
        reversed: &["dynamic-title-path-changed"],
        ..Example::BASE
    }],
    ..Check::BASE
};

static COLLECTION: Check = Check {
    id: "dynamic-collection-path-changed",
    object: Object::Extension,
    direction: Direction::Request,
    verdict: Verdict::Warning,
    what: "The list of choices is taken from another place of the answer (`value-collection`, `itemsPath`).",
    why: "Other choices may be offered; whether they fit to what steps have saved, the files do not say.",
    instead: "make sure that the other list offers everything that could be chosen before",
    examples: &[Example {
        snippet: Snippet::Paths,
        before: picker!(r#""value-collection": "value", "value-path": "id", "value-title": "name""#),
        after: picker!(r#""value-collection": "recent", "value-path": "id", "value-title": "name""#),
        old: &["/~1items/get/parameters/0/x-ms-dynamic-values/value-collection"],
        new: &["/~1items/get/parameters/0/x-ms-dynamic-values/value-collection"],
        reversed: &["dynamic-collection-path-changed"],
        ..Example::BASE
    }],
    ..Check::BASE
};

fn parameter<'d>(pair: &ParameterPair<'d>, out: &mut Out<'_, 'd>) {
    check(&Shape::of(pair.old.node), &Shape::of(pair.new.node), true, out);
}

fn schema<'d>(pair: &SchemaPair<'d>, out: &mut Out<'_, 'd>) {
    check(&pair.old, &pair.new, pair.is_request(), out);
}

fn check<'d>(old: &Shape<'d>, new: &Shape<'d>, is_request: bool, out: &mut Out<'_, 'd>) {
    let package = out.package();
    for pair in &Calls::of(old, new, is_request).pairs {
        let broken = pair.broken(&package.old, &package.new);
        for (role, check, what) in [
            (Role::Value, &VALUE, if pair.new.kind.is_choice() { "the value of a choice" } else { "the schema" }),
            (Role::Title, &TITLE, "the label of a choice"),
            (Role::Collection, &COLLECTION, "the list of choices"),
        ] {
            // A list or a label that leads nowhere is worse than a moved one, and reported as that.
            if !pair.moves(role) || broken == Some(role) {
                continue;
            }
            let message = format!("{what} is taken from {} now", quoted(pair.new.path(role)));
            let [old, new] = [pair.old, pair.new].map(|call| call.path_node(role).unwrap_or(call.node));
            let (kind, part) = (pair.new.kind.as_str(), pair.new.part);
            let values = [pair.old, pair.new].map(|call| format!("{kind}/{part}/{}", call.path(role)));
            let [before, after] = values;
            out.changed(check, old, new, message).values(before, after);
        }
    }
}
