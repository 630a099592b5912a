//! `routerequesttoendpoint`: another path below the same service root, and perhaps another method.
//!
//! `{name}` stands for a path parameter of the operation and is written as it came; an expression becomes one path
//! segment. A query in the template comes first and wins over parameters of the same names that the caller sent.

use crate::error::TemplateError;
use crate::expression::{Call, Part};
use crate::instance::{Instance, InstanceError};
use crate::value::{Context, Scope, decoded_eq, encode_query, encode_segment};
use backshell_model::{Piece, QueryPair, SealedText, ShapedRequest, is_ambiguous_path};
use http::Method;
use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};

/// What of a template's own text is encoded: characters that stand in no address. Escapes are left as they are.
const IMPOSSIBLE: &AsciiSet =
    &CONTROLS.add(b' ').add(b'"').add(b'<').add(b'>').add(b'\\').add(b'^').add(b'`').add(b'{').add(b'|').add(b'}');
/// The same for a path parameter, which cannot leave its segment.
const IMPOSSIBLE_IN_SEGMENT: &AsciiSet = &IMPOSSIBLE.add(b'/').add(b'?').add(b'#');

/// A piece of the new path or of a value of its query.
#[derive(Clone, Debug)]
enum Segment {
    Literal(String),
    PathParameter(String),
    Value(Call),
}

/// Names and values of a query.
type Pairs = Vec<(String, Option<Vec<Segment>>)>;

/// A compiled instance.
#[derive(Debug)]
pub(crate) struct RouteRequestToEndpoint {
    path: Vec<Segment>,
    query: Pairs,
    method: Option<Method>,
}

impl RouteRequestToEndpoint {
    pub(crate) fn compile(instance: &Instance<'_>) -> Result<Self, InstanceError> {
        let segments = segments(instance.expression("newPath")?)?;
        let (path, query) = split_query(segments);
        let outline: String =
            path.iter().map(|segment| if let Segment::Literal(text) = segment { text.as_str() } else { "x" }).collect();
        if is_ambiguous_path(&outline) {
            return Err(InstanceError::invalid(
                "`newPath` has `.` or `..` segments or a backslash; write the path without them",
            ));
        }
        let method = match instance.optional("httpMethod") {
            None => None,
            Some(text) if text.is_empty() || text.eq_ignore_ascii_case("@Request.OriginalHTTPMethod") => None,
            Some(text) => Some(known_method(&text).ok_or_else(|| {
                InstanceError::invalid("`httpMethod` must be GET, POST, PUT, PATCH, DELETE, OPTIONS or HEAD")
            })?),
        };
        Ok(Self { path, query: pairs(query)?, method })
    }

    /// The path parameters that an operation must have.
    pub(crate) fn path_parameters(&self) -> impl Iterator<Item = &str> {
        let values = self.query.iter().filter_map(|(_, value)| value.as_ref()).flatten();
        self.path.iter().chain(values).filter_map(|segment| match segment {
            Segment::PathParameter(name) => Some(name.as_str()),
            Segment::Literal(_) | Segment::Value(_) => None,
        })
    }

    pub(crate) fn on_request(&self, context: &Context<'_>, request: &mut ShapedRequest) -> Result<(), TemplateError> {
        let scope = Scope { context, request: Some(request) };
        let mut path = SealedText::literal("/");
        for segment in &self.path {
            path.append(match segment {
                Segment::Literal(text) => SealedText::literal(text.as_str()),
                Segment::PathParameter(name) => {
                    let value = path_parameter(context, name)?;
                    SealedText::literal(utf8_percent_encode(value, IMPOSSIBLE_IN_SEGMENT).to_string())
                }
                Segment::Value(call) => encode_segment(&scope.value(call)?.unwrap_or_default())?,
            });
        }
        let mut query = Vec::with_capacity(self.query.len());
        for (name, value) in &self.query {
            let value = value.as_ref().map(|value| query_value(value, &scope)).transpose()?;
            query.push(QueryPair { name: name.clone(), value });
        }
        let outline: String = path
            .pieces()
            .iter()
            .map(|piece| if let Piece::Literal(text) = piece { text.as_str() } else { "x" })
            .collect();
        if is_ambiguous_path(&outline) {
            return Err(TemplateError::value("a value would put `.`, `..` or a backslash into the path"));
        }
        let routed = query.len();
        let sent = std::mem::take(&mut request.query);
        for pair in sent {
            let name = percent_decode_str(&pair.name).decode_utf8_lossy().into_owned();
            if !query.iter().take(routed).any(|routed| decoded_eq(&routed.name, &name)) {
                query.push(pair);
            }
        }
        request.query = query;
        request.path = path;
        if let Some(method) = &self.method {
            request.method = method.clone();
        }
        Ok(())
    }
}

