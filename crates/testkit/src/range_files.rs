//! Writes range files in the formats of their providers, for tests and benchmarks of whatever reads them.

use serde_json::{Value, json};

/// AWS `ip-ranges.json`: prefix, region, network border group, service.
pub fn aws_ranges(published: i64, entries: &[(&str, &str, &str, &str)]) -> Vec<u8> {
    let list = |wide: bool, name: &str| -> Vec<Value> {
        let of_family = entries.iter().filter(|(prefix, ..)| prefix.contains(':') == wide);
        let entry = |(prefix, region, group, service): &(&str, &str, &str, &str)| json!({ name: prefix, "region": region, "service": service, "network_border_group": group });
        of_family.map(entry).collect()
    };
    let file = json!({
        "syncToken": published.to_string(),
        "createDate": "2027-01-15-08-00-00",
        "prefixes": list(false, "ip_prefix"),
        "ipv6_prefixes": list(true, "ipv6_prefix"),
    });
    file.to_string().into_bytes()
}

/// Azure service tags of one cloud: name, region, prefixes.
pub fn azure_tags(cloud: &str, tags: &[(&str, &str, &[&str])]) -> Vec<u8> {
    let values: Vec<Value> = tags
        .iter()
        .map(|(name, region, prefixes)| {
            json!({
                "name": name,
                "id": name,
                "properties": {
                    "changeNumber": 1,
                    "region": region,
                    "regionId": 0,
                    "platform": "Azure",
                    "systemService": "",
                    "addressPrefixes": prefixes,
                    "networkFeatures": null,
                },
            })
        })
        .collect();
    json!({ "changeNumber": 7, "cloud": cloud, "values": values }).to_string().into_bytes()
}

/// Google `cloud.json`, where each range has a scope, or `goog.json`, where none has.
pub fn google_ranges(published: i64, entries: &[(&str, Option<&str>)]) -> Vec<u8> {
    let prefixes: Vec<Value> = entries
        .iter()
        .map(|(prefix, scope)| {
            let name = if prefix.contains(':') { "ipv6Prefix" } else { "ipv4Prefix" };
            match scope {
                Some(scope) => json!({ name: prefix, "service": "Google Cloud", "scope": scope }),
                None => json!({ name: prefix }),
            }
        })
        .collect();
    let file = json!({
        "syncToken": (published * 1_000).to_string(),
        "creationTime": "2027-01-15T00:00:00.000000",
        "prefixes": prefixes,
    });
    file.to_string().into_bytes()
}
