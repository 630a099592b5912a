//! How the command answers. Forms that go file by file are rendered on the core that judged the package, and written while
//! others are still judged; the others are given one report of everything.

use super::settings::Settled;
use super::targets::{self, Target};
use super::work::{self, Judged};
use super::{Format, Lint};
use crate::terminal;
use backshell_findings::text::TextOptions;
use backshell_findings::{Part, Report, Running, Sequence, Summary, github, json, markdown, sarif, text};
use std::io::{self, Write};
use std::iter;
use std::sync::{Arc, Mutex, PoisonError};

const VERSION: &str = env!("CARGO_PKG_VERSION");

impl Lint {
    /// Judges the targets and answers, in the order of files and places. `others` are files that no target has and that may
    /// be spoken of all the same; `remarks` come when everything is judged.
    pub(super) fn answer(
        &self,
        targets: &[Target],
        settled: &[Settled],
        others: &[String],
        report: impl Fn(&Target, &Settled, Judged) -> Report + Sync,
        remarks: impl FnOnce() -> Report,
    ) -> anyhow::Result<Summary> {
        let Some(mut running) = self.running().filter(|_| !self.dry_run) else {
            let reports = work::judge(targets, settled, report)?;
            return self.print(reports.into_iter().chain(iter::once_with(remarks)));
        };
        let begins = targets.iter().map(|target| Arc::from(target.begin()));
        let last = others.iter().min().map(|first| Arc::from(&**first));
        let sequence = Mutex::new(Sequence::new(begins.chain(last).collect()));
        let add = |number: usize, part: Part| sequence.lock().unwrap_or_else(PoisonError::into_inner).add(number, part);
        let judge = |number: usize, target: &Target, settled: &Settled, judged: Judged| {
            add(number, self.part(report(target, settled, judged))?);
            Ok(())
        };
        let mut summary = Summary::default();
        self.write(|out| {
            // Everything is judged whoever reads it: the status is about all of it.
            let mut written = Ok(());
            let write = || {
                if written.is_ok() {
                    written = running.write_due(&sequence, out);
                }
                Ok(())
            };
            // Once something is written it is too late to find that another target cannot be read.
            let look = || targets::look(targets).map_err(io::Error::other);
            work::judge_each(targets, settled, look, judge, write, !terminal::answers_people())?;
            add(targets.len(), self.part(remarks())?);
            summary = sequence.lock().unwrap_or_else(PoisonError::into_inner).summary();
            written?;
            running.end(&sequence, out)
        })?;
        Ok(summary)
    }

    /// Answers with what is in the reports; with a dry run nothing is answered.
    pub(super) fn print(&self, reports: impl Iterator<Item = Report>) -> anyhow::Result<Summary> {
        if let Some(running) = self.running().filter(|_| !self.dry_run) {
            let parts = reports.map(|report| self.part(report)).collect::<io::Result<Vec<_>>>()?;
            let mut summary = Summary::default();
            for part in &parts {
                summary.add(part.summary());
            }
            self.write(|out| running.whole(parts, out))?;
            return Ok(summary);
        }
        let mut whole = Report::default();
        for report in reports {
            whole.files += report.files;
            whole.findings.extend(report.findings);
            whole.suppressed.extend(report.suppressed);
            whole.is_incomplete |= report.is_incomplete;
        }
        if self.dry_run {
            return Ok(whole.summary());
        }
        whole.sort();
        match self.format {
            // These go file by file.
            Format::Text | Format::Json => {}
            Format::Sarif => self.write(|out| sarif::write(out, &whole, VERSION, &backshell_lint::docs::info))?,
            Format::Github => self.write(|out| github::write(out, &whole))?,
            Format::Markdown => self.write(|out| markdown::write(out, &whole))?,
        }
        Ok(whole.summary())
    }

    /// The form of output, if it goes file by file.
    fn running(&self) -> Option<Running<'static>> {
        match self.format {
            Format::Text if self.summary => Some(text::running_summary()),
            Format::Text => Some(text::running(&text_options())),
            Format::Json => Some(json::running(VERSION)),
            Format::Sarif | Format::Github | Format::Markdown => None,
        }
    }

    /// What is answered about a package, in a form that goes file by file.
    fn part(&self, mut report: Report) -> io::Result<Part> {
        report.sort();
        if self.format == Format::Json { json::part(&report) } else { text::part(&report, &text_options()) }
    }

    fn write(&self, render: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> anyhow::Result<()> {
        // What is for programs has no colours, and neither has text without them: they need not be searched for.
        let is_plain = match self.format {
            Format::Json | Format::Sarif => true,
            Format::Text => !self.summary && !text_options().color,
            Format::Github | Format::Markdown => false,
        };
        if is_plain { terminal::write_plain(render) } else { terminal::write(render) }
    }
}

fn text_options() -> TextOptions {
    TextOptions { color: terminal::shows_color() }
}
