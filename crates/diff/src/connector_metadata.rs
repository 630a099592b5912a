//! `x-ms-connector-metadata`: what the catalogue shows of a connector.

use backshell_package::Swagger;
use backshell_source::Node;
use std::collections::BTreeMap;

/// The entries by name in lower case: the name as written and the value. Of several with one name the first counts.
pub(crate) fn entries(swagger: Swagger<'_>) -> BTreeMap<String, (&str, Node<'_>)> {
    let mut entries = BTreeMap::new();
    for entry in swagger.node().get("x-ms-connector-metadata").into_iter().flat_map(Node::items) {
        let name = entry.get_ignore_case("propertyName").and_then(Node::as_str);
        if let Some((name, value)) = name.zip(entry.get_ignore_case("propertyValue")) {
            entries.entry(name.trim().to_ascii_lowercase()).or_insert((name, value));
        }
    }
    entries
}

/// Whether users rely on the place that this entry (name in lower case) links to.
pub(crate) fn is_promise(name: &str) -> bool {
    matches!(name, "privacy policy" | "website")
}

/// The host of a link in lower case; empty when there is none.
pub(crate) fn host(link: Node<'_>) -> String {
    let link = link.as_str().unwrap_or_default().trim();
    let rest = link.split_once("://").map_or(link, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    host.strip_suffix(":443").unwrap_or(host).to_ascii_lowercase()
}
