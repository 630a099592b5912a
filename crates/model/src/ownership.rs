//! Ownership of hosts: what is kept of challenges, of what was seen of their answers, and of the consents of owners.

use crate::caller::UserId;
use crate::catalogue::ConnectorSlug;
use crate::host::HostName;
use crate::id::ConsentId;
use crate::time::{Random, Timestamp};
use std::fmt;
use std::str::FromStr;

/// Names a challenge, and the file that answers it: 128 random bits, written as 32 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProofId([u8; 16]);

/// The text names no challenge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a challenge is named by 32 hexadecimal digits in lower case")]
pub struct ProofIdError;

impl ProofId {
    /// A new name.
    pub fn generate(random: &dyn Random) -> Self {
        let mut bytes = [0; 16];
        random.fill(&mut bytes);
        Self(bytes)
    }
}

impl fmt::Display for ProofId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for ProofId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for ProofId {
    type Err = ProofIdError;

    fn from_str(text: &str) -> Result<Self, ProofIdError> {
        let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        if text.len() != 32 || !text.bytes().all(is_digit) {
            return Err(ProofIdError);
        }
        let number = u128::from_str_radix(text, 16).map_err(|_| ProofIdError)?;
        Ok(Self(number.to_be_bytes()))
    }
}

/// How control was shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ProofMethod {
    /// A TXT record: control of the zone.
    Dns,
    /// A file: control of what the host answers.
    File,
}

impl ProofMethod {
    /// The method's name in records.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Dns => "dns",
            Self::File => "file",
        }
    }

    /// The method of this name.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Dns, Self::File].into_iter().find(|method| method.as_str() == word)
    }
}

/// A challenge as a server keeps it: the answer only as its hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnershipProof {
    /// Names the challenge.
    pub id: ProofId,
    /// The connector that it is for. It need not be published yet.
    pub connector: ConnectorSlug,
    /// Who has to answer: the owner of the connector, or whoever is going to publish it.
    pub publisher: UserId,
    /// The host.
    pub host: HostName,
    /// The SHA-256 of the answer.
    pub answer: [u8; 32],
    /// Who asked for it.
    pub opened_by: UserId,
    /// When it was made.
    pub opened_at: Timestamp,
    /// When somebody looked, the latest last; those of the last hour.
    pub checks: Vec<Timestamp>,
    /// When the answer was seen last, and where.
    pub proven: Option<(ProofMethod, Timestamp)>,
    /// When it was looked for again and not seen, since it was seen last.
    pub failures: Vec<Timestamp>,
    /// When the node looks again by itself; `None` while nobody has answered yet.
    pub due: Option<Timestamp>,
    /// When it was taken back.
    pub revoked_at: Option<Timestamp>,
    /// Counts up with every change, so that two changes at once do not both count.
    pub revision: u32,
}

/// The owner of a host consents to a connector that somebody else publishes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnershipConsent {
    /// Names the consent.
    pub id: ConsentId,
    /// The connector.
    pub connector: ConnectorSlug,
    /// Whom it was given to: the owner of the connector, or whoever is going to publish it.
    pub publisher: UserId,
    /// The host. Never a pattern.
    pub host: HostName,
    /// The company that runs the service.
    pub company: String,
    /// Who consented for it.
    pub approver: String,
    /// Where that is written down.
    pub reference: String,
    /// Where the company's privacy policy is.
    pub privacy_policy: String,
    /// Who recorded it.
    pub recorded_by: UserId,
    /// When; it holds from then on.
    pub recorded_at: Timestamp,
    /// From then on it holds no longer; at most 12 months later.
    pub expires_at: Timestamp,
    /// When it was taken back.
    pub revoked_at: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct Eights;
    impl Random for Eights {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(0x8a);
        }
    }

    #[test]
    fn names_read_back_in_one_form() {
        let id = ProofId::generate(&Eights);
        assert_eq!(id.to_string(), "8a".repeat(16));
        assert_eq!(id.to_string().parse(), Ok(id));
        for wrong in ["", "8a", &"8A".repeat(16), &"+8".repeat(16), &"8a".repeat(17)] {
            assert_eq!(wrong.parse::<ProofId>(), Err(ProofIdError), "{wrong}");
        }
    }

    #[test]
    fn methods_read_back() {
        for method in [ProofMethod::Dns, ProofMethod::File] {
            assert_eq!(ProofMethod::from_word(method.as_str()), Some(method));
        }
        assert_eq!(ProofMethod::from_word("mail"), None);
    }
}
