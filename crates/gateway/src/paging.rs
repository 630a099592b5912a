//! The header `Link` (RFC 8288): paging links lead through the gateway like `Location`, or go.

/// The relations of paging (RFC 5988 and 8288, and the older `previous`).
const PAGING: [&str; 5] = ["next", "prev", "previous", "first", "last"];

/// The header's value with each paging link replaced by what `through` makes of it, or left out where that is nothing.
/// Other links stay. `None` when nothing is left or the value is not one of the header.
pub(crate) fn rewritten(value: &str, mut through: impl FnMut(&str) -> Option<String>) -> Option<String> {
    let mut kept: Vec<String> = Vec::new();
    for link in split(value, b',') {
        let link = link.trim();
        if link.is_empty() {
            continue;
        }
        let (target, parameters) = link.strip_prefix('<')?.split_once('>')?;
        if is_paging(parameters) {
            kept.extend(through(target.trim()).map(|target| format!("<{target}>{parameters}")));
        } else {
            kept.push(link.to_owned());
        }
    }
    (!kept.is_empty()).then(|| kept.join(", "))
}

/// Whether one of the link's relations is a paging one.
fn is_paging(parameters: &str) -> bool {
    split(parameters, b';').any(|parameter| {
        let Some((name, value)) = parameter.split_once('=') else { return false };
        let mut relations = value.trim().trim_matches('"').split_ascii_whitespace();
        name.trim().eq_ignore_ascii_case("rel")
            && relations.any(|relation| PAGING.iter().any(|paging| relation.eq_ignore_ascii_case(paging)))
    })
}

/// Splits at `separator`, but not inside `<...>` or quotes.
fn split(text: &str, separator: u8) -> impl Iterator<Item = &str> {
    let (mut quoted, mut escaped, mut target) = (false, false, false);
    text.split(move |c: char| {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' if !target => quoted = !quoted,
            '<' if !quoted => target = true,
            '>' if !quoted => target = false,
            c if c == char::from(separator) && !quoted && !target => return true,
            _ => {}
        }
        false
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(value: &str) -> Option<String> {
        rewritten(value, |target| target.strip_prefix("https://api.example.com").map(|path| format!("/apim{path}")))
    }

    #[test]
    fn paging_links_are_rewritten_or_left_out() {
        for (value, expected) in [
            ("<https://api.example.com/a?page=2>; rel=\"next\"", Some("</apim/a?page=2>; rel=\"next\"")),
            ("<https://api.example.com/a?b=1,2;3>;rel=next", Some("</apim/a?b=1,2;3>;rel=next")),
            (
                "<https://api.example.com/a>; rel=prev, <https://docs.example.com>; title=\"a, b; rel=next\"; rel=help",
                Some("</apim/a>; rel=prev, <https://docs.example.com>; title=\"a, b; rel=next\"; rel=help"),
            ),
            ("<https://evil.example/a>; REL=\"start Next\"", None),
            ("<https://evil.example/a>; rel=next, </docs>; rel=help", Some("</docs>; rel=help")),
            ("https://evil.example/a; rel=next", None),
            ("<https://evil.example/a; rel=next", None),
            ("", None),
        ] {
            assert_eq!(shown(value).as_deref(), expected, "{value}");
        }
    }
}
