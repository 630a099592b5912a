//! The exchanges that the format's documentation gives, the rulings on top of it, and what must never come out.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the verdict")]

use backshell_model::{
    AppName, Caller, ConnectionId, Encoding, EnvironmentId, OperationId, Piece, Scopes, SealedText, SecretName,
    ShapedRequest, Timestamp, TokenId, UserId,
};
use backshell_package::{Limits, Package, read_files};
use backshell_permission::{Authority, CallTarget, ConnectionFacts, Permitted, World};
use backshell_templates::{Context, ProblemKind, TemplateError, TemplateSet, compile, on_request, on_response};
use backshell_testkit::SeededRandom;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

const PARAMETERS: &str = r#"{"cat":{"type":"string"},"subPath":{"type":"string"},"dog":{"type":"string"},
    "key":{"type":"securestring"},"workspace":{"type":"string"},
    "zone":{"type":"string","allowedValues":[{"value":".com"},{"value":".com.au"}]}}"#;

fn package_with(host: &str, policies: &str) -> Package {
    let definition = format!(
        r#"{{"swagger":"2.0","info":{{"title":"T","version":"1"}},"host":"{host}","basePath":"/v1",
            "paths":{{"/items/{{id}}":{{"get":{{"operationId":"A","parameters":[
                {{"name":"id","in":"path","required":true,"type":"string"}}]}}}},
              "/other":{{"get":{{"operationId":"B"}}}}}}}}"#
    );
    let properties = format!(
        r##"{{"properties":{{"iconBrandColor":"#000","connectionParameters":{PARAMETERS},
            "policyTemplateInstances":[{policies}]}}}}"##
    );
    let files = vec![
        ("apiDefinition.swagger.json".to_owned(), definition.into_bytes().into()),
        ("apiProperties.json".to_owned(), properties.into_bytes().into()),
    ];
    let read = read_files("t", files, &Limits::default());
    assert!(read.package.properties.is_some(), "{:?}", read.problems);
    read.package
}

fn package(policies: &str) -> Package {
    package_with("api.example.com", policies)
}

