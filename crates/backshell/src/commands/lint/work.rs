//! Judging many packages on all cores. Each package is read, judged and dropped again; what is kept is what the caller makes
//! of the findings: in the order of the targets, or as they come, with their number.

use super::settings::Settled;
use super::targets::Target;
use crate::commands::cores;
use backshell_findings::{Finding, Report, Suppressed};
use backshell_lint::Baseline;
use backshell_package::{Origin, ReadError};
use std::io;
use std::sync::{Mutex, PoisonError};

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

impl Judged {
    /// The report of a package, without what the baseline accepts. `alone`: it is the only one that is checked.
    pub(super) fn report(self, target: &Target, settled: &Settled, baseline: Option<&Baseline>, alone: bool) -> Report {
        let Self { files, findings, suppressed } = self;
        let mut report = Report { suppressed, files, ..Report::default() };
        match baseline {
            None => report.findings = findings,
            Some(baseline) => {
                baseline.accept(&target.name, alone, findings, &mut report);
                settled.options.levels.apply(&mut report.findings);
            }
        }
        report
    }
}

/// Judges the targets, and makes of each what `finish` makes of it; the answer is in their order.
pub(super) fn judge<T: Send>(
    targets: &[Target],
    settled: &[Settled],
    finish: impl Fn(&Target, &Settled, Judged) -> T + Sync,
) -> io::Result<Vec<T>> {
    let made = Mutex::new(Vec::with_capacity(targets.len()));
    let keep = |number: usize, target: &Target, settled: &Settled, judged: Judged| {
        let one = finish(target, settled, judged);
        made.lock().unwrap_or_else(PoisonError::into_inner).push((number, one));
        Ok(())
    };
    judge_each(targets, settled, || Ok(()), keep, || Ok(()), true)?;
    let mut made = made.into_inner().unwrap_or_else(PoisonError::into_inner);
    made.sort_unstable_by_key(|(number, _)| *number);
    Ok(made.into_iter().map(|(_, one)| one).collect())
}

/// Judges the targets, and has something done with each, by its number, on the core that judged it. This one begins with what
/// is to be done `beside`, and does what is to be done `between` now and then. `tells`: people are told how far it is.
pub(super) fn judge_each(
    targets: &[Target],
    settled: &[Settled],
    beside: impl FnOnce() -> io::Result<()>,
    finish: impl Fn(usize, &Target, &Settled, Judged) -> io::Result<()> + Sync,
    between: impl FnMut() -> io::Result<()>,
    tells: bool,
) -> io::Result<()> {
    let progress = |done| tells.then(|| format!("checked {done} of {} packages", targets.len()));
    let piece = |number: usize| {
        let (Some(target), Some(settled)) = (targets.get(number), settled.get(number)) else { return Ok(()) };
        finish(number, target, settled, one(target, settled).map_err(io::Error::other)?)
    };
    cores::each(targets.len(), progress, beside, piece, between)
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
