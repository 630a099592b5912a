//! `backshell lint`: Swagger validation.
//!
//! This file is the command line and the order of things. `targets` finds what is to be checked, `settings` the
//! configuration of each, `work` checks them on all cores, `output` answers; `fix` mends files, `watch` goes on checking.

mod fix;
mod output;
mod settings;
mod targets;
mod watch;
mod work;

use super::block_on;
use crate::system::SystemClock;
use crate::terminal;
use anyhow::{Context as _, bail};
use backshell_findings::{Report, Summary, text};
use backshell_lint::{Baseline, Day, Level, Selector};
use backshell_model::{Clock, PublisherKind};
use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use settings::{Settings, Settled};
use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use targets::Target;
use work::Judged;

/// Check connector packages against the rules
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  backshell lint ./my-connector                        a package folder
  backshell lint apiDefinition.swagger.json            that file alone
  backshell lint connector.zip                         a zip archive
  backshell lint ./connectors --summary                a folder of packages, one line per rule
  generate-definition | backshell lint -               a definition on standard input
  backshell lint . --deny all --allow BS-FileLayout    warnings are errors, one rule is off
  backshell lint . --severity metadata=note            a whole group of rules
  backshell lint . --other-titles titles.txt           no title that a published connector has
  backshell lint old --write-baseline baseline.json    accept what a published version has
  backshell lint new --baseline baseline.json          and report only what is new
  backshell lint . --fix --dry-run                     show what would be mended
  backshell lint . --format sarif > lint.sarif         for code scanning
  backshell lint . --watch                             check again whenever a file changes

Settings and accepted findings can lie in `.backshell-lint.toml`; docs/linting.md describes it.

Exit status: 0 nothing at error level, 1 something is, 2 the command could not do its work.")]
pub(super) struct Lint {
    /// Definition files, package folders, zip archives, folders of packages, or `-` for a definition on standard input.
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// How to answer.
    #[arg(long, value_enum, default_value_t)]
    format: Format,

    /// Show only how often each rule fired, not every finding.
    #[arg(long, conflicts_with = "format")]
    summary: bool,

    /// Report findings of this rule as errors. Also a group of rules, or `all`.
    #[arg(long, value_name = "RULE", value_delimiter = ',', help_heading = "Levels")]
    deny: Vec<Selector>,

    /// Report findings of this rule as warnings.
    #[arg(long, value_name = "RULE", value_delimiter = ',', help_heading = "Levels")]
    warn: Vec<Selector>,

    /// Turn this rule off.
    #[arg(long, value_name = "RULE", value_delimiter = ',', help_heading = "Levels")]
    allow: Vec<Selector>,

    /// Report findings of this rule at this level: error, warning, note, off.
    #[arg(long, value_name = "RULE=LEVEL", value_delimiter = ',', value_parser = assignment, help_heading = "Levels")]
    severity: Vec<(Selector, Level)>,

    /// Who publishes: some rules weigh otherwise for some, and some apply to one kind only.
    #[arg(long, value_name = "KIND", value_parser = publisher_kind(), help_heading = "Levels")]
    publisher: Option<PublisherKind>,

    /// The name under which the publisher is registered; what packages say of their publisher is held against it.
    #[arg(long, value_name = "NAME", help_heading = "Settings")]
    publisher_name: Option<String>,

    /// A text file with the titles of published connectors, one in a line: no package may have one of them. Leave out the
    /// title of a connector that the package updates.
    #[arg(long, value_name = "FILE", help_heading = "Settings")]
    other_titles: Option<PathBuf>,

    /// The configuration file; otherwise the nearest `.backshell-lint.toml` in the package's folder or above.
    #[arg(long, value_name = "FILE", help_heading = "Settings")]
    config: Option<PathBuf>,

    /// Read no configuration file.
    #[arg(long, conflicts_with = "config", help_heading = "Settings")]
    no_config: bool,

    /// Accept the findings that this file lists.
    #[arg(long, value_name = "FILE", help_heading = "Settings")]
    baseline: Option<PathBuf>,

    /// Write a file that accepts every finding there is now.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["fix", "watch"], help_heading = "Settings")]
    write_baseline: Option<PathBuf>,

    /// Mend what is safe and mechanical, in place, and report what is left.
    #[arg(long, help_heading = "Fixes")]
    fix: bool,

    /// With --fix: show what would be changed, and change nothing.
    #[arg(long, requires = "fix", conflicts_with = "format", help_heading = "Fixes")]
    dry_run: bool,

