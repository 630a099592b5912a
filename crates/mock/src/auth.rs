//! What credential an operation asks for, and whether a request carries it.

use crate::query;
use backshell_model::SecretBytes;
use backshell_source::Node;
use http::header::AUTHORIZATION;
use http::request::Parts;
use http::{HeaderName, HeaderValue};
use subtle::ConstantTimeEq;

/// The credential that an operation asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Demand {
    Nothing,
    Header(HeaderName),
    Query(String),
    Basic,
    Bearer,
}

impl Demand {
    /// The first scheme that the operation's security names, else the first one defined, as the gateway binds it. An
    /// empty list on the operation itself asks for nothing, and neither does a definition without schemes.
    pub(crate) fn of(root: Node<'_>, operation: Node<'_>) -> Self {
        let own = operation.get("security");
        if own.is_some_and(|own| own.is_array() && own.is_empty()) {
            return Self::Nothing;
        }
        let Some(schemes) = root.get("securityDefinitions") else { return Self::Nothing };
        let named = own
            .or_else(|| root.get("security"))
            .into_iter()
            .flat_map(Node::items)
            .flat_map(Node::members)
            .find_map(|requirement| schemes.get(requirement.key));
        let Some(scheme) = named.or_else(|| schemes.members().next().map(|member| member.value)) else {
            return Self::Nothing;
        };
        let text = |name| scheme.get(name).and_then(Node::as_str).unwrap_or_default();
        match text("type") {
            "basic" => Self::Basic,
            "oauth2" => Self::Bearer,
            "apiKey" if text("in") == "query" => Self::Query(text("name").to_owned()),
            "apiKey" => HeaderName::from_bytes(text("name").as_bytes()).map_or(Self::Nothing, Self::Header),
            _ => Self::Nothing,
        }
    }

    /// Whether the request carries the credential: any at all, or `expected` where that is given (for Basic it is
    /// `user:password`).
    pub(crate) fn is_met(&self, request: &Parts, expected: Option<&SecretBytes>) -> bool {
        let header = |name: &HeaderName| request.headers.get(name).map(HeaderValue::as_bytes);
        let given = match self {
            Self::Nothing => return true,
            Self::Header(name) => header(name).map(<[u8]>::to_vec),
            Self::Query(name) => {
                query::pairs(request.uri.query()).find(|(key, _)| key == name).map(|(_, value)| value.into_bytes())
            }
            Self::Basic => header(&AUTHORIZATION)
                .and_then(|value| after_scheme(value, b"basic"))
                .and_then(|encoded| base64::Engine::decode(&base64::engine::general_purpose::STANDARD, encoded).ok()),
            Self::Bearer => header(&AUTHORIZATION).and_then(|value| after_scheme(value, b"bearer")).map(<[u8]>::to_vec),
        };
        let given = given.map(SecretBytes::new);
        match (given, expected) {
            (Some(given), Some(expected)) => bool::from(given.expose().ct_eq(expected.expose())),
            (Some(given), None) => !given.is_empty(),
            (None, _) => false,
        }
    }

    /// What the answer 401 says about the credential (`WWW-Authenticate`).
    pub(crate) fn challenge(&self) -> HeaderValue {
        let named = |place: &str, name: &str| {
            let name: String = name.chars().filter(|sign| !matches!(sign, '"' | '\\')).collect();
            HeaderValue::from_str(&format!(r#"ApiKey realm="mock", in="{place}", name="{name}""#))
        };
        match self {
            Self::Header(name) => named("header", name.as_str()).ok(),
            Self::Query(name) => named("query", name).ok(),
            Self::Basic => Some(HeaderValue::from_static(r#"Basic realm="mock", charset="UTF-8""#)),
            Self::Bearer => Some(HeaderValue::from_static(r#"Bearer realm="mock""#)),
            Self::Nothing => None,
        }
        .unwrap_or(HeaderValue::from_static(r#"ApiKey realm="mock""#))
    }
}

/// What follows `scheme` and a blank; the scheme's letter case does not matter.
fn after_scheme<'v>(value: &'v [u8], scheme: &[u8]) -> Option<&'v [u8]> {
    let (name, rest) = value.split_at_checked(scheme.len())?;
    let rest = rest.strip_prefix(b" ")?;
    name.eq_ignore_ascii_case(scheme).then_some(rest.trim_ascii())
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::Request;

    fn demand(text: &str) -> Demand {
        let parsed = backshell_source::parse_str(text);
        let document = parsed.document.unwrap();
        Demand::of(document.root(), document.root().get("op").unwrap())
    }

    fn request(address: &str, header: Option<(&str, &str)>) -> Parts {
        let mut builder = Request::get(address);
        if let Some((name, value)) = header {
            builder = builder.header(name, value);
        }
        builder.body(()).unwrap().into_parts().0
    }

    #[test]
    fn the_first_effective_scheme_counts() {
        let schemes =
            r#""securityDefinitions":{"b":{"type":"basic"},"k":{"type":"apiKey","in":"header","name":"X-Key"}}"#;
        let key = Demand::Header(HeaderName::from_static("x-key"));
        assert_eq!(demand(&format!(r#"{{{schemes},"op":{{"security":[{{"k":[]}}]}}}}"#)), key);
        assert_eq!(demand(&format!(r#"{{{schemes},"security":[{{"k":[]}}],"op":{{}}}}"#)), key);
        assert_eq!(demand(&format!(r#"{{{schemes},"security":[],"op":{{}}}}"#)), Demand::Basic);
        assert_eq!(demand(&format!(r#"{{{schemes},"op":{{"security":[]}}}}"#)), Demand::Nothing);
        assert_eq!(demand(r#"{"op":{}}"#), Demand::Nothing);
    }

    #[test]
    fn credentials_must_be_there_and_equal_when_one_is_set() {
        let secret = SecretBytes::new(b"k1".to_vec());
        let key = Demand::Header(HeaderName::from_static("x-key"));
        assert!(!key.is_met(&request("/", None), None));
        assert!(!key.is_met(&request("/", Some(("x-key", ""))), None));
        assert!(key.is_met(&request("/", Some(("x-key", "any"))), None));
        assert!(!key.is_met(&request("/", Some(("x-key", "any"))), Some(&secret)));
        assert!(key.is_met(&request("/", Some(("x-key", "k1"))), Some(&secret)));
        let query = Demand::Query("api key".to_owned());
        assert!(query.is_met(&request("/?a=b&api%20key=k1", None), Some(&secret)));
        assert!(!query.is_met(&request("/?apikey=k1", None), None));
        let pair = SecretBytes::new(b"user:pass".to_vec());
        assert!(Demand::Basic.is_met(&request("/", Some(("authorization", "basic dXNlcjpwYXNz"))), Some(&pair)));
        assert!(!Demand::Basic.is_met(&request("/", Some(("authorization", "Basic dXNlcjpwYXN6"))), Some(&pair)));
        assert!(!Demand::Basic.is_met(&request("/", Some(("authorization", "Bearer dXNlcjpwYXNz"))), None));
        assert!(Demand::Bearer.is_met(&request("/", Some(("authorization", "Bearer k1"))), Some(&secret)));
    }
}
