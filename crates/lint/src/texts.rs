//! Looking into texts that people read.

use wide::u8x16;

/// Words, or groups of them, that a text may hold, in lower case.
pub(crate) struct Words {
    /// The words.
    pub(crate) words: &'static [&'static str],
    /// Pieces of words that few other words have: a text without any of them has none of the words, and many bytes are held
    /// against a piece in one instruction.
    pieces: &'static [&'static [u8; 3]],
}

impl Words {
    /// These words, each of which has one of the pieces; pieces are of lower-case letters.
    pub(crate) const fn new(words: &'static [&'static str], pieces: &'static [&'static [u8; 3]]) -> Self {
        let mut rest = pieces;
        while let [[first, second, third], others @ ..] = rest {
            let are_letters = first.is_ascii_lowercase() && second.is_ascii_lowercase() && third.is_ascii_lowercase();
            assert!(are_letters, "a piece would never be found");
            rest = others;
        }
        let mut rest = words;
        while let [word, others @ ..] = rest {
            assert!(has_one_of(word.as_bytes(), pieces), "a word would never be found");
            rest = others;
        }
        Self { words, pieces }
    }

    /// The first of the words that occurs in `text` with no letter or digit on either side of it; letter case does not
    /// matter.
    pub(crate) fn first_in(&self, text: &str) -> Option<&'static str> {
        let may_have = self.pieces.iter().any(|piece| has_piece(text.as_bytes(), **piece));
        if may_have { word_of(text, self.words) } else { None }
    }
}

/// The names of the platform's products.
pub(crate) const PRODUCT_NAMES: Words = Words::new(
    &[
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
    ],
    &[b"owe", b"pil", b"ogi", b"oft", b"tav"],
);

const fn has_one_of(word: &[u8], pieces: &[&[u8; 3]]) -> bool {
    let mut rest = word;
    while let [first, second, third, ..] = rest {
        let mut left = pieces;
        while let [piece, others @ ..] = left {
            if piece[0] == *first && piece[1] == *second && piece[2] == *third {
                return true;
            }
            left = others;
        }
        let [_, others @ ..] = rest else { return false };
        rest = others;
    }
    false
}

/// Whether three lower-case letters stand somewhere in a text, in either case. Sixteen places are looked at in one step.
pub(crate) fn has_piece(text: &[u8], piece: [u8; 3]) -> bool {
    let [first, second, third] = piece.map(u8x16::splat);
    let from = |at: usize| text.get(at..).unwrap_or_default().as_chunks().0.iter();
    let lower = |chunk: &[u8; 16]| u8x16::new(*chunk) | u8x16::splat(0x20);
    let places = from(0).zip(from(1)).zip(from(2));
    let found = places.fold(u8x16::ZERO, |found, ((one, two), three)| {
        found | (lower(one).simd_eq(first) & lower(two).simd_eq(second) & lower(three).simd_eq(third))
    });
    let rest = text.get(from(2).len() * 16..).unwrap_or_default();
    found.to_bitmask() != 0 || rest.windows(3).any(|letters| letters.iter().map(|letter| letter | 0x20).eq(piece))
}

/// The first of `words` (lower case) that occurs in `text` as [`Words::first_in`] says.
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
            ("a mICROSOFT fLOW", Some("microsoft flow")),
            ("", None),
        ] {
            assert_eq!(PRODUCT_NAMES.first_in(text), expected, "{text}");
        }
    }

    #[test]
    fn every_word_is_found_in_either_case() {
        for word in PRODUCT_NAMES.words {
            for text in [(*word).to_owned(), word.to_uppercase(), format!("é {word}\n")] {
                assert_eq!(PRODUCT_NAMES.first_in(&text), Some(*word), "{text}");
            }
        }
        assert_eq!(Words::new(&["api"], &[b"api"]).first_in("API"), Some("api"));
    }

    #[test]
    fn pieces_are_found_wherever_they_stand() {
        let text = b"the Power to wEr, and the pow er";
        for length in 0..40 {
            for piece in [*b"owe", *b"wer", *b"pow", *b"der", *b"the"] {
                let text: Vec<u8> = text.iter().cycle().skip(length % 7).take(length).copied().collect();
                let expected = text.windows(3).any(|letters| letters.eq_ignore_ascii_case(&piece));
                assert_eq!(has_piece(&text, piece), expected, "{length} {piece:?}");
            }
        }
        for (before, after) in (0..40).flat_map(|before| [0, 1, 2, 20].map(|after| (before, after))) {
            let text = format!("{}Power BI{}", ".".repeat(before), ".".repeat(after));
            assert_eq!(PRODUCT_NAMES.first_in(&text), Some("power bi"), "{text}");
        }
    }

    #[test]
    fn letter_case() {
        assert!(same("Größe", "GRÖßE") && !same("a", "ab") && same("", ""));
    }
}
