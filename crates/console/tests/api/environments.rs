//! Environments, cells and regions.

use crate::harness::{CELL, Node};
use backshell_model::{Cell, Clock, Region, Scope};
use serde_json::json;

#[tokio::test]
async fn an_environment_is_made_and_read() {
    let node = Node::new().await;
    let body = json!({
        "name": "emea", "home": "westeurope", "boundary": "list", "egress": "refuse",
        "regions": ["westeurope", "germanywestcentral"],
    });
    let made = node.post(&node.admin, "/environments", &body).await.expect(201);
    assert_eq!(made["home"], "westeurope");
    assert_eq!(made["egress"], "refuse");
    assert_eq!(made["regions"], json!(["westeurope", "germanywestcentral"]));
    let id = made["id"].as_str().unwrap();
    // Its maker sees it at once.
    assert_eq!(node.get(&node.admin, &format!("/environments/{id}")).await.expect(200), made);
    let list = node.get(&node.admin, "/environments").await.expect(200);
    assert_eq!(list["items"].as_array().unwrap().len(), 2);
    let acts = node.acts().await;
    assert_eq!(acts.len(), 1);
    assert_eq!(acts[0]["act"], "environment.create");
    assert_eq!(acts[0]["subject"], id);
    assert_eq!(acts[0]["environment"], id);
    assert_eq!(acts[0]["outcome"], "allowed");
    assert!(acts[0]["policies"].to_string().contains("administrator"), "{}", acts[0]);
    assert!(!acts[0].to_string().contains("admin@contoso.example"), "users stand in the ledger as pseudonyms");
}

#[tokio::test]
async fn boundaries_that_cannot_be_kept_are_refused() {
    let node = Node::new().await;
    for (home, boundary, regions, detail) in [
        ("europe", "geography", json!([]), "not a known region"),
        ("westeurope", "planet", json!([]), "none of region, geography, list"),
        ("westeurope", "list", json!([]), "needs 1 to 100"),
        ("westeurope", "list", json!(["northeurope"]), "lacks the home region"),
        ("westus", "list", json!(["westus", "usgovvirginia"]), "another cloud"),
        ("westus", "region", json!(["westus"]), "belongs to the boundary `list`"),
    ] {
        let body = json!({"name": "x", "home": home, "boundary": boundary, "regions": regions});
        let problem = node.post(&node.admin, "/environments", &body).await.expect(400);
        assert!(problem["detail"].as_str().unwrap().contains(detail), "{problem}");
    }
    for body in [
        json!({"name": " x", "home": "westus", "boundary": "region"}),
        json!({"name": "x", "home": "westus", "boundary": "region", "egress": "maybe"}),
    ] {
        node.post(&node.admin, "/environments", &body).await.expect(400);
    }
    assert!(node.acts().await.is_empty(), "what is not sound is no act");
}

#[tokio::test]
async fn a_name_is_unique_and_the_failure_is_on_record() {
    let node = Node::new().await;
    let body = json!({"name": "default", "home": "westeurope", "boundary": "region"});
    assert_eq!(node.post(&node.admin, "/environments", &body).await.expect(409)["code"], "conflict");
    let acts = node.acts().await;
    assert_eq!(acts.len(), 2);
    assert_eq!((&acts[0]["outcome"], &acts[1]["outcome"]), (&json!("allowed"), &json!("refused")));
    assert_eq!(acts[1]["details"]["failed"], "conflict");
    assert_eq!(acts[0]["subject"], acts[1]["subject"]);
}

#[tokio::test]
async fn only_administrators_make_environments_and_a_refusal_is_on_record() {
    let node = Node::new().await;
    let alice = node.user("alice@contoso.example").await;
    let body = json!({"name": "mine", "home": "westeurope", "boundary": "region"});
    let problem = node.post(&alice, "/environments", &body).await.expect(403);
    assert_eq!(problem["code"], "permission_denied");
    assert_eq!(problem["reason"], "default_deny");
    let acts = node.acts().await;
    assert_eq!(acts.len(), 1);
    assert_eq!((&acts[0]["act"], &acts[0]["outcome"]), (&json!("environment.create"), &json!("refused")));
    // An administrator's token without the scope is refused with the scope's name.
    let narrow = node.token("admin@contoso.example", &[Scope::Connections], None).await;
    let problem = node.post(&narrow, "/environments", &body).await.expect(403);
    assert_eq!(problem["reason"], "scope_missing");
    assert!(problem["help"].as_str().unwrap().contains("admin"), "{problem}");
}

#[tokio::test]
async fn a_token_for_one_environment_sees_no_other() {
    let node = Node::new().await;
    let body = json!({"name": "other", "home": "westeurope", "boundary": "region"});
    let other = node.post(&node.admin, "/environments", &body).await.expect(201);
    let narrow = node.token("admin@contoso.example", &Scope::ALL, Some(node.environment)).await;
    let list = node.get(&narrow, "/environments").await.expect(200);
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
    assert_eq!(list["items"][0]["id"], node.environment.to_string());
    let problem = node.get(&narrow, &format!("/environments/{}", other["id"].as_str().unwrap())).await.expect(403);
    assert_eq!(problem["reason"], "token_other_environment");
}

