use crate::Out;
use crate::check::{Check, Direction, Example, Family, Object, Snippet, Verdict, Visit};
use crate::dynamic::{Call, Calls, Kind};
use crate::schema_pair::SchemaPair;
use crate::shape::Shape;
use crate::view::ParameterPair;

pub(crate) static FAMILY: Family =
    Family { checks: &[&ADDED, &REMOVED, &TWIN], visits: &[Visit::Parameter(parameter), Visit::Schema(schema)] };

static ADDED: Check = Check {
    id: "dynamic-values-added",
    object: Object::Extension,
    direction: Direction::Request,
    verdict: Verdict::Compatible,
    what: "An input that was typed in can be chosen from a list that the service offers.",
    why: "Other values can still be given, so what was saved stays.",
    instead: "nothing needs to be done",
    examples: &[Example {
        snippet: Snippet::Parameter,
        before: r#"{ "name": "list", "in": "query", "type": "string" }"#,
        after: r#"
{ "name": "list", "in": "query", "type": "string", "x-ms-dynamic-values": { "operationId": "SetItem", "value-path": "id" } }"#,
        old: &[""],
        new: &["/x-ms-dynamic-values"],
        reversed: &["dynamic-values-removed"],
        ..Example::BASE
    }],
    ..Check::BASE
};

static REMOVED: Check = Check {
    id: "dynamic-values-removed",
    object: Object::Extension,
    direction: Direction::Request,
    verdict: Verdict::Warning,
    what: "An input that could be chosen from a list that the service offers must be typed in.",
    why: "Saved values stay, but makers must know the value now, which is often an id that nobody knows.",
    instead: "keep the list of choices",
    examples: &[Example {
        snippet: Snippet::Body,
        before: r#"
{ "type": "object", "properties": {
    "list": { "type": "string", "x-ms-dynamic-list": { "operationId": "SetItem", "itemValuePath": "id" } } } }"#,
        after: r#"{ "type": "object", "properties": { "list": { "type": "string" } } }"#,
        old: &["/properties/list/x-ms-dynamic-list"],
        new: &["/properties/list"],
        reversed: &["dynamic-values-added"],
        ..Example::BASE
    }],
    ..Check::BASE
};

static TWIN: Check = Check {
    id: "dynamic-list-twin-missing",
    object: Object::Extension,
    direction: Direction::Request,
    verdict: Verdict::Warning,
    what: "Of the two ways of saying the same choices, `x-ms-dynamic-values` and `x-ms-dynamic-list`, one was changed or \
           removed and the other was not, so that they do not say the same any more.",
    why: "Older clients read the one and newer clients the other: people see different choices for the same input.",
    instead: "change both alike",
    examples: &[
        Example {
            snippet: Snippet::Parameter,
            before: r#"
{ "name": "list", "in": "query", "type": "string",
  "x-ms-dynamic-values": { "operationId": "SetItem", "value-path": "id", "value-title": "name" },
  "x-ms-dynamic-list": { "operationId": "SetItem", "itemValuePath": "id", "itemTitlePath": "name" } }"#,
            after: r#"
{ "name": "list", "in": "query", "type": "string",
  "x-ms-dynamic-values": { "operationId": "SetItem", "value-path": "id", "value-title": "title" },
  "x-ms-dynamic-list": { "operationId": "SetItem", "itemValuePath": "id", "itemTitlePath": "name" } }"#,
            old: &["/x-ms-dynamic-values"],
            new: &["/x-ms-dynamic-values"],
            also: &["dynamic-title-path-changed"],
            reversed: &["dynamic-title-path-changed"],
        },
        Example {
            snippet: Snippet::Parameter,
            before: r#"
{ "name": "list", "in": "query", "type": "string",
  "x-ms-dynamic-values": { "operationId": "SetItem", "value-path": "id" },
  "x-ms-dynamic-list": { "operationId": "SetItem", "itemValuePath": "id" } }"#,
            after: r#"
{ "name": "list", "in": "query", "type": "string", "x-ms-dynamic-values": { "operationId": "SetItem", "value-path": "id" } }"#,
            old: &["/x-ms-dynamic-list"],
            new: &[""],
            reversed: &["unknown-extension-changed"],
            ..Example::BASE
        },
    ],
    ..Check::BASE
};

fn parameter<'d>(pair: &ParameterPair<'d>, out: &mut Out<'_, 'd>) {
    check(&Shape::of(pair.old.node), &Shape::of(pair.new.node), out);
}

fn schema<'d>(pair: &SchemaPair<'d>, out: &mut Out<'_, 'd>) {
    if pair.is_request() {
        check(&pair.old, &pair.new, out);
    }
}

fn check<'d>(old: &Shape<'d>, new: &Shape<'d>, out: &mut Out<'_, 'd>) {
    let calls = Calls::of(old, new, true);
    let choice = |calls: &[Call<'d>]| calls.iter().find(|call| call.kind.is_choice()).map(|call| call.extension);
    match (choice(&calls.old), choice(&calls.new)) {
        (None, Some(extension)) => {
            out.changed(&ADDED, old.node(), extension, "the value can be chosen from a list now");
        }
        (Some(extension), None) => {
            out.changed(&REMOVED, extension, new.node(), "the value cannot be chosen from a list any more");
        }
        (Some(_), Some(_)) => twins(&calls, new, out),
        (None, None) => {}
    }
}

fn twins<'d>(calls: &Calls<'d>, holder: &Shape<'d>, out: &mut Out<'_, 'd>) {
    let find = |list: &[Call<'d>], kind: Kind| list.iter().find(|call| call.kind == kind).copied();
    let both = |list: &[Call<'d>]| (find(list, Kind::Values), find(list, Kind::List));
    let (Some(old_values), Some(old_list)) = both(&calls.old) else { return };
    let (gone, kept) = match both(&calls.new) {
        (Some(values), Some(list)) => {
            let is_other = |old: Call<'d>, new: Call<'d>| !old.node.json_eq(new.node);
            let (old, new) = match (is_other(old_values, values), is_other(old_list, list)) {
                (true, false) => (old_values, values),
                (false, true) => (old_list, list),
                _ => return,
            };
            if !values.agrees(&list) {
                let message = format!("`{}` was changed and its twin was not", new.kind.as_str());
                out.changed(&TWIN, old.extension, new.extension, message)
                    .values(crate::fingerprint::whole(old.node), crate::fingerprint::whole(new.node));
            }
            return;
        }
        (None, Some(list)) => (old_values, list),
        (Some(values), None) => (old_list, values),
        (None, None) => return,
    };
    let message = format!("`{}` is gone and `{}` stays", gone.kind.as_str(), kept.kind.as_str());
    out.changed(&TWIN, gone.extension, holder.node(), message);
}
