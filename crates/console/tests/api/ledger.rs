//! The ledger through the API.

use crate::harness::Node;
use backshell_model::Scope;
use serde_json::{Value, json};

fn seqs(page: &Value) -> Vec<i64> {
    page["items"].as_array().unwrap().iter().map(|entry| entry["seq"].as_i64().unwrap()).collect()
}

#[tokio::test]
async fn entries_are_paged_both_ways_and_filtered() {
    let node = Node::new().await;
    node.publish_sample().await;
    let made = node.post(&node.admin, "/connections", &node.connection()).await.expect(201);
    node.post(&node.admin, "/tokens", &json!({"app": "x", "scopes": ["call"], "expires_in_seconds": 60}))
        .await
        .expect(201);
    let get = |query: String| {
        let node = &node;
        async move { node.get(&node.admin, &format!("/ledger/entries{query}")).await.expect(200) }
    };
    // genesis, version.publish, connection.create, token.create
    let newest = get("?limit=2".to_owned()).await;
    assert_eq!(seqs(&newest), [4, 3]);
    let older = get(format!("?limit=2&before={}", newest["next"].as_str().unwrap())).await;
    assert_eq!(seqs(&older), [2, 1]);
    assert!(older.get("next").is_none());
    let oldest = get("?after=0&limit=3".to_owned()).await;
    assert_eq!(seqs(&oldest), [1, 2, 3]);
    assert_eq!(seqs(&get(format!("?after={}", oldest["next"].as_str().unwrap())).await), [4]);
    assert_eq!(seqs(&get("?kind=genesis".to_owned()).await), [1]);
    let about = get(format!("?connection={}", made["id"].as_str().unwrap())).await;
    assert_eq!(seqs(&about), [3]);
    assert_eq!(about["items"][0]["record"]["act"], "connection.create");
    assert_eq!(about["items"][0]["hash"].as_str().unwrap().len(), 64);
    assert_eq!(seqs(&get(format!("?environment={}", node.environment)).await), [3]);
    for query in ["?after=1&before=2", "?after=x", "?limit=0", "?connection=con_1", "?colour=blue"] {
        node.get(&node.admin, &format!("/ledger/entries{query}")).await.expect(400);
    }
}

#[tokio::test]
async fn the_ledger_is_for_auditors() {
    let node = Node::new().await;
    let alice = node.user("alice@contoso.example").await;
    node.get(&alice, "/ledger/entries").await.expect(403);
    node.get(&alice, "/ledger/checkpoint").await.expect(403);
    node.put(&node.admin, "/roles/auditor/users/alice%40contoso.example", &json!({})).await.expect(200);
    node.get(&alice, "/ledger/entries").await.expect(200);
    let status = node.get(&alice, "/ledger/checkpoint").await.expect(200);
    assert_eq!(status["healthy"], true);
    assert_eq!(status["last"]["seq"], 2);
    // A token for one environment reads that environment's records only.
    let narrow = node.token("alice@contoso.example", &[Scope::Ledger], Some(node.environment)).await;
    node.get(&narrow, "/ledger/entries").await.expect(403);
    let own = node.get(&narrow, &format!("/ledger/entries?environment={}", node.environment)).await.expect(200);
    assert!(own["items"].as_array().unwrap().is_empty());
}

#[tokio::test]
async fn an_erasure_says_what_went_and_what_is_left_and_names_nobody() {
    let node = Node::new().await;
    let alice = node.user("alice@contoso.example").await;
    let body = json!({"user": "alice@contoso.example"});
    node.post(&node.admin, "/ledger/erasures", &body).await.expect(404);
    node.post(&alice, "/ledger/erasures", &body).await.expect(403);
    node.post(&node.admin, "/ledger/erasures", &json!({"user": ""})).await.expect(400);
    node.post(&node.admin, "/ledger/erasures", &json!({"who": "alice"})).await.expect(400);

    let made = node
        .post(&alice, "/tokens", &json!({"app": "old", "scopes": ["call"], "expires_in_seconds": 600}))
        .await
        .expect(201);
    let old = made["access_token"]["id"].as_str().unwrap().to_owned();
    node.delete(&alice, &format!("/tokens/{old}")).await.expect(204);
    let user = backshell_model::UserId::new("alice@contoso.example").unwrap();
    let pseudonym = node.store.known_pseudonym(&user).await.unwrap().unwrap();

    let erased = node.post(&node.admin, "/ledger/erasures", &body).await.expect(200);
    assert_eq!((&erased["pseudonym_erased"], &erased["files_clean"]), (&json!(true), &json!(true)));
    assert_eq!(erased["tokens_forgotten"], 1, "the revoked token, whose records name it");
    assert_eq!((&erased["still_named_by"]["tokens"], &erased["still_named_by"]["roles"]), (&json!(1), &json!(0)));
    assert_eq!(node.store.user_behind(&pseudonym).await.unwrap(), None);
    let acts = node.acts().await;
    let last = acts.last().unwrap();
    assert_eq!((&last["act"], &last["outcome"]), (&json!("pseudonym.erase"), &json!("allowed")));
    assert!(!last.to_string().contains("alice") && !last.to_string().contains(pseudonym.as_str()), "{last}");
}

#[tokio::test]
async fn residency_is_for_whoever_reads_the_ledger() {
    let node = Node::new().await;
    let alice = node.user("alice@contoso.example").await;
    for path in ["/residency/flows", "/residency/register"] {
        node.get(&alice, path).await.expect(403);
        let answer = node.get(&node.admin, path).await.expect(200);
        assert!(answer["remarks"].is_array(), "{answer}");
        node.get(&node.admin, &format!("{path}?from=2026-11-02&to=2026-11-01")).await.expect(400);
        node.get(&node.admin, &format!("{path}?from=now")).await.expect(400);
        node.get(&node.admin, &format!("{path}?environment=production")).await.expect(400);
    }
    node.get(&alice, "/residency/report").await.expect(403);
    // A token for one environment reads that environment's records only.
    node.put(&node.admin, "/roles/auditor/users/alice%40contoso.example", &json!({})).await.expect(200);
    let narrow = node.token("alice@contoso.example", &[Scope::Ledger], Some(node.environment)).await;
    node.get(&narrow, "/residency/flows").await.expect(403);
    node.get(&narrow, &format!("/residency/flows?environment={}", node.environment)).await.expect(200);
}
