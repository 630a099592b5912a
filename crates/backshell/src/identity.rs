//! Which cell this node is: its key, the attestation about it, and who signed that.
//!
//! Without configuration the node attests itself: the first start makes a key for the node and one that stands in for an
//! operator's, and signs. That is shown as self-attested everywhere. With `cell.operator_key` only that operator's
//! attestation counts, and a node without one starts and refuses every call.

use crate::config::Config;
use crate::{keys, whole_file};
use anyhow::Context;
use backshell_boundary::{
    Attestation, Attester, CellIdentity, CellKey, Claim, MAX_ATTESTATION_BYTES, NodeKey, OperatorKey, Unattested,
    Vouched, generate_cell_key,
};
use backshell_gateway::{CellSeat, Gateway};
use backshell_ledger::{ActRecord, Ledger, Outcome};
use backshell_model::{Clock, Random, Region, Timestamp};
use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How long a self-made attestation is good for, seconds.
const SELF_ATTESTED_SECONDS: i64 = 365 * 24 * 3600;
/// A self-made attestation is renewed when it is good for less than this, seconds.
const RENEW_SECONDS: i64 = 30 * 24 * 3600;
/// How often the attestation is read again.
const WATCH: Duration = Duration::from_mins(1);

/// Where the node's key is kept.
fn node_key_file(config: &Config) -> PathBuf {
    config.data.dir.join("node.key")
}

/// Where the key is kept that a node attests itself with.
fn own_operator_key_file(config: &Config) -> PathBuf {
    config.data.dir.join("operator.key")
}

/// Where the attestation is kept.
pub fn attestation_file(config: &Config) -> PathBuf {
    config.cell.attestation.clone().unwrap_or_else(|| config.data.dir.join("attestation.json"))
}

/// The node's key; made when there is none, with its public half beside it.
pub fn node_key(config: &Config, random: &dyn Random) -> anyhow::Result<NodeKey> {
    let path = node_key_file(config);
    let document = keys::read_or_make(&path, || Ok(generate_cell_key(random)?))?;
    let key = NodeKey::from_pkcs8(&document).with_context(|| format!("`{}` holds no usable key", path.display()))?;
    write_public(&path.with_extension("pub"), &key.public())?;
    Ok(key)
}

/// The node's public key, when the node has a key.
pub fn known_node_key(config: &Config) -> Option<CellKey> {
    read_key(&node_key_file(config).with_extension("pub")).ok()
}

/// Reads a public key: a file of 64 hexadecimal digits.
pub fn read_key(path: &Path) -> anyhow::Result<CellKey> {
    let text = read_limited(path).with_context(|| format!("`{}` cannot be read", path.display()))?;
    let text = String::from_utf8_lossy(&text);
    text.trim().parse().with_context(|| format!("`{}` holds no public key", path.display()))
}

/// Writes the public half of a key beside it, when it is not there yet.
pub(crate) fn write_public(path: &Path, key: &CellKey) -> anyhow::Result<()> {
    if read_key(path).is_ok_and(|known| known == *key) {
        return Ok(());
    }
    whole_file::write(path, format!("{key}\n").as_bytes())
}

