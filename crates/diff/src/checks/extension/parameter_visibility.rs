use crate::check::{Check, Direction, Example, Family, Object, Snippet, Verdict, Visit};
use crate::out::Entry;
use crate::schema_pair::SchemaPair;
use crate::shape::Shape;
use crate::view::{BodyPair, ParameterPair};
use crate::{Out, quoted};
use backshell_package::{Parameter, Visibility, truth};
use backshell_source::{Node, escape_token};

pub(crate) static FAMILY: Family = Family {
    checks: &[&WITH_DEFAULT, &REQUIRED, &OPTIONAL, &LOWERED],
    visits: &[Visit::Parameter(check), Visit::Body(check_body), Visit::EverySchema(check_properties)],
};

static WITH_DEFAULT: Check = Check {
    id: "parameter-made-internal-with-default",
    object: Object::Extension,
    direction: Direction::Request,
    verdict: Verdict::Warning,
    what: "An input that has a default is hidden from makers.",
    why: "Whatever makers chose is replaced by the default when they save the step again.",
    instead: "show the input among the advanced ones instead",
    examples: &[
        Example {
            snippet: Snippet::Parameter,
            before: r#"{ "name": "limit", "in": "query", "type": "integer", "default": 10 }"#,
            after: r#"{ "name": "limit", "in": "query", "type": "integer", "default": 10, "x-ms-visibility": "internal" }"#,
            old: &[""],
            new: &["/x-ms-visibility"],
            reversed: &["parameter-visibility-lowered"],
            ..Example::BASE
        },
        Example {
            snippet: Snippet::Parameter,
            before: r#"{ "name": "limit", "in": "query", "type": "integer", "default": 10, "required": true, "x-ms-visibility": "advanced" }"#,
            after: r#"{ "name": "limit", "in": "query", "type": "integer", "default": 10, "required": true, "x-ms-visibility": "internal" }"#,
            old: &["/x-ms-visibility"],
            new: &["/x-ms-visibility"],
            reversed: &["parameter-visibility-lowered"],
            ..Example::BASE
        },
    ],
    ..Check::BASE
};

static REQUIRED: Check = Check {
    id: "parameter-made-internal-required-no-default",
    object: Object::Extension,
    direction: Direction::Request,
    verdict: Verdict::Breaking,
    what: "An input that must be given and has no default is hidden from makers.",
    why: "Nobody can give it any more, and nothing else does.",
    instead: "leave the input visible, or give it a default",
    examples: &[
        Example {
            snippet: Snippet::Parameter,
            before: r#"{ "name": "limit", "in": "query", "type": "integer", "required": true }"#,
            after: r#"{ "name": "limit", "in": "query", "type": "integer", "required": true, "x-ms-visibility": "internal" }"#,
            old: &[""],
            new: &["/x-ms-visibility"],
            reversed: &["parameter-visibility-lowered"],
            ..Example::BASE
        },
        Example {
            snippet: Snippet::Body,
            before: r#"{ "required": ["p"], "properties": { "p": { "type": "string" } } }"#,
            after: r#"{ "required": ["p"], "properties": { "p": { "type": "string", "x-ms-visibility": "internal" } } }"#,
            old: &["/properties/p"],
            new: &["/properties/p/x-ms-visibility"],
            reversed: &["parameter-visibility-lowered"],
            ..Example::BASE
        },
    ],
    ..Check::BASE
};

static OPTIONAL: Check = Check {
    id: "parameter-made-internal-optional",
    object: Object::Extension,
    direction: Direction::Request,
    verdict: Verdict::Warning,
    what: "An input that may be left out and has no default is hidden from makers.",
    why: "What a step holds for it may be lost when the step is saved again.",
    instead: "show the input among the advanced ones instead",
    examples: &[Example {
        snippet: Snippet::Parameter,
        before: r#"{ "name": "limit", "in": "query", "type": "integer" }"#,
        after: r#"{ "name": "limit", "in": "query", "type": "integer", "x-ms-visibility": "internal" }"#,
        old: &[""],
        new: &["/x-ms-visibility"],
        reversed: &["parameter-visibility-lowered"],
        ..Example::BASE
    }],
    ..Check::BASE
};

