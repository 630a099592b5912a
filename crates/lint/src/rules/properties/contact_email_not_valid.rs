use crate::Out;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::Context;
use backshell_findings::Severity;
use backshell_source::Node;

pub(crate) static RULE: Rule = Rule {
    id: "ContactEmailNotValid",
    group: Group::Properties,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "The `email` of the contact is no mail address: one `@`, a local part of ASCII letters, digits and \
           signs, and a host name with a dot. A blank one is a matter of RequiredValueEmpty.",
    why: "It is where users and Microsoft write when the connector fails.",
    fix: "write one plain address, such as support@contoso.com",
    bad: &[
        Example::Definition(
            r#"
{ "info": { "contact": { "email": "Support <support@contoso.com>" } } }
                                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
"#,
        ),
        Example::Definition(
            r#"
{ "info": { "contact": { "email": "support@localhost" } } }
                                  ^^^^^^^^^^^^^^^^^^^
"#,
        ),
    ],
    good: &[
        Example::Definition(
            r#"
{ "info": { "contact": { "email": "first.last+tag@mail.contoso-labs.com" } } }
"#,
        ),
        Example::Definition(
            r#"
{ "info": { "contact": { "email": "" } } }
"#,
        ),
    ],
    visits: &[Visit::Info(check)],
};

fn check(_: &Context<'_>, info: Node<'_>, out: &mut Out<'_>) {
    let Some(node) = info.get("contact").and_then(|contact| contact.get("email")) else { return };
    if node.as_str().is_some_and(|text| !text.trim().is_empty() && !is_address(text)) {
        out.at(node, "the contact's email is no mail address");
    }
}

fn is_address(text: &str) -> bool {
    let Some((local, host)) = text.rsplit_once('@') else { return false };
    let is_sign = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+/=?^_`{|}~-".contains(&byte);
    let is_label = |label: &str| {
        label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    local.split('.').all(|atom| !atom.is_empty() && atom.bytes().all(is_sign))
        && host.contains('.')
        && host.split('.').all(is_label)
}
