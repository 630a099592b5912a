//! `backshell endpoint` as people and programs run it.

#![allow(
    clippy::allow_attributes,
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "in a test a panic is the verdict"
)]

#[path = "support/command.rs"]
mod command;

use backshell_testkit::{DnsAnswer, DnsServer};
use command::json;
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::Output;

const DEFINITION: &str = r#"{
  "swagger": "2.0",
  "info": { "title": "Orders", "version": "1.0" },
  "host": "api.contoso.com",
  "schemes": [ "https" ],
  "paths": { "/orders": { "get": { "operationId": "ListOrders", "responses": { "200": { "description": "Orders." } } } } }
}
"#;

fn endpoint(folder: &Path, arguments: &[&str]) -> Output {
    command::run(folder, "endpoint", arguments)
}

fn folder() -> tempfile::TempDir {
    command::folder(&[
        ("good/apiDefinition.swagger.json", DEFINITION),
        ("plain/apiDefinition.swagger.json", &DEFINITION.replace("[ \"https\" ]", "[ \"https\", \"http\" ]")),
        ("empty/apiDefinition.swagger.json", &DEFINITION.replace("api.contoso.com", "")),
    ])
}

fn state<'v>(report: &'v Value, id: &str) -> &'v Value {
    let bars = report["bars"].as_array().unwrap();
    bars.iter().find(|bar| bar["id"] == id).unwrap()
}

#[test]
fn offline_says_what_the_package_says_and_no_more() {
    let folder = folder();
    let output = endpoint(folder.path(), &["good", "--offline", "--format", "json"]);
    assert_eq!(output.status.code(), Some(0));
    let report = json(&output);
    assert_eq!(report["tool"], "backshell");
    assert_eq!(report["summary"]["files"], 1);
    let bars = report["bars"].as_array().unwrap();
    assert_eq!(bars.len(), 24);
    let validity = &report["validity"];
    assert!(validity["measured"].is_null(), "nothing was measured: {validity}");
    assert_eq!(validity["packages"][0]["path"], "good");
    assert!(validity["packages"][0]["digest"].as_str().unwrap().starts_with("sha256:"), "{validity}");
    for bar in bars {
        assert_eq!(bar["host"], "api.contoso.com");
        let is_static = ["EV-01", "EV-02", "EV-24"].contains(&bar["id"].as_str().unwrap());
        assert_eq!(bar["state"], if is_static { "pass" } else { "not_measured" }, "{bar}");
        assert_eq!(bar["value"].is_null(), !is_static, "{bar}");
    }
}

#[test]
fn a_finding_points_into_the_package() {
    let folder = folder();
    let output = endpoint(folder.path(), &["plain", "--offline", "--format", "json"]);
    assert_eq!(output.status.code(), Some(1));
    let report = json(&output);
    let finding = &report["findings"][0];
    assert_eq!(
        (&finding["check"], &finding["rule"], &finding["severity"]),
        (&"endpoint".into(), &"EV-01".into(), &"error".into())
    );
    assert_eq!(finding["file"], "plain/apiDefinition.swagger.json");
    assert_eq!((&finding["pointer"], &finding["line"]), (&"/schemes/1".into(), &5.into()));
}

#[test]
fn text_is_a_table_with_advice() {
    let folder = folder();
    let output = endpoint(folder.path(), &["plain", "--offline"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.starts_with("api.contoso.com\n  service: plain/apiDefinition.swagger.json:4\n"), "{text}");
    assert!(text.contains("  EV-01 FAIL https only: http ("), "{text}");
    assert!(text.contains("\nEV-01: name https alone"), "{text}");
    assert!(text.ends_with("1 host: 2 passed, 0 warned, 1 failed, 21 not measured\n"), "{text}");
}

#[test]
fn what_lacks_a_host_is_said() {
    let folder = folder();
    let output = endpoint(folder.path(), &["empty", "--offline"]);
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.starts_with("(no host)\n  service: empty/apiDefinition.swagger.json:4\n"), "{text}");
    assert!(
        text.contains("EV-02 FAIL the host is a canonical name: malformed (`host` of the definition is empty"),
        "{text}"
    );
}

#[test]
fn urls_are_looked_at_too() {
    let folder = folder();
    let output =
        endpoint(folder.path(), &["https://api.contoso.com/v1", "http://10.0.0.1/", "--offline", "--format", "json"]);
    assert_eq!(output.status.code(), Some(1));
    let report = json(&output);
    let mut rules: Vec<_> =
        report["findings"].as_array().unwrap().iter().map(|one| one["rule"].as_str().unwrap()).collect();
    rules.sort_unstable();
    assert_eq!(rules, ["EV-01", "EV-02"]);
}

