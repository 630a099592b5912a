//! Where imported evidence is kept: `residency` in the data folder.
//!
//! Each import is two files: the evidence as it came, named by its digest, and `<name>.json`, which says what it is. The
//! second one is put in place last and by renaming, so that an import is there as a whole or not at all, and what it
//! replaces stays in use until then. Nothing is replaced by a file that cannot be read.

use crate::{keys, whole_file};
use anyhow::{Context, bail};
use backshell_boundary::evidence::{DomainKey, Kind, MAX_FILE, Source, SourceInfo};
use backshell_model::Timestamp;
use serde::{Deserialize, Serialize};
use std::fs::{self, File};
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Most imports that are kept; declarations of this many domains and every other kind.
const MAX_IMPORTS: usize = 1_000;
/// Largest description of an import, bytes.
const MAX_DESCRIPTION: u64 = 64 * 1024;

/// The folder of imported evidence.
#[derive(Clone, Debug)]
pub struct Folder(PathBuf);

/// Everything that is imported.
#[derive(Debug, Default)]
pub struct Imported {
    /// What can be used, by name.
    pub sources: Vec<Source>,
    /// What cannot, and why. The evidence is missing then, which never lets a call through that would be refused with it
    /// absent.
    pub problems: Vec<String>,
}

/// What stands beside a file of evidence.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Description {
    kind: String,
    file: String,
    evidence: String,
    /// Microseconds since the Unix epoch, here and below.
    imported_at: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    published: Option<i64>,
    /// The key of a declaration's domain, as a JSON Web Key.
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<serde_json::Value>,
}

/// When and how often the folder changed; equal as long as nothing did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stamp(Vec<(PathBuf, Option<SystemTime>, u64)>);

impl Folder {
    /// The folder below this data folder. It need not exist.
    pub fn in_data_folder(data: &Path) -> Self {
        Self(data.join("residency"))
    }

    /// Keeps a file that was read, under the name of its source, in place of what had that name.
    pub fn keep(
        &self,
        source: &Source,
        bytes: &[u8],
        published: Option<Timestamp>,
        key: Option<&DomainKey>,
    ) -> anyhow::Result<()> {
        let info = source.info();
        if !is_name(&info.name) {
            bail!("`{}` cannot name an import; use up to 80 of a-z, 0-9, dots and hyphens", info.name);
        }
        keys::private_folder(&self.0)?;
        let digits = info.id.as_str().rsplit(':').next().unwrap_or_default();
        let file = format!("{}-{digits}.evidence", info.kind);
        let description = Description {
            kind: info.kind.as_str().to_owned(),
            file: file.clone(),
            evidence: info.id.to_string(),
            imported_at: info.imported_at.as_micros(),
            published: published.map(Timestamp::as_micros),
            key: key.map(|key| serde_json::from_str(&key.to_jwk())).transpose()?,
        };
        self.put(&file, bytes)?;
        self.put(&format!("{}.json", info.name), &serde_json::to_vec_pretty(&description)?)?;
        self.sweep()
    }

