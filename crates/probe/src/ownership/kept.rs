//! A challenge as a server keeps it, there and back.

use super::{AnswerHash, Challenge};
use backshell_model::{ConnectorSlug, OwnershipProof, Timestamp, UserId};

impl From<&OwnershipProof> for Challenge {
    fn from(kept: &OwnershipProof) -> Self {
        Self {
            id: kept.id,
            publisher: kept.publisher.as_str().to_owned(),
            host: kept.host.clone(),
            connector: kept.connector.as_str().to_owned(),
            answer: AnswerHash::from_bytes(kept.answer),
            opened_at: kept.opened_at,
            checks: kept.checks.clone(),
            proven: kept.proven,
            failures: kept.failures.clone(),
        }
    }
}

impl Challenge {
    /// What a server keeps of a new challenge, for these whom it names by their identifiers.
    pub fn to_keep(&self, connector: ConnectorSlug, publisher: UserId, opened_by: UserId) -> OwnershipProof {
        OwnershipProof {
            id: self.id,
            connector,
            publisher,
            host: self.host.clone(),
            answer: *self.answer.as_bytes(),
            opened_by,
            opened_at: self.opened_at,
            checks: self.checks.clone(),
            proven: self.proven,
            failures: self.failures.clone(),
            due: None,
            revoked_at: None,
            revision: 0,
        }
    }

    /// Writes what was seen, and when the next look is due after one at `now`, into what is kept.
    pub fn note_in(&self, kept: &mut OwnershipProof, now: Timestamp) {
        kept.checks.clone_from(&self.checks);
        kept.failures.clone_from(&self.failures);
        kept.proven = self.proven;
        kept.due = self.next_look(now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ownership::Method;
    use backshell_model::HostName;
    use backshell_testkit::SeededRandom;

    #[test]
    fn what_is_kept_is_the_challenge() {
        let now = Timestamp::from_secs(1_800_000_000);
        let host = HostName::parse("api.example.com").unwrap();
        let (mut challenge, _) = Challenge::open("paul", &host, "orders", now, &SeededRandom::new(1));
        let user = |name: &str| UserId::new(name).unwrap();
        let mut kept = challenge.to_keep("orders".parse().unwrap(), user("paul"), user("adam"));
        assert_eq!((Challenge::from(&kept), kept.due), (challenge.clone(), None));
        challenge.begin_check(now).unwrap();
        challenge.end_check(now, Some(Method::File));
        challenge.note_in(&mut kept, now);
        assert_eq!(Challenge::from(&kept), challenge);
        assert!(kept.due.is_some_and(|due| due > now));
    }
}
