use crate::Out;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::{Context, Parameter};
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "AllowEmptyValueOnlyValidForQueryFormData",
    group: Group::Metadata,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "A parameter has `\"allowEmptyValue\": true` and is neither in the query nor in a form.",
    why: "Only there can a name stand without a value. Elsewhere the call could not be written.",
    fix: "remove allowEmptyValue",
    bad: &[Example::Definition(
        r#"
{ "parameters": { "P": { "in": "header", "name": "p", "type": "string", "allowEmptyValue": true } } }
                                                                        ^^^^^^^^^^^^^^^^^
"#,
    )],
    good: &[Example::Definition(
        r#"
{ "parameters": { "P": { "in": "query", "name": "p", "type": "string", "allowEmptyValue": true }, "F": { "in": "formData", "name": "f", "type": "string", "allowEmptyValue": true },
    "H": { "in": "header", "name": "h", "type": "string", "allowEmptyValue": false } } }
"#,
    )],
    visits: &[Visit::Parameter(check)],
};

fn check(_: &Context<'_>, parameter: &Parameter<'_>, out: &mut Out<'_>) {
    let has_such_values = matches!(parameter.location, "query" | "formData");
    if let Some(node) = parameter.node.get("allowEmptyValue").filter(|_| !has_such_values)
        && node.as_bool() == Some(true)
    {
        out.at_key(node, "only parameters in the query and in forms can be empty");
    }
}
