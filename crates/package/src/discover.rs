//! Finding packages below a folder.

use crate::read::{ReadError, has_extension};
use crate::{Limits, folder};
use std::path::{Path, PathBuf};

/// The packages at or below `path`, sorted: a file stands for itself; a folder with a definition or properties file
/// directly in it is a package; any other folder is searched for packages, zip archives and lone files that are named
/// like a definition or properties file (`old.swagger.json`). Hidden folders and links are passed over.
pub fn discover(path: &Path, limits: &Limits) -> Result<Vec<PathBuf>, ReadError> {
    let metadata = std::fs::metadata(path).map_err(|error| ReadError::of(path, error))?;
    if !metadata.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut found = Vec::new();
    let mut waiting = vec![(path.to_owned(), 0_usize)];
    while let Some((folder, depth)) = waiting.pop() {
        let entries = match folder::entries(&folder) {
            Ok(entries) => entries,
            Err(error) if depth == 0 => return Err(ReadError::of(path, error)),
            // A folder that cannot be opened is no package that could be read; its neighbours are not to suffer.
            Err(_) => continue,
        };
        let is_package = |name: &str| {
            name.eq_ignore_ascii_case("apiDefinition.swagger.json") || name.eq_ignore_ascii_case("apiProperties.json")
        };
        if entries.iter().any(|(name, _)| is_package(name)) {
            found.push(folder);
            continue;
        }
        for (name, path) in entries {
            let Ok(metadata) = std::fs::symlink_metadata(&path) else { continue };
            if name.starts_with('.') {
                continue;
            }
            if metadata.is_dir() && depth < limits.max_folder_depth {
                waiting.push((path, depth + 1));
            } else if metadata.is_file() && is_lone_package(&name, &path) {
                found.push(path);
            }
        }
    }
    if found.is_empty() {
        return Err(ReadError::NoPackage(path.to_owned()));
    }
    found.sort_unstable();
    Ok(found)
}

fn is_lone_package(name: &str, path: &Path) -> bool {
    let name = name.to_ascii_lowercase();
    has_extension(path, "zip") || name.ends_with(".swagger.json") || name.ends_with("apiproperties.json")
}
