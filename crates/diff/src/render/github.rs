//! The comparison as workflow commands of GitHub Actions: printed in a job, each change that matters becomes an annotation at its line.

use super::finding::weighty_findings;
use super::text::summary;
use crate::change::Comparison;
use backshell_findings::github::write_command;

/// The comparison as workflow commands, one per line, then the summary line. What affects nothing saved is counted there and
/// makes no annotation: a job shows a few of them only.
pub fn render(comparison: &Comparison) -> String {
    let mut bytes = Vec::new();
    for finding in weighty_findings(comparison).chain(comparison.notices.iter().map(Into::into)) {
        // A vector takes everything.
        let _ = write_command(&mut bytes, &finding);
    }
    String::from_utf8(bytes).unwrap_or_default() + &summary(comparison) + "\n"
}
