use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::Context;
use crate::{Out, quoted};
use backshell_findings::Severity;
use backshell_source::Node;

pub(crate) static RULE: Rule = Rule {
    id: "BS-OAuthFlowUnsupported",
    group: Group::ConnectorGuidelines,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::Requirement("connector certification requirements"),
    what: "The `flow` of an oauth2 definition is not `accessCode`. `implicit` is a warning only: with a `tokenUrl` \
           beside it, it is read as accessCode.",
    why: "The gateway signs users in with the authorization code and renews their tokens by itself; the other \
           flows need a password in its hands, act for no user at all, or end with the token.",
    fix: "use the flow accessCode with an authorizationUrl and a tokenUrl",
    bad: &[
        Example::Definition(
            r#"
{ "securityDefinitions": { "sso": { "type": "oauth2", "flow": "application" } } }
                                                              ^^^^^^^^^^^^^
"#,
        ),
        Example::Definition(
            r#"
{ "securityDefinitions": { "sso": { "type": "oauth2", "flow": "implicit", "tokenUrl": "https://login.contoso.com/token" } } }
                                                              ^^^^^^^^^^
"#,
        ),
    ],
    good: &[Example::Definition(
        r#"
{ "securityDefinitions": { "sso": { "type": "oauth2", "flow": "accessCode" }, "key": { "type": "apiKey", "flow": "application" }, "open": { "type": "oauth2" } } }
"#,
    )],
    visits: &[Visit::Document(check)],
};

fn check(context: &Context<'_>, out: &mut Out<'_>) {
    for member in context.root.get("securityDefinitions").into_iter().flat_map(Node::visible_members) {
        let text = |name: &str| member.value.get(name).and_then(Node::as_str);
        let Some(flow) = member.value.get("flow").filter(|_| text("type") == Some("oauth2")) else { continue };
        match flow.as_str() {
            None | Some("accessCode") => {}
            Some("implicit") if text("tokenUrl").is_some() => {
                out.severity(Severity::Warning).at(flow, "the flow `implicit` is read as `accessCode`");
            }
            Some("implicit") => {
                out.severity(Severity::Warning).at(flow, "the flow `implicit` has no token address to work with");
            }
            Some(other) => out.at(flow, format!("the flow {} is not supported", quoted(other))),
        }
    }
}
