use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::Context;
use crate::{Out, quoted};
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "HostNameNotValid",
    group: Group::Properties,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "The member `host` is not a host name with an optional port: it holds a scheme, a path, a user name, \
           braces, blanks or a port that is none.",
    why: "The gateway connects to this host. What is not exactly a host can be read in two ways, and the wrong \
           one sends the call and its credential elsewhere.",
    fix: "write the host alone, for example \"api.contoso.com\"; the path belongs in basePath, the scheme in \
           schemes",
    bad: &[
        Example::Definition(
            r#"
{ "host": "https://api.contoso.com" }
          ^^^^^^^^^^^^^^^^^^^^^^^^^
"#,
        ),
        Example::Definition(
            r#"
{ "host": "{{replace_with_your_domain}}" }
          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
"#,
        ),
        Example::Definition(
            r#"
{ "host": "user@api.contoso.com" }
          ^^^^^^^^^^^^^^^^^^^^^^
"#,
        ),
    ],
    good: &[
        Example::Definition(
            r#"
{ "host": "api.contoso.com:8443" }
"#,
        ),
        Example::Definition(
            r#"
{ "basePath": "/v1" }
"#,
        ),
    ],
    visits: &[Visit::Document(check)],
};

fn check(context: &Context<'_>, out: &mut Out<'_>) {
    if let Some(host) = context.root.get("host")
        && !host.as_str().is_some_and(is_host_and_port)
    {
        let shown = quoted(host.as_str().unwrap_or(host.kind().as_str()));
        out.at(host, format!("{shown} is not a host name with an optional port"));
    }
}

fn is_host_and_port(text: &str) -> bool {
    let (host, port) = text.split_once(':').map_or((text, None), |(host, port)| (host, Some(port)));
    let outside = |letter: char| {
        letter.is_whitespace()
            || letter.is_control()
            || matches!(letter, '{' | '}' | '/' | '\\' | '@' | '?' | '#' | '%')
    };
    let digits =
        |port: &str| port.bytes().all(|byte| byte.is_ascii_digit()) && port.parse::<u16>().is_ok_and(|port| port > 0);
    !host.is_empty() && !host.contains(outside) && port.is_none_or(digits)
}
