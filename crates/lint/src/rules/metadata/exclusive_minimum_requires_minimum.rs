use crate::Out;
use crate::limits;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::Context;
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "ExclusiveMinimumRequiresMinimum",
    group: Group::Metadata,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "`exclusiveMinimum` stands without `minimum`, whatever its value is.",
    why: "It only says whether the minimum itself is allowed. Without one it says nothing, and a limit that \
           was meant is not there.",
    fix: "add minimum, or remove exclusiveMinimum",
    bad: &[Example::Definition(
        r#"
{ "definitions": { "A": { "type": "integer", "exclusiveMinimum": false, "maximum": 1 } } }
                                             ^^^^^^^^^^^^^^^^^^
"#,
    )],
    good: &[Example::Definition(
        r#"
{ "definitions": { "A": { "type": "integer", "exclusiveMinimum": true, "minimum": 0, "properties": { "exclusiveMinimum": { "type": "boolean" } } } } }
"#,
    )],
    visits: &[Visit::Document(check)],
};

fn check(context: &Context<'_>, out: &mut Out<'_>) {
    limits::report_if_alone("exclusiveMinimum", "minimum", context, out);
}
