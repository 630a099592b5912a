use crate::keywords::ObjectKind;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::shape::shape_of;
use crate::view::Context;
use crate::{Out, quoted};
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "RequiredValueEmpty",
    group: Group::Metadata,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "A text that must say something is there and blank: title, version and description of the connector, \
           name, address and email of its contact, the host, an operationId, the summary and description of an \
           operation, the name of a parameter, a value of the connector metadata. A blank description of a \
           response is a warning.",
    why: "A blank text passes where only its presence is looked at, and leaves the reader with nothing.",
    fix: "write the text",
    bad: &[Example::Definition(
        r#"
{ "info": { "title": "", "contact": { "email": " " } }, "host": "", "paths": { "/a": { "get": { "summary": "", "responses": { "200": { "description": "" } } } } } }
                     ^^                        ^^^              ^^                                         ^^                                         ^^
"#,
    )],
    good: &[Example::Definition(
        r#"
{ "info": { "title": "A", "termsOfService": "" }, "basePath": "", "definitions": { "A": { "description": "", "properties": { "name": { "default": "" } }, "example": { "host": "" } } },
  "parameters": { "P": { "in": "query", "name": "p", "description": "", "x-ms-summary": "" } } }
"#,
    )],
    visits: &[Visit::Document(check)],
};

fn check(context: &Context<'_>, out: &mut Out<'_>) {
    for (node, kind) in &context.survey().blank {
        let is_response = matches!(kind, ObjectKind::Response | ObjectKind::ResponseWrapper);
        let severity = if is_response { Severity::Warning } else { Severity::Error };
        let message = format!("{} of {} is blank", quoted(node.key().unwrap_or_default()), shape_of(*kind).name);
        out.severity(severity).at(*node, message);
    }
}
