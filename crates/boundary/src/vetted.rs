//! The proof that a host's addresses were judged, for connections that the product opens on its own account.

use crate::address::{AddressRefused, AddressRules};
use crate::resolve::MAX_ADDRESSES;
use backshell_model::HostName;
use std::net::{IpAddr, SocketAddr};

/// A host and its addresses, every one of which may be an endpoint. What the product itself opens (probes) connects with
/// one of these: calls of connectors have the stricter [`Placed`](crate::Placed). [`vet`] is the only maker.
///
/// ```compile_fail,E0451
/// # fn forge(host: backshell_model::HostName) {
/// let vetted = backshell_boundary::Vetted { host, port: 443, addresses: Vec::new() };
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vetted {
    host: HostName,
    port: u16,
    addresses: Vec<SocketAddr>,
}

impl Vetted {
    /// The host.
    pub fn host(&self) -> &HostName {
        &self.host
    }

    /// The TCP port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The addresses that were judged, with the port. No other may be connected to. Never empty.
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }
}

/// Why a host is not connected to.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VettingRefused {
    /// There is no address.
    #[error("the name has no address")]
    NoAddress,
    /// There are more than [`MAX_ADDRESSES`].
    #[error("the name has more than {MAX_ADDRESSES} addresses")]
    TooMany,
    /// One of them is never an endpoint.
    #[error(transparent)]
    Address(#[from] AddressRefused),
}

/// Judges all addresses that the resolvers answered for a host; one that is never an endpoint refuses them all.
pub fn vet(host: &HostName, port: u16, answers: &[IpAddr], rules: &AddressRules) -> Result<Vetted, VettingRefused> {
    let mut addresses: Vec<SocketAddr> = Vec::new();
    for answer in answers {
        rules.verdict(*answer)?;
        let address = SocketAddr::new(*answer, port);
        if !addresses.contains(&address) {
            addresses.push(address);
        }
        if addresses.len() > MAX_ADDRESSES {
            return Err(VettingRefused::TooMany);
        }
    }
    if addresses.is_empty() {
        return Err(VettingRefused::NoAddress);
    }
    Ok(Vetted { host: host.clone(), port, addresses })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vetted(answers: &[&str]) -> Result<usize, VettingRefused> {
        let answers: Vec<IpAddr> = answers.iter().map(|answer| answer.parse().unwrap()).collect();
        let host = HostName::parse("api.example.com").unwrap();
        vet(&host, 443, &answers, &AddressRules::default()).map(|vetted| vetted.addresses().len())
    }

    #[test]
    fn one_bad_address_refuses_all() {
        assert_eq!(vetted(&["1.1.1.1", "2606:4700::1111", "1.1.1.1"]), Ok(2));
        assert!(matches!(vetted(&["1.1.1.1", "10.0.0.1"]), Err(VettingRefused::Address(_))));
        assert!(matches!(vetted(&["::ffff:1.1.1.1"]), Err(VettingRefused::Address(_))));
        assert_eq!(vetted(&[]), Err(VettingRefused::NoAddress));
    }

    #[test]
    fn too_many_addresses_are_refused() {
        let many: Vec<String> = (0..17).map(|last| format!("1.1.1.{last}")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        assert_eq!(vetted(&many), Err(VettingRefused::TooMany));
        assert_eq!(vetted(&many[..16]), Ok(16));
    }
}
