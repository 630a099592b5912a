//! The auth kinds, one file each, and the choice between them.

pub(crate) mod api_key;
pub(crate) mod basic;
pub(crate) mod none;

use crate::plan::{Attachment, AuthPlan, AuthProblem, ParameterPlan, PlannedParameter};
use backshell_model::{AuthKind, OperationId, SecretName};
use backshell_package::{
    ConnectionParameter, ConnectionParameterKind, Package, Properties, SecurityDefinition, SecurityKind, Swagger,
};
use backshell_source::Node;
use std::collections::{BTreeSet, HashMap};

/// A credential's place, and the connection parameters it is made of.
pub(crate) struct Bound {
    pub(crate) kind: AuthKind,
    pub(crate) attachment: Attachment,
    pub(crate) parameters: Vec<SecretName>,
}

impl AuthPlan {
    /// Works out how connections of the package prove themselves.
    ///
    /// An operation's first security requirement with a supported scheme decides; without one the first supported
    /// scheme of `securityDefinitions` does, for every operation: an operation cannot opt out. Packages that sign in
    /// with OAuth, choose between parameter sets or need an on-premises gateway are refused until those kinds exist.
    pub fn compile(package: &Package) -> Result<Self, AuthProblem> {
        let properties = package.properties.as_ref();
        let parameters = properties.map(Properties::connection_parameters).unwrap_or_default();
        let sets = properties.map(Properties::parameter_sets).unwrap_or_default();
        if !sets.is_empty() {
            return Err(AuthProblem::UnsupportedKind("a choice between several sets of parameters".to_owned()));
        }
        for parameter in &parameters {
            match parameter.kind {
                ConnectionParameterKind::OAuth => {
                    return Err(AuthProblem::UnsupportedKind("an OAuth 2.0 sign-in".to_owned()));
                }
                ConnectionParameterKind::Gateway => {
                    return Err(AuthProblem::UnsupportedKind("an on-premises gateway".to_owned()));
                }
                _ => {}
            }
        }
        let swagger = package.definition.as_ref().map(|definition| definition.swagger());
        let schemes = swagger.map(Swagger::security_definitions).unwrap_or_default();
        let mut binder = Binder { parameters: &parameters, problems: Vec::new(), used: BTreeSet::new() };

        let first: Vec<_> = schemes.iter().filter(|scheme| supported(scheme)).take(1).collect();
        let (kind, default) = binder.bind(&first);
        let mut by_operation = HashMap::new();
        for operation in swagger.iter().flat_map(|swagger| swagger.operations()) {
            let Some(id) = operation.id() else { continue };
            let asked = operation.security().into_iter().find_map(|requirement| {
                let find = |name: &&str| schemes.iter().find(|scheme| scheme.name == *name && supported(scheme));
                let asked: Vec<_> = requirement.schemes.iter().filter_map(find).collect();
                (!asked.is_empty()).then_some(asked)
            });
            if let Some(asked) = asked.filter(|asked| *asked != first) {
                let (_, attachments) = binder.bind(&asked);
                if !attachments.is_empty() {
                    by_operation.insert(OperationId::new(id), attachments);
                }
            }
        }
        let Binder { mut problems, used, .. } = binder;
        problems.dedup();
        let parameters = parameters.iter().map(|parameter| planned(parameter, &used)).collect();
        Ok(Self::new(kind, ParameterPlan { parameters }, problems, default, by_operation))
    }
}

fn supported(scheme: &SecurityDefinition<'_>) -> bool {
    matches!(scheme.kind, SecurityKind::ApiKey { .. } | SecurityKind::Basic)
}

struct Binder<'d> {
    parameters: &'d [ConnectionParameter<'d>],
    problems: Vec<AuthProblem>,
    used: BTreeSet<SecretName>,
}

impl Binder<'_> {
    /// Binds the schemes of one requirement to parameters, each to its own. Only the first must find one: where one
    /// key is declared in two places, one place is enough.
    fn bind(&mut self, schemes: &[&SecurityDefinition<'_>]) -> (AuthKind, Vec<Attachment>) {
        let mut kind = None;
        let mut attachments = Vec::new();
        let mut taken: Vec<SecretName> = Vec::new();
        for scheme in schemes {
            let free: Vec<_> =
                self.parameters.iter().filter(|parameter| !taken.contains(&SecretName::new(parameter.name))).collect();
            let bound = match scheme.kind {
                SecurityKind::ApiKey { name, location } => {
                    api_key::bind(scheme.name, name, location, &free, schemes.len() > 1)
                }
                _ => basic::bind(scheme.name, &free),
            };
            match bound {
                Ok(bound) => {
                    kind.get_or_insert(bound.kind);
                    attachments.push(bound.attachment);
                    self.used.extend(bound.parameters.iter().cloned());
                    taken.extend(bound.parameters);
                }
                Err(problem) if attachments.is_empty() => self.problems.push(problem),
                Err(_) => {}
            }
        }
        match kind {
            Some(kind) => (kind, attachments),
            None => none::bind(),
        }
    }
}

fn planned(parameter: &ConnectionParameter<'_>, used: &BTreeSet<SecretName>) -> PlannedParameter {
    PlannedParameter {
        name: parameter.name.to_owned(),
        // A user name may be declared as plain text; what the credential is made of stays in one place all the same.
        secret: parameter.is_secret() || used.contains(&SecretName::new(parameter.name)),
        required: parameter.required,
        hidden: parameter.hidden,
        default: parameter.default.and_then(scalar),
        allowed: parameter.allowed_values.iter().filter_map(|allowed| scalar(allowed.value)).collect(),
        display_name: parameter.display_name.unwrap_or(parameter.name).to_owned(),
        description: parameter.description.unwrap_or_default().to_owned(),
    }
}

/// A text, number or boolean as text.
fn scalar(node: Node<'_>) -> Option<String> {
    let text = node.as_str().or_else(|| node.number_text());
    text.map(str::to_owned).or_else(|| node.as_bool().map(|value| value.to_string()))
}
