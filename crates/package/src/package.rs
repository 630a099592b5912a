//! The package as it was read.

use crate::digest;
use crate::properties::Properties;
use crate::swagger::Swagger;
use backshell_model::PackageDigest;
use backshell_source::Document;
use bytes::Bytes;
use std::borrow::Cow;
use std::fmt;

/// Where a package came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Origin {
    /// One file by itself.
    File,
    /// A folder.
    Folder,
    /// A zip archive.
    Zip,
    /// Files handed over one by one.
    Files,
}

/// One file of a package, its bytes as they are.
#[derive(Clone, PartialEq, Eq)]
pub struct PackageFile {
    /// Relative path with `/` between folders, in the letter case it was found in.
    pub path: String,
    /// The bytes; cloning shares them.
    pub bytes: Bytes,
}

impl PackageFile {
    /// The content as text; bytes that are not UTF-8 become U+FFFD.
    pub fn text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.bytes)
    }
}

impl fmt::Debug for PackageFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PackageFile({:?}, {} bytes)", self.path, self.bytes.len())
    }
}

/// A connector package.
#[derive(Clone, Debug)]
pub struct Package {
    /// The last part of the path it was read from, without `.zip`.
    pub name: String,
    /// What it was read from.
    pub origin: Origin,
    /// Its files, sorted by path. Files whose names begin with a dot, and `__MACOSX`, are not part of a package.
    pub files: Vec<PackageFile>,
    /// `apiDefinition.swagger.json`, when it is JSON.
    pub definition: Option<Definition>,
    /// `apiProperties.json`, when it is JSON.
    pub properties: Option<Properties>,
    /// `script.csx`.
    pub script: Option<PackageFile>,
    /// `icon.png`.
    pub icon: Option<PackageFile>,
    /// `readme.md`, else `intro.md`.
    pub readme: Option<PackageFile>,
}

impl Package {
    /// Names the bytes of all files; worked out at each call. The byte layout is described in `digest.rs`.
    pub fn digest(&self) -> PackageDigest {
        digest::of(&self.files)
    }

    /// Whether both packages have the same files. Looks no further than to the first difference, which the digest cannot.
    pub fn has_same_files(&self, other: &Self) -> bool {
        let is_same = |(one, other): (&PackageFile, &PackageFile)| {
            one.path.eq_ignore_ascii_case(&other.path) && one.bytes == other.bytes
        };
        self.files.len() == other.files.len() && self.files.iter().zip(&other.files).all(is_same)
    }

    /// The file with this path, letter case ignored.
    pub fn file(&self, path: &str) -> Option<&PackageFile> {
        let key = crate::name::fold(path);
        self.files.iter().find(|file| crate::name::fold(&file.path) == key)
    }

    /// Whether the operation is handled by the package's script: it has one and lists the operation (letter case
    /// ignored), or lists none, which means all.
    pub fn needs_script(&self, operation_id: &str) -> bool {
        if self.script.is_none() {
            return false;
        }
        let listed = self.properties.as_ref().map(Properties::script_operations).unwrap_or_default();
        listed.is_empty() || listed.iter().any(|listed| listed.eq_ignore_ascii_case(operation_id))
    }
}

/// The definition file, read as JSON. Whether it is Swagger is for the rules to say.
#[derive(Clone, Debug)]
pub struct Definition {
    /// Its path in the package.
    pub file: String,
    /// The document.
    pub document: Document,
}

impl Definition {
    /// The document as Swagger 2.0.
    pub fn swagger(&self) -> Swagger<'_> {
        Swagger::new(self.document.root())
    }
}
