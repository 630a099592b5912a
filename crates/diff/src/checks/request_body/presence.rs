use crate::check::{Check, Direction, Example, Family, Object, Snippet, Verdict, Visit};
use crate::view::BodyPair;
use crate::{Out, quoted};
use backshell_package::{Parameter, ParameterLocation};
use backshell_source::Node;

pub(crate) static FAMILY: Family = Family {
    checks: &[&ADDED_REQUIRED, &ADDED_OPTIONAL, &REMOVED, &BECAME_REQUIRED, &BECAME_OPTIONAL, &RENAMED],
    visits: &[Visit::Body(check)],
};

static ADDED_REQUIRED: Check = Check {
    id: "body-added-required",
    object: Object::RequestBody,
    direction: Direction::Request,
    verdict: Verdict::Breaking,
    what: "An operation that had no body demands one.",
    why: "Saved steps send none.",
    instead: "make the body optional, or demand it in a new operation of the same family",
    examples: &[Example {
        snippet: Snippet::Parameter,
        before: "",
        after: r#"{ "name": "body", "in": "body", "required": true, "schema": { "type": "object" } }"#,
        old: &[],
        new: &[""],
        also: &[],
        reversed: &["body-removed"],
    }],
    ..Check::BASE
};

static ADDED_OPTIONAL: Check = Check {
    id: "body-added-optional",
    object: Object::RequestBody,
    direction: Direction::Request,
    verdict: Verdict::Compatible,
    what: "An operation that had no body takes one.",
    why: "Old calls stay valid.",
    instead: "nothing needs to be done",
    examples: &[Example {
        snippet: Snippet::Parameter,
        before: "",
        after: r#"{ "name": "body", "in": "body", "schema": { "type": "object" } }"#,
        old: &[],
        new: &[""],
        also: &[],
        reversed: &["body-removed"],
    }],
    ..Check::BASE
};

static REMOVED: Check = Check {
    id: "body-removed",
    object: Object::RequestBody,
    direction: Direction::Request,
    verdict: Verdict::Breaking,
    what: "An operation takes no body any more.",
    why: "Saved steps still send its fields by name.",
    instead: "keep the body, even if the service ignores it",
    examples: &[Example {
        snippet: Snippet::Parameter,
        before: r#"{ "name": "body", "in": "body", "schema": { "type": "object" } }"#,
        after: "",
        old: &[""],
        new: &[],
        also: &[],
        reversed: &["body-added-optional"],
    }],
    ..Check::BASE
};

static BECAME_REQUIRED: Check = Check {
    id: "body-became-required",
    object: Object::RequestBody,
    direction: Direction::Request,
    verdict: Verdict::Breaking,
    what: "A body that could be left out must now be sent.",
    why: "Steps without a body fail.",
    instead: "leave the body optional, or demand it in a new operation of the same family",
    examples: &[Example {
        snippet: Snippet::Parameter,
        before: r#"{ "name": "body", "in": "body", "schema": { "type": "object" } }"#,
        after: r#"{ "name": "body", "in": "body", "required": true, "schema": { "type": "object" } }"#,
        old: &[""],
        new: &["/required"],
        also: &[],
        reversed: &["body-became-optional"],
    }],
    ..Check::BASE
};

static BECAME_OPTIONAL: Check = Check {
    id: "body-became-optional",
    object: Object::RequestBody,
    direction: Direction::Request,
    verdict: Verdict::Compatible,
    what: "A body that had to be sent can be left out.",
    why: "Old calls stay valid.",
    instead: "nothing needs to be done",
    examples: &[Example {
        snippet: Snippet::Parameter,
        before: r#"{ "name": "body", "in": "body", "required": true, "schema": { "type": "object" } }"#,
        after: r#"{ "name": "body", "in": "body", "schema": { "type": "object" } }"#,
        old: &["/required"],
        new: &[""],
        also: &[],
        reversed: &["body-became-required"],
    }],
    ..Check::BASE
};

static RENAMED: Check = Check {
    id: "body-parameter-renamed",
    object: Object::RequestBody,
    direction: Direction::Request,
    verdict: Verdict::Breaking,
    what: "The parameter that is the body has another name.",
    why: "Inputs of saved steps begin with the name of the body, although it never travels.",
    instead: "keep the name of the body",
    examples: &[Example {
        snippet: Snippet::Parameter,
        before: r#"{ "name": "body", "in": "body", "schema": { "type": "object" } }"#,
        after: r#"{ "name": "item", "in": "body", "schema": { "type": "object" } }"#,
        old: &["/name"],
        new: &["/name"],
        also: &[],
        reversed: &["body-parameter-renamed"],
    }],
    ..Check::BASE
};

fn check<'d>(pair: &BodyPair<'d>, out: &mut Out<'_, 'd>) {
    let form = |list: &[Parameter<'d>]| list.iter().any(|parameter| parameter.location == ParameterLocation::FormData);
    let place = |body: Parameter<'d>, key: &str| body.node.get(key).unwrap_or(body.node);
    let parameters = &pair.operation.parameters;
    match (pair.old, pair.new) {
        // A body that has become a form, or the reverse, is one change of its own.
        (Some(_), None) if form(&parameters.added) => {}
        (None, Some(_)) if form(&parameters.removed) => {}
        (Some(old), None) => {
            out.removed(&REMOVED, old.declared_node, "the body is gone");
        }
        (None, Some(new)) => {
            let (check, how) = if new.required { (&ADDED_REQUIRED, "must") } else { (&ADDED_OPTIONAL, "can") };
            out.added(check, new.declared_node, format!("there is a body that {how} be sent"));
        }
        (Some(old), Some(new)) => {
            if old.required != new.required {
                let (check, message) = if new.required {
                    (&BECAME_REQUIRED, "the body must be sent now")
                } else {
                    (&BECAME_OPTIONAL, "the body can be left out now")
                };
                out.changed(check, place(old, "required"), place(new, "required"), message).at("body/required");
            }
            let alias = new.node.get("x-ms-client-name").and_then(Node::as_str);
            if old.name != new.name && alias != Some(old.name) {
                let message = format!("the body {} is called {} now", quoted(old.name), quoted(new.name));
                out.changed(&RENAMED, place(old, "name"), place(new, "name"), message).at("body/name");
            }
        }
        (None, None) => {}
    }
}
