//! Connectors and versions.

use crate::harness::{Node, SLUG, changed_sample, request, sample, zip};
use axum::body::Body;
use backshell_model::Scope;
use http::{Method, header};
use serde_json::json;

#[tokio::test]
async fn a_package_is_published_and_read_back() {
    let node = Node::new().await;
    let published = node.publish_sample().await;
    let version = &published["version"];
    assert_eq!(version["connector"], SLUG);
    assert_eq!(version["number"], 1);
    assert_eq!(version["label"], "1.0.0");
    assert_eq!(version["verdict"], "incomplete");
    assert_eq!(version["state"], "published");
    assert_eq!(published["report"]["verdict"], "incomplete");
    assert_eq!(published["report"]["subject"]["digest"], version["digest"]);
    let digest = version["digest"].as_str().unwrap();
    let report = node.get(&node.admin, &format!("/connectors/{SLUG}/versions/{digest}")).await.expect(200);
    assert_eq!(report["report"], published["report"]);
    assert_eq!((&report["version"], &published["notices"]), (version, &json!([])));
    let connector = node.get(&node.admin, &format!("/connectors/{SLUG}")).await.expect(200);
    assert_eq!(connector["title"], "Fieldworks Service Orders");
    assert_eq!(connector["publisher"], "Fieldworks");
    assert_eq!(connector["publisher_kind"], "verified");
    let list = node.get(&node.admin, "/connectors").await.expect(200);
    assert_eq!(list["items"], json!([connector]));
    let acts = node.acts().await;
    assert_eq!(acts.len(), 1);
    assert_eq!((&acts[0]["act"], &acts[0]["subject"]), (&json!("version.publish"), &json!(digest)));
}

#[tokio::test]
async fn the_same_bytes_again_change_nothing() {
    let node = Node::new().await;
    let first = node.publish_sample().await;
    let again = node.publish(&node.admin, "publisher=verified&infrastructure=external", sample()).await.expect(200);
    assert_eq!(first, again);
    assert_eq!(node.acts().await.len(), 1);
    let changed = changed_sample("\"version\": \"1.0.0\"", "\"version\": \"1.0.1\"");
    let next = node.publish(&node.admin, "publisher=verified&infrastructure=external", changed).await.expect(201);
    assert_eq!(next["version"]["number"], 2);
    let versions = node.get(&node.admin, &format!("/connectors/{SLUG}/versions?limit=1")).await.expect(200);
    assert_eq!(versions["items"][0]["number"], 1);
    assert_eq!(versions["next"], "1");
    let rest = node.get(&node.admin, &format!("/connectors/{SLUG}/versions?limit=1&after=1")).await.expect(200);
    assert_eq!(rest["items"][0]["label"], "1.0.1");
}

#[tokio::test]
async fn a_package_with_errors_is_refused_with_its_findings() {
    let node = Node::new().await;
    let broken = changed_sample("\"operationId\": \"GetWorkOrder\"", "\"operationId\": \"ListWorkOrders\"");
    let problem = node.publish(&node.admin, "publisher=verified&infrastructure=external", broken).await.expect(422);
    assert_eq!(problem["code"], "invalid_package");
    let finding = &problem["findings"][0];
    assert_eq!(finding["severity"], "error");
    assert!(finding["line"].as_u64().unwrap() > 1, "{finding}");
    assert!(!finding["pointer"].as_str().unwrap().is_empty(), "{finding}");
    for nonsense in [b"no zip at all".to_vec(), zip(&[("readme.md", b"nothing else")])] {
        let answer = node.publish(&node.admin, "publisher=verified&infrastructure=external", nonsense).await;
        assert!(!answer.expect(422)["findings"].as_array().unwrap().is_empty());
    }
    assert!(node.store.connectors(None, backshell_store::Limit::MAX).await.unwrap().is_empty());
    assert!(node.acts().await.is_empty());
}

#[tokio::test]
async fn the_profile_and_the_catalogue_have_the_last_word() {
    let node = Node::new().await;
    let publish = |query: &'static str| node.publish(&node.admin, query, sample());
    let problem = publish("publisher=verified&infrastructure=internal").await.expect(400);
    assert_eq!(problem["reason"], "profile_refused");
    publish("publisher=nobody&infrastructure=external").await.expect(400);
    publish("publisher=verified").await.expect(400);
    publish("publisher=verified&infrastructure=external&slug=No").await.expect(400);
    publish("publisher=verified&infrastructure=external&slug=orders").await.expect(201);
    let problem = node
        .publish(
            &node.admin,
            "publisher=independent&infrastructure=external&slug=orders",
            changed_sample("1.0.0", "1.0.1"),
        )
        .await
        .expect(409);
    assert!(problem["detail"].as_str().unwrap().contains("verified"), "{problem}");
}

