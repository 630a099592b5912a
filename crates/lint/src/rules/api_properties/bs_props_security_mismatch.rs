use crate::policy;
use crate::rule::{DEFINITION, PROPERTIES};
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::PropertiesFile;
use crate::{Out, quoted};
use backshell_findings::Severity;
use backshell_model::FastSet;
use backshell_package::ConnectionParameterKind;
use backshell_source::Node;

pub(crate) static RULE: Rule = Rule {
    id: "BS-PropsSecurityMismatch",
    group: Group::ApiProperties,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::Requirement("connector package layout"),
    what: "The connection parameters do not fit the `securityDefinitions` of the definition: there is an `oauth2` \
           definition and no parameter of the type `oauthSetting`, or the other way round; or there is an `apiKey` or \
           `basic` definition and no parameter at all. A parameter that a user fills in while the definition has no \
           security at all is a warning, unless a policy reads it. Parameters of sets count; with sets, a sign-in \
           needs no `oauth2` definition, since a definition cannot describe several ways to sign in.",
    why: "The definition says what the service asks for, the parameters what users can give. Where the two differ, \
           credentials are asked for and not sent, or needed and not there.",
    fix: "describe the same way to sign in in securityDefinitions and in connectionParameters",
    bad: &[
        Example::Files {
            files: &[
                (
                    DEFINITION,
                    r#"{ "securityDefinitions": { "sso": { "type": "oauth2" }, "key": { "type": "apiKey" } } }"#,
                ),
                (
                    PROPERTIES,
                    r#"
{ "properties": { "connectionParameters": {} } }
                  ^^^^^^^^^^^^^^^^^^^^^^
"#,
                ),
            ],
            whole: &[],
        },
        Example::Files {
            files: &[
                (DEFINITION, r#"{ "securityDefinitions": { "key": { "type": "apiKey" } } }"#),
                (
                    PROPERTIES,
                    r#"
{ "properties": { "connectionParameters": { "token": { "type": "oauthSetting" } } } }
                                                               ^^^^^^^^^^^^^^
"#,
                ),
            ],
            whole: &[],
        },
        Example::Files {
            files: &[
                (DEFINITION, r#"{ "securityDefinitions": {} }"#),
                (
                    PROPERTIES,
                    r#"
{ "properties": { "connectionParameters": { "api_key": { "type": "securestring" } } } }
                                            ^^^^^^^^^
"#,
                ),
            ],
            whole: &[],
        },
    ],
    good: &[
        Example::Files {
            files: &[
                (DEFINITION, r#"{ "securityDefinitions": { "sso": { "type": "oauth2" } } }"#),
                (
                    PROPERTIES,
                    r#"{ "properties": { "connectionParameters": { "token": { "type": "oauthSetting" }, "token:site": { "type": "string" } } } }"#,
                ),
            ],
            whole: &[],
        },
        Example::Files {
            files: &[
                (DEFINITION, "{}"),
                (
                    PROPERTIES,
                    r#"
{ "properties": {
    "connectionParameters": { "Key": { "type": "securestring" } },
    "policyTemplateInstances": [{ "templateId": "setheader", "parameters": {
        "x-ms-apimTemplateParameter.value": "Bearer @connectionParameters('key')"
    } }]
} }
"#,
                ),
            ],
            whole: &[],
        },
        Example::Files {
            files: &[
                (DEFINITION, r#"{ "securityDefinitions": { "password": { "type": "basic" } } }"#),
                (
                    PROPERTIES,
                    r#"
{ "properties": { "connectionParameterSets": { "values": [
    { "name": "sign-in", "parameters": { "token": { "type": "oauthSetting" } } }
] } } }
"#,
                ),
            ],
            whole: &[],
        },
    ],
    visits: &[Visit::Properties(check)],
};

fn check(file: &PropertiesFile<'_>, out: &mut Out<'_>) {
    let (Some(definition), Some(properties)) = (&file.package.definition, file.properties.node()) else { return };
    let kinds = || {
        let definitions = definition.document.root().get("securityDefinitions");
        let members = definitions.into_iter().flat_map(Node::visible_members);
        members.filter_map(|member| member.value.get("type")?.as_str())
    };
    let defines = |wanted: &str| kinds().any(|kind| kind == wanted);
    let parameters = file.connection_parameters();
    let has_sets = file.properties.get("connectionParameterSets").is_some();
    let place = file.properties.get("connectionParameters").filter(|node| node.is_object()).unwrap_or(properties);
    let is_sign_in = |kind| kind == ConnectionParameterKind::OAuth;
    // A gateway is picked, not sent.
    let is_given = |kind| !is_sign_in(kind) && kind != ConnectionParameterKind::Gateway;
    if defines("oauth2") && !parameters.iter().any(|parameter| is_sign_in(parameter.kind)) {
        out.at(place, "the definition asks for OAuth, and there is no connection parameter of the type `oauthSetting`");
    } else if let Some(kind) = kinds().find(|kind| matches!(*kind, "apiKey" | "basic"))
        && parameters.is_empty()
    {
        out.at(place, format!("the definition asks for `{kind}`, and there is no connection parameter"));
    }
    if !has_sets && !defines("oauth2") {
        for parameter in parameters.iter().filter(|parameter| is_sign_in(parameter.kind)) {
            let shown = parameter.node.get_ignore_case("type").unwrap_or(parameter.node);
            out.at(shown, "users sign in with OAuth, and the definition has no `oauth2` security");
        }
    }
    if kinds().next().is_some() {
        return;
    }
    let mut read: Option<FastSet<String>> = None;
    for parameter in parameters.iter().filter(|parameter| is_given(parameter.kind) && !parameter.is_claim()) {
        let read = read.get_or_insert_with(|| policy::parameters_read(file.properties));
        if !parameter.hidden && !read.contains(&parameter.name.to_ascii_lowercase()) {
            let message = format!(
                "users give {}, and neither the definition's security nor a policy uses it",
                quoted(parameter.name)
            );
            out.severity(Severity::Warning).at_key(parameter.node, message);
        }
    }
}
