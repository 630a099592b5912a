use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::{Context, Operation};
use crate::{Out, quoted};
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "InvalidNextLinkNameValue",
    group: Group::Operations,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "The `nextLinkName` of `x-ms-pageable` is neither `nextLink` nor `@odata.nextLink`, letter for \
           letter.",
    why: "Paging looks for these two names only; with another one a client stops after the first page and \
           takes it for everything.",
    fix: "use \"nextLink\" or \"@odata.nextLink\"",
    bad: &[Example::Definition(
        r#"
{ "paths": { "/items": { "get": { "x-ms-pageable": { "nextLinkName": "nextlink" } } } } }
                                                                     ^^^^^^^^^^
"#,
    )],
    good: &[Example::Definition(
        r#"
{ "paths": { "/items": { "get": { "x-ms-pageable": { "nextLinkName": "@odata.nextLink" } } } } }
"#,
    )],
    visits: &[Visit::Operation(check)],
};

fn check(_: &Context<'_>, operation: &Operation<'_>, out: &mut Out<'_>) {
    let Some(pageable) = operation.node.get("x-ms-pageable") else { return };
    if let Some(name) = pageable.get("nextLinkName")
        && !matches!(name.as_str(), Some("nextLink" | "@odata.nextLink"))
    {
        let shown = quoted(name.as_str().unwrap_or(name.kind().as_str()));
        out.at(name, format!("paging does not know the link name {shown}"));
    }
}