#[tokio::test]
async fn who_may_not_publish_sends_no_body() {
    let node = Node::new().await;
    let alice = node.user("alice@contoso.example").await;
    // A body that would never end: the refusal must not wait for it.
    let body = Body::from_stream(futures_util::stream::pending::<Result<bytes::Bytes, std::io::Error>>());
    let request = request(Method::POST, &alice, "/connectors?publisher=verified&infrastructure=external")
        .header(header::CONTENT_TYPE, "application/zip")
        .body(body)
        .unwrap();
    let answer = tokio::time::timeout(std::time::Duration::from_secs(5), node.send(request)).await.unwrap();
    assert_eq!(answer.expect(403)["code"], "permission_denied");
    assert_eq!(node.acts().await[0]["outcome"], "refused");
    let request =
        crate::harness::request(Method::POST, &node.admin, "/connectors?publisher=verified&infrastructure=external")
            .header(header::CONTENT_TYPE, "text/plain")
            .body(Body::from("x"))
            .unwrap();
    node.send(request).await.expect(415);
}

#[tokio::test]
async fn a_connector_belongs_to_who_published_it_first() {
    let node = Node::new().await;
    for user in ["paul", "mallory"] {
        node.put(&node.admin, &format!("/roles/publisher/users/{user}"), &json!({})).await.expect(200);
    }
    let (paul, mallory) = (node.user("paul").await, node.user("mallory").await);
    let query = "publisher=verified&infrastructure=external";
    let next = |label: &str| changed_sample("\"version\": \"1.0.0\"", &format!("\"version\": \"{label}\""));
    let published = node.publish(&paul, query, sample()).await.expect(201);
    assert_eq!(node.get(&mallory, &format!("/connectors/{SLUG}")).await.expect(200)["owner"], "paul");

    let refused = node.publish(&mallory, query, next("6.6.6")).await.expect(403);
    assert_eq!((&refused["code"], &refused["reason"]), (&json!("permission_denied"), &json!("default_deny")));
    let digest = published["version"]["digest"].as_str().unwrap();
    let withdraw = format!("/connectors/{SLUG}/versions/{digest}/withdraw");
    node.post(&mallory, &withdraw, &json!({})).await.expect(403);
    let acts = node.acts().await;
    let refusals = acts.iter().filter(|act| act["outcome"] == "refused").map(|act| act["act"].clone());
    assert_eq!(refusals.collect::<Vec<_>>(), ["version.publish", "version.withdraw"]);
    // Under another name everybody may publish the same.
    node.publish(&mallory, &format!("{query}&slug=mine"), sample()).await.expect(201);

    node.publish(&paul, query, next("1.0.1")).await.expect(201);
    node.publish(&node.admin, query, next("1.0.2")).await.expect(201);
    let connector = node.get(&paul, &format!("/connectors/{SLUG}")).await.expect(200);
    assert_eq!(connector["owner"], "paul", "an administrator helps out and takes nothing over");
    node.post(&paul, &withdraw, &json!({})).await.expect(200);
}

#[tokio::test]
async fn only_administrators_publish_as_the_platform() {
    let node = Node::new().await;
    node.put(&node.admin, "/roles/publisher/users/paul", &json!({})).await.expect(200);
    let paul = node.user("paul").await;
    for query in [
        "publisher=platform&infrastructure=external",
        "publisher=platform&infrastructure=internal",
        "publisher=verified&infrastructure=internal",
    ] {
        assert_eq!(node.publish(&paul, query, sample()).await.expect(403)["code"], "permission_denied", "{query}");
    }
    assert!(node.store.connectors(None, backshell_store::Limit::MAX).await.unwrap().is_empty());
    let may = node.get(&node.admin, "/whoami").await.expect(200)["may"].clone();
    assert!(may.as_array().unwrap().contains(&json!("publishAsPlatform")), "{may}");
}

#[tokio::test]
async fn what_a_version_will_not_do_is_said_at_its_publication() {
    let node = Node::new().await;
    let query = "publisher=verified&infrastructure=external";
    // The definition's one security scheme gets a name that no header can have.
    let changed = changed_sample("\"name\": \"X-Fieldworks-Key\"", "\"name\": \"X Fieldworks Key\"");
    let published = node.publish(&node.admin, query, changed).await.expect(201);
    let notices = published["notices"].as_array().unwrap();
    let auth = notices.iter().find(|notice| notice["about"] == "auth").expect("a notice");
    assert!(auth["message"].as_str().unwrap().contains("X Fieldworks Key"), "{auth}");
}

