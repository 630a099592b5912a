//! Every refusal of the control listener: `application/problem+json` (RFC 9457) with a `code`, and advice where there is any.
//!
//! One kind is one status and one code. Handlers name the kind and say what was wrong in their own words; nothing else in
//! this crate chooses an error status.

use axum::response::{IntoResponse, Response};
use backshell_store::StoreError;
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;
use utoipa::openapi::{ContentBuilder, Ref, RefOr, ResponseBuilder, response::Response as Described};

/// What kind of refusal it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The request cannot be understood, or names something that cannot be.
    BadRequest,
    /// No credential, or one that is unknown, expired or revoked.
    Unauthenticated,
    /// The caller may not do this.
    PermissionDenied,
    /// The request names a host that this listener does not answer for.
    HostNotAllowed,
    /// There is no such thing.
    NotFound,
    /// There is such an address, but not with this method.
    MethodNotAllowed,
    /// It contradicts what is there already.
    Conflict,
    /// The environment's data may not be kept in this cell.
    WrongCell,
    /// The body is larger than this endpoint reads.
    BodyTooLarge,
    /// The body is not of the media type that this endpoint reads.
    UnsupportedMediaType,
    /// The package is not fit to be published.
    InvalidPackage,
    /// The ledger cannot take the record, so the act was not begun.
    LedgerUnavailable,
    /// What this node knows of permissions is too old to decide by.
    StaleState,
    /// It took too long; what was begun goes on and stands in the ledger.
    TimedOut,
    /// A fault of ours.
    Internal,
}

impl Kind {
    /// Status, code and title.
    const fn facts(self) -> (StatusCode, &'static str, &'static str) {
        match self {
            Self::BadRequest => (StatusCode::BAD_REQUEST, "bad_request", "The request cannot be understood"),
            Self::Unauthenticated => (StatusCode::UNAUTHORIZED, "unauthenticated", "A valid access token is needed"),
            Self::PermissionDenied => (StatusCode::FORBIDDEN, "permission_denied", "This is not permitted"),
            Self::HostNotAllowed => (StatusCode::FORBIDDEN, "host_not_allowed", "This host name is not answered for"),
            Self::NotFound => (StatusCode::NOT_FOUND, "not_found", "There is no such thing"),
            Self::MethodNotAllowed => {
                (StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", "This address knows other methods")
            }
            Self::Conflict => (StatusCode::CONFLICT, "conflict", "It contradicts what is there"),
            Self::WrongCell => (StatusCode::MISDIRECTED_REQUEST, "wrong_cell", "This cell lies outside the boundary"),
            Self::BodyTooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", "The body is too large"),
            Self::UnsupportedMediaType => {
                (StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", "The body is of another media type")
            }
            Self::InvalidPackage => {
                (StatusCode::UNPROCESSABLE_ENTITY, "invalid_package", "The package cannot be published")
            }
            Self::LedgerUnavailable => {
                (StatusCode::SERVICE_UNAVAILABLE, "ledger_unavailable", "The ledger takes no records")
            }
            Self::StaleState => (StatusCode::SERVICE_UNAVAILABLE, "stale_state", "Permissions are not up to date"),
            Self::TimedOut => (StatusCode::SERVICE_UNAVAILABLE, "timed_out", "It took too long"),
            Self::Internal => (StatusCode::INTERNAL_SERVER_ERROR, "internal_error", "Backshell failed"),
        }
    }
}

/// A refusal.
#[derive(Debug)]
pub(crate) struct Problem {
    kind: Kind,
    detail: String,
    help: Option<String>,
    reason: Option<String>,
    findings: Vec<FindingBody>,
}

impl Problem {
    /// A refusal of `kind`; `detail` says what was wrong with this request, never with a secret in it.
    pub(crate) fn new(kind: Kind, detail: impl Into<String>) -> Self {
        Self { kind, detail: detail.into(), help: None, reason: None, findings: Vec::new() }
    }

    /// Status 400.
    pub(crate) fn bad_request(detail: impl Into<String>) -> Self {
        Self::new(Kind::BadRequest, detail)
    }

    /// Status 404.
    pub(crate) fn not_found(detail: impl Into<String>) -> Self {
        Self::new(Kind::NotFound, detail)
    }

    /// Status 409.
    pub(crate) fn conflict(detail: impl Into<String>) -> Self {
        Self::new(Kind::Conflict, detail)
    }

    /// Status 500. `cause` goes to the log and not to the caller.
    pub(crate) fn internal(cause: &dyn std::fmt::Display) -> Self {
        tracing::error!(%cause, "a request to the control listener failed");
        Self::new(Kind::Internal, "the request could not be carried out; the log of this node says why")
    }

    /// Adds what the caller can do about it.
    #[must_use]
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds a finer code than the kind's.
    #[must_use]
    pub(crate) fn reason(mut self, reason: impl Into<String>) -> Self {
        self.reason = Some(reason.into());
        self
    }

    /// Adds findings about a package.
    #[must_use]
    pub(crate) fn findings(mut self, findings: Vec<FindingBody>) -> Self {
        self.findings = findings;
        self
    }

    /// The code that the answer carries.
    pub(crate) const fn code(&self) -> &'static str {
        self.kind.facts().1
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotFound(_) => Self::not_found(error.to_string()),
            StoreError::Conflict(_) => Self::conflict(error.to_string()),
            // What the database says of itself is for the operator.
            _ => Self::internal(&error),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let (status, code, title) = self.kind.facts();
        let body = ProblemBody {
            kind: format!("urn:backshell:error:{code}"),
            title: title.to_owned(),
            status: status.as_u16(),
            code: code.to_owned(),
            detail: self.detail,
            help: self.help,
            reason: self.reason,
            findings: (!self.findings.is_empty()).then_some(self.findings),
        };
        // A struct of strings, numbers and lists always serialises; were it ever not so, the status still says enough.
        let text = serde_json::to_vec(&body).unwrap_or_default();
        let mut response = (status, text).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert("x-backshell-error", HeaderValue::from_static(code));
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"backshell\""));
        }
        if status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
        }
        response
    }
}