#[tokio::test]
async fn lists_are_paged() {
    let node = Node::new().await;
    for name in ["b", "c", "d"] {
        let body = json!({"name": name, "home": "westeurope", "boundary": "region"});
        node.clock.advance(1);
        node.post(&node.admin, "/environments", &body).await.expect(201);
    }
    let first = node.get(&node.admin, "/environments?limit=3").await.expect(200);
    assert_eq!(first["items"].as_array().unwrap().len(), 3);
    let next = first["next"].as_str().unwrap();
    let second = node.get(&node.admin, &format!("/environments?limit=3&after={next}")).await.expect(200);
    assert_eq!(second["items"].as_array().unwrap().len(), 1);
    assert_eq!(second["items"][0]["name"], "d");
    assert!(second.get("next").is_none());
}

#[tokio::test]
async fn cells_and_regions() {
    let node = Node::new().await;
    let cell = Cell {
        name: "cell-1".to_owned(),
        region: Region::new(CELL),
        gateway_url: "https://eu1.gateway.example".to_owned(),
        seen_at: node.clock.now(),
        registered: false,
    };
    node.store.announce_cell(&cell).await.unwrap();
    let alice = node.user("alice@contoso.example").await;
    let cells = node.get(&alice, "/cells").await.expect(200);
    assert_eq!(cells["items"][0]["gateway_url"], "https://eu1.gateway.example");
    assert_eq!(cells["items"][0]["seen_at"], "2023-11-14T22:13:20Z");
    let regions = node.get(&alice, "/regions").await.expect(200);
    assert_eq!(regions["items"].as_array().unwrap().len(), backshell_boundary::regions().len());
    let caller = node.token("alice@contoso.example", &[Scope::Call], None).await;
    node.get(&caller, "/regions").await.expect(403);
}

#[tokio::test]
async fn cells_are_registered_and_forgotten_by_administrators() {
    let node = Node::new().await;
    let new = json!({"name": "us-1", "region": "eastus", "gateway_url": "https://us1.gateway.example"});
    let made = node.post(&node.admin, "/cells", &new).await.expect(201);
    assert_eq!((&made["region"], &made["registered"]), (&json!("eastus"), &json!(true)));
    assert_eq!(node.post(&node.admin, "/cells", &new).await.expect(409)["code"], "conflict");
    for (member, value) in [
        ("name", " us"),
        ("region", "unitedstates"),
        ("gateway_url", "http://us1.gateway.example"),
        ("gateway_url", "https://us1.gateway.example/x"),
    ] {
        let mut wrong = new.clone();
        wrong[member] = json!(value);
        node.post(&node.admin, "/cells", &wrong).await.expect(400);
    }
    let alice = node.user("alice@contoso.example").await;
    node.post(&alice, "/cells", &new).await.expect(403);
    node.delete(&alice, "/cells/us-1").await.expect(403);
    node.delete(&node.admin, "/cells/us-1").await.expect(204);
    node.delete(&node.admin, "/cells/us-1").await.expect(404);
    node.delete(&node.admin, "/cells/cell-1").await.expect(409);
    let acts = node.acts().await;
    let names: Vec<_> =
        acts.iter().map(|act| (act["act"].as_str().unwrap(), act["outcome"].as_str().unwrap())).collect();
    assert_eq!(names[0], ("cell.register", "allowed"));
    assert!(names.contains(&("cell.remove", "refused")) && names.contains(&("cell.remove", "allowed")), "{names:?}");
    assert_eq!(acts[0]["details"]["gateway_url"], "https://us1.gateway.example");
}

#[tokio::test]
async fn the_directory_says_where_connections_of_other_cells_are_at_home() {
    let node = Node::new().await;
    let connection = "con_01arz3ndektsv4rrffq69g5fav";
    let path = format!("/directory/{connection}");
    let entry = json!({"environment": "env_01arz3ndektsv4rrffq69g5fav", "home": "westus", "boundary": "geography"});
    let noted = node.put(&node.admin, &path, &entry).await.expect(200);
    assert_eq!((&noted["connection"], &noted["home"]), (&json!(connection), &json!("westus")));
    assert_eq!(node.get(&node.admin, "/directory").await.expect(200)["items"], json!([noted]));
    // This cell lies in westeurope.
    for (home, boundary, status) in
        [("northeurope", "geography", 409), ("northeurope", "region", 200), ("europe", "region", 400)]
    {
        let entry = json!({"environment": "env_01arz3ndektsv4rrffq69g5fav", "home": home, "boundary": boundary});
        node.put(&node.admin, &path, &entry).await.expect(status);
    }
    let alice = node.user("alice@contoso.example").await;
    node.put(&alice, &path, &entry).await.expect(403);
    node.get(&alice, "/directory").await.expect(403);
    node.delete(&node.admin, &path).await.expect(204);
    node.delete(&node.admin, &path).await.expect(404);
    for act in node.acts().await {
        assert!(act.get("environment").is_none(), "another cell's environment has no records here: {act}");
    }
}

#[tokio::test]
async fn the_node_says_who_vouches_for_it() {
    let node = Node::new().await;
    let shown = node.get(&node.admin, "/node").await.expect(200);
    assert_eq!((&shown["name"], &shown["region"]), (&json!("cell-1"), &json!(CELL)));
    assert_eq!((&shown["attested_by"], &shown["valid_from"]), (&json!("self"), &json!("2023-11-14T22:13:20Z")));
    assert!(shown.get("unattested").is_none() && shown["outside"] == json!([]), "{shown}");
    node.get(&node.user("alice@contoso.example").await, "/node").await.expect(403);
}
