use crate::Out;
use crate::check::{Check, Direction, Example, Family, Object, Snippet, Verdict, Visit};
use crate::policies::Operations;
use crate::quoted;
use crate::view::{PackagePair, PropertiesPair};
use backshell_package::{Policy, Properties};
use backshell_source::Node;
use std::collections::HashSet;

pub(crate) static FAMILY: Family = Family { checks: &[&FORWARDED], visits: &[Visit::Package(check)] };

static FORWARDED: Check = Check {
    id: "policy-secret-forwarded",
    object: Object::Policy,
    direction: Direction::Request,
    verdict: Verdict::Breaking,
    what: "A policy starts to put a secret connection parameter into a header, the query, the path or the host of requests.",
    why: "A secret of stored connections reaches a place, and perhaps a party, that it did not reach before.",
    instead: "send secrets through the security definition only",
    examples: &[Example {
        snippet: Snippet::Properties,
        before: r#"{ "properties": { "connectionParameters": { "key": { "type": "securestring" }, "site": { "type": "string" } }, "policyTemplateInstances": [{"templateId": "setheader", "title": "T", "parameters": {"x-ms-apimTemplate-policySection": "Request", "x-ms-apimTemplateParameter.name": "X-A", "x-ms-apimTemplateParameter.value": "@connectionParameters('site')"}}] } }"#,
        after: r#"{ "properties": { "connectionParameters": { "key": { "type": "securestring" }, "site": { "type": "string" } }, "policyTemplateInstances": [{"templateId": "setheader", "title": "T", "parameters": {"x-ms-apimTemplate-policySection": "Request", "x-ms-apimTemplateParameter.name": "X-A", "x-ms-apimTemplateParameter.value": "Key @connectionParameters('key', '')"}}] } }"#,
        new: &["/properties/policyTemplateInstances/0/parameters/x-ms-apimTemplateParameter.value"],
        reversed: &["policy-header-set-changed"],
        ..Example::BASE
    }],
    ..Check::BASE
};

fn check<'d>(package: &PackagePair<'d>, out: &mut Out<'_, 'd>) {
    let Some(properties) = &package.properties else { return };
    let operations = Operations::of(package);
    for Sent { policy, copied, node } in newly_sent(properties) {
        let message = format!("a policy sends the secret connection parameter {} now", quoted(&copied.parameter));
        let mut entry = out.added(&FORWARDED, node, message);
        for operation in operations.concerned(None, Some(&policy)) {
            entry = entry.of(&operation.old);
        }
        entry.at(format!("policy/{}/{}/{}", copied.template, copied.target, copied.parameter));
    }
}

/// The values of policies in which a secret is sent that was not sent there before.
pub(super) fn values_with_secrets<'d>(properties: &PropertiesPair<'d>) -> Vec<Node<'d>> {
    newly_sent(properties).into_iter().map(|sent| sent.node).collect()
}

/// A secret that a policy sends.
struct Sent<'d> {
    policy: Policy<'d>,
    copied: Copied,
    node: Node<'d>,
}

/// The secrets that a policy of the new version sends where none did before.
fn newly_sent<'d>(properties: &PropertiesPair<'d>) -> Vec<Sent<'d>> {
    let secrets = secrets(properties.new);
    if secrets.is_empty() {
        return Vec::new();
    }
    let known: HashSet<Copied> = properties.old.policies().iter().flat_map(copied).map(|(copied, _)| copied).collect();
    let sent = properties.new.policies().into_iter().flat_map(|policy| {
        let values = copied(&policy);
        values.into_iter().map(move |(copied, node)| Sent { policy: policy.clone(), copied, node })
    });
    sent.filter(|sent| secrets.contains(&sent.copied.parameter) && !known.contains(&sent.copied)).collect()
}

/// A connection parameter that a policy reads, and where it puts it; all in lower case.
#[derive(PartialEq, Eq, Hash)]
struct Copied {
    template: String,
    target: String,
    parameter: String,
}

/// The connection parameters that the template parameters of a policy read, with the place of each.
fn copied<'d>(policy: &Policy<'d>) -> Vec<(Copied, Node<'d>)> {
    let target = policy.parameter("name").and_then(Node::as_str).unwrap_or_default();
    let texts = policy.parameters().into_iter().filter_map(|(_, node)| Some((node, node.as_str()?)));
    texts
        .flat_map(|(node, text)| read(text).into_iter().map(move |parameter| (node, parameter)))
        .map(|(node, parameter)| {
            let (template, target) = (policy.template_id.clone(), target.to_ascii_lowercase());
            (Copied { template, target, parameter }, node)
        })
        .collect()
}

/// The names of connection parameters that an expression reads, in lower case.
fn read(text: &str) -> Vec<String> {
    const FUNCTION: &str = "@connectionparameters(";
    let text = text.to_ascii_lowercase();
    let calls = text.split(FUNCTION).skip(1).filter_map(|rest| rest.trim_start().strip_prefix('\''));
    calls.filter_map(|rest| Some(rest.split_once('\'')?.0.to_owned())).collect()
}

/// The names of secret connection parameters, in lower case, those of sets included.
fn secrets(properties: &Properties) -> HashSet<String> {
    let plain = properties.connection_parameters();
    let sets = properties.parameter_sets();
    let all = plain.iter().chain(sets.iter().flat_map(|set| &set.parameters));
    all.filter(|parameter| parameter.is_secret()).map(|parameter| parameter.name.to_ascii_lowercase()).collect()
}
