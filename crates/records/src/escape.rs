//! Text that comes from outside, made safe for where it is put.

/// Inside an element or a quoted attribute of HTML or SVG. Control characters, which XML does not allow, go.
pub(crate) fn markup(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            '\n' | '\t' => safe.push(' '),
            // XML 1.0 has no place for these, not even as references.
            '\u{fffe}' | '\u{ffff}' => {}
            character if character.is_control() => {}
            character => safe.push(character),
        }
    }
    safe
}

/// Inside a cell of a Markdown table.
pub(crate) fn markdown(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '#' | '!' | '~' => {
                safe.push('\\');
                safe.push(character);
            }
            '&' => safe.push_str("&amp;"),
            character if character.is_control() => safe.push(' '),
            character => safe.push(character),
        }
    }
    safe
}

/// A field of CSV for spreadsheets: a text that a spreadsheet would take for a formula gets an apostrophe in front.
pub(crate) fn spreadsheet(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() }
}

/// On a terminal: without control characters, which could move the cursor or change the title.
pub(crate) fn terminal(text: &str) -> String {
    text.chars().map(|character| if character.is_control() { '\u{fffd}' } else { character }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_breaks_out() {
        assert_eq!(markup("<a href='x' b=\"y\">&\u{0}\u{1b}\n"), "&lt;a href=&#39;x&#39; b=&quot;y&quot;&gt;&amp; ");
        assert_eq!(markdown("a|b <c> [d](e)\n"), "a\\|b \\<c\\> \\[d\\](e) ");
        assert_eq!(spreadsheet("=HYPERLINK(1)"), "'=HYPERLINK(1)");
        assert_eq!(spreadsheet("a=b"), "a=b");
        assert_eq!(terminal("\u{1b}[2J"), "\u{fffd}[2J");
    }
}
