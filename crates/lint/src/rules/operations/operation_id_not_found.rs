use crate::dynamic::Kind;
use crate::keywords::ObjectKind;
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
           `parameters` are data and not looked into. The `replacement` in the `x-ms-api-annotation` of an operation \
           is looked up only where its `api` is the title of this connector (letter case aside), since it may name an \
           operation of another one.",
    why: "The call that fills a list, learns a schema or tests a connection cannot be made.",
    fix: "name an operation of this definition by its exact operationId",
    bad: &[
        Example::Definition(
            r#"
{ "x-ms-capabilities": { "testConnection": { "operationId": "GetMe" } },
                                                            ^^^^^^^
  "parameters": { "view": { "in": "query", "name": "view", "x-ms-dynamic-values": { "operationId": "getViews" },
                                                                                                   ^^^^^^^^^^
      "x-ms-dynamic-tree": { "open": { "operationId": "GetViews" }, "browse": { "operationId": "" } } } },
                                                                                               ^^
  "paths": { "/views": { "get": { "operationId": "GetViews" } } } }
"#,
        ),
        Example::Definition(
            r#"
{ "info": { "title": "Contoso" }, "paths": { "/views": { "get": { "operationId": "GetViews", "deprecated": true,
    "x-ms-api-annotation": { "replacement": { "api": "contoso", "operationId": "GetViews_V2" } } } } } }
                                                                               ^^^^^^^^^^^^^
"#,
        ),
    ],
    good: &[Example::Definition(
        r#"
{ "info": { "title": "Fabrikam" },
  "x-ms-capabilities": { "testConnection": { "operationId": "GetViews", "parameters": { "operationId": "none" } } },
  "parameters": {
      "user": { "in": "query", "name": "user", "x-ms-dynamic-values": { "builtInOperation": "AadGraph.GetUsers" } },
      "file": { "in": "query", "name": "file", "x-ms-dynamic-values": { "capability": "file-picker" } } },
  "definitions": { "View": { "x-ms-dynamic-schema": { "operationId": "GetViews" },
      "example": { "x-ms-dynamic-schema": { "operationId": "none" } } } },
  "paths": { "/views": { "get": { "operationId": "GetViews", "deprecated": true,
      "x-ms-api-annotation": { "replacement": { "api": "contoso", "operationId": "none" } } },
    "put": { "deprecated": true, "x-ms-api-annotation": { "replacement": { "api": "Fabrikam", "operationId": "GetViews" } } },
    "post": { "deprecated": true, "x-ms-api-annotation": { "replacement": { "api": "Fabrikam", "operationId": "" } } } } } }
"#,
    )],
    visits: &[Visit::Extension(check)],
};

fn check(context: &Context<'_>, extension: &Extension<'_>, out: &mut Out<'_>) {
    if extension.name == "x-ms-api-annotation" && extension.holder == ObjectKind::Operation {
        if let Some(id) = own_replacement(context, extension.node) {
            look_up(context, id, out);
        }
        return;
    }
    let is_judged = Kind::of(extension.name).is_some()
        || matches!(extension.name, "x-ms-notification" | "x-ms-operation-context" | "x-ms-capabilities");
    let mut waiting: Vec<Node<'_>> = is_judged.then_some(extension.node).into_iter().collect();
    while let Some(node) = waiting.pop() {
        for member in node.visible_members() {
            match member.key {
                "operationId" => look_up(context, member.value, out),
                "parameters" => {}
                _ => waiting.push(member.value),
            }
        }
        waiting.extend(node.items());
    }
}

fn look_up(context: &Context<'_>, id: Node<'_>, out: &mut Out<'_>) {
    if let Some(text) = id.as_str().filter(|text| context.operation_with_id(text).is_none()) {
        out.at(id, format!("there is no operation {}", quoted(text)));
    }
}

/// The operation of this connector that an annotation names as replacement; a blank name is reported by another rule.
fn own_replacement<'d>(context: &Context<'d>, annotation: Node<'d>) -> Option<Node<'d>> {
    let replacement = annotation.get("replacement")?;
    let api = replacement.get("api")?.as_str()?.trim();
    let title = context.root.get("info")?.get("title")?.as_str()?.trim();
    let id = replacement.get("operationId").filter(|id| id.as_str().is_some_and(|text| !text.trim().is_empty()));
    id.filter(|_| api.eq_ignore_ascii_case(title))
}
