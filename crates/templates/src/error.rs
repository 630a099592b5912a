//! Why templates could not shape a request.

/// The templates stop the call.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{detail}")]
pub struct TemplateError {
    /// The gateway's error code: `bad_request`, `connection_unauthenticated`, `not_certified` or `internal_error`.
    pub code: &'static str,
    /// The finer reason.
    pub reason: &'static str,
    /// What went wrong and what to do next. Names parameters, never shows their values.
    pub detail: String,
}

impl TemplateError {
    /// A value cannot stand where a template puts it.
    pub(crate) fn value(detail: impl Into<String>) -> Self {
        Self { code: "bad_request", reason: "template_value", detail: detail.into() }
    }

    /// The caller left out a value that a host needs.
    pub(crate) fn caller_value_missing(name: &str) -> Self {
        let detail = format!("the call must name `{name}`: the connector's host depends on it");
        Self { code: "bad_request", reason: "template_value", detail }
    }

    /// The connection lacks a value that a host needs.
    pub(crate) fn setting_missing(name: &str) -> Self {
        let detail = format!("the connection has no value for `{name}`; edit it");
        Self { code: "connection_unauthenticated", reason: "setting_missing", detail }
    }

    /// The template is wrong, or asks for something that is never done.
    pub(crate) fn invalid(detail: impl Into<String>) -> Self {
        Self { code: "not_certified", reason: "policy_invalid", detail: detail.into() }
    }

    /// The permission is for another operation than the plan: a fault of the program.
    pub(crate) fn other_operation() -> Self {
        let detail = "the permission is for another operation".to_owned();
        Self { code: "internal_error", reason: "operations_differ", detail }
    }

    /// The template is of a kind that is not executed yet.
    pub(crate) fn unsupported(detail: impl Into<String>) -> Self {
        Self { code: "not_certified", reason: "policy_unsupported", detail: detail.into() }
    }
}
