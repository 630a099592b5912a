//! `setheader`: sets, extends or supplies a header of the request or of the answer.
//!
//! The value may extend a credential (`Bearer @headers('Authorization')`), which stays sealed. An answer can never be
//! given a secret: its headers go to the caller.

use super::Exists;
use crate::error::TemplateError;
use crate::expression::Part;
use crate::instance::{Instance, InstanceError};
use crate::value::{Context, Scope};
use backshell_model::{Piece, SealedText, ShapedRequest};
use backshell_package::PolicySection;
use http::{HeaderMap, HeaderName, HeaderValue};

/// Headers that say how a message travels (RFC 9110, section 7.6.1) or where to; the gateway sets them itself.
const REFUSED: [&str; 12] = [
    "connection",
    "content-length",
    "expect",
    "host",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// The gateway's own headers; a package must not speak in its name.
const OURS: &str = "x-backshell-";

/// A compiled instance.
#[derive(Debug)]
pub(crate) struct SetHeader {
    name: HeaderName,
    value: Vec<Part>,
    exists: Exists,
}

impl SetHeader {
    pub(crate) fn compile(instance: &Instance<'_>) -> Result<Self, InstanceError> {
        let name = instance.required("name")?;
        let shown: String = name.chars().take(60).collect();
        let name = HeaderName::try_from(name.trim()).map_err(|_| {
            InstanceError::Invalid(format!("`{shown}` is no header name; use letters, digits and hyphens"))
        })?;
        if REFUSED.contains(&name.as_str()) || name.as_str().starts_with(OURS) {
            return Err(InstanceError::Invalid(format!(
                "the header `{shown}` belongs to the gateway; remove the policy"
            )));
        }
        let value = instance.expression("value")?;
        if instance.policy.section == PolicySection::Response {
            let secret = value.iter().find_map(|part| match part {
                Part::Call(call) if instance.declared(call).is_some_and(|declared| declared.secret) => Some(&call.name),
                _ => None,
            });
            if let Some(secret) = secret {
                return Err(InstanceError::Invalid(format!(
                    "the secret `{secret}` would be sent to the caller in an answer; remove it"
                )));
            }
        }
        Ok(Self { name, value, exists: Exists::read(instance)? })
    }

    pub(crate) fn on_request(&self, context: &Context<'_>, request: &mut ShapedRequest) -> Result<(), TemplateError> {
        let existing = request.header(&self.name);
        if existing.is_some() && self.exists == Exists::Skip {
            return Ok(());
        }
        let mut value = Scope { context, request: Some(request) }.text(&self.value)?;
        if let (Some(mut joined), Exists::Append) = (existing, self.exists) {
            joined.push(Piece::Literal(", ".to_owned()));
            joined.append(value);
            value = joined;
        }
        if !is_sendable(&value) || !request.set_header(&self.name, value) {
            return Err(self.unusable());
        }
        Ok(())
    }

    /// Acts on an answer. A value that is a secret after all, or that no header can carry, leaves the answer as it is:
    /// the service has done its work, and the caller must learn of it.
    pub(crate) fn on_response(&self, context: &Context<'_>, headers: &mut HeaderMap) {
        if headers.contains_key(&self.name) && self.exists == Exists::Skip {
            return;
        }
        let Ok(value) = (Scope { context, request: None }).text(&self.value) else { return };
        let Some(value) = value.as_literal() else { return };
        let existing: Vec<&str> =
            headers.get_all(&self.name).iter().filter_map(|existing| existing.to_str().ok()).collect();
        let value = if self.exists == Exists::Append && !existing.is_empty() {
            format!("{}, {value}", existing.join(", "))
        } else {
            value.to_owned()
        };
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(self.name.clone(), value);
        }
    }

    fn unusable(&self) -> TemplateError {
        TemplateError::value(format!("a value for the header `{}` has characters that no header can carry", self.name))
    }
}

/// Whether the plain parts of a value can stand in a header. Secrets are looked at when they are opened.
fn is_sendable(value: &SealedText) -> bool {
    value.pieces().iter().all(|piece| match piece {
        Piece::Literal(text) => HeaderValue::from_str(text).is_ok(),
        Piece::Secret(..) | Piece::Basic { .. } => true,
    })
}
