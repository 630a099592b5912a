//! Security definitions: how callers of the service prove themselves.

use crate::swagger::texts;
use backshell_source::Node;

/// Where an API key travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeyLocation {
    /// In a header.
    Header,
    /// In the query.
    Query,
}

/// What a security definition asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecurityKind<'d> {
    /// User name and password.
    Basic,
    /// A key.
    ApiKey {
        /// The header or query parameter.
        name: &'d str,
        /// Which of the two.
        location: KeyLocation,
    },
    /// A token of an authorization server.
    OAuth2 {
        /// `flow`.
        flow: Option<&'d str>,
        /// `authorizationUrl`.
        authorization_url: Option<&'d str>,
        /// `tokenUrl`.
        token_url: Option<&'d str>,
        /// The names of the scopes.
        scopes: Vec<&'d str>,
    },
    /// Another type, or a known one that lacks what it needs. Empty when there is no type.
    Other(&'d str),
}

/// A member of `securityDefinitions`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecurityDefinition<'d> {
    /// Its name.
    pub name: &'d str,
    /// What it asks for.
    pub kind: SecurityKind<'d>,
    /// Its object.
    pub node: Node<'d>,
}

impl<'d> SecurityDefinition<'d> {
    pub(crate) fn new(name: &'d str, node: Node<'d>) -> Self {
        let text = |name: &str| node.get(name).and_then(Node::as_str);
        let kind = text("type").unwrap_or_default();
        let kind = match kind {
            "basic" => SecurityKind::Basic,
            "apiKey" => match (text("name"), text("in")) {
                (Some(name), Some("header")) => SecurityKind::ApiKey { name, location: KeyLocation::Header },
                (Some(name), Some("query")) => SecurityKind::ApiKey { name, location: KeyLocation::Query },
                _ => SecurityKind::Other(kind),
            },
            "oauth2" => {
                let scopes = node.get("scopes").map(Node::members).into_iter().flatten().map(|member| member.key);
                let scopes = scopes.chain(texts(node.get("scopes"))).collect();
                SecurityKind::OAuth2 {
                    flow: text("flow"),
                    authorization_url: text("authorizationUrl"),
                    token_url: text("tokenUrl"),
                    scopes,
                }
            }
            other => SecurityKind::Other(other),
        };
        Self { name, kind, node }
    }
}
