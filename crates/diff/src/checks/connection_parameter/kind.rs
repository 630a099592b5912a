use crate::check::{Check, Direction, Example, Family, Object, Snippet, Verdict, Visit};
use crate::connections;
use crate::view::{ConnectionParameterPair, PackagePair};
use crate::{Out, quoted};
use backshell_package::{ConnectionParameter, ConnectionParameterKind, truth};

pub(crate) static FAMILY: Family = Family {
    checks: &[&TYPE_CHANGED, &SECURE_TO_PLAIN, &PLAIN_TO_SECURE],
    visits: &[Visit::ConnectionParameter(check), Visit::Package(check_moved)],
};

static TYPE_CHANGED: Check = Check {
    id: "connection-parameter-type-changed",
    object: Object::ConnectionParameter,
    direction: Direction::Request,
    verdict: Verdict::Breaking,
    what: "A connection parameter has another type.",
    why: "What stored connections hold is not of that type.",
    instead: "keep the type, and add another parameter that is optional",
    examples: &[
        Example {
            snippet: Snippet::ConnectionParameters,
            before: r#"{ "port": { "type": "string" } }"#,
            after: r#"{ "port": { "type": "int" } }"#,
            old: &["/port/type"],
            new: &["/port/type"],
            reversed: &["connection-parameter-type-changed"],
            ..Example::BASE
        },
        Example {
            snippet: Snippet::Properties,
            before: r#"{ "properties": { "connectionParameters": { "port": { "type": "string" } } } }"#,
            after: r#"{ "properties": { "connectionParameterSets": { "values": [{ "name": "a", "parameters": { "port": { "type": "int" } } }] } } }"#,
            old: &["/properties/connectionParameters/port/type"],
            new: &["/properties/connectionParameterSets/values/0/parameters/port/type"],
            reversed: &["connection-set-removed"],
            ..Example::BASE
        },
    ],
    ..Check::BASE
};

static SECURE_TO_PLAIN: Check = Check {
    id: "connection-parameter-secure-to-plain",
    object: Object::ConnectionParameter,
    direction: Direction::Request,
    verdict: Verdict::Breaking,
    what: "A secret connection parameter becomes plain text, or is shown while it is typed.",
    why: "What users stored as a secret can be read.",
    instead: "leave the parameter a `securestring` and `clearText` false",
    examples: &[
        Example {
            snippet: Snippet::ConnectionParameters,
            before: r#"{ "password": { "type": "securestring" } }"#,
            after: r#"{ "password": { "type": "string" } }"#,
            old: &["/password/type"],
            new: &["/password/type"],
            reversed: &["connection-parameter-plain-to-secure"],
            ..Example::BASE
        },
        Example {
            snippet: Snippet::ConnectionParameters,
            before: r#"{ "password": { "type": "securestring", "uiDefinition": { "constraints": { "clearText": false } } } }"#,
            after: r#"{ "password": { "type": "securestring", "uiDefinition": { "constraints": { "clearText": true } } } }"#,
            old: &["/password/uiDefinition/constraints/clearText"],
            new: &["/password/uiDefinition/constraints/clearText"],
            reversed: &[],
            ..Example::BASE
        },
    ],
    ..Check::BASE
};

static PLAIN_TO_SECURE: Check = Check {
    id: "connection-parameter-plain-to-secure",
    object: Object::ConnectionParameter,
    direction: Direction::Request,
    verdict: Verdict::Warning,
    what: "A connection parameter of plain text becomes a secret.",
    why: "It is safer, but the value must be entered again when the connection is edited.",
    instead: "tell users that they may have to enter the value again",
    examples: &[Example {
        snippet: Snippet::ConnectionParameters,
        before: r#"{ "password": { "type": "string" } }"#,
        after: r#"{ "password": { "type": "SecureString" } }"#,
        old: &["/password/type"],
        new: &["/password/type"],
        reversed: &["connection-parameter-secure-to-plain"],
        ..Example::BASE
    }],
    ..Check::BASE
};

fn check_moved<'d>(package: &PackagePair<'d>, out: &mut Out<'_, 'd>) {
    connections::visit_moved(package, out, check);
}

fn check<'d>(pair: &ConnectionParameterPair<'d>, out: &mut Out<'_, 'd>) {
    use ConnectionParameterKind::{SecureString, String};
    let (old, new) = (&pair.old, &pair.new);
    let name = quoted(new.name);
    let place = |parameter: &ConnectionParameter<'d>| parameter.node.get_ignore_case("type").unwrap_or(parameter.node);
    if old.kind != new.kind {
        let (check, message) = match (old.kind, new.kind) {
            (SecureString, String) => {
                (&SECURE_TO_PLAIN, format!("the secret connection parameter {name} is plain text now"))
            }
            (String, SecureString) => (&PLAIN_TO_SECURE, format!("the connection parameter {name} is a secret now")),
            (one, two) => {
                let (one, two) = (quoted(word(one)), quoted(word(two)));
                (&TYPE_CHANGED, format!("the connection parameter {name} has the type {two} now, not {one}"))
            }
        };
        out.changed(check, place(old), place(new), message);
    }
    let shown = |parameter: &ConnectionParameter<'d>| {
        parameter.constraint("clearText").filter(|node| truth(*node) == Some(true))
    };
    if let (true, true, None, Some(node)) = (old.is_secret(), new.is_secret(), shown(old), shown(new)) {
        let message = format!("the secret connection parameter {name} is shown while it is typed");
        out.changed(&SECURE_TO_PLAIN, old.constraint("clearText").unwrap_or(old.node), node, message);
    }
}

const fn word(kind: ConnectionParameterKind<'_>) -> &str {
    match kind {
        ConnectionParameterKind::String => "string",
        ConnectionParameterKind::SecureString => "securestring",
        ConnectionParameterKind::OAuth => "oauthSetting",
        ConnectionParameterKind::Gateway => "gatewaySetting",
        ConnectionParameterKind::Int => "int",
        ConnectionParameterKind::Bool => "bool",
        ConnectionParameterKind::Other(word) => word,
    }
}
