//! Certified hosts: exact names, and all names one label below a suffix that belongs to one owner.

use crate::host::{HostName, HostNameError};
use std::fmt;

/// Why a text is no pattern of hosts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    /// A star that is not the whole first label, or more than one.
    #[error("a star stands for the whole first label, as in `*.contoso.com`, and nowhere else")]
    Star,
    /// What follows the star is no host.
    #[error("{0}")]
    Host(#[from] HostNameError),
    /// Names below the suffix belong to many owners.
    #[error("names below a public suffix or a shared hosting domain belong to anyone; name the hosts one by one")]
    PublicSuffix,
}

/// `host`, or `*.suffix`: exactly one label in place of the star.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HostPattern {
    /// This host.
    Exact(HostName),
    /// Every host that has one label more than this suffix.
    Below(HostName),
}

impl HostPattern {
    /// Reads a pattern.
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        match text.strip_prefix("*.") {
            Some(suffix) if suffix.contains('*') => Err(PatternError::Star),
            Some(suffix) => {
                let suffix = HostName::parse(suffix)?;
                if suffix.registrable_domain().is_none() {
                    Err(PatternError::PublicSuffix)
                } else {
                    Ok(Self::Below(suffix))
                }
            }
            None if text.contains('*') => Err(PatternError::Star),
            None => Ok(Self::Exact(HostName::parse(text)?)),
        }
    }

    /// Whether `host` is meant. A label with hyphens in its third and fourth place (an A-label, RFC 5891, section 4.2.3.1)
    /// shows as something else than it is and needs an exact entry. A host that is itself a public suffix, although the
    /// pattern's suffix lies above it, belongs to somebody else.
    pub fn covers(&self, host: &HostName) -> bool {
        match self {
            Self::Exact(exact) => exact == host,
            Self::Below(suffix) => {
                let label = host.as_str().strip_suffix(suffix.as_str()).and_then(|front| front.strip_suffix('.'));
                label.is_some_and(|label| !label.is_empty() && !label.contains('.') && !is_reserved_label(label))
                    && host.registrable_domain() == suffix.registrable_domain()
            }
        }
    }
}

impl fmt::Display for HostPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exact(host) => write!(f, "{host}"),
            Self::Below(suffix) => write!(f, "*.{suffix}"),
        }
    }
}

/// Whether a label has hyphens in its third and fourth place.
fn is_reserved_label(label: &str) -> bool {
    label.as_bytes().get(2..4) == Some(b"--")
}

impl HostName {
    /// The part of the name that its owner registered: one label below a public suffix. `None` when the name is itself a
    /// public suffix, of a registry or of a provider that gives names to its customers. By Mozilla's Public Suffix List,
    /// both of its sections.
    pub fn registrable_domain(&self) -> Option<&str> {
        psl::domain_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn covers(pattern: &str, host: &str) -> bool {
        HostPattern::parse(pattern).unwrap().covers(&HostName::parse(host).unwrap())
    }

    #[test]
    fn one_label_below_the_suffix() {
        assert!(covers("*.contoso.example", "tenant1.contoso.example"));
        assert!(covers("*.openai.azure.com", "contoso-ai.openai.azure.com"));
        assert!(covers("*.Contoso.example", "TENANT.contoso.EXAMPLE"));
        assert!(!covers("*.contoso.example", "contoso.example"));
        assert!(!covers("*.contoso.example", "a.b.contoso.example"));
        assert!(!covers("*.contoso.example", "evilcontoso.example"));
        assert!(!covers("*.contoso.example", "xn--mller-kva.contoso.example"));
        assert!(!covers("*.contoso.example", "ab--c.contoso.example"));
        assert!(covers("xn--mller-kva.example", "xn--mller-kva.example"));
        assert!(!covers("api.example.com", "v1.api.example.com"));
    }

    #[test]
    fn patterns_that_are_refused() {
        let refused = |text: &str| HostPattern::parse(text).unwrap_err();
        for text in ["*", "a.*.example.com", "*.*.example.com", "a*.example.com", "*a.example.com"] {
            assert_eq!(refused(text), PatternError::Star, "{text}");
        }
        for text in ["*.azurewebsites.net", "*.github.io", "*.cloudfront.net", "*.co.uk", "*.s3.amazonaws.com"] {
            assert_eq!(refused(text), PatternError::PublicSuffix, "{text}");
        }
        assert_eq!(refused("*.com"), PatternError::Host(HostNameError::SpecialName));
        assert_eq!(refused("*.0.0.1"), PatternError::Host(HostNameError::IpLiteral));
        assert_eq!(refused("*."), PatternError::Host(HostNameError::Malformed));
        // Shared hosting below a company's own domain.
        assert!(!covers("*.amazonaws.com", "s3.amazonaws.com"));
    }

    #[test]
    fn the_registered_part_of_a_name() {
        let domain = |name: &str| HostName::parse(name).unwrap().registrable_domain().map(str::to_owned);
        assert_eq!(domain("a.b.example.co.uk").as_deref(), Some("example.co.uk"));
        assert_eq!(domain("tenant.azurewebsites.net").as_deref(), Some("tenant.azurewebsites.net"));
        assert_eq!(domain("azurewebsites.net"), None);
    }
}
