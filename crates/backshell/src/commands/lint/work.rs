//! Judging many packages on all cores. Each package is read, judged and dropped again; what is kept is what was found, in
//! the order of the targets, so that the output does not depend on which core was faster.

use super::settings::Settled;
use super::targets::Target;
use crate::terminal;
use backshell_findings::{Finding, Suppressed};
use backshell_package::{Origin, ReadError};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
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
    let next = AtomicUsize::new(0);
    let workers = thread::available_parallelism().map_or(1, usize::from).min(targets.len());
    let (sender, receiver) = mpsc::channel();
    let mut judged: Vec<Judged> = vec![Judged::default(); targets.len()];
    let began = Instant::now();
    let mut shown = began;
    thread::scope(|scope| {
        for _ in 0..workers {
            let (sender, next) = (sender.clone(), &next);
            scope.spawn(move || {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let (Some(target), Some(settled)) = (targets.get(index), settled.get(index)) else { return };
                    // Nobody listens any more when another target could not be read.
                    if sender.send((index, one(target, settled))).is_err() {
                        return;
                    }
                }
            });
        }
        drop(sender);
        for (done, (index, result)) in receiver.into_iter().enumerate() {
            if let Some(slot) = judged.get_mut(index) {
                *slot = result?;
            }
            if terminal::is_watched() && shown.elapsed() > PATIENCE {
                shown = Instant::now();
                terminal::remark(&format!("checked {} of {} packages", done + 1, targets.len()));
            }
        }
        Ok(judged)
    })
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
