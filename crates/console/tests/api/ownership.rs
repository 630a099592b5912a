//! Who controls hosts: challenges are begun, checked and taken back, consents are kept on file, and everything is on record.

use crate::harness::{Node, SLUG};
use backshell_model::{
    Drift, HostName, Recheck, RecheckOutcome, Role, RoleAssignment, Scope, Timestamp, UserId, Verification,
};
use serde_json::{Value, json};

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;

/// A path below a connector's ownership.
fn path(connector: &str, rest: &str) -> String {
    format!("/connectors/{connector}/ownership/{rest}")
}

async fn publisher(node: &Node, name: &str) -> String {
    let user = UserId::new(name).unwrap();
    node.store.assign_role(&RoleAssignment { user, role: Role::Publisher }).await.unwrap();
    node.user(name).await
}

impl Node {
    async fn begin(&self, token: &str, connector: &str, host: &str) -> Value {
        self.post(token, &path(connector, "proofs"), &json!({"host": host})).await.expect(201)
    }

    async fn check(&self, token: &str, proof: &Value) -> Value {
        let (connector, id) = (proof["connector"].as_str().unwrap(), proof["id"].as_str().unwrap());
        self.post(token, &path(connector, &format!("proofs/{id}/check")), &json!({})).await.expect(200)
    }

    /// What is in the zone from now on; `None`: nobody can look.
    fn zone(&self, texts: Option<&[&str]>) {
        *self.probe.zone.lock().unwrap() = texts.map(|texts| texts.iter().map(ToString::to_string).collect());
    }

    async fn act_names(&self, from: usize) -> Vec<String> {
        let acts = self.acts().await.split_off(from);
        acts.iter().map(|act| act["act"].as_str().unwrap().to_owned()).collect()
    }
}

#[tokio::test]
async fn a_host_is_proven_looked_for_again_and_lost() {
    let node = Node::new().await;
    let paul = publisher(&node, "paul").await;
    let before = node.acts().await.len();
    // Before the connector is published: the proof is for whoever asks.
    let begun = node.begin(&paul, "orders", "api.contoso.com").await;
    let (answer, proof) = (begun["answer"].as_str().unwrap(), &begun["proof"]);
    assert!(answer.starts_with("backshell1="), "{answer}");
    assert_eq!((&proof["state"], &proof["publisher"]), (&json!("open"), &json!("paul")));
    assert_eq!(proof["record"], "_backshell-challenge.api.contoso.com");
    let id = proof["id"].as_str().unwrap();
    assert_eq!(proof["file"], format!("https://api.contoso.com/.well-known/backshell-challenge/{id}"));
    assert!(proof.get("due").is_none(), "{proof}");
    let listed = node.get(&paul, &path("orders", "proofs")).await.expect(200);
    assert_eq!(listed["items"], json!([proof]));
    assert!(!listed.to_string().contains(answer), "the answer is shown once");

    node.zone(Some(&["v=spf1 -all"]));
    let seen = node.check(&paul, proof).await;
    assert_eq!(
        (&seen["seen"], &seen["proof"]["state"], &seen["proof"]["failures"]),
        (&json!(false), &json!("open"), &json!(0))
    );
    node.zone(Some(&[answer]));
    let seen = node.check(&paul, proof).await;
    assert_eq!(
        (&seen["seen"], &seen["proof"]["state"], &seen["proof"]["method"]),
        (&json!(true), &json!("proven"), &json!("dns"))
    );
    assert_eq!(seen["proof"]["due"], "2023-11-28T22:13:20Z", "two weeks later");

    // Somebody takes the record away.
    node.clock.advance(DAY);
    let paul = node.user("paul").await;
    node.zone(Some(&[]));
    assert_eq!(node.check(&paul, proof).await["proof"]["state"], "proven", "once is no reason");
    node.zone(None);
    assert_eq!(node.check(&paul, proof).await["proof"]["failures"], 1, "what nobody can look at is no failure");
    node.zone(Some(&[]));
    assert_eq!(node.check(&paul, proof).await["proof"]["state"], "suspect");
    node.clock.advance(14 * DAY);
    let paul = node.user("paul").await;
    assert_eq!(node.check(&paul, proof).await["proof"]["state"], "lost");
    node.zone(Some(&[answer]));
    assert_eq!(node.check(&paul, proof).await["proof"]["state"], "proven");
    let one = path("orders", &format!("proofs/{id}"));
    node.delete(&paul, &one).await.expect(204);
    node.delete(&paul, &one).await.expect(204);
    let refused = node.post(&paul, &format!("{one}/check"), &json!({})).await.expect(409);
    assert!(refused["detail"].as_str().unwrap().contains("taken back"), "{refused}");
    assert_eq!(node.get(&paul, &path("orders", "proofs")).await.expect(200)["items"][0]["state"], "revoked");
    let acts = node.act_names(before).await;
    let expected = "ownership.begin ownership.check ownership.check ownership.proven ownership.check ownership.check \
        ownership.check ownership.doubtful ownership.check ownership.lost ownership.check ownership.proven ownership.revoke";
    assert_eq!(acts.join(" "), expected);
    let text = serde_json::to_string(&node.acts().await).unwrap();
    assert!(!text.contains(answer) && !text.contains("paul"), "no answer and no person in the ledger");
}

