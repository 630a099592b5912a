//! The file in which challenges, proofs and consents are kept for the command line.
//!
//! It holds no answer, only hashes of them. Whoever may write it decides what it says: it is a note of whoever runs the
//! command, and not the record of a server.

use crate::whole_file;
use anyhow::{Context as _, bail, ensure};
use backshell_model::{HostName, Timestamp, hex};
use backshell_probe::facts::Ownership;
use backshell_probe::ownership::{self, AnswerHash, Challenge, Method, standing};
use serde::{Deserialize, Serialize};
use std::io::ErrorKind;
use std::path::Path;

/// The most bytes of the file.
const MOST_BYTES: u64 = 16 << 20;

/// What the file holds.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Book {
    #[serde(default)]
    challenges: Vec<Entry>,
    #[serde(default)]
    consents: Vec<Consent>,
}

/// The consent of the owner of a host.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Consent {
    publisher: String,
    host: String,
    /// Who approved it, and which document.
    reference: String,
}

impl Consent {
    /// As it is judged; one for a host that is none is for no host.
    fn read(&self) -> Option<ownership::Consent> {
        let host = HostName::parse(&self.host).ok()?;
        Some(ownership::Consent { host, reference: self.reference.clone(), until: None })
    }
}

/// A challenge as it is written; times are seconds since 1970.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    id: String,
    publisher: String,
    host: String,
    connector: String,
    answer_sha256: String,
    opened_at: i64,
    #[serde(default)]
    checks: Vec<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    proven: Option<(String, i64)>,
    #[serde(default)]
    failures: Vec<i64>,
}

impl Book {
    /// Reads the file; a missing one is an empty book.
    pub(super) fn read(path: &Path) -> anyhow::Result<Self> {
        let shown = path.display();
        match std::fs::metadata(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return Err(error).with_context(|| format!("`{shown}` cannot be read")),
            Ok(metadata) => ensure!(metadata.len() <= MOST_BYTES, "`{shown}` is too large"),
        }
        let bytes = std::fs::read(path).with_context(|| format!("`{shown}` cannot be read"))?;
        // A list would be read as the values of the members in order.
        ensure!(bytes.trim_ascii_start().starts_with(b"{"), "`{shown}` is no file of challenges: it holds no object");
        let book: Self =
            serde_json::from_slice(&bytes).with_context(|| format!("`{shown}` is no file of challenges"))?;
        for entry in &book.challenges {
            entry.challenge().with_context(|| format!("`{shown}` holds a challenge that cannot be read"))?;
        }
        Ok(book)
    }

    /// Writes the file, whole or not at all.
    pub(super) fn write(&self, path: &Path) -> anyhow::Result<()> {
        let mut text = serde_json::to_string_pretty(self)?;
        text.push('\n');
        whole_file::write(path, text.as_bytes())
    }

    /// Takes in a new challenge, in place of an earlier one for the same publisher, host and connector.
    pub(super) fn add(&mut self, challenge: &Challenge) {
        let same = |entry: &Entry| {
            (entry.publisher.as_str(), entry.host.as_str(), entry.connector.as_str())
                == (challenge.publisher.as_str(), challenge.host.as_str(), challenge.connector.as_str())
        };
        self.challenges.retain(|entry| !same(entry));
        self.challenges.push(Entry::from(challenge));
    }

    /// Every challenge.
    pub(super) fn challenges(&self) -> anyhow::Result<Vec<Challenge>> {
        self.challenges.iter().map(Entry::challenge).collect()
    }

    /// What is known about who controls a host.
    pub(super) fn ownership(&self, publisher: &str, connector: &str, host: &HostName, now: Timestamp) -> Ownership {
        let own = self.challenges.iter().filter_map(|entry| entry.challenge().ok());
        let own: Vec<_> = own.filter(|one| one.publisher == publisher && one.connector == connector).collect();
        let consents = self.consents.iter().filter(|one| one.publisher == publisher);
        let consents: Vec<_> = consents.filter_map(Consent::read).collect();
        standing(own.iter().map(|one| (one, false)), &consents, host, now).fact()
    }
}

