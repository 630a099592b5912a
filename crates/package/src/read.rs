//! Reading a package, wherever it lies.

use crate::name;
use crate::package::{Definition, Origin, Package, PackageFile};
use crate::problem::{Problem, ProblemKind};
use crate::properties::Properties;
use crate::{Limits, archive, folder};
use backshell_findings::Severity;
use backshell_model::FastMap;
use backshell_source::Document;
use bytes::Bytes;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// From so many bytes on, memory is asked for as it is needed, and not rounded up.
const LARGE: usize = 1 << 20;
const DEFINITION: &str = "apidefinition.swagger.json";
const PROPERTIES: &str = "apiproperties.json";

/// A package could not be read at all.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// Nothing is there.
    #[error("`{}` does not exist; give the path of a definition file, a package folder or a zip archive", .0.display())]
    NotFound(PathBuf),
    /// It is there, and the system does not let us read it.
    #[error("`{}` cannot be read: {source}", path.display())]
    Unreadable {
        /// The path.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// It is neither a file nor a folder.
    #[error("`{}` is neither a file nor a folder; give the path of a definition file, a package folder or a zip archive", .0.display())]
    NotAFile(PathBuf),
    /// A folder without any package in it.
    #[error("`{}` holds no package; a package is a folder with `apiDefinition.swagger.json` in it", .0.display())]
    NoPackage(PathBuf),
}

impl ReadError {
    /// What the system's answer about `path` means.
    pub fn of(path: &Path, source: std::io::Error) -> Self {
        if source.kind() == std::io::ErrorKind::NotFound {
            Self::NotFound(path.to_owned())
        } else {
            Self::Unreadable { path: path.to_owned(), source }
        }
    }
}

/// What was read, and what is wrong with it.
#[derive(Clone, Debug)]
pub struct ReadPackage {
    /// The package, as far as it could be read.
    pub package: Package,
    /// What is wrong, by file and place.
    pub problems: Vec<Problem>,
}

impl ReadPackage {
    /// Whether files are missing from what was read, or must not be trusted: then the digest means nothing, and the
    /// package must not be published.
    pub fn is_refused(&self) -> bool {
        self.problems.iter().any(|problem| problem.kind.is_refusal())
    }

    /// Whether something is wrong at error level.
    pub fn has_errors(&self) -> bool {
        self.problems.iter().any(|problem| problem.severity() == Severity::Error)
    }
}

/// Reads the package at `path`: a folder with all its files, a zip archive, or a lone file, which is taken for a
/// definition unless it is named `...apiProperties.json` or `...csx`. A link is followed only where it is `path` itself.
pub fn read(path: &Path, limits: &Limits) -> Result<ReadPackage, ReadError> {
    let metadata = std::fs::metadata(path).map_err(|error| ReadError::of(path, error))?;
    let name = package_name(path);
    if metadata.is_dir() {
        let (files, problems) = folder::read(path, limits)?;
        return Ok(assemble(name, Origin::Folder, files, problems, limits));
    }
    if !metadata.is_file() {
        return Err(ReadError::NotAFile(path.to_owned()));
    }
    let max = limits.source.max_bytes as u64;
    let file_name = path.file_name().map_or_else(|| name.clone(), |name| name.to_string_lossy().into_owned());
    if metadata.len() > max {
        let mut read = assemble(name, Origin::File, Vec::new(), Vec::new(), limits);
        read.problems.push(too_large(&file_name, metadata.len(), max));
        return Ok(read);
    }
    let bytes = bounded(path, max).map_err(|error| ReadError::of(path, error))?;
    if is_archive(&bytes) || has_extension(path, "zip") {
        let name = name.strip_suffix(".zip").map(str::to_owned).unwrap_or(name);
        return Ok(read_archive(&name, &bytes, limits));
    }
    Ok(assemble(name, Origin::File, vec![PackageFile { path: file_name, bytes }], Vec::new(), limits))
}

