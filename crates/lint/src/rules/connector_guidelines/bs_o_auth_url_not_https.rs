use crate::Out;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::Context;
use backshell_findings::Severity;
use backshell_source::Node;

pub(crate) static RULE: Rule = Rule {
    id: "BS-OAuthUrlNotHttps",
    group: Group::ConnectorGuidelines,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::Requirement("connector certification requirements"),
    what: "The `authorizationUrl` or `tokenUrl` of a security definition does not begin with `https://`.",
    why: "These addresses see the client secret and the tokens of every user.",
    fix: "use the https address of the identity provider",
    bad: &[Example::Definition(
        r#"
{ "securityDefinitions": { "sso": { "type": "oauth2", "tokenUrl": "http://login.contoso.com/token" } } }
                                                                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
"#,
    )],
    good: &[Example::Definition(
        r#"
{ "securityDefinitions": { "sso": { "type": "oauth2", "tokenUrl": "https://login.contoso.com/token" } } }
"#,
    )],
    visits: &[Visit::Document(check)],
};

fn check(context: &Context<'_>, out: &mut Out<'_>) {
    for member in context.root.get("securityDefinitions").into_iter().flat_map(Node::visible_members) {
        for name in ["authorizationUrl", "tokenUrl"] {
            if let Some(node) = member.value.get(name)
                && let Some(url) = node.as_str().filter(|url| !url.trim().is_empty())
                && !url.get(..8).is_some_and(|start| start.eq_ignore_ascii_case("https://"))
            {
                out.at(node, format!("the {name} is not an https address"));
            }
        }
    }
}
