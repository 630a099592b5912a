use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::{Context, Operation};
use crate::{Out, quoted};
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "BS-OperationIdPascalCase",
    group: Group::ConnectorGuidelines,
    severity: Severity::Warning,
    since: "0.1.0",
    source: Source::Requirement("connector coding standards"),
    what: "An `operationId` does not begin with a capital letter from A to Z, or holds something else than letters \
           from A to Z and digits. A revision at its end (`_V` or `_v` and a number) is left aside.",
    why: "Ids become names in formulas and generated code, where one style is expected; other characters are \
           replaced there.",
    fix: "write the id as words with capitals, for example ListOpenOrders or ListOpenOrders_V2",
    bad: &[Example::Definition(
        r#"
{ "paths": { "/items": { "get": { "operationId": "listItems" }, "put": { "operationId": "Put_Items" } } } }
                                                 ^^^^^^^^^^^                            ^^^^^^^^^^^
"#,
    )],
    good: &[Example::Definition(
        r#"
{ "paths": { "/items": { "get": { "operationId": "ListItems_V12" }, "head": { "operationId": "ListItems_v2" }, "put": { "operationId": "" }, "post": { "operationId": "X2" } } } }
"#,
    )],
    visits: &[Visit::Operation(check)],
};

fn check(_: &Context<'_>, operation: &Operation<'_>, out: &mut Out<'_>) {
    let Some(node) = operation.id else { return };
    let Some(id) = node.as_str().filter(|id| !id.is_empty()) else { return };
    let name = without_revision(id);
    if !name.starts_with(|letter: char| letter.is_ascii_uppercase())
        || !name.bytes().all(|byte| byte.is_ascii_alphanumeric())
    {
        out.at(node, format!("the operationId {} is not in Pascal case", quoted(id)));
    }
}

fn without_revision(id: &str) -> &str {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match id.rsplit_once("_V").or_else(|| id.rsplit_once("_v")) {
        Some((name, revision)) if is_number(revision) => name,
        _ => id,
    }
}
