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

/// Whether a path could mean another one to a server that normalises it: it has a `.` or `..` segment, also with a path
/// parameter behind it (`..;x`), a backslash or a null character; as written, or after up to three rounds of
/// percent-decoding. An encoded slash separates segments here, because it may do so at the server.
///
/// Takes a path of any kind, with or without a leading slash. Keeps no copy of it, since it may hold a secret.
pub fn is_ambiguous_path(path: &str) -> bool {
    let mut previous = b'/';
    let plain = path.bytes().all(|byte| {
        let plain = !matches!(byte, b'%' | b'\\' | 0) && (byte != b'.' || previous != b'/');
        previous = byte;
        plain
    });
    if plain {
        return false;
    }
    let once = Decoded(path.bytes());
    let twice = Decoded(once.clone());
    let thrice = Decoded(twice.clone());
    has_ambiguous_segment(path.bytes())
        || has_ambiguous_segment(once)
        || has_ambiguous_segment(twice)
        || has_ambiguous_segment(thrice)
}

fn has_ambiguous_segment(mut path: impl Iterator<Item = u8>) -> bool {
    // The dots of a segment that has nothing else so far.
    let mut dots = Some(0_u8);
    loop {
        match path.next() {
            Some(b'\\' | 0) => return true,
            None | Some(b'/' | b';') if matches!(dots, Some(1 | 2)) => return true,
            None => return false,
            Some(b'/') => dots = Some(0),
            Some(b'.') => dots = dots.and_then(|dots| dots.checked_add(1)),
            Some(_) => dots = None,
        }
    }
}

/// Undoes percent-encoding once; what is no complete escape stays as it is.
#[derive(Clone)]
struct Decoded<I>(I);

impl<I: Iterator<Item = u8> + Clone> Iterator for Decoded<I> {
    type Item = u8;

    fn next(&mut self) -> Option<u8> {
        let byte = self.0.next()?;
        if byte != b'%' {
            return Some(byte);
        }
        let mut behind = self.0.clone();
        let mut digit = || char::from(behind.next()?).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        let (Some(high), Some(low)) = (digit(), digit()) else { return Some(byte) };
        self.0 = behind;
        Some(high << 4 | low)
    }
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
    fn paths_with_two_meanings_are_seen() {
        for path in [
            ".",
            "..",
            "/a/../b",
            "/a/./b",
            "/a/..",
            "/%2e%2E/b",
            "/a/.%2e",
            "/..;/b",
            "/..;a=b",
            "/.;x",
            "/a%5Cb",
            "/a\\b",
            "/a\\..\\b",
            "/a%00",
            "/a%2F..%2Fb",
            "/%252e%252e/b",
            "/%25252e%25252E",
            "/a%252F.%2e",
            "/..%3Bx",
            "/a%255cb",
            "/%%32%65%%32%65",
        ] {
            assert!(is_ambiguous_path(path), "{path}");
        }
        for path in [
            "", "/", "a", "/a/..b", "/a/b...", "/...", "/a%2Fb", "/.a", "/a;..", "/;..", "/..a;", "/a.b", "/%2",
            "/%zz", "/100%",
        ] {
            assert!(!is_ambiguous_path(path), "{path}");
        }
    }
}
