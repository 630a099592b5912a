//! Many pairs in one run, on all cores; the answers come in the order of the list.

use super::{VERSION, options, status};
use crate::commands::cores;
use crate::terminal;
use anyhow::{Context as _, bail};
use backshell_diff::{Comparison, Options, Outcome, SuggestedVersion, compare, json};
use backshell_findings::{Check, Finding, Place, Severity};
use backshell_package::{Limits, read};
use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};

/// Compares every pair of the list: status 2 when a version cannot be read, 1 when something breaks.
pub(super) fn run(list: &Path, notice_days: u32) -> anyhow::Result<ExitCode> {
    let text = std::fs::read_to_string(list).with_context(|| format!("`{}` cannot be read", list.display()))?;
    let pairs = parse(&text).with_context(|| format!("`{}` is no list of pairs", list.display()))?;
    // What is done before its turn waits for it: by the number of the pair its status and its line.
    let done: Mutex<BTreeMap<usize, (u8, String)>> = Mutex::default();
    let (mut turn, mut worst) = (0, 0);
    terminal::write_plain(|out| {
        // A line between those of the answer would be taken for one.
        let tells = !terminal::answers_people();
        let progress = |done| tells.then(|| format!("compared {done} of {} pairs", pairs.len()));
        let piece = |index: usize| {
            let Some((old, new)) = pairs.get(index) else { return Ok(()) };
            let comparison = one(Path::new(old), Path::new(new), notice_days);
            let line = json::render_line(&comparison, VERSION, &json::Pair { number: index + 1, old, new });
            done.lock().unwrap_or_else(PoisonError::into_inner).insert(index, (status(&comparison), line));
            Ok(())
        };
        let mut write_due = || {
            loop {
                let due = done.lock().unwrap_or_else(PoisonError::into_inner).remove(&turn);
                let Some((status, line)) = due else { return Ok(()) };
                out.write_all(line.as_bytes())?;
                worst = worst.max(status);
                turn += 1;
            }
        };
        cores::each(pairs.len(), progress, || Ok(()), piece, &mut write_due)?;
        write_due()
    })?;
    Ok(ExitCode::from(worst))
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
fn one(old: &Path, new: &Path, notice_days: u32) -> Comparison {
    let limits = Limits::default();
    let compared = read(old, &limits).and_then(|before| {
        let options = Options { without_lines: true, ..options(old, new, notice_days) };
        Ok(compare(&before, &read(new, &limits)?, &options))
    });
    compared.unwrap_or_else(|error| Comparison {
        outcome: Outcome::Unreadable,
        suggested_version: SuggestedVersion::None,
        changes: Vec::new(),
        earlier: Vec::new(),
        new_version: None,
        notices: Vec::new(),
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
