//! The table of cloud regions: `data/regions.tsv`, read once.

use std::collections::HashMap;
use std::sync::LazyLock;

const DATA: &str = include_str!("../data/regions.tsv");

/// What is known about one region.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RegionFacts {
    /// Who runs it: `azure`, `aws` or `gcp`.
    pub provider: &'static str,
    /// The partition it belongs to, such as `azure-public`. Never crossed.
    pub cloud: &'static str,
    /// Its programmatic name, unique across all providers, such as `westeurope`.
    pub region: &'static str,
    /// Its name for people.
    pub display_name: &'static str,
    /// The geography, within its cloud.
    pub geography: &'static str,
    /// ISO 3166 code of the country it stands in.
    pub country: &'static str,
    /// `EEA`, `adequate` or `none`: a hint for reviewers, never a verdict.
    pub gdpr_area: &'static str,
    /// `open`, `restricted`, `partner`, `sovereign` or `sovereign-restricted`.
    pub status: &'static str,
}

impl RegionFacts {
    /// What a boundary never crosses, for endpoints: all public clouds together are one realm, whoever runs them; each
    /// sovereign cloud is one of its own.
    pub fn realm(&self) -> &'static str {
        if self.cloud.ends_with("-public") { "public" } else { self.cloud }
    }
}

static TABLE: LazyLock<(Vec<RegionFacts>, HashMap<&'static str, usize>)> = LazyLock::new(|| {
    let rows: Vec<RegionFacts> = DATA.lines().filter(|line| !line.starts_with('#')).skip(1).filter_map(row).collect();
    let index = rows.iter().enumerate().map(|(position, facts)| (facts.region, position)).collect();
    (rows, index)
});

fn row(line: &'static str) -> Option<RegionFacts> {
    let mut fields = line.split('\t');
    let mut next = || fields.next().filter(|field| !field.is_empty());
    Some(RegionFacts {
        provider: next()?,
        cloud: next()?,
        region: next()?,
        display_name: next()?,
        geography: next()?,
        country: next()?,
        gdpr_area: next()?,
        status: next()?,
    })
}

/// Every region, in the order of the data file.
pub fn regions() -> &'static [RegionFacts] {
    &TABLE.0
}

/// The region of this programmatic name; `None` when it is in no table. Names are compared exactly.
pub fn region(name: &str) -> Option<&'static RegionFacts> {
    TABLE.1.get(name).and_then(|position| TABLE.0.get(*position))
}

/// The region that a host's name speaks of, as the names of regional services do: `westeurope.api.contoso.com`,
/// `items-eastus.contoso.com`, `s3.eu-central-1.amazonaws.com`. A hint, never evidence: anybody may call a host anything.
pub fn region_in_host(host: &str) -> Option<&'static RegionFacts> {
    let host = host.to_ascii_lowercase();
    let is_edge = |byte: Option<&u8>| byte.is_none_or(|byte| !byte.is_ascii_alphanumeric());
    let speaks_of = |facts: &&RegionFacts| {
        host.match_indices(facts.region).any(|(at, name)| {
            let before = at.checked_sub(1).and_then(|at| host.as_bytes().get(at));
            (at == 0 || is_edge(before)) && is_edge(host.as_bytes().get(at + name.len()))
        })
    };
    // Names hold other names: of all that fit, the longest is meant.
    regions().iter().filter(speaks_of).max_by_key(|facts| facts.region.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn hosts_are_told_apart_by_the_regions_in_their_names() {
        for (host, region) in [
            ("westeurope.api.contoso.com", Some("westeurope")),
            ("Items-EastUS2.contoso.com", Some("eastus2")),
            ("s3.eu-central-1.amazonaws.com", Some("eu-central-1")),
            ("eastus", Some("eastus")),
            ("myeastus.contoso.com", None),
            ("eastusa.contoso.com", None),
            ("api.contoso.com", None),
            ("", None),
        ] {
            assert_eq!(region_in_host(host).map(|facts| facts.region), region, "{host}");
        }
    }

    #[test]
    fn every_line_is_read_and_every_name_is_there_once() {
        let lines = DATA.lines().filter(|line| !line.starts_with('#')).count() - 1;
        assert_eq!(regions().len(), lines);
        assert_eq!(regions().iter().map(|facts| facts.region).collect::<HashSet<_>>().len(), lines);
        for provider in ["azure", "aws", "gcp"] {
            assert!(regions().iter().filter(|facts| facts.provider == provider).count() > 30, "{provider}");
        }
    }

    #[test]
    fn a_region_has_one_geography_and_a_cloud_of_its_own_provider() {
        for facts in regions() {
            assert_eq!(region(facts.region), Some(facts));
            assert!(facts.cloud.starts_with(facts.provider), "{facts:?}");
            assert_eq!(facts.status.starts_with("sovereign"), !facts.cloud.ends_with("-public"), "{facts:?}");
            assert_eq!(facts.country.len(), 2, "{facts:?}");
            assert!(["EEA", "adequate", "none"].contains(&facts.gdpr_area), "{facts:?}");
            let status = ["open", "restricted", "partner", "sovereign", "sovereign-restricted"];
            assert!(status.contains(&facts.status), "{facts:?}");
        }
    }

    #[test]
    fn one_country_lies_in_one_geography_of_a_realm() {
        let mut seen: HashMap<(&str, &str), &str> = HashMap::new();
        for facts in regions() {
            let geography = seen.entry((facts.realm(), facts.country)).or_insert(facts.geography);
            assert_eq!(*geography, facts.geography, "{facts:?}");
        }
    }

    #[test]
    fn names_that_are_no_regions_are_unknown() {
        for name in ["", "europe", "global", "WestEurope", "west europe", "centraluseuap", "region"] {
            assert!(region(name).is_none(), "{name}");
        }
        assert_eq!(region("westus").map(|facts| facts.geography), Some("United States"));
        assert_eq!(region("westeurope").map(|facts| facts.geography), Some("Europe"));
        assert_eq!(region("germanywestcentral").map(|facts| facts.geography), Some("Germany"));
    }
}
