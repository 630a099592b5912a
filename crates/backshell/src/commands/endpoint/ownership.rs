//! `backshell endpoint challenge` and `backshell endpoint prove`: who controls a host.

use super::book::Book;
use super::{Way, prober};
use crate::system::{SystemClock, SystemRandom};
use crate::terminal;
use anyhow::{Context as _, bail};
use backshell_model::{Clock as _, HostName};
use backshell_probe::measure::Lists;
use backshell_probe::ownership::{Challenge, Instructions, State};
use clap::Args;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

/// Make a challenge: what a publisher has to put into a zone or onto a host to prove that it controls it
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  backshell endpoint challenge api.example.com --publisher contoso --connector orders --ownership proofs.json")]
pub(super) struct ChallengeCommand {
    /// The hosts. A record at a domain such as example.com covers every host below it.
    #[arg(required = true, value_name = "HOST")]
    hosts: Vec<String>,

    /// Who has to prove it.
    #[arg(long, value_name = "NAME")]
    publisher: String,

    /// The connector that it is for.
    #[arg(long, value_name = "NAME")]
    connector: String,

    /// The file in which challenges and proofs are kept. It holds no answer.
    #[arg(long, value_name = "FILE")]
    ownership: PathBuf,
}

/// Look for the answers of the challenges in a file, and note what is seen
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  backshell endpoint prove --ownership proofs.json --name-server 1.1.1.1 --name-server 9.9.9.9

A challenge is open for 7 days and looked at 5 times an hour at most; a proof is good for 30 days.
Exit status: 0 every challenge is proven, 1 one is not, 2 the command could not do its work.")]
pub(super) struct ProveCommand {
    /// The file in which challenges and proofs are kept.
    #[arg(long, value_name = "FILE")]
    ownership: PathBuf,

    #[command(flatten)]
    way: Way,
}

impl ChallengeCommand {
    pub(super) fn run(&self) -> anyhow::Result<ExitCode> {
        let mut book = Book::read(&self.ownership)?;
        let mut text = String::new();
        for host in &self.hosts {
            let host = HostName::parse(host).with_context(|| format!("`{host}` is no host"))?;
            let (challenge, instructions) =
                Challenge::open(&self.publisher, &host, &self.connector, SystemClock.now(), &SystemRandom);
            book.add(&challenge);
            let Instructions { record, file, answer } = instructions;
            writeln!(
                text,
                "{host}: put this text into a TXT record or a file, within 7 days\n  text    {answer}\n  record  {record}\n  file    {file}\n",
            )?;
        }
        // What was not kept could not be proven.
        book.write(&self.ownership)?;
        terminal::print(&text)?;
        terminal::line(&format!("then `backshell endpoint prove --ownership {}`", self.ownership.display()))?;
        Ok(ExitCode::SUCCESS)
    }
}

impl ProveCommand {
    pub(super) async fn run(&self) -> anyhow::Result<ExitCode> {
        let mut book = Book::read(&self.ownership)?;
        let prober = prober::make(&self.way, &self.way.config.load()?, Lists::default(), None, &[])?;
        let challenges = book.challenges()?;
        if challenges.is_empty() {
            bail!("`{}` holds no challenge; `backshell endpoint challenge` makes one", self.ownership.display());
        }
        let mut all = true;
        for mut challenge in challenges {
            let (host, publisher) = (challenge.host.clone(), challenge.publisher.clone());
            if let Err(refused) = challenge.begin_check(SystemClock.now()) {
                terminal::line(&format!("{host} ({publisher}): {refused}"))?;
                all &= challenge.state(SystemClock.now()) == State::Proven;
                continue;
            }
            // The look counts whatever comes of it.
            book.add(&challenge);
            book.write(&self.ownership)?;
            let looked = prober.look_for(&challenge).await;
            let state = looked.note_in(&mut challenge, SystemClock.now());
            book.add(&challenge);
            book.write(&self.ownership)?;
            all &= state == State::Proven;
            terminal::line(&format!(
                "{host} ({publisher}): {}\n  record: {}\n  file: {}",
                state.as_str(),
                looked.dns,
                looked.file
            ))?;
        }
        Ok(if all { ExitCode::SUCCESS } else { ExitCode::from(1) })
    }
}
