use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::Context;
use crate::view::is_extension;
use crate::{Out, quoted};
use backshell_findings::Severity;
use backshell_source::Node;

pub(crate) static RULE: Rule = Rule {
    id: "MimeTypeNotValid",
    group: Group::Properties,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::SwaggerValidator,
    what: "An entry of `consumes` or `produces`, or the name of a response example, has not the form of a MIME \
           type: a type, a slash and a subtype, with parameters behind a semicolon if need be. A wildcard is no \
           type; outside `consumes` it is a warning.",
    why: "It is sent as a header. Clients that cannot read it do not know how to write the body.",
    fix: "write one type, such as application/json",
    bad: &[
        Example::Definition(
            r#"
{ "consumes": ["application/json", "json"], "paths": { "/a": { "get": { "produces": ["application/json, text/plain"] } } } }
                                   ^^^^^^                                            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
"#,
        ),
        Example::Definition(
            r#"
{ "consumes": ["*/*"], "produces": ["image/*"], "responses": { "R": { "description": "r", "examples": { "response": {} } } } }
               ^^^^^                ^^^^^^^^^                                                           ^^^^^^^^^^
"#,
        ),
    ],
    good: &[Example::Definition(
        r#"
{ "consumes": ["application/vnd.contoso.v1+json", "application/json; charset=utf-8", "text/plain;q=\"a; b\""],
  "responses": { "R": { "description": "r", "examples": { "application/json": { "json": 1 }, "x-note": 1 } } } }
"#,
    )],
    visits: &[Visit::Document(check)],
};

fn check(context: &Context<'_>, out: &mut Out<'_>) {
    let survey = context.survey();
    for entry in &survey.mime_types {
        let Some(text) = entry.as_str().filter(|text| !is_mime_type(text)) else { continue };
        let is_input = entry.parent().and_then(Node::key) == Some("consumes");
        let severity = if is_input || !is_wildcard(text) { Severity::Error } else { Severity::Warning };
        out.severity(severity).at(*entry, format!("{} is no MIME type", quoted(text)));
    }
    for member in survey.examples.iter().flat_map(|examples| examples.visible_members()) {
        if !is_extension(member.key) && !is_mime_type(member.key) {
            let severity = if is_wildcard(member.key) { Severity::Warning } else { Severity::Error };
            out.severity(severity).at_key(member.value, format!("{} is no MIME type", quoted(member.key)));
        }
    }
}

fn is_wildcard(text: &str) -> bool {
    let essence = text.split(';').next().unwrap_or_default().trim();
    essence == "*/*" || essence.strip_suffix("/*").is_some_and(is_name)
}

fn is_mime_type(text: &str) -> bool {
    let (essence, parameters) = match text.split_once(';') {
        Some((essence, parameters)) => (essence.trim_end(), Some(parameters)),
        None => (text, None),
    };
    essence.split_once('/').is_some_and(|(kind, subtype)| is_name(kind) && is_name(subtype))
        && parameters.is_none_or(are_parameters)
}

/// A name as RFC 6838 restricts them.
fn is_name(text: &str) -> bool {
    let is_sign = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&byte);
    text.len() <= 127 && text.starts_with(|first: char| first.is_ascii_alphanumeric()) && text.bytes().all(is_sign)
}

/// One `name=value` after another, parted by semicolons; a value may be in quotes, and have semicolons there.
fn are_parameters(text: &str) -> bool {
    let mut rest = text;
    loop {
        let Some((name, value)) = rest.split_once('=') else { return false };
        let behind = match value.strip_prefix('"') {
            Some(quoted) => match quoted.split_once('"') {
                Some((_, behind)) => behind,
                None => return false,
            },
            None => {
                let end = value.find(';').unwrap_or(value.len());
                let Some((token, behind)) = value.split_at_checked(end) else { return false };
                if !is_token(token.trim_end()) {
                    return false;
                }
                behind
            }
        };
        if !is_token(name.trim_start()) {
            return false;
        }
        match behind.trim_start().strip_prefix(';') {
            Some(more) => rest = more,
            None => return behind.trim().is_empty(),
        }
    }
}

fn is_token(text: &str) -> bool {
    let is_sign = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !text.is_empty() && text.bytes().all(is_sign)
}
