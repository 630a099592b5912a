use crate::Out;
use crate::limits;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::Context;
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "MinPropertiesMustBeGreaterThanOrEqualToZero",
    group: Group::Metadata,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "`minProperties` is a number that is negative or has a fraction. A value that is no number is a \
           matter of JsonTypeIncorrect.",
    why: "It counts properties. A client cannot hold a value against a count that does not exist.",
    fix: "use a whole number, zero or more",
    bad: &[Example::Definition(
        r#"
{ "definitions": { "A": { "type": "object", "minProperties": -1, "items": { "type": "object", "minProperties": 1.5 } } } }
                                                             ^^                                                ^^^
"#,
    )],
    good: &[Example::Definition(
        r#"
{ "definitions": { "A": { "type": "object", "minProperties": 0, "example": { "minProperties": -1 }, "properties": { "minProperties": { "default": -1 } } } } }
"#,
    )],
    visits: &[Visit::Document(check)],
};

fn check(context: &Context<'_>, out: &mut Out<'_>) {
    limits::report_if_no_count("minProperties", context, out);
}
