//! How one path template became another.

use backshell_package::path_template::next_variable;

/// The difference between two path templates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum PathChange {
    /// Written alike.
    Same,
    /// The same but for the names of variables.
    VariablesRenamed,
    /// The same names of variables, in another order.
    VariablesReordered,
    /// The same but for a slash at the end.
    TrailingSlash,
    /// As many segments, and other text in some of them.
    StaticSegment,
    /// The new one has variables (their names) that the old one lacks, and is otherwise the same.
    VariableAdded(Vec<String>),
    /// Another path.
    Other,
}

/// The template with `{}` for each variable.
pub(crate) fn normalised(template: &str) -> String {
    let mut out = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, _, after)) = next_variable(rest) {
        out.push_str(before);
        out.push_str("{}");
        rest = after;
    }
    out + rest
}

/// The names of the variables, in order.
pub(crate) fn variables(template: &str) -> Vec<&str> {
    let mut names = Vec::new();
    let mut rest = template;
    while let Some((_, name, after)) = next_variable(rest) {
        names.push(name);
        rest = after;
    }
    names
}

impl PathChange {
    /// What happened to the old template.
    pub(crate) fn between(old: &str, new: &str) -> Self {
        if old == new {
            return Self::Same;
        }
        let (old_names, new_names) = (variables(old), variables(new));
        let (old_text, new_text) = (normalised(old), normalised(new));
        if old_text == new_text {
            let sorted = |names: &[&str]| {
                let mut names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
                names.sort_unstable();
                names
            };
            return if sorted(&old_names) == sorted(&new_names) {
                Self::VariablesReordered
            } else {
                Self::VariablesRenamed
            };
        }
        if old_text.trim_end_matches('/') == new_text.trim_end_matches('/') {
            return Self::TrailingSlash;
        }
        let old_segments: Vec<&str> = old_text.split('/').collect();
        let new_segments: Vec<&str> = new_text.split('/').collect();
        let has_variable = |segment: &str| segment.contains("{}");
        let same_holes = old_segments.len() == new_segments.len()
            && old_segments
                .iter()
                .zip(&new_segments)
                .all(|(one, two)| one.matches("{}").count() == two.matches("{}").count());
        if same_holes {
            return Self::StaticSegment;
        }
        let added: Vec<String> =
            new_names.iter().filter(|name| !old_names.contains(name)).map(|name| (*name).to_owned()).collect();
        let mut rest = old_segments.iter().peekable();
        for segment in &new_segments {
            if rest.peek() == Some(&segment) {
                rest.next();
            } else if !has_variable(segment) {
                return Self::Other;
            }
        }
        if rest.peek().is_none() && !added.is_empty() { Self::VariableAdded(added) } else { Self::Other }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_told_apart() {
        for (old, new, expected) in [
            ("/a/{x}", "/a/{x}", PathChange::Same),
            ("/a/{x}", "/a/{y}", PathChange::VariablesRenamed),
            ("/a/{x}/{y}", "/a/{y}/{x}", PathChange::VariablesReordered),
            ("/a/{x}", "/a/{x}/", PathChange::TrailingSlash),
            ("/a/{x}", "/A/{x}", PathChange::StaticSegment),
            ("/a", "/a/{x}", PathChange::VariableAdded(vec!["x".to_owned()])),
            ("/a/{x}", "/a", PathChange::Other),
            ("/a", "/a/b", PathChange::Other),
        ] {
            assert_eq!(PathChange::between(old, new), expected, "{old} {new}");
        }
    }
}