#[tokio::test]
async fn five_checks_an_hour_and_seven_days() {
    let node = Node::new().await;
    let proof = node.begin(&node.admin, "orders", "api.contoso.com").await["proof"].clone();
    let check = path("orders", &format!("proofs/{}/check", proof["id"].as_str().unwrap()));
    for _ in 0..5 {
        node.check(&node.admin, &proof).await;
    }
    let refused = node.post(&node.admin, &check, &json!({})).await.expect(409);
    assert_eq!(refused["reason"], "checked_too_often");
    node.clock.advance(8 * DAY);
    let admin = node.user("admin@contoso.example").await;
    let refused = node.post(&admin, &check, &json!({})).await.expect(409);
    assert_eq!(refused["reason"], "challenge_expired");
    assert_eq!(node.get(&admin, &path("orders", "proofs")).await.expect(200)["items"][0]["state"], "expired");
}

#[tokio::test]
async fn proofs_belong_to_who_publishes() {
    let node = Node::new().await;
    let (paul, eve) = (publisher(&node, "paul").await, publisher(&node, "eve").await);
    let user = node.user("alice").await;
    let new = json!({"host": "api.contoso.com"});
    node.post(&user, &path("orders", "proofs"), &new).await.expect(403);
    let proof = node.begin(&paul, "orders", "api.contoso.com").await["proof"].clone();
    let one = path("orders", &format!("proofs/{}", proof["id"].as_str().unwrap()));
    // Another publisher may begin under a name that nobody published, and that is not the same proof.
    assert_eq!(node.begin(&eve, "orders", "api.contoso.com").await["proof"]["publisher"], "eve");
    node.post(&eve, &format!("{one}/check"), &json!({})).await.expect(403);
    node.delete(&eve, &one).await.expect(403);
    let seen = async |token: &str| {
        node.get(token, &path("orders", "proofs")).await.expect(200)["items"].as_array().unwrap().len()
    };
    assert_eq!((seen(&paul).await, seen(&eve).await, seen(&user).await, seen(&node.admin).await), (1, 1, 0, 2));
    // A proof of one connector is not found under another one.
    let elsewhere = path("bills", &format!("proofs/{}/check", proof["id"].as_str().unwrap()));
    node.post(&paul, &elsewhere, &json!({})).await.expect(404);
    // Once it is published, proofs are for its owner, whoever asks.
    node.publish_sample().await;
    node.post(&paul, &path(SLUG, "proofs"), &new).await.expect(403);
    assert_eq!(node.begin(&node.admin, SLUG, "example.com").await["proof"]["publisher"], "admin@contoso.example");
    for wrong in ["", "localhost:443", "*.contoso.com", "https://contoso.com", "10.0.0.1"] {
        node.post(&paul, &path("orders", "proofs"), &json!({"host": wrong})).await.expect(400);
    }
}

fn consent() -> Value {
    json!({"host": "api.contoso.com", "company": "Contoso", "approver": "J. Doe, head of platform",
        "reference": "letter of 2023-11-01", "privacy_policy": "https://contoso.com/privacy",
        "expires_in_seconds": 86_400})
}

fn with(name: &str, value: Value) -> Value {
    let mut consent = consent();
    consent[name] = value;
    consent
}

#[tokio::test]
async fn a_consent_is_on_file_until_it_ends() {
    let node = Node::new().await;
    node.publish_sample().await;
    let before = node.acts().await.len();
    let made = node.post(&node.admin, &path(SLUG, "consents"), &consent()).await.expect(201);
    assert_eq!((&made["holds"], &made["publisher"]), (&json!(true), &json!("admin@contoso.example")));
    assert_eq!(made["expires_at"], "2023-11-15T22:13:20Z");
    assert_eq!(node.get(&node.admin, &path(SLUG, "consents")).await.expect(200)["items"], json!([made]));
    let user = node.user("alice").await;
    assert_eq!(node.get(&user, &path(SLUG, "consents")).await.expect(200)["items"], json!([]), "approvers are persons");
    let one = path(SLUG, &format!("consents/{}", made["id"].as_str().unwrap()));
    node.delete(&user, &one).await.expect(403);
    node.delete(&node.admin, &path("orders", one.rsplit_once("ownership/").unwrap().1)).await.expect(404);
    node.delete(&node.admin, &one).await.expect(204);
    let listed = node.get(&node.admin, &path(SLUG, "consents")).await.expect(200);
    assert_eq!(
        (&listed["items"][0]["holds"], &listed["items"][0]["revoked_at"]),
        (&json!(false), &json!("2023-11-14T22:13:20Z"))
    );
    let acts = node.acts().await.split_off(before);
    let text = serde_json::to_string(&acts).unwrap();
    assert!(text.contains("letter of 2023-11-01") && !text.contains("J. Doe"), "{text}");
    let names = node.act_names(before).await;
    let refused = names.iter().filter(|name| *name == "ownership.withdraw").count();
    assert_eq!((names[0].as_str(), refused), ("ownership.consent", 2), "{names:?}");
}

