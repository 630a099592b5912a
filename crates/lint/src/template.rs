//! Path templates such as `/items/{id}/notes`.

/// What is wrong with the braces of a path template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// `{` without `}`, or the other way round.
    Unbalanced,
    /// A brace within braces.
    Nested,
    /// `{}`.
    Empty,
    /// A variable with a slash in it.
    SpansSlash,
}

/// Checks the braces.
pub(crate) fn check(template: &str) -> Result<(), Fault> {
    // Where the variable begins that is not closed yet, and what is wrong with it.
    let mut variable: Option<(usize, Option<Fault>)> = None;
    for (at, byte) in template.bytes().enumerate() {
        match (byte, &mut variable) {
            (b'{', None) => variable = Some((at + 1, None)),
            (b'{', Some((_, fault))) => *fault = Some(Fault::Nested),
            (b'/', Some((_, fault @ None))) => *fault = Some(Fault::SpansSlash),
            (b'}', None) => return Err(Fault::Unbalanced),
            (b'}', Some((_, Some(fault)))) => return Err(*fault),
            (b'}', Some((start, None))) if *start == at => return Err(Fault::Empty),
            (b'}', Some(_)) => variable = None,
            _ => {}
        }
    }
    if variable.is_some() { Err(Fault::Unbalanced) } else { Ok(()) }
}

/// The names in braces, in order; what has no closing brace is no variable.
pub(crate) fn variables(template: &str) -> impl Iterator<Item = &str> {
    template.split('{').skip(1).filter_map(|after| after.split_once('}')).map(|(name, _)| name)
}

/// The template with every variable turned into `{}` and letters into lower case: two templates that fold to the same
/// text match the same addresses.
pub(crate) fn folded(template: &str) -> String {
    let mut folded = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        push_lower(&mut folded, before);
        folded.push_str("{}");
        rest = after.split_once('}').map_or("", |(_, behind)| behind);
    }
    push_lower(&mut folded, rest);
    folded
}

fn push_lower(folded: &mut String, text: &str) {
    let start = folded.len();
    if text.is_ascii() {
        folded.push_str(text);
        folded.get_mut(start..).unwrap_or_default().make_ascii_lowercase();
    } else {
        folded.push_str(&text.to_lowercase());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn braces() {
        for (template, expected) in [
            ("/a", Ok(())),
            ("/a/{b}/c('{d}')", Ok(())),
            ("/{a}{b}", Ok(())),
            ("/{a", Err(Fault::Unbalanced)),
            ("/a}", Err(Fault::Unbalanced)),
            ("/}a{", Err(Fault::Unbalanced)),
            ("/{a{b}}", Err(Fault::Nested)),
            ("/{}", Err(Fault::Empty)),
            ("/{a/b}", Err(Fault::SpansSlash)),
            ("/{a/{b}", Err(Fault::Nested)),
            ("/{a{b", Err(Fault::Unbalanced)),
            ("/{a}}", Err(Fault::Unbalanced)),
            ("/{a}}/{b/c}", Err(Fault::Unbalanced)),
            ("/{b/c}}", Err(Fault::SpansSlash)),
            ("/{/}", Err(Fault::SpansSlash)),
            ("/{a/b", Err(Fault::Unbalanced)),
            ("/{a}/{}", Err(Fault::Empty)),
        ] {
            assert_eq!(check(template), expected, "{template}");
        }
    }

    #[test]
    fn variables_and_folding() {
        assert_eq!(variables("/a/{b}/c('{d}')/{e").collect::<Vec<_>>(), ["b", "d"]);
        assert_eq!(folded("/Items/{Id}/x"), folded("/items/{key}/X"));
        assert_ne!(folded("/items/{id}"), folded("/items/id"));
        assert_eq!(folded("/ÄÖ{Id}/A{b"), "/äö{}/a{}");
    }
}
