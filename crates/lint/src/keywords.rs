//! The kinds of objects in a Swagger 2.0 document and the members each of them knows; the extensions that connectors use.

/// A kind of object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ObjectKind {
    /// The document.
    Root,
    /// `info`.
    Info,
    /// `info.contact`.
    Contact,
    /// `info.license`.
    License,
    /// A member of `tags`.
    Tag,
    /// `externalDocs`.
    ExternalDocs,
    /// A member of `paths`.
    PathItem,
    /// `x-ms-notification-content` of a path item.
    NotificationContent,
    /// An operation.
    Operation,
    /// A parameter.
    Parameter,
    /// The `items` of a parameter or header.
    Items,
    /// A response.
    Response,
    /// A header of a response.
    Header,
    /// A schema.
    Schema,
    /// A member of `securityDefinitions`.
    SecurityDefinition,
}

/// Whether Swagger 2.0 knows a member of this name on objects of this kind.
pub(crate) fn is_keyword(kind: ObjectKind, name: &str) -> bool {
    match kind {
        ObjectKind::Root => matches!(
            name,
            "swagger"
                | "info"
                | "host"
                | "basePath"
                | "schemes"
                | "consumes"
                | "produces"
                | "paths"
                | "definitions"
                | "parameters"
                | "responses"
                | "securityDefinitions"
                | "security"
                | "tags"
                | "externalDocs"
        ),
        ObjectKind::Info => {
            matches!(name, "title" | "description" | "termsOfService" | "contact" | "license" | "version")
        }
        ObjectKind::Contact => matches!(name, "name" | "url" | "email"),
        ObjectKind::License => matches!(name, "name" | "url"),
        ObjectKind::Tag => matches!(name, "name" | "description" | "externalDocs"),
        ObjectKind::ExternalDocs => matches!(name, "description" | "url"),
        ObjectKind::PathItem => {
            matches!(name, "$ref" | "get" | "put" | "post" | "delete" | "options" | "head" | "patch" | "parameters")
        }
        ObjectKind::NotificationContent => matches!(name, "description" | "schema"),
        ObjectKind::Operation => matches!(
            name,
            "tags"
                | "summary"
                | "description"
                | "externalDocs"
                | "operationId"
                | "consumes"
                | "produces"
                | "parameters"
                | "responses"
                | "schemes"
                | "deprecated"
                | "security"
        ),
        ObjectKind::Parameter => {
            is_type_keyword(name)
                || matches!(name, "$ref" | "name" | "in" | "description" | "required" | "schema" | "allowEmptyValue")
        }
        ObjectKind::Items => is_type_keyword(name),
        ObjectKind::Response => matches!(name, "$ref" | "description" | "schema" | "headers" | "examples"),
        ObjectKind::Header => is_type_keyword(name) || name == "description",
        ObjectKind::Schema => {
            (is_type_keyword(name) && name != "collectionFormat")
                || matches!(
                    name,
                    "$ref"
                        | "title"
                        | "description"
                        | "required"
                        | "maxProperties"
                        | "minProperties"
                        | "properties"
                        | "additionalProperties"
                        | "allOf"
                        | "discriminator"
                        | "readOnly"
                        | "xml"
                        | "externalDocs"
                        | "example"
                )
        }
        ObjectKind::SecurityDefinition => {
            matches!(name, "type" | "description" | "name" | "in" | "flow" | "authorizationUrl" | "tokenUrl" | "scopes")
        }
    }
}

/// The members that everything with a type shares.
fn is_type_keyword(name: &str) -> bool {
    matches!(
        name,
        "type"
            | "format"
            | "items"
            | "collectionFormat"
            | "default"
            | "enum"
            | "maximum"
            | "exclusiveMaximum"
            | "minimum"
            | "exclusiveMinimum"
            | "maxLength"
            | "minLength"
            | "pattern"
            | "maxItems"
            | "minItems"
            | "uniqueItems"
            | "multipleOf"
    )
}

/// Whether a member shows that the document was written for OpenAPI 3.
pub(crate) fn is_open_api_3(kind: ObjectKind, name: &str) -> bool {
    let is_main = matches!(kind, ObjectKind::Root | ObjectKind::Operation | ObjectKind::Parameter | ObjectKind::Schema);
    is_main
        && matches!(
            name,
            "openapi"
                | "servers"
                | "components"
                | "requestBody"
                | "oneOf"
                | "anyOf"
                | "not"
                | "nullable"
                | "content"
                | "callbacks"
                | "links"
        )
}

/// Whether it is the name of an extension that connectors use, letter for letter.
pub(crate) fn is_known_extension(name: &str) -> bool {
    name.starts_with("x-ms-") && EXTENSIONS.binary_search(&name).is_ok()
}

/// The extensions that connectors use, sorted. Names that only code generators of other tools write are not among them.
pub(crate) const EXTENSIONS: &[&str] = &[
    "x-ms-agentic-protocol",
    "x-ms-api-annotation",
    "x-ms-capabilities",
    "x-ms-connector-metadata",
    "x-ms-deployment-version",
    "x-ms-docs",
    "x-ms-dynamic-list",
    "x-ms-dynamic-properties",
    "x-ms-dynamic-schema",
    "x-ms-dynamic-tree",
    "x-ms-dynamic-values",
    "x-ms-editor",
    "x-ms-editor-options",
    "x-ms-enum",
    "x-ms-enum-values",
    "x-ms-keywords",
    "x-ms-localizeDefaultValue",
    "x-ms-media-kind",
    "x-ms-no-generic-test",
    "x-ms-notification",
    "x-ms-notification-content",
    "x-ms-notification-url",
    "x-ms-openai-data",
    "x-ms-openai-manifest",
    "x-ms-openai-published-to-copilots",
    "x-ms-operation-context",
    "x-ms-pageable",
    "x-ms-parameter-location",
    "x-ms-require-user-confirmation",
    "x-ms-safe-operation",
    "x-ms-skip-url-encoding",
    "x-ms-summary",
    "x-ms-test-value",
    "x-ms-trigger",
    "x-ms-trigger-hint",
    "x-ms-trigger-metadata",
    "x-ms-trigger-value",
    "x-ms-url-encoding",
    "x-ms-visibility",
];
