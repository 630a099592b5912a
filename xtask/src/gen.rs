//! `cargo xtask gen`: writes what follows from the rule files, so that no list is kept by hand.
//!
//! Written: `crates/lint/src/rules/mod.rs`, the `mod.rs` of each group below it, and `docs/rules`; the same lists below
//! `crates/diff/src/checks`, and the list of `crates/probe/src/bars`. The module lists come from the file names alone, so that they can be written while the crate
//! does not compile; the pages come from the compiled rules. `--lists` writes the module lists and no pages. `--check`
//! writes nothing and fails when something on disk is not what would be written.

use anyhow::{Context as _, Result, bail, ensure};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{fs, process::Command};

/// Where the rules are, from the root of the repository.
pub(crate) const RULES: &str = "crates/lint/src/rules";
/// Where the checks of breaking changes are.
const CHECKS: &str = "crates/diff/src/checks";
/// Where the bars of endpoint verification are.
const BARS: &str = "crates/probe/src/bars";
/// Where the pages of rules are.
const PAGES: &str = "docs/rules";

/// Runs the command. `args` may hold `--check`.
pub(crate) fn run(args: &[String]) -> Result<()> {
    let check = match args {
        [] => false,
        [flag] if flag == "--check" => true,
        [flag] if flag == "--lists" => return write_module_lists(),
        _ => bail!("usage: cargo xtask gen [--check | --lists]"),
    };
    let root = root()?;
    let mut stale = update(&root.join(RULES), &rule_lists(&root)?, check)?;
    stale.extend(update(&root.join(CHECKS), &check_lists(&root)?, check)?);
    stale.extend(update(&root.join(BARS), &bar_list(&root)?, check)?);
    if check && !stale.is_empty() {
        // The pages would be those of another set of rules.
        return report(&stale);
    }
    stale.extend(update(&root.join(PAGES), &pages(&root)?, check)?);
    stale.extend(superfluous_pages(&root, check)?);
    report(&stale)
}

/// Writes the module lists alone: what a new rule file needs in order to be compiled.
pub(crate) fn write_module_lists() -> Result<()> {
    let root = root()?;
    update(&root.join(RULES), &rule_lists(&root)?, false)?;
    update(&root.join(CHECKS), &check_lists(&root)?, false)?;
    update(&root.join(BARS), &bar_list(&root)?, false).map(drop)
}

/// The root of the repository.
pub(crate) fn root() -> Result<PathBuf> {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    Ok(manifest.parent().context("xtask lies in no workspace")?.to_owned())
}

/// The rule id that a file name stands for: `operation_id_required` is `OperationIdRequired`, and `bs_` in front becomes
/// the prefix `BS-`.
pub(crate) fn rule_id(file_stem: &str) -> String {
    let (prefix, words) = file_stem.strip_prefix("bs_").map_or(("", file_stem), |words| ("BS-", words));
    let mut id = prefix.to_owned();
    for word in words.split('_') {
        let mut letters = word.chars();
        id.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        id.push_str(letters.as_str());
    }
    id
}

/// Every module list below the rules folder, by path from there.
fn rule_lists(root: &Path) -> Result<BTreeMap<PathBuf, String>> {
    let groups = groups(&root.join(RULES))?;
    let mut lists = BTreeMap::new();
    let mut all = String::from("//! Every rule, one file each. Written by `cargo xtask gen`; do not edit.\n\n");
    let mut rules = BTreeMap::new();
    for (group, stems) in &groups {
        writeln!(all, "mod {group};")?;
        lists.insert(Path::new(group).join("mod.rs"), group_list("rules", group, stems));
        rules.extend(stems.iter().map(|stem| (rule_id(stem), format!("{group}::{stem}"))));
    }
    all.push_str("\nuse crate::Rule;\n\n/// Every rule, ordered by id.\npub(crate) static ALL: &[&Rule] = &[\n");
    for path in rules.values() {
        writeln!(all, "    &{path}::RULE,")?;
    }
    all.push_str("];\n");
    lists.insert(PathBuf::from("mod.rs"), all);
    Ok(lists)
}

/// Every module list below the checks folder, by path from there.
fn check_lists(root: &Path) -> Result<BTreeMap<PathBuf, String>> {
    let mut lists = BTreeMap::new();
    let mut all =
        String::from("//! Every family of checks, one file each. Written by `cargo xtask gen`; do not edit.\n\n");
    let mut families = String::new();
    for (group, stems) in groups(&root.join(CHECKS))? {
        writeln!(all, "mod {group};")?;
        lists.insert(Path::new(&group).join("mod.rs"), group_list("checks", &group, &stems));
        for stem in stems {
            writeln!(families, "    &{group}::{stem}::FAMILY,")?;
        }
    }
    all.push_str("\nuse crate::check::Family;\n\n/// Every family, ordered by file.\n");
    write!(all, "pub(crate) static ALL: &[&Family] = &[\n{families}];\n")?;
    lists.insert(PathBuf::from("mod.rs"), all);
    Ok(lists)
}

