//! `backshell call`: one call through a running gateway.

use crate::client;
use crate::terminal;
use anyhow::{Context, bail};
use bytes::Bytes;
use clap::Args;
use http::{HeaderName, HeaderValue, Method, Request, header};
use http_body_util::{BodyExt, Full};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use std::io::{IsTerminal as _, Read, Write};
use std::path::PathBuf;
use std::process::ExitCode;

/// What stands as it is in a path segment or query value: the unreserved characters of RFC 3986.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// Largest body that is read from a file, bytes.
const MAX_BODY: u64 = 256 * 1024 * 1024;

/// Make one call through a running gateway
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  export BACKSHELL_TOKEN=bsk_...
  backshell call con_01hq... ListWorkOrders -p status=open
  backshell call con_01hq... CreateWorkOrder --body order.json
  backshell call con_01hq... GetWorkOrder -p workOrderId=7 --include

Exit status: 0 the service answered below 400, 1 the gateway or the service refused, 2 no call was made.")]
pub(super) struct Call {
    /// The connection's identifier (`con_...`).
    connection: String,

    /// The operationId.
    operation: String,

    /// A parameter of the operation, by name; may be given several times.
    #[arg(short = 'p', long = "parameter", value_name = "NAME=VALUE")]
    parameters: Vec<String>,

    /// A file with the request's body; `-` for standard input.
    #[arg(long, value_name = "FILE")]
    body: Option<PathBuf>,

    /// The body's media type.
    #[arg(long, default_value = "application/json", value_name = "TYPE")]
    content_type: String,

    /// Show the answer's status and headers on standard error.
    #[arg(short, long)]
    include: bool,

    /// Where the API is.
    #[arg(long, default_value = "http://127.0.0.1:8781", env = "BACKSHELL_CONSOLE", value_name = "URL")]
    console: String,

    /// Where the gateway is; asked of the API when left out.
    #[arg(long, env = "BACKSHELL_GATEWAY", value_name = "URL")]
    gateway: Option<String>,

    /// The access token. Better in the environment than on the command line, where other users of the machine see it.
    #[arg(long, env = "BACKSHELL_TOKEN", hide_env_values = true, value_name = "TOKEN")]
    token: Token,
}

/// An access token from the command line or the environment: not shown in debug output, zeroed when dropped.
#[derive(Clone)]
pub(super) struct Token(zeroize::Zeroizing<String>);

impl Token {
    /// The token itself, for a request.
    pub(super) fn expose(&self) -> &str {
        &self.0
    }
}

impl std::str::FromStr for Token {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self(zeroize::Zeroizing::new(text.to_owned())))
    }
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(..)")
    }
}

impl Call {
    pub(super) async fn run(&self) -> anyhow::Result<ExitCode> {
        let console = self.console.trim_end_matches('/');
        let get = |path: String| async move {
            client::json(Method::GET, &format!("{console}{path}"), &self.token.0, None).await
        };
        let connection = get(format!("/api/v1/connections/{}", encode(&self.connection))).await?;
        let connector = text(&connection, "connector")?;
        let version = text(&connection, "version")?;
        let operations = get(format!(
            "/api/v1/connectors/{}/operations?version={}&operation={}",
            encode(connector),
            encode(version),
            encode(&self.operation)
        ))
        .await?;
        let operation = operations
            .get("items")
            .and_then(|items| items.get(0))
            .with_context(|| format!("`{connector}` declares no operation `{}`; the API lists them", self.operation))?;
        let gateway = match &self.gateway {
            Some(gateway) => gateway.clone(),
            None => gateway_of(&get("/api/v1/cells".to_owned()).await?)?,
        };
        let request = self.request(&gateway, connector, operation)?;
        let response = client::send(request).await?;
        let (head, mut body) = response.into_parts();
        if self.include {
            terminal::remark(&format!("{:?} {}", head.version, head.status));
            for (name, value) in &head.headers {
                terminal::remark(&format!("{name}: {}", String::from_utf8_lossy(value.as_bytes())));
            }
        }
        let mut out = std::io::stdout().lock();
        let mut ends_line = true;
        while let Some(frame) = body.frame().await {
            if let Ok(data) = frame.context("the answer was cut off")?.into_data() {
                ends_line = data.last().map_or(ends_line, |last| *last == b'\n');
                // Flushed piece by piece: an answer may take its time, and standard output waits for line ends.
                match out.write_all(&data).and_then(|()| out.flush()) {
                    Err(error) if terminal::is_closed_pipe(&error) => break,
                    written => written?,
                }
            }
        }
        // For people the next prompt begins a line; what goes into a file or a pipe is the answer and nothing else.
        if !ends_line && out.is_terminal() {
            out.write_all(b"\n")?;
        }
        Ok(if head.status.as_u16() < 400 { ExitCode::SUCCESS } else { ExitCode::from(1) })
    }

