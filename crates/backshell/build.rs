//! Has the linker put the functions that every call runs through beside each other.
//!
//! The program is tens of megabytes, a call runs through about a thousand functions of it, and where the linker puts them by
//! itself nearly each of them is on a page of its own: finding those pages then costs more time than some of the checks do.
//! `layout.order` names the functions; `scripts/layout` makes it anew. Names that a build does not have are passed over, so
//! an old list makes a program slower and never wrong.

use std::env;

fn main() {
    println!("cargo:rerun-if-changed=layout.order");
    // Only where Rust brings its own linker, which takes such a list, and only where speed is asked for.
    let target = env::var("TARGET").unwrap_or_default();
    let own_linker = env::var_os("RUSTC_LINKER").is_none()
        && !env::var("CARGO_ENCODED_RUSTFLAGS").unwrap_or_default().contains("link");
    if target != "x86_64-unknown-linux-gnu" || env::var("PROFILE").as_deref() != Ok("release") || !own_linker {
        return;
    }
    let folder = env::var("CARGO_MANIFEST_DIR").unwrap_or_default();
    for kind in ["bins", "benches"] {
        println!(
            "cargo:rustc-link-arg-{kind}=-Wl,--symbol-ordering-file={folder}/layout.order,--no-warn-symbol-ordering"
        );
    }
}
