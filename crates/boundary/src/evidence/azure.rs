//! Azure `ServiceTags_<Cloud>_<date>.json`: one file per cloud.
//!
//! A region is the tag `AzureCloud.<region>`; ten of these tags are not spelt as the region is. Front Door and Traffic
//! Manager are shared by many places. Other tags without a region list what also stands under a region, so they only
//! count for addresses that stand nowhere else.

use super::{Damaged, Kind, Prefix, Ranges, Read};
use crate::endpoint::Place;
use crate::grade::Ranged;
use crate::regions::region;
use serde::Deserialize;
use std::borrow::Cow;

/// Tags whose region is written differently; `None` for regions that are not for customers.
const SPELT_DIFFERENTLY: &[(&str, Option<&str>)] = &[
    ("centralfrance", Some("francecentral")),
    ("southfrance", Some("francesouth")),
    ("germanywc", Some("germanywestcentral")),
    ("germanyn", Some("germanynorth")),
    ("norwaye", Some("norwayeast")),
    ("norwayw", Some("norwaywest")),
    ("switzerlandn", Some("switzerlandnorth")),
    ("switzerlandw", Some("switzerlandwest")),
    ("usstagee", None),
    ("usstagec", None),
];

#[derive(Deserialize)]
struct File<'a> {
    #[serde(borrow)]
    cloud: Cow<'a, str>,
    #[serde(borrow)]
    values: Vec<Tag<'a>>,
}

#[derive(Deserialize)]
struct Tag<'a> {
    #[serde(borrow)]
    name: Cow<'a, str>,
    #[serde(borrow)]
    properties: Properties<'a>,
}

#[derive(Deserialize)]
struct Properties<'a> {
    #[serde(borrow)]
    region: Cow<'a, str>,
    #[serde(rename = "addressPrefixes")]
    prefixes: Vec<Prefix>,
}

pub(super) fn read(bytes: &[u8]) -> Result<Read, Damaged> {
    let file: File<'_> = serde_json::from_slice(bytes).map_err(|error| Damaged::json(Kind::Azure, &error))?;
    let (name, clouds) = match &*file.cloud {
        "Public" => ("azure-public", &["azure-public"][..]),
        "AzureGovernment" => ("azure-government", &["azure-us-government", "azure-us-dod"][..]),
        "China" => ("azure-china", &["azure-china"][..]),
        other => {
            let shown: String = other.chars().take(40).collect();
            return Err(Damaged::new(Kind::Azure, "`cloud`", format!("`{shown}` is no known cloud")));
        }
    };
    let mut ranges = Ranges::default();
    for tag in &file.values {
        match meaning(tag, clouds) {
            Meaning::Counts(says) => {
                for prefix in &tag.properties.prefixes {
                    ranges.add(*prefix, says, || &tag.name);
                }
            }
            Meaning::OnlyWhereNothingElse => {
                for prefix in &tag.properties.prefixes {
                    ranges.add_shared(*prefix);
                }
            }
            Meaning::Nothing => {}
        }
    }
    // The file says which version it is, not of which day.
    Ok(Read::ranges(None, name, ranges))
}

enum Meaning {
    /// `None`: a region that is in no table.
    Counts(Option<Ranged>),
    OnlyWhereNothingElse,
    Nothing,
}

fn meaning(tag: &Tag<'_>, clouds: &[&str]) -> Meaning {
    let name = tag.name.to_ascii_lowercase();
    if name == "azuretrafficmanager" || name == "azurefrontdoor" || name.starts_with("azurefrontdoor.") {
        return Meaning::Counts(Some(Ranged::Shared));
    }
    let Some(written) = name.strip_prefix("azurecloud.") else {
        // Services in a region are part of that region's own tag.
        return if tag.properties.region.is_empty() { Meaning::OnlyWhereNothingElse } else { Meaning::Nothing };
    };
    let spelt = SPELT_DIFFERENTLY.iter().find(|(tag, _)| *tag == written).map(|(_, name)| *name);
    let found = spelt.unwrap_or(Some(written)).and_then(region).filter(|facts| clouds.contains(&facts.cloud));
    Meaning::Counts(found.map(|facts| Ranged::At(Place::Region(facts))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn says(name: &str, region: &str) -> &'static str {
        let properties = Properties { region: region.into(), prefixes: Vec::new() };
        match meaning(&Tag { name: name.into(), properties }, &["azure-public"]) {
            Meaning::Counts(Some(Ranged::At(place))) => place.as_str(),
            Meaning::Counts(Some(Ranged::Shared)) => "shared",
            Meaning::Counts(None) => "unknown",
            Meaning::OnlyWhereNothingElse => "rest",
            Meaning::Nothing => "nothing",
        }
    }

    #[test]
    fn tags_and_what_they_mean() {
        for (name, region, expected) in [
            ("AzureCloud.westeurope", "westeurope", "westeurope"),
            ("AzureCloud.WestUS", "westus", "westus"),
            ("AzureCloud.centralfrance", "centralfrance", "francecentral"),
            ("AzureCloud.southfrance", "southfrance", "francesouth"),
            ("AzureCloud.germanywc", "germanywc", "germanywestcentral"),
            ("AzureCloud.germanyn", "germanyn", "germanynorth"),
            ("AzureCloud.norwaye", "norwaye", "norwayeast"),
            ("AzureCloud.norwayw", "norwayw", "norwaywest"),
            ("AzureCloud.switzerlandn", "switzerlandn", "switzerlandnorth"),
            ("AzureCloud.switzerlandw", "switzerlandw", "switzerlandwest"),
            ("AzureCloud.usstagee", "usstagee", "unknown"),
            ("AzureCloud.usstagec", "usstagec", "unknown"),
            ("AzureCloud.mars", "mars", "unknown"),
            ("AzureCloud.usgovvirginia", "usgovvirginia", "unknown"),
            ("AzureCloud.eu-west-1", "eu-west-1", "unknown"),
            ("AzureFrontDoor.Frontend", "", "shared"),
            ("AzureFrontDoor.FirstParty", "", "shared"),
            ("AzureTrafficManager", "", "shared"),
            ("AzureCloud", "", "rest"),
            ("ActionGroup", "", "rest"),
            ("Storage.WestUS", "westus", "nothing"),
        ] {
            assert_eq!(says(name, region), expected, "{name}");
        }
    }
}
