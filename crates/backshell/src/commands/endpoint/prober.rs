//! Puts together what measures hosts: the way out of a real cell, and what the operator gave.

use super::Way;
use crate::config::Config;
use crate::keys;
use crate::probing;
use crate::residency::Folder;
use crate::terminal;
use crate::way_out;
use anyhow::Context as _;
use backshell_boundary::{EvidenceBase, Place};
use backshell_probe::measure::{Lists, Plan, Prober, Promise};
use rustls_pki_types::CertificateRevocationListDer;
use rustls_pki_types::pem::PemObject as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The most bytes of a file of the operator.
const MOST_BYTES: u64 = 256 << 20;

/// What measures, as the command line and the configuration say.
pub(super) fn make(command: &Way, lists: Lists, plan: Option<Plan>, promised: &[Place]) -> anyhow::Result<Prober> {
    let config = command.config.load()?;
    let authorities: Vec<&Path> = command.authority.iter().map(PathBuf::as_path).collect();
    let mut trust = probing::trust(&config, &authorities)?;
    for path in &command.intermediate {
        keys::certificates(path)?.into_iter().for_each(|certificate| trust.add_intermediate(certificate));
    }
    for path in &command.crl {
        for list in revocation_lists(path)? {
            trust.add_list(&list).with_context(|| format!("`{}` cannot be used", path.display()))?;
        }
    }
    let given = if command.name_server.is_empty() { &config.upstream.name_servers } else { &command.name_server };
    let prober = probing::prober(trust, &way_out::name_servers(given)?, command.contact.as_deref())?;
    Ok(Prober { lists, plan, promise: promise(&config, promised)?, ..prober })
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

/// The lists of a file, DER or PEM.
fn revocation_lists(path: &Path) -> anyhow::Result<Vec<Vec<u8>>> {
    let bytes = read(path)?;
    if bytes.first() == Some(&0x30) {
        return Ok(vec![bytes]);
    }
    let lists = CertificateRevocationListDer::pem_slice_iter(&bytes).collect::<Result<Vec<_>, _>>();
    let lists =
        lists.map_err(|_| anyhow::anyhow!("`{}` is no revocation list, neither DER nor PEM", path.display()))?;
    anyhow::ensure!(!lists.is_empty(), "`{}` holds no revocation list", path.display());
    Ok(lists.into_iter().map(|list| list.as_ref().to_vec()).collect())
}

/// A text file of the operator.
pub(super) fn text(path: &Path) -> anyhow::Result<String> {
    String::from_utf8(read(path)?).with_context(|| format!("`{}` is no text in UTF-8", path.display()))
}

fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    let shown = path.display();
    let size = std::fs::metadata(path).with_context(|| format!("`{shown}` cannot be read"))?.len();
    anyhow::ensure!(size <= MOST_BYTES, "`{shown}` is larger than {} MiB", MOST_BYTES >> 20);
    std::fs::read(path).with_context(|| format!("`{shown}` cannot be read"))
}
