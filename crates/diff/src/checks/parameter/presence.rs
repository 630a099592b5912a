use crate::check::{Check, Direction, Example, Family, Object, Snippet, Verdict, Visit};
use crate::path_change::PathChange;
use crate::view::{Operation, OperationPair};
use crate::{Out, quoted};
use backshell_package::{Parameter, ParameterLocation, Visibility};
use backshell_source::Node;

pub(crate) static FAMILY: Family = Family {
    checks: &[
        &REQUIRED_ADDED,
        &REQUIRED_ADDED_WITH_DEFAULT,
        &OPTIONAL_ADDED,
        &REMOVED,
        &REMOVED_AFTER_DEPRECATION,
        &RENAMED,
        &CASE,
        &HEADER_CASE,
        &LOCATION,
        &BODY_TO_FORM,
    ],
    visits: &[Visit::Operation(check)],
};

static REQUIRED_ADDED: Check = Check {
    id: "parameter-required-added",
    object: Object::Parameter,
    direction: Direction::Request,
    verdict: Verdict::Breaking,
    what: "There is a new parameter that must be given.",
    why: "Saved steps do not send it.",
    instead: "make the new parameter optional, or add it in a new operation of the same family",
    examples: &[Example {
        snippet: Snippet::Parameter,
        before: "",
        after: r#"{ "name": "filter", "in": "query", "type": "string", "required": true }"#,
        old: &[],
        new: &[""],
        also: &[],
        reversed: &["parameter-removed"],
    }],
    ..Check::BASE
};

static REQUIRED_ADDED_WITH_DEFAULT: Check = Check {
    id: "parameter-required-added-with-default",
    object: Object::Parameter,
    direction: Direction::Request,
    verdict: Verdict::Warning,
    what: "There is a new parameter that must be given, is hidden from makers and has a default.",
    why: "The gateway can fill it, but steps that store the whole request do not.",
    instead: "make the new parameter optional: its default says what its absence means",
    examples: &[Example {
        snippet: Snippet::Parameter,
        before: "",
        after: r#"{ "name": "filter", "in": "query", "type": "string", "required": true, "default": "all", "x-ms-visibility": "internal" }"#,
        old: &[],
        new: &[""],
        also: &[],
        reversed: &["parameter-removed"],
    }],
    ..Check::BASE
};

static OPTIONAL_ADDED: Check = Check {
    id: "parameter-optional-added",
    object: Object::Parameter,
    direction: Direction::Request,
    verdict: Verdict::Compatible,
    what: "There is a new parameter that may be left out.",
    why: "Old calls stay valid.",
    instead: "nothing needs to be done",
    examples: &[Example {
        snippet: Snippet::Parameter,
        before: "",
        after: r#"{ "name": "filter", "in": "query", "type": "string" }"#,
        old: &[],
        new: &[""],
        also: &[],
        reversed: &["parameter-removed"],
    }],
    ..Check::BASE
};

static REMOVED: Check = Check {
    id: "parameter-removed",
    object: Object::Parameter,
    direction: Direction::Request,
    verdict: Verdict::Breaking,
    what: "A parameter is gone.",
    why: "Saved steps still name it: they cannot be saved again, and the service ignores or refuses what they send.",
    instead: "keep the parameter, even if the service ignores it",
    examples: &[
        Example {
            snippet: Snippet::Parameter,
            before: r#"{ "name": "filter", "in": "query", "type": "string" }"#,
            after: "",
            old: &[""],
            reversed: &["parameter-optional-added"],
            ..Example::BASE
        },
        Example {
            before: r##"
{ "parameters": { "Accept": { "name": "Accept", "in": "header", "type": "string" } },
  "paths": { "/items": {
    "get": { "operationId": "ListItems", "parameters": [{ "$ref": "#/parameters/Accept" }],
      "responses": { "200": { "description": "" } } },
    "post": { "operationId": "AddItem", "parameters": [{ "$ref": "#/parameters/Accept" }],
      "responses": { "200": { "description": "" } } } } } }"##,
            after: r#"
{ "paths": { "/items": {
    "get": { "operationId": "ListItems", "responses": { "200": { "description": "" } } },
    "post": { "operationId": "AddItem", "responses": { "200": { "description": "" } } } } } }"#,
            old: &["/parameters/Accept"],
            reversed: &["parameter-optional-added"],
            ..Example::BASE
        },
    ],
    ..Check::BASE
};

