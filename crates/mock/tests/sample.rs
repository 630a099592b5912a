//! The sample connector, answered by the mock: what a first call through the gateway meets.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the verdict")]

use backshell_mock::{Mock, MockError, MockOptions};
use backshell_model::SecretBytes;
use backshell_package::{Limits, ReadPackage};
use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use serde_json::{Value, json};
use std::path::Path;

fn sample() -> ReadPackage {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../backshell/assets/sample");
    backshell_package::read(&folder, &Limits::default()).unwrap()
}

fn mock() -> Mock {
    Mock::new(&sample().package, MockOptions::default()).unwrap()
}

async fn ask(mock: &Mock, method: Method, address: &str, body: Option<Value>) -> (Response<()>, Value) {
    let request = Request::builder().method(method).uri(address).header("x-fieldworks-key", "k");
    let request = match body {
        Some(body) => request.header("content-type", "application/json").body(Full::new(Bytes::from(body.to_string()))),
        None => request.body(Full::default()),
    };
    let (parts, body) = mock.respond(request.unwrap()).await.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    let value = if body.is_empty() { Value::Null } else { serde_json::from_slice(&body).unwrap() };
    (Response::from_parts(parts, ()), value)
}

#[tokio::test]
async fn the_sample_is_read_without_problems_and_lists_its_operations() {
    let read = sample();
    assert!(read.problems.is_empty(), "{:?}", read.problems);
    let mock = Mock::new(&read.package, MockOptions::default()).unwrap();
    let listed: Vec<_> =
        mock.operations().iter().map(|operation| (operation.method.as_str(), operation.id.as_str())).collect();
    assert_eq!(listed.len(), 12);
    assert!(listed.contains(&("PATCH", "UpdateWorkOrder")));
    assert_eq!(mock.route(&Method::GET, "/v2/my/workorders").unwrap().id, "ListMyWorkOrders");
}

#[tokio::test]
async fn answers_are_alive_and_always_the_same() {
    let mock = mock();
    let (response, order) = ask(&mock, Method::GET, "/v2/workorders/wo%2D77%2Fb", None).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.headers()["content-type"], "application/json");
    assert_eq!(order["workOrderId"], "wo-77/b");
    assert_eq!(order["customer"]["name"], "Harbour Hotel");
    assert_eq!(order["priority"], 2);
    let (_, again) = ask(&mock, Method::GET, "/v2/workorders/wo%2D77%2Fb", None).await;
    assert_eq!(order, again);
    // The base path is optional, as a host that a policy chose may leave it out.
    let (response, notes) = ask(&mock, Method::GET, "/workorders/wo-1/notes", None).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(notes.as_array().unwrap().len(), 2);
    assert_eq!(notes[1]["workOrderId"], "wo-1");
    assert_ne!(notes[0]["noteId"], notes[1]["noteId"]);
    let (response, nothing) = ask(&mock, Method::DELETE, "/v2/workorders/wo-1", None).await;
    assert_eq!((response.status(), nothing), (StatusCode::NO_CONTENT, Value::Null));
}

#[tokio::test]
async fn a_list_has_two_pages() {
    let mock = mock();
    let (_, first) = ask(&mock, Method::GET, "http://mock.example/v2/workorders?limit=5", None).await;
    assert_eq!(first["value"][0]["workOrderId"], "wo-2038");
    assert_eq!(first["value"][1]["workOrderId"], "wo-2039");
    let link = first["nextLink"].as_str().unwrap();
    assert!(link.starts_with("http://mock.example/v2/workorders?limit=5&"), "{link}");
    let (response, last) = ask(&mock, Method::GET, link, None).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(last.get("nextLink"), None);
}

