use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::PropertiesFile;
use crate::{Out, quoted};
use backshell_findings::Severity;
use backshell_package::ConnectionParameterKind;

pub(crate) static RULE: Rule = Rule {
    id: "BS-PropsIdentityProvider",
    group: Group::ApiProperties,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::Requirement("connector package layout"),
    what: "A connection parameter of the type `oauthSetting` has no `oAuthSettings`, or these have no \
           `identityProvider`. A provider other than `oauth2`, `oauth2generic`, `aad`, `aadcertificate` and `facebook`, \
           letter for letter, is a warning. Parameters of sets are judged too.",
    why: "The provider decides how a user signs in. Without a known one no connection can be made.",
    fix: "name the provider: \"oauth2\" for a fixed sign-in address, \"oauth2generic\" for one built from templates, \"aad\" for Microsoft Entra ID",
    bad: &[
        Example::Properties(
            r#"
{ "properties": { "connectionParameters": { "token": { "type": "oauthSetting", "oAuthSettings": { "scopes": [] } } } } }
                                                                               ^^^^^^^^^^^^^^^
"#,
        ),
        Example::Properties(
            r#"
{ "properties": { "connectionParameters": {
    "token": { "type": "oauthSetting" },
    ^^^^^^^
    "other": { "type": "oauthSetting", "oAuthSettings": { "identityProvider": "DocuSign" } }
                                                                              ^^^^^^^^^^
} } }
"#,
        ),
    ],
    good: &[Example::Properties(
        r#"
{ "properties": { "connectionParameters": {
    "token": { "type": "oauthSetting", "oauthSettings": { "identityProvider": "oauth2generic" } },
    "token:identityProvider": { "type": "string" }
} } }
"#,
    )],
    visits: &[Visit::Properties(check)],
};

const PROVIDERS: [&str; 5] = ["oauth2", "oauth2generic", "aad", "aadcertificate", "facebook"];

fn check(file: &PropertiesFile<'_>, out: &mut Out<'_>) {
    for parameter in file.connection_parameters() {
        let Some(settings) = parameter.oauth_settings() else {
            if parameter.kind == ConnectionParameterKind::OAuth {
                let name = quoted(parameter.name);
                out.at_key(parameter.node, format!("the sign-in {name} has no oAuthSettings"));
            }
            continue;
        };
        match settings.get_ignore_case("identityProvider") {
            None => out.at(settings, "the sign-in names no identity provider"),
            Some(provider) => match provider.as_str().map(str::trim) {
                None | Some("") => out.at(provider, "the identity provider is no name"),
                Some(name) if !PROVIDERS.contains(&name) => {
                    let message = format!("the identity provider {} is not known", quoted(name));
                    out.severity(Severity::Warning).at(provider, message);
                }
                Some(_) => {}
            },
        }
    }
}