static REMOVED_AFTER_DEPRECATION: Check = Check {
    id: "parameter-removed-after-deprecation",
    object: Object::Parameter,
    direction: Direction::Request,
    verdict: Verdict::Warning,
    what: "A parameter is gone that was marked with `x-ms-deprecated` or `deprecated`.",
    why: "It was announced, and steps that still name it feel it all the same.",
    instead: "make sure that nobody sends it any more before it goes",
    examples: &[Example {
        snippet: Snippet::Parameter,
        before: r#"{ "name": "filter", "in": "query", "type": "string", "x-ms-deprecated": true }"#,
        after: "",
        old: &[""],
        new: &[],
        also: &[],
        reversed: &["parameter-optional-added"],
    }],
    ..Check::BASE
};

static RENAMED: Check = Check {
    id: "parameter-renamed",
    object: Object::Parameter,
    direction: Direction::Request,
    verdict: Verdict::Breaking,
    what: "A parameter has another name, in the same place and with the same values.",
    why: "Saved steps pass the value under the old name.",
    instead: "keep the name; what people see is `x-ms-summary`",
    examples: &[Example {
        snippet: Snippet::Parameter,
        before: r#"{ "name": "filter", "in": "query", "type": "string" }"#,
        after: r#"{ "name": "search", "in": "query", "type": "string" }"#,
        old: &["/name"],
        new: &["/name"],
        also: &[],
        reversed: &["parameter-renamed"],
    }],
    ..Check::BASE
};

static CASE: Check = Check {
    id: "parameter-name-case-changed",
    object: Object::Parameter,
    direction: Direction::Request,
    verdict: Verdict::Breaking,
    what: "The name of a parameter differs in letter case only.",
    why: "Saved steps compare the name exactly.",
    instead: "keep the name as it was written",
    examples: &[
        Example {
            snippet: Snippet::Parameter,
            before: r#"{ "name": "filter", "in": "query", "type": "string" }"#,
            after: r#"{ "name": "Filter", "in": "query", "type": "string" }"#,
            old: &["/name"],
            new: &["/name"],
            also: &[],
            reversed: &["parameter-name-case-changed"],
        },
        Example {
            snippet: Snippet::Parameter,
            before: r#"{ "name": "X-Filter", "in": "header", "type": "string" }"#,
            after: r#"{ "name": "x-filter", "in": "header", "type": "string" }"#,
            old: &["/name"],
            new: &["/name"],
            also: &[],
            reversed: &["parameter-name-case-changed"],
        },
    ],
    ..Check::BASE
};

static HEADER_CASE: Check = Check {
    id: "parameter-header-case-changed",
    object: Object::Parameter,
    direction: Direction::Request,
    verdict: Verdict::Compatible,
    what: "The name of a header differs in letter case only, and `x-ms-client-name` still gives the old one.",
    why: "Letter case does not count in headers, and callers keep the name they use.",
    instead: "nothing needs to be done",
    examples: &[Example {
        snippet: Snippet::Parameter,
        before: r#"{ "name": "X-Filter", "in": "header", "type": "string" }"#,
        after: r#"{ "name": "x-filter", "in": "header", "type": "string", "x-ms-client-name": "X-Filter" }"#,
        old: &["/name"],
        new: &["/name"],
        also: &[],
        reversed: &["parameter-name-case-changed"],
    }],
    ..Check::BASE
};

static LOCATION: Check = Check {
    id: "parameter-location-changed",
    object: Object::Parameter,
    direction: Direction::Request,
    verdict: Verdict::Breaking,
    what: "A parameter travels in another place.",
    why: "Saved steps send it in the old one.",
    instead: "keep the parameter, and change it in a new operation of the same family",
    examples: &[Example {
        snippet: Snippet::Parameter,
        before: r#"{ "name": "filter", "in": "query", "type": "string" }"#,
        after: r#"{ "name": "filter", "in": "header", "type": "string" }"#,
        old: &["/in"],
        new: &["/in"],
        also: &[],
        reversed: &["parameter-location-changed"],
    }],
    ..Check::BASE
};

static BODY_TO_FORM: Check = Check {
    id: "parameter-body-to-formdata",
    object: Object::RequestBody,
    direction: Direction::Request,
    verdict: Verdict::Breaking,
    what: "A body has been replaced by form fields, or form fields by a body.",
    why: "Content type and names of the inputs differ.",
    instead: "keep the body as it was, and offer the other form in a new operation of the same family",
    examples: &[Example {
        snippet: Snippet::Parameter,
        before: r#"{ "name": "body", "in": "body", "schema": { "type": "object" } }"#,
        after: r#"{ "name": "file", "in": "formData", "type": "string" }"#,
        old: &[""],
        new: &[""],
        also: &[],
        reversed: &["parameter-body-to-formdata"],
    }],
    ..Check::BASE
};

