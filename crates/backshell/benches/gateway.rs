//! The gateway beside nginx, on the same machine, in one run.
//!
//! Both take plain HTTP from the same load generator (wrk, 64 connections) and send it over TLS, on kept-alive
//! connections, to the same back end (another nginx with 1 KiB answers). nginx adds one header; the gateway does all of
//! its checks, opens the secret and has each decision flushed to disk before it sends. The two are measured in turn,
//! several rounds, and what is compared is the ratio. Run it with `make bench`; it needs `nginx` and `wrk`.
//!
//! `--rounds`, `--seconds` and `--connections` change how it is measured. `--under "COMMAND ..."` starts the gateway under
//! another program, such as a profiler.

#![allow(
    clippy::print_stdout,
    clippy::indexing_slicing,
    reason = "a benchmark prints its figures, and `serde_json` answers `null` for what is not there"
)]
#![allow(clippy::allow_attributes, reason = "an `expect` is unfulfilled where clippy takes a function for a test")]

use anyhow::{Context, bail};
use backshell::client;
use backshell::config::Config;
use backshell::node::Node;
use backshell::trial::TrialCertificate;
use http::Method;
use rustls_pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use serde_json::{Value, json};
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

const HOST: &str = "api.bench.example.com";
const ANSWER_BYTES: usize = 1_024;

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().collect();
    if let Some(folder) =
        arguments.iter().position(|argument| argument == "--cell").and_then(|at| arguments.get(at + 1))
    {
        return cell(Path::new(folder));
    }
    if arguments.iter().any(|argument| argument == "--test") {
        // `cargo test` runs benches once for their sake of compiling; there is nothing to measure then.
        return Ok(());
    }
    let value = |name: &str| arguments.get(arguments.iter().position(|argument| argument == name)? + 1);
    let number = |name: &str, default: u32| value(name).and_then(|text| text.parse().ok()).unwrap_or(default);
    let under: Vec<String> =
        value("--under").map(|command| command.split_whitespace().map(str::to_owned).collect()).unwrap_or_default();
    let load = Load {
        seconds: number("--seconds", 5),
        connections: number("--connections", 64),
        // Under a profiler a call takes its time.
        patience: if under.is_empty() { 2 } else { 10 },
    };
    measure(number("--rounds", 5), load, under)
}

/// What the load generator does in one round.
#[derive(Clone, Copy, Debug)]
struct Load {
    seconds: u32,
    connections: u32,
    /// After how many seconds a call without an answer is a failure.
    patience: u32,
}

/// One contender's figures in one round.
#[derive(Clone, Copy, Debug)]
struct Figures {
    requests_per_second: f64,
    p50_ms: f64,
    p99_ms: f64,
    cpu_micros_per_call: f64,
    memory_mib: f64,
}

fn measure(rounds: u32, load: Load, under: Vec<String>) -> anyhow::Result<()> {
    for tool in ["nginx", "wrk"] {
        if find(tool).is_none() {
            bail!("`{tool}` is needed for this benchmark; `make setup` installs it");
        }
    }
    let folder = tempfile::tempdir()?;
    let certificate = TrialCertificate::for_hosts(&[HOST, "localhost"])?;
    fs::write(folder.path().join("certificate.der"), certificate.certificate())?;
    fs::write(folder.path().join("key.der"), certificate.key().secret_pkcs8_der())?;
    pem(&folder.path().join("certificate.pem"), "CERTIFICATE", certificate.certificate())?;
    pem(&folder.path().join("key.pem"), "PRIVATE KEY", certificate.key().secret_pkcs8_der())?;
    let (back_end_port, proxy_port) = (free_port()?, free_port()?);
    fs::write(folder.path().join("back_end"), back_end_port.to_string())?;
    let back_end = Nginx::start(folder.path(), "back_end", &back_end_configuration(folder.path(), back_end_port))?;
    let nginx = Nginx::start(folder.path(), "proxy", &proxy_configuration(folder.path(), back_end_port, proxy_port))?;
    let gateway = Gateway::start(folder.path(), under)?;

    let proxied = format!("http://127.0.0.1:{proxy_port}/items");
    let nginx_run = || run(&proxied, None, load, &nginx.processes());
    let gateway_run = || run(&gateway.address, Some(&gateway.token), load, &[gateway.child.id()]);
    let direct = format!("https://127.0.0.1:{back_end_port}/items");
    let Load { seconds, connections, .. } = load;
    println!("{connections} connections, {ANSWER_BYTES} byte answers, {rounds} rounds of {seconds} s each, in turn");
    let (mut by_nginx, mut by_gateway) = (Vec::new(), Vec::new());
    // One round to warm up: connections, caches, page tables.
    nginx_run()?;
    gateway_run()?;
    for round in 1..=rounds {
        by_nginx.push(nginx_run()?);
        by_gateway.push(gateway_run()?);
        let ratio = by_gateway.last().map_or(0.0, |g: &Figures| g.requests_per_second)
            / by_nginx.last().map_or(1.0, |n: &Figures| n.requests_per_second);
        println!("round {round}: {ratio:.2} x nginx's requests per second");
    }
    let direct = run(&direct, None, load, &back_end.processes())?;
    report(&by_nginx, &by_gateway, &direct);
    Ok(())
}

