use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::{Context, Requirement};
use crate::{Out, quoted};
use backshell_findings::Severity;
use backshell_source::Node;

pub(crate) static RULE: Rule = Rule {
    id: "OAuthSecurityRequirementValueMustBeScopeName",
    group: Group::Security,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "A `security` list, of the document or of an operation, asks for a scope that the `oauth2` definition it \
           names does not list in its `scopes`. A definition without `scopes` is not judged here.",
    why: "The authorisation server refuses a sign-in with a scope it does not know, and nobody can make a connection.",
    fix: "add the scope to the scopes of the definition, or correct its name",
    bad: &[Example::Definition(
        r#"
{ "security": [{ "login": ["items.read", "items.write"] }],
                                         ^^^^^^^^^^^^^
  "securityDefinitions": { "login": { "type": "oauth2", "scopes": { "items.read": "Read items" } } } }
"#,
    )],
    good: &[Example::Definition(
        r#"
{ "security": [{ "login": ["items.read"] }, { "key": ["any"] }],
  "securityDefinitions": { "login": { "type": "oauth2", "scopes": { "items.read": "" } }, "key": { "type": "apiKey" } } }
"#,
    )],
    visits: &[Visit::Security(check)],
};

fn check(_: &Context<'_>, requirement: &Requirement<'_>, out: &mut Out<'_>) {
    let Some(definition) = requirement.definition else { return };
    if definition.get("type").and_then(Node::as_str) != Some("oauth2") {
        return;
    }
    let Some(scopes) = definition.get("scopes").filter(|scopes| scopes.is_object()) else { return };
    for scope in requirement.value.items() {
        if let Some(name) = scope.as_str().filter(|name| scopes.get(name).is_none()) {
            out.at(scope, format!("the security definition does not list the scope {}", quoted(name)));
        }
    }
}