#[tokio::test]
async fn only_administrators_record_consents_that_say_enough() {
    let node = Node::new().await;
    let paul = publisher(&node, "paul").await;
    node.post(&paul, &path("orders", "consents"), &with("publisher", json!("paul"))).await.expect(403);
    let no_scope = node.token("admin@contoso.example", &[Scope::Connectors], None).await;
    node.post(&no_scope, &path("orders", "consents"), &with("publisher", json!("paul"))).await.expect(403);
    let made = node.post(&node.admin, &path("orders", "consents"), &with("publisher", json!("paul"))).await.expect(201);
    assert_eq!(made["publisher"], "paul");
    assert_eq!(node.get(&paul, &path("orders", "consents")).await.expect(200)["items"], json!([made]));
    node.post(&node.admin, &path("orders", "consents"), &consent()).await.expect(400);
    node.publish_sample().await;
    for wrong in [
        with("publisher", json!("paul")),
        with("host", json!("*.contoso.com")),
        with("company", json!(" ")),
        with("approver", json!("")),
        with("reference", json!("")),
        with("privacy_policy", json!("http://contoso.com/privacy")),
        with("privacy_policy", json!("on request")),
        with("expires_in_seconds", json!(0)),
        with("expires_in_seconds", json!(31_622_401)),
    ] {
        node.post(&node.admin, &path(SLUG, "consents"), &wrong).await.expect(400);
    }
}

/// Ownership of the host is in doubt that the sample leads to with the setting `subdomain` of `northwind`.
fn in_doubt() -> Verification {
    Verification {
        connector: SLUG.parse().unwrap(),
        host: HostName::parse("northwind.fieldworks.example.com").unwrap(),
        port: 443,
        check: Recheck::Ownership,
        outcome: RecheckOutcome::Restricted,
        drift: Some(Drift::OwnershipDoubtful),
        detail: String::new(),
        baseline: None,
        last_run: Timestamp::from_secs(1),
        due: Timestamp::from_secs(2),
        drifting_since: None,
    }
}

#[tokio::test]
async fn no_connection_is_led_to_a_held_host_later() {
    let node = Node::new().await;
    node.publish_sample().await;
    let alice = node.user("alice@contoso.example").await;
    let waiting = node.post(&alice, "/connections", &node.connection()).await.expect(201);
    let mut elsewhere = node.connection();
    (elsewhere["name"], elsewhere["settings"]["subdomain"]) = (json!("elsewhere"), json!("contoso"));
    let elsewhere = node.post(&node.admin, "/connections", &elsewhere).await.expect(201);
    node.store.put_verification(&in_doubt(), None).await.unwrap();
    let root = json!({"root": "https://northwind.fieldworks.example.com/v2"});
    let approve = format!("/connections/{}/hosts/approve", waiting["id"].as_str().unwrap());
    let refused = node.post(&node.admin, &approve, &root).await.expect(409);
    assert_eq!(refused["reason"], "ownership_doubtful", "{refused}");
    let path = format!("/connections/{}", elsewhere["id"].as_str().unwrap());
    let northwind = json!({"settings": {"subdomain": "northwind"}});
    let refused = node.put(&node.admin, &format!("{path}/settings"), &northwind).await.expect(409);
    assert_eq!(refused["reason"], "ownership_doubtful", "{refused}");
    assert_eq!(node.get(&node.admin, &path).await.expect(200), elsewhere, "nothing is lost by it");
}

#[tokio::test]
async fn a_lost_host_is_not_accepted_and_not_connected_to() {
    let node = Node::new().await;
    node.publish_sample().await;
    let mut found = in_doubt();
    node.store.put_verification(&found, None).await.unwrap();
    let refused = node.post(&node.admin, "/connections", &node.connection()).await.expect(409);
    assert_eq!(refused["reason"], "ownership_doubtful", "{refused}");
    let accepted = json!({"host": found.host.as_str(), "check": "ownership"});
    let refused =
        node.post(&node.admin, &format!("/connectors/{SLUG}/verification/accept"), &accepted).await.expect(409);
    assert_eq!(refused["reason"], "ownership_on_file");
    let shown = node.get(&node.admin, &format!("/connectors/{SLUG}/verification")).await.expect(200);
    assert_eq!(
        (&shown["items"][0]["outcome"], &shown["items"][0]["drift"]),
        (&json!("restricted"), &json!("ownership_doubtful"))
    );
    found.outcome = RecheckOutcome::Warned;
    node.store.put_verification(&found, None).await.unwrap();
    node.post(&node.admin, "/connections", &node.connection()).await.expect(201);
}
