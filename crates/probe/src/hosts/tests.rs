//! Hosts of packages, found where they stand.

use super::{Endpoint, Target, endpoints};
use backshell_package::{Limits, read_files};
use serde_json::json;

fn found(definition: &serde_json::Value, properties: &serde_json::Value) -> Vec<String> {
    let file = |name: &str, value: &serde_json::Value| (name.to_owned(), value.to_string().into_bytes().into());
    let files = vec![file("apiDefinition.swagger.json", definition), file("apiProperties.json", properties)];
    let read = read_files("p", files, &Limits::default());
    endpoints(&read.package, Some("p/")).iter().flat_map(shown).collect()
}

/// One line per place.
fn shown(endpoint: &Endpoint) -> Vec<String> {
    let kind = match &endpoint.target {
        Target::Host(_) => "host".to_owned(),
        Target::Pattern { .. } => "pattern".to_owned(),
        Target::Given(giver) => format!("given:{giver:?}"),
        Target::OpenEnd => "open".to_owned(),
        Target::Unusable { code, .. } => (*code).to_owned(),
    };
    let line = |one: &super::Use| {
        let scheme = one.scheme.as_str().unwrap_or("-");
        let (purpose, place) = (one.purpose.as_str(), &one.place);
        format!("{kind} {} {purpose} {scheme} {} {}#{}", endpoint.shown, one.path, place.file, place.pointer)
    };
    endpoint.uses.iter().map(line).collect()
}

fn policy(template: &str, operations: &[&str]) -> serde_json::Value {
    json!({"templateId": "DynamicHostUrl", "parameters": {
        "x-ms-apimTemplateParameter.urlTemplate": template, "x-ms-apimTemplate-operationName": operations}})
}

#[test]
fn the_definition_names_its_host() {
    let definition = json!({"swagger": "2.0", "host": "API.example.com", "basePath": "/v1", "schemes": ["http", "https"],
        "paths": {"/a": {"get": {"operationId": "A", "schemes": ["ws"]}}},
        "securityDefinitions": {"o": {"type": "oauth2", "flow": "accessCode",
            "authorizationUrl": "https://login.example.com/a", "tokenUrl": "http://login.example.com/t"}}});
    assert_eq!(
        found(&definition, &json!({"properties": {}})),
        [
            "host api.example.com service - /v1 p/apiDefinition.swagger.json#/host",
            "host api.example.com service http /v1 p/apiDefinition.swagger.json#/schemes/0",
            "host api.example.com service ws /v1 p/apiDefinition.swagger.json#/paths/~1a/get/schemes/0",
            "host login.example.com authorization https /a p/apiDefinition.swagger.json#/securityDefinitions/o/authorizationUrl",
            "host login.example.com token http /t p/apiDefinition.swagger.json#/securityDefinitions/o/tokenUrl",
        ]
    );
}

#[test]
fn policies_choose_hosts() {
    let definition = json!({"swagger": "2.0", "host": "placeholder", "paths": {"/a": {"get": {"operationId": "A"}}}});
    let properties = json!({"properties": {
        "connectionParameters": {
            "region": {"type": "string", "uiDefinition": {"constraints": {"allowedValues": [
                {"text": "EU", "value": "eu"}, {"text": "US", "value": "us"}]}}},
            "host": {"type": "string"},
            "site": {"type": "string", "defaultValue": "https://site.example.com/"},
            "key": {"type": "securestring"}},
        "policyTemplateInstances": [
            policy("https://@connectionParameters('region').example.com/x", &[]),
            policy("https://@connectionParameters('host')", &["A"]),
            policy("https://@connectionParameters('site')/api", &["A"]),
            policy("https://@header('to','default').example.org", &["A"]),
            policy("https://@connectionParameters('key').example.org", &["A"]),
            policy("https://mail@connectionParameters('missing')", &["A"]),
            policy("https://@nonsense('x')", &["A"])]}});
    let at = |index: u8| {
        format!(
            "p/apiProperties.json#/properties/policyTemplateInstances/{index}/parameters/x-ms-apimTemplateParameter.urlTemplate"
        )
    };
    assert_eq!(
        found(&definition, &properties),
        [
            format!("host default.example.org policy https / {}", at(3)),
            format!("host eu.example.com policy https /x {}", at(0)),
            format!("host site.example.com policy https /api {}", at(2)),
            format!("host us.example.com policy https /x {}", at(0)),
            format!("pattern *.example.org policy https / {}", at(3)),
            format!("given:Connection {{host}} policy https / {}", at(1)),
            format!("given:Connection {{host}} policy https /api {}", at(2)),
            format!("given:Secret {{value}}.example.org policy https / {}", at(4)),
            format!("open mail{{value}} policy https / {}", at(5)),
            format!("template_value @nonsense('x') policy https / {}", at(6)),
        ]
    );
}

