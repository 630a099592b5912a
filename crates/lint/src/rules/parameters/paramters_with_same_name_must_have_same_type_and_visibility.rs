use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::{Context, Operation, Parameter};
use crate::{Out, quoted};
use backshell_findings::Severity;
use backshell_model::FastMap;
use backshell_source::Node;

pub(crate) static RULE: Rule = Rule {
    id: "ParamtersWithSameNameMustHaveSameTypeAndVisibility",
    group: Group::Parameters,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "A trigger that fetches (`get` or `head`) names in `x-ms-notification` the operation that subscribes for it, \
           and a parameter of the same name differs between the two: in type, in format, or in `x-ms-visibility`, where \
           a missing or empty one means `normal`. Types are not compared where one of the two is a body.",
    why: "The user fills in one form for both operations; a value that fits one of them would be sent to the other.",
    fix: "describe the parameter alike in both operations, best as a shared one",
    bad: &[Example::Definition(
        r#"
{ "paths": { "/items": { "get": { "x-ms-trigger": "batch", "x-ms-notification": { "operationId": "Subscribe" },
        "parameters": [{ "in": "query", "name": "list", "type": "string" }] } },
                                                ^^^^^^
    "/hooks": { "post": { "operationId": "Subscribe", "parameters": [{ "in": "query", "name": "list", "type": "integer" }] } } } }
"#,
    )],
    good: &[Example::Definition(
        r#"
{ "paths": { "/items": { "get": { "x-ms-trigger": "batch", "x-ms-notification": { "operationId": "Subscribe" },
        "parameters": [{ "in": "query", "name": "list", "type": "string", "x-ms-visibility": "normal" }, { "in": "query", "name": "top", "type": "integer" }] },
        "put": { "x-ms-notification": { "operationId": "Subscribe" }, "parameters": [{ "in": "query", "name": "list", "type": "integer" }] } },
    "/hooks": { "parameters": [{ "in": "path", "name": "list", "type": "string" }],
        "post": { "operationId": "Subscribe", "parameters": [{ "in": "query", "name": "Top", "type": "string" }] } } } }
"#,
    )],
    visits: &[Visit::Document(check)],
};

fn check(context: &Context<'_>, out: &mut Out<'_>) {
    // The parameters of each operation that subscribes, by name: many triggers may share one.
    let mut subscriptions: FastMap<&str, FastMap<&str, &Parameter<'_>>> = FastMap::default();
    for fetch in &context.operations {
        let Some(id) = subscription(fetch) else { continue };
        let Some(subscribe) = context.operation_with_id(id) else { continue };
        let others = subscriptions
            .entry(id)
            .or_insert_with(|| subscribe.parameters.iter().map(|parameter| (parameter.name, parameter)).collect());
        for parameter in fetch.parameters.iter().filter(|parameter| !parameter.name.is_empty()) {
            if let Some(what) = others.get(parameter.name).and_then(|other| difference(parameter, other)) {
                let id = quoted(id);
                out.at_parameter(parameter, format!("the parameter of the same name of {id} has another {what}"));
            }
        }
    }
}

/// The operation that subscribes for a trigger that fetches.
fn subscription<'d>(operation: &Operation<'d>) -> Option<&'d str> {
    if !matches!(operation.method, "get" | "head") {
        return None;
    }
    let id = operation.node.get("x-ms-notification")?.get("operationId")?.as_str()?;
    operation.node.get("x-ms-trigger").map(|_| id)
}

fn difference(left: &Parameter<'_>, right: &Parameter<'_>) -> Option<&'static str> {
    let differs = |name: &str| text(left, name) != text(right, name);
    let typed = left.location != "body" && right.location != "body";
    if typed && differs("type") {
        Some("type")
    } else if typed && differs("format") {
        Some("format")
    } else if !visibility(left).eq_ignore_ascii_case(visibility(right)) {
        Some("x-ms-visibility")
    } else {
        None
    }
}

fn visibility<'d>(parameter: &Parameter<'d>) -> &'d str {
    Some(text(parameter, "x-ms-visibility")).filter(|text| !text.eq_ignore_ascii_case("normal")).unwrap_or_default()
}

/// The text of a member; a missing one is like an empty one.
fn text<'d>(parameter: &Parameter<'d>, name: &str) -> &'d str {
    parameter.node.get(name).and_then(Node::as_str).unwrap_or_default()
}
