//! The files of a folder.

use crate::Limits;
use crate::name;
use crate::package::PackageFile;
use crate::problem::{Problem, ProblemKind};
use crate::read::{ReadError, bounded, too_large, too_many, unsafe_name};
use std::path::{Path, PathBuf};

/// Reads every file below `root`, hidden ones left out. Links are reported, never followed.
pub(crate) fn read(root: &Path, limits: &Limits) -> Result<(Vec<PackageFile>, Vec<Problem>), ReadError> {
    let mut walk = Walk { limits, files: Vec::new(), problems: Vec::new(), seen: 0, total: 0 };
    let mut waiting = vec![(root.to_owned(), String::new(), 0_usize)];
    while let Some((folder, prefix, depth)) = waiting.pop() {
        let entries = match entries(&folder) {
            Ok(entries) => entries,
            Err(error) if prefix.is_empty() => return Err(ReadError::of(root, error)),
            Err(error) => {
                walk.unreadable(&prefix, &error);
                continue;
            }
        };
        for (file_name, path) in entries {
            let relative = if prefix.is_empty() { file_name } else { format!("{prefix}/{file_name}") };
            if name::is_ignored(&relative) {
                continue;
            }
            if !walk.counts(root) {
                return Ok((walk.files, walk.problems));
            }
            if walk.entry(&path, &relative) {
                if depth < limits.max_folder_depth {
                    waiting.push((path, relative, depth + 1));
                } else {
                    let message =
                        format!("`{}` lies in more than {} folders", name::shown(&relative), limits.max_folder_depth);
                    let help = "put the connector's files into the package's own folder";
                    walk.problems.push(Problem::new(ProblemKind::TooDeep, name::shown(&relative), message, help));
                }
            }
        }
    }
    Ok((walk.files, walk.problems))
}

/// The names and paths in a folder, sorted, so that every run reports the same.
pub(crate) fn entries(folder: &Path) -> std::io::Result<Vec<(String, PathBuf)>> {
    let mut entries = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        entries.push((entry.file_name().to_string_lossy().into_owned(), entry.path()));
    }
    entries.sort_unstable();
    Ok(entries)
}

struct Walk<'l> {
    limits: &'l Limits,
    files: Vec<PackageFile>,
    problems: Vec<Problem>,
    seen: usize,
    total: u64,
}

impl Walk<'_> {
    /// Counts one more entry; false when there are too many.
    fn counts(&mut self, root: &Path) -> bool {
        self.seen += 1;
        if self.seen > self.limits.max_files {
            self.problems.push(too_many(&root.to_string_lossy(), self.limits));
        }
        self.seen <= self.limits.max_files
    }

    /// Takes in one entry; true when it is a folder to go into.
    fn entry(&mut self, path: &Path, relative: &str) -> bool {
        let metadata = match std::fs::symlink_metadata(path) {
            Ok(metadata) => metadata,
            Err(error) => {
                self.unreadable(relative, &error);
                return false;
            }
        };
        let shown = name::shown(relative);
        if metadata.is_symlink() {
            let message = format!("`{shown}` is a symbolic link, and links are not followed");
            let help = "put the file itself into the package";
            self.problems.push(Problem::new(ProblemKind::Link, shown, message, help));
            return false;
        }
        if let Some(reason) = name::unsafe_because(relative) {
            self.problems.push(unsafe_name(relative, reason));
            return false;
        }
        if metadata.is_dir() {
            return true;
        }
        if !metadata.is_file() {
            let message = format!("`{shown}` is neither a file nor a folder");
            self.problems.push(Problem::new(ProblemKind::SpecialFile, shown, message, "remove it from the package"));
            return false;
        }
        let max = self.limits.source.max_bytes as u64;
        let size = metadata.len();
        if size > max {
            self.problems.push(too_large(relative, size, max));
        } else if self.total.saturating_add(size) > self.limits.max_total_bytes {
            self.problems.push(too_large(relative, self.total.saturating_add(size), self.limits.max_total_bytes));
        } else {
            match bounded(path, max) {
                Ok(bytes) => {
                    self.total = self.total.saturating_add(bytes.len() as u64);
                    self.files.push(PackageFile { path: relative.to_owned(), bytes });
                }
                Err(error) => self.unreadable(relative, &error),
            }
        }
        false
    }

    fn unreadable(&mut self, relative: &str, error: &std::io::Error) {
        let shown = name::shown(relative);
        let message = format!("`{shown}` cannot be read: {error}");
        self.problems.push(Problem::new(ProblemKind::Unreadable, shown, message, "check the file's permissions"));
    }
}
