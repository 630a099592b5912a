use crate::check::{Check, Direction, Example, Family, Object, Snippet, Verdict, Visit};
use crate::view::{BodyPair, ParameterPair};
use crate::{Out, quoted};
use backshell_package::Parameter;
use backshell_source::Node;

pub(crate) static FAMILY: Family =
    Family { checks: &[&CHANGED], visits: &[Visit::Parameter(check), Visit::Body(check_body)] };

static CHANGED: Check = Check {
    id: "parameter-model-location-changed",
    object: Object::Extension,
    direction: Direction::Request,
    verdict: Verdict::Compatible,
    what: "Generated clients would hold a parameter in another place.",
    why: "Connectors have no generated clients.",
    instead: "nothing needs to be done",
    examples: &[
        Example {
            snippet: Snippet::Parameter,
            before: r#"{ "name": "limit", "in": "query", "type": "integer", "x-ms-parameter-location": "client" }"#,
            after: r#"{ "name": "limit", "in": "query", "type": "integer", "x-ms-parameter-location": "method" }"#,
            old: &["/x-ms-parameter-location"],
            new: &["/x-ms-parameter-location"],
            reversed: &["parameter-model-location-changed"],
            ..Example::BASE
        },
        Example {
            snippet: Snippet::Parameter,
            before: r#"{ "name": "limit", "in": "query", "type": "integer" }"#,
            after: r#"{ "name": "limit", "in": "query", "type": "integer", "x-ms-parameter-location": "method" }"#,
            old: &[""],
            new: &["/x-ms-parameter-location"],
            reversed: &["parameter-model-location-changed"],
            ..Example::BASE
        },
    ],
    ..Check::BASE
};

fn check<'d>(pair: &ParameterPair<'d>, out: &mut Out<'_, 'd>) {
    compare(pair.old, pair.new, out);
}

fn check_body<'d>(pair: &BodyPair<'d>, out: &mut Out<'_, 'd>) {
    if let (Some(old), Some(new)) = (pair.old, pair.new) {
        compare(old, new, out);
    }
}

fn compare<'d>(old: Parameter<'d>, new: Parameter<'d>, out: &mut Out<'_, 'd>) {
    let place = |parameter: Parameter<'d>| parameter.node.get("x-ms-parameter-location");
    if place(old).and_then(Node::as_str) != place(new).and_then(Node::as_str) {
        let message = format!("generated clients hold the parameter {} in another place", quoted(new.name));
        out.changed(&CHANGED, place(old).unwrap_or(old.node), place(new).unwrap_or(new.node), message);
    }
}
