//! Erasure, retention and rotation as an operator runs them: the real binary, beside a node and without one.

#![allow(
    clippy::allow_attributes,
    clippy::cast_possible_truncation,
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "in a test a panic is the verdict"
)]
#![cfg(test)]

mod support;

use backshell::config::Config;
use backshell::node::Node;
use http::Method;
use serde_json::{Value, json};
use sqlx::{Connection, SqliteConnection};
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use support::{Cell, HOST};

fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_backshell"));
    command.env_clear().current_dir(folder).args(arguments).stdin(Stdio::null());
    command
}

/// Runs while other tasks go on: status, standard output, standard error.
async fn run(mut command: Command) -> (i32, String, String) {
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

fn configure(folder: &Path, data: &Path, rest: &str) {
    fs::write(folder.join("backshell.toml"), format!("[data]\ndir = '{}'\n{rest}", data.display())).unwrap();
}

/// Whether a text stands in any file of the data folder.
fn stands_in_files(data: &Path, text: &str) -> bool {
    let holds = |path: &Path| memchr::memmem::find(&fs::read(path).unwrap(), text.as_bytes()).is_some();
    fs::read_dir(data).unwrap().any(|file| holds(&file.unwrap().path()))
}

async fn sql(data: &Path, statement: &'static str) -> i64 {
    let address = format!("sqlite://{}", data.join("backshell.db").display());
    let mut connection = SqliteConnection::connect(&address).await.unwrap();
    let value: Option<i64> = sqlx::query_scalar(statement).fetch_one(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    value.unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_is_erased_beside_a_node_and_without_one() {
    let alice = "alice-0f7d1c@contoso.example";
    let cell = Cell::start().await;
    let (id, token) = cell.token_for(alice, &["call", "connections"], 600).await;
    cell.post(&format!("/connections/{}/shares", cell.connection), json!({"kind": "user", "name": alice})).await;
    assert_eq!(cell.call_as(&token, Method::GET, "/items", "").await.status(), 200);
    cell.ledger_until("completion", 1).await;
    let (folder, data) = (cell.folder.path().to_owned(), cell.config.data.dir.clone());
    configure(&folder, &data, "");

    // A node holds pseudonyms in memory, so it has to do it, and it asks who wants that.
    let erase = ["ledger", "erase", "--user", alice];
    let (status, out, err) = run(command(&folder, &erase)).await;
    assert_eq!((status, out.as_str()), (2, ""));
    assert!(err.contains("a node runs on this data folder") && err.contains("BACKSHELL_TOKEN"), "{err}");
    let beside = |token: &str, format: &str| {
        let mut command = command(&folder, &erase);
        command.args(["--format", format]).env("BACKSHELL_TOKEN", token);
        command.env("BACKSHELL_CONSOLE", format!("http://{}", cell.node.console_address()));
        command
    };
    let (status, _, err) = run(beside(&token, "text")).await;
    assert!(status == 2 && err.contains("permission_denied"), "{status} {err}");
    let (status, out, err) = run(beside(&cell.token, "json")).await;
    assert_eq!(status, 0, "{err}");
    let answer: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((&answer["pseudonym_erased"], &answer["files_clean"]), (&json!(true), &json!(true)));
    assert_eq!(answer["still_named_by"]["shares"], 1);
    assert_eq!(answer["still_named_by"]["tokens"], 1);

    // What was in use is taken away, and then the rest goes, too.
    cell.delete(&format!("/tokens/{id}")).await;
    let share = format!("/connections/{}/shares/user/{}", cell.connection, alice.replace('@', "%40"));
    cell.delete(&share).await;
    let Cell { node, config, .. } = cell;
    node.stop().await.unwrap();
    let (status, out, err) = run(command(&folder, &erase)).await;
    assert_eq!(status, 0, "{err}");
    assert!(out.contains("nobody can say") || out.contains("1 revoked or expired token is forgotten"), "{out}");
    assert!(!out.contains("still in use"), "{out}");
    let (status, _, err) = run(command(&folder, &erase)).await;
    assert_eq!((status, err.trim()), (1, "the ledger knows no such user"));
    assert_eq!(sql(&config.data.dir, "SELECT count(*) FROM tokens WHERE user LIKE 'alice%'").await, 0);

    let (status, out, _) = run(command(&folder, &["ledger", "verify"])).await;
    assert_eq!(status, 0, "{out}");
    let (_, export, _) = run(command(&folder, &["ledger", "export"])).await;
    assert!(export.contains("pseudonym.erase") && !export.contains("alice"), "the acts name nobody");
    assert!(!export.contains(alice), "{export}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_ledger_tells_who_calls_what() {
    let cell = Cell::start().await;
    assert_eq!(cell.call_as(&cell.token, Method::GET, "/items", "").await.status(), 200);
    cell.ledger_until("completion", 1).await;
    let (folder, data) = (cell.folder.path().to_owned(), cell.config.data.dir.clone());
    configure(&folder, &data, "");
    let decision = cell.ledger("decision").await.remove(0);
    let connector = decision["connector"].as_str().unwrap();
    let (status, out, err) = run(command(&folder, &["ledger", "callers", connector])).await;
    assert_eq!((status, err.as_str()), (0, ""));
    let line: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(line, json!({"caller": cell.connection.clone(), "operation": decision["operation"]}));
    // What it writes is what a comparison reads.
    let definition = |operation: &str| {
        json!({"swagger": "2.0", "info": {"title": "T", "version": "1"}, "paths": {"/items": {"get": {
            "operationId": operation, "responses": {"200": {"description": ""}}}}}})
    };
    fs::write(folder.join("old.json"), definition(decision["operation"].as_str().unwrap()).to_string()).unwrap();
    fs::write(folder.join("new.json"), definition("Renamed").to_string()).unwrap();
    fs::write(folder.join("callers.jsonl"), out).unwrap();
    let (status, out, _) = run(command(&folder, &["diff", "old.json", "new.json", "--callers", "callers.jsonl"])).await;
    assert!(status == 1 && out.contains("1 of 1 callers uses it"), "{out}");
    let (status, out, err) = run(command(&folder, &["ledger", "callers", "nobody"])).await;
    assert_eq!((status, out.as_str(), err.trim()), (0, "", "no call of `nobody` is on record"));
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_go_by_hand_and_the_ledger_says_so() {
    let cell = Cell::start().await;
    for _ in 0..3 {
        assert_eq!(cell.call(Method::GET, "/items", "").await.status(), 200);
    }
    let completions = cell.ledger_until("completion", 3).await;
    let call = completions[0]["call"].as_str().unwrap().to_owned();
    let runs: Vec<_> = cell.ledger("act").await.into_iter().filter(|act| act["act"] == "ledger.retained").collect();
    assert_eq!(runs.len(), 1, "a node runs it when it starts");
    let metrics = metrics(&cell).await;
    assert!(metrics.contains("backshell_retention_runs_total 1\n"), "{metrics}");
    assert!(metrics.contains("backshell_retention_erased_bodies_total 0\n"), "{metrics}");

    let (folder, data) = (cell.folder.path().to_owned(), cell.config.data.dir.clone());
    configure(&folder, &data, "");
    let (status, out, _) = run(command(&folder, &["ledger", "retain", "--dry-run"])).await;
    assert!(status == 0 && out.contains("due"), "{out}");
    let (status, _, err) = run(command(&folder, &["ledger", "retain"])).await;
    assert!(status == 2 && err.contains("by itself every day"), "{err}");
    let Cell { node, .. } = cell;
    node.stop().await.unwrap();

    // The records become old as nothing else can make them: their chain is made again around another time. So the clock of
    // the command stands still, and the limit is the smallest; what is younger than a day stays.
    let (status, out, err) = run(command(&folder, &["ledger", "retain", "--format", "json"])).await;
    assert_eq!(status, 0, "{err}");
    assert_eq!(serde_json::from_str::<Value>(&out).unwrap()["calls"], 0);
    assert!(stands_in_files(&data, &call));
    let (_, out, _) = run(command(&folder, &["ledger", "verify"])).await;
    assert!(out.ends_with("the ledger is intact\n"), "{out}");

    // What somebody else blanked verifies, and is noticed.
    sql(&data, "UPDATE ledger SET body = NULL WHERE kind = 'completion' RETURNING seq").await;
    let (status, out, _) = run(command(&folder, &["ledger", "verify"])).await;
    assert_eq!(status, 0);
    assert!(out.contains("younger than `ledger.retention_days` (90)"), "{out}");
    assert!(out.ends_with("the ledger is intact, 3 bodies erased\n"), "{out}");
    let (_, out, _) = run(command(&folder, &["ledger", "verify", "--format", "json"])).await;
    let report: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((&report["erased_bodies"], &report["erased_within_retention"]), (&json!(3), &json!(true)));
}

async fn metrics(cell: &Cell) -> String {
    use http_body_util::BodyExt;
    let address = format!("http://{}/metrics", cell.node.console_address());
    let request = http::Request::get(address).body(http_body_util::Full::new(bytes::Bytes::new())).unwrap();
    let body = backshell::client::send(request).await.unwrap().into_body().collect().await.unwrap().to_bytes();
    String::from_utf8(body.to_vec()).unwrap()
}

/// Starts the node again and calls with the secret that was sealed before.
async fn opens_its_secret(config: &Config, cell: &Stopped) {
    let way_out = cell.certificate.way_out(&[(HOST, cell.backend.address)]).unwrap();
    let node = Node::start(config, way_out).await.unwrap();
    let address = format!("http://{}/apim/trial-service/{}/items", node.gateway_address(), cell.connection);
    let request = http::Request::get(address)
        .header("authorization", format!("Bearer {}", cell.token))
        .body(http_body_util::Full::new(bytes::Bytes::new()))
        .unwrap();
    assert_eq!(backshell::client::send(request).await.unwrap().status(), 200);
    assert_eq!(cell.backend.seen().last().unwrap().headers["x-api-key"], support::KEY);
    node.stop().await.unwrap();
}

/// What is left of a cell when its node has stopped.
struct Stopped {
    backend: support::backend::Backend,
    certificate: backshell::trial::TrialCertificate,
    token: String,
    connection: String,
    config: Config,
    folder: tempfile::TempDir,
}

async fn stopped() -> Stopped {
    let Cell { folder, config, node, backend, certificate, token, connection } = Cell::start().await;
    node.stop().await.unwrap();
    configure(folder.path(), &config.data.dir, "");
    Stopped { backend, certificate, token, connection, config, folder }
}

fn key_id(out: &str) -> String {
    serde_json::from_str::<Value>(out).unwrap()["new"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_key_is_rotated_and_secrets_still_open() {
    let cell = stopped().await;
    let (folder, data) = (cell.folder.path(), &cell.config.data.dir);
    let old = fs::read(data.join("master.key")).unwrap();
    let (status, out, err) = run(command(folder, &["vault", "rotate"])).await;
    assert_eq!(status, 0, "{err}");
    assert!(out.contains("1 wrapped anew") && out.contains("old key     kept as"), "{out}");
    let new = fs::read(data.join("master.key")).unwrap();
    assert_ne!(old, new);
    assert!(!data.join("master.key.next").exists());
    let kept = fs::read_dir(data).unwrap().map(|file| file.unwrap().path());
    let kept = kept.filter(|path| path.file_name().unwrap().to_str().unwrap().starts_with("master.key."));
    let kept: Vec<_> = kept.collect();
    assert_eq!(kept.iter().map(|path| fs::read(path).unwrap()).collect::<Vec<_>>(), [old], "the old key is kept once");
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&kept[0]), mode(&data.join("master.key"))), (0o600, 0o600));
    }
    opens_its_secret(&cell.config, &cell).await;

    // A key that was made elsewhere; and the same one again.
    fs::write(folder.join("made.key"), "ab".repeat(32)).unwrap();
    let given = ["vault", "rotate", "--new-file", "made.key", "--format", "json"];
    let (status, out, err) = run(command(folder, &given)).await;
    assert_eq!(status, 0, "{err}");
    let id = key_id(&out);
    assert_eq!(fs::read_to_string(data.join("master.key")).unwrap(), "ab".repeat(32));
    let (status, _, err) = run(command(folder, &given)).await;
    assert!(status == 2 && err.contains("the key that is in use") && err.contains(&id), "{err}");
    assert!(!data.join("master.key.next").exists());
    opens_its_secret(&cell.config, &cell).await;

    // Into a variable, and with what does not fit together.
    let (status, _, err) = run(command(folder, &["vault", "rotate", "--new-variable", "NEW"])).await;
    assert!(status == 2 && err.contains("`vault.key_variable`"), "{err}");
    configure(folder, data, "[vault]\nkey_variable = 'OLD'\n");
    let mut variable = command(folder, &["vault", "rotate", "--new-variable", "NEW", "--format", "json"]);
    variable.env("OLD", "ab".repeat(32)).env("NEW", "cd".repeat(32));
    let (status, out, err) = run(variable).await;
    assert_eq!(status, 0, "{err}");
    assert!(out.contains("\"old_key_kept\": null"), "{out}");
    let mut made = command(folder, &["vault", "rotate"]);
    made.env("OLD", "cd".repeat(32));
    let (status, _, err) = run(made).await;
    assert!(status == 2 && err.contains("--new-variable"), "{err}");
    let acts = run(command(folder, &["ledger", "export"])).await.1;
    assert_eq!(acts.matches(r#""act":"vault.rotate""#).count(), 3, "each rotation, and none that was refused");
    assert!(!acts.contains("abababab"), "no record shows a key");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rotation_that_is_cut_off_goes_on_or_is_finished() {
    let cell = stopped().await;
    let (folder, data) = (cell.folder.path(), &cell.config.data.dir);
    let (master, next) = (data.join("master.key"), data.join("master.key.next"));

    // Cut off before the database knows: the old key is in force, and the next run takes up the new one.
    let new = "12".repeat(32);
    fs::write(&next, &new).unwrap();
    opens_its_secret(&cell.config, &cell).await;
    assert!(next.exists());
    let (status, _, err) = run(command(folder, &["vault", "rotate"])).await;
    assert_eq!(status, 0, "{err}");
    assert_eq!(fs::read_to_string(&master).unwrap(), new);

    // Cut off after: the start finishes it.
    let undo = |to: &str| {
        fs::rename(&master, &next).unwrap();
        fs::write(&master, to).unwrap();
    };
    undo(&"34".repeat(32));
    opens_its_secret(&cell.config, &cell).await;
    assert_eq!(fs::read_to_string(&master).unwrap(), new);
    assert!(!next.exists());

    // So does the next rotation.
    undo(&"56".repeat(32));
    let (status, _, err) = run(command(folder, &["vault", "rotate"])).await;
    assert_eq!(status, 0, "{err}");
    assert_ne!(fs::read_to_string(&master).unwrap(), new);
    opens_its_secret(&cell.config, &cell).await;

    // A left-over of another rotation is not thrown away unseen.
    fs::write(&next, "78".repeat(32)).unwrap();
    fs::write(folder.join("made.key"), "9a".repeat(32)).unwrap();
    let (status, _, err) = run(command(folder, &["vault", "rotate", "--new-file", "made.key"])).await;
    assert!(status == 2 && err.contains("master.key.next"), "{err}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rotation_that_is_killed_loses_nothing() {
    let cell = stopped().await;
    let folder = cell.folder.path();
    for round in 0..24_u64 {
        let mut rotation = command(folder, &["vault", "rotate"]);
        let mut child = rotation.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        // Whenever the kill comes, before, in the middle or after: the outcome must be whole.
        tokio::time::sleep(std::time::Duration::from_millis(round * 4)).await;
        child.kill().ok();
        child.wait().unwrap();
        if round % 6 == 5 {
            opens_its_secret(&cell.config, &cell).await;
        }
    }
    let (status, _, err) = run(command(folder, &["vault", "rotate"])).await;
    assert_eq!(status, 0, "{err}");
    opens_its_secret(&cell.config, &cell).await;
    let (status, out, _) = run(command(folder, &["ledger", "verify"])).await;
    assert_eq!(status, 0, "{out}");
}

// ---- residency -------------------------------------------------------------------------------------------------------

/// A stopped cell with three calls of alice, one refused call, and a configuration with `rest`.
async fn with_calls(rest: &str) -> (Stopped, String) {
    let cell = Cell::start().await;
    let (_, alice) = cell.token_for("alice@contoso.example", &["call"], 600).await;
    assert_eq!(cell.call_as(&alice, Method::GET, "/items", "").await.status(), 403);
    cell.post(
        &format!("/connections/{}/shares", cell.connection),
        json!({"kind": "user", "name": "alice@contoso.example"}),
    )
    .await;
    for _ in 0..3 {
        assert_eq!(cell.call_as(&alice, Method::POST, "/echo", "0123456789").await.status(), 200);
    }
    cell.ledger_until("completion", 3).await;
    let page = cell.get("/residency/flows").await;
    let Cell { folder, config, node, backend, certificate, token, connection } = cell;
    node.stop().await.unwrap();
    configure(folder.path(), &config.data.dir, rest);
    (Stopped { backend, certificate, token, connection, config, folder }, page.to_string())
}

#[tokio::test(flavor = "multi_thread")]
async fn flows_are_who_where_and_how_much() {
    let (cell, api) = with_calls("").await;
    let folder = cell.folder.path();
    let (status, out, err) = run(command(folder, &["residency", "flows", "--format", "json"])).await;
    assert_eq!(status, 0, "{err}");
    let document: Value = serde_json::from_str(&out).unwrap();
    let flow = &document["flows"][0];
    assert_eq!(document["flows"].as_array().unwrap().len(), 1);
    assert_eq!((&flow["calls"], &flow["unfinished"]), (&json!(3), &json!(0)));
    assert_eq!((&flow["bytes_to_service"], &flow["bytes_from_service"]), (&json!(30), &json!(30)));
    assert_eq!((&flow["host"], &flow["publisher"]), (&json!(HOST), &json!("Trial")));
    assert_eq!((&flow["home"], &flow["cell_region"]), (&json!("westeurope"), &json!("westeurope")));
    assert_eq!((&flow["row"], &flow["grade"], &flow["place_known"]), (&json!("D20"), &json!("N"), &json!("unknown")));
    assert_eq!(flow["statement"], "handed over to Trial, place unknown");
    assert!(flow["user"].as_str().unwrap().starts_with("usr_"));
    assert!(!out.contains("alice") && !api.contains("alice") && !out.contains("0123456789"));
    assert_eq!(document["refused"][0]["code"], "permission_denied");
    let api: Value = serde_json::from_str(&api).unwrap();
    assert_eq!(api["flows"], document["flows"], "the API says the same");

    let (_, text, _) = run(command(folder, &["residency", "flows", "--by", "nobody"])).await;
    assert!(text.contains("3; 30 bytes to the service, 30 bytes from it") && !text.contains("usr_"), "{text}");
    let (_, csv, _) =
        run(command(folder, &["residency", "flows", "--format", "csv", "--environment", "default"])).await;
    assert_eq!(csv.lines().count(), 2, "{csv}");
    let (_, later, _) = run(command(folder, &["residency", "flows", "--from", "2999-01-01"])).await;
    assert!(later.contains("no calls were sent"), "{later}");
    for (arguments, words) in [
        (["--from", "yesterday"], "neither a date"),
        (["--environment", "nowhere"], "there is no environment `nowhere`"),
    ] {
        let (status, _, err) = run(command(folder, &[&["residency", "flows"], arguments.as_slice()].concat())).await;
        assert!(status == 2 && err.contains(words), "{err}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_register_and_the_report_are_written() {
    let settings = "[organisation]\nname = 'Example Works'\nrole = 'controller'\npurposes = ['trial-service=trials']\n";
    let (cell, _) = with_calls(settings).await;
    let folder = cell.folder.path();
    let (status, out, err) = run(command(folder, &["residency", "register"])).await;
    assert_eq!(status, 0, "{err}");
    for words in
        ["Example Works; contact: to be filled in", "| (b) Purposes | trials |", "place unknown", "after 90 days"]
    {
        assert!(out.contains(words), "`{words}` is missing: {out}");
    }
    assert!(out.contains("https://trial.example.com/privacy") || out.contains("trial.example.com/privacy"), "{out}");
    assert!(!out.contains("30(2)"), "the role decides which part is made");
    let (_, csv, _) = run(command(folder, &["residency", "register", "--format", "csv"])).await;
    assert_eq!(csv.lines().filter(|line| line.starts_with("30(1)")).count(), 1, "{csv}");
    let (_, out, _) = run(command(folder, &["residency", "register", "--format", "json"])).await;
    assert!(serde_json::from_str::<Value>(&out).unwrap()["processor"].is_null());

    for (file, words) in [
        ("report.html", "Where the calls of Example Works went"),
        ("map.svg", "<desc"),
        ("report.md", "## Where calls went"),
    ] {
        let (status, out, err) = run(command(folder, &["residency", "report", "--output", file])).await;
        assert_eq!((status, out.as_str()), (0, ""), "{err}");
        let written = fs::read_to_string(folder.join(file)).unwrap();
        assert!(written.contains(words) && !written.contains("usr_"), "{file}");
    }
    let (status, _, err) = run(command(folder, &["residency", "report", "--output", "report.pdf"])).await;
    assert!(status == 2 && err.contains(".html"), "{err}");
    assert!(!folder.join("report.pdf").exists());
}
