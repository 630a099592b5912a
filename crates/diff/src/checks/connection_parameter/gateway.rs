use crate::Out;
use crate::check::{Check, Direction, Example, Family, Object, Snippet, Verdict, Visit};
use crate::view::PackagePair;
use backshell_package::Properties;

pub(crate) static FAMILY: Family = Family { checks: &[&CHANGED], visits: &[Visit::Package(check)] };

static CHANGED: Check = Check {
    id: "connection-gateway-capability-changed",
    object: Object::ConnectionParameter,
    direction: Direction::Both,
    verdict: Verdict::Breaking,
    what: "`capabilities` gains or loses the word for the on-premises gateway or for the cloud.",
    why: "Connections through a gateway stop, or are offered although the connector does not support them.",
    instead: "keep both capabilities as they were",
    examples: &[Example {
        snippet: Snippet::Properties,
        before: r#"{ "properties": { "connectionParameters": {}, "capabilities": ["actions", "gateway"] } }"#,
        after: r#"{ "properties": { "connectionParameters": {}, "capabilities": ["actions"] } }"#,
        old: &["/properties/capabilities"],
        new: &["/properties/capabilities"],
        reversed: &["connection-gateway-capability-changed"],
        ..Example::BASE
    }],
    ..Check::BASE
};

fn check<'d>(package: &PackagePair<'d>, out: &mut Out<'_, 'd>) {
    let Some(properties) = &package.properties else { return };
    let place = |properties: &'d Properties| {
        properties.get("capabilities").or_else(|| properties.node()).unwrap_or(properties.document.root())
    };
    for capability in ["gateway", "cloud"] {
        let (one, two) = (has(properties.old, capability), has(properties.new, capability));
        if one != two {
            let verb = if two { "has" } else { "no longer has" };
            let message = format!("the connector {verb} the capability `{capability}`");
            out.changed(&CHANGED, place(properties.old), place(properties.new), message)
                .at(format!("capabilities/{capability}"))
                .values(one.to_string(), two.to_string());
        }
    }
}

/// Whether one of the capabilities begins with the word; `cloud only` is written, too.
fn has(properties: &Properties, word: &str) -> bool {
    properties
        .capabilities()
        .iter()
        .any(|capability| capability.split_whitespace().next().is_some_and(|first| first.eq_ignore_ascii_case(word)))
}
