use crate::Out;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::{Context, Operation, Parameter};
use backshell_findings::Severity;
use backshell_source::Node;

pub(crate) static RULE: Rule = Rule {
    id: "FieldLengthExceeded",
    group: Group::Metadata,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "A text is longer than its place allows, in characters: `info.title` 30, `info.contact.name` 100, \
           `info.version` 32, the `summary` of an operation and the `x-ms-summary` of a parameter 80 (which \
           BS-SummaryLength asks for too).",
    why: "Longer texts are cut in lists and forms, and what is cut is what tells two entries apart.",
    fix: "shorten the text",
    bad: &[
        Example::Definition(
            r#"
{ "info": { "title": "Contoso Field Service and Logistics" } }
                     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
"#,
        ),
        Example::Definition(
            r#"
{ "paths": { "/a": { "get": { "summary": "Get all items that were changed since yesterday and that belong to nobody but you" } } } }
                                         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
"#,
        ),
    ],
    good: &[
        Example::Definition(
            r#"
{ "info": { "title": "Contoso Field Service Logistic" } }
"#,
        ),
        Example::Definition(
            r#"
{ "paths": { "/a": { "get": { "summary": "Get all items that were changed since yesterday and that belong to nobody but me" } } } }
"#,
        ),
    ],
    visits: &[Visit::Info(info), Visit::Operation(operation), Visit::Parameter(parameter)],
};

fn info(_: &Context<'_>, info: Node<'_>, out: &mut Out<'_>) {
    check(info.get("title"), 30, "title", out);
    check(info.get("version"), 32, "version", out);
    check(info.get("contact").and_then(|contact| contact.get("name")), 100, "contact's name", out);
}

fn operation(_: &Context<'_>, operation: &Operation<'_>, out: &mut Out<'_>) {
    check(operation.node.get("summary"), 80, "summary", out);
}

fn parameter(_: &Context<'_>, parameter: &Parameter<'_>, out: &mut Out<'_>) {
    check(parameter.node.get("x-ms-summary"), 80, "summary", out);
}

fn check(text: Option<Node<'_>>, longest: usize, what: &str, out: &mut Out<'_>) {
    let Some(node) = text else { return };
    let length = node.as_str().map_or(0, |text| text.chars().count());
    if length > longest {
        out.at(node, format!("the {what} has {length} characters; at most {longest} are allowed"));
    }
}