#[tokio::test]
async fn an_upload_of_too_many_values_is_refused() {
    let node = Node::new().await;
    // Digits in no order, so that the archive is not refused for what it expands to.
    let digit = |number: u32| (number.wrapping_mul(2_654_435_761) >> 13) % 10;
    let values = (0..1_000_000).map(|number| digit(number).to_string()).collect::<Vec<_>>().join(",");
    let large = changed_sample("\"host\"", &format!("\"x-values\": [{values}], \"host\""));
    let problem = node.publish(&node.admin, "publisher=verified&infrastructure=external", large).await.expect(422);
    assert_eq!(problem["code"], "invalid_package");
}

#[tokio::test]
async fn a_version_is_withdrawn_for_good() {
    let node = Node::new().await;
    let published = node.publish_sample().await;
    let digest = published["version"]["digest"].as_str().unwrap();
    let path = format!("/connectors/{SLUG}/versions/{digest}/withdraw");
    let alice = node.user("alice@contoso.example").await;
    node.post(&alice, &path, &json!({})).await.expect(403);
    for _ in 0..2 {
        assert_eq!(node.post(&node.admin, &path, &json!({})).await.expect(200)["state"], "withdrawn");
    }
    let withdrawals = node.acts().await.into_iter().filter(|act| act["act"] == "version.withdraw").count();
    assert_eq!(withdrawals, 2, "one refused, one done, and the repetition changed nothing");
    node.publish(&node.admin, "publisher=verified&infrastructure=external", sample()).await.expect(409);
    node.get(&node.admin, &format!("/connectors/{SLUG}/operations")).await.expect(404);
    let unknown = format!("/connectors/{SLUG}/versions/sha256:{}/withdraw", "0".repeat(64));
    node.post(&node.admin, &unknown, &json!({})).await.expect(404);
}

#[tokio::test]
async fn operations_and_parameters() {
    let node = Node::new().await;
    let published = node.publish_sample().await;
    let caller = node.token("alice@contoso.example", &[Scope::Connections], None).await;
    let path = format!("/connectors/{SLUG}/operations");
    let all = node.get(&caller, &path).await.expect(200);
    let ids: Vec<_> = all["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap()).collect();
    assert!(ids.contains(&"GetAccount") && ids.contains(&"GetWorkOrder"), "{ids:?}");
    let one = node.get(&caller, &format!("{path}?operation=GetWorkOrder")).await.expect(200);
    assert_eq!(one["items"].as_array().unwrap().len(), 1);
    let operation = &one["items"][0];
    assert_eq!((&operation["method"], &operation["path"]), (&json!("GET"), &json!("/workorders/{workOrderId}")));
    let parameters = operation["parameters"].as_array().unwrap();
    let id = parameters.iter().find(|parameter| parameter["name"] == "workOrderId").unwrap();
    assert_eq!((&id["location"], &id["required"], &id["type"]), (&json!("path"), &json!(true), &json!("string")));
    assert!(["single", "double"].contains(&id["url_encoding"].as_str().unwrap()));
    let create = node.get(&caller, &format!("{path}?operation=CreateWorkOrder")).await.expect(200);
    let body = &create["items"][0]["parameters"][0];
    assert_eq!((&body["location"], &body["type"]), (&json!("body"), &json!("object")));
    let page = node.get(&caller, &format!("{path}?limit=2")).await.expect(200);
    let rest = node.get(&caller, &format!("{path}?after={}", page["next"].as_str().unwrap())).await.expect(200);
    assert_eq!(rest["items"].as_array().unwrap().len() + 2, ids.len());
    let digest = published["version"]["digest"].as_str().unwrap();
    assert_eq!(node.get(&caller, &format!("{path}?version={digest}")).await.expect(200), all);
    node.get(&caller, &format!("{path}?version=1")).await.expect(400);
    node.get(&caller, "/connectors/nothing/operations").await.expect(404);
    let needs = node.get(&caller, &format!("/connectors/{SLUG}/parameters")).await.expect(200);
    assert_eq!(needs["auth_kind"], "api_key");
    let names: Vec<_> =
        needs["parameters"].as_array().unwrap().iter().map(|p| (p["name"].clone(), p["secret"].clone())).collect();
    assert_eq!(names, [(json!("subdomain"), json!(false)), (json!("api_key"), json!(true))]);
    let call_only = node.token("alice@contoso.example", &[Scope::Call], None).await;
    node.get(&call_only, &path).await.expect(403);
}
