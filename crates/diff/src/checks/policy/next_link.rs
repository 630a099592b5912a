use crate::Out;
use crate::check::{Check, Direction, Example, Family, Object, Snippet, Verdict, Visit};
use crate::policies;
use crate::view::PackagePair;

pub(crate) static FAMILY: Family = Family { checks: &[&CHANGED], visits: &[Visit::Package(check)] };

static CHANGED: Check = Check {
    id: "policy-nextlink-changed",
    object: Object::Policy,
    direction: Direction::Response,
    verdict: Verdict::Breaking,
    what: "The policy that rewrites the link to the next page names another property, or is gone.",
    why: "The link leads past the gateway, where it is refused, or is not found at all, and paging ends after the first page.",
    instead: "keep the policy, and name the property that holds the link",
    examples: &[
        Example {
            snippet: Snippet::Policies,
            before: r#"[{"templateId": "updatenextlink", "title": "T", "parameters": {"x-ms-apimTemplateParameter.nextLinkPropertyName": "nextLink"}}]"#,
            after: r#"[{"templateId": "updatenextlink", "title": "T", "parameters": {"x-ms-apimTemplateParameter.nextLinkPropertyName": "@odata.nextLink"}}]"#,
            old: &["/0/parameters/x-ms-apimTemplateParameter.nextLinkPropertyName"],
            new: &["/0/parameters/x-ms-apimTemplateParameter.nextLinkPropertyName"],
            reversed: &["policy-nextlink-changed"],
            ..Example::BASE
        },
        Example {
            snippet: Snippet::Policies,
            before: r#"[{"templateId": "updatenextlink", "title": "T", "parameters": {"x-ms-apimTemplateParameter.nextLinkPropertyName": "nextLink"}}]"#,
            after: r"[]",
            old: &["/0"],
            reversed: &[],
            ..Example::BASE
        },
    ],
    ..Check::BASE
};

fn check<'d>(package: &PackagePair<'d>, out: &mut Out<'_, 'd>) {
    for change in policies::changes(package) {
        if change.template() != "updatenextlink" {
            continue;
        }
        change.report_differences(out, &CHANGED, &[]);
        if change.new.is_none() {
            let message = format!("the policy {}, which rewrote the link to the next page, is gone", change.shown());
            change.report(out, &CHANGED, message);
        }
    }
}
