//! How rules see a package: the places of a definition with what most rules ask for already looked up.
//!
//! Everything here borrows from the documents; looking at a place copies no text.

use crate::Facts;
use crate::census::Census;
use crate::keywords::ObjectKind;
use crate::lookups::{Lookups, References};
use crate::reference::{self, Fault};
use crate::shape::shape_of;
use crate::submission::Submission;
use crate::survey::Survey;
use crate::usage::Usage;
use backshell_model::FastSet;
use backshell_package::{ConnectionParameter, Origin, PackageFile, Properties, ReadPackage};
use backshell_source::{Member, Node};
use std::borrow::Cow;
use std::cell::{LazyCell, OnceCell};
use std::sync::Arc;

/// The definition as a whole: what rules may look up while they judge one place of it.
pub(crate) struct Context<'d> {
    /// The package it belongs to.
    pub(crate) package: &'d backshell_package::Package,
    /// Whether files of the package were refused, so that a file that is not there may be one of them.
    pub(crate) is_refused: bool,
    /// What is known from outside the package.
    pub(crate) facts: &'d Facts,
    /// The document's root.
    pub(crate) root: Node<'d>,
    /// The members of `paths`, extensions left out, members with the same name kept all.
    pub(crate) paths: Vec<Path<'d>>,
    /// Every operation, in document order.
    pub(crate) operations: Vec<Operation<'d>>,
    // Made at once: a cell around nodes would tie the lifetimes of all that rules are handed to each other.
    survey: Survey<'d>,
    usage: OnceCell<Usage>,
    /// How many schemas there are, and how deep.
    pub(crate) census: Census<'d>,
    /// What was looked up already.
    pub(crate) lookups: Lookups,
    /// `definitions`, `parameters` and `responses`, where references lead to.
    shared: [Option<Node<'d>>; 3],
}

/// A member of `paths`.
pub(crate) struct Path<'d> {
    /// Its name, the path template.
    pub(crate) template: &'d str,
    /// Its value.
    pub(crate) node: Node<'d>,
    /// Whether a later member has the same name, so that this one does not count.
    pub(crate) is_shadowed: bool,
}

/// An operation.
pub(crate) struct Operation<'d> {
    /// The path template it is under.
    pub(crate) path: &'d str,
    /// The HTTP method, as written (lower case).
    pub(crate) method: &'d str,
    /// The operation object.
    pub(crate) node: Node<'d>,
    /// `operationId`.
    pub(crate) id: Option<Node<'d>>,
    /// `responses`.
    pub(crate) responses: Option<Node<'d>>,
    /// Its own list of parameters, references followed.
    pub(crate) own_parameters: Vec<Parameter<'d>>,
    /// Its effective parameters: the path item's list, overridden by its own on equal name and place.
    pub(crate) parameters: Vec<Parameter<'d>>,
    /// Whether a reference in one of these lists leads nowhere, so that the effective parameters are not known.
    pub(crate) has_unknown_parameters: bool,
}

/// A parameter.
#[derive(Clone, Copy)]
pub(crate) struct Parameter<'d> {
    /// The entry of the list, which may be a reference.
    pub(crate) declared: Node<'d>,
    /// The parameter object itself.
    pub(crate) node: Node<'d>,
    /// `name`; empty when there is none.
    pub(crate) name: &'d str,
    /// `in`; empty when there is none.
    pub(crate) location: &'d str,
}

