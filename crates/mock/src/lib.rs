//! A back end that answers by a connector's definition: for trials, demonstrations and functional tests.
//!
//! It routes by path and method, asks for the credential that the definition names, checks what a request must hold, and
//! answers with the declared status, headers and JSON that fits the declared schema. The same request gets the same
//! answer: there is no state, no clock and no randomness in it.
//!
//! What it deliberately does not do: it keeps nothing (what was created cannot be listed), it applies no policy templates
//! (that is the gateway's task), it checks no nested property of a body, and it solves no `pattern`.
//!
//! Start reading at [`Mock`], then `route` (which operation), `input` (what it demands), `answer` (what it gives) and
//! `example` (a value that fits a schema).

mod answer;
mod auth;
#[cfg(test)]
mod corpus_tests;
mod example;
mod fits;
mod input;
mod location;
mod policy;
mod problem;
mod query;
mod route;
mod schema;
mod serve;

use answer::Answer;
use auth::Demand;
use backshell_model::SecretBytes;
use backshell_package::{Operation, Package, PathTemplateError, UrlEncoding};
use bytes::Bytes;
use http::header::{ALLOW, HOST, WWW_AUTHENTICATE};
use http::request::Parts;
use http::{HeaderValue, Method, Request, Response, StatusCode};
use http_body::Body;
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use input::Input;
use percent_encoding::percent_decode_str;
use route::{Routes, Routing};
use std::sync::Arc;

/// Settings of a [`Mock`].
#[derive(Clone, Debug)]
pub struct MockOptions {
    /// The credential to insist on: the key, the token, or for Basic `user:password`. `None`: any will do, but one must
    /// be there where the definition names a scheme.
    pub credential: Option<SecretBytes>,
    /// Largest request body in bytes; more is answered with 413.
    pub body_limit: usize,
}

impl Default for MockOptions {
    /// Any credential, bodies up to 16 MiB.
    fn default() -> Self {
        Self { credential: None, body_limit: 16 << 20 }
    }
}

/// Why a package cannot be mocked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MockError {
    /// The definition is missing or is not JSON.
    #[error("the package has no readable `apiDefinition.swagger.json`; `backshell lint` says what is wrong with it")]
    NoDefinition,
    /// The definition declares nothing to answer.
    #[error("the definition declares no operation; add one under `paths`")]
    NoOperations,
    /// A path cannot be matched against.
    #[error("a path of the definition cannot be used: {0}")]
    Path(#[from] PathTemplateError),
}

/// An operation that the mock answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MockOperation {
    /// The method.
    pub method: Method,
    /// The path template as the definition writes it, without `basePath`.
    pub path: String,
    /// The `operationId`; empty where the definition gives none.
    pub id: String,
}

/// A back end made of a package. Cloning shares it.
#[derive(Clone, Debug)]
pub struct Mock(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    options: MockOptions,
    operations: Vec<MockOperation>,
    compiled: Vec<Compiled>,
    routes: Routes,
}

/// What stands behind one [`MockOperation`].
#[derive(Debug)]
struct Compiled {
    demand: Demand,
    input: Input,
    answer: Answer,
    /// Path parameters that clients encode twice.
    encoded_twice: Vec<String>,
}

/// Marks requests that came over TLS, so that addresses in answers begin with `https`.
#[derive(Clone, Copy, Debug)]
struct OverTls;

impl Mock {
    /// Compiles a back end. Takes what it needs out of `package`, which may be dropped afterwards.
    pub fn new(package: &Package, options: MockOptions) -> Result<Self, MockError> {
        let definition = package.definition.as_ref().ok_or(MockError::NoDefinition)?;
        let swagger = definition.swagger();
        let resolve = |reference: &str| swagger.resolve_ref(reference);
        let properties = package.properties.as_ref();
        let roots = swagger.base_path().map(str::to_owned).into_iter().chain(policy::roots(properties));
        let mut routes = Routes::below(&roots.collect::<Vec<_>>())?;
        let mut operations = Vec::new();
        let mut compiled = Vec::new();
        for operation in swagger.operations() {
            let Some(method) = method(&operation) else { continue };
            routes.add(operation.path_template(), &method, compiled.len(), true)?;
            let mut answer = Answer::of(&operation, &resolve);
            answer.location = location::location(&swagger, &operation, answer.has_links(), &resolve);
            if answer.location.is_some() && location::is_webhook(&operation) {
                answer.status = StatusCode::CREATED;
            }
            compiled.push(Compiled {
                demand: Demand::of(swagger.node(), operation.node()),
                input: Input::of(&operation, &resolve),
                answer,
                encoded_twice: encoded_twice(&operation),
            });
            operations.push(MockOperation {
                method,
                path: operation.path_template().to_owned(),
                id: operation.id().unwrap_or_default().to_owned(),
            });
        }
        if operations.is_empty() {
            return Err(MockError::NoOperations);
        }
        policy::add_routes(properties, &operations, &mut routes)?;
        routes.finish();
        Ok(Self(Arc::new(Inner { options, operations, compiled, routes })))
    }

