use crate::dynamic::Call;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::schema_path;
use crate::usage::is_internal;
use crate::view::{Context, Extension, Parameter};
use crate::{Out, quoted};
use backshell_findings::Severity;
use backshell_source::Node;

pub(crate) static RULE: Rule = Rule {
    id: "OperationMissingRequiredProperty",
    group: Group::Operations,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "An `x-ms-dynamic-*` extension calls an operation and does not name one of its required inputs in \
           `parameters`: a parameter, or, where the body is required, a property in the `required` of the body. An \
           input with a default or with `x-ms-visibility` internal need not be named, and a path such as body/filter/id \
           names everything on its way.",
    why: "The call cannot be made without the input, so the user is offered nothing to choose from.",
    fix: "add the input to \"parameters\", with a value or a reference",
    bad: &[
        Example::Definition(
            r#"
{ "paths": {
    "/items": { "get": { "parameters": [{ "in": "query", "name": "view", "type": "string",
        "x-ms-dynamic-values": { "operationId": "GetViews", "parameters": { "top": 5 }, "value-path": "id" } }] } },
                                                            ^^^^^^^^^^^^
    "/views": { "get": { "operationId": "GetViews", "parameters": [{ "in": "query", "name": "list", "type": "string", "required": true }] } } } }
"#,
        ),
        Example::Definition(
            r#"
{ "paths": {
    "/items": { "get": { "parameters": [{ "in": "query", "name": "view", "type": "string",
        "x-ms-dynamic-list": { "operationId": "FindViews", "itemValuePath": "id" } }] } },
                                              ^^^^^^^^^^^
    "/views": { "post": { "operationId": "FindViews", "parameters": [{ "in": "body", "name": "body", "required": true,
        "schema": { "required": ["list"], "properties": { "list": { "type": "string" } } } }] } } } }
"#,
        ),
    ],
    good: &[
        Example::Definition(
            r#"
{ "paths": {
    "/items": { "get": { "parameters": [{ "in": "query", "name": "view", "type": "string",
        "x-ms-dynamic-list": { "operationId": "FindViews", "parameters": { "body/filter/id": { "value": 1 }, "x-site": { "value": "a" } } } }] } },
    "/views": { "post": { "operationId": "FindViews", "parameters": [
        { "in": "header", "name": "X-Site", "type": "string", "required": true },
        { "in": "query", "name": "top", "type": "integer", "required": true, "default": 5 },
        { "in": "query", "name": "api-version", "type": "string", "required": true, "x-ms-visibility": "Internal" },
        { "in": "query", "name": "skip", "type": "integer" },
        { "in": "body", "name": "body", "required": true, "schema": { "required": ["filter"], "properties": { "filter": { "type": "object" }, "sort": { "type": "string" } } } }] } } } }
"#,
        ),
        Example::Definition(
            r#"
{ "paths": {
    "/items": { "get": { "parameters": [{ "in": "query", "name": "view", "type": "string", "x-ms-dynamic-values": { "operationId": "FindViews" } }] } },
    "/views": { "post": { "operationId": "FindViews", "parameters": [{ "in": "body", "name": "body", "schema": { "required": ["list"], "properties": { "list": { "type": "string" } } } }] } } } }
"#,
        ),
    ],
    visits: &[Visit::Extension(check)],
};

fn check(context: &Context<'_>, extension: &Extension<'_>, out: &mut Out<'_>) {
    for call in Call::all(extension) {
        let Some(target) = call.target(context).filter(|target| !target.has_unknown_parameters) else { continue };
        let list = call.node.get("parameters");
        let Some(place) = list.filter(|list| list.is_object()).or_else(|| call.node.get("operationId")) else {
            continue;
        };
        let named = || list.into_iter().flat_map(Node::members).map(|member| member.key);
        for parameter in &target.parameters {
            let missing = if parameter.location == "body" {
                missing_property(context, parameter, named)
            } else {
                let is_named = named().any(|name| names(name, parameter));
                (is_required(parameter) && !is_given(parameter.node) && !is_named).then_some(parameter.name)
            };
            if let Some(missing) = missing {
                out.at(place, format!("the call does not give {}, which is required", quoted(missing)));
            }
        }
    }
}

fn is_required(parameter: &Parameter<'_>) -> bool {
    parameter.location == "path" || parameter.node.get("required").and_then(Node::as_bool) == Some(true)
}

/// Whether an input has a value without anybody giving one.
fn is_given(input: Node<'_>) -> bool {
    input.get("default").is_some() || is_internal(input)
}

/// Whether an argument of this name is for the parameter.
fn names(argument: &str, parameter: &Parameter<'_>) -> bool {
    argument == parameter.name || (parameter.location == "header" && argument.eq_ignore_ascii_case(parameter.name))
}

/// The first required property of a body that no argument is for.
fn missing_property<'d, I: Iterator<Item = &'d str>>(
    context: &Context<'d>,
    body: &Parameter<'d>,
    named: impl Fn() -> I,
) -> Option<&'d str> {
    if !is_required(body) || is_given(body.node) || named().any(|name| name == body.name) {
        return None;
    }
    let parts = schema_path::parts(context, body.node.get("schema")?)?;
    let required = parts.iter().filter_map(|part| part.get("required")).flat_map(Node::items);
    required.filter_map(Node::as_str).find(|property| {
        let written = parts.iter().find_map(|part| part.get("properties")?.get(property));
        let is_given = written.and_then(|written| context.schema(written)).is_none_or(is_given);
        let reaches = |name: &str| {
            let path = name.strip_prefix(body.name).and_then(|path| path.strip_prefix('/')).unwrap_or(name);
            [name, path]
                .iter()
                .any(|path| path.strip_prefix(property).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
        };
        !is_given && !named().any(reaches)
    })
}
