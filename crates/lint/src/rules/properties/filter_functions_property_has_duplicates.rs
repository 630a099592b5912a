use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::Context;
use crate::{Out, equal, quoted};
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "FilterFunctionsPropertyHasDuplicates",
    group: Group::Properties,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "The list `filterFunctions` in the `x-ms-capabilities` of a schema has two equal entries. Each one after \
           the first is reported.",
    why: "A function listed twice shows that the list was not written with care: another one may be missing.",
    fix: "name each function once",
    bad: &[Example::Definition(
        r#"
{ "definitions": { "A": { "type": "string", "x-ms-capabilities": { "filterFunctions": ["eq", "gt", "eq"] } } } }
                                                                                                   ^^^^
"#,
    )],
    good: &[Example::Definition(
        r#"
{ "definitions": { "A": { "type": "string", "x-ms-capabilities": { "filterFunctions": ["eq", "gt", "EQ"] } } } }
"#,
    )],
    visits: &[Visit::Document(check)],
};

fn check(context: &Context<'_>, out: &mut Out<'_>) {
    for capabilities in &context.survey().schema_capabilities {
        let Some(list) = capabilities.get("filterFunctions") else { continue };
        equal::repeated(list.items(), |entry| {
            let shown = quoted(entry.as_str().unwrap_or(entry.kind().as_str()));
            out.at(entry, format!("the filter function {shown} is listed twice"));
        });
    }
}
