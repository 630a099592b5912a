//! An address range as the files write it.

use ipnet::IpNet;
use serde::de::{Deserialize, Deserializer, Error, Visitor};
use std::fmt;
use std::net::IpAddr;

/// `203.0.113.0/24`, `2001:db8::/32`; bits beyond the length are ignored, as some publishers leave them in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Prefix(pub(super) IpNet);

impl Prefix {
    /// Reads a range, or a lone address.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let net = text.parse::<IpNet>().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from))?;
        // A range that is everything says nothing, and would decide for every address there is.
        (net.prefix_len() > 0).then(|| Self(net.trunc()))
    }
}

impl<'de> Deserialize<'de> for Prefix {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl Visitor<'_> for Text {
            type Value = Prefix;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an address range such as `203.0.113.0/24`")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Prefix, E> {
                let shown: String = text.chars().take(60).collect();
                Prefix::parse(text).ok_or_else(|| E::custom(format!("`{shown}` is no address range")))
            }
        }
        deserializer.deserialize_str(Text)
    }
}
