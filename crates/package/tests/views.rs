//! The typed views: what they find, and that no shape of JSON surprises them.

mod common;

use backshell_package::{
    ConnectionParameterKind, KeyLocation, Method, ParameterLocation, PolicySection, ReferenceError, Schema,
    SecurityKind, Trigger, UrlEncoding, Visibility,
};
use backshell_source::Node;
use common::{DEFINITION, PROPERTIES, codes, package};

const SHOP: &str = r##"{
  "swagger": "2.0",
  "info": {"title": "Shop", "version": "1.2"},
  "host": "api.contoso.com", "basePath": "/v1", "schemes": ["https", 5],
  "consumes": ["application/json"], "produces": ["application/json"],
  "parameters": {
    "page": {"name": "page", "in": "query", "type": "integer", "default": 1},
    "loop": {"$ref": "#/parameters/loop"},
    "far": {"$ref": "other.json#/x"}
  },
  "responses": {"gone": {"description": "Gone"}},
  "securityDefinitions": {
    "key": {"type": "apiKey", "name": "X-Key", "in": "header"},
    "query key": {"type": "apiKey", "name": "k", "in": "query"},
    "half": {"type": "apiKey"},
    "user": {"type": "basic"},
    "sign-in": {"type": "oauth2", "flow": "accessCode", "authorizationUrl": "https://a", "tokenUrl": "https://t", "scopes": {"read": ""}},
    "odd": 7
  },
  "security": [{"key": []}],
  "paths": {
    "x-note": {},
    "/items/{id}": {
      "parameters": [
        {"name": "id", "in": "path", "type": "string", "x-ms-url-encoding": "double"},
        {"name": "page", "in": "query", "type": "string"},
        {"$ref": "#/parameters/loop"}, {"$ref": "#/parameters/far"}, {"$ref": "#/parameters/nowhere"}, 5, {"name": "no place"}
      ],
      "get": {
        "operationId": "GetItem", "x-ms-visibility": "Internal", "deprecated": true, "tags": ["a"],
        "parameters": [{"$ref": "#/parameters/page"}, {"name": "page", "in": "header", "type": "string", "required": true}],
        "responses": {"200": {"schema": {"$ref": "#/definitions/Item"}}, "410": {"$ref": "#/responses/gone"}, "default": {}, "x-a": 1}
      },
      "post": {
        "operationId": "OnItem", "x-ms-trigger": "Batch", "consumes": ["text/plain"], "security": [],
        "parameters": [{"name": "body", "in": "body", "required": true, "schema": {"$ref": "#/definitions/Item"}}],
        "responses": {}
      },
      "GET": {"operationId": "not a method"},
      "put": "not an operation"
    },
    "/moved": {"$ref": "#/paths/~1items~1%7Bid%7D"}
  },
  "definitions": {
    "Item": {
      "type": "object", "required": ["name"], "allOf": [{"$ref": "#/definitions/Base"}],
      "properties": {"name": {"type": "string", "enum": ["a", "b"]}, "parent": {"$ref": "#/definitions/Item"}, "tags": {"type": "array", "items": {"type": "string"}}},
      "additionalProperties": {"type": "integer"}
    },
    "Base": {"required": ["id"], "properties": {"id": {"type": ["null", "string"]}, "name": {"type": "integer"}}, "allOf": [{"$ref": "#/definitions/Item"}]},
    "My Type": {"type": "string"},
    "A": {"$ref": "#/definitions/B"}, "B": {"$ref": "#/definitions/A"},
    "Self": {"$ref": "#/definitions/Self"}
  }
}"##;

