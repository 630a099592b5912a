//! URLs, canonical or refused: read in a fixed order of checks whose first failure names the reason.
//!
//! Parsers that repair (backslashes, missing slashes, tabs, numbers as addresses, percent signs in a host) disagree with
//! each other, and whoever finds two that do decides where a credential goes. So nothing is repaired here but the letter
//! case of scheme and host. The checks run on the final text, after all substitution.

use crate::host::{HostName, HostNameError, Scheme, ServiceRoot};
use crate::shaped::is_ambiguous_path;

/// Why a text is no URL of a service. The words are the reason codes of endpoint verification.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UrlRefused {
    /// Blanks or control characters, no scheme, not exactly two slashes, or an authority that cannot be read.
    #[error("it is malformed; write it as `https://host/path`")]
    Malformed,
    /// Another scheme than `https`.
    #[error("it must begin with `https://`")]
    Scheme,
    /// An at sign in front of the host.
    #[error("it has a user name in front of the host")]
    UserInfo,
    /// An IP address in any spelling.
    #[error("its host is an IP address; connectors name hosts")]
    IpLiteral,
    /// Percent signs, non-ASCII letters or a trailing dot in the host.
    #[error("its host is not in canonical form (ASCII, no percent signs, no trailing dot)")]
    NotCanonical,
    /// A name that never is a public service.
    #[error("its host is a special-use name that is never a public service")]
    SpecialName,
    /// The host is neither certified nor under a certified pattern.
    #[error("its host is not certified")]
    HostNotCertified,
    /// A port that is not the certified one, or is not written as a plain number from 1 to 65535.
    #[error("its port is not a permitted one, written as a plain number")]
    Port,
}

impl UrlRefused {
    /// The reason code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::Scheme => "scheme",
            Self::UserInfo => "userinfo",
            Self::IpLiteral => "ip_literal",
            Self::NotCanonical => "not_canonical",
            Self::SpecialName => "special_name",
            Self::HostNotCertified => "host_not_certified",
            Self::Port => "port",
        }
    }
}

impl From<HostNameError> for UrlRefused {
    fn from(error: HostNameError) -> Self {
        match error {
            HostNameError::Malformed => Self::Malformed,
            HostNameError::UserInfo => Self::UserInfo,
            HostNameError::IpLiteral => Self::IpLiteral,
            HostNameError::NotCanonical => Self::NotCanonical,
            HostNameError::SpecialName => Self::SpecialName,
        }
    }
}

/// A URL whose host is canonical. The port is not judged yet: which one is right depends on what is certified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UrlText<'a> {
    /// The host.
    pub host: HostName,
    /// The port as it is written.
    pub port: PortText<'a>,
    /// What follows the authority, without the fragment: empty, or from `/` or `?` on.
    pub path_and_query: &'a str,
}

/// The port of an authority as it is written; `None` without a colon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PortText<'a>(Option<&'a str>);

impl PortText<'_> {
    /// The port, 443 when none is written.
    pub fn number(self) -> Result<u16, UrlRefused> {
        let Some(text) = self.0 else { return Ok(443) };
        if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(UrlRefused::Malformed);
        }
        // Written in one way only: no zeros in front.
        if text.starts_with('0') { Err(UrlRefused::Port) } else { text.parse().map_err(|_| UrlRefused::Port) }
    }
}

/// Reads an absolute `https` URL up to its host, in the fixed order: what no URL contains, scheme, slashes, authority,
/// host.
pub fn read_url(text: &str) -> Result<UrlText<'_>, UrlRefused> {
    if text.bytes().any(|byte| byte <= b' ' || byte == 0x7f) {
        return Err(UrlRefused::Malformed);
    }
    let (scheme, rest) = split_scheme(text).ok_or(UrlRefused::Malformed)?;
    if !scheme.eq_ignore_ascii_case("https") {
        return Err(UrlRefused::Scheme);
    }
    read_scheme_relative(rest)
}

/// Reads what follows the scheme: `//host`, and so on. A link that begins so keeps the scheme of where it stands.
pub fn read_scheme_relative(text: &str) -> Result<UrlText<'_>, UrlRefused> {
    let rest = text.strip_prefix("//").ok_or(UrlRefused::Malformed)?;
    let (authority, behind) = rest.find(['/', '?', '#']).and_then(|at| rest.split_at_checked(at)).unwrap_or((rest, ""));
    if authority.is_empty() || authority.contains('\\') {
        return Err(UrlRefused::Malformed);
    }
    let (host, port) = split_authority(authority)?;
    let host = HostName::parse(host)?;
    Ok(UrlText { host, port, path_and_query: behind.split('#').next().unwrap_or_default() })
}

/// The scheme and what follows its colon; `None` where there is none, or where it is written like a host.
fn split_scheme(text: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = text.split_once(':')?;
    let plain = scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-'));
    plain.then_some((scheme, rest))
}

/// Host and port. User information and IPv6 literals are refused as such.
fn split_authority(authority: &str) -> Result<(&str, PortText<'_>), UrlRefused> {
    if authority.contains('@') {
        return Err(UrlRefused::UserInfo);
    }
    let closed = match (authority.find('['), authority.rfind(']')) {
        (None, None) => None,
        (Some(open), Some(close)) => Some(open < close),
        _ => Some(false),
    };
    match closed {
        Some(true) => return Err(UrlRefused::IpLiteral),
        Some(false) => return Err(UrlRefused::Malformed),
        None => {}
    }
    match authority.split_once(':') {
        Some((_, port)) if port.contains(':') => Err(UrlRefused::Malformed),
        Some((host, port)) => Ok((host, PortText(Some(port)))),
        None => Ok((authority, PortText(None))),
    }
}

