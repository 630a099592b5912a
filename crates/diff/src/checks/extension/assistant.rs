use crate::check::{Check, Direction, Example, Family, Object, Snippet, Verdict, Visit};
use crate::view::{OperationPair, PackagePair};
use crate::{Out, quoted};
use backshell_package::truth;
use backshell_source::Node;

pub(crate) static FAMILY: Family =
    Family { checks: &[&REMOVED], visits: &[Visit::Package(check_connector), Visit::Operation(check_operation)] };

static REMOVED: Check = Check {
    id: "assistant-metadata-changed",
    object: Object::Extension,
    direction: Direction::Both,
    verdict: Verdict::Warning,
    what: "What tells assistants about the connector or an operation is gone: an `x-ms-openai-...` member, a part of the \
           manifest, an operation in its list, or the word that enables it.",
    why: "Assistants that used the tool do not find it any more.",
    instead: "keep what assistants are told",
    examples: &[
        Example {
            before: r#"{ "x-ms-openai-manifest": { "humanName": "Items", "legalUrl": "https://example.com" }, "paths": {} }"#,
            after: r#"{ "x-ms-openai-manifest": { "humanName": "Items" }, "paths": {} }"#,
            old: &["/x-ms-openai-manifest/legalUrl"],
            new: &["/x-ms-openai-manifest"],
            reversed: &[],
            ..Example::BASE
        },
        Example {
            snippet: Snippet::Operation,
            before: r#"{ "x-ms-openai-data": { "openai-enabled": true } }"#,
            after: r#"{ "x-ms-openai-data": { "openai-enabled": false } }"#,
            old: &["/x-ms-openai-data/openai-enabled"],
            new: &["/x-ms-openai-data/openai-enabled"],
            reversed: &[],
            ..Example::BASE
        },
        Example {
            snippet: Snippet::Operation,
            before: r#"{ "x-ms-openai-data": { "openai-enabled": true, "operations": [{ "operationId": "SetItem" }] } }"#,
            after: r#"{ "x-ms-openai-data": { "openai-enabled": true, "operations": [] } }"#,
            old: &["/x-ms-openai-data/operations/0"],
            new: &["/x-ms-openai-data/operations"],
            reversed: &[],
            ..Example::BASE
        },
        Example {
            snippet: Snippet::Operation,
            before: r#"{ "x-ms-openai-data": { "openai-enabled": true } }"#,
            after: r"{}",
            old: &["/x-ms-openai-data"],
            new: &[""],
            reversed: &[],
            ..Example::BASE
        },
    ],
    ..Check::BASE
};

fn check_connector<'d>(package: &PackagePair<'d>, out: &mut Out<'_, 'd>) {
    let (Some(old), Some(new)) = (package.old.swagger, package.new.swagger) else { return };
    compare(old.node(), new.node(), out);
    if let (Some(old), Some(new)) = (old.info(), new.info()) {
        compare(old, new, out);
    }
}

fn check_operation<'d>(pair: &OperationPair<'d>, out: &mut Out<'_, 'd>) {
    compare(pair.old.node(), pair.new.node(), out);
}

fn compare<'d>(old: Node<'d>, new: Node<'d>, out: &mut Out<'_, 'd>) {
    for member in old.members().filter(|member| !member.shadowed && is_for_assistants(member.key)) {
        let (key, one) = (member.key, member.value);
        let Some(two) = new.get(key) else {
            let message = format!("{}, which assistants read, is gone", quoted(key));
            out.changed(&REMOVED, one, new, message).at(key);
            continue;
        };
        for part in one.members().filter(|part| !part.shadowed) {
            let (name, place) = (part.key, format!("{key}/{}", part.key));
            match two.get(name) {
                None => {
                    let message = format!("{} of {}, which assistants read, is gone", quoted(name), quoted(key));
                    out.changed(&REMOVED, part.value, two, message).at(place);
                }
                Some(after) if truth(part.value) == Some(true) && truth(after) == Some(false) => {
                    let message = format!("{} is off: assistants do not offer the tool any more", quoted(name));
                    out.changed(&REMOVED, part.value, after, message).at(place);
                }
                Some(after) => items(part.value, after, &place, out),
            }
        }
        items(one, two, key, out);
    }
}

/// What is on the list of the old version and not on that of the new one.
fn items<'d>(old: Node<'d>, new: Node<'d>, place: &str, out: &mut Out<'_, 'd>) {
    let name = |node: Node<'d>| node.get("operationId").unwrap_or(node).as_str();
    let left: std::collections::HashSet<&str> = new.items().filter_map(name).collect();
    for (item, name) in old.items().filter_map(|item| Some((item, name(item)?))) {
        if !left.contains(name) {
            let message = format!("{} is not on the list that assistants read any more", quoted(name));
            out.changed(&REMOVED, item, new, message).at(format!("{place}/{name}")).values(name, "");
        }
    }
}

fn is_for_assistants(key: &str) -> bool {
    ["x-ms-openai", "x-openai", "x-ms-copilot", "x-ms-ai-"].iter().any(|prefix| key.starts_with(prefix))
}
