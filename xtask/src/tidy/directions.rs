//! Dependencies, from `cargo metadata` against the table: who uses whom, and what the lower layers must not pull in.

use super::{CRATES, Crate, Problems, read};
use anyhow::{Context as _, Result};
use cargo_metadata::camino::Utf8Path;
use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, Package, PackageId, Resolve};
use std::collections::{BTreeSet, HashMap};
use std::path::Path;

/// Layers 0 to 2 decide; they open no socket, serve nothing and know no database, not even through somebody else.
const ABOVE_DECISIONS: [&str; 11] =
    ["axum", "hyper", "hyper-util", "mio", "quinn", "rustls", "socket2", "sqlx", "tokio", "tokio-rustls", "tonic"];

/// Errors are typed everywhere but at the outermost edge.
const MAY_USE_ANYHOW: [&str; 2] = ["backshell", "xtask"];

pub(super) fn check(root: &Path, problems: &mut Problems) -> Result<()> {
    let metadata = MetadataCommand::new()
        .manifest_path(root.join("Cargo.toml"))
        .other_options(["--filter-platform".to_owned(), "x86_64-unknown-linux-gnu".to_owned()])
        .exec()
        .context("`cargo metadata` failed")?;
    let resolve = metadata.resolve.as_ref().context("`cargo metadata` resolved nothing")?;
    let names = metadata.packages.iter().map(|package| (&package.id, package.name.as_str())).collect();
    for package in metadata.workspace_packages() {
        let place = package.manifest_path.strip_prefix(&metadata.workspace_root).unwrap_or(&package.manifest_path);
        directions(package, place, problems);
        manifest(package, place, problems)?;
        lower_layers(package, place, resolve, &names, problems);
    }
    complete(&metadata, problems);
    Ok(())
}

/// The name of one of our packages in the table.
fn short(package: &str) -> Option<&str> {
    if package == "backshell" { Some(package) } else { package.strip_prefix("backshell-") }
}

fn entry(package: &str) -> Option<&'static Crate> {
    CRATES.iter().find(|of| short(package) == Some(of.name))
}

fn directions(package: &Package, place: &Utf8Path, problems: &mut Problems) {
    let may_use_anyhow = MAY_USE_ANYHOW.contains(&package.name.as_str());
    for dependency in &package.dependencies {
        if dependency.name == "anyhow" && !may_use_anyhow {
            problems.add(place, "`anyhow` is for the binary and xtask; write an error type");
        }
        let Some(used) = short(&dependency.name).filter(|_| dependency.kind != DependencyKind::Development) else {
            continue;
        };
        let allowed = match entry(&package.name) {
            Some(of) => of.may_use.contains(&used),
            // xtask, which may use what it generates from.
            None => true,
        };
        if !allowed {
            problems
                .add(place, format!("may not depend on `{used}`; the table in xtask/src/tidy.rs says what it may use"));
        }
        if used == "testkit" {
            problems.add(place, "`testkit` is for tests; make it a dev-dependency");
        }
    }
}

fn manifest(package: &Package, place: &Utf8Path, problems: &mut Problems) -> Result<()> {
    if package.description.as_deref().is_none_or(|text| text.len() < 10) {
        problems.add(place, "`description` says nothing; write what the crate is");
    }
    if !read(package.manifest_path.as_std_path())?.contains("[lints]\nworkspace = true") {
        problems.add(place, "the lints of the workspace are not inherited; add `[lints]` with `workspace = true`");
    }
    Ok(())
}

/// Walks everything that a crate of layers 0 to 2 links.
fn lower_layers(
    package: &Package,
    place: &Utf8Path,
    resolve: &Resolve,
    names: &HashMap<&PackageId, &str>,
    problems: &mut Problems,
) {
    if entry(&package.name).and_then(|of| of.layer).is_none_or(|layer| layer > 2) {
        return;
    }
    let nodes = resolve.nodes.iter().map(|node| (&node.id, node)).collect::<HashMap<_, _>>();
    let mut seen = BTreeSet::from([&package.id]);
    let mut ahead = vec![(&package.id, package.name.to_string())];
    while let Some((id, way)) = ahead.pop() {
        for dependency in nodes.get(id).into_iter().flat_map(|node| &node.deps) {
            let normal = dependency.dep_kinds.iter().any(|kind| kind.kind == DependencyKind::Normal);
            if !normal || !seen.insert(&dependency.pkg) {
                continue;
            }
            let name = names.get(&dependency.pkg).copied().unwrap_or_default();
            let way = format!("{way} -> {name}");
            if ABOVE_DECISIONS.contains(&name) {
                problems.add(place, format!("layers 0 to 2 must not use `{name}` ({way})"));
            } else {
                ahead.push((&dependency.pkg, way));
            }
        }
    }
}

/// The table names every crate and no other.
fn complete(metadata: &Metadata, problems: &mut Problems) {
    let packages = metadata.workspace_packages();
    for package in packages.iter().filter(|package| package.name != "xtask" && entry(&package.name).is_none()) {
        problems.add(&package.manifest_path, "is not in the table in xtask/src/tidy.rs; give it a place there");
    }
    for of in &CRATES {
        if !packages.iter().any(|package| short(&package.name) == Some(of.name)) {
            problems.add("xtask/src/tidy.rs", format!("the table names `{}`, which does not exist", of.name));
        }
    }
}
