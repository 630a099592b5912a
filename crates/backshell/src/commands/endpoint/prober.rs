//! Puts together what measures hosts: the way out of a real cell, and what the operator gave.

use super::Way;
use crate::config::Config;
use crate::keys;
use crate::residency::Folder;
use crate::system::{SystemClock, SystemRandom};
use crate::terminal;
use crate::way_out;
use anyhow::Context as _;
use backshell_boundary::{AddressRules, EvidenceBase, Place};
use backshell_probe::measure::{Lists, NamedResolver, Plan, Prober, Promise, RealPace, Trust};
use backshell_upstream::{DnsResolver, PinnedDialler, ProbeWay, Records};
use rustls_pki_types::CertificateRevocationListDer;
use rustls_pki_types::pem::PemObject as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// The most bytes of a file of the operator.
const MOST_BYTES: u64 = 256 << 20;
/// How long one connection attempt may take.
const CONNECT: Duration = Duration::from_secs(5);

/// What measures, as the command line and the configuration say.
pub(super) fn make(command: &Way, lists: Lists, plan: Option<Plan>, promised: &[Place]) -> anyhow::Result<Prober> {
    let config = command.config.load()?;
    let mut trust = Trust::public(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    for path in command.authority.iter().chain(&config.upstream.extra_authorities) {
        for authority in keys::certificates(path)? {
            trust.add_private(&authority).with_context(|| format!("`{}` cannot be used", path.display()))?;
        }
    }
    for path in &command.intermediate {
        keys::certificates(path)?.into_iter().for_each(|certificate| trust.add_intermediate(certificate));
    }
    for path in &command.crl {
        for list in revocation_lists(path)? {
            trust.add_list(&list).with_context(|| format!("`{}` cannot be used", path.display()))?;
        }
    }
    let contact = command.contact.as_deref().map(|contact| format!(" (+{contact})")).unwrap_or_default();
    // The dialler's own trust is not used: a probe writes down what it is shown, and judges it afterwards.
    let dialler = PinnedDialler::new(&[], CONNECT)?;
    Ok(Prober {
        way: ProbeWay::new(Arc::new(dialler)),
        resolvers: resolvers(command, &config.upstream.name_servers)?,
        rules: AddressRules::default(),
        trust,
        lists,
        clock: Arc::new(SystemClock),
        random: Arc::new(SystemRandom),
        pace: Arc::new(RealPace::start()),
        agent: format!("backshell-probe/{}{contact}", env!("CARGO_PKG_VERSION")),
        plan,
        promise: promise(&config, promised)?,
    })
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

/// One resolver for each name server, so that their answers can be held against each other.
fn resolvers(command: &Way, configured: &[String]) -> anyhow::Result<Vec<NamedResolver>> {
    let given = if command.name_server.is_empty() { configured } else { &command.name_server };
    let servers = if given.is_empty() { DnsResolver::system_servers() } else { way_out::name_servers(given)? };
    let named = servers.into_iter().map(|server| {
        let resolver = Arc::new(DnsResolver::with_servers(&[server])?);
        let records = Some(Arc::clone(&resolver) as Arc<dyn Records>);
        Ok::<_, anyhow::Error>(NamedResolver { name: server.to_string(), resolver, records })
    });
    named.collect()
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
