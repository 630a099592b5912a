use crate::Out;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::{Context, Requirement};
use backshell_findings::Severity;
use backshell_source::Node;

pub(crate) static RULE: Rule = Rule {
    id: "SecurityRequirementMustHaveEmptyValue",
    group: Group::Security,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "A security requirement for a `basic` or `apiKey` definition lists scopes.",
    why: "Only OAuth knows scopes. Elsewhere they look like a restriction and are none.",
    fix: "write [] as the value",
    bad: &[Example::Definition(
        r#"
{ "security": [{ "key": ["read"] }],
                 ^^^^^
  "securityDefinitions": { "key": { "type": "apiKey" } } }
"#,
    )],
    good: &[Example::Definition(
        r#"
{ "security": [{ "sso": ["read"] }], "securityDefinitions": { "sso": { "type": "oauth2" } } }
"#,
    )],
    visits: &[Visit::Security(check)],
};

fn check(_: &Context<'_>, requirement: &Requirement<'_>, out: &mut Out<'_>) {
    let kind = requirement.definition.and_then(|definition| definition.get("type")).and_then(Node::as_str);
    if let Some(kind @ ("basic" | "apiKey")) = kind
        && !requirement.value.is_empty()
    {
        out.at(requirement.value, format!("the kind `{kind}` has no scopes"));
    }
}
