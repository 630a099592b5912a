use crate::policy;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::PropertiesFile;
use crate::{Out, quoted};
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "BS-PropsPolicyUnknown",
    group: Group::ApiProperties,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::Requirement("connector package layout"),
    what: "The `templateId` of a policy is none of the known policy templates. Letter case is ignored.",
    why: "The gateway does not know what the policy would do to a request, so it refuses to run the operations \
           it covers.",
    fix: "use one of the documented policy templates",
    bad: &[Example::Properties(
        r#"
{ "properties": { "policyTemplateInstances": [{ "templateId": "setheaders" }] } }
                                                              ^^^^^^^^^^^^
"#,
    )],
    good: &[Example::Properties(
        r#"
{ "properties": { "policyTemplateInstances": [{ "templateId": "SetHeader" }] } }
"#,
    )],
    visits: &[Visit::Properties(check)],
};

fn check(file: &PropertiesFile<'_>, out: &mut Out<'_>) {
    for policy in file.properties.policies() {
        match policy.node.get_ignore_case("templateId") {
            None => out.at(policy.node, "the policy names no template"),
            Some(id) if id.as_str().is_none_or(|id| policy::template(id).is_none()) => {
                let shown = quoted(id.as_str().unwrap_or(id.kind().as_str()));
                out.at(id, format!("there is no policy template {shown}"));
            }
            Some(_) => {}
        }
    }
}
