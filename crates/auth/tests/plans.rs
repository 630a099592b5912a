//! From a package to the request on the wire, through the real permission and boundary.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the verdict")]

use async_trait::async_trait;
use backshell_auth::{
    AuthError, AuthPlan, AuthProblem, Credentialed, Secrets, credential, credential_open, needs_secrets,
};
use backshell_boundary::{
    AddressRules, AllowedSet, CellIdentity, Inventory, NoEvidence, Placed, ResolveError, Resolved, Resolver, Terms,
    cell_decision, place,
};
use backshell_model::{
    AppName, AuthKind, Boundary, Caller, ConnectionId, Egress, Environment, EnvironmentId, HostName, Infrastructure,
    OperationId, Piece, QueryPair, Region, Scheme, Scopes, SealedText, SecretBytes, SecretName, ServiceRoot,
    ShapedRequest, TenantId, Timestamp, TokenId, UserId,
};
use backshell_package::{Limits, Package, read_files};
use backshell_permission::{Authority, CallTarget, ConnectionFacts, World};
use backshell_testkit::SeededRandom;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use std::sync::Arc;

fn package(security: &str, operation: &str, parameters: &str) -> Package {
    let definition = format!(
        r#"{{"swagger":"2.0","info":{{"title":"T","version":"1"}},"host":"api.example.com","basePath":"/v1",
            "securityDefinitions":{security},
            "paths":{{"/a":{{"get":{{"operationId":"A"}}}},"/b":{{"get":{{"operationId":"B"{operation}}}}}}}}}"#
    );
    let properties = format!(r##"{{"properties":{{"iconBrandColor":"#000","connectionParameters":{parameters}}}}}"##);
    let files = vec![
        ("apiDefinition.swagger.json".to_owned(), definition.into_bytes().into()),
        ("apiProperties.json".to_owned(), properties.into_bytes().into()),
    ];
    read_files("t", files, &Limits::default()).package
}

