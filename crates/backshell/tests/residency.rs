//! Evidence about places as an operator uses it: imported with the binary, explained, taken into use by a running node,
//! and seen in answers and in the ledger.

#![allow(
    clippy::allow_attributes,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "in a test a panic is the verdict"
)]
#![cfg(test)]

mod support;

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use backshell::system::SystemClock;
use backshell_model::Clock;
use backshell_testkit::{CountryRecord, aws_ranges, azure_tags, country_database};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{HeaderMap, Method};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;
use support::{Cell, KEY, refusal};

const DAY: i64 = 86_400;

fn now() -> i64 {
    SystemClock.now().as_secs()
}

/// Runs `backshell residency …` on a data folder: status, standard output, standard error.
fn residency(data: &Path, arguments: &[&str]) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_backshell"));
    command.env_clear().env("BACKSHELL_DATA__DIR", data).current_dir(data.parent().unwrap());
    let output = command.arg("residency").args(arguments).stdin(Stdio::null()).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

fn json_of((status, out, err): (i32, String, String)) -> (i32, Value) {
    (status, serde_json::from_str(&out).unwrap_or_else(|error| panic!("{error}: {out} {err}")))
}

fn file(folder: &Path, name: &str, bytes: &[u8]) -> String {
    let path = folder.join(name);
    fs::write(&path, bytes).unwrap();
    path.to_str().unwrap().to_owned()
}

/// A range file in which the trial cell's stand-in address is in `region`.
fn ranges(region: &str) -> Vec<u8> {
    aws_ranges(now() - 3_600, &[("1.1.1.0/24", region, region, "EC2")])
}

#[test]
fn evidence_is_imported_listed_and_removed() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let (status, listed) = json_of(residency(&data, &["list", "--format", "json"]));
    assert_eq!((status, &listed["evidence"]), (0, &json!([])));

    let (status, out, _) = residency(&data, &["import", "aws", &file(folder.path(), "a.json", &ranges("eu-west-1"))]);
    assert_eq!(status, 0, "{out}");
    assert!(out.contains("imported aws (1 ranges)") && out.contains("evidence aws:"), "{out}");

    // Damage is named with its place, and what was there before stays.
    let damaged = file(folder.path(), "b.json", b"{\"syncToken\": \"1\",\n\"prefixes\": [7]}");
    let (status, _, err) = residency(&data, &["import", "aws", &damaged]);
    assert_eq!(status, 2);
    assert!(err.contains("line 2, column") && err.contains("stays in use"), "{err}");
    for (kind, name) in [("geoip", "b.json"), ("azure", "a.json"), ("gcp", "a.json"), ("aws", "missing.json")] {
        let path = folder.path().join(name);
        assert_eq!(residency(&data, &["import", kind, path.to_str().unwrap()]).0, 2, "{kind} {name}");
    }
    assert_eq!(residency(&data, &["import", "weather", &damaged]).0, 2);

    // Too old: imported, said, and of no use.
    let old = aws_ranges(now() - 15 * DAY, &[("1.1.1.0/24", "eu-west-1", "eu-west-1", "EC2")]);
    let (status, _, err) = residency(&data, &["import", "aws", &file(folder.path(), "old.json", &old)]);
    assert_eq!(status, 1);
    assert!(err.contains("does not count"), "{err}");
    // Azure says the day of a file in its name alone.
    let tags = azure_tags("Public", &[("AzureCloud.westeurope", "westeurope", &["20.0.0.0/16"])]);
    let named = file(folder.path(), "ServiceTags_Public_20200106.json", &tags);
    assert_eq!(residency(&data, &["import", "azure", &named]).0, 1);
    let cdn = file(folder.path(), "ips.txt", b"104.16.0.0/13\n");
    assert_eq!(residency(&data, &["import", "cdn", &cdn, "--name", "cloudflare-v4"]).0, 0);
    assert_eq!(residency(&data, &["import", "cdn", &cdn, "--name", "../x"]).0, 2);

    let (status, listed) = json_of(residency(&data, &["list", "--format", "json"]));
    assert_eq!(status, 1, "something is stale");
    let names: Vec<(&str, &str)> = listed["evidence"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| (entry["name"].as_str().unwrap(), entry["state"].as_str().unwrap()))
        .collect();
    assert_eq!(names, [("aws", "stale"), ("azure-public", "stale"), ("cdn-cloudflare-v4", "fresh")]);
    assert_eq!(listed["evidence"][0]["age_days"], 15);
    assert_eq!(residency(&data, &["remove", "aws"]).0, 0);
    assert_eq!(residency(&data, &["remove", "aws"]).0, 1);
    assert_eq!(residency(&data, &["remove", "azure-public"]).0, 0);
    assert_eq!(residency(&data, &["list"]).0, 0);
}

