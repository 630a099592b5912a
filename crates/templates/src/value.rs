//! Values of expressions at call time. Secrets come out as sealed references, never as text.

use crate::error::TemplateError;
use crate::expression::{Call, Function, Part};
use backshell_model::{Encoding, Piece, QueryPair, SealedText, SecretName, SettingName, ShapedRequest};
use http::{HeaderMap, HeaderName};
use percent_encoding::percent_decode_str;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

/// What templates may read, besides the request they work on.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The connection's settings by name. Look-ups ignore ASCII case.
    pub settings: &'a BTreeMap<SettingName, String>,
    /// The names of the connection's secrets. A secret counts as set; whether it is shows when it is opened.
    pub secrets: &'a BTreeSet<SecretName>,
    /// The operation's path parameters: name, and the value as it stands in the address (percent-encoded).
    pub path_parameters: &'a [(String, String)],
    /// The query as the caller sent it. Read by response templates only.
    pub query: &'a [QueryPair],
    /// The headers as the caller sent them, without credentials. Read by response templates only.
    pub headers: &'a HeaderMap,
}

static NO_SETTINGS: BTreeMap<SettingName, String> = BTreeMap::new();
static NO_SECRETS: BTreeSet<SecretName> = BTreeSet::new();
static NO_HEADERS: LazyLock<HeaderMap> = LazyLock::new(HeaderMap::new);

impl Context<'_> {
    /// A connection without values and a call that says nothing.
    pub(crate) fn nothing() -> Self {
        Context { settings: &NO_SETTINGS, secrets: &NO_SECRETS, path_parameters: &[], query: &[], headers: &NO_HEADERS }
    }
}

/// Where a value was looked for; decides who is told that it is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// The connection.
    Connection,
    /// The call.
    Caller,
}

impl Call {
    /// Where the value comes from.
    pub(crate) const fn source(&self) -> Source {
        match self.function {
            Function::QueryParameters | Function::Headers => Source::Caller,
            _ => Source::Connection,
        }
    }
}

/// What expressions read from: the request as earlier templates left it, or (for answers) the call as it came.
pub(crate) struct Scope<'a> {
    pub(crate) context: &'a Context<'a>,
    pub(crate) request: Option<&'a ShapedRequest>,
}

impl Scope<'_> {
    /// The value of an expression: plain text, decoded, with sealed references in it. `None` when there is none and no
    /// default either.
    pub(crate) fn value(&self, call: &Call) -> Result<Option<SealedText>, TemplateError> {
        let found = match call.function {
            Function::ConnectionParameters => self.connection(&call.name),
            Function::QueryParameters => self.query(&call.name)?,
            Function::Headers => self.header(&call.name),
            // `compile` refuses the others in the templates that are executed.
            Function::Body | Function::Item | Function::TriggerBody | Function::EnvironmentVariables => None,
        };
        Ok(found.or_else(|| call.default.as_deref().map(SealedText::literal)))
    }

    /// The text of a whole parameter value; a missing value is empty text.
    pub(crate) fn text(&self, parts: &[Part]) -> Result<SealedText, TemplateError> {
        let mut text = SealedText::default();
        for part in parts {
            match part {
                Part::Literal(literal) => text.push(Piece::Literal(literal.clone())),
                Part::Call(call) => text.append(self.value(call)?.unwrap_or_default()),
            }
        }
        Ok(text)
    }

    fn connection(&self, name: &str) -> Option<SealedText> {
        let secret = SecretName::new(name);
        if self.context.secrets.contains(&secret) {
            return Some(SealedText::secret(secret, Encoding::Verbatim));
        }
        let mut settings = self.context.settings.iter();
        settings.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| SealedText::literal(value))
    }

    fn query(&self, name: &str) -> Result<Option<SealedText>, TemplateError> {
        let pairs = self.request.map_or(self.context.query, |request| &request.query);
        let pair = pairs.iter().find(|pair| decoded_eq(&pair.name, name));
        pair.map(|pair| pair.value.as_ref().map_or_else(|| Ok(SealedText::default()), decode)).transpose()
    }

    fn header(&self, name: &str) -> Option<SealedText> {
        let name = HeaderName::try_from(name).ok()?;
        match self.request {
            Some(request) => request.header(&name),
            None => {
                let mut values = self.context.headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
                let first = values.next()?.to_owned();
                Some(SealedText::literal(values.fold(first, |joined, value| joined + ", " + value)))
            }
        }
    }
}

/// Whether an encoded query name says `name`.
pub(crate) fn decoded_eq(encoded: &str, name: &str) -> bool {
    percent_decode_str(encoded).eq(name.bytes())
}

/// Undoes the encoding of a query value; a plus sign is a blank, as in forms.
fn decode(value: &SealedText) -> Result<SealedText, TemplateError> {
    let mut decoded = SealedText::default();
    for piece in value.pieces() {
        decoded.push(match piece {
            Piece::Literal(text) => {
                let text = text.replace('+', " ");
                let text = percent_decode_str(&text).decode_utf8();
                Piece::Literal(text.map_err(|_| TemplateError::value("a query value is not UTF-8"))?.into_owned())
            }
            Piece::Secret(name, _) => Piece::Secret(name.clone(), Encoding::Verbatim),
            basic @ Piece::Basic { .. } => basic.clone(),
        });
    }
    Ok(decoded)
}

/// Characters that a query value keeps: RFC 3986's `query` without what separates pairs or means a blank in forms.
const QUERY: &percent_encoding::AsciiSet = &percent_encoding::NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'!')
    .remove(b'$')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b'*')
    .remove(b',')
    .remove(b':')
    .remove(b';')
    .remove(b'@')
    .remove(b'/')
    .remove(b'?');

/// Characters that a path segment keeps: the unreserved ones.
const SEGMENT: &percent_encoding::AsciiSet =
    &percent_encoding::NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Writes text into a query value.
pub(crate) fn encode_query(value: &SealedText) -> Result<SealedText, TemplateError> {
    encode(value, QUERY)
}

/// Writes text into one path segment.
pub(crate) fn encode_segment(value: &SealedText) -> Result<SealedText, TemplateError> {
    encode(value, SEGMENT)
}

fn encode(value: &SealedText, keep: &'static percent_encoding::AsciiSet) -> Result<SealedText, TemplateError> {
    let mut encoded = SealedText::default();
    for piece in value.pieces() {
        encoded.push(match piece {
            Piece::Literal(text) => Piece::Literal(percent_encoding::utf8_percent_encode(text, keep).to_string()),
            Piece::Secret(name, _) => Piece::Secret(name.clone(), Encoding::Percent),
            // Base64 has characters that mean something else in an address, and no service reads it there.
            Piece::Basic { .. } => return Err(TemplateError::invalid("user name and password belong in a header")),
        });
    }
    Ok(encoded)
}
