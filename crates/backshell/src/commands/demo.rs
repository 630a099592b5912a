//! `backshell demo`: the whole of Backshell at work on this machine, with a sample connector.
//!
//! Nothing in it is staged: the sample goes through the same certification, API, gateway and ledger as any connector. Only
//! the way out is a trial cell's, which leads the sample's host to a mock on this machine after every check has run.

use super::stop_signal;
use crate::client;
use crate::config::Config;
use crate::node::Node;
use crate::sample;
use crate::terminal;
use crate::trial::TrialCertificate;
use anyhow::{Context, bail};
use backshell_mock::{Mock, MockOptions};
use backshell_model::{Random, SecretBytes, hex};
use backshell_package::Limits;
use bytes::Bytes;
use clap::Args;
use http::{HeaderMap, Method, Request, StatusCode, header};
use http_body_util::{BodyExt, Full};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

/// See everything at work: a sample connector, certified, published and called
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  backshell demo
  backshell demo --once                    make the calls, show what happened, stop
  backshell demo --gateway 127.0.0.1:0 --console 127.0.0.1:0    any free ports

Its data lies in a temporary folder that goes with it, unless `--data` names another.")]
pub(super) struct Demo {
    /// Stop after the calls instead of staying open.
    #[arg(long)]
    once: bool,

    /// Where the gateway listens.
    #[arg(long, default_value = "127.0.0.1:8780", value_name = "ADDRESS")]
    gateway: SocketAddr,

    /// Where the API listens.
    #[arg(long, default_value = "127.0.0.1:8781", value_name = "ADDRESS")]
    console: SocketAddr,

    /// Keep the data in this folder.
    #[arg(long, value_name = "FOLDER")]
    data: Option<PathBuf>,
}

impl Demo {
    pub(super) async fn run(&self) -> anyhow::Result<ExitCode> {
        let temporary = tempfile::tempdir().context("no temporary folder can be made; name one with `--data`")?;
        let data = self.data.clone().unwrap_or_else(|| temporary.path().join("data"));
        if data.join("backshell.db").exists() {
            bail!("`{}` already holds a database; the demo begins with an empty folder", data.display());
        }
        let mut config = Config::default();
        config.data.dir = data;
        config.gateway.listen = self.gateway;
        config.console.listen = self.console;

        let key = random_key();
        let certificate = TrialCertificate::for_hosts(&[sample::HOST])?;
        let (mock, stop_mock) = start_mock(&certificate, &key).await?;
        let mut node = Node::start(&config, certificate.way_out(&[(sample::HOST, mock)])?)
            .await
            .context("the demo cannot start (other addresses: `--gateway` and `--console`)")?;
        let token = node.first_token().context("the data folder was not empty")?;
        let api = Api { base: format!("http://{}", node.console_address()), token };

        heading("1  certify and publish the sample connector")?;
        let connector = publish(&api).await?;
        heading("2  connect to it")?;
        let connection = connect(&api, &connector, &key).await?;
        heading("3  call it through the gateway")?;
        let gateway = node.gateway_url();
        let address = format!("{gateway}/apim/{connector}/{connection}/workorders?status=open");
        call(&address, &api.token).await?;
        heading("4  somebody else tries the same")?;
        let stranger = stranger(&api).await?;
        call(&address, &stranger).await?;
        heading("5  what the ledger says")?;
        ledger(&api, &connection).await?;

        if !self.once {
            heading("now you")?;
            terminal::print(&format!(
                "export BACKSHELL_TOKEN={}\n\
                 backshell call {connection} GetWorkOrder -p workOrderId=WO-1001 --console {}\n\
                 curl -H \"Authorization: Bearer $BACKSHELL_TOKEN\" {gateway}/apim/{connector}/{connection}/account\n\
                 curl -H \"Authorization: Bearer $BACKSHELL_TOKEN\" {}/api/v1/openapi.json\n\n\
                 gateway {gateway}   API {}   stop with Ctrl-C\n",
                api.token, api.base, api.base, api.base
            ))?;
            stop_signal().await?;
        }
        node.stop().await?;
        stop_mock.cancel();
        Ok(ExitCode::SUCCESS)
    }
}

struct Api {
    base: String,
    token: String,
}

impl Api {
    async fn get(&self, path: &str) -> anyhow::Result<Value> {
        client::json(Method::GET, &format!("{}/api/v1{path}", self.base), &self.token, None).await
    }

    async fn post(&self, path: &str, body: &Value) -> anyhow::Result<Value> {
        let body = Some(("application/json", serde_json::to_vec(body)?));
        client::json(Method::POST, &format!("{}/api/v1{path}", self.base), &self.token, body).await
    }
}

/// A key for the sample's service, as a customer would get one from it.
fn random_key() -> String {
    let mut bytes = [0_u8; 16];
    crate::system::SystemRandom.fill(&mut bytes);
    hex(&bytes)
}

async fn start_mock(
    certificate: &TrialCertificate,
    key: &str,
) -> anyhow::Result<(SocketAddr, tokio_util::sync::CancellationToken)> {
    let package = backshell_package::read_files("sample", sample::files(), &Limits::default()).package;
    let credential = Some(SecretBytes::new(key.as_bytes().to_vec()));
    let mock = Mock::new(&package, MockOptions { credential, ..MockOptions::default() })?;
    let listener = tokio::net::TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, 0)).await?;
    let address = listener.local_addr()?;
    let tls = certificate.server(&[b"h2", b"http/1.1"])?;
    let stop = tokio_util::sync::CancellationToken::new();
    let stopped = stop.clone().cancelled_owned();
    tokio::spawn(async move {
        if let Err(error) = mock.serve(listener, Some(tls), stopped).await {
            tracing::error!(%error, "the mock ended");
        }
    });
    Ok((address, stop))
}

