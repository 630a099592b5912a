use crate::Out;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::PropertiesFile;
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "BS-PropsRedirectUrl",
    group: Group::ApiProperties,
    severity: Severity::Warning,
    since: "0.1.0",
    source: Source::Backshell,
    what: "The `redirectUrl` of `oAuthSettings` is no text, is no `https` address, or is not the consent page of \
           the platform that connectors are written for: `https://global.consent.azure-apim.net/redirect`, with \
           another label in place of `global` or a part for the connector at the end. Absent or empty is best: the \
           gateway uses its own address in any case, and puts it in the place of the platform's. Parameters of sets are judged \
           too.",
    why: "Sign-ins end at the gateway, never at the address in the package. Another one shows that the identity \
           provider knows the connector under an address that will not work, or that sign-in codes would go to a \
           third party.",
    fix: "remove the redirectUrl, and register the gateway's callback address at the identity provider",
    bad: &[Example::Properties(
        r#"
{ "properties": { "connectionParameters": {
    "one": { "type": "oauthSetting", "oAuthSettings": { "redirectUrl": "https://api.contoso.com/redirect" } },
                                                                       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    "two": { "type": "oauthSetting", "oAuthSettings": { "redirectUrl": "http://global.consent.azure-apim.net/redirect" } },
                                                                       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    "three": { "type": "oauthSetting", "oAuthSettings": { "redirectUrl": ["https://global.consent.azure-apim.net/redirect"] } }
                                                          ^^^^^^^^^^^^^
} } }
"#,
    )],
    good: &[Example::Properties(
        r#"
{ "properties": { "connectionParameters": {
    "one": { "type": "oauthSetting", "oAuthSettings": { "redirectUrl": "https://global.consent.azure-apim.net/redirect" } },
    "two": { "type": "oauthSetting", "oAuthSettings": { "redirectUrl": "https://Europe-001.consent.azure-apim.net/redirect/contoso-5f" } },
    "three": { "type": "oauthSetting", "oAuthSettings": { "redirectUrl": "" } }
} } }
"#,
    )],
    visits: &[Visit::Properties(check)],
};

fn check(file: &PropertiesFile<'_>, out: &mut Out<'_>) {
    for parameter in file.connection_parameters() {
        let Some(url) = parameter.oauth_settings().and_then(|settings| settings.get_ignore_case("redirectUrl")) else {
            continue;
        };
        let message = match url.as_str().map(str::trim) {
            Some(text) if text.is_empty() || is_consent_page(text) => continue,
            None if url.is_null() => continue,
            None => "the redirectUrl is no text",
            Some(text) if strip_https(text).is_none() => "the redirectUrl is no https address",
            Some(_) => "the redirectUrl is not the address that sign-ins return to",
        };
        out.at(url, message);
    }
}

/// Whether this is an address of the platform's consent service.
fn is_consent_page(url: &str) -> bool {
    const HOST: &str = "consent.azure-apim.net";
    let Some((host, path)) = strip_https(url).and_then(|rest| rest.split_once('/')) else { return false };
    let is_label =
        |label: &str| !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let known = host.split_once('.').is_some_and(|(label, rest)| is_label(label) && rest.eq_ignore_ascii_case(HOST));
    known && (path == "redirect" || path.starts_with("redirect/"))
}

fn strip_https(url: &str) -> Option<&str> {
    let (scheme, rest) = url.split_at_checked("https://".len())?;
    scheme.eq_ignore_ascii_case("https://").then_some(rest)
}
