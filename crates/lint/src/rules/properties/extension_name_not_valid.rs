use crate::keywords::looks_like_extension;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::Context;
use crate::{Out, quoted};
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "ExtensionNameNotValid",
    group: Group::Properties,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "A Swagger object has a member that Swagger does not know and that looks like an extension without \
           beginning with `x-`: it has `ms-` in its name (not inside a word such as terms-), or begins with \
           `x_` or `X-`.",
    why: "Only names that begin with a small `x-` are extensions. Everything else is ignored, or makes the \
           document invalid.",
    fix: "begin the name with x-",
    bad: &[
        Example::Definition(
            r#"
{ "parameters": { "P": { "in": "query", "name": "p", "ms-summary": "P" } } }
                                                     ^^^^^^^^^^^^
"#,
        ),
        Example::Definition(
            r#"
{ "definitions": { "A": { "X-ms-visibility": "internal", "x_ms_summary": "A", "xms-summary": "A" } } }
                          ^^^^^^^^^^^^^^^^^              ^^^^^^^^^^^^^^       ^^^^^^^^^^^^^
"#,
        ),
    ],
    good: &[Example::Definition(
        r#"
{ "parameters": { "P": { "in": "query", "name": "p", "x-ms-summary": "P", "terms-used": 1 } },
  "definitions": { "A": { "properties": { "ms-id": {}, "X-Id": {} }, "example": { "ms-id": 1 } } },
  "responses": { "R": { "description": "r", "headers": { "X-Request-Id": { "type": "string" } } } } }
"#,
    )],
    visits: &[Visit::Document(check)],
};

fn check(context: &Context<'_>, out: &mut Out<'_>) {
    for (node, _) in &context.survey().unknown {
        let name = node.key().unwrap_or_default();
        if looks_like_extension(name) {
            out.at_key(*node, format!("{} looks like an extension but does not begin with `x-`", quoted(name)));
        }
    }
}
