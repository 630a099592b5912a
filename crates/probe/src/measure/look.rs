//! Looking for the answer of a challenge: in the zone, by several resolvers, and at the host, over checked TLS.

use super::tls::Asker;
use super::{MOST_NAMES, Prober, chain, names};
use crate::facts::{Chain, NotMeasured, Revocation, Staple};
use crate::ownership::{Challenge, Method, record_name};
use backshell_boundary::vet;
use backshell_model::HostPort;
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
}

impl Prober {
    /// Looks for the answer of a challenge. Whether somebody may look now is the challenge's to say.
    pub async fn look_for(&self, challenge: &Challenge) -> Looked {
        let (in_zone, dns) = match self.look_in_zone(challenge).await {
            Ok(()) => (true, "the record is there".to_owned()),
            Err(reason) => (false, reason),
        };
        let (at_host, file) = match self.look_at_host(challenge).await {
            Ok(()) => (true, "the file is there".to_owned()),
            Err(reason) => (false, reason),
        };
        let seen = if in_zone { Some(Method::Dns) } else { at_host.then_some(Method::File) };
        Looked { seen, dns, file }
    }

    /// Two resolvers at least have to see the record, and every one that answers.
    async fn look_in_zone(&self, challenge: &Challenge) -> Result<(), String> {
        let name = record_name(&challenge.host);
        let (mut seen, mut reason) = (0, None);
        for resolver in &self.resolvers {
            let Some(records) = &resolver.records else { continue };
            match records.texts(&name).await {
                Ok(texts) if texts.iter().take(MOST_NAMES).any(|text| challenge.is_answered_by(text)) => seen += 1,
                Ok(texts) if texts.is_empty() => return Err(format!("`{name}` has no TXT record")),
                Ok(_) => return Err(format!("the TXT record at `{name}` holds something else")),
                Err(error) => reason = Some(error.to_string()),
            }
        }
        match (seen, reason) {
            (2.., _) => Ok(()),
            (1, _) => Err("only one resolver sees the record, and two have to; name another one".to_owned()),
            (_, Some(reason)) => Err(format!("`{name}` could not be looked up: {reason}")),
            (_, None) => Err("there is no resolver that could be asked".to_owned()),
        }
    }

    /// The file, over TLS that is checked as a client would: chain, validity, name, revocation as far as it is known.
    async fn look_at_host(&self, challenge: &Challenge) -> Result<(), String> {
        let host = HostPort { host: challenge.host.clone(), port: 443 };
        let found = names::ask(&self.resolvers, &host, &*self.pace).await;
        let vetted = vet(&host.host, host.port, &names::addresses(&found), &self.rules);
        let vetted = vetted.map_err(|refused| format!("the host is not connected to: {refused}"))?;
        let asker = Asker { way: &self.way, to: &vetted, random: &*self.random, pace: &*self.pace };
        let seen = asker.modern().await;
        if let Some(reason) = seen.unreachable {
            return Err(reason);
        }
        let missing = |missing: NotMeasured| missing.reason().to_owned();
        let at = self.clock.now();
        let shown = chain(&seen.shown.map_err(missing)?, &host.host, at, &self.trust).map_err(missing)?;
        if !is_sound(&shown, at.as_secs()) {
            return Err("the certificate of the host is not good; `backshell endpoint` says why".to_owned());
        }
        let (stream, http2) = seen.session.map_err(missing)?;
        let (authority, path) = (host.host.to_string(), challenge.file_path());
        let question = Question { authority, path, agent: self.agent.clone() };
        let read = async {
            let answer = backshell_upstream::ask(stream, http2, &question).await.map_err(|error| error.to_string())?;
            // No redirect is followed: what it leads to proves nothing about this host.
            if answer.status != http::StatusCode::OK {
                return Err(format!("`{}` answers {}", question.path, answer.status.as_u16()));
            }
            Ok(answer.read(MOST_BYTES + 1).await)
        };
        let body =
            tokio::time::timeout(LIMIT, read).await.map_err(|_| "the host did not answer in time".to_owned())??;
        if body.len() > MOST_BYTES {
            return Err("the file is larger than 1 KiB".to_owned());
        }
        if challenge.is_answered_by(&String::from_utf8_lossy(&body)) {
            Ok(())
        } else {
            Err("the file holds something else".to_owned())
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
        && shown.listed != Ok(Revocation::Revoked)
        && shown.staple != Ok(Some(Staple::Revoked))
}
