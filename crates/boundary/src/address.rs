//! Addresses that are never an endpoint: the IANA special-purpose registries of IPv4 and IPv6, multicast, and the
//! metadata and host services of clouds.
//!
//! IPv4 is allowed unless it is listed; IPv6 is allowed inside `2000::/3` unless it is listed. Forms that wrap an IPv4
//! address are refused as forms, whatever they wrap; a NAT64 prefix that the operator declares is unwrapped instead.

use crate::private::PrivateService;
use backshell_model::{EnvironmentId, HostName};
use ipnet::{IpNet, Ipv6Net};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// An address that no request may go to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{address}` is never an endpoint ({why})")]
pub struct AddressRefused {
    /// The address.
    pub address: IpAddr,
    /// What the address is for, as a word for the record.
    pub why: &'static str,
}

/// What the operator adds to the built-in list.
#[derive(Clone, Debug, Default)]
pub struct AddressRules {
    /// NAT64 prefixes of the cell's own network (RFC 6052: length 32, 40, 48, 56, 64 or 96). The IPv4 address inside
    /// is classified in place of the form. Empty: every NAT64 form is refused.
    pub nat64: Vec<Ipv6Net>,
    /// Networks that are refused in addition: the cell's own public addresses, its database.
    pub refused: Vec<IpNet>,
    /// Internal services that may have private addresses.
    pub private: Vec<PrivateService>,
}

/// Classifies an address by the built-in list alone.
pub fn address_verdict(address: IpAddr) -> Result<(), AddressRefused> {
    AddressRules::default().verdict(address)
}

impl AddressRules {
    /// Classifies an address that `environment` would reach as `host:port`: like [`AddressRules::verdict`], but that a
    /// private address may be an internal service's.
    pub fn verdict_for(
        &self,
        address: IpAddr,
        environment: EnvironmentId,
        host: &HostName,
        port: u16,
    ) -> Result<(), AddressRefused> {
        self.verdict(address).or_else(|refused| {
            let lifted = matches!(refused.why, "private" | "carrier_nat" | "unique_local")
                && self.private.iter().any(|service| service.permits(environment, host, port, address));
            if lifted { Ok(()) } else { Err(refused) }
        })
    }

    /// Classifies an address by the built-in list and the operator's additions.
    pub fn verdict(&self, address: IpAddr) -> Result<(), AddressRefused> {
        let why = if self.refused.iter().any(|network| network.contains(&address)) {
            Some("operator_refused")
        } else {
            match address {
                IpAddr::V4(v4) => ipv4(v4),
                IpAddr::V6(v6) => match self.nat64.iter().find(|prefix| prefix.contains(&v6)) {
                    Some(prefix) => match unwrap_nat64(v6, prefix.prefix_len()) {
                        Some(v4) => return self.verdict(IpAddr::V4(v4)),
                        None => Some("nat64"),
                    },
                    None => ipv6(v6),
                },
            }
        };
        match why {
            Some(why) => Err(AddressRefused { address, why }),
            None => Ok(()),
        }
    }
}

/// First address, prefix length, purpose.
const IPV4: &[([u8; 4], u32, &str)] = &[
    ([0, 0, 0, 0], 8, "this_network"),            // RFC 791; 0.0.0.0 reaches the local host
    ([10, 0, 0, 0], 8, "private"),                // RFC 1918
    ([100, 64, 0, 0], 10, "carrier_nat"),         // RFC 6598; also metadata 100.100.100.200
    ([127, 0, 0, 0], 8, "loopback"),              // RFC 1122
    ([168, 63, 129, 16], 32, "metadata"),         // the host service of Azure; in no registry
    ([169, 254, 0, 0], 16, "link_local"),         // RFC 3927; metadata of most clouds
    ([172, 16, 0, 0], 12, "private"),             // RFC 1918
    ([192, 0, 0, 0], 24, "protocol_assignments"), // RFC 6890
    ([192, 0, 2, 0], 24, "documentation"),        // RFC 5737
    ([192, 31, 196, 0], 24, "as112"),             // RFC 7535
    ([192, 52, 193, 0], 24, "amt"),               // RFC 7450
    ([192, 88, 99, 0], 24, "6to4_relay"),         // RFC 7526
    ([192, 168, 0, 0], 16, "private"),            // RFC 1918
    ([192, 175, 48, 0], 24, "as112"),             // RFC 7534
    ([198, 18, 0, 0], 15, "benchmarking"),        // RFC 2544
    ([198, 51, 100, 0], 24, "documentation"),     // RFC 5737
    ([203, 0, 113, 0], 24, "documentation"),      // RFC 5737
    ([224, 0, 0, 0], 4, "multicast"),             // RFC 5771
    ([240, 0, 0, 0], 4, "reserved"),              // RFC 1112, 919
];