#[test]
fn sign_in_addresses_take_values() {
    let properties = json!({"properties": {"connectionParameters": {
        "token:CustomHost": {"type": "string", "allowedValues": [{"value": ".com"}, {"value": ".eu"}]},
        "token:env": {"type": "string"},
        "token": {"type": "oauthSetting", "oAuthSettings": {"identityProvider": "oauth2generic", "customParameters": {
            "AuthorizationUrlTemplate": {"value": "https://accounts.example{CustomHost}/auth?client_id={ClientId}"},
            "tokenUrlTemplate": {"value": "{env}/oauth/token"},
            "RefreshUrlTemplate": {"value": "https://{fixed}/token"},
            "fixed": {"value": "refresh.example.net"},
            "loginUri": {"value": null}}}}}}});
    let at = "p/apiProperties.json#/properties/connectionParameters/token/oAuthSettings/customParameters";
    assert_eq!(
        found(&json!({}), &properties),
        [
            format!("host accounts.example.com authorization https /auth {at}/AuthorizationUrlTemplate/value"),
            format!("host accounts.example.eu authorization https /auth {at}/AuthorizationUrlTemplate/value"),
            format!("host refresh.example.net refresh https /token {at}/RefreshUrlTemplate/value"),
            format!("given:Connection {{host}} token - /oauth/token {at}/tokenUrlTemplate/value"),
        ]
    );
}

#[test]
fn providers_bring_their_addresses_along() {
    let settings = |settings: serde_json::Value| {
        let token = json!({"type": "oauthSetting", "oAuthSettings": settings});
        found(&json!({}), &json!({"properties": {"connectionParameters": {"token": token}}}))
    };
    let at = "p/apiProperties.json#/properties/connectionParameters/token/oAuthSettings";
    assert_eq!(
        settings(json!({"identityProvider": "Facebook"})),
        [
            format!("host graph.facebook.com token https /oauth/access_token {at}/identityProvider"),
            format!("host graph.facebook.com refresh https /oauth/access_token {at}/identityProvider"),
            format!("host www.facebook.com authorization https /dialog/oauth {at}/identityProvider"),
        ]
    );
    // What the package gives itself counts instead, for signing in and for tokens.
    let uri = json!({"loginUri": {"value": "https://login.windows.net"}, "tenantId": {"value": "common"}});
    let place = format!("{at}/customParameters/loginUri/value");
    assert_eq!(
        settings(json!({"identityProvider": "aad", "customParameters": uri})),
        ["authorization", "token", "refresh"]
            .map(|purpose| format!("host login.windows.net {purpose} https / {place}"))
    );
    let aad = settings(
        json!({"identityProvider": "aad", "customParameters": {"resourceUri": {"value": "https://a.example"}}}),
    );
    assert!(aad.len() == 3 && aad.iter().all(|one| one.starts_with("host login.microsoftonline.com ")), "{aad:?}");
    for unknown in ["oauth2", "somebody"] {
        let lacking = settings(json!({"identityProvider": unknown}));
        assert_eq!(lacking, [format!("malformed (no host) authorization - / {at}/identityProvider")]);
    }
    assert_eq!(settings(json!({"scopes": []})), [""; 0]);
}

#[test]
fn a_definition_without_a_host_is_said() {
    let properties = json!({"properties": {}});
    let paths = json!({"/a": {"get": {"operationId": "A"}}});
    for (definition, pointer) in [
        (json!({"host": "", "paths": paths}), "/host"),
        (json!({"host": " ", "paths": paths}), "/host"),
        (json!({"host": 7, "paths": paths}), "/host"),
        (json!({"paths": paths}), ""),
    ] {
        let expected = format!("malformed (no host) service - / p/apiDefinition.swagger.json#{pointer}");
        assert_eq!(found(&definition, &properties), [expected], "{definition}");
    }
    // Nothing is called, so nothing is missing.
    assert_eq!(found(&json!({"paths": {}}), &properties), [""; 0]);
}

/// A connection parameter `a` with so many values: `v0`, `v1` and so on.
fn listed(values: usize) -> serde_json::Value {
    let values: Vec<_> = (0..values).map(|index| json!({"value": format!("v{index}")})).collect();
    json!({"a": {"type": "string", "allowedValues": values}})
}

fn with_policies(parameters: &serde_json::Value, policies: &[serde_json::Value]) -> serde_json::Value {
    json!({"properties": {"connectionParameters": parameters, "policyTemplateInstances": policies}})
}

/// Whether a host fails EV-02 with this code, as a certification sees it.
fn fails(definition: &serde_json::Value, properties: &serde_json::Value, shown: &str, code: &str) -> bool {
    let file = |name: &str, value: &serde_json::Value| (name.to_owned(), value.to_string().into_bytes().into());
    let files = vec![file("apiDefinition.swagger.json", definition), file("apiProperties.json", properties)];
    let read = read_files("p", files, &Limits::default());
    let (clock, lists) = (backshell_testkit::MockClock::at(1_800_000_000), crate::measure::Lists::default());
    let facts = |endpoint: &Endpoint| crate::measure::unmeasured(endpoint, &[], &clock, &lists, "offline");
    let hosts: Vec<_> = endpoints(&read.package, Some("p/")).iter().map(facts).collect();
    let verification = crate::verify(&hosts);
    verification.bars.iter().any(|bar| {
        bar.id == "EV-02" && bar.host == shown && bar.state == crate::State::Fail && bar.value.as_deref() == Some(code)
    })
}