#[test]
fn operations_and_their_parameters() {
    let read = package(&[("apiDefinition.swagger.json", SHOP), ("apiProperties.json", PROPERTIES)]);
    assert_eq!(codes(&read), [""; 0]);
    let swagger = read.package.definition.as_ref().unwrap().swagger();
    assert_eq!((swagger.title(), swagger.version(), swagger.format()), (Some("Shop"), Some("1.2"), Some("2.0")));
    assert_eq!((swagger.host(), swagger.base_path()), (Some("api.contoso.com"), Some("/v1")));
    assert_eq!(swagger.schemes(), ["https"]);
    let found: Vec<_> =
        swagger.operations().map(|operation| (operation.path_template(), operation.method(), operation.id())).collect();
    assert_eq!(
        found,
        [
            ("/items/{id}", Method::Get, Some("GetItem")),
            ("/items/{id}", Method::Post, Some("OnItem")),
            ("/moved", Method::Get, Some("GetItem")),
            ("/moved", Method::Post, Some("OnItem")),
        ]
    );
    let get = swagger.operation("GetItem").unwrap();
    assert_eq!(
        (get.visibility(), get.is_deprecated(), get.is_trigger(), get.tags()),
        (Visibility::Internal, true, false, vec!["a"])
    );
    assert_eq!(get.consumes(), ["application/json"]);
    let parameters: Vec<_> =
        get.effective_parameters().iter().map(|p| (p.name, p.location, p.required, p.kind())).collect();
    assert_eq!(
        parameters,
        [
            ("id", ParameterLocation::Path, true, Some("string")),
            ("page", ParameterLocation::Query, false, Some("integer")),
            ("page", ParameterLocation::Header, true, Some("string")),
        ]
    );
    let [id, page, _] = get.effective_parameters().try_into().unwrap();
    assert_eq!((id.url_encoding(), page.url_encoding()), (UrlEncoding::Double, UrlEncoding::Single));
    assert_eq!(page.default().and_then(Node::as_i64), Some(1));
    assert_eq!(
        (page.declared_node.pointer().as_str(), page.node.pointer().as_str()),
        ("/paths/~1items~1{id}/get/parameters/0", "/parameters/page")
    );
    let responses: Vec<_> = get.responses().iter().map(|r| (r.status, r.code(), r.node.pointer())).collect();
    assert_eq!(responses[1], ("410", Some(410), "/responses/gone".to_owned()));
    assert_eq!(responses.len(), 3);
    assert_eq!(get.security()[0].schemes, ["key"]);

    let post = swagger.operation("OnItem").unwrap();
    assert_eq!((post.trigger(), post.consumes(), post.security().len()), (Some(Trigger::Batch), vec!["text/plain"], 0));
    assert!(post.security_node().unwrap().pointer().contains("post"));
    assert_eq!(post.body().unwrap().schema().unwrap().reference(), Some("#/definitions/Item"));
}

#[test]
fn schemas_may_contain_themselves() {
    let read = package(&[("apiDefinition.swagger.json", SHOP)]);
    let swagger = read.package.definition.as_ref().unwrap().swagger();
    let item = swagger.operation("GetItem").unwrap().responses()[0].schema().unwrap();
    assert_eq!((item.kind(), item.required()), (Some("object"), vec!["name"]));
    let all: Vec<_> = item.all_properties().iter().map(|p| (p.name, p.required, p.schema.kind())).collect();
    assert_eq!(
        all,
        [
            ("name", true, Some("string")),
            ("parent", false, Some("object")),
            ("tags", false, Some("array")),
            ("id", true, Some("string"))
        ]
    );
    assert_eq!(item.property("parent").unwrap().schema.id(), item.id());
    assert_eq!(item.property("tags").unwrap().schema.items().unwrap().kind(), Some("string"));
    assert_eq!(item.additional_properties().unwrap().kind(), Some("integer"));
    assert_eq!(item.property("name").unwrap().schema.enum_values().len(), 2);
    let reachable: Vec<_> = item.reachable().iter().map(|schema| schema.node().pointer()).collect();
    assert_eq!(reachable.len(), 8, "{reachable:?}");
    assert_eq!(reachable[0], "/definitions/Item");

    let named = |name: &str| Schema::new(swagger.node().get("definitions").unwrap().get(name).unwrap());
    for name in ["A", "B", "Self"] {
        assert_eq!(named(name).try_resolve(), Err(ReferenceError::Loop));
        assert_eq!((named(name).kind(), named(name).reachable().len()), (None, 1));
    }
    let parameter = |name: &str| swagger.node().get("parameters").unwrap().get(name).unwrap();
    assert_eq!(swagger.follow(parameter("far")), Err(ReferenceError::External));
    for reference in ["#/definitions/My Type", "#/definitions/My%20Type"] {
        assert_eq!(swagger.resolve_ref(reference).unwrap().get("type").unwrap().as_str(), Some("string"));
    }
    assert_eq!(swagger.resolve_ref("#/definitions/Nobody"), None);
    assert_eq!(swagger.resolve_ref("#").unwrap(), swagger.node());
}