fn report(nginx: &[Figures], gateway: &[Figures], direct: &Figures) {
    type Pick = fn(&Figures) -> f64;
    let rows: [(&str, Pick); 5] = [
        ("requests per second", |figures| figures.requests_per_second),
        ("latency p50, ms", |figures| figures.p50_ms),
        ("latency p99, ms", |figures| figures.p99_ms),
        ("CPU per call, us", |figures| figures.cpu_micros_per_call),
        ("resident memory, MiB", |figures| figures.memory_mib),
    ];
    println!("\n| median | nginx `proxy_pass` | Backshell | ratio |\n|---|---|---|---|");
    for (name, pick) in rows {
        let ours: Vec<f64> = gateway.iter().map(pick).collect();
        let theirs: Vec<f64> = nginx.iter().map(pick).collect();
        let ratios: Vec<f64> = ours.iter().zip(&theirs).map(|(ours, theirs)| ours / theirs).collect();
        println!("| {name} | {:.1} | {:.1} | {:.2} |", median(theirs), median(ours), median(ratios));
    }
    println!("\nwithout a proxy: {:.0} requests per second", direct.requests_per_second);
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// One run of the load generator, and what the contender's processes used in it.
fn run(address: &str, token: Option<&str>, load: Load, processes: &[u32]) -> anyhow::Result<Figures> {
    let before: f64 = processes.iter().map(|process| cpu_seconds(*process)).sum();
    let mut command = Command::new("wrk");
    command.args(["-t", "1", "-c", &load.connections.to_string(), "-d", &format!("{}s", load.seconds), "--latency"]);
    command.args(["--timeout", &format!("{}s", load.patience)]);
    if let Some(token) = token {
        command.args(["-H", &format!("Authorization: Bearer {token}")]);
    }
    let output = command.arg(address).output().context("wrk cannot be run")?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let used = processes.iter().map(|process| cpu_seconds(*process)).sum::<f64>() - before;
    if text.contains("Non-2xx") || text.contains("Socket errors") {
        bail!("not every call was answered well:\n{text}");
    }
    let field =
        |name: &str| text.lines().find_map(|line| line.trim().strip_prefix(name)).map(|rest| rest.trim().to_owned());
    let rate: f64 = field("Requests/sec:").context("wrk's output has no rate")?.parse()?;
    let total: f64 = text
        .lines()
        .find_map(|line| line.trim().split_once(" requests in ")?.0.parse().ok())
        .context("wrk's output has no count")?;
    Ok(Figures {
        requests_per_second: rate,
        p50_ms: milliseconds(&field("50%").unwrap_or_default()),
        p99_ms: milliseconds(&field("99%").unwrap_or_default()),
        cpu_micros_per_call: used * 1e6 / total,
        memory_mib: processes.iter().map(|process| resident_mib(*process)).sum(),
    })
}

fn milliseconds(text: &str) -> f64 {
    let split = text.find(|character: char| character.is_alphabetic()).unwrap_or(text.len());
    let (number, unit) = text.split_at(split);
    let number: f64 = number.parse().unwrap_or(f64::NAN);
    number
        * match unit {
            "us" => 0.001,
            "ms" => 1.0,
            _ => 1_000.0,
        }
}

/// User and system time of a process so far.
fn cpu_seconds(process: u32) -> f64 {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks: f64 = [11, 12].iter().filter_map(|at| fields.get(*at)?.parse::<f64>().ok()).sum();
    ticks / 100.0
}

fn resident_mib(process: u32) -> f64 {
    let statm = fs::read_to_string(format!("/proc/{process}/statm")).unwrap_or_default();
    statm.split(' ').nth(1).and_then(|pages| pages.parse::<f64>().ok()).unwrap_or(0.0) * 4_096.0 / 1_048_576.0
}

/// An nginx that runs until it is dropped.
struct Nginx(Child);

impl Nginx {
    fn start(folder: &Path, name: &str, configuration: &str) -> anyhow::Result<Self> {
        let file = folder.join(format!("{name}.conf"));
        fs::write(&file, configuration)?;
        let program = find("nginx").context("nginx is not installed")?;
        let child = Command::new(program).arg("-p").arg(folder).arg("-c").arg(&file).stderr(Stdio::null()).spawn()?;
        std::thread::sleep(Duration::from_millis(500));
        Ok(Self(child))
    }

    /// The master and its workers.
    fn processes(&self) -> Vec<u32> {
        let master = self.0.id();
        let children = fs::read_to_string(format!("/proc/{master}/task/{master}/children")).unwrap_or_default();
        children.split_whitespace().filter_map(|child| child.parse().ok()).chain([master]).collect()
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        // SIGTERM lets the master end its workers; the benchmark is over, so a failure has no consequence.
        drop(Command::new("kill").arg(self.0.id().to_string()).status());
        drop(self.0.wait());
    }
}

fn find(program: &str) -> Option<PathBuf> {
    ["/usr/sbin", "/usr/bin", "/usr/local/bin"]
        .iter()
        .map(|folder| Path::new(folder).join(program))
        .find(|path| path.exists())
}

fn common(folder: &Path, workers: u32, name: &str) -> String {
    let folder = folder.display();
    format!(
        "daemon off; worker_processes {workers}; pid {folder}/{name}.pid; error_log {folder}/{name}.log crit;\n\
         events {{ worker_connections 4096; }}\n"
    )
}

fn back_end_configuration(folder: &Path, port: u16) -> String {
    let (common, path) = (common(folder, 1, "back_end"), folder.display());
    let body = "x".repeat(ANSWER_BYTES);
    format!(
        "{common}http {{ access_log off; keepalive_requests 10000000; keepalive_timeout 120s;\n\
         client_body_temp_path {path}/b1; proxy_temp_path {path}/p1; fastcgi_temp_path {path}/f1; uwsgi_temp_path {path}/u1; scgi_temp_path {path}/s1;\n\
         server {{ listen 127.0.0.1:{port} ssl; ssl_certificate {path}/certificate.pem; ssl_certificate_key {path}/key.pem;\n\
         location / {{ default_type text/plain; return 200 \"{body}\"; }} }} }}\n"
    )
}

fn proxy_configuration(folder: &Path, back_end: u16, port: u16) -> String {
    let (common, path) = (common(folder, 2, "proxy"), folder.display());
    format!(
        "{common}http {{ access_log off; keepalive_requests 10000000; keepalive_timeout 120s;\n\
         client_body_temp_path {path}/b2; proxy_temp_path {path}/p2; fastcgi_temp_path {path}/f2; uwsgi_temp_path {path}/u2; scgi_temp_path {path}/s2;\n\
         upstream back_end {{ server 127.0.0.1:{back_end}; keepalive 256; keepalive_requests 10000000; }}\n\
         server {{ listen 127.0.0.1:{port}; location / {{ proxy_pass https://back_end; proxy_http_version 1.1;\n\
         proxy_set_header Connection \"\"; proxy_set_header Host {HOST}; proxy_set_header X-Api-Key bench;\n\
         proxy_ssl_name {HOST}; proxy_ssl_server_name on; proxy_ssl_verify on; proxy_ssl_trusted_certificate {path}/certificate.pem; }} }} }}\n"
    )
}

/// The gateway in a process of its own, so that what it uses can be told from what the benchmark uses.
struct Gateway {
    child: Child,
    address: String,
    token: String,
}

impl Gateway {
    /// Starts it, under the command `under` if there is one.
    fn start(folder: &Path, mut under: Vec<String>) -> anyhow::Result<Self> {
        under.push(std::env::current_exe()?.to_string_lossy().into_owned());
        let (program, arguments) = under.split_first().context("there is no program")?;
        let mut child = Command::new(program)
            .args(arguments)
            .arg("--cell")
            .arg(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let output = child.stdout.take().context("the cell has no output")?;
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line)?;
        let ready: Value = serde_json::from_str(&line).context("the cell did not start")?;
        let text = |name: &str| ready.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        Ok(Self { child, address: text("address"), token: text("token") })
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        drop(self.child.wait());
    }
}

/// The child's part: a trial cell with one connector and one connection, until standard input ends.
#[tokio::main(flavor = "multi_thread", worker_threads = 1)]
async fn cell(folder: &Path) -> anyhow::Result<()> {
    let certificate = TrialCertificate::from_der(
        CertificateDer::from(fs::read(folder.join("certificate.der"))?),
        PrivatePkcs8KeyDer::from(fs::read(folder.join("key.der"))?),
    );
    let back_end: u16 = fs::read_to_string(folder.join("back_end"))?.parse()?;
    let mut config = Config::default();
    config.data.dir = folder.join("data");
    config.gateway.listen = SocketAddr::from(([127, 0, 0, 1], 0));
    config.console.listen = SocketAddr::from(([127, 0, 0, 1], 0));
    let way_out = certificate.way_out(&[(HOST, SocketAddr::from(([127, 0, 0, 1], back_end)))])?;
    let mut node = Node::start(&config, way_out).await?;
    let token = node.first_token().context("the folder was not empty")?;
    let api = format!("http://{}/api/v1", node.console_address());
    let post = async |path: &str, kind: &'static str, body: Vec<u8>| {
        client::json(Method::POST, &format!("{api}{path}"), &token, Some((kind, body))).await
    };
    post("/connectors?publisher=verified&infrastructure=external&slug=bench", "application/zip", package()?).await?;
    let environments = client::json(Method::GET, &format!("{api}/environments"), &token, None).await?;
    let connection = json!({"environment": environments["items"][0]["id"], "connector": "bench", "name": "bench",
        "settings": {}, "secrets": {"api_key": "bench"}});
    let connection = post("/connections", "application/json", connection.to_string().into_bytes()).await?;
    let id = connection["id"].as_str().context("the connection has no id")?;
    let address = format!("{}/apim/bench/{id}/items", node.gateway_url());
    println!("{}", json!({"address": address, "token": token}));
    std::io::stdout().flush()?;
    tokio::task::spawn_blocking(|| std::io::stdin().read_line(&mut String::new())).await??;
    node.stop().await
}