#[test]
fn what_cannot_be_done_is_status_2() {
    let folder = folder();
    fs::write(folder.path().join("list.txt"), "not a name\n").unwrap();
    fs::write(folder.path().join("settings.toml"), "[verification]\nblocked_hosts = [\"list.txt\"]\n").unwrap();
    for (arguments, says) in [
        (&["missing", "--offline"][..], "does not exist"),
        (&["good", "--name-server", "dns.example"], "write an address"),
        (&["good", "--offline", "--blocked", "list.txt"], "line 1 is no name"),
        (&["good", "--crl", "list.txt"], "no revocation list"),
        (&["good", "--offline", "--slow"], "cannot be used with"),
        (&["good", "--offline", "--crl", "list.txt"], "cannot be used with"),
        (
            &["good", "--offline", "--config", "settings.toml"],
            "`verification.blocked_hosts` names a file that cannot be used: `list.txt` cannot be used: line 1 is no name",
        ),
    ] {
        let output = endpoint(folder.path(), arguments);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
        assert!(said.contains(says), "{arguments:?}: {said}");
    }
}

/// Real questions to real name servers, whose answers lead inside: nothing is connected to.
#[tokio::test(flavor = "multi_thread")]
async fn names_that_lead_inside_are_refused() {
    let folder = folder();
    let inside = |question: &backshell_testkit::DnsQuestion| {
        let answer = DnsAnswer::new();
        Some(match question.kind.to_string().as_str() {
            "A" => answer.address(&question.name, 60, "127.0.0.1".parse().unwrap()),
            _ => answer,
        })
    };
    let (one, two) = (DnsServer::start(inside).await.unwrap(), DnsServer::start(inside).await.unwrap());
    let (one_at, two_at) = (one.address().to_string(), two.address().to_string());
    let path = folder.path().to_owned();
    let arguments = ["good", "--format", "json", "--name-server", &one_at, "--name-server", &two_at].map(str::to_owned);
    let run = move || endpoint(&path, &arguments.iter().map(String::as_str).collect::<Vec<_>>());
    let output = tokio::task::spawn_blocking(run).await.unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    let report = json(&output);
    assert_eq!(state(&report, "EV-03")["value"], "2 of 2 resolvers");
    assert_eq!(state(&report, "EV-04")["value"], "addr_refused");
    assert_eq!(state(&report, "EV-06")["state"], "not_measured");
    assert!(!one.asked().is_empty() && !two.asked().is_empty());
}

/// The networks that the operator refuses in the configuration are refused to probes as well: nothing is connected to.
#[tokio::test(flavor = "multi_thread")]
async fn refused_networks_of_the_configuration_count() {
    let folder = folder();
    fs::write(folder.path().join("backshell.toml"), "[upstream]\nrefused_networks = [\"20.1.2.0/24\"]\n").unwrap();
    let public = |question: &backshell_testkit::DnsQuestion| {
        let answer = DnsAnswer::new();
        Some(match question.kind.to_string().as_str() {
            "A" => answer.address(&question.name, 60, "20.1.2.9".parse().unwrap()),
            _ => answer,
        })
    };
    let (one, two) = (DnsServer::start(public).await.unwrap(), DnsServer::start(public).await.unwrap());
    let (one, two) = (one.address().to_string(), two.address().to_string());
    let run = async |arguments: &[&str]| {
        let path = folder.path().to_owned();
        let arguments: Vec<String> = arguments.iter().map(ToString::to_string).collect();
        let run = move || endpoint(&path, &arguments.iter().map(String::as_str).collect::<Vec<_>>());
        tokio::task::spawn_blocking(run).await.unwrap()
    };
    let servers = ["--name-server", &one, "--name-server", &two];
    let report = json(&run(&[&["good", "--format", "json"][..], &servers].concat()).await);
    let bar = state(&report, "EV-04");
    assert_eq!((&bar["state"], &bar["value"]), (&"fail".into(), &"addr_refused".into()), "{bar}");
    assert!(bar["message"].as_str().unwrap().contains("operator_refused"), "{bar}");
    assert_eq!(state(&report, "EV-06")["state"], "not_measured");
    // A proof at the host is not looked for there either.
    let who = ["--publisher", "contoso", "--connector", "orders", "--ownership", "proofs.json"];
    run(&[&["challenge", "api.contoso.com"][..], &who].concat()).await;
    let output = run(&[&["prove", "--ownership", "proofs.json"][..], &servers].concat()).await;
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("file: the host is not connected to") && text.contains("operator_refused"), "{text}");
}

/// One name server that is named twice agrees with itself only.
#[tokio::test(flavor = "multi_thread")]
async fn a_name_server_counts_once() {
    let folder = folder();
    let inside = |question: &backshell_testkit::DnsQuestion| {
        Some(DnsAnswer::new().address(&question.name, 60, "127.0.0.1".parse().unwrap()))
    };
    let server = DnsServer::start(inside).await.unwrap();
    let (path, at) = (folder.path().to_owned(), server.address().to_string());
    let run = move || endpoint(&path, &["good", "--format", "json", "--name-server", &at, "--name-server", &at]);
    let report = json(&tokio::task::spawn_blocking(run).await.unwrap());
    let bar = state(&report, "EV-03");
    assert_eq!(bar["state"], "not_measured", "{bar}");
    assert!(bar["message"].as_str().unwrap().contains("only one name server answered"), "{bar}");
}

