//! Connections, their secrets and hosts, and shares.

use crate::harness::{Node, SLUG, changed_sample};
use axum::body::Body;
use backshell_model::{ConnectionId, Scope};
use backshell_store::{ConnectionFilter, Limit};
use http::{Method, header};
use serde_json::{Value, json};

const ROOT: &str = "https://northwind.fieldworks.example.com/v2";
const CANARY: &str = "canary-7f3a";

fn id(connection: &Value) -> String {
    connection["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn an_administrators_connection_is_ready_at_once() {
    let node = Node::new().await;
    node.publish_sample().await;
    let made = node.post(&node.admin, "/connections", &node.connection()).await.expect(201);
    assert_eq!(made["state"], "connected");
    assert_eq!(made["auth_kind"], "api_key");
    assert_eq!(made["owner"], "admin@contoso.example");
    assert_eq!(made["hosts"], json!([{"root": ROOT, "approved": true, "approved_by": "admin@contoso.example"}]));
    assert_eq!(node.get(&node.admin, &format!("/connections/{}", id(&made))).await.expect(200), made);
    let acts = node.acts().await;
    let act = acts.last().unwrap();
    assert_eq!(act["act"], "connection.create");
    assert_eq!(act["details"]["hosts_approved"], ROOT);
    assert_eq!(act["details"]["connector"], SLUG);
}

#[tokio::test]
async fn another_users_hosts_wait_for_approval() {
    let node = Node::new().await;
    node.publish_sample().await;
    let alice = node.user("alice@contoso.example").await;
    let made = node.post(&alice, "/connections", &node.connection()).await.expect(201);
    assert_eq!(made["hosts"], json!([{"root": ROOT, "approved": false, "approved_by": null}]));
    let path = format!("/connections/{}/hosts/approve", id(&made));
    node.post(&alice, &path, &json!({"root": ROOT})).await.expect(403);
    let problem = node.post(&node.admin, &path, &json!({"root": "https://evil.example"})).await.expect(404);
    assert!(problem["detail"].as_str().unwrap().contains(ROOT), "{problem}");
    for _ in 0..2 {
        let approved = node.post(&node.admin, &path, &json!({"root": ROOT})).await.expect(200);
        assert_eq!(approved["hosts"][0]["approved_by"], "admin@contoso.example");
        assert_eq!(approved["generation"], made["generation"]);
        assert_eq!(approved["state"], "connected");
    }
    let approvals: Vec<_> =
        node.acts().await.into_iter().filter(|act| act["act"] == "connection.approve_host").collect();
    assert_eq!(approvals.len(), 2, "one refused, one done");
    assert_eq!(approvals[1]["details"]["host"], ROOT);
}

#[tokio::test]
async fn a_changed_host_inherits_nothing() {
    let node = Node::new().await;
    node.publish_sample().await;
    let alice = node.user("alice@contoso.example").await;
    let made = node.post(&alice, "/connections", &node.connection()).await.expect(201);
    let connection: ConnectionId = id(&made).parse().unwrap();
    node.post(&node.admin, &format!("/connections/{connection}/hosts/approve"), &json!({"root": ROOT}))
        .await
        .expect(200);
    let path = format!("/connections/{connection}/settings");
    // The same settings keep secrets and approval.
    let same = node.put(&alice, &path, &json!({"settings": {"SubDomain": "northwind"}})).await.expect(200);
    assert_eq!((&same["state"], &same["hosts"][0]["approved"]), (&json!("connected"), &json!(true)));
    assert_eq!(same["generation"], 1);
    assert!(node.store.sealed_secrets(connection).await.unwrap().is_some());
    let moved = node.put(&alice, &path, &json!({"settings": {"subdomain": "evil"}})).await.expect(200);
    assert_eq!(moved["state"], "unauthenticated");
    assert_eq!(moved["generation"], 2);
    assert_eq!(moved["hosts"][0]["root"], "https://evil.fieldworks.example.com/v2");
    assert_eq!(moved["hosts"][0]["approved"], false);
    assert!(node.store.sealed_secrets(connection).await.unwrap().is_none());
    let acts = node.acts().await;
    assert_eq!(acts.last().unwrap()["details"]["secrets"], "dropped");
    let secrets = json!({"secrets": {"API_KEY": "another-canary"}});
    let again = node.put(&alice, &format!("/connections/{connection}/secrets"), &secrets).await.expect(200);
    assert_eq!((&again["state"], &again["generation"]), (&json!("connected"), &json!(3)));
    assert_eq!(node.store.sealed_secrets(connection).await.unwrap().unwrap().generation, 3);
}

#[tokio::test]
async fn values_that_do_not_fit_are_refused_without_being_repeated() {
    let node = Node::new().await;
    node.publish_sample().await;
    let settings = |settings: Value| json!({"settings": settings});
    let secrets = |secrets: Value| json!({"secrets": secrets});
    for (change, reason, detail) in [
        (settings(json!({})), "missing_parameter", "subdomain"),
        (settings(json!({"subdomian": "x"})), "unknown_parameter", "is `subdomain` meant?"),
        (settings(json!({"subdomain": "a", "api_key": CANARY})), "secret_as_setting", "api_key"),
        (settings(json!({"subdomain": "a", "SUBDOMAIN": "b"})), "given_twice", "subdomain"),
        (settings(json!({"subdomain": "a\nb"})), "unusable_value", "subdomain"),
        (settings(json!({"subdomain": "evil.example/"})), "template_value", "subdomain"),
        (secrets(json!({"subdomain": CANARY})), "setting_as_secret", "subdomain"),
        (secrets(json!({"password": CANARY})), "unknown_parameter", "it has: subdomain, api_key"),
        (secrets(json!({CANARY: "api_key"})), "unknown_parameter", "it has: subdomain, api_key"),
        (secrets(json!({"api_key": format!("{CANARY}\n")})), "unusable_value", "api_key"),
    ] {
        let mut body = node.connection();
        for (name, value) in change.as_object().unwrap() {
            body[name] = value.clone();
        }
        let answer = node.post(&node.admin, "/connections", &body).await;
        assert!(!answer.text.contains(CANARY), "{}", answer.text);
        let problem = answer.expect(400);
        assert_eq!(problem["reason"], reason, "{problem}");
        assert!(problem["detail"].as_str().unwrap().contains(detail), "{problem}");
    }
    for member in ["name", "environment", "connector"] {
        let mut body = node.connection();
        body[member] = json!(format!("{CANARY}?\n"));
        let answer = node.post(&node.admin, "/connections", &body).await;
        assert!(!answer.text.contains(CANARY), "{}", answer.text);
        answer.expect(400);
    }
    assert!(node.store.connections(&ConnectionFilter::default(), None, Limit::MAX).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_secret_is_nowhere_but_in_the_vault() {
    let node = Node::new().await;
    node.publish_sample().await;
    let mut said = Vec::new();
    let made = node.post(&node.admin, "/connections", &node.connection()).await;
    said.push(made.text.clone());
    let connection = id(&made.expect(201));
    // Malformed in every way, with the canary in it.
    let path = format!("/connections/{connection}/secrets");
    for body in [
        format!("{{\"secrets\": \"{CANARY}\"}}"),
        format!("{{\"secrets\": [\"{CANARY}\"]}}"),
        format!("{{\"secrets\": {{\"api_key\": {{\"{CANARY}\": 1}}}}}}"),
        format!("{{\"secrets\": {{\"api_key\": \"{CANARY}\"}}"),
        format!("\"{CANARY}\""),
        format!("{{\"secret\": {{\"api_key\": \"{CANARY}\"}}}}"),
    ] {
        let request = crate::harness::request(Method::PUT, &node.admin, &path)
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(body))
            .unwrap();
        let answer = node.send(request).await;
        said.push(answer.text.clone());
        answer.expect(400);
    }
    for path in [path.replace("/secrets", ""), "/connections".to_owned(), "/ledger/entries".to_owned()] {
        said.push(node.get(&node.admin, &path).await.text);
    }
    let rows = node.store.ledger_rows(0, Limit::MAX).await.unwrap();
    said.extend(rows.into_iter().filter_map(|row| row.body));
    let sealed = node.store.sealed_secrets(connection.parse().unwrap()).await.unwrap().unwrap();
    said.push(String::from_utf8_lossy(&sealed.bytes).into_owned());
    for text in said {
        assert!(!text.contains(CANARY), "{text}");
    }
}

#[tokio::test]
async fn secrets_may_come_later_but_then_completely() {
    let node = Node::new().await;
    node.publish_sample().await;
    let mut body = node.connection();
    body.as_object_mut().unwrap().remove("secrets");
    let made = node.post(&node.admin, "/connections", &body).await.expect(201);
    assert_eq!(made["state"], "unauthenticated");
    let path = format!("/connections/{}/secrets", id(&made));
    let problem = node.put(&node.admin, &path, &json!({"secrets": {}})).await.expect(400);
    assert_eq!(problem["reason"], "missing_parameter");
    let given = node.put(&node.admin, &path, &json!({"secrets": {"api_key": CANARY}})).await.expect(200);
    assert_eq!((&given["state"], &given["generation"]), (&json!("connected"), &json!(2)));
}

#[tokio::test]
async fn a_connection_is_its_owners() {
    let node = Node::new().await;
    node.publish_sample().await;
    let alice = node.user("alice@contoso.example").await;
    let mallory = node.user("mallory@contoso.example").await;
    let made = node.post(&alice, "/connections", &node.connection()).await.expect(201);
    let path = format!("/connections/{}", id(&made));
    node.get(&mallory, &path).await.expect(403);
    node.put(&mallory, &format!("{path}/settings"), &json!({"settings": {"subdomain": "evil"}})).await.expect(403);
    node.put(&mallory, &format!("{path}/secrets"), &json!({"secrets": {"api_key": "x"}})).await.expect(403);
    node.delete(&mallory, &path).await.expect(403);
    assert_eq!((visible(&node, &alice).await, visible(&node, &mallory).await), (1, 0));
}

async fn visible(node: &Node, token: &str) -> usize {
    node.get(token, "/connections").await.expect(200)["items"].as_array().unwrap().len()
}

#[tokio::test]
async fn shares_let_others_see_and_end() {
    let node = Node::new().await;
    node.publish_sample().await;
    let alice = node.user("alice@contoso.example").await;
    let bob = node.user("bob@contoso.example").await;
    let made = node.post(&alice, "/connections", &node.connection()).await.expect(201);
    let path = format!("/connections/{}", id(&made));
    let shares = format!("{path}/shares");
    let to_bob = json!({"kind": "user", "name": "bob@contoso.example"});
    // Not even an administrator shares somebody else's connection.
    node.post(&node.admin, &shares, &to_bob).await.expect(403);
    node.post(&alice, &shares, &json!({"kind": "robot", "name": "x"})).await.expect(400);
    let share = node.post(&alice, &shares, &to_bob).await.expect(201);
    assert_eq!((&share["kind"], &share["granted_by"]), (&json!("user"), &json!("alice@contoso.example")));
    node.post(&alice, &shares, &json!({"kind": "group", "name": "fitters"})).await.expect(201);
    assert_eq!(node.get(&bob, &path).await.expect(200)["id"], made["id"]);
    node.get(&bob, &shares).await.expect(403);
    node.put(&bob, &format!("{path}/settings"), &json!({"settings": {}})).await.expect(403);
    let listed = node.get(&alice, &format!("{shares}?limit=1")).await.expect(200);
    assert_eq!(listed["items"][0]["kind"], "group");
    let rest =
        node.get(&alice, &format!("{shares}?limit=1&after={}", listed["next"].as_str().unwrap())).await.expect(200);
    assert_eq!(rest["items"][0]["name"], "bob@contoso.example");
    // A member of the group.
    let carol = node.user("carol@contoso.example").await;
    node.get(&carol, &path).await.expect(403);
    node.put(&node.admin, "/groups/fitters/members/carol@contoso.example", &json!({})).await.expect(200);
    node.get(&carol, &path).await.expect(200);
    // An administrator may end what they may not begin.
    node.delete(&node.admin, &format!("{shares}/user/bob%40contoso.example")).await.expect(204);
    node.get(&bob, &path).await.expect(403);
    node.delete(&alice, &format!("{shares}/user/bob%40contoso.example")).await.expect(404);
    let acts = node.acts().await;
    assert!(acts.iter().any(|act| act["act"] == "connection.share" && act["outcome"] == "refused"));
    assert!(acts.iter().all(|act| !act.to_string().contains("bob@")), "users stand in the ledger as pseudonyms");
}

#[tokio::test]
async fn a_deleted_connection_is_gone() {
    let node = Node::new().await;
    node.publish_sample().await;
    let made = node.post(&node.admin, "/connections", &node.connection()).await.expect(201);
    let path = format!("/connections/{}", id(&made));
    node.delete(&node.admin, &path).await.expect(204);
    node.get(&node.admin, &path).await.expect(404);
    node.delete(&node.admin, &path).await.expect(404);
    assert!(node.store.sealed_secrets(id(&made).parse().unwrap()).await.unwrap().is_none());
    assert_eq!(node.acts().await.last().unwrap()["act"], "connection.delete");
}

#[tokio::test]
async fn the_cell_must_lie_inside_the_boundary() {
    let node = Node::new().await;
    node.publish_sample().await;
    let american = json!({"name": "us", "home": "westus", "boundary": "geography"});
    let american = node.post(&node.admin, "/environments", &american).await.expect(201);
    let mut body = node.connection();
    body["environment"] = american["id"].clone();
    let problem = node.post(&node.admin, "/connections", &body).await.expect(421);
    assert_eq!((&problem["code"], &problem["reason"]), (&json!("wrong_cell"), &json!("cell_outside")));
    assert!(problem["detail"].as_str().unwrap().contains("westus"), "{problem}");
    assert!(node.store.data_key(american["id"].as_str().unwrap().parse().unwrap()).await.is_err());
    let acts = node.acts().await;
    let refused = acts.last().unwrap();
    assert_eq!((&refused["act"], &refused["outcome"]), (&json!("connection.create"), &json!("refused")));
    let details = &refused["details"];
    assert_eq!((&details["row"], &details["home"]), (&json!("D04"), &json!("westus")));
    for act in acts {
        assert_ne!(act["environment"], american["id"], "no record of an environment outside the boundary: {act}");
    }
}

#[tokio::test]
async fn a_connection_follows_an_update_that_breaks_nothing() {
    let node = Node::new().await;
    node.publish_sample().await;
    let made = node.post(&node.admin, "/connections", &node.connection()).await.expect(201);
    let path = format!("/connections/{}", id(&made));
    let text = changed_sample("\"version\": \"1.0.0\"", "\"version\": \"1.0.1\"");
    let text = node.publish(&node.admin, "publisher=verified&infrastructure=external", text).await.expect(201);
    let breaking = |published: &serde_json::Value| {
        let checks = published["report"]["checks"].as_array().unwrap().clone();
        checks.into_iter().find(|check| check["check"] == "breaking").unwrap()
    };
    assert_eq!((&breaking(&text)["state"], &breaking(&text)["reason"]), (&json!("passed"), &json!("")));
    let followed = node.get(&node.admin, &path).await.expect(200);
    assert_eq!(followed["version"], text["version"]["digest"]);
    assert_eq!((&followed["state"], &followed["generation"]), (&made["state"], &made["generation"]));
    let act = node.acts().await.pop().unwrap();
    assert_eq!((&act["act"], &act["subject"]), (&json!("connection.follow"), &made["id"]));

    let renamed = changed_sample("\"operationId\": \"GetWorkOrder\"", "\"operationId\": \"ReadWorkOrder\"");
    let renamed = node.publish(&node.admin, "publisher=verified&infrastructure=external", renamed).await.expect(201);
    let reason = breaking(&renamed)["reason"].as_str().unwrap().to_owned();
    assert!(reason.contains("breaking change") && reason.contains("stay on it"), "{reason}");
    let findings = renamed["report"]["findings"].as_array().unwrap();
    let found = findings.iter().find(|finding| finding["rule"] == "operation-id-renamed").unwrap();
    assert_eq!((&found["check"], &found["severity"]), (&json!("breaking"), &json!("warning")));
    assert_eq!(node.get(&node.admin, &path).await.expect(200)["version"], followed["version"]);
}

#[tokio::test]
async fn a_connection_stays_on_a_version_that_an_update_breaks_until_that_is_withdrawn() {
    let node = Node::new().await;
    let first = node.publish_sample().await;
    let made = node.post(&node.admin, "/connections", &node.connection()).await.expect(201);
    assert_eq!(made["version"], first["version"]["digest"]);
    let next = changed_sample("\"operationId\": \"GetWorkOrder\"", "\"operationId\": \"ReadWorkOrder\"");
    node.publish(&node.admin, "publisher=verified&infrastructure=external", next).await.expect(201);
    let path = format!("/connections/{}", id(&made));
    assert_eq!(node.get(&node.admin, &path).await.expect(200)["version"], made["version"]);
    let digest = made["version"].as_str().unwrap();
    node.post(&node.admin, &format!("/connectors/{SLUG}/versions/{digest}/withdraw"), &json!({})).await.expect(200);
    let problem =
        node.put(&node.admin, &format!("{path}/secrets"), &json!({"secrets": {"api_key": "x"}})).await.expect(409);
    assert_eq!(problem["reason"], "withdrawn");
    let mut body = node.connection();
    body["connector"] = json!("nothing-here");
    assert_eq!(node.post(&node.admin, "/connections", &body).await.expect(404)["code"], "not_found");
}

#[tokio::test]
async fn lists_are_filtered_and_paged() {
    let node = Node::new().await;
    node.publish_sample().await;
    let alice = node.user("alice@contoso.example").await;
    for token in [&node.admin, &alice, &node.admin] {
        node.clock.advance(1);
        node.post(token, "/connections", &node.connection()).await.expect(201);
    }
    let page = node.get(&node.admin, "/connections?limit=2").await.expect(200);
    assert_eq!(page["items"].as_array().unwrap().len(), 2);
    let next = page["next"].as_str().unwrap();
    let rest = node.get(&node.admin, &format!("/connections?after={next}")).await.expect(200);
    assert_eq!(rest["items"].as_array().unwrap().len(), 1);
    assert!(rest.get("next").is_none());
    let owned = node.get(&node.admin, "/connections?owner=alice%40contoso.example").await.expect(200);
    assert_eq!(owned["items"].as_array().unwrap().len(), 1);
    assert_eq!(node.get(&alice, "/connections").await.expect(200)["items"].as_array().unwrap().len(), 1);
    let none = node.get(&node.admin, "/connections?connector=other-one").await.expect(200);
    assert!(none["items"].as_array().unwrap().is_empty());
    let narrow = node.token("alice@contoso.example", &[Scope::Call], None).await;
    assert!(node.get(&narrow, "/connections").await.expect(200)["items"].as_array().unwrap().is_empty());
}
