//! How handlers get at their request: who calls, the path, the query and the body; every refusal is a [`Problem`].

use crate::problem::{Kind, Problem};
use crate::state::ConsoleState;
use axum::body::Body;
use axum::extract::{FromRequest, FromRequestParts, Request};
use backshell_model::{Caller, is_display_name};
use http::{HeaderMap, header, request::Parts};
use http_body_util::BodyExt;
use serde::de::DeserializeOwned;
use std::{fmt::Display, str::FromStr};
use zeroize::Zeroizing;

/// Who calls, proven by the bearer token. Every endpoint but the API's own description takes one.
#[derive(Debug)]
pub(crate) struct Identified(pub(crate) Caller);

impl FromRequestParts<ConsoleState> for Identified {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &ConsoleState) -> Result<Self, Problem> {
        let refused = |problem| {
            state.ledger.refusal_unauthenticated("unauthenticated");
            problem
        };
        identify(parts, state).map(Self).map_err(refused)
    }
}

/// Reads the credential and asks whose it is.
fn identify(parts: &Parts, state: &ConsoleState) -> Result<Caller, Problem> {
    let missing = || {
        Problem::new(Kind::Unauthenticated, "the request carries no access token")
            .help("send `Authorization: Bearer bsk_…`")
    };
    let mut values = parts.headers.get_all(header::AUTHORIZATION).iter();
    let value = values.next().ok_or_else(missing)?;
    if values.next().is_some() {
        return Err(Problem::new(Kind::Unauthenticated, "the request carries more than one credential"));
    }
    // RFC 9110, section 11.1: the scheme's case does not matter.
    let text = value.to_str().map_err(|_| missing())?;
    let (scheme, bearer) = text.split_once(' ').ok_or_else(missing)?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(missing());
    }
    state.authenticator.authenticate(bearer.trim()).map_err(|error| {
        Problem::new(Kind::Unauthenticated, error.to_string()).help("make a new access token, or ask an administrator")
    })
}

/// A path parameter that names something: read with `FromStr`, refused as malformed with the type's own words.
#[derive(Debug)]
pub(crate) struct Path<T>(pub(crate) T);

impl<T: DeserializeOwned + Send> FromRequestParts<ConsoleState> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &ConsoleState) -> Result<Self, Problem> {
        axum::extract::Path::from_request_parts(parts, state)
            .await
            .map(|axum::extract::Path(value)| Self(value))
            .map_err(|rejection| Problem::bad_request(bounded(&rejection.body_text())))
    }
}

/// The query, read into a struct that knows its names.
#[derive(Debug)]
pub(crate) struct Query<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequestParts<ConsoleState> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &ConsoleState) -> Result<Self, Problem> {
        axum::extract::Query::from_request_parts(parts, state)
            .await
            .map(|axum::extract::Query(value)| Self(value))
            .map_err(|rejection| Problem::bad_request(bounded(&rejection.body_text())))
    }
}

/// A JSON body without secrets.
#[derive(Debug)]
pub(crate) struct JsonBody<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequest<ConsoleState> for JsonBody<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &ConsoleState) -> Result<Self, Problem> {
        content_type_is_json(request.headers())?;
        let bytes = read_body(request.into_body(), state.config.max_json_bytes).await?;
        serde_json::from_slice(&bytes)
            .map(Self)
            .map_err(|error| Problem::bad_request(format!("the body cannot be read: {}", bounded(&error.to_string()))))
    }
}

/// Reads a whole body of at most `limit` bytes into memory that is zeroed when it is dropped.
pub(crate) async fn read_body(mut body: Body, limit: usize) -> Result<Zeroizing<Vec<u8>>, Problem> {
    let too_large = || {
        Problem::new(Kind::BodyTooLarge, format!("the body is larger than {limit} bytes, which is what is read here"))
    };
    let announced = http_body::Body::size_hint(&body).lower();
    let announced = usize::try_from(announced).unwrap_or(usize::MAX);
    if announced > limit {
        return Err(too_large());
    }
    // Room for the announced length at once: a vector that grows leaves copies of secrets behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(announced.max(1024)));
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| Problem::bad_request("the body broke off"))?;
        let Ok(data) = frame.into_data() else { continue };
        if bytes.len().saturating_add(data.len()) > limit {
            return Err(too_large());
        }
        if bytes.len() + data.len() > bytes.capacity() {
            let mut larger = Zeroizing::new(Vec::with_capacity((bytes.len() + data.len()).saturating_mul(2)));
            larger.extend_from_slice(&bytes);
            bytes = larger;
        }
        bytes.extend_from_slice(&data);
    }
    Ok(bytes)
}