async fn publish(api: &Api) -> anyhow::Result<String> {
    let address = format!("{}/api/v1/connectors?publisher=verified&infrastructure=external", api.base);
    let body = Some(("application/zip", sample::archive()?));
    let published = client::json(Method::POST, &address, &api.token, body).await?;
    let version = published.get("version").context("the answer to the publication names no version")?;
    let report = published.get("report").unwrap_or(&Value::Null);
    for check in report.get("checks").and_then(Value::as_array).into_iter().flatten() {
        let reason = check.get("reason").and_then(Value::as_str).unwrap_or_default();
        row(string(check, "check"), &format!("{:<8} {reason}", string(check, "state")))?;
    }
    row("verdict", string(version, "verdict"))?;
    row("digest", string(version, "digest"))?;
    row("connector", string(version, "connector"))?;
    Ok(string(version, "connector").to_owned())
}

async fn connect(api: &Api, connector: &str, key: &str) -> anyhow::Result<String> {
    let environments = api.get("/environments").await?;
    let environment = environments.pointer("/items/0").context("there is no environment")?;
    let connection = api
        .post(
            "/connections",
            &json!({
                "environment": string(environment, "id"),
                "connector": connector,
                "name": "Northwind field service",
                "settings": {"subdomain": sample::SUBDOMAIN},
                "secrets": {"api_key": key},
            }),
        )
        .await?;
    row("environment", &format!("{} at home in {}", string(environment, "name"), string(environment, "home")))?;
    row("connection", &format!("{} ({})", string(&connection, "id"), string(&connection, "state")))?;
    row("host", sample::HOST)?;
    row("key", "sealed in the vault, bound to this connection and this host")?;
    Ok(string(&connection, "id").to_owned())
}

/// A second user with a token of their own, with whom nothing is shared.
async fn stranger(api: &Api) -> anyhow::Result<String> {
    let made = api
        .post(
            "/tokens",
            &json!({"user": "somebody@else.example", "app": "demo", "scopes": ["call"], "expires_in_seconds": 3600}),
        )
        .await?;
    Ok(string(&made, "token").to_owned())
}

async fn call(address: &str, token: &str) -> anyhow::Result<()> {
    let request = Request::builder()
        .uri(address)
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        .body(Full::new(Bytes::new()))?;
    let began = Instant::now();
    let response = client::send(request).await?;
    let (head, body) = response.into_parts();
    let body = body.collect().await?.to_bytes();
    row("request", &format!("GET {}", address.split_once("/apim").map_or(address, |(_, rest)| rest)))?;
    row("answer", &format!("{} after {:.1} ms", head.status, began.elapsed().as_secs_f64() * 1_000.0))?;
    row("call id", named(&head.headers, "x-backshell-call-id"))?;
    if head.headers.contains_key("x-backshell-notice") {
        row("place", named(&head.headers, "x-backshell-notice"))?;
    }
    let body: Value = serde_json::from_slice(&body).unwrap_or(Value::Null);
    if head.status == StatusCode::OK {
        let first: String = body.to_string().chars().take(160).collect();
        row("body", &format!("{first}..."))?;
    } else {
        row("refusal", &format!("{}: {}", string(&body, "code"), string(&body, "detail")))?;
    }
    Ok(())
}

async fn ledger(api: &Api, connection: &str) -> anyhow::Result<()> {
    // A completion is written behind the call; wait until it is there.
    let mut entries = Vec::new();
    for _ in 0..50 {
        let page = api.get("/ledger/entries?after=0&limit=1000").await?;
        entries = page.get("items").and_then(Value::as_array).cloned().unwrap_or_default();
        if entries.iter().any(|entry| string(entry, "kind") == "completion") {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    for entry in entries {
        let record = entry.get("record").unwrap_or(&Value::Null);
        let about = |name: &str| record.get(name).and_then(Value::as_str) == Some(connection);
        let shown: &[&str] = match string(&entry, "kind") {
            "act" if about("subject") => &["act", "outcome", "policies"],
            "decision" if about("connection") => {
                &["outcome", "code", "operation", "policies", "home", "cell_region", "boundary", "host"]
            }
            "completion" => &["status", "upstream_ms", "bytes_in", "bytes_out", "ended"],
            _ => continue,
        };
        let fields: Vec<String> = shown
            .iter()
            .filter_map(|name| {
                let value = record.get(name)?;
                Some(format!("{name}={}", value.as_str().map_or_else(|| value.to_string(), str::to_owned)))
            })
            .collect();
        let number = entry.get("seq").map(Value::to_string).unwrap_or_default();
        row(&format!("{number:>3} {}", string(&entry, "kind")), &fields.join("  "))?;
    }
    Ok(())
}

fn heading(text: &str) -> anyhow::Result<()> {
    let bold = anstyle();
    terminal::print(&format!("\n{bold}{text}{bold:#}\n"))
}

fn anstyle() -> clap::builder::styling::Style {
    clap::builder::styling::Style::new().bold()
}

fn row(name: &str, text: &str) -> anyhow::Result<()> {
    terminal::line(&format!("   {name:<14} {}", text.trim_end()))
}

fn string<'v>(value: &'v Value, name: &str) -> &'v str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn named<'h>(headers: &'h HeaderMap, name: &str) -> &'h str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}
