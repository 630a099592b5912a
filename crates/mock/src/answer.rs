//! The answer of an operation, compiled from its first successful response.
//!
//! Everything but what depends on the request is made once: status, headers and body. Left for the request are the echo
//! of path parameters, the address of what was created, and the link to a second page.

use crate::example::example;
use crate::fits::{fits, format_fits};
use crate::input::is_json;
use crate::query;
use crate::schema::{Resolve, Type, View, count, literal};
use backshell_package::{Method, Operation, ParameterLocation};
use backshell_source::Node;
use bytes::Bytes;
use http::header::{CONTENT_TYPE, LOCATION};
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};
use http_body_util::Full;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value};

/// Query parameter by which a request asks for the second page; the link of the first one carries it.
const PAGE_MARK: &str = "mock-page";
/// What a binary answer consists of.
const FILE: &[u8] = b"backshell mock file\n";
/// Headers that are the server's to set.
const OWN_HEADERS: [&str; 8] = [
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "keep-alive",
    "trailer",
    "transfer-encoding",
    "upgrade",
];
/// Bytes that stay as they are in a path segment.
pub(crate) const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The compiled answer of one operation.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    headers: HeaderMap,
    /// Declared headers that hold the address of something the service made.
    links: Vec<HeaderName>,
    payload: Payload,
    /// The property that links to the next page.
    next_link: Option<NextLink>,
    /// Where what was created can be found or deleted.
    pub(crate) location: Option<Location>,
}

#[derive(Debug)]
enum Payload {
    Empty,
    Fixed(Bytes),
    Json { value: Value, echoes: Vec<Echo> },
}

/// A top-level property that repeats a path parameter.
#[derive(Debug)]
struct Echo {
    parameter: String,
    kind: Type,
    format: Option<String>,
    /// Bounds on a number, or on the length of a text.
    low: Option<f64>,
    high: Option<f64>,
}

#[derive(Debug)]
struct NextLink {
    property: String,
    required: bool,
}

/// The path of another operation, to be filled with values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Location {
    /// Literal text, then a parameter, in turn.
    pub(crate) pieces: Vec<(String, Option<Hole>)>,
}

/// A parameter in a [`Location`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Hole {
    pub(crate) parameter: String,
    /// What stands there when neither the request nor the answer has a value of that name.
    pub(crate) fallback: String,
}

