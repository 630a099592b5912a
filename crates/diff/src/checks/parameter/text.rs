use crate::check::{Check, Direction, Example, Family, Object, Snippet, Verdict, Visit};
use crate::view::{BodyPair, ParameterPair};
use crate::{Out, quoted};
use backshell_package::Parameter;

pub(crate) static FAMILY: Family =
    Family { checks: &[&CHANGED], visits: &[Visit::Parameter(check), Visit::Body(check_body)] };

static CHANGED: Check = Check {
    id: "parameter-text-changed",
    object: Object::Parameter,
    direction: Direction::Request,
    verdict: Verdict::Compatible,
    what: "The name that makers see, the description or the example of a parameter is worded in another way.",
    why: "No call is affected.",
    instead: "nothing needs to be done",
    is_patch: true,
    examples: &[
        Example {
            snippet: Snippet::Parameter,
            before: r#"{ "name": "limit", "in": "query", "type": "integer", "description": "How many." }"#,
            after: r#"{ "name": "limit", "in": "query", "type": "integer", "description": "How many items." }"#,
            old: &["/description"],
            new: &["/description"],
            reversed: &["parameter-text-changed"],
            ..Example::BASE
        },
        Example {
            snippet: Snippet::Parameter,
            before: r#"{ "name": "limit", "in": "query", "type": "integer" }"#,
            after: r#"{ "name": "limit", "in": "query", "type": "integer", "x-ms-summary": "Limit" }"#,
            old: &[""],
            new: &["/x-ms-summary"],
            reversed: &["parameter-text-changed"],
            ..Example::BASE
        },
    ],
    ..Check::BASE
};

/// The members that are words for people.
const WORDS: [&str; 4] = ["x-ms-summary", "description", "title", "example"];

fn check<'d>(pair: &ParameterPair<'d>, out: &mut Out<'_, 'd>) {
    compare(pair.old, pair.new, out);
}

fn check_body<'d>(pair: &BodyPair<'d>, out: &mut Out<'_, 'd>) {
    if let (Some(old), Some(new)) = (pair.old, pair.new) {
        compare(old, new, out);
    }
}

fn compare<'d>(old: Parameter<'d>, new: Parameter<'d>, out: &mut Out<'_, 'd>) {
    for key in WORDS {
        let (one, two) = (old.node.get(key), new.node.get(key));
        let is_same = match (one, two) {
            (Some(one), Some(two)) => one.json_eq(two),
            (one, two) => one.is_none() && two.is_none(),
        };
        if !is_same {
            let message = format!("{} of the parameter {} is worded differently", quoted(key), quoted(new.name));
            out.changed(&CHANGED, one.unwrap_or(old.node), two.unwrap_or(new.node), message);
        }
    }
}
