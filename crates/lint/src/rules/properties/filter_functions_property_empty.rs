use crate::Out;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::Context;
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "FilterFunctionsPropertyEmpty",
    group: Group::Properties,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "The list `filterFunctions` in the `x-ms-capabilities` of a schema is empty.",
    why: "It says which functions the service understands in a filter. An empty list reads as if the property \
           could be filtered and cannot be.",
    fix: "list the functions, or remove filterFunctions",
    bad: &[Example::Definition(
        r#"
{ "definitions": { "A": { "type": "string", "x-ms-capabilities": { "filterFunctions": [] } } } }
                                                                   ^^^^^^^^^^^^^^^^^
"#,
    )],
    good: &[
        Example::Definition(
            r#"
{ "definitions": { "A": { "type": "string", "x-ms-capabilities": { "filterFunctions": ["eq"] } } } }
"#,
        ),
        Example::Definition(
            r#"
{ "x-ms-capabilities": { "filterFunctions": [] } }
"#,
        ),
    ],
    visits: &[Visit::Document(check)],
};

fn check(context: &Context<'_>, out: &mut Out<'_>) {
    for capabilities in &context.survey().schema_capabilities {
        if let Some(list) = capabilities.get("filterFunctions").filter(|list| list.is_array() && list.is_empty()) {
            out.at(list, "no filter function is listed");
        }
    }
}