/// Reads a package from files handed over: relative paths and bytes, for example out of a database or an upload.
pub fn read_files(name: &str, files: Vec<(String, Arc<[u8]>)>, limits: &Limits) -> ReadPackage {
    let mut problems = Vec::new();
    let mut taken = Vec::new();
    let mut total = 0_u64;
    if files.len() > limits.max_files {
        problems.push(too_many(name, limits));
    }
    for (path, bytes) in files.into_iter().take(limits.max_files) {
        let size = bytes.len() as u64;
        let max = limits.source.max_bytes as u64;
        if let Some(reason) = name::unsafe_because(&path) {
            problems.push(unsafe_name(&path, reason));
        } else if size > max {
            problems.push(too_large(&path, size, max));
        } else if total.saturating_add(size) > limits.max_total_bytes {
            problems.push(too_large(name, total.saturating_add(size), limits.max_total_bytes).of_all());
            break;
        } else if !name::is_ignored(&path) {
            total += size;
            taken.push(PackageFile { path, bytes: Bytes::from_owner(bytes) });
        }
    }
    assemble(name.to_owned(), Origin::Files, taken, problems, limits)
}

/// Reads a lone file that is handed over, as [`read`] reads a lone file that lies somewhere: what comes through a pipe, for
/// example. A zip archive is read as one.
pub fn read_file(name: &str, bytes: Arc<[u8]>, limits: &Limits) -> ReadPackage {
    if is_archive(&bytes) {
        return read_archive(name, &bytes, limits);
    }
    let max = limits.source.max_bytes;
    if bytes.len() > max {
        let mut read = assemble(name.to_owned(), Origin::File, Vec::new(), Vec::new(), limits);
        read.problems.push(too_large(name, bytes.len() as u64, max as u64));
        return read;
    }
    let file = PackageFile { path: name.to_owned(), bytes: Bytes::from_owner(bytes) };
    assemble(name.to_owned(), Origin::File, vec![file], Vec::new(), limits)
}

fn is_archive(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06")
}

/// Reads a package out of a zip archive. An archive that tries anything (names that lead out, links, encryption, bombs,
/// names given twice, headers that contradict each other) is refused as a whole: no file of it is read.
#[expect(clippy::needless_pass_by_value, reason = "callers hold files as shared bytes and hand one share over")]
pub fn read_zip(name: &str, bytes: Arc<[u8]>, limits: &Limits) -> ReadPackage {
    read_archive(name, &bytes, limits)
}

fn read_archive(name: &str, bytes: &[u8], limits: &Limits) -> ReadPackage {
    match archive::read(bytes, name, limits) {
        Ok(files) => assemble(name.to_owned(), Origin::Zip, files, Vec::new(), limits),
        Err(problems) => assemble(name.to_owned(), Origin::Zip, Vec::new(), problems, limits),
    }
}

/// The files of an archive that lies within a package, under the paths they have there. It is read with the same
/// suspicion as a package: one problem, and none of it is read.
pub fn read_nested(name: &str, bytes: &[u8], limits: &Limits) -> Result<Vec<PackageFile>, Vec<Problem>> {
    archive::read_as_is(bytes, name, limits)
}

/// Makes a package of its files.
fn assemble(
    name: String,
    origin: Origin,
    mut files: Vec<PackageFile>,
    mut problems: Vec<Problem>,
    limits: &Limits,
) -> ReadPackage {
    files.sort_unstable_by(|one, other| one.path.cmp(&other.path));
    drop_duplicates(&mut files, &mut problems);
    let refused = problems.iter().any(|problem| problem.kind.is_refusal());
    let wanted = |suffix: &str| {
        files.iter().find(|file| {
            let path = name::fold(&file.path);
            if origin == Origin::File { path.ends_with(suffix) } else { path == suffix }
        })
    };
    let script = wanted(if origin == Origin::File { ".csx" } else { "script.csx" });
    let properties_file = wanted(PROPERTIES);
    let definition_file = match origin {
        Origin::File => files.first().filter(|_| script.is_none() && properties_file.is_none()),
        _ => wanted(DEFINITION),
    };
    let definition = definition_file
        .and_then(|file| Some(Definition { file: file.path.clone(), document: json(file, limits, &mut problems)? }));
    let properties = properties_file
        .and_then(|file| Some(Properties { file: file.path.clone(), document: json(file, limits, &mut problems)? }));
    if origin != Origin::File && !refused {
        if definition_file.is_none() {
            problems.push(Problem::new(
                ProblemKind::MissingDefinition,
                "apiDefinition.swagger.json",
                "the package has no `apiDefinition.swagger.json`",
                "put the connector's Swagger 2.0 definition into the package under this name",
            ));
        }
        if properties_file.is_none() {
            problems.push(Problem::new(
                ProblemKind::MissingProperties,
                "apiProperties.json",
                "the package has no `apiProperties.json`",
                "put a properties file beside the definition; `{\"properties\":{\"connectionParameters\":{},\"iconBrandColor\":\"#da3b01\"}}` is the smallest one",
            ));
        }
    }
    let package = Package {
        name,
        origin,
        script: script.cloned(),
        icon: wanted("icon.png").cloned(),
        readme: wanted("readme.md").or_else(|| wanted("intro.md")).cloned(),
        definition,
        properties,
        files,
    };
    ReadPackage { package, problems }
}

