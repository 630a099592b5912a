//! `updatenextlink`: the address of the next page, in the body of an answer, leads through the gateway.
//!
//! A client that follows the service's own link would leave the gateway, without the credential and without any check.
//! What a link becomes is the gateway's to say; this file finds it. The body is not written anew: the link's text is
//! exchanged where it stands, so that order, numbers and spelling of everything else stay as they are.

use crate::expression::{Function, Part, parse, path_names};
use crate::instance::{Instance, InstanceError};
use backshell_model::{SealedText, ShapedRequest};
use backshell_package::PolicySection;
use backshell_source::{Limits, Node, Span, parse_bytes};
use http::header::{ACCEPT_ENCODING, RANGE};
use std::fmt::Write as _;

/// What becomes of a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NextLink {
    /// It stays: it leads to another service.
    Stays,
    /// It becomes this one.
    Becomes(String),
    /// It becomes `null`: it leads to no operation, or could show a secret.
    Goes,
}

/// The body of an answer is no JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unreadable;

/// A compiled instance.
#[derive(Debug)]
pub(crate) struct UpdateNextLink {
    /// The names that lead to the object that holds the link.
    parent: Vec<String>,
    property: String,
}

impl UpdateNextLink {
    pub(crate) fn compile(instance: &Instance<'_>) -> Result<Self, InstanceError> {
        if !matches!(instance.policy.section, PolicySection::None | PolicySection::Response) {
            return Err(InstanceError::invalid("this policy template acts on answers; remove the policy section"));
        }
        let property = instance.required("nextLinkPropertyName")?;
        if property.trim().is_empty() {
            return Err(InstanceError::invalid("`nextLinkPropertyName` names no property"));
        }
        let parent = instance.optional("nextLinkParentPropertyPath").unwrap_or_default();
        Ok(Self { parent: names(&parent)?, property: property.trim().to_owned() })
    }

    /// Asks the service for an answer that can be read: what is compressed cannot be, nor can a part.
    pub(crate) fn on_request(request: &mut ShapedRequest) {
        request.remove_header(&RANGE);
        request.set_header(&ACCEPT_ENCODING, SealedText::literal("identity"));
    }

    /// Where the links stand in a body. A name that is given several times counts each time: who reads the first of them
    /// must not be led elsewhere than who reads the last.
    fn find<'d>(&'d self, root: Node<'d>) -> Vec<Node<'d>> {
        let mut parents = vec![root];
        for name in &self.parent {
            parents = parents.into_iter().flat_map(|node| members(node, name)).collect();
        }
        parents
            .into_iter()
            .flat_map(|node| members(node, &self.property))
            .filter(|link| link.as_str().is_some())
            .collect()
    }
}

/// The members of an object with this name.
fn members<'d, 'n: 'd>(node: Node<'d>, name: &'n str) -> impl Iterator<Item = Node<'d>> {
    node.members().filter(move |member| member.key == name).map(|member| member.value)
}

/// The names of a path below the body: `@body().d`, `body().d`, `d` and nothing at all mean the same thing where they can.
fn names(path: &str) -> Result<Vec<String>, InstanceError> {
    let path = path.trim();
    let bad = || {
        let message = "`nextLinkParentPropertyPath` must lead from the body to an object, such as `@body().data`";
        InstanceError::invalid(message)
    };
    let text = match path {
        "" => return Ok(Vec::new()),
        _ if path.starts_with("@body()") => path.to_owned(),
        _ if path.starts_with("body()") => format!("@{path}"),
        _ if path.starts_with('[') => format!("@body(){path}"),
        _ => format!("@body().{path}"),
    };
    let parts = parse(&text).map_err(|error| InstanceError::invalid(error.to_string()))?;
    match parts.as_slice() {
        [Part::Call(call)] if call.function == Function::Body => path_names(&call.path).ok_or_else(bad),
        _ => Err(bad()),
    }
}

