//! What the servers of the zoo answer.

use bytes::Bytes;
use http_body_util::Full;
use hyper::{Request, Response};
use std::sync::Arc;

/// The status, headers and body of every answer.
#[derive(Clone, Debug)]
pub(crate) struct Page {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: &'static [u8],
}

impl Page {
    /// An answer that clears every bar.
    pub(crate) fn good() -> Self {
        Self {
            status: 401,
            headers: vec![("strict-transport-security", "max-age=31536000; includeSubDomains".to_owned())],
            body: b"who are you?",
        }
    }

    pub(crate) fn with(mut self, name: &'static str, value: &str) -> Self {
        self.headers.retain(|(known, _)| *known != name);
        self.headers.push((name, value.to_owned()));
        self
    }

    pub(crate) fn status(self, status: u16) -> Self {
        Self { status, ..self }
    }

    pub(crate) fn answer(&self) -> Response<Full<Bytes>> {
        let mut answer = Response::builder().status(self.status);
        for (name, value) in &self.headers {
            answer = answer.header(*name, value);
        }
        answer.body(Full::new(Bytes::from_static(self.body))).unwrap()
    }
}

/// Sees every request, and decides about its answer.
pub(crate) type Handler = Arc<dyn Fn(&Request<hyper::body::Incoming>) -> Page + Send + Sync>;

/// The same page for every request.
pub(crate) fn always(page: Page) -> Handler {
    Arc::new(move |_| page.clone())
}
