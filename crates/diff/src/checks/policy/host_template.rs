use crate::Out;
use crate::check::{Check, Direction, Example, Family, Object, Snippet, Verdict, Visit};
use crate::policies;
use crate::view::PackagePair;

pub(crate) static FAMILY: Family = Family { checks: &[&CHANGED, &ADDED, &REMOVED], visits: &[Visit::Package(check)] };

static CHANGED: Check = Check {
    id: "policy-host-template-changed",
    object: Object::Policy,
    direction: Direction::Request,
    verdict: Verdict::Breaking,
    what: "The `urlTemplate` of a policy that chooses the host changes.",
    why: "Calls of the same connection go to another address, whose place and endpoint nobody has checked.",
    instead: "keep the template, or publish a connector for the other addresses and have it certified",
    examples: &[Example {
        snippet: Snippet::Policies,
        before: r#"[{"templateId": "dynamichosturl", "title": "T", "parameters": {"x-ms-apimTemplateParameter.urlTemplate": "https://@connectionParameters('site').example.com"}}]"#,
        after: r#"[{"templateId": "dynamichosturl", "title": "T", "parameters": {"x-ms-apimTemplateParameter.urlTemplate": "https://@connectionParameters('site').example.net"}}]"#,
        old: &["/0/parameters/x-ms-apimTemplateParameter.urlTemplate"],
        new: &["/0/parameters/x-ms-apimTemplateParameter.urlTemplate"],
        reversed: &["policy-host-template-changed"],
        ..Example::BASE
    }],
    ..Check::BASE
};

static ADDED: Check = Check {
    id: "policy-host-template-added",
    object: Object::Policy,
    direction: Direction::Request,
    verdict: Verdict::Breaking,
    what: "A policy chooses the host where it was fixed.",
    why: "What stored connections hold decides from now on where their calls go.",
    instead: "keep the fixed host for the operations that exist",
    examples: &[Example {
        snippet: Snippet::Policies,
        before: r"[]",
        after: r#"[{"templateId": "dynamichosturl", "title": "T", "parameters": {"x-ms-apimTemplateParameter.urlTemplate": "https://@connectionParameters('site').example.com"}}]"#,
        new: &["/0"],
        reversed: &["policy-host-template-removed"],
        ..Example::BASE
    }],
    ..Check::BASE
};

static REMOVED: Check = Check {
    id: "policy-host-template-removed",
    object: Object::Policy,
    direction: Direction::Request,
    verdict: Verdict::Breaking,
    what: "A policy that chooses the host is gone.",
    why: "All connections, whatever host they were made for, call the one host of the definition.",
    instead: "keep the policy",
    examples: &[Example {
        snippet: Snippet::Policies,
        before: r#"[{"templateId": "dynamichosturl", "title": "T", "parameters": {"x-ms-apimTemplateParameter.urlTemplate": "https://@connectionParameters('site').example.com"}}]"#,
        after: r"[]",
        old: &["/0"],
        reversed: &["policy-host-template-added"],
        ..Example::BASE
    }],
    ..Check::BASE
};

fn check<'d>(package: &PackagePair<'d>, out: &mut Out<'_, 'd>) {
    for change in policies::changes(package) {
        if !policies::HOST.contains(&change.template()) {
            continue;
        }
        let shown = change.shown();
        if change.is_pair() {
            change.report_differences(out, &CHANGED, &[]);
        } else if change.new.is_some() {
            change.report(out, &ADDED, format!("the policy {shown} chooses the host now"));
        } else {
            change.report(out, &REMOVED, format!("the policy {shown}, which chose the host, is gone"));
        }
    }
}
