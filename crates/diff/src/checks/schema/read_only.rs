use crate::check::{Check, Direction, Example, Family, Object, Snippet, Verdict, Visit};
use crate::contract::same_schema;
use crate::schema_pair::Role;
use crate::schema_pair::SchemaPair;
use crate::shape::Shape;
use crate::{Out, quoted};
use backshell_package::Schema;
use backshell_source::Node;

pub(crate) static FAMILY: Family = Family {
    checks: &[&MADE, &LIFTED, &LIFTED_REQUIRED, &ANY, &RESPONSE_CHANGED],
    visits: &[Visit::EverySchema(check)],
};

static MADE: Check = Check {
    id: "request-property-made-readonly",
    object: Object::Schema,
    direction: Direction::Request,
    verdict: Verdict::Breaking,
    what: "A property that callers could send is only returned now.",
    why: "Steps go on sending it; the service ignores it or refuses the body.",
    instead: "keep accepting the property, or drop it in a new operation of the same family",
    examples: &[Example {
        snippet: Snippet::Body,
        before: r#"{ "properties": { "p": { "type": "string" } } }"#,
        after: r#"{ "properties": { "p": { "type": "string", "readOnly": true } } }"#,
        old: &["/properties/p"],
        new: &["/properties/p/readOnly"],
        reversed: &["request-property-readonly-lifted"],
        ..Example::BASE
    }],
    ..Check::BASE
};

static LIFTED: Check = Check {
    id: "request-property-readonly-lifted",
    object: Object::Schema,
    direction: Direction::Request,
    verdict: Verdict::Compatible,
    what: "A property that was only returned can be sent now, and can be left out.",
    why: "Old bodies lack it, and are still complete.",
    instead: "nothing needs to be done",
    examples: &[Example {
        snippet: Snippet::Body,
        before: r#"{ "properties": { "p": { "type": "string", "readOnly": true } } }"#,
        after: r#"{ "properties": { "p": { "type": "string", "readOnly": false } } }"#,
        old: &["/properties/p/readOnly"],
        new: &["/properties/p/readOnly"],
        reversed: &["request-property-made-readonly"],
        ..Example::BASE
    }],
    ..Check::BASE
};

static LIFTED_REQUIRED: Check = Check {
    id: "request-property-readonly-lifted-required",
    object: Object::Schema,
    direction: Direction::Request,
    verdict: Verdict::Breaking,
    what: "A property that was only returned must be sent now.",
    why: "No saved step sends it, so every old body is incomplete.",
    instead: "leave the property optional, or require it in a new operation of the same family",
    examples: &[Example {
        snippet: Snippet::Body,
        before: r#"{ "properties": { "p": { "type": "string", "readOnly": true } }, "required": ["p"] }"#,
        after: r#"{ "properties": { "p": { "type": "string" } }, "required": ["p"] }"#,
        old: &["/properties/p/readOnly"],
        new: &["/properties/p"],
        reversed: &["request-property-made-readonly"],
        ..Example::BASE
    }],
    ..Check::BASE
};

static ANY: Check = Check {
    id: "request-readonly-property-any-change",
    object: Object::Schema,
    direction: Direction::Request,
    verdict: Verdict::Compatible,
    what: "A property that is only returned, before as well as now, was changed.",
    why: "It is part of the schema of a body, but never part of a body.",
    instead: "nothing needs to be done",
    examples: &[Example {
        snippet: Snippet::Body,
        before: r#"{ "properties": { "p": { "type": "string", "readOnly": true } } }"#,
        after: r#"{ "properties": { "p": { "type": "string", "readOnly": true, "maxLength": 5 } } }"#,
        old: &["/properties/p"],
        new: &["/properties/p"],
        reversed: &["request-readonly-property-any-change"],
        ..Example::BASE
    }],
    ..Check::BASE
};

static RESPONSE_CHANGED: Check = Check {
    id: "response-property-readonly-changed",
    object: Object::Schema,
    direction: Direction::Response,
    verdict: Verdict::Compatible,
    what: "A returned property is marked as only returned, or no longer is.",
    why: "It is returned either way.",
    instead: "nothing needs to be done",
    examples: &[Example {
        snippet: Snippet::Response,
        before: r#"{ "properties": { "p": { "type": "string" } } }"#,
        after: r#"{ "properties": { "p": { "type": "string", "readOnly": true } } }"#,
        old: &["/properties/p"],
        new: &["/properties/p/readOnly"],
        reversed: &["response-property-readonly-changed"],
        ..Example::BASE
    }],
    ..Check::BASE
};

fn check<'d>(pair: &SchemaPair<'d>, out: &mut Out<'_, 'd>) {
    if pair.is_request() && pair.role == Role::Property && pair.is_read_only() {
        if !same_schema(pair.old.node(), pair.new.node()) {
            out.changed(&ANY, pair.old.declared(), pair.new.declared(), "it has changed, but is never sent");
        }
        return;
    }
    for (old, new) in pair.properties.kept() {
        let (one, two) = (mark(old.node), mark(new.node));
        let becomes = match (one, two) {
            (None, Some(_)) => true,
            (Some(_), None) => false,
            _ => continue,
        };
        let name = quoted(new.name);
        let (check, message) = match (pair.is_request(), becomes) {
            (false, true) => (&RESPONSE_CHANGED, format!("the property {name} is marked as read-only now")),
            (false, false) => (&RESPONSE_CHANGED, format!("the property {name} is no longer marked as read-only")),
            (true, true) => (&MADE, format!("the property {name} can no longer be sent")),
            (true, false) if new.required => (&LIFTED_REQUIRED, format!("the property {name} must be sent now")),
            (true, false) => (&LIFTED, format!("the property {name} can be sent now")),
        };
        let place = |property: Node<'d>| Schema::new(property).get("readOnly").unwrap_or(property);
        out.changed(check, one.unwrap_or_else(|| place(old.node)), two.unwrap_or_else(|| place(new.node)), message)
            .at(format!("{}/readOnly", backshell_source::escape_token(old.name)))
            .values((!becomes).to_string(), becomes.to_string());
    }
}

/// Where a property is marked as read-only.
fn mark(property: Node<'_>) -> Option<Node<'_>> {
    let schema = Schema::new(property).target();
    let is_on = |node: &Node<'_>| node.as_bool() == Some(true);
    if schema.get("allOf").is_none() {
        return schema.get("readOnly").filter(is_on);
    }
    Shape::of(schema).parts().iter().filter_map(|part| part.get("readOnly")).find(is_on)
}
