//! Addresses that only policy templates lead to. The gateway applies the templates; the mock stands where they lead.

use crate::MockOperation;
use crate::route::Routes;
use backshell_package::{PathTemplateError, Policy, Properties};
use backshell_source::Node;
use http::Method;

/// Constant paths of `dynamichosturl` templates: they take the place of `basePath`.
pub(crate) fn roots(properties: Option<&Properties>) -> Vec<String> {
    let policies = policies(properties);
    policies
        .iter()
        .filter(|policy| policy.template_id == "dynamichosturl")
        .filter_map(|policy| {
            let template = policy.parameter("urlTemplate").and_then(Node::as_str)?;
            let host = template.split_once("://").map_or(template, |(_, rest)| rest);
            // A slash inside an expression is no path.
            let after = host.rsplit_once(')').map_or(host, |(_, after)| after);
            let (_, path) = after.split_once('/')?;
            (!path.contains(['@', '?', '#'])).then(|| path.to_owned())
        })
        .collect()
}

/// Paths that `routerequesttoendpoint` sends operations to. They rank behind what the definition declares.
pub(crate) fn add_routes(
    properties: Option<&Properties>,
    operations: &[MockOperation],
    routes: &mut Routes,
) -> Result<(), PathTemplateError> {
    for policy in policies(properties).iter().filter(|policy| policy.template_id == "routerequesttoendpoint") {
        let Some(path) = policy.parameter("newPath").and_then(Node::as_str) else { continue };
        let path = with_variables(path.split('?').next().unwrap_or_default());
        let method = policy.parameter("httpMethod").and_then(Node::as_str).filter(|method| !method.starts_with('@'));
        let method = method.and_then(|method| Method::from_bytes(method.to_ascii_uppercase().as_bytes()).ok());
        for (index, operation) in operations.iter().enumerate() {
            if policy.applies_to(&operation.id) {
                routes.add(&path, method.as_ref().unwrap_or(&operation.method), index, false)?;
            }
        }
    }
    Ok(())
}

fn policies(properties: Option<&Properties>) -> Vec<Policy<'_>> {
    properties.map(Properties::policies).unwrap_or_default()
}

/// A path with every `@function('x')` as a variable, since its value is not known here.
fn with_variables(path: &str) -> String {
    let mut template = String::new();
    let mut rest = path;
    while let Some((before, expression)) = rest.split_once('@') {
        template.push_str(before);
        match expression.split_once(')') {
            Some((call, after)) if call.contains('(') && !call.contains('/') => {
                template.push_str("{expression}");
                rest = after;
            }
            _ => {
                template.push('@');
                rest = expression;
            }
        }
    }
    template + rest
}

#[cfg(test)]
mod tests {
    use super::with_variables;

    #[test]
    fn expressions_become_variables() {
        assert_eq!(with_variables("/a/{id}"), "/a/{id}");
        assert_eq!(with_variables("/@connectionParameters('x')/b@queryParameters('y')"), "/{expression}/b{expression}");
        assert_eq!(with_variables("/me@home/x)"), "/me@home/x)");
    }
}
