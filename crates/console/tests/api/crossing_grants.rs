//! Crossing grants: recorded, listed, taken back, and never broader than what was meant.

use crate::harness::{Node, SLUG};
use backshell_model::Scope;
use serde_json::{Value, json};

fn grant() -> Value {
    json!({
        "connector": SLUG, "version_from": 1, "places": ["eastus", "AR", "eastus"], "purpose": "Orders of the branch",
        "basis": "scc_module_2", "reference": "contract 7", "expires_in_seconds": 86_400,
    })
}

async fn node() -> (Node, String) {
    let node = Node::new().await;
    node.publish_sample().await;
    let path = format!("/environments/{}/crossing-grants", node.environment);
    (node, path)
}

#[tokio::test]
async fn a_grant_is_recorded_listed_and_taken_back() {
    let (node, path) = node().await;
    let before = node.acts().await.len();
    let made = node.post(&node.admin, &path, &grant()).await.expect(201);
    assert_eq!(made["places"], json!(["eastus", "AR"]));
    assert_eq!((&made["basis"], &made["granted_by"]), (&json!("scc_module_2"), &json!("admin@contoso.example")));
    assert_eq!(
        (&made["created_at"], &made["expires_at"]),
        (&json!("2023-11-14T22:13:20Z"), &json!("2023-11-15T22:13:20Z"))
    );
    assert!(made.get("version_to").is_none() && made.get("revoked_at").is_none());
    let id = made["id"].as_str().unwrap();
    assert!(id.starts_with("grt_"), "{id}");
    let one = format!("{path}/{id}");
    assert_eq!(node.get(&node.admin, &one).await.expect(200), made);
    assert_eq!(node.get(&node.admin, &path).await.expect(200)["items"], json!([made]));

    node.delete(&node.admin, &one).await.expect(204);
    node.delete(&node.admin, &one).await.expect(204);
    assert_eq!(node.get(&node.admin, &one).await.expect(200)["revoked_at"], "2023-11-14T22:13:20Z");
    let acts = node.acts().await.split_off(before);
    let names: Vec<&str> = acts.iter().map(|act| act["act"].as_str().unwrap()).collect();
    assert_eq!(names, ["crossing_grant.create", "crossing_grant.revoke", "crossing_grant.revoke"]);
    for act in &acts {
        assert_eq!((&act["subject"], &act["outcome"]), (&json!(id), &json!("allowed")));
        assert_eq!(act["environment"], node.environment.to_string());
        assert!(!act.to_string().contains("admin@contoso.example"), "{act}");
    }
    assert_eq!(acts[0]["details"]["places"], "eastus,AR");
    assert_eq!(acts[0]["details"]["basis"], "scc_module_2");
    assert_eq!(acts[0]["details"]["expires_at"], "2023-11-15T22:13:20Z");
}

#[tokio::test]
async fn a_grant_is_exact_and_ends() {
    let (node, path) = node().await;
    for (name, value, detail) in [
        ("places", json!([]), "1 to 50"),
        ("places", json!(["*"]), "neither a known region"),
        ("places", json!(["US", "europe"]), "neither a known region"),
        ("places", json!(["UK"]), "neither a known region"),
        ("version_from", json!(0), "1 or more"),
        ("version_to", json!(0), "not below"),
        ("purpose", json!("  "), "`purpose`"),
        ("basis", json!("consent"), "none of adequacy"),
        ("expires_in_seconds", json!(0), "12 months"),
        ("expires_in_seconds", json!(31_622_401), "12 months"),
        ("reference", json!("a\u{7}b"), "`reference`"),
    ] {
        let mut body = grant();
        body[name] = value;
        let problem = node.post(&node.admin, &path, &body).await.expect(400);
        assert!(problem["detail"].as_str().unwrap().contains(detail), "{problem}");
    }
    let mut unknown = grant();
    unknown["connector"] = json!("fabrikam");
    node.post(&node.admin, &path, &unknown).await.expect(404);
    let nowhere = "/environments/env_00000000000000000000000000/crossing-grants";
    node.post(&node.admin, nowhere, &grant()).await.expect(404);
    node.get(&node.admin, &format!("{path}/grt_00000000000000000000000000")).await.expect(404);
    assert_eq!(node.get(&node.admin, &path).await.expect(200)["items"], json!([]));
}

#[tokio::test]
async fn only_administrators_grant_and_a_refusal_is_on_record() {
    let (node, path) = node().await;
    let made = node.post(&node.admin, &path, &grant()).await.expect(201);
    let one = format!("{path}/{}", made["id"].as_str().unwrap());
    let before = node.acts().await.len();
    let alice = node.user("alice@contoso.example").await;
    node.post(&alice, &path, &grant()).await.expect(403);
    node.delete(&alice, &one).await.expect(403);
    let narrow = node.token("admin@contoso.example", &[Scope::Call], None).await;
    node.get(&narrow, &path).await.expect(403);
    let acts = node.acts().await.split_off(before);
    assert_eq!(acts.len(), 2);
    assert!(acts.iter().all(|act| act["outcome"] == "refused"), "{acts:?}");
    assert!(node.get(&node.admin, &one).await.expect(200).get("revoked_at").is_none());

    // A grant is found in its own environment only.
    let body = json!({"name": "other", "home": "westeurope", "boundary": "region"});
    let other = node.post(&node.admin, "/environments", &body).await.expect(201);
    let elsewhere = one.replace(&node.environment.to_string(), other["id"].as_str().unwrap());
    node.get(&node.admin, &elsewhere).await.expect(404);
    node.delete(&node.admin, &elsewhere).await.expect(404);
    assert!(node.get(&node.admin, &one).await.expect(200).get("revoked_at").is_none());
}
