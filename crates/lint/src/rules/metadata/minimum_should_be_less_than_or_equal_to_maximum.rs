use crate::Out;
use crate::limits;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::Context;
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "MinimumShouldBeLessThanOrEqualToMaximum",
    group: Group::Metadata,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "`minimum` is greater than the `maximum` beside it.",
    why: "No value fits both limits, so that no call could be made.",
    fix: "exchange the two limits, or correct one of them",
    bad: &[Example::Definition(
        r#"
{ "definitions": { "A": { "type": "number", "minimum": 11, "maximum": 10 } } }
                                                       ^^
"#,
    )],
    good: &[Example::Definition(
        r#"
{ "definitions": { "A": { "type": "number", "minimum": 10, "maximum": 10, "items": { "minimum": 11 }, "example": { "minimum": 2, "maximum": 1 } } } }
"#,
    )],
    visits: &[Visit::Document(check)],
};

fn check(context: &Context<'_>, out: &mut Out<'_>) {
    limits::report_if_crossed("minimum", "maximum", context, out);
}
