use crate::Out;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::Context;
use backshell_findings::Severity;
use backshell_source::Node;

pub(crate) static RULE: Rule = Rule {
    id: "ProductionStatusOnBetaService",
    group: Group::Properties,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "The annotation of `info` says Production, and the service says that it is not: beta, preview or \
           alpha is a label of its host, a segment of its base path, or the first segment of every path.",
    why: "Users build on a connector that says Production. A service in preview may change under them from one \
           day to the next.",
    fix: "set the status to Preview, or point the connector to the released service",
    bad: &[
        Example::Definition(
            r#"
{ "info": { "x-ms-api-annotation": { "status": "Production" } }, "host": "beta.contoso.com" }
                                               ^^^^^^^^^^^^
"#,
        ),
        Example::Definition(
            r#"
{ "info": { "x-ms-api-annotation": { "status": "Production" } }, "host": "contoso.com", "basePath": "/api/Preview" }
                                               ^^^^^^^^^^^^
"#,
        ),
        Example::Definition(
            r#"
{ "info": { "x-ms-api-annotation": { "status": "Production" } }, "host": "contoso.com", "basePath": "/", "paths": { "/alpha/items": {}, "/alpha": {} } }
                                               ^^^^^^^^^^^^
"#,
        ),
    ],
    good: &[
        Example::Definition(
            r#"
{ "info": { "x-ms-api-annotation": { "status": "Production" } }, "host": "betamax.contoso.com", "basePath": "/previews", "paths": { "/beta/items": {}, "/items": {} } }
"#,
        ),
        Example::Definition(
            r#"
{ "info": { "x-ms-api-annotation": { "status": "Preview" } }, "host": "beta.contoso.com" }
"#,
        ),
        Example::Definition(
            r#"
{ "info": {}, "host": "beta.contoso.com" }
"#,
        ),
    ],
    visits: &[Visit::Info(check)],
};

fn check(context: &Context<'_>, info: Node<'_>, out: &mut Out<'_>) {
    let status = info.get("x-ms-api-annotation").and_then(|annotation| annotation.get("status"));
    let Some(status) = status.filter(|status| status.as_str() == Some("Production")) else { return };
    let text = |name: &str| context.root.get(name).and_then(Node::as_str).unwrap_or_default();
    let host = text("host").split(':').next().unwrap_or_default();
    let first_segment = |template: &str| template.trim_start_matches('/').split('/').next().is_some_and(is_sign);
    let is_early = host.split('.').any(is_sign)
        || text("basePath").split('/').any(is_sign)
        || (!context.paths.is_empty() && context.paths.iter().all(|path| first_segment(path.template)));
    if is_early {
        out.at(status, "the status is Production, but the address of the service says that it is in preview");
    }
}

fn is_sign(label: &str) -> bool {
    ["beta", "preview", "alpha"].iter().any(|sign| label.eq_ignore_ascii_case(sign))
}
