//! Links in an answer's headers. What a program follows (`Location`, the addresses of long-running operations, paging links)
//! leads through the gateway when it leads into the service that was called, and nowhere else; other links stay as they
//! are.
//!
//! Services like to repeat the address they were called with, credential included. What carries the credential is taken
//! out of the link, and where that cannot be done safely the link goes.

use crate::paging;
use backshell_auth::query_name;
use backshell_boundary::{Link, LinkRefused, read_link};
use backshell_model::{ServiceRoot, is_ambiguous_path};
use http::{HeaderMap, HeaderName, HeaderValue, header};
use percent_encoding::percent_decode;

/// What was done with an answer's `Location`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// There was none.
    Absent,
    /// It leads back through the gateway.
    Rewritten,
    /// It led to no operation of the service, or could have shown a secret, and was removed.
    Removed,
    /// It led to another host, scheme or port, or could not be read, and was removed.
    Refused(LinkRefused),
}

/// The request that was answered, as far as links depend on it.
pub(crate) struct Asked<'a> {
    /// Where the service begins.
    pub(crate) root: &'a ServiceRoot,
    /// The path below the root, against which a relative link is read; `None` when a secret was in it.
    pub(crate) path: Option<&'a str>,
    /// The connection's address on this gateway (`/apim/{connector}/{connection}`).
    pub(crate) prefix: &'a str,
    /// The query names that carry secrets, as [`query_name`] gives them.
    pub(crate) withheld: &'a [&'a str],
}

/// Where long-running operations say how they can be asked after.
static OPERATIONS: [HeaderName; 2] =
    [HeaderName::from_static("operation-location"), HeaderName::from_static("azure-asyncoperation")];

/// The headers with links that may be for people.
static OTHERS: [HeaderName; 2] = [header::LINK, header::REFRESH];

/// Whether there is anything to rewrite.
pub(crate) fn has_links(headers: &HeaderMap) -> bool {
    headers.keys().any(|name| name == header::LOCATION || OPERATIONS.contains(name) || OTHERS.contains(name))
}

/// Rewrites `Location`, the addresses of long-running operations and paging links, and removes `Link` and `Refresh` where
/// they repeat a credential. Says what became of `Location`.
pub(crate) fn rewrite(headers: &mut HeaderMap, asked: &Asked<'_>) -> Outcome {
    rewrite_paging(headers, asked);
    for name in &OTHERS {
        let shows = |value: &HeaderValue| asked.path.is_none() || mentions(value.as_bytes(), asked.withheld);
        if headers.get_all(name).iter().any(shows) {
            headers.remove(name);
        }
    }
    for name in &OPERATIONS {
        rewrite_one(headers, name, asked);
    }
    rewrite_one(headers, &header::LOCATION, asked)
}

fn rewrite_one(headers: &mut HeaderMap, name: &HeaderName, asked: &Asked<'_>) -> Outcome {
    let mut values = headers.get_all(name).iter();
    let (first, more) = (values.next(), values.next().is_some());
    let Some(first) = first else { return Outcome::Absent };
    let rewritten = match std::str::from_utf8(first.as_bytes()) {
        // Who is sent to two places goes to the one that was not looked at.
        Ok(link) if !more => through_gateway(link, asked),
        _ => Err(LinkRefused::Malformed),
    };
    headers.remove(name);
    match rewritten {
        Ok(link) => match link.and_then(|link| HeaderValue::from_str(&link).ok()) {
            Some(link) => {
                headers.insert(name, link);
                Outcome::Rewritten
            }
            None => Outcome::Removed,
        },
        Err(refused) => Outcome::Refused(refused),
    }
}

fn rewrite_paging(headers: &mut HeaderMap, asked: &Asked<'_>) {
    let values: Vec<HeaderValue> = headers.get_all(header::LINK).iter().cloned().collect();
    headers.remove(header::LINK);
    for value in values {
        let through = |link: &str| through_gateway(link, asked).ok().flatten();
        let rewritten = value.to_str().ok().and_then(|value| paging::rewritten(value, through));
        if let Some(value) = rewritten.and_then(|value| HeaderValue::from_str(&value).ok()) {
            headers.append(header::LINK, value);
        }
    }
}