impl Answer {
    /// Compiles the answer of `operation`.
    pub(crate) fn of<'d>(operation: &Operation<'d>, resolve: Resolve<'d, '_>) -> Self {
        let Some((status, response)) = successful(operation) else {
            return Self {
                status: StatusCode::NO_CONTENT,
                headers: HeaderMap::new(),
                links: Vec::new(),
                payload: Payload::Empty,
                next_link: None,
                location: None,
            };
        };
        let mut headers = HeaderMap::new();
        let mut links = Vec::new();
        for member in response.get("headers").into_iter().flat_map(Node::members) {
            let Ok(name) = HeaderName::from_bytes(member.key.as_bytes()) else { continue };
            if OWN_HEADERS.contains(&name.as_str()) {
                continue;
            }
            if name.as_str().ends_with("location") || name.as_str() == "azure-asyncoperation" {
                links.push(name);
            } else if let Ok(value) = HeaderValue::from_str(&header_text(&example(member.value, member.key, resolve))) {
                headers.insert(name, value);
            }
        }
        let bodiless = matches!(status.as_u16(), 204 | 205) || operation.method() == Method::Head;
        let schema = response.get("schema").filter(|_| !bodiless);
        let payload = match schema {
            None => Payload::Empty,
            Some(schema) => {
                let (media, payload) = payload(operation, response, schema, resolve);
                if let Ok(media) = HeaderValue::from_str(&media) {
                    headers.insert(CONTENT_TYPE, media);
                }
                payload
            }
        };
        let next_link = operation
            .node()
            .get("x-ms-pageable")
            .and_then(|pageable| pageable.get("nextLinkName")?.as_str())
            .zip(schema)
            .map(|(property, schema)| NextLink {
                property: property.to_owned(),
                required: View::of(&[schema], resolve).required().contains(&property),
            });
        Self { status, headers, links, payload, next_link, location: None }
    }

    /// Whether the response declares headers that hold an address.
    pub(crate) fn has_links(&self) -> bool {
        !self.links.is_empty()
    }

    /// Makes the answer to a request. `path` are the decoded path parameters, `origin` is `https://host` where known.
    pub(crate) fn to(&self, request: &Parts, path: &[(String, String)], origin: &str) -> Response<Full<Bytes>> {
        let mut location = format!("{origin}{}", request.uri.path());
        let body = match &self.payload {
            Payload::Empty => {
                self.locate(None, path, origin, &mut location);
                Bytes::new()
            }
            Payload::Fixed(bytes) => {
                self.locate(None, path, origin, &mut location);
                bytes.clone()
            }
            Payload::Json { value, echoes } => {
                let mut value = value.clone();
                echo(&mut value, echoes, path);
                self.page(&mut value, request, origin);
                self.locate(value.as_object(), path, origin, &mut location);
                Bytes::from(value.to_string())
            }
        };
        let mut response = Response::new(Full::new(body));
        *response.status_mut() = self.status;
        response.headers_mut().clone_from(&self.headers);
        if let Ok(location) = HeaderValue::from_str(&location) {
            for name in &self.links {
                response.headers_mut().insert(name, location.clone());
            }
            if self.location.is_some() {
                response.headers_mut().insert(LOCATION, location);
            }
        }
        response
    }

    fn locate(&self, body: Option<&Map<String, Value>>, path: &[(String, String)], origin: &str, place: &mut String) {
        let Some(location) = &self.location else { return };
        origin.clone_into(place);
        for (literal, hole) in &location.pieces {
            place.push_str(literal);
            let Some(hole) = hole else { continue };
            let own = body
                .and_then(|body| body.get(&hole.parameter).or_else(|| body.get("id")))
                .filter(|value| value.is_string() || value.is_number())
                .map(header_text);
            let given = path.iter().find(|(name, _)| *name == hole.parameter).map(|(_, value)| value.clone());
            let value = given.or(own).filter(|value| !value.is_empty()).unwrap_or_else(|| hole.fallback.clone());
            place.extend(utf8_percent_encode(&value, SEGMENT));
        }
    }

    /// Two pages: the first links to the second, the second to none.
    fn page(&self, value: &mut Value, request: &Parts, origin: &str) {
        let Some((link, object)) = self.next_link.as_ref().zip(value.as_object_mut()) else { return };
        if !object.contains_key(&link.property) {
            return;
        }
        if query::pairs(request.uri.query()).any(|(name, _)| name == PAGE_MARK) {
            if link.required {
                object.insert(link.property.clone(), Value::String(String::new()));
            } else {
                object.remove(&link.property);
            }
            return;
        }
        let address = request.uri.path_and_query().map_or("/", |address| address.as_str());
        let sign = if request.uri.query().is_some() { '&' } else { '?' };
        object.insert(link.property.clone(), Value::String(format!("{origin}{address}{sign}{PAGE_MARK}=2")));
    }
}