fn check<'d>(pair: &OperationPair<'d>, out: &mut Out<'_, 'd>) {
    let to_form = form_change(pair, out);
    for (old, new) in &pair.moved {
        let message = format!(
            "the parameter {} is in {} now, not in {}",
            quoted(old.name),
            new.location.as_str(),
            old.location.as_str()
        );
        let place = |parameter: &Parameter<'d>| parameter.node.get("in").unwrap_or(parameter.node);
        out.changed(&LOCATION, place(old), place(new), message).at(format!("parameters/{}/in", old.name));
    }
    for (old, new) in pair.parameters.kept().filter(|(old, new)| old.name != new.name) {
        let is_path = old.location == ParameterLocation::Path;
        let same_letters = old.name.to_lowercase() == new.name.to_lowercase();
        // A path variable is renamed in the path.
        if is_path {
            continue;
        }
        let alias = |parameter: &Parameter<'d>| parameter.node.get("x-ms-client-name").and_then(Node::as_str);
        let keeps_alias = alias(new).is_some_and(|name| name == alias(old).unwrap_or(old.name));
        let (one, two) = (quoted(old.name), quoted(new.name));
        let (check, message) = match (same_letters, old.location) {
            (true, ParameterLocation::Header) if keeps_alias => {
                (&HEADER_CASE, format!("the header {one} is written {two} now"))
            }
            (true, _) => (&CASE, format!("the parameter {one} is written {two} now")),
            _ => (&RENAMED, format!("the parameter {one} is called {two} now")),
        };
        let place = |parameter: &Parameter<'d>| parameter.node.get("name").unwrap_or(parameter.node);
        let locus = format!("parameters/{}/{}", old.location.as_str(), old.name);
        out.changed(check, place(old), place(new), message).at(locus);
    }
    let path_changed = !matches!(
        PathChange::between(pair.old.path_template(), pair.new.path_template()),
        PathChange::Same | PathChange::VariablesRenamed
    );
    let counts = |parameter: &&Parameter<'d>| {
        // Variables come and go with the path, form fields with the form.
        match parameter.location {
            ParameterLocation::Path => !path_changed,
            ParameterLocation::FormData => !to_form,
            _ => true,
        }
    };
    for old in pair.parameters.removed.iter().filter(counts) {
        let is_marked =
            ["x-ms-deprecated", "deprecated"].iter().any(|key| old.node.get(key).and_then(Node::as_bool) == Some(true));
        let check = if is_marked { &REMOVED_AFTER_DEPRECATION } else { &REMOVED };
        let message = format!("the parameter {} ({}) is gone", quoted(old.name), old.location.as_str());
        out.removed(check, place(old, &pair.new), message).at(locus(old));
    }
    for new in pair.parameters.added.iter().filter(counts) {
        let is_filled = new.default().is_some() && new.visibility() == Visibility::Internal;
        let (check, how) = match (new.required, is_filled) {
            (true, false) => (&REQUIRED_ADDED, "must be given"),
            (true, true) => (&REQUIRED_ADDED_WITH_DEFAULT, "must be given, and has a default"),
            (false, _) => (&OPTIONAL_ADDED, "may be left out"),
        };
        let message = format!("the parameter {} ({}) is new and {how}", quoted(new.name), new.location.as_str());
        out.added(check, place(new, &pair.old), message).at(locus(new));
    }
}

/// Where a parameter stands that the other version of its operation lacks. A shared one that the other version as a whole
/// lacks came or went for all its operations at once.
fn place<'d>(parameter: &Parameter<'d>, other: &Operation<'d>) -> Node<'d> {
    let reference = parameter.declared_node.get("$ref").and_then(Node::as_str);
    let is_gone = reference.is_some_and(|reference| other.swagger().resolve_ref(reference).is_none());
    if is_gone { parameter.node } else { parameter.declared_node }
}

fn locus(parameter: &Parameter<'_>) -> String {
    format!("parameters/{}/{}", parameter.location.as_str(), parameter.name)
}

/// Reports a body that has become a form, or the reverse.
fn form_change<'d>(pair: &OperationPair<'d>, out: &mut Out<'_, 'd>) -> bool {
    let form = |list: &[Parameter<'d>]| {
        list.iter().find(|parameter| parameter.location == ParameterLocation::FormData).copied()
    };
    let (old, new) = match pair.body {
        (Some(old), None) => (Some(old), form(&pair.parameters.added)),
        (None, Some(new)) => (form(&pair.parameters.removed), Some(new)),
        _ => (None, None),
    };
    let (Some(old), Some(new)) = (old, new) else { return false };
    let message = if pair.body.0.is_some() { "the body has become a form" } else { "the form has become a body" };
    out.changed(&BODY_TO_FORM, old.declared_node, new.declared_node, message).at("body");
    true
}