/// Refuses a body that does not say that it is JSON.
pub(crate) fn content_type_is_json(headers: &HeaderMap) -> Result<(), Problem> {
    media_type_is(headers, "application/json")
}

/// Refuses a body of another media type than `wanted`; parameters such as `charset` are not looked at.
pub(crate) fn media_type_is(headers: &HeaderMap, wanted: &str) -> Result<(), Problem> {
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media_type = value.split(';').next().unwrap_or_default().trim();
    if media_type.eq_ignore_ascii_case(wanted) {
        return Ok(());
    }
    Err(Problem::new(Kind::UnsupportedMediaType, format!("the body must be of the type `{wanted}`"))
        .help(format!("send `Content-Type: {wanted}`")))
}

/// Reads a value with its own `FromStr`, naming the parameter or member it came from.
pub(crate) fn parse<T>(name: &str, text: &str) -> Result<T, Problem>
where
    T: FromStr,
    T::Err: Display,
{
    text.parse().map_err(|error| Problem::bad_request(format!("`{name}`: {error}")))
}

/// Reads a value with `read`, naming the parameter or member it came from.
pub(crate) fn parse_with<T, E: Display>(name: &str, text: &str, read: fn(&str) -> Result<T, E>) -> Result<T, Problem> {
    read(text).map_err(|error| Problem::bad_request(format!("`{name}`: {error}")))
}

/// Reads one word of a closed list.
pub(crate) fn parse_word<T: Copy>(
    name: &str,
    text: &str,
    all: &[T],
    word: fn(T) -> &'static str,
) -> Result<T, Problem> {
    all.iter().copied().find(|value| word(*value) == text).ok_or_else(|| {
        let words = all.iter().map(|value| word(*value)).collect::<Vec<_>>().join(", ");
        Problem::bad_request(format!("`{name}`: `{}` is none of {words}", bounded(text)))
    })
}

/// Reads a name for people.
pub(crate) fn display_name(name: &str, text: &str) -> Result<String, Problem> {
    if is_display_name(text) {
        return Ok(text.to_owned());
    }
    Err(Problem::bad_request(format!(
        "`{name}` is 1 to 128 characters without control characters or white space at the ends"
    )))
}

/// Reads a text for people of `least` to 1,000 characters.
pub(crate) fn plain_text(name: &str, value: &str, least: usize) -> Result<String, Problem> {
    let length = value.trim().chars().count();
    if length < least || value.chars().count() > MAX_TEXT || value.chars().any(char::is_control) {
        return Err(Problem::bad_request(format!(
            "`{name}` is {least} to {MAX_TEXT} characters without control characters"
        )));
    }
    Ok(value.trim().to_owned())
}

/// The longest text for people.
const MAX_TEXT: usize = 1_000;

/// At most 300 characters of a text that may hold what the caller sent.
pub(crate) fn bounded(text: &str) -> String {
    let mut characters = text.chars();
    let mut bounded: String = characters.by_ref().take(300).collect();
    if characters.next().is_some() {
        bounded.push('…');
    }
    bounded
}

/// The largest page.
pub(crate) const MAX_PAGE: u32 = 1_000;

/// The page size that a query asks for: 1 to 1,000, 100 when it does not say.
pub(crate) fn page_size(limit: Option<u32>) -> Result<usize, Problem> {
    match limit {
        None => Ok(100),
        Some(limit @ 1..=MAX_PAGE) => Ok(usize::try_from(limit).unwrap_or(100)),
        Some(_) => Err(Problem::bad_request("`limit` is a number from 1 to 1000")),
    }
}