#[test]
fn a_declaration_needs_the_key_of_its_domain() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let signer = |seed| Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).unwrap();
    let signed = |seed: u8| {
        let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let claims = json!({
            "iss": "contoso.com", "service": "Contoso CRM", "iat": now() - 2 * DAY, "nbf": now() - DAY, "exp": now() + 30 * DAY,
            "hosts": ["api.contoso.com"], "processing": ["westeurope"], "storage": ["northeurope"],
            "sub_processors": [{"name": "Fabrikam", "places": ["DE"]}],
        });
        let text = format!("{}.{}", part(json!({"alg": "EdDSA", "typ": "residency+jwt"})), part(claims));
        let signature = signer(seed).sign(text.as_bytes());
        file(folder.path(), &format!("{seed}.jws"), format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature)).as_bytes())
    };
    let x = URL_SAFE_NO_PAD.encode(signer(1).public_key().as_ref());
    let key = file(folder.path(), "key.jwk", json!({"kty": "OKP", "crv": "Ed25519", "x": x}).to_string().as_bytes());

    let (status, _, err) = residency(&data, &["import", "declaration", &signed(1)]);
    assert_eq!(status, 2);
    assert!(err.contains("--key"), "{err}");
    assert_eq!(residency(&data, &["import", "declaration", &signed(2), "--key", &key]).0, 2);
    assert_eq!(residency(&data, &["import", "declaration", &signed(1), "--key", &key]).0, 0);
    // The key is known from now on, and another one does not take its place unasked.
    assert_eq!(residency(&data, &["import", "declaration", &signed(1)]).0, 0);
    assert_eq!(residency(&data, &["import", "declaration", &signed(2)]).0, 2);

    let about = ["explain", "api.contoso.com", "--address", "198.41.0.4", "--home", "westeurope", "--format", "json"];
    let (status, explained) = json_of(residency(&data, &about));
    assert_eq!((status, &explained["row"], &explained["grade"]), (0, &json!("D13"), &json!("S")));
    assert_eq!(explained["declaration"]["sub_processors"][0]["name"], "Fabrikam");
    let day: String = explained["declaration"]["signed_at"].as_str().unwrap().chars().take(10).collect();
    assert_eq!(explained["place"], format!("declared place westeurope, northeurope (signed {day})"));
    let narrow: Vec<&str> = about.iter().copied().chain(["--mode", "region", "--egress", "refuse"]).collect();
    let (status, explained) = json_of(residency(&data, &narrow));
    assert_eq!((status, &explained["row"]), (1, &json!("D11")), "the storage region lies outside");
}

