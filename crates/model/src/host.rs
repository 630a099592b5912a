//! Hosts in canonical form.

use std::{fmt, sync::Arc};

/// Why a text is not a canonical host name. The words are the reason codes of endpoint verification.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HostNameError {
    /// Empty, a label that is empty, too long or not letters, digits and hyphens.
    #[error("the host is malformed")]
    Malformed,
    /// A user name or password before the host.
    #[error("the host has a user name in front of it")]
    UserInfo,
    /// An IP address in any spelling.
    #[error("the host is an IP address; connectors name hosts")]
    IpLiteral,
    /// Percent signs, non-ASCII letters or a trailing dot.
    #[error("the host is not in canonical form (ASCII, no percent signs, no trailing dot)")]
    NotCanonical,
    /// A name that never is a public service.
    #[error("the host is a special-use name that is never a public service")]
    SpecialName,
}

impl HostNameError {
    /// The reason code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::UserInfo => "userinfo",
            Self::IpLiteral => "ip_literal",
            Self::NotCanonical => "not_canonical",
            Self::SpecialName => "special_name",
        }
    }
}

/// Last labels (and whole suffixes) that never name a public service: RFC 6761, 6762, 7686, 8375 and 9476, `internal`
/// as reserved by ICANN, and names that private networks use by custom.
const SPECIAL_SUFFIXES: [&str; 13] = [
    "localhost",
    "local",
    "internal",
    "home.arpa",
    "onion",
    "test",
    "invalid",
    "alt",
    "localdomain",
    "lan",
    "corp",
    "home",
    "svc",
];

/// A host name in canonical form: ASCII lower case, two or more labels, no IP address in any spelling, no special name.
///
/// The parser refuses and does not repair; ASCII upper case is the one thing it folds.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HostName(Arc<str>);

impl HostName {
    /// Reads a host (without port). The order of the checks decides which reason is given.
    pub fn parse(text: &str) -> Result<Self, HostNameError> {
        if text.is_empty() || text.bytes().any(|byte| byte <= b' ' || byte == 0x7f || byte == b'\\') {
            return Err(HostNameError::Malformed);
        }
        if text.contains('@') {
            return Err(HostNameError::UserInfo);
        }
        if text.starts_with('[') || text.contains(':') {
            return Err(HostNameError::IpLiteral);
        }
        if !text.is_ascii() || text.contains('%') {
            return Err(HostNameError::NotCanonical);
        }
        let lower = text.to_ascii_lowercase();
        let undotted = lower.strip_suffix('.').unwrap_or(&lower);
        let last = undotted.rsplit('.').next().unwrap_or_default();
        let digits = !last.is_empty() && last.bytes().all(|byte| byte.is_ascii_digit());
        if digits || last.starts_with("0x") {
            return Err(HostNameError::IpLiteral);
        }
        if lower.ends_with('.') {
            return Err(HostNameError::NotCanonical);
        }
        if lower.len() > 253 || !lower.split('.').all(is_label) {
            return Err(HostNameError::Malformed);
        }
        let special =
            |suffix: &str| lower == suffix || lower.strip_suffix(suffix).is_some_and(|front| front.ends_with('.'));
        if !lower.contains('.') || SPECIAL_SUFFIXES.into_iter().any(special) {
            return Err(HostNameError::SpecialName);
        }
        Ok(Self(lower.into()))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The part of the name that its owner registered: one label below a public suffix. `None` when the name is itself a
    /// public suffix, of a registry or of a provider that gives names to its customers. By Mozilla's Public Suffix List,
    /// both of its sections.
    pub fn registrable_domain(&self) -> Option<&str> {
        psl::domain_str(self.as_str())
    }
}

fn is_label(label: &str) -> bool {
    (1..=63).contains(&label.len())
        && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && !label.starts_with('-')
        && !label.ends_with('-')
}

impl fmt::Display for HostName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for HostName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HostName({})", &self.0)
    }
}

/// How a service is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scheme {
    /// HTTP over TLS.
    Https,
    /// Plain HTTP: only for an administrator's exact private-service entry.
    Http,
}

impl Scheme {
    /// The scheme as text.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Https => "https",
            Self::Http => "http",
        }
    }
}

/// Where a service begins: scheme, host, port and the path that stands before every operation's path.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ServiceRoot {
    /// The scheme.
    pub scheme: Scheme,
    /// The host.
    pub host: HostName,
    /// The TCP port.
    pub port: u16,
    /// Empty, or begins with `/` and does not end with one.
    pub base_path: Arc<str>,
}

impl fmt::Display for ServiceRoot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.scheme.as_str(), self.host)?;
        if !matches!((self.scheme, self.port), (Scheme::Https, 443) | (Scheme::Http, 80)) {
            write!(f, ":{}", self.port)?;
        }
        f.write_str(&self.base_path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suffixes_belong_to_nobody() {
        let domain = |name: &str| HostName::parse(name).unwrap().registrable_domain().map(str::to_owned);
        assert_eq!(domain("v1.api.contoso.example").as_deref(), Some("contoso.example"));
        assert_eq!(domain("contoso-ai.openai.azure.com").as_deref(), Some("azure.com"));
        assert_eq!(domain("x.app-a.azurewebsites.net").as_deref(), Some("app-a.azurewebsites.net"));
        for suffix in ["co.uk", "azurewebsites.net", "github.io", "s3.amazonaws.com"] {
            assert_eq!(domain(suffix), None, "{suffix}");
        }
    }

    #[test]
    fn canonical_or_refused() {
        let code = |text: &str| HostName::parse(text).map_or_else(HostNameError::code, |_| "ok");
        for (text, expected) in [
            ("api.example.com", "ok"),
            ("API.Example.COM", "ok"),
            ("xn--mller-kva.example", "ok"),
            ("", "malformed"),
            ("a b.example", "malformed"),
            ("user@api.example.com", "userinfo"),
            ("[::1]", "ip_literal"),
            ("127.0.0.1", "ip_literal"),
            ("2130706433", "ip_literal"),
            ("0x7f.1", "ip_literal"),
            ("127.0.0.1.", "ip_literal"),
            ("example.0x10", "ip_literal"),
            ("ex%61mple.com", "not_canonical"),
            ("exämple.com", "not_canonical"),
            ("example.com.", "not_canonical"),
            ("-a.example", "malformed"),
            ("a..example", "malformed"),
            ("localhost", "special_name"),
            ("db.internal", "special_name"),
            ("router.home.arpa", "special_name"),
            ("intranet", "special_name"),
        ] {
            assert_eq!(code(text), expected, "{text}");
        }
    }
}
