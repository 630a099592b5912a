use crate::Out;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::texts::Words;
use crate::view::{Context, Operation, Parameter};
use backshell_findings::Severity;
use backshell_source::Node;

pub(crate) static RULE: Rule = Rule {
    id: "BS-ProductNameInText",
    group: Group::ConnectorGuidelines,
    severity: Severity::Warning,
    since: "0.1.0",
    source: Source::Requirement("connector certification requirements"),
    what: "The description of the connector, or the summary or description of an operation or parameter, holds the \
           name of one of the platform's products as whole words, in any letter case: Powerapps, Power BI, Power \
           Pages, Power Platform, Copilot Studio, Microsoft Flow, Dataverse. The three names that \
           ValueContainsRestrictedWords knows are left to that rule.",
    why: "A connector is used from more products than the one that its author had in mind, and the text is wrong \
           in all the others.",
    fix: "say what happens without naming the product",
    bad: &[
        Example::Definition(
            r#"
{ "info": { "description": "Brings orders into Microsoft Flow." } }
                           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
"#,
        ),
        Example::Definition(
            r#"
{ "parameters": { "q": { "in": "query", "name": "q", "x-ms-summary": "Row", "description": "The Dataverse row." } } }
                                                                                           ^^^^^^^^^^^^^^^^^^^^
"#,
        ),
    ],
    good: &[Example::Definition(
        r#"
{ "info": { "description": "Starts a flow of Power Automate." }, "paths": { "/items": { "get": { "summary": "Get power bills" } } } }
"#,
    )],
    visits: &[Visit::Info(info), Visit::Operation(operation), Visit::Parameter(parameter)],
};

/// The names of products without those that ValueContainsRestrictedWords looks for.
const NAMES: Words = Words::new(
    &["powerapps", "power bi", "power pages", "power platform", "copilot studio", "microsoft flow", "dataverse"],
    &[b"owe", b"pil", b"oft", b"tav"],
);

fn info(_: &Context<'_>, info: Node<'_>, out: &mut Out<'_>) {
    check(info.get("description"), "description", out);
}

fn operation(_: &Context<'_>, operation: &Operation<'_>, out: &mut Out<'_>) {
    check(operation.node.get("summary"), "summary", out);
    check(operation.node.get("description"), "description", out);
}

fn parameter(_: &Context<'_>, parameter: &Parameter<'_>, out: &mut Out<'_>) {
    check(parameter.node.get("x-ms-summary"), "summary", out);
    check(parameter.node.get("description"), "description", out);
}

fn check(text: Option<Node<'_>>, what: &str, out: &mut Out<'_>) {
    let Some(node) = text else { return };
    if let Some(name) = node.as_str().and_then(|text| NAMES.first_in(text)) {
        out.at(node, format!("the {what} holds the product name `{name}`"));
    }
}
