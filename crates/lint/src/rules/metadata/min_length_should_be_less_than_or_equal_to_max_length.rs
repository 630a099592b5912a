use crate::Out;
use crate::limits;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::Context;
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "MinLengthShouldBeLessThanOrEqualToMaxLength",
    group: Group::Metadata,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "`minLength` is greater than the `maxLength` beside it.",
    why: "No value fits both limits, so that no call could be made.",
    fix: "exchange the two limits, or correct one of them",
    bad: &[Example::Definition(
        r#"
{ "definitions": { "A": { "type": "string", "minLength": 11, "maxLength": 10 } } }
                                                         ^^
"#,
    )],
    good: &[Example::Definition(
        r#"
{ "definitions": { "A": { "type": "string", "minLength": 10, "maxLength": 10, "items": { "minLength": 11 }, "example": { "minLength": 2, "maxLength": 1 } } } }
"#,
    )],
    visits: &[Visit::Document(check)],
};

fn check(context: &Context<'_>, out: &mut Out<'_>) {
    limits::report_if_crossed("minLength", "maxLength", context, out);
}
