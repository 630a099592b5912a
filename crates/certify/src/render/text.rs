//! The certification for people: findings, then checks, responsibility and verdict.

use crate::{Certification, CheckState};
use backshell_findings::text::{self, TextOptions, printable};
use std::fmt::Write as _;

impl Certification {
    /// The certification as text, ending with the verdict.
    pub fn text(&self, options: &TextOptions) -> String {
        let mut out = String::new();
        if self.refusal.is_none() {
            out.push_str(&text::render(&self.report, options));
            out.push('\n');
        }
        let subject = &self.subject;
        let version = subject.version.as_deref().unwrap_or("without version");
        let _ = writeln!(out, "{} {} ({})", printable(&subject.name), printable(version), subject.digest);
        let _ = writeln!(out, "publisher {}, infrastructure {}", self.publisher, self.infrastructure);
        if let Some(reason) = self.refusal {
            let _ = writeln!(out, "refused: {reason}");
        }
        if !self.checks.is_empty() {
            out.push_str("\nChecks\n");
        }
        for outcome in &self.checks {
            let state = match outcome.state {
                CheckState::NotRun => "not run",
                state => state.as_str(),
            };
            let reason = if outcome.reason.is_empty() { String::new() } else { format!(": {}", outcome.reason) };
            let _ = writeln!(out, "  {:<10} {state}{reason}", outcome.check.as_str());
        }
        out.push_str("\nResponsibility\n");
        for responsibility in &self.responsibility {
            let _ = writeln!(out, "  {}", responsibility.statement);
            if let Some(policy) = &responsibility.policy {
                let _ = writeln!(out, "    policy: {}", printable(policy));
            }
        }
        let _ = writeln!(out, "\nVerdict: {}", self.verdict.as_str().replace('_', " "));
        out
    }
}
