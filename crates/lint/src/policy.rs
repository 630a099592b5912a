//! The policy templates of `apiProperties.json`: their names, what each of them needs, and the expressions in their values.

use backshell_model::FastSet;
use backshell_package::Properties;
use backshell_source::Node;

/// A policy template.
pub(crate) struct Template {
    /// Its id, in lower case; ids are compared without regard to case.
    pub(crate) id: &'static str,
    /// The parameters it cannot do without, without their common prefix.
    pub(crate) required: &'static [&'static str],
    /// Parameters with a closed list of values.
    pub(crate) choices: &'static [(&'static str, &'static [&'static str])],
}

const EXISTS_ACTION: (&str, &[&str]) = ("existsAction", &["override", "skip", "append"]);
const HTTP_METHOD: (&str, &[&str]) =
    ("httpMethod", &["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD", "@Request.OriginalHTTPMethod"]);

/// Every template that connectors may use, ordered by id.
pub(crate) const TEMPLATES: &[Template] = &[
    Template {
        id: "convertarraytoobject",
        required: &["propertyParentPath", "keyWithinCollectionPath", "newPropertyPath"],
        choices: &[],
    },
    Template { id: "convertobjecttoarray", required: &["propertyParentPath", "newPropertyPath"], choices: &[] },
    Template { id: "dynamichosturl", required: &["urlTemplate"], choices: &[] },
    Template { id: "encodepropertyvalue", required: &["propertyParentPath", "newPropertyPath"], choices: &[] },
    Template { id: "pollingtrigger", required: &["triggerConfig", "triggerDataPath"], choices: &[] },
    Template { id: "routerequesttoendpoint", required: &["newPath"], choices: &[HTTP_METHOD] },
    Template { id: "setheader", required: &["name", "value"], choices: &[EXISTS_ACTION] },
    Template {
        id: "setproperty",
        required: &["newPropertyParentPathTemplate", "newPropertySubPathTemplate", "propertyValuePathTemplate"],
        choices: &[],
    },
    Template { id: "setqueryparameter", required: &["name", "value"], choices: &[EXISTS_ACTION] },
    Template {
        id: "setvaluefromurl",
        required: &["parameterTemplate", "parameterValueUrl", "parameterValuePathTemplate"],
        choices: &[HTTP_METHOD],
    },
    Template {
        id: "stringreplace",
        required: &["propertyParentPath", "sourceString", "replacementString", "newPropertyPath"],
        choices: &[],
    },
    Template {
        id: "stringtoarray",
        required: &["propertyParentPath", "delimiterList", "childPropertyName", "newPropertyPath"],
        choices: &[],
    },
    Template { id: "updatenextlink", required: &["nextLinkPropertyName"], choices: &[] },
];

/// The template with this id, letter case ignored.
pub(crate) fn template(id: &str) -> Option<&'static Template> {
    TEMPLATES.iter().find(|template| template.id.eq_ignore_ascii_case(id))
}

/// The names that the `@connectionParameters('name')` expressions in a text read.
pub(crate) fn connection_parameters(text: &str) -> impl Iterator<Item = &str> {
    const FUNCTION: &str = "connectionparameters(";
    text.split('@').skip(1).filter_map(|expression| {
        // In `@{connectionParameters('name')}` the braces turn the result into text.
        let call = expression.strip_prefix('{').unwrap_or(expression);
        let (function, arguments) = call.split_at_checked(FUNCTION.len())?;
        let quoted = arguments.trim_start().strip_prefix('\'')?;
        function.eq_ignore_ascii_case(FUNCTION).then(|| quoted.split('\'').next()).flatten()
    })
}

/// The names, in lower case, of the connection parameters that policies read.
pub(crate) fn parameters_read(properties: &Properties) -> FastSet<String> {
    let mut names = FastSet::default();
    let mut waiting: Vec<Node<'_>> = properties.policies().iter().map(|policy| policy.node).collect();
    while let Some(node) = waiting.pop() {
        waiting.extend(node.visible_members().map(|member| member.value));
        waiting.extend(node.items());
        names.extend(connection_parameters(node.as_str().unwrap_or_default()).map(str::to_ascii_lowercase));
    }
    names
}

/// An expression in the value of a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Expression<'d> {
    /// The function, as written.
    pub(crate) function: &'d str,
    /// Its first argument; `None` when there is none in quotation marks.
    pub(crate) name: Option<&'d str>,
}

/// Reads the expression that follows an `@`, for example `headers('name', 'default')` or the same in braces. Returns it and
/// the text behind it; a call that is not closed goes to the end of the text. `None` when no call begins here.
pub(crate) fn expression(text: &str) -> Option<(Expression<'_>, &str)> {
    let inner = text.strip_prefix('{');
    let call = inner.unwrap_or(text);
    let (function, mut rest) = call.split_once('(')?;
    let is_function = !function.is_empty() && function.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if !is_function {
        return None;
    }
    let mut name = None;
    while let Some(at) = rest.find([')', '\'', '"']) {
        let (_, found) = rest.split_at_checked(at)?;
        let mut behind = found.chars();
        rest = match behind.next() {
            Some(quote @ ('\'' | '"')) => {
                let (argument, behind) = behind.as_str().split_once(quote).unwrap_or((behind.as_str(), ""));
                name.get_or_insert(argument);
                behind
            }
            _ => {
                let behind = behind.as_str();
                let behind = if inner.is_some() { behind.strip_prefix('}').unwrap_or(behind) } else { behind };
                return Some((Expression { function, name }, behind));
            }
        };
    }
    Some((Expression { function, name }, ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_and_what_follows() {
        let read = |text| expression(text).map(|(found, rest)| (found.function, found.name, rest));
        assert_eq!(read("headers('a', ')/')/b"), Some(("headers", Some("a"), "/b")));
        assert_eq!(read("{body()}.x"), Some(("body", None, ".x")));
        assert_eq!(read("environmentVariables(\"a\")"), Some(("environmentVariables", Some("a"), "")));
        assert_eq!(read("headers('a"), Some(("headers", Some("a"), "")));
        assert_eq!(read("example.com (x)"), None);
        assert_eq!(read("(x)"), None);
    }

    #[test]
    fn references_in_expressions() {
        let read = |text| connection_parameters(text).collect::<Vec<_>>();
        assert_eq!(
            read("https://@connectionParameters('host').example/@ConnectionParameters('b', 'c')"),
            ["host", "b"]
        );
        assert_eq!(read("Bearer @{connectionParameters('key')}"), ["key"]);
        assert_eq!(read("user@example.com @headers('x') @connectionParameters(x)"), Vec::<&str>::new());
    }
}
