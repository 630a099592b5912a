//! What checks are given: two versions of a thing, side by side.

use crate::definitions::Definitions;
use crate::pairing::Pairing;
use crate::references::{Broken, broken};
use backshell_model::FastMap;
use backshell_package::{
    ConnectionParameter, Origin, Parameter, ParameterLocation, Policy, Properties, ReadPackage, Response,
    SecurityDefinition, Swagger,
};
use backshell_source::Node;
use std::cell::OnceCell;
use std::collections::HashMap;
use std::ops::Deref;
use std::rc::Rc;
use std::sync::Arc;

/// One version of a package.
pub(crate) struct Version<'d> {
    /// What was read.
    pub(crate) read: &'d ReadPackage,
    /// The definition; `None` for lone files that are none.
    pub(crate) swagger: Option<Swagger<'d>>,
    /// `apiProperties.json`; `None` where there is none.
    pub(crate) properties: Option<&'d Properties>,
    /// The operations, in document order.
    pub(crate) operations: Vec<Rc<Operation<'d>>>,
    /// Where an operation stands among the operations, by `operationId`; the first of several.
    ids: FastMap<&'d str, usize>,
    /// The path that the user gave.
    path: Option<String>,
    definitions: OnceCell<Definitions<'d>>,
    broken: OnceCell<Vec<Broken<'d>>>,
    /// Definition and properties as the user knows them.
    files: OnceCell<[Arc<str>; 2]>,
}

/// An operation of one version. Everything that `backshell_package::Operation` answers is answered here too.
#[derive(Debug)]
pub(crate) struct Operation<'d> {
    inner: backshell_package::Operation<'d>,
    /// The name that callers know: the `operationId`, else method and path.
    pub(crate) name: String,
    /// The path with `{}` for each variable.
    pub(crate) normalised: String,
    /// The parameters that count, those of the path included.
    pub(crate) parameters: Vec<Parameter<'d>>,
    /// The responses.
    pub(crate) responses: Vec<Response<'d>>,
}

/// The two packages.
pub(crate) struct PackagePair<'d> {
    /// The old version.
    pub(crate) old: Version<'d>,
    /// The new version.
    pub(crate) new: Version<'d>,
    /// The operations that are in both.
    pub(crate) operations: Vec<Rc<OperationPair<'d>>>,
    /// The old operations that have no counterpart.
    pub(crate) removed: Vec<Rc<Operation<'d>>>,
    /// The new operations that have no counterpart.
    pub(crate) added: Vec<Rc<Operation<'d>>>,
    /// How many operations went from one path to another, by both paths as written.
    pub(crate) path_moves: HashMap<(&'d str, &'d str), usize>,
    /// The security definitions: paired by name, renamed where the content is equal.
    pub(crate) security: Pairing<SecurityDefinition<'d>>,
    /// What both versions' `apiProperties.json` say; `None` where one of the versions has none.
    pub(crate) properties: Option<PropertiesPair<'d>>,
}

/// The two `apiProperties.json`.
pub(crate) struct PropertiesPair<'d> {
    /// The old file.
    pub(crate) old: &'d Properties,
    /// The new file.
    pub(crate) new: &'d Properties,
    /// The connection parameters outside sets, paired by name (letter case counts), renamed where the content is equal.
    pub(crate) parameters: Pairing<ConnectionParameter<'d>>,
    /// The sets that are in both, by name, each with its parameters.
    pub(crate) sets: Vec<SetPair<'d>>,
    /// The sets that are gone.
    pub(crate) removed_sets: Vec<backshell_package::ParameterSet<'d>>,
    /// The sets that are new.
    pub(crate) added_sets: Vec<backshell_package::ParameterSet<'d>>,
    /// The policies: paired by template, section and operations; leftovers by template and title.
    pub(crate) policies: Pairing<Policy<'d>>,
}

