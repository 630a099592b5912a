use crate::Out;
use crate::check::{Check, Direction, Example, Family, Object, Snippet, Verdict, Visit};
use crate::contract::same_schema;
use crate::policies;
use crate::view::OperationPair;
use crate::view::PackagePair;
use backshell_package::PolicySection;
use std::collections::HashSet;
use std::rc::Rc;

pub(crate) static FAMILY: Family = Family { checks: &[&RESPONSE, &REQUEST], visits: &[Visit::Package(check)] };

static RESPONSE: Check = Check {
    id: "policy-response-shape-changed",
    object: Object::Policy,
    direction: Direction::Response,
    verdict: Verdict::Breaking,
    what: "A policy that rewrites the body of responses comes, goes or does something else, and the response schema of an operation it acts on stays as it was.",
    why: "Saved steps take their outputs by the declared schema, which the answers no longer have.",
    instead: "declare the new shape in a new operation of the same family",
    examples: &[
        Example {
            snippet: Snippet::Policies,
            before: r#"[{"templateId": "setproperty", "title": "T", "parameters": {"x-ms-apimTemplate-policySection": "Response", "x-ms-apimTemplateParameter.newPropertyParentPathTemplate": "@body()", "x-ms-apimTemplateParameter.newPropertySubPathTemplate": "name", "x-ms-apimTemplateParameter.propertyValuePathTemplate": "{@body().a}"}}]"#,
            after: r#"[{"templateId": "setproperty", "title": "T", "parameters": {"x-ms-apimTemplate-policySection": "Response", "x-ms-apimTemplateParameter.newPropertyParentPathTemplate": "@body()", "x-ms-apimTemplateParameter.newPropertySubPathTemplate": "name", "x-ms-apimTemplateParameter.propertyValuePathTemplate": "{@body().b}"}}]"#,
            old: &["/0"],
            new: &["/0"],
            reversed: &["policy-response-shape-changed"],
            ..Example::BASE
        },
        Example {
            snippet: Snippet::Policies,
            before: r"[]",
            after: r#"[{"templateId": "setproperty", "title": "T", "parameters": {"x-ms-apimTemplate-policySection": "Response", "x-ms-apimTemplateParameter.newPropertyParentPathTemplate": "@body()", "x-ms-apimTemplateParameter.newPropertySubPathTemplate": "name", "x-ms-apimTemplateParameter.propertyValuePathTemplate": "{@body().a}"}}]"#,
            new: &["/0"],
            reversed: &["policy-response-shape-changed"],
            ..Example::BASE
        },
    ],
    ..Check::BASE
};

static REQUEST: Check = Check {
    id: "policy-request-shape-changed",
    object: Object::Policy,
    direction: Direction::Request,
    verdict: Verdict::Warning,
    what: "A policy that rewrites the body of requests comes, goes or does something else.",
    why: "What saved steps send reaches the service in another form.",
    instead: "prove that the service takes the new form for the same",
    examples: &[
        Example {
            snippet: Snippet::Policies,
            before: r#"[{"templateId": "setproperty", "title": "T", "parameters": {"x-ms-apimTemplate-policySection": "Request", "x-ms-apimTemplateParameter.newPropertyParentPathTemplate": "@body()", "x-ms-apimTemplateParameter.newPropertySubPathTemplate": "name", "x-ms-apimTemplateParameter.propertyValuePathTemplate": "{@body().a}"}}]"#,
            after: r#"[{"templateId": "setproperty", "title": "T", "parameters": {"x-ms-apimTemplate-policySection": "Request", "x-ms-apimTemplateParameter.newPropertyParentPathTemplate": "@body()", "x-ms-apimTemplateParameter.newPropertySubPathTemplate": "name", "x-ms-apimTemplateParameter.propertyValuePathTemplate": "{@body().b}"}}]"#,
            old: &["/0"],
            new: &["/0"],
            reversed: &["policy-request-shape-changed"],
            ..Example::BASE
        },
        Example {
            snippet: Snippet::Policies,
            before: r#"[{"templateId": "setproperty", "title": "T", "parameters": {"x-ms-apimTemplate-policySection": "Request", "x-ms-apimTemplateParameter.newPropertyParentPathTemplate": "@body()", "x-ms-apimTemplateParameter.newPropertySubPathTemplate": "name", "x-ms-apimTemplateParameter.propertyValuePathTemplate": "{@body().a}"}}]"#,
            after: r"[]",
            old: &["/0"],
            reversed: &["policy-request-shape-changed"],
            ..Example::BASE
        },
    ],
    ..Check::BASE
};

fn check<'d>(package: &PackagePair<'d>, out: &mut Out<'_, 'd>) {
    let mut changes = policies::changes(package);
    changes.retain(|change| {
        let differs = !change.is_pair() || !change.differences().is_empty();
        policies::BODY.contains(&change.template()) && differs
    });
    if changes.is_empty() {
        return;
    }
    let same: HashSet<u32> = package.operations.iter().filter(|pair| is_same(pair)).map(|pair| id(pair)).collect();
    for change in changes {
        let shown = change.shown();
        let message = match (&change.old, &change.new) {
            (Some(_), Some(_)) => format!("the policy {shown} rewrites bodies in another way"),
            (None, _) => format!("the policy {shown} rewrites bodies now"),
            (_, None) => format!("the policy {shown}, which rewrote bodies, is gone"),
        };
        if change.acts_in(PolicySection::Request) {
            change.report(out, &REQUEST, message.as_str());
        }
        if change.acts_in(PolicySection::Response) {
            let everywhere = change.operations.is_empty();
            let concerned = if everywhere { &package.operations } else { &change.operations };
            let left: Vec<_> = concerned.iter().filter(|pair| same.contains(&id(pair))).map(Rc::clone).collect();
            if everywhere && left.len() == concerned.len() {
                change.report_for(out, &RESPONSE, &[], message);
            } else if !left.is_empty() {
                change.report_for(out, &RESPONSE, &left, message);
            }
        }
    }
}

fn id(pair: &OperationPair<'_>) -> u32 {
    pair.old.node().id()
}

/// Whether the operation declares the same outputs in both versions.
fn is_same(pair: &OperationPair<'_>) -> bool {
    let is_new = |response: &backshell_package::Response<'_>| pair.new.is_success(response.status);
    !pair.responses.added.iter().any(is_new)
        && pair.responses.kept().filter(|(old, _)| pair.old.is_success(old.status)).all(|(old, new)| {
            match (old.schema(), new.schema()) {
                (Some(old), Some(new)) => same_schema(old.node(), new.node()),
                (None, None) => true,
                _ => false,
            }
        })
}
