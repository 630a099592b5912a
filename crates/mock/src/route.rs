//! Which operation a request is for.
//!
//! Literal segments win over segments with variables, longer literal text over shorter; the method is looked at after
//! that, so that `POST /items/{id}` is found although `GET /items/special` exists. A segment is decoded once before it
//! is compared, since `items('7')` may arrive as `items(%277%27)`.

use http::Method;
use percent_encoding::percent_decode_str;

/// All routes of a definition.
#[derive(Debug, Default)]
pub(crate) struct Routes {
    /// What may stand in front of a path, in the order in which it is tried; the last one is empty.
    roots: Vec<Vec<String>>,
    routes: Vec<Route>,
}

#[derive(Debug)]
struct Route {
    segments: Vec<Segment>,
    /// False for a path that only a policy template leads to.
    declared: bool,
    methods: Vec<(Method, usize)>,
}

/// The parts of one path segment.
#[derive(Debug, PartialEq, Eq)]
struct Segment(Vec<Part>);

#[derive(Debug, PartialEq, Eq)]
enum Part {
    Literal(String),
    Variable(String),
}

/// What a request is for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Routing {
    /// The operation, by index, and the path parameters, decoded once.
    Found(usize, Vec<(String, String)>),
    /// The path exists, for these methods.
    WrongMethod(Vec<Method>),
    /// There is no such path.
    Unknown,
}

impl Routes {
    /// No routes yet, below these roots (`/v2`, say) and below none.
    pub(crate) fn below(roots: &[String]) -> Self {
        let mut all: Vec<Vec<String>> = Vec::new();
        for root in roots.iter().map(String::as_str).chain([""]) {
            let root: Vec<_> = root.split('/').filter(|segment| !segment.is_empty()).map(str::to_owned).collect();
            if !all.contains(&root) {
                all.push(root);
            }
        }
        // An empty root among the given ones would hide those behind it.
        all.sort_by_key(Vec::is_empty);
        Self { roots: all, routes: Vec::new() }
    }

    /// Adds a path template. The first operation that claims a path and method keeps it.
    pub(crate) fn add(&mut self, template: &str, method: &Method, operation: usize, declared: bool) {
        let segments: Vec<Segment> = split(template).map(Segment::parse).collect();
        let known = self.routes.iter_mut().find(|route| route.declared == declared && route.segments == segments);
        match known {
            Some(route) if route.methods.iter().any(|(known, _)| known == method) => {}
            Some(route) => route.methods.push((method.clone(), operation)),
            None => self.routes.push(Route { segments, declared, methods: vec![(method.clone(), operation)] }),
        }
    }

    /// Puts the routes into the order in which they are tried. To be called once, after the last [`Routes::add`].
    pub(crate) fn finish(&mut self) {
        self.routes.sort_by_cached_key(|route| {
            (route.segments.iter().map(Segment::generality).collect::<Vec<_>>(), !route.declared)
        });
    }

    /// Finds the operation for a method and an encoded path.
    pub(crate) fn find(&self, method: &Method, path: &str) -> Routing {
        let decoded: Vec<String> =
            split(path).map(|segment| percent_decode_str(segment).decode_utf8_lossy().into_owned()).collect();
        let mut allowed: Vec<Method> = Vec::new();
        for root in &self.roots {
            let Some(rest) = decoded.strip_prefix(root.as_slice()) else { continue };
            let nothing = [String::new()];
            let rest = if rest.is_empty() { &nothing } else { rest };
            for route in &self.routes {
                let Some(values) = route.matches(rest) else { continue };
                if let Some((_, operation)) = route.methods.iter().find(|(known, _)| known == method) {
                    return Routing::Found(*operation, values);
                }
                allowed.extend(route.methods.iter().map(|(method, _)| method.clone()));
            }
        }
        allowed.sort_by(|left, right| left.as_str().cmp(right.as_str()));
        allowed.dedup();
        if allowed.is_empty() { Routing::Unknown } else { Routing::WrongMethod(allowed) }
    }
}

/// The segments of a path or template; the leading slash may be missing.
fn split(path: &str) -> std::str::Split<'_, char> {
    path.strip_prefix('/').unwrap_or(path).split('/')
}

impl Route {
    fn matches(&self, segments: &[String]) -> Option<Vec<(String, String)>> {
        if self.segments.len() != segments.len() {
            return None;
        }
        let mut values = Vec::new();
        for (segment, text) in self.segments.iter().zip(segments) {
            segment.capture(text, &mut values)?;
        }
        Some(values)
    }
}

impl Segment {
    fn parse(template: &str) -> Self {
        let mut parts = Vec::new();
        let mut rest = template;
        while let Some((before, name, after)) = variable(rest) {
            if !before.is_empty() {
                parts.push(Part::literal(before));
            }
            parts.push(Part::Variable(name.to_owned()));
            rest = after;
        }
        if !rest.is_empty() {
            parts.push(Part::literal(rest));
        }
        Self(parts)
    }

    /// Orders segments: literals, then mixed ones with much literal text first, then a variable alone.
    fn generality(&self) -> (usize, usize) {
        let literal: usize =
            self.0.iter().map(|part| if let Part::Literal(text) = part { text.len() } else { 0 }).sum();
        let variables = self.0.iter().filter(|part| matches!(part, Part::Variable(_))).count();
        if variables == 0 { (0, 0) } else { (1, usize::MAX - literal) }
    }