    /// Go on checking what changes, and show only what is new or gone. Ctrl-C ends it.
    #[arg(long, conflicts_with_all = ["format", "summary", "fix"])]
    watch: bool,
}

/// The forms of output.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// For people.
    #[default]
    Text,
    /// For programs.
    Json,
    /// For code scanning: SARIF 2.1.0.
    Sarif,
    /// For a job of GitHub Actions: annotations.
    Github,
    /// For a comment on a pull request.
    Markdown,
}

/// Where the system gives the heap huge pages although it does not ask for them, less than half of them is used; to zero the
/// rest is a tenth of what judging a few hundred packages costs.
fn disable_huge_pages() {
    // Without it the work is the same.
    #[cfg(target_os = "linux")]
    let _ = rustix::thread::disable_transparent_huge_pages(true);
}

impl Lint {
    pub(super) fn run(&self) -> anyhow::Result<ExitCode> {
        disable_huge_pages();
        let levels = self.levels()?;
        if self.watch {
            watch::refuse_what_cannot_be_watched(&self.paths)?;
        }
        let targets = targets::find(&self.paths)?;
        let mut settings = Settings::new(self, levels, self.read_other_titles()?);
        if self.fix {
            fix::refuse_what_cannot_be_written(&targets)?;
        }
        let baseline = self.read_baseline()?;
        if self.watch {
            if let Some(baseline) = &baseline {
                remark_on_strangers(baseline, &targets);
            }
            return block_on(watch::watch(self, settings, baseline));
        }
        if self.fix {
            let settled = settings.of_all(&targets)?;
            let diff = fix::mend(&targets, &settled, baseline.as_ref(), self.dry_run)?;
            if self.dry_run {
                print_diff(&diff)?;
            }
        }
        let has_errors = self.check(&targets, &mut settings, baseline.as_ref())?.errors > 0;
        if self.dry_run && has_errors {
            terminal::remark("there are errors in the files as they are; lint without --fix lists them");
        }
        Ok(if has_errors { ExitCode::from(1) } else { ExitCode::SUCCESS })
    }

    /// Checks the targets, takes out what is accepted, and answers.
    fn check(
        &self,
        targets: &[Target],
        settings: &mut Settings,
        baseline: Option<&Baseline>,
    ) -> anyhow::Result<Summary> {
        let settled = settings.of_all(targets)?;
        let alone = targets.len() == 1;
        if let Some(baseline) = baseline.filter(|_| self.write_baseline.is_none()) {
            remark_on_strangers(baseline, targets);
        }
        // What is to be said about the settings is known when everything is judged.
        let remarks = || Report { findings: settings.remarks(targets, settled.iter()), ..Report::default() };
        let Some(path) = &self.write_baseline else {
            let report =
                |target: &Target, settled: &Settled, judged: Judged| judged.report(target, settled, baseline, alone);
            let mut others = settings.shown();
            others.extend(self.baseline.iter().map(|path| path.display().to_string()));
            return self.answer(targets, &settled, &others, report, remarks);
        };
        let judged = work::judge(targets, &settled, |_, _, judged| judged)?;
        let baseline = write_baseline(path, targets, &judged)?;
        let all = targets.iter().zip(&settled).zip(judged);
        let reports = all.map(|((target, settled), judged)| judged.report(target, settled, Some(&baseline), alone));
        self.print(reports.chain(std::iter::once_with(remarks)))
    }

    /// What the command line says about levels.
    fn levels(&self) -> anyhow::Result<Vec<(Selector, Level)>> {
        use backshell_findings::Severity::{Error, Warning};
        let all_at =
            |list: &[Selector], level: Level| list.iter().map(|selector| (*selector, level)).collect::<Vec<_>>();
        let mut levels = all_at(&self.deny, Level::At(Error));
        levels.extend(all_at(&self.warn, Level::At(Warning)));
        levels.extend(all_at(&self.allow, Level::Off));
        levels.extend(&self.severity);
        for (index, (selector, level)) in levels.iter().enumerate() {
            let earlier = levels.iter().take(index).find(|(earlier, _)| earlier == selector);
            if let Some((_, other)) = earlier.filter(|(_, other)| other != level) {
                bail!("`{}` is set to {} and to {}; say one", selector.as_str(), other.as_str(), level.as_str());
            }
        }
        Ok(levels)
    }

