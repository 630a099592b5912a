//! The mock against every connector of the public corpus: it can be made, every operation is reached by its own path,
//! every answer fits its schema by an independent judge, and a request made by the definition is answered with success.

use crate::example::example;
use crate::schema::{literal, types};
use crate::{Mock, MockError, MockOptions};
use backshell_package::path_template::next_variable;
use backshell_package::{Limits, Operation, Schema, Swagger};
use backshell_source::Node;
use bytes::Bytes;
use http::{Method, Request};
use http_body_util::{BodyExt, Full};
use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind;
use percent_encoding::utf8_percent_encode;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

#[expect(clippy::disallowed_methods, reason = "tests find the corpus and know CI by the environment")]
fn environment(name: &str) -> Option<std::ffi::OsString> {
    std::env::var_os(name)
}

/// The folder of connectors; `None` where it is absent outside CI.
#[expect(clippy::print_stderr, reason = "a skipped test says so")]
fn connectors() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus");
    let folder = environment("BACKSHELL_CORPUS").map_or(beside, PathBuf::from).join("connectors");
    if folder.is_dir() {
        return Some(folder);
    }
    assert!(environment("CI").is_none(), "the corpus is missing in CI: {}", folder.display());
    eprintln!("skipped: no corpus at {}", folder.display());
    None
}

