use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::PropertiesFile;
use crate::{Out, quoted};
use backshell_findings::Severity;
use backshell_package::{ConnectionParameter, ConnectionParameterKind, truth};
use backshell_source::Node;

pub(crate) static RULE: Rule = Rule {
    id: "BS-PropsUiDefinition",
    group: Group::ApiProperties,
    severity: Severity::Warning,
    since: "0.1.0",
    source: Source::Requirement("connector package layout"),
    what: "A connection parameter that users fill in (`string`, `securestring`, `int`, `bool`) has no \
           `uiDefinition`, or one without a `displayName`, a `description` or a `tooltip`; where a schema describes \
           the parameter, its description counts. The `uiDefinition` of a sign-in may be absent, and hidden parameters need \
           no texts. Whatever the type: the constraints `required` and `hidden` must be the texts `\"true\"` or \
           `\"false\"`. Parameters of sets are judged too.",
    why: "These texts are the form in which a user makes a connection. Some readers take a boolean for no value at all, \
           and then ask for what should be hidden.",
    fix: "give displayName, description and tooltip, and write \"true\" or \"false\" in quotation marks",
    bad: &[
        Example::Properties(
            r#"
{ "properties": { "connectionParameters": {
    "key": { "type": "securestring", "uiDefinition": { "displayName": "Key", "description": "The key." } },
                                     ^^^^^^^^^^^^^^
    "site": { "type": "string" }
    ^^^^^^
} } }
"#,
        ),
        Example::Properties(
            r#"
{ "properties": { "connectionParameters": { "site": { "type": "string", "uiDefinition": {
    "displayName": "Site", "description": "Your site.", "tooltip": "Enter the site",
    "constraints": { "required": true, "hidden": "no" }
                                 ^^^^            ^^^^
} } } } }
"#,
        ),
    ],
    good: &[Example::Properties(
        r#"
{ "properties": { "connectionParameters": {
    "site": { "type": "string", "uiDefinition": {
        "displayName": "Site", "schema": { "type": "string", "description": "Your site." }, "tooltip": "Enter the site",
        "constraints": { "required": "true", "hidden": "false", "clearText": true }
    } },
    "token": { "type": "oauthSetting" },
    "token:TenantId": { "type": "string", "uiDefinition": { "constraints": { "required": "false", "hidden": "true" } } }
} } }
"#,
    )],
    visits: &[Visit::Properties(check)],
};

fn check(file: &PropertiesFile<'_>, out: &mut Out<'_>) {
    for parameter in file.connection_parameters() {
        if !parameter.hidden {
            texts(parameter, out);
        }
        for name in ["required", "hidden"] {
            let Some(value) = parameter.constraint(name) else { continue };
            if value.as_str().is_none() || truth(value).is_none() {
                out.at(value, format!("the constraint `{name}` is not the text \"true\" or \"false\""));
            }
        }
    }
}

/// What a user reads.
fn texts(parameter: &ConnectionParameter<'_>, out: &mut Out<'_>) {
    let is_filled_in = matches!(
        parameter.kind,
        ConnectionParameterKind::String
            | ConnectionParameterKind::SecureString
            | ConnectionParameterKind::Int
            | ConnectionParameterKind::Bool
    );
    let Some(interface) = parameter.node.get_ignore_case("uiDefinition") else {
        if is_filled_in {
            out.at_key(
                parameter.node,
                format!("the connection parameter {} has no uiDefinition", quoted(parameter.name)),
            );
        }
        return;
    };
    let said = |name: &str| interface.get_ignore_case(name).and_then(Node::as_str);
    let is_given = |text: Option<&str>| text.is_some_and(|text| !text.trim().is_empty());
    let given = [
        ("displayName", is_given(said("displayName"))),
        ("description", is_given(parameter.description)),
        ("tooltip", is_given(said("tooltip"))),
    ];
    let missing: Vec<&str> = given.iter().filter(|(_, is_given)| !is_given).map(|(name, _)| *name).collect();
    if !missing.is_empty() {
        // Which texts are missing is no part of what the finding is known by: it stays the same while some are added.
        out.at(interface, format!("the form of {} has no {}", quoted(parameter.name), missing.join(", no ")));
    }
}
