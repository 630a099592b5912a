//! The files of a zip archive, read with suspicion and never unpacked to disk.

use crate::Limits;
use crate::name;
use crate::package::PackageFile;
use crate::problem::{Problem, ProblemKind};
use crate::read::{duplicate_name, too_large, too_many, unsafe_name};
use backshell_model::{FastMap, FastSet};
use std::io::{Cursor, Read as _};
use zip::result::ZipError;
use zip::{CompressionMethod, ZipArchive};

/// Entries below this size may have any ratio.
const SMALL_ENTRY: u64 = 1 << 20;

/// Reads every file of the archive; when all of them lie in one folder, that folder is taken away.
pub(crate) fn read(bytes: &[u8], name: &str, limits: &Limits) -> Result<Vec<PackageFile>, Vec<Problem>> {
    let mut files = read_as_is(bytes, name, limits)?;
    let prefix = common_folder(&files);
    for file in &mut files {
        file.path = file.path.get(prefix..).unwrap_or_default().to_owned();
    }
    Ok(files)
}

/// Reads every file of the archive under the path it has there.
pub(crate) fn read_as_is(bytes: &[u8], name: &str, limits: &Limits) -> Result<Vec<PackageFile>, Vec<Problem>> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| vec![damaged(name, &error).of_all()])?;
    if archive.len() > limits.max_files {
        return Err(vec![too_many(name, limits)]);
    }
    let names = plan(&mut archive, bytes, name, limits)?;
    // What the directory says and what stands before each file must agree, and no two files may share bytes.
    archive.validate_header_consistency().map_err(|error| vec![damaged(name, &error).of_all()])?;
    let mut files = Vec::new();
    let mut left = limits.max_expanded_bytes;
    for (index, path) in names {
        let bytes = expand(&mut archive, index, &path, left, limits).map_err(|problem| vec![problem])?;
        left = left.saturating_sub(bytes.len() as u64);
        if !name::is_ignored(&path) {
            files.push(PackageFile { path, bytes: bytes.into() });
        }
    }
    Ok(files)
}

/// Looks at every entry before anything is expanded. Returns the files: their index and name.
fn plan(
    archive: &mut ZipArchive<Cursor<&[u8]>>,
    bytes: &[u8],
    name: &str,
    limits: &Limits,
) -> Result<Vec<(usize, String)>, Vec<Problem>> {
    let mut problems = Vec::new();
    let mut files = Vec::new();
    let mut seen: FastMap<String, String> = FastMap::default();
    let mut declared = 0_u64;
    if archive.has_duplicate_names() {
        let twice = repeated_name(bytes, archive.central_directory_start()).unwrap_or_else(|| name.to_owned());
        problems.push(duplicate_name(&twice, &twice));
    }
    for index in 0..archive.len() {
        let entry = match archive.by_index_raw(index) {
            Ok(entry) => entry,
            Err(error) => return Err(vec![damaged(name, &error).of_all()]),
        };
        let path = match entry.name() {
            Ok(path) => path.into_owned(),
            Err(error) => return Err(vec![damaged(name, &error).of_all()]),
        };
        let shown = name::shown(&path);
        let folder = entry.is_dir();
        let plain = if folder { path.strip_suffix('/').unwrap_or(&path) } else { &path };
        if let Some(reason) = name::unsafe_because(plain) {
            problems.push(unsafe_name(&path, reason));
            continue;
        }
        // The type bits of a Unix mode: regular file, folder or not given; everything else is a link or a device.
        let kind = entry.unix_mode().map_or(0, |mode| mode & 0o17_0000);
        if entry.is_symlink() || kind == 0o12_0000 {
            let message = format!("the entry `{shown}` is a symbolic link, and links are not followed");
            problems.push(Problem::new(ProblemKind::Link, shown, message, "put the file itself into the archive"));
        } else if !matches!(kind, 0 | 0o10_0000 | 0o4_0000) {
            let message = format!("the entry `{shown}` is neither a file nor a folder");
            problems.push(Problem::new(ProblemKind::SpecialFile, shown, message, "remove it from the archive"));
        } else if entry.encrypted() {
            let message = format!("the entry `{shown}` is encrypted");
            problems.push(Problem::new(ProblemKind::Encrypted, shown, message, "make the archive without a password"));
        } else if !matches!(entry.compression(), CompressionMethod::Stored | CompressionMethod::Deflated) {
            let message = format!("the entry `{shown}` is compressed with {}", entry.compression());
            let help = "make the archive with the usual method (deflate) or without compression";
            problems.push(Problem::new(ProblemKind::UnsupportedCompression, shown, message, help));
        } else if plain.split('/').count() > limits.max_folder_depth + 1 {
            let message = format!("the entry `{shown}` lies in more than {} folders", limits.max_folder_depth);
            let help = "put the connector's files at the top of the archive";
            problems.push(Problem::new(ProblemKind::TooDeep, shown, message, help));
        } else if let Some(earlier) = seen.insert(name::fold(plain), path.clone()) {
            problems.push(duplicate_name(&path, &earlier));
        } else if entry.size() > SMALL_ENTRY.max(entry.compressed_size().saturating_mul(limits.max_ratio)) {
            problems.push(bomb(&path, limits));
        } else if !folder {
            declared = declared.saturating_add(entry.size());
            files.push((index, path));
        }
    }
    if declared > limits.max_expanded_bytes {
        problems.push(too_large(name, declared, limits.max_expanded_bytes).of_all());
    }
    if problems.is_empty() { Ok(files) } else { Err(problems) }
}

