use crate::Out;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::{Context, Operation, Parameter};
use backshell_findings::Severity;
use backshell_source::Node;

pub(crate) static RULE: Rule = Rule {
    id: "BS-SummaryLength",
    group: Group::ConnectorGuidelines,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::Requirement("connector string guidance"),
    what: "The `summary` of an operation or the `x-ms-summary` of a parameter has more than 80 characters. For \
           other texts FieldLengthExceeded is the rule.",
    why: "Longer texts are cut in lists and forms, and what is cut is what tells two entries apart.",
    fix: "shorten the summary, and say the rest in the description",
    bad: &[Example::Definition(
        r#"
{ "paths": { "/items": { "get": { "summary": "Get every item of the store that was changed since the last time somebody looked " } } } }
                                             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
"#,
    )],
    good: &[Example::Definition(
        r#"
{ "paths": { "/items": { "get": { "summary": "Get every item of the store that was changed since the last time somebody looked" } } } }
"#,
    )],
    visits: &[Visit::Operation(operation), Visit::Parameter(parameter)],
};

const LONGEST: usize = 80;

fn operation(_: &Context<'_>, operation: &Operation<'_>, out: &mut Out<'_>) {
    check(operation.node.get("summary"), out);
}

fn parameter(_: &Context<'_>, parameter: &Parameter<'_>, out: &mut Out<'_>) {
    check(parameter.node.get("x-ms-summary"), out);
}

fn check(summary: Option<Node<'_>>, out: &mut Out<'_>) {
    let Some(node) = summary else { return };
    let length = node.as_str().map_or(0, |text| text.chars().count());
    if length > LONGEST {
        out.at(node, format!("the summary has {length} characters; at most {LONGEST} are allowed"));
    }
}