    fn request(&self, gateway: &str, connector: &str, operation: &Value) -> anyhow::Result<Request<Full<Bytes>>> {
        let mut path = text(operation, "path")?.to_owned();
        let mut query: Vec<String> = Vec::new();
        let mut headers: Vec<(HeaderName, HeaderValue)> = Vec::new();
        let declared = operation.get("parameters").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let mut given = Vec::new();
        for parameter in &self.parameters {
            let (name, value) =
                parameter.split_once('=').with_context(|| format!("`-p {parameter}` has no `=`; write name=value"))?;
            let parameter = declared
                .iter()
                .find(|declared| declared.get("name").and_then(Value::as_str) == Some(name))
                .with_context(|| format!("`{}` has no parameter `{name}`", self.operation))?;
            given.push(name);
            match text(parameter, "location")? {
                "path" => {
                    let mut encoded = encode(value);
                    if parameter.get("url_encoding").and_then(Value::as_str) == Some("double") {
                        encoded = encode(&encoded);
                    }
                    path = path.replace(&format!("{{{name}}}"), &encoded);
                }
                "query" => query.push(format!("{}={}", encode(name), encode(value))),
                "header" => headers.push((
                    name.parse().with_context(|| format!("`{name}` is no header name"))?,
                    HeaderValue::from_str(value)
                        .with_context(|| format!("the value of `{name}` is no header value"))?,
                )),
                other => bail!("`{name}` goes into the {other}; give it with `--body`"),
            }
        }
        for parameter in declared {
            let flag = |name: &str| parameter.get(name).and_then(Value::as_bool).unwrap_or(false);
            let name = text(parameter, "name")?;
            let asked = matches!(text(parameter, "location")?, "path" | "query" | "header") && flag("required");
            let hidden = parameter.get("visibility").and_then(Value::as_str) == Some("internal");
            if asked && !hidden && !given.contains(&name) {
                bail!("`{}` needs the parameter `{name}`; give it with `-p {name}=...`", self.operation);
            }
        }
        let query = if query.is_empty() { String::new() } else { format!("?{}", query.join("&")) };
        let gateway = gateway.trim_end_matches('/');
        let address = format!("{gateway}/apim/{connector}/{}{path}{query}", self.connection);
        let mut bearer =
            HeaderValue::from_str(&format!("Bearer {}", *self.token.0)).context("the token is no header value")?;
        bearer.set_sensitive(true);
        let mut builder = Request::builder()
            .method(text(operation, "method")?)
            .uri(&address)
            .header(header::AUTHORIZATION, bearer)
            .header(header::ACCEPT, "*/*");
        for (name, value) in headers {
            builder = builder.header(name, value);
        }
        let body = self.read_body()?;
        if self.body.is_some() {
            builder = builder.header(header::CONTENT_TYPE, &self.content_type);
        }
        builder.body(Full::new(body)).with_context(|| format!("`{address}` is no address"))
    }

    fn read_body(&self) -> anyhow::Result<Bytes> {
        let Some(path) = &self.body else { return Ok(Bytes::new()) };
        let source: Box<dyn Read> = if path.as_os_str() == "-" {
            Box::new(std::io::stdin())
        } else {
            Box::new(std::fs::File::open(path).with_context(|| format!("`{}` cannot be read", path.display()))?)
        };
        let mut bytes = Vec::new();
        source.take(MAX_BODY + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > MAX_BODY {
            bail!(
                "the body is larger than {MAX_BODY} bytes; send it to the gateway with another client, which streams it"
            );
        }
        Ok(bytes.into())
    }
}

/// The gateway of the cell that was seen last.
fn gateway_of(cells: &Value) -> anyhow::Result<String> {
    let cells = cells.get("items").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let latest =
        cells.iter().max_by_key(|cell| cell.get("seen_at").and_then(Value::as_str).unwrap_or_default().to_owned());
    Ok(text(latest.context("no cell has announced itself; name the gateway with `--gateway`")?, "gateway_url")?
        .to_owned())
}

fn text<'v>(value: &'v Value, name: &str) -> anyhow::Result<&'v str> {
    value.get(name).and_then(Value::as_str).with_context(|| format!("the API's answer has no `{name}`"))
}

fn encode(text: &str) -> String {
    utf8_percent_encode(text, ENCODED).to_string()
}
