//! The shape of a definition: what each kind of Swagger object may hold, as data, and the one walk that holds a document
//! against it.
//!
//! [`shape_of`] is the only list of member names, their JSON types and their values; `keywords.rs` and the structural rules
//! (`JsonTypeIncorrect`, `AdditionalPropertyNotAllowed`, `RequiredPropertyMissing` and others) read it. The walk runs once
//! for a document ([`Survey`]); it goes where Swagger says that there are objects and
//! follows no reference, and things wait on a list instead of the stack.

use crate::keywords::ObjectKind;
use crate::view::is_extension;
use backshell_source::{Kind, Member as JsonMember, Name, Node};

/// What a kind of object may hold.
pub(crate) struct Shape {
    /// What people call such an object, with its article.
    pub(crate) name: &'static str,
    /// Its members, the frequent ones first.
    pub(crate) members: &'static [Member],
    /// Whether other members are no matter: extensions grow.
    is_open: bool,
    /// Members of which at least one must be there; empty when there is no such choice.
    one_of: &'static [&'static str],
}

/// A member of an object.
pub(crate) struct Member {
    name: Name,
    form: Form,
    demand: Demand,
    /// Whether it says something only when it is not blank.
    is_filled: bool,
}

/// What a value must look like.
#[derive(Clone, Copy)]
enum Form {
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
    /// A limit on values, of this JSON type. Its object is among [`Survey::limited`].
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
enum Demand {
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
    Member { name: Name::new(name), form, demand: Demand::No, is_filled: false }
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

const SCHEMA_OBJECT: Form = Form::Object(ObjectKind::Schema);
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
    typed![member("type", ITEM_TYPES).needed(), member("items", ITEMS_OBJECT), member("collectionFormat", Form::Text),],
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
    Shape { name, members, is_open: false, one_of: &[] }
}

const fn open(name: &'static str, members: &'static [Member]) -> Shape {
    Shape { name, members, is_open: true, one_of: &[] }
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
        ObjectKind::PathItem => &PATH_ITEM,
        ObjectKind::NotificationContent => &NOTIFICATION_CONTENT,
        ObjectKind::Operation => &OPERATION,
        ObjectKind::Parameter => &PARAMETER,
        ObjectKind::Items => &ITEMS,
        ObjectKind::Response => &RESPONSE,
        ObjectKind::ResponseWrapper => &RESPONSE_WRAPPER,
        ObjectKind::Header => &HEADER,
        ObjectKind::Schema => &SCHEMA,
        ObjectKind::Xml => &XML,
        ObjectKind::SecurityDefinition => &SECURITY_DEFINITION,
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
    fn member(&self, found: &JsonMember<'_>) -> Option<(usize, &'static Member)> {
        self.members.iter().enumerate().find(|(_, member)| found.is(&member.name))
    }

    /// Whether objects of this shape have a member of that name.
    pub(crate) fn knows(&self, found: &JsonMember<'_>) -> bool {
        self.member(found).is_some()
    }
}

/// What the walk found in a document. The lists are in no particular order; what most documents do not have costs nothing.
#[derive(Default)]
pub(crate) struct Survey<'d> {
    /// Values of another JSON type than their place asks for, and what it asks for.
    pub(crate) wrong_types: Vec<(Node<'d>, &'static str)>,
    /// Members that their object does not know and that are no extensions.
    pub(crate) unknown: Vec<(Node<'d>, ObjectKind)>,
    /// The first member beside each reference that does not stand alone.
    pub(crate) beside_references: Vec<Node<'d>>,
    /// Strings outside the list that their place allows, and that list.
    pub(crate) outside_lists: Vec<(Node<'d>, &'static [&'static str])>,
    /// Objects and a member that they lack.
    pub(crate) missing: Vec<(Node<'d>, ObjectKind, &'static str)>,
    /// Objects that have none of several members.
    pub(crate) none_of: Vec<(Node<'d>, ObjectKind, &'static [&'static str])>,
    /// Blank texts where a text must say something, and the kind of object they stand on.
    pub(crate) blank: Vec<(Node<'d>, ObjectKind)>,
    /// Texts for people that are not all ASCII.
    pub(crate) not_ascii: Vec<Node<'d>>,
    /// Titles whose last character is neither letter nor digit.
    pub(crate) odd_endings: Vec<Node<'d>>,
    /// Addresses: of contacts, licences, documents, terms, and sign-in.
    pub(crate) urls: Vec<Node<'d>>,
    /// Entries of `consumes` and `produces`.
    pub(crate) mime_types: Vec<Node<'d>>,
    /// The `examples` of responses.
    pub(crate) examples: Vec<Node<'d>>,
    /// Objects that limit values: those with a number keyword, `pattern` or `discriminator`.
    pub(crate) limited: Vec<Node<'d>>,
    /// The `x-ms-capabilities` of schemas.
    pub(crate) schema_capabilities: Vec<Node<'d>>,
    waiting: Vec<(Node<'d>, &'static Form)>,
}

impl<'d> Survey<'d> {
    /// Walks over the document.
    pub(crate) fn of(root: Node<'d>) -> Self {
        let mut survey = Self::default();
        survey.waiting.push((root, &Form::Object(ObjectKind::Root)));
        while let Some((node, form)) = survey.waiting.pop() {
            match *form {
                Form::Object(kind) if node.is_object() => survey.object(node, kind),
                Form::List(entry) if node.is_array() => survey.list(node, entry),
                Form::Map(value) if node.is_object() => survey.map(visible(node), value),
                Form::ExtensibleMap(value) if node.is_object() => {
                    survey.map(visible(node).filter(|member| !is_extension(member.key)), value);
                }
                _ => survey.value(node, form),
            }
        }
        survey.waiting = Vec::new();
        survey
    }

    fn list(&mut self, node: Node<'d>, entry: &'static Form) {
        if !matches!(entry, Form::Any) {
            self.waiting.extend(node.items().map(|item| (item, entry)));
        }
    }

    fn map(&mut self, members: impl Iterator<Item = JsonMember<'d>>, value: &'static Form) {
        if !matches!(value, Form::Any) {
            self.waiting.extend(members.map(|member| (member.value, value)));
        }
    }

    fn object(&mut self, node: Node<'d>, kind: ObjectKind) {
        if kind.can_be_reference()
            && let Some(reference) = node.get("$ref")
        {
            self.value(reference, &Form::Text);
            self.beside_references.extend(visible(node).map(|member| member.value).find(|value| *value != reference));
            return;
        }
        if kind == ObjectKind::SchemaCapabilities {
            self.schema_capabilities.push(node);
        }
        let shape = shape_of(kind);
        let mut seen: u64 = 0;
        let mut is_limited = false;
        for found in visible(node) {
            let JsonMember { key, value, .. } = found;
            let Some((place, member)) = shape.member(&found) else {
                if !shape.is_open && !is_extension(key) {
                    self.unknown.push((value, kind));
                }
                continue;
            };
            seen |= 1 << place;
            is_limited |= matches!(member.form, Form::Limit(_));
            if member.is_filled && value.as_str().is_some_and(|text| text.trim().is_empty()) {
                self.blank.push((value, kind));
            }
            match member.form {
                Form::Any => {}
                Form::Object(_) | Form::List(_) | Form::Map(_) | Form::ExtensibleMap(_) => {
                    self.waiting.push((value, &member.form));
                }
                _ => self.value(value, &member.form),
            }
        }
        if is_limited {
            self.limited.push(node);
        }
        self.absences(node, kind, shape, seen);
    }

    /// What `node` lacks; the members that it has are the bits of `seen`.
    fn absences(&mut self, node: Node<'d>, kind: ObjectKind, shape: &'static Shape, seen: u64) {
        if kind == ObjectKind::Schema {
            return;
        }
        for (place, member) in shape.members.iter().enumerate() {
            if member.demand != Demand::No && seen & (1 << place) == 0 && is_demanded(node, member.demand) {
                self.missing.push((node, kind, member.name.as_str()));
            }
        }
        // A path item may be a reference, which has a rule of its own.
        let has = |name: &&str| {
            let place = shape.members.iter().position(|member| member.name.as_str() == *name);
            place.is_some_and(|place| seen & (1 << place) != 0)
        };
        if !shape.one_of.is_empty() && !shape.one_of.iter().any(has) && !has(&"$ref") {
            self.none_of.push((node, kind, shape.one_of));
        }
    }

    /// A value that is no container, or not the container that it should be.
    fn value(&mut self, node: Node<'d>, form: &'static Form) {
        let expected = form.expected();
        let kind = node.kind();
        if !expected.contains(&kind) {
            self.wrong_types.push((node, form.description()));
            return;
        }
        match *form {
            Form::Prose => self.prose(node),
            Form::Label => {
                self.prose(node);
                if !ends_well(node.as_str().unwrap_or_default()) {
                    self.odd_endings.push(node);
                }
            }
            Form::Url => self.urls.push(node),
            Form::Mime => self.mime_types.push(node),
            Form::Examples => self.examples.push(node),
            Form::Choice(allowed) => self.choice(node, allowed),
            Form::Visibility if node.as_str().is_some_and(|text| !text.is_empty()) => {
                self.choice(node, &["important", "advanced", "internal"]);
            }
            Form::FlagOrSchema if kind == Kind::Object => self.waiting.push((node, &SCHEMA_FORM)),
            _ => {}
        }
    }

    fn prose(&mut self, node: Node<'d>) {
        if node.as_str().is_some_and(|text| !text.is_ascii()) {
            self.not_ascii.push(node);
        }
    }

    fn choice(&mut self, node: Node<'d>, allowed: &'static [&'static str]) {
        if node.as_str().is_some_and(|text| !allowed.contains(&text)) {
            self.outside_lists.push((node, allowed));
        }
    }
}

static SCHEMA_FORM: Form = SCHEMA_OBJECT;

impl Form {
    /// The JSON types that fit.
    const fn expected(self) -> &'static [Kind] {
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
    const fn description(self) -> &'static str {
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

/// Whether a missing member is a fault on this object.
fn is_demanded(node: Node<'_>, demand: Demand) -> bool {
    let text = |name: &str| node.get(name).and_then(Node::as_str);
    let is_plain = || matches!(text("in"), Some("query" | "header" | "path" | "formData"));
    match demand {
        Demand::No => false,
        Demand::Always => true,
        Demand::PlainParameter => is_plain(),
        Demand::VisiblePlainParameter => {
            is_plain() && !text("x-ms-visibility").is_some_and(|value| value.eq_ignore_ascii_case("internal"))
        }
    }
}

/// Whether the last character is a letter or a digit, or a parenthesis that closes an opened one.
fn ends_well(text: &str) -> bool {
    match text.chars().next_back() {
        None => true,
        Some(')') => {
            let (mut open, mut closes) = (0_usize, false);
            for byte in text.bytes() {
                match byte {
                    b'(' => open += 1,
                    b')' => {
                        closes = open > 0;
                        open = open.saturating_sub(1);
                    }
                    _ => {}
                }
            }
            closes
        }
        Some(last) => last.is_alphanumeric(),
    }
}

/// The members that count: of several with the same name the last.
fn visible(node: Node<'_>) -> impl Iterator<Item = JsonMember<'_>> {
    node.members().filter(|member| !member.shadowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_shape_has_more_members_than_the_walk_can_count() {
        for kind in [ObjectKind::Root, ObjectKind::Operation, ObjectKind::Parameter, ObjectKind::Schema] {
            assert!(shape_of(kind).members.len() < 64);
        }
    }

    #[test]
    fn endings() {
        for text in ["", "Items", "Version 2", "Items (all)", "1) Items (all)", "((a)", "Größe", "名"] {
            assert!(ends_well(text), "{text}");
        }
        for text in ["Items.", "Items ", "Items)", "(a) b)", ") (a) b)", "Items?"] {
            assert!(!ends_well(text), "{text}");
        }
    }
}
