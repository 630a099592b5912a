use crate::Out;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::usage::is_internal;
use crate::view::{Context, Parameter};
use backshell_findings::Severity;
use backshell_source::Node;

pub(crate) static RULE: Rule = Rule {
    id: "InternalPropertyWithDefaultOptional",
    group: Group::Properties,
    severity: Severity::Warning,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "A parameter outside the body is internal and has a default, but is not required. Properties of a \
           body are a matter of PropertyMustBeRequired.",
    why: "Clients hide it from users and send it only when it is required, so that the default never reaches \
           the service.",
    fix: "add \"required\": true to the parameter",
    bad: &[Example::Definition(
        r#"
{ "parameters": { "V": { "in": "query", "name": "api-version", "type": "string", "default": "1", "x-ms-visibility": "internal" } } }
                                                ^^^^^^^^^^^^^
"#,
    )],
    good: &[Example::Definition(
        r#"
{ "parameters": { "V": { "in": "query", "name": "api-version", "type": "string", "default": "1", "x-ms-visibility": "internal", "required": true },
    "W": { "in": "query", "name": "w", "type": "string", "default": "1", "x-ms-visibility": "advanced" },
    "X": { "in": "query", "name": "x", "type": "string", "x-ms-visibility": "internal" } } }
"#,
    )],
    visits: &[Visit::Parameter(check)],
};

fn check(_: &Context<'_>, parameter: &Parameter<'_>, out: &mut Out<'_>) {
    let node = parameter.node;
    let is_required = || node.get("required").and_then(Node::as_bool) == Some(true);
    if parameter.location != "body" && node.get("default").is_some() && is_internal(node) && !is_required() {
        out.at_parameter(parameter, "the parameter is internal and has a default, but is not required");
    }
}
