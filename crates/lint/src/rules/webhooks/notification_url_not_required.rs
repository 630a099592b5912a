use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::schema_path::{self, Demands};
use crate::view::Context;
use crate::webhook::is_notification_url;
use crate::{Out, quoted};
use backshell_findings::Severity;
use backshell_model::FastSet;
use backshell_source::Node;

pub(crate) static RULE: Rule = Rule {
    id: "NotificationUrlNotRequired",
    group: Group::Webhooks,
    severity: Severity::Warning,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "The property for the address of the callback, `\"x-ms-notification-url\": true` in a body, need not be \
           given: the body parameter is not required, or the property or one around it is not in the `required` of \
           its schema. Of several gaps the outermost is named. A shared schema is judged by each of its uses.",
    why: "A registration without the address is valid by the definition, and the service then has nowhere to send \
           the events.",
    fix: "make the body parameter required, and list the property and those around it in \"required\"",
    bad: &[
        Example::Definition(
            r#"
{ "paths": { "/hooks": { "post": { "parameters": [{ "in": "body", "name": "body", "required": true, "schema": {
    "properties": { "url": { "type": "string", "x-ms-notification-url": true } } } }] } } } }
                    ^^^^^
"#,
        ),
        Example::Definition(
            r#"
{ "paths": { "/hooks": { "post": { "parameters": [{ "in": "body", "name": "body", "schema": { "required": ["url"],
    "properties": { "url": { "type": "string", "x-ms-notification-url": true } } } }] } } } }
                    ^^^^^
"#,
        ),
    ],
    good: &[Example::Definition(
        r##"
{ "paths": { "/hooks": { "post": { "parameters": [{ "in": "body", "name": "body", "required": true, "schema": {
    "required": ["target"], "properties": { "note": { "type": "string" },
        "target": { "$ref": "#/definitions/Target" } } } }] } } },
  "definitions": { "Target": { "allOf": [{ "required": ["url"] },
      { "properties": { "url": { "type": "string", "x-ms-notification-url": true } } }] } } }
"##,
    )],
    visits: &[Visit::Document(check)],
};

/// Why the address may be absent.
#[derive(Clone, Copy)]
enum Gap<'d> {
    /// The body parameter of this name is not required.
    Body(&'d str),
    /// The property of this name is not required.
    Property(&'d str),
}

fn check(context: &Context<'_>, out: &mut Out<'_>) {
    let marks = &context.leads().notification_url;
    let bodies = context.operations.iter().flat_map(|operation| &operation.parameters);
    let mut waiting: Vec<(Node<'_>, Option<Gap<'_>>)> = Vec::new();
    for body in bodies.filter(|parameter| parameter.location == "body" && marks.contains(parameter.node)) {
        let is_required = body.node.get("required").and_then(Node::as_bool) == Some(true);
        waiting.extend(body.node.get("schema").map(|schema| (schema, (!is_required).then_some(Gap::Body(body.name)))));
    }
    // A schema is the same below every gap, so that each is looked at twice at most: below one, and below none.
    let mut seen = FastSet::default();
    while let Some((written, gap)) = waiting.pop() {
        let Some(schema) = context.schema(written).filter(|schema| seen.insert((schema.id(), gap.is_some()))) else {
            continue;
        };
        let Some(parts) = schema_path::parts(context, schema) else { continue };
        if let Some(gap) = gap.filter(|_| is_notification_url(schema)) {
            out.at_key(schema, gap.message());
        }
        let mut demands = Demands::default();
        let marked = |node: &Node<'_>| marks.contains(*node);
        for part in parts.iter().filter(|part| marked(part)) {
            let properties = part.get("properties").into_iter().flat_map(Node::visible_members);
            for member in properties.filter(|member| marked(&member.value)) {
                // Schemas may share a part, and each walks through its properties.
                if parts.len() > 1 && !context.lookups.steps.take(1, member.value) {
                    return;
                }
                let mut own = || (!demands.of(context, &parts, member.key)).then_some(Gap::Property(member.key));
                waiting.push((member.value, gap.or_else(&mut own)));
            }
            let inner = ["items", "additionalProperties"].into_iter().filter_map(|name| part.get(name));
            waiting.extend(inner.filter(marked).map(|inner| (inner, gap)));
        }
    }
}

impl Gap<'_> {
    fn message(self) -> String {
        match self {
            Self::Body(name) => format!("it need not be given: the body {} is not required", quoted(name)),
            Self::Property(name) => format!("it need not be given: {} is not in `required`", quoted(name)),
        }
    }
}
