use crate::check::{Check, Direction, Example, Family, Object, Snippet, Verdict, Visit};
use crate::connections::{self, locus};
use crate::view::PackagePair;
use crate::{Out, quoted};

pub(crate) static FAMILY: Family =
    Family { checks: &[&REQUIRED_ADDED, &OPTIONAL_ADDED, &REMOVED, &RENAMED], visits: &[Visit::Package(check)] };

static REQUIRED_ADDED: Check = Check {
    id: "connection-parameter-required-added",
    object: Object::ConnectionParameter,
    direction: Direction::Request,
    verdict: Verdict::Breaking,
    what: "A new connection parameter must be given, and has no default.",
    why: "Connections made before do not have the value; each user must make a new one.",
    instead: "make the parameter optional, or give it a default that keeps the old behaviour",
    examples: &[Example {
        snippet: Snippet::ConnectionParameters,
        before: r"{}",
        after: r#"{ "tenant": { "type": "string", "uiDefinition": { "constraints": { "required": "true" } } } }"#,
        new: &["/tenant"],
        reversed: &["connection-parameter-removed"],
        ..Example::BASE
    }],
    ..Check::BASE
};

static OPTIONAL_ADDED: Check = Check {
    id: "connection-parameter-optional-added",
    object: Object::ConnectionParameter,
    direction: Direction::Request,
    verdict: Verdict::Compatible,
    what: "A new connection parameter may be left out, or has a default.",
    why: "Connections made before stay valid.",
    instead: "nothing needs to be done",
    examples: &[
        Example {
            snippet: Snippet::ConnectionParameters,
            before: r"{}",
            after: r#"{ "tenant": { "type": "string" } }"#,
            new: &["/tenant"],
            reversed: &["connection-parameter-removed"],
            ..Example::BASE
        },
        Example {
            snippet: Snippet::ConnectionParameters,
            before: r"{}",
            after: r#"{ "region": { "type": "string", "defaultValue": "eu", "uiDefinition": { "constraints": { "required": true } } } }"#,
            new: &["/region"],
            reversed: &["connection-parameter-removed"],
            ..Example::BASE
        },
    ],
    ..Check::BASE
};

static REMOVED: Check = Check {
    id: "connection-parameter-removed",
    object: Object::ConnectionParameter,
    direction: Direction::Request,
    verdict: Verdict::Breaking,
    what: "A connection parameter is gone.",
    why: "Policies and host templates that read it get nothing, and what users stored in it is out of reach.",
    instead: "keep the parameter, and hide it where nobody needs to fill it any more",
    examples: &[Example {
        snippet: Snippet::ConnectionParameters,
        before: r#"{ "tenant": { "type": "string" }, "region": { "type": "string" } }"#,
        after: r#"{ "region": { "type": "string" } }"#,
        old: &["/tenant"],
        reversed: &["connection-parameter-optional-added"],
        ..Example::BASE
    }],
    ..Check::BASE
};

static RENAMED: Check = Check {
    id: "connection-parameter-renamed",
    object: Object::ConnectionParameter,
    direction: Direction::Request,
    verdict: Verdict::Breaking,
    what: "A connection parameter has another name and the same definition, or a name in other letter case.",
    why: "The values of stored connections lie under the old name.",
    instead: "keep the name; what users see is `uiDefinition.displayName`",
    examples: &[Example {
        snippet: Snippet::ConnectionParameters,
        before: r#"{ "tenant": { "type": "string" } }"#,
        after: r#"{ "tenantId": { "type": "string" } }"#,
        old: &["/tenant"],
        new: &["/tenantId"],
        reversed: &["connection-parameter-renamed"],
        ..Example::BASE
    }],
    ..Check::BASE
};

fn check<'d>(package: &PackagePair<'d>, out: &mut Out<'_, 'd>) {
    for side in connections::sides(package) {
        for (old, new) in &side.parameters.renamed {
            let message = format!("the connection parameter {} is called {} now", quoted(old.name), quoted(new.name));
            out.changed(&RENAMED, old.node, new.node, message).at(locus(side.set, old.name)).values(old.name, new.name);
        }
        for old in &side.parameters.removed {
            let message = format!("the connection parameter {} is gone", quoted(old.name));
            out.removed(&REMOVED, old.node, message).at(locus(side.set, old.name));
        }
        for new in &side.parameters.added {
            let has_default = new.default.is_some_and(|default| !default.is_null());
            let (check, message) = if new.required && !has_default {
                let message = format!("there is a connection parameter {} that must be given", quoted(new.name));
                (&REQUIRED_ADDED, message)
            } else {
                (&OPTIONAL_ADDED, format!("there is a connection parameter {} now", quoted(new.name)))
            };
            out.added(check, new.node, message).at(locus(side.set, new.name));
        }
    }
}
