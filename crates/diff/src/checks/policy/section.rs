use crate::Out;
use crate::check::{Check, Direction, Example, Family, Object, Snippet, Verdict, Visit};
use crate::policies;
use crate::quoted;
use crate::view::PackagePair;
use backshell_package::PolicySection;

pub(crate) static FAMILY: Family = Family { checks: &[&CHANGED], visits: &[Visit::Package(check)] };

static CHANGED: Check = Check {
    id: "policy-section-changed",
    object: Object::Policy,
    direction: Direction::Both,
    verdict: Verdict::Breaking,
    what: "A policy acts in another section: on the request, on the response, or on failures. Where no section is given the template decides.",
    why: "It changes the other message, and no longer the one it was written for.",
    instead: "keep the section, and add another policy for the other message",
    examples: &[
        Example {
            snippet: Snippet::Policies,
            before: r#"[{"templateId": "setheader", "title": "T", "parameters": {"x-ms-apimTemplate-policySection": "Request", "x-ms-apimTemplateParameter.name": "X-A", "x-ms-apimTemplateParameter.value": "1"}}]"#,
            after: r#"[{"templateId": "setheader", "title": "T", "parameters": {"x-ms-apimTemplate-policySection": "Response", "x-ms-apimTemplateParameter.name": "X-A", "x-ms-apimTemplateParameter.value": "1"}}]"#,
            old: &["/0/parameters/x-ms-apimTemplate-policySection"],
            new: &["/0/parameters/x-ms-apimTemplate-policySection"],
            reversed: &["policy-section-changed"],
            ..Example::BASE
        },
        Example {
            snippet: Snippet::Policies,
            before: r#"[{"templateId": "setheader", "title": "T", "parameters": {"x-ms-apimTemplateParameter.name": "X-A", "x-ms-apimTemplateParameter.value": "1"}}]"#,
            after: r#"[{"templateId": "setheader", "title": "T", "parameters": {"x-ms-apimTemplate-policySection": "Response", "x-ms-apimTemplateParameter.name": "X-A", "x-ms-apimTemplateParameter.value": "1"}}]"#,
            old: &["/0"],
            new: &["/0/parameters/x-ms-apimTemplate-policySection"],
            reversed: &["policy-section-changed"],
            ..Example::BASE
        },
    ],
    ..Check::BASE
};

fn check<'d>(package: &PackagePair<'d>, out: &mut Out<'_, 'd>) {
    for change in policies::changes(package) {
        let (Some(old), Some(new)) = (&change.old, &change.new) else { continue };
        let (one, two) = (policies::section(old), policies::section(new));
        if one == two {
            continue;
        }
        let place = |policy: &backshell_package::Policy<'d>| {
            let parameters = policy.node.get_ignore_case("parameters");
            let section = parameters.and_then(|node| node.get_ignore_case("x-ms-apimTemplate-policySection"));
            section.unwrap_or(policy.node)
        };
        let (from, to) = (word(one), word(two));
        let message =
            format!("the policy {} acts in the section {} now, not in {}", change.shown(), quoted(to), quoted(from));
        let mut entry = out.changed(&CHANGED, place(old), place(new), message);
        for operation in &change.operations {
            entry = entry.of(&operation.old);
        }
        entry.at(format!("{}/section", change.locus())).values(from, to);
    }
}

const fn word(section: PolicySection) -> &'static str {
    match section {
        PolicySection::None => "",
        PolicySection::Request => "Request",
        PolicySection::Response => "Response",
        PolicySection::Failure => "Failure",
        PolicySection::Other => "unknown",
    }
}
