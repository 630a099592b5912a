//! The kinds of objects in a Swagger 2.0 document, and the extensions that connectors use. What each kind may hold is in
//! `shape.rs`.

use crate::shape::shape_of;
use crate::view::is_extension;
use backshell_source::{Member, Name, NameIndex};

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
    /// `paths`.
    Paths,
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
    /// `responses` of an operation.
    Responses,
    /// A member of an operation's `responses`: a response or a reference to one.
    ResponseWrapper,
    /// A header of a response.
    Header,
    /// A schema.
    Schema,
    /// `xml` of a schema.
    Xml,
    /// A member of `securityDefinitions`.
    SecurityDefinition,
    /// `scopes` of a security definition.
    Scopes,
    /// An entry of `x-ms-connector-metadata`.
    MetadataEntry,
    /// `x-ms-api-annotation`.
    Annotation,
    /// `x-ms-pageable`.
    Pageable,
    /// `x-ms-trigger-metadata`.
    TriggerMetadata,
    /// An entry of `x-ms-enum-values`.
    EnumValue,
    /// `x-ms-capabilities` of the document.
    RootCapabilities,
    /// `testConnection` of these.
    TestConnection,
    /// `x-ms-capabilities` of a schema.
    SchemaCapabilities,
    /// `x-ms-dynamic-values`.
    DynamicValues,
    /// `x-ms-dynamic-list`.
    DynamicList,
    /// `x-ms-dynamic-schema`.
    DynamicSchema,
    /// `x-ms-dynamic-properties`.
    DynamicProperties,
    /// A member of the `parameters` of a dynamic list or of dynamic properties.
    DynamicArgument,
}

impl ObjectKind {
    /// Whether a reference may stand in place of such an object.
    pub(crate) const fn can_be_reference(self) -> bool {
        matches!(self, Self::Parameter | Self::Response | Self::ResponseWrapper | Self::Schema)
    }
}

/// Whether Swagger 2.0 knows a member of this name on objects of this kind.
pub(crate) fn is_keyword(kind: ObjectKind, member: &Member<'_>) -> bool {
    !is_extension(member.key) && shape_of(kind).knows(member)
}

/// Whether a name that is no extension looks as if it should be one.
pub(crate) fn looks_like_extension(name: &str) -> bool {
    let begins = name.starts_with("x_") || name.starts_with("X-") || name.starts_with("X_");
    // Not the end of a word, as in terms-; but the x of xms- is that of an extension.
    let has_mark = || {
        let bytes = name.as_bytes();
        bytes.windows(3).enumerate().any(|(at, window)| {
            let before = at.checked_sub(1).and_then(|before| bytes.get(before));
            window.eq_ignore_ascii_case(b"ms-")
                && before.is_none_or(|byte| !byte.is_ascii_alphabetic() || byte.eq_ignore_ascii_case(&b'x'))
        })
    };
    !is_extension(name) && (begins || has_mark())
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

/// Whether a member has the name of an extension that connectors use, letter for letter.
pub(crate) fn is_known_extension(member: &Member<'_>) -> bool {
    EXTENSION_INDEX.place(member, |place| EXTENSIONS.get(place) == Some(&member.key)).is_some()
}

/// Where each of [`EXTENSIONS`] stands among them.
static EXTENSION_INDEX: NameIndex = {
    let mut index = NameIndex::EMPTY;
    let mut rest = EXTENSIONS;
    while let [first, others @ ..] = rest {
        index = index.and(&Name::new(first));
        rest = others;
    }
    index
};

/// The extensions that connectors use, in the order of the alphabet. Names that only code generators of other tools write are
/// not among them.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dynamic;

    #[test]
    fn every_dynamic_extension_is_known() {
        for kind in dynamic::Kind::ALL {
            assert!(EXTENSIONS.contains(&kind.as_str()), "{}", kind.as_str());
        }
    }
}