#[test]
fn a_template_that_stands_for_too_many_addresses_fails() {
    let policy = |template: &str| vec![policy(&format!("https://{template}"), &[])];
    let template = "@connectionParameters('a').@connectionParameters('a').example.com";
    let few = with_policies(&listed(16), &policy(template));
    assert_eq!(found(&json!({}), &few).len(), 256);
    // Calls take every value of the list; a pattern in its place would say nothing about the hosts behind them.
    let many = with_policies(&listed(17), &policy(template));
    let shown = found(&json!({}), &many);
    assert!(shown.len() == 1 && shown[0].starts_with(&format!("too_many {template} policy")), "{shown:?}");
    assert!(fails(&json!({}), &many, template, "too_many"));
    // A single list as well, and one that repeats itself so often that nobody reads it to its end.
    let template = "@connectionParameters('a').example.com";
    assert!(fails(&json!({}), &with_policies(&listed(257), &policy(template)), template, "too_many"));
    let same = json!({"a": {"type": "string", "allowedValues": vec![json!({"value": "v"}); 5_000]}});
    assert!(fails(&json!({}), &with_policies(&same, &policy(template)), template, "too_many"));
    // In a sign-in address.
    let mut parameters = json!({"token:Host": listed(257)["a"]});
    parameters["token"] = json!({"type": "oauthSetting", "oAuthSettings": {"identityProvider": "oauth2",
        "customParameters": {"tokenUrl": {"value": "https://{Host}.example.com/token"}}}});
    let properties = with_policies(&parameters, &[]);
    assert!(fails(&json!({}), &properties, "{Host}.example.com", "too_many"));
}

#[test]
fn values_that_choose_a_path_only_do_not_count() {
    let template = "https://@connectionParameters('a').example.com/@connectionParameters('a')/x";
    let shown = found(&json!({}), &with_policies(&listed(20), &[policy(template, &[])]));
    assert_eq!(shown.len(), 20);
    assert!(shown[0].starts_with("host v0.example.com policy https / "), "{shown:?}");
}

#[test]
fn values_need_not_be_texts() {
    let values = json!({"a": {"type": "string", "allowedValues": [{"value": 1}, {"value": true}]},
        "b": {"type": "string", "allowedValues": [{"value": {"no": "text"}}]}});
    let policies = ["a", "b"].map(|name| policy(&format!("https://z@connectionParameters('{name}').example.com"), &[]));
    let shown = found(&json!({}), &with_policies(&values, &policies));
    let begins: Vec<_> = shown.iter().map(|one| one.split(" policy ").next().unwrap()).collect();
    assert_eq!(begins, ["host z1.example.com", "host ztrue.example.com", "pattern *.example.com"]);
}

/// Sixteen templates of 256 texts each once took the place of every host behind them.
#[test]
fn many_addresses_of_one_host_take_the_place_of_no_other() {
    let harmless = policy("https://harmless.example.com/@connectionParameters('a')/x", &[]);
    let mut parameters = listed(256);
    parameters["token"] = json!({"type": "oauthSetting", "oAuthSettings": {"identityProvider": "oauth2",
        "customParameters": {"tokenUrl": {"value": "http://later.example.com/token"}}}});
    let properties = with_policies(&parameters, &vec![harmless; 20]);
    let shown = found(&json!({}), &properties);
    assert!(shown.iter().any(|one| one.starts_with("host later.example.com token http /token")), "{}", shown.len());
    assert!(shown.len() < 70, "places are kept within bounds: {}", shown.len());
}

#[test]
fn hosts_beyond_the_limit_are_said_and_fail() {
    let many = |policies: usize, host: fn(usize) -> String| {
        let policies: Vec<_> = (0..policies).map(|index| policy(&format!("https://{}", host(index)), &[])).collect();
        with_policies(&listed(250), &policies)
    };
    let hosts = |index: usize| format!("@connectionParameters('a').p{index}.example.com");
    assert!(!fails(&json!({}), &many(16, hosts), super::MORE_HOSTS, "too_many"));
    assert_eq!(found(&json!({}), &many(17, hosts)).len(), super::MOST_HOSTS + 1);
    assert!(fails(&json!({}), &many(17, hosts), super::MORE_HOSTS, "too_many"));
    let one = |_: usize| "one.example.com/@connectionParameters('a')/x".to_owned();
    assert!(!fails(&json!({}), &many(400, one), super::MORE_HOSTS, "too_many"));
    assert!(fails(&json!({}), &many(401, one), super::MORE_HOSTS, "too_many"));
}
