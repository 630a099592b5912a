//! The request as it travels through the call pipeline, without its body.

use crate::host::ServiceRoot;
use crate::sealed::SealedText;
use http::{HeaderMap, HeaderName, Method};

/// One `name=value` of a query, both as they stand in the address (percent-encoded).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueryPair {
    /// The name, encoded.
    pub name: String,
    /// The value, encoded; `None` where the caller wrote no equals sign.
    pub value: Option<SealedText>,
}

/// What will be sent to the service, as far as it is decided. Secrets are sealed references in it.
#[derive(Clone, Debug)]
pub struct ShapedRequest {
    /// The method.
    pub method: Method,
    /// Where the service begins. Templates may replace it.
    pub root: ServiceRoot,
    /// The operation's path below the root: begins with `/`, percent-encoded.
    pub path: SealedText,
    /// The query in order.
    pub query: Vec<QueryPair>,
    /// Headers without secrets. The caller's own credential and hop-by-hop headers are gone before this is made.
    pub headers: HeaderMap,
    /// Headers with secrets in them. A name stands in one of the two, never in both.
    pub sealed_headers: Vec<(HeaderName, SealedText)>,
}

impl ShapedRequest {
    /// Splits a raw query into pairs, byte for byte; joining them with `&` gives the same text again.
    pub fn split_query(raw: &str) -> Vec<QueryPair> {
        if raw.is_empty() {
            return Vec::new();
        }
        raw.split('&')
            .map(|pair| match pair.split_once('=') {
                Some((name, value)) => QueryPair { name: name.to_owned(), value: Some(SealedText::literal(value)) },
                None => QueryPair { name: pair.to_owned(), value: None },
            })
            .collect()
    }

    /// The value of a header, sealed or not; several plain values are joined by `, `.
    pub fn header(&self, name: &HeaderName) -> Option<SealedText> {
        if let Some((_, value)) = self.sealed_headers.iter().find(|(sealed, _)| sealed == name) {
            return Some(value.clone());
        }
        let mut values = self.headers.get_all(name).iter().filter_map(|value| value.to_str().ok()).peekable();
        values.peek()?;
        Some(SealedText::literal(values.collect::<Vec<_>>().join(", ")))
    }

    /// Replaces a header. Returns false and changes nothing when a literal `value` is no header value.
    pub fn set_header(&mut self, name: &HeaderName, value: SealedText) -> bool {
        match value.as_literal() {
            Some(text) => {
                let Ok(value) = http::HeaderValue::from_str(text) else { return false };
                self.remove_header(name);
                self.headers.insert(name.clone(), value);
            }
            None => {
                self.remove_header(name);
                self.sealed_headers.push((name.clone(), value));
            }
        }
        true
    }

    /// Removes every value of a header.
    pub fn remove_header(&mut self, name: &HeaderName) {
        self.headers.remove(name);
        self.sealed_headers.retain(|(sealed, _)| sealed != name);
    }
}

/// Whether a path segment is `.` or `..` to some server: also percent-encoded, and with a path parameter (`..;x`).
pub fn is_dot_segment(segment: &str) -> bool {
    let name = segment.split(';').next().unwrap_or_default();
    matches!(name.replace("%2e", ".").replace("%2E", ".").as_str(), "." | "..")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_pass_byte_for_byte() {
        for raw in ["", "a", "a=", "a=1&b=2", "a=1&&b", "%24top=5&x=a=b", "=&="] {
            let pairs = ShapedRequest::split_query(raw);
            let joined = pairs
                .iter()
                .map(|pair| match &pair.value {
                    Some(value) => format!("{}={}", pair.name, value.as_literal().unwrap()),
                    None => pair.name.clone(),
                })
                .collect::<Vec<_>>()
                .join("&");
            assert_eq!(joined, raw);
        }
    }

    #[test]
    fn dot_segments_in_every_spelling() {
        for segment in [".", "..", "%2e", "%2E.", ".%2e", "..;", "..;a=b"] {
            assert!(is_dot_segment(segment), "{segment}");
        }
        for segment in ["", "...", "a..", ".a", "%2f", "..a;", "a;.."] {
            assert!(!is_dot_segment(segment), "{segment}");
        }
    }
}