impl ServiceRoot {
    /// Reads `https://host[:port][/path]`, as a package, a connection's value or a template gives it: the checks of
    /// [`read_url`], any plain port, and a path without query, fragment, incomplete escapes or `.` and `..` segments.
    /// Slashes at the end are dropped.
    pub fn parse(text: &str) -> Result<Self, UrlRefused> {
        let url = read_url(text)?;
        let port = url.port.number()?;
        let path = url.path_and_query.trim_end_matches('/');
        if text.contains('#') || !is_plain_path(path) {
            return Err(UrlRefused::Malformed);
        }
        Ok(Self { scheme: Scheme::Https, host: url.host, port, base_path: path.into() })
    }
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

/// Whether a value may be put into a host: not empty, nothing that ends a host or an authority, nothing that stands for
/// something else. Asked before substitution; [`read_url`] judges what comes out.
pub fn is_plain_host_value(value: &str) -> bool {
    !value.is_empty()
        && value.bytes().all(|byte| {
            byte.is_ascii_graphic() && !matches!(byte, b'/' | b'\\' | b'?' | b'#' | b'@' | b':' | b'%' | b'[' | b']')
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shown(text: &str) -> String {
        ServiceRoot::parse(text).map_or_else(|error| error.code().to_owned(), |root| root.to_string())
    }

    #[test]
    fn roots_are_canonical_or_refused() {
        for (text, expected) in [
            ("https://api.example.com", "https://api.example.com"),
            ("HTTPS://API.Example.com/v1//", "https://api.example.com/v1"),
            ("https://api.example.com:443/v1", "https://api.example.com/v1"),
            ("https://api.example.com:8443", "https://api.example.com:8443"),
            ("https://api.example.com/a%20b/@x", "https://api.example.com/a%20b/@x"),
            ("http://api.example.com", "scheme"),
            ("api.example.com", "malformed"),
            ("api.example.com:443/v1", "malformed"),
            ("https:api.example.com", "malformed"),
            ("https:///x", "malformed"),
            ("https://user@api.example.com", "userinfo"),
            ("https://api.example.com:x@evil.example", "userinfo"),
            ("https://[::1]:443/", "ip_literal"),
            ("https://10.0.0.1/", "ip_literal"),
            ("https://a:b:443/", "malformed"),
            ("https://[::1", "malformed"),
            ("https://a]b.example", "malformed"),
            ("https://]a[.example", "malformed"),
            ("https://:443", "malformed"),
            ("https://api.example.com:00443", "port"),
            ("https://api.example.com:0", "port"),
            ("https://api.example.com:", "malformed"),
            ("https://api.example.com:4a3", "malformed"),
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

    #[test]
    fn the_first_failing_check_gives_the_reason() {
        // Each text fails two checks; the earlier one counts.
        for (text, expected) in [
            ("http://user@[::1]\n", UrlRefused::Malformed),
            ("http://user@[::1]", UrlRefused::Scheme),
            ("https:/user@[::1]", UrlRefused::Malformed),
            ("https://user\\@[::1]", UrlRefused::Malformed),
            ("https://user@[::1", UrlRefused::UserInfo),
            ("https://[::1:ü", UrlRefused::Malformed),
            ("https://[%ü]", UrlRefused::IpLiteral),
            ("https://ü.127.0.0.1", UrlRefused::NotCanonical),
            ("https://127.0.0.1.", UrlRefused::IpLiteral),
            ("https://-a.example.", UrlRefused::NotCanonical),
            ("https://-a.localhost", UrlRefused::Malformed),
            ("https://localhost:x", UrlRefused::SpecialName),
        ] {
            assert_eq!(read_url(text), Err(expected), "{text}");
        }
    }

    #[test]
    fn the_fragment_is_dropped_and_the_rest_stays() {
        let url = read_url("https://api.example.com/a?to=https://evil.example#b").unwrap();
        assert_eq!(url.path_and_query, "/a?to=https://evil.example");
        assert_eq!(read_url("https://api.example.com?x@y").unwrap().path_and_query, "?x@y");
        assert_eq!(read_url("https://api.example.com#x").unwrap().path_and_query, "");
    }

    #[test]
    fn values_that_stay_inside_a_host() {
        for value in ["contoso", "contoso-ai", ".com.au", "erp.contoso.example"] {
            assert!(is_plain_host_value(value), "{value}");
        }
        for value in ["", "a/b", "a\\b", "a?b", "a#b", "a@b", "a:b", "a%b", "a b", "a\tb", "a\u{7f}", "ä", "[a"] {
            assert!(!is_plain_host_value(value), "{value}");
        }
    }

    proptest! {
        #[test]
        fn what_is_read_reads_back(text in "https://[a-z0-9@:/?#%.\\[\\]é\\-]{0,40}") {
            if let Ok(root) = ServiceRoot::parse(&text) {
                prop_assert_eq!(ServiceRoot::parse(&root.to_string()), Ok(root));
            }
        }

        /// The host that is read is the host that stands in the text.
        #[test]
        fn another_parser_sees_the_same_host(text in "(https?|HTTPS)?:?[/\\\\]{0,3}[a-zA-Z0-9@:/?#%.\\[\\]é\\-]{0,30}") {
            // Whoever refuses more is no danger.
            let other = text.split('#').next().unwrap_or_default().parse::<http::Uri>();
            if let (Ok(url), Ok(other)) = (read_url(&text), other) {
                prop_assert!(other.host().unwrap().eq_ignore_ascii_case(url.host.as_str()));
            }
        }
    }
}
