//! `backshell ledger erase`: makes a user's records nobody's.

use crate::client;
use crate::commands::call::Token;
use crate::config::Config;
use crate::offline::Offline;
use crate::terminal::{self, Format};
use anyhow::Context;
use backshell_gateway::connect::recorded;
use backshell_ledger::{ActRecord, Erasure, erase_user};
use backshell_model::UserId;
use backshell_store::UserTraces;
use clap::Args;
use http::Method;
use serde::{Deserialize, Serialize};
use std::process::ExitCode;

/// Make a user's records nobody's
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  backshell ledger erase --user alice@contoso.example
  BACKSHELL_TOKEN=bsk_... backshell ledger erase --user alice@contoso.example    while a node runs on the data folder

The ledger knows users by pseudonyms. This erases which one stands for the user, and their revoked and expired tokens, in
the database's files too. The records stay, the chain still verifies, and nobody can say any more whose they are. Copies
of the database that were made before are not reached.

Exit status: 0 it is erased, 1 the ledger knows no such user, 2 it could not be done.")]
pub(super) struct Erase {
    /// The user, as tokens name them.
    #[arg(long, value_name = "ID")]
    user: String,

    /// An administrator's access token, needed while a node runs. Better in the environment than on the command line.
    #[arg(long, env = "BACKSHELL_TOKEN", hide_env_values = true, value_name = "TOKEN")]
    token: Option<Token>,

    /// Where the API of the node that runs is.
    #[arg(long, default_value = "http://127.0.0.1:8781", env = "BACKSHELL_CONSOLE", value_name = "URL")]
    console: String,

    /// How to answer.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// What was erased, as the API answers it.
#[derive(Debug, Deserialize, Serialize)]
struct Answer {
    pseudonym_erased: bool,
    tokens_forgotten: u64,
    still_named_by: Traces,
    files_clean: bool,
}

#[derive(Debug, Deserialize, Serialize)]
struct Traces {
    tokens: u64,
    connections: u64,
    connectors: u64,
    approvals: u64,
    shares: u64,
    memberships: u64,
    grants: u64,
    ownership: u64,
    roles: u64,
}

impl From<Erasure> for Answer {
    fn from(erasure: Erasure) -> Self {
        let UserTraces { tokens, connections, connectors, approvals, shares, memberships, grants, ownership, roles } =
            erasure.left;
        Self {
            pseudonym_erased: erasure.pseudonym,
            tokens_forgotten: erasure.tokens,
            still_named_by: Traces {
                tokens,
                connections,
                connectors,
                approvals,
                shares,
                memberships,
                grants,
                ownership,
                roles,
            },
            files_clean: erasure.scrubbed,
        }
    }
}

impl Erase {
    pub(super) async fn run(&self, config: &Config) -> anyhow::Result<ExitCode> {
        let user = UserId::new(&self.user).context("`--user` names no possible user")?;
        let answer = match Offline::open(config).await? {
            Some(offline) => {
                // The record names nobody: naming the user would give them a pseudonym, and tie it to what is erased.
                let act = ActRecord::done(None, "pseudonym.erase", "pseudonym");
                let erased = recorded(&offline.ledger, act, |_: &anyhow::Error| "failed", async {
                    Ok(erase_user(&offline.ledger, &*offline.store, &user, offline.clock.now()).await?)
                })
                .await;
                offline.close().await;
                let erasure = erased?;
                erasure.found().then(|| Answer::from(erasure))
            }
            None => self.ask_the_node(&user).await?,
        };
        let Some(answer) = answer else {
            terminal::remark("the ledger knows no such user");
            return Ok(ExitCode::from(1));
        };
        match self.format {
            Format::Json => terminal::line(&serde_json::to_string_pretty(&answer)?)?,
            Format::Text => answer.show()?,
        }
        Ok(ExitCode::SUCCESS)
    }

    /// A node keeps pseudonyms in memory, so it must do the erasing while it runs.
    async fn ask_the_node(&self, user: &UserId) -> anyhow::Result<Option<Answer>> {
        let token = self.token.as_ref().context(
            "a node runs on this data folder and has to do this: set BACKSHELL_TOKEN to an administrator's token, or stop the node",
        )?;
        let address = format!("{}/api/v1/ledger/erasures", self.console.trim_end_matches('/'));
        let body = serde_json::to_vec(&serde_json::json!({"user": user.as_str()}))?;
        match client::json(Method::POST, &address, token.expose(), Some(("application/json", body))).await {
            Ok(answer) => Ok(Some(serde_json::from_value(answer).context("the node's answer is not understood")?)),
            Err(error) if error.to_string().starts_with("404") => Ok(None),
            Err(error) => Err(error),
        }
    }
}

impl Answer {
    fn show(&self) -> anyhow::Result<()> {
        let tokens = match self.tokens_forgotten {
            1 => "1 revoked or expired token is forgotten".to_owned(),
            tokens => format!("{tokens} revoked or expired tokens are forgotten"),
        };
        let whose = if self.pseudonym_erased {
            "nobody can say any more whose the user's records are"
        } else {
            "no pseudonym stood for the user"
        };
        terminal::line(&format!("{whose}; {tokens}"))?;
        let traces = &self.still_named_by;
        let left: Vec<String> = [
            (traces.tokens, "token", "tokens"),
            (traces.connections, "connection", "connections"),
            (traces.connectors, "connector", "connectors"),
            (traces.approvals, "approval of a host", "approvals of hosts"),
            (traces.shares, "share", "shares"),
            (traces.memberships, "group membership", "group memberships"),
            (traces.grants, "crossing grant", "crossing grants"),
            (traces.ownership, "challenge or consent", "challenges or consents"),
            (traces.roles, "role", "roles"),
        ]
        .into_iter()
        .filter(|(count, ..)| *count > 0)
        .map(|(count, one, many)| format!("{count} {}", if count == 1 { one } else { many }))
        .collect();
        if !left.is_empty() {
            terminal::line(&format!(
                "still in use, and naming the user: {}; revoke, delete or hand over, then erase again: records name tokens and \
                 connections",
                left.join(", ")
            ))?;
        }
        if !self.files_clean {
            terminal::line(
                "somebody reads the database, so its log still holds what was erased; the next erasure or retention run empties it",
            )?;
        }
        Ok(())
    }
}
