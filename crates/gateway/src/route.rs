//! Which declared operation a path means.
//!
//! Literal segments go before parameters, and a segment may mix both (`items('{id}')`). What the definition does not
//! declare is not found: there is no fall-through to the service.

use backshell_model::FastMap;
use backshell_package::path_template::PathValue;
use backshell_package::{PathTemplate, PathTemplateError, SplitPath};
use http::Method;

#[derive(Debug)]
struct Route {
    template: PathTemplate,
    operation: usize,
}

/// The declared operations of one version, ready to be matched.
#[derive(Debug, Default)]
pub struct Router {
    base_path: String,
    /// By method and number of segments, the most specific first.
    routes: FastMap<(Method, usize), Vec<Route>>,
}

/// An operation that is never found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotRouted {
    /// No request can tell it from another one.
    Shadowed {
        /// Index of the operation that is reached.
        reached: usize,
        /// Index of the operation that never is.
        shadowed: usize,
    },
    /// Its path template cannot be matched against.
    Template {
        /// Index of the operation.
        operation: usize,
        /// Why not.
        error: PathTemplateError,
    },
}

/// An operation that was found, with its path parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found<'p> {
    /// Index of the operation, as it was given to [`Router::new`].
    pub operation: usize,
    /// The path below the base path, byte for byte.
    pub path: &'p str,
    /// Path parameters by name, as they stand in the address (percent-encoded).
    pub parameters: Vec<PathValue<'p>>,
}

impl Router {
    /// Compiles `(method, path template)` pairs; an operation is named by its index. Returns what is never found beside
    /// the router: of two operations that cannot be told apart, the second.
    pub fn new<'t>(base_path: &str, operations: impl IntoIterator<Item = (Method, &'t str)>) -> (Self, Vec<NotRouted>) {
        let mut routes: FastMap<(Method, usize), Vec<Route>> = FastMap::default();
        let mut not_routed = Vec::new();
        for (operation, (method, template)) in operations.into_iter().enumerate() {
            let template = match PathTemplate::parse(template) {
                Ok(template) => template,
                Err(error) => {
                    not_routed.push(NotRouted::Template { operation, error });
                    continue;
                }
            };
            let group = routes.entry((method, template.segment_count())).or_default();
            match group.iter().find(|route| route.template.same_shape(&template)) {
                Some(twin) => not_routed.push(NotRouted::Shadowed { reached: twin.operation, shadowed: operation }),
                None => group.push(Route { template, operation }),
            }
        }
        for group in routes.values_mut() {
            group.sort_by_cached_key(|route| route.template.specificity());
        }
        (Self { base_path: base_path.trim_end_matches('/').to_owned(), routes }, not_routed)
    }

    /// Finds the operation for `path`, which is the definition's base path and path, or the path alone.
    pub fn find<'p>(&self, method: &Method, path: &'p str) -> Option<Found<'p>> {
        let below_base = path
            .strip_prefix(self.base_path.as_str())
            .filter(|rest| !self.base_path.is_empty() && (rest.starts_with('/') || rest.is_empty()));
        below_base.and_then(|rest| self.lookup(method, rest)).or_else(|| self.lookup(method, path))
    }

    fn lookup<'p>(&self, method: &Method, path: &'p str) -> Option<Found<'p>> {
        let split = SplitPath::new(path);
        let group = self.routes.get(&(method.clone(), split.segment_count()))?;
        group.iter().find_map(|route| {
            let parameters = route.template.captures(&split)?;
            Some(Found { operation: route.operation, path, parameters })
        })
    }
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
        assert_eq!(find(&router, "/entities('a')/rows(7)"), Some((0, vec!["table=a".into(), "id=7".into()])));
        assert_eq!(find(&router, "/files/a.b.c"), Some((1, vec!["name=a".into(), "kind=b.c".into()])));
        assert_eq!(find(&router, "/files/plain"), Some((2, vec!["name=plain".into()])));
        assert_eq!(find(&router, "/entities('')/rows(7)"), None);
        assert_eq!(find(&router, "/entities(%27a%27)/rows(7)").unwrap().0, 0);
    }

    #[test]
    fn encoded_literals_are_the_same_and_values_stay_as_they_are() {
        let router = router("", &["/a b/{x}"]);
        assert_eq!(find(&router, "/a%20b/c%2Fd"), Some((0, vec!["x=c%2Fd".into()])));
    }

    #[test]
    fn operations_that_are_never_found_are_reported() {
        let (_, not_routed) =
            Router::new("", [(Method::GET, "/a/{x}"), (Method::GET, "/a/{y}"), (Method::PUT, "/a/{z}")]);
        assert_eq!(not_routed, [NotRouted::Shadowed { reached: 0, shadowed: 1 }]);
        let many = "{x}-".repeat(17);
        let (router, not_routed) = Router::new("", [(Method::GET, many.as_str())]);
        assert_eq!(not_routed, [NotRouted::Template { operation: 0, error: PathTemplateError::TooManyVariables }]);
        assert!(router.find(&Method::GET, "/1-2-").is_none());
    }
}
