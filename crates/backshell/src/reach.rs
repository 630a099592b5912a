//! What the configuration says about addresses: which are refused in addition, and which are permitted for internal services.

use crate::config::{Config, Infrastructure, Upstream};
use anyhow::{Context, ensure};
use backshell_boundary::{AddressRules, PrivateService};
use backshell_model::{EnvironmentId, HostName};
use ipnet::{IpNet, Ipv6Net};

/// Which addresses are refused in addition, which forms are unwrapped, and which private addresses pass.
pub(crate) fn address_rules(config: &Config) -> anyhow::Result<AddressRules> {
    let Upstream { refused_networks, nat64_prefixes, .. } = &config.upstream;
    let Infrastructure { private_services, .. } = &config.infrastructure;
    let network = |entry: &String| {
        let network = entry.parse::<IpNet>();
        network.with_context(|| {
            format!("`upstream.refused_networks` holds `{entry}`; write a network such as `20.1.2.0/24`")
        })
    };
    let prefix = |entry: &String| {
        let prefix =
            entry.parse::<Ipv6Net>().ok().filter(|prefix| matches!(prefix.prefix_len(), 32 | 40 | 48 | 56 | 64 | 96));
        prefix.with_context(|| {
            format!(
                "`upstream.nat64_prefixes` holds `{entry}`; write an IPv6 network of length 32, 40, 48, 56, 64 or 96"
            )
        })
    };
    Ok(AddressRules {
        nat64: nat64_prefixes.iter().map(prefix).collect::<anyhow::Result<_>>()?,
        refused: refused_networks.iter().map(network).collect::<anyhow::Result<_>>()?,
        private: private_services.iter().map(|entry| private_service(entry)).collect::<anyhow::Result<_>>()?,
    })
}

/// `host:port=network@environment`.
fn private_service(entry: &str) -> anyhow::Result<PrivateService> {
    let read = || {
        let (place, environment) = entry.rsplit_once('@').context("no environment")?;
        let (place, network) = place.split_once('=').context("no network")?;
        let (host, port) = place.rsplit_once(':').context("no port")?;
        let port: u16 = port.trim().parse().context("the port is no number")?;
        ensure!(port != 0, "the port is 0");
        let environment: EnvironmentId =
            environment.trim().parse().context("the environment is not one's `env_...`")?;
        let network: IpNet = network.trim().parse().context("the network is not one")?;
        Ok(PrivateService::new(environment, HostName::parse(host.trim())?, port, network)?)
    };
    read().with_context(|| {
        format!(
            "`infrastructure.private_services` holds `{entry}`; write `host:port=network@environment`, for example \
             `erp.contoso.com:443=10.20.0.0/24@env_...`"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::IpAddr;

    const ENVIRONMENT: &str = "env_01m8zr0000000000000000000a";

    fn rules(private: &str, refused: &str, nat64: &str) -> anyhow::Result<AddressRules> {
        let list = |text: &str| text.split_whitespace().map(str::to_owned).collect();
        let mut config = Config::default();
        config.infrastructure.private_services = list(private);
        config.upstream.refused_networks = list(refused);
        config.upstream.nat64_prefixes = list(nat64);
        address_rules(&config)
    }

    #[test]
    fn an_internal_service_may_have_private_addresses() {
        let entry = format!("erp.contoso.com:8443=10.20.0.0/24@{ENVIRONMENT}");
        let rules = rules(&entry, "", "").unwrap();
        let environment: EnvironmentId = ENVIRONMENT.parse().unwrap();
        let erp = HostName::parse("erp.contoso.com").unwrap();
        let inside: IpAddr = "10.20.0.7".parse().unwrap();
        assert!(rules.verdict_for(inside, environment, &erp, 8443).is_ok());
        assert!(rules.verdict_for(inside, environment, &erp, 443).is_err());
        assert!(rules.verdict(inside).is_err());
    }

    #[test]
    fn entries_that_cannot_be_read_say_how_to_write_them() {
        for entry in [
            "erp.contoso.com:443=10.20.0.0/24".to_owned(),
            format!("erp.contoso.com=10.20.0.0/24@{ENVIRONMENT}"),
            format!("erp.contoso.com:443@{ENVIRONMENT}"),
            format!("erp.contoso.com:0=10.20.0.0/24@{ENVIRONMENT}"),
            format!("*.contoso.com:443=10.20.0.0/24@{ENVIRONMENT}"),
            format!("localhost:443=10.20.0.0/24@{ENVIRONMENT}"),
            format!("erp.contoso.com:443=127.0.0.0/8@{ENVIRONMENT}"),
            format!("erp.contoso.com:443=0.0.0.0/0@{ENVIRONMENT}"),
            "erp.contoso.com:443=10.20.0.0/24@production".to_owned(),
        ] {
            let message = format!("{:#}", rules(&entry, "", "").unwrap_err());
            assert!(message.contains("host:port=network@environment"), "{message}");
        }
        assert!(rules("", "20.1.2.0", "").is_err());
        assert!(rules("", "", "2001:db8::/33").is_err());
    }

    #[test]
    fn networks_are_refused_and_prefixes_unwrapped() {
        let rules = rules("", "20.1.2.0/24", "2a00:1:2:3::/96").unwrap();
        assert_eq!(rules.verdict("20.1.2.9".parse().unwrap()).unwrap_err().why, "operator_refused");
        assert!(rules.verdict("2a00:1:2:3::5db8:d70e".parse().unwrap()).is_ok());
        assert!(rules.verdict("2a00:1:2:3::7f00:1".parse().unwrap()).is_err());
    }
}
