//! Patterns for places: `*` stands for anything within one part, `?` for one character of it, `**` as a part of its own for
//! any number of parts, none included.

/// Whether `text`, cut at slashes, fits `pattern`, cut at slashes.
pub(crate) fn fits(pattern: &str, text: &str) -> bool {
    let pattern: Vec<&str> = pattern.split('/').collect();
    let text: Vec<&str> = text.split('/').collect();
    sequence(&pattern, &text, |part| *part == "**", |part, token| part_fits(part, token))
}

fn part_fits(pattern: &str, text: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let text: Vec<char> = text.chars().collect();
    sequence(&pattern, &text, |character| *character == '*', |one, other| *one == '?' || one == other)
}

/// Matches with one step back: since what a wild card takes may always be extended, only the last one has to be tried
/// again. Takes at most the product of both lengths.
fn sequence<T>(pattern: &[T], text: &[T], is_wild: impl Fn(&T) -> bool, fits: impl Fn(&T, &T) -> bool) -> bool {
    let (mut at, mut done) = (0, 0);
    // Behind the last wild card, and where what it takes ends for now.
    let mut again: Option<(usize, usize)> = None;
    while let Some(token) = text.get(done) {
        match pattern.get(at) {
            Some(wild) if is_wild(wild) => {
                at += 1;
                again = Some((at, done));
            }
            Some(part) if fits(part, token) => {
                at += 1;
                done += 1;
            }
            _ => {
                let Some((behind, taken)) = again else { return false };
                at = behind;
                done = taken + 1;
                again = Some((behind, done));
            }
        }
    }
    pattern.get(at..).is_some_and(|rest| rest.iter().all(is_wild))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        for (pattern, text, expected) in [
            ("", "", true),
            ("", "a", false),
            ("**", "", true),
            ("**", "GetItem/body/size", true),
            ("GetItem/**", "GetItem", true),
            ("GetItem/**", "GetItems/body", false),
            ("GetItem/*/size", "GetItem/body/size", true),
            ("GetItem/*/size", "GetItem/body/box/size", false),
            ("*/body/**/size", "SetItem/body/a/b/size", true),
            ("Get*/parameters/query/limit", "GetItems/parameters/query/limit", true),
            ("getitem/**", "GetItem/body", false),
        ] {
            assert_eq!(fits(pattern, text), expected, "{pattern} on {text}");
        }
    }

    #[test]
    fn many_wild_cards_take_no_time() {
        let (pattern, text) = ("**/a/".repeat(200), "a/".repeat(2_000) + "b");
        assert!(!fits(&pattern, &text));
    }
}
