use super::additional::SCHEMA_NARROWED;
use crate::check::{Check, Direction, Example, Family, Object, Snippet, Verdict, Visit};
use crate::nesting::list_move;
use crate::schema_pair::{Role, SchemaPair};
use crate::shape::Shape;
use crate::{Out, quoted};

pub(crate) static FAMILY: Family = Family {
    checks: &[
        &BODY,
        &NARROWED,
        &WIDENED,
        &TO_STRING,
        &ADDED,
        &SET,
        &RESPONSE_BODY,
        &RESPONSE_CHANGED,
        &RESPONSE_NARROWED,
        &RESPONSE_DROPPED,
        &ITEM,
        &MAP_VALUE,
        &PARAMETER_ITEMS,
        &NOTIFICATION,
    ],
    visits: &[Visit::Schema(check)],
};

static BODY: Check = Check {
    id: "body-type-changed",
    object: Object::RequestBody,
    direction: Direction::Request,
    verdict: Verdict::Breaking,
    what: "The body as a whole has another type.",
    why: "No stored body fits.",
    instead: "keep the type, and offer the other one in a new operation of the same family",
    examples: &[Example {
        snippet: Snippet::Body,
        before: r#"{ "type": "object" }"#,
        after: r#"{ "type": "array", "items": { "type": "string" } }"#,
        old: &["/type"],
        new: &["/type"],
        also: &[],
        reversed: &["body-type-changed"],
    }],
    ..Check::BASE
};

static NARROWED: Check = Check {
    id: "request-property-type-narrowed",
    object: Object::Schema,
    direction: Direction::Request,
    verdict: Verdict::Breaking,
    what: "A value that callers send has another type, which refuses values that the old one took.",
    why: "Stored values are refused.",
    instead: "keep the type, and offer the other one in a new operation of the same family",
    examples: &[Example {
        snippet: Snippet::Body,
        before: r#"{ "type": "object", "properties": { "size": { "type": "number" } } }"#,
        after: r#"{ "type": "object", "properties": { "size": { "type": "integer" } } }"#,
        old: &["/properties/size/type"],
        new: &["/properties/size/type"],
        also: &[],
        reversed: &["request-property-type-widened"],
    }],
    ..Check::BASE
};

static WIDENED: Check = Check {
    id: "request-property-type-widened",
    object: Object::Schema,
    direction: Direction::Request,
    verdict: Verdict::Compatible,
    what: "A value that callers send has a wider type: `integer` has become `number`, or any type will do.",
    why: "Old values stay valid.",
    instead: "nothing needs to be done",
    examples: &[
        Example {
            snippet: Snippet::Body,
            before: r#"{ "type": "object", "properties": { "size": { "type": "integer" } } }"#,
            after: r#"{ "type": "object", "properties": { "size": { "type": "number" } } }"#,
            old: &["/properties/size/type"],
            new: &["/properties/size/type"],
            also: &[],
            reversed: &["request-property-type-narrowed"],
        },
        Example {
            snippet: Snippet::Body,
            before: r#"{ "type": "object", "properties": { "size": { "type": "integer" } } }"#,
            after: r#"{ "type": "object", "properties": { "size": {} } }"#,
            old: &["/properties/size/type"],
            new: &["/properties/size"],
            also: &[],
            reversed: &["request-property-type-set-on-untyped"],
        },
    ],
    ..Check::BASE
};

static TO_STRING: Check = Check {
    id: "request-property-type-to-string",
    object: Object::Schema,
    direction: Direction::Request,
    verdict: Verdict::Breaking,
    what: "A number or boolean that callers send has become a string.",
    why: "In JSON the two are written in different ways, unlike in a query.",
    instead: "keep the type, and offer the other one in a new operation of the same family",
    examples: &[Example {
        snippet: Snippet::Body,
        before: r#"{ "type": "object", "properties": { "size": { "type": "integer" } } }"#,
        after: r#"{ "type": "object", "properties": { "size": { "type": "string" } } }"#,
        old: &["/properties/size/type"],
        new: &["/properties/size/type"],
        also: &[],
        reversed: &["request-property-type-narrowed"],
    }],
    ..Check::BASE
};

