//! Whatever is handed over: no panic, and nothing is read that was refused.

mod common;

use backshell_package::{Limits, read_files, read_zip};
use proptest::prelude::*;
use std::io::{Cursor, Write as _};
use std::sync::Arc;

#[expect(clippy::expect_used, reason = "writing to memory does not fail")]
fn archive() -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    for (name, text) in
        [("p/apiDefinition.swagger.json", common::DEFINITION), ("p/apiProperties.json", common::PROPERTIES)]
    {
        writer.start_file(name, options).and_then(|()| Ok(writer.write_all(text.as_bytes())?)).expect("in memory");
    }
    writer.finish().expect("in memory").into_inner()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_as_archive(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(read_zip("x", bytes.into(), &Limits::default()).is_refused());
    }

    #[test]
    fn damaged_archives(changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6)) {
        let mut bytes = archive();
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        let read = read_zip("x", bytes.into(), &Limits::default());
        prop_assert!(!read.is_refused() || read.package.files.is_empty());
    }

    #[test]
    fn any_files(files in prop::collection::vec((any::<String>(), prop::collection::vec(any::<u8>(), 0..40)), 0..6)) {
        let files = files.into_iter().map(|(path, bytes)| (path, Arc::from(bytes))).collect();
        read_files("x", files, &Limits::default());
    }
}