/// First address, prefix length, purpose. The more telling entries stand before the wider ones they lie in.
const IPV6: &[([u16; 8], u32, &str)] = &[
    ([0, 0, 0, 0, 0, 0, 0, 0], 128, "unspecified"),              // RFC 4291
    ([0, 0, 0, 0, 0, 0, 0, 1], 128, "loopback"),                 // RFC 4291
    ([0, 0, 0, 0, 0, 0, 0, 0], 96, "ipv4_compatible"),           // RFC 4291
    ([0, 0, 0, 0, 0, 0xffff, 0, 0], 96, "ipv4_mapped"),          // RFC 4291
    ([0, 0, 0, 0, 0xffff, 0, 0, 0], 96, "ipv4_translated"),      // RFC 2765
    ([0x64, 0xff9b, 0, 0, 0, 0, 0, 0], 96, "nat64"),             // RFC 6052
    ([0x64, 0xff9b, 1, 0, 0, 0, 0, 0], 48, "nat64"),             // RFC 8215
    ([0x100, 0, 0, 0, 0, 0, 0, 0], 63, "discard"),               // RFC 6666, 9780
    ([0x2001, 0, 0, 0, 0, 0, 0, 0], 32, "teredo"),               // RFC 4380
    ([0x2001, 2, 0, 0, 0, 0, 0, 0], 48, "benchmarking"),         // RFC 5180
    ([0x2001, 0, 0, 0, 0, 0, 0, 0], 23, "protocol_assignments"), // RFC 2928
    ([0x2001, 0xdb8, 0, 0, 0, 0, 0, 0], 32, "documentation"),    // RFC 3849
    ([0x2002, 0, 0, 0, 0, 0, 0, 0], 16, "6to4"),                 // RFC 3056
    ([0x2620, 0x4f, 0x8000, 0, 0, 0, 0, 0], 48, "as112"),        // RFC 7534
    ([0x3fff, 0, 0, 0, 0, 0, 0, 0], 20, "documentation"),        // RFC 9637
    ([0x5f00, 0, 0, 0, 0, 0, 0, 0], 16, "segment_routing"),      // RFC 9602
    ([0xfc00, 0, 0, 0, 0, 0, 0, 0], 7, "unique_local"),          // RFC 4193; metadata of several clouds
    ([0xfe80, 0, 0, 0, 0, 0, 0, 0], 10, "link_local"),           // RFC 4291
    ([0xfec0, 0, 0, 0, 0, 0, 0, 0], 10, "site_local"),           // RFC 3879
    ([0xff00, 0, 0, 0, 0, 0, 0, 0], 8, "multicast"),             // RFC 4291
];

fn ipv4(address: Ipv4Addr) -> Option<&'static str> {
    let bits = address.to_bits();
    let entry = IPV4.iter().find(|(first, length, _)| (bits ^ u32::from_be_bytes(*first)) >> (32 - length) == 0);
    entry.map(|(_, _, why)| *why)
}

fn ipv6(address: Ipv6Addr) -> Option<&'static str> {
    let bits = address.to_bits();
    let listed =
        IPV6.iter().find(|(first, length, _)| (bits ^ Ipv6Addr::from(*first).to_bits()) >> (128 - length) == 0);
    if let Some((_, _, why)) = listed {
        return Some(why);
    }
    if bits >> 125 != 1 {
        return Some("not_global_unicast");
    }
    // ISATAP (RFC 5214) marks its interface identifier, with or without the universal bit, inside any prefix.
    let [_, _, _, _, high, low, _, _] = address.segments();
    matches!((high, low), (0 | 0x0200, 0x5efe)).then_some("isatap")
}

