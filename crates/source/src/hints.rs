//! Guesses from indentation where brackets went wrong.

use crate::strings::plain_end;

/// A closing bracket that stands in another column than the line of its partner begins in.
pub(crate) struct Misplaced {
    /// Where the partner opens.
    pub(crate) open: usize,
    /// Where it closes.
    pub(crate) close: usize,
    /// The closing bracket.
    pub(crate) bracket: char,
}

/// The first pair of brackets before `end` that is indented differently: the opening bracket ends its line, the closing
/// one begins its own. In a text that was formatted by a machine and then edited by hand that is where it broke. Where
/// the pair around it is indented alike, the place was merely untidy.
pub(crate) fn first_misplaced_bracket(text: &str, end: usize) -> Option<Misplaced> {
    let bytes = text.as_bytes();
    let mut open: Vec<(usize, &str)> = Vec::new();
    // The place, and how many containers around it have not closed yet.
    let mut suspect: Option<(Misplaced, usize)> = None;
    let mut line_start = 0;
    let mut at = 0;
    while at < end {
        let byte = bytes.get(at).copied().unwrap_or_default();
        match byte {
            b'"' => at = string_end(bytes, at),
            b'\n' | b'\r' => line_start = at + 1,
            b'{' | b'[' => open.push((at, indentation(text, line_start))),
            b'}' | b']' => {
                let Some((opened, expected)) = open.pop() else { break };
                let found = indentation(text, line_start);
                let rest = text.get(opened + 1..).unwrap_or_default();
                let ends_line = rest.trim_start_matches([' ', '\t']).starts_with(['\n', '\r']);
                if ends_line && line_start + found.len() == at {
                    let around = suspect.as_ref().is_some_and(|(_, depth)| open.len() < *depth);
                    match &mut suspect {
                        Some(_) if around && found == expected => suspect = None,
                        Some((_, depth)) if around => *depth = open.len(),
                        None if found != expected => {
                            let place = Misplaced { open: opened, close: at, bracket: char::from(byte) };
                            suspect = Some((place, open.len()));
                        }
                        _ => {}
                    }
                }
            }
            _ => {}
        }
        at += 1;
    }
    suspect.map(|(place, _)| place)
}

fn indentation(text: &str, line_start: usize) -> &str {
    let rest = text.get(line_start..).unwrap_or_default();
    rest.get(..rest.len() - rest.trim_start_matches([' ', '\t']).len()).unwrap_or_default()
}

/// The closing quote of the string that begins at `start`, or the last byte of its line.
fn string_end(bytes: &[u8], start: usize) -> usize {
    let mut at = plain_end(bytes, start + 1);
    while bytes.get(at).is_some_and(|&byte| byte == b'\\' || byte == b'\t') {
        at = plain_end(bytes, at + if bytes.get(at) == Some(&b'\\') { 2 } else { 1 });
    }
    if bytes.get(at) == Some(&b'"') { at } else { at.saturating_sub(1).max(start) }
}
