use crate::metadata::{NAMES, entries};
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::Context;
use crate::{Out, quoted};
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "BS-MetadataNameCase",
    group: Group::ConnectorGuidelines,
    severity: Severity::Warning,
    since: "0.1.0",
    source: Source::Requirement("connector certification requirements"),
    what: "A `propertyName` in `x-ms-connector-metadata` differs from `Website`, `Privacy policy` or `Categories` \
           in letter case only.",
    why: "Readers that compare the names letter for letter miss the entry, and show the connector without its \
           privacy policy.",
    fix: "write the name exactly as Website, Privacy policy or Categories",
    bad: &[Example::Definition(
        r#"
{ "x-ms-connector-metadata": [{ "propertyName": "Privacy Policy", "propertyValue": "https://contoso.com/privacy" }, { "propertyName": "website ", "propertyValue": "none" }] }
                                                ^^^^^^^^^^^^^^^^                                                                      ^^^^^^^^^^
"#,
    )],
    good: &[Example::Definition(
        r#"
{ "x-ms-connector-metadata": [{ "propertyName": "Privacy policy", "propertyValue": "https://contoso.com/privacy" }, { "propertyName": "Privacy notice", "propertyValue": "none" }, { "propertyName": " Website", "propertyValue": "none" }] }
"#,
    )],
    visits: &[Visit::Document(check)],
};

fn check(context: &Context<'_>, out: &mut Out<'_>) {
    for node in entries(context).filter_map(|entry| entry.get("propertyName")) {
        let Some(name) = node.as_str().map(str::trim).filter(|name| !NAMES.contains(name)) else { continue };
        if let Some(meant) = NAMES.iter().find(|known| known.eq_ignore_ascii_case(name)) {
            out.help(format!("write {meant}")).at(node, format!("{} is written `{meant}`", quoted(name)));
        }
    }
}
