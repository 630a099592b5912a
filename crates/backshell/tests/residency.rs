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
use backshell::drift::in_use;
use backshell::system::SystemClock;
use backshell_model::{Clock, Drift, HostName, Recheck, RecheckOutcome, Verification};
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

/// The day that many days from today.
fn day(from_now: i64) -> String {
    let at = jiff::Timestamp::from_second(now() + from_now * DAY).unwrap();
    at.to_zoned(jiff::tz::TimeZone::UTC).date().to_string()
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
    let today = day(0);
    let named = ["import", "cdn", &cdn, "--published", &today, "--name"];
    let import = |name: &'static str| residency(&data, &[&named[..], &[name]].concat()).0;
    assert_eq!((import("cloudflare-v4"), import("../x")), (0, 2));

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

/// A file that does not say when it was published is not as old as its import: whoever imports it says the day.
#[test]
fn a_file_without_a_date_is_imported_with_the_day_of_its_publication() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let text = file(folder.path(), "ips.txt", b"104.16.0.0/13\n");
    let api = file(
        folder.path(),
        "cloudflare.json",
        br#"{"result": {"ipv4_cidrs": ["104.16.0.0/13"], "ipv6_cidrs": [], "etag": "38f79d05"}}"#,
    );
    let tags = azure_tags("Public", &[("AzureCloud.westeurope", "westeurope", &["20.0.0.0/16"])]);
    let renamed = file(folder.path(), "azure.json", &tags);
    let named = file(folder.path(), &format!("ServiceTags_Public_{}.json", day(-3).replace('-', "")), &tags);
    for (kind, path) in [("cdn", &text), ("cdn", &api), ("azure", &renamed)] {
        let (status, _, err) = residency(&data, &["import", kind, path]);
        assert_eq!(status, 2, "{kind} {path}");
        assert!(err.contains("`--published"), "{err}");
        for (ago, expected) in [(-2, 0), (-13, 0), (-15, 1), (2, 2)] {
            let status = residency(&data, &["import", kind, path, "--published", &day(ago)]).0;
            assert_eq!(status, expected, "{kind} {path} {ago}");
        }
    }
    assert_eq!(residency(&data, &["import", "cdn", &text, "--published", "last week"]).0, 2);
    // A date that is known is not told anew.
    assert_eq!(residency(&data, &["import", "azure", &named]).0, 0);
    assert_eq!(residency(&data, &["import", "azure", &named, "--published", &day(-3)]).0, 0);
    let (_, _, err) = residency(&data, &["import", "azure", &named, "--published", &day(-1)]);
    assert!(err.contains(&day(-3)) && err.contains(&day(-1)), "{err}");
    let aws = file(folder.path(), "aws.json", &ranges("eu-west-1"));
    let (status, _, err) = residency(&data, &["import", "aws", &aws, "--published", &day(0)]);
    assert_eq!(status, 2);
    assert!(err.contains("says itself"), "{err}");
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
fn a_url_in_place_of_a_host_is_called_one() {
    let folder = tempfile::tempdir().unwrap();
    let asked = ["explain", "https://api.contoso.com/v1", "--home", "westeurope"];
    let (status, _, err) = residency(&folder.path().join("data"), &asked);
    assert_eq!(status, 2);
    assert!(err.contains("is a URL; give the host alone"), "{err}");
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

/// What a call would be refused for before the table of places is asked, `explain` refuses for the same reason.
#[tokio::test(flavor = "multi_thread")]
async fn explain_says_what_the_gateway_would() {
    let (cell, data) = cell("eu-west-1").await;
    let environment = cell.get("/environments").await["items"][0].clone();
    let (id, name) = (environment["id"].as_str().unwrap(), environment["name"].as_str().unwrap());
    let ask = |host: &str, more: &[&str]| {
        let about = ["explain", host, "--cell", "westeurope", "--format", "json"];
        json_of(residency(&data, &about.iter().chain(more).copied().collect::<Vec<_>>()))
    };
    let reason = |(status, said): (i32, Value)| {
        (
            status,
            said["row"].as_str().unwrap().to_owned(),
            said["reason"].as_str().unwrap().to_owned(),
            said["code"].clone(),
        )
    };
    let refused = |reason: &str, code: &str| (1, "D06".to_owned(), reason.to_owned(), json!(code));
    let certified = support::HOST;
    let one = ["--address", "1.1.1.1"];
    let of = |whom: &[&'static str], more: &[&'static str]| [whom, more].concat();

    // By name or identifier, and by a connection, which knows its environment, connector and version.
    for whom in [&["--environment", id][..], &["--environment", name], &["--connection", cell.connection.as_str()]] {
        let whom =
            [whom, &one, if whom[0] == "--connection" { &[] } else { &["--connector", "trial-service"] }].concat();
        let (status, said) = ask(certified, &whom);
        assert_eq!((status, &said["row"], &said["certification_asked"]), (0, &json!("D14"), &json!(true)), "{said}");
        assert_eq!(reason(ask("api.elsewhere.example.com", &whom)), refused("host_not_approved", "egress_refused"));
        let other_port = [&whom[..], &["--port", "8443"]].concat();
        assert_eq!(reason(ask(certified, &other_port)), refused("port", "egress_refused"));
    }
    let (status, _, err) = residency(&data, &["explain", certified, "--environment", "no such one"]);
    assert!(status == 2 && err.contains("no such one"), "{err}");

    let home = ["--home", "westeurope"];
    let (_, said) = ask(certified, &of(&home, &one));
    assert_eq!(said["certification_asked"], false, "without a connector nobody asks whether it may be reached");
    let many: Vec<String> = (0..17).flat_map(|last| ["--address".to_owned(), format!("1.1.1.{last}")]).collect();
    let many: Vec<&str> = home.iter().copied().chain(many.iter().map(String::as_str)).collect();
    assert_eq!(reason(ask(certified, &many)), refused("too_many", "endpoint_blocked"));
    let steps: Vec<String> = (0..9).flat_map(|step| ["--alias".to_owned(), format!("a{step}.example.com")]).collect();
    let steps: Vec<&str> = home.iter().chain(&one).copied().chain(steps.iter().map(String::as_str)).collect();
    assert_eq!(reason(ask(certified, &steps)), refused("chain", "endpoint_blocked"));
    let inside = of(&of(&home, &one), &["--alias", "db.internal"]);
    assert_eq!(reason(ask(certified, &inside)), refused("chain", "endpoint_blocked"));
    let mixed = of(&of(&home, &one), &["--address", "10.0.0.1"]);
    assert_eq!(reason(ask(certified, &mixed)), refused("mixed_answers", "endpoint_blocked"));
    let private = of(&home, &["--address", "10.0.0.1"]);
    assert_eq!(reason(ask(certified, &private)), refused("addr_refused", "endpoint_blocked"));

    // Calls that re-verification holds.
    let held = Verification {
        connector: "trial-service".parse().unwrap(),
        host: HostName::parse(certified).unwrap(),
        port: 443,
        check: Recheck::Dns,
        outcome: RecheckOutcome::Suspended,
        drift: Some(Drift::EndpointMoved),
        detail: "the name leads elsewhere".to_owned(),
        baseline: None,
        last_run: SystemClock.now(),
        due: SystemClock.now().plus_secs(DAY),
        drifting_since: None,
    };
    cell.node.store().put_verification(&held, None).await.unwrap();
    cell.node.gateway().refresh().await.unwrap();
    let through = ["--connection", cell.connection.as_str(), "--address", "1.1.1.1"];
    assert_eq!(reason(ask(certified, &through)), refused("endpoint_moved", "endpoint_blocked"));
    let (_, code, body) = refusal(cell.call(Method::GET, "/items", "").await).await;
    assert_eq!((code.as_str(), &body["reason"]), ("endpoint_blocked", &json!("endpoint_moved")), "{body}");
    cell.node.stop().await.unwrap();
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
        let snapshot = cell.node.gateway().snapshot().unwrap();
        cell.node.jobs().drift.run(in_use(snapshot.leads())).await.unwrap();
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
