use crate::Out;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::Context;
use backshell_findings::Severity;
use backshell_model::{HostName, HostNameError};
use backshell_package::Properties;

pub(crate) static RULE: Rule = Rule {
    id: "BS-HostNotPublic",
    group: Group::ConnectorGuidelines,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::Backshell,
    what: "The `host` is an IP address in any spelling, a name without a dot, or a name that is reserved for private networks, \
           tests or documents (such as those that end in `.internal`, `.test` or `.example`); a full stop at its end does not matter. \
           A name without a dot is accepted as a placeholder where a policy chooses the host of every operation: published \
           connectors write a word such as `DefinedInConnectionParameters` there, which no call ever reaches. A name that could \
           be reached is reported under such a policy too: `localhost`, an IP address, and what ends in a reserved name. Every \
           name is accepted where the properties declare the capability `gateway`.",
    why: "Such a name leads to the machine or network that the gateway runs in: calls meant for a service would reach what \
          no caller may see.",
    fix: "name the public host of the service",
    bad: &[
        Example::Definition(
            r#"
{ "host": "localhost:4433" }
          ^^^^^^^^^^^^^^^^
"#,
        ),
        Example::Definition(
            r#"
{ "host": "169.254.169.254" }
          ^^^^^^^^^^^^^^^^^
"#,
        ),
        Example::Definition(
            r#"
{ "host": "api.contoso.Example" }
          ^^^^^^^^^^^^^^^^^^^^^
"#,
        ),
        Example::Definition(
            r#"
{ "host": "orders.contoso.local." }
          ^^^^^^^^^^^^^^^^^^^^^^^
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
{ "host": "local.example.com" }
"#,
        ),
        Example::Files {
            files: &[
                ("apiDefinition.swagger.json", r#"{ "host": "DefinedByTheConnection" }"#),
                (
                    "apiProperties.json",
                    r#"{ "properties": { "policyTemplateInstances": [{ "templateId": "dynamichosturl" }] } }"#,
                ),
            ],
            whole: &[],
        },
    ],
    visits: &[Visit::Document(check)],
};

fn check(context: &Context<'_>, out: &mut Out<'_>) {
    let Some(node) = context.root.get("host") else { return };
    let Some(host) = node.as_str() else { return };
    // A scheme, a path or braces: that is no host at all, and `HostNameNotValid` says so.
    if host.contains(['/', '{', ' ']) {
        return;
    }
    let name = without_port(host);
    let name = name.strip_suffix('.').unwrap_or(name);
    let reason = match HostName::parse(name) {
        Err(HostNameError::IpLiteral) => "the host is an IP address",
        Err(HostNameError::SpecialName) if !is_placeholder(context, name) => "the host is no public name",
        Ok(_) if is_of_documents(name) => "the host is no public name",
        _ => return,
    };
    let capabilities = context.package.properties.as_ref().map(Properties::capabilities);
    if !capabilities.is_some_and(|all| all.iter().any(|one| one.eq_ignore_ascii_case("gateway"))) {
        out.at(node, reason);
    }
}

/// The host alone; what stands behind the last colon is a port when it is digits.
fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    }
}

/// Whether the name is under the domain that is reserved for documents.
fn is_of_documents(name: &str) -> bool {
    name.rsplit_once('.').is_some_and(|(_, last)| last.eq_ignore_ascii_case("example"))
}

/// Whether the name stands for a host that a policy puts in its place on every operation.
fn is_placeholder(context: &Context<'_>, name: &str) -> bool {
    let is_private = name.contains('.') || name.eq_ignore_ascii_case("localhost");
    let policies = context.package.properties.as_ref().map(Properties::policies).unwrap_or_default();
    !is_private && policies.iter().any(|policy| policy.template_id == "dynamichosturl" && policy.applies_everywhere())
}
