//! Access tokens, roles and groups.

use crate::harness::Node;
use backshell_model::Scope;
use serde_json::{Value, json};

fn new_token() -> Value {
    json!({"app": "nightly", "scopes": ["call", "connections"], "expires_in_seconds": 600})
}

#[tokio::test]
async fn a_token_is_shown_once_works_and_is_revoked() {
    let node = Node::new().await;
    let made = node.post(&node.admin, "/tokens", &new_token()).await.expect(201);
    let token = made["token"].as_str().unwrap().to_owned();
    assert_eq!(token.len(), 47);
    assert!(token.starts_with("bsk_"));
    let me = node.get(&token, "/whoami").await.expect(200);
    assert_eq!((&me["app"], &me["scopes"]), (&json!("nightly"), &json!(["call", "connections"])));
    assert_eq!(me["token"], made["access_token"]["id"]);
    let listed = node.get(&node.admin, "/tokens").await;
    assert!(!listed.text.contains(&token));
    assert!(listed.expect(200)["items"].as_array().unwrap().contains(&made["access_token"]));
    let path = format!("/tokens/{}", made["access_token"]["id"].as_str().unwrap());
    for _ in 0..2 {
        node.delete(&node.admin, &path).await.expect(204);
    }
    node.get(&token, "/whoami").await.expect(401);
    let rows = node.acts().await;
    assert!(rows.iter().any(|act| act["act"] == "token.create" && act["details"]["scopes"] == "call,connections"));
    assert!(rows.iter().all(|act| !act.to_string().contains(&token)));
    node.delete(&node.admin, "/tokens/tok_00000000000000000000000000").await.expect(404);
}

#[tokio::test]
async fn a_token_gives_no_more_than_its_maker_has() {
    let node = Node::new().await;
    let narrow = node.token("admin@contoso.example", &[Scope::Admin, Scope::Call], None).await;
    let problem = node.post(&narrow, "/tokens", &new_token()).await.expect(400);
    assert!(problem["detail"].as_str().unwrap().contains("at most"), "{problem}");
    let alice = node.user("alice@contoso.example").await;
    let mut for_bob = new_token();
    for_bob["user"] = json!("bob@contoso.example");
    assert_eq!(node.post(&alice, "/tokens", &for_bob).await.expect(403)["reason"], "default_deny");
    node.post(&alice, "/tokens", &new_token()).await.expect(201);
    let made = node.post(&node.admin, "/tokens", &for_bob).await.expect(201);
    assert_eq!(made["access_token"]["user"], "bob@contoso.example");
    node.get(&alice, "/tokens?user=bob%40contoso.example").await.expect(403);
    let path = format!("/tokens/{}", made["access_token"]["id"].as_str().unwrap());
    node.delete(&alice, &path).await.expect(403);
    let limited = node.token("admin@contoso.example", &Scope::ALL, Some(node.environment)).await;
    assert_eq!(node.post(&limited, "/tokens", &new_token()).await.expect(403)["reason"], "token_other_environment");
}

#[tokio::test]
async fn a_token_for_somebody_else_says_who_made_it() {
    let node = Node::new().await;
    let mut for_bob = new_token();
    for_bob["user"] = json!("bob@contoso.example");
    for_bob["scopes"] = json!(["connections"]);
    let made = node.post(&node.admin, "/tokens", &for_bob).await.expect(201);
    assert_eq!(made["access_token"]["issued_by"], "admin@contoso.example");
    let token = made["token"].as_str().unwrap();
    let me = node.get(token, "/whoami").await.expect(200);
    assert_eq!((&me["user"], &me["issued_by"]), (&json!("bob@contoso.example"), &json!("admin@contoso.example")));
    node.publish_sample().await;
    node.post(token, "/connections", &node.connection()).await.expect(201);
    let acts = node.acts().await;
    let administrator = &acts[0]["user"];
    let created = acts.iter().find(|act| act["act"] == "connection.create").unwrap();
    assert_eq!(&created["issued_by"], administrator, "{created}");
    assert_ne!(&created["user"], administrator);
    assert!(acts[0]["issued_by"].is_null(), "what people do with their own tokens says nothing more: {}", acts[0]);
    assert!(node.get(&node.admin, "/whoami").await.expect(200)["issued_by"].is_null());
}

#[tokio::test]
async fn a_token_does_not_outlive_the_one_that_made_it() {
    let node = Node::new().await;
    let mut body = new_token();
    body["expires_in_seconds"] = json!(31_536_000);
    let made = node.post(&node.admin, "/tokens", &body).await.expect(201);
    assert_eq!(made["access_token"]["expires_at"], "2023-11-14T23:13:20Z", "an hour, as its maker");
    body["expires_in_seconds"] = json!(60);
    let made = node.post(&node.admin, "/tokens", &body).await.expect(201);
    assert_eq!(made["access_token"]["expires_at"], "2023-11-14T22:14:20Z");
}

#[tokio::test]
async fn a_narrow_token_revokes_itself_only() {
    let node = Node::new().await;
    let made = node.post(&node.admin, "/tokens", &new_token()).await.expect(201);
    let other = format!("/tokens/{}", made["access_token"]["id"].as_str().unwrap());
    let narrow = node.token("admin@contoso.example", &[Scope::Call, Scope::Ledger], None).await;
    assert_eq!(node.delete(&narrow, &other).await.expect(403)["reason"], "scope_missing");
    node.get(&narrow, "/tokens").await.expect(403);
    let itself = node.get(&narrow, "/whoami").await.expect(200)["token"].as_str().unwrap().to_owned();
    node.delete(&narrow, &format!("/tokens/{itself}")).await.expect(204);
    node.get(&narrow, "/whoami").await.expect(401);
}