#[test]
fn security_definitions_say_what_they_ask_for() {
    let read = package(&[("apiDefinition.swagger.json", SHOP)]);
    let definitions = read.package.definition.as_ref().unwrap().swagger().security_definitions();
    let kinds: Vec<_> = definitions.into_iter().map(|definition| (definition.name, definition.kind)).collect();
    assert_eq!(
        kinds,
        [
            ("key", SecurityKind::ApiKey { name: "X-Key", location: KeyLocation::Header }),
            ("query key", SecurityKind::ApiKey { name: "k", location: KeyLocation::Query }),
            ("half", SecurityKind::Other("apiKey")),
            ("user", SecurityKind::Basic),
            (
                "sign-in",
                SecurityKind::OAuth2 {
                    flow: Some("accessCode"),
                    authorization_url: Some("https://a"),
                    token_url: Some("https://t"),
                    scopes: vec!["read"]
                }
            ),
            ("odd", SecurityKind::Other("")),
        ]
    );
}

#[test]
fn properties_are_read_whatever_their_letter_case() {
    let text = r##"{"Properties": {
      "publisher": "Contoso", "stackowner": "Fabrikam", "capabilities": ["Gateway"], "iconBrandColor": "#da3b01", "scriptOperations": ["A"],
      "connectionParameters": {
        "api_key": {"type": "SecureString", "uidefinition": {"displayName": "Key", "constraints": {"required": "True", "hidden": false, "tabIndex": 2}}},
        "region": {"type": "string", "defaultValue": "eu", "uiDefinition": {"schema": {"description": "Where"}, "constraints": {"hidden": "true", "required": "maybe",
          "allowedValues": [{"text": "Europe", "value": "eu"}, {"value": "us"}]}}},
        "token": {"type": "oAuthSetting", "oauthSettings": {"identityProvider": "aad"}},
        "token:TenantId": {"type": "string"},
        "odd": {"type": 5}, "no object": true
      },
      "connectionParameterSets": {"uiDefinition": {"displayname": "Sign in"}, "values": [
        {"name": "keys", "uiDefinition": {"displayname": "By key"}, "metadata": {"allowSharing": "false"}, "parameters": {"k": {"type": "securestring"}}},
        {"parameters": {}}
      ]},
      "policyTemplateInstances": [
        {"templateid": "SetHeader", "title": "One", "parameters": {"X-MS-apimTemplateParameter.Name": "X-A", "x-ms-apimTemplate-policySection": "request"}},
        5,
        {"templateId": "dynamicHostUrl", "parameters": {"x-ms-apimTemplate-operationName": ["GetItem"], "x-ms-apimTemplateParameter.urlTemplate": "https://x"}},
        {"templateId": "setheader", "parameters": {"x-ms-apimTemplate-operationName": [7], "x-ms-apimTemplate-policySection": "Later"}},
        {"templateId": "setheader", "parameters": {"x-ms-apimTemplate-operationName": [], "x-ms-apimTemplate-policySection": "Response"}}
      ]
    }}"##;
    let read = package(&[("apiDefinition.swagger.json", DEFINITION), ("APIPROPERTIES.JSON", text)]);
    assert_eq!(codes(&read), [""; 0]);
    let properties = read.package.properties.as_ref().unwrap();
    assert_eq!((properties.publisher(), properties.stack_owner()), (Some("Contoso"), Some("Fabrikam")));
    assert_eq!((properties.capabilities(), properties.icon_brand_color()), (vec!["Gateway"], Some("#da3b01")));
    let parameters = properties.connection_parameters();
    let facts: Vec<_> = parameters.iter().map(|p| (p.name, p.kind, p.required, p.hidden)).collect();
    assert_eq!(
        facts,
        [
            ("api_key", ConnectionParameterKind::SecureString, true, false),
            ("region", ConnectionParameterKind::String, false, true),
            ("token", ConnectionParameterKind::OAuth, false, false),
            ("token:TenantId", ConnectionParameterKind::String, false, false),
            ("odd", ConnectionParameterKind::Other(""), false, false),
        ]
    );
    assert_eq!((parameters[0].display_name, parameters[0].is_secret()), (Some("Key"), true));
    assert_eq!((parameters[1].description, parameters[1].default.and_then(Node::as_str)), (Some("Where"), Some("eu")));
    let allowed: Vec<_> =
        parameters[1].allowed_values.iter().map(|allowed| (allowed.value.as_str(), allowed.text)).collect();
    assert_eq!(allowed, [(Some("eu"), Some("Europe")), (Some("us"), Some("us"))]);
    assert!(parameters[2].oauth_settings().is_some() && parameters[3].is_claim());
    assert_eq!(properties.connection_parameter("API_Key").map(|parameter| parameter.name), Some("api_key"));

    let [set] = properties.parameter_sets().try_into().unwrap();
    assert_eq!(
        (set.name, set.display_name, set.allow_sharing, set.parameters.len()),
        ("keys", Some("By key"), Some(false), 1)
    );

    let policies = properties.policies();
    let facts: Vec<_> = policies
        .iter()
        .map(|p| (p.index, p.template_id.as_str(), p.section, p.applies_to("getitem"), p.applies_to("x")))
        .collect();
    assert_eq!(
        facts,
        [
            (0, "setheader", PolicySection::Request, true, true),
            (2, "dynamichosturl", PolicySection::None, true, false),
            (3, "setheader", PolicySection::Other, false, false),
            (4, "setheader", PolicySection::Response, true, true),
        ]
    );
    assert_eq!(policies[0].parameter("name").and_then(Node::as_str), Some("X-A"));
    assert_eq!(policies[0].parameters().len(), 1);
    assert_eq!(policies[1].parameter("urltemplate").and_then(Node::as_str), Some("https://x"));
}

