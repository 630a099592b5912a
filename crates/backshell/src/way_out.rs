//! How a node reaches services: whom it asks for addresses, and how it connects.

use crate::config::Config;
use crate::keys;
use anyhow::Context;
use backshell_boundary::Resolver;
use backshell_model::EnvironmentId;
use backshell_store::{EnvironmentRepository, StoreError};
use backshell_upstream::{Dialler, DnsResolver, PinnedDialler};
use rustls_pki_types::CertificateDer;
use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// The port of name servers (RFC 1035, section 4.2).
const DNS_PORT: u16 = 53;

/// How a node reaches services.
#[derive(Clone, Debug)]
pub struct WayOut {
    /// How names become addresses.
    pub resolver: Arc<dyn Resolver>,
    /// How connections are opened.
    pub dialler: Arc<dyn Dialler>,
    /// The system's name servers, where the resolver asks those.
    pub system_servers: Vec<SocketAddr>,
}

impl WayOut {
    /// The way out of a real cell: the configured name servers or the system's, pinned addresses, public certificate
    /// authorities and, for the calls of single environments, those that the configuration adds.
    pub fn real(config: &Config) -> anyhow::Result<Self> {
        let timeout = Duration::from_millis(config.upstream.connect_timeout_ms);
        let mut dialler = PinnedDialler::new(timeout)?;
        for (environment, authorities) in authorities(&config.upstream.environment_authorities)? {
            dialler = dialler.trusting(environment, &authorities).with_context(|| unusable_authorities(environment))?;
        }
        let servers = name_servers(&config.upstream.name_servers)?;
        let (resolver, system_servers) = if servers.is_empty() {
            (DnsResolver::system(), DnsResolver::system_servers())
        } else {
            (DnsResolver::with_servers(&servers), Vec::new())
        };
        Ok(Self { resolver: Arc::new(resolver?), dialler: Arc::new(dialler), system_servers })
    }
}

/// The private certificate authorities of the configuration, each for the environment whose calls trust it.
pub(crate) fn authorities(entries: &[String]) -> anyhow::Result<BTreeMap<EnvironmentId, Vec<CertificateDer<'static>>>> {
    let mut of_environments: BTreeMap<EnvironmentId, Vec<_>> = BTreeMap::new();
    for entry in entries {
        let (path, environment) = authority(entry)?;
        let certificates = keys::certificates(path).with_context(|| unusable_authorities(environment))?;
        of_environments.entry(environment).or_default().extend(certificates);
    }
    Ok(of_environments)
}

/// What is complained of when authorities of the configuration are none.
pub(crate) fn unusable_authorities(environment: EnvironmentId) -> String {
    format!("the authorities that `upstream.environment_authorities` names for `{environment}` cannot be used")
}

/// A file of authorities, and the environment whose calls trust them.
fn authority(entry: &str) -> anyhow::Result<(&Path, EnvironmentId)> {
    let read = entry.rsplit_once('@').and_then(|(path, id)| Some((path.trim(), id.trim().parse().ok()?)));
    let (path, environment) = read.filter(|(path, _)| !path.is_empty()).with_context(|| {
        format!(
            "`upstream.environment_authorities` holds `{entry}`; write `file@environment`, for example \
             `/etc/backshell/contoso-ca.pem@env_...`, once for each environment that shall trust it"
        )
    })?;
    Ok((Path::new(path), environment))
}

/// The environments of such entries that the database does not have: no call trusts their authorities.
pub(crate) async fn unknown_environments(
    entries: &[String],
    store: &dyn EnvironmentRepository,
) -> anyhow::Result<Vec<EnvironmentId>> {
    let named: BTreeSet<_> = entries.iter().map(|entry| Ok(authority(entry)?.1)).collect::<anyhow::Result<_>>()?;
    let mut unknown = Vec::new();
    for environment in named {
        match store.environment(environment).await {
            Ok(_) => {}
            Err(StoreError::NotFound(_)) => unknown.push(environment),
            Err(error) => return Err(error).context("the database cannot be read"),
        }
    }
    Ok(unknown)
}

