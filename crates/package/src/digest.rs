//! The digest that names a package.
//!
//! SHA-256 over the concatenation, for each file in ascending order of the bytes of its lower-case path, of
//!
//! | bytes | content |
//! |---|---|
//! | 8 | length of the path in bytes, big endian |
//! | n | the path in UTF-8: relative, `/` between folders, in lower case (Unicode's default mapping, no locale) |
//! | 8 | length of the file in bytes, big endian |
//! | 32 | SHA-256 of the file's bytes as they are |
//!
//! Lengths in front make the layout unambiguous. No two files of a package have the same lower-case path.

use crate::name;
use crate::package::PackageFile;
use aws_lc_rs::digest::{Context, SHA256, digest};
use backshell_model::PackageDigest;

/// The digest of these files, in whatever order they come.
pub(crate) fn of(files: &[PackageFile]) -> PackageDigest {
    let mut entries: Vec<(String, &[u8])> = files.iter().map(|file| (name::fold(&file.path), &*file.bytes)).collect();
    entries.sort_unstable();
    let mut context = Context::new(&SHA256);
    for (path, bytes) in entries {
        context.update(&(path.len() as u64).to_be_bytes());
        context.update(path.as_bytes());
        context.update(&(bytes.len() as u64).to_be_bytes());
        context.update(digest(&SHA256, bytes).as_ref());
    }
    let mut all = [0; 32];
    for (byte, value) in all.iter_mut().zip(context.finish().as_ref()) {
        *byte = *value;
    }
    PackageDigest(all)
}
