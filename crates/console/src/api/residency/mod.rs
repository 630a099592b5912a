//! Residency: what the ledger says about where data went.

pub(crate) mod flows;
pub(crate) mod register;
pub(crate) mod report;

use crate::extract::parse;
use crate::problem::Problem;
use crate::state::ConsoleState;
use backshell_model::{Caller, EnvironmentId};
use backshell_permission::{Action, Resource};
use backshell_records::{By, Directory, Flows, Limits, Period, Query, RecordsError, directory, gather};
use serde::Deserialize;
use utoipa::IntoParams;

/// Which calls are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ResidencyQuery {
    /// The first day (`2026-11-01`) or moment (RFC 3339), UTC.
    #[param(max_length = 64)]
    from: Option<String>,
    /// The last day, inclusive, or the moment at which the period ends.
    #[param(max_length = 64)]
    to: Option<String>,
    /// Only this environment, `env_…`.
    environment: Option<String>,
}

impl ResidencyQuery {
    /// Adds up the records that the caller may read.
    async fn ask(&self, state: &ConsoleState, caller: &Caller, by: By) -> Result<(Flows, Directory), Problem> {
        let environment: Option<EnvironmentId> =
            self.environment.as_deref().map(|environment| parse("environment", environment)).transpose()?;
        let resource = environment.map_or(Resource::Platform, Resource::Environment);
        state.permit(caller, Action::ReadLedger, &resource)?;
        let period = Period::parse(self.from.as_deref(), self.to.as_deref())
            .map_err(|error| Problem::bad_request(error.to_string()))?;
        let query = Query { period, environment, by, limits: Limits::default() };
        let flows = gather(&*state.store, &query).await?;
        let directory = directory(&*state.store, &flows).await?;
        Ok((flows, directory))
    }
}

impl From<RecordsError> for Problem {
    fn from(error: RecordsError) -> Self {
        Self::internal(&error)
    }
}
