use crate::Out;
use crate::check::{Check, Direction, Example, Family, Object, Snippet, Verdict, Visit};
use crate::policies;
use crate::view::PackagePair;

pub(crate) static FAMILY: Family = Family { checks: &[&CHANGED], visits: &[Visit::Package(check)] };

static CHANGED: Check = Check {
    id: "policy-status-mapping-changed",
    object: Object::Policy,
    direction: Direction::Response,
    verdict: Verdict::Warning,
    what: "A policy that marks connections as signed out, or rewrites statuses, comes, goes, or acts on another status.",
    why: "Connections ask for a new sign-in at other times than before.",
    instead: "keep the mapping, or tell users what they will see",
    examples: &[
        Example {
            snippet: Snippet::Policies,
            before: r#"[{"templateId": "setconnectionstatustounauthenticated", "title": "T", "parameters": {"x-ms-apimTemplateParameter.statusCode": 401}}]"#,
            after: r#"[{"templateId": "setconnectionstatustounauthenticated", "title": "T", "parameters": {"x-ms-apimTemplateParameter.statusCode": 403}}]"#,
            old: &["/0/parameters/x-ms-apimTemplateParameter.statusCode"],
            new: &["/0/parameters/x-ms-apimTemplateParameter.statusCode"],
            reversed: &["policy-status-mapping-changed"],
            ..Example::BASE
        },
        Example {
            snippet: Snippet::Policies,
            before: r"[]",
            after: r#"[{"templateId": "setconnectionstatustounauthenticated", "title": "T", "parameters": {"x-ms-apimTemplateParameter.statusCode": 401}}]"#,
            new: &["/0"],
            reversed: &["policy-status-mapping-changed"],
            ..Example::BASE
        },
    ],
    ..Check::BASE
};

fn check<'d>(package: &PackagePair<'d>, out: &mut Out<'_, 'd>) {
    for change in policies::changes(package) {
        if !change.template().contains("status") {
            continue;
        }
        let shown = change.shown();
        if change.is_pair() {
            change.report_differences(out, &CHANGED, &[]);
        } else if change.new.is_some() {
            change.report(out, &CHANGED, format!("the policy {shown} acts on the status of answers now"));
        } else {
            change.report(out, &CHANGED, format!("the policy {shown}, which acted on the status of answers, is gone"));
        }
    }
}
