//! Reads where a service begins, canonically or not at all.

use backshell_model::{HostName, HostNameError, Scheme, ServiceRoot, is_ambiguous_path};

/// Why a text is no service root.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RootError {
    /// It does not begin with `https://`.
    #[error("it must begin with `https://`")]
    Scheme,
    /// The host is not one.
    #[error("{0}")]
    Host(#[from] HostNameError),
    /// The port is not a number from 1 to 65535, written without leading zeros.
    #[error("the port must be a number from 1 to 65535")]
    Port,
    /// The path has characters that stand in no path, a query, a fragment, or `.` and `..` segments.
    #[error("the path must be plain: no query, no fragment, no `..`")]
    Path,
}

impl RootError {
    /// The reason code of endpoint verification.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Scheme => "scheme",
            Self::Host(error) => error.code(),
            Self::Port => "port",
            Self::Path => "malformed",
        }
    }
}

/// Reads `https://host[:port][/path]`. Folds ASCII case of scheme and host and drops slashes at the end; anything else
/// that is not canonical is refused.
pub fn read_root(text: &str) -> Result<ServiceRoot, RootError> {
    if text.bytes().any(|byte| byte <= b' ' || byte == 0x7f || byte == b'\\') {
        return Err(RootError::Host(HostNameError::Malformed));
    }
    let rest = strip_https(text).ok_or(RootError::Scheme)?;
    let (authority, path) = match rest.find(['/', '?', '#']).and_then(|at| rest.split_at_checked(at)) {
        Some((authority, path)) => (authority, path),
        None => (rest, ""),
    };
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !authority.contains(['[', '@']) => (host, read_port(port)?),
        _ => (authority, 443),
    };
    let host = HostName::parse(host)?;
    let path = path.trim_end_matches('/');
    if !is_plain_path(path) {
        return Err(RootError::Path);
    }
    Ok(ServiceRoot { scheme: Scheme::Https, host, port, base_path: path.into() })
}

/// What follows `https://`, whose letter case does not matter.
pub(crate) fn strip_https(text: &str) -> Option<&str> {
    let (scheme, rest) = text.split_at_checked("https://".len())?;
    scheme.eq_ignore_ascii_case("https://").then_some(rest)
}

fn read_port(text: &str) -> Result<u16, RootError> {
    let digits = !text.is_empty() && !text.starts_with('0') && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| digits).ok_or(RootError::Port)
}

/// Whether a path has only characters that RFC 3986 allows there, complete escapes and no dot segments.
fn is_plain_path(path: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@%/".contains(&byte);
    let escapes = path.split('%').skip(1).all(|behind| {
        let mut digits = behind.bytes();
        [digits.next(), digits.next()].iter().all(|digit| digit.is_some_and(|digit| digit.is_ascii_hexdigit()))
    });
    path.bytes().all(allowed) && escapes && !is_ambiguous_path(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn canonical_or_refused() {
        let shown = |text: &str| read_root(text).map_or_else(|error| error.code().to_owned(), |root| root.to_string());
        for (text, expected) in [
            ("https://api.example.com", "https://api.example.com"),
            ("HTTPS://API.Example.com/v1//", "https://api.example.com/v1"),
            ("https://api.example.com:443/v1", "https://api.example.com/v1"),
            ("https://api.example.com:8443", "https://api.example.com:8443"),
            ("https://api.example.com/a%20b/@x", "https://api.example.com/a%20b/@x"),
            ("http://api.example.com", "scheme"),
            ("api.example.com", "scheme"),
            ("https:api.example.com", "scheme"),
            ("https:///x", "malformed"),
            ("https://user@api.example.com", "userinfo"),
            ("https://api.example.com:x@evil.example", "userinfo"),
            ("https://[::1]:443/", "ip_literal"),
            ("https://10.0.0.1/", "ip_literal"),
            ("https://a:b:443/", "ip_literal"),
            ("https://api.example.com:00443", "port"),
            ("https://api.example.com:", "port"),
            ("https://api.example.com:65536", "port"),
            ("https://api.example.com?x", "malformed"),
            ("https://api.example.com/#x", "malformed"),
            ("https://api.example.com/a/../b", "malformed"),
            ("https://api.example.com/a/%2e%2E", "malformed"),
            ("https://api.example.com/%zz", "malformed"),
            ("https://api.example.com/%e", "malformed"),
            ("https://api.example.com\\evil", "malformed"),
            ("https://api.example.com/a\nb", "malformed"),
            ("https://localhost/", "special_name"),
        ] {
            assert_eq!(shown(text), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_read_reads_back(text in "https://[a-z0-9@:/?#%.\\[\\]é\\-]{0,40}") {
            if let Ok(root) = read_root(&text) {
                prop_assert_eq!(read_root(&root.to_string()), Ok(root));
            }
        }
    }
}
