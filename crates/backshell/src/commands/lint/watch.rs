//! `--watch`: checks again what changes, and shows only what is new or gone.
//!
//! Everything is watched and compared by its full path. The paths of the command line are watched with all below them; of the
//! settings, which may lie anywhere, the folders.

use super::Lint;
use super::settings::{Settings, Settled};
use super::targets::{self, Target, folder_of};
use super::work::{self, Judged};
use crate::commands::stop_signal;
use crate::terminal;
use anyhow::{Context as _, bail};
use backshell_findings::text::{self, TextOptions, printable};
use backshell_findings::{Finding, Report, Severity};
use backshell_lint::Baseline;
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::{Instant, timeout_at};

/// How long it has to be quiet before a change is looked at: programs write a file in several steps.
const QUIET: Duration = Duration::from_millis(100);

/// Says what cannot be watched, before anything is read.
pub(super) fn refuse_what_cannot_be_watched(paths: &[PathBuf]) -> anyhow::Result<()> {
    if paths.iter().any(|path| targets::is_standard_input(path)) {
        bail!("standard input cannot be watched; save the definition as a file first");
    }
    Ok(())
}

/// Checks, and checks again, until it is told to stop.
pub(super) async fn watch(lint: &Lint, settings: Settings, baseline: Option<Baseline>) -> anyhow::Result<ExitCode> {
    let (sender, mut changes) = unbounded_channel();
    let watched = Watched::new(&lint.paths, sender)?;
    let mut state = State { lint, settings, baseline, watched, seen: Seen::default(), unseen: BTreeSet::new() };
    // Made once: a signal that comes while packages are judged is not to be missed.
    let mut stopped = pin!(stop_signal());
    state.first()?;
    loop {
        tokio::select! {
            stopped = &mut stopped => {
                stopped?;
                return Ok(ExitCode::SUCCESS);
            }
            paths = quiet(&mut changes, &state.watched) => match paths {
                Some(paths) => state.changed(paths)?,
                None => return Ok(ExitCode::SUCCESS),
            }
        }
    }
}

/// The paths that changed, once nothing that matters has changed for a moment. `None` when there is nobody to tell.
async fn quiet(changes: &mut UnboundedReceiver<Vec<PathBuf>>, watched: &Watched) -> Option<BTreeSet<PathBuf>> {
    let mut paths = BTreeSet::new();
    let mut until = None;
    loop {
        let more = match until {
            None => changes.recv().await?,
            Some(until) => match timeout_at(until, changes.recv()).await {
                Ok(Some(more)) => more,
                _ => return Some(paths),
            },
        };
        // Beside settings there may be files that never rest.
        for path in more.into_iter().filter(|path| watched.matters(path)) {
            paths.insert(path);
            until = Some(Instant::now() + QUIET);
        }
    }
}

/// What is watched.
struct Watched {
    watcher: RecommendedWatcher,
    /// The paths of the command line.
    given: Vec<PathBuf>,
    /// Folders that are watched with all below them.
    trees: Vec<PathBuf>,
    /// Folders of which only the files are watched.
    folders: BTreeSet<PathBuf>,
    /// Files with settings, and where one would be found.
    settings: BTreeSet<PathBuf>,
}

/// A package, and what was found in it.
struct Known {
    settled: Settled,
    report: Report,
}

/// What was found so far.
#[derive(Default)]
struct Seen {
    packages: BTreeMap<PathBuf, Arc<Known>>,
    /// What is to be said about entries of allow lists.
    remarks: Vec<Finding>,
}

/// What is found, and what is needed to find more.
struct State<'l> {
    lint: &'l Lint,
    settings: Settings,
    baseline: Option<Baseline>,
    watched: Watched,
    seen: Seen,
    /// What has changed since `seen`.
    unseen: BTreeSet<PathBuf>,
}

// === impl Watched ===

