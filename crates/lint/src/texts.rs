//! Looking into texts that people read.

/// The names of the platform's products, in lower case.
pub(crate) const PRODUCT_NAMES: &[&str] = &[
    "power apps",
    "powerapps",
    "power automate",
    "power bi",
    "power pages",
    "power platform",
    "copilot studio",
    "logic apps",
    "microsoft flow",
    "dataverse",
];

/// The first of `words` (lower case) that occurs in `text` with no letter or digit on either side of it; letter case does
/// not matter.
pub(crate) fn word_of(text: &str, words: &[&'static str]) -> Option<&'static str> {
    let bit = |byte: &u8| 1_u64 << (byte.to_ascii_lowercase() % 64);
    let firsts = words.iter().filter_map(|word| word.as_bytes().first()).fold(0, |all, first| all | bit(first));
    let mut after_letter = false;
    for (at, byte) in text.bytes().enumerate() {
        let may_begin = !after_letter && firsts & bit(&byte) != 0;
        after_letter = byte.is_ascii_alphanumeric();
        if may_begin
            && let Some((before, rest)) = text.split_at_checked(at)
            && let Some(word) = words.iter().find(|word| begins_with(rest, word))
            && !before.ends_with(char::is_alphanumeric)
        {
            return Some(word);
        }
    }
    None
}

/// Whether both texts are the same but for letter case.
pub(crate) fn same(left: &str, right: &str) -> bool {
    if left.is_ascii() && right.is_ascii() {
        return left.eq_ignore_ascii_case(right);
    }
    left.chars().flat_map(char::to_lowercase).eq(right.chars().flat_map(char::to_lowercase))
}

fn begins_with(text: &str, word: &str) -> bool {
    let first = |text: &str| text.as_bytes().first().map(u8::to_ascii_lowercase);
    first(text) == first(word)
        && text
            .split_at_checked(word.len())
            .is_some_and(|(start, rest)| start.eq_ignore_ascii_case(word) && !rest.starts_with(char::is_alphanumeric))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words() {
        for (text, expected) in [
            ("For Power BI.", Some("power bi")),
            ("(powerapps)", Some("powerapps")),
            ("Dataverse's tables", Some("dataverse")),
            ("éPower BI", None),
            ("power bing", None),
            ("Powerapps2", None),
            ("the power of apps", None),
            ("", None),
        ] {
            assert_eq!(word_of(text, PRODUCT_NAMES), expected, "{text}");
        }
    }

    #[test]
    fn letter_case() {
        assert!(same("Größe", "GRÖßE") && !same("a", "ab") && same("", ""));
    }
}