/// Something with a type. The fields are the keywords of the object, as written.
pub(crate) struct Value<'d> {
    /// The object.
    pub(crate) node: Node<'d>,
    /// `$ref`.
    pub(crate) reference: Option<Node<'d>>,
    /// `type`.
    pub(crate) type_name: Option<Node<'d>>,
    /// `format`.
    pub(crate) format: Option<Node<'d>>,
    /// `items`.
    pub(crate) items: Option<Node<'d>>,
    /// `default`.
    pub(crate) default: Option<Node<'d>>,
    /// `description`.
    pub(crate) description: Option<Node<'d>>,
    /// `example`, on schemas.
    pub(crate) example: Option<Node<'d>>,
    /// `x-ms-test-value`.
    pub(crate) sample: Option<Node<'d>>,
    /// `enum`.
    pub(crate) one_of: Option<Node<'d>>,
    /// `required`: a boolean on parameters, a list of names on schemas.
    pub(crate) required: Option<Node<'d>>,
    /// `schema`, on parameters.
    pub(crate) schema: Option<Node<'d>>,
    /// `properties`, on schemas.
    pub(crate) properties: Option<Node<'d>>,
    /// `additionalProperties`, on schemas.
    pub(crate) additional_properties: Option<Node<'d>>,
    /// `allOf`, on schemas.
    pub(crate) all_of: Option<Node<'d>>,
    /// `x-ms-enum-values`.
    pub(crate) enum_values: Option<Node<'d>>,
    /// `x-ms-notification-url`.
    pub(crate) notification_url: Option<Node<'d>>,
    /// `collectionFormat`, on all but schemas.
    pub(crate) collection_format: Option<Node<'d>>,
    /// `uniqueItems`.
    pub(crate) unique_items: Option<Node<'d>>,
    /// `x-ms-editor`.
    pub(crate) editor: Option<Node<'d>>,
    /// `xml`, on schemas.
    pub(crate) xml: Option<Node<'d>>,
}

/// A member of an operation's `responses`, extensions left out.
pub(crate) struct Response<'d> {
    /// Its name: a status code or `default`.
    pub(crate) status: &'d str,
    /// Its value, which may be a reference.
    pub(crate) declared: Node<'d>,
    /// The response object, references followed; `None` when a reference leads nowhere.
    pub(crate) node: Option<Node<'d>>,
}

/// A `$ref` member.
pub(crate) struct Reference<'d> {
    /// The value of the member.
    pub(crate) node: Node<'d>,
    /// What it must lead to, by the place it stands in.
    pub(crate) target: Target,
}

/// What a reference leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// A schema below `definitions`.
    Schema,
    /// A parameter below `parameters`.
    Parameter,
    /// A response below `responses`.
    Response,
}

/// One name of one member of a `security` list.
pub(crate) struct Requirement<'d> {
    /// The name of the security definition.
    pub(crate) name: &'d str,
    /// Its value, the list of scopes.
    pub(crate) value: Node<'d>,
    /// The security definition of that name.
    pub(crate) definition: Option<Node<'d>>,
}

/// A member that Swagger does not know on the object it stands on.
pub(crate) struct Extension<'d> {
    /// Its name.
    pub(crate) name: &'d str,
    /// Its value.
    pub(crate) node: Node<'d>,
    /// The kind of object it stands on.
    pub(crate) holder: ObjectKind,
    /// Whether it is one of the extensions that connectors use, letter for letter.
    pub(crate) known: bool,
}

/// The package as a set of files.
pub(crate) struct Package<'p> {
    /// What was read.
    pub(crate) read: &'p ReadPackage,
    /// Where it lies for the user.
    pub(crate) path: &'p ShownPath,
    /// What is known from outside.
    pub(crate) facts: &'p Facts,
    submission: OnceCell<Option<Submission<'p>>>,
}

/// `apiProperties.json`.
pub(crate) struct PropertiesFile<'p> {
    /// The package it belongs to.
    pub(crate) package: &'p backshell_package::Package,
    /// The file.
    pub(crate) properties: &'p Properties,
    /// What is known from outside.
    pub(crate) facts: &'p Facts,
    /// Whether files of the package were refused, so that a file that is not there may be one of them.
    pub(crate) is_refused: bool,
    connection_parameters: OnceCell<Vec<ConnectionParameter<'p>>>,
}

/// How the user knows a package: by the path that was given, or, without one, by the names of its files alone.
pub(crate) struct ShownPath(pub(crate) Option<String>);

impl ShownPath {
    /// A file of the package as the user knows it.
    pub(crate) fn of(&self, package: &backshell_package::Package, file: &str) -> Arc<str> {
        match &self.0 {
            None => file.into(),
            Some(path) if package.origin == Origin::File => path.as_str().into(),
            Some(path) => format!("{}/{file}", path.trim_end_matches(['/', std::path::MAIN_SEPARATOR])).into(),
        }
    }

