use crate::Out;
use crate::policy;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::PropertiesFile;
use backshell_findings::Severity;
use backshell_package::PolicySection;
use backshell_source::Node;

pub(crate) static RULE: Rule = Rule {
    id: "BS-PropsPolicyParameterMissing",
    group: Group::ApiProperties,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::Requirement("connector package layout"),
    what: "A policy lacks a parameter that its template needs, has it empty, or gives a parameter with a closed \
           list a value outside the list; or its section is neither `Request` nor `Response` (for `setheader` also \
           `Failure`). Letter case of values is ignored. The replacement text of `stringreplace` may be empty.",
    why: "The policy cannot act, and the request would go out without the change that the service expects.",
    fix: "give the parameter, its name with the prefix \"x-ms-apimTemplateParameter.\" in front",
    bad: &[
        Example::Properties(
            r#"
{ "properties": { "policyTemplateInstances": [{ "templateId": "setheader",
    "parameters": { "x-ms-apimTemplateParameter.name": "X-Version" }
    ^^^^^^^^^^^^
}] } }
"#,
        ),
        Example::Properties(
            r#"
{ "properties": { "policyTemplateInstances": [{ "templateId": "setheader", "parameters": {
    "x-ms-apimTemplateParameter.name": "X-Version",
    "x-ms-apimTemplateParameter.value": "2",
    "x-ms-apimTemplateParameter.existsAction": "replace"
                                               ^^^^^^^^^
} }] } }
"#,
        ),
        Example::Properties(
            r#"
{ "properties": { "policyTemplateInstances": [{ "templateId": "updatenextlink", "parameters": {
    "x-ms-apimTemplateParameter.nextLinkPropertyName": "nextLink",
    "x-ms-apimTemplate-policySection": "Failure"
                                       ^^^^^^^^^
} }] } }
"#,
        ),
        Example::Properties(
            r#"
{ "properties": { "policyTemplateInstances": [{ "templateId": "pollingtrigger", "parameters": {
    "x-ms-apimTemplateParameter.triggerConfig": {},
    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    "x-ms-apimTemplateParameter.triggerDataPath": "@triggerBody().value"
} }] } }
"#,
        ),
    ],
    good: &[Example::Properties(
        r#"
{ "properties": { "policyTemplateInstances": [{ "templateId": "setheader", "parameters": {
    "x-ms-apimTemplateParameter.name": "X-Version",
    "x-ms-apimTemplateParameter.value": "2",
    "x-ms-apimTemplate-policySection": "Failure"
} }] } }
"#,
    )],
    visits: &[Visit::Properties(check)],
};

fn check(file: &PropertiesFile<'_>, out: &mut Out<'_>) {
    for policy in file.properties.policies() {
        let Some(template) = policy::template(&policy.template_id) else { continue };
        let parameters = policy.node.get_ignore_case("parameters");
        let shown = parameters.unwrap_or(policy.node);
        for name in template.required {
            match policy.parameter(name) {
                None => out.lacking(name).at(shown, format!("the policy has no parameter `{name}`")),
                Some(value) if is_empty(value) && *name != "replacementString" => {
                    out.at(value, format!("the parameter `{name}` of the policy is empty"));
                }
                Some(_) => {}
            }
        }
        for (name, choices) in template.choices {
            let Some(value) = policy.parameter(name) else { continue };
            let known = |text: &str| text.is_empty() || choices.iter().any(|choice| choice.eq_ignore_ascii_case(text));
            if !value.as_str().is_some_and(known) {
                out.help(format!("use one of {}", choices.join(", ")))
                    .at(value, format!("the parameter `{name}` of the policy has an unknown value"));
            }
        }
        if let Some(section) = parameters.and_then(|all| all.get_ignore_case("x-ms-apimTemplate-policySection"))
            && !section.is_null()
            && !knows_section(template, policy.section)
        {
            out.help("write Request or Response").at(section, "the policy has no such section");
        }
    }
}

/// Whether the template can act in this section.
fn knows_section(template: &policy::Template, section: PolicySection) -> bool {
    match section {
        PolicySection::None | PolicySection::Request | PolicySection::Response => true,
        PolicySection::Failure => template.id == "setheader",
        PolicySection::Other => false,
    }
}

fn is_empty(value: Node<'_>) -> bool {
    let is_hollow = (value.is_object() || value.is_array()) && value.is_empty();
    is_hollow || value.is_null() || value.as_str().is_some_and(|text| text.trim().is_empty())
}