/// An instance in JSON from its template and parameters; a name with a capital S is the section, `ops` the operations.
fn policy(template: &str, parameters: &[(&str, &str)]) -> String {
    let members: Vec<String> = parameters
        .iter()
        .map(|(name, value)| match *name {
            "Section" => format!(r#""x-ms-apimTemplate-policySection":"{value}""#),
            "ops" => format!(r#""x-ms-apimTemplate-operationName":["{value}"]"#),
            _ => format!(r#""x-ms-apimTemplateParameter.{name}":{}"#, quoted(value)),
        })
        .collect();
    format!(r#"{{"templateId":"{template}","title":"t","parameters":{{{}}}}}"#, members.join(","))
}

fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            character if character.is_control() => quoted.extend(format!("\\u{:04x}", u32::from(character)).chars()),
            character => quoted.push(character),
        }
    }
    quoted.push('"');
    quoted
}

fn permitted(operation: &str) -> Permitted {
    let random = SeededRandom::new(2);
    let now = Timestamp::from_secs(1_800_000_000);
    let (connection, environment) = (ConnectionId::generate(now, &random), EnvironmentId::generate(now, &random));
    let owner = UserId::new("ada@example.com").unwrap();
    let facts = ConnectionFacts { id: connection, environment, owner: owner.clone() };
    let authority = Authority::new(&World { connections: vec![facts], ..World::default() }).unwrap();
    let caller = Caller {
        user: owner,
        app: AppName::new("test").unwrap(),
        token: TokenId::generate(now, &random),
        scopes: Scopes::all(),
        environment: None,
        issued_by: None,
    };
    let operation = OperationId::new(operation);
    authority.permit_call(&caller, &CallTarget { connection, environment, operation }).unwrap()
}

/// The call of the documented vectors, and what a test changes about it.
struct Call {
    operation: &'static str,
    settings: BTreeMap<String, String>,
    query: String,
    headers: Vec<(&'static str, String)>,
    id: String,
}

impl Default for Call {
    fn default() -> Self {
        Self {
            operation: "A",
            settings: [("cat", "bar"), ("subPath", "path")].map(|(n, v)| (n.to_owned(), v.to_owned())).into(),
            query: "domain=pqr".to_owned(),
            headers: vec![("test", "foo".to_owned()), ("port", "1234".to_owned())],
            id: "7".to_owned(),
        }
    }
}

impl Call {
    fn with_setting(name: &str, value: &str) -> Self {
        let mut call = Self::default();
        call.settings.insert(name.to_owned(), value.to_owned());
        call
    }

    fn with_query(query: &str) -> Self {
        Self { query: query.to_owned(), ..Self::default() }
    }

    fn request(&self, set: &TemplateSet) -> ShapedRequest {
        let mut headers = HeaderMap::new();
        for (name, value) in &self.headers {
            headers.append(*name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        ShapedRequest {
            method: Method::GET,
            root: set.operation(&OperationId::new(self.operation)).unwrap().start_root().clone(),
            path: SealedText::literal(format!("/items/{}", self.id)),
            query: ShapedRequest::split_query(&self.query),
            headers,
            sealed_headers: vec![(
                HeaderName::from_static("authorization"),
                SealedText::secret(SecretName::new("key"), Encoding::Verbatim),
            )],
        }
    }

    fn run_set(&self, set: &TemplateSet) -> Result<ShapedRequest, TemplateError> {
        let secrets = BTreeSet::from([SecretName::new("key")]);
        let request = self.request(set);
        let path_parameters = [("id".to_owned(), self.id.clone())];
        let (query, headers) = (request.query.clone(), request.headers.clone());
        let context = Context {
            settings: &self.settings,
            secrets: &secrets,
            path_parameters: &path_parameters,
            query: &query,
            headers: &headers,
        };
        let plan = set.operation(&OperationId::new(self.operation)).unwrap();
        on_request(&permitted(self.operation), plan, &context, request)
    }

    fn run(&self, policies: &[String]) -> Result<ShapedRequest, TemplateError> {
        self.run_set(&compile(&package(&policies.join(","))))
    }
}

/// A sealed text with `<name>` for a secret.
fn shown(text: &SealedText) -> String {
    let piece = |piece: &Piece| match piece {
        Piece::Literal(text) => text.clone(),
        Piece::Secret(name, Encoding::Verbatim) => format!("<{}>", name.as_str()),
        Piece::Secret(name, Encoding::Percent) => format!("<%{}>", name.as_str()),
        Piece::Basic { .. } => "<basic>".to_owned(),
    };
    text.pieces().iter().map(piece).collect()
}

fn query(request: &ShapedRequest) -> String {
    let pair = |pair: &backshell_model::QueryPair| match &pair.value {
        Some(value) => format!("{}={}", pair.name, shown(value)),
        None => pair.name.clone(),
    };
    request.query.iter().map(pair).collect::<Vec<_>>().join("&")
}

fn header(name: &str, policies: &[(&str, &str)]) -> String {
    let policies: Vec<(&str, &str)> =
        [("name", name), ("Section", "Request")].into_iter().chain(policies.iter().copied()).collect();
    let request = Call::default().run(&[policy("SetHeader", &policies)]).unwrap();
    request.header(&HeaderName::try_from(name).unwrap()).map_or_else(|| "-".to_owned(), |value| shown(&value))
}

#[test]
fn setheader() {
    for (name, parameters, expected) in [
        ("test", &[("value", "@headers('test')moo"), ("existsAction", "override")][..], "foomoo"),
        ("test", &[("value", "moo@headers('test')"), ("existsAction", "override")], "moofoo"),
        ("cat", &[("value", "@connectionParameters('cat','')"), ("existsAction", "override")], "bar"),
        ("cat", &[("value", "@connectionParameters('dog','')x")], "x"),
        ("cat", &[("value", "@connectionParameters('dog','')")], ""),
        ("cat", &[("value", "@connectionParameters('dog')")], ""),
        ("TEST", &[("value", "x"), ("existsAction", "Skip")], "foo"),
        ("new", &[("value", "x"), ("existsAction", "skip")], "x"),
        ("test", &[("value", "x"), ("existsAction", "append")], "foo, x"),
        ("new", &[("value", "x"), ("existsAction", "append")], "x"),
        ("new", &[("value", "@ConnectionParameters('CAT')/@queryParameters('domain')")], "bar/pqr"),
        ("Authorization", &[("value", "Bearer @headers('Authorization')")], "Bearer <key>"),
        ("Authorization", &[("value", "x"), ("existsAction", "append")], "<key>, x"),
        ("x-key", &[("value", "Key @connectionParameters('key')")], "Key <key>"),
    ] {
        assert_eq!(header(name, parameters), expected, "{name} {parameters:?}");
    }
    // A replaced credential is gone, not sent twice.
    let request = Call::default()
        .run(&[policy("setheader", &[("name", "authorization"), ("value", "x"), ("Section", "Request")])]);
    let request = request.unwrap();
    assert!(request.sealed_headers.is_empty() && request.headers["authorization"] == "x");
}

#[test]
fn setqueryparameter() {
    let run = |sent: &str, parameters: &[(&str, &str)]| {
        query(&Call::with_query(sent).run(&[policy("setqueryparameter", parameters)]).unwrap())
    };
    for (sent, parameters, expected) in [
        ("domain=pqr", &[("name", "domain"), ("value", "@connectionParameters('cat')")][..], "domain=bar"),
        (
            "domain=pqr",
            &[("name", "domain"), ("value", "@queryParameters('domain')@connectionParameters('cat')")],
            "domain=pqrbar",
        ),
        ("domain=pqr", &[("name", "domain"), ("value", "@connectionParameters('dog','default')")], "domain=default"),
        ("a=1&b=2&c=3&b=4", &[("name", "b"), ("value", "x")], "a=1&b=x&c=3"),
        ("a=1", &[("name", "$top"), ("value", "50"), ("existsAction", "skip")], "a=1&$top=50"),
        ("%24top=5", &[("name", "$top"), ("value", "50"), ("existsAction", "skip")], "%24top=5"),
        ("$top=5", &[("name", "%24top"), ("value", "50")], "$top=50"),
        ("a=%20x", &[("name", "a"), ("value", "y"), ("existsAction", "append")], "a=%20xy"),
        ("a", &[("name", "a"), ("value", "y"), ("existsAction", "append")], "a=y"),
        (
            "",
            &[("name", "$filter"), ("value", "groupTypes/any(c:c eq 'Unified')")],
            "$filter=groupTypes/any(c:c%20eq%20'Unified')",
        ),
        ("a=x+y%26z", &[("name", "b"), ("value", "@queryParameters('a')")], "a=x+y%26z&b=x%20y%26z"),
        ("", &[("name", "key"), ("value", "@connectionParameters('key')")], "key=<%key>"),
        ("", &[("name", "key"), ("value", "@headers('authorization')")], "key=<%key>"),
    ] {
        assert_eq!(run(sent, parameters), expected, "{sent} {parameters:?}");
    }
}

fn root(call: &Call, template: &str) -> String {
    match call.run(&[policy("dynamichosturl", &[("urlTemplate", template)])]) {
        Ok(request) => request.root.to_string(),
        Err(error) => format!("{}/{}", error.code, error.reason),
    }
}

#[test]
fn dynamichosturl() {
    for (template, expected) in [
        ("https://@header('test').abc.xyz:@header('port')", "https://foo.abc.xyz:1234"),
        ("https://@connectionParameters('cat').abc.xyz", "https://bar.abc.xyz"),
        // The documentation has this one lead to `foo.abc.pqr`. A value that ends the host leads anywhere, so it needs a
        // closed list, and what a call brings has none.
        (
            "https://@header('test').abc.@queryParameters('domain')/@connectionParameters('subPath')",
            "not_certified/policy_invalid",
        ),
        (
            "https://@header('test').abc.xyz/@queryParameters('domain')/@connectionParameters('subPath')",
            "https://foo.abc.xyz/pqr/path",
        ),
        ("https://@header('test123','default').abc.xyz", "https://default.abc.xyz"),
        ("https://account.example.com", "https://account.example.com"),
        ("HTTPS://account.example.com/api/", "https://account.example.com/api"),
        ("https://@connectionParameters('dog').abc.xyz", "connection_unauthenticated/setting_missing"),
        ("https://@connectionParameters('dog','').abc.xyz", "connection_unauthenticated/setting_missing"),
        ("https://@headers('nothing').abc.xyz", "bad_request/template_value"),
        ("https://abc.xyz/@connectionParameters('dog','')", "https://abc.xyz"),
        ("https://@headers('Authorization').abc.xyz", "not_certified/policy_invalid"),
        ("https://abc.xyz/@headers('Authorization')", "not_certified/policy_invalid"),
        ("https://@connectionParameters('key').abc.xyz", "not_certified/policy_invalid"),
        ("http://abc.example.com", "not_certified/policy_invalid"),
        ("https://localhost", "not_certified/policy_invalid"),
        ("https://abc.example.com?x=@headers('test')", "not_certified/policy_invalid"),
    ] {
        assert_eq!(root(&Call::default(), template), expected, "{template}");
    }
    let request = Call::default().run(&[policy("dynamichosturl", &[("urlTemplate", "https://abc.xyz/api/")])]).unwrap();
    assert_eq!(shown(&request.path), "/items/7", "the operation's path stays");
}

#[test]
fn values_keep_to_their_place_in_a_host() {
    let bad = "bad_request/template_value";
    for (template, value, expected) in [
        ("https://@connectionParameters('cat').openai.azure.com", "contoso-ai", "https://contoso-ai.openai.azure.com"),
        ("https://@connectionParameters('cat').openai.azure.com", "CONTOSO", "https://contoso.openai.azure.com"),
        ("https://@connectionParameters('cat').openai.azure.com", "evil.example/", bad),
        ("https://@connectionParameters('cat').openai.azure.com", "evil.example#", bad),
        ("https://@connectionParameters('cat').openai.azure.com", "evil.example?", bad),
        ("https://@connectionParameters('cat').openai.azure.com", "evil.example\\", bad),
        ("https://@connectionParameters('cat').openai.azure.com", "user@evil.example/", bad),
        ("https://@connectionParameters('cat').openai.azure.com", "a.b", bad),
        ("https://@connectionParameters('cat').openai.azure.com", "", "connection_unauthenticated/setting_missing"),
        ("https://@connectionParameters('cat').openai.azure.com", "xn--abc", bad),
        ("https://@connectionParameters('cat').openai.azure.com", "a%2eb", bad),
        ("https://@connectionParameters('cat').openai.azure.com", "ä", bad),
        ("https://mail.zoho@connectionParameters('zone')", ".com", "https://mail.zoho.com"),
        ("https://mail.zoho@connectionParameters('zone')", ".com.au", "https://mail.zoho.com.au"),
        ("https://mail.zoho@connectionParameters('zone')", ".evil.example", bad),
        ("https://mail.zoho@connectionParameters('zone')", ".com@evil.example", bad),
        ("https://mail.zoho@connectionParameters('zone')", "", "connection_unauthenticated/setting_missing"),
        ("https://@connectionParameters('cat')", "erp.contoso.example", "https://erp.contoso.example"),
        ("https://@connectionParameters('cat')", "https://erp.contoso.example/", bad),
        ("https://@connectionParameters('cat')/api", "erp.contoso.example", "https://erp.contoso.example/api"),
        ("https://@connectionParameters('cat')/api", "erp.contoso.example/", bad),
        ("https://@connectionParameters('cat')/api", "erp.contoso.example:8443", bad),
        (
            "@connectionParameters('cat')/api",
            "https://erp.contoso.example:8443/",
            "https://erp.contoso.example:8443/api",
        ),
        ("https://api-@connectionParameters('cat').contoso.example", "1", "https://api-1.contoso.example"),
        ("https://xn-@connectionParameters('cat').contoso.example", "-abc", bad),
        ("https://@connectionParameters('cat').contoso.example", "ab--c", bad),
        ("https://@connectionParameters('cat').amazonaws.com", "s3", bad),
        ("https://@connectionParameters('cat')", "erp.contoso.example@evil.example", bad),
        ("https://@connectionParameters('cat')", "http://erp.contoso.example", bad),
        ("https://@connectionParameters('cat')", "erp.contoso.example/../x", bad),
        ("https://@connectionParameters('cat')", "erp.contoso.example/api", bad),
        ("@connectionParameters('cat')", "https://erp.contoso.example", "https://erp.contoso.example"),
        ("@connectionParameters('cat')/odata", "https://erp.contoso.example/x/", "https://erp.contoso.example/x/odata"),
        ("@connectionParameters('cat')", "erp.contoso.example", bad),
        ("@connectionParameters('cat')", "http://erp.contoso.example", bad),
        ("@connectionParameters('cat')", "https://10.0.0.5", bad),
        ("@connectionParameters('cat')", "https://erp.contoso.example/a/../b", bad),
        ("@connectionParameters('cat')", "https://erp.contoso.example/?x", bad),
        ("@connectionParameters('cat')", "https://user@erp.contoso.example/", bad),
        (
            "@connectionParameters('cat')@connectionParameters('subPath')/v1",
            "https://api-eu.example.com/@",
            "https://api-eu.example.com/@path/v1",
        ),
        ("@connectionParameters('cat')@connectionParameters('subPath')/v1", "https://api-eu.example.com", bad),
        ("https://abc.example.com/@connectionParameters('cat')", "a/b c", "https://abc.example.com/a/b%20c"),
        ("https://abc.example.com/@connectionParameters('cat')", "a/../b", bad),
        ("https://abc.example.com/@connectionParameters('cat')", "..", bad),
        ("https://abc.example.com:@connectionParameters('cat')", "80@evil.example", bad),
        ("https://api@connectionParameters('cat')/", "-eu.example.com", "not_certified/policy_invalid"),
        ("https://mail.zoho@connectionParameters('cat','.com')", ".com", "not_certified/policy_invalid"),
    ] {
        let mut call = Call::with_setting("cat", value);
        call.settings.insert("zone".to_owned(), value.to_owned());
        assert_eq!(root(&call, template), expected, "{template} with {value}");
    }
    // What a call brings is one segment.
    let domain = "https://abc.example.com/@queryParameters('domain')";
    assert_eq!(root(&Call::with_query("domain=a/b"), domain), "https://abc.example.com/a%2Fb");
    assert_eq!(root(&Call::with_query("domain=a/../b"), domain), bad);
}

#[test]
fn routerequesttoendpoint() {
    let run = |call: &Call, parameters: &[(&str, &str)]| match call
        .run(&[policy("routerequesttoendpoint", &[parameters, &[("ops", "A")]].concat())])
    {
        Ok(request) => format!("{} {}?{}", request.method, shown(&request.path), query(&request)),
        Err(error) => format!("{}/{}", error.code, error.reason),
    };
    for (parameters, expected) in [
        (&[("newPath", "/me/tasks")][..], "GET /me/tasks?domain=pqr"),
        (&[("newPath", "me/tasks"), ("httpMethod", "@Request.OriginalHTTPMethod")], "GET /me/tasks?domain=pqr"),
        (&[("newPath", "/me/{id}/x"), ("httpMethod", "DELETE")], "DELETE /me/7/x?domain=pqr"),
        (&[("newPath", "/%40@connectionParameters('cat')/a")], "GET /%40bar/a?domain=pqr"),
        (&[("newPath", "/@queryParameters('domain')")], "GET /pqr?domain=pqr"),
        (&[("newPath", "/@connectionParameters('key')/a")], "GET /<%key>/a?domain=pqr"),
        (&[("newPath", "/x?api-version=1.0&domain=fixed&flag")], "GET /x?api-version=1.0&domain=fixed&flag"),
        (
            &[("newPath", "/x?a=@connectionParameters('cat')-@headers('test')&id={id}")],
            "GET /x?a=bar-foo&id=7&domain=pqr",
        ),
        (&[("newPath", "/a b/ü")], "GET /a%20b/%C3%BC?domain=pqr"),
        (&[("newPath", "/x?@headers('test')=1")], "not_certified/policy_invalid"),
        (&[("newPath", "/a/../b")], "not_certified/policy_invalid"),
        (&[("newPath", "/a/%2e%2e/b")], "not_certified/policy_invalid"),
        (&[("newPath", "/a#b")], "not_certified/policy_invalid"),
        (&[("newPath", "/a/{other}")], "not_certified/policy_invalid"),
        (&[("newPath", "/a"), ("httpMethod", "TRACE")], "not_certified/policy_invalid"),
        (&[], "not_certified/policy_invalid"),
    ] {
        assert_eq!(run(&Call::default(), parameters), expected, "{parameters:?}");
    }
    let slashes = Call::with_setting("cat", "a/b?c#d");
    assert_eq!(run(&slashes, &[("newPath", "/@connectionParameters('cat')")]), "GET /a%2Fb%3Fc%23d?domain=pqr");
    let dots = Call::with_setting("cat", "..");
    assert_eq!(run(&dots, &[("newPath", "/a/@connectionParameters('cat')/b")]), "bad_request/template_value");
    let encoded = Call { id: "a%2Fb".to_owned(), ..Call::default() };
    assert_eq!(run(&encoded, &[("newPath", "/x/{id}")]), "GET /x/a%2Fb?domain=pqr");
    let up = Call { id: "%2E%2e".to_owned(), ..Call::default() };
    assert_eq!(run(&up, &[("newPath", "/x/{id}")]), "bad_request/template_value");
}

#[test]
fn steps_act_in_the_order_of_the_package() {
    let add = |value: &str| {
        policy("setheader", &[("name", "x"), ("value", value), ("existsAction", "append"), ("Section", "Request")])
    };
    let read = policy("setqueryparameter", &[("name", "x"), ("value", "@headers('x')")]);
    let request = Call::default().run(&[add("1"), read, add("2")]).unwrap();
    assert_eq!(
        (&request.headers["x"], query(&request)),
        (&HeaderValue::from_static("1, 2"), "domain=pqr&x=1".to_owned())
    );
    let route = policy("routerequesttoendpoint", &[("newPath", "/new"), ("ops", "a")]);
    let host = policy("dynamicHostUrl", &[("urlTemplate", "https://abc.example.com/api")]);
    let request = Call::default().run(&[route, host]).unwrap();
    assert_eq!(
        (request.root.to_string(), shown(&request.path)),
        ("https://abc.example.com/api".to_owned(), "/new".to_owned())
    );
}

#[test]
fn answers_get_headers_and_never_secrets() {
    let response = |value: &str, exists: &str| {
        let set = compile(&package(&policy(
            "setheader",
            &[("name", "x"), ("value", value), ("existsAction", exists), ("Section", "Response")],
        )));
        let call = Call::default();
        let request = call.request(&set);
        let secrets = BTreeSet::from([SecretName::new("key")]);
        let context = Context {
            settings: &call.settings,
            secrets: &secrets,
            path_parameters: &[],
            query: &request.query,
            headers: &request.headers,
        };
        let mut headers = HeaderMap::new();
        headers.insert("x", HeaderValue::from_static("old"));
        let plan = set.operation(&OperationId::new("A")).unwrap();
        on_response(plan, &context, &mut headers);
        let refused = plan.refusal().map(|refusal| refusal.reason);
        (headers["x"].to_str().unwrap().to_owned(), refused)
    };
    assert_eq!(response("@headers('test')-@queryParameters('domain')", "override"), ("foo-pqr".to_owned(), None));
    assert_eq!(response("new", "append"), ("old, new".to_owned(), None));
    assert_eq!(response("new", "skip"), ("old".to_owned(), None));
    assert_eq!(response("@headers('Authorization')", "override"), (String::new(), None));
    assert_eq!(response("@connectionParameters('key')", "override"), ("old".to_owned(), Some("policy_invalid")));
}

#[test]
fn mistakes_are_problems_and_refusals() {
    for (template, parameters, kind, reason) in [
        (
            "setheader",
            &[("name", "a"), ("value", "@connectionParameters('nothing')")][..],
            ProblemKind::Invalid,
            "policy_invalid",
        ),
        ("setheader", &[("name", "a"), ("value", "@queryParamters('x')")], ProblemKind::Invalid, "policy_invalid"),
        ("setheader", &[("name", "a"), ("value", "@body().x")], ProblemKind::Invalid, "policy_invalid"),
        ("setheader", &[("name", "Host"), ("value", "x")], ProblemKind::Invalid, "policy_invalid"),
        ("setheader", &[("name", "Transfer-Encoding"), ("value", "x")], ProblemKind::Invalid, "policy_invalid"),
        ("setheader", &[("name", "a b"), ("value", "x")], ProblemKind::Invalid, "policy_invalid"),
        (
            "setheader",
            &[("name", "x-backshell-error"), ("value", "x"), ("Section", "Response")],
            ProblemKind::Invalid,
            "policy_invalid",
        ),
        (
            "setheader",
            &[("name", "a"), ("value", "x"), ("existsAction", "maybe")],
            ProblemKind::Invalid,
            "policy_invalid",
        ),
        (
            "setheader",
            &[("name", "a"), ("value", "x"), ("Section", "Failure")],
            ProblemKind::Unsupported,
            "policy_unsupported",
        ),
        (
            "setqueryparameter",
            &[("name", "a"), ("value", "x"), ("Section", "Response")],
            ProblemKind::Invalid,
            "policy_invalid",
        ),
        ("setproperty", &[], ProblemKind::Unsupported, "policy_unsupported"),
        ("pollingtrigger", &[], ProblemKind::Unsupported, "policy_unsupported"),
        ("madeup", &[], ProblemKind::Invalid, "policy_invalid"),
    ] {
        let parameters: Vec<(&str, &str)> = parameters.iter().copied().chain([("ops", "b")]).collect();
        let fine = policy("setheader", &[("name", "fine"), ("value", "x"), ("Section", "Request")]);
        let set = compile(&package(&[fine, policy(template, &parameters)].join(",")));
        let problem = set.problems().first().unwrap();
        assert_eq!((problem.index, problem.kind), (Some(1), kind), "{template} {parameters:?}: {problem:?}");
        assert_eq!(problem.operations, [OperationId::new("B")]);
        let refused = Call { operation: "B", ..Call::default() }.run_set(&set).unwrap_err();
        assert_eq!((refused.code, refused.reason), ("not_certified", reason), "{template}");
        assert!(refused.detail.contains("policy 1"), "{refused}");
        assert!(Call::default().run_set(&set).is_ok(), "the other operation is not touched");
    }
    let set = compile(&package(&policy("setheader", &[("name", "a"), ("value", "x"), ("ops", "Nothing")])));
    assert_eq!(set.problems().first().map(|problem| problem.kind), Some(ProblemKind::Warning));
    assert!(Call::default().run_set(&set).is_ok());
}

#[test]
fn a_definition_without_a_host_needs_a_template_for_every_operation() {
    let everywhere = policy("dynamichosturl", &[("urlTemplate", "https://abc.example.com")]);
    let set = compile(&package_with("DefinedInConnectionParameters", &everywhere));
    assert!(set.problems().is_empty(), "{:?}", set.problems());
    assert_eq!(Call::default().run_set(&set).unwrap().root.to_string(), "https://abc.example.com");
    let one = policy("dynamichosturl", &[("urlTemplate", "https://abc.example.com"), ("ops", "A")]);
    let set = compile(&package_with("DefinedInConnectionParameters", &one));
    assert_eq!(set.problems().first().map(|problem| problem.operations.clone()), Some(vec![OperationId::new("B")]));
    assert!(Call::default().run_set(&set).is_ok());
    assert_eq!(Call { operation: "B", ..Call::default() }.run_set(&set).unwrap_err().reason, "policy_invalid");
}

#[test]
fn permission_and_plan_belong_together() {
    let set = compile(&package(""));
    let call = Call::default();
    let secrets = BTreeSet::new();
    let headers = HeaderMap::new();
    let context =
        Context { settings: &call.settings, secrets: &secrets, path_parameters: &[], query: &[], headers: &headers };
    let plan = set.operation(&OperationId::new("A")).unwrap();
    let error = on_request(&permitted("B"), plan, &context, call.request(&set)).unwrap_err();
    assert_eq!(error.code, "internal_error");
}

#[test]
fn roots_of_a_connection() {
    let roots = |policies: &[String], settings: &[(&str, &str)]| {
        let settings = settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let list = |roots: &[backshell_model::ServiceRoot]| {
            roots.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
        };
        match compile(&package(&policies.join(","))).host_roots(&settings) {
            Ok(roots) => format!("{} | {} | {}", list(&roots.certified), list(&roots.to_approve), roots.chosen_by_call),
            Err(error) => error.reason.to_owned(),
        }
    };
    let host = |template: &str| vec![policy("dynamichosturl", &[("urlTemplate", template)])];
    assert_eq!(roots(&[], &[]), "https://api.example.com/v1 |  | false");
    assert_eq!(roots(&host("https://fixed.example.com"), &[]), "https://fixed.example.com |  | false");
    let only_a = policy("dynamichosturl", &[("urlTemplate", "https://fixed.example.com"), ("ops", "A")]);
    assert_eq!(roots(&[only_a], &[]), "https://api.example.com/v1 https://fixed.example.com |  | false");
    let label = "https://@connectionParameters('cat').abc.xyz/api";
    assert_eq!(roots(&host(label), &[("cat", "bar")]), " | https://bar.abc.xyz/api | false");
    let shared = "https://@connectionParameters('cat').azurewebsites.net";
    assert_eq!(roots(&host(shared), &[("cat", "bar")]), " | https://bar.azurewebsites.net | false");
    let glued = "https://@connectionParameters('cat')abc.xyz";
    assert_eq!(roots(&host(glued), &[("cat", "bar")]), " | https://barabc.xyz | false");
    // Several values: each is one label.
    let several = "https://@connectionParameters('cat').eu-@connectionParameters('dog').abc.xyz:8443";
    let settings = [("cat", "bar"), ("dog", "1")];
    assert_eq!(roots(&host(several), &settings), " | https://bar.eu-1.abc.xyz:8443 | false");
    assert_eq!(roots(&host(several), &[("cat", "bar.x"), ("dog", "1")]), "template_value");
    assert_eq!(roots(&host(several), &[("cat", "bar"), ("dog", "1.evil.example/")]), "template_value");
    let whole = "https://@connectionParameters('cat')/api";
    assert_eq!(roots(&host(whole), &[("cat", "erp.contoso.com")]), " | https://erp.contoso.com/api | false");
    assert_eq!(roots(&host(label), &[]), "setting_missing");
    assert_eq!(roots(&host(label), &[("cat", "a/b")]), "template_value");
    let closed = "https://mail.zoho@connectionParameters('zone')";
    assert_eq!(roots(&host(closed), &[("zone", ".com")]), "https://mail.zoho.com |  | false");
    assert_eq!(roots(&host(closed), &[("zone", ".evil.example")]), "template_value");
    let default = "@connectionParameters('cat','https://default.example.com/x')";
    assert_eq!(roots(&host(default), &[]), "https://default.example.com/x |  | false");
    assert_eq!(roots(&host(default), &[("cat", "https://own.example.com")]), " | https://own.example.com | false");
    assert_eq!(roots(&host("https://@headers('h').abc.xyz"), &[]), " |  | true");
    let half = "https://cloud.example.com/base/@queryParameters('instance')/x";
    assert_eq!(roots(&host(half), &[]), "https://cloud.example.com/base |  | true");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Whatever a setting, a header or a query value says: no panic, a host as the template fixes it, no way up, no line
    /// break, no second query or fragment.
    #[test]
    fn no_value_breaks_out(value in "\\PC{0,12}|([a-z./:@?#%\\\\& =\r\n-]|%2e|%2f|\\.\\.|https://|xn--){0,8}") {
        let templates = [
            policy("dynamichosturl", &[("urlTemplate", "https://@connectionParameters('cat').fixed.example.com/@connectionParameters('subPath','')/@queryParameters('v')")]),
            policy("routerequesttoendpoint", &[("newPath", "/x/@connectionParameters('cat')/{id}/@queryParameters('v')?q=@connectionParameters('cat')"), ("ops", "A")]),
            policy("setheader", &[("name", "x"), ("value", "a@connectionParameters('cat')b@queryParameters('v')"), ("Section", "Request")]),
            policy("setqueryparameter", &[("name", "n"), ("value", "@connectionParameters('cat')@queryParameters('v')")]),
        ];
        let in_query = percent_encoding::percent_encode(value.as_bytes(), percent_encoding::NON_ALPHANUMERIC).to_string();
        let in_path = value.replace(['/', '?', '#'], "");
        for setting in [value.as_str(), "ok"] {
            let mut call = Call::with_setting("cat", setting);
            call.settings.insert("subPath".to_owned(), value.clone());
            call.query = format!("v={in_query}");
            call.id = in_path.clone();
            for chosen in [&templates[..], &templates[..1], &templates[1..2], &templates[2..]] {
                let Ok(request) = call.run(chosen) else { continue };
                let host = request.root.host.as_str();
                prop_assert!(host.ends_with(".fixed.example.com") || host == "api.example.com", "{}", host);
                prop_assert_eq!(request.root.port, 443);
                let path = format!("{}{}", request.root.base_path, shown(&request.path));
                if chosen.len() > 2 || chosen[0].contains("newPath") || chosen[0].contains("urlTemplate") {
                    let own = if chosen[0].contains("newPath") || chosen.len() > 2 { &path } else { &*request.root.base_path };
                    prop_assert!(!backshell_model::is_ambiguous_path(own), "{}", own);
                    prop_assert!(!own.contains(['\r', '\n', '?', '#', ' ', '\\']), "{:?}", own);
                }
                let query = query(&request);
                prop_assert!(!query.contains(['\r', '\n', '#', ' ']), "{:?}", query);
                if chosen.len() == 2 {
                    prop_assert_eq!(query.matches('&').count(), 1, "{:?}", query);
                }
                if let Some(header) = request.headers.get("x") {
                    prop_assert!(!header.as_bytes().iter().any(|byte| matches!(byte, b'\r' | b'\n' | 0)));
                }
            }
        }
    }

    #[test]
    fn any_template_text_compiles_or_is_a_problem(text in "(@|headers\\(|connectionParameters\\(|'cat'|'|\\)|https://|[a-z./:?#{}&= é-]|\\{id\\}){0,14}") {
        for (template, name) in [("dynamichosturl", "urlTemplate"), ("routerequesttoendpoint", "newPath"), ("setheader", "value"), ("setqueryparameter", "value")] {
            let mut parameters = vec![(name, text.as_str()), ("ops", "A")];
            if name == "value" {
                parameters.push(("name", "x"));
            }
            let set = compile(&package(&policy(template, &parameters)));
            let answer = Call::default().run_set(&set);
            prop_assert!(set.problems().is_empty() || answer.is_err());
        }
    }
}
