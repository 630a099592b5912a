//! Versions of a connector: immutable, named by the digest of their package.

pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod withdraw;

use crate::problem::Problem;
use crate::time::rfc3339;
use backshell_model::Version;
use backshell_store::VersionSummary;
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

/// A version of a connector.
#[derive(Serialize, ToSchema)]
#[schema(as = Version)]
pub(crate) struct VersionBody {
    /// The connector.
    connector: String,
    /// Names the bytes of the package.
    digest: String,
    /// What the definition calls itself.
    label: String,
    /// 1 for the first version, then counting up.
    number: u32,
    /// How its certification ended: `certified`, `certified_with_waivers`, `refused` or `incomplete`.
    verdict: &'static str,
    /// Whether it may be called: `published` or `withdrawn`.
    state: &'static str,
    /// When it was published.
    published_at: String,
}

/// A version with its report.
#[derive(Serialize, ToSchema)]
pub(crate) struct VersionReport {
    /// The version.
    version: VersionBody,
    /// The paths of the package's files.
    files: Vec<String>,
    /// The certification report: checks, verdict, findings, and who answers for the data.
    #[schema(value_type = Object)]
    report: Box<RawValue>,
}

impl TryFrom<Version> for VersionReport {
    type Error = Problem;

    fn try_from(version: Version) -> Result<Self, Problem> {
        let report =
            RawValue::from_string(version.report.trim().to_owned()).map_err(|error| Problem::internal(&error))?;
        let files = version.files.iter().map(|(path, _)| path.clone()).collect();
        Ok(Self { version: (&version).into(), files, report })
    }
}

impl From<VersionSummary> for VersionBody {
    fn from(version: VersionSummary) -> Self {
        Self {
            connector: version.connector.to_string(),
            digest: version.digest.to_string(),
            label: version.label,
            number: version.number,
            verdict: version.verdict.as_str(),
            state: version.state.as_str(),
            published_at: rfc3339(version.published_at),
        }
    }
}

impl From<&Version> for VersionBody {
    fn from(version: &Version) -> Self {
        VersionSummary {
            connector: version.connector.clone(),
            digest: version.digest,
            label: version.label.clone(),
            number: version.number,
            verdict: version.verdict,
            state: version.state,
            published_at: version.published_at,
        }
        .into()
    }
}