    /// Takes an import out; whether there was one of this name.
    pub fn remove(&self, name: &str) -> anyhow::Result<bool> {
        if !is_name(name) {
            return Ok(false);
        }
        match fs::remove_file(self.0.join(format!("{name}.json"))) {
            Ok(()) => {
                self.sweep()?;
                Ok(true)
            }
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error).with_context(|| format!("`{name}` cannot be removed")),
        }
    }

    /// Reads everything that is imported.
    pub fn load(&self) -> anyhow::Result<Imported> {
        let mut imported = Imported::default();
        for path in self.descriptions()? {
            match Self::read(&path) {
                Ok(source) => imported.sources.push(source),
                Err(error) => imported.problems.push(format!("`{}`: {error:#}", path.display())),
            }
        }
        Ok(imported)
    }

    /// The key that an earlier declaration of a domain was checked with.
    pub fn key_of(&self, domain: &str) -> anyhow::Result<Option<DomainKey>> {
        let path = self.0.join(format!("{domain}.json"));
        if !is_name(domain) || !path.exists() {
            return Ok(None);
        }
        let description = Description::read(&path)?;
        description.key()
    }

    /// What to compare with a later one to see whether anything changed.
    pub fn stamp(&self) -> anyhow::Result<Stamp> {
        let stamps = self.descriptions()?.into_iter().map(|path| {
            let metadata = fs::metadata(&path).ok();
            let changed = metadata.as_ref().and_then(|metadata| metadata.modified().ok());
            (path, changed, metadata.map_or(0, |metadata| metadata.len()))
        });
        Ok(Stamp(stamps.collect()))
    }

    fn descriptions(&self) -> anyhow::Result<Vec<PathBuf>> {
        let entries = match fs::read_dir(&self.0) {
            Ok(entries) => entries,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error).with_context(|| format!("`{}` cannot be read", self.0.display())),
        };
        let mut paths = Vec::new();
        for entry in entries {
            let path = entry.with_context(|| format!("`{}` cannot be read", self.0.display()))?.path();
            let name = path.file_stem().and_then(|name| name.to_str());
            if path.extension().is_some_and(|ending| ending == "json") && name.is_some_and(is_name) {
                paths.push(path);
            }
            if paths.len() > MAX_IMPORTS {
                bail!("`{}` holds more than {MAX_IMPORTS} imports; remove some", self.0.display());
            }
        }
        paths.sort();
        Ok(paths)
    }

    fn read(path: &Path) -> anyhow::Result<Source> {
        let description = Description::read(path)?;
        let kind = Kind::from_word(&description.kind)
            .with_context(|| format!("`{}` is no kind of evidence", description.kind))?;
        if description.file.contains(['/', '\\']) || description.file.starts_with('.') {
            bail!("`{}` is no file beside it", description.file);
        }
        let bytes = read_file(&path.with_file_name(&description.file), MAX_FILE)?;
        let imported_at = Timestamp::from_micros(description.imported_at);
        let mut source = Source::read(kind, bytes, imported_at, description.key()?.as_ref())?;
        if source.info().id.as_str() != description.evidence {
            bail!("its bytes are not those that were imported; import it anew");
        }
        if let Some(published) = description.published {
            source = source.published(Timestamp::from_micros(published));
        }
        let name = path.file_stem().and_then(|name| name.to_str()).unwrap_or_default();
        Ok(source.named(name))
    }

    /// Writes a file so that it is there whole or not at all, also after a power failure.
    fn put(&self, name: &str, bytes: &[u8]) -> anyhow::Result<()> {
        whole_file::write(&self.0.join(name), bytes)
    }

    /// Removes evidence that no description names any more.
    fn sweep(&self) -> anyhow::Result<()> {
        let mut named = Vec::new();
        for path in self.descriptions()? {
            // A description that cannot be read may name any file, so then nothing goes.
            let Ok(description) = Description::read(&path) else { return Ok(()) };
            named.push(description.file);
        }
        for entry in fs::read_dir(&self.0)? {
            let path = entry?.path();
            let is_named =
                path.file_name().and_then(|name| name.to_str()).is_some_and(|name| named.iter().any(|n| n == name));
            if path.extension().is_some_and(|ending| ending == "evidence") && !is_named {
                fs::remove_file(&path)?;
            }
        }
        Ok(())
    }
}

impl Description {
    fn read(path: &Path) -> anyhow::Result<Self> {
        serde_json::from_slice(&read_file(path, MAX_DESCRIPTION)?)
            .with_context(|| format!("`{}` is not what an import writes", path.display()))
    }

    fn key(&self) -> anyhow::Result<Option<DomainKey>> {
        self.key.as_ref().map(|key| Ok(DomainKey::from_jwk(key.to_string().as_bytes())?)).transpose()
    }
}

/// Reads a file of at most `limit` bytes.
pub(crate) fn read_file(path: &Path, limit: u64) -> anyhow::Result<Vec<u8>> {
    let file = File::open(path).with_context(|| format!("`{}` cannot be opened", path.display()))?;
    let mut bytes = Vec::new();
    file.take(limit.saturating_add(1))
        .read_to_end(&mut bytes)
        .with_context(|| format!("`{}` cannot be read", path.display()))?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length > limit) {
        bail!("`{}` is longer than {limit} bytes", path.display());
    }
    Ok(bytes)
}

