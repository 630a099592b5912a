use crate::Out;
use crate::check::{Check, Direction, Example, Family, Object, Snippet, Verdict, Visit};
use crate::policies;
use crate::view::PackagePair;

pub(crate) static FAMILY: Family = Family { checks: &[&CHANGED], visits: &[Visit::Package(check)] };

static CHANGED: Check = Check {
    id: "policy-route-changed",
    object: Object::Policy,
    direction: Direction::Request,
    verdict: Verdict::Breaking,
    what: "A policy that routes requests to another path or method comes, goes, or has another path or method.",
    why: "The same step reaches something else. A rewrite that is meant to keep the behaviour looks just like one that does not.",
    instead: "keep the route, and approve the change only where the service answers the same",
    examples: &[
        Example {
            snippet: Snippet::Policies,
            before: r#"[{"templateId": "routerequesttoendpoint", "title": "T", "parameters": {"x-ms-apimTemplateParameter.newPath": "/v1/items"}}]"#,
            after: r#"[{"templateId": "routerequesttoendpoint", "title": "T", "parameters": {"x-ms-apimTemplateParameter.newPath": "/v2/items"}}]"#,
            old: &["/0/parameters/x-ms-apimTemplateParameter.newPath"],
            new: &["/0/parameters/x-ms-apimTemplateParameter.newPath"],
            reversed: &["policy-route-changed"],
            ..Example::BASE
        },
        Example {
            snippet: Snippet::Policies,
            before: r#"[{"templateId": "routerequesttoendpoint", "title": "T", "parameters": {"x-ms-apimTemplateParameter.newPath": "/v1/items", "x-ms-apimTemplateParameter.httpMethod": "@Request.OriginalHTTPMethod"}}]"#,
            after: r#"[{"templateId": "routerequesttoendpoint", "title": "T", "parameters": {"x-ms-apimTemplateParameter.newPath": "/v1/items", "x-ms-apimTemplateParameter.httpMethod": "POST"}}]"#,
            old: &["/0/parameters/x-ms-apimTemplateParameter.httpMethod"],
            new: &["/0/parameters/x-ms-apimTemplateParameter.httpMethod"],
            reversed: &["policy-route-changed"],
            ..Example::BASE
        },
        Example {
            snippet: Snippet::Policies,
            before: r"[]",
            after: r#"[{"templateId": "routerequesttoendpoint", "title": "T", "parameters": {"x-ms-apimTemplateParameter.newPath": "/v1/items"}}]"#,
            new: &["/0"],
            reversed: &["policy-route-changed"],
            ..Example::BASE
        },
    ],
    ..Check::BASE
};

fn check<'d>(package: &PackagePair<'d>, out: &mut Out<'_, 'd>) {
    for change in policies::changes(package) {
        if change.template() != "routerequesttoendpoint" {
            continue;
        }
        let shown = change.shown();
        if change.is_pair() {
            change.report_differences(out, &CHANGED, &[]);
        } else if change.new.is_some() {
            change.report(out, &CHANGED, format!("the policy {shown} routes requests to another endpoint now"));
        } else {
            change.report(out, &CHANGED, format!("the policy {shown}, which routed requests, is gone"));
        }
    }
}
