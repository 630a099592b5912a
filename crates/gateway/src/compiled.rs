//! A published version, ready to be called: operations, routes, credential plan, policy templates and certified roots.
//!
//! Compiled once per version and shared by all its connections. What cannot be carried out faithfully is not left out:
//! the operations it concerns are refused, each with its reason.

use crate::receive;
use crate::refusal::{Code, Refusal};
use crate::route::{NotRouted, Router};
use backshell_auth::{AuthPlan, AuthProblem};
use backshell_model::{OperationId, PackageDigest, QueryPair, SealedText, SecretName, ShapedRequest};
use backshell_package::{Limits, Operation, Package, Parameter, ParameterLocation, PathTemplateError, Visibility};
use backshell_store::{PackageFiles, VersionSummary};
use backshell_templates::{TemplateError, TemplateSet};
use http::{HeaderName, Method};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use std::collections::BTreeSet;
use std::sync::Arc;

/// What of a default is percent-encoded: everything but the unreserved characters of RFC 3986, section 2.3.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A version, ready to be called.
#[derive(Debug)]
pub struct CompiledVersion {
    pub(crate) digest: PackageDigest,
    pub(crate) operations: Vec<Arc<CompiledOperation>>,
    pub(crate) router: Router,
    pub(crate) auth: Result<AuthPlan, AuthProblem>,
    pub(crate) templates: TemplateSet,
    /// The names of the secrets that connections of this version have.
    pub(crate) secrets: BTreeSet<SecretName>,
    problems: Vec<RoutingProblem>,
}

/// A declared operation.
#[derive(Debug)]
pub(crate) struct CompiledOperation {
    pub(crate) id: OperationId,
    /// Why no call of it is carried out.
    pub(crate) refused: Option<Refusal>,
    /// The headers it declares that are otherwise kept from services.
    pub(crate) declared_headers: Vec<HeaderName>,
    defaults: Vec<Default>,
}

/// An internal, required parameter: callers never see it, so the gateway sends its default.
#[derive(Debug)]
enum Default {
    Header(HeaderName, String),
    Query(String, String),
}

/// Why an operation of a package is not reached.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RoutingProblem {
    /// It has no `operationId`, so nobody can be permitted to call it.
    #[error("an operation on `{path}` has no operationId")]
    Unnamed {
        /// Its path template.
        path: String,
    },
    /// No request can tell it from another one.
    #[error("`{shadowed}` is never reached: every request of it means `{reached}`")]
    Shadowed {
        /// The operation that is reached.
        reached: String,
        /// The one that is not.
        shadowed: String,
    },
    /// Its path template cannot be matched against.
    #[error("`{operation}` is never reached: {error}")]
    Template {
        /// The operation.
        operation: String,
        /// What is wrong with its path.
        error: PathTemplateError,
    },
}

impl CompiledVersion {
    /// Compiles the files of a published version. Never fails: what cannot be used refuses its calls.
    pub(crate) fn compile(version: &VersionSummary, files: &PackageFiles) -> Self {
        let read = backshell_package::read_files(version.connector.as_str(), files.to_vec(), &Limits::default());
        Self::of_package(&read.package)
    }

    /// Compiles a package. [`CompiledVersion::find`] then tells what can be reached.
    pub fn of_package(package: &Package) -> Self {
        let templates = backshell_templates::compile(package);
        let auth = AuthPlan::compile(package);
        let mut problems = Vec::new();
        let mut operations = Vec::new();
        let mut routes = Vec::new();
        let mut base_path = "";
        if let Some(definition) = &package.definition {
            let swagger = definition.swagger();
            base_path = swagger.base_path().unwrap_or_default();
            for operation in swagger.operations() {
                let Some(id) = operation.id().filter(|id| !id.is_empty()) else {
                    problems.push(RoutingProblem::Unnamed { path: operation.path_template().to_owned() });
                    continue;
                };
                let Ok(method) = Method::from_bytes(operation.method().as_http().as_bytes()) else { continue };
                routes.push((method, operation.path_template()));
                operations.push(Arc::new(CompiledOperation {
                    id: OperationId::new(id),
                    refused: refused(package, id, &auth, &templates),
                    declared_headers: declared_headers(operation),
                    defaults: defaults(operation),
                }));
            }
        }
        let (router, not_routed) = Router::new(base_path, routes);
        let name =
            |index: usize| operations.get(index).map(|operation| operation.id.as_str().to_owned()).unwrap_or_default();
        problems.extend(not_routed.into_iter().map(|problem| match problem {
            NotRouted::Shadowed { reached, shadowed } => {
                RoutingProblem::Shadowed { reached: name(reached), shadowed: name(shadowed) }
            }
            NotRouted::Template { operation, error } => RoutingProblem::Template { operation: name(operation), error },
        }));
        let secrets = auth.as_ref().map(|plan| plan.parameters().secrets().collect()).unwrap_or_default();
        Self { digest: package.digest(), operations, router, auth, templates, secrets, problems }
    }

