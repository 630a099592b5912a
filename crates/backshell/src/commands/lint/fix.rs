//! `--fix`: mends definitions in place.

use super::settings::Settled;
use super::targets::Target;
use crate::terminal;
use anyhow::{Context as _, bail, ensure};
use backshell_findings::{Finding, Report};
use backshell_lint::Baseline;
use backshell_lint::fixes::{self, FixedFile};
use backshell_package::{Origin, ReadPackage};
use std::fs;
use std::io::Write as _;
use std::path::Path;

/// Says what cannot be mended in place, before anything is.
pub(super) fn refuse_what_cannot_be_written(targets: &[Target]) -> anyhow::Result<()> {
    for target in targets {
        if target.is_piped() {
            bail!("standard input cannot be mended; save the definition as a file first");
        }
        if target.is_archive() {
            bail!("`{}` is an archive, and files in it are not mended; unpack it and give the folder", target.shown);
        }
    }
    Ok(())
}

/// Mends the targets, and returns what it changes as a unified diff. With `dry_run` nothing is written.
pub(super) fn mend(
    targets: &[Target],
    settled: &[Settled],
    baseline: Option<&Baseline>,
    dry_run: bool,
) -> anyhow::Result<String> {
    let mut diff = String::new();
    let (mut files, mut edits) = (0, 0);
    for (target, settled) in targets.iter().zip(settled) {
        let read = target.read()?;
        let keep = |findings: Vec<Finding>| {
            let (findings, _) = settled.accept(findings, std::iter::empty());
            let Some(baseline) = baseline else { return findings };
            let mut left = Report::default();
            baseline.accept(&target.name, targets.len() == 1, findings, &mut left);
            left.findings
        };
        let Some(fixed) = fixes::mend(&read, &settled.options, &keep) else { continue };
        files += 1;
        edits += fixed.edits;
        if dry_run {
            diff += &fixes::diff(&shown(target, &read, &fixed), &fixed);
        } else {
            let lone = read.package.origin == Origin::File;
            write(&if lone { target.path.clone() } else { target.path.join(&fixed.file) }, &fixed)?;
        }
    }
    let verb = if dry_run { "would change" } else { "changed" };
    let plural = |count: usize| if count == 1 { "" } else { "s" };
    terminal::remark(&format!("{verb} {edits} place{} in {files} file{}", plural(edits), plural(files)));
    Ok(diff)
}

fn shown(target: &Target, read: &ReadPackage, fixed: &FixedFile) -> String {
    let package = target.shown.trim_end_matches('/');
    if read.package.origin == Origin::File { package.to_owned() } else { format!("{package}/{}", fixed.file) }
}

/// Puts the mended file into the place of the old one in one step: whoever reads it meanwhile sees the one or the other.
fn write(path: &Path, fixed: &FixedFile) -> anyhow::Result<()> {
    // A link stays a link: what it leads to is replaced.
    let path = &path.canonicalize()?;
    let shown = path.display();
    let folder = path.parent().with_context(|| format!("`{shown}` lies in no folder"))?;
    let mut file = tempfile::Builder::new()
        .prefix(".backshell-")
        .tempfile_in(folder)
        .with_context(|| format!("`{shown}` cannot be written"))?;
    file.write_all(&fixed.new)?;
    fs::set_permissions(file.path(), fs::metadata(path)?.permissions())?;
    file.as_file().sync_all()?;
    ensure!(fs::read(path)? == fixed.old, "`{shown}` was changed by another program meanwhile; run the command again");
    file.persist(path).with_context(|| format!("`{shown}` cannot be written"))?;
    Ok(())
}
