use crate::keywords::looks_like_extension;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::Context;
use crate::view::is_extension;
use crate::{Out, quoted};
use backshell_findings::Severity;
use backshell_source::Node;

pub(crate) static RULE: Rule = Rule {
    id: "SecuritySchemePropertyNotValid",
    group: Group::Properties,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "A security definition has a member that does not belong to its type or flow: `name` and `in` are for \
           apiKey; `flow`, `scopes` and the addresses of the flow for oauth2. Where the type or the flow is \
           unknown, members of any known one are let through.",
    why: "The definition says two things at once about where the credential goes or comes from.",
    fix: "remove the member, or correct the type or the flow",
    bad: &[
        Example::Definition(
            r#"
{ "securityDefinitions": { "key": { "type": "apiKey", "in": "header", "name": "X-Key", "scopes": {} }, "plain": { "type": "basic", "in": "header" } } }
                                                                                       ^^^^^^^^                                    ^^^^
"#,
        ),
        Example::Definition(
            r#"
{ "securityDefinitions": { "a": { "type": "oauth2", "flow": "implicit", "scopes": {}, "authorizationUrl": "https://contoso.com/a", "tokenUrl": "https://contoso.com/t" } } }
                                                                                                                                   ^^^^^^^^^^
"#,
        ),
    ],
    good: &[Example::Definition(
        r#"
{ "securityDefinitions": { "name": { "type": "basic", "description": "", "x-note": 1 }, "b": { "type": "apiKey", "in": "query", "name": "key" },
    "a": { "type": "oauth2", "flow": "accessCode", "scopes": { "in": "" }, "authorizationUrl": "https://contoso.com/a", "tokenUrl": "https://contoso.com/t" },
    "c": { "type": "oauth2", "flow": "other", "tokenUrl": "https://contoso.com/t" }, "d": { "type": "other", "in": "query", "flow": "implicit" } } }
"#,
    )],
    visits: &[Visit::Document(check)],
};

fn check(context: &Context<'_>, out: &mut Out<'_>) {
    let definitions = context.root.get("securityDefinitions").into_iter().flat_map(Node::visible_members);
    for definition in definitions.map(|member| member.value) {
        let text = |name: &str| definition.get(name).and_then(Node::as_str);
        let (kind, flow) = (text("type"), text("flow"));
        for member in definition.visible_members() {
            let name = member.key;
            if !is_extension(name) && !looks_like_extension(name) && !belongs(name, kind, flow) {
                let message = format!("{} does not belong to this kind of security definition", quoted(name));
                out.at_key(member.value, message);
            }
        }
    }
}

fn belongs(name: &str, kind: Option<&str>, flow: Option<&str>) -> bool {
    let is = |wanted: &[&str], value: Option<&str>, all: &[&str]| match value {
        Some(value) if all.contains(&value) => wanted.contains(&value),
        _ => true,
    };
    let is_kind = |wanted: &str| is(&[wanted], kind, &["basic", "apiKey", "oauth2"]);
    let is_flow = |wanted: &[&str]| is(wanted, flow, &["implicit", "password", "application", "accessCode"]);
    match name {
        "type" | "description" => true,
        "name" | "in" => is_kind("apiKey"),
        "flow" | "scopes" => is_kind("oauth2"),
        "authorizationUrl" => is_kind("oauth2") && is_flow(&["implicit", "accessCode"]),
        "tokenUrl" => is_kind("oauth2") && is_flow(&["password", "application", "accessCode"]),
        _ => false,
    }
}
