//! What an operation demands of a request: parameters, form fields, a body.
//!
//! Checked are presence, scalar types, closed lists, and of a JSON body the outermost level. A value that the definition
//! gives a default for is never missed: clients leave it out where they talk to the service directly.

use crate::fits::text_is;
use crate::query;
use crate::schema::{Resolve, Type, View, nullable};
use backshell_package::{Operation, Parameter, ParameterLocation};
use backshell_source::Node;
use http::header::CONTENT_TYPE;
use http::request::Parts;
use serde_json::Value;

/// The demands of one operation.
#[derive(Debug, Default)]
pub(crate) struct Input {
    parameters: Vec<Field>,
    form: Vec<Field>,
    body: Option<Body>,
}

/// A parameter that is text.
#[derive(Debug)]
struct Field {
    name: String,
    place: Place,
    required: bool,
    kind: Option<Type>,
    /// The closed list of values, as text; empty where any will do.
    allowed: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Path,
    Query,
    Header,
    Form,
}

#[derive(Debug)]
struct Body {
    required: bool,
    /// Whether the body is JSON; else only its presence is checked.
    json: bool,
    types: Vec<Type>,
    nullable: bool,
    required_properties: Vec<String>,
    properties: Vec<(String, Vec<Type>)>,
}

impl Input {
    /// Compiles the demands of `operation`.
    pub(crate) fn of<'d>(operation: &Operation<'d>, resolve: Resolve<'d, '_>) -> Self {
        let mut input = Self::default();
        let json = operation.consumes().is_empty() || operation.consumes().iter().any(|media| is_json(media));
        for parameter in operation.effective_parameters() {
            match parameter.location {
                ParameterLocation::Path => input.parameters.push(Field::of(&parameter, Place::Path)),
                ParameterLocation::Query => input.parameters.push(Field::of(&parameter, Place::Query)),
                ParameterLocation::Header if is_of_the_protocol(parameter.name) => {}
                ParameterLocation::Header => input.parameters.push(Field::of(&parameter, Place::Header)),
                ParameterLocation::FormData => input.form.push(Field::of(&parameter, Place::Form)),
                ParameterLocation::Body => input.body = Some(Body::of(&parameter, json, resolve)),
            }
        }
        input
    }

    /// What is wrong with a request, in words; empty where nothing is. `path` are the path parameters, decoded.
    pub(crate) fn problems(&self, request: &Parts, path: &[(String, String)], body: &[u8]) -> Vec<String> {
        let mut problems = Vec::new();
        let query: Vec<_> = query::pairs(request.uri.query()).collect();
        for field in &self.parameters {
            let listed = |pairs: &[(String, String)]| {
                pairs.iter().find(|(name, _)| *name == field.name).map(|(_, value)| value.clone())
            };
            let value = match field.place {
                // A path that a policy template chose need not hold every parameter.
                Place::Path => match listed(path) {
                    None => continue,
                    value => value,
                },
                Place::Query => listed(&query),
                Place::Header | Place::Form => request
                    .headers
                    .get(field.name.as_str())
                    .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned()),
            };
            problems.extend(field.problem(value.as_deref()));
        }
        self.form_problems(request, body, &mut problems);
        if let Some(rules) = &self.body {
            rules.problems(media_type(request), body, &mut problems);
        }
        problems
    }

    fn form_problems(&self, request: &Parts, body: &[u8], problems: &mut Vec<String>) {
        if self.form.is_empty() {
            return;
        }
        if media_type(request).is_some_and(|media| media.eq_ignore_ascii_case("multipart/form-data")) {
            let text = String::from_utf8_lossy(body);
            for field in self.form.iter().filter(|field| field.required) {
                let quoted = format!("name=\"{}\"", field.name);
                let bare = format!("name={}", field.name);
                if !text.contains(&quoted) && !text.contains(&bare) {
                    problems.extend(field.problem(None));
                }
            }
            return;
        }
        let form: Vec<_> = query::pairs(std::str::from_utf8(body).ok()).collect();
        for field in &self.form {
            let value = form.iter().find(|(name, _)| *name == field.name).map(|(_, value)| value.as_str());
            problems.extend(field.problem(value));
        }
    }
}

impl Field {
    fn of(parameter: &Parameter<'_>, place: Place) -> Self {
        let node = parameter.node;
        let allowed = node.get("enum").into_iter().flat_map(Node::items).filter_map(plain).collect();
        Self {
            name: parameter.name.to_owned(),
            place,
            required: parameter.required && node.get("default").is_none(),
            kind: node.get("type").and_then(Node::as_str).and_then(Type::from_name),
            allowed,
        }
    }

