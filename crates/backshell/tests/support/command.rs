//! The program as people run it: in a folder of their files, with nothing in the environment.

use serde_json::Value;
use std::path::Path;
use std::process::{Command, Output};

/// Runs a command in `folder`.
pub(crate) fn run(folder: &Path, command: &str, arguments: &[&str]) -> Output {
    let binary = env!("CARGO_BIN_EXE_backshell");
    Command::new(binary).env_clear().current_dir(folder).arg(command).args(arguments).output().unwrap()
}

/// A folder with these files, which are gone with it.
pub(crate) fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    folder
}

/// What a command answers to `--format json`.
pub(crate) fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)))
}