fn read_limited(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let limit = u64::try_from(MAX_ATTESTATION_BYTES).unwrap_or(u64::MAX).saturating_add(1);
    File::open(path)?.take(limit).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The attestation in the file, or why there is none.
pub fn read_attestation(path: &Path) -> anyhow::Result<Result<Attestation, Unattested>> {
    match read_limited(path) {
        Ok(bytes) => Ok(Attestation::from_json(&bytes).ok_or(Unattested::Malformed)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Err(Unattested::Missing)),
        Err(error) => Err(error).with_context(|| format!("`{}` cannot be read", path.display())),
    }
}

/// Which operator's signature counts, as what. `None` for a node that attests itself and has not started yet.
pub fn signer(config: &Config) -> anyhow::Result<Option<(CellKey, Attester)>> {
    let own = read_key(&own_operator_key_file(config).with_extension("pub")).ok();
    let Some(path) = &config.cell.operator_key else { return Ok(own.map(|key| (key, Attester::OneSelf))) };
    let key = read_key(path).context("`cell.operator_key` cannot be used")?;
    // Whoever pins the key that the node made for itself has no operator's word for anything.
    let by = if own == Some(key) { Attester::OneSelf } else { Attester::Operator };
    Ok(Some((key, by)))
}

/// The node's identity as the files say now. A node that attests itself signs anew here when that is due.
pub(crate) fn establish(config: &Config, now: Timestamp, random: &dyn Random) -> anyhow::Result<CellIdentity> {
    let key = node_key(config, random)?;
    let region = Region::new(&config.cell.region);
    let path = attestation_file(config);
    let own = if config.cell.operator_key.is_none() { Some(own_operator_key(config, random)?) } else { None };
    let signer = match &own {
        Some(own) => (own.public(), Attester::OneSelf),
        None => signer(config)?.context("`cell.operator_key` is not set")?,
    };
    let claim = |attestation: Result<&Attestation, Unattested>| match attestation {
        Ok(attestation) => CellIdentity::establish(
            Claim { name: &config.cell.name, region: &region, key: &key, attestation: Some(attestation), signer },
            random,
        ),
        Err(why) => CellIdentity::unattested(&config.cell.name, &region, why),
    };
    let read = read_attestation(&path)?;
    let identity = claim(read.as_ref().map_err(|why| *why));
    let lasts = |at: Timestamp| identity.attested_at(at).is_ok();
    let Some(own) = own.filter(|_| !lasts(now) || !lasts(now.plus_secs(RENEW_SECONDS))) else { return Ok(identity) };
    let vouched = Vouched {
        cell: config.cell.name.clone(),
        region: region.clone(),
        node_key: key.public(),
        valid_from: Timestamp::from_secs(now.as_secs()),
        valid_until: now.plus_secs(SELF_ATTESTED_SECONDS),
    };
    let attestation = own.attest(&vouched).context("the cell cannot attest itself; check `cell.name`")?;
    whole_file::write(&path, attestation.to_json().as_bytes())?;
    Ok(claim(Ok(&attestation)))
}

fn own_operator_key(config: &Config, random: &dyn Random) -> anyhow::Result<OperatorKey> {
    let path = own_operator_key_file(config);
    let document = keys::read_or_make(&path, || Ok(generate_cell_key(random)?))?;
    let key =
        OperatorKey::from_pkcs8(&document).with_context(|| format!("`{}` holds no usable key", path.display()))?;
    write_public(&path.with_extension("pub"), &key.public())?;
    Ok(key)
}

/// What vouches for a cell, in words: `self-attested until 2027-01-15T08:00:00Z`.
pub fn describe(identity: &CellIdentity, now: Timestamp) -> String {
    match identity.attested_at(now) {
        Ok(attested) => {
            let until = written(attested.valid_until());
            match attested.by() {
                Attester::OneSelf => format!("self-attested until {until}"),
                Attester::Operator => format!("attested by operator {} until {until}", attested.signer().id()),
            }
        }
        Err(why) => format!("NOT attested: {why}; every call is refused"),
    }
}

/// RFC 3339, whole seconds.
pub(crate) fn written(at: Timestamp) -> String {
    jiff::Timestamp::from_second(at.as_secs()).map(|at| at.to_string()).unwrap_or_default()
}

/// What can change about an identity while the node runs.
type Standing = Result<(CellKey, Timestamp), Unattested>;

fn standing(identity: &CellIdentity, now: Timestamp) -> Standing {
    identity.attested_at(now).map(|attested| (attested.signer(), attested.valid_until()))
}

/// Puts on record who vouches for this cell.
pub(crate) async fn record(ledger: &Ledger, identity: &CellIdentity, now: Timestamp) -> anyhow::Result<()> {
    let mut act = ActRecord::done(None, "cell.attest", identity.name());
    act.details.push(("region", identity.region().as_str()));
    let (until, signer);
    match identity.attested_at(now) {
        Ok(attested) => {
            (until, signer) = (written(attested.valid_until()), attested.signer().id());
            act.details.extend([
                ("by", attested.by().as_str()),
                ("signer", signer.as_str()),
                ("until", until.as_str()),
            ]);
        }
        Err(why) => {
            act.outcome = Outcome::Refused;
            act.details.push(("unattested", why.as_str()));
        }
    }
    Ok(ledger.act(act).await?)
}

/// Reads the attestation again every minute, until `stop`: a renewed one takes effect without a restart, and one that ran
/// out is on record.
pub(crate) async fn watch(
    config: Config,
    seat: Arc<CellSeat>,
    gateway: Gateway,
    ledger: Ledger,
    (clock, random): (Arc<dyn Clock>, Arc<dyn Random>),
    stop: CancellationToken,
) {
    let mut last = standing(&seat.identity(), clock.now());
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(WATCH) => {}
        }
        look_again(&config, &seat, &gateway, &ledger, (&*clock, &*random), &mut last).await;
    }
}

