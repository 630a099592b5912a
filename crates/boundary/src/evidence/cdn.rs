//! Ranges that content delivery networks publish, and the zones their customers' names lead into.
//!
//! One address stands for many places there: the nearest edge answers. Two shapes are read: a range per line with `#`
//! for remarks (Cloudflare, Akamai), and JSON with a list of ranges under `addresses` and `ipv6_addresses` (Fastly) or
//! under `result.ipv4_cidrs` and `result.ipv6_cidrs` (Cloudflare's API).

use super::{Damaged, Kind, Prefix, Ranges, Read};
use crate::grade::Ranged;
use backshell_model::HostName;
use serde::Deserialize;
use std::sync::Arc;

/// Names end here when a content delivery network stands before them. Counts whatever the address lists say.
const ZONES: &[&str] = &[
    "azureedge.net",
    "azurefd.net",
    "trafficmanager.net",
    "cloudfront.net",
    "awsglobalaccelerator.com",
    "edgekey.net",
    "edgesuite.net",
    "akamai.net",
    "akamaiedge.net",
    "akamaized.net",
    "fastly.net",
    "fastlylb.net",
    "cdn.cloudflare.net",
];

#[derive(Deserialize)]
#[serde(untagged)]
enum File {
    Fastly { addresses: Vec<Prefix>, ipv6_addresses: Vec<Prefix> },
    Cloudflare { result: Cidrs },
}

#[derive(Deserialize)]
struct Cidrs {
    ipv4_cidrs: Vec<Prefix>,
    ipv6_cidrs: Vec<Prefix>,
}

/// Reads a list of ranges.
pub(super) fn read(bytes: &[u8]) -> Result<Read, Damaged> {
    let mut ranges = Ranges::default();
    if bytes.trim_ascii_start().starts_with(b"{") {
        // Read twice: once for the place of what is no JSON, once for the shape.
        serde_json::from_slice::<serde::de::IgnoredAny>(bytes).map_err(|error| Damaged::json(Kind::Cdn, &error))?;
        let (v4, v6) = match serde_json::from_slice(bytes) {
            Ok(File::Fastly { addresses, ipv6_addresses }) => (addresses, ipv6_addresses),
            Ok(File::Cloudflare { result }) => (result.ipv4_cidrs, result.ipv6_cidrs),
            Err(_) => {
                let message = "neither `addresses` and `ipv6_addresses` nor `result.ipv4_cidrs` and \
                               `result.ipv6_cidrs` are lists of ranges";
                return Err(Damaged::new(Kind::Cdn, "the document", message));
            }
        };
        for prefix in v4.into_iter().chain(v6) {
            ranges.add(prefix, Some(Ranged::Shared), || "");
        }
    } else {
        let text = std::str::from_utf8(bytes).map_err(|error| {
            Damaged::new(Kind::Cdn, format!("byte {}", error.valid_up_to()), "the text is not UTF-8")
        })?;
        for (number, line) in text.lines().enumerate() {
            let range = line.split('#').next().unwrap_or_default().trim();
            if range.is_empty() {
                continue;
            }
            let prefix = Prefix::parse(range).ok_or_else(|| {
                let shown: String = range.chars().take(60).collect();
                Damaged::new(
                    Kind::Cdn,
                    format!("line {}", number.saturating_add(1)),
                    format!("`{shown}` is no address range"),
                )
            })?;
            ranges.add(prefix, Some(Ranged::Shared), || "");
        }
    }
    Ok(Read::ranges(None, "cdn", ranges))
}

/// The zone of a content delivery network that the host, or a name it is an alias of, lies in.
pub(super) fn zone(host: &HostName, chain: &[Arc<str>]) -> Option<&'static str> {
    let lies_in =
        |name: &str, zone: &str| name.strip_suffix(zone).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    let names = || std::iter::once(host.as_str()).chain(chain.iter().map(|alias| &**alias));
    ZONES.iter().find(|zone| names().any(|name| lies_in(name, zone))).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn aliases_into_a_delivery_network_are_seen() {
        let name = |text| HostName::parse(text).unwrap();
        let alias = |text: &str| -> Arc<str> { text.into() };
        let host = name("api.contoso.com");
        assert_eq!(zone(&host, &[]), None);
        assert_eq!(zone(&host, &[alias("contoso.azurefd.net")]), Some("azurefd.net"));
        assert_eq!(
            zone(&host, &[alias("x.contoso.com"), alias("api.contoso.com.cdn.cloudflare.net")]),
            Some("cdn.cloudflare.net")
        );
        assert_eq!(zone(&name("d111.cloudfront.net"), &[]), Some("cloudfront.net"));
        assert_eq!(zone(&name("notcloudfront.net"), &[alias("cloudfront.net.contoso.com")]), None);
    }
}
