//! A trial cell as a process of its own, for tests and measurements that kill it or look at it from outside. Never shipped.
//!
//! It serves the sample connector with a mock back end over TLS behind it. The first start publishes the connector and
//! makes a connection; later starts over the same data folder find both. When everything listens, one line of JSON goes to
//! standard output: `gateway`, `console`, `token`, `connector`, `connection`, `pid`. It stops, in good order, when its
//! standard input ends.
//!
//! What a database does not tell again (the first token) is kept in `FOLDER.trial/state.json`, beside the data folder and
//! not in it: what lies in the data folder is the product's alone. The certificate is not kept; each start makes its own
//! for both ends.

use anyhow::Context;
use backshell::client;
use backshell::config::Config;
use backshell::node::Node;
use backshell::sample;
use backshell::trial::TrialCertificate;
use backshell_mock::{Mock, MockOptions};
use backshell_model::SecretBytes;
use backshell_package::Limits;
use clap::Parser;
use http::Method;
use serde_json::{Value, json};
use std::io::Write;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use tokio_util::sync::CancellationToken;

/// The key of the mock's account.
const KEY: &str = "trial-key-1";

/// Starts a trial cell with the sample connector
#[derive(Debug, Parser)]
struct Arguments {
    /// The data folder; made when it does not exist.
    data: PathBuf,
    /// Where the gateway listens.
    #[arg(long, default_value = "127.0.0.1:0")]
    gateway: SocketAddr,
    /// Where the API listens.
    #[arg(long, default_value = "127.0.0.1:0")]
    console: SocketAddr,
    /// What is logged to standard error.
    #[arg(long, default_value = "error")]
    log: tracing_subscriber::filter::LevelFilter,
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    tracing_subscriber::fmt().with_max_level(arguments.log).with_writer(std::io::stderr).init();
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?.block_on(run(arguments))
}

async fn run(arguments: Arguments) -> anyhow::Result<()> {
    let mut config = Config::default();
    config.data.dir = arguments.data;
    config.gateway.listen = arguments.gateway;
    config.console.listen = arguments.console;
    let certificate = TrialCertificate::for_hosts(&[sample::HOST])?;
    let stop = CancellationToken::new();
    let mock = start_mock(&certificate, &stop).await?;
    let mut node = Node::start(&config, certificate.way_out(&[(sample::HOST, mock)])?).await?;

    let state = state_file(&config.data.dir);
    let mut shown = match node.first_token() {
        Some(token) => {
            let made = first_start(&format!("http://{}/api/v1", node.console_address()), &token).await?;
            keep(&state, &made)?;
            made
        }
        None => serde_json::from_slice(&std::fs::read(&state).with_context(|| {
            format!("`{}` is missing: the first start over this data did not come to its end", state.display())
        })?)?,
    };
    if let Some(members) = shown.as_object_mut() {
        members.insert("gateway".to_owned(), node.gateway_url().into());
        members.insert("console".to_owned(), format!("http://{}", node.console_address()).into());
        members.insert("pid".to_owned(), std::process::id().into());
    }
    let mut out = std::io::stdout();
    writeln!(out, "{shown}")?;
    out.flush()?;

    // Whoever started this may end without a chance to say so: then its end of the pipe is closed.
    tokio::task::spawn_blocking(|| std::io::copy(&mut std::io::stdin(), &mut std::io::sink())).await??;
    node.stop().await?;
    stop.cancel();
    Ok(())
}

async fn start_mock(certificate: &TrialCertificate, stop: &CancellationToken) -> anyhow::Result<SocketAddr> {
    let package = backshell_package::read_files("sample", sample::files(), &Limits::default()).package;
    let credential = Some(SecretBytes::new(KEY.as_bytes().to_vec()));
    let mock = Mock::new(&package, MockOptions { credential, ..MockOptions::default() })?;
    let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let address = listener.local_addr()?;
    let tls = certificate.server(&[b"h2", b"http/1.1"])?;
    let stopped = stop.clone().cancelled_owned();
    tokio::spawn(async move {
        if let Err(error) = mock.serve(listener, Some(tls), stopped).await {
            tracing::error!(%error, "the mock ended");
        }
    });
    Ok(address)
}

/// Publishes the sample connector and makes a connection to it.
async fn first_start(api: &str, token: &str) -> anyhow::Result<Value> {
    let publish = format!("{api}/connectors?publisher=verified&infrastructure=external");
    let archive = Some(("application/zip", sample::archive()?));
    let published = client::json(Method::POST, &publish, token, archive).await?;
    let connector =
        published.pointer("/version/connector").context("the answer to the publication names no connector")?;
    let environments = client::json(Method::GET, &format!("{api}/environments"), token, None).await?;
    let wanted = json!({
        "environment": environments.pointer("/items/0/id"),
        "connector": connector,
        "name": "trial",
        "settings": {"subdomain": sample::SUBDOMAIN},
        "secrets": {"api_key": KEY},
    });
    let body = Some(("application/json", wanted.to_string().into_bytes()));
    let connection = client::json(Method::POST, &format!("{api}/connections"), token, body).await?;
    Ok(json!({"token": token, "connector": connector, "connection": connection.get("id")}))
}

fn state_file(data: &Path) -> PathBuf {
    let mut folder = data.as_os_str().to_owned();
    folder.push(".trial");
    PathBuf::from(folder).join("state.json")
}

/// Complete on disk before it has its name, so that a kill leaves a whole file or none.
fn keep(path: &Path, state: &Value) -> anyhow::Result<()> {
    if let Some(folder) = path.parent() {
        backshell::keys::private_folder(folder)?;
    }
    let partial = path.with_extension("new");
    let mut file = backshell::keys::private_file(&partial)?;
    file.set_len(0)?;
    file.write_all(state.to_string().as_bytes())?;
    file.sync_all()?;
    std::fs::rename(&partial, path)?;
    Ok(())
}
