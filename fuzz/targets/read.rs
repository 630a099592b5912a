//! Any bytes, as a definition, as the properties file and as an archive: the reader answers with a package and problems.

#![no_main]

use backshell_package::{Limits, read_files, read_zip};
use libfuzzer_sys::fuzz_target;
use std::sync::Arc;

fuzz_target!(|bytes: &[u8]| {
    let bytes: Arc<[u8]> = bytes.into();
    let limits = Limits::default();
    for name in ["apiDefinition.swagger.json", "apiProperties.json"] {
        let read = read_files("fuzzed", vec![(name.to_owned(), Arc::clone(&bytes))], &limits);
        for problem in &read.problems {
            assert!(!problem.message.is_empty() && !problem.file.is_empty());
        }
        if let Some(definition) = &read.package.definition {
            backshell_fuzz::visit(definition.document.root());
        }
    }
    drop(read_zip("fuzzed.zip", bytes, &limits));
});
