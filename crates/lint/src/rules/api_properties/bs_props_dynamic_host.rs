use crate::Out;
use crate::policy;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::PropertiesFile;
use backshell_findings::Severity;
use backshell_model::FastSet;

pub(crate) static RULE: Rule = Rule {
    id: "BS-PropsDynamicHost",
    group: Group::ApiProperties,
    severity: Severity::Warning,
    since: "0.1.0",
    source: Source::Backshell,
    what: "The address of a `dynamichosturl` policy has an expression in its host or port, so that a user or a call \
           decides, wholly or in part, where requests go. An expression in the path is fine, and so are a value that is \
           picked from a closed list (`allowedValues`) and an environment variable, which an administrator sets.",
    why: "The hosts are not known when the connector is certified. They are checked for each connection instead, and \
           an administrator has to approve them.",
    fix: "use a fixed host, or give the connection parameter a closed list of allowedValues",
    bad: &[Example::Properties(
        r#"
{ "properties": { "connectionParameters": { "site": { "type": "string" } }, "policyTemplateInstances": [
    { "templateId": "DynamicHostUrl", "parameters": {
        "x-ms-apimTemplateParameter.urlTemplate": "https://@connectionParameters('site').contoso.com/v2"
                                                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    } },
    { "templateId": "dynamichosturl", "parameters": {
        "x-ms-apimTemplateParameter.urlTemplate": "@{headers('site')}"
                                                  ^^^^^^^^^^^^^^^^^^^^
    } }
] } }
"#,
    )],
    good: &[Example::Properties(
        r#"
{ "properties": {
    "connectionParameters": { "region": { "type": "string", "uiDefinition": {
        "constraints": { "allowedValues": [{ "text": "Europe", "value": "eu" }] }
    } } },
    "policyTemplateInstances": [
        { "templateId": "dynamichosturl", "parameters": {
            "x-ms-apimTemplateParameter.urlTemplate": "https://@connectionParameters('Region', 'eu/x').contoso.com/v2"
        } },
        { "templateId": "dynamichosturl", "parameters": {
            "x-ms-apimTemplateParameter.urlTemplate": "https://api.contoso.com/@connectionParameters('site')"
        } },
        { "templateId": "dynamichosturl", "parameters": {
            "x-ms-apimTemplateParameter.urlTemplate": "https://@environmentVariables(\"host\")/v2"
        } },
        { "templateId": "setheader", "parameters": {
            "x-ms-apimTemplateParameter.urlTemplate": "https://@headers('site')"
        } }
    ]
} }
"#,
    )],
    visits: &[Visit::Properties(check)],
};

fn check(file: &PropertiesFile<'_>, out: &mut Out<'_>) {
    let mut closed: Option<FastSet<String>> = None;
    for policy in file.properties.policies() {
        if policy.template_id != "dynamichosturl" {
            continue;
        }
        let Some(node) = policy.parameter("urlTemplate") else { continue };
        let expressions = host_expressions(node.as_str().unwrap_or_default());
        let is_open = expressions.iter().any(|expression| {
            if expression.function.eq_ignore_ascii_case("connectionParameters") {
                let closed = closed.get_or_insert_with(|| closed_parameters(file));
                !expression.name.is_some_and(|name| closed.contains(&name.to_ascii_lowercase()))
            } else {
                !expression.function.eq_ignore_ascii_case("environmentVariables")
            }
        });
        if is_open {
            out.at(node, "a value that is not known ahead decides which host is called");
        }
    }
}

/// The names, in lower case, of the connection parameters that take a value from a closed list wherever they occur.
fn closed_parameters(file: &PropertiesFile<'_>) -> FastSet<String> {
    let parameters = file.connection_parameters();
    let names = |is_closed: bool| {
        let wanted = parameters.iter().filter(move |parameter| parameter.allowed_values.is_empty() != is_closed);
        wanted.map(|parameter| parameter.name.to_ascii_lowercase())
    };
    let open: FastSet<String> = names(false).collect();
    names(true).filter(|name| !open.contains(name)).collect()
}

/// The expressions in the part of an address in front of its path.
fn host_expressions(template: &str) -> Vec<policy::Expression<'_>> {
    let mut expressions = Vec::new();
    let mut rest = template.trim_start();
    if let Some((before, behind)) = rest.split_once("://")
        && !before.contains('@')
    {
        rest = behind;
    }
    while let Some(at) = rest.find(['@', '/', '?', '#']) {
        let Some((_, found)) = rest.split_at_checked(at) else { break };
        let Some(behind) = found.strip_prefix('@') else { break };
        rest = match policy::expression(behind) {
            None => behind,
            Some((expression, behind)) => {
                expressions.push(expression);
                behind
            }
        };
    }
    expressions
}