/// A set of connection parameters that is in both versions.
pub(crate) struct SetPair<'d> {
    /// The old set.
    pub(crate) old: backshell_package::ParameterSet<'d>,
    /// The new set.
    pub(crate) new: backshell_package::ParameterSet<'d>,
    /// Its parameters.
    pub(crate) parameters: Pairing<ConnectionParameter<'d>>,
}

/// An operation that is in both versions.
pub(crate) struct OperationPair<'d> {
    /// The old one.
    pub(crate) old: Rc<Operation<'d>>,
    /// The new one.
    pub(crate) new: Rc<Operation<'d>>,
    /// The parameters but for the body. Renamed: path variables by position, then by letter case, then by equal content.
    pub(crate) parameters: Pairing<Parameter<'d>>,
    /// Parameters of the same name in another place: old, new.
    pub(crate) moved: Vec<(Parameter<'d>, Parameter<'d>)>,
    /// The body of the old version and that of the new one.
    pub(crate) body: (Option<Parameter<'d>>, Option<Parameter<'d>>),
    /// The responses by status. Renamed: the only success status was replaced by another one.
    pub(crate) responses: Pairing<Response<'d>>,
}

/// A parameter, not a body, that is in both versions.
pub(crate) struct ParameterPair<'d> {
    /// The operation.
    pub(crate) operation: Rc<OperationPair<'d>>,
    /// The old one.
    pub(crate) old: Parameter<'d>,
    /// The new one.
    pub(crate) new: Parameter<'d>,
}

/// The body of an operation, where at least one of the versions has one.
pub(crate) struct BodyPair<'d> {
    /// The operation.
    pub(crate) operation: Rc<OperationPair<'d>>,
    /// The old one.
    pub(crate) old: Option<Parameter<'d>>,
    /// The new one.
    pub(crate) new: Option<Parameter<'d>>,
}

/// A response that is in both versions.
pub(crate) struct ResponsePair<'d> {
    /// The operation.
    pub(crate) operation: Rc<OperationPair<'d>>,
    /// The old one.
    pub(crate) old: Response<'d>,
    /// The new one.
    pub(crate) new: Response<'d>,
    /// Whether callers take outputs from it: a 2xx status, or `default` where there is none.
    pub(crate) is_success: bool,
    /// Its headers, letter case ignored: name and object.
    pub(crate) headers: Pairing<(&'d str, Node<'d>)>,
}

/// A header of a response that is in both versions.
pub(crate) struct HeaderPair<'d> {
    /// Its old name and object.
    pub(crate) old: (&'d str, Node<'d>),
    /// Its new name and object.
    pub(crate) new: (&'d str, Node<'d>),
}

/// What a webhook sends (`x-ms-notification-content` of its path), where at least one of the versions says it.
pub(crate) struct NotificationPair<'d> {
    /// The trigger.
    pub(crate) operation: Rc<OperationPair<'d>>,
    /// The old one.
    pub(crate) old: Option<Node<'d>>,
    /// The new one.
    pub(crate) new: Option<Node<'d>>,
}

/// A security definition that is in both versions.
pub(crate) struct SecurityPair<'d> {
    /// The old one.
    pub(crate) old: SecurityDefinition<'d>,
    /// The new one.
    pub(crate) new: SecurityDefinition<'d>,
}

/// A connection parameter that is in both versions.
pub(crate) struct ConnectionParameterPair<'d> {
    /// The name of its set; `None` outside sets.
    pub(crate) set: Option<&'d str>,
    /// The old one.
    pub(crate) old: ConnectionParameter<'d>,
    /// The new one.
    pub(crate) new: ConnectionParameter<'d>,
}

impl<'d> Version<'d> {
    /// The view of a package that the user knows under `path`.
    pub(crate) fn new(read: &'d ReadPackage, path: Option<String>) -> Self {
        let swagger = read.package.definition.as_ref().map(backshell_package::Definition::swagger);
        let operations = swagger.into_iter().flat_map(Swagger::operations);
        let operations: Vec<_> = operations.map(|operation| Rc::new(Operation::new(operation))).collect();
        let mut ids = FastMap::default();
        ids.reserve(operations.len());
        for (at, operation) in operations.iter().enumerate() {
            if let Some(id) = operation.id() {
                ids.entry(id).or_insert(at);
            }
        }
        let properties = read.package.properties.as_ref();
        let (definitions, broken, files) = (OnceCell::new(), OnceCell::new(), OnceCell::new());
        Self { read, swagger, properties, operations, ids, path, definitions, broken, files }
    }