impl Watched {
    fn new(paths: &[PathBuf], changes: UnboundedSender<Vec<PathBuf>>) -> anyhow::Result<Self> {
        let watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
            // Reading a file is no change of it; the receiver is gone only when everything ends.
            if let Ok(event) = event
                && !matches!(event.kind, EventKind::Access(_))
            {
                drop(changes.send(event.paths));
            }
        })
        .context("changes of files cannot be watched here")?;
        let (folders, settings) = (BTreeSet::new(), BTreeSet::new());
        let mut watched = Self { watcher, given: Vec::new(), trees: Vec::new(), folders, settings };
        // Folders first: what lies below them is watched with them.
        let (trees, files): (Vec<_>, Vec<_>) = paths.iter().partition(|path| path.is_dir());
        for path in trees {
            let shown = path.display();
            let tree = path.canonicalize().with_context(|| format!("`{shown}` cannot be read"))?;
            if !watched.is_below_tree(&tree) {
                let result = watched.watcher.watch(&tree, RecursiveMode::Recursive);
                result.with_context(|| format!("`{shown}` cannot be watched"))?;
                watched.trees.push(tree.clone());
            }
            watched.given.push(tree);
        }
        for path in files {
            watched
                .watch_folder(&folder_of(path))
                .with_context(|| format!("`{}` cannot be watched", path.display()))?;
            watched.given.push(full(path));
        }
        Ok(watched)
    }

    fn is_below_tree(&self, path: &Path) -> bool {
        self.trees.iter().any(|tree| path.starts_with(tree))
    }

    /// Watches the files of a folder, unless it is watched already.
    fn watch_folder(&mut self, folder: &Path) -> notify::Result<()> {
        if self.is_below_tree(folder) || !self.folders.insert(folder.to_owned()) {
            return Ok(());
        }
        self.watcher.watch(folder, RecursiveMode::NonRecursive)
    }

    /// Watches these files with settings from now on, whether they are there or not.
    fn watch_settings(&mut self, files: impl Iterator<Item = PathBuf>) {
        // Where the file is a link, the file that it leads to counts as well.
        let both = files.flat_map(|file| [Some(full(&file)), file.canonicalize().ok()]);
        self.settings = both.flatten().collect();
        let folders: BTreeSet<PathBuf> = self.settings.iter().map(|file| folder_of(file)).collect();
        for folder in folders {
            if self.watch_folder(&folder).is_err() {
                terminal::remark(&format!("changes of settings in `{}` are not noticed", folder.display()));
            }
        }
    }

    /// Whether a change of this path is about settings; where a folder comes or goes, so does what is in it.
    fn is_about_settings(&self, path: &Path) -> bool {
        self.settings.iter().any(|file| file.starts_with(path))
    }

    /// Whether a change of this path is about anything.
    fn matters(&self, path: &Path) -> bool {
        let is_given = |given: &PathBuf| path.starts_with(given) || given.starts_with(path);
        self.given.iter().any(is_given) || self.is_about_settings(path)
    }
}

// === impl Seen ===

impl Seen {
    fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.packages.values().flat_map(|known| &known.report.findings).chain(&self.remarks)
    }

    fn report(&self) -> Report {
        let mut report = Report { findings: self.findings().cloned().collect(), ..Report::default() };
        for known in self.packages.values() {
            report.files += known.report.files;
            report.suppressed.extend(known.report.suppressed.iter().cloned());
        }
        report
    }
}

// === impl State ===