#[test]
fn scripts_take_the_operations_they_list_or_all() {
    let needs = |script: &str, properties: &str, id: &str| {
        let files = [
            ("apiDefinition.swagger.json", DEFINITION),
            ("apiProperties.json", properties),
            (script, "class Script {}"),
        ];
        package(&files).package.needs_script(id)
    };
    let some = r#"{"properties": {"scriptOperations": ["GetItem"]}}"#;
    let older = r#"{"properties": {"script": {"operationIds": ["GetItem"]}}}"#;
    let none = r#"{"properties": {"scriptOperations": []}}"#;
    for listed in [some, older] {
        assert!(needs("Script.csx", listed, "getItem"));
        assert!(!needs("script.csx", listed, "Other"));
        assert!(!needs("other.csx", listed, "GetItem"), "without a script it runs");
    }
    assert!(needs("script.csx", none, "Other") && needs("script.csx", PROPERTIES, "Other"));
}

/// Every view over documents where each value in turn is replaced by some of another shape.
#[test]
fn no_shape_surprises_the_views() {
    let odd =
        ["null", "true", "5", "\"text\"", "[]", "[5]", "{}", "{\"a\":5}", "{\"$ref\":5}", "{\"$ref\":\"#\"}", "[[[]]]"];
    for text in [SHOP.to_owned(), properties_text()] {
        let document = backshell_source::parse_str(&text).document.unwrap();
        for node in document.nodes() {
            let span = node.span();
            let (front, back) = (text.get(..span.start as usize).unwrap(), text.get(span.end as usize..).unwrap());
            for value in odd.iter().cycle().skip(node.id() as usize).step_by(5).take(3) {
                let changed = format!("{front}{value}{back}");
                let read = package(&[("apiDefinition.swagger.json", &changed), ("apiProperties.json", &changed)]);
                ask_everything(&read.package);
            }
        }
    }
}

fn properties_text() -> String {
    PROPERTIES.replace("{}", r#"{"a": {"type": "string", "uiDefinition": {"constraints": {"required": "true", "allowedValues": [{"value": 1}]}}}}"#)
        .replace("\"iconBrandColor\"", r#""policyTemplateInstances": [{"templateId": "a", "parameters": {"x-ms-apimTemplate-operationName": ["b"], "x-ms-apimTemplateParameter.c": "d"}}], "connectionParameterSets": {"values": [{"name": "e", "parameters": {"f": {"type": "g"}}}]}, "iconBrandColor""#)
}

fn ask_everything(package: &backshell_package::Package) {
    if let Some(definition) = &package.definition {
        let swagger = definition.swagger();
        let _ = (
            swagger.title(),
            swagger.schemes(),
            swagger.security_definitions(),
            swagger.parameters(),
            swagger.responses(),
        );
        for operation in swagger.operations() {
            let _ = (operation.id(), operation.consumes(), operation.security(), operation.trigger());
            for parameter in operation.effective_parameters() {
                let _ = (parameter.schema().map(Schema::reachable), parameter.enum_values(), parameter.items());
            }
            for response in operation.responses() {
                let _ = (response.headers(), response.code(), response.schema().map(Schema::all_properties));
            }
        }
        for (_, schema) in swagger.definitions() {
            let _ = (schema.reachable(), schema.all_properties(), schema.kind(), schema.try_resolve());
        }
    }
    if let Some(properties) = &package.properties {
        let _ = (properties.connection_parameters(), properties.parameter_sets(), properties.script_operations());
        for policy in properties.policies() {
            let _ = (policy.applies_to("x"), policy.parameter("c"), policy.parameters());
        }
    }
}
