//! Who controls a host: challenges, and what their proofs are worth over time.
//!
//! A challenge is for one publisher, one host and one connector. Its answer is a text that the publisher puts into a TXT
//! record or a file: anybody may read it there, and copied to another publisher's challenge it is worth nothing. What is
//! kept of it is a hash. Pure: when it is and what was seen are arguments; [`crate::measure`] looks.

mod kept;
mod standing;
mod state;

pub use backshell_model::ProofMethod as Method;
pub use standing::{Consent, Standing, standing};
pub use state::{CheckRefused, State};

use aws_lc_rs::digest::{SHA256, digest};
use backshell_model::{HostName, ProofId, Random, Timestamp};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use std::fmt;

/// What every answer begins with.
pub const PREFIX: &str = "backshell1=";
/// The label in front of a host at which the TXT record stands.
pub const LABEL: &str = "_backshell-challenge";
/// The folder of the file.
pub const FOLDER: &str = "/.well-known/backshell-challenge/";

/// The hash of an answer: what is kept of it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct AnswerHash([u8; 32]);

impl AnswerHash {
    /// From its bytes.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Its bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The hash of an answer.
    pub fn of(answer: &str) -> Self {
        Self(sha256(answer.as_bytes()))
    }
}

impl fmt::Debug for AnswerHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AnswerHash(..)")
    }
}

/// A challenge, and what was seen of its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Challenge {
    /// Names the challenge and the file.
    pub id: ProofId,
    /// Who has to answer.
    pub publisher: String,
    /// The host.
    pub host: HostName,
    /// The connector that it is for.
    pub connector: String,
    /// The hash of the answer.
    pub answer: AnswerHash,
    /// When it was made.
    pub opened_at: Timestamp,
    /// When somebody looked, the latest last; those of the last hour.
    pub checks: Vec<Timestamp>,
    /// When the answer was seen last, and where.
    pub proven: Option<(Method, Timestamp)>,
    /// When it was looked for again and not seen, since it was seen last.
    pub failures: Vec<Timestamp>,
}

/// What the publisher has to do. Shown once: the answer is not kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instructions {
    /// The name of the TXT record.
    pub record: String,
    /// The address of the file.
    pub file: String,
    /// What stands in either.
    pub answer: String,
}

impl Challenge {
    /// A new challenge, and what has to be done to answer it.
    pub fn open(
        publisher: &str,
        host: &HostName,
        connector: &str,
        now: Timestamp,
        random: &dyn Random,
    ) -> (Self, Instructions) {
        let (id, mut token) = (ProofId::generate(random), [0; 32]);
        random.fill(&mut token);
        let answer = answer(&token, publisher, host, connector);
        let challenge = Self {
            id,
            publisher: publisher.to_owned(),
            host: host.clone(),
            connector: connector.to_owned(),
            answer: AnswerHash::of(&answer),
            opened_at: now,
            checks: Vec::new(),
            proven: None,
            failures: Vec::new(),
        };
        let instructions = Instructions { record: challenge.record(), file: challenge.file(), answer };
        (challenge, instructions)
    }

    /// Where the TXT record stands that answers it.
    pub fn record(&self) -> String {
        record_name(&self.host)
    }

    /// The address of the file that answers it.
    pub fn file(&self) -> String {
        format!("https://{}{}", self.host, self.file_path())
    }

    /// The path of the file at the host.
    pub fn file_path(&self) -> String {
        format!("{FOLDER}{}", self.id)
    }

    /// Whether a proof of this challenge is one for `host`: it is the host itself, or lies below the domain whose zone
    /// answered. Never across a public suffix.
    pub fn covers(&self, host: &HostName) -> bool {
        let below = || host.as_str().strip_suffix(self.host.as_str()).is_some_and(|front| front.ends_with('.'));
        let is_domain = || psl::domain_str(self.host.as_str()) == Some(self.host.as_str());
        *host == self.host || (matches!(self.proven, Some((Method::Dns, _))) && is_domain() && below())
    }

    /// Whether a text that was found is the answer. White space around it does not count.
    pub fn is_answered_by(&self, text: &str) -> bool {
        let text = text.trim_matches([' ', '\t', '\r', '\n']);
        text.starts_with(PREFIX) && AnswerHash::of(text) == self.answer
    }
}

/// The name of the TXT record for a host.
pub fn record_name(host: &HostName) -> String {
    format!("{LABEL}.{host}")
}

/// The token's hash, bound to whom and what it is for: lengths in front keep the parts apart.
fn answer(token: &[u8; 32], publisher: &str, host: &HostName, connector: &str) -> String {
    let mut bound = b"backshell-challenge-1".to_vec();
    for part in [&sha256(token)[..], publisher.as_bytes(), host.as_str().as_bytes(), connector.as_bytes()] {
        bound.extend_from_slice(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        bound.extend_from_slice(part);
    }
    let text = URL_SAFE_NO_PAD.encode(sha256(&bound));
    format!("{PREFIX}{text}")
}

fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut hash = [0; 32];
    // A digest of SHA-256 has 32 bytes.
    hash.iter_mut().zip(digest(&SHA256, bytes).as_ref()).for_each(|(to, from)| *to = *from);
    hash
}

#[cfg(test)]
mod tests {
    use super::*;
    use backshell_testkit::SeededRandom;

    fn host(name: &str) -> HostName {
        HostName::parse(name).unwrap()
    }

    #[test]
    fn an_answer_is_for_one_publisher_host_and_connector() {
        let open = |publisher: &str, name: &str, connector: &str| {
            // The same token each time, so that only the binding differs.
            let now = Timestamp::from_secs(1_800_000_000);
            Challenge::open(publisher, &host(name), connector, now, &SeededRandom::new(1))
        };
        let (challenge, instructions) = open("contoso", "api.example.com", "orders");
        assert_eq!(instructions.record, "_backshell-challenge.api.example.com");
        assert_eq!(
            instructions.file,
            format!("https://api.example.com/.well-known/backshell-challenge/{}", challenge.id)
        );
        assert_eq!(instructions.answer.len(), PREFIX.len() + 43);
        assert!(challenge.is_answered_by(&format!("{}\r\n", instructions.answer)));
        for (publisher, name, connector) in [
            ("fabrikam", "api.example.com", "orders"),
            ("contoso", "www.example.com", "orders"),
            ("contoso", "api.example.com", "bills"),
            ("contosoa", "pi.example.com", "orders"),
        ] {
            let (other, _) = open(publisher, name, connector);
            assert!(!other.is_answered_by(&instructions.answer), "{publisher} {name} {connector}");
        }
        assert!(!challenge.is_answered_by(""));
        assert!(!challenge.is_answered_by(instructions.answer.strip_prefix(PREFIX).unwrap()));
    }

    #[test]
    fn the_answer_is_not_kept() {
        let now = Timestamp::from_secs(1_800_000_000);
        let (challenge, instructions) =
            Challenge::open("contoso", &host("api.example.com"), "orders", now, &SeededRandom::new(1));
        assert!(!format!("{challenge:?}").contains(instructions.answer.strip_prefix(PREFIX).unwrap()));
    }
}
