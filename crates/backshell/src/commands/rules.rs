//! `backshell rules`: what is checked, and why.

use crate::terminal::{self, Format};
use anyhow::bail;
use clap::Args;
use std::process::ExitCode;

/// List every rule and check, or explain one
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  backshell rules                          every rule, one line each
  backshell rules OperationIdNotUnique     what, why, how to fix it, examples
  backshell rules operation-removed        a check of `diff`
  backshell rules EV-06                    a bar of `endpoint`
  backshell rules --format json            for programs")]
pub(super) struct Rules {
    /// The rule to explain; letter case does not matter.
    #[arg(value_name = "ID")]
    id: Option<String>,

    /// How to answer.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

impl Rules {
    pub(super) fn run(&self) -> anyhow::Result<ExitCode> {
        if let Some(notice) = self.id.as_deref().and_then(backshell_lint::notices::notice) {
            return self.explain_notice(notice);
        }
        let rules = match &self.id {
            None => backshell_lint::rules().to_vec(),
            Some(id) => match backshell_lint::rule(id) {
                Some(rule) => vec![rule],
                None => {
                    if let Some(check) = backshell_diff::check(id) {
                        return self.explain_check(check);
                    }
                    if let Some(bar) = backshell_probe::bar(id) {
                        return self.explain_bar(bar);
                    }
                    let meant = nearest(id).map(|known| format!("did you mean `{known}`? ")).unwrap_or_default();
                    bail!("there is no rule `{id}`; {meant}`backshell rules` lists all ids")
                }
            },
        };
        match self.format {
            Format::Json => {
                let mut list: Vec<_> = rules
                    .iter()
                    .map(|rule| {
                        serde_json::json!({
                            "check": "swagger", "id": rule.id, "severity": rule.severity.as_str(), "group": rule.group.as_str(),
                            "since": rule.since, "source": rule.source.as_str(),
                            "what": rule.what, "why": rule.why, "fix": rule.fix,
                            "fixable": backshell_lint::fixes::fix_of(rule.id).is_some(),
                        })
                    })
                    .collect();
                if self.id.is_none() {
                    list.extend(backshell_diff::checks().iter().copied().map(described));
                    list.extend(backshell_probe::bars().iter().map(|bar| described_bar(bar)));
                }
                terminal::line(&serde_json::to_string_pretty(&list)?)?;
            }
            Format::Text if self.id.is_some() => {
                for rule in rules {
                    terminal::print(&backshell_lint::docs::text(rule))?;
                    if let Some(fix) = backshell_lint::fixes::fix_of(rule.id) {
                        terminal::line(&format!("\n`backshell lint --fix` can {}", fix.what))?;
                    }
                }
            }
            Format::Text => {
                let checks = backshell_diff::checks();
                let ids = rules.iter().map(|rule| rule.id).chain(checks.iter().map(|check| check.id));
                let width = ids.map(str::len).max().unwrap_or_default();
                for rule in &rules {
                    let what = backshell_lint::docs::first_sentence(rule.what);
                    terminal::line(&format!("{:<width$} {:<10} {what}", rule.id, rule.severity.as_str()))?;
                }
                terminal::line("")?;
                for check in checks {
                    let what = backshell_lint::docs::first_sentence(check.what);
                    terminal::line(&format!("{:<width$} {:<10} {what}", check.id, check.verdict.as_str()))?;
                }
                terminal::line("")?;
                let bars = backshell_probe::bars();
                for bar in bars {
                    terminal::line(&format!("{:<6} {} ({})", bar.id, bar.title, bar.threshold))?;
                }
                let (rules, checks, bars) = (rules.len(), checks.len(), bars.len());
                terminal::line(&format!(
                    "\n{rules} rules of `lint`, {checks} checks of `diff`, {bars} bars of `endpoint`; `backshell rules ID` explains one"
                ))?;
            }
        }
        Ok(ExitCode::SUCCESS)
    }

    /// A check of `diff`.
    fn explain_check(&self, check: &backshell_diff::Check) -> anyhow::Result<ExitCode> {
        match self.format {
            Format::Json => terminal::line(&serde_json::to_string_pretty(&[described(check)])?)?,
            Format::Text => terminal::print(&backshell_diff::docs::text(check))?,
        }
        Ok(ExitCode::SUCCESS)
    }

    /// A bar of `endpoint`.
    fn explain_bar(&self, bar: &backshell_probe::Bar) -> anyhow::Result<ExitCode> {
        match self.format {
            Format::Json => terminal::line(&serde_json::to_string_pretty(&[described_bar(bar)])?)?,
            Format::Text => {
                let [what, why, fix] = [bar.what, bar.why, bar.fix];
                terminal::line(&format!(
                    "{}: {}\nthreshold {}; again {}; source {}\n\nWhat it asks\n  {what}\n\nWhy\n  {why}\n\nHow to clear it\n  {fix}",
                    bar.id, bar.title, bar.threshold, bar.again, bar.source
                ))?;
            }
        }
        Ok(ExitCode::SUCCESS)
    }

    /// A remark of `lint` about its own settings, which is no rule and can be met all the same.
    fn explain_notice(&self, notice: &backshell_lint::notices::Notice) -> anyhow::Result<ExitCode> {
        let severity = notice.severity.as_str();
        match self.format {
            Format::Json => {
                let list = serde_json::json!([{
                    "id": notice.id, "severity": severity, "what": notice.what, "why": notice.why, "fix": notice.fix,
                }]);
                terminal::line(&serde_json::to_string_pretty(&list)?)?;
            }
            Format::Text => {
                let [what, why, fix] = [notice.what, notice.why, notice.fix];
                terminal::line(&format!(
                    "{}\n{severity}, settings\n\nWhat it reports\n  {what}\n\nWhy\n  {why}\n\nHow to fix it\n  {fix}",
                    notice.id
                ))?;
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// The id that was meant: the nearest one, unless more than a third of what was written would have to change.
fn nearest(id: &str) -> Option<&'static str> {
    const PARTS: usize = 3;
    let wanted = id.to_ascii_lowercase();
    let ids = backshell_lint::rules().iter().map(|rule| rule.id);
    let ids = ids.chain(backshell_lint::notices::NOTICES.iter().map(|notice| notice.id));
    let ids = ids.chain(backshell_diff::checks().iter().map(|check| check.id));
    let ids = ids.chain(backshell_probe::bars().iter().map(|bar| bar.id));
    let ids = ids.map(|known| (strsim::damerau_levenshtein(&known.to_ascii_lowercase(), &wanted), known));
    let (distance, nearest) = ids.min()?;
    (distance <= wanted.chars().count() / PARTS).then_some(nearest)
}

/// A check of `diff` for programs.
fn described(check: &backshell_diff::Check) -> serde_json::Value {
    let mut reversed: Vec<&str> = check.examples.iter().flat_map(|example| example.reversed).copied().collect();
    reversed.sort_unstable();
    reversed.dedup();
    serde_json::json!({
        "check": "breaking", "id": check.id, "verdict": check.verdict.as_str(), "object": check.object.as_str(),
        "direction": check.direction.as_str(), "what": check.what, "why": check.why, "instead": check.instead, "reversed": reversed,
    })
}

/// A bar of `endpoint` for programs.
fn described_bar(bar: &backshell_probe::Bar) -> serde_json::Value {
    serde_json::json!({
        "check": "endpoint", "id": bar.id, "title": bar.title, "threshold": bar.threshold, "again": bar.again,
        "source": bar.source, "what": bar.what, "why": bar.why, "fix": bar.fix,
    })
}
