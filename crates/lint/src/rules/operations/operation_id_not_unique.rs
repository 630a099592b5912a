use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::{Context, Operation};
use crate::{Out, quoted};
use backshell_findings::Severity;
use backshell_model::FastMap;
use std::collections::hash_map::Entry;

pub(crate) static RULE: Rule = Rule {
    id: "OperationIdNotUnique",
    group: Group::Operations,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "Two operations have the same `operationId`, letter case ignored. Each one after the first is \
           reported.",
    why: "The id is how a call, a permission and a policy name the operation; with two of the same name a \
           permission for one is a permission for the other.",
    fix: "give every operation a name of its own",
    bad: &[Example::Definition(
        r#"
{ "paths": { "/items": {
    "get": { "operationId": "Items" },
    "post": { "operationId": "items" }
                             ^^^^^^^
} } }
"#,
    )],
    good: &[Example::Definition(
        r#"
{ "paths": { "/items": { "get": { "operationId": "ListItems" }, "post": { "operationId": "ListItems_V2" } } } }
"#,
    )],
    visits: &[Visit::Document(check)],
};

fn check(context: &Context<'_>, out: &mut Out<'_>) {
    let mut seen = FastMap::default();
    for operation in &context.operations {
        let Some(id) = operation.id else { continue };
        let Some(text) = id.as_str().filter(|text| !text.is_empty()) else { continue };
        match seen.entry(text.to_lowercase()) {
            Entry::Vacant(entry) => {
                entry.insert(operation);
            }
            Entry::Occupied(entry) => {
                let first: &Operation<'_> = entry.get();
                let first = quoted(&format!("{} {}", first.method, first.path));
                out.at(id, format!("the operationId {} is already that of {first}", quoted(text)));
            }
        }
    }
}
