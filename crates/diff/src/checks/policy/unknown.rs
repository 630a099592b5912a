use crate::Out;
use crate::check::{Check, Direction, Example, Family, Object, Snippet, Verdict, Visit};
use crate::policies;
use crate::quoted;
use crate::view::PackagePair;
use std::collections::HashSet;

pub(crate) static FAMILY: Family = Family { checks: &[&ADDED], visits: &[Visit::Package(check)] };

static ADDED: Check = Check {
    id: "policy-template-unknown",
    object: Object::Policy,
    direction: Direction::Both,
    verdict: Verdict::Breaking,
    what: "A policy appears whose `templateId` is none that the gateway knows.",
    why: "The gateway refuses what it cannot apply, and without it the call is not the one that was tested.",
    instead: "use one of the documented templates",
    examples: &[
        Example {
            snippet: Snippet::Policies,
            before: r"[]",
            after: r#"[{"templateId": "setheaders", "title": "T", "parameters": {"x-ms-apimTemplate-policySection": "Request", "x-ms-apimTemplateParameter.name": "X-A", "x-ms-apimTemplateParameter.value": "1"}}]"#,
            new: &["/0/templateId"],
            reversed: &[],
            ..Example::BASE
        },
        Example {
            snippet: Snippet::Policies,
            before: r#"[{"templateId": "setheader", "title": "T", "parameters": {"x-ms-apimTemplate-policySection": "Request", "x-ms-apimTemplateParameter.name": "X-A", "x-ms-apimTemplateParameter.value": "1"}}]"#,
            after: r#"[{"templateId": "setheaders", "title": "T", "parameters": {"x-ms-apimTemplate-policySection": "Request", "x-ms-apimTemplateParameter.name": "X-A", "x-ms-apimTemplateParameter.value": "1"}}]"#,
            new: &["/0/templateId"],
            also: &["policy-header-set-changed"],
            reversed: &["policy-header-set-changed"],
            ..Example::BASE
        },
    ],
    ..Check::BASE
};

fn check<'d>(package: &PackagePair<'d>, out: &mut Out<'_, 'd>) {
    let Some(properties) = &package.properties else { return };
    let mut known: HashSet<String> = properties.old.policies().into_iter().map(|policy| policy.template_id).collect();
    for policy in properties.new.policies() {
        if !policies::is_template(&policy.template_id) && known.insert(policy.template_id.clone()) {
            let message = format!("there is no policy template {}", quoted(&policy.template_id));
            let place = policy.node.get_ignore_case("templateId").unwrap_or(policy.node);
            out.added(&ADDED, place, message).at(format!("policy/{}", policy.template_id));
        }
    }
}
