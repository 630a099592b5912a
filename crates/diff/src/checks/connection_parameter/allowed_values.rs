use crate::check::{Check, Direction, Example, Family, Object, Snippet, Verdict, Visit};
use crate::connections::{self, locus};
use crate::fingerprint::value;
use crate::view::{ConnectionParameterPair, PackagePair};
use crate::{Out, quoted};
use backshell_package::ConnectionParameter;
use backshell_source::Node;
use std::collections::HashSet;

pub(crate) static FAMILY: Family =
    Family { checks: &[&REMOVED, &ADDED], visits: &[Visit::ConnectionParameter(check), Visit::Package(check_moved)] };

static REMOVED: Check = Check {
    id: "connection-parameter-allowed-value-removed",
    object: Object::ConnectionParameter,
    direction: Direction::Request,
    verdict: Verdict::Breaking,
    what: "A connection parameter no longer allows a value, or gets a closed list where any value was allowed.",
    why: "Connections that hold a value outside the list fail.",
    instead: "go on accepting the value, under another text if its name is out of date",
    examples: &[
        Example {
            snippet: Snippet::ConnectionParameters,
            before: r#"{ "region": { "type": "string", "allowedValues": [{ "value": "eu" }, { "value": "us" }] } }"#,
            after: r#"{ "region": { "type": "string", "allowedValues": [{ "value": "eu" }] } }"#,
            old: &["/region/allowedValues/1/value"],
            new: &["/region/allowedValues"],
            reversed: &["connection-parameter-allowed-value-added"],
            ..Example::BASE
        },
        Example {
            snippet: Snippet::ConnectionParameters,
            before: r#"{ "region": { "type": "string" } }"#,
            after: r#"{ "region": { "type": "string", "uiDefinition": { "constraints": { "allowedValues": [{ "text": "EU", "value": "eu" }] } } } }"#,
            old: &["/region"],
            new: &["/region/uiDefinition/constraints/allowedValues"],
            reversed: &["connection-parameter-allowed-value-added"],
            ..Example::BASE
        },
    ],
    ..Check::BASE
};

static ADDED: Check = Check {
    id: "connection-parameter-allowed-value-added",
    object: Object::ConnectionParameter,
    direction: Direction::Request,
    verdict: Verdict::Compatible,
    what: "A connection parameter allows another value, or loses its closed list.",
    why: "Every value that was stored is still allowed.",
    instead: "nothing needs to be done",
    examples: &[Example {
        snippet: Snippet::ConnectionParameters,
        before: r#"{ "region": { "type": "string", "allowedValues": [{ "value": "eu" }] } }"#,
        after: r#"{ "region": { "type": "string", "allowedValues": [{ "value": "us" }, { "value": "eu" }] } }"#,
        old: &["/region/allowedValues"],
        new: &["/region/allowedValues/0/value"],
        reversed: &["connection-parameter-allowed-value-removed"],
        ..Example::BASE
    }],
    ..Check::BASE
};

fn check_moved<'d>(package: &PackagePair<'d>, out: &mut Out<'_, 'd>) {
    connections::visit_moved(package, out, check);
}

fn check<'d>(pair: &ConnectionParameterPair<'d>, out: &mut Out<'_, 'd>) {
    let (old, new) = (&pair.old, &pair.new);
    let name = quoted(new.name);
    let place = |value: &str| format!("{}/allowedValues/{value}", locus(pair.set, old.name));
    match (old.allowed_values.is_empty(), new.allowed_values.is_empty()) {
        (true, true) => {}
        (true, false) => {
            let message = format!("the connection parameter {name} allows the values of a list only");
            out.changed(&REMOVED, list(old), list(new), message).at(place("")).values("any", "");
        }
        (false, true) => {
            let message = format!("the connection parameter {name} allows any value now");
            out.changed(&ADDED, list(old), list(new), message).at(place("")).values("", "any");
        }
        (false, false) => {
            for node in lacking(old, new) {
                let text = value(Some(node));
                let message = format!("the connection parameter {name} no longer allows {}", quoted(&text));
                out.changed(&REMOVED, node, list(new), message).at(place(&text)).values(text, "");
            }
            for node in lacking(new, old) {
                let text = value(Some(node));
                let message = format!("the connection parameter {name} allows {} as well", quoted(&text));
                out.changed(&ADDED, list(old), node, message).at(place(&text)).values("", text);
            }
        }
    }
}

fn list<'d>(parameter: &ConnectionParameter<'d>) -> Node<'d> {
    let own = parameter.node.get_ignore_case("allowedValues");
    own.or_else(|| parameter.constraint("allowedValues")).unwrap_or(parameter.node)
}

/// The values that `one` allows and `other` does not.
fn lacking<'d>(one: &ConnectionParameter<'d>, other: &ConnectionParameter<'d>) -> Vec<Node<'d>> {
    let mut seen: HashSet<String> = other.allowed_values.iter().map(|allowed| value(Some(allowed.value))).collect();
    one.allowed_values.iter().map(|allowed| allowed.value).filter(|node| seen.insert(value(Some(*node)))).collect()
}
