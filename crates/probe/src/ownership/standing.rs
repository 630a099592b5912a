//! What is on file about a host, all challenges and consents together.

use super::{Challenge, Method, State};
use crate::facts::Ownership;
use backshell_model::{HostName, OwnershipConsent, Timestamp};

/// The consent of a host's owner, as far as it is judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consent {
    /// The host; no other one.
    pub host: HostName,
    /// Who consented, and where that is written down.
    pub reference: String,
    /// From then on it holds no longer, if ever.
    pub until: Option<Timestamp>,
}

impl From<&OwnershipConsent> for Consent {
    fn from(kept: &OwnershipConsent) -> Self {
        let until = kept.revoked_at.unwrap_or(kept.expires_at).min(kept.expires_at);
        let reference = format!("{}, {}: {}", kept.company, kept.approver, kept.reference);
        Self { host: kept.host.clone(), reference, until: Some(until) }
    }
}

impl Consent {
    /// Whether it holds at `now`.
    pub fn holds(&self, now: Timestamp) -> bool {
        self.until.is_none_or(|until| now < until)
    }
}

/// How a host stands, by everything that is on file about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Control is proven.
    Proven {
        /// How.
        method: Method,
        /// When it was seen last.
        at: Timestamp,
    },
    /// The owner consents.
    Consented {
        /// Who, and where that is written down.
        reference: String,
    },
    /// It was proven, and lately not seen again: no new connections.
    Doubtful {
        /// How it was proven.
        method: Method,
        /// When it was seen last.
        at: Timestamp,
    },
    /// It was proven or consented to once, and is no longer: no calls.
    Lost {
        /// What happened, in words.
        why: String,
    },
    /// Nobody ever proved it or consented.
    Never,
}

impl Standing {
    /// The same as the bar EV-21 asks for it.
    pub fn fact(&self) -> Ownership {
        match self {
            Self::Proven { method, at } | Self::Doubtful { method, at } => {
                Ownership::Proven { method: method.as_str().to_owned(), at: *at }
            }
            Self::Consented { reference } => Ownership::Consent { reference: reference.clone() },
            Self::Lost { .. } | Self::Never => Ownership::Neither,
        }
    }
}

/// How `host` stands at `now`. `proofs` and `consents` are those of one publisher and one connector; what counts most
/// decides. A challenge that was taken back is given with `true`.
pub fn standing<'a>(
    proofs: impl IntoIterator<Item = (&'a Challenge, bool)>,
    consents: impl IntoIterator<Item = &'a Consent>,
    host: &HostName,
    now: Timestamp,
) -> Standing {
    let (mut doubtful, mut lost) = (None, None);
    for (proof, revoked) in proofs.into_iter().filter(|(proof, _)| proof.covers(host)) {
        let Some((method, at)) = proof.proven else { continue };
        match proof.state(now) {
            _ if revoked => lost = lost.or(Some("the proof was taken back")),
            State::Proven => return Standing::Proven { method, at },
            State::Suspect => doubtful = Some(Standing::Doubtful { method, at }),
            State::Lost => lost = Some("the proof was not seen again for too long"),
            State::Open | State::Expired => {}
        }
    }
    for consent in consents.into_iter().filter(|consent| consent.host == *host) {
        if consent.holds(now) {
            return Standing::Consented { reference: consent.reference.clone() };
        }
        lost = lost.or(Some("the consent of the owner has ended"));
    }
    match (doubtful, lost) {
        (Some(doubtful), _) => doubtful,
        (None, Some(why)) => Standing::Lost { why: why.to_owned() },
        (None, None) => Standing::Never,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use backshell_testkit::SeededRandom;

    const DAY: i64 = 24 * 3_600;

    fn at(days: i64) -> Timestamp {
        Timestamp::from_secs(1_800_000_000 + days * DAY)
    }

    fn host(name: &str) -> HostName {
        HostName::parse(name).unwrap()
    }

    fn opened(name: &str) -> Challenge {
        Challenge::open("contoso", &host(name), "orders", at(0), &SeededRandom::new(1)).0
    }

    fn consent(until: Option<Timestamp>) -> Consent {
        Consent { host: host("api.example.com"), reference: "letter".to_owned(), until }
    }

    #[test]
    fn the_best_that_is_on_file_counts() {
        let of = |proofs: &[(&Challenge, bool)], consents: &[Consent], days| {
            standing(proofs.iter().copied(), consents, &host("api.example.com"), at(days))
        };
        let word = |standing: Standing| match standing {
            Standing::Proven { .. } => "proven",
            Standing::Consented { .. } => "consented",
            Standing::Doubtful { .. } => "doubtful",
            Standing::Lost { .. } => "lost",
            Standing::Never => "never",
        };
        let mut proof = opened("example.com");
        assert_eq!(word(of(&[(&proof, false)], &[], 1)), "never", "an open challenge is no proof");
        assert_eq!(word(of(&[(&proof, true)], &[], 1)), "never", "and none is lost with it");
        proof.end_check(at(1), Some(Method::Dns));
        assert_eq!(word(of(&[(&proof, false)], &[], 1)), "proven");
        assert_eq!(word(of(&[(&proof, true)], &[], 1)), "lost");
        assert_eq!(word(of(&[(&proof, true)], &[consent(None)], 1)), "consented");
        let mut second = opened("api.example.com");
        second.end_check(at(1), Some(Method::File));
        assert_eq!(word(of(&[(&proof, true), (&second, false)], &[], 1)), "proven", "another proof stands in");
        proof.end_check(at(2), None);
        proof.end_check(at(3), None);
        assert_eq!(word(of(&[(&proof, false)], &[], 3)), "doubtful");
        assert_eq!(word(of(&[(&proof, false), (&second, true)], &[], 3)), "doubtful");
        assert_eq!(word(of(&[(&proof, false)], &[consent(Some(at(4)))], 3)), "consented");
        assert_eq!(word(of(&[(&proof, false)], &[], 16)), "lost");
        assert_eq!(word(of(&[], &[consent(Some(at(4)))], 4)), "lost", "a consent ends");
        assert_eq!(word(of(&[], &[], 4)), "never");
        let elsewhere = standing([(&second, false)], &[consent(None)], &host("www.example.com"), at(1));
        assert_eq!(word(elsewhere), "never", "a file and a consent are for exactly their host");
    }

    #[test]
    fn a_consent_that_was_taken_back_has_ended() {
        let user = |name: &str| backshell_model::UserId::new(name).unwrap();
        let mut kept = OwnershipConsent {
            id: backshell_model::ConsentId::generate(at(0), &SeededRandom::new(1)),
            connector: "orders".parse().unwrap(),
            publisher: user("paul"),
            host: host("api.example.com"),
            company: "Example".to_owned(),
            approver: "J. Doe".to_owned(),
            reference: "letter 7".to_owned(),
            privacy_policy: "https://example.com/privacy".to_owned(),
            recorded_by: user("adam"),
            recorded_at: at(0),
            expires_at: at(10),
            revoked_at: None,
        };
        let consent = Consent::from(&kept);
        assert_eq!(consent.reference, "Example, J. Doe: letter 7");
        assert_eq!((consent.holds(at(9)), consent.holds(at(10))), (true, false));
        kept.revoked_at = Some(at(5));
        assert_eq!((Consent::from(&kept).holds(at(4)), Consent::from(&kept).holds(at(5))), (true, false));
    }
}
