//! Many pairs in one run, on all cores; the answers come in the order of the list.

use super::{VERSION, compare_paths, status};
use crate::terminal;
use anyhow::{Context as _, bail};
use backshell_diff::{Comparison, Outcome, SuggestedVersion, json};
use backshell_findings::{Check, Finding, Place, Severity};
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::panic::resume_unwind;
use std::path::Path;
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// After how long progress is worth a line.
const PATIENCE: Duration = Duration::from_secs(1);

/// Compares every pair of the list: status 2 when a version cannot be read, 1 when something breaks.
pub(super) fn run(list: &Path) -> anyhow::Result<ExitCode> {
    let text = std::fs::read_to_string(list).with_context(|| format!("`{}` cannot be read", list.display()))?;
    let pairs = parse(&text).with_context(|| format!("`{}` is no list of pairs", list.display()))?;
    let work = Work { pairs: &pairs, next: AtomicUsize::new(0), done: Mutex::default() };
    let others = thread::available_parallelism().map_or(1, usize::from).min(pairs.len()).saturating_sub(1);
    let mut worst = 0;
    terminal::write_plain(|out| {
        thread::scope(|scope| {
            let others: Vec<_> = (0..others).map(|_| scope.spawn(|| while work.one() {})).collect();
            // The calling thread is one of the workers, and writes what is due between its pairs: nobody is woken for one.
            let mut turn = 0;
            let mut shown = Instant::now();
            while work.one() {
                work.write_due(out, &mut turn, &mut worst).inspect_err(|_| work.stop())?;
                if terminal::is_watched() && shown.elapsed() > PATIENCE {
                    shown = Instant::now();
                    terminal::remark(&format!("compared {turn} of {} pairs", pairs.len()));
                }
            }
            for other in others {
                other.join().unwrap_or_else(|panic| resume_unwind(panic));
            }
            work.write_due(out, &mut turn, &mut worst)
        })
    })?;
    Ok(ExitCode::from(worst))
}

/// What is to be done, and what is done and waits for its turn.
struct Work<'w> {
    pairs: &'w [(&'w str, &'w str)],
    /// The first pair that nobody has taken.
    next: AtomicUsize,
    /// By the number of the pair its status and its line.
    done: Mutex<BTreeMap<usize, (u8, String)>>,
}

impl Work<'_> {
    /// Compares the next pair; `false` when there is none.
    fn one(&self) -> bool {
        let index = self.next.fetch_add(1, Ordering::Relaxed);
        let Some((old, new)) = self.pairs.get(index) else { return false };
        let comparison = one(Path::new(old), Path::new(new));
        let line = json::render_line(&comparison, VERSION, index + 1);
        self.done.lock().unwrap_or_else(PoisonError::into_inner).insert(index, (status(&comparison), line));
        true
    }

    /// Takes no further pair: nobody reads the answers any more.
    fn stop(&self) {
        self.next.store(self.pairs.len(), Ordering::Relaxed);
    }

    /// Writes the lines from `turn` on that are done, in the order of the list.
    fn write_due(&self, out: &mut dyn Write, turn: &mut usize, worst: &mut u8) -> io::Result<()> {
        loop {
            let due = self.done.lock().unwrap_or_else(PoisonError::into_inner).remove(turn);
            let Some((status, line)) = due else { return Ok(()) };
            out.write_all(line.as_bytes())?;
            *worst = (*worst).max(status);
            *turn += 1;
        }
    }
}

/// The pairs of a list. Empty lines and lines that begin with `#` are no pairs.
fn parse(text: &str) -> anyhow::Result<Vec<(&str, &str)>> {
    let mut pairs = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let line = line.trim_end_matches('\r');
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        match line.split_once('\t') {
            Some((old, new)) if !old.is_empty() && !new.is_empty() && !new.contains('\t') => pairs.push((old, new)),
            _ => bail!("line {} is not OLD, a tab and NEW", number + 1),
        }
    }
    if pairs.is_empty() {
        bail!("it has no line with OLD, a tab and NEW");
    }
    Ok(pairs)
}

/// One pair. A path that leads nowhere makes it unreadable and does not end the run.
fn one(old: &Path, new: &Path) -> Comparison {
    compare_paths(old, new, false).unwrap_or_else(|error| Comparison {
        outcome: Outcome::Unreadable,
        suggested_version: SuggestedVersion::None,
        changes: Vec::new(),
        earlier: Vec::new(),
        new_version: None,
        findings: vec![Finding {
            check: Check::Breaking,
            rule: "unreadable".into(),
            severity: Severity::Error,
            message: error.to_string(),
            help: "check the path in the list".into(),
            place: Place::file(if old.exists() { new } else { old }.display().to_string()),
            identity: None,
        }],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists() {
        assert_eq!(parse("# old\tnew\na\tb\r\n\nc d\te\n").unwrap(), [("a", "b"), ("c d", "e")]);
        for wrong in ["", "a b\n", "a\t\n", "\tb", "a\tb\tc"] {
            assert!(parse(wrong).is_err(), "{wrong:?}");
        }
        let error = parse("a\tb\nc\n").unwrap_err().to_string();
        assert!(error.contains("line 2"), "{error}");
    }
}
