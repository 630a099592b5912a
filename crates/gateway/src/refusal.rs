//! The gateway's own refusals: the one place where a cause becomes a status.
//!
//! `application/problem+json` (RFC 9457) with `code`, `detail`, `call_id` and, where a decision table gave one, the finer
//! `reason`; the header `x-backshell-error` carries the code. An answer of a back end never carries that header.

use crate::body::ResponseBody;
use backshell_model::CallId;
use http::{HeaderName, HeaderValue, Response, StatusCode, header};
use std::fmt;

/// Marks a refusal of the gateway itself.
pub static ERROR_HEADER: HeaderName = HeaderName::from_static("x-backshell-error");
/// Names the call; on every answer.
pub static CALL_ID_HEADER: HeaderName = HeaderName::from_static("x-backshell-call-id");

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $code:literal, $status:literal, $title:literal;)+) => {
        /// Why the gateway refused a call. Code and status are a contract.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Code { $($(#[$doc])* $variant),+ }

        impl Code {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The code as answered.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $code),+ }
            }

            /// Its HTTP status.
            pub const fn status(self) -> u16 {
                match self { $(Self::$variant => $status),+ }
            }

            /// A short title for people.
            pub const fn title(self) -> &'static str {
                match self { $(Self::$variant => $title),+ }
            }
        }
    };
}

codes! {
    /// The request cannot be understood.
    BadRequest = "bad_request", 400, "The request cannot be understood";
    /// No valid token.
    Unauthenticated = "unauthenticated", 401, "A valid access token is needed";
    /// The caller may not make this call.
    PermissionDenied = "permission_denied", 403, "You may not make this call";
    /// The data would leave the boundary, or the host is not approved.
    EgressRefused = "egress_refused", 403, "The call would leave the approved hosts or the boundary";
    /// No such connection of this connector.
    UnknownConnection = "unknown_connection", 404, "There is no such connection";
    /// The definition declares no such operation.
    UnknownOperation = "unknown_operation", 404, "The connector declares no such operation";
    /// The connector's version may not run, or this operation's policies cannot be carried out.
    NotCertified = "not_certified", 409, "This version or operation may not run";
    /// A setting or secret of the connection is missing.
    ConnectionUnauthenticated = "connection_unauthenticated", 424, "The connection needs to be signed in";
    /// Another cell must execute the call.
    WrongCell = "wrong_cell", 421, "This cell is outside the environment's boundary";
    /// The body passed the limit.
    BodyTooLarge = "body_too_large", 413, "The body is too large";
    /// The operation needs custom code.
    CustomCodeUnsupported = "custom_code_unsupported", 501, "This operation needs the connector's custom code";
    /// No connection to the service, or it broke before an answer.
    UpstreamUnreachable = "upstream_unreachable", 502, "The service could not be reached";
    /// The host resolves to an address that is never an endpoint.
    EndpointBlocked = "endpoint_blocked", 502, "The service's address is not allowed";
    /// The service took too long.
    UpstreamTimeout = "upstream_timeout", 504, "The service took too long";
    /// The decision could not be recorded.
    LedgerUnavailable = "ledger_unavailable", 503, "The ledger cannot record the call";
    /// The node's knowledge is too old.
    StaleState = "stale_state", 503, "This node's state could not be confirmed";
    /// Too many calls at once.
    Overloaded = "overloaded", 503, "The gateway is overloaded";
    /// A defect of the gateway.
    InternalError = "internal_error", 500, "Something went wrong inside the gateway";
}

/// A refusal: the code, the finer reason and what to do next.
#[derive(Clone, Debug)]
pub struct Refusal {
    /// The code.
    pub code: Code,
    /// The finer reason of a decision table, if one decided.
    pub reason: Option<&'static str>,
    /// What happened and what to do next. Holds no secret and nothing of a body.
    pub detail: String,
    /// Where the call belongs, for `wrong_cell`.
    pub home_cell: Option<String>,
}

impl Refusal {
    /// A refusal with `detail`.
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Self { code, reason: None, detail: detail.into(), home_cell: None }
    }

    /// Adds the finer reason.
    #[must_use]
    pub fn reason(mut self, reason: &'static str) -> Self {
        self.reason = Some(reason);
        self
    }

    /// The refusal as an answer to `call`.
    pub(crate) fn into_response(self, call: CallId) -> Response<ResponseBody> {
        let mut problem = serde_json::json!({
            "type": format!("urn:backshell:error:{}", self.code.as_str()),
            "title": self.code.title(),
            "status": self.code.status(),
            "code": self.code.as_str(),
            "detail": self.detail,
            "call_id": call.to_string(),
        });
        if let Some(members) = problem.as_object_mut() {
            if let Some(reason) = self.reason {
                members.insert("reason".to_owned(), reason.into());
            }
            if let Some(cell) = self.home_cell {
                members.insert("home_cell".to_owned(), cell.into());
            }
        }
        let mut response = Response::new(ResponseBody::full(problem.to_string()));
        *response.status_mut() = StatusCode::from_u16(self.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(&ERROR_HEADER, HeaderValue::from_static(self.code.as_str()));
        if let Ok(id) = HeaderValue::from_str(&call.to_string()) {
            headers.insert(&CALL_ID_HEADER, id);
        }
        match self.code {
            Code::Unauthenticated => {
                headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"backshell\""));
            }
            Code::Overloaded | Code::StaleState | Code::LedgerUnavailable => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from_static("2"));
            }
            _ => {}
        }
        response
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code.as_str(), self.detail)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_documented_with_its_status() {
        let page = include_str!("../../../docs/refusals.md");
        for code in Code::ALL {
            let row = format!("| `{}` | {} |", code.as_str(), code.status());
            assert!(page.contains(&row), "docs/refusals.md lacks {row}");
        }
    }
}
