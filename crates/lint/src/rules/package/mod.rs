//! The rules of the group `package`. Written by `cargo xtask gen`; do not edit.

pub(super) mod bs_pkg_archive_unsafe;
pub(super) mod bs_pkg_file_missing;
