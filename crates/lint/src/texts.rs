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
    from_each_word(text).find_map(|rest| words.iter().find(|word| begins_with(rest, word)).copied())
}

/// Whether both texts are the same but for letter case.
pub(crate) fn same(left: &str, right: &str) -> bool {
    left.chars().flat_map(char::to_lowercase).eq(right.chars().flat_map(char::to_lowercase))
}

/// The text from each of its words on.
fn from_each_word(text: &str) -> impl Iterator<Item = &str> {
    let mut inside = false;
    text.char_indices().filter_map(move |(at, character)| {
        let in_word = character.is_alphanumeric();
        let begins = in_word && !inside;
        inside = in_word;
        if begins { text.get(at..) } else { None }
    })
}

fn begins_with(text: &str, word: &str) -> bool {
    text.split_at_checked(word.len())
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
