use crate::Out;
use crate::limits;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::Context;
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "ExclusiveMaximumRequiresMaximum",
    group: Group::Metadata,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "`exclusiveMaximum` stands without `maximum`, whatever its value is.",
    why: "It only says whether the maximum itself is allowed. Without one it says nothing, and a limit that \
           was meant is not there.",
    fix: "add maximum, or remove exclusiveMaximum",
    bad: &[Example::Definition(
        r#"
{ "definitions": { "A": { "type": "integer", "exclusiveMaximum": false, "minimum": 1 } } }
                                             ^^^^^^^^^^^^^^^^^^
"#,
    )],
    good: &[Example::Definition(
        r#"
{ "definitions": { "A": { "type": "integer", "exclusiveMaximum": true, "maximum": 0, "properties": { "exclusiveMaximum": { "type": "boolean" } } } } }
"#,
    )],
    visits: &[Visit::Document(check)],
};

fn check(context: &Context<'_>, out: &mut Out<'_>) {
    limits::report_if_alone("exclusiveMaximum", "maximum", context, out);
}
