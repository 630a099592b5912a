//! `--watch`: checks again what changes, and shows only what is new or gone.

use super::settings::Settings;
use super::targets::{self, Target};
use super::{Lint, work};
use crate::commands::stop_signal;
use crate::terminal;
use anyhow::Context as _;
use backshell_findings::text::{self, TextOptions, printable};
use backshell_findings::{Finding, Report};
use backshell_lint::{Baseline, CONFIG_FILE};
use notify::{Event, EventKind, RecursiveMode, Watcher};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::process::ExitCode;
use std::time::Duration;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::timeout;

/// How long it has to be quiet before a change is looked at: programs write a file in several steps.
const QUIET: Duration = Duration::from_millis(100);

/// What is known about a package.
struct Known {
    files: usize,
    findings: Vec<Finding>,
    suppressed: usize,
}

/// Checks, and checks again, until it is told to stop.
pub(super) async fn watch(lint: &Lint, settings: Settings, baseline: Option<Baseline>) -> anyhow::Result<ExitCode> {
    let (sender, mut changes) = unbounded_channel();
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
        // Reading a file is no change of it; the receiver is gone only when everything ends.
        if let Ok(event) = event
            && !matches!(event.kind, EventKind::Access(_))
        {
            drop(sender.send(event.paths));
        }
    })
    .context("changes of files cannot be watched here")?;
    for path in &lint.paths {
        let (folder, mode) = if path.is_dir() {
            (path.as_path(), RecursiveMode::Recursive)
        } else {
            (path.parent().unwrap_or_else(|| Path::new("")), RecursiveMode::NonRecursive)
        };
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        watcher.watch(folder, mode).with_context(|| format!("`{}` cannot be watched", folder.display()))?;
    }
    let mut state = State { lint, settings, baseline, known: BTreeMap::new() };
    // Made once: a signal that comes while packages are judged is not to be missed.
    let mut stopped = pin!(stop_signal());
    state.first()?;
    loop {
        tokio::select! {
            stopped = &mut stopped => {
                stopped?;
                return Ok(ExitCode::SUCCESS);
            }
            paths = quiet(&mut changes) => match paths {
                Some(paths) => state.changed(&paths)?,
                None => return Ok(ExitCode::SUCCESS),
            }
        }
    }
}

/// The paths that changed, once nothing has changed for a moment. `None` when there is nobody to tell.
async fn quiet(changes: &mut UnboundedReceiver<Vec<PathBuf>>) -> Option<BTreeSet<PathBuf>> {
    let mut paths: BTreeSet<PathBuf> = changes.recv().await?.into_iter().collect();
    while let Ok(Some(more)) = timeout(QUIET, changes.recv()).await {
        paths.extend(more);
    }
    Some(paths)
}

/// What was found so far.
struct State<'l> {
    lint: &'l Lint,
    settings: Settings,
    baseline: Option<Baseline>,
    known: BTreeMap<PathBuf, Known>,
}

