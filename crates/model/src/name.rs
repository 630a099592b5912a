//! Names for people to read: of an environment, of a connection.

/// Whether `text` can be such a name: 1 to 128 characters, no control characters, no white space at the ends.
pub fn is_display_name(text: &str) -> bool {
    (1..=128).contains(&text.chars().count()) && !text.chars().any(char::is_control) && text.trim() == text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_can_read() {
        let (longest, longer) = ("ü".repeat(128), "ü".repeat(129));
        for name in ["x", "Orders (north)", longest.as_str()] {
            assert!(is_display_name(name), "{name}");
        }
        for name in ["", " x", "x\u{a0}", "a\nb", longer.as_str()] {
            assert!(!is_display_name(name), "{name:?}");
        }
    }
}
