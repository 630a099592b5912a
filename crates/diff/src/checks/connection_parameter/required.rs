use crate::check::{Check, Direction, Example, Family, Object, Snippet, Verdict, Visit};
use crate::connections;
use crate::view::{ConnectionParameterPair, PackagePair};
use crate::{Out, quoted};

pub(crate) static FAMILY: Family =
    Family { checks: &[&BECAME_REQUIRED], visits: &[Visit::ConnectionParameter(check), Visit::Package(check_moved)] };

static BECAME_REQUIRED: Check = Check {
    id: "connection-parameter-became-required",
    object: Object::ConnectionParameter,
    direction: Direction::Request,
    verdict: Verdict::Breaking,
    what: "A connection parameter that could be left out must be given.",
    why: "Connections that were made without it fail.",
    instead: "leave the parameter optional",
    examples: &[Example {
        snippet: Snippet::ConnectionParameters,
        before: r#"{ "tenant": { "type": "string", "uiDefinition": { "constraints": { "required": "false" } } } }"#,
        after: r#"{ "tenant": { "type": "string", "uiDefinition": { "constraints": { "required": "true" } } } }"#,
        old: &["/tenant/uiDefinition/constraints/required"],
        new: &["/tenant/uiDefinition/constraints/required"],
        reversed: &[],
        ..Example::BASE
    }],
    ..Check::BASE
};

fn check_moved<'d>(package: &PackagePair<'d>, out: &mut Out<'_, 'd>) {
    connections::visit_moved(package, out, check);
}

fn check<'d>(pair: &ConnectionParameterPair<'d>, out: &mut Out<'_, 'd>) {
    let (old, new) = (&pair.old, &pair.new);
    if !old.required && new.required {
        let message = format!("the connection parameter {} must be given now", quoted(new.name));
        let (one, two) = (old.constraint("required"), new.constraint("required"));
        out.changed(&BECAME_REQUIRED, one.unwrap_or(old.node), two.unwrap_or(new.node), message);
    }
}
