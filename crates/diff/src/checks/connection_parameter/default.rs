use crate::check::{Check, Direction, Example, Family, Object, Snippet, Verdict, Visit};
use crate::connections;
use crate::view::{ConnectionParameterPair, PackagePair};
use crate::{Out, quoted};

pub(crate) static FAMILY: Family =
    Family { checks: &[&CHANGED], visits: &[Visit::ConnectionParameter(check), Visit::Package(check_moved)] };

static CHANGED: Check = Check {
    id: "connection-parameter-default-changed",
    object: Object::ConnectionParameter,
    direction: Direction::Request,
    verdict: Verdict::Warning,
    what: "A connection parameter has another default, gets one, or loses it.",
    why: "Connections that left the value out may reach another place from now on.",
    instead: "keep the default, and name the new value in the description",
    examples: &[
        Example {
            snippet: Snippet::ConnectionParameters,
            before: r#"{ "region": { "type": "string", "defaultValue": "eu" } }"#,
            after: r#"{ "region": { "type": "string", "defaultValue": "us" } }"#,
            old: &["/region/defaultValue"],
            new: &["/region/defaultValue"],
            reversed: &["connection-parameter-default-changed"],
            ..Example::BASE
        },
        Example {
            snippet: Snippet::ConnectionParameters,
            before: r#"{ "region": { "type": "string" } }"#,
            after: r#"{ "region": { "type": "string", "defaultValue": "us" } }"#,
            old: &["/region"],
            new: &["/region/defaultValue"],
            reversed: &["connection-parameter-default-changed"],
            ..Example::BASE
        },
    ],
    ..Check::BASE
};

fn check_moved<'d>(package: &PackagePair<'d>, out: &mut Out<'_, 'd>) {
    connections::visit_moved(package, out, check);
}

fn check<'d>(pair: &ConnectionParameterPair<'d>, out: &mut Out<'_, 'd>) {
    let (old, new) = (&pair.old, &pair.new);
    let same = match (old.default, new.default) {
        (Some(one), Some(two)) => one.json_eq(two),
        (one, two) => one.or(two).is_none_or(backshell_source::Node::is_null),
    };
    if !same {
        let message = format!("the connection parameter {} has another default", quoted(new.name));
        out.changed(&CHANGED, old.default.unwrap_or(old.node), new.default.unwrap_or(new.node), message);
    }
}
