use super::discriminator;
use crate::check::{Check, Direction, Example, Family, Object, Snippet, Verdict, Visit};
use crate::schema_pair::SchemaPair;
use crate::{Out, quoted};
use backshell_source::{Node, escape_token};

pub(crate) static FAMILY: Family = Family {
    checks: &[&BECAME_REQUIRED, &BECAME_OPTIONAL, &UNKNOWN, &RESPONSE_BECAME_OPTIONAL, &RESPONSE_BECAME_REQUIRED],
    visits: &[Visit::Schema(check)],
};

static BECAME_REQUIRED: Check = Check {
    id: "request-property-became-required",
    object: Object::Schema,
    direction: Direction::Request,
    verdict: Verdict::Breaking,
    what: "A property that could be left out must now be sent.",
    why: "Bodies that left it out are refused.",
    instead: "leave the property optional, or demand it in a new operation of the same family",
    examples: &[Example {
        snippet: Snippet::Body,
        before: r#"{ "type": "object", "properties": { "name": { "type": "string" } } }"#,
        after: r#"{ "type": "object", "properties": { "name": { "type": "string" } }, "required": ["name"] }"#,
        old: &["/properties/name"],
        new: &["/required/0"],
        also: &[],
        reversed: &["request-property-became-optional"],
    }],
    ..Check::BASE
};

static BECAME_OPTIONAL: Check = Check {
    id: "request-property-became-optional",
    object: Object::Schema,
    direction: Direction::Request,
    verdict: Verdict::Compatible,
    what: "A property that had to be sent can be left out.",
    why: "Old bodies stay valid.",
    instead: "nothing needs to be done",
    examples: &[Example {
        snippet: Snippet::Body,
        before: r#"{ "type": "object", "properties": { "name": { "type": "string" } }, "required": ["name"] }"#,
        after: r#"{ "type": "object", "properties": { "name": { "type": "string" } } }"#,
        old: &["/required/0"],
        new: &["/properties/name"],
        also: &[],
        reversed: &["request-property-became-required"],
    }],
    ..Check::BASE
};

static UNKNOWN: Check = Check {
    id: "request-required-names-unknown-property",
    object: Object::Schema,
    direction: Direction::Request,
    verdict: Verdict::Breaking,
    what: "`required` gains a name that no property defines, in an object that takes any key.",
    why: "Bodies without that key are invalid now.",
    instead: "take the name out of `required`, or describe the property and demand it in a new operation of the same family",
    examples: &[Example {
        snippet: Snippet::Body,
        before: r#"{ "type": "object", "properties": { "name": { "type": "string" } } }"#,
        after: r#"{ "type": "object", "properties": { "name": { "type": "string" } }, "required": ["other"] }"#,
        old: &[""],
        new: &["/required/0"],
        also: &[],
        reversed: &[],
    }],
    ..Check::BASE
};

static RESPONSE_BECAME_OPTIONAL: Check = Check {
    id: "response-property-became-optional",
    object: Object::Schema,
    direction: Direction::Response,
    verdict: Verdict::Breaking,
    what: "A property that was always returned may be missing.",
    why: "Readers that rely on it meet nothing.",
    instead: "keep returning the property always",
    examples: &[Example {
        snippet: Snippet::Response,
        before: r#"{ "type": "object", "properties": { "name": { "type": "string" } }, "required": ["name"] }"#,
        after: r#"{ "type": "object", "properties": { "name": { "type": "string" } } }"#,
        old: &["/required/0"],
        new: &["/properties/name"],
        also: &[],
        reversed: &["response-property-became-required"],
    }],
    ..Check::BASE
};

static RESPONSE_BECAME_REQUIRED: Check = Check {
    id: "response-property-became-required",
    object: Object::Schema,
    direction: Direction::Response,
    verdict: Verdict::Compatible,
    what: "A property that could be missing is always returned.",
    why: "It is a stronger promise.",
    instead: "nothing needs to be done",
    examples: &[Example {
        snippet: Snippet::Response,
        before: r#"{ "type": "object", "properties": { "name": { "type": "string" } } }"#,
        after: r#"{ "type": "object", "properties": { "name": { "type": "string" } }, "required": ["name"] }"#,
        old: &["/properties/name"],
        new: &["/required/0"],
        also: &[],
        reversed: &["response-property-became-optional"],
    }],
    ..Check::BASE
};

fn check<'d>(pair: &SchemaPair<'d>, out: &mut Out<'_, 'd>) {
    for (old, new) in pair.properties.kept().filter(|(old, new)| old.required != new.required) {
        let read_only = |node: Node<'d>| crate::shape::Shape::of(node).is_true("readOnly");
        // What is read-only never travels in a request; that it no longer is, is a change of its own.
        if pair.is_request() && (read_only(old.node) || read_only(new.node)) {
            continue;
        }
        // The check of discriminators says it.
        if discriminator::is_added(pair, new.name) {
            continue;
        }
        let name = quoted(new.name);
        let (check, message) = match (pair.is_request(), new.required) {
            (true, true) => (&BECAME_REQUIRED, format!("the property {name} must be sent now")),
            (true, false) => (&BECAME_OPTIONAL, format!("the property {name} can be left out now")),
            (false, true) => (&RESPONSE_BECAME_REQUIRED, format!("the property {name} is always returned now")),
            (false, false) => (&RESPONSE_BECAME_OPTIONAL, format!("the property {name} may be missing now")),
        };
        let old_place = if old.required { demand(&pair.old, old.name).unwrap_or(old.node) } else { old.node };
        let new_place = if new.required { demand(&pair.new, new.name).unwrap_or(new.node) } else { new.node };
        let (one, two) = (old.required.to_string(), new.required.to_string());
        out.changed(check, old_place, new_place, message)
            .at(format!("{}/required", escape_token(old.name)))
            .values(one, two);
    }
    if !pair.is_request() || !pair.is_comparable() || pair.new.is_closed() {
        return;
    }
    let unknown =
        pair.new.required().iter().filter(|name| !pair.old.requires(name) && pair.new.property(name).is_none());
    for name in unknown.filter(|name| pair.old.property(name).is_none()) {
        let place = demand(&pair.new, name).unwrap_or(pair.new.node());
        let message = format!("{} must be sent now, although no property describes it", quoted(name));
        out.changed(&UNKNOWN, pair.old.node(), place, message).at(format!("required/{}", escape_token(name)));
    }
}

/// Where a name stands in `required`.
fn demand<'d>(shape: &crate::shape::Shape<'d>, name: &str) -> Option<Node<'d>> {
    let lists = shape.parts().iter().filter_map(|part| part.get("required"));
    lists.flat_map(Node::items).find(|item| item.as_str() == Some(name))
}
