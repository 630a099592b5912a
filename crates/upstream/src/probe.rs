//! Questions of the product's own: connections for endpoint verification, and one request without credentials.
//!
//! A probe connects to addresses that were judged ([`Vetted`]) and to no others, and what it asks has no place for a
//! credential: there is a host, a path and the name of who asks, and nothing else.

use crate::dial::{Dialled, Dialler};
use backshell_boundary::Vetted;
use bytes::{Bytes, BytesMut};
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode, Uri, Version, header};
use http_body_util::{BodyExt as _, Empty};
use hyper::body::Incoming;
use hyper::client::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use std::io;
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::task::AbortHandle;

/// Largest head of an answer, bytes.
const MAX_HEAD: usize = 64 * 1024;

/// How probes connect.
#[derive(Clone, Debug)]
pub struct ProbeWay(Arc<dyn Dialler>);

impl ProbeWay {
    /// Connects as `dialler` does.
    pub fn new(dialler: Arc<dyn Dialler>) -> Self {
        Self(dialler)
    }

    /// Opens a connection to one of the judged addresses, in their order.
    ///
    /// ```compile_fail,E0308
    /// // No proof of the addresses, no connection.
    /// async fn open(way: &backshell_upstream::ProbeWay) {
    ///     way.open(&"api.example.com:443").await;
    /// }
    /// ```
    pub async fn open(&self, to: &Vetted) -> io::Result<Dialled> {
        self.0.dial(to.host(), to.port(), to.addresses()).await
    }
}

/// What is asked for, with GET.
#[derive(Clone, Debug)]
pub struct Question {
    /// The host and, where it is not 443, the port: what stands in `Host`.
    pub authority: String,
    /// The path; begins with `/`.
    pub path: String,
    /// Who asks: the product token, with an address for complaints.
    pub agent: String,
}

/// Why no answer came.
#[derive(Debug, thiserror::Error)]
pub enum QuestionError {
    /// The path, the host or the product token cannot stand in a request.
    #[error("the request cannot be written: {0}")]
    Request(#[from] http::Error),
    /// The exchange failed.
    #[error("the host does not answer in HTTP: {0}")]
    Exchange(#[from] hyper::Error),
}

/// The head of an answer; the body can be read up to a limit, or left.
#[derive(Debug)]
pub struct ProbeAnswer {
    /// The protocol.
    pub version: Version,
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    body: Incoming,
    _connection: Connection,
}

/// The connection is driven by a task of its own, which ends with it.
#[derive(Debug)]
struct Connection(AbortHandle);

impl Drop for Connection {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Sends one request over an open TLS session and waits for the head of the answer. Sets no time limit: whoever asks does.
pub async fn ask<S>(stream: S, http2: bool, question: &Question) -> Result<ProbeAnswer, QuestionError>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let io = TokioIo::new(stream);
    let (response, connection) = if http2 {
        let (mut sender, connection) = http2::Builder::new(TokioExecutor::new())
            .timer(TokioTimer::new())
            .max_header_list_size(u32::try_from(MAX_HEAD).unwrap_or(u32::MAX))
            .handshake(io)
            .await?;
        let connection = Connection(tokio::spawn(connection).abort_handle());
        (sender.send_request(request(question, true)?).await?, connection)
    } else {
        let (mut sender, connection) = http1::Builder::new().max_buf_size(MAX_HEAD).handshake(io).await?;
        let connection = Connection(tokio::spawn(connection).abort_handle());
        (sender.send_request(request(question, false)?).await?, connection)
    };
    let (head, body) = response.into_parts();
    let (version, status, headers) = (head.version, head.status, head.headers);
    Ok(ProbeAnswer { version, status, headers, body, _connection: connection })
}

impl ProbeAnswer {
    /// At most `most` bytes of the body: what came before the body failed, where it did.
    pub async fn read(mut self, most: usize) -> Bytes {
        let mut read = BytesMut::new();
        while let Some(Ok(frame)) = self.body.frame().await {
            let Ok(data) = frame.into_data() else { continue };
            let room = most.saturating_sub(read.len());
            read.extend_from_slice(data.get(..room).unwrap_or(&data));
            if read.len() >= most {
                break;
            }
        }
        read.freeze()
    }
}

fn request(question: &Question, http2: bool) -> Result<Request<Empty<Bytes>>, http::Error> {
    let uri = if http2 {
        Uri::builder().scheme("https").authority(&*question.authority).path_and_query(&*question.path).build()?
    } else {
        Uri::builder().path_and_query(&*question.path).build()?
    };
    let mut request = Request::builder().method(Method::GET).uri(uri);
    if !http2 {
        request = request.header(header::HOST, &*question.authority).header(header::CONNECTION, "close");
    }
    request
        .header(header::USER_AGENT, &*question.agent)
        .header(header::ACCEPT, HeaderValue::from_static("*/*"))
        .body(Empty::new())
}