static ADDED: Check = Check {
    id: "request-property-type-added",
    object: Object::Schema,
    direction: Direction::Request,
    verdict: Verdict::Compatible,
    what: "A schema that has properties says that it is an object.",
    why: "Only objects meant anything before.",
    instead: "nothing needs to be done",
    is_patch: true,
    examples: &[Example {
        snippet: Snippet::Body,
        before: r#"{ "properties": { "name": { "type": "string" } } }"#,
        after: r#"{ "type": "object", "properties": { "name": { "type": "string" } } }"#,
        old: &[""],
        new: &["/type"],
        also: &[],
        reversed: &[],
    }],
    ..Check::BASE
};

static SET: Check = Check {
    id: "request-property-type-set-on-untyped",
    object: Object::Schema,
    direction: Direction::Request,
    verdict: Verdict::Breaking,
    what: "A value that callers send gets a type, where any value was allowed.",
    why: "Stored values of other types are refused.",
    instead: "leave the type open, or close it in a new operation of the same family",
    examples: &[Example {
        snippet: Snippet::Body,
        before: r#"{ "type": "object", "properties": { "size": {} } }"#,
        after: r#"{ "type": "object", "properties": { "size": { "type": "integer" } } }"#,
        old: &["/properties/size"],
        new: &["/properties/size/type"],
        also: &[],
        reversed: &["request-property-type-widened"],
    }],
    ..Check::BASE
};

static RESPONSE_BODY: Check = Check {
    id: "response-body-type-changed",
    object: Object::Response,
    direction: Direction::Response,
    verdict: Verdict::Breaking,
    what: "What is returned has another type as a whole.",
    why: "Paths to outputs, and loops over them, fail.",
    instead: "keep the type, and offer the other one in a new operation of the same family",
    examples: &[Example {
        snippet: Snippet::Response,
        before: r#"{ "type": "object" }"#,
        after: r#"{ "type": "array", "items": { "type": "string" } }"#,
        old: &["/type"],
        new: &["/type"],
        also: &[],
        reversed: &["response-body-type-changed"],
    }],
    ..Check::BASE
};

static RESPONSE_CHANGED: Check = Check {
    id: "response-property-type-changed",
    object: Object::Schema,
    direction: Direction::Response,
    verdict: Verdict::Breaking,
    what: "A value that is returned has another type.",
    why: "Expressions and typed formulas fail.",
    instead: "keep the type, and offer the other one in a new operation of the same family",
    examples: &[Example {
        snippet: Snippet::Response,
        before: r#"{ "type": "object", "properties": { "size": { "type": "integer" } } }"#,
        after: r#"{ "type": "object", "properties": { "size": { "type": "string" } } }"#,
        old: &["/properties/size/type"],
        new: &["/properties/size/type"],
        also: &[],
        reversed: &["response-property-type-changed"],
    }],
    ..Check::BASE
};

static RESPONSE_NARROWED: Check = Check {
    id: "response-property-type-narrowed",
    object: Object::Schema,
    direction: Direction::Response,
    verdict: Verdict::Warning,
    what: "A `number` that is returned has become an `integer`, or a value of any type has got one.",
    why: "The values stay valid, but typed formulas and stored schemas see another type.",
    instead: "keep the wider type",
    examples: &[
        Example {
            snippet: Snippet::Response,
            before: r#"{ "type": "object", "properties": { "size": { "type": "number" } } }"#,
            after: r#"{ "type": "object", "properties": { "size": { "type": "integer" } } }"#,
            old: &["/properties/size/type"],
            new: &["/properties/size/type"],
            also: &[],
            reversed: &["response-property-type-changed"],
        },
        Example {
            snippet: Snippet::Response,
            before: r#"{ "type": "array", "items": {} }"#,
            after: r#"{ "type": "array", "items": { "type": "object" } }"#,
            old: &["/items"],
            new: &["/items/type"],
            reversed: &["response-array-item-changed"],
            ..Example::BASE
        },
    ],
    ..Check::BASE
};