fn parameters(list: &[(&str, &str)]) -> String {
    let members: Vec<String> = list.iter().map(|(name, kind)| format!(r#""{name}":{{"type":"{kind}"}}"#)).collect();
    format!("{{{}}}", members.join(","))
}

fn shaped(query: &str) -> ShapedRequest {
    ShapedRequest {
        method: Method::GET,
        root: root(),
        path: SealedText::literal("/a"),
        query: ShapedRequest::split_query(query),
        headers: HeaderMap::new(),
        sealed_headers: Vec::new(),
    }
}

fn root() -> ServiceRoot {
    let host = HostName::parse("api.example.com").unwrap();
    ServiceRoot { scheme: Scheme::Https, host, port: 443, base_path: "/v1".into() }
}

#[derive(Debug)]
struct Fixed;

#[async_trait]
impl Resolver for Fixed {
    async fn resolve(&self, _: &HostName, _: u16) -> Result<Arc<Resolved>, ResolveError> {
        Ok(Arc::new(vec!["93.184.215.14".parse().unwrap()].into()))
    }
}

async fn placed(request: ShapedRequest) -> Placed {
    let random = SeededRandom::new(3);
    let now = Timestamp::from_secs(1_800_000_000);
    let environment = Environment {
        id: EnvironmentId::generate(now, &random),
        tenant: TenantId::generate(now, &random),
        name: "e".to_owned(),
        home: Region::new("westeurope"),
        boundary: Boundary::Geography,
        egress: Egress::Notice,
        created_at: now,
    };
    let connection = ConnectionId::generate(now, &random);
    let user = UserId::new("ada@example.com").unwrap();
    let facts = ConnectionFacts { id: connection, environment: environment.id, owner: user.clone() };
    let authority = Authority::new(&World { connections: vec![facts], ..World::default() }).unwrap();
    let caller = Caller {
        user,
        app: AppName::new("test").unwrap(),
        token: TokenId::generate(now, &random),
        scopes: Scopes::all(),
        environment: None,
        issued_by: None,
    };
    let target = CallTarget { connection, environment: environment.id, operation: OperationId::new("A") };
    let permitted = authority.permit_call(&caller, &target).unwrap();
    let allowed = AllowedSet::of(&environment).unwrap();
    let inside =
        cell_decision(&CellIdentity::self_attested("cell-1", &Region::new("northeurope"), now, &random), now, &allowed)
            .unwrap();
    let terms = Terms {
        allowed: &allowed,
        egress: Egress::Notice,
        certified: &[root()],
        approved: &[],
        infrastructure: Infrastructure::External,
        inventory: &Inventory::default(),
        addresses: &AddressRules::default(),
        evidence: &NoEvidence,
        grants: &[],
        now,
    };
    place(permitted, inside, request, &terms, &Fixed).await.unwrap()
}

async fn sent(
    plan: &AuthPlan,
    operation: &str,
    query: &str,
    secrets: &[(&str, &str)],
) -> Result<Credentialed, AuthError> {
    let mut request = shaped(query);
    request.headers.insert("x-api-key", HeaderValue::from_static("from the caller"));
    request.headers.insert("authorization", HeaderValue::from_static("from the caller"));
    plan.attach(&OperationId::new(operation), &mut request);
    open(request, secrets).await
}

async fn open(request: ShapedRequest, secrets: &[(&str, &str)]) -> Result<Credentialed, AuthError> {
    let secrets = secrets
        .iter()
        .map(|(name, value)| (SecretName::new(name), SecretBytes::new(value.as_bytes().to_vec())))
        .collect::<Secrets>();
    credential(placed(request).await, secrets)
}

const HEADER_KEY: &str = r#"{"API Key":{"type":"apiKey","in":"header","name":"X-Api-Key"}}"#;
const QUERY_KEY: &str = r#"{"k":{"type":"apiKey","in":"query","name":"$key"}}"#;
const BASIC: &str = r#"{"basic":{"type":"basic"}}"#;

#[tokio::test]
async fn a_key_goes_into_its_header_and_replaces_the_callers() {
    let plan = AuthPlan::compile(&package(HEADER_KEY, "", &parameters(&[("api_key", "securestring")]))).unwrap();
    assert_eq!((plan.kind(), plan.problems()), (AuthKind::ApiKey, &[][..]));
    let request = sent(&plan, "A", "top=5&x", &[("API_KEY", "s3cret")]).await.unwrap();
    let value = &request.headers()["x-api-key"];
    assert_eq!(value, "s3cret");
    assert!(value.is_sensitive());
    assert!(!format!("{request:?} {:?}", request.headers()).contains("s3cret"));
    assert_eq!(request.headers().get_all("x-api-key").iter().count(), 1);
    assert_eq!(request.path_and_query(), "/v1/a?top=5&x");
    assert_eq!(request.addresses(), ["93.184.215.14:443".parse().unwrap()]);
}

#[tokio::test]
async fn a_key_goes_into_the_query_encoded() {
    let plan = AuthPlan::compile(&package(QUERY_KEY, "", &parameters(&[("token", "securestring")]))).unwrap();
    let request = sent(&plan, "A", "%24key=mine&a=1&$key=again", &[("token", "a b&c=d#é")]).await.unwrap();
    assert_eq!(request.path_and_query(), "/v1/a?a=1&$key=a%20b%26c%3Dd%23%C3%A9");
}

#[test]
fn the_callers_query_cannot_speak_for_the_credential() {
    let plan = AuthPlan::compile(&package(QUERY_KEY, "", &parameters(&[("token", "securestring")]))).unwrap();
    assert_eq!(plan.owned_query(), ["$key"]);
    for (sent, left) in [
        ("$KEY=mine&a=1", vec!["a=1"]),
        ("%24k%65y=mine", vec![]),
        ("a=1;$Key=mine;b=2&c", vec!["a=1;b=2", "c"]),
        (";$key", vec![]),
        ("a;$key=x", vec!["a"]),
        ("$keys=1;b=$key=2", vec!["$keys=1;b=$key=2"]),
    ] {
        let mut request = shaped(sent);
        plan.attach(&OperationId::new("A"), &mut request);
        let (credential, others) = request.query.split_last().unwrap();
        assert_eq!(credential.name, "$key", "{sent}");
        let text = |pair: &QueryPair| match &pair.value {
            Some(value) => format!("{}={}", pair.name, value.as_literal().unwrap()),
            None => pair.name.clone(),
        };
        assert_eq!(others.iter().map(text).collect::<Vec<_>>(), left, "{sent}");
    }
}

#[tokio::test]
async fn user_name_and_password_make_a_basic_header() {
    // RFC 7617, section 2.1: `test` and `123£` in UTF-8.
    let declared = parameters(&[("username", "string"), ("password", "securestring"), ("site", "string")]);
    let plan = AuthPlan::compile(&package(BASIC, "", &declared)).unwrap();
    assert_eq!(plan.kind(), AuthKind::Basic);
    assert_eq!(
        plan.parameters().secrets().collect::<Vec<_>>(),
        [SecretName::new("username"), SecretName::new("password")]
    );
    assert_eq!(plan.parameters().settings().map(|setting| setting.name.as_str()).collect::<Vec<_>>(), ["site"]);
    let request = sent(&plan, "A", "", &[("username", "test"), ("password", "123£")]).await.unwrap();
    assert_eq!(request.headers()["authorization"], "Basic dGVzdDoxMjPCow==");
    let colon = sent(&plan, "A", "", &[("username", "te:st"), ("password", "p")]).await.unwrap_err();
    assert!(matches!(colon, AuthError::UnusableSecret(name, _) if name == SecretName::new("username")));
}

#[tokio::test]
async fn nothing_is_attached_without_a_scheme() {
    let plan = AuthPlan::compile(&package("{}", "", &parameters(&[("api_key", "securestring")]))).unwrap();
    assert_eq!(plan.kind(), AuthKind::None);
    let request = shaped("a=1");
    assert!(!needs_secrets(&request));
    let request = credential_open(placed(request).await).unwrap();
    assert_eq!((request.path_and_query().as_str(), request.headers().len()), ("/v1/a?a=1", 0));
    assert_eq!(plan.parameters().secrets().count(), 1);
}

#[tokio::test]
async fn missing_and_unusable_secrets_are_told_without_their_value() {
    let plan = AuthPlan::compile(&package(HEADER_KEY, "", &parameters(&[("api_key", "securestring")]))).unwrap();
    let missing = sent(&plan, "A", "", &[]).await.unwrap_err();
    assert_eq!(missing, AuthError::MissingSecret(SecretName::new("api_key")));
    assert_eq!(missing.code(), "connection_unauthenticated");
    for value in ["canary\r\nx: y", "canary\n", "canary\0", "canary\u{7}"] {
        let error = sent(&plan, "A", "", &[("api_key", value)]).await.unwrap_err();
        assert_eq!(error.reason(), "secret_unusable", "{value:?}");
        assert!(!format!("{error} {error:?}").contains("canary"));
    }
}

#[tokio::test]
async fn secrets_in_a_path_stay_one_segment() {
    let mut request = shaped("");
    request.path = SealedText::literal("/a/");
    request.path.push(Piece::Secret(SecretName::new("k"), backshell_model::Encoding::Percent));
    request.path.push(Piece::Literal("/b".to_owned()));
    assert!(needs_secrets(&request));
    let opened = open(request.clone(), &[("k", "x/y?z")]).await.unwrap();
    assert_eq!(opened.path_and_query(), "/v1/a/x%2Fy%3Fz/b");
    for value in ["..", ".", "x/../y", "..;x", "%2e."] {
        let error = open(request.clone(), &[("k", value)]).await.unwrap_err();
        assert_eq!(error.reason(), "secret_unusable");
    }
}

#[test]
fn the_right_parameter_is_bound() {
    let bound = |security: &str, operation: &str, declared: &[(&str, &str)], id: &str| {
        let plan = AuthPlan::compile(&package(security, operation, &parameters(declared))).unwrap();
        let mut request = shaped("");
        plan.attach(&OperationId::new(id), &mut request);
        let mut found: Vec<String> = Vec::new();
        for (name, value) in &request.sealed_headers {
            found.push(format!("{name}={:?}", value.pieces()));
        }
        for pair in &request.query {
            found.push(format!("?{}={:?}", pair.name, pair.value.as_ref().unwrap().pieces()));
        }
        (found.join(" "), plan.problems().len())
    };
    let secure = |names: &[&'static str]| names.iter().map(|name| (*name, "securestring")).collect::<Vec<_>>();
    // The only secure parameter, whatever it is called.
    let (found, problems) = bound(HEADER_KEY, "", &[("anything", "securestring"), ("x", "string")], "A");
    assert!(found.contains("anything") && problems == 0, "{found}");
    // Of several, the one called api_key; else by the scheme's or the header's name.
    assert!(bound(HEADER_KEY, "", &secure(&["x", "apiKey"]), "A").0.contains("apikey"));
    assert!(bound(HEADER_KEY, "", &secure(&["other", "xapikey"]), "A").0.contains("xapikey"));
    // Undecided: nothing is attached, and that is a finding.
    assert_eq!(bound(HEADER_KEY, "", &secure(&["one", "two"]), "A"), (String::new(), 1));
    assert_eq!(bound(HEADER_KEY, "", &[("key", "string")], "A"), (String::new(), 1));
    // Basic: by name, else the first plain and the first secure text.
    assert!(bound(BASIC, "", &[("login", "string"), ("pass", "securestring")], "A").0.contains("login"));
    assert_eq!(bound(BASIC, "", &secure(&["only"]), "A"), (String::new(), 1));
    // Two places for one key: the operation's own requirement decides.
    let two = r#"{"q":{"type":"apiKey","in":"query","name":"k"},"h":{"type":"apiKey","in":"header","name":"K"}}"#;
    let own = r#","security":[{"h":[]}]"#;
    assert!(bound(two, own, &secure(&["api_key"]), "A").0.starts_with('?'));
    assert!(bound(two, own, &secure(&["api_key"]), "B").0.starts_with("k="));
    // Two keys at once: each gets its own parameter.
    let (found, problems) = bound(two, r#","security":[{"h":[],"q":[]}]"#, &secure(&["q", "h"]), "B");
    assert!(found.contains("k=[Secret(SecretName(h)") && found.contains("?k=[Secret(SecretName(q)"), "{found}");
    assert_eq!(problems, 0);
    // An operation cannot opt out.
    assert!(!bound(HEADER_KEY, r#","security":[]"#, &secure(&["k"]), "B").0.is_empty());
}

#[test]
fn kinds_that_do_not_exist_yet_are_refused() {
    for declared in [r#"{"token":{"type":"oauthSetting"}}"#, r#"{"g":{"type":"gatewaySetting"}}"#] {
        let refused = AuthPlan::compile(&package(HEADER_KEY, "", declared)).unwrap_err();
        assert!(matches!(refused, AuthProblem::UnsupportedKind(_)), "{refused}");
    }
    let unusable = r#"{"h":{"type":"apiKey","in":"header","name":"Transfer-Encoding"}}"#;
    let plan = AuthPlan::compile(&package(unusable, "", &parameters(&[("k", "securestring")]))).unwrap();
    assert!(matches!(plan.problems(), [AuthProblem::UnusableName { .. }]));
    let mut request = shaped("");
    plan.attach(&OperationId::new("A"), &mut request);
    assert!(request.header(&HeaderName::from_static("transfer-encoding")).is_none());
}