/// Leaves out files whose names differ from an earlier one in letter case only.
fn drop_duplicates(files: &mut Vec<PackageFile>, problems: &mut Vec<Problem>) {
    let mut seen: FastMap<String, String> = FastMap::default();
    files.retain(|file| match seen.entry(name::fold(&file.path)) {
        std::collections::hash_map::Entry::Vacant(entry) => {
            entry.insert(file.path.clone());
            true
        }
        std::collections::hash_map::Entry::Occupied(entry) => {
            problems.push(duplicate_name(&file.path, entry.get()));
            false
        }
    });
}

/// Reads one file as JSON and keeps what is wrong with it.
fn json(file: &PackageFile, limits: &Limits, problems: &mut Vec<Problem>) -> Option<Document> {
    let parsed = backshell_source::parse(file.bytes.clone(), &limits.source);
    problems.extend(parsed.problems.into_iter().map(|problem| Problem::json(&file.path, &parsed.text, problem)));
    parsed.document
}

/// The bytes of a file, with a bound that also holds when the file grows meanwhile.
pub(crate) fn bounded(path: &Path, max: u64) -> std::io::Result<Bytes> {
    let grown = || std::io::Error::other(format!("the file has grown beyond {max} bytes"));
    let file = std::fs::File::open(path)?;
    let size = file.metadata()?.len();
    if size > max {
        return Err(grown());
    }
    // One byte more than the system says: most files end where they should, which is then seen without asking for room.
    let room = usize::try_from(size).map_err(|_| grown())?.saturating_add(1);
    // Where files are many, sizes repeat, so that the allocator can hand out the memory of one to the next.
    let room = if room <= LARGE { room.next_power_of_two() } else { room };
    let mut bytes = Vec::with_capacity(room);
    file.take(max.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > max { Err(grown()) } else { Ok(bytes.into()) }
}

pub(crate) fn has_extension(path: &Path, extension: &str) -> bool {
    path.extension().is_some_and(|found| found.eq_ignore_ascii_case(extension))
}

/// The last part of a path; of `.` or `..` that of the folder they mean.
fn package_name(path: &Path) -> String {
    let meant = || path.canonicalize().ok()?.file_name().map(|name| name.to_string_lossy().into_owned());
    let named = path.file_name().map(|name| name.to_string_lossy().into_owned());
    named.or_else(meant).unwrap_or_else(|| "package".to_owned())
}

pub(crate) fn too_large(file: &str, size: u64, max: u64) -> Problem {
    let message = format!("`{}` has {size} bytes, more than the limit of {max}", name::shown(file));
    Problem::new(ProblemKind::TooLarge, name::shown(file), message, "leave out what is not part of the connector")
}

pub(crate) fn too_many(name: &str, limits: &Limits) -> Problem {
    let message = format!("there are more than {} files", limits.max_files);
    Problem::new(ProblemKind::TooManyFiles, name, message, "leave out what is not part of the connector").of_all()
}

pub(crate) fn unsafe_name(path: &str, reason: &str) -> Problem {
    let message = format!("the file name `{}` is refused: {reason}", name::shown(path));
    let help = "use plain relative names with `/` between folders";
    Problem::new(ProblemKind::UnsafeName, name::shown(path), message, help)
}

pub(crate) fn duplicate_name(path: &str, earlier: &str) -> Problem {
    let (path, earlier) = (name::shown(path), name::shown(earlier));
    let message = if path == earlier {
        format!("there are two files named `{path}`")
    } else {
        format!("`{path}` and `{earlier}` differ in letter case only")
    };
    Problem::new(ProblemKind::DuplicateName, path, message, "remove or rename one of the two")
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_holds_more_than_the_system_says_is_bounded() {
        // Its length is 0 for the system, and its content is made while it is read.
        let path = Path::new("/proc/self/maps");
        assert!(bounded(path, 1 << 24).unwrap().len() > 100);
        assert!(bounded(path, 10).unwrap_err().to_string().contains("grown beyond 10 bytes"));
    }
}
