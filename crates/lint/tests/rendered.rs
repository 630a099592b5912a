//! How findings look: one package with several mistakes, as text and as JSON.

use backshell_findings::{Report, json, text};
use backshell_lint::{Options, check, docs, rule};
use backshell_package::{Limits, read_files};

const DEFINITION: &str = r##"{
  "swagger": "2.0",
  "info": { "title": "Contoso API", "description": "Orders." },
  "host": "https://api.contoso.com",
  "paths": {
    "/orders/{id}": {
      "get": {
        "operationId": "GetOrder",
        "responses": { "200": { "schema": { "$ref": "#/definitions/Ordre" } } }
      },
      "post": {
        "operationId": "getorder",
        "parameters": [ { "name": "id", "in": "path", "type": "string", "x-ms-visibilty": "internal" } ],
        "responses": {}
      }
    }
  },
  "definitions": { "Order": { "type": "object" } }
}
"##;

/// The rules whose findings are shown; with all of them a new rule would change the picture.
const RULES: &[&str] = &[
    "BS-ExtensionMisspelt",
    "BS-PropsInvalidJson",
    "FieldLengthNotInRange",
    "HostNameNotValid",
    "OperationIdNotUnique",
    "OperationMissingPathParameter",
    "OperationMustHaveResponse",
    "PathParameterMissingEncoding",
    "PathParameterMustBeRequired",
    "SchemaDefinitionSetIncorrectly",
    "SchemaReferenceNotFound",
    "ValueContainsRestrictedWords",
];

fn report() -> Report {
    let properties = r##"{ "properties": { "iconBrandColor": "#fff", "connectionParameters": {}, } }"##;
    let files = [("apiDefinition.swagger.json", DEFINITION), ("apiProperties.json", properties), ("readme.md", "")];
    let files = files.map(|(name, text)| (name.to_owned(), text.as_bytes().into())).to_vec();
    let read = read_files("orders", files, &Limits::default());
    let only = RULES.iter().filter_map(|id| rule(id)).collect();
    let options = Options { only: Some(only), path: Some("orders".to_owned()), ..Options::default() };
    Report { findings: check(&read, &options), files: read.package.files.len(), ..Report::default() }
}

#[test]
fn as_text() {
    insta::assert_snapshot!(text::render(&report(), &text::TextOptions::default()));
}

#[test]
fn as_json() {
    insta::assert_snapshot!(json::render(&report(), "0.1.0"));
}

#[test]
fn a_rule_on_the_terminal() {
    insta::assert_snapshot!(docs::text(rule("OperationIdNotUnique").unwrap()));
}
