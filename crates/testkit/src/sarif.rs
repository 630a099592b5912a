//! The official schema of SARIF 2.1.0, out of the sources of a crate that carries it: it is not ours to copy.

use cargo_metadata::MetadataCommand;
use serde_json::Value;

/// The crate whose sources hold the schema.
const CARRIER: &str = "serde-sarif";

/// The schema, as JSON.
///
/// # Panics
/// When the sources are not there: `cargo fetch` brings them.
#[expect(clippy::unwrap_used, reason = "for tests, where a panic is the verdict")]
pub fn sarif_schema() -> Value {
    let metadata = MetadataCommand::new()
        .manifest_path(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"))
        .other_options(["--locked".to_owned()])
        .exec()
        .unwrap();
    let carrier = metadata.packages.iter().find(|package| package.name.as_str() == CARRIER).unwrap();
    let text = std::fs::read_to_string(carrier.manifest_path.with_file_name("src").join("schema.json")).unwrap();
    // One pattern has a `]` too many, which only lenient readers of regular expressions take. Nothing here sets a language.
    serde_json::from_str(&text.replace("-[a-zA-Z]{2}]?$", "-[a-zA-Z]{2}$")).unwrap()
}