    fn problem(&self, value: Option<&str>) -> Option<String> {
        let place = match self.place {
            Place::Path => "the path",
            Place::Query => "the query",
            Place::Header => "the headers",
            Place::Form => "the form",
        };
        let name = shortened(&self.name);
        let Some(value) = value else {
            return self.required.then(|| format!("`{name}` is missing in {place}"));
        };
        if let Some(kind) = self.kind.filter(|kind| !value.is_empty() && !text_is(*kind, value)) {
            return Some(format!("`{name}` in {place} is not {}", kind.with_article()));
        }
        if !self.allowed.is_empty()
            && !value.is_empty()
            && self.kind != Some(Type::Array)
            && !self.allowed.iter().any(|allowed| allowed.eq_ignore_ascii_case(value))
        {
            let choices = self.allowed.iter().take(10).map(|choice| format!("`{}`", shortened(choice)));
            return Some(format!("`{name}` in {place} is none of {}", choices.collect::<Vec<_>>().join(", ")));
        }
        None
    }
}

impl Body {
    fn of<'d>(parameter: &Parameter<'d>, json: bool, resolve: Resolve<'d, '_>) -> Self {
        let schema: Vec<_> = parameter.node.get("schema").into_iter().collect();
        let view = View::of(&schema, resolve);
        let binary = view.text("format") == Some("binary");
        let property = |name: &str| View::of(&view.property(name), resolve);
        Self {
            required: parameter.required,
            json: json && !binary,
            types: view.declared_types(),
            nullable: view.nullable(),
            required_properties: view
                .required()
                .into_iter()
                .filter(|name| property(name).get("default").is_none())
                .map(str::to_owned)
                .collect(),
            properties: view
                .property_names()
                .into_iter()
                .filter_map(|name| {
                    let view = property(name);
                    let mut types = view.declared_types();
                    if types.is_empty() {
                        return None;
                    }
                    if view.parts.iter().any(|part| nullable(*part)) {
                        types.push(Type::Null);
                    }
                    Some((name.to_owned(), types))
                })
                .collect(),
        }
    }

    fn problems(&self, media: Option<&str>, body: &[u8], problems: &mut Vec<String>) {
        if body.is_empty() {
            if self.required {
                problems.push("the body is missing".to_owned());
            }
            return;
        }
        if !self.json {
            return;
        }
        if let Some(media) = media.filter(|media| !is_json(media)) {
            problems.push(format!("the body is `{}` and should be `application/json`", shortened(media)));
            return;
        }
        let value: Value = match serde_json::from_slice(body) {
            Ok(value) => value,
            Err(error) => {
                problems.push(format!("the body is not JSON: {error}"));
                return;
            }
        };
        if value.is_null() && self.nullable {
            return;
        }
        if !self.types.is_empty() && !self.types.iter().any(|kind| kind.admits(&value)) {
            problems.push(format!("the body is not {}", alternatives(&self.types)));
            return;
        }
        let Some(object) = value.as_object() else { return };
        for name in self.required_properties.iter().filter(|name| !object.contains_key(*name)) {
            problems.push(format!("`{}` is missing in the body", shortened(name)));
        }
        for (name, types) in &self.properties {
            if object.get(name).is_some_and(|value| !types.iter().any(|kind| kind.admits(value))) {
                problems.push(format!("`{}` in the body is not {}", shortened(name), alternatives(types)));
            }
        }
    }
}

/// Whether a header belongs to the protocol or to the credential: as a parameter it means nothing (Swagger 2.0).
pub(crate) fn is_of_the_protocol(header: &str) -> bool {
    ["accept", "authorization", "content-type"].iter().any(|name| header.eq_ignore_ascii_case(name))
}

fn alternatives(types: &[Type]) -> String {
    types.iter().map(|kind| kind.with_article()).collect::<Vec<_>>().join(" or ")
}

/// A scalar of the definition as it looks in a query.
fn plain(node: Node<'_>) -> Option<String> {
    if let Some(text) = node.as_str() {
        return Some(text.to_owned());
    }
    (!node.is_array() && !node.is_object() && !node.is_null()).then(|| node.source().to_owned())
}

/// The media type of the request's body, without parameters.
fn media_type(request: &Parts) -> Option<&str> {
    let value = request.headers.get(CONTENT_TYPE)?.to_str().ok()?;
    value.split(';').next().map(str::trim)
}

/// Whether a media type is JSON.
pub(crate) fn is_json(media: &str) -> bool {
    let essence = media.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence.ends_with("/json") || essence.ends_with("+json")
}

/// Text of a definition or a request, short enough for a message.
fn shortened(text: &str) -> String {
    if text.chars().count() <= 80 { text.to_owned() } else { text.chars().take(79).chain(['…']).collect() }
}
