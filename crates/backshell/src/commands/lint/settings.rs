//! The settings of each package: the command line, and the nearest configuration file.

use super::Lint;
use super::targets::{Target, folder_of};
use anyhow::{Context as _, anyhow};
use backshell_findings::{Finding, Suppressed, Suppression};
use backshell_lint::{CONFIG_FILE, Config, Day, Facts, Level, Levels, Options, Selector};
use backshell_model::{FastMap, PublisherKind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Finds the settings of packages, and remembers what it has read.
pub(super) struct Settings {
    /// What the command line says.
    levels: Vec<(Selector, Level)>,
    publisher: Option<PublisherKind>,
    publisher_name: Option<String>,
    other_titles: Arc<[String]>,
    identify: bool,
    excerpts: bool,
    source: Source,
    today: Day,
    /// The configuration that holds in a folder.
    by_folder: FastMap<PathBuf, Option<Arc<Loaded>>>,
    /// The configuration that holds everywhere, once it is read.
    named: Option<Arc<Loaded>>,
}

/// Where the configuration comes from.
enum Source {
    /// From the nearest file.
    Nearest,
    /// From this file.
    File(PathBuf),
    /// There is none.
    None,
}

/// A configuration file.
pub(super) struct Loaded {
    /// Its path as messages show it.
    shown: String,
    /// The folder it lies in, links resolved; files are named from there.
    folder: PathBuf,
    config: Config,
}

/// What an entry of the allow list did for a package.
#[derive(Default)]
struct Marks {
    /// It accepted something.
    used: AtomicBool,
    /// The package has the file that it names.
    checked: AtomicBool,
}

/// The settings of one package.
#[derive(Clone)]
pub(super) struct Settled {
    /// How it is judged.
    pub(super) options: Options,
    /// Its configuration file.
    loaded: Option<Arc<Loaded>>,
    /// Per entry of the file's allow list. They are the package's own, so that it can be judged again without the others.
    marks: Arc<[Marks]>,
    today: Day,
    /// Its path below the folder of the configuration file.
    below: String,
}

impl Settings {
    pub(super) fn new(lint: &Lint, levels: Vec<(Selector, Level)>, other_titles: Vec<String>) -> Self {
        let source = match &lint.config {
            _ if lint.no_config => Source::None,
            Some(file) => Source::File(file.clone()),
            None => Source::Nearest,
        };
        Self {
            levels,
            publisher: lint.publisher,
            publisher_name: lint.publisher_name.clone(),
            other_titles: other_titles.into(),
            identify: lint.identifies(),
            excerpts: lint.shows_lines(),
            source,
            today: super::today(),
            by_folder: FastMap::default(),
            named: None,
        }
    }

    /// The settings of each target.
    pub(super) fn of_all(&mut self, targets: &[Target]) -> anyhow::Result<Vec<Settled>> {
        targets.iter().map(|target| self.of(target)).collect()
    }

    /// Forgets the files that were read: they may have changed.
    pub(super) fn forget(&mut self) {
        self.by_folder.clear();
        self.named = None;
    }

    /// The configuration files of the packages so far of which something may have to be said, as messages show them.
    pub(super) fn shown(&self) -> Vec<String> {
        let loaded = self.named.iter().chain(self.by_folder.values().flatten());
        loaded.filter(|loaded| !loaded.config.allow.is_empty()).map(|loaded| loaded.shown.clone()).collect()
    }

    /// Where configuration files of the packages so far are, or would be found.
    pub(super) fn files(&self) -> Vec<PathBuf> {
        match &self.source {
            Source::None => Vec::new(),
            Source::File(file) => vec![file.clone()],
            Source::Nearest => self.by_folder.keys().map(|folder| folder.join(CONFIG_FILE)).collect(),
        }
    }

    fn of(&mut self, target: &Target) -> anyhow::Result<Settled> {
        let loaded = match &self.source {
            Source::None => None,
            Source::File(file) => {
                if self.named.is_none() {
                    self.named = Some(load(file)?);
                }
                self.named.clone()
            }
            Source::Nearest => self.nearest(target.folder())?,
        };
        let config = loaded.as_ref().map(|loaded| &loaded.config);
        let publisher = self.publisher.or_else(|| config?.publisher);
        let mut levels = publisher.map(Levels::profile).unwrap_or_default();
        if let Some(config) = config {
            levels = levels.then(&config.levels);
        }
        let below = loaded.as_ref().map(|loaded| loaded.below(target.real_path())).unwrap_or_default();
        let options = Options {
            path: Some(target.shown.clone()),
            facts: Facts {
                publisher: self.publisher_name.clone(),
                publisher_kind: publisher,
                other_titles: self.other_titles.clone(),
            },
            levels: levels.then(&self.levels),
            excerpts: self.excerpts,
            identify: self.identify || config.is_some_and(|config| !config.allow.is_empty()),
            ..Options::default()
        };
        let entries = loaded.iter().flat_map(|loaded| &loaded.config.allow);
        let marks = entries.map(|_| Marks::default()).collect();
        Ok(Settled { options, loaded, marks, today: self.today, below })
    }

    /// The configuration file in the folder or the nearest above it, up to the root of a repository.
    fn nearest(&mut self, folder: &Path) -> anyhow::Result<Option<Arc<Loaded>>> {
        let mut passed = Vec::new();
        let mut found = None;
        for folder in folder.ancestors() {
            if let Some(known) = self.by_folder.get(folder) {
                found.clone_from(known);
                break;
            }
            passed.push(folder.to_owned());
            let file = folder.join(CONFIG_FILE);
            if file.is_file() {
                found = Some(load(&file)?);
                break;
            }
            if folder.join(".git").exists() {
                break;
            }
        }
        self.by_folder.extend(passed.into_iter().map(|folder| (folder, found.clone())));
        Ok(found)
    }

    /// What is to be said about entries of allow lists, after all the targets were judged by these settings.
    pub(super) fn remarks<'s>(&self, targets: &[Target], settled: impl Iterator<Item = &'s Settled>) -> Vec<Finding> {
        // Each file once, with what its entries did for each of its packages.
        let mut files: Vec<(&Arc<Loaded>, Vec<&[Marks]>)> = Vec::new();
        for settled in settled {
            let Some(loaded) = &settled.loaded else { continue };
            match files.iter_mut().find(|(known, _)| Arc::ptr_eq(known, loaded)) {
                Some((_, marks)) => marks.push(&settled.marks),
                None => files.push((loaded, vec![&settled.marks])),
            }
        }
        files.into_iter().flat_map(|(loaded, marks)| self.remarks_on(loaded, &marks, targets)).collect()
    }

    /// What is to be said about the entries of one file; of each package that it holds for, there are the marks.
    fn remarks_on(&self, loaded: &Loaded, marks: &[&[Marks]], targets: &[Target]) -> Vec<Finding> {
        let everything = targets.iter().any(|target| {
            let is_it = target.is_folder() && target.folder() == loaded.folder;
            is_it || target.searched.as_ref().is_some_and(|searched| loaded.folder.starts_with(searched))
        });
        let mut remarks = Vec::new();
        for (index, entry) in loaded.config.allow.iter().enumerate() {
            let somewhere = |mark: fn(&Marks) -> &AtomicBool| {
                marks.iter().filter_map(|marks| marks.get(index)).any(|marks| mark(marks).load(Ordering::Relaxed))
            };
            let names_a_path = entry.file.as_ref().is_some_and(|file| file.contains('/'));
            let checked = everything || (names_a_path && somewhere(|marks| &marks.checked));
            let unused = checked && !somewhere(|marks| &marks.used);
            if unused || !entry.holds(self.today) {
                remarks.push(entry.remark(&loaded.shown, &loaded.config.text, self.today));
            }
        }
        // The levels of a file are for what is said about this file, and no other.
        let publisher = self.publisher.or(loaded.config.publisher);
        let levels = publisher.map(Levels::profile).unwrap_or_default();
        levels.then(&loaded.config.levels).then(&self.levels).apply(&mut remarks);
        remarks
    }
}

