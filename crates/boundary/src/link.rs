//! A link in an answer (`Location`, a paging link), read against the service that gave it: only that service may be meant.

use backshell_model::{ServiceRoot, UrlRefused, UrlText, read_scheme_relative, read_url};

/// Where a link leads within the service that was called. Without its fragment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link<'a> {
    /// Path and query from the service's own root on; empty means `/`.
    Rooted(&'a str),
    /// Path and query relative to the directory of the request.
    Relative(&'a str),
    /// Another query (`?...`) of the same path, or nothing at all: the same request.
    Query(&'a str),
}

/// Why a link is not followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LinkRefused {
    /// Empty, or with characters that stand in no link, or an authority that cannot be read.
    #[error("the link is malformed")]
    Malformed,
    /// It has a user name in front of the host.
    #[error("the link has a user name in front of its host")]
    UserInfo,
    /// Its host is not in canonical form.
    #[error("the host of the link is not in canonical form")]
    NotCanonical,
    /// It leaves `https`.
    #[error("the link leaves https")]
    Scheme,
    /// It leads to another port.
    #[error("the link leads to another port")]
    Port,
    /// It leads to another host.
    #[error("the link leads to another host")]
    Host,
}

impl LinkRefused {
    /// The reason code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::UserInfo => "userinfo",
            Self::NotCanonical => "not_canonical",
            Self::Scheme => "redirect_scheme",
            Self::Port => "redirect_port",
            Self::Host => "redirect_host",
        }
    }
}

impl From<UrlRefused> for LinkRefused {
    fn from(refused: UrlRefused) -> Self {
        match refused {
            UrlRefused::Malformed => Self::Malformed,
            UrlRefused::UserInfo => Self::UserInfo,
            UrlRefused::NotCanonical => Self::NotCanonical,
            UrlRefused::Scheme => Self::Scheme,
            UrlRefused::Port => Self::Port,
            UrlRefused::IpLiteral | UrlRefused::SpecialName | UrlRefused::HostNotCertified => Self::Host,
        }
    }
}

/// Reads a link that the service at `called` gave. Another certified host is another host: whoever is called next is
/// judged anew, as a call of its own.
pub fn read_link<'a>(link: &'a str, called: &ServiceRoot) -> Result<Link<'a>, LinkRefused> {
    if link.is_empty() || link.bytes().any(|byte| byte <= b' ' || byte == 0x7f || byte == b'\\') {
        return Err(LinkRefused::Malformed);
    }
    if link.starts_with("//") {
        return same_service(&read_scheme_relative(link)?, called);
    }
    // A colon before the first slash ends a scheme (RFC 3986, section 4.2).
    let front = link.split(['/', '?', '#']).next().unwrap_or_default();
    if front.contains(':') {
        return same_service(&read_url(link)?, called);
    }
    let link = link.split('#').next().unwrap_or_default();
    Ok(match link.as_bytes().first() {
        Some(b'/') => Link::Rooted(link),
        Some(b'?') | None => Link::Query(link),
        Some(_) => Link::Relative(link),
    })
}

fn same_service<'a>(url: &UrlText<'a>, called: &ServiceRoot) -> Result<Link<'a>, LinkRefused> {
    if url.host != called.host {
        return Err(LinkRefused::Host);
    }
    if url.port.number()? != called.port {
        return Err(LinkRefused::Port);
    }
    Ok(Link::Rooted(url.path_and_query))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_service_that_was_called() {
        let called = ServiceRoot::parse("https://api.example.com/v1").unwrap();
        let read = |link| read_link(link, &called);
        assert_eq!(read("https://API.example.com:443/v1/b?x#y"), Ok(Link::Rooted("/v1/b?x")));
        assert_eq!(read("https://api.example.com"), Ok(Link::Rooted("")));
        assert_eq!(read("//api.example.com/b"), Ok(Link::Rooted("/b")));
        assert_eq!(read("/b?to=https://evil.example"), Ok(Link::Rooted("/b?to=https://evil.example")));
        assert_eq!(read("b/c"), Ok(Link::Relative("b/c")));
        assert_eq!(read("?page=2"), Ok(Link::Query("?page=2")));
        assert_eq!(read("#top"), Ok(Link::Query("")));
        for (link, code) in [
            ("", "malformed"),
            ("/a b", "malformed"),
            ("/\\evil.example/", "malformed"),
            ("https:evil.example", "malformed"),
            ("api.example.com:443/", "malformed"),
            ("https://api.example.com:/", "malformed"),
            ("http://api.example.com/", "redirect_scheme"),
            ("javascript:alert(1)", "redirect_scheme"),
            ("https://user@api.example.com/", "userinfo"),
            ("https://api.example.com./", "not_canonical"),
            ("https://api%2eexample.com/", "not_canonical"),
            ("https://api.example.com:8443/", "redirect_port"),
            ("//api.example.com:0443/", "redirect_port"),
            ("//evil.example/x", "redirect_host"),
            ("https://evil.example:8443/", "redirect_host"),
            ("https://[::1]/", "redirect_host"),
            ("https://169.254.169.254/", "redirect_host"),
            ("https://localhost/", "redirect_host"),
        ] {
            assert_eq!(read(link).map_err(LinkRefused::code), Err(code), "{link}");
        }
    }
}