/// Expands one entry. What the directory says about its size is not believed: the bytes are counted as they come.
fn expand(
    archive: &mut ZipArchive<Cursor<&[u8]>>,
    index: usize,
    path: &str,
    left: u64,
    limits: &Limits,
) -> Result<Vec<u8>, Problem> {
    let mut entry = archive.by_index(index).map_err(|error| damaged(path, &error))?;
    let ratio = SMALL_ENTRY.max(entry.compressed_size().saturating_mul(limits.max_ratio));
    let most = ratio.min(left).min(limits.source.max_bytes as u64);
    let mut bytes = Vec::new();
    entry
        .by_ref()
        .take(most.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(|error| damaged(path, &ZipError::Io(error)))?;
    if bytes.len() as u64 <= most {
        Ok(bytes)
    } else if most == ratio {
        Err(bomb(path, limits))
    } else {
        Err(too_large(path, bytes.len() as u64, most))
    }
}

/// The length of the folder name (with its slash) that all files share; 0 when they share none.
fn common_folder(files: &[PackageFile]) -> usize {
    let mut folders = files.iter().map(|file| file.path.split_once('/').map(|(folder, _)| folder));
    let Some(Some(first)) = folders.next() else { return 0 };
    if folders.all(|folder| folder == Some(first)) { first.len() + 1 } else { 0 }
}

/// A name that the central directory gives twice. The archive reader only says that there is one.
fn repeated_name(bytes: &[u8], start: u64) -> Option<String> {
    const HEADER: usize = 46;
    let mut seen = FastSet::default();
    let mut rest = bytes.get(usize::try_from(start).ok()?..)?;
    while rest.starts_with(b"PK\x01\x02") {
        let length = |at: usize| Some(usize::from(u16::from_le_bytes(*rest.get(at..)?.first_chunk::<2>()?)));
        let (name_len, extra_len, comment_len) = (length(28)?, length(30)?, length(32)?);
        let name = rest.get(HEADER..HEADER + name_len)?;
        if !seen.insert(name) {
            return Some(String::from_utf8_lossy(name).into_owned());
        }
        rest = rest.get(HEADER + name_len + extra_len + comment_len..)?;
    }
    None
}

fn damaged(name: &str, error: &ZipError) -> Problem {
    let shown = name::shown(name);
    let message = format!("`{shown}` cannot be read as a zip archive: {error}");
    Problem::new(ProblemKind::NotAnArchive, shown, message, "make the archive anew, and check that it was copied whole")
}

fn bomb(path: &str, limits: &Limits) -> Problem {
    let shown = name::shown(path);
    let message = format!("the entry `{shown}` expands to more than {} times its size", limits.max_ratio);
    Problem::new(ProblemKind::Bomb, shown, message, "leave the file out, or store it without compression")
}