#[tokio::test]
async fn a_webhook_can_be_made_and_ended() {
    let mock = mock();
    let body = json!({ "callbackUrl": "https://gateway.example/hooks/x" });
    let (response, subscription) = ask(&mock, Method::POST, "http://mock.example/v2/subscriptions", Some(body)).await;
    assert_eq!(response.status(), StatusCode::CREATED);
    let location = response.headers()["location"].to_str().unwrap();
    assert_eq!(
        location,
        format!("http://mock.example/v2/subscriptions/{}", subscription["subscriptionId"].as_str().unwrap())
    );
    assert_eq!(
        mock.route(&Method::DELETE, location.strip_prefix("http://mock.example").unwrap()).unwrap().id,
        "DeleteSubscription"
    );
    let (response, _) = ask(&mock, Method::DELETE, location, None).await;
    assert_eq!(response.status(), StatusCode::NO_CONTENT);
    // A record that was created is found where its Location says.
    let body = json!({ "title": "Oil the hinges", "customer": { "name": "A" } });
    let (response, order) = ask(&mock, Method::POST, "/v2/workorders", Some(body)).await;
    assert_eq!(response.status(), StatusCode::CREATED);
    let location = response.headers()["location"].to_str().unwrap();
    assert_eq!(location, "/v2/workorders/wo-2038");
    let (_, found) = ask(&mock, Method::GET, location, None).await;
    assert_eq!(found["workOrderId"], order["workOrderId"]);
}

#[tokio::test]
async fn wrong_requests_are_told_what_is_wrong() {
    let mock = mock();
    let (response, problem) = ask(&mock, Method::GET, "/v2/nowhere", None).await;
    assert_eq!(response.status(), StatusCode::NOT_FOUND);
    assert_eq!(response.headers()["content-type"], "application/problem+json");
    assert_eq!(problem["status"], 404);
    let (response, _) = ask(&mock, Method::PUT, "/v2/workorders/1", None).await;
    assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(response.headers()["allow"], "DELETE, GET, PATCH");

    let refused = [
        ("/v2/workorders?limit=many", Method::GET, None, "`limit` in the query is not an integer"),
        ("/v2/workorders?status=lost", Method::GET, None, "`status` in the query is none of `open`"),
        ("/v2/workorders", Method::POST, None, "the body is missing"),
        ("/v2/workorders", Method::POST, Some(json!([])), "the body is not an object"),
        (
            "/v2/workorders",
            Method::POST,
            Some(json!({ "title": 7, "customer": {} })),
            "`title` in the body is not a string",
        ),
        ("/v2/workorders", Method::POST, Some(json!({ "title": "a" })), "`customer` is missing in the body"),
    ];
    for (address, method, body, expected) in refused {
        let (response, problem) = ask(&mock, method, address, body).await;
        assert_eq!(response.status(), StatusCode::BAD_REQUEST, "{address}");
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.starts_with(expected), "{detail}");
    }
    let (_, problem) = ask(&mock, Method::POST, "/v2/workorders", Some(json!({ "title": 1 }))).await;
    assert_eq!(problem["errors"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn the_credential_is_asked_for() {
    let request = || Request::get("/v2/account");
    let any = mock();
    let response = any.respond(request().body(Full::<Bytes>::default()).unwrap()).await;
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(response.headers()["www-authenticate"], r#"ApiKey realm="mock", in="header", name="x-fieldworks-key""#);
    let options = MockOptions { credential: Some(SecretBytes::new(b"right".to_vec())), ..MockOptions::default() };
    let strict = Mock::new(&sample().package, options).unwrap();
    for (key, expected) in
        [("right", StatusCode::OK), ("wrong", StatusCode::UNAUTHORIZED), ("", StatusCode::UNAUTHORIZED)]
    {
        let request = request().header("X-Fieldworks-Key", key).body(Full::<Bytes>::default()).unwrap();
        assert_eq!(strict.respond(request).await.status(), expected, "{key}");
    }
    assert!(!format!("{strict:?}").contains("right"));
}

#[tokio::test]
async fn bodies_are_bounded_and_packages_without_definition_are_refused() {
    let options = MockOptions { body_limit: 10, ..MockOptions::default() };
    let mock = Mock::new(&sample().package, options).unwrap();
    let (response, _) = ask(&mock, Method::POST, "/v2/workorders", Some(json!({ "title": "longer than ten" }))).await;
    assert_eq!(response.status(), StatusCode::PAYLOAD_TOO_LARGE);

    let empty = backshell_package::read_files("empty", Vec::new(), &Limits::default());
    assert_eq!(Mock::new(&empty.package, MockOptions::default()).unwrap_err(), MockError::NoDefinition);
}
