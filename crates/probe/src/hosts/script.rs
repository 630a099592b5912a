//! The addresses in the code of a package, `script.csx`: what its strings say, comments apart.
//!
//! Code can put an address together in ways that nobody sees from outside. What is found here is what it says openly: a
//! string that is an address, with the values that interpolation or `+` put into it, and a string that is given to a
//! member named `Host`. Prose that mentions an address is none: it has blanks in front of it.

use super::shape::{self, Piece, Shape};
use super::{Files, Found, Giver, Purpose, Use};
use backshell_findings::Place;
use backshell_package::csharp::{Literal, LiteralPart, Piece as Code, Token, pieces};
use backshell_source::{Span, Text};

/// Names of XML vocabularies and of schemas that look like addresses and are not called.
const VOCABULARIES: [&str; 12] = [
    "docs.oasis-open.org",
    "json-schema.org",
    "ns.adobe.com",
    "purl.org",
    "schema.org",
    "schemas.datacontract.org",
    "schemas.microsoft.com",
    "schemas.openxmlformats.org",
    "schemas.xmlsoap.org",
    "tempuri.org",
    "www.w3.org",
    "xmlns.com",
];

pub(super) fn find(files: &Files<'_>, found: &mut Found) {
    let Some(script) = &files.package.script else { return };
    let text = String::from_utf8_lossy(&script.bytes);
    let source = Text::new(text.as_ref().to_owned());
    let shown = files.shown(&script.path);
    let code: Vec<Code<'_>> = pieces(&text).collect();
    for (index, piece) in code.iter().enumerate() {
        let Code::Literal(literal) = piece else { continue };
        let before = index.checked_sub(1).and_then(|index| code.get(..=index)).unwrap_or_default();
        let address = match address(literal) {
            Some(parts) => joined(parts, code.get(index + 1..).unwrap_or_default()),
            None if names_a_host(before) => pieces_of(literal),
            None => continue,
        };
        let Shape { target, shown: host, scheme, path } = shape::read(&address);
        if VOCABULARIES.contains(&host.as_str()) {
            continue;
        }
        let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        let span = Span::new(offset(literal.place.start), offset(literal.place.end));
        let place = Place::in_text(shown.clone(), &source, span, "");
        found.push(target, host, Use { purpose: Purpose::Script, scheme, path, place });
    }
}

/// The address that a string is, up to the first blank; `None` where it is none.
fn address(literal: &Literal) -> Option<Vec<Piece>> {
    let mut parts = pieces_of(literal);
    let Some(Piece::Text(first)) = parts.first_mut() else { return None };
    let trimmed = first.trim_start();
    let begins = |scheme: &str| trimmed.get(..scheme.len()).is_some_and(|front| front.eq_ignore_ascii_case(scheme));
    if !begins("https://") && !begins("http://") {
        return None;
    }
    *first = trimmed.to_owned();
    let blank = parts.iter().position(|part| matches!(part, Piece::Text(text) if text.contains(char::is_whitespace)));
    if let Some(index) = blank {
        parts.truncate(index + 1);
        if let Some(Piece::Text(last)) = parts.last_mut() {
            *last = last.split(char::is_whitespace).next().unwrap_or_default().to_owned();
        }
    }
    Some(parts)
}

/// What a string says, with `{0}` of `string.Format` for a value as well.
fn pieces_of(literal: &Literal) -> Vec<Piece> {
    let mut parts = Vec::new();
    for part in &literal.parts {
        match part {
            LiteralPart::Hole => parts.push(Piece::Value(Giver::Other)),
            LiteralPart::Text(text) => {
                let mut rest = text.as_str();
                while let Some((before, behind)) = numbered(rest) {
                    parts.push(Piece::Text(before.to_owned()));
                    parts.push(Piece::Value(Giver::Other));
                    rest = behind;
                }
                parts.push(Piece::Text(rest.to_owned()));
            }
        }
    }
    parts
}

