use crate::check::{Check, Direction, Example, Family, Object, Snippet, Verdict, Visit};
use crate::view::ParameterPair;
use crate::{Out, quoted};
use backshell_package::ParameterLocation;

pub(crate) static FAMILY: Family = Family {
    checks: &[&BECAME_REQUIRED, &BECAME_REQUIRED_WITH_DEFAULT, &BECAME_OPTIONAL],
    visits: &[Visit::Parameter(check)],
};

static BECAME_REQUIRED: Check = Check {
    id: "parameter-became-required",
    object: Object::Parameter,
    direction: Direction::Request,
    verdict: Verdict::Breaking,
    what: "A parameter that could be left out must now be given, and no default that it already had says what leaving it out \
           meant. A default that is new does not count: it need not be what the service took before.",
    why: "Saved steps that left it empty fail at their next run.",
    instead: "leave the parameter optional, or require it in a new operation of the same family",
    examples: &[Example {
        snippet: Snippet::Parameter,
        before: r#"{ "name": "limit", "in": "query", "type": "integer" }"#,
        after: r#"{ "name": "limit", "in": "query", "type": "integer", "required": true }"#,
        old: &[""],
        new: &["/required"],
        reversed: &["parameter-became-optional"],
        ..Example::BASE
    }],
    ..Check::BASE
};

static BECAME_REQUIRED_WITH_DEFAULT: Check = Check {
    id: "parameter-became-required-with-default",
    object: Object::Parameter,
    direction: Direction::Request,
    verdict: Verdict::Warning,
    what: "A parameter that could be left out must now be given, and the default it already had says what leaving it out \
           meant.",
    why: "The default can fill the gap, but a client that checks the contract refuses the old call.",
    instead: "leave the parameter optional: the default already says what its absence means",
    examples: &[Example {
        snippet: Snippet::Parameter,
        before: r#"{ "name": "limit", "in": "query", "type": "integer", "default": 10 }"#,
        after: r#"{ "name": "limit", "in": "query", "type": "integer", "default": 10, "required": true }"#,
        old: &[""],
        new: &["/required"],
        reversed: &["parameter-became-optional"],
        ..Example::BASE
    }],
    ..Check::BASE
};

static BECAME_OPTIONAL: Check = Check {
    id: "parameter-became-optional",
    object: Object::Parameter,
    direction: Direction::Request,
    verdict: Verdict::Compatible,
    what: "A parameter that had to be given can be left out.",
    why: "Old calls stay valid; a canvas app's formula needs a change only when the connector is refreshed there.",
    instead: "nothing needs to be done",
    examples: &[Example {
        snippet: Snippet::Parameter,
        before: r#"{ "name": "limit", "in": "query", "type": "integer", "required": true }"#,
        after: r#"{ "name": "limit", "in": "query", "type": "integer" }"#,
        old: &["/required"],
        new: &[""],
        reversed: &["parameter-became-required"],
        ..Example::BASE
    }],
    ..Check::BASE
};

fn check<'d>(pair: &ParameterPair<'d>, out: &mut Out<'_, 'd>) {
    let (old, new) = (pair.old, pair.new);
    // A path variable must be given whatever it says.
    if old.required == new.required || new.location == ParameterLocation::Path {
        return;
    }
    let place = |parameter: backshell_package::Parameter<'d>| parameter.node.get("required").unwrap_or(parameter.node);
    let name = quoted(new.name);
    let same_default = old.default().zip(new.default()).is_some_and(|(old, new)| old.json_eq(new));
    let (check, message) = if old.required {
        (&BECAME_OPTIONAL, format!("the parameter {name} can be left out now"))
    } else if same_default {
        (&BECAME_REQUIRED_WITH_DEFAULT, format!("the parameter {name} must be given now; its default stays"))
    } else {
        let default = if new.default().is_some() { "; its default is new, too" } else { "" };
        (&BECAME_REQUIRED, format!("the parameter {name} must be given now{default}"))
    };
    out.changed(check, place(old), place(new), message).at("required");
}
