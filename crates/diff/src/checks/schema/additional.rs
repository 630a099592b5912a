use crate::Out;
use crate::check::{Check, Direction, Example, Family, Object, Snippet, Verdict, Visit};
use crate::facets::is_judged;
use crate::schema_pair::SchemaPair;
use crate::shape::Shape;
use backshell_source::Node;

pub(crate) static FAMILY: Family = Family {
    checks: &[&CLOSED, &OPENED, &SCHEMA_NARROWED, &RESPONSE_REMOVED, &RESPONSE_ADDED],
    visits: &[Visit::Schema(check)],
};

static CLOSED: Check = Check {
    id: "request-additional-closed",
    object: Object::Schema,
    direction: Direction::Request,
    verdict: Verdict::Breaking,
    what: "Keys beside the described properties could be sent, and no longer can.",
    why: "Bodies with such keys are refused.",
    instead: "keep accepting other keys, even if they are ignored",
    examples: &[
        Example {
            snippet: Snippet::Body,
            before: r#"{ "type": "object" }"#,
            after: r#"{ "type": "object", "additionalProperties": false }"#,
            old: &[""],
            new: &["/additionalProperties"],
            reversed: &["request-additional-opened"],
            ..Example::BASE
        },
        Example {
            snippet: Snippet::Body,
            before: r#"{ "type": "object", "additionalProperties": { "type": "string" } }"#,
            after: r#"{ "type": "object", "additionalProperties": false }"#,
            old: &["/additionalProperties"],
            new: &["/additionalProperties"],
            reversed: &["request-additional-opened"],
            ..Example::BASE
        },
    ],
    ..Check::BASE
};

static OPENED: Check = Check {
    id: "request-additional-opened",
    object: Object::Schema,
    direction: Direction::Request,
    verdict: Verdict::Compatible,
    what: "More keys beside the described properties can be sent, or more values in them.",
    why: "Bodies that were accepted still are.",
    instead: "nothing needs to be done",
    examples: &[
        Example {
            snippet: Snippet::Body,
            before: r#"{ "type": "object", "additionalProperties": false }"#,
            after: r#"{ "type": "object", "additionalProperties": true }"#,
            old: &["/additionalProperties"],
            new: &["/additionalProperties"],
            reversed: &["request-additional-closed"],
            ..Example::BASE
        },
        Example {
            snippet: Snippet::Body,
            before: r#"{ "type": "object", "additionalProperties": { "type": "string" } }"#,
            after: r#"{ "type": "object" }"#,
            old: &["/additionalProperties"],
            new: &[""],
            reversed: &["request-additional-schema-narrowed"],
            ..Example::BASE
        },
    ],
    ..Check::BASE
};

pub(super) static SCHEMA_NARROWED: Check = Check {
    id: "request-additional-schema-narrowed",
    object: Object::Schema,
    direction: Direction::Request,
    verdict: Verdict::Breaking,
    what: "The values of keys beside the described properties could be anything, and must follow a schema now.",
    why: "Values that steps have stored need not follow it.",
    instead: "keep accepting any value, or describe the values in a new operation of the same family",
    examples: &[Example {
        snippet: Snippet::Body,
        before: r#"{ "type": "object", "additionalProperties": true }"#,
        after: r#"{ "type": "object", "additionalProperties": { "type": "integer" } }"#,
        old: &["/additionalProperties"],
        new: &["/additionalProperties"],
        reversed: &["request-additional-opened"],
        ..Example::BASE
    }],
    ..Check::BASE
};

static RESPONSE_REMOVED: Check = Check {
    id: "response-additional-removed",
    object: Object::Schema,
    direction: Direction::Response,
    verdict: Verdict::Breaking,
    what: "The schema of further keys is gone from a returned object, or there are no further keys any more.",
    why: "Steps read such keys by name, and nothing promises them now.",
    instead: "keep the schema of the values, and keep returning the keys",
    examples: &[
        Example {
            snippet: Snippet::Response,
            before: r#"{ "type": "object", "additionalProperties": { "type": "string" } }"#,
            after: r#"{ "type": "object" }"#,
            old: &["/additionalProperties"],
            new: &[""],
            reversed: &["response-additional-added"],
            ..Example::BASE
        },
        Example {
            snippet: Snippet::Response,
            before: r#"{ "type": "object" }"#,
            after: r#"{ "type": "object", "additionalProperties": false }"#,
            old: &[""],
            new: &["/additionalProperties"],
            reversed: &["response-additional-added"],
            ..Example::BASE
        },
    ],
    ..Check::BASE
};

static RESPONSE_ADDED: Check = Check {
    id: "response-additional-added",
    object: Object::Schema,
    direction: Direction::Response,
    verdict: Verdict::Compatible,
    what: "A returned object may hold further keys, or says what they hold.",
    why: "Readers take the keys they know.",
    instead: "nothing needs to be done",
    examples: &[Example {
        snippet: Snippet::Response,
        before: r#"{ "type": "object", "additionalProperties": false }"#,
        after: r#"{ "type": "object", "additionalProperties": { "type": "string" } }"#,
        old: &["/additionalProperties"],
        new: &["/additionalProperties"],
        reversed: &["response-additional-removed"],
        ..Example::BASE
    }],
    ..Check::BASE
};

/// What an object allows beside its properties.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Others {
    Anything,
    Described,
    Nothing,
}

fn check<'d>(pair: &SchemaPair<'d>, out: &mut Out<'_, 'd>) {
    let (old, new) = (others(&pair.old), others(&pair.new));
    if !is_judged(pair) {
        return;
    }
    let (check, message) = match (pair.is_request(), old, new) {
        (_, Others::Anything, Others::Anything)
        | (_, Others::Described, Others::Described)
        | (_, Others::Nothing, Others::Nothing) => return,
        (true, _, Others::Nothing) => (&CLOSED, "keys beside the properties are refused now"),
        (true, Others::Anything, Others::Described) => {
            (&SCHEMA_NARROWED, "the values of other keys follow a schema now")
        }
        (true, Others::Nothing, _) => (&OPENED, "keys beside the properties are accepted now"),
        (true, _, Others::Anything) => (&OPENED, "the values of other keys can be anything now"),
        (false, _, Others::Nothing) => (&RESPONSE_REMOVED, "there are no keys beside the properties any more"),
        (false, Others::Nothing, _) => (&RESPONSE_ADDED, "there may be keys beside the properties now"),
        (false, _, Others::Anything) => (&RESPONSE_REMOVED, "nothing says any more what other keys hold"),
        (false, _, Others::Described) => (&RESPONSE_ADDED, "there is a schema now for what other keys hold"),
    };
    let spelled = |others: Others| format!("{others:?}").to_lowercase();
    out.changed(check, place(&pair.old), place(&pair.new), message)
        .at("additionalProperties")
        .values(spelled(old), spelled(new));
}

fn others(shape: &Shape<'_>) -> Others {
    if shape.is_closed() {
        Others::Nothing
    } else if shape.additional_schema().is_some_and(|schema| !schema.is_empty()) {
        Others::Described
    } else {
        Others::Anything
    }
}

fn place<'d>(shape: &Shape<'d>) -> Node<'d> {
    shape.get("additionalProperties").unwrap_or(shape.node())
}
