use super::secret;
use crate::Out;
use crate::check::{Check, Direction, Example, Family, Object, Snippet, Verdict, Visit};
use crate::policies;
use crate::view::PackagePair;
use backshell_package::PolicySection;

pub(crate) static FAMILY: Family = Family { checks: &[&CHANGED], visits: &[Visit::Package(check)] };

static CHANGED: Check = Check {
    id: "policy-header-set-changed",
    object: Object::Policy,
    direction: Direction::Request,
    verdict: Verdict::Warning,
    what: "A policy that sets a header or query parameter of requests comes, goes, or sets another name, another value, or in another case.",
    why: "The service may answer in another way; headers that choose its version do so above all.",
    instead: "keep what is sent, or prove that the service answers the same",
    examples: &[
        Example {
            snippet: Snippet::Policies,
            before: r#"[{"templateId": "setheader", "title": "T", "parameters": {"x-ms-apimTemplate-policySection": "Request", "x-ms-apimTemplateParameter.name": "X-Version", "x-ms-apimTemplateParameter.value": "1", "x-ms-apimTemplateParameter.existsAction": "override"}}]"#,
            after: r#"[{"templateId": "setheader", "title": "T", "parameters": {"x-ms-apimTemplate-policySection": "Request", "x-ms-apimTemplateParameter.name": "x-version", "x-ms-apimTemplateParameter.value": "2"}}]"#,
            old: &["/0/parameters/x-ms-apimTemplateParameter.value"],
            new: &["/0/parameters/x-ms-apimTemplateParameter.value"],
            reversed: &["policy-header-set-changed"],
            ..Example::BASE
        },
        Example {
            snippet: Snippet::Policies,
            before: r#"[{"templateId": "setqueryparameter", "title": "T", "parameters": {"x-ms-apimTemplateParameter.name": "top", "x-ms-apimTemplateParameter.value": "50", "x-ms-apimTemplateParameter.existsAction": "skip"}}]"#,
            after: r#"[{"templateId": "setqueryparameter", "title": "T", "parameters": {"x-ms-apimTemplateParameter.name": "top", "x-ms-apimTemplateParameter.value": "50", "x-ms-apimTemplateParameter.existsAction": "override"}}]"#,
            old: &["/0/parameters/x-ms-apimTemplateParameter.existsAction"],
            new: &["/0/parameters/x-ms-apimTemplateParameter.existsAction"],
            reversed: &["policy-header-set-changed"],
            ..Example::BASE
        },
        Example {
            snippet: Snippet::Policies,
            before: r"[]",
            after: r#"[{"templateId": "setqueryparameter", "title": "T", "parameters": {"x-ms-apimTemplateParameter.name": "top", "x-ms-apimTemplateParameter.value": "50", "x-ms-apimTemplateParameter.existsAction": "skip"}}]"#,
            new: &["/0"],
            reversed: &["policy-header-set-changed"],
            ..Example::BASE
        },
    ],
    ..Check::BASE
};

fn check<'d>(package: &PackagePair<'d>, out: &mut Out<'_, 'd>) {
    // That a secret is sent is a change of its own.
    let secret = package.properties.as_ref().map(secret::values_with_secrets).unwrap_or_default();
    for change in policies::changes(package) {
        if !policies::SETTERS.contains(&change.template()) || !change.acts_in(PolicySection::Request) {
            continue;
        }
        let shown = change.shown();
        if change.is_pair() {
            change.report_differences(out, &CHANGED, &secret);
        } else if let Some(new) = &change.new {
            if new.parameters().iter().any(|(_, value)| secret.contains(value)) {
                continue;
            }
            change.report(out, &CHANGED, format!("the policy {shown} sets a value of requests now"));
        } else {
            change.report(out, &CHANGED, format!("the policy {shown}, which set a value of requests, is gone"));
        }
    }
}