/// The link as it leads through the gateway; nothing when no operation can be meant or a secret could show.
pub(crate) fn through_gateway(link: &str, asked: &Asked<'_>) -> Result<Option<String>, LinkRefused> {
    let read = read_link(link, asked.root)?;
    // The service knows the whole path; where a part of it is a secret, any link may repeat that part.
    Ok(asked.path.and_then(|path| below_prefix(read, path, asked)))
}

fn below_prefix(link: Link<'_>, path: &str, asked: &Asked<'_>) -> Option<String> {
    let root = asked.root;
    let path = match link {
        Link::Rooted("") => "/".to_owned(),
        Link::Rooted(link) if link.starts_with('?') => format!("/{link}"),
        Link::Rooted(link) => link.to_owned(),
        Link::Query(query) => format!("{}{path}{query}", root.base_path),
        // Relative to the directory of the request (RFC 3986, section 5.2.3).
        Link::Relative(link) => {
            let path = format!("{}{path}", root.base_path);
            format!("{}/{link}", path.rsplit_once('/').map_or("", |(directory, _)| directory))
        }
    };
    let (plain, query) = match path.split_once('?') {
        Some((plain, query)) => (plain, Some(query)),
        None => (&*path, None),
    };
    if is_ambiguous_path(plain) {
        return None;
    }
    // Only what lies below the service's root can be an operation of the connector.
    let below = plain.strip_prefix(&*root.base_path)?;
    if !below.starts_with('/') && !below.is_empty() {
        return None;
    }
    let query = query.map(|query| without(query, asked.withheld)).filter(|query| !query.is_empty());
    let query = query.map(|query| format!("?{query}")).unwrap_or_default();
    if mentions(format!("{below}{query}").as_bytes(), asked.withheld) {
        return None;
    }
    Some(format!("{}{below}{query}", asked.prefix))
}

/// The query without the pairs of these names; a `;` separates like `&`, as it does at some services.
fn without(query: &str, names: &[&str]) -> String {
    let stays = |part: &&str| {
        let name = query_name(part.split('=').next().unwrap_or_default());
        !names.contains(&&*name)
    };
    let pairs = query.split('&').filter_map(|pair| {
        let left: Vec<_> = pair.split(';').filter(stays).collect();
        (!left.is_empty()).then(|| left.join(";"))
    });
    pairs.collect::<Vec<_>>().join("&")
}

