//! Looking for the answer of a challenge: in the zone, by several resolvers, and at the host, over checked TLS.

use super::tls::Asker;
use super::{MOST_NAMES, Prober, chain, names};
use crate::facts::{Chain, NotMeasured, Revocation, Staple};
use crate::ownership::{Challenge, Method, State, record_name};
use backshell_boundary::vet;
use backshell_model::{HostPort, Timestamp};
use backshell_upstream::Question;
use std::time::Duration;

/// The most bytes of the file.
const MOST_BYTES: usize = 1_024;
/// How long the file may take.
const LIMIT: Duration = Duration::from_secs(10);

/// What was seen of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Looked {
    /// Where the answer was seen; the zone counts more.
    pub seen: Option<Method>,
    /// What was seen in the zone, for people.
    pub dns: String,
    /// What was seen at the host, for people.
    pub file: String,
    /// Whether the zone was looked at. Where it was not, that the record was not seen says nothing about it.
    pub zone_answered: bool,
    /// Whether the host was looked at, in the same sense.
    pub host_answered: bool,
}

impl Looked {
    /// Notes in `challenge` what was seen at `now`, and says how it stands then. What could not be looked at is no failure,
    /// but the proof grows older.
    pub fn note_in(&self, challenge: &mut Challenge, now: Timestamp) -> State {
        match challenge.proven {
            Some((method, _)) if self.seen.is_none() && !self.is_gone(method) => challenge.state(now),
            _ => challenge.end_check(now, self.seen),
        }
    }

    /// Whether an answer that was shown by `method` is gone, and not merely out of sight.
    fn is_gone(&self, method: Method) -> bool {
        self.seen.is_none()
            && match method {
                Method::Dns => self.zone_answered,
                Method::File => self.host_answered,
            }
    }
}

/// Why an answer was not seen.
enum Unseen {
    /// It is not there.
    Gone(String),
    /// Nobody could look.
    Hidden(String),
}

impl Unseen {
    fn parts(self) -> (String, bool) {
        match self {
            Self::Gone(reason) => (reason, true),
            Self::Hidden(reason) => (reason, false),
        }
    }
}

impl Prober {
    /// Looks for the answer of a challenge. Whether somebody may look now is the challenge's to say.
    pub async fn look_for(&self, challenge: &Challenge) -> Looked {
        let zone = self.look_in_zone(challenge).await;
        let host = self.look_at_host(challenge).await;
        let seen = match (&zone, &host) {
            (Ok(()), _) => Some(Method::Dns),
            (_, Ok(())) => Some(Method::File),
            _ => None,
        };
        let (dns, zone_answered) = zone.map_or_else(Unseen::parts, |()| ("the record is there".to_owned(), true));
        let (file, host_answered) = host.map_or_else(Unseen::parts, |()| ("the file is there".to_owned(), true));
        Looked { seen, dns, file, zone_answered, host_answered }
    }

    /// Two resolvers at least have to see the record, and every one that answers.
    async fn look_in_zone(&self, challenge: &Challenge) -> Result<(), Unseen> {
        let name = record_name(&challenge.host);
        let (mut seen, mut reason) = (0, None);
        for resolver in &self.resolvers {
            let Some(records) = &resolver.records else { continue };
            match records.texts(&name).await {
                Ok(texts) if texts.iter().take(MOST_NAMES).any(|text| challenge.is_answered_by(text)) => seen += 1,
                Ok(texts) if texts.is_empty() => return Err(Unseen::Gone(format!("`{name}` has no TXT record"))),
                Ok(_) => return Err(Unseen::Gone(format!("the TXT record at `{name}` holds something else"))),
                Err(error) => reason = Some(error.to_string()),
            }
        }
        let reason = match (seen, reason) {
            (2.., _) => return Ok(()),
            (1, _) => "only one resolver sees the record, and two have to; name another one".to_owned(),
            (_, Some(reason)) => format!("`{name}` could not be looked up: {reason}"),
            (_, None) => "there is no resolver that could be asked".to_owned(),
        };
        Err(Unseen::Hidden(reason))
    }

    /// The file, over TLS that is checked as a client would: chain, validity, name, revocation as far as it is known.
    async fn look_at_host(&self, challenge: &Challenge) -> Result<(), Unseen> {
        let host = HostPort { host: challenge.host.clone(), port: 443 };
        let found = names::ask(&self.resolvers, &host, &*self.pace).await;
        let vetted = vet(&host.host, host.port, &names::addresses(&found), &self.rules);
        let vetted = vetted.map_err(|refused| Unseen::Hidden(format!("the host is not connected to: {refused}")))?;
        let asker = Asker { way: &self.way, to: &vetted, random: &*self.random, pace: &*self.pace };
        let seen = asker.modern().await;
        if let Some(reason) = seen.unreachable {
            return Err(Unseen::Hidden(reason));
        }
        let missing = |missing: NotMeasured| Unseen::Hidden(missing.reason().to_owned());
        let at = self.clock.now();
        let shown = chain(&seen.shown.map_err(missing)?, &host.host, at, &self.trust).map_err(missing)?;
        if !is_sound(&shown, at.as_secs()) {
            let reason = "the certificate of the host is not good; `backshell endpoint` says why".to_owned();
            return Err(Unseen::Hidden(reason));
        }
        let (stream, http2) = seen.session.map_err(missing)?;
        let (authority, path) = (host.host.to_string(), challenge.file_path());
        let question = Question { authority, path, agent: self.agent.clone() };
        let read = async {
            let answer = backshell_upstream::ask(stream, http2, &question).await;
            let answer = answer.map_err(|error| Unseen::Hidden(error.to_string()))?;
            let refused = || format!("`{}` answers {}", question.path, answer.status.as_u16());
            // A host in trouble, or one that asks to come later, says nothing about the file.
            if answer.status.is_server_error() || answer.status == http::StatusCode::TOO_MANY_REQUESTS {
                return Err(Unseen::Hidden(refused()));
            }
            // No redirect is followed: what it leads to proves nothing about this host.
            if answer.status != http::StatusCode::OK {
                return Err(Unseen::Gone(refused()));
            }
            Ok(answer.read(MOST_BYTES + 1).await)
        };
        let late = |_| Unseen::Hidden("the host did not answer in time".to_owned());
        let body = tokio::time::timeout(LIMIT, read).await.map_err(late)??;
        if body.len() > MOST_BYTES {
            return Err(Unseen::Gone("the file is larger than 1 KiB".to_owned()));
        }
        if challenge.is_answered_by(&String::from_utf8_lossy(&body)) {
            Ok(())
        } else {
            Err(Unseen::Gone("the file holds something else".to_owned()))
        }
    }
}

/// Whether a client that checks everything would go on.
fn is_sound(shown: &Chain, now: i64) -> bool {
    let Ok(path) = &shown.path else { return false };
    let valid = std::iter::once(&shown.leaf)
        .chain(&path.intermediates)
        .all(|one| one.not_before.as_secs() <= now && now <= one.not_after.as_secs());
    valid
        && shown.names_host
        && shown.possession == Ok(true)
        && shown.leaf.for_servers != Some(false)
        && !matches!(shown.listed, Ok(Revocation::Revoked | Revocation::AuthorityRevoked))
        && shown.staple != Ok(Some(Staple::Revoked))
}
