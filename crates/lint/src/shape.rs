//! The shape of a definition: what each kind of Swagger object may hold, as data.
//!
//! [`shape_of`] is the only list of member names, their JSON types and their values; `keywords.rs` and the structural rules
//! (`JsonTypeIncorrect`, `AdditionalPropertyNotAllowed`, `RequiredPropertyMissing` and others) read it, and `survey.rs` holds
//! a document against it.

use crate::keywords::ObjectKind;
use crate::view::Field;
use backshell_source::{Kind, Member as JsonMember, Name, NameIndex};

/// What a kind of object may hold.
pub(crate) struct Shape {
    /// What people call such an object, with its article.
    pub(crate) name: &'static str,
    /// Its members.
    pub(crate) members: &'static [Member],
    /// Where each of these names stands in the list.
    index: NameIndex,
    /// Whether other members are no matter: extensions grow.
    pub(crate) is_open: bool,
    /// Members of which at least one must be there; empty when there is no such choice.
    pub(crate) one_of: &'static [&'static str],
    /// The places of the members that must be there, or must on some objects, one bit each.
    pub(crate) demanded: u64,
}

/// A member of an object.
pub(crate) struct Member {
    pub(crate) name: Name,
    pub(crate) form: Form,
    pub(crate) demand: Demand,
    /// Whether it says something only when it is not blank.
    pub(crate) is_filled: bool,
    /// Where the walk keeps its value.
    pub(crate) field: Option<Field>,
}

