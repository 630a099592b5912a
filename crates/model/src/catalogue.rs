//! Connectors and their published versions.

use crate::caller::UserId;
use crate::time::Timestamp;
use std::{fmt, str::FromStr, sync::Arc};

/// The text is no connector slug.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a connector slug: 2 to 63 characters of a-z, 0-9 and hyphen, beginning with a letter or digit")]
pub struct SlugError(String);

/// The unique name of a connector in addresses: `[a-z0-9][a-z0-9-]{1,62}`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnectorSlug(Arc<str>);

impl ConnectorSlug {
    /// Proposes a slug from a title: letters and digits in lower case, everything else a single hyphen.
    /// `None` when nothing usable is left.
    pub fn propose(title: &str) -> Option<Self> {
        let mut slug = String::with_capacity(title.len());
        for character in title.chars() {
            if character.is_ascii_alphanumeric() {
                slug.push(character.to_ascii_lowercase());
            } else if !slug.is_empty() && !slug.ends_with('-') {
                slug.push('-');
            }
            if slug.len() == 63 {
                break;
            }
        }
        slug.trim_end_matches('-').parse().ok()
    }

    /// The slug as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ConnectorSlug {
    type Err = SlugError;

    fn from_str(text: &str) -> Result<Self, SlugError> {
        let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        let fits = (2..=63).contains(&text.len()) && !text.starts_with('-') && text.bytes().all(allowed);
        if fits { Ok(Self(text.into())) } else { Err(SlugError(text.chars().take(80).collect())) }
    }
}

impl fmt::Display for ConnectorSlug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for ConnectorSlug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ConnectorSlug({:?})", &self.0)
    }
}

/// The text is no package digest.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a package digest is `sha256:` and 64 lower-case hexadecimal digits")]
pub struct DigestError;

/// Names the bytes of a package: SHA-256 over the sorted list of (lower-case relative path, length, SHA-256 of the
/// bytes) of all its files.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PackageDigest(pub [u8; 32]);

impl fmt::Display for PackageDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Written for each call into the ledger, so in one piece rather than as 32 formatted numbers.
        let mut digits = [0_u8; 64];
        for (pair, byte) in digits.chunks_exact_mut(2).zip(self.0) {
            for (digit, nibble) in pair.iter_mut().zip([byte >> 4, byte & 0x0f]) {
                *digit = if nibble < 10 { b'0' + nibble } else { b'a' - 10 + nibble };
            }
        }
        f.write_str("sha256:")?;
        f.write_str(std::str::from_utf8(&digits).map_err(|_| fmt::Error)?)
    }
}

impl fmt::Debug for PackageDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for PackageDigest {
    type Err = DigestError;

    fn from_str(text: &str) -> Result<Self, DigestError> {
        let hex = text.strip_prefix("sha256:").ok_or(DigestError)?;
        if hex.len() != 64 || !hex.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
            return Err(DigestError);
        }
        let mut bytes = [0_u8; 32];
        for (byte, pair) in bytes.iter_mut().zip(hex.as_bytes().chunks_exact(2)) {
            let pair = std::str::from_utf8(pair).map_err(|_| DigestError)?;
            *byte = u8::from_str_radix(pair, 16).map_err(|_| DigestError)?;
        }
        Ok(Self(bytes))
    }
}

macro_rules! word_enum {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$variant_doc])* $variant),+ }

        impl $name {
            /// Every value.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word for the value in files, in the API and in the database.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            /// The value that `word` stands for; `None` for any other word.
            pub fn from_word(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)+ _ => None }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

word_enum! {
    /// Who publishes a connector.
    PublisherKind {
        /// The operator of the platform.
        Platform = "platform",
        /// A verified publisher: the company that owns the service.
        Verified = "verified",
        /// An independent publisher; treated as verified publishers are, shown as what it is.
        Independent = "independent",
    }
}

word_enum! {
    /// Where the service behind a connector runs.
    Infrastructure {
        /// The operator's own, as listed in the configuration.
        Internal = "internal",
        /// Anybody else's.
        External = "external",
    }
}

word_enum! {
    /// How a certification ended.
    Verdict {
        /// Every check of the profile passed.
        Certified = "certified",
        /// As above, with recorded exceptions.
        CertifiedWithWaivers = "certified_with_waivers",
        /// A check failed.
        Refused = "refused",
        /// A check of the profile did not run.
        Incomplete = "incomplete",
    }
}

word_enum! {
    /// What may be done with a version.
    VersionState {
        /// It may be called.
        Published = "published",
        /// It was taken back and is refused.
        Withdrawn = "withdrawn",
    }
}

/// A connector of the catalogue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connector {
    /// Its name in addresses.
    pub slug: ConnectorSlug,
    /// Its title, from the definition's `info.title` at first publication.
    pub title: String,
    /// Who publishes it, by name.
    pub publisher: String,
    /// Who publishes it, by kind.
    pub publisher_kind: PublisherKind,
    /// Where the service behind it runs.
    pub infrastructure: Infrastructure,
    /// Who published it first: they and administrators publish further versions and withdraw them.
    pub owner: UserId,
    /// When it was first published.
    pub created_at: Timestamp,
}

/// An immutable published version of a connector.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// The connector.
    pub connector: ConnectorSlug,
    /// Names the bytes of the package.
    pub digest: PackageDigest,
    /// What the definition calls itself (`info.version`).
    pub label: String,
    /// 1 for the first version of the connector, then counting up.
    pub number: u32,
    /// How its certification ended.
    pub verdict: Verdict,
    /// The certification report, JSON.
    pub report: Arc<str>,
    /// The package's files: relative path and bytes, as they were submitted.
    pub files: Arc<[(String, Arc<[u8]>)]>,
    /// Whether it may be called.
    pub state: VersionState,
    /// When it was published.
    pub published_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs() {
        assert_eq!(ConnectorSlug::propose("Contoso Field (Preview)!").unwrap().as_str(), "contoso-field-preview");
        assert_eq!(ConnectorSlug::propose("  Ünïcode  ").unwrap().as_str(), "n-code");
        assert!(ConnectorSlug::propose("日本").is_none());
        assert!("a".parse::<ConnectorSlug>().is_err());
        assert!("-ab".parse::<ConnectorSlug>().is_err());
        assert!("Ab".parse::<ConnectorSlug>().is_err());
        assert!("ab".repeat(32).parse::<ConnectorSlug>().is_err());
    }

    #[test]
    fn digests_read_back() {
        let digest = PackageDigest([0xa5; 32]);
        assert_eq!(digest.to_string().parse(), Ok(digest));
        assert!("sha256:A5".parse::<PackageDigest>().is_err());
        assert!(digest.to_string().to_uppercase().parse::<PackageDigest>().is_err());
    }
}
