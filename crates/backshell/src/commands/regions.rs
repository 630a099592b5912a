//! `backshell regions`: the cloud regions that environments and cells can name.

use crate::terminal::{self, Format};
use clap::Args;
use std::process::ExitCode;

/// List the cloud regions that environments and cells can name
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  backshell regions
  backshell regions --geography Europe")]
pub(super) struct Regions {
    /// Only the regions of this geography.
    #[arg(long, value_name = "NAME")]
    geography: Option<String>,

    /// How to answer.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

impl Regions {
    pub(super) fn run(&self) -> anyhow::Result<ExitCode> {
        let wanted = |geography: &str| self.geography.as_ref().is_none_or(|name| name.eq_ignore_ascii_case(geography));
        let regions: Vec<_> = backshell_boundary::regions().iter().filter(|facts| wanted(facts.geography)).collect();
        match self.format {
            Format::Json => {
                let list: Vec<_> = regions
                    .iter()
                    .map(|facts| {
                        serde_json::json!({
                            "region": facts.region, "provider": facts.provider, "display_name": facts.display_name,
                            "geography": facts.geography, "country": facts.country,
                        })
                    })
                    .collect();
                terminal::line(&serde_json::to_string_pretty(&list)?)?;
            }
            Format::Text => {
                for facts in &regions {
                    terminal::line(&format!(
                        "{:<22} {:<6} {:<26} {} ({})",
                        facts.region, facts.provider, facts.geography, facts.display_name, facts.country
                    ))?;
                }
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}
