use crate::keywords::ObjectKind;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::{Context, Extension};
use crate::{Out, quoted};
use backshell_findings::Severity;
use backshell_source::Node;

pub(crate) static RULE: Rule = Rule {
    id: "BS-ExtensionMisplaced",
    group: Group::ConnectorGuidelines,
    severity: Severity::Warning,
    since: "0.1.0",
    source: Source::Requirement("connector package layout"),
    what: "An extension that connectors use stands on an object that does not carry it: for example the encoding of \
           a path on a parameter of another kind, or a dynamic schema on an operation. Places that another rule \
           judges are left to it: a path's encoding in the query, dynamic extensions of a body parameter, \
           notification content inside an operation, and every place of a notification URL.",
    why: "Extensions are read in their own places only; elsewhere they do nothing, although the text says that \
           they do.",
    fix: "move the extension to the object that carries it, or remove it",
    bad: &[
        Example::Definition(
            r#"
{ "parameters": { "q": { "in": "header", "name": "q", "x-ms-url-encoding": "single" } } }
                                                      ^^^^^^^^^^^^^^^^^^^
"#,
        ),
        Example::Definition(
            r#"
{ "paths": { "/items": { "get": { "x-ms-dynamic-schema": {}, "x-ms-connector-metadata": [] } } } }
                                  ^^^^^^^^^^^^^^^^^^^^^      ^^^^^^^^^^^^^^^^^^^^^^^^^
"#,
        ),
        Example::Definition(
            r#"
{ "paths": { "x-ms-summary": "All", "/items": { "get": { "responses": { "x-ms-trigger": "single" } } } } }
             ^^^^^^^^^^^^^^                                             ^^^^^^^^^^^^^^
"#,
        ),
    ],
    good: &[
        Example::Definition(
            r#"
{ "parameters": { "p": { "in": "path", "name": "p", "x-ms-url-encoding": "single", "x-ms-dynamic-values": {} }, "b": { "in": "body", "name": "b", "x-ms-summary": "Body", "schema": { "x-ms-dynamic-schema": {}, "x-ms-unheard-of": 1 } } } }
"#,
        ),
        Example::Definition(
            r#"
{ "parameters": { "q": { "in": "query", "name": "q", "x-ms-url-encoding": "single" } }, "paths": { "/items": { "x-ms-notification-content": {}, "get": { "x-ms-trigger": "single", "x-ms-visibility": "internal" } } } }
"#,
        ),
    ],
    visits: &[Visit::Extension(check)],
};

fn check(_: &Context<'_>, extension: &Extension<'_>, out: &mut Out<'_>) {
    // The items of a parameter are in no table, and what stands on them does no harm.
    if !extension.known || extension.holder == ObjectKind::Items {
        return;
    }
    let location = match extension.holder {
        ObjectKind::Parameter => extension.node.parent().and_then(|holder| holder.get("in")).and_then(Node::as_str),
        _ => None,
    };
    if !carries(extension.holder, location, extension.name) {
        let holder = holder_name(extension.holder, location);
        out.at_key(extension.node, format!("{} does not belong on {holder}", quoted(extension.name)));
    }
}

/// Whether objects of this kind carry the extension, or the place is another rule's. A parameter without a place, which
/// may be a reference, carries what any parameter does.
fn carries(holder: ObjectKind, location: Option<&str>, name: &str) -> bool {
    use ObjectKind::{Header, Info, Operation, Parameter, PathItem, Response, Root, Schema};
    let is_in = |wanted: &str| holder == Parameter && location.is_none_or(|location| location == wanted);
    let is_input = holder == Parameter && location != Some("body");
    match name {
        "x-ms-connector-metadata" | "x-ms-docs" | "x-ms-openai-manifest" => holder == Root,
        "x-ms-deployment-version" | "x-ms-keywords" | "x-ms-openai-published-to-copilots" => holder == Info,
        "x-ms-api-annotation" => matches!(holder, Info | Operation),
        "x-ms-capabilities" => matches!(holder, Root | Operation | Schema),
        "x-ms-notification-content" => matches!(holder, PathItem | Operation),
        "x-ms-agentic-protocol"
        | "x-ms-no-generic-test"
        | "x-ms-notification"
        | "x-ms-openai-data"
        | "x-ms-operation-context"
        | "x-ms-pageable"
        | "x-ms-safe-operation"
        | "x-ms-trigger"
        | "x-ms-trigger-hint"
        | "x-ms-trigger-metadata" => holder == Operation,
        "x-ms-trigger-value" => holder == Operation || is_input,
        "x-ms-summary" => matches!(holder, Operation | Parameter | Schema | Response | Header),
        "x-ms-visibility" => matches!(holder, Operation | Parameter | Schema | Header),
        "x-ms-test-value" => matches!(holder, Parameter | Schema),
        "x-ms-require-user-confirmation" => holder == Parameter,
        "x-ms-parameter-location" => is_input,
        "x-ms-enum-values" | "x-ms-localizeDefaultValue" | "x-ms-editor" | "x-ms-editor-options" => {
            holder == Schema || is_input
        }
        "x-ms-dynamic-values" | "x-ms-dynamic-list" => matches!(holder, Parameter | Schema),
        "x-ms-dynamic-schema" | "x-ms-dynamic-properties" => holder == Schema || is_in("body"),
        "x-ms-dynamic-tree" => holder == Schema || is_in("path") || is_in("query") || is_in("body"),
        "x-ms-url-encoding" => is_in("path") || is_in("query"),
        "x-ms-skip-url-encoding" => is_in("path"),
        "x-ms-enum" | "x-ms-media-kind" => holder == Schema,
        // NotificationUrlNotAllowedInThisPosition knows where `x-ms-notification-url` may stand.
        _ => true,
    }
}

fn holder_name(holder: ObjectKind, location: Option<&str>) -> &'static str {
    match (holder, location) {
        (ObjectKind::Parameter, Some("body")) => "a body parameter",
        (ObjectKind::Parameter, Some("path")) => "a path parameter",
        (ObjectKind::Parameter, Some("query")) => "a query parameter",
        (ObjectKind::Parameter, Some("header")) => "a header parameter",
        (ObjectKind::Parameter, Some("formData")) => "a form parameter",
        (ObjectKind::Parameter, _) => "this parameter",
        (ObjectKind::Root, _) => "the definition itself",
        (ObjectKind::Paths, _) => "the list of paths",
        (ObjectKind::PathItem, _) => "a path",
        (ObjectKind::Operation, _) => "an operation",
        (ObjectKind::Responses, _) => "a list of responses",
        (ObjectKind::Response, _) => "a response",
        (ObjectKind::Header, _) => "a header",
        (ObjectKind::Schema, _) => "a schema",
        (ObjectKind::Info, _) => "`info`",
        (ObjectKind::NotificationContent, _) => "notification content",
        (ObjectKind::SecurityDefinition, _) => "a security definition",
        (ObjectKind::Scopes, _) => "a list of scopes",
        _ => "this object",
    }
}
