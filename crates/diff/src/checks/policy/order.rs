use crate::Out;
use crate::check::{Check, Direction, Example, Family, Object, Snippet, Verdict, Visit};
use crate::policies;
use crate::policies::PolicyChange;
use crate::view::PackagePair;
use backshell_package::{Policy, PolicySection};
use backshell_source::Node;
use std::collections::{HashMap, HashSet};

pub(crate) static FAMILY: Family = Family { checks: &[&CHANGED], visits: &[Visit::Package(check)] };

static CHANGED: Check = Check {
    id: "policy-order-changed",
    object: Object::Policy,
    direction: Direction::Both,
    verdict: Verdict::Warning,
    what: "Two policies of one section that touch the same header, query parameter, host, path or body have changed places.",
    why: "The later one sees what the earlier one left, so the outcome may differ.",
    instead: "keep the order of the policies",
    examples: &[Example {
        snippet: Snippet::Policies,
        before: r#"[{"templateId": "setheader", "title": "A", "parameters": {"x-ms-apimTemplate-policySection": "Request", "x-ms-apimTemplateParameter.name": "X-A", "x-ms-apimTemplateParameter.value": "1"}}, {"templateId": "setheader", "title": "B", "parameters": {"x-ms-apimTemplate-policySection": "Request", "x-ms-apimTemplateParameter.name": "x-a", "x-ms-apimTemplateParameter.value": "2", "x-ms-apimTemplateParameter.existsAction": "append"}}]"#,
        after: r#"[{"templateId": "setheader", "title": "B", "parameters": {"x-ms-apimTemplate-policySection": "Request", "x-ms-apimTemplateParameter.name": "x-a", "x-ms-apimTemplateParameter.value": "2", "x-ms-apimTemplateParameter.existsAction": "append"}}, {"templateId": "setheader", "title": "A", "parameters": {"x-ms-apimTemplate-policySection": "Request", "x-ms-apimTemplateParameter.name": "X-A", "x-ms-apimTemplateParameter.value": "1"}}]"#,
        old: &["/1"],
        new: &["/0"],
        reversed: &["policy-order-changed"],
        ..Example::BASE
    }],
    ..Check::BASE
};

/// The most policies that touch one thing and are compared with one another.
const MOST: usize = 256;

fn check<'d>(package: &PackagePair<'d>, out: &mut Out<'_, 'd>) {
    let mut groups: HashMap<(PolicySection, String), Vec<PolicyChange<'d>>> = HashMap::new();
    for change in policies::changes(package) {
        let (Some(old), Some(new)) = (&change.old, &change.new) else { continue };
        let section = policies::section(new);
        let was = target(old).filter(|_| policies::section(old) == section);
        if let Some(target) = target(new).filter(|target| was.as_ref() == Some(target)) {
            let group = groups.entry((section, target)).or_default();
            if group.len() < MOST {
                group.push(change);
            }
        }
    }
    let mut moved: Vec<(PolicyChange<'d>, String)> = Vec::new();
    for mut group in groups.into_values() {
        let index = |policy: &Option<Policy<'d>>| policy.as_ref().map(|policy| policy.index);
        group.sort_by_key(|change| index(&change.old));
        let mut later = Vec::new();
        while let Some(change) = group.pop() {
            // Whoever was before it and is behind it now.
            let passed = group.iter().find(|other| index(&other.new) > index(&change.new) && overlap(other, &change));
            match passed.map(PolicyChange::shown) {
                Some(passed) => moved.push((change, passed)),
                None => later.push(change),
            }
        }
    }
    moved.sort_by_key(|(change, _)| change.new.as_ref().map(|policy| policy.index));
    for (change, passed) in moved {
        change.report(out, &CHANGED, format!("the policy {} acts before {passed} now", change.shown()));
    }
}

/// What a policy touches.
fn target(policy: &Policy<'_>) -> Option<String> {
    let text = |name: &str| policy.parameter(name).and_then(Node::as_str).unwrap_or_default();
    Some(match policy.template_id.as_str() {
        "setheader" => format!("header {}", text("name").to_ascii_lowercase()),
        "setqueryparameter" => format!("query {}", text("name")),
        "setvaluefromurl" => format!("value {}", text("parameterTemplate")),
        "routerequesttoendpoint" => "path".to_owned(),
        template if policies::HOST.contains(&template) => "host".to_owned(),
        template if policies::BODY.contains(&template) => "body".to_owned(),
        _ => return None,
    })
}

/// Whether there are operations that both act on.
fn overlap(one: &PolicyChange<'_>, two: &PolicyChange<'_>) -> bool {
    let everywhere = |change: &PolicyChange<'_>| change.new.as_ref().is_some_and(Policy::applies_everywhere);
    let ids = |change: &PolicyChange<'_>| -> HashSet<String> {
        let listed = change.new.iter().flat_map(|policy| policy.operations.iter());
        listed.map(|id| id.to_ascii_lowercase()).collect()
    };
    everywhere(one) || everywhere(two) || !ids(one).is_disjoint(&ids(two))
}
