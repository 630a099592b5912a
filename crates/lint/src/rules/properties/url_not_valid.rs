use crate::metadata;
use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::Context;
use crate::{Out, quoted};
use backshell_findings::Severity;
use backshell_source::Node;

pub(crate) static RULE: Rule = Rule {
    id: "UrlNotValid",
    group: Group::Properties,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "An address is not absolute, has another scheme than http and https, has no host, or has blanks in \
           it: of the contact, the licence, the terms of service, external or Microsoft documentation, the \
           sign-in of a security definition, or Website and Privacy policy of the connector metadata. A blank \
           one is left to the rules on blank values where these look at it.",
    why: "It becomes a link that users click, or an address that credentials are sent to.",
    fix: "write the full address, beginning with https://",
    bad: &[
        Example::Definition(
            r#"
{ "info": { "termsOfService": "see our website", "contact": { "url": "www.contoso.com" }, "license": { "name": "L", "url": "mailto:a@contoso.com" } } }
                              ^^^^^^^^^^^^^^^^^                      ^^^^^^^^^^^^^^^^^                                     ^^^^^^^^^^^^^^^^^^^^^^
"#,
        ),
        Example::Definition(
            r#"
{ "x-ms-connector-metadata": [{ "propertyName": "Privacy Policy", "propertyValue": "https://contoso.com/privacy policy" }] }
                                                                                   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
"#,
        ),
        Example::Definition(
            r#"
{ "x-ms-docs": { "url": "https:///docs" }, "securityDefinitions": { "a": { "type": "oauth2", "flow": "implicit", "authorizationUrl": "/authorize" } } }
                        ^^^^^^^^^^^^^^^                                                                                              ^^^^^^^^^^^^
"#,
        ),
    ],
    good: &[Example::Definition(
        r#"
{ "info": { "contact": { "url": "HTTPS://contoso.com:8443/a?b=c#d" }, "termsOfService": "http://contoso.com" },
  "x-ms-connector-metadata": [{ "propertyName": "Website", "propertyValue": "" }, { "propertyName": "Categories", "propertyValue": "Data" }],
  "definitions": { "url": { "properties": { "url": { "type": "string", "default": "x" } } } } }
"#,
    )],
    visits: &[Visit::Document(check)],
};

fn check(context: &Context<'_>, out: &mut Out<'_>) {
    let survey = context.survey();
    let metadata = ["Website", "Privacy policy"].into_iter().flat_map(|name| metadata::values(context, name));
    let docs = context.root.get("x-ms-docs").into_iter();
    let docs =
        docs.flat_map(|docs| docs.get("url").into_iter().chain(docs.items().filter_map(|entry| entry.get("url"))));
    for node in survey.urls.iter().copied().chain(metadata).chain(docs) {
        let Some(text) = node.as_str() else { continue };
        let is_left_to_others = text.trim().is_empty() && is_judged_when_blank(node);
        if !is_left_to_others && !is_address(text) {
            out.at(node, format!("{} is no address that begins with http:// or https://", quoted(text)));
        }
    }
}

/// Whether another rule reports this member when it is blank.
fn is_judged_when_blank(node: Node<'_>) -> bool {
    let holder = node.parent().and_then(Node::key);
    matches!(node.key(), Some("propertyValue" | "authorizationUrl" | "tokenUrl")) || holder == Some("contact")
}

fn is_address(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once("://") else { return false };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    (scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("http"))
        && !host.is_empty()
        && !host.starts_with(':')
        && !text.contains(char::is_whitespace)
}