async fn look_again(
    config: &Config,
    seat: &CellSeat,
    gateway: &Gateway,
    ledger: &Ledger,
    (clock, random): (&dyn Clock, &dyn Random),
    last: &mut Standing,
) {
    let now = clock.now();
    let identity = match establish(config, now, random) {
        Ok(identity) => identity,
        Err(error) => {
            tracing::warn!(error = format!("{error:#}"), "the attestation could not be read again");
            return;
        }
    };
    let standing = standing(&identity, now);
    if standing == *last {
        return;
    }
    *last = standing;
    match standing {
        Ok(_) => tracing::info!(attestation = describe(&identity, now), "the cell's attestation changed"),
        Err(why) => tracing::error!(%why, "the cell is not attested any more: every call is refused"),
    }
    if let Err(error) = record(ledger, &identity, now).await {
        tracing::warn!(%error, "a change of the cell's attestation is not on record");
    }
    seat.replace(identity);
    if let Err(error) = gateway.reload().await {
        tracing::warn!(%error, "the snapshot could not be made anew for the changed attestation");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::SystemRandom;

    const NOW: Timestamp = Timestamp::from_secs(1_800_000_000);
    const DAY: i64 = 24 * 3600;

    fn config(folder: &Path) -> Config {
        let mut config = Config::default();
        config.data.dir = folder.join("data");
        config
    }

    fn by(identity: &CellIdentity, now: Timestamp) -> Result<Attester, Unattested> {
        identity.attested_at(now).map(backshell_boundary::Attested::by)
    }

    #[test]
    fn a_fresh_node_attests_itself_and_renews_in_time() {
        let folder = tempfile::tempdir().unwrap();
        let config = config(folder.path());
        assert_eq!(signer(&config).unwrap(), None);
        let first = establish(&config, NOW, &SystemRandom).unwrap();
        assert_eq!(by(&first, NOW), Ok(Attester::OneSelf));
        assert!(describe(&first, NOW).starts_with("self-attested until 2028-01-15"), "{}", describe(&first, NOW));
        let until = |now| establish(&config, now, &SystemRandom).unwrap().attested().unwrap().valid_until();
        assert_eq!(until(NOW.plus_secs(300 * DAY)), NOW.plus_secs(365 * DAY), "it is not due");
        let late = NOW.plus_secs(340 * DAY);
        assert_eq!(until(late), late.plus_secs(365 * DAY), "less than thirty days were left");
        let after = NOW.plus_secs(4_000 * DAY);
        assert_eq!(until(after), after.plus_secs(365 * DAY), "it ran out while the node stood still");
    }

    #[test]
    fn a_node_that_moved_attests_itself_anew_and_one_with_an_operator_does_not() {
        let folder = tempfile::tempdir().unwrap();
        let mut config = config(folder.path());
        establish(&config, NOW, &SystemRandom).unwrap();
        config.cell.region = "eastus".to_owned();
        assert_eq!(by(&establish(&config, NOW, &SystemRandom).unwrap(), NOW), Ok(Attester::OneSelf));

        let operator = OperatorKey::from_pkcs8(&generate_cell_key(&SystemRandom).unwrap()).unwrap();
        let pinned = folder.path().join("operator.pub");
        write_public(&pinned, &operator.public()).unwrap();
        config.cell.operator_key = Some(pinned);
        let outcome = |config: &Config| by(&establish(config, NOW, &SystemRandom).unwrap(), NOW);
        assert_eq!(outcome(&config), Err(Unattested::UnknownSigner), "its own signature does not count any more");
        let path = folder.path().join("eu.json");
        config.cell.attestation = Some(path.clone());
        assert_eq!(outcome(&config), Err(Unattested::Missing));
        std::fs::write(&path, "{}").unwrap();
        assert_eq!(outcome(&config), Err(Unattested::Malformed));
        let vouched = Vouched {
            cell: "cell-1".to_owned(),
            region: Region::new("eastus"),
            node_key: known_node_key(&config).unwrap(),
            valid_from: NOW,
            valid_until: NOW.plus_secs(90 * DAY),
        };
        std::fs::write(&path, operator.attest(&vouched).unwrap().to_json()).unwrap();
        assert_eq!(outcome(&config), Ok(Attester::Operator));
        config.cell.region = "westus".to_owned();
        assert_eq!(outcome(&config), Err(Unattested::WrongRegion));
    }

    #[test]
    fn a_node_that_pins_its_own_key_is_still_self_attested() {
        let folder = tempfile::tempdir().unwrap();
        let mut config = config(folder.path());
        establish(&config, NOW, &SystemRandom).unwrap();
        config.cell.operator_key = Some(config.data.dir.join("operator.pub"));
        assert_eq!(by(&establish(&config, NOW, &SystemRandom).unwrap(), NOW), Ok(Attester::OneSelf));
    }

    #[test]
    fn keys_are_their_owners_alone() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let config = config(folder.path());
        establish(&config, NOW, &SystemRandom).unwrap();
        for name in ["node.key", "operator.key", "attestation.json"] {
            let mode = std::fs::metadata(config.data.dir.join(name)).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{name}");
        }
    }
}
