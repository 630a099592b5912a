//! Permission and the record of administrative acts.
//!
//! The order is always: who calls, may they, is the request sound, the record, the write. A refused act is on record as
//! refused. An act that was allowed is on record *before* its write begins, so that no act is without a record; when the
//! write then fails, a second record with the same name and subject says so (`outcome` refused, detail `failed` with the
//! code). An act without such a second record was done.

use crate::problem::{Kind, Problem};
use crate::state::ConsoleState;
use backshell_gateway::connect;
use backshell_ledger::{ActRecord, LedgerError, Outcome, Who};
use backshell_model::{Caller, EnvironmentId, UserId};
use backshell_permission::{Action, Reason, Resource};
use std::fmt::Display;
use std::future::Future;

/// An act that is permitted and not yet recorded. Its only maker is [`ConsoleState::permit_act`].
#[derive(Debug)]
pub(crate) struct Act<'a> {
    caller: &'a Caller,
    name: &'static str,
    reason: Reason,
    subject: String,
    whom: Option<UserId>,
    environment: Option<EnvironmentId>,
    details: Vec<(&'static str, String)>,
}

impl Act<'_> {
    /// What it is done to: an identifier, a slug, a digest; never a person.
    #[must_use]
    pub(crate) fn subject(mut self, subject: &(impl Display + ?Sized)) -> Self {
        self.subject = subject.to_string();
        self
    }

    /// Whom it is done to; recorded as a pseudonym.
    #[must_use]
    pub(crate) fn whom(mut self, user: &UserId) -> Self {
        self.whom = Some(user.clone());
        self
    }

    /// Where it happens; `None` where this cell may keep no records of the environment, which
    /// [`Connections::held`](connect::Connections::held) says.
    #[must_use]
    pub(crate) fn environment(mut self, environment: Option<EnvironmentId>) -> Self {
        self.environment = environment;
        self
    }

    /// More about it; no secret, no person.
    #[must_use]
    pub(crate) fn detail(mut self, name: &'static str, value: &(impl Display + ?Sized)) -> Self {
        self.details.push((name, value.to_string()));
        self
    }
}

impl ConsoleState {
    /// Asks whether the caller may do something that changes nothing.
    pub(crate) fn permit(&self, caller: &Caller, action: Action, resource: &Resource) -> Result<(), Problem> {
        self.permit_any(caller, &[(action, resource.clone())])
    }

    /// As [`ConsoleState::permit`], when one of several permissions is enough. The refusal gives the last one's reason.
    pub(crate) fn permit_any(&self, caller: &Caller, wanted: &[(Action, Resource)]) -> Result<(), Problem> {
        let authority = self.authority()?;
        let mut refusal = Err(Problem::new(Kind::PermissionDenied, "this is not permitted"));
        for (action, resource) in wanted {
            let decision = authority.may(caller, *action, resource);
            if decision.allowed {
                return Ok(());
            }
            refusal = Err(denied(*action, &decision.reason));
        }
        refusal
    }

    /// Asks whether the caller may do an act, and records a refusal. `name` is noun and verb: `environment.create`;
    /// `subject` is what is known before the request was looked at any further.
    pub(crate) async fn permit_act<'a>(
        &self,
        caller: &'a Caller,
        name: &'static str,
        action: Action,
        resource: &Resource,
        subject: &(impl Display + Sync + ?Sized),
    ) -> Result<Act<'a>, Problem> {
        let subject = subject.to_string();
        let decision = self.authority()?.may(caller, action, resource);
        // A cell outside the boundary keeps no records of the environment.
        let environment = match resource {
            Resource::Environment(environment) => self.connections.held(*environment).await,
            _ => None,
        };
        if !decision.allowed {
            let record = ActRecord {
                outcome: Outcome::Refused,
                policies: decision.reason.as_str().split(',').collect(),
                environment,
                ..ActRecord::done(Some(Who::from(caller)), name, &subject)
            };
            // It stays refused whether or not that can be recorded.
            if let Err(error) = self.ledger.act(record).await {
                tracing::warn!(%error, act = name, "a refused act is not on record");
            }
            return Err(denied(action, &decision.reason));
        }
        Ok(Act { caller, name, reason: decision.reason, subject, whom: None, environment, details: Vec::new() })
    }

    /// Records the act, then does it, then waits until this node knows. See the top of this file for what is on record
    /// when it fails.
    pub(crate) async fn perform<T>(
        &self,
        act: Act<'_>,
        work: impl Future<Output = Result<T, Problem>> + Send,
    ) -> Result<T, Problem> {
        let details: Vec<(&str, &str)> = act.details.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let record = ActRecord {
            who: Some(Who::from(act.caller)),
            act: act.name,
            subject: &act.subject,
            whom: act.whom.as_ref(),
            environment: act.environment,
            outcome: Outcome::Allowed,
            policies: act.reason.as_str().split(',').collect(),
            details,
        };
        let done = connect::recorded(&self.ledger, record, Problem::code, work).await?;
        self.refresh().await;
        Ok(done)
    }
}

fn denied(action: Action, reason: &Reason) -> Problem {
    let help = match reason.as_str() {
        Reason::SCOPE_MISSING => {
            let scopes = action.scopes().iter().map(|scope| scope.as_str()).collect::<Vec<_>>().join(", ");
            format!("use an access token with one of the scopes {scopes}")
        }
        Reason::TOKEN_OTHER_ENVIRONMENT => "use an access token that is not limited to another environment".to_owned(),
        _ => "ask the owner of the connection, or an administrator".to_owned(),
    };
    Problem::new(Kind::PermissionDenied, format!("the action `{}` is not permitted here", action.as_str()))
        .reason(reason.as_str())
        .help(help)
}

impl From<LedgerError> for Problem {
    fn from(error: LedgerError) -> Self {
        tracing::error!(%error, "an act could not be recorded and was not done");
        Self::new(Kind::LedgerUnavailable, "the act could not be recorded, so it was not done")
            .help("try again; if it goes on, an operator must look at the database and its disk")
    }
}
