//! What the new version should be called.

use crate::change::{Change, SuggestedVersion};
use crate::check::Verdict;

/// Breaking changes ask for a new major version, additions and warnings for a minor one, words for a patch; below 1.0 for
/// one step less.
pub(crate) fn suggest(changes: &[Change], old_version: Option<&str>) -> SuggestedVersion {
    let step = |change: &Change| match change.verdict {
        Verdict::Breaking => 3,
        _ if change.check.is_patch || change.check.is_silent => 1,
        Verdict::Warning | Verdict::Compatible => 2,
    };
    let below_one = old_version.is_some_and(|version| {
        version.trim().trim_start_matches(['v', 'V']).split('.').next().is_some_and(|major| major == "0")
    });
    match (changes.iter().map(step).max(), below_one) {
        (None, _) => SuggestedVersion::None,
        (Some(3), false) => SuggestedVersion::Major,
        (Some(3), true) | (Some(2), false) => SuggestedVersion::Minor,
        _ => SuggestedVersion::Patch,
    }
}
