//! Google `cloud.json`: the addresses of its cloud's customers.

use super::{Damaged, Kind, Prefix, Ranges, Read, published_secs};
use crate::endpoint::Place;
use crate::grade::Ranged;
use crate::regions::region;
use serde::Deserialize;
use std::borrow::Cow;

#[derive(Deserialize)]
struct File<'a> {
    #[serde(rename = "syncToken", borrow)]
    sync_token: Cow<'a, str>,
    #[serde(borrow)]
    prefixes: Vec<Entry<'a>>,
}

#[derive(Deserialize)]
struct Entry<'a> {
    #[serde(rename = "ipv4Prefix")]
    v4: Option<Prefix>,
    #[serde(rename = "ipv6Prefix")]
    v6: Option<Prefix>,
    #[serde(borrow)]
    scope: Option<Cow<'a, str>>,
}

/// Reads `cloud.json`: a scope is a region or `global`, where anycast load balancers live.
pub(super) fn read(bytes: &[u8]) -> Result<Read, Damaged> {
    let (published, entries) = entries(Kind::Gcp, bytes)?;
    let mut ranges = Ranges::default();
    for (index, (prefix, scope)) in entries.iter().enumerate() {
        let Some(scope) = scope.as_deref() else {
            let place = format!("`prefixes[{index}]`");
            return Err(Damaged::new(Kind::Gcp, place, "`scope` is missing; is this goog.json?"));
        };
        let says = match scope {
            "global" => Some(Ranged::Shared),
            name => region(name).filter(|facts| facts.provider == "gcp").map(|facts| Ranged::At(Place::Region(facts))),
        };
        ranges.add(*prefix, says, || scope);
    }
    Ok(Read::ranges(Some(published), "gcp", ranges))
}

/// Reads `goog.json`: what is not in `cloud.json` too is Google's own front ends.
pub(super) fn read_all(bytes: &[u8]) -> Result<Read, Damaged> {
    let (published, entries) = entries(Kind::Goog, bytes)?;
    let mut ranges = Ranges::default();
    for (index, (prefix, scope)) in entries.iter().enumerate() {
        if scope.is_some() {
            let place = format!("`prefixes[{index}]`");
            return Err(Damaged::new(Kind::Goog, place, "it has a `scope`; is this cloud.json?"));
        }
        ranges.add_shared(*prefix);
    }
    Ok(Read::ranges(Some(published), "goog", ranges))
}

type Scoped<'a> = (Prefix, Option<Cow<'a, str>>);

fn entries(kind: Kind, bytes: &[u8]) -> Result<(backshell_model::Timestamp, Vec<Scoped<'_>>), Damaged> {
    let file: File<'_> = serde_json::from_slice(bytes).map_err(|error| Damaged::json(kind, &error))?;
    let published = published_secs(kind, "syncToken", &file.sync_token, 1_000)?;
    let entries = file.prefixes.into_iter().enumerate().map(|(index, entry)| match (entry.v4, entry.v6) {
        (Some(prefix), None) | (None, Some(prefix)) => Ok((prefix, entry.scope)),
        _ => {
            let message = "exactly one of `ipv4Prefix` and `ipv6Prefix` is needed";
            Err(Damaged::new(kind, format!("`prefixes[{index}]`"), message))
        }
    });
    Ok((published, entries.collect::<Result<_, _>>()?))
}