impl State<'_> {
    /// The first look shows everything.
    fn first(&mut self) -> anyhow::Result<()> {
        self.seen = self.look()?;
        self.watch_settings();
        self.lint.print(std::iter::once(self.seen.report()))?;
        terminal::remark("watching for changes; Ctrl-C ends it");
        Ok(())
    }

    /// Checks again what a change is about. What cannot be read now may be readable in a moment, so it is only told, and the
    /// change is looked at together with the next one.
    fn changed(&mut self, paths: BTreeSet<PathBuf>) -> anyhow::Result<()> {
        self.unseen.extend(paths);
        match self.look() {
            Err(error) => {
                terminal::remark(&format!("error: {error:#}"));
                Ok(())
            }
            Ok(now) => {
                let old = std::mem::replace(&mut self.seen, now);
                self.unseen.clear();
                self.watch_settings();
                // Findings that only moved are neither new nor gone.
                self.tell(missing(&self.seen, &old), &missing(&old, &self.seen))
            }
        }
    }

    /// What is found now. What no change is about is as it was.
    fn look(&mut self) -> anyhow::Result<Seen> {
        let targets = targets::find(&self.lint.paths)?;
        let alone = targets.len() == 1;
        let is_set_anew = self.unseen.iter().any(|path| self.watched.is_about_settings(path));
        if is_set_anew {
            self.settings.forget();
            self.baseline = self.lint.read_baseline()?;
        }
        // A baseline is held otherwise against a package that is the only one.
        let everything = is_set_anew || alone != (self.seen.packages.len() == 1);
        let (mut packages, mut touched) = (BTreeMap::new(), Vec::new());
        for target in &targets {
            let place = target.real_path();
            let is_touched = |path: &PathBuf| path.starts_with(place) || place.starts_with(path);
            match self.seen.packages.get(&target.path) {
                Some(known) if !everything && !self.unseen.iter().any(is_touched) => {
                    packages.insert(target.path.clone(), known.clone());
                }
                _ => touched.push(target.clone()),
            }
        }
        packages.extend(self.judge(&touched, alone)?);
        let settled = targets.iter().filter_map(|target| packages.get(&target.path)).map(|known| &known.settled);
        let remarks = self.settings.remarks(&targets, settled);
        Ok(Seen { packages, remarks })
    }

    fn judge(&mut self, targets: &[Target], alone: bool) -> anyhow::Result<Vec<(PathBuf, Arc<Known>)>> {
        let settled = self.settings.of_all(targets)?;
        let baseline = self.baseline.as_ref();
        let report =
            |target: &Target, settled: &Settled, judged: Judged| judged.report(target, settled, baseline, alone);
        let reports = work::judge(targets, &settled, report)?;
        let all = targets.iter().zip(settled).zip(reports);
        Ok(all.map(|((target, settled), report)| (target.path.clone(), Arc::new(Known { settled, report }))).collect())
    }

    fn watch_settings(&mut self) {
        self.watched.watch_settings(self.settings.files().into_iter().chain(self.lint.baseline.clone()));
    }

    fn tell(&self, new: Vec<Finding>, gone: &[Finding]) -> anyhow::Result<()> {
        if new.is_empty() && gone.is_empty() {
            return Ok(());
        }
        let mut new = Report { findings: new, ..Report::default() };
        new.sort();
        let summary = self.seen.report().summary();
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

/// The findings of `of` that `from` does not have, counted.
fn missing(of: &Seen, from: &Seen) -> Vec<Finding> {
    let mut there: HashMap<_, usize> = HashMap::new();
    for finding in from.findings() {
        *there.entry(key(finding)).or_default() += 1;
    }
    let mut missing = Vec::new();
    for finding in of.findings() {
        match there.get_mut(&key(finding)) {
            Some(count) if *count > 0 => *count -= 1,
            _ => missing.push(finding.clone()),
        }
    }
    missing
}

/// What a finding is known by: its file, its weight, and its fingerprint; of a remark about a settings file its message.
fn key(finding: &Finding) -> (&str, Severity, &str) {
    let identity = finding.identity.as_ref().map(|identity| identity.fingerprint.as_str());
    (&finding.place.file, finding.severity, identity.unwrap_or(&finding.message))
}

/// The full path of a file, which need not be there: links on the way to it are followed, and it itself may be one.
fn full(file: &Path) -> PathBuf {
    file.file_name().map_or_else(|| file.to_owned(), |name| folder_of(file).join(name))
}
