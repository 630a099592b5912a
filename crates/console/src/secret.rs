//! Secrets in request bodies: from the socket into zeroed memory, and never into a message.

use crate::extract::{content_type_is_json, read_body};
use crate::problem::Problem;
use crate::state::ConsoleState;
use axum::extract::{FromRequest, Request};
use backshell_gateway::connect::MAX_SECRET_BYTES;
use backshell_model::SecretBytes;
use serde::de::{self, DeserializeOwned, Deserializer, Visitor};
use std::fmt;
use zeroize::Zeroize;

/// A secret as it stands in a JSON body: a string. Cannot be serialised, shown or compared.
#[derive(Debug)]
pub(crate) struct SecretText(SecretBytes);

impl SecretText {
    /// The secret itself.
    pub(crate) fn into_bytes(self) -> SecretBytes {
        self.0
    }
}

impl utoipa::PartialSchema for SecretText {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .format(Some(utoipa::openapi::SchemaFormat::KnownFormat(utoipa::openapi::KnownFormat::Password)))
            .write_only(true)
            .min_length(Some(1))
            .max_length(Some(MAX_SECRET_BYTES))
            .description(Some("A secret. It is sealed at once and never shown again."))
            .into()
    }
}

impl utoipa::ToSchema for SecretText {}

impl<'de> de::Deserialize<'de> for SecretText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(SecretVisitor)
    }
}

struct SecretVisitor;

impl Visitor<'_> for SecretVisitor {
    type Value = SecretText;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a secret of 1 to {MAX_SECRET_BYTES} bytes")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<SecretText, E> {
        // Not `invalid_value`: that would quote the secret.
        if text.is_empty() || text.len() > MAX_SECRET_BYTES {
            return Err(E::custom(format_args!("a secret is 1 to {MAX_SECRET_BYTES} bytes long")));
        }
        Ok(SecretText(SecretBytes::new(text.as_bytes().to_vec())))
    }

    fn visit_string<E: de::Error>(self, mut text: String) -> Result<SecretText, E> {
        let secret = self.visit_str(&text);
        text.zeroize();
        secret
    }
}

/// A JSON body that holds secrets. It is read into memory that is zeroed afterwards, and a body that does not fit is
/// answered with the place of the fault alone: `serde`'s own messages quote what they found.
pub(crate) struct SecretJson<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequest<ConsoleState> for SecretJson<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &ConsoleState) -> Result<Self, Problem> {
        content_type_is_json(request.headers())?;
        let bytes = read_body(request.into_body(), state.config.max_json_bytes).await?;
        serde_json::from_slice(&bytes).map(Self).map_err(|error| {
            let what = match error.classify() {
                serde_json::error::Category::Data => {
                    "a member is missing, unknown or of the wrong type (secrets are strings of 1 to 16384 bytes)"
                }
                _ => "it is not valid JSON",
            };
            Problem::bad_request(format!(
                "the body cannot be read: {what}, at line {}, column {}",
                error.line(),
                error.column()
            ))
            .help("what was found there is not repeated here, because this body holds secrets")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_not_shown() {
        let secret: SecretText = serde_json::from_str("\"hunter\\u0032\"").unwrap();
        assert!(!format!("{secret:?}").contains("hunter"));
        assert_eq!(secret.into_bytes().expose(), b"hunter2");
    }

    #[test]
    fn what_is_no_secret_is_refused_without_being_quoted() {
        let long = format!("\"{}\"", "x".repeat(MAX_SECRET_BYTES + 1));
        for text in ["\"\"", long.as_str()] {
            let error = serde_json::from_str::<SecretText>(text).unwrap_err().to_string();
            assert!(!error.contains("xxx"), "{error}");
        }
        assert!(serde_json::from_str::<SecretText>("17").is_err());
    }
}