/// Counts of one kind with the first few cases.
#[derive(Default, Debug)]
struct Tally(BTreeMap<&'static str, (usize, Vec<String>)>);

impl Tally {
    fn add(&mut self, kind: &'static str, case: impl FnOnce() -> String) {
        let (count, cases) = self.0.entry(kind).or_default();
        *count += 1;
        if cases.len() < 4 {
            cases.push(case());
        }
    }

    fn count(&self, kind: &str) -> usize {
        self.0.get(kind).map_or(0, |(count, _)| *count)
    }
}

#[tokio::test]
#[expect(clippy::print_stderr, reason = "the counts are what a reader of the test wants to see")]
async fn every_public_connector_can_be_mocked() {
    let Some(folder) = connectors() else { return };
    let paths = backshell_package::discover(&folder, &Limits::default()).unwrap();
    let mut tally = Tally::default();
    for path in &paths {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let package = backshell_package::read(path, &Limits::default()).unwrap().package;
        tally.add("packages", || name.clone());
        let mock = match Mock::new(&package, MockOptions::default()) {
            Ok(mock) => mock,
            Err(MockError::NoDefinition) => {
                assert!(package.definition.is_none(), "{name}");
                tally.add("packages without a definition", || name.clone());
                continue;
            }
            Err(error) => panic!("{name}: {error}"),
        };
        let definition = package.definition.as_ref().unwrap();
        let swagger = definition.swagger();
        let declared: Vec<_> = swagger.operations().collect();
        assert_eq!(mock.operations().len(), declared.len(), "{name}");
        for (operation, listed) in declared.iter().zip(mock.operations()) {
            tally.add("operations", String::new);
            let case = || format!("{name}: {} {}", listed.method, listed.path);
            check_route(&mock, &swagger, operation, &listed.method, &case, &mut tally);
            check_answers(&swagger, operation, &case, &mut tally);
            let request = request(&swagger, operation, listed.method.clone());
            let response = mock.respond(request.body(Full::new(body(&swagger, operation))).unwrap()).await;
            if crate::location::is_webhook(operation) {
                let location = response.headers().get("location").map(|value| value.to_str().unwrap());
                let path = location.and_then(|location| location.split('?').next());
                match path.map(|path| mock.route(&Method::DELETE, path)) {
                    None => tally.add("webhooks that nothing ends", case),
                    Some(None) => tally.add("webhooks whose address leads nowhere", case),
                    Some(Some(_)) => {
                        assert_eq!(response.status(), 201, "{}", case());
                        tally.add("webhooks that can be ended", String::new);
                    }
                }
            }
            if response.status().is_success() {
                tally.add("requests answered", String::new);
            } else {
                let status = response.status();
                let text = response.into_body().collect().await.unwrap().to_bytes();
                tally.add("requests refused", || format!("{} -> {status} {}", case(), String::from_utf8_lossy(&text)));
            }
        }
    }
    for (kind, (count, cases)) in &tally.0 {
        let cases = if cases.iter().all(String::is_empty) { String::new() } else { format!(" {cases:#?}") };
        eprintln!("{count:>6} {kind}{cases}");
    }
    assert!(tally.count("packages") >= 290, "{}", tally.count("packages"));
    assert_eq!(tally.count("routed to another operation"), 0);
    assert_eq!(tally.count("not valid"), 0);
    assert_eq!(tally.count("requests refused"), 0);
    assert_eq!(tally.count("webhooks whose address leads nowhere"), 0);
}

/// Every operation is found by its own path, with and without `basePath`.
fn check_route(
    mock: &Mock,
    swagger: &Swagger<'_>,
    operation: &Operation<'_>,
    method: &Method,
    case: &dyn Fn() -> String,
    tally: &mut Tally,
) {
    let path = filled(swagger, operation);
    let full = format!("{}{path}", swagger.base_path().unwrap_or_default().trim_end_matches('/'));
    for path in [full, path] {
        let found = mock.route(method, &path);
        if found.is_some_and(|found| found.id == operation.id().unwrap_or_default()) {
            tally.add("routed", String::new);
        } else {
            tally.add("routed to another operation", || format!("{}: `{path}` led to {found:?}", case()));
        }
    }
}

/// The path of an operation with a value for every variable.
fn filled(swagger: &Swagger<'_>, operation: &Operation<'_>) -> String {
    let resolve = |reference: &str| swagger.resolve_ref(reference);
    let mut path = String::new();
    let mut rest = operation.path_template();
    let parameters = operation.effective_parameters();
    while let Some((before, name, after)) = next_variable(rest) {
        path.push_str(before);
        let declared = parameters.iter().find(|parameter| parameter.name == name);
        let value = declared.map_or(json!("x y/z"), |parameter| example(parameter.node, name, &resolve));
        let text = crate::answer::header_text(&value);
        let text = if text.is_empty() { "x" } else { &text };
        path.extend(utf8_percent_encode(text, crate::answer::SEGMENT));
        rest = after;
    }
    path + rest
}

/// A request made by the definition alone.
fn request(swagger: &Swagger<'_>, operation: &Operation<'_>, method: Method) -> http::request::Builder {
    let resolve = |reference: &str| swagger.resolve_ref(reference);
    let mut query = Vec::new();
    let mut builder = Request::builder().method(method);
    for scheme in swagger.node().get("securityDefinitions").into_iter().flat_map(Node::members) {
        let text = |name| scheme.value.get(name).and_then(Node::as_str).unwrap_or_default();
        builder = match (text("type"), text("in")) {
            ("apiKey", "query") => {
                query.push(format!("{}=k", utf8_percent_encode(text("name"), crate::answer::SEGMENT)));
                builder
            }
            ("apiKey", _) => builder.header(text("name"), "k"),
            ("basic", _) => builder.header("authorization", "Basic dTpw"),
            _ => builder.header("authorization", "Bearer t"),
        };
    }
    let mut form = false;
    for parameter in operation.effective_parameters().iter().filter(|parameter| parameter.required) {
        let text = crate::answer::header_text(&example(parameter.node, parameter.name, &resolve));
        match parameter.node.get("in").and_then(Node::as_str) {
            Some("query") => query.push(format!(
                "{}={}",
                utf8_percent_encode(parameter.name, crate::answer::SEGMENT),
                utf8_percent_encode(&text, crate::answer::SEGMENT)
            )),
            Some("header") if crate::input::is_of_the_protocol(parameter.name) => {}
            Some("header") => builder = builder.header(parameter.name, text),
            Some("formData") => form = true,
            _ => {}
        }
    }
    if form {
        builder = builder.header("content-type", "application/x-www-form-urlencoded");
    }
    let sign = if query.is_empty() { "" } else { "?" };
    builder.uri(format!("{}{sign}{}", filled(swagger, operation), query.join("&")))
}

/// The body that goes with [`request`].
fn body(swagger: &Swagger<'_>, operation: &Operation<'_>) -> Bytes {
    let resolve = |reference: &str| swagger.resolve_ref(reference);
    let mut form = Vec::new();
    for parameter in operation.effective_parameters() {
        match parameter.node.get("in").and_then(Node::as_str) {
            Some("body") => {
                let Some(schema) = parameter.node.get("schema") else { return Bytes::from("{}") };
                return Bytes::from(example(schema, "body", &resolve).to_string());
            }
            Some("formData") => {
                let text = crate::answer::header_text(&example(parameter.node, parameter.name, &resolve));
                form.push(format!(
                    "{}={}",
                    utf8_percent_encode(parameter.name, crate::answer::SEGMENT),
                    utf8_percent_encode(&text, crate::answer::SEGMENT)
                ));
            }
            _ => {}
        }
    }
    Bytes::from(form.join("&"))
}

/// The example of every response schema is valid by the `jsonschema` crate, formats included.
fn check_answers(swagger: &Swagger<'_>, operation: &Operation<'_>, case: &dyn Fn() -> String, tally: &mut Tally) {
    let resolve = |reference: &str| swagger.resolve_ref(reference);
    for response in operation.responses() {
        let Some(schema) = response.node.get("schema") else { continue };
        tally.add("response schemas", String::new);
        let value = example(schema, "value", &resolve);
        assert_eq!(value, example(schema, "value", &resolve), "the same each time");
        let mut converted = Converted { swagger, definitions: BTreeMap::new(), open: Vec::new() };
        let document = converted.schema(schema);
        while let Some((name, node)) = converted.open.pop() {
            let definition = converted.schema(node);
            converted.definitions.insert(name, definition);
        }
        let document = json!({
            "$schema": "http://json-schema.org/draft-04/schema#",
            "definitions": converted.definitions,
            "allOf": [document],
        });
        let validator =
            jsonschema::options().with_draft(jsonschema::Draft::Draft4).should_validate_formats(true).build(&document);
        let validator = match validator {
            Ok(validator) => validator,
            Err(error) => {
                tally.add("schemas that the judge refuses", || format!("{}: {error}", case()));
                continue;
            }
        };
        let errors: Vec<_> = validator.iter_errors(&value).collect();
        match errors.first() {
            None => tally.add("valid", String::new),
            Some(error) => {
                let kind = excuse(Schema::new(schema), &errors).unwrap_or("not valid");
                tally.add(kind, || format!("{} {}: {error} at {}", case(), response.status, error.instance_path()));
            }
        }
    }
}

/// Why no value of ours can fit the schema; `None` where one of the errors has no such reason.
fn excuse(schema: Schema<'_>, errors: &[ValidationError<'_>]) -> Option<&'static str> {
    let mut reasons = BTreeSet::new();
    for error in errors {
        let (reason, holds): (_, fn(Node<'_>) -> bool) = match error.kind() {
            ValidationErrorKind::Pattern { .. } => ("valid but for a pattern", |node| node.get("pattern").is_some()),
            ValidationErrorKind::Enum { .. } => ("contradictory: no value of `enum` is of `type`", |node| {
                let kinds = types(node);
                let mut values = node.get("enum").into_iter().flat_map(Node::items).filter_map(literal).peekable();
                !kinds.is_empty() && values.peek().is_some() && !values.any(|value| kinds[0].admits(&value))
            }),
            ValidationErrorKind::AdditionalProperties { .. } | ValidationErrorKind::FalseSchema => {
                ("contradictory: a part of `allOf` forbids what the others declare", |node| {
                    let closed = |part: Node<'_>| {
                        let part = Schema::new(part).target();
                        part.get("additionalProperties").and_then(Node::as_bool) == Some(false)
                    };
                    node.get("allOf").is_some_and(|all| closed(node) || all.items().any(closed))
                })
            }
            _ => return None,
        };
        if !schema.reachable().into_iter().any(|part| holds(part.target())) {
            return None;
        }
        reasons.insert(reason);
    }
    reasons.pop_last()
}

