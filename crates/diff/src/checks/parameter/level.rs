use crate::check::{Check, Direction, Example, Family, Object, Snippet, Verdict, Visit};
use crate::contract::same_value;
use crate::view::{BodyPair, Operation, OperationPair, ParameterPair};
use crate::{Out, quoted};
use backshell_package::Parameter;

pub(crate) static FAMILY: Family =
    Family { checks: &[&MOVED, &OVERRIDDEN], visits: &[Visit::EveryParameter(check), Visit::Body(check_body)] };

static MOVED: Check = Check {
    id: "path-parameters-moved-level",
    object: Object::Parameter,
    direction: Direction::Request,
    verdict: Verdict::Compatible,
    what: "A parameter stands in its operation that stood in the path, or the reverse, and is otherwise the same.",
    why: "What callers can send is the same.",
    instead: "nothing needs to be done",
    is_patch: true,
    examples: &[Example {
        snippet: Snippet::Paths,
        before: r#"{ "/items": {"parameters": [{"name": "limit", "in": "query", "type": "integer"}], "put": {"operationId": "SetItem", "responses": {"200": {"description": ""}}}} }"#,
        after: r#"{ "/items": {"put": {"operationId": "SetItem", "parameters": [{"name": "limit", "in": "query", "type": "integer"}], "responses": {"200": {"description": ""}}}} }"#,
        old: &["/~1items/parameters/0"],
        new: &["/~1items/put/parameters/0"],
        reversed: &["path-parameters-moved-level"],
        ..Example::BASE
    }],
    ..Check::BASE
};

static OVERRIDDEN: Check = Check {
    id: "parameter-path-level-overridden",
    object: Object::Parameter,
    direction: Direction::Request,
    verdict: Verdict::Compatible,
    what: "An operation has a parameter of its own in place of one of its path with the same name.",
    why: "Only the one that counts is compared; what differs in it is reported as ever.",
    instead: "nothing needs to be done",
    is_patch: true,
    examples: &[
        Example {
            snippet: Snippet::Paths,
            before: r#"{ "/items": {"parameters": [{"name": "limit", "in": "query", "type": "integer"}], "put": {"operationId": "SetItem", "responses": {"200": {"description": ""}}}} }"#,
            after: r#"{ "/items": {"parameters": [{"name": "limit", "in": "query", "type": "integer"}], "put": {"operationId": "SetItem", "parameters": [{"name": "limit", "in": "query", "type": "integer"}], "responses": {"200": {"description": ""}}}} }"#,
            old: &["/~1items/parameters/0"],
            new: &["/~1items/put/parameters/0"],
            reversed: &["path-parameters-moved-level"],
            ..Example::BASE
        },
        Example {
            snippet: Snippet::Paths,
            before: r#"{ "/items": {"parameters": [{"name": "limit", "in": "query", "type": "integer"}], "put": {"operationId": "SetItem", "responses": {"200": {"description": ""}}}} }"#,
            after: r#"{ "/items": {"parameters": [{"name": "limit", "in": "query", "type": "integer"}], "put": {"operationId": "SetItem", "parameters": [{"name": "limit", "in": "query", "type": "integer", "maximum": 50}], "responses": {"200": {"description": ""}}}} }"#,
            old: &["/~1items/parameters/0"],
            new: &["/~1items/put/parameters/0"],
            also: &["parameter-max-lowered"],
            reversed: &["parameter-max-raised"],
        },
    ],
    ..Check::BASE
};

fn check<'d>(pair: &ParameterPair<'d>, out: &mut Out<'_, 'd>) {
    compare(&pair.operation, pair.old, pair.new, out);
}

fn check_body<'d>(pair: &BodyPair<'d>, out: &mut Out<'_, 'd>) {
    if let (Some(old), Some(new)) = (pair.old, pair.new) {
        compare(&pair.operation, old, new, out);
    }
}

fn compare<'d>(pair: &OperationPair<'d>, old: Parameter<'d>, new: Parameter<'d>, out: &mut Out<'_, 'd>) {
    let (was_own, is_own) = (is_own(&pair.old, old), is_own(&pair.new, new));
    let name = quoted(new.name);
    let (check, message) = if is_own && overrides(&pair.new, new) && !(was_own && overrides(&pair.old, old)) {
        (&OVERRIDDEN, format!("the parameter {name} takes the place of one of the path"))
    } else if was_own != is_own && same_value(old.node, new.node) && old.required == new.required {
        let place = if is_own { "the operation" } else { "the path" };
        (&MOVED, format!("the parameter {name} stands in {place} now"))
    } else {
        return;
    };
    out.changed(check, old.declared_node, new.declared_node, message);
}

/// Whether the parameter stands in the operation itself, not in its path.
fn is_own<'d>(operation: &Operation<'d>, parameter: Parameter<'d>) -> bool {
    parameter.declared_node.parent().is_some_and(|list| operation.node().get("parameters") == Some(list))
}

/// Whether the path has a parameter of the same name and place.
fn overrides<'d>(operation: &Operation<'d>, parameter: Parameter<'d>) -> bool {
    let mut of_path = operation.path_item().parameters().filter_map(Parameter::new);
    of_path.any(|other| (other.location, other.name) == (parameter.location, parameter.name))
}
