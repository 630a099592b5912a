//! `Location` on an answer: a link into the service becomes a link through the gateway, any other is taken out.

use backshell_model::ServiceRoot;
use http::{HeaderMap, HeaderValue, Uri, header};

/// What was done with an answer's `Location`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// There was none.
    Absent,
    /// It leads back through the gateway.
    Rewritten,
    /// It led elsewhere and was removed.
    Removed,
}

/// Rewrites `Location` and `Content-Location`. `target` is the path that was requested from the service, against which a
/// relative link is read; `prefix` is the connection's address on this gateway (`/apim/{connector}/{connection}`).
pub(crate) fn rewrite(headers: &mut HeaderMap, root: &ServiceRoot, target: &str, prefix: &str) -> Outcome {
    headers.remove(header::CONTENT_LOCATION);
    let Some(value) = headers.remove(header::LOCATION) else { return Outcome::Absent };
    let rewritten = value
        .to_str()
        .ok()
        .and_then(|link| through_gateway(link, root, target, prefix))
        .and_then(|link| HeaderValue::from_str(&link).ok());
    match rewritten {
        Some(link) => {
            headers.insert(header::LOCATION, link);
            Outcome::Rewritten
        }
        None => Outcome::Removed,
    }
}

fn through_gateway(link: &str, root: &ServiceRoot, target: &str, prefix: &str) -> Option<String> {
    if link.is_empty() || link.bytes().any(|byte| byte <= b' ' || byte == 0x7f || byte == b'\\') {
        return None;
    }
    let link = link.split('#').next().unwrap_or_default();
    let path = if link.starts_with("//") || link.contains("://") {
        // A link with an authority: it must be the service that was called, port included.
        let absolute = if link.starts_with("//") { format!("{}:{link}", root.scheme.as_str()) } else { link.to_owned() };
        let uri: Uri = absolute.parse().ok()?;
        let default_port = if root.scheme.as_str() == "https" { 443 } else { 80 };
        let same = uri.scheme_str() == Some(root.scheme.as_str())
            && uri.host().is_some_and(|host| host.eq_ignore_ascii_case(root.host.as_str()))
            && uri.port_u16().unwrap_or(default_port) == root.port
            && uri.authority().is_some_and(|authority| !authority.as_str().contains('@'));
        if !same {
            return None;
        }
        uri.path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string)
    } else if link.starts_with('/') {
        link.to_owned()
    } else {
        // Relative to the directory of the request (RFC 3986, section 5.2.3).
        let path = target.split('?').next().unwrap_or_default();
        let directory = path.rsplit_once('/').map_or("", |(directory, _)| directory);
        if link.starts_with('?') { format!("{path}{link}") } else { format!("{directory}/{link}") }
    };
    let (plain, _) = path.split_once('?').unwrap_or((&path, ""));
    if crate::route::is_ambiguous_path(plain) {
        return None;
    }
    // Only what lies below the service's root can be an operation of the connector.
    let below = path.strip_prefix(&*root.base_path)?;
    if !below.starts_with('/') && !below.is_empty() {
        return None;
    }
    Some(format!("{prefix}{below}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use backshell_model::{HostName, Scheme};

    fn link(location: &str) -> Option<String> {
        let root = ServiceRoot {
            scheme: Scheme::Https,
            host: HostName::parse("api.example.com").unwrap(),
            port: 443,
            base_path: "/v2".into(),
        };
        through_gateway(location, &root, "/v2/items/7?x=1", "/apim/shop/con_1")
    }

    #[test]
    fn links_into_the_service_lead_through_the_gateway() {
        assert_eq!(link("https://api.example.com/v2/items/8?y=2#z").unwrap(), "/apim/shop/con_1/items/8?y=2");
        assert_eq!(link("https://API.example.com:443/v2/items").unwrap(), "/apim/shop/con_1/items");
        assert_eq!(link("/v2/items/8").unwrap(), "/apim/shop/con_1/items/8");
        assert_eq!(link("8").unwrap(), "/apim/shop/con_1/items/8");
        assert_eq!(link("?page=2").unwrap(), "/apim/shop/con_1/items/7?page=2");
        assert_eq!(link("//api.example.com/v2/a").unwrap(), "/apim/shop/con_1/a");
    }

    #[test]
    fn links_elsewhere_are_taken_out() {
        for location in [
            "http://api.example.com/v2/items",
            "https://evil.example/v2/items",
            "https://api.example.com@evil.example/v2",
            "https://user@api.example.com/v2/items",
            "https://api.example.com:8443/v2/items",
            "//evil.example/v2",
            "\\\\evil.example\\v2",
            "/v1/items",
            "/v2x",
            "/v2/../admin",
            "../../x",
            "",
            "javascript://api.example.com/v2",
        ] {
            assert_eq!(link(location), None, "{location}");
        }
    }
}