/// A schema of the definition as JSON Schema draft 4, with the definitions that it needs.
struct Converted<'d, 's> {
    swagger: &'s Swagger<'d>,
    definitions: BTreeMap<String, Value>,
    open: Vec<(String, Node<'d>)>,
}

impl<'d> Converted<'d, '_> {
    fn schema(&mut self, node: Node<'d>) -> Value {
        if let Some(reference) = node.get("$ref").and_then(Node::as_str) {
            let Some(target) = self.swagger.resolve_ref(reference) else { return json!({}) };
            let name = format!("d{}", target.id());
            let known: BTreeSet<_> = self.open.iter().map(|(name, _)| name).chain(self.definitions.keys()).collect();
            if !known.contains(&name) {
                self.definitions.insert(name.clone(), Value::Null);
                self.open.push((name.clone(), target));
            }
            return json!({ "$ref": format!("#/definitions/{name}") });
        }
        let mut schema = Map::new();
        for member in node.members().filter(|member| !member.shadowed) {
            let value = match member.key {
                "properties" => Value::Object(
                    member
                        .value
                        .members()
                        .filter(|member| !member.shadowed)
                        .map(|member| (member.key.to_owned(), self.schema(member.value)))
                        .collect(),
                ),
                "items" | "additionalProperties" if member.value.is_object() => self.schema(member.value),
                "items" | "allOf" => member.value.items().map(|item| self.schema(item)).collect(),
                "required" if !member.value.is_array() || member.value.is_empty() => continue,
                "type" if member.value.as_str() == Some("file") => json!("string"),
                "type"
                | "required"
                | "enum"
                | "format"
                | "minimum"
                | "maximum"
                | "pattern"
                | "exclusiveMinimum"
                | "exclusiveMaximum"
                | "multipleOf"
                | "minLength"
                | "maxLength"
                | "minItems"
                | "maxItems"
                | "uniqueItems"
                | "minProperties"
                | "maxProperties"
                | "additionalProperties" => literal(member.value).unwrap_or_default(),
                _ => continue,
            };
            schema.insert(member.key.to_owned(), value);
        }
        if crate::schema::nullable(node) {
            json!({ "anyOf": [schema, { "type": "null" }] })
        } else {
            Value::Object(schema)
        }
    }
}
