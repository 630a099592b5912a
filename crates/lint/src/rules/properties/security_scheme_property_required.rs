use crate::Out;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::Context;
use backshell_findings::Severity;
use backshell_source::Node;

pub(crate) static RULE: Rule = Rule {
    id: "SecuritySchemePropertyRequired",
    group: Group::Properties,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "A security definition lacks a member that its kind needs, or has it empty: `name` and `in` for \
           apiKey; `flow` and the addresses of that flow for oauth2. Missing scopes of oauth2 are a warning.",
    why: "Without it the gateway cannot know where the credential goes or where it comes from.",
    fix: "add the missing member",
    bad: &[
        Example::Definition(
            r#"
{ "securityDefinitions": { "key": { "type": "apiKey", "in": "header" } } }
                           ^^^^^
"#,
        ),
        Example::Definition(
            r#"
{ "securityDefinitions": { "key": { "type": "apiKey", "in": "header", "name": "" },
                                                                              ^^
    "a": { "type": "oauth2", "flow": "password", "tokenUrl": "https://contoso.com/token" } } }
    ^^^
"#,
        ),
    ],
    good: &[Example::Definition(
        r#"
{ "securityDefinitions": { "key": { "type": "apiKey", "in": "header", "name": "X-Key" }, "b": { "type": "basic" },
    "a": { "type": "oauth2", "flow": "password", "tokenUrl": "https://contoso.com/token", "scopes": {} } } }
"#,
    )],
    visits: &[Visit::Document(check)],
};

fn check(context: &Context<'_>, out: &mut Out<'_>) {
    let definitions = context.root.get("securityDefinitions").into_iter().flat_map(Node::visible_members);
    for definition in definitions.map(|member| member.value) {
        for name in needed(definition) {
            match definition.get(name) {
                None => out.lacking(name).at_key(definition, format!("the security definition has no `{name}`")),
                Some(value) if value.as_str().is_none_or(|text| text.trim().is_empty()) => {
                    out.at(value, format!("`{name}` of the security definition says nothing"));
                }
                Some(_) => {}
            }
        }
        if text(definition, "type") == Some("oauth2") && !definition.get("scopes").is_some_and(Node::is_object) {
            let message = "the security definition has no `scopes`";
            out.severity(Severity::Warning).lacking("scopes").at_key(definition, message);
        }
    }
}

fn needed(definition: Node<'_>) -> &'static [&'static str] {
    match (text(definition, "type"), text(definition, "flow")) {
        (Some("apiKey"), _) => &["name", "in"],
        (Some("oauth2"), Some("implicit")) => &["authorizationUrl"],
        (Some("oauth2"), Some("accessCode")) => &["authorizationUrl", "tokenUrl"],
        (Some("oauth2"), Some("password" | "application")) => &["tokenUrl"],
        (Some("oauth2"), _) => &["flow"],
        _ => &[],
    }
}

fn text<'d>(object: Node<'d>, name: &str) -> Option<&'d str> {
    object.get(name).and_then(Node::as_str)
}
