use crate::Out;
use crate::policy;
use crate::rule::{DEFINITION, PROPERTIES};
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::Context;
use backshell_findings::Severity;
use backshell_package::Properties;

pub(crate) static RULE: Rule = Rule {
    id: "BS-SecurityDefinitionsMissing",
    group: Group::ConnectorGuidelines,
    severity: Severity::Warning,
    since: "0.1.0",
    source: Source::Requirement("connector certification requirements"),
    what: "The definition has no `securityDefinitions`, or empty ones. It is an error when the properties ask the \
           user for a secret (a connection parameter of the type `securestring`, those of sets included, claims of \
           a sign-in not) and no policy puts one of these secrets into the request.",
    why: "Calls then go out without a credential. A service that is open to everybody needs none; but a secret \
           that is asked for and sent nowhere is asked for in vain.",
    fix: "add the security definition that says where the credential goes",
    bad: &[
        Example::Definition(
            r#"
{ "host": "api.contoso.com" }
^
"#,
        ),
        Example::Definition(
            r#"
{ "securityDefinitions": {} }
  ^^^^^^^^^^^^^^^^^^^^^
"#,
        ),
        Example::Files {
            files: &[
                (
                    DEFINITION,
                    r#"
{ "host": "api.contoso.com" }
^
"#,
                ),
                (
                    PROPERTIES,
                    r#"
{ "properties": { "connectionParameters": { "key": { "type": "securestring" } } } }
"#,
                ),
            ],
            whole: &[],
        },
    ],
    good: &[Example::Definition(
        r#"
{ "securityDefinitions": { "key": { "type": "basic" } } }
"#,
    )],
    visits: &[Visit::Document(check)],
};

fn check(context: &Context<'_>, out: &mut Out<'_>) {
    let definitions = context.root.get("securityDefinitions");
    if !context.root.is_object() || definitions.is_some_and(|definitions| !definitions.is_empty()) {
        return;
    }
    let place = definitions.unwrap_or(context.root);
    if context.package.properties.as_ref().is_some_and(asks_in_vain) {
        let message = "a secret is asked for, and nothing says where it goes: there is no security definition";
        out.severity(Severity::Error).at(place, message);
    } else {
        out.at(place, "there is no security definition");
    }
}

/// Whether users give secrets, and no policy reads one of them.
fn asks_in_vain(properties: &Properties) -> bool {
    let mut parameters = properties.connection_parameters();
    parameters.extend(properties.parameter_sets().into_iter().flat_map(|set| set.parameters));
    parameters.retain(|parameter| parameter.is_secret() && !parameter.is_claim());
    if parameters.is_empty() {
        return false;
    }
    let read = policy::parameters_read(properties);
    !parameters.iter().any(|parameter| read.contains(&parameter.name.to_ascii_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Options, check};
    use backshell_package::{Limits, read_files};

    #[test]
    fn a_secret_that_is_sent_nowhere_is_an_error() {
        let severity = |policies: &str| {
            let properties = format!(
                r#"{{ "properties": {{ "connectionParameters": {{ "key": {{ "type": "securestring" }}, "token:x": {{ "type": "securestring" }} }},
                    "policyTemplateInstances": [{policies}] }} }}"#
            );
            let files = [(DEFINITION, "{}"), (PROPERTIES, &properties)];
            let files = files.map(|(name, text)| (name.to_owned(), text.as_bytes().into())).to_vec();
            let options = Options { only: Some(vec![&RULE]), ..Options::default() };
            check(&read_files("package", files, &Limits::default()), &options).pop().unwrap().severity
        };
        assert_eq!(severity(""), Severity::Error);
        assert_eq!(severity(r#"{ "parameters": { "a": "@connectionParameters('token:x')" } }"#), Severity::Error);
        assert_eq!(severity(r#"{ "parameters": { "a": "@connectionParameters('Key')" } }"#), Severity::Warning);
    }
}