#[tokio::test]
async fn a_users_records_become_nobodys() {
    let node = Node::new().await;
    let alice = node.user("alice@contoso.example").await;
    let path = "/users/alice%40contoso.example/pseudonym";
    node.delete(&node.admin, path).await.expect(404);
    node.post(&alice, "/tokens", &new_token()).await.expect(201);
    node.delete(&alice, path).await.expect(403);
    let user = backshell_model::UserId::new("alice@contoso.example").unwrap();
    let pseudonym = node.store.known_pseudonym(&user).await.unwrap().unwrap();
    node.delete(&node.admin, path).await.expect(204);
    assert_eq!(node.store.known_pseudonym(&user).await.unwrap(), None);
    assert_eq!(node.store.user_behind(&pseudonym).await.unwrap(), None);
    let acts = node.acts().await;
    let erased = acts.last().unwrap();
    assert_eq!((&erased["act"], &erased["outcome"]), (&json!("pseudonym.erase"), &json!("allowed")));
    assert!(erased["whom"].is_null() && !erased.to_string().contains("alice"), "{erased}");
    assert!(!erased.to_string().contains(pseudonym.as_str()), "{erased}");
}

#[tokio::test]
async fn token_requests_are_checked() {
    let node = Node::new().await;
    for (member, value) in [
        ("expires_in_seconds", json!(0)),
        ("expires_in_seconds", json!(31_536_001)),
        ("expires_in_seconds", json!(-1)),
        ("scopes", json!([])),
        ("scopes", json!(["everything"])),
        ("app", json!("")),
        ("user", json!(" x")),
        ("environment", json!("env_1")),
        ("token", json!("bsk_mine")),
    ] {
        let mut body = new_token();
        body[member] = value;
        assert_eq!(node.post(&node.admin, "/tokens", &body).await.expect(400)["code"], "bad_request", "{body}");
    }
    let mut body = new_token();
    body["environment"] = json!("env_00000000000000000000000000");
    node.post(&node.admin, "/tokens", &body).await.expect(404);
    body["environment"] = json!(node.environment.to_string());
    body["expires_in_seconds"] = json!(31_536_000);
    let made = node.post(&node.admin, "/tokens", &body).await.expect(201);
    assert_eq!(made["access_token"]["environment"], node.environment.to_string());
}

#[tokio::test]
async fn roles_are_given_and_taken() {
    let node = Node::new().await;
    let alice = node.user("alice@contoso.example").await;
    node.get(&alice, "/roles").await.expect(403);
    let path = "/roles/publisher/users/alice%40contoso.example";
    node.put(&alice, path, &json!({})).await.expect(403);
    for _ in 0..2 {
        let given = node.put(&node.admin, path, &json!({})).await.expect(200);
        assert_eq!(given, json!({"user": "alice@contoso.example", "role": "publisher"}));
    }
    let may = node.get(&alice, "/whoami").await.expect(200)["may"].clone();
    assert!(may.as_array().unwrap().contains(&json!("publishConnector")), "{may}");
    let first = node.get(&node.admin, "/roles?limit=1").await.expect(200);
    let next = first["next"].as_str().unwrap();
    let rest = node.get(&node.admin, &format!("/roles?limit=1&after={next}")).await.expect(200);
    assert_eq!((&first["items"][0]["role"], &rest["items"][0]["role"]), (&json!("administrator"), &json!("publisher")));
    node.delete(&node.admin, path).await.expect(204);
    node.delete(&node.admin, path).await.expect(404);
    node.put(&node.admin, "/roles/king/users/alice", &json!({})).await.expect(400);
}

#[tokio::test]
async fn the_last_administrator_stays() {
    let node = Node::new().await;
    let own = "/roles/administrator/users/admin%40contoso.example";
    assert_eq!(node.delete(&node.admin, own).await.expect(409)["code"], "conflict");
    node.put(&node.admin, "/roles/administrator/users/alice%40contoso.example", &json!({})).await.expect(200);
    node.delete(&node.admin, own).await.expect(204);
    node.get(&node.admin, "/roles").await.expect(403);
}

#[tokio::test]
async fn groups_are_filled_and_emptied() {
    let node = Node::new().await;
    let path = "/groups/field%20fitters/members";
    for user in ["bob", "alice"] {
        let put = node.put(&node.admin, &format!("{path}/{user}"), &json!({})).await.expect(200);
        assert_eq!(put, json!({"group": "field fitters", "user": user}));
    }
    let first = node.get(&node.admin, &format!("{path}?limit=1")).await.expect(200);
    assert_eq!(first["items"][0]["user"], "alice");
    let rest = node.get(&node.admin, &format!("{path}?after={}", first["next"].as_str().unwrap())).await.expect(200);
    assert_eq!(rest["items"][0]["user"], "bob");
    node.delete(&node.admin, &format!("{path}/bob")).await.expect(204);
    node.delete(&node.admin, &format!("{path}/bob")).await.expect(404);
    let alice = node.user("alice").await;
    node.get(&alice, path).await.expect(403);
    node.put(&alice, &format!("{path}/mallory"), &json!({})).await.expect(403);
    node.delete(&alice, &format!("{path}/alice")).await.expect(403);
    node.put(&node.admin, "/groups/%20/members/x", &json!({})).await.expect(400);
}
