//! What is to be checked: the packages that the paths of the command line lead to.

use anyhow::{Context as _, bail};
use backshell_model::{FastMap, FastSet};
use backshell_package::{Limits, ReadError, ReadPackage, discover, read, read_file};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The path that means standard input.
const STANDARD_INPUT: &str = "-";

/// A package to be checked.
#[derive(Clone, Debug)]
pub(super) struct Target {
    /// Where it lies.
    pub(super) path: PathBuf,
    /// The same, as findings show it.
    pub(super) shown: String,
    /// What baselines call it: its path below the folder of packages that was given, or its own name.
    pub(super) name: String,
    /// The folder of packages that it was found in, links resolved.
    pub(super) searched: Option<Arc<Path>>,
    /// Its own place, with the links on the way to it resolved; of standard input the current folder.
    real: PathBuf,
    /// Whether it is a folder, and not a lone file, an archive, or standard input.
    is_folder: bool,
    /// What came through standard input.
    piped: Option<Arc<[u8]>>,
}

/// The targets at the paths, in the order in which they were given; one that is reached twice is checked once.
pub(super) fn find(paths: &[PathBuf]) -> anyhow::Result<Vec<Target>> {
    let mut targets: Vec<Target> = Vec::new();
    let mut seen = FastSet::default();
    let mut folders = Folders::default();
    for path in paths {
        if is_standard_input(path) {
            if seen.insert(path.clone()) {
                targets.push(Target::piped()?);
            }
            continue;
        }
        // Links are followed on the way to a folder that was given, and not below it.
        let metadata = path.metadata();
        let is_folder = metadata.as_ref().is_ok_and(std::fs::Metadata::is_dir);
        let real = if is_folder { path.canonicalize().ok().map(Arc::from) } else { None };
        // A file stands for itself, and there may be thousands of them.
        let found =
            if is_folder || metadata.is_err() { discover(path, &Limits::default())? } else { vec![path.clone()] };
        for found in found {
            if seen.insert(found.clone()) {
                let is_folder = if found == *path { is_folder } else { found.is_dir() };
                targets.push(Target::new(path, real.as_ref(), found, is_folder, &mut folders));
            }
        }
    }
    if targets.is_empty() {
        bail!("no connector package was found; a package is a folder with an apiDefinition.swagger.json");
    }
    Ok(targets)
}

impl Target {
    /// The target at `path`, found at or below `given`; `given_real` is that with links resolved, where it is a folder.
    fn new(
        given: &Path,
        given_real: Option<&Arc<Path>>,
        path: PathBuf,
        is_folder: bool,
        folders: &mut Folders,
    ) -> Self {
        let below = path.strip_prefix(given).ok().filter(|rest| !rest.as_os_str().is_empty());
        let real = match (below, given_real) {
            (Some(below), Some(given)) => given.join(below),
            (None, Some(given)) => given.to_path_buf(),
            // A link to a file counts where the link lies.
            _ => path.file_name().map_or_else(|| path.clone(), |name| folders.resolve(parent(&path)).join(name)),
        };
        let own = || path.file_name().map_or_else(|| path.canonicalize().ok(), |name| Some(PathBuf::from(name)));
        let searched = below.and(given_real).cloned();
        let name = below.map(Path::to_owned).or_else(own).unwrap_or_default();
        // Of `.` and `..` it is the folder that they mean.
        let name = if below.is_none() { name.file_name().map(PathBuf::from).unwrap_or_default() } else { name };
        let parts: Vec<_> = name.components().map(|part| part.as_os_str().to_string_lossy()).collect();
        let name = parts.join("/");
        let name = name.strip_suffix(".zip").unwrap_or(&name).to_owned();
        Self { shown: path.display().to_string(), name, path, searched, real, is_folder, piped: None }
    }

    fn piped() -> anyhow::Result<Self> {
        let most = Limits::default().source.max_bytes as u64;
        let mut bytes = Vec::new();
        // One byte more than is read anyway: the reader says that it is too large.
        std::io::stdin().lock().take(most + 1).read_to_end(&mut bytes).context("standard input cannot be read")?;
        let name = STANDARD_INPUT.to_owned();
        let path = PathBuf::from(".");
        let real = path.canonicalize().unwrap_or_else(|_| path.clone());
        let piped = Some(bytes.into());
        Ok(Self { path, shown: name.clone(), name, searched: None, real, is_folder: false, piped })
    }

    /// What the names of its files begin with.
    pub(super) fn begin(&self) -> &str {
        self.shown.trim_end_matches('/')
    }