    /// The operations, in the order of the definition.
    pub fn operations(&self) -> &[MockOperation] {
        &self.0.operations
    }

    /// The operation that a method and an encoded path (with or without `basePath`, without query) lead to.
    pub fn route(&self, method: &Method, path: &str) -> Option<&MockOperation> {
        match self.0.routes.find(method, path) {
            Routing::Found(index, _) => self.0.operations.get(index),
            Routing::WrongMethod(_) | Routing::Unknown => None,
        }
    }

    /// Answers one request. Refusals are `application/problem+json`: 400, 401, 404, 405 and 413.
    pub async fn respond<B>(&self, request: Request<B>) -> Response<Full<Bytes>>
    where
        B: Body<Data = Bytes>,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let (parts, body) = request.into_parts();
        let (index, mut path) = match self.0.routes.find(&parts.method, parts.uri.path()) {
            Routing::Found(index, path) => (index, path),
            Routing::WrongMethod(allowed) => return wrong_method(&allowed),
            Routing::Unknown => return refusal(StatusCode::NOT_FOUND, "the definition has no such path"),
        };
        let Some(operation) = self.0.compiled.get(index) else {
            return refusal(StatusCode::NOT_FOUND, "the definition has no such path");
        };
        if !operation.demand.is_met(&parts, self.0.options.credential.as_ref()) {
            let mut response = refusal(StatusCode::UNAUTHORIZED, "the credential is missing or not the expected one");
            response.headers_mut().insert(WWW_AUTHENTICATE, operation.demand.challenge());
            return response;
        }
        let body = match Limited::new(body, self.0.options.body_limit).collect().await {
            Ok(body) => body.to_bytes(),
            Err(error) if error.is::<LengthLimitError>() => {
                let detail = format!("the body is larger than {} bytes", self.0.options.body_limit);
                return refusal(StatusCode::PAYLOAD_TOO_LARGE, &detail);
            }
            Err(_) => return refusal(StatusCode::BAD_REQUEST, "the body could not be read to its end"),
        };
        for (name, value) in &mut path {
            if operation.encoded_twice.contains(name) {
                *value = percent_decode_str(value).decode_utf8_lossy().into_owned();
            }
        }
        let problems = operation.input.problems(&parts, &path, &body);
        if !problems.is_empty() {
            return problem::problem(StatusCode::BAD_REQUEST, &problems);
        }
        operation.answer.to(&parts, &path, &origin(&parts))
    }
}

fn refusal(status: StatusCode, detail: &str) -> Response<Full<Bytes>> {
    problem::problem(status, &[detail.to_owned()])
}

fn wrong_method(allowed: &[Method]) -> Response<Full<Bytes>> {
    let list = allowed.iter().map(Method::as_str).collect::<Vec<_>>().join(", ");
    let mut response = refusal(StatusCode::METHOD_NOT_ALLOWED, &format!("the path takes {list}"));
    if let Ok(list) = HeaderValue::from_str(&list) {
        response.headers_mut().insert(ALLOW, list);
    }
    response
}

/// `https://host` of a request, empty where it names no host: then addresses in the answer are paths.
fn origin(request: &Parts) -> String {
    let scheme = if request.extensions.get::<OverTls>().is_some() { "https" } else { "http" };
    let named = request.headers.get(HOST).and_then(|host| host.to_str().ok());
    match request.uri.authority().map(http::uri::Authority::as_str).or(named) {
        Some(host) if !host.is_empty() => format!("{scheme}://{host}"),
        _ => String::new(),
    }
}

fn method(operation: &Operation<'_>) -> Option<Method> {
    Method::from_bytes(operation.method().as_http().as_bytes()).ok()
}

fn encoded_twice(operation: &Operation<'_>) -> Vec<String> {
    let parameters = operation.effective_parameters();
    let twice = parameters.iter().filter(|parameter| parameter.url_encoding() == UrlEncoding::Double);
    twice.map(|parameter| parameter.name.to_owned()).collect()
}