static LOWERED: Check = Check {
    id: "parameter-visibility-lowered",
    object: Object::Extension,
    direction: Direction::Request,
    verdict: Verdict::Compatible,
    what: "An input is shown in another group, or is no longer hidden.",
    why: "Only the order changes in which makers see inputs.",
    instead: "nothing needs to be done",
    examples: &[
        Example {
            snippet: Snippet::Parameter,
            before: r#"{ "name": "limit", "in": "query", "type": "integer", "x-ms-visibility": "important" }"#,
            after: r#"{ "name": "limit", "in": "query", "type": "integer", "x-ms-visibility": "advanced" }"#,
            old: &["/x-ms-visibility"],
            new: &["/x-ms-visibility"],
            reversed: &["parameter-visibility-lowered"],
            ..Example::BASE
        },
        Example {
            snippet: Snippet::Parameter,
            before: r#"{ "name": "limit", "in": "query", "type": "integer", "x-ms-visibility": "internal" }"#,
            after: r#"{ "name": "limit", "in": "query", "type": "integer" }"#,
            old: &["/x-ms-visibility"],
            new: &[""],
            reversed: &["parameter-made-internal-optional"],
            ..Example::BASE
        },
    ],
    ..Check::BASE
};

fn check<'d>(pair: &ParameterPair<'d>, out: &mut Out<'_, 'd>) {
    compare_parameters(pair.old, pair.new, out);
}

fn check_body<'d>(pair: &BodyPair<'d>, out: &mut Out<'_, 'd>) {
    if let (Some(old), Some(new)) = (pair.old, pair.new) {
        compare_parameters(old, new, out);
    }
}

fn compare_parameters<'d>(old: Parameter<'d>, new: Parameter<'d>, out: &mut Out<'_, 'd>) {
    let sides = (Shape::of(old.node), Shape::of(new.node));
    compare(&sides, new.required, &format!("the parameter {}", quoted(new.name)), out);
}

/// To makers the properties of a body are inputs like parameters.
fn check_properties<'d>(pair: &SchemaPair<'d>, out: &mut Out<'_, 'd>) {
    if !pair.is_request() {
        return;
    }
    for (old, new) in pair.properties.kept() {
        let sides = (Shape::of(old.node), Shape::of(new.node));
        if !sides.1.is_true("readOnly") {
            let entry = compare(&sides, new.required, &format!("the property {}", quoted(new.name)), out);
            entry.map(|entry| entry.at(format!("{}/x-ms-visibility", escape_token(new.name))));
        }
    }
}

fn compare<'o, 'd>(
    (old, new): &(Shape<'d>, Shape<'d>),
    required: bool,
    what: &str,
    out: &'o mut Out<'_, 'd>,
) -> Option<Entry<'o, 'd>> {
    let visibility = |shape: &Shape<'d>| {
        let holder = shape.get("x-ms-visibility").and_then(Node::parent);
        match holder.map_or(Visibility::Normal, Visibility::of) {
            // Clients treat words that they do not know like none.
            Visibility::Other => Visibility::Normal,
            known => known,
        }
    };
    let (was, is) = (visibility(old), visibility(new));
    // The callback address of a webhook is for clients to fill in, hidden as it should be.
    let is_callback = new.get("x-ms-notification-url").and_then(truth) == Some(true);
    if was == is || (is_callback && is == Visibility::Internal) {
        return None;
    }
    let has_default = new.get("default").is_some();
    let (check, message) = match (is, has_default, required) {
        (Visibility::Internal, true, _) => {
            (&WITH_DEFAULT, format!("{what} is hidden now; its default is what is sent"))
        }
        (Visibility::Internal, false, true) => (&REQUIRED, format!("{what} is hidden now, but must be given")),
        (Visibility::Internal, false, false) => (&OPTIONAL, format!("{what} is hidden now")),
        _ if was == Visibility::Internal => (&LOWERED, format!("{what} is no longer hidden")),
        _ => (&LOWERED, format!("{what} is shown in another group")),
    };
    let place = |shape: &Shape<'d>| shape.get("x-ms-visibility").unwrap_or_else(|| shape.node());
    Some(out.changed(check, place(old), place(new), message))
}
