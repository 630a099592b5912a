use crate::Out;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::{Context, Parameter, Value};
use backshell_findings::Severity;
use backshell_source::Node;

pub(crate) static RULE: Rule = Rule {
    id: "SwaggerKeywordNotSupported",
    group: Group::Unsupported,
    severity: Severity::Warning,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "A parameter, its items, a header or a schema has the keyword `uniqueItems`, with whatever value.",
    why: "Clients do not know the keyword, so a list with an entry twice reaches the service although the document \
          forbids it.",
    fix: "remove uniqueItems, and say in the description that no entry may be given twice",
    bad: &[Example::Definition(
        r#"
{ "definitions": { "Item": { "properties": { "tags": { "type": "array", "uniqueItems": false, "items": { "type": "string" } } } } } }
                                                                        ^^^^^^^^^^^^^
"#,
    )],
    good: &[Example::Definition(
        r#"
{ "definitions": { "Item": { "properties": { "uniqueItems": { "type": "boolean" } }, "example": { "uniqueItems": true } } } }
"#,
    )],
    visits: &[Visit::Value(value), Visit::Parameter(parameter)],
};

fn value(_: &Context<'_>, value: &Value<'_>, out: &mut Out<'_>) {
    check(value.unique_items, out);
}

fn parameter(_: &Context<'_>, parameter: &Parameter<'_>, out: &mut Out<'_>) {
    if parameter.location == "body" {
        check(parameter.node.get("uniqueItems"), out);
    }
}

fn check(keyword: Option<Node<'_>>, out: &mut Out<'_>) {
    if let Some(keyword) = keyword {
        out.at_key(keyword, "connectors cannot use the keyword `uniqueItems`");
    }
}