    /// The package as a whole as the user knows it: the path that was given, without one the package's own name.
    pub(crate) fn whole(&self, package: &backshell_package::Package) -> Arc<str> {
        self.0.as_deref().unwrap_or(&package.name).into()
    }

    /// The part of a file's shown path that lies in the package.
    pub(crate) fn inside<'f>(&self, shown: &'f str) -> &'f str {
        let path = self.0.as_deref().unwrap_or_default().trim_end_matches(['/', std::path::MAIN_SEPARATOR]);
        shown.strip_prefix(path).map_or(shown, |rest| rest.trim_start_matches('/'))
    }
}

impl<'p> Package<'p> {
    /// What was read, where it lies for the user, and what is known from outside.
    pub(crate) fn new(read: &'p ReadPackage, path: &'p ShownPath, facts: &'p Facts) -> Self {
        Self { read, path, facts, submission: OnceCell::new() }
    }

    /// Whether it is a set of files whose absences mean something: no lone file, and nothing was refused.
    pub(crate) fn is_complete(&self) -> bool {
        self.read.package.origin != Origin::File && !self.read.is_refused()
    }

    /// The files that lie in no folder.
    pub(crate) fn top_level(&self) -> impl Iterator<Item = &'p PackageFile> + use<'p> {
        self.read.package.files.iter().filter(|file| !file.path.contains('/'))
    }

    /// A file as the user knows it.
    pub(crate) fn shown(&self, file: &str) -> Arc<str> {
        self.path.of(&self.read.package, file)
    }

    /// The submission archive that this is, opened once; `None` for the connector itself.
    pub(crate) fn submission(&self) -> Option<&Submission<'p>> {
        self.submission.get_or_init(|| Submission::open(self)).as_ref()
    }
}

impl<'p> PropertiesFile<'p> {
    /// `properties` of `package`.
    pub(crate) fn new(package: &Package<'p>, properties: &'p Properties) -> Self {
        let Package { read, facts, .. } = *package;
        let is_refused = read.is_refused();
        Self { package: &read.package, properties, facts, is_refused, connection_parameters: OnceCell::new() }
    }

    /// The objects whose members are connection parameters: `connectionParameters`, and `parameters` of each set.
    pub(crate) fn parameter_objects(&self) -> impl Iterator<Item = Node<'p>> + use<'p> {
        let sets = self.properties.get("connectionParameterSets").and_then(|sets| sets.get_ignore_case("values"));
        let of_sets = sets.into_iter().flat_map(Node::items).filter_map(|set| set.get_ignore_case("parameters"));
        self.properties.get("connectionParameters").into_iter().chain(of_sets)
    }

    /// Every connection parameter, those of sets after the others.
    pub(crate) fn connection_parameters(&self) -> &[ConnectionParameter<'p>] {
        self.connection_parameters.get_or_init(|| {
            let mut parameters = self.properties.connection_parameters();
            parameters.extend(self.properties.parameter_sets().into_iter().flat_map(|set| set.parameters));
            parameters
        })
    }
}

impl<'d> Context<'d> {
    /// Looks the definition over: paths, operations and their effective parameters.
    pub(crate) fn new(read: &'d ReadPackage, root: Node<'d>, facts: &'d Facts) -> Self {
        let mut context = Self {
            package: &read.package,
            is_refused: read.is_refused(),
            facts,
            root,
            paths: Vec::new(),
            operations: Vec::new(),
            survey: Survey::of(root),
            usage: OnceCell::new(),
            lookups: Lookups::default(),
            census: Census::default(),
            shared: [Target::Schema, Target::Parameter, Target::Response].map(|target| root.get(target.part())),
        };
        let members = root.get("paths").into_iter().flat_map(Node::members);
        context.paths = members
            .filter(|member| !is_extension(member.key))
            .map(|member| Path { template: member.key, node: member.value, is_shadowed: member.shadowed })
            .collect();
        context.operations = context.counted_paths().flat_map(|path| context.operations_of(path)).collect();
        context.census = Census::new(&context);
        context
    }