#[test]
fn explain_shows_the_whole_reasoning() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let countries = [("81.2.69.0", 24, CountryRecord::in_country("GB"))];
    let geoip = country_database(u64::try_from(now() - DAY).unwrap(), &countries);
    for (kind, name, bytes) in [("geoip", "g.mmdb", geoip), ("aws", "a.json", ranges("us-east-1"))] {
        assert_eq!(residency(&data, &["import", kind, &file(folder.path(), name, &bytes)]).0, 0, "{kind}");
    }
    let ask = |more: &[&str]| {
        let arguments: Vec<&str> =
            ["explain", "api.contoso.com", "--format", "json"].iter().chain(more).copied().collect();
        json_of(residency(&data, &arguments))
    };
    let britain = ["--home", "uksouth", "--cell", "uksouth"];
    let with = |more: &[&'static str]| britain.iter().copied().chain(more.iter().copied()).collect::<Vec<_>>();

    let (status, said) = ask(&with(&["--address", "81.2.69.1"]));
    assert_eq!((status, &said["row"], &said["answer"]), (0, &json!("D16"), &json!("allow_with_notice")));
    assert_eq!(
        (&said["grade"], &said["places"], &said["place"]),
        (&json!("G"), &json!(["GB"]), &json!("place estimated: GB"))
    );
    let statement = &said["addresses"][0]["evidence"][0];
    assert_eq!((&statement["rank"], &statement["says"], &statement["stale"]), (&json!(4), &json!("GB"), &json!(false)));
    assert_eq!(said["evidence"][0], statement["evidence"]);
    assert!(said["responsibility"]["at_the_service"].as_str().unwrap().contains("owner has chosen"));

    let (status, said) = ask(&with(&["--address", "1.1.1.1", "--egress", "refuse"]));
    assert_eq!((status, &said["row"], &said["reason"]), (1, &json!("D11"), &json!("endpoint_outside")));
    assert_eq!(said["responsibility"]["at_the_service"], Value::Null);
    let (_, said) = ask(&with(&["--address", "1.1.1.1", "--alias", "d1.cloudfront.net"]));
    assert_eq!((&said["row"], &said["grade"]), (&json!("D20"), &json!("X")));
    // An answer within 3 ms does not come from another continent.
    let (_, said) = ask(&with(&["--address", "1.1.1.1", "--round-trip", "1.1.1.1=3"]));
    assert_eq!((&said["row"], &said["grade"]), (&json!("D20"), &json!("X")));
    for (more, row) in [
        (&["--home", "nowhere", "--address", "1.1.1.1"][..], "D01"),
        (&["--home", "uksouth", "--cell", "nowhere", "--address", "1.1.1.1"], "D02"),
        (&["--home", "uksouth", "--cell", "usgovtexas", "--address", "1.1.1.1"], "D03"),
        (&["--home", "uksouth", "--cell", "westeurope", "--address", "1.1.1.1"], "D04"),
        (&["--home", "uksouth", "--cell", "uksouth", "--address", "1.1.1.1", "--address", "10.0.0.1"], "D06"),
    ] {
        let (status, said) = ask(more);
        assert_eq!((status, &said["row"]), (1, &json!(row)), "{said}");
    }
    let text = residency(
        &data,
        &["explain", "api.contoso.com", "--home", "uksouth", "--cell", "uksouth", "--address", "81.2.69.1"],
    );
    for part in ["rank 4  geoip: GB", "place estimated: GB", "by row D16: location_estimated", "for the answer here"] {
        assert!(text.1.contains(part), "{}", text.1);
    }
    for wrong in [&["explain", "127.0.0.1", "--home", "uksouth"][..], &["explain", "api.contoso.com"]] {
        assert_eq!(residency(&data, wrong).0, 2, "{wrong:?}");
    }
}

/// A cell at home in `westeurope` that has imported where its service is.
async fn cell(region: &str) -> (Cell, PathBuf) {
    let bytes = ranges(region);
    let mut data = PathBuf::new();
    let cell = Cell::with(
        |config| {
            "westeurope".clone_into(&mut config.cell.region);
            data.clone_from(&config.data.dir);
            let path = file(data.parent().unwrap(), "ranges.json", &bytes);
            assert_eq!(residency(&data, &["import", "aws", &path]).0, 0);
        },
        &[b"http/1.1"],
    )
    .await;
    (cell, data)
}

