use crate::Out;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::Context;
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "BS-SchemesMissing",
    group: Group::ConnectorGuidelines,
    severity: Severity::Warning,
    since: "0.1.0",
    source: Source::Requirement("Swagger 2.0"),
    what: "The definition has no `schemes`; `https` is then assumed. An empty list is left to SchemesArrayEmpty.",
    why: "A reader that knows Swagger takes the scheme of the address that the definition was fetched from, which \
           may be plain HTTP.",
    fix: "add \"schemes\": [\"https\"]",
    bad: &[Example::Definition(
        r#"
{ "host": "api.contoso.com" }
^
"#,
    )],
    good: &[
        Example::Definition(
            r#"
{ "schemes": ["https"] }
"#,
        ),
        Example::Definition(
            r#"
{ "schemes": [] }
"#,
        ),
    ],
    visits: &[Visit::Document(check)],
};

fn check(context: &Context<'_>, out: &mut Out<'_>) {
    if context.root.is_object() && context.root.get("schemes").is_none() {
        out.at(context.root, "the definition does not say by which scheme the service is reached");
    }
}
