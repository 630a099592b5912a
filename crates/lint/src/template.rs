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
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        if before.contains('}') {
            return Err(Fault::Unbalanced);
        }
        let (variable, behind) = after.split_once('}').ok_or(Fault::Unbalanced)?;
        if variable.contains('{') {
            return Err(Fault::Nested);
        }
        if variable.contains('/') {
            return Err(Fault::SpansSlash);
        }
        if variable.is_empty() {
            return Err(Fault::Empty);
        }
        rest = behind;
    }
    if rest.contains('}') { Err(Fault::Unbalanced) } else { Ok(()) }
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
        folded.push_str(&before.to_lowercase());
        folded.push_str("{}");
        rest = after.split_once('}').map_or("", |(_, behind)| behind);
    }
    folded.push_str(&rest.to_lowercase());
    folded
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
        ] {
            assert_eq!(check(template), expected, "{template}");
        }
    }

    #[test]
    fn variables_and_folding() {
        assert_eq!(variables("/a/{b}/c('{d}')/{e").collect::<Vec<_>>(), ["b", "d"]);
        assert_eq!(folded("/Items/{Id}/x"), folded("/items/{key}/X"));
        assert_ne!(folded("/items/{id}"), folded("/items/id"));
    }
}