/// The response to answer with: 200, else 201, else another 2xx, else `default` (as 200).
fn successful<'d>(operation: &Operation<'d>) -> Option<(StatusCode, Node<'d>)> {
    let mut chosen: Option<(usize, StatusCode, Node<'d>)> = None;
    for (index, response) in operation.responses().into_iter().enumerate() {
        let (rank, status) = match response.status {
            "200" => (0, StatusCode::OK),
            "201" => (1, StatusCode::CREATED),
            "default" => (usize::MAX, StatusCode::OK),
            other => match other.parse().ok().and_then(|code: u16| StatusCode::from_u16(code).ok()) {
                Some(status) if status.is_success() => (index + 2, status),
                _ => continue,
            },
        };
        if chosen.is_none_or(|(best, ..)| rank < best) {
            chosen = Some((rank, status, response.node));
        }
    }
    chosen.map(|(_, status, node)| (status, node))
}

/// The content type and the body of a response with a schema.
fn payload<'d>(
    operation: &Operation<'d>,
    response: Node<'d>,
    schema: Node<'d>,
    resolve: Resolve<'d, '_>,
) -> (String, Payload) {
    let view = View::of(&[schema], resolve);
    let produced = operation.produces();
    let concrete = produced.iter().map(|media| media.trim()).filter(|media| !media.is_empty() && !media.contains('*'));
    let json = concrete.clone().find(|media| is_json(media));
    if view.text("type") == Some("file") || view.text("format") == Some("binary") {
        let media = concrete.clone().find(|media| !is_json(media)).unwrap_or("application/octet-stream");
        return (media.to_owned(), Payload::Fixed(Bytes::from_static(FILE)));
    }
    let media = json.or(concrete.clone().next()).unwrap_or("application/json");
    let lower = media.to_ascii_lowercase();
    if lower.contains("xml") {
        return (media.to_owned(), Payload::Fixed(Bytes::from_static(b"<?xml version=\"1.0\"?>\n<answer/>\n")));
    }
    let offered = response
        .get("examples")
        .and_then(|examples| examples.members().find(|member| is_json(member.key)))
        .and_then(|member| literal(member.value))
        .filter(|value| fits(value, &[schema], resolve));
    let value = offered.unwrap_or_else(|| example(schema, "value", resolve));
    if let (Value::String(text), true) = (&value, lower.starts_with("text/") && !is_json(media)) {
        return (media.to_owned(), Payload::Fixed(Bytes::from(text.clone())));
    }
    let echoes = echoes(operation, &view, resolve);
    (media.to_owned(), Payload::Json { value, echoes })
}

/// The properties of the answer, or of its items, that have the name of a path parameter and can take its value.
fn echoes<'d>(operation: &Operation<'d>, view: &View<'d>, resolve: Resolve<'d, '_>) -> Vec<Echo> {
    let items: Vec<_> = view.parts.iter().filter_map(|part| part.get("items")).collect();
    let item = View::of(&items, resolve);
    let parameters = operation.effective_parameters();
    let named = parameters.iter().filter(|parameter| parameter.location == ParameterLocation::Path);
    named
        .filter_map(|parameter| {
            let mut schemas = view.property(parameter.name);
            schemas.extend(item.property(parameter.name));
            let property = View::of(&schemas, resolve);
            let kind = property.kind()?;
            let takes_any = property.get("enum").is_none() && property.get("pattern").is_none();
            let (low, high) = if kind == Type::String { ("minLength", "maxLength") } else { ("minimum", "maximum") };
            takes_any.then(|| Echo {
                parameter: parameter.name.to_owned(),
                kind,
                format: property.text("format").map(str::to_owned),
                low: property.at_least(low),
                high: property.at_most(high),
            })
        })
        .collect()
}

fn echo(value: &mut Value, echoes: &[Echo], path: &[(String, String)]) {
    let objects = match value {
        Value::Array(items) => items.as_mut_slice(),
        one => std::slice::from_mut(one),
    };
    for object in objects.iter_mut().filter_map(Value::as_object_mut) {
        for echo in echoes {
            let given = path.iter().find(|(name, _)| *name == echo.parameter).and_then(|(_, text)| echo.value(text));
            if let Some((property, given)) = object.get_mut(&echo.parameter).zip(given) {
                *property = given;
            }
        }
    }
}

impl Echo {
    fn value(&self, text: &str) -> Option<Value> {
        let within =
            |number: f64| self.low.is_none_or(|low| number > low) && self.high.is_none_or(|high| number < high);
        match self.kind {
            Type::String => {
                let length = text.chars().count();
                let long_enough = self.low.and_then(count).is_none_or(|low| length >= low);
                let short_enough = self.high.and_then(count).is_none_or(|high| length <= high);
                let formed = self.format.as_deref().is_none_or(|format| format_fits(format, text));
                (long_enough && short_enough && formed).then(|| Value::String(text.to_owned()))
            }
            Type::Integer => text.parse::<i64>().ok().map(Value::from).filter(|n| n.as_f64().is_some_and(within)),
            Type::Number => text.parse::<f64>().ok().filter(|number| within(*number)).map(Value::from),
            Type::Boolean => text.parse::<bool>().ok().map(Value::from),
            Type::Null | Type::Array | Type::Object => None,
        }
    }
}

/// A value as the text of a header or of a path segment.
pub(crate) fn header_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(header_text).collect::<Vec<_>>().join(","),
        other => other.to_string(),
    }
}