/// The module list of the bars, whose files begin with their numbers.
fn bar_list(root: &Path) -> Result<BTreeMap<PathBuf, String>> {
    let mut all = String::from("//! Every bar, one file each. Written by `cargo xtask gen`; do not edit.\n\n");
    let mut bars = String::new();
    for name in sorted_names(&root.join(BARS))? {
        let Some(stem) = name.strip_suffix(".rs").filter(|stem| *stem != "mod") else { continue };
        writeln!(all, "mod {stem};")?;
        writeln!(bars, "    &{stem}::BAR,")?;
    }
    all.push_str("\nuse crate::Bar;\n\n/// Every bar, ordered by id.\n");
    write!(all, "pub(crate) static ALL: &[&Bar] = &[\n{bars}];\n")?;
    Ok(BTreeMap::from([(PathBuf::from("mod.rs"), all)]))
}

/// The module list of one group.
fn group_list(things: &str, group: &str, stems: &[String]) -> String {
    let title = group.replace('_', "-");
    let mut list = format!("//! The {things} of the group `{title}`. Written by `cargo xtask gen`; do not edit.\n\n");
    for stem in stems {
        let _ = writeln!(list, "pub(super) mod {stem};");
    }
    list
}

/// The folders below `folder`, each with the names of its files, without extension.
fn groups(folder: &Path) -> Result<BTreeMap<String, Vec<String>>> {
    let mut groups: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for group in sorted_names(folder)? {
        if folder.join(&group).is_dir() {
            let files = sorted_names(&folder.join(&group))?.into_iter();
            let stems =
                files.filter_map(|name| name.strip_suffix(".rs").filter(|stem| *stem != "mod").map(str::to_owned));
            groups.insert(group, stems.collect());
        }
    }
    Ok(groups)
}

/// Every page by its file name, as the compiled rules give it.
fn pages(root: &Path) -> Result<BTreeMap<PathBuf, String>> {
    let folder = root.join("target/xtask/rule-pages");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    let status = Command::new(env!("CARGO"))
        .args(["run", "--quiet", "--package", "backshell-lint", "--example", "rule_pages", "--"])
        .arg(&folder)
        .current_dir(root)
        .status()?;
    ensure!(status.success(), "the rules do not compile: the pages cannot be written");
    let names = sorted_names(&folder)?.into_iter();
    names.map(|name| Ok((PathBuf::from(&name), fs::read_to_string(folder.join(&name))?))).collect()
}

/// Writes (or, to check, compares) `files` below `folder`. Returns the paths that were or are stale.
fn update(folder: &Path, files: &BTreeMap<PathBuf, String>, check: bool) -> Result<Vec<PathBuf>> {
    let mut stale = Vec::new();
    for (name, content) in files {
        let path = folder.join(name);
        if fs::read_to_string(&path).is_ok_and(|on_disk| on_disk == *content) {
            continue;
        }
        if check {
            stale.push(path);
            continue;
        }
        fs::create_dir_all(path.parent().unwrap_or(folder))?;
        fs::write(&path, content).with_context(|| format!("{} cannot be written", path.display()))?;
    }
    Ok(stale)
}

/// Removes (or, to check, lists) pages of rules that are gone.
fn superfluous_pages(root: &Path, check: bool) -> Result<Vec<PathBuf>> {
    let wanted = sorted_names(&root.join("target/xtask/rule-pages"))?;
    let mut superfluous = Vec::new();
    for name in sorted_names(&root.join(PAGES))? {
        if !wanted.contains(&name) {
            let path = root.join(PAGES).join(name);
            if check {
                superfluous.push(path);
            } else {
                fs::remove_file(path)?;
            }
        }
    }
    Ok(superfluous)
}

fn report(stale: &[PathBuf]) -> Result<()> {
    let list = stale.iter().fold(String::new(), |list, path| format!("{list}\n  {}", path.display()));
    ensure!(stale.is_empty(), "not what `cargo xtask gen` would write; run it and commit:{list}");
    Ok(())
}

fn sorted_names(folder: &Path) -> Result<Vec<String>> {
    let entries = fs::read_dir(folder).with_context(|| format!("{} cannot be read", folder.display()))?;
    let mut names = Vec::new();
    for entry in entries {
        names.push(entry?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_follow_from_file_names() {
        assert_eq!(rule_id("operation_id_required"), "OperationIdRequired");
        assert_eq!(rule_id("bs_props_invalid_json"), "BS-PropsInvalidJson");
        assert_eq!(rule_id("o_auth_security_requirement"), "OAuthSecurityRequirement");
    }
}
