//! Which operation a request is for.
//!
//! Paths are matched as the gateway matches them, by [`PathTemplate`]. The method is looked at after that, so that
//! `POST /items/{id}` is found although `GET /items/special` exists.

use backshell_package::{PathTemplate, PathTemplateError, SplitPath};
use http::Method;
use percent_encoding::percent_decode_str;

/// All routes of a definition.
#[derive(Debug)]
pub(crate) struct Routes {
    /// What may stand in front of a path, in the order in which it is tried, before a path without one.
    roots: Vec<PathTemplate>,
    routes: Vec<Route>,
}

#[derive(Debug)]
struct Route {
    template: PathTemplate,
    /// False for a path that only a policy template leads to.
    declared: bool,
    methods: Vec<(Method, usize)>,
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
    pub(crate) fn below(roots: &[String]) -> Result<Self, PathTemplateError> {
        let mut all: Vec<PathTemplate> = Vec::new();
        for root in roots.iter().map(|root| root.trim_matches('/')).filter(|root| !root.is_empty()) {
            let root = PathTemplate::parse(root)?;
            if !all.contains(&root) {
                all.push(root);
            }
        }
        Ok(Self { roots: all, routes: Vec::new() })
    }

    /// Adds a path template. The first operation that claims a path and method keeps it.
    pub(crate) fn add(
        &mut self,
        template: &str,
        method: &Method,
        operation: usize,
        declared: bool,
    ) -> Result<(), PathTemplateError> {
        let template = PathTemplate::parse(template)?;
        let known = self.routes.iter_mut().find(|route| route.declared == declared && route.template == template);
        match known {
            Some(route) if route.methods.iter().any(|(known, _)| known == method) => {}
            Some(route) => route.methods.push((method.clone(), operation)),
            None => self.routes.push(Route { template, declared, methods: vec![(method.clone(), operation)] }),
        }
        Ok(())
    }

    /// Puts the routes into the order in which they are tried. To be called once, after the last [`Routes::add`].
    pub(crate) fn finish(&mut self) {
        self.routes.sort_by_cached_key(|route| (route.template.specificity(), !route.declared));
    }

    /// Finds the operation for a method and an encoded path.
    pub(crate) fn find(&self, method: &Method, path: &str) -> Routing {
        let path = SplitPath::new(path);
        let below_roots = self.roots.iter().filter_map(|root| path.below(root));
        let mut allowed: Vec<Method> = Vec::new();
        for path in below_roots.chain([path.clone()]) {
            for route in &self.routes {
                let Some(values) = route.template.captures(&path) else { continue };
                if let Some((_, operation)) = route.methods.iter().find(|(known, _)| known == method) {
                    let decode = |value| percent_decode_str(value).decode_utf8_lossy().into_owned();
                    let values = values.into_iter().map(|(name, value)| (name.to_string(), decode(value)));
                    return Routing::Found(*operation, values.collect());
                }
                allowed.extend(route.methods.iter().map(|(method, _)| method.clone()));
            }
        }
        allowed.sort_by(|left, right| left.as_str().cmp(right.as_str()));
        allowed.dedup();
        if allowed.is_empty() { Routing::Unknown } else { Routing::WrongMethod(allowed) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn routes(root: &str, templates: &[(&str, Method)]) -> Routes {
        let mut routes = Routes::below(&[root.to_owned()]).unwrap();
        for (index, (template, method)) in templates.iter().enumerate() {
            routes.add(template, method, index, true).unwrap();
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
        let mut routes = Routes::below(&["/api".to_owned(), String::new(), "/v1".to_owned()]).unwrap();
        routes.add("orders", &Method::GET, 1, false).unwrap();
        routes.add("/orders", &Method::GET, 0, true).unwrap();
        routes.add("/me/{id}", &Method::GET, 2, false).unwrap();
        routes.finish();
        assert_eq!(routes.find(&Method::GET, "/v1/orders"), found(0, &[]));
        assert_eq!(routes.find(&Method::GET, "/api/me/%7e"), found(2, &[("id", "~")]));
    }
}
