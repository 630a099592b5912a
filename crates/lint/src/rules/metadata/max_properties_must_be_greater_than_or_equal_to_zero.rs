use crate::Out;
use crate::limits;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::Context;
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "MaxPropertiesMustBeGreaterThanOrEqualToZero",
    group: Group::Metadata,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "`maxProperties` is a number that is negative or has a fraction. A value that is no number is a \
           matter of JsonTypeIncorrect.",
    why: "It counts properties. A client cannot hold a value against a count that does not exist.",
    fix: "use a whole number, zero or more",
    bad: &[Example::Definition(
        r#"
{ "definitions": { "A": { "type": "object", "maxProperties": -1, "items": { "type": "object", "maxProperties": 1.5 } } } }
                                                             ^^                                                ^^^
"#,
    )],
    good: &[Example::Definition(
        r#"
{ "definitions": { "A": { "type": "object", "maxProperties": 0, "example": { "maxProperties": -1 }, "properties": { "maxProperties": { "default": -1 } } } } }
"#,
    )],
    visits: &[Visit::Document(check)],
};

fn check(context: &Context<'_>, out: &mut Out<'_>) {
    limits::report_if_no_count("maxProperties", context, out);
}
