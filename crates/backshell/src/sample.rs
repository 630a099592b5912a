//! The sample connector that ships inside the binary: a field service with an API key and a host per customer.

use std::io::{Cursor, Write};
use std::sync::Arc;
use zip::write::SimpleFileOptions;

/// The sample's files: name and bytes.
const FILES: [(&str, &[u8]); 3] = [
    ("apiDefinition.swagger.json", include_bytes!("../assets/sample/apiDefinition.swagger.json")),
    ("apiProperties.json", include_bytes!("../assets/sample/apiProperties.json")),
    ("readme.md", include_bytes!("../assets/sample/readme.md")),
];

/// The customer whose host the demo calls.
pub const SUBDOMAIN: &str = "northwind";
/// That customer's host.
pub const HOST: &str = "northwind.fieldworks.example.com";

/// The files, as a package reader takes them.
pub fn files() -> Vec<(String, Arc<[u8]>)> {
    FILES.iter().map(|(name, bytes)| ((*name).to_owned(), Arc::from(*bytes))).collect()
}

/// The files as an archive, as the API takes it.
pub fn archive() -> anyhow::Result<Vec<u8>> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in FILES {
        writer.start_file(name, SimpleFileOptions::default())?;
        writer.write_all(bytes)?;
    }
    Ok(writer.finish()?.into_inner())
}