static RESPONSE_DROPPED: Check = Check {
    id: "response-property-type-dropped",
    object: Object::Schema,
    direction: Direction::Response,
    verdict: Verdict::Breaking,
    what: "A value that is returned has no type any more.",
    why: "Anything may come.",
    instead: "keep the type",
    examples: &[Example {
        snippet: Snippet::Response,
        before: r#"{ "type": "object", "properties": { "size": { "type": "integer" } } }"#,
        after: r#"{ "type": "object", "properties": { "size": {} } }"#,
        old: &["/properties/size/type"],
        new: &["/properties/size"],
        also: &[],
        reversed: &["response-property-type-narrowed"],
    }],
    ..Check::BASE
};

static ITEM: Check = Check {
    id: "response-array-item-changed",
    object: Object::Schema,
    direction: Direction::Response,
    verdict: Verdict::Breaking,
    what: "The items of a list that is returned have another type.",
    why: "The steps of a loop read them.",
    instead: "keep the type, and offer the other one in a new operation of the same family",
    examples: &[Example {
        snippet: Snippet::Response,
        before: r#"{ "type": "array", "items": { "type": "integer" } }"#,
        after: r#"{ "type": "array", "items": { "type": "string" } }"#,
        old: &["/items/type"],
        new: &["/items/type"],
        also: &[],
        reversed: &["response-array-item-changed"],
    }],
    ..Check::BASE
};

static MAP_VALUE: Check = Check {
    id: "response-map-value-type-changed",
    object: Object::Schema,
    direction: Direction::Response,
    verdict: Verdict::Breaking,
    what: "The values of a map that is returned have another type.",
    why: "Values read from the map are of another kind.",
    instead: "keep the type, and offer the other one in a new operation of the same family",
    examples: &[Example {
        snippet: Snippet::Response,
        before: r#"{ "type": "object", "additionalProperties": { "type": "integer" } }"#,
        after: r#"{ "type": "object", "additionalProperties": { "type": "string" } }"#,
        old: &["/additionalProperties/type"],
        new: &["/additionalProperties/type"],
        also: &[],
        reversed: &["response-map-value-type-changed"],
    }],
    ..Check::BASE
};

static PARAMETER_ITEMS: Check = Check {
    id: "parameter-items-changed",
    object: Object::Parameter,
    direction: Direction::Request,
    verdict: Verdict::Breaking,
    what: "The items of a list parameter refuse values that they took: by another type, or by a stricter limit, format, \
           pattern or list of values.",
    why: "Stored values are refused.",
    instead: "keep the items as they are, and offer the other ones in a new operation of the same family",
    examples: &[
        Example {
            snippet: Snippet::Parameter,
            before: r#"{ "name": "ids", "in": "query", "type": "array", "items": { "type": "string" } }"#,
            after: r#"{ "name": "ids", "in": "query", "type": "array", "items": { "type": "integer" } }"#,
            old: &["/items/type"],
            new: &["/items/type"],
            ..Example::BASE
        },
        Example {
            snippet: Snippet::Parameter,
            before: r#"{ "name": "ids", "in": "query", "type": "array", "items": { "type": "string" } }"#,
            after: r#"{ "name": "ids", "in": "query", "type": "array", "items": { "type": "string", "maxLength": 5 } }"#,
            old: &["/items"],
            new: &["/items/maxLength"],
            reversed: &["request-property-bound-loosened"],
            ..Example::BASE
        },
    ],
    ..Check::BASE
};

