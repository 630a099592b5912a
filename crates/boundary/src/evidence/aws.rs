//! AWS `ip-ranges.json`.
//!
//! `GLOBAL` and the services at the edge are shared by many places. Where the border group differs from the region, the
//! group counts: a Local or Wavelength Zone may stand in another country than the region that runs it. Customers' own
//! ranges (BYOIP) are not in the file, so an address of theirs is unknown here.

use super::{Damaged, Kind, Prefix, Ranges, Read, published_secs};
use crate::country::CountryCode;
use crate::endpoint::Place;
use crate::grade::Ranged;
use crate::regions::region;
use serde::Deserialize;
use std::borrow::Cow;

/// Zones that belong to a region and stand elsewhere: the zone's code, and the country it stands in. A group that is not
/// listed and is not the region itself is at no known place.
const BORDER_GROUPS: &str = include_str!("../../data/aws-border-groups.tsv");

#[derive(Deserialize)]
struct File<'a> {
    #[serde(rename = "syncToken", borrow)]
    sync_token: Cow<'a, str>,
    #[serde(borrow)]
    prefixes: Vec<Entry<'a>>,
    #[serde(borrow)]
    ipv6_prefixes: Vec<Entry<'a>>,
}

#[derive(Deserialize)]
struct Entry<'a> {
    ip_prefix: Option<Prefix>,
    ipv6_prefix: Option<Prefix>,
    #[serde(borrow)]
    region: Cow<'a, str>,
    #[serde(borrow)]
    network_border_group: Cow<'a, str>,
    #[serde(borrow)]
    service: Cow<'a, str>,
}

pub(super) fn read(bytes: &[u8]) -> Result<Read, Damaged> {
    let file: File<'_> = serde_json::from_slice(bytes).map_err(|error| Damaged::json(Kind::Aws, &error))?;
    let published = published_secs(Kind::Aws, "syncToken", &file.sync_token, 1)?;
    let mut ranges = Ranges::default();
    for (list, entries) in [("prefixes", &file.prefixes), ("ipv6_prefixes", &file.ipv6_prefixes)] {
        for (index, entry) in entries.iter().enumerate() {
            let ((Some(prefix), None) | (None, Some(prefix))) = (entry.ip_prefix, entry.ipv6_prefix) else {
                let message = "exactly one of `ip_prefix` and `ipv6_prefix` is needed";
                return Err(Damaged::new(Kind::Aws, format!("`{list}[{index}]`"), message));
            };
            ranges.add(prefix, entry.says(), || &entry.network_border_group);
        }
    }
    Ok(Read::ranges(Some(published), "aws", ranges))
}

impl Entry<'_> {
    /// `None` for a region or group that is in no table.
    fn says(&self) -> Option<Ranged> {
        let edge = matches!(&*self.service, "CLOUDFRONT" | "CLOUDFRONT_ORIGIN_FACING" | "GLOBALACCELERATOR")
            || self.service.starts_with("ROUTE53");
        if edge || self.region == "GLOBAL" || self.network_border_group == "GLOBAL" {
            return Some(Ranged::Shared);
        }
        let facts = region(&self.region).filter(|facts| facts.provider == "aws")?;
        if self.network_border_group == self.region {
            return Some(Ranged::At(Place::Region(facts)));
        }
        zone_country(&self.network_border_group, &self.region).map(|country| Ranged::At(Place::Country(country)))
    }
}

/// The country of a zone such as `us-east-1-bue-1` of the region `us-east-1`; Wavelength Zones have `wl1` before the city.
fn zone_country(group: &str, region: &str) -> Option<CountryCode> {
    let zone = group.strip_prefix(region)?.strip_prefix('-')?;
    let city = zone.split('-').find(|part| part.len() == 3 && part.bytes().all(|byte| byte.is_ascii_lowercase()))?;
    let mut lines =
        BORDER_GROUPS.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once('\t'));
    lines.find(|(code, _)| *code == city).and_then(|(_, country)| CountryCode::parse(country.split('\t').next()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn says(region: &str, group: &str, service: &str) -> Option<&'static str> {
        let entry = Entry {
            ip_prefix: None,
            ipv6_prefix: None,
            region: region.into(),
            network_border_group: group.into(),
            service: service.into(),
        };
        entry.says().map(|says| match says {
            Ranged::At(place) => place.as_str(),
            Ranged::Shared => "shared",
        })
    }

    #[test]
    fn edges_zones_and_regions() {
        for (region, group, service, expected) in [
            ("eu-west-1", "eu-west-1", "EC2", Some("eu-west-1")),
            ("cn-north-1", "cn-north-1", "AMAZON", Some("cn-north-1")),
            ("GLOBAL", "GLOBAL", "AMAZON", Some("shared")),
            ("us-east-1", "GLOBAL", "AMAZON", Some("shared")),
            ("us-east-1", "us-east-1", "CLOUDFRONT", Some("shared")),
            ("us-east-1", "us-east-1", "CLOUDFRONT_ORIGIN_FACING", Some("shared")),
            ("us-east-1", "us-east-1", "GLOBALACCELERATOR", Some("shared")),
            ("us-east-1", "us-east-1", "ROUTE53_HEALTHCHECKS", Some("shared")),
            ("us-east-1", "us-east-1-bue-1", "EC2", Some("AR")),
            ("us-east-1", "us-east-1-scl-1", "EC2", Some("CL")),
            ("us-east-1", "us-east-1-lim-1", "EC2", Some("PE")),
            ("us-east-1", "us-east-1-qro-1", "EC2", Some("MX")),
            ("eu-central-1", "eu-central-1-waw-1", "EC2", Some("PL")),
            ("eu-north-1", "eu-north-1-hel-1", "EC2", Some("FI")),
            ("af-south-1", "af-south-1-los-1", "EC2", Some("NG")),
            ("me-south-1", "me-south-1-mct-1", "EC2", Some("OM")),
            ("ap-southeast-1", "ap-southeast-1-bkk-1", "EC2", Some("TH")),
            ("ap-southeast-1", "ap-southeast-1-mnl-1", "EC2", Some("PH")),
            ("us-west-2", "us-west-2-lax-1", "EC2", Some("US")),
            ("us-east-1", "us-east-1-wl1-bos1", "EC2", None),
            ("us-east-1", "us-east-1-xyz-1", "EC2", None),
            ("us-east-1", "eu-west-1", "EC2", None),
            ("us-east-1", "us-east-1", "A_NEW_SERVICE", Some("us-east-1")),
            ("mars-north-1", "mars-north-1", "EC2", None),
            ("westeurope", "westeurope", "EC2", None),
        ] {
            assert_eq!(says(region, group, service), expected, "{region} {group} {service}");
        }
    }

    #[test]
    fn every_listed_zone_names_a_country() {
        for line in BORDER_GROUPS.lines().filter(|line| !line.starts_with('#')) {
            let mut fields = line.split('\t');
            let (code, country) = (fields.next().unwrap(), fields.next().unwrap());
            assert!(code.len() == 3 && CountryCode::parse(country).is_some(), "{line}");
        }
    }
}