    /// The paths that count: of several with the same name the last one.
    pub(crate) fn counted_paths(&self) -> impl Iterator<Item = &Path<'d>> {
        self.paths.iter().filter(|path| !path.is_shadowed)
    }

    fn operations_of(&self, path: &Path<'d>) -> Vec<Operation<'d>> {
        let mut operations = Vec::new();
        let mut shared = None;
        for member in path.node.visible_members().filter(|member| is_method(member.key)) {
            let shared: &(Vec<Parameter<'d>>, bool) =
                shared.get_or_insert_with(|| self.parameter_list(path.node.get("parameters")));
            operations.push(self.operation(path, member, shared));
        }
        operations
    }

    fn operation(&self, path: &Path<'d>, member: Member<'d>, shared: &(Vec<Parameter<'d>>, bool)) -> Operation<'d> {
        let (mut id, mut responses, mut list) = (None, None, None);
        for member in member.value.members() {
            match member.key {
                "operationId" => id = Some(member.value),
                "responses" => responses = Some(member.value),
                "parameters" => list = Some(member.value),
                _ => {}
            }
        }
        let (own_parameters, own_unknown) = self.parameter_list(list);
        let (shared, shared_unknown) = shared;
        // Only where the path shares parameters, which few do.
        let own = LazyCell::new(|| own_parameters.iter().map(Parameter::input).collect::<FastSet<_>>());
        let inherited = shared.iter().filter(|parameter| !own.contains(&parameter.input()));
        let parameters = inherited.chain(&own_parameters).copied().collect();
        Operation {
            path: path.template,
            method: member.key,
            node: member.value,
            id,
            responses,
            own_parameters,
            parameters,
            has_unknown_parameters: own_unknown || *shared_unknown,
        }
    }

    /// The parameters of a list, references followed, and whether one of them leads nowhere.
    pub(crate) fn parameter_list(&self, list: Option<Node<'d>>) -> (Vec<Parameter<'d>>, bool) {
        let mut unknown = false;
        let mut parameters = Vec::new();
        for declared in list.into_iter().flat_map(Node::items) {
            match self.followed(declared, Target::Parameter) {
                Some(node) => parameters.push(Parameter::new(declared, node)),
                None => unknown = true,
            }
        }
        (parameters, unknown)
    }

    /// The responses of an operation.
    pub(crate) fn responses(&self, operation: &Operation<'d>) -> impl Iterator<Item = Response<'d>> {
        let members = operation.responses.into_iter().flat_map(Node::visible_members);
        members.filter(|member| !is_extension(member.key)).map(|member| {
            let declared = member.value;
            Response { status: member.key, declared, node: self.response(declared) }
        })
    }

    /// What a reference leads to: `Ok(None)` when its form is right and nothing is there.
    pub(crate) fn resolve(&self, reference: &Reference<'d>) -> Result<Option<Node<'d>>, Fault> {
        // References to schemas are followed again and again.
        let known = || self.lookups.references.get_or_init(|| References::new(self.root.document().node_count()));
        if reference.target == Target::Schema
            && let Some(id) = known().target(reference.node)
        {
            return Ok(self.root.document().node(id));
        }
        let part = reference.target.part();
        let text = reference.node.as_str().ok_or(Fault::NotText)?;
        let [schemas, parameters, responses] = self.shared;
        let objects = match reference.target {
            Target::Schema => schemas,
            Target::Parameter => parameters,
            Target::Response => responses,
        };
        let found = match reference::plain_name(text, part) {
            Some(name) => objects.and_then(|objects| objects.get(name)),
            None => {
                let name = reference::name(text, part)?;
                objects.and_then(|objects| objects.get(&name))
            }
        };
        if reference.target == Target::Schema
            && let Some(found) = found
        {
            known().remember(reference.node, found);
        }
        Ok(found)
    }

    /// The schema that `schema` stands for: itself, or what its references lead to. `None` when one leads nowhere or in a
    /// circle.
    pub(crate) fn schema(&self, schema: Node<'d>) -> Option<Node<'d>> {
        self.followed(schema, Target::Schema)
    }

    /// What stands behind the references of a place where `target` belongs. `None` when one leads nowhere or in a circle.
    fn followed(&self, written: Node<'d>, target: Target) -> Option<Node<'d>> {
        const LONGEST_CHAIN: usize = 64;
        let mut found = written;
        for _ in 0..LONGEST_CHAIN {
            match found.get("$ref") {
                None => return Some(found),
                Some(node) => found = self.resolve(&Reference { node, target }).ok()??,
            }
        }
        None
    }

    /// The response that `response` stands for: itself, or what its references lead to.
    pub(crate) fn response(&self, response: Node<'d>) -> Option<Node<'d>> {
        self.followed(response, Target::Response)
    }

    /// How the document departs from the shape of a definition.
    pub(crate) fn survey(&self) -> &Survey<'d> {
        &self.survey
    }

    /// What the schemas are used for.
    pub(crate) fn usage(&self) -> &Usage {
        self.usage.get_or_init(|| Usage::of(self))
    }

    /// Whether a response says anything about its body: an empty schema does not, one that cannot be found may.
    pub(crate) fn has_schema(&self, response: Node<'d>) -> bool {
        let Some(schema) = response.get("schema") else { return false };
        self.schema(schema).is_none_or(|schema| schema.is_object() && !schema.is_empty())
    }

    /// The security definition of this name.
    pub(crate) fn security_definition(&self, name: &str) -> Option<Node<'d>> {
        self.root.get("securityDefinitions")?.get(name)
    }
}

impl<'d> Operation<'d> {
    /// Its id, when it is a text.
    pub(crate) fn id_text(&self) -> Option<&'d str> {
        self.id.and_then(Node::as_str)
    }

    /// The response that says what the operation answers when all is well: 200, else 201, else the first other 2xx.
    pub(crate) fn success(&self, context: &Context<'d>) -> Option<Node<'d>> {
        let responses = self.responses?;
        let other = || responses.visible_members().find(|member| is_success(member.key)).map(|member| member.value);
        context.response(responses.get("200").or_else(|| responses.get("201")).or_else(other)?)
    }

    /// The schema of what it answers when all is well, references followed.
    pub(crate) fn answer(&self, context: &Context<'d>) -> Option<Node<'d>> {
        context.schema(self.success(context)?.get("schema")?)
    }
}

impl<'d> Parameter<'d> {
    /// The parameter object `node`, which is written at `declared` or referred to there.
    pub(crate) fn new(declared: Node<'d>, node: Node<'d>) -> Self {
        let text = |name: &str| node.get(name).and_then(Node::as_str).unwrap_or_default();
        Self { declared, node, name: text("name"), location: text("in") }
    }

    /// What tells it from the other inputs of a request: place and name. Header names are compared as HTTP does.
    pub(crate) fn input(&self) -> (&'d str, Cow<'d, str>) {
        let is_header = self.location == "header";
        (self.location, if is_header { self.name.to_ascii_lowercase().into() } else { self.name.into() })
    }

    /// Whether a request must give it.
    pub(crate) fn is_required(&self) -> bool {
        self.location == "path" || self.node.get("required").and_then(Node::as_bool) == Some(true)
    }

    /// Whether it is part of the request's body.
    pub(crate) fn is_payload(&self) -> bool {
        matches!(self.location, "body" | "formData")
    }
}

/// A field of [`Value`] for the value of a member.
#[derive(Clone, Copy)]
pub(crate) enum Field {
    Reference,
    Type,
    Format,
    Items,
    Default,
    Description,
    Example,
    Sample,
    Enum,
    Required,
    Schema,
    Properties,
    AdditionalProperties,
    AllOf,
    EnumValues,
    NotificationUrl,
    CollectionFormat,
    UniqueItems,
    Editor,
    Xml,
}

impl Field {
    /// The field for members of this name.
    pub(crate) const fn of(name: &str) -> Option<Self> {
        Some(match name.as_bytes() {
            b"$ref" => Self::Reference,
            b"type" => Self::Type,
            b"format" => Self::Format,
            b"items" => Self::Items,
            b"default" => Self::Default,
            b"description" => Self::Description,
            b"example" => Self::Example,
            b"x-ms-test-value" => Self::Sample,
            b"enum" => Self::Enum,
            b"required" => Self::Required,
            b"schema" => Self::Schema,
            b"properties" => Self::Properties,
            b"additionalProperties" => Self::AdditionalProperties,
            b"allOf" => Self::AllOf,
            b"x-ms-enum-values" => Self::EnumValues,
            b"x-ms-notification-url" => Self::NotificationUrl,
            b"collectionFormat" => Self::CollectionFormat,
            b"uniqueItems" => Self::UniqueItems,
            b"x-ms-editor" => Self::Editor,
            b"xml" => Self::Xml,
            _ => return None,
        })
    }
}

impl<'d> Value<'d> {
    /// Reads the keywords of an object in one pass; members that are no keywords go to `unknown`.
    pub(crate) fn read(node: Node<'d>, kind: ObjectKind, unknown: &mut dyn FnMut(Member<'d>)) -> Self {
        let mut value = Self {
            node,
            reference: None,
            type_name: None,
            format: None,
            items: None,
            default: None,
            description: None,
            example: None,
            sample: None,
            one_of: None,
            required: None,
            schema: None,
            properties: None,
            additional_properties: None,
            all_of: None,
            enum_values: None,
            notification_url: None,
            collection_format: None,
            unique_items: None,
            editor: None,
            xml: None,
        };
        let shape = shape_of(kind);
        for member in node.visible_members() {
            let known = shape.member(&member).map(|(_, known)| known);
            if known.is_none() || is_extension(member.key) {
                unknown(member);
            }
            // What the shape does not know may be a field all the same: an extension, or a keyword of other objects.
            let field = match known.map_or_else(|| Field::of(member.key), |known| known.field) {
                None => continue,
                Some(Field::Reference) => &mut value.reference,
                Some(Field::Type) => &mut value.type_name,
                Some(Field::Format) => &mut value.format,
                Some(Field::Items) => &mut value.items,
                Some(Field::Default) => &mut value.default,
                Some(Field::Description) => &mut value.description,
                Some(Field::Example) => &mut value.example,
                Some(Field::Sample) => &mut value.sample,
                Some(Field::Enum) => &mut value.one_of,
                Some(Field::Required) => &mut value.required,
                Some(Field::Schema) => &mut value.schema,
                Some(Field::Properties) => &mut value.properties,
                Some(Field::AdditionalProperties) => &mut value.additional_properties,
                Some(Field::AllOf) => &mut value.all_of,
                Some(Field::EnumValues) => &mut value.enum_values,
                Some(Field::NotificationUrl) => &mut value.notification_url,
                Some(Field::CollectionFormat) if kind == ObjectKind::Schema => continue,
                Some(Field::CollectionFormat) => &mut value.collection_format,
                Some(Field::UniqueItems) => &mut value.unique_items,
                Some(Field::Editor) => &mut value.editor,
                Some(Field::Xml) => &mut value.xml,
            };
            *field = Some(member.value);
        }
        value
    }

    /// The name of its type, when there is exactly one.
    pub(crate) fn type_text(&self) -> Option<&'d str> {
        self.type_name.and_then(Node::as_str)
    }
}

impl Response<'_> {
    /// Whether its status says that the call succeeded.
    pub(crate) fn is_success(&self) -> bool {
        is_success(self.status)
    }
}

impl Target {
    /// The part of the document where it is found.
    pub(crate) const fn part(self) -> &'static str {
        match self {
            Self::Schema => "definitions",
            Self::Parameter => "parameters",
            Self::Response => "responses",
        }
    }
}

/// The schemas directly within a schema, as they are written.
pub(crate) fn children(schema: Node<'_>) -> impl Iterator<Item = Node<'_>> {
    let single = |name| schema.get(name).filter(|node| node.is_object());
    let properties = schema.get("properties").into_iter().flat_map(Node::visible_members);
    let properties = properties.map(|member| member.value);
    let parts = schema.get("allOf").into_iter().flat_map(Node::items);
    properties.chain(parts).chain(single("items")).chain(single("additionalProperties"))
}

/// Whether the name of a response is a status code that says that the call succeeded.
pub(crate) fn is_success(status: &str) -> bool {
    status.len() == 3 && status.starts_with('2')
}

/// Whether the name of a member marks it as an extension.
pub(crate) fn is_extension(name: &str) -> bool {
    name.starts_with("x-")
}

/// Whether the name of a member of a path item is an HTTP method.
fn is_method(name: &str) -> bool {
    matches!(name, "get" | "put" | "post" | "delete" | "options" | "head" | "patch")
}
