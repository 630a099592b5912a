use crate::dynamic::Kind;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::{Context, Extension};
use crate::{Out, quoted};
use backshell_findings::Severity;
use backshell_source::Node;

pub(crate) static RULE: Rule = Rule {
    id: "OperationIdNotFound",
    group: Group::Operations,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "An `operationId` in `x-ms-dynamic-*`, `x-ms-notification`, `x-ms-operation-context` or \
           `x-ms-capabilities` is that of no operation of the definition; letter case counts. The members of \
           `parameters` are data and not looked into. The `replacement` of an annotation is not looked up, since it \
           may name an operation of another connector.",
    why: "The call that fills a list, learns a schema or tests a connection cannot be made.",
    fix: "name an operation of this definition by its exact operationId",
    bad: &[Example::Definition(
        r#"
{ "x-ms-capabilities": { "testConnection": { "operationId": "GetMe" } },
                                                            ^^^^^^^
  "parameters": { "view": { "in": "query", "name": "view", "x-ms-dynamic-values": { "operationId": "getViews" },
                                                                                                   ^^^^^^^^^^
      "x-ms-dynamic-tree": { "open": { "operationId": "GetViews" }, "browse": { "operationId": "" } } } },
                                                                                               ^^
  "paths": { "/views": { "get": { "operationId": "GetViews" } } } }
"#,
    )],
    good: &[Example::Definition(
        r#"
{ "x-ms-capabilities": { "testConnection": { "operationId": "GetViews", "parameters": { "operationId": "none" } } },
  "parameters": {
      "user": { "in": "query", "name": "user", "x-ms-dynamic-values": { "builtInOperation": "AadGraph.GetUsers" } },
      "file": { "in": "query", "name": "file", "x-ms-dynamic-values": { "capability": "file-picker" } } },
  "definitions": { "View": { "x-ms-dynamic-schema": { "operationId": "GetViews" },
      "example": { "x-ms-dynamic-schema": { "operationId": "none" } } } },
  "paths": { "/views": { "get": { "operationId": "GetViews", "deprecated": true,
      "x-ms-api-annotation": { "replacement": { "api": "contoso", "operationId": "none" } } } } } }
"#,
    )],
    visits: &[Visit::Extension(check)],
};

fn check(context: &Context<'_>, extension: &Extension<'_>, out: &mut Out<'_>) {
    let is_judged = Kind::of(extension.name).is_some()
        || matches!(extension.name, "x-ms-notification" | "x-ms-operation-context" | "x-ms-capabilities");
    let mut waiting: Vec<Node<'_>> = is_judged.then_some(extension.node).into_iter().collect();
    while let Some(node) = waiting.pop() {
        for member in node.members().filter(|member| !member.shadowed) {
            match member.key {
                "operationId" => {
                    if let Some(id) = member.value.as_str().filter(|id| context.operation_with_id(id).is_none()) {
                        out.at(member.value, format!("there is no operation {}", quoted(id)));
                    }
                }
                "parameters" => {}
                _ => waiting.push(member.value),
            }
        }
        waiting.extend(node.items());
    }
}
