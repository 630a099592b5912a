//! Blanks at the end of summaries and descriptions: users never see them, and they make two equal texts differ. Those of a
//! summary are findings. Those of a description are reported by no rule; they are mended unless the rule is off that says how
//! a description ends.

use super::edit::Edits;
use super::{Act, Fix};
use backshell_source::{Kind, Node, Span};

pub(super) const OF_SUMMARIES: Fix = Fix {
    what: "remove blanks at the end of summaries",
    act: Act::Findings(&["ValueMustEndWithAlphanumeric"], summary),
};

pub(super) const OF_DESCRIPTIONS: Fix = Fix {
    what: "remove blanks at the end of descriptions",
    act: Act::Document("BS-DescriptionPunctuation", descriptions),
};

/// Below these lie values or names, not texts about the connector.
const LITERALS: &[&str] = &["example", "examples", "default", "enum", "scopes"];

/// The place is a text that ends in something else than a letter or a digit. A title is left alone: it is the connector's name.
fn summary(place: Node<'_>, edits: &mut Edits<'_>) {
    if matches!(place.key(), Some("summary" | "x-ms-summary")) {
        trim(place, edits);
    }
}

fn descriptions(root: Node<'_>, edits: &mut Edits<'_>) {
    let mut waiting = vec![(root, false)];
    while let Some((node, names_are_data)) = waiting.pop() {
        waiting.extend(node.items().map(|item| (item, false)));
        for member in node.members() {
            let value = member.value;
            let is_text = !names_are_data && member.key == "description";
            if is_text && value.kind() == Kind::String {
                trim(value, edits);
                continue;
            }
            let is_literal = LITERALS.contains(&member.key)
                || (member.key.starts_with("x-") && member.key != "x-ms-notification-content");
            if names_are_data || !is_literal {
                waiting.push((value, !names_are_data && holds_names(member.key)));
            }
        }
    }
}

/// Whether the names below this member are the author's and not keywords.
fn holds_names(key: &str) -> bool {
    matches!(
        key,
        "properties" | "definitions" | "parameters" | "responses" | "paths" | "headers" | "securityDefinitions"
    )
}

/// Cuts blanks at the end of a string, written as they are or as escapes. A text of blanks only stays: without them it
/// would be empty, which means something else.
fn trim(value: Node<'_>, edits: &mut Edits<'_>) {
    let Some(text) = value.as_str() else { return };
    let trimmed = text.trim_end_matches([' ', '\t', '\n', '\r']);
    if trimmed.len() == text.len() || trimmed.is_empty() {
        return;
    }
    let span = value.span();
    let inside = Span::new(span.start + 1, span.end.saturating_sub(1));
    let kept = written_until_last_letter(edits.text(inside));
    let end = span.start + 1 + u32::try_from(kept).unwrap_or_default();
    edits.replace(Span::new(end, inside.end), "");
}

/// The number of bytes up to the last character that is no blank; an escape is one character.
fn written_until_last_letter(source: &str) -> usize {
    let mut kept = 0;
    let mut characters = source.char_indices();
    while let Some((at, character)) = characters.next() {
        let (is_blank, next) = match character {
            '\\' => {
                let escaped = characters.next().map_or(' ', |(_, escaped)| escaped);
                let length = if escaped == 'u' { 6 } else { 2 };
                for _ in 2..length {
                    characters.next();
                }
                let digits = source.get(at + 2..at + 6).unwrap_or_default();
                let blank = matches!(escaped, 'n' | 'r' | 't')
                    || (escaped == 'u'
                        && ["0020", "0009", "000a", "000d"].iter().any(|code| digits.eq_ignore_ascii_case(code)));
                (blank, at + length)
            }
            other => (matches!(other, ' ' | '\t'), at + other.len_utf8()),
        };
        if !is_blank {
            kept = next;
        }
    }
    kept.min(source.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_one_character() {
        for (source, kept) in [
            ("a ", "a"),
            (r"a\n \t", "a"),
            (r"a\\n ", r"a\\n"),
            (r"a\\ ", r"a\\"),
            (r#"a\" "#, r#"a\""#),
            (r"a\u0020\u000A", "a"),
            (r"a \u00e9 ", r"a \u00e9"),
            ("日本 ", "日本"),
        ] {
            assert_eq!(source.get(..written_until_last_letter(source)), Some(kept), "{source}");
        }
    }
}