/// A refusal (RFC 9457).
#[derive(Serialize, ToSchema)]
#[schema(as = Problem)]
pub(crate) struct ProblemBody {
    /// Names the kind of problem: `urn:backshell:error:` and the code.
    #[serde(rename = "type")]
    kind: String,
    /// The kind of problem in words.
    title: String,
    /// The HTTP status.
    status: u16,
    /// The kind of problem as one word; stable.
    code: String,
    /// What was wrong with this request.
    detail: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    help: Option<String>,
    /// A finer code, where a decision has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    reason: Option<String>,
    /// What is wrong with a package.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    findings: Option<Vec<FindingBody>>,
}

/// One thing that a check has to say about a package, as on the command line.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Finding)]
pub(crate) struct FindingBody {
    /// The check.
    pub(crate) check: String,
    /// The rule.
    pub(crate) rule: String,
    /// `error`, `warning` or `note`.
    pub(crate) severity: String,
    /// What is wrong.
    pub(crate) message: String,
    /// What to do about it.
    pub(crate) help: String,
    /// The file in the package.
    pub(crate) file: String,
    /// Where in it, as a JSON pointer.
    pub(crate) pointer: String,
    /// Where it begins: line, from 1.
    pub(crate) line: u32,
    /// Where it begins: column in Unicode scalar values, from 1.
    pub(crate) column: u32,
    /// Where it ends: line.
    pub(crate) end_line: u32,
    /// Where it ends: column.
    pub(crate) end_column: u32,
}

/// Describes one status of refusal to OpenAPI, so that each endpoint lists exactly those that it can answer.
macro_rules! described {
    ($($(#[$doc:meta])* $name:ident = $status:literal, $description:literal;)+) => {
        $(
            $(#[$doc])*
            #[derive(Debug)]
            pub(crate) enum $name {}

            impl utoipa::IntoResponses for $name {
                fn responses() -> BTreeMap<String, RefOr<Described>> {
                    BTreeMap::from([($status.to_owned(), RefOr::T(describe($description)))])
                }
            }
        )+
    };
}

fn describe(description: &str) -> Described {
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
    ResponseBuilder::new().description(description).content("application/problem+json", content).build()
}

described! {
    /// 400.
    BadRequest = "400", "The request cannot be understood, or a value in it is not possible. Code `bad_request`.";
    /// 401.
    Unauthenticated = "401", "The access token is missing, unknown, expired or revoked. Code `unauthenticated`.";
    /// 403.
    PermissionDenied = "403", "The caller may not do this. Code `permission_denied`; `reason` names the deciding policies.";
    /// 404.
    NotFound = "404", "There is no such thing. Code `not_found`.";
    /// 409.
    Conflict = "409", "It contradicts what is there already. Code `conflict`.";
    /// 413.
    BodyTooLarge = "413", "The body is larger than this endpoint reads. Code `body_too_large`.";
    /// 415.
    UnsupportedMediaType = "415", "The body is of another media type. Code `unsupported_media_type`.";
    /// 421.
    WrongCell = "421", "The environment's data may not be kept in this cell; `help` names its home. Code `wrong_cell`.";
    /// 422.
    InvalidPackage = "422", "The package cannot be published; `findings` says why. Code `invalid_package`.";
    /// 503.
    Unavailable = "503", "The ledger takes no records (`ledger_unavailable`), permissions are not up to date (`stale_state`), or it took too long (`timed_out`).";
}
