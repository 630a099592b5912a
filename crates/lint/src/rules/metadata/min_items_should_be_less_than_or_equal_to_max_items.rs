use crate::Out;
use crate::limits;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::Context;
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "MinItemsShouldBeLessThanOrEqualToMaxItems",
    group: Group::Metadata,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "`minItems` is greater than the `maxItems` beside it.",
    why: "No value fits both limits, so that no call could be made.",
    fix: "exchange the two limits, or correct one of them",
    bad: &[Example::Definition(
        r#"
{ "definitions": { "A": { "type": "array", "minItems": 11, "maxItems": 10 } } }
                                                       ^^
"#,
    )],
    good: &[Example::Definition(
        r#"
{ "definitions": { "A": { "type": "array", "minItems": 10, "maxItems": 10, "items": { "minItems": 11 }, "example": { "minItems": 2, "maxItems": 1 } } } }
"#,
    )],
    visits: &[Visit::Document(check)],
};

fn check(context: &Context<'_>, out: &mut Out<'_>) {
    limits::report_if_crossed("minItems", "maxItems", context, out);
}