/// The body with every link that the steps name exchanged for what `through` makes of it. `Ok(None)` where nothing is to be
/// changed: no link, or links that stay. `Err` where it is no JSON, so that nobody knows which links are in it.
pub(crate) fn rewrite(
    steps: &[&UpdateNextLink],
    body: &[u8],
    mut through: impl FnMut(&str) -> NextLink,
) -> Result<Option<Vec<u8>>, Unreadable> {
    if body.is_empty() {
        return Ok(None);
    }
    // JSON between systems is UTF-8 (RFC 8259, section 8.1); what is not, is none.
    std::str::from_utf8(body).map_err(|_| Unreadable)?;
    let document = parse_bytes(body, &Limits::default()).document.ok_or(Unreadable)?;
    let mut links: Vec<(Span, &str)> = steps
        .iter()
        .flat_map(|step| step.find(document.root()))
        .filter_map(|link| Some((link.span(), link.as_str()?)))
        .collect();
    links.sort_unstable_by_key(|(span, _)| span.start);
    links.dedup_by_key(|(span, _)| span.start);
    let (text, mut rewritten, mut end) = (document.text(), String::new(), 0);
    let mut changed = false;
    for (span, link) in links {
        let replaced = match through(link) {
            NextLink::Stays => continue,
            NextLink::Becomes(link) => quoted(&link),
            NextLink::Goes => "null".to_owned(),
        };
        rewritten.push_str(text.get(end..span.start as usize).ok_or(Unreadable)?);
        rewritten.push_str(&replaced);
        end = span.end as usize;
        changed = true;
    }
    rewritten.push_str(text.get(end..).ok_or(Unreadable)?);
    Ok(changed.then(|| rewritten.into_bytes()))
}

/// A text as JSON (RFC 8259, section 7).
fn quoted(text: &str) -> String {
    let mut quoted = String::from('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            control if control.is_control() => {
                let _ = write!(quoted, "\\u{:04x}", u32::from(control));
            }
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(parent: &str, property: &str) -> UpdateNextLink {
        UpdateNextLink { parent: names(parent).unwrap(), property: property.to_owned() }
    }

    fn rewritten(steps: &[&UpdateNextLink], body: &str) -> Option<String> {
        let through = |link: &str| match link.strip_prefix("https://api.example.com") {
            Some("/secret") => NextLink::Goes,
            Some(path) => NextLink::Becomes(format!("/apim{path}")),
            None => NextLink::Stays,
        };
        let rewritten = rewrite(steps, body.as_bytes(), through).unwrap();
        rewritten.map(|body| String::from_utf8(body).unwrap())
    }

    #[test]
    fn only_the_link_changes() {
        let next = step("", "@odata.nextLink");
        let body = |link: &str| format!("{{\n \"b\": 1.50e0, \"@odata.nextLink\" : {link}, \"a\": \"\\u00e9\" }}");
        let after = rewritten(&[&next], &body("\"https:\\/\\/api.example.com/items?x=\\\"1\\\"\"")).unwrap();
        assert_eq!(after, body("\"/apim/items?x=\\\"1\\\"\""));
        assert_eq!(rewritten(&[&next], &body("\"https://api.example.com/secret\"")).unwrap(), body("null"));
        for stays in
            ["\"https://other.example.com/items\"", "null", "7", "\"\"", "{\"x\": \"https://api.example.com/a\"}"]
        {
            assert_eq!(rewritten(&[&next], &body(stays)), None, "{stays}");
        }
        // Elsewhere in the body it is no link.
        assert_eq!(rewritten(&[&next], r#"{"value":[{"@odata.nextLink":"https://api.example.com/a"}]}"#), None);
        assert_eq!(rewritten(&[&next], ""), None);
        for no_json in ["[", "<a/>", "{\"@odata.nextLink\":\"https://api.example.com/a\""] {
            let read = rewrite(&[&next], no_json.as_bytes(), |_| NextLink::Stays);
            assert_eq!(read, Err(Unreadable), "{no_json}");
        }
    }

    #[test]
    fn parents_are_paths_below_the_body() {
        let body = r#"{"d":{"a.b":{"next":"https://api.example.com/2"}},"next":"https://api.example.com/3"}"#;
        let expected = body.replace("https://api.example.com/2", "/apim/2");
        for path in ["@body().d['a.b']", "body().d['a.b']", "d['a.b']", "['d']['a.b']"] {
            assert_eq!(rewritten(&[&step(path, "next")], body).unwrap(), expected, "{path}");
        }
        for path in ["@item().d", "@headers('x')", "@body().d x", "@body().d[0]"] {
            assert!(names(path).is_err(), "{path}");
        }
        let both = [&step("d['a.b']", "next"), &step("", "next"), &step("", "next")];
        assert_eq!(rewritten(&both, body).unwrap(), body.replace("https://api.example.com", "/apim"));
    }

    #[test]
    fn a_name_given_twice_leads_nowhere_else() {
        let body = r#"{"next":"https://api.example.com/1","next":"https://api.example.com/2"}"#;
        let expected = body.replace("https://api.example.com", "/apim");
        assert_eq!(rewritten(&[&step("", "next")], body).unwrap(), expected);
    }
}
