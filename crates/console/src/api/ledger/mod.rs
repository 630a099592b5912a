//! The ledger: the record of calls and administrative acts. Users stand in it as pseudonyms.

pub(crate) mod checkpoint;
pub(crate) mod entries;
pub(crate) mod erase;

/// Hash bytes as lower-case hexadecimal digits.
fn hex(bytes: [u8; 32]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(64), |mut text, byte| {
        // Writing into a `String` cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