    /// A file of the package as the user knows it.
    pub(crate) fn shown(&self, file: &str) -> String {
        match &self.path {
            None => file.to_owned(),
            Some(path) if self.read.package.origin == Origin::File => path.clone(),
            Some(path) => format!("{}/{file}", path.trim_end_matches(['/', std::path::MAIN_SEPARATOR])),
        }
    }

    /// The file that a value stands in, as the user knows it.
    pub(crate) fn file_of(&self, node: Node<'_>) -> Arc<str> {
        let root = node.document().root();
        let package = &self.read.package;
        let is_of_properties = package.properties.as_ref().is_some_and(|properties| properties.document.root() == root);
        let [definition, properties] = self.files.get_or_init(|| {
            let definition = package.definition.as_ref().map(|definition| definition.file.as_str());
            let properties = package.properties.as_ref().map(|properties| properties.file.as_str());
            [definition, properties].map(|file| self.shown(file.unwrap_or_default()).into())
        });
        Arc::clone(if is_of_properties { properties } else { definition })
    }

    /// The named schemas.
    pub(crate) fn definitions(&self) -> &Definitions<'d> {
        self.definitions.get_or_init(|| self.swagger.map(Definitions::of).unwrap_or_default())
    }

    /// The references that lead nowhere.
    pub(crate) fn broken(&self) -> &[Broken<'d>] {
        self.broken.get_or_init(|| self.swagger.map(|swagger| broken(swagger.node())).unwrap_or_default())
    }

    /// The operation that callers know under this `operationId`.
    pub(crate) fn operation(&self, id: &str) -> Option<&Rc<Operation<'d>>> {
        self.ids.get(id).and_then(|at| self.operations.get(*at))
    }
}

impl<'d> Operation<'d> {
    fn new(operation: backshell_package::Operation<'d>) -> Self {
        let template = operation.path_template();
        let name = operation.id().map_or_else(|| format!("{} {template}", operation.method()), str::to_owned);
        Self {
            inner: operation,
            name,
            normalised: crate::path_change::normalised(template),
            parameters: operation.effective_parameters(),
            responses: operation.responses(),
        }
    }

    /// The body parameter.
    pub(crate) fn body_parameter(&self) -> Option<Parameter<'d>> {
        self.parameters.iter().find(|parameter| parameter.location == ParameterLocation::Body).copied()
    }

    /// The responses that callers take outputs from: those with a 2xx status, or `default` where there is none.
    pub(crate) fn success_responses(&self) -> impl Iterator<Item = Response<'d>> {
        let is_2xx = |response: &&Response<'d>| response.code().is_some_and(|code| (200..300).contains(&code));
        let any_2xx = self.responses.iter().any(|response| is_2xx(&response));
        self.responses
            .iter()
            .filter(move |response| if any_2xx { is_2xx(response) } else { response.status == "default" })
            .copied()
    }

    /// Whether callers take outputs from the response of this status.
    pub(crate) fn is_success(&self, status: &str) -> bool {
        self.success_responses().any(|response| response.status == status)
    }

    /// What the webhook sends: `x-ms-notification-content` of the operation's path, for a trigger only.
    pub(crate) fn notification(&self) -> Option<Node<'d>> {
        let content = self.path_item().node.get("x-ms-notification-content")?;
        self.is_trigger().then_some(content).filter(|node| node.is_object())
    }
}

impl<'d> Deref for Operation<'d> {
    type Target = backshell_package::Operation<'d>;

    fn deref(&self) -> &Self::Target {
        &self.inner
    }
}
