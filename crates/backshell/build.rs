//! Has the linker put the functions that calls run through beside each other.
//!
//! `layout.order` names them; `scripts/layout` makes it anew, and decision 12 says why. Names that a build does not have are
//! passed over, so an old list costs time and breaks nothing.

#![expect(clippy::disallowed_methods, reason = "what cargo tells a build script stands in the environment")]

use std::env;
use std::path::Path;
use std::process::Command;

fn main() {
    println!("cargo:rerun-if-changed=layout.order");
    println!("cargo:rerun-if-env-changed=CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_LINKER");
    // Only where speed is asked for.
    let wanted = |name: &str, value: &str| env::var(name).as_deref() == Ok(value);
    if !wanted("TARGET", "x86_64-unknown-linux-gnu") || !wanted("PROFILE", "release") || !links_with_lld() {
        return;
    }
    let folder = env::var("CARGO_MANIFEST_DIR").unwrap_or_default();
    for kind in ["bins", "benches"] {
        // One by one: in one argument for the compiler, a comma in the path would end it.
        for argument in
            [format!("--symbol-ordering-file={folder}/layout.order"), "--no-warn-symbol-ordering".to_owned()]
        {
            println!("cargo:rustc-link-arg-{kind}=-Xlinker");
            println!("cargo:rustc-link-arg-{kind}={argument}");
        }
    }
}

/// Whether the linker is the one that comes with this compiler, which takes such a list; not every linker does.
fn links_with_lld() -> bool {
    let flags = env::var("CARGO_ENCODED_RUSTFLAGS").unwrap_or_default();
    let about_linking = |flag: &str| {
        let option = flag.strip_prefix("--codegen=").or_else(|| flag.strip_prefix("-C")).unwrap_or(flag);
        option.trim_start().starts_with("link")
    };
    if env::var_os("RUSTC_LINKER").is_some() || flags.split('\x1f').any(about_linking) {
        return false;
    }
    let Some(compiler) = env::var_os("RUSTC") else { return false };
    let Ok(asked) = Command::new(compiler).args(["--print", "target-libdir"]).output() else { return false };
    let libraries = String::from_utf8_lossy(&asked.stdout).trim().to_owned();
    Path::new(&libraries).with_file_name("bin/gcc-ld/ld.lld").exists()
}