/// What stands before and behind the first `{0}`, `{1:x}` and so on.
fn numbered(text: &str) -> Option<(&str, &str)> {
    text.match_indices('{').find_map(|(at, _)| {
        let (before, rest) = text.split_at_checked(at)?;
        let (inner, behind) = rest.strip_prefix('{')?.split_once('}')?;
        inner.starts_with(|first: char| first.is_ascii_digit()).then_some((before, behind))
    })
}

/// The address with what `+` puts behind it. Anything but a string is a value.
fn joined(mut parts: Vec<Piece>, mut behind: &[Code<'_>]) -> Vec<Piece> {
    while let Some((Code::Token(Token { text: "+", .. }), rest)) = behind.split_first() {
        let end = operand(rest);
        match rest.first() {
            Some(Code::Literal(literal)) if end == 1 => parts.extend(pieces_of(literal)),
            _ => parts.push(Piece::Value(Giver::Other)),
        }
        behind = rest.get(end..).unwrap_or_default();
    }
    parts
}

/// How many pieces the first operand of a sum has.
fn operand(code: &[Code<'_>]) -> usize {
    let mut depth = 0_usize;
    let end = code.iter().position(|piece| {
        let Code::Token(token) = piece else { return false };
        match token.text {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" if depth > 0 => depth -= 1,
            "+" | ";" | "," | ")" | "]" | "}" | "?" | ":" if depth == 0 => return true,
            _ => {}
        }
        false
    });
    end.unwrap_or(code.len())
}

/// Whether what stands before a string gives it to a member named `Host`.
fn names_a_host(before: &[Code<'_>]) -> bool {
    let word = |piece: &Code<'_>, wanted: &str| matches!(piece, Code::Token(token) if token.text == wanted);
    matches!(before, [.., name, sign] if word(name, "Host") && word(sign, "="))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hosts::{Target, endpoints};
    use backshell_package::{Limits, read_files};

    fn found(script: &str) -> Vec<String> {
        let files = vec![("script.csx".to_owned(), script.as_bytes().into())];
        let read = read_files("p", files, &Limits::default());
        let shown = |endpoint: &crate::hosts::Endpoint| {
            let kind = match endpoint.target {
                Target::Host(_) => "host",
                Target::Pattern { .. } => "pattern",
                Target::Given(_) => "given",
                Target::OpenEnd => "open",
                Target::Unusable { .. } => "unusable",
            };
            let at = &endpoint.uses[0];
            assert_eq!((at.purpose, &*at.place.file), (Purpose::Script, "p/script.csx"));
            format!("{kind} {} {} {}", endpoint.shown, at.path, at.place.start.line)
        };
        endpoints(&read.package, Some("p")).iter().map(shown).collect()
    }

    #[test]
    fn addresses_of_the_code() {
        let script = r#"
            // See https://comment.example.com/x
            /* "https://comment.example.com" */
            var a = new Uri("https://plain.example.com/v1/items?x=1");
            var b = $"https://{tenant}.example.com/api/{id}";
            var c = "HTTP://" + region + ".sum.example.com/" + path;
            var d = string.Format("https://{0}.format.example.com/{1}", x, y);
            var e = @"https://verbatim.example.com/a""b";
            var f = $"https://{host}/path";
            var g = "https://api.example." + Top(1, "x") + "/y";
            throw new Exception("Look at https://prose.example.com for help");
            XNamespace h = "http://schemas.xmlsoap.org/soap/envelope/";
            builder.Host = "member.example.com";
            if (builder.Host == "compared.example.com") { }
            var i = "https" + "://split.example.com";
        "#;
        assert_eq!(
            found(script),
            [
                "host member.example.com / 13",
                "host plain.example.com /v1/items 4",
                "host verbatim.example.com / 8",
                "pattern *.example.com /api 5",
                "pattern *.format.example.com / 7",
                "pattern *.sum.example.com / 6",
                "given {host} /path 9",
                "open api.example.{value} /y 10",
            ]
        );
    }

    #[test]
    fn any_code_is_read() {
        for script in
            ["", "\"https://", "$\"https://{", "\"https://\" +", "\"https://a\" + (((", "Host = \"\"", "\"{0\""]
        {
            let _ = found(script);
        }
        assert_eq!(found("x = \"https://\";"), ["unusable (no host) / 1"]);
    }
}
