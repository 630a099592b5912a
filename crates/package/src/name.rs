//! File names within a package.

/// The form in which names are compared: letter case ignored, also beyond ASCII.
pub(crate) fn fold(path: &str) -> String {
    path.to_lowercase()
}

/// Why a relative path must not be used, or `None` when it may: it would lead out of the package, or mean different
/// files on different systems.
pub(crate) fn unsafe_because(path: &str) -> Option<&'static str> {
    let first = path.split('/').next().unwrap_or_default();
    if path.is_empty() {
        Some("it is empty")
    } else if path.starts_with('/') {
        Some("it is absolute")
    } else if path.contains('\\') {
        Some("it contains a backslash, which separates folders on some systems")
    } else if first.contains(':') {
        Some("it begins with a drive letter or names a stream")
    } else if path.chars().any(char::is_control) {
        Some("it contains a control character")
    } else if path.split('/').any(|part| part == "..") {
        Some("it leads out of its folder with `..`")
    } else if path.split('/').any(|part| part.is_empty() || part == ".") {
        Some("it has an empty part or a single dot in it")
    } else if path.len() > 1_024 {
        Some("it is longer than 1,024 bytes")
    } else {
        None
    }
}

/// Whether a path is none of the package's business: hidden files and what macOS adds to archives.
pub(crate) fn is_ignored(path: &str) -> bool {
    path.split('/').any(|part| part.starts_with('.') || part == "__MACOSX")
}

/// A name for a message: one line of at most 120 characters.
pub(crate) fn shown(name: &str) -> String {
    const MOST: usize = 120;
    let mut text: String =
        name.chars().take(MOST).map(|letter| if letter.is_control() { '\u{fffd}' } else { letter }).collect();
    if name.chars().nth(MOST).is_some() {
        text.push('…');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_lead_out_are_unsafe() {
        for path in [
            "",
            "/",
            "/etc/passwd",
            "../x",
            "a/../../x",
            "a/..",
            "..",
            "C:/x",
            "c:x",
            "\\\\server\\x",
            "..\\x",
            "a\\b",
            "a//b",
            "a/",
            "./a",
            "a/./b",
            "a\nb",
            "a\0b",
            "x:stream",
        ] {
            assert!(unsafe_because(path).is_some(), "{path:?}");
        }
        for path in ["a", "a/b.c", "Brønnøysund/x", "a..b", "...", "a b (c)", "..."] {
            assert!(unsafe_because(path).is_none(), "{path:?}");
        }
        assert!(unsafe_because(&"x".repeat(1_025)).is_some());
    }
}
