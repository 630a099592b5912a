//! Judging many packages on all cores. Each package is read, judged and dropped again; what is kept is what was found, in
//! the order of the targets, so that the output does not depend on which core was faster.

use super::settings::Settled;
use super::targets::Target;
use crate::commands::cores;
use backshell_findings::{Finding, Suppressed};
use backshell_package::{Origin, ReadError};
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

/// Judges the targets; the answer is in their order.
pub(super) fn judge(targets: &[Target], settled: &[Settled]) -> Result<Vec<Judged>, ReadError> {
    let judged = Mutex::new(vec![Judged::default(); targets.len()]);
    let progress = |done| format!("checked {done} of {} packages", targets.len());
    let piece = |index: usize| {
        let (Some(target), Some(settled)) = (targets.get(index), settled.get(index)) else { return Ok(()) };
        let package = one(target, settled)?;
        if let Some(slot) = judged.lock().unwrap_or_else(PoisonError::into_inner).get_mut(index) {
            *slot = package;
        }
        Ok(())
    };
    cores::each(targets.len(), progress, piece, || Ok(()))?;
    Ok(judged.into_inner().unwrap_or_else(PoisonError::into_inner))
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
