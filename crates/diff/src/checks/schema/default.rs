use crate::Out;
use crate::check::{Check, Direction, Example, Family, Object, Snippet, Verdict, Visit};
use crate::facets::{is_judged, value_text};
use crate::schema_pair::SchemaPair;

pub(crate) static FAMILY: Family = Family { checks: &[&CHANGED, &RESPONSE_CHANGED], visits: &[Visit::Schema(check)] };

static CHANGED: Check = Check {
    id: "request-property-default-changed",
    object: Object::Schema,
    direction: Direction::Request,
    verdict: Verdict::Warning,
    what: "What a property of the body is taken to be when it is left out was changed, set or unset.",
    why: "Steps that leave it out may get another result; whether they do is up to the service, which these files \
          do not show.",
    instead: "keep the default, or confirm that the service treats a missing value as before",
    examples: &[
        Example {
            snippet: Snippet::Body,
            before: r#"{ "properties": { "p": { "type": "integer", "default": 10 } } }"#,
            after: r#"{ "properties": { "p": { "type": "integer", "default": 20 } } }"#,
            old: &["/properties/p/default"],
            new: &["/properties/p/default"],
            reversed: &["request-property-default-changed"],
            ..Example::BASE
        },
        Example {
            snippet: Snippet::Body,
            before: r#"{ "properties": { "p": { "type": "integer" } } }"#,
            after: r#"{ "properties": { "p": { "type": "integer", "default": 20 } } }"#,
            old: &["/properties/p"],
            new: &["/properties/p/default"],
            reversed: &["request-property-default-changed"],
            ..Example::BASE
        },
    ],
    ..Check::BASE
};

static RESPONSE_CHANGED: Check = Check {
    id: "response-property-default-changed",
    object: Object::Schema,
    direction: Direction::Response,
    verdict: Verdict::Compatible,
    what: "The default of a returned property was changed, set or unset.",
    why: "The service says the value in each answer; the default is not used for it.",
    instead: "nothing needs to be done",
    examples: &[Example {
        snippet: Snippet::Response,
        before: r#"{ "properties": { "p": { "type": "integer", "default": 10 } } }"#,
        after: r#"{ "properties": { "p": { "type": "integer", "default": 20 } } }"#,
        old: &["/properties/p/default"],
        new: &["/properties/p/default"],
        reversed: &["response-property-default-changed"],
        ..Example::BASE
    }],
    ..Check::BASE
};

fn check<'d>(pair: &SchemaPair<'d>, out: &mut Out<'_, 'd>) {
    let (old, new) = (pair.old.get("default"), pair.new.get("default"));
    if !is_judged(pair) || old.zip(new).is_some_and(|(old, new)| old.json_eq(new)) {
        return;
    }
    let message = match (old, new) {
        (None, None) => return,
        (None, Some(new)) => format!("there is a default now: {}", value_text(new)),
        (Some(old), None) => format!("the default {} is gone", value_text(old)),
        (Some(old), Some(new)) => format!("the default is {} now, not {}", value_text(new), value_text(old)),
    };
    let check = if pair.is_request() { &CHANGED } else { &RESPONSE_CHANGED };
    out.changed(check, old.unwrap_or(pair.old.node()), new.unwrap_or(pair.new.node()), message);
}
