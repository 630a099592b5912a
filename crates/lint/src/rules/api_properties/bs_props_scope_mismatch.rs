use crate::rule::{DEFINITION, PROPERTIES};
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::{PropertiesFile, is_extension};
use crate::{Out, quoted};
use backshell_findings::Severity;
use backshell_model::FastSet;
use backshell_source::Node;

pub(crate) static RULE: Rule = Rule {
    id: "BS-PropsScopeMismatch",
    group: Group::ApiProperties,
    severity: Severity::Warning,
    since: "0.1.0",
    source: Source::Requirement("connector package layout"),
    what: "The `scopes` of `oAuthSettings` name a scope that no `oauth2` definition of the definition lists. A \
           definition that lists no scopes at all says nothing about them. Entries with several scopes are divided \
           at blanks and commas on both sides; a scope with a placeholder in braces is left alone. Parameters of sets \
           are judged too.",
    why: "Users consent to what `oAuthSettings` ask for. A scope that the definition does not know is a right that no \
           operation needs, or a slip that the identity provider refuses.",
    fix: "list the scope under securityDefinitions, or do not ask for it",
    bad: &[Example::Files {
        files: &[
            (
                DEFINITION,
                r#"{ "securityDefinitions": { "sso": { "type": "oauth2", "scopes": { "read": "", "write": "" } } } }"#,
            ),
            (
                PROPERTIES,
                r#"
{ "properties": { "connectionParameters": { "token": { "type": "oauthSetting", "oAuthSettings": {
    "scopes": ["read", "write admin", "Read"]
                       ^^^^^^^^^^^^^  ^^^^^^
} } } } }
"#,
            ),
        ],
        whole: &[],
    }],
    good: &[
        Example::Files {
            files: &[
                (
                    DEFINITION,
                    r#"{ "securityDefinitions": { "sso": { "type": "oauth2", "scopes": { "read write": "" } } } }"#,
                ),
                (
                    PROPERTIES,
                    r#"
{ "properties": { "connectionParameters": { "token": { "type": "oauthSetting", "oAuthSettings": {
    "scopes": ["write,read", "", "{Scope}"]
} } } } }
"#,
                ),
            ],
            whole: &[],
        },
        Example::Files {
            files: &[
                (
                    DEFINITION,
                    r#"{ "securityDefinitions": { "sso": { "type": "oauth2", "scopes": { "x-ms-docs": "" } } } }"#,
                ),
                (
                    PROPERTIES,
                    r#"
{ "properties": { "connectionParameters": { "token": { "type": "oauthSetting", "oAuthSettings": {
    "scopes": ["read"]
} } } } }
"#,
                ),
            ],
            whole: &[],
        },
    ],
    visits: &[Visit::Properties(check)],
};

fn check(file: &PropertiesFile<'_>, out: &mut Out<'_>) {
    let Some(definition) = &file.package.definition else { return };
    let mut listed: Option<FastSet<&str>> = None;
    for parameter in file.connection_parameters() {
        let scopes = parameter.oauth_settings().and_then(|settings| settings.get_ignore_case("scopes"));
        for node in scopes.into_iter().flat_map(Node::items) {
            let listed = listed.get_or_insert_with(|| listed_scopes(definition.document.root()));
            if listed.is_empty() {
                return;
            }
            let unknown = |scope: &&str| !scope.contains('{') && !listed.contains(scope);
            if let Some(scope) = split(node.as_str().unwrap_or_default()).find(unknown) {
                out.at(node, format!("the scope {} is not listed in the definition", quoted(scope)));
            }
        }
    }
}

/// The scopes of all `oauth2` definitions.
fn listed_scopes(root: Node<'_>) -> FastSet<&str> {
    let definitions = root.get("securityDefinitions").into_iter().flat_map(Node::visible_members);
    let oauth = definitions.filter(|member| member.value.get("type").and_then(Node::as_str) == Some("oauth2"));
    oauth
        .filter_map(|member| member.value.get("scopes"))
        .flat_map(|scopes| {
            let named = scopes.members().map(|member| member.key).filter(|name| !is_extension(name));
            named.chain(scopes.items().filter_map(Node::as_str))
        })
        .flat_map(split)
        .collect()
}

fn split(entry: &str) -> impl Iterator<Item = &str> {
    entry.split(|character: char| character.is_whitespace() || character == ',').filter(|scope| !scope.is_empty())
}