    /// The titles of other connectors: the lines of the file, blank ones left out.
    fn read_other_titles(&self) -> anyhow::Result<Vec<String>> {
        let Some(path) = &self.other_titles else { return Ok(Vec::new()) };
        let shown = path.display();
        let text = std::fs::read_to_string(path).with_context(|| {
            format!("the titles in `{shown}` cannot be read; give a text file (UTF-8) with one title in a line")
        })?;
        let lines = text.strip_prefix('\u{feff}').unwrap_or(&text).lines().map(str::trim);
        Ok(lines.filter(|line| !line.is_empty()).map(str::to_owned).collect())
    }

    fn read_baseline(&self) -> anyhow::Result<Option<Baseline>> {
        let Some(path) = &self.baseline else { return Ok(None) };
        let shown = path.display().to_string();
        let bytes = std::fs::read(path)
            .with_context(|| format!("the baseline `{shown}` cannot be read; --write-baseline writes one"))?;
        Ok(Some(Baseline::parse(&shown, &bytes)?))
    }

    /// Whether people are shown the lines of the source.
    fn shows_lines(&self) -> bool {
        self.watch || self.format == Format::Text && !self.summary
    }

    /// Whether findings have to be known again.
    fn identifies(&self) -> bool {
        self.watch
            || self.baseline.is_some()
            || self.write_baseline.is_some()
            || matches!(self.format, Format::Json | Format::Sarif)
    }
}

/// Says so when a baseline is of other packages: it would accept nothing, and nobody would know why.
fn remark_on_strangers(baseline: &Baseline, targets: &[Target]) {
    const MOST_NAMES: usize = 3;
    let alone = targets.len() == 1;
    if baseline.is_empty() || targets.iter().any(|target| baseline.is_about(&target.name, alone)) {
        return;
    }
    let quoted = |names: &mut dyn Iterator<Item = &str>| {
        let names: Vec<String> = names.take(MOST_NAMES + 1).map(|name| format!("`{name}`")).collect();
        let more = if names.len() > MOST_NAMES { " ..." } else { "" };
        names.iter().take(MOST_NAMES).cloned().collect::<Vec<_>>().join(", ") + more
    };
    let known = quoted(&mut baseline.packages());
    let checked = quoted(&mut targets.iter().map(|target| &*target.name));
    terminal::remark(&format!("the baseline accepts nothing here: it is of {known}, and {checked} is checked"));
}

/// Writes a baseline that accepts what was found.
fn write_baseline(path: &Path, targets: &[Target], judged: &[Judged]) -> anyhow::Result<Baseline> {
    let all = targets.iter().zip(judged);
    let all = all.flat_map(|(target, judged)| judged.findings.iter().map(|found| (&*target.name, found)));
    let baseline = Baseline::of(all);
    std::fs::write(path, baseline.render()).with_context(|| format!("`{}` cannot be written", path.display()))?;
    terminal::remark(&format!("{} findings are accepted by `{}`", baseline.len(), path.display()));
    Ok(baseline)
}

/// To a file a diff goes as it is, so that it can be applied; a terminal must not act on foreign text.
fn print_diff(diff: &str) -> anyhow::Result<()> {
    if !std::io::stdout().is_terminal() {
        return terminal::print(diff);
    }
    terminal::write(|out| diff.lines().try_for_each(|line| writeln!(out, "{}", text::printable(line))))
}

/// `RULE=LEVEL`.
fn assignment(text: &str) -> Result<(Selector, Level), String> {
    let (name, level) = text.split_once('=').ok_or("write RULE=LEVEL, for example `BS-HttpsOnly=note`")?;
    let selector = name.parse::<Selector>().map_err(|error| error.to_string())?;
    Ok((selector, level.parse::<Level>().map_err(|error| error.to_string())?))
}

fn publisher_kind() -> impl TypedValueParser<Value = PublisherKind> {
    let words = PublisherKind::ALL.iter().map(|kind| kind.as_str());
    PossibleValuesParser::new(words)
        .try_map(|word| PublisherKind::from_word(&word).ok_or("write platform, verified or independent"))
}

/// The day in UTC, for entries that hold up to a day.
fn today() -> Day {
    let now = jiff::Timestamp::from_microsecond(SystemClock.now().as_micros()).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    let date = now.to_zoned(jiff::tz::TimeZone::UTC).date();
    let part = |number: i8| u8::try_from(number).unwrap_or_default();
    Day { year: u16::try_from(date.year()).unwrap_or_default(), month: part(date.month()), day: part(date.day()) }
}
