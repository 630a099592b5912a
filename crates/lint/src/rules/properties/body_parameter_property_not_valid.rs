use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::{Context, Parameter};
use crate::{Out, quoted};
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "BodyParameterPropertyNotValid",
    group: Group::Properties,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "A parameter in the body has a keyword that other parameters have: its type, format, items, default, \
           values or limits.",
    why: "A body is described by its schema. What stands beside the schema is ignored.",
    fix: "move the keyword into the schema of the parameter",
    bad: &[Example::Definition(
        r#"
{ "parameters": { "B": { "in": "body", "name": "b", "type": "object", "schema": {}, "default": {} } } }
                                                    ^^^^^^                          ^^^^^^^^^
"#,
    )],
    good: &[Example::Definition(
        r#"
{ "parameters": { "B": { "in": "body", "name": "b", "description": "b", "required": true, "x-ms-summary": "B",
    "schema": { "type": "object", "default": {}, "enum": [{}] } }, "Q": { "in": "query", "name": "q", "type": "string", "default": "" } } }
"#,
    )],
    visits: &[Visit::Parameter(check)],
};

fn check(_: &Context<'_>, parameter: &Parameter<'_>, out: &mut Out<'_>) {
    if parameter.location != "body" {
        return;
    }
    for member in parameter.node.visible_members().filter(|member| is_of_other_parameters(member.key)) {
        out.at_key(member.value, format!("{} does not belong on a parameter in the body", quoted(member.key)));
    }
}

fn is_of_other_parameters(name: &str) -> bool {
    matches!(
        name,
        "type"
            | "format"
            | "items"
            | "default"
            | "enum"
            | "collectionFormat"
            | "maximum"
            | "exclusiveMaximum"
            | "minimum"
            | "exclusiveMinimum"
            | "maxLength"
            | "minLength"
            | "pattern"
            | "maxItems"
            | "minItems"
            | "uniqueItems"
            | "multipleOf"
    )
}