/// What a value must look like.
#[derive(Clone, Copy)]
pub(crate) enum Form {
    /// Anything.
    Any,
    /// A string.
    Text,
    /// A string that people read.
    Prose,
    /// A string that people read as a title.
    Label,
    /// A string that is an address.
    Url,
    /// A string that is a MIME type.
    Mime,
    /// `true` or `false`.
    Flag,
    /// A limit on values, of this JSON type. Its object is among [`Survey::limited`](crate::survey::Survey::limited).
    Limit(Kind),
    /// A string out of a list.
    Choice(&'static [&'static str]),
    /// `x-ms-visibility`: a string out of a list; an empty one and `null` mean the same as none.
    Visibility,
    /// A number; `null` means the same as none.
    Revision,
    /// An object of this kind.
    Object(ObjectKind),
    /// An array.
    List(&'static Form),
    /// An object whose names are data.
    Map(&'static Form),
    /// An object whose names are data, extensions excepted.
    ExtensibleMap(&'static Form),
    /// The `examples` of a response: MIME types and values.
    Examples,
    /// `additionalProperties`: `true`, `false`, or a schema.
    FlagOrSchema,
}

/// When a member must be there.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Demand {
    /// Never.
    No,
    /// Always.
    Always,
    /// On parameters that are not the body.
    PlainParameter,
    /// On parameters that are not the body and that users see.
    VisiblePlainParameter,
}

const fn member(name: &'static str, form: Form) -> Member {
    Member { name: Name::new(name), form, demand: Demand::No, is_filled: false, field: Field::of(name) }
}

impl Member {
    const fn needed(self) -> Self {
        Self { demand: Demand::Always, ..self }
    }

    const fn needed_on_plain_parameters(self) -> Self {
        Self { demand: Demand::PlainParameter, ..self }
    }

    const fn needed_where_users_see_it(self) -> Self {
        Self { demand: Demand::VisiblePlainParameter, ..self }
    }

    const fn filled(self) -> Self {
        Self { is_filled: true, ..self }
    }
}

pub(crate) const SCHEMA_OBJECT: Form = Form::Object(ObjectKind::Schema);
const ITEMS_OBJECT: Form = Form::Object(ObjectKind::Items);
const OPERATION_OBJECT: Form = Form::Object(ObjectKind::Operation);
const EXTERNAL_DOCS: Form = Form::Object(ObjectKind::ExternalDocs);
const MIME_TYPES: Form = Form::List(&Form::Mime);
const TEXTS: Form = Form::List(&Form::Text);
const SCHEMES: Form = TEXTS;
const PARAMETERS: Form = Form::List(&Form::Object(ObjectKind::Parameter));
const SECURITY: Form = Form::List(&Form::Map(&TEXTS));
const ENUM_VALUES: Form = Form::List(&Form::Object(ObjectKind::EnumValue));

const SCHEMA_TYPES: Form = Form::Choice(&["string", "number", "integer", "boolean", "array", "object", "file"]);
const PARAMETER_TYPES: Form = Form::Choice(&["string", "number", "integer", "boolean", "array", "file"]);
const ITEM_TYPES: Form = Form::Choice(&["string", "number", "integer", "boolean", "array"]);
const STATUSES: Form = Form::Choice(&["Production", "Preview"]);

/// The own members of something with a type, then those that everything with a type shares.
macro_rules! typed {
    ($($own:expr),* $(,)?) => {
        &[
            $($own,)*
            member("format", Form::Text),
            member("enum", Form::List(&Form::Any)),
            member("default", Form::Any),
            member("maximum", Form::Limit(Kind::Number)),
            member("minimum", Form::Limit(Kind::Number)),
            member("maxLength", Form::Limit(Kind::Number)),
            member("minLength", Form::Limit(Kind::Number)),
            member("pattern", Form::Limit(Kind::String)),
            member("maxItems", Form::Limit(Kind::Number)),
            member("minItems", Form::Limit(Kind::Number)),
            member("exclusiveMaximum", Form::Limit(Kind::Bool)),
            member("exclusiveMinimum", Form::Limit(Kind::Bool)),
            member("multipleOf", Form::Limit(Kind::Number)),
            member("uniqueItems", Form::Flag),
        ]
    };
}

static ROOT: Shape = closed(
    "the definition",
    &[
        member("swagger", Form::Text).needed(),
        member("info", Form::Object(ObjectKind::Info)).needed(),
        member("host", Form::Text).needed().filled(),
        member("basePath", Form::Text),
        member("schemes", SCHEMES),
        member("consumes", MIME_TYPES),
        member("produces", MIME_TYPES),
        member("paths", Form::ExtensibleMap(&Form::Object(ObjectKind::PathItem))).needed(),
        member("definitions", Form::Map(&SCHEMA_OBJECT)),
        member("parameters", Form::Map(&Form::Object(ObjectKind::Parameter))),
        member("responses", Form::Map(&Form::Object(ObjectKind::Response))),
        member("securityDefinitions", Form::Map(&Form::Object(ObjectKind::SecurityDefinition))),
        member("security", SECURITY),
        member("tags", Form::List(&Form::Object(ObjectKind::Tag))),
        member("externalDocs", EXTERNAL_DOCS),
        member("x-ms-connector-metadata", Form::List(&Form::Object(ObjectKind::MetadataEntry))).needed(),
        member("x-ms-capabilities", Form::Object(ObjectKind::RootCapabilities)),
    ],
);

static INFO: Shape = closed(
    "the info object",
    &[
        member("title", Form::Label).needed().filled(),
        member("description", Form::Prose).needed().filled(),
        member("version", Form::Text).needed().filled(),
        member("termsOfService", Form::Url),
        member("contact", Form::Object(ObjectKind::Contact)).needed(),
        member("license", Form::Object(ObjectKind::License)),
        member("x-ms-api-annotation", Form::Object(ObjectKind::Annotation)),
        member("x-ms-deployment-version", Form::Text),
    ],
);

static CONTACT: Shape = closed(
    "the contact",
    &[member("name", Form::Text).filled(), member("url", Form::Url).filled(), member("email", Form::Text).filled()],
);

static LICENSE: Shape = closed("the license", &[member("name", Form::Text).needed(), member("url", Form::Url)]);

static TAG: Shape = closed(
    "the tag",
    &[member("name", Form::Text).needed(), member("description", Form::Prose), member("externalDocs", EXTERNAL_DOCS)],
);

static EXTERNAL_DOCUMENTS: Shape =
    closed("the externalDocs object", &[member("description", Form::Prose), member("url", Form::Url).needed()]);

/// Its names are data: the walk takes it for a map.
static PATHS: Shape = open("the list of paths", &[]);

static PATH_ITEM: Shape = Shape {
    one_of: &["get", "put", "post", "delete", "options", "head", "patch"],
    ..closed(
        "the path item",
        &[
            member("get", OPERATION_OBJECT),
            member("post", OPERATION_OBJECT),
            member("put", OPERATION_OBJECT),
            member("delete", OPERATION_OBJECT),
            member("patch", OPERATION_OBJECT),
            member("options", OPERATION_OBJECT),
            member("head", OPERATION_OBJECT),
            member("parameters", PARAMETERS),
            member("$ref", Form::Text),
            member("x-ms-notification-content", Form::Object(ObjectKind::NotificationContent)),
        ],
    )
};

static NOTIFICATION_CONTENT: Shape =
    open("the notification content", &[member("description", Form::Prose), member("schema", SCHEMA_OBJECT)]);

static OPERATION: Shape = closed(
    "the operation",
    &[
        member("operationId", Form::Text).filled(),
        member("summary", Form::Label).needed().filled(),
        member("description", Form::Prose).needed().filled(),
        member("parameters", PARAMETERS),
        member("responses", Form::ExtensibleMap(&Form::Object(ObjectKind::ResponseWrapper))),
        member("tags", TEXTS),
        member("consumes", MIME_TYPES),
        member("produces", MIME_TYPES),
        member("deprecated", Form::Flag),
        member("security", SECURITY),
        member("schemes", SCHEMES),
        member("externalDocs", EXTERNAL_DOCS),
        member("x-ms-visibility", Form::Visibility),
        member("x-ms-summary", Form::Label),
        member("x-ms-trigger", Form::Choice(&["single", "batch"])),
        member("x-ms-trigger-hint", Form::Text),
        member("x-ms-trigger-metadata", Form::Object(ObjectKind::TriggerMetadata)),
        member("x-ms-api-annotation", Form::Object(ObjectKind::Annotation)),
        member("x-ms-pageable", Form::Object(ObjectKind::Pageable)),
        member("x-ms-no-generic-test", Form::Flag),
        // It belongs on the path item, and is held against its shape wherever it stands.
        member("x-ms-notification-content", Form::Object(ObjectKind::NotificationContent)),
    ],
);

static PARAMETER: Shape = closed(
    "the parameter",
    typed![
        member("name", Form::Text).needed().filled(),
        member("in", Form::Choice(&["query", "header", "path", "formData", "body"])).needed(),
        member("type", PARAMETER_TYPES).needed_on_plain_parameters(),
        member("description", Form::Prose).needed_where_users_see_it(),
        member("required", Form::Flag),
        member("x-ms-summary", Form::Label).needed_where_users_see_it(),
        member("x-ms-visibility", Form::Visibility),
        member("schema", SCHEMA_OBJECT),
        member("x-ms-url-encoding", Form::Choice(&["single", "double"])),
        member("$ref", Form::Text),
        member("items", ITEMS_OBJECT),
        member("collectionFormat", Form::Text),
        member("allowEmptyValue", Form::Flag),
        member("x-ms-dynamic-values", Form::Object(ObjectKind::DynamicValues)),
        member("x-ms-dynamic-list", Form::Object(ObjectKind::DynamicList)),
        member("x-ms-dynamic-schema", Form::Object(ObjectKind::DynamicSchema)),
        member("x-ms-dynamic-properties", Form::Object(ObjectKind::DynamicProperties)),
        member("x-ms-enum-values", ENUM_VALUES),
    ],
);

static ITEMS: Shape = closed(
    "the items object",
    typed![
        member("type", ITEM_TYPES).needed(),
        member("items", ITEMS_OBJECT),
        member("collectionFormat", Form::Text),
        member("x-ms-summary", Form::Label),
        member("x-ms-visibility", Form::Visibility),
        member("x-ms-dynamic-values", Form::Object(ObjectKind::DynamicValues)),
        member("x-ms-dynamic-list", Form::Object(ObjectKind::DynamicList)),
        member("x-ms-dynamic-schema", Form::Object(ObjectKind::DynamicSchema)),
        member("x-ms-dynamic-properties", Form::Object(ObjectKind::DynamicProperties)),
        member("x-ms-enum-values", ENUM_VALUES),
    ],
);

static RESPONSE: Shape = closed(
    "the response",
    &[
        member("description", Form::Prose).needed().filled(),
        member("schema", SCHEMA_OBJECT),
        member("headers", Form::Map(&Form::Object(ObjectKind::Header))),
        member("examples", Form::Examples),
        member("$ref", Form::Text),
        member("x-ms-summary", Form::Label),
    ],
);

/// As of `paths`, its names are data.
static RESPONSES: Shape = open("the list of responses", &[]);

/// A member of an operation's `responses`: a response, or a reference to one.
static RESPONSE_WRAPPER: Shape = Shape { one_of: &["description", "$ref"], ..closed(RESPONSE.name, RESPONSE.members) };

static HEADER: Shape = closed(
    "the header",
    typed![
        member("type", ITEM_TYPES).needed(),
        member("description", Form::Prose),
        member("items", ITEMS_OBJECT),
        member("collectionFormat", Form::Text),
        member("x-ms-summary", Form::Label),
        member("x-ms-visibility", Form::Visibility),
    ],
);

static SCHEMA: Shape = closed(
    "the schema",
    typed![
        member("type", SCHEMA_TYPES),
        member("description", Form::Prose),
        member("x-ms-summary", Form::Label),
        member("title", Form::Text),
        member("x-ms-visibility", Form::Visibility),
        member("properties", Form::Map(&SCHEMA_OBJECT)),
        member("items", SCHEMA_OBJECT),
        member("$ref", Form::Text),
        member("required", TEXTS),
        member("example", Form::Any),
        member("additionalProperties", Form::FlagOrSchema),
        member("allOf", Form::List(&SCHEMA_OBJECT)),
        member("readOnly", Form::Flag),
        member("maxProperties", Form::Limit(Kind::Number)),
        member("minProperties", Form::Limit(Kind::Number)),
        member("discriminator", Form::Limit(Kind::String)),
        member("xml", Form::Object(ObjectKind::Xml)),
        member("externalDocs", EXTERNAL_DOCS),
        member("x-ms-dynamic-values", Form::Object(ObjectKind::DynamicValues)),
        member("x-ms-dynamic-list", Form::Object(ObjectKind::DynamicList)),
        member("x-ms-dynamic-schema", Form::Object(ObjectKind::DynamicSchema)),
        member("x-ms-dynamic-properties", Form::Object(ObjectKind::DynamicProperties)),
        member("x-ms-enum-values", ENUM_VALUES),
        member("x-ms-notification-url", Form::Flag),
        member("x-ms-media-kind", Form::Choice(&["image", "audio"])),
        member("x-ms-capabilities", Form::Object(ObjectKind::SchemaCapabilities)),
    ],
);

static XML: Shape = closed(
    "the xml object",
    &[
        member("name", Form::Text),
        member("namespace", Form::Text),
        member("prefix", Form::Text),
        member("attribute", Form::Flag),
        member("wrapped", Form::Flag),
    ],
);

static SECURITY_DEFINITION: Shape = closed(
    "the security definition",
    &[
        member("type", Form::Choice(&["basic", "apiKey", "oauth2"])).needed(),
        member("description", Form::Prose),
        member("name", Form::Text),
        member("in", Form::Choice(&["header", "query"])),
        member("flow", Form::Choice(&["implicit", "password", "application", "accessCode"])),
        member("authorizationUrl", Form::Url),
        member("tokenUrl", Form::Url),
        member("scopes", Form::ExtensibleMap(&Form::Text)),
    ],
);

/// As of `paths`, its names are data.
static SCOPES: Shape = open("the list of scopes", &[]);

static METADATA_ENTRY: Shape = open(
    "the entry of the connector metadata",
    &[member("propertyName", Form::Text), member("propertyValue", Form::Text).filled()],
);

/// `x-ms-api-annotation`, of an operation or of `info`.
static ANNOTATION: Shape = open(
    "the annotation",
    &[member("family", Form::Text), member("revision", Form::Revision), member("status", STATUSES)],
);

static PAGEABLE: Shape = open("the paging extension", &[member("nextLinkName", Form::Text).needed()]);

static TRIGGER_METADATA: Shape = open(
    "the trigger metadata",
    &[member("kind", Form::Choice(&["query"])), member("mode", Form::Choice(&["polling"]))],
);

static ENUM_VALUE: Shape =
    open("the entry of the enum values", &[member("value", Form::Any), member("displayName", Form::Text)]);

static ROOT_CAPABILITIES: Shape =
    open("the capabilities", &[member("testConnection", Form::Object(ObjectKind::TestConnection))]);

static TEST_CONNECTION: Shape =
    open("the connection test", &[member("operationId", Form::Text), member("parameters", Form::Map(&Form::Any))]);

static SCHEMA_CAPABILITIES: Shape = open("the capabilities", &[member("filterFunctions", Form::List(&Form::Text))]);

static DYNAMIC_VALUES: Shape = Shape {
    one_of: &["operationId", "builtInOperation", "capability"],
    ..open(
        "the dynamic values",
        &[
            member("operationId", Form::Text),
            member("builtInOperation", Form::Text),
            member("capability", Form::Text),
            member("parameters", Form::Map(&Form::Any)),
            member("value-collection", Form::Text),
            member("value-path", Form::Text),
            member("value-title", Form::Text),
        ],
    )
};

static DYNAMIC_LIST: Shape = open(
    "the dynamic list",
    &[
        member("operationId", Form::Text).needed(),
        member("parameters", Form::Map(&Form::Object(ObjectKind::DynamicArgument))),
        member("itemsPath", Form::Text),
        member("itemValuePath", Form::Text),
        member("itemTitlePath", Form::Text),
    ],
);

static DYNAMIC_SCHEMA: Shape = open(
    "the dynamic schema",
    &[member("operationId", Form::Text).needed(), member("parameters", Form::Map(&Form::Any))],
);

static DYNAMIC_PROPERTIES: Shape = open(
    "the dynamic properties",
    &[
        member("operationId", Form::Text).needed(),
        member("parameters", Form::Map(&Form::Object(ObjectKind::DynamicArgument))),
        member("itemValuePath", Form::Text),
    ],
);

/// A value for a parameter of the operation that a dynamic list or dynamic properties call.
static DYNAMIC_ARGUMENT: Shape = Shape {
    one_of: &["value", "parameterReference"],
    ..open("the argument", &[member("value", Form::Any), member("parameterReference", Form::Text)])
};

const fn closed(name: &'static str, members: &'static [Member]) -> Shape {
    assert!(members.len() <= u64::BITS as usize, "the walk has one bit for each member");
    let (mut index, mut demanded) = (NameIndex::EMPTY, 0);
    let mut rest = members;
    while let [first, others @ ..] = rest {
        if !matches!(first.demand, Demand::No) {
            demanded |= 1 << (members.len() - rest.len());
        }
        index = index.and(&first.name);
        rest = others;
    }
    Shape { name, members, index, is_open: false, one_of: &[], demanded }
}

const fn open(name: &'static str, members: &'static [Member]) -> Shape {
    Shape { is_open: true, ..closed(name, members) }
}

/// The shape of objects of this kind.
pub(crate) fn shape_of(kind: ObjectKind) -> &'static Shape {
    match kind {
        ObjectKind::Root => &ROOT,
        ObjectKind::Info => &INFO,
        ObjectKind::Contact => &CONTACT,
        ObjectKind::License => &LICENSE,
        ObjectKind::Tag => &TAG,
        ObjectKind::ExternalDocs => &EXTERNAL_DOCUMENTS,
        ObjectKind::Paths => &PATHS,
        ObjectKind::PathItem => &PATH_ITEM,
        ObjectKind::NotificationContent => &NOTIFICATION_CONTENT,
        ObjectKind::Operation => &OPERATION,
        ObjectKind::Parameter => &PARAMETER,
        ObjectKind::Items => &ITEMS,
        ObjectKind::Response => &RESPONSE,
        ObjectKind::Responses => &RESPONSES,
        ObjectKind::ResponseWrapper => &RESPONSE_WRAPPER,
        ObjectKind::Header => &HEADER,
        ObjectKind::Schema => &SCHEMA,
        ObjectKind::Xml => &XML,
        ObjectKind::SecurityDefinition => &SECURITY_DEFINITION,
        ObjectKind::Scopes => &SCOPES,
        ObjectKind::MetadataEntry => &METADATA_ENTRY,
        ObjectKind::Annotation => &ANNOTATION,
        ObjectKind::Pageable => &PAGEABLE,
        ObjectKind::TriggerMetadata => &TRIGGER_METADATA,
        ObjectKind::EnumValue => &ENUM_VALUE,
        ObjectKind::RootCapabilities => &ROOT_CAPABILITIES,
        ObjectKind::TestConnection => &TEST_CONNECTION,
        ObjectKind::SchemaCapabilities => &SCHEMA_CAPABILITIES,
        ObjectKind::DynamicValues => &DYNAMIC_VALUES,
        ObjectKind::DynamicList => &DYNAMIC_LIST,
        ObjectKind::DynamicSchema => &DYNAMIC_SCHEMA,
        ObjectKind::DynamicProperties => &DYNAMIC_PROPERTIES,
        ObjectKind::DynamicArgument => &DYNAMIC_ARGUMENT,
    }
}