fn package() -> anyhow::Result<Vec<u8>> {
    let definition = json!({
        "swagger": "2.0",
        "info": {"title": "Bench", "version": "1.0", "description": "One operation that answers a kilobyte of text.",
            "contact": {"name": "Bench", "url": "https://bench.example.com", "email": "bench@example.com"}},
        "host": HOST, "basePath": "/", "schemes": ["https"],
        "securityDefinitions": {"api_key": {"type": "apiKey", "in": "header", "name": "X-Api-Key"}},
        "security": [{"api_key": []}],
        "paths": {"/items": {"get": {"operationId": "ListItems", "summary": "List items", "description": "Lists items.",
            "responses": {"200": {"description": "Items."}}}}},
        "x-ms-connector-metadata": [
            {"propertyName": "Website", "propertyValue": "https://bench.example.com"},
            {"propertyName": "Privacy policy", "propertyValue": "https://bench.example.com/privacy"},
            {"propertyName": "Categories", "propertyValue": "Data"}],
    });
    let properties = json!({"properties": {"iconBrandColor": "#1f6f54", "publisher": "Bench", "stackOwner": "Bench",
        "capabilities": [], "policyTemplateInstances": [],
        "connectionParameters": {"api_key": {"type": "securestring", "uiDefinition": {"displayName": "Key",
            "description": "The key.", "tooltip": "The key", "constraints": {"required": "true"}}}}}});
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let readme = "# Bench\n".to_owned();
    for (name, text) in [
        ("apiDefinition.swagger.json", definition.to_string()),
        ("apiProperties.json", properties.to_string()),
        ("readme.md", readme),
    ] {
        writer.start_file(name, zip::write::SimpleFileOptions::default())?;
        writer.write_all(text.as_bytes())?;
    }
    Ok(writer.finish()?.into_inner())
}

fn free_port() -> anyhow::Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

fn pem(path: &Path, label: &str, der: &[u8]) -> anyhow::Result<()> {
    use base64::Engine as _;
    let text = base64::engine::general_purpose::STANDARD.encode(der);
    let lines: Vec<&str> = text.as_bytes().chunks(64).filter_map(|line| std::str::from_utf8(line).ok()).collect();
    fs::write(path, format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n")))?;
    Ok(())
}
