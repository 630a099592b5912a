use crate::dynamic::Call;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::schema_path;
use crate::usage::is_internal;
use crate::view::{Context, Extension, Parameter};
use crate::{Out, quoted};
use backshell_findings::Severity;
use backshell_source::Node;
use std::cell::OnceCell;

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
        let arguments = Arguments::new(list);
        for parameter in &target.parameters {
            // Many calls may be made of one operation with many parameters.
            if !context.lookups.steps.take(1, call.node) {
                return;
            }
            let missing = if parameter.location == "body" {
                missing_property(context, parameter, &arguments)
            } else {
                let is_missing = || parameter.is_required() && !is_given(parameter.node) && !arguments.has(parameter);
                is_missing().then_some(parameter.name)
            };
            if let Some(missing) = missing {
                let message = format!("the call does not give {}, which is required", quoted(missing));
                // Of a body only the first property is named; the finding is the same when that one is given and another
                // is not.
                out.lacking(parameter.name).at(place, message);
            }
        }
    }
}

/// Whether an input has a value without anybody giving one.
fn is_given(input: Node<'_>) -> bool {
    input.get("default").is_some() || is_internal(input)
}

/// The names of the arguments of a call, sorted.
struct Arguments<'d> {
    names: Vec<&'d str>,
    /// The same in lower case, for headers.
    folded: OnceCell<Vec<String>>,
}

impl<'d> Arguments<'d> {
    fn new(list: Option<Node<'d>>) -> Self {
        let mut names: Vec<_> = list.into_iter().flat_map(Node::visible_members).map(|member| member.key).collect();
        names.sort_unstable();
        Self { names, folded: OnceCell::new() }
    }

    /// Whether one is for the parameter.
    fn has(&self, parameter: &Parameter<'_>) -> bool {
        if self.names.binary_search(&parameter.name).is_ok() {
            return true;
        }
        let folded = || {
            let mut folded: Vec<_> = self.names.iter().map(|name| name.to_ascii_lowercase()).collect();
            folded.sort_unstable();
            folded
        };
        let name = || parameter.name.to_ascii_lowercase();
        parameter.location == "header" && self.folded.get_or_init(folded).binary_search(&name()).is_ok()
    }

    /// The paths into this body that they may be, sorted: each name, and what stands behind the name of the body in it.
    fn paths(&self, body: &str) -> Vec<&'d str> {
        let behind = |name: &&'d str| name.strip_prefix(body).and_then(|path| path.strip_prefix('/'));
        let mut paths: Vec<_> = self.names.iter().copied().chain(self.names.iter().filter_map(behind)).collect();
        paths.sort_unstable();
        paths
    }
}

/// Whether one of the sorted paths leads to the property of this name or into it.
fn reaches(paths: &[&str], property: &str) -> bool {
    let below = || property.bytes().chain([b'/']);
    let first = paths.partition_point(|path| path.bytes().lt(below()));
    let leads_below = |path: &&&str| path.strip_prefix(property).is_some_and(|rest| rest.starts_with('/'));
    paths.binary_search(&property).is_ok() || paths.get(first).as_ref().is_some_and(leads_below)
}

/// The first required property of a body that no argument is for.
fn missing_property<'d>(context: &Context<'d>, body: &Parameter<'d>, arguments: &Arguments<'d>) -> Option<&'d str> {
    if !body.is_required() || is_given(body.node) || arguments.has(body) {
        return None;
    }
    let parts = schema_path::parts(context, body.node.get("schema")?)?;
    let paths = arguments.paths(body.name);
    let mut required = schema_path::demanded(&parts).take_while(|_| context.lookups.steps.take(parts.len(), body.node));
    required.find(|property| {
        let written = schema_path::written(&parts, property);
        let is_given = written.and_then(|written| context.schema(written)).is_none_or(is_given);
        !is_given && !reaches(&paths, property)
    })
}