/// What the configuration names counts beside what the command line names.
#[test]
fn lists_of_the_configuration_count() {
    let folder = folder();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    write("blocked.txt", "contoso.com # fraud\n");
    write("registered.txt", "contoso.com 2001-01-01\n");
    let judged = |configuration: &str| {
        write("backshell.toml", configuration);
        let report = json(&endpoint(folder.path(), &["good", "--offline", "--format", "json"]));
        state(&report, "EV-23").clone()
    };
    assert_eq!(judged("")["state"], "not_measured");
    let bar = judged("[verification]\nregistered_hosts = [\"registered.txt\"]\n");
    assert_eq!((&bar["state"], &bar["value"]), (&"pass".into(), &"not new".into()));
    let bar = judged("[verification]\nblocked_hosts = [\"blocked.txt\"]\n");
    assert_eq!((&bar["state"], &bar["value"]), (&"fail".into(), &"blocked".into()));
    // What cannot be used is said at once, and so is a list in the folder of revocation lists that is none.
    write("blocked.txt", "not a name\n");
    let output = endpoint(folder.path(), &["good", "--offline"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("line 1 is no name"));
    fs::create_dir(folder.path().join("lists")).unwrap();
    write("lists/fetched-1.crl", "what a job wrote can be fetched again\n");
    write("lists/readme.txt", "not looked at\n");
    write("backshell.toml", "[verification]\nrevocation_lists = \"lists\"\n");
    // An address is no host, so that nobody is asked.
    let run = || endpoint(folder.path(), &["https://192.0.2.1/", "--format", "json"]);
    assert_eq!(run().status.code(), Some(1));
    write("lists/mine.crl", "no list\n");
    let output = run();
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("verification.revocation_lists") && said.contains("mine.crl"), "{said}");
}

#[test]
fn bars_are_explained() {
    let folder = folder();
    let run = |arguments: &[&str]| {
        let output = command::run(folder.path(), "rules", arguments);
        assert!(output.status.success());
        String::from_utf8(output.stdout).unwrap()
    };
    assert!(run(&["ev-06"]).starts_with("EV-06: TLS 1.3 or 1.2\nthreshold TLS 1.3 or 1.2; again weekly"));
    assert!(run(&[]).contains("\nEV-24  a name of its own (below a public suffix)\n"));
    let list: Value = serde_json::from_str(&run(&["--format", "json"])).unwrap();
    let bars = list.as_array().unwrap().iter().filter(|one| one["check"] == "endpoint").count();
    assert_eq!(bars, 24);
}

#[tokio::test(flavor = "multi_thread")]
async fn control_is_proven_by_a_record() {
    let folder = folder();
    let path = folder.path().to_owned();
    let run = move |arguments: &[&str]| {
        let (path, arguments) = (path.clone(), arguments.iter().map(ToString::to_string).collect::<Vec<_>>());
        async move {
            let run = move || endpoint(&path, &arguments.iter().map(String::as_str).collect::<Vec<_>>());
            tokio::task::spawn_blocking(run).await.unwrap()
        }
    };
    let who = ["--publisher", "contoso", "--connector", "orders", "--ownership", "proofs.json"];
    let output = run(&[&["challenge", "api.contoso.com"][..], &who].concat()).await;
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{text}");
    let answer = text.split_whitespace().find(|word| word.starts_with("backshell1=")).unwrap().to_owned();
    let judged = async || {
        let output = run(&[&["good", "--offline", "--format", "json"][..], &who].concat()).await;
        state(&json(&output), "EV-21")["state"].as_str().unwrap().to_owned()
    };
    assert_eq!(judged().await, "fail");
    let zone = move |question: &backshell_testkit::DnsQuestion| {
        use backshell_testkit::hickory_proto::rr::{RData, RecordType, rdata::TXT};
        let is_asked = question.kind == RecordType::TXT && question.name == "_backshell-challenge.api.contoso.com";
        let text = RData::TXT(TXT::new(vec![answer.clone()]));
        Some(if is_asked { DnsAnswer::new().record(&question.name, 60, text) } else { DnsAnswer::new() })
    };
    let (first, second) = (DnsServer::start(zone.clone()).await.unwrap(), DnsServer::start(zone).await.unwrap());
    let (one, two) = (first.address().to_string(), second.address().to_string());
    let output = run(&["prove", "--ownership", "proofs.json", "--name-server", &one, "--name-server", &two]).await;
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert!(text.starts_with("api.contoso.com (contoso): proven\n  record: the record is there\n"), "{text}");
    assert_eq!(judged().await, "pass");
}
