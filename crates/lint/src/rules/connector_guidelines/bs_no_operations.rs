use crate::Out;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::Context;
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "BS-NoOperations",
    group: Group::ConnectorGuidelines,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::Requirement("connector certification requirements"),
    what: "The definition has `paths`, and no path has an operation. A definition without `paths` is left to \
           RequiredPropertyMissing.",
    why: "A connector without operations can do nothing.",
    fix: "describe at least one operation",
    bad: &[Example::Definition(
        r#"
{ "paths": { "/items": { "parameters": [] } } }
  ^^^^^^^
"#,
    )],
    good: &[
        Example::Definition(
            r#"
{ "paths": { "/items": { "get": {} } } }
"#,
        ),
        Example::Definition(
            r#"
{ "swagger": "2.0" }
"#,
        ),
    ],
    visits: &[Visit::Document(check)],
};

fn check(context: &Context<'_>, out: &mut Out<'_>) {
    if let Some(paths) = context.root.get("paths")
        && context.operations.is_empty()
    {
        out.at_key(paths, "there is no operation");
    }
}
