use crate::Out;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::Context;
use backshell_findings::Severity;
use backshell_source::Node;

pub(crate) static RULE: Rule = Rule {
    id: "BS-ContactIncomplete",
    group: Group::ConnectorGuidelines,
    severity: Severity::Warning,
    since: "0.1.0",
    source: Source::Requirement("connector certification requirements"),
    what: "`info.contact` is there, and its `name`, `url` or `email` is missing or empty. Each missing one is \
           reported.",
    why: "When a connector fails, its users and the operator of the platform need somebody to ask.",
    fix: "give the name, the support page and the mail address of whoever answers questions",
    bad: &[Example::Definition(
        r#"
{ "info": { "contact": { "name": "Contoso", "url": "" } } }
            ^^^^^^^^^                              ^^
"#,
    )],
    good: &[
        Example::Definition(
            r#"
{ "info": { "contact": { "name": "Contoso", "url": "https://contoso.com/help", "email": "help@contoso.com" } } }
"#,
        ),
        Example::Definition(
            r#"
{ "info": { "title": "Contoso" } }
"#,
        ),
    ],
    visits: &[Visit::Info(check)],
};

fn check(_: &Context<'_>, info: Node<'_>, out: &mut Out<'_>) {
    let Some(contact) = info.get("contact").filter(|contact| contact.is_object()) else { return };
    for name in ["name", "url", "email"] {
        match contact.get(name) {
            None => out.lacking(name).at_key(contact, format!("the contact has no `{name}`")),
            Some(node) if node.is_null() || node.as_str().is_some_and(|text| text.trim().is_empty()) => {
                out.at(node, format!("the `{name}` of the contact is empty"));
            }
            Some(_) => {}
        }
    }
}