/// Whether `name=` of one of these names stands somewhere all the same: in a path parameter, in a link within the link,
/// or encoded several times over.
fn mentions(link: &[u8], names: &[&str]) -> bool {
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.$".contains(byte);
    let mut text = link.to_vec();
    for _ in 0..=3 {
        let readings = text.iter().map(|byte| if *byte == b'+' { b' ' } else { byte.to_ascii_lowercase() });
        // Something in front, so that every name has a neighbour.
        let lower: Vec<u8> = std::iter::once(b'?').chain(readings).collect();
        let found = names.iter().any(|name| {
            let sought = [name.as_bytes(), b"="].concat();
            lower.windows(sought.len() + 1).any(|window| {
                window.split_first().is_some_and(|(before, window)| !is_name(before) && *window == sought)
            })
        });
        if found {
            return true;
        }
        text = percent_decode(&text).collect();
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use backshell_model::{HostName, Scheme};

    fn rewritten(location: &str, path: Option<&str>, withheld: &[&str]) -> Option<String> {
        let root = ServiceRoot {
            scheme: Scheme::Https,
            host: HostName::parse("api.example.com").unwrap(),
            port: 443,
            base_path: "/v2".into(),
        };
        let mut headers = HeaderMap::from_iter([(header::LOCATION, HeaderValue::from_str(location).unwrap())]);
        let outcome = rewrite(&mut headers, &Asked { root: &root, path, prefix: "/apim/shop/con_1", withheld });
        let link = headers.get(header::LOCATION).map(|link| link.to_str().unwrap().to_owned());
        assert_eq!(outcome == Outcome::Rewritten, link.is_some());
        link
    }

    fn link(location: &str) -> Option<String> {
        rewritten(location, Some("/items/7"), &[])
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

    /// The names that a connector with a key in the query withholds.
    fn names_of_a_query_key() -> Vec<String> {
        let definition = r#"{"swagger":"2.0","info":{"title":"T","version":"1"},"host":"api.example.com","basePath":"/v2",
            "securityDefinitions":{"k":{"type":"apiKey","in":"query","name":"api key"}},
            "paths":{"/items/{id}":{"get":{"operationId":"A"}}}}"#;
        let properties = r#"{"properties":{"connectionParameters":{"k":{"type":"securestring"}}}}"#;
        let files = vec![
            ("apiDefinition.swagger.json".to_owned(), definition.as_bytes().into()),
            ("apiProperties.json".to_owned(), properties.as_bytes().into()),
        ];
        let package = backshell_package::read_files("shop", files, &backshell_package::Limits::default()).package;
        backshell_auth::AuthPlan::compile(&package).unwrap().owned_query().to_vec()
    }

    #[test]
    fn a_key_in_the_query_does_not_come_back_in_a_link() {
        let names = names_of_a_query_key();
        assert_eq!(names, ["api key"]);
        let withheld: Vec<&str> = names.iter().map(String::as_str).collect();
        let link = |location: &str| rewritten(location, Some("/items/7"), &withheld);
        for (location, expected) in [
            ("/v2/items/8?api%20key=s3cret", "/apim/shop/con_1/items/8"),
            ("https://api.example.com/v2/items?page=2&API+KEY=s3cret&x", "/apim/shop/con_1/items?page=2&x"),
            ("/v2/items?a=1;%61pi%20key=s3cret;b&api%20key", "/apim/shop/con_1/items?a=1;b"),
            ("?api%20key=s3cret&page=2", "/apim/shop/con_1/items/7?page=2"),
            ("/v2/items?my-api%20key=1&api%20keys=2", "/apim/shop/con_1/items?my-api%20key=1&api%20keys=2"),
        ] {
            assert_eq!(link(location).as_deref(), Some(expected), "{location}");
        }
        for location in [
            "/v2/items;api%20key=s3cret",
            "/v2/items?next=%2Fv2%2Fitems%3Fapi%2520key%3Ds3cret",
            "/v2/items?api%2520key=s3cret",
            "/v2/items?x?api%20key=s3cret",
        ] {
            assert_eq!(link(location), None, "{location}");
        }
    }

    #[test]
    fn no_link_comes_back_where_a_secret_was_in_the_path() {
        for location in ["/v2/s3cret/items", "https://api.example.com/v2/items", "?page=2"] {
            assert_eq!(rewritten(location, None, &[]), None, "{location}");
        }
    }

    #[test]
    fn other_links_do_not_show_the_key_either() {
        let links = |value: &'static str, path| {
            let mut headers = HeaderMap::from_iter([(header::LINK, HeaderValue::from_static(value))]);
            assert!(has_links(&headers));
            let host = HostName::parse("api.example.com").unwrap();
            let root = ServiceRoot { scheme: Scheme::Https, host, port: 443, base_path: "".into() };
            let outcome = rewrite(&mut headers, &Asked { root: &root, path, prefix: "/apim/a/b", withheld: &["key"] });
            assert_eq!(outcome, Outcome::Absent);
            headers.contains_key(header::LINK)
        };
        assert!(links("<https://api.example.com/items?page=2>; rel=\"next\"", Some("/items")));
        assert!(
            links("<https://api.example.com/items?page=2&KEY=s3cret>; rel=\"next\"", Some("/items")),
            "the key is taken out"
        );
        assert!(!links("<https://api.example.com/items?page=2&KEY=s3cret>; rel=\"self\"", Some("/items")));
        assert!(!links("<https://evil.example/items?page=2>; rel=\"next\"", Some("/items")));
        assert!(!links("</s3cret/items>; rel=\"next\"", None));
    }
}
