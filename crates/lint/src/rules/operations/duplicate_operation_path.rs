use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::template;
use crate::view::Context;
use crate::{Out, quoted};
use backshell_findings::Severity;
use backshell_model::FastMap;
use std::collections::hash_map::Entry;

pub(crate) static RULE: Rule = Rule {
    id: "DuplicateOperationPath",
    group: Group::Operations,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "Two operations with the same method have paths that are equal once letter case and the names of \
           variables are ignored.",
    why: "An address fits both, so that nothing can say which of them a call means.",
    fix: "merge the two operations, or make their paths differ in a fixed segment",
    bad: &[Example::Definition(
        r#"
{ "paths": {
    "/items/{id}": { "get": {} },
    "/items/{key}": { "get": {} }
                      ^^^^^
} }
"#,
    )],
    good: &[Example::Definition(
        r#"
{ "paths": { "/items/{id}": { "get": {} }, "/items/{key}": { "put": {} }, "/items/latest": { "get": {} } } }
"#,
    )],
    visits: &[Visit::Document(check)],
};

fn check(context: &Context<'_>, out: &mut Out<'_>) {
    let mut seen = FastMap::default();
    for operation in &context.operations {
        match seen.entry((operation.method, template::folded(operation.path))) {
            Entry::Vacant(entry) => {
                entry.insert(operation.path);
            }
            Entry::Occupied(entry) => {
                let first = quoted(entry.get());
                out.at_key(operation.node, format!("the same method on the path {first} takes the same addresses"));
            }
        }
    }
}
