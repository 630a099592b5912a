use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::Context;
use crate::{Out, quoted};
use backshell_findings::Severity;
use backshell_source::Node;

pub(crate) static RULE: Rule = Rule {
    id: "FilterFunctionsPropertyInvalidValue",
    group: Group::Properties,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "An entry of `filterFunctions` in the `x-ms-capabilities` of a schema is none of the operators and \
           functions that OData has for filters and sums, letter for letter.",
    why: "A client can only use a function that it knows.",
    fix: "use an OData operator or function in lower case, such as eq or startswith",
    bad: &[Example::Definition(
        r#"
{ "definitions": { "A": { "type": "string", "x-ms-capabilities": { "filterFunctions": ["eq", "Equals", 1] } } } }
                                                                                             ^^^^^^^^  ^
"#,
    )],
    good: &[Example::Definition(
        r#"
{ "definitions": { "A": { "type": "string", "x-ms-capabilities": { "filterFunctions": ["eq", "startswith", "countdistinct", "null"] } } } }
"#,
    )],
    visits: &[Visit::Document(check)],
};

#[rustfmt::skip]
const FUNCTIONS: &[&str] = &[
    "eq", "ne", "gt", "ge", "lt", "le", "and", "or", "not", "contains", "startswith", "endswith", "length", "indexof",
    "substringof", "replace", "substring", "tolower", "toupper", "trim", "concat", "year", "month", "day", "hour", "minute",
    "second", "date", "time", "now", "totaloffsetminutes", "totalseconds", "round", "floor", "ceiling", "add", "sub", "mul",
    "div", "mod", "sum", "min", "max", "average", "countdistinct", "null",
];

fn check(context: &Context<'_>, out: &mut Out<'_>) {
    for capabilities in &context.survey().schema_capabilities {
        for entry in capabilities.get("filterFunctions").into_iter().flat_map(Node::items) {
            if entry.as_str().is_none_or(|name| !FUNCTIONS.contains(&name)) {
                let shown = quoted(entry.as_str().unwrap_or(entry.kind().as_str()));
                out.at(entry, format!("{shown} is no filter function"));
            }
        }
    }
}