    /// Whether it came through standard input.
    pub(super) fn is_piped(&self) -> bool {
        self.piped.is_some()
    }

    /// Whether it is a folder, and not a lone file, an archive, or standard input.
    pub(super) fn is_folder(&self) -> bool {
        self.is_folder
    }

    /// Whether it is a zip archive, by its first bytes or its name.
    pub(super) fn is_archive(&self) -> bool {
        let mut start = [0; 2];
        let begins = std::fs::File::open(&self.path).and_then(|mut file| file.read_exact(&mut start)).is_ok();
        !self.is_folder() && ((begins && start == *b"PK") || self.shown.to_ascii_lowercase().ends_with(".zip"))
    }

    /// The folder that it is, or lies in.
    pub(super) fn folder(&self) -> &Path {
        let is_folder = self.is_folder() || self.is_piped();
        if is_folder { &self.real } else { self.real.parent().unwrap_or(&self.real) }
    }

    /// Its place with links resolved; of standard input the current folder.
    pub(super) fn real_path(&self) -> &Path {
        &self.real
    }

    /// Reads it.
    pub(super) fn read(&self) -> Result<ReadPackage, ReadError> {
        match &self.piped {
            Some(bytes) => Ok(read_file(&self.name, bytes.clone(), &Limits::default())),
            None => read(&self.path, &Limits::default()),
        }
    }
}

/// Opens each target once, to know early of one that cannot be read.
pub(super) fn look(targets: &[Target]) -> Result<(), ReadError> {
    // Of a single one nothing is written before it is read.
    let mut several = targets.iter().filter(|target| targets.len() > 1 && !target.is_piped());
    several.try_for_each(|Target { path, is_folder, .. }| {
        let opened = if *is_folder {
            std::fs::read_dir(path).map(drop)
        } else {
            let metadata = path.metadata().map_err(|error| ReadError::of(path, error))?;
            if !metadata.is_file() {
                return Err(ReadError::NotAFile(path.clone()));
            }
            std::fs::File::open(path).map(drop)
        };
        opened.map_err(|error| ReadError::of(path, error))
    })
}

/// Whether the path means standard input.
pub(super) fn is_standard_input(path: &Path) -> bool {
    path.as_os_str() == STANDARD_INPUT
}

/// The folder that a file lies in, links resolved.
pub(super) fn folder_of(file: &Path) -> PathBuf {
    Folders::default().resolve(parent(file))
}

fn parent(file: &Path) -> &Path {
    file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."))
}

/// Folders with the links on the way to them resolved. Thousands of files lie below a few folders, and the way to each of
/// those is followed once.
#[derive(Default)]
struct Folders(FastMap<PathBuf, PathBuf>);

impl Folders {
    /// Where `folder`, which has no slash at its end, lies; `folder` itself where the system does not say.
    fn resolve(&mut self, folder: &Path) -> PathBuf {
        if let Some(known) = self.0.get(folder) {
            return known.clone();
        }
        // On other systems one folder has names that differ in their letter case.
        let is_plain =
            || cfg!(target_os = "linux") && folder.symlink_metadata().is_ok_and(|metadata| metadata.is_dir());
        let real = match (folder.parent(), folder.file_name()) {
            (Some(above), Some(name)) if !above.as_os_str().is_empty() && is_plain() => self.resolve(above).join(name),
            _ => folder.canonicalize().unwrap_or_else(|_| folder.to_owned()),
        };
        self.0.insert(folder.to_owned(), real.clone());
        real
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    #[test]
    fn folders_lie_where_the_system_says() {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(root.path().join("real/deep/deeper")).unwrap();
        symlink("real/deep", root.path().join("link")).unwrap();
        symlink("link", root.path().join("chain")).unwrap();
        symlink("nowhere", root.path().join("dangling")).unwrap();
        let mut folders = Folders::default();
        let below =
            ["", "real", "real/deep/deeper", "link", "link/deeper", "chain/deeper", "link/..", "link/../deep/deeper"];
        for folder in below
            .map(|below| root.path().join(below))
            .into_iter()
            .chain([".", "..", "src", "src/../src"].map(PathBuf::from))
        {
            // Twice: what is remembered is the same.
            for _ in 0..2 {
                assert_eq!(folders.resolve(&folder), folder.canonicalize().unwrap(), "{}", folder.display());
            }
        }
        for missing in ["missing", "real/missing", "dangling", "dangling/deeper"].map(|below| root.path().join(below)) {
            assert_eq!(folders.resolve(&missing), missing);
        }
    }
}
