use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::PropertiesFile;
use crate::{Out, quoted};
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "BS-PropsRedirectMode",
    group: Group::ApiProperties,
    severity: Severity::Warning,
    since: "0.1.0",
    source: Source::Requirement("connector package layout"),
    what: "The `redirectMode` of `oAuthSettings` is none of `Global`, `Direct` and `GlobalPerConnector`, letter for \
           letter. It may be absent. Parameters of sets are judged too.",
    why: "The mode says which address the identity provider sends users back to. With an unknown one the address that was \
           registered there may not be the one in use.",
    fix: "write \"GlobalPerConnector\", so that no other connector can receive this one's sign-ins",
    bad: &[Example::Properties(
        r#"
{ "properties": { "connectionParameters": { "token": { "type": "oauthSetting", "oAuthSettings": {
    "redirectMode": "global"
                    ^^^^^^^^
} } } } }
"#,
    )],
    good: &[Example::Properties(
        r#"
{ "properties": { "connectionParameters": {
    "token": { "type": "oauthSetting", "oAuthSettings": { "redirectMode": "GlobalPerConnector" } },
    "other": { "type": "oauthSetting", "oAuthSettings": {}, "redirectMode": "global" }
} } }
"#,
    )],
    visits: &[Visit::Properties(check)],
};

const MODES: [&str; 3] = ["Global", "Direct", "GlobalPerConnector"];

fn check(file: &PropertiesFile<'_>, out: &mut Out<'_>) {
    for parameter in file.connection_parameters() {
        let mode = parameter.oauth_settings().and_then(|settings| settings.get_ignore_case("redirectMode"));
        if let Some(mode) = mode
            && !mode.as_str().is_some_and(|mode| MODES.contains(&mode))
        {
            let shown = quoted(mode.as_str().unwrap_or(mode.kind().as_str()));
            out.at(mode, format!("{shown} is no redirect mode"));
        }
    }
}