/// Addresses, each with a port or without.
pub(crate) fn name_servers(entries: &[String]) -> anyhow::Result<Vec<SocketAddr>> {
    let read = |entry: &String| {
        let address = entry.parse::<IpAddr>().map(|ip| SocketAddr::new(ip, DNS_PORT));
        address.or_else(|_| entry.parse()).with_context(|| {
            format!(
                "`upstream.name_servers` holds `{entry}`; write an address, such as `10.0.0.53` or `10.0.0.53:5353`"
            )
        })
    };
    entries.iter().map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use backshell_model::{Boundary, Egress, Environment, Region, Tenant, Timestamp};
    use backshell_store::{SqliteStore, TenantRepository as _};

    #[tokio::test]
    async fn authorities_of_an_environment_that_is_not_there_are_noticed() {
        let store = SqliteStore::in_memory().await.unwrap();
        let (now, tenant) = (Timestamp::from_secs(1), "ten_01m8zr0000000000000000000a".parse().unwrap());
        store.add_tenant(&Tenant { id: tenant, name: "default".to_owned(), created_at: now }).await.unwrap();
        let there = Environment {
            id: "env_01m8zr0000000000000000000b".parse().unwrap(),
            tenant,
            name: "Production".to_owned(),
            home: Region::new("westeurope"),
            boundary: Boundary::Geography,
            egress: Egress::Notice,
            created_at: now,
        };
        store.add_environment(&there).await.unwrap();
        let (there, away) = (there.id, "env_01m8zr0000000000000000000a".parse().unwrap());
        let entries = [there, away, away].map(|environment| format!("ca.pem@{environment}"));
        assert_eq!(unknown_environments(&entries, &store).await.unwrap(), [away]);
        assert_eq!(unknown_environments(&[], &store).await.unwrap(), []);
    }

    #[test]
    fn an_authority_is_one_environments() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ca.pem");
        let key = rcgen::KeyPair::generate().unwrap();
        std::fs::write(&path, rcgen::CertificateParams::default().self_signed(&key).unwrap().pem()).unwrap();
        let (one, two) = ("env_01m8zr0000000000000000000a", "env_01m8zr0000000000000000000b");
        let entry = |environment: &str| format!("{}@{environment}", path.display());
        let read = authorities(&[entry(one), entry(one), entry(two)]).unwrap();
        let counts: Vec<(String, usize)> = read.iter().map(|(id, of)| (id.to_string(), of.len())).collect();
        assert_eq!(counts, [(one.to_owned(), 2), (two.to_owned(), 1)]);
        let mut config = Config::default();
        config.upstream.environment_authorities = vec![entry(one)];
        let dialler = WayOut::real(&config).unwrap().dialler;
        let tls = |environment: &str| dialler.tls(environment.parse().unwrap());
        assert!(Arc::ptr_eq(&tls(two), &tls("env_01m8zr0000000000000000000c")), "public authorities only");
        assert!(!Arc::ptr_eq(&tls(one), &tls(two)));
        for entry in ["ca.pem".to_owned(), "ca.pem@production".to_owned(), format!("@{one}")] {
            let message = format!("{:#}", authorities(&[entry]).unwrap_err());
            assert!(message.contains("file@environment"), "{message}");
        }
        let message = format!("{:#}", authorities(&[format!("/nowhere/ca.pem@{one}")]).unwrap_err());
        assert!(
            message.contains("`upstream.environment_authorities`") && message.contains("/nowhere/ca.pem"),
            "{message}"
        );
    }

    #[test]
    fn name_servers_with_and_without_a_port() {
        let read = |entry: &str| name_servers(&[entry.to_owned()]).map(|servers| servers[0].to_string());
        assert_eq!(read("10.0.0.53").unwrap(), "10.0.0.53:53");
        assert_eq!(read("10.0.0.53:5353").unwrap(), "10.0.0.53:5353");
        assert_eq!(read("2001:4860:4860::8888").unwrap(), "[2001:4860:4860::8888]:53");
        assert_eq!(read("[::1]:5353").unwrap(), "[::1]:5353");
        assert!(read("dns.example").is_err());
    }
}
