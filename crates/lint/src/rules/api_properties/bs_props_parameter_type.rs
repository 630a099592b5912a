use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::PropertiesFile;
use crate::{Out, quoted};
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "BS-PropsParameterType",
    group: Group::ApiProperties,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::Requirement("connector package layout"),
    what: "The `type` of a connection parameter is none of `string`, `securestring`, `int`, `bool`, \
           `gatewaySetting` and `oauthSetting`, letter for letter. Parameters of sets are judged too.",
    why: "The type decides whether a value is kept as a secret and how it is obtained.",
    fix: "use one of string, securestring, int, bool, gatewaySetting and oauthSetting",
    bad: &[
        Example::Properties(
            r#"
{ "properties": { "connectionParameters": { "sso": { "type": "oAuthSetting" } } } }
                                                             ^^^^^^^^^^^^^^
"#,
        ),
        Example::Properties(
            r#"
{ "properties": { "connectionParameters": { "key": {} } } }
                                            ^^^^^
"#,
        ),
    ],
    good: &[Example::Properties(
        r#"
{ "properties": { "connectionParameters": { "key": { "type": "securestring" } } } }
"#,
    )],
    visits: &[Visit::Properties(check)],
};

const TYPES: [&str; 6] = ["string", "securestring", "int", "bool", "gatewaySetting", "oauthSetting"];

fn check(file: &PropertiesFile<'_>, out: &mut Out<'_>) {
    for parameter in file.connection_parameters() {
        match parameter.node.get("type") {
            None => {
                let name = quoted(parameter.name);
                out.at_key(parameter.node, format!("the connection parameter {name} has no type"));
            }
            Some(kind) if !kind.as_str().is_some_and(|text| TYPES.contains(&text)) => {
                let shown = quoted(kind.as_str().unwrap_or(kind.kind().as_str()));
                out.at(kind, format!("{shown} is not a type of connection parameters"));
            }
            Some(_) => {}
        }
    }
}
