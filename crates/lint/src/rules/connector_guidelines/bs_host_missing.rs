use crate::Out;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::Context;
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "BS-HostMissing",
    group: Group::ConnectorGuidelines,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::Requirement("connector certification requirements"),
    what: "The definition has no `host`, or an empty one.",
    why: "Without a host there is nothing to verify and nothing to call. Also where a policy chooses the host \
           per connection, the definition names the default.",
    fix: "add \"host\" with the host name of the service",
    bad: &[
        Example::Definition(
            r#"
{ "swagger": "2.0" }
^
"#,
        ),
        Example::Definition(
            r#"
{ "host": "" }
          ^^
"#,
        ),
    ],
    good: &[Example::Definition(
        r#"
{ "host": "api.contoso.com" }
"#,
    )],
    visits: &[Visit::Document(check)],
};

fn check(context: &Context<'_>, out: &mut Out<'_>) {
    match context.root.get("host") {
        None => out.at(context.root, "the definition names no host"),
        Some(host) if host.as_str().is_some_and(|text| text.trim().is_empty()) => out.at(host, "the host is empty"),
        Some(_) => {}
    }
}
