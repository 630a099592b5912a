use crate::Out;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::PropertiesFile;
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "BS-PropsClientSecretPresent",
    group: Group::ApiProperties,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::Requirement("connector certification requirements"),
    what: "The `oAuthSettings` of a connection parameter hold a client secret (`clientSecret`, in any case) \
           that is not empty and no dummy in double brackets such as `[[DummyValue]]`. Parameters of sets are \
           judged too.",
    why: "Whoever has the package has the secret. It belongs in the vault, where an administrator registers \
           it.",
    fix: "remove the secret from the package, and renew it at the identity provider",
    bad: &[Example::Properties(
        r#"
{ "properties": { "connectionParameters": { "sso": { "type": "oauthSetting", "oAuthSettings": {
    "clientId": "contoso", "ClientSecret": "hunter2hunter2"
                           ^^^^^^^^^^^^^^
} } } } }
"#,
    )],
    good: &[Example::Properties(
        r#"
{ "properties": { "connectionParameters": { "sso": { "type": "oauthSetting", "oAuthSettings": {
    "clientId": "contoso", "clientSecret": "[[DummyValue]]"
} } } } }
"#,
    )],
    visits: &[Visit::Properties(check)],
};

fn check(file: &PropertiesFile<'_>, out: &mut Out<'_>) {
    for parameter in file.connection_parameters() {
        let secret = parameter.oauth_settings().and_then(|settings| settings.get_ignore_case("clientSecret"));
        let is_dummy = |text: &str| text.trim().is_empty() || (text.starts_with("[[") && text.ends_with("]]"));
        if let Some(secret) = secret
            && !secret.as_str().is_some_and(is_dummy)
            && !secret.is_null()
        {
            out.at_secret(secret, "the package holds a client secret");
        }
    }
}
