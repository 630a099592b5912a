use crate::Out;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::Context;
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "MultipleOfMustBeGreaterThanZero",
    group: Group::Properties,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "A `multipleOf` is a number that is zero or negative.",
    why: "Nothing is a multiple of zero, so that no value would be allowed.",
    fix: "use a number greater than 0, or remove multipleOf",
    bad: &[Example::Definition(
        r#"
{ "definitions": { "A": { "type": "number", "multipleOf": 0 }, "B": { "type": "number", "multipleOf": -0.5 } } }
                                                          ^                                           ^^^^
"#,
    )],
    good: &[Example::Definition(
        r#"
{ "definitions": { "A": { "type": "number", "multipleOf": 0.01, "default": { "multipleOf": 0 }, "properties": { "multipleOf": {} } } } }
"#,
    )],
    visits: &[Visit::Document(check)],
};

fn check(context: &Context<'_>, out: &mut Out<'_>) {
    for limit in context.survey().limited.iter().filter_map(|object| object.get("multipleOf")) {
        if limit.as_f64().is_some_and(|number| number <= 0.0) {
            out.at(limit, "`multipleOf` is not greater than zero");
        }
    }
}
