//! The policy templates of `apiProperties.json`: their names, what each of them needs, and the expressions in their values.

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

#[cfg(test)]
mod tests {
    use super::*;

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