    /// Names the version.
    pub fn digest(&self) -> PackageDigest {
        self.digest
    }

    /// What is declared and not reached.
    pub fn problems(&self) -> &[RoutingProblem] {
        &self.problems
    }

    /// How many operations are declared.
    pub fn operation_count(&self) -> usize {
        self.operations.len()
    }

    /// The operation that `method` and `path` mean; the path is the definition's base path and path, or the path alone.
    pub fn find(&self, method: &Method, path: &str) -> Option<&OperationId> {
        let found = self.router.find(method, path)?;
        self.operations.get(found.operation).map(|operation| &operation.id)
    }
}

impl CompiledOperation {
    /// Adds what callers do not send: the defaults of internal, required header and query parameters.
    pub(crate) fn fill_defaults(&self, request: &mut ShapedRequest) {
        for default in &self.defaults {
            match default {
                Default::Header(name, value) => {
                    if request.header(name).is_none() {
                        request.set_header(name, SealedText::literal(value.as_str()));
                    }
                }
                Default::Query(name, value) => {
                    if !request.query.iter().any(|pair| pair.name == *name) {
                        let value = Some(SealedText::literal(value.as_str()));
                        request.query.push(QueryPair { name: name.clone(), value });
                    }
                }
            }
        }
    }
}

fn refused(
    package: &Package,
    id: &str,
    auth: &Result<AuthPlan, AuthProblem>,
    templates: &TemplateSet,
) -> Option<Refusal> {
    if package.needs_script(id) {
        return Some(Refusal::new(
            Code::CustomCodeUnsupported,
            "the connector's script.csx handles this operation, and this version of Backshell does not run it",
        ));
    }
    if let Err(problem) = auth {
        return Some(Refusal::new(Code::NotCertified, problem.to_string()).reason("auth_unsupported"));
    }
    let refusal = templates.operation(&OperationId::new(id))?.refusal()?;
    Some(template_refusal(refusal))
}

/// A refusal of the policy templates in the gateway's words.
pub(crate) fn template_refusal(error: &TemplateError) -> Refusal {
    let code = Code::ALL.iter().copied().find(|code| code.as_str() == error.code).unwrap_or(Code::InternalError);
    Refusal::new(code, error.detail.clone()).reason(error.reason)
}

fn declared_headers(operation: Operation<'_>) -> Vec<HeaderName> {
    operation
        .effective_parameters()
        .into_iter()
        .filter(|parameter| parameter.location == ParameterLocation::Header)
        .filter_map(|parameter| parameter.name.parse().ok())
        .filter(receive::is_risky)
        .collect()
}

fn defaults(operation: Operation<'_>) -> Vec<Default> {
    operation
        .effective_parameters()
        .into_iter()
        .filter(|parameter| parameter.required && parameter.visibility() == Visibility::Internal)
        .filter_map(default_of)
        .collect()
}

fn default_of(parameter: Parameter<'_>) -> Option<Default> {
    let node = parameter.default()?;
    let text = node.as_str().map(str::to_owned).or_else(|| scalar(node))?;
    let encode = |text: &str| utf8_percent_encode(text, ENCODED).to_string();
    match parameter.location {
        ParameterLocation::Header => Some(Default::Header(parameter.name.parse().ok()?, text)),
        ParameterLocation::Query => Some(Default::Query(encode(parameter.name), encode(&text))),
        ParameterLocation::Path | ParameterLocation::Body | ParameterLocation::FormData => None,
    }
}

/// Numbers and booleans as they are written; nothing for null, arrays and objects.
fn scalar(node: backshell_source::Node<'_>) -> Option<String> {
    node.number_text().map(str::to_owned).or_else(|| node.as_bool().map(|value| value.to_string()))
}