impl State<'_> {
    /// The first look shows everything.
    fn first(&mut self) -> anyhow::Result<()> {
        let targets = targets::find(&self.lint.paths)?;
        self.judge(&targets, targets.len() == 1)?;
        let report = self.report();
        self.lint.print(vec![self.lint.piece(report)?])?;
        terminal::remark("watching for changes; Ctrl-C ends it");
        Ok(())
    }

    /// Checks again what a change is about. What cannot be read now may be readable in a moment, so it is only told.
    fn changed(&mut self, paths: &BTreeSet<PathBuf>) -> anyhow::Result<()> {
        let old = std::mem::take(&mut self.known);
        match self.look_again(paths, &old) {
            Err(error) => {
                self.known = old;
                terminal::remark(&format!("error: {error:#}"));
                Ok(())
            }
            Ok(()) => {
                let (new, gone) = difference(&old, &self.known);
                self.tell(new, &gone)
            }
        }
    }

    fn look_again(&mut self, paths: &BTreeSet<PathBuf>, old: &BTreeMap<PathBuf, Known>) -> anyhow::Result<()> {
        let targets = targets::find(&self.lint.paths)?;
        let is_config = |path: &PathBuf| path.file_name().is_some_and(|name| name == CONFIG_FILE);
        let everything = paths.iter().any(is_config);
        if everything {
            self.settings.forget();
        }
        let real: Vec<PathBuf> = paths.iter().map(|path| real(path)).collect();
        let is_touched = |target: &&Target| {
            let place = target.real_path();
            everything || !old.contains_key(&target.path) || real.iter().any(|path| path.starts_with(place))
        };
        let touched: Vec<Target> = targets.iter().filter(is_touched).cloned().collect();
        self.judge(&touched, targets.len() == 1)?;
        for target in &targets {
            if let (false, Some(known)) = (self.known.contains_key(&target.path), old.get(&target.path)) {
                let Known { files, findings, suppressed } = known;
                let known = Known { files: *files, findings: findings.clone(), suppressed: *suppressed };
                self.known.insert(target.path.clone(), known);
            }
        }
        Ok(())
    }

    fn judge(&mut self, targets: &[Target], alone: bool) -> anyhow::Result<()> {
        let settled = self.settings.of_all(targets)?;
        let baseline = self.baseline.as_ref();
        let reports = work::judge(targets, &settled, |target, settled, judged| {
            Ok(judged.report(target, settled, baseline, alone))
        })?;
        for (target, report) in targets.iter().zip(reports) {
            let known = Known { files: report.files, suppressed: report.suppressed.len(), findings: report.findings };
            self.known.insert(target.path.clone(), known);
        }
        Ok(())
    }

    fn report(&self) -> Report {
        let findings = self.known.values().flat_map(|known| known.findings.iter().cloned()).collect();
        Report { findings, files: self.known.values().map(|known| known.files).sum(), ..Report::default() }
    }

    fn tell(&self, new: Vec<Finding>, gone: &[Finding]) -> anyhow::Result<()> {
        if new.is_empty() && gone.is_empty() {
            return Ok(());
        }
        let mut new = Report { findings: new, ..Report::default() };
        new.sort();
        let mut summary = self.report().summary();
        summary.suppressed = self.known.values().map(|known| known.suppressed).sum();
        terminal::write(|out| {
            for finding in gone {
                let place = &finding.place;
                let (file, message) = (printable(&place.file), printable(&finding.message));
                writeln!(out, "gone: {file}:{}: {}: {message}", place.start.line, printable(&finding.rule))?;
            }
            text::write_findings(out, &new.findings, &TextOptions { color: terminal::shows_color() })?;
            writeln!(out, "{} new, {} gone; {}\n", new.findings.len(), gone.len(), text::totals(&summary))
        })
    }
}

/// What is found now and was not, and what was found and is not any more. Findings that only moved are neither.
fn difference(old: &BTreeMap<PathBuf, Known>, now: &BTreeMap<PathBuf, Known>) -> (Vec<Finding>, Vec<Finding>) {
    (missing(now, old), missing(old, now))
}

/// The findings of `of` that `from` does not have, counted.
fn missing(of: &BTreeMap<PathBuf, Known>, from: &BTreeMap<PathBuf, Known>) -> Vec<Finding> {
    let mut there: HashMap<(&str, &str), usize> = HashMap::new();
    for finding in from.values().flat_map(|known| &known.findings) {
        *there.entry(key(finding)).or_default() += 1;
    }
    let mut missing = Vec::new();
    for finding in of.values().flat_map(|known| &known.findings) {
        match there.get_mut(&key(finding)) {
            Some(count) if *count > 0 => *count -= 1,
            _ => missing.push(finding.clone()),
        }
    }
    missing
}

/// What a finding is known by: its file and fingerprint; of a remark about a settings file its message.
fn key(finding: &Finding) -> (&str, &str) {
    let identity = finding.identity.as_ref().map(|identity| identity.fingerprint.as_str());
    (&finding.place.file, identity.unwrap_or(&finding.message))
}

/// A path with links resolved; of a file that is gone, with those of its folder.
fn real(path: &Path) -> PathBuf {
    path.canonicalize()
        .ok()
        .or_else(|| Some(path.parent()?.canonicalize().ok()?.join(path.file_name()?)))
        .unwrap_or_else(|| path.to_owned())
}
