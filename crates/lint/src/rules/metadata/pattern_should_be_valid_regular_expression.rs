use crate::Out;
use crate::ecma;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::Context;
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "PatternShouldBeValidRegularExpression",
    group: Group::Metadata,
    severity: Severity::Warning,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "A `pattern` is no regular expression of ECMA-262, read without the flag u as browsers do. \
           Look-around and references to groups are in order; flags in front, comments and atomic groups of \
           other dialects are not.",
    why: "Clients check values with it. With a pattern that they cannot read they check nothing, or fail.",
    fix: "write the pattern as JavaScript would take it",
    bad: &[
        Example::Definition(
            r#"
{ "definitions": { "A": { "type": "string", "pattern": "^[a-z" } } }
                                                       ^^^^^^^
"#,
        ),
        Example::Definition(
            r#"
{ "parameters": { "P": { "in": "query", "name": "p", "type": "string", "pattern": "(?i)^a+$" } } }
                                                                                  ^^^^^^^^^^
"#,
        ),
    ],
    good: &[Example::Definition(
        r#"
{ "definitions": { "A": { "type": "string", "pattern": "^(?=.*\\d)(?<q>['\"])[^]{2,}\\k<q>$" }, "B": { "properties": { "pattern": { "default": "[" } } } } }
"#,
    )],
    visits: &[Visit::Document(check)],
};

fn check(context: &Context<'_>, out: &mut Out<'_>) {
    for pattern in context.survey().limited.iter().filter_map(|object| object.get("pattern")) {
        if let Some(fault) = pattern.as_str().and_then(ecma::fault) {
            out.at(pattern, format!("the pattern is no regular expression: {fault}"));
        }
    }
}
