use crate::check::{Check, Direction, Example, Family, Object, Snippet, Verdict, Visit};
use crate::connections;
use crate::view::{ConnectionParameterPair, PackagePair};
use crate::{Out, quoted};
use backshell_source::Node;

pub(crate) static FAMILY: Family =
    Family { checks: &[&CHANGED], visits: &[Visit::ConnectionParameter(check), Visit::Package(check_moved)] };

static CHANGED: Check = Check {
    id: "connection-parameter-label-changed",
    object: Object::ConnectionParameter,
    direction: Direction::Request,
    verdict: Verdict::Compatible,
    what: "The name, description, tooltip or position of a connection parameter in the form changes.",
    why: "Users see it when they make a connection; what is stored stays.",
    instead: "nothing needs to be done",
    is_patch: true,
    examples: &[
        Example {
            snippet: Snippet::ConnectionParameters,
            before: r#"{ "tenant": { "type": "string", "uiDefinition": { "displayName": "Tenant" } } }"#,
            after: r#"{ "tenant": { "type": "string", "uiDefinition": { "displayName": "Your tenant" } } }"#,
            old: &["/tenant/uiDefinition/displayName"],
            new: &["/tenant/uiDefinition/displayName"],
            reversed: &["connection-parameter-label-changed"],
            ..Example::BASE
        },
        Example {
            snippet: Snippet::ConnectionParameters,
            before: r#"{ "tenant": { "type": "string" } }"#,
            after: r#"{ "tenant": { "type": "string", "uiDefinition": { "constraints": { "tabIndex": 2 } } } }"#,
            old: &["/tenant"],
            new: &["/tenant/uiDefinition/constraints/tabIndex"],
            reversed: &["connection-parameter-label-changed"],
            ..Example::BASE
        },
    ],
    ..Check::BASE
};

const LABELS: [&[&str]; 6] = [
    &["displayName"],
    &["description"],
    &["tooltip"],
    &["tabIndex"],
    &["constraints", "tabIndex"],
    &["schema", "description"],
];

fn check_moved<'d>(package: &PackagePair<'d>, out: &mut Out<'_, 'd>) {
    connections::visit_moved(package, out, check);
}

fn check<'d>(pair: &ConnectionParameterPair<'d>, out: &mut Out<'_, 'd>) {
    for label in LABELS {
        let find = |node: Node<'d>| {
            let mut steps = ["uiDefinition"].iter().chain(label);
            steps.try_fold(node, |node, name| node.get_ignore_case(name))
        };
        let (old, new) = (find(pair.old.node), find(pair.new.node));
        let same = match (old, new) {
            (Some(one), Some(two)) => one.json_eq(two),
            (one, two) => one.is_none() && two.is_none(),
        };
        if !same {
            let label = label.join(".");
            let message = format!("the connection parameter {} has another `{label}`", quoted(pair.new.name));
            out.changed(&CHANGED, old.unwrap_or(pair.old.node), new.unwrap_or(pair.new.node), message)
                .at(format!("{}/{label}", connections::locus(pair.set, pair.old.name)));
        }
    }
}
