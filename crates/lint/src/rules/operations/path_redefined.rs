use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::Context;
use crate::{Out, quoted};
use backshell_findings::Severity;
use backshell_model::FastMap;

pub(crate) static RULE: Rule = Rule {
    id: "PathRedefined",
    group: Group::Operations,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "Two members of `paths` are equal when letter case is ignored. The second one is reported; a name \
           that is repeated letter for letter too.",
    why: "Most services do not tell the two apart, and readers that keep one of two equal names do not agree \
           on which: what was certified would not be what is called.",
    fix: "put the operations of both under one path",
    bad: &[Example::Definition(
        r#"
{ "paths": {
    "/items": { "get": {} },
    "/Items": { "post": {} }
    ^^^^^^^^
} }
"#,
    )],
    good: &[Example::Definition(
        r#"
{ "paths": { "/items": {}, "/items/{id}": {} } }
"#,
    )],
    visits: &[Visit::Document(check)],
};

fn check(context: &Context<'_>, out: &mut Out<'_>) {
    let mut seen = FastMap::default();
    for path in &context.paths {
        if let Some(first) = seen.insert(path.template.to_lowercase(), path) {
            out.at_key(path.node, format!("this path was already defined, as {}", quoted(first.template)));
        }
    }
}