impl Entry {
    fn challenge(&self) -> anyhow::Result<Challenge> {
        let mut answer = [0; 32];
        let digits = self.answer_sha256.as_bytes();
        ensure!(digits.len() == 64, "`answer_sha256` has 64 hexadecimal digits");
        for (byte, pair) in answer.iter_mut().zip(digits.chunks(2)) {
            let pair = std::str::from_utf8(pair)?;
            *byte = u8::from_str_radix(pair, 16).context("`answer_sha256` has 64 hexadecimal digits")?;
        }
        let proven = match &self.proven {
            None => None,
            Some((word, at)) => match Method::from_word(word) {
                Some(method) => Some((method, Timestamp::from_secs(*at))),
                None => bail!("`{word}` is no way to prove control; it is `dns` or `file`"),
            },
        };
        let times = |seconds: &[i64]| seconds.iter().map(|at| Timestamp::from_secs(*at)).collect();
        Ok(Challenge {
            id: self.id.parse().context("`id` has 32 hexadecimal digits")?,
            publisher: self.publisher.clone(),
            host: HostName::parse(&self.host).with_context(|| format!("`{}` is no host", self.host))?,
            connector: self.connector.clone(),
            answer: AnswerHash::from_bytes(answer),
            opened_at: Timestamp::from_secs(self.opened_at),
            checks: times(&self.checks),
            proven,
            failures: times(&self.failures),
        })
    }
}

impl From<&Challenge> for Entry {
    fn from(challenge: &Challenge) -> Self {
        let seconds = |times: &[Timestamp]| times.iter().map(|at| at.as_secs()).collect();
        Self {
            id: challenge.id.to_string(),
            publisher: challenge.publisher.clone(),
            host: challenge.host.to_string(),
            connector: challenge.connector.clone(),
            answer_sha256: hex(challenge.answer.as_bytes()),
            opened_at: challenge.opened_at.as_secs(),
            checks: seconds(&challenge.checks),
            proven: challenge.proven.map(|(method, at)| (method.as_str().to_owned(), at.as_secs())),
            failures: seconds(&challenge.failures),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use backshell_testkit::SeededRandom;

    fn host(name: &str) -> HostName {
        HostName::parse(name).unwrap()
    }

    fn now() -> Timestamp {
        Timestamp::from_secs(1_800_000_000)
    }

    #[test]
    fn what_is_written_is_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ownership.json");
        let mut book = Book::read(&path).unwrap();
        let (mut challenge, instructions) =
            Challenge::open("contoso", &host("example.com"), "orders", now(), &SeededRandom::new(1));
        challenge.begin_check(now()).unwrap();
        challenge.end_check(now(), Some(Method::Dns));
        book.add(&challenge);
        book.write(&path).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(!text.contains(&instructions.answer), "the answer is not kept");
        let book = Book::read(&path).unwrap();
        assert_eq!(book.challenges().unwrap(), [challenge]);
        let of = |publisher: &str, name: &str| book.ownership(publisher, "orders", &host(name), now());
        // A record at the registrable domain covers what is below it.
        assert!(matches!(of("contoso", "api.example.com"), Ownership::Proven { .. }));
        assert_eq!(of("contoso", "example.org"), Ownership::Neither);
        assert_eq!(of("fabrikam", "api.example.com"), Ownership::Neither);
        let later = now().plus_secs(31 * 24 * 3_600);
        assert_eq!(book.ownership("contoso", "orders", &host("example.com"), later), Ownership::Neither);
    }

    #[test]
    fn consents_are_for_one_publisher_and_host() {
        let book: Book = serde_json::from_str(
            r#"{"consents":[{"publisher":"contoso","host":"api.example.com","reference":"letter of 2026-05-01"}]}"#,
        )
        .unwrap();
        let of = |publisher: &str, name: &str| book.ownership(publisher, "orders", &host(name), now());
        assert!(matches!(of("contoso", "api.example.com"), Ownership::Consent { .. }));
        assert_eq!(of("contoso", "www.example.com"), Ownership::Neither);
        assert_eq!(of("fabrikam", "api.example.com"), Ownership::Neither);
    }

    #[test]
    fn damaged_files_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ownership.json");
        for text in [
            "",
            "[]",
            r#"{"unknown":1}"#,
            r#"{"challenges":[{"id":"x","publisher":"p","host":"h.example","connector":"c","answer_sha256":"zz","opened_at":0}]}"#,
        ] {
            std::fs::write(&path, text).unwrap();
            assert!(Book::read(&path).is_err(), "{text}");
        }
    }
}