    /// Takes the variables out of a segment. Each variable is as short as it can be, the last one as long as it must.
    fn capture(&self, text: &str, values: &mut Vec<(String, String)>) -> Option<()> {
        let mut rest = text;
        let mut parts = self.0.iter().peekable();
        let mut left = self.0.len();
        while let Some(part) = parts.next() {
            left -= 1;
            let name = match part {
                Part::Literal(literal) => {
                    rest = rest.strip_prefix(literal.as_str())?;
                    continue;
                }
                Part::Variable(name) => name,
            };
            let first = rest.chars().next()?.len_utf8();
            let end = match parts.peek() {
                None => rest.len(),
                Some(Part::Variable(_)) => first,
                Some(Part::Literal(literal)) if left == 1 => {
                    rest.strip_suffix(literal.as_str()).map(str::len).filter(|end| *end >= first)?
                }
                Some(Part::Literal(literal)) => rest.get(first..)?.find(literal.as_str())? + first,
            };
            let (value, after) = rest.split_at_checked(end)?;
            values.push((name.clone(), value.to_owned()));
            rest = after;
        }
        rest.is_empty().then_some(())
    }
}

impl Part {
    fn literal(text: &str) -> Self {
        Self::Literal(percent_decode_str(text).decode_utf8_lossy().into_owned())
    }
}

/// The first `{variable}` of a template: what stands before it, its name, what follows.
pub(crate) fn variable(template: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = template.split_once('{')?;
    let (name, after) = rest.split_once('}')?;
    Some((before, name, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn routes(root: &str, templates: &[(&str, Method)]) -> Routes {
        let mut routes = Routes::below(&[root.to_owned()]);
        for (index, (template, method)) in templates.iter().enumerate() {
            routes.add(template, method, index, true);
        }
        routes.finish();
        routes
    }

    fn found(index: usize, values: &[(&str, &str)]) -> Routing {
        Routing::Found(index, values.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    #[test]
    fn literals_come_before_variables_in_any_order_of_the_document() {
        let routes = routes(
            "/v2/",
            &[
                ("/items/{id}", Method::GET),
                ("/items/special", Method::GET),
                ("/items/{id}", Method::POST),
                ("/items/a-{id}", Method::GET),
                ("/{kind}/special", Method::GET),
            ],
        );
        assert_eq!(routes.find(&Method::GET, "/v2/items/special"), found(1, &[]));
        assert_eq!(routes.find(&Method::GET, "/items/special"), found(1, &[]));
        assert_eq!(routes.find(&Method::GET, "/v2/items/other"), found(0, &[("id", "other")]));
        assert_eq!(routes.find(&Method::POST, "/v2/items/special"), found(2, &[("id", "special")]));
        assert_eq!(routes.find(&Method::GET, "/items/a-7"), found(3, &[("id", "7")]));
        assert_eq!(routes.find(&Method::GET, "/boxes/special"), found(4, &[("kind", "boxes")]));
        assert_eq!(routes.find(&Method::DELETE, "/items/7"), Routing::WrongMethod(vec![Method::GET, Method::POST]));
        for path in ["/", "", "/items", "/items/", "/items//", "/items/7/", "/v3/items/7", "/v2"] {
            assert_eq!(routes.find(&Method::GET, path), Routing::Unknown, "{path}");
        }
    }

    #[test]
    fn several_variables_share_a_segment() {
        let routes = routes(
            "",
            &[
                ("/items('{id}')", Method::GET),
                ("/range({from},{to})/x", Method::GET),
                ("/{name}.{ext}", Method::GET),
                ("/{a}{b}/pair", Method::GET),
            ],
        );
        assert_eq!(routes.find(&Method::GET, "/items('a%2Fb')"), found(0, &[("id", "a/b")]));
        assert_eq!(routes.find(&Method::GET, "/items(%27it''s%27)"), found(0, &[("id", "it''s")]));
        assert_eq!(routes.find(&Method::GET, "/items('')')"), found(0, &[("id", "')")]));
        assert_eq!(routes.find(&Method::GET, "/items('')"), Routing::Unknown);
        assert_eq!(routes.find(&Method::GET, "/range(1,2)/x"), found(1, &[("from", "1"), ("to", "2")]));
        assert_eq!(routes.find(&Method::GET, "/a.tar.gz"), found(2, &[("name", "a"), ("ext", "tar.gz")]));
        assert_eq!(routes.find(&Method::GET, "/xyz/pair"), found(3, &[("a", "x"), ("b", "yz")]));
        assert_eq!(routes.find(&Method::GET, "/x/pair"), Routing::Unknown);
    }

    #[test]
    fn a_path_of_a_policy_stands_behind_declared_ones() {
        let mut routes = Routes::below(&["/api".to_owned(), String::new(), "/v1".to_owned()]);
        routes.add("orders", &Method::GET, 1, false);
        routes.add("/orders", &Method::GET, 0, true);
        routes.add("/me/{id}", &Method::GET, 2, false);
        routes.finish();
        assert_eq!(routes.find(&Method::GET, "/v1/orders"), found(0, &[]));
        assert_eq!(routes.find(&Method::GET, "/api/me/%7e"), found(2, &[("id", "~")]));
    }
}
