//! Where the time of linting goes: the reading, all rules, and the rules that cost most, over the public connectors on one
//! core.
//!
//! `cargo bench -p backshell-lint`. The corpus is looked for in `$BACKSHELL_CORPUS`, else beside the workspace.
#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a benchmark prints its result and may fail loudly")]

use backshell_lint::{Options, Rule, check, rules};
use backshell_package::{Limits, ReadPackage, discover, read};
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

const ROUNDS: usize = 9;
/// How many of the dearest rules are named.
const DEAREST: usize = 25;

fn main() {
    // `cargo test --benches` runs this too: once, to see that it works.
    let rounds = if std::env::args().any(|argument| argument == "--bench") { ROUNDS } else { 1 };
    let corpus = corpus().join("connectors");
    if !corpus.is_dir() {
        println!("skipped: no corpus");
        return;
    }
    let paths = discover(&corpus, &Limits::default()).unwrap();
    let reading = median((0..rounds).map(|_| time(|| drop(black_box(read_all(&paths))))).collect());
    let packages = read_all(&paths);
    let all = cost(&packages, &Options::default(), rounds);
    let none = cost(&packages, &Options { only: Some(Vec::new()), ..Options::default() }, rounds);
    println!("{} packages, median of {rounds} rounds, one core", packages.len());
    println!("{:>8.1} ms  reading and parsing", milliseconds(reading));
    println!("{:>8.1} ms  the walk without a rule", milliseconds(none));
    println!("{:>8.1} ms  the walk with all {} rules", milliseconds(all), rules().len());
    let few = rounds.div_ceil(3);
    let mut each: Vec<(Duration, &Rule)> = rules()
        .iter()
        .map(|&rule| (cost(&packages, &Options { only: Some(vec![rule]), ..Options::default() }, few), rule))
        .collect();
    each.sort_by_key(|(cost, _)| std::cmp::Reverse(*cost));
    for (cost, rule) in each.iter().take(DEAREST) {
        println!("{:>8.1} ms  {} alone", milliseconds(cost.saturating_sub(none)), rule.id);
    }
}

fn read_all(paths: &[PathBuf]) -> Vec<ReadPackage> {
    paths.iter().map(|path| read(path, &Limits::default()).unwrap()).collect()
}

fn cost(packages: &[ReadPackage], options: &Options, rounds: usize) -> Duration {
    let round = || packages.iter().for_each(|read| drop(black_box(check(read, options))));
    median((0..rounds).map(|_| time(round)).collect())
}

fn time(run: impl FnOnce()) -> Duration {
    let begun = Instant::now();
    run();
    begun.elapsed()
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

#[expect(clippy::disallowed_methods, reason = "the environment says where the corpus is")]
fn corpus() -> PathBuf {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus");
    std::env::var_os("BACKSHELL_CORPUS").map_or(beside, PathBuf::from)
}
