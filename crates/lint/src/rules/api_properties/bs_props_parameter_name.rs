use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::PropertiesFile;
use crate::{Out, quoted};
use backshell_findings::Severity;
use backshell_source::Node;

pub(crate) static RULE: Rule = Rule {
    id: "BS-PropsParameterName",
    group: Group::ApiProperties,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::Requirement("connector package layout"),
    what: "The name of a connection parameter has other characters than the letters a to z and A to Z, digits and \
           underscores. One colon may stand between two such names: then the parameter belongs to a sign-in. \
           Parameters of sets are judged too.",
    why: "Policies and forms refer to the parameter by its name, and do not find one with other signs in it.",
    fix: "name the parameter with letters, digits and underscores alone",
    bad: &[Example::Properties(
        r#"
{ "properties": { "connectionParameters": {
    "dns-name": { "type": "string" }, "token:": { "type": "string" }, "a:b:c": null
    ^^^^^^^^^^                        ^^^^^^^^                        ^^^^^^^
} } }
"#,
    )],
    good: &[Example::Properties(
        r#"
{ "properties": { "connectionParameters": {
    "dns_Name1": { "type": "string" }, "token:TenantId": { "type": "string", "dns-name": {} }
} } }
"#,
    )],
    visits: &[Visit::Properties(check)],
};

fn check(file: &PropertiesFile<'_>, out: &mut Out<'_>) {
    for member in file.parameter_objects().flat_map(Node::visible_members) {
        let is_word =
            |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        let (name, claim) = member.key.split_once(':').unwrap_or((member.key, "claim"));
        if !is_word(name) || !is_word(claim) {
            out.at_key(member.value, format!("{} is no name of a connection parameter", quoted(member.key)));
        }
    }
}
