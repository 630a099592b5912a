//! Which declared operation a path means.
//!
//! Literal segments go before parameters, and a segment may mix both (`items('{id}')`). What the definition does not
//! declare is not found: there is no fall-through to the service.

use http::Method;
use percent_encoding::percent_decode_str;
use std::collections::HashMap;
use std::sync::Arc;

/// Deepest path that is matched; real definitions stay below twenty segments.
const MAX_SEGMENTS: usize = 128;

/// A part of one path segment.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    // The order of the variants is the order of preference.
    Literal(String),
    Variable(Arc<str>),
}

/// One path segment of a template. Sorts more specific first.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Segment(Vec<Part>);

impl Segment {
    fn parse(text: &str) -> Self {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((literal, after)) = rest.split_once('{') {
            let Some((name, tail)) = after.split_once('}') else { break };
            if !literal.is_empty() {
                parts.push(Part::Literal(literal.to_owned()));
            }
            parts.push(Part::Variable(name.into()));
            rest = tail;
        }
        if !rest.is_empty() || parts.is_empty() {
            parts.push(Part::Literal(rest.to_owned()));
        }
        Self(parts)
    }

    /// 0 for a literal, 1 for a mixture, 2 for a lone variable: the order in which segments are tried.
    fn rank(&self) -> u8 {
        match self.0.as_slice() {
            [Part::Literal(_)] => 0,
            [Part::Variable(_)] => 2,
            _ => 1,
        }
    }

    /// Characters that stand fixed; among mixtures the one with more is more specific.
    fn fixed(&self) -> usize {
        self.0.iter().map(|part| if let Part::Literal(text) = part { text.len() } else { 0 }).sum()
    }

    fn matches<'p>(&self, segment: &'p str, values: &mut Vec<(Arc<str>, &'p str)>) -> bool {
        match self.0.as_slice() {
            [Part::Literal(literal)] => same_segment(literal, segment),
            [Part::Variable(name)] => {
                values.push((Arc::clone(name), segment));
                !segment.is_empty()
            }
            parts => match_parts(parts, segment, values),
        }
    }

    /// Whether both match the same texts, whatever their variables are called.
    fn same_shape(&self, other: &Self) -> bool {
        self.0.len() == other.0.len()
            && self.0.iter().zip(&other.0).all(|pair| match pair {
                (Part::Literal(one), Part::Literal(two)) => one == two,
                (Part::Variable(_), Part::Variable(_)) => true,
                _ => false,
            })
    }
}

/// Equal as written, or equal once percent-encoding is undone on both sides.
fn same_segment(literal: &str, segment: &str) -> bool {
    literal == segment
        || ((literal.contains('%') || segment.contains('%'))
            && percent_decode_str(literal).eq(percent_decode_str(segment)))
}

/// Matches a mixture: a variable takes the shortest text up to the literal that follows it, the last one takes the rest.
fn match_parts<'p>(parts: &[Part], text: &'p str, values: &mut Vec<(Arc<str>, &'p str)>) -> bool {
    match parts {
        [] => text.is_empty(),
        [Part::Literal(literal), rest @ ..] => {
            text.strip_prefix(literal.as_str()).is_some_and(|tail| match_parts(rest, tail, values))
        }
        [Part::Variable(name)] => {
            values.push((Arc::clone(name), text));
            !text.is_empty()
        }
        [Part::Variable(name), rest @ ..] => {
            let Some(Part::Literal(next)) = rest.first() else { return false };
            let mark = values.len();
            for (at, _) in text.match_indices(next.as_str()) {
                let Some((value, tail)) = text.split_at_checked(at) else { continue };
                if value.is_empty() {
                    continue;
                }
                values.push((Arc::clone(name), value));
                if match_parts(rest, tail, values) {
                    return true;
                }
                values.truncate(mark);
            }
            false
        }
    }
}

#[derive(Debug)]
struct Route {
    segments: Vec<Segment>,
    operation: usize,
}

/// The declared operations of one version, ready to be matched.
#[derive(Debug, Default)]
pub struct Router {
    base_path: String,
    routes: HashMap<(Method, usize), Vec<Route>>,
}

/// Two operations that no request can tell apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ambiguous {
    /// Index of the operation that is reached.
    pub reached: usize,
    /// Index of the operation that never is.
    pub shadowed: usize,
}

/// An operation that was found, with its path parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found<'p> {
    /// Index of the operation, as it was given to [`Router::new`].
    pub operation: usize,
    /// The path below the base path, byte for byte.
    pub path: &'p str,
    /// Path parameters by name, as they stand in the address (percent-encoded).
    pub parameters: Vec<(Arc<str>, &'p str)>,
}