impl Shape {
    /// What the shape says of a member, and its place in the list.
    #[inline]
    pub(crate) fn member(&self, found: &JsonMember<'_>) -> Option<(usize, &'static Member)> {
        let is = |place: usize| self.members.get(place).is_some_and(|member| found.is(&member.name));
        let place = self.index.place(found, is)?;
        Some((place, self.members.get(place)?))
    }

    /// Whether objects of this shape have a member of that name.
    pub(crate) fn knows(&self, found: &JsonMember<'_>) -> bool {
        self.member(found).is_some()
    }
}

impl Form {
    /// The JSON types that fit.
    pub(crate) const fn expected(self) -> &'static [Kind] {
        match self {
            Self::Any => &[Kind::Null, Kind::Bool, Kind::Number, Kind::String, Kind::Array, Kind::Object],
            Self::Text
            | Self::Prose
            | Self::Label
            | Self::Url
            | Self::Mime
            | Self::Choice(_)
            | Self::Limit(Kind::String) => &[Kind::String],
            Self::Visibility => &[Kind::String, Kind::Null],
            Self::Revision => &[Kind::Number, Kind::Null],
            Self::Flag | Self::Limit(Kind::Bool) => &[Kind::Bool],
            Self::Limit(_) => &[Kind::Number],
            Self::Object(_) | Self::Map(_) | Self::ExtensibleMap(_) | Self::Examples => &[Kind::Object],
            Self::List(_) => &[Kind::Array],
            Self::FlagOrSchema => &[Kind::Bool, Kind::Object],
        }
    }

    /// What fits, in words.
    pub(crate) const fn description(self) -> &'static str {
        match self {
            Self::Any => "any value",
            Self::FlagOrSchema => "a boolean or an object",
            _ => match self.expected() {
                [Kind::String, ..] => "a string",
                [Kind::Bool, ..] => "a boolean",
                [Kind::Number, ..] => "a number",
                [Kind::Array, ..] => "an array",
                _ => "an object",
            },
        }
    }
}