/// The IPv4 address inside, by the layouts of RFC 6052: the bits follow the prefix and step over byte 8.
fn unwrap_nat64(address: Ipv6Addr, prefix_length: u8) -> Option<Ipv4Addr> {
    let [.., _, b4, b5, b6, b7, b8, b9, b10, b11, b12, b13, b14, b15] = address.octets();
    let (a, b, c, d, reserved) = match prefix_length {
        32 => (b4, b5, b6, b7, b8),
        40 => (b5, b6, b7, b9, b8),
        48 => (b6, b7, b9, b10, b8),
        56 => (b7, b9, b10, b11, b8),
        64 => (b9, b10, b11, b12, b8),
        96 => (b12, b13, b14, b15, b8),
        _ => return None,
    };
    (reserved == 0).then(|| Ipv4Addr::new(a, b, c, d))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn why(text: &str) -> &'static str {
        address_verdict(text.parse().unwrap()).map_or_else(|refused| refused.why, |()| "ok")
    }

    #[test]
    fn edges_of_each_range() {
        for (address, expected) in [
            ("93.184.215.14", "ok"),
            ("1.0.0.0", "ok"),
            ("9.255.255.255", "ok"),
            ("11.0.0.0", "ok"),
            ("100.63.255.255", "ok"),
            ("100.128.0.0", "ok"),
            ("126.255.255.255", "ok"),
            ("128.0.0.0", "ok"),
            ("168.63.129.15", "ok"),
            ("168.63.129.17", "ok"),
            ("169.253.255.255", "ok"),
            ("169.255.0.0", "ok"),
            ("172.15.255.255", "ok"),
            ("172.32.0.0", "ok"),
            ("192.0.1.0", "ok"),
            ("192.0.3.0", "ok"),
            ("192.167.255.255", "ok"),
            ("192.169.0.0", "ok"),
            ("198.17.255.255", "ok"),
            ("198.20.0.0", "ok"),
            ("223.255.255.255", "ok"),
            ("0.0.0.0", "this_network"),
            ("10.255.255.255", "private"),
            ("100.64.0.0", "carrier_nat"),
            ("100.100.100.200", "carrier_nat"),
            ("127.255.255.254", "loopback"),
            ("168.63.129.16", "metadata"),
            ("169.254.169.254", "link_local"),
            ("172.16.0.0", "private"),
            ("172.31.255.255", "private"),
            ("192.0.0.192", "protocol_assignments"),
            ("192.0.2.255", "documentation"),
            ("192.88.99.1", "6to4_relay"),
            ("198.19.255.255", "benchmarking"),
            ("224.0.0.1", "multicast"),
            ("240.0.0.1", "reserved"),
            ("255.255.255.255", "reserved"),
            ("2606:2800:21f:cb07:6820:80da:af6b:8b2c", "ok"),
            ("2001:200::1", "ok"),
            ("2001:4860:4860::8888", "ok"),
            ("3ffe::1", "ok"),
            ("::", "unspecified"),
            ("::1", "loopback"),
            ("::5db8:d70e", "ipv4_compatible"),
            ("::ffff:10.0.0.1", "ipv4_mapped"),
            ("::ffff:93.184.215.14", "ipv4_mapped"),
            ("::ffff:0:93.184.215.14", "ipv4_translated"),
            ("64:ff9b::a9fe:a9fe", "nat64"),
            ("64:ff9b:1::a00:1", "nat64"),
            ("100::1", "discard"),
            ("100:0:0:1::1", "discard"),
            ("2001::1", "teredo"),
            ("2001:2::1", "benchmarking"),
            ("2001:20::1", "protocol_assignments"),
            ("2001:db8::1", "documentation"),
            ("2002:7f00:1::1", "6to4"),
            ("2620:4f:8000::1", "as112"),
            ("3fff::1", "documentation"),
            ("3fff:1000::1", "ok"),
            ("5f00::1", "segment_routing"),
            ("fd00:ec2::254", "unique_local"),
            ("fe80::1", "link_local"),
            ("fec0::1", "site_local"),
            ("ff02::1", "multicast"),
            ("4000::1", "not_global_unicast"),
            ("1fff::1", "not_global_unicast"),
            ("2606:2800::5efe:a00:1", "isatap"),
            ("2606:2800::200:5efe:a00:1", "isatap"),
        ] {
            assert_eq!(why(address), expected, "{address}");
        }
    }

    #[test]
    fn a_declared_nat64_prefix_is_unwrapped() {
        // The example addresses of RFC 6052, section 2.4, around 192.0.2.33 and a public address.
        let rules = |prefix: &str| AddressRules { nat64: vec![prefix.parse().unwrap()], ..AddressRules::default() };
        for (prefix, documentation, public) in [
            ("2001:db8::/32", "2001:db8:c000:221::", "2001:db8:5db8:d70e::"),
            ("2001:db8:100::/40", "2001:db8:1c0:2:21::", "2001:db8:15d:b8d7:e::"),
            ("2001:db8:122::/48", "2001:db8:122:c000:2:2100::", "2001:db8:122:5db8:d7:e00::"),
            ("2001:db8:122:300::/56", "2001:db8:122:3c0:0:221::", "2001:db8:122:35d:b8:d70e::"),
            ("2001:db8:122:344::/64", "2001:db8:122:344:c0:2:2100::", "2001:db8:122:344:5d:b8d7:e00::"),
            ("64:ff9b::/96", "64:ff9b::192.0.2.33", "64:ff9b::93.184.215.14"),
        ] {
            let rules = rules(prefix);
            let refused = rules.verdict(documentation.parse().unwrap()).unwrap_err();
            assert_eq!(refused.why, "documentation", "{prefix}");
            assert_eq!(rules.verdict(public.parse().unwrap()), Ok(()), "{prefix}");
        }
        assert!(rules("2001:db8::/33").verdict("2001:db8:5db8:d70e::".parse().unwrap()).is_err());
    }

    #[test]
    fn the_operator_can_refuse_more() {
        let rules = AddressRules { refused: vec!["93.184.215.0/24".parse().unwrap()], ..AddressRules::default() };
        assert_eq!(rules.verdict("93.184.215.14".parse().unwrap()).unwrap_err().why, "operator_refused");
        assert_eq!(rules.verdict("93.184.216.14".parse().unwrap()), Ok(()));
    }

    /// The registries once more, as networks in text and read by another library.
    const LISTED: &str = "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 168.63.129.16/32 169.254.0.0/16 172.16.0.0/12 \
        192.0.0.0/24 192.0.2.0/24 192.31.196.0/24 192.52.193.0/24 192.88.99.0/24 192.168.0.0/16 192.175.48.0/24 \
        198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4 2001::/23 2001:db8::/32 2002::/16 \
        2620:4f:8000::/48 3fff::/20";

    fn listed(address: IpAddr) -> bool {
        LISTED.split_whitespace().any(|network| network.parse::<IpNet>().unwrap().contains(&address))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn ipv4_agrees_with_std_and_with_the_list(bits: u32, entry in 0..IPV4.len(), offset in -2_i64..3) {
            // Random addresses rarely meet an edge, so the ends of every range are visited as well.
            let (first, length, _) = IPV4[entry];
            let first = i64::from(u32::from_be_bytes(first));
            let past = first + (1_i64 << (32 - length));
            let near = |edge: i64| u32::try_from((edge + offset).rem_euclid(1 << 32)).unwrap();
            for bits in [bits, near(first), near(past)] {
                let v4 = Ipv4Addr::from_bits(bits);
                let refused = address_verdict(v4.into()).is_err();
                prop_assert_eq!(refused, listed(v4.into()), "{}", v4);
                let std = v4.is_private() || v4.is_loopback() || v4.is_link_local() || v4.is_broadcast()
                    || v4.is_documentation() || v4.is_multicast() || v4.is_unspecified();
                prop_assert!(refused || !std, "{}", v4);
            }
        }

        #[test]
        fn ipv6_agrees_with_std_and_with_the_list(high: u64, low: u64, entry in 0..IPV6.len(), inside: bool) {
            let (first, length, _) = IPV6[entry];
            let random = u128::from(high) << 64 | u128::from(low);
            let bits = if inside {
                Ipv6Addr::from(first).to_bits() | if length == 128 { 0 } else { random >> length }
            } else {
                random
            };
            let v6 = Ipv6Addr::from_bits(bits);
            let refused = address_verdict(v6.into()).is_err();
            let isatap = matches!(v6.segments(), [_, _, _, _, 0 | 0x200, 0x5efe, _, _]);
            let global = v6.segments()[0] & 0xe000 == 0x2000;
            prop_assert_eq!(refused, !global || isatap || listed(v6.into()), "{}", v6);
            let std = v6.is_loopback() || v6.is_multicast() || v6.is_unspecified() || v6.is_unique_local()
                || v6.is_unicast_link_local() || v6.to_ipv4_mapped().is_some();
            prop_assert!(refused || !std, "{}", v6);
            prop_assert!(refused || !inside, "{}", v6);
        }
    }
}
