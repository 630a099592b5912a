//! Reads a connector package: a folder, a zip archive or a lone definition file.
//!
//! Reading never fails for what a package *contains*: it returns what it read plus the [`Problem`]s (a missing file, a
//! file that is not JSON, an archive that tries something). [`ReadError`] is left for when there is nothing to read.
//! On top of the files lie typed views, [`Swagger`] for the definition and [`Properties`] for `apiProperties.json`. They
//! interpret and never lose anything: every view has the [`Node`](backshell_source::Node) below it, and a value of the
//! wrong shape simply is not there.
//!
//! Links are never followed, neither in folders nor in archives, and nothing is ever unpacked to disk.
//!
//! What this crate does not do: it does not judge (that is `lint`), and it does not repair.
//!
//! Start reading at [`read`] and [`Package`], then [`Swagger`] and [`Properties`].

mod archive;
mod connection_parameter;
pub mod csharp;
mod digest;
mod discover;
mod folder;
mod name;
mod operation;
mod package;
mod parameter;
pub mod path_template;
mod policy;
mod problem;
mod properties;
mod read;
mod reference;
mod schema;
mod security;
mod swagger;

pub use connection_parameter::{AllowedValue, ConnectionParameter, ConnectionParameterKind, ParameterSet};
pub use discover::discover;
pub use operation::{Method, Operation, Response, SecurityRequirement, Trigger, Visibility};
pub use package::{Definition, Origin, Package, PackageFile};
pub use parameter::{Parameter, ParameterLocation, UrlEncoding};
pub use path_template::{PathTemplate, PathTemplateError, SplitPath};
pub use policy::{Policy, PolicySection};
pub use problem::{Problem, ProblemKind};
pub use properties::Properties;
pub use read::{ReadError, ReadPackage, read, read_file, read_files, read_nested, read_zip};
pub use reference::ReferenceError;
pub use schema::{Property, Schema};
pub use security::{KeyLocation, SecurityDefinition, SecurityKind};
pub use swagger::{PathItem, Swagger};

/// How much of a package is read before it is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The limits of each JSON file; its `max_bytes` holds for every file of a package.
    pub source: backshell_source::Limits,
    /// The most files (in an archive: entries, folders included).
    pub max_files: usize,
    /// The most bytes of all files of a folder, or of files handed over.
    pub max_total_bytes: u64,
    /// The most bytes of all files of an archive, expanded.
    pub max_expanded_bytes: u64,
    /// How many times larger than its compressed form an entry of an archive may be. Entries below 1 MiB are exempt:
    /// they are small whatever their ratio.
    pub max_ratio: u64,
    /// How many folders may lie within one another.
    pub max_folder_depth: usize,
}

impl Default for Limits {
    /// 64 MiB per file, 1,000 files, 256 MiB in all; archives 50 MB expanded, 100-fold; 8 folders deep.
    fn default() -> Self {
        Self {
            source: backshell_source::Limits::default(),
            max_files: 1_000,
            max_total_bytes: 256 << 20,
            max_expanded_bytes: 50_000_000,
            max_ratio: 100,
            max_folder_depth: 8,
        }
    }
}

/// A boolean that may be written as `true` or as `"true"` (in any letter case), as `apiProperties.json` files do both.
pub fn truth(node: backshell_source::Node<'_>) -> Option<bool> {
    node.as_bool().or_else(|| {
        let text = node.as_str()?;
        [true, false].into_iter().find(|value| text.eq_ignore_ascii_case(if *value { "true" } else { "false" }))
    })
}