/// Reads a configuration file.
fn load(file: &Path) -> anyhow::Result<Arc<Loaded>> {
    let shown = shown(file);
    let text =
        std::fs::read_to_string(file).with_context(|| format!("the configuration file `{shown}` cannot be read"))?;
    let config =
        Config::parse(&shown, &text).map_err(|errors| anyhow!("the configuration file is not valid\n{errors}"))?;
    let folder = folder_of(file);
    Ok(Arc::new(Loaded { shown, folder, config }))
}

impl Loaded {
    /// The path of a package as file patterns see it.
    fn below(&self, path: &Path) -> String {
        let below = path.strip_prefix(&self.folder).unwrap_or(path);
        let parts: Vec<_> = below.components().map(|part| part.as_os_str().to_string_lossy()).collect();
        parts.join("/")
    }
}

impl Settled {
    /// Takes out what the allow list accepts. `files` are the files of the package.
    pub(super) fn accept<'f>(
        &self,
        findings: Vec<Finding>,
        files: impl Iterator<Item = &'f str>,
    ) -> (Vec<Finding>, Vec<Suppressed>) {
        let Some(loaded) = self.loaded.as_ref().filter(|loaded| !loaded.config.allow.is_empty()) else {
            return (findings, Vec::new());
        };
        let entries = || loaded.config.allow.iter().zip(&*self.marks).filter(|(entry, _)| entry.holds(self.today));
        for file in files.map(|file| self.file_below(file)) {
            for (_, marks) in entries().filter(|(entry, _)| entry.is_about_file(&file)) {
                marks.checked.store(true, Ordering::Relaxed);
            }
        }
        let (mut left, mut suppressed) = (Vec::new(), Vec::new());
        for finding in findings {
            let file = self.file_below(self.inside(&finding.place.file));
            match entries().find(|(entry, _)| entry.accepts(&finding, &file)) {
                None => left.push(finding),
                Some((entry, marks)) => {
                    marks.used.store(true, Ordering::Relaxed);
                    suppressed.push(Suppressed { finding, because: Suppression::Allowed(entry.reason.clone()) });
                }
            }
        }
        (left, suppressed)
    }

    /// A file of the package, below the folder of the configuration file. Of a lone file that is the package's own path.
    fn file_below(&self, inside: &str) -> String {
        let separator = if self.below.is_empty() || inside.is_empty() { "" } else { "/" };
        format!("{}{separator}{inside}", self.below)
    }

    /// The part of a shown path that lies in the package; empty for a lone file.
    fn inside<'f>(&self, shown: &'f str) -> &'f str {
        let package = self.options.path.as_deref().unwrap_or_default().trim_end_matches('/');
        shown.strip_prefix(package).unwrap_or(shown).trim_start_matches('/')
    }
}

/// A path below the current folder as seen from there.
fn shown(file: &Path) -> String {
    let here = Path::new(".").canonicalize().unwrap_or_default();
    file.strip_prefix(&here).unwrap_or(file).display().to_string()
}
