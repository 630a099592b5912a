//! Internal services: the exceptions that an administrator makes for private addresses, one exact entry each.

use backshell_model::{EnvironmentId, HostName};
use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// One environment may reach one host and port at the private addresses of one network.
///
/// It lifts the refusal of private addresses and nothing else: never that of loopback, link-local, multicast or metadata
/// addresses, and not the boundary's decision about the place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrivateService {
    environment: EnvironmentId,
    host: HostName,
    port: u16,
    network: IpNet,
}

/// An entry would cover more than private addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no private network; entries lie inside 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, 100.64.0.0/10 or fc00::/7"
)]
pub struct NotPrivate(pub IpNet);

/// What entries may cover: RFC 1918, 6598 and 4193.
const PRIVATE: [IpNet; 5] = [
    IpNet::V4(Ipv4Net::new_assert(Ipv4Addr::new(10, 0, 0, 0), 8)),
    IpNet::V4(Ipv4Net::new_assert(Ipv4Addr::new(172, 16, 0, 0), 12)),
    IpNet::V4(Ipv4Net::new_assert(Ipv4Addr::new(192, 168, 0, 0), 16)),
    IpNet::V4(Ipv4Net::new_assert(Ipv4Addr::new(100, 64, 0, 0), 10)),
    IpNet::V6(Ipv6Net::new_assert(Ipv6Addr::new(0xfc00, 0, 0, 0, 0, 0, 0, 0), 7)),
];

/// Addresses inside the private networks under which clouds hand out credentials to whoever asks from within.
const METADATA: [IpAddr; 5] = [
    IpAddr::V4(Ipv4Addr::new(100, 100, 100, 200)),
    IpAddr::V6(Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254)),
    IpAddr::V6(Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x23)),
    IpAddr::V6(Ipv6Addr::new(0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254)),
    IpAddr::V6(Ipv6Addr::new(0xfd00, 0x42, 0, 0, 0, 0, 0, 0x42)),
];

impl PrivateService {
    /// An entry; `network` must lie inside one of the private networks as a whole.
    pub fn new(environment: EnvironmentId, host: HostName, port: u16, network: IpNet) -> Result<Self, NotPrivate> {
        if PRIVATE.iter().any(|private| private.contains(&network)) {
            Ok(Self { environment, host, port, network: network.trunc() })
        } else {
            Err(NotPrivate(network))
        }
    }

    /// The environment that it is for.
    pub fn environment(&self) -> EnvironmentId {
        self.environment
    }

    /// Whether the entry is about this host at this address, whoever asks for it.
    pub fn is_about(&self, host: &HostName, port: u16, address: IpAddr) -> bool {
        self.host == *host && self.port == port && self.network.contains(&address) && !METADATA.contains(&address)
    }

    /// Whether the entry is about this request.
    pub(crate) fn permits(&self, environment: EnvironmentId, host: &HostName, port: u16, address: IpAddr) -> bool {
        self.environment == environment && self.is_about(host, port, address)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use backshell_model::Timestamp;
    use backshell_testkit::SeededRandom;

    fn environment(seed: u64) -> EnvironmentId {
        EnvironmentId::generate(Timestamp::from_secs(1_800_000_000), &SeededRandom::new(seed))
    }

    fn entry(network: &str) -> Result<PrivateService, NotPrivate> {
        let host = HostName::parse("erp.contoso.example").unwrap();
        PrivateService::new(environment(1), host, 443, network.parse().unwrap())
    }

    #[test]
    fn only_private_networks() {
        for network in
            ["10.1.2.0/24", "10.0.0.0/8", "172.16.0.5/32", "192.168.7.0/24", "100.64.1.0/24", "fd12:3456::/48"]
        {
            assert!(entry(network).is_ok(), "{network}");
        }
        for network in [
            "0.0.0.0/0",
            "8.0.0.0/7",
            "127.0.0.1/32",
            "169.254.169.254/32",
            "224.0.0.1/32",
            "172.16.0.0/11",
            "93.184.215.14/32",
            "168.63.129.16/32",
            "192.0.0.192/32",
            "::1/128",
            "fe80::/10",
            "ff02::1/128",
            "::ffff:10.0.0.0/104",
            "::/0",
        ] {
            assert!(entry(network).is_err(), "{network}");
        }
    }

    #[test]
    fn an_entry_is_about_one_host_port_and_environment() {
        let service = entry("10.1.2.0/24").unwrap();
        let host = |name: &str| HostName::parse(name).unwrap();
        let address: IpAddr = "10.1.2.3".parse().unwrap();
        let erp = host("erp.contoso.example");
        assert!(service.permits(environment(1), &erp, 443, address));
        assert!(!service.permits(environment(2), &erp, 443, address));
        assert!(!service.permits(environment(1), &host("crm.contoso.example"), 443, address));
        assert!(!service.permits(environment(1), &erp, 8443, address));
        assert!(!service.permits(environment(1), &erp, 443, "10.1.3.3".parse().unwrap()));
        assert!(!service.permits(environment(1), &erp, 443, "::ffff:10.1.2.3".parse().unwrap()));
    }

    #[test]
    fn metadata_is_never_covered() {
        for (network, metadata) in
            [("100.64.0.0/10", "100.100.100.200"), ("fc00::/7", "fd00:ec2::254"), ("fd20:ce::/48", "fd20:ce::254")]
        {
            let service = entry(network).unwrap();
            let erp = HostName::parse("erp.contoso.example").unwrap();
            assert!(!service.permits(environment(1), &erp, 443, metadata.parse().unwrap()), "{metadata}");
        }
    }
}