/// The day in the name that Azure gives its files, `ServiceTags_Public_20261116.json`: the only place where they say it.
pub fn day_in_name(path: &Path) -> Option<Timestamp> {
    let name = path.file_name()?.to_str()?;
    let day = name.strip_prefix("ServiceTags_")?.strip_suffix(".json")?.rsplit('_').next()?;
    let day: jiff::civil::Date = jiff::civil::Date::strptime("%Y%m%d", day).ok()?;
    let midnight = day.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
    Some(Timestamp::from_micros(midnight.timestamp().as_microsecond()))
}

fn is_name(name: &str) -> bool {
    (1..=80).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'.' | b'-'))
        && !name.starts_with('.')
}

/// Whether what is known of a source says that it may still be used.
pub fn state(info: &SourceInfo, now: Timestamp) -> &'static str {
    if now < info.from {
        "not yet valid"
    } else if info.is_stale(now) {
        "stale"
    } else {
        "fresh"
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use backshell_testkit::aws_ranges;

    const NOW: Timestamp = Timestamp::from_secs(1_800_000_000);

    fn aws(region: &str) -> Vec<u8> {
        aws_ranges(1_800_000_000, &[("3.0.0.0/15", region, region, "EC2")])
    }

    fn keep(folder: &Folder, bytes: &[u8]) {
        let source = Source::read(Kind::Aws, bytes.to_vec(), NOW, None).unwrap();
        folder.keep(&source, bytes, None, None).unwrap();
    }

    #[test]
    fn an_import_replaces_the_one_before_and_leaves_nothing_behind() {
        let data = tempfile::tempdir().unwrap();
        let folder = Folder::in_data_folder(data.path());
        assert!(folder.load().unwrap().sources.is_empty());
        keep(&folder, &aws("eu-west-1"));
        let before = folder.stamp().unwrap();
        assert_eq!(before, folder.stamp().unwrap());
        keep(&folder, &aws("eu-west-2"));
        assert_ne!(before, folder.stamp().unwrap());
        let imported = folder.load().unwrap();
        assert_eq!((imported.sources.len(), imported.problems.len()), (1, 0));
        assert_eq!(imported.sources[0].info().name, "aws");
        assert_eq!(fs::read_dir(data.path().join("residency")).unwrap().count(), 2);
        assert!(folder.remove("aws").unwrap() && !folder.remove("aws").unwrap());
        assert_eq!(fs::read_dir(data.path().join("residency")).unwrap().count(), 0);
        assert!(!folder.remove("../../etc/passwd").unwrap());
    }

    #[test]
    fn evidence_that_changed_after_its_import_is_not_used() {
        let data = tempfile::tempdir().unwrap();
        let folder = Folder::in_data_folder(data.path());
        keep(&folder, &aws("eu-west-1"));
        let file = fs::read_dir(data.path().join("residency")).unwrap().map(|entry| entry.unwrap().path());
        let file = file.into_iter().find(|path| path.extension().unwrap() == "evidence").unwrap();
        fs::write(file, aws("eu-west-3")).unwrap();
        let imported = folder.load().unwrap();
        assert!(imported.sources.is_empty());
        assert!(imported.problems[0].contains("not those that were imported"), "{:?}", imported.problems);
    }

    #[test]
    fn the_day_of_an_azure_file_is_in_its_name() {
        let day = |name: &str| day_in_name(Path::new(name)).map(Timestamp::as_secs);
        assert_eq!(day("/tmp/ServiceTags_Public_20261116.json"), Some(1_794_787_200));
        assert_eq!(day("ServiceTags_AzureGovernment_20261116.json"), Some(1_794_787_200));
        for name in ["ServiceTags_Public_20261316.json", "tags.json", "ServiceTags_.json", "ServiceTags_Public.json"] {
            assert_eq!(day(name), None, "{name}");
        }
    }
}