impl Router {
    /// Compiles `(method, path template)` pairs; an operation is named by its index. Returns the pairs that cannot be
    /// told apart beside the router; the first of each pair is the one that is reached.
    pub fn new<'t>(
        base_path: &str,
        operations: impl IntoIterator<Item = (Method, &'t str)>,
    ) -> (Self, Vec<Ambiguous>) {
        let mut routes: HashMap<(Method, usize), Vec<Route>> = HashMap::new();
        let mut ambiguous = Vec::new();
        for (operation, (method, template)) in operations.into_iter().enumerate() {
            let segments: Vec<Segment> = split(template).map(Segment::parse).collect();
            let group = routes.entry((method, segments.len())).or_default();
            let twin = group
                .iter()
                .find(|route| route.segments.iter().zip(&segments).all(|(one, two)| one.same_shape(two)));
            match twin {
                Some(twin) => ambiguous.push(Ambiguous { reached: twin.operation, shadowed: operation }),
                None => group.push(Route { segments, operation }),
            }
        }
        for group in routes.values_mut() {
            group.sort_by_cached_key(|route| {
                route
                    .segments
                    .iter()
                    .map(|segment| (segment.rank(), usize::MAX - segment.fixed()))
                    .collect::<Vec<_>>()
            });
        }
        (Self { base_path: base_path.trim_end_matches('/').to_owned(), routes }, ambiguous)
    }

    /// Finds the operation for `path`, which is the definition's base path and path, or the path alone.
    pub fn find<'p>(&self, method: &Method, path: &'p str) -> Option<Found<'p>> {
        let below_base = path
            .strip_prefix(self.base_path.as_str())
            .filter(|rest| !self.base_path.is_empty() && (rest.starts_with('/') || rest.is_empty()));
        below_base.and_then(|rest| self.lookup(method, rest)).or_else(|| self.lookup(method, path))
    }

    fn lookup<'p>(&self, method: &Method, path: &'p str) -> Option<Found<'p>> {
        let segments: Vec<&str> = split(path).take(MAX_SEGMENTS + 1).collect();
        let group = self.routes.get(&(method.clone(), segments.len()))?;
        let mut parameters = Vec::new();
        for route in group {
            parameters.clear();
            let fits = route
                .segments
                .iter()
                .zip(&segments)
                .all(|(pattern, segment)| pattern.matches(segment, &mut parameters));
            if fits {
                return Some(Found { operation: route.operation, path, parameters });
            }
        }
        None
    }
}

fn split(path: &str) -> std::str::Split<'_, char> {
    path.strip_prefix('/').unwrap_or(path).split('/')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn router(base: &str, templates: &[&'static str]) -> Router {
        Router::new(base, templates.iter().map(|template| (Method::GET, *template))).0
    }

    fn find(router: &Router, path: &str) -> Option<(usize, Vec<String>)> {
        let found = router.find(&Method::GET, path)?;
        Some((found.operation, found.parameters.iter().map(|(name, value)| format!("{name}={value}")).collect()))
    }

    #[test]
    fn literals_go_before_parameters() {
        let router = router("", &["/items/{id}", "/items/latest", "/{kind}/latest", "/items/{id}/parts"]);
        assert_eq!(find(&router, "/items/latest"), Some((1, vec![])));
        assert_eq!(find(&router, "/items/7"), Some((0, vec!["id=7".into()])));
        assert_eq!(find(&router, "/orders/latest"), Some((2, vec!["kind=orders".into()])));
        assert_eq!(find(&router, "/items/7/parts"), Some((3, vec!["id=7".into()])));
        assert_eq!(find(&router, "/items/"), None);
        assert_eq!(find(&router, "/items/7/parts/"), None);
        assert!(router.find(&Method::POST, "/items/7").is_none());
    }

    #[test]
    fn base_path_may_stand_or_be_left_out() {
        let router = router("/v2/", &["/items", "/v2/items"]);
        assert_eq!(find(&router, "/v2/items").unwrap().0, 0);
        assert_eq!(find(&router, "/items").unwrap().0, 0);
        assert_eq!(find(&router, "/v2/v2/items").unwrap().0, 1);
        assert_eq!(find(&router, "/v2items"), None);
    }

    #[test]
    fn segments_mix_literals_and_variables() {
        let router = router("", &["/entities('{table}')/rows({id})", "/files/{name}.{kind}", "/files/{name}"]);
        assert_eq!(
            find(&router, "/entities('a')/rows(7)"),
            Some((0, vec!["table=a".into(), "id=7".into()]))
        );
        assert_eq!(find(&router, "/files/a.b.c"), Some((1, vec!["name=a".into(), "kind=b.c".into()])));
        assert_eq!(find(&router, "/files/plain"), Some((2, vec!["name=plain".into()])));
        assert_eq!(find(&router, "/entities('')/rows(7)"), None);
    }

    #[test]
    fn encoded_literals_are_the_same_and_values_stay_as_they_are() {
        let router = router("", &["/a b/{x}"]);
        assert_eq!(find(&router, "/a%20b/c%2Fd"), Some((0, vec!["x=c%2Fd".into()])));
    }

    #[test]
    fn operations_that_cannot_be_told_apart_are_reported() {
        let (_, ambiguous) = Router::new("", [(Method::GET, "/a/{x}"), (Method::GET, "/a/{y}"), (Method::PUT, "/a/{z}")]);
        assert_eq!(ambiguous, [Ambiguous { reached: 0, shadowed: 1 }]);
    }
}
