//! Puts together what measures hosts: the way out of a real cell, and what the operator gave.

use super::Way;
use crate::config::Config;
use crate::keys;
use crate::probing;
use crate::reach;
use crate::residency::Folder;
use crate::revocation;
use crate::terminal;
use crate::way_out;
use anyhow::Context as _;
use backshell_boundary::{EvidenceBase, Place};
use backshell_probe::measure::{Lists, Plan, Prober, Promise};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What measures, as the command line and the configuration say.
pub(super) fn make(
    command: &Way,
    config: &Config,
    lists: Lists,
    plan: Option<Plan>,
    promised: &[Place],
) -> anyhow::Result<Prober> {
    let authorities: Vec<&Path> = command.authority.iter().map(PathBuf::as_path).collect();
    let mut trust = probing::trust(config, &authorities)?;
    for path in &command.intermediate {
        keys::certificates(path)?.into_iter().for_each(|certificate| trust.add_intermediate(certificate));
    }
    for path in &command.crl {
        for list in revocation::lists_of(path)? {
            trust.add_list(&list).with_context(|| format!("`{}` cannot be used", path.display()))?;
        }
    }
    let given = if command.name_server.is_empty() { &config.upstream.name_servers } else { &command.name_server };
    let prober = probing::prober(trust, &way_out::name_servers(given)?, command.contact.as_deref())?;
    // The networks that the operator refuses are refused here, too.
    let rules = reach::address_rules(config)?;
    Ok(Prober { rules, lists, plan, promise: promise(config, promised)?, ..prober })
}

/// The promise, with everything that is imported about places; none where nothing was promised.
fn promise(config: &Config, places: &[Place]) -> anyhow::Result<Option<Promise>> {
    if places.is_empty() {
        return Ok(None);
    }
    let imported = Folder::in_data_folder(&config.data.dir).load()?;
    for problem in &imported.problems {
        terminal::remark(&format!("not used: {problem}"));
    }
    let evidence = Arc::new(EvidenceBase::new(imported.sources));
    Ok(Some(Promise { places: places.to_vec(), evidence }))
}
