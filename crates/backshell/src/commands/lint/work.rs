//! Judging many packages on all cores. Each package is read, judged and dropped again; what is kept is what was found, in
//! the order of the targets, so that the output does not depend on which core was faster.

use super::settings::Settled;
use super::targets::Target;
use crate::terminal;
use backshell_findings::{Finding, Suppressed};
use backshell_package::{Origin, ReadError};
use std::panic::resume_unwind;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// After how long progress is worth a line.
const PATIENCE: Duration = Duration::from_secs(1);

/// What was found in one package.
#[derive(Clone, Debug, Default)]
pub(super) struct Judged {
    /// How many files it has.
    pub(super) files: usize,
    /// What was found and is not accepted by the allow list.
    pub(super) findings: Vec<Finding>,
    /// What the allow list accepts.
    pub(super) suppressed: Vec<Suppressed>,
}

/// Judges the targets; the answer is in their order.
pub(super) fn judge(targets: &[Target], settled: &[Settled]) -> Result<Vec<Judged>, ReadError> {
    let work = Work { targets, settled, next: AtomicUsize::new(0), done: AtomicUsize::new(0), shown: Mutex::default() };
    let others = thread::available_parallelism().map_or(1, usize::from).min(targets.len()).saturating_sub(1);
    // The calling thread is one of the workers. Nobody waits for a single package, so that no core is woken for one.
    let shares = thread::scope(|scope| {
        let others: Vec<_> = (0..others).map(|_| scope.spawn(|| work.share())).collect();
        let first = work.share();
        let others = others.into_iter().map(|share| share.join().unwrap_or_else(|panic| resume_unwind(panic)));
        std::iter::once(first).chain(others).collect::<Vec<_>>()
    });
    let mut judged: Vec<Judged> = vec![Judged::default(); targets.len()];
    for share in shares {
        for (index, package) in share? {
            if let Some(slot) = judged.get_mut(index) {
                *slot = package;
            }
        }
    }
    Ok(judged)
}

/// What is to be done, and how far it is.
struct Work<'w> {
    targets: &'w [Target],
    settled: &'w [Settled],
    /// The first target that nobody has taken.
    next: AtomicUsize,
    /// How many are done.
    done: AtomicUsize,
    /// When progress was shown last.
    shown: Mutex<Option<Instant>>,
}

impl Work<'_> {
    /// Takes one target after the other; ends early where one could not be read.
    fn share(&self) -> Result<Vec<(usize, Judged)>, ReadError> {
        let mut share = Vec::new();
        let watched = terminal::is_watched();
        loop {
            let index = self.next.fetch_add(1, Ordering::Relaxed);
            let (Some(target), Some(settled)) = (self.targets.get(index), self.settled.get(index)) else {
                return Ok(share);
            };
            match one(target, settled) {
                Ok(judged) => share.push((index, judged)),
                Err(error) => {
                    // What the others find is of no use any more.
                    self.next.store(self.targets.len(), Ordering::Relaxed);
                    return Err(error);
                }
            }
            let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
            if watched {
                self.show(done);
            }
        }
    }

    /// Says how far it is, now and then.
    fn show(&self, done: usize) {
        let Ok(mut shown) = self.shown.try_lock() else { return };
        let last = *shown.get_or_insert_with(Instant::now);
        if last.elapsed() > PATIENCE {
            *shown = Some(Instant::now());
            terminal::remark(&format!("checked {done} of {} packages", self.targets.len()));
        }
    }
}

/// Judges one package.
fn one(target: &Target, settled: &Settled) -> Result<Judged, ReadError> {
    let read = target.read()?;
    let findings = backshell_lint::check(&read, &settled.options);
    // A lone file is named by the package's path, which has its name in it already.
    let lone = read.package.origin == Origin::File;
    let files = read.package.files.iter().map(|file| if lone { "" } else { file.path.as_str() });
    let (findings, suppressed) = settled.accept(findings, files);
    Ok(Judged { files: read.package.files.len(), findings, suppressed })
}