static NOTIFICATION: Check = Check {
    id: "trigger-notification-content-changed",
    object: Object::Trigger,
    direction: Direction::Response,
    verdict: Verdict::Breaking,
    what: "What a webhook sends differs as a whole or in a part, so that what relied on the old form breaks.",
    why: "It is what the flow receives: the outputs of the trigger differ.",
    instead: "keep what is sent, and offer the other form in a new operation of the same family",
    examples: &[
        Example {
            snippet: Snippet::Paths,
            before: r#"{ "/hooks": { "x-ms-notification-content": { "schema": { "type": "object" } }, "post": { "operationId": "OnItem", "x-ms-trigger": "single", "responses": { "200": { "description": "" } } } } }"#,
            after: r#"{ "/hooks": { "x-ms-notification-content": { "schema": { "type": "array" } }, "post": { "operationId": "OnItem", "x-ms-trigger": "single", "responses": { "200": { "description": "" } } } } }"#,
            old: &["/~1hooks/x-ms-notification-content/schema/type"],
            new: &["/~1hooks/x-ms-notification-content/schema/type"],
            reversed: &["trigger-notification-content-changed"],
            ..Example::BASE
        },
        Example {
            snippet: Snippet::Paths,
            before: r#"
{ "/hooks": {
    "x-ms-notification-content": { "schema": { "type": "object", "properties": { "id": { "type": "string" } } } },
    "post": { "operationId": "OnItem", "x-ms-trigger": "single", "responses": { "200": { "description": "" } } } } }"#,
            after: r#"
{ "/hooks": {
    "x-ms-notification-content": { "schema": { "type": "object", "properties": { } } },
    "post": { "operationId": "OnItem", "x-ms-trigger": "single", "responses": { "200": { "description": "" } } } } }"#,
            old: &["/~1hooks/x-ms-notification-content/schema/properties/id"],
            new: &[],
            reversed: &["response-property-added"],
            ..Example::BASE
        },
    ],
    ..Check::BASE
};

fn check<'d>(pair: &SchemaPair<'d>, out: &mut Out<'_, 'd>) {
    let (old, new) = (pair.old.kind(), pair.new.kind());
    if old == new {
        let made_explicit = pair.old.declared_kind().is_none() && pair.new.declared_kind() == Some("object");
        if made_explicit && pair.is_request() && !pair.old.properties().is_empty() {
            out.changed(&ADDED, place(&pair.old), place(&pair.new), "the type `object` is written out now").at("type");
        }
        return;
    }
    // What a reference that leads nowhere would be is not known; that it does is a change of its own.
    if pair.old.is_broken() || pair.new.is_broken() {
        return;
    }
    if (pair.is_request() && pair.is_read_only()) || list_move(pair).is_some() {
        return;
    }
    let check = if pair.is_request() { request(pair.role, old, new) } else { Some(response(pair.role, old, new)) };
    let Some(check) = check else { return };
    let shown = |kind: Option<&str>| kind.map_or_else(|| "any".to_owned(), quoted);
    let message = format!("the type is {} now, not {}", shown(new), shown(old));
    let (one, two) = (old.unwrap_or_default(), new.unwrap_or_default());
    out.changed(check, place(&pair.old), place(&pair.new), message).at("type").values(one, two);
}

/// What the change means for what callers send; `None` where it only widens what nobody names.
fn request(role: Role, old: Option<&str>, new: Option<&str>) -> Option<&'static Check> {
    let in_text = role == Role::ParameterItems;
    let is_wider = match (old, new) {
        (_, None) | (Some("integer"), Some("number")) => true,
        (Some("integer" | "number" | "boolean"), Some("string")) => in_text,
        _ => false,
    };
    Some(match (role, old, new) {
        (Role::ParameterItems, ..) => return (!is_wider).then_some(&PARAMETER_ITEMS),
        _ if is_wider => &WIDENED,
        (Role::MapValue, ..) => &SCHEMA_NARROWED,
        (_, None, _) => &SET,
        (Role::Body, ..) => &BODY,
        (_, Some("integer" | "number" | "boolean"), Some("string")) => &TO_STRING,
        _ => &NARROWED,
    })
}

/// What the change means for what callers read.
fn response(role: Role, old: Option<&str>, new: Option<&str>) -> &'static Check {
    match (role, old, new) {
        // What was promised nothing about promises something now.
        (_, Some("number"), Some("integer")) | (_, None, Some(_)) => &RESPONSE_NARROWED,
        (Role::Notification, ..) => &NOTIFICATION,
        (Role::Response, ..) => &RESPONSE_BODY,
        (Role::Items, ..) => &ITEM,
        (Role::MapValue, ..) => &MAP_VALUE,
        (_, _, None) => &RESPONSE_DROPPED,
        _ => &RESPONSE_CHANGED,
    }
}

/// Where the type stands, or the schema that does not say it.
fn place<'d>(shape: &Shape<'d>) -> backshell_source::Node<'d> {
    shape.get("type").unwrap_or(shape.node())
}