fn notice(headers: &HeaderMap) -> Option<String> {
    headers.get("x-backshell-notice").map(|notice| notice.to_str().unwrap().to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_node_takes_new_evidence_into_use() {
    let (cell, data) = cell("us-east-1").await;
    let response = cell.call(Method::GET, "/items", "").await;
    assert_eq!(response.status(), 200);
    assert_eq!(notice(response.headers()).unwrap(), "endpoint_outside; row=D11; grade=R; places=us-east-1");
    let decision = cell.ledger_until("decision", 1).await.remove(0);
    let boundary = &decision["boundary"];
    assert_eq!((&boundary["row"], &boundary["grade"], &boundary["notice"]), (&json!("D11"), &json!("R"), &json!(true)));
    assert_eq!(boundary["places"], json!(["us-east-1"]));
    let evidence = boundary["evidence"][0].as_str().unwrap().to_owned();
    assert_eq!(evidence.len(), "aws:".len() + 64, "{evidence}");
    assert_eq!((&decision["home"], &decision["addresses"]), (&json!("westeurope"), &json!(["1.1.1.1:443"])));

    // Ireland and the Netherlands are the geography Europe, whoever's region it is.
    let path = file(data.parent().unwrap(), "moved.json", &ranges("eu-west-1"));
    assert_eq!(residency(&data, &["import", "aws", &path]).0, 0);
    let mut left = 600;
    let response = loop {
        let response = cell.call(Method::GET, "/items", "").await;
        if notice(response.headers()).is_none() {
            break response;
        }
        left -= 1;
        assert!(left > 0, "the new evidence was never taken into use");
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    assert_eq!(response.status(), 200);
    let decisions = cell.ledger("decision").await;
    let boundary = &decisions.last().unwrap()["boundary"];
    assert_eq!((&boundary["row"], &boundary["places"]), (&json!("D14"), &json!(["eu-west-1"])));
    assert_ne!(boundary["evidence"][0], evidence.as_str());
    let acts: Vec<Value> = cell.ledger_until("act", 1).await;
    for (act, subject) in [("evidence.loaded", &evidence), ("evidence.dropped", &evidence)] {
        assert!(
            acts.iter().any(|entry| entry["act"] == act && entry["subject"] == subject.as_str()),
            "{act}: {acts:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_grant_opens_exactly_what_it_says_until_it_is_taken_back() {
    let (mut cell, data) = cell("us-east-1").await;
    let strict = cell
        .post(
            "/environments",
            json!({"name": "strict", "home": "westeurope", "boundary": "geography", "egress": "refuse"}),
        )
        .await;
    let environment = strict["id"].as_str().unwrap().to_owned();
    let connection = json!({"environment": environment, "connector": "trial-service", "name": "strict",
        "settings": {}, "secrets": {"api_key": KEY}});
    cell.post("/connections", connection).await["id"].as_str().unwrap().clone_into(&mut cell.connection);
    let grant = |version_from: u32, places: Value| {
        json!({"connector": "trial-service", "version_from": version_from, "places": places, "purpose": "a test",
            "basis": "none_needed", "expires_in_seconds": 3_600})
    };
    let path = format!("/environments/{environment}/crossing-grants");
    let opened = cell.node.vault().withdrawals();

    let (status, code, body) = refusal(cell.call(Method::GET, "/items", "").await).await;
    assert_eq!((status, code.as_str(), &body["reason"]), (403, "egress_refused", &json!("endpoint_outside")));
    assert!(body["detail"].as_str().unwrap().contains("us-east-1"), "{body}");
    for wrong in [grant(1, json!(["us-east-2", "US"])), grant(2, json!(["us-east-1"]))] {
        cell.post(&path, wrong).await;
        assert_eq!(cell.call(Method::GET, "/items", "").await.status(), 403);
    }
    assert_eq!(cell.node.vault().withdrawals(), opened, "no secret is opened for a call that stays");
    assert!(cell.backend.seen().is_empty());

    let made = cell.post(&path, grant(1, json!(["us-east-1"]))).await;
    let id = made["id"].as_str().unwrap();
    let response = cell.call(Method::GET, "/items", "").await;
    assert_eq!(response.status(), 200);
    let expected = format!("crossing_granted; row=D12; grade=R; places=us-east-1; grants={id}");
    assert_eq!(notice(response.headers()), Some(expected));
    let about =
        ["explain", "api.trial.example.com", "--address", "1.1.1.1", "--cell", "westeurope", "--format", "json"];
    let about: Vec<&str> =
        about.iter().copied().chain(["--environment", &environment, "--connector", "trial-service"]).collect();
    let (status, said) = json_of(residency(&data, &about));
    assert_eq!((status, &said["row"], &said["grants"]), (0, &json!("D12"), &json!([id])));

    cell.delete(&format!("{path}/{id}")).await;
    assert_eq!(cell.call(Method::GET, "/items", "").await.status(), 403);
    let decisions = cell.ledger_until("decision", 5).await;
    let rows: Vec<(&Value, &Value)> =
        decisions.iter().map(|entry| (&entry["outcome"], &entry["boundary"]["row"])).collect();
    let (refused, allowed) = ((&json!("refused"), &json!("D11")), (&json!("allowed"), &json!("D12")));
    assert_eq!(rows, [refused, refused, refused, allowed, refused]);
    assert_eq!(decisions[3]["boundary"]["grants"], json!([id]));
    assert_eq!(decisions[0]["boundary"]["places"], json!(["us-east-1"]));
    assert_eq!(decisions[0]["addresses"], json!(["1.1.1.1:443"]));
}

/// Hosts in use are held against other evidence as soon as it is there, and somebody is told when a place is another one.
#[tokio::test(flavor = "multi_thread")]
async fn hosts_are_looked_at_again_when_the_evidence_changes() {
    let (cell, data) = cell("eu-west-1").await;
    let place = async || {
        cell.node.jobs().drift.run(cell.node.gateway().snapshot().unwrap().endpoints()).await.unwrap();
        let shown = cell.get("/connectors/trial-service/verification").await;
        let found = shown["items"].as_array().unwrap().iter().find(|item| item["check"] == "place").cloned().unwrap();
        (found["outcome"].clone(), found["drift"].clone(), found["detail"].as_str().unwrap().to_owned())
    };
    let is = async |outcome: &str, drift: Value| {
        let mut left = 600;
        loop {
            let (found, changed, detail) = place().await;
            if (&found, &changed) == (&json!(outcome), &drift) {
                return detail;
            }
            left -= 1;
            assert!(left > 0, "{found} {changed}: {detail}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let import =
        |name: &str, bytes: &[u8]| residency(&data, &["import", "aws", &file(data.parent().unwrap(), name, bytes)]).0;
    assert_eq!(is("passed", Value::Null).await, "eu-west-1 (grade R)");
    assert_eq!(import("moved.json", &ranges("us-east-1")), 0);
    let detail = is("warned", json!("place_outside")).await;
    assert!(
        detail.contains("named `eu-west-1` at first, and now `us-east-1`") && detail.contains("boundary"),
        "{detail}"
    );
    assert_eq!(cell.call(Method::GET, "/items", "").await.status(), 200, "the environment decides about calls");
    let old = aws_ranges(now() - 15 * DAY, &[("1.1.1.0/24", "eu-west-1", "eu-west-1", "EC2")]);
    assert_eq!(import("old.json", &old), 1);
    is("warned", json!("evidence_stale")).await;
    // Germany is a geography of its own. What an administrator accepts is what later looks are compared with.
    assert_eq!(import("elsewhere.json", &ranges("eu-central-1")), 0);
    let detail = is("warned", json!("place_outside")).await;
    assert!(detail.contains("eu-central-1"), "{detail}");
    let host = json!({"host": support::HOST, "check": "place"});
    cell.post("/connectors/trial-service/verification/accept", host).await;
    assert_eq!(is("passed", Value::Null).await, "eu-central-1 (grade R)");
    let acts: Vec<Value> = cell.ledger("act").await;
    let warned = acts.iter().filter(|act| act["act"] == "endpoint.warn").count();
    assert_eq!(warned, 3, "each change once: {acts:?}");
    cell.node.stop().await.unwrap();
}
