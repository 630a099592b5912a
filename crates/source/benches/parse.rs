//! How fast the corpus is read, next to `serde_json::Value` on the same bytes in the same run, on one core.
//!
//! `cargo bench -p backshell-source`. The corpus is looked for in `$BACKSHELL_CORPUS`, else beside the workspace.
#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a benchmark prints its result and may fail loudly")]

use backshell_source::{Limits, parse};
use bytes::Bytes;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

const ROUNDS: usize = 15;

fn main() {
    // `cargo test --benches` runs this too: once, to see that it works.
    let rounds = if std::env::args().any(|argument| argument == "--bench") { ROUNDS } else { 1 };
    let files = definitions(&corpus());
    if files.is_empty() {
        println!("skipped: no corpus");
        return;
    }
    let bytes: usize = files.iter().map(Bytes::len).sum();
    let mut ours = Vec::new();
    let mut theirs = Vec::new();
    let mut positions = Vec::new();
    // Taken in turns, so that a slow moment of the machine hits all of them.
    for _ in 0..rounds {
        theirs.push(time(&files, |file| {
            black_box(serde_json::from_slice::<serde_json::Value>(file).unwrap());
        }));
        ours.push(time(&files, |file| {
            black_box(parse(file.clone(), &Limits::default()).document.unwrap());
        }));
        positions.push(time(&files, |file| {
            let document = parse(file.clone(), &Limits::default()).document.unwrap();
            black_box(document.position(u32::MAX));
        }));
    }
    let (ours, theirs, positions) = (median(ours), median(theirs), median(positions));
    println!("{} definitions, {:.1} MB, median of {rounds} rounds", files.len(), megabytes(bytes));
    show("serde_json::Value", bytes, theirs, theirs);
    show("backshell-source", bytes, ours, theirs);
    show("  with line index", bytes, positions, theirs);
}

fn show(name: &str, bytes: usize, taken: Duration, reference: Duration) {
    let seconds = taken.as_secs_f64();
    println!(
        "{name:<18} {:>7.1} ms {:>7.1} MB/s  ratio {:.2}",
        seconds * 1e3,
        megabytes(bytes) / seconds,
        seconds / reference.as_secs_f64()
    );
}

#[expect(clippy::cast_precision_loss, reason = "for display")]
fn megabytes(bytes: usize) -> f64 {
    bytes as f64 / 1e6
}

fn time(files: &[Bytes], read: impl Fn(&Bytes)) -> Duration {
    let start = Instant::now();
    for file in files {
        read(file);
    }
    start.elapsed()
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

#[expect(clippy::disallowed_methods, reason = "the corpus is outside the repository")]
fn corpus() -> PathBuf {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus");
    std::env::var_os("BACKSHELL_CORPUS").map_or_else(beside, PathBuf::from)
}

/// Every definition below `folder` that serde_json reads, byte order marks removed.
fn definitions(corpus: &Path) -> Vec<Bytes> {
    let mut files = Vec::new();
    let mut folders = vec![corpus.join("connectors")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.file_name().is_some_and(|name| name.eq_ignore_ascii_case("apiDefinition.swagger.json")) {
                let bytes = std::fs::read(&path).unwrap();
                let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").map(<[u8]>::to_vec).unwrap_or(bytes);
                if serde_json::from_slice::<serde_json::Value>(&bytes).is_ok() {
                    files.push(bytes.into());
                }
            }
        }
    }
    files
}
