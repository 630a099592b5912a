//! How the connections of one connector version prove themselves: compiled once, applied to every call.

use backshell_model::{AuthKind, OperationId, QueryPair, SealedText, SecretName, ShapedRequest};
use http::HeaderName;
use percent_encoding::percent_decode_str;
use std::collections::HashMap;

/// Where one credential goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Attachment {
    /// Into a header.
    Header(HeaderName, SealedText),
    /// Into a query parameter; the name is percent-encoded.
    Query(String, SealedText),
}

/// Which values a connection of this connector is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ParameterPlan {
    /// Every parameter, in the order of the package.
    pub parameters: Vec<PlannedParameter>,
}

/// One connection parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedParameter {
    /// Its name as the package writes it. Look-ups ignore ASCII case.
    pub name: String,
    /// Whether its value goes into the vault and is never shown again; otherwise it is a setting.
    pub secret: bool,
    /// Whether a connection cannot be used without it.
    pub required: bool,
    /// Whether people are not asked for it.
    pub hidden: bool,
    /// The value it has when none is given.
    pub default: Option<String>,
    /// The only values it may have; empty for any.
    pub allowed: Vec<String>,
    /// Its name for people.
    pub display_name: String,
    /// What people should enter.
    pub description: String,
}

impl ParameterPlan {
    /// The parameter of that name, ASCII case ignored.
    pub fn get(&self, name: &str) -> Option<&PlannedParameter> {
        self.parameters.iter().find(|parameter| parameter.name.eq_ignore_ascii_case(name))
    }

    /// The names of the secrets.
    pub fn secrets(&self) -> impl Iterator<Item = SecretName> {
        self.parameters.iter().filter(|parameter| parameter.secret).map(|parameter| SecretName::new(&parameter.name))
    }

    /// The parameters that are settings.
    pub fn settings(&self) -> impl Iterator<Item = &PlannedParameter> {
        self.parameters.iter().filter(|parameter| !parameter.secret)
    }
}

/// A way to prove oneself that this version of Backshell does not have, or that the package leaves undecided.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AuthProblem {
    /// The package needs an auth kind that is not supported.
    #[error("connections of this connector need {0}, which is not supported yet")]
    UnsupportedKind(String),
    /// A declared scheme has no connection parameter that could hold its credential; nothing is attached.
    #[error("no connection parameter holds the credential of the security scheme `{scheme}`; {hint}")]
    Unbound {
        /// The scheme's name in `securityDefinitions`.
        scheme: String,
        /// What the package's author should do.
        hint: &'static str,
    },
    /// The header or query parameter that a scheme names cannot be sent.
    #[error("the security scheme `{scheme}` names `{name}`, which cannot carry a credential; choose another name")]
    UnusableName {
        /// The scheme's name in `securityDefinitions`.
        scheme: String,
        /// The name, shortened.
        name: String,
    },
}

/// How the connections of one connector version prove themselves.
#[derive(Clone, Debug)]
pub struct AuthPlan {
    kind: AuthKind,
    parameters: ParameterPlan,
    problems: Vec<AuthProblem>,
    /// What is attached to an operation without an entry of its own.
    default: Vec<Attachment>,
    /// What is attached to operations that choose another scheme.
    by_operation: HashMap<OperationId, Vec<Attachment>>,
    /// Headers and query names that credentials of any operation have, the latter as [`query_name`] gives them.
    owned_headers: Vec<HeaderName>,
    owned_query: Vec<String>,
}

impl AuthPlan {
    pub(crate) fn new(
        kind: AuthKind,
        parameters: ParameterPlan,
        problems: Vec<AuthProblem>,
        default: Vec<Attachment>,
        by_operation: HashMap<OperationId, Vec<Attachment>>,
    ) -> Self {
        let mut plan = Self {
            kind,
            parameters,
            problems,
            default,
            by_operation,
            owned_headers: Vec::new(),
            owned_query: Vec::new(),
        };
        for attachment in plan.by_operation.values().flatten().chain(&plan.default) {
            match attachment {
                Attachment::Header(name, _) if !plan.owned_headers.contains(name) => {
                    plan.owned_headers.push(name.clone());
                }
                Attachment::Query(name, _) if !plan.owned_query.contains(&query_name(name)) => {
                    plan.owned_query.push(query_name(name));
                }
                Attachment::Header(..) | Attachment::Query(..) => {}
            }
        }
        plan
    }

    /// The kind.
    pub fn kind(&self) -> AuthKind {
        self.kind
    }

    /// Which values a connection is asked for.
    pub fn parameters(&self) -> &ParameterPlan {
        &self.parameters
    }

    /// What the package leaves undecided. Calls go without the credential that is meant.
    pub fn problems(&self) -> &[AuthProblem] {
        &self.problems
    }

    /// The query names that credentials of any operation have, as [`query_name`] gives them.
    pub fn owned_query(&self) -> &[String] {
        &self.owned_query
    }

    /// Puts sealed references to the credential of `operation` into the request. The names that credentials have are
    /// the gateway's alone: whatever stands under them, the caller's or the operation's, is dropped.
    pub fn attach(&self, operation: &OperationId, request: &mut ShapedRequest) {
        for name in &self.owned_headers {
            request.remove_header(name);
        }
        if !self.owned_query.is_empty() {
            request.query.retain_mut(|pair| self.leave_to_caller(pair));
        }
        for attachment in self.by_operation.get(operation).unwrap_or(&self.default) {
            match attachment {
                Attachment::Header(name, value) => {
                    request.set_header(name, value.clone());
                }
                Attachment::Query(name, value) => {
                    request.query.push(QueryPair { name: name.clone(), value: Some(value.clone()) });
                }
            }
        }
    }

    /// Takes what stands under the gateway's names out of a pair, also behind a `;`, which some services read like `&`.
    /// Returns whether something is left.
    fn leave_to_caller(&self, pair: &mut QueryPair) -> bool {
        let value = pair.value.as_ref().map(|value| value.as_literal().unwrap_or_default());
        let owned = |part: &&str| self.owned_query.contains(&query_name(part.split('=').next().unwrap_or_default()));
        let text = value.map_or_else(|| pair.name.clone(), |value| format!("{}={value}", pair.name));
        if !text.split(';').any(|part| owned(&part)) {
            return true;
        }
        let left = text.split(';').filter(|part| !owned(part)).collect::<Vec<_>>().join(";");
        let Some(left) = ShapedRequest::split_query(&left).pop() else { return false };
        *pair = left;
        true
    }
}

/// What a service that is not particular reads as the name of a query parameter: decoded, a plus sign as a blank, in
/// lower case. `encoded` is the name as it stands in the address.
pub fn query_name(encoded: &str) -> String {
    let blanks = encoded.replace('+', " ");
    percent_decode_str(&blanks).decode_utf8_lossy().to_ascii_lowercase()
}
