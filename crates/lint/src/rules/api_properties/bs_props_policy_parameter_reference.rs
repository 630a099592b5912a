use crate::policy;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::PropertiesFile;
use crate::{Out, quoted};
use backshell_findings::Severity;
use backshell_model::FastSet;
use backshell_source::Node;

pub(crate) static RULE: Rule = Rule {
    id: "BS-PropsPolicyParameterReference",
    group: Group::ApiProperties,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::Requirement("connector package layout"),
    what: "A text of a policy reads `@connectionParameters('name')`, and there is no connection parameter of \
           that name, alone or in a set. Letter case is ignored, as the gateway does.",
    why: "The expression yields nothing: a host, a key or a header is built with a hole in it.",
    fix: "correct the name, or add the connection parameter",
    bad: &[Example::Properties(
        r#"
{ "properties": {
    "connectionParameters": { "site": { "type": "string" } },
    "policyTemplateInstances": [{ "templateId": "dynamichosturl", "parameters": {
        "x-ms-apimTemplateParameter.urlTemplate": "https://@connectionParameters('host')"
                                                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    } }]
} }
"#,
    )],
    good: &[Example::Properties(
        r#"
{ "properties": {
    "connectionParameters": { "site": { "type": "string" } },
    "policyTemplateInstances": [{ "templateId": "dynamichosturl", "parameters": {
        "x-ms-apimTemplateParameter.urlTemplate": "https://@connectionParameters('Site', '')"
    } }]
} }
"#,
    )],
    visits: &[Visit::Properties(check)],
};

fn check(file: &PropertiesFile<'_>, out: &mut Out<'_>) {
    let parameters = file.connection_parameters();
    let known: FastSet<String> = parameters.iter().map(|parameter| parameter.name.to_ascii_lowercase()).collect();
    let mut waiting: Vec<Node<'_>> = file.properties.policies().iter().map(|policy| policy.node).collect();
    while let Some(node) = waiting.pop() {
        waiting.extend(node.visible_members().map(|member| member.value));
        waiting.extend(node.items());
        for name in policy::connection_parameters(node.as_str().unwrap_or_default()) {
            if !known.contains(&name.to_ascii_lowercase()) {
                out.at(node, format!("there is no connection parameter {}", quoted(name)));
            }
        }
    }
}
