use crate::metadata::{NAMES, entries};
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::Context;
use crate::{Out, quoted};
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "BS-MetadataUnknownProperty",
    group: Group::ConnectorGuidelines,
    severity: Severity::Warning,
    since: "0.1.0",
    source: Source::Requirement("connector certification requirements"),
    what: "An entry of `x-ms-connector-metadata` has another `propertyName` than `Website`, `Privacy policy` and \
           `Categories` (letter case is another rule's, and white space around it is passed over), repeats a name of an entry before it, or lacks the text \
           `propertyName` or `propertyValue`.",
    why: "The catalogue shows three entries; what stands under any other name is lost, and of two with the same \
           name nobody knows which one counts.",
    fix: "keep one entry each for Website, Privacy policy and Categories",
    bad: &[
        Example::Definition(
            r#"
{ "x-ms-connector-metadata": [{ "propertyName": "Terms", "propertyValue": "https://contoso.com/terms" }, { "propertyName": "Website" }] }
                                                ^^^^^^^                                                  ^
"#,
        ),
        Example::Definition(
            r#"
{ "x-ms-connector-metadata": [{ "propertyName": "Website", "propertyValue": "a" }, { "propertyName": "website", "propertyValue": "b" }] }
                                                                                                     ^^^^^^^^^
"#,
        ),
    ],
    good: &[Example::Definition(
        r#"
{ "x-ms-connector-metadata": [{ "propertyName": "WebSite ", "propertyValue": "" }, { "propertyName": "Privacy policy", "propertyValue": "x" }] }
"#,
    )],
    visits: &[Visit::Document(check)],
};

fn check(context: &Context<'_>, out: &mut Out<'_>) {
    let mut seen = [false; NAMES.len()];
    for entry in entries(context) {
        let text = |name: &str| entry.get(name).filter(|node| node.as_str().is_some());
        let Some(node) = text("propertyName") else {
            out.at(entry, "the entry has no text `propertyName`");
            continue;
        };
        let name = node.as_str().unwrap_or_default().trim();
        let known = NAMES.iter().zip(&mut seen).find(|(known, _)| known.eq_ignore_ascii_case(name));
        match known {
            None => out.at(node, format!("{} is no entry of the catalogue", quoted(name))),
            Some((known, true)) => out.at(node, format!("the entry `{known}` is there already")),
            Some((_, seen)) => *seen = true,
        }
        if text("propertyValue").is_none() {
            out.at(entry, format!("the entry {} has no text `propertyValue`", quoted(name)));
        }
    }
}
