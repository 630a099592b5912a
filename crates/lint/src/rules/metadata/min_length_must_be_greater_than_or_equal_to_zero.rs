use crate::Out;
use crate::limits;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::Context;
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "MinLengthMustBeGreaterThanOrEqualToZero",
    group: Group::Metadata,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "`minLength` is a number that is negative or has a fraction. A value that is no number is a matter of \
           JsonTypeIncorrect.",
    why: "It counts characters. A client cannot hold a value against a count that does not exist.",
    fix: "use a whole number, zero or more",
    bad: &[Example::Definition(
        r#"
{ "definitions": { "A": { "type": "string", "minLength": -1, "items": { "type": "string", "minLength": 1.5 } } } }
                                                         ^^                                            ^^^
"#,
    )],
    good: &[Example::Definition(
        r#"
{ "definitions": { "A": { "type": "string", "minLength": 0, "example": { "minLength": -1 }, "properties": { "minLength": { "default": -1 } } } } }
"#,
    )],
    visits: &[Visit::Document(check)],
};

fn check(context: &Context<'_>, out: &mut Out<'_>) {
    limits::report_if_no_count("minLength", context, out);
}