fn path_parameter<'a>(context: &Context<'a>, name: &str) -> Result<&'a str, TemplateError> {
    let found = context.path_parameters.iter().find(|(declared, _)| declared == name);
    found.map(|(_, value)| value.as_str()).ok_or_else(|| TemplateError::caller_value_missing(name))
}

fn query_value(value: &[Segment], scope: &Scope<'_>) -> Result<SealedText, TemplateError> {
    let mut text = SealedText::default();
    for segment in value {
        text.append(match segment {
            Segment::Literal(text) => SealedText::literal(text.as_str()),
            Segment::PathParameter(name) => {
                let value = percent_decode_str(path_parameter(scope.context, name)?).decode_utf8_lossy();
                encode_query(&SealedText::literal(value))?
            }
            Segment::Value(call) => encode_query(&scope.value(call)?.unwrap_or_default())?,
        });
    }
    Ok(text)
}

fn known_method(text: &str) -> Option<Method> {
    let known = [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::OPTIONS, Method::HEAD];
    known.into_iter().find(|method| method.as_str().eq_ignore_ascii_case(text))
}

/// Finds the `{name}` in the text between expressions and drops slashes at the front: the path begins with exactly one.
fn segments(parts: Vec<Part>) -> Result<Vec<Segment>, InstanceError> {
    let mut segments = Vec::new();
    let mut at_start = true;
    for part in parts {
        match part {
            Part::Call(call) => segments.push(Segment::Value(call)),
            Part::Literal(text) => {
                let text = if at_start { text.trim_start_matches('/') } else { &text };
                if text.contains('#') || text.chars().any(char::is_control) {
                    return Err(InstanceError::invalid("`newPath` has a fragment or a control character; remove it"));
                }
                let mut rest = text;
                while let Some((before, behind)) = rest.split_once('{') {
                    let (name, after) = behind
                        .split_once('}')
                        .ok_or_else(|| InstanceError::invalid("`newPath` has a brace that is not closed"))?;
                    segments.push(Segment::Literal(utf8_percent_encode(before, IMPOSSIBLE).to_string()));
                    segments.push(Segment::PathParameter(name.to_owned()));
                    rest = after;
                }
                segments.push(Segment::Literal(utf8_percent_encode(rest, IMPOSSIBLE).to_string()));
            }
        }
        at_start = false;
    }
    Ok(segments)
}

/// Splits at the first question mark of the template's own text.
fn split_query(segments: Vec<Segment>) -> (Vec<Segment>, Vec<Segment>) {
    let (mut path, mut query, mut in_query) = (Vec::new(), Vec::new(), false);
    for segment in segments {
        match segment {
            Segment::Literal(text) if !in_query => match text.split_once('?') {
                Some((before, behind)) => {
                    path.push(Segment::Literal(before.to_owned()));
                    query.push(Segment::Literal(behind.to_owned()));
                    in_query = true;
                }
                None => path.push(Segment::Literal(text)),
            },
            segment if in_query => query.push(segment),
            segment => path.push(segment),
        }
    }
    (path, query)
}

/// Splits a query into names and values. Names are the template's own text.
fn pairs(segments: Vec<Segment>) -> Result<Pairs, InstanceError> {
    let mut pairs = Pairs::new();
    let mut fresh = true;
    for segment in segments {
        let Segment::Literal(text) = segment else {
            match pairs.last_mut() {
                Some((_, Some(value))) if !fresh => value.push(segment),
                _ => return Err(InstanceError::invalid("a query parameter's name in `newPath` must be plain text")),
            }
            continue;
        };
        for (index, piece) in text.split('&').enumerate() {
            if index > 0 {
                fresh = true;
            }
            if piece.is_empty() {
                continue;
            }
            match pairs.last_mut() {
                Some((_, Some(value))) if !fresh => value.push(Segment::Literal(piece.to_owned())),
                Some((name, None)) if !fresh => name.push_str(piece),
                _ => {
                    let (name, value) = match piece.split_once('=') {
                        Some((name, value)) => (name, Some(vec![Segment::Literal(value.to_owned())])),
                        None => (piece, None),
                    };
                    pairs.push((name.to_owned(), value));
                    fresh = false;
                }
            }
        }
    }
    Ok(pairs)
}
