use crate::rule::{Example, Group, Rule, Source, Visit};
use crate::view::PropertiesFile;
use crate::{Out, quoted};
use backshell_findings::Severity;
use backshell_package::{ConnectionParameter, ConnectionParameterKind};

pub(crate) static RULE: Rule = Rule {
    id: "BS-PropsSecretInClear",
    group: Group::ApiProperties,
    severity: Severity::Error,
    since: "0.1.0",
    source: Source::Requirement("connector certification requirements"),
    what: "The name of a connection parameter (without a prefix such as `token:`) or its display name speaks of a \
           secret, a password, a key or a token, and it has the type `string`, or is a `securestring` with the \
           constraint `clearText`. Words are compared whole, however they are joined (`apiKey`, `api_key`, `API key`). \
           What follows them may say that something else is meant: a `token URL`, a `key name`. A value that is picked \
           from a closed list is no secret. Parameters of sets are judged too.",
    why: "The type decides whether a value is hidden while it is typed and never shown again. A secret in a plain \
           string can be read by everybody who may see the connection.",
    fix: "give the parameter the type \"securestring\", with \"clearText\": false",
    bad: &[
        Example::Properties(
            r#"
{ "properties": { "connectionParameters": {
    "apiKey": { "type": "string" },
                        ^^^^^^^^
    "account": { "type": "string", "uiDefinition": { "displayName": "Client Secret (of the app)" } }
                         ^^^^^^^^
} } }
"#,
        ),
        Example::Properties(
            r#"
{ "properties": { "connectionParameters": { "key": { "type": "securestring", "uiDefinition": {
    "constraints": { "clearText": true }
                                  ^^^^
} } } } }
"#,
        ),
    ],
    good: &[Example::Properties(
        r#"
{ "properties": { "connectionParameters": {
    "api_key": { "type": "securestring", "uiDefinition": { "constraints": { "clearText": false } } },
    "token:TenantId": { "type": "string" }, "tokenUrl": { "type": "string" }, "keyspace": { "type": "string" },
    "account": { "type": "string", "uiDefinition": { "displayName": "Turkey", "description": "Not the password" } },
    "key": { "type": "string", "allowedValues": [{ "value": "A minor" }] },
    "username": { "type": "securestring", "uiDefinition": { "constraints": { "clearText": true } } }
} } }
"#,
    )],
    visits: &[Visit::Properties(check)],
};

/// Words that are secrets, alone or as the end of a word that was not divided.
const SECRETS: [&str; 8] = ["secret", "password", "passwd", "passphrase", "token", "apikey", "accesskey", "secretkey"];

/// Words that are secrets alone.
const WORDS: [&str; 4] = ["key", "keys", "secrets", "tokens"];

/// Words that, right behind one of these, say that something else is meant.
const NEUTRAL: [&str; 20] = [
    "url",
    "uri",
    "endpoint",
    "address",
    "name",
    "names",
    "id",
    "ids",
    "type",
    "vault",
    "host",
    "server",
    "domain",
    "path",
    "expiry",
    "expiration",
    "location",
    "format",
    "prefix",
    "header",
];

fn check(file: &PropertiesFile<'_>, out: &mut Out<'_>) {
    for parameter in file.connection_parameters().iter().filter(|parameter| is_secret(parameter)) {
        match parameter.kind {
            ConnectionParameterKind::String => {
                let message = format!("the connection parameter {} is kept as plain text", quoted(parameter.name));
                let shown = parameter.node.get_ignore_case("type").unwrap_or(parameter.node);
                // A default would stand beside the type.
                if let Some(default) = parameter.default {
                    out.hide(default);
                    out.at_secret(shown, message);
                } else {
                    out.at(shown, message);
                }
            }
            ConnectionParameterKind::SecureString => {
                let clear_text = parameter.constraint("clearText");
                if let Some(node) = clear_text.filter(|&node| backshell_package::truth(node) == Some(true)) {
                    let name = quoted(parameter.name);
                    out.at(node, format!("the secret connection parameter {name} is shown while it is typed"));
                }
            }
            _ => {}
        }
    }
}

fn is_secret(parameter: &ConnectionParameter<'_>) -> bool {
    let name = parameter.name.split_once(':').map_or(parameter.name, |(_, claim)| claim);
    let said = speaks_of_secret(name) || parameter.display_name.is_some_and(speaks_of_secret);
    said && parameter.allowed_values.is_empty()
}

/// Whether a name or a text for a form speaks of a secret.
pub(super) fn speaks_of_secret(text: &str) -> bool {
    let mut words = words(text).peekable();
    while let Some(word) = words.next() {
        let is = |list: &[&str], word: &str| list.iter().any(|known| known.eq_ignore_ascii_case(word));
        let ends = |known: &&str| {
            let front = word.len().checked_sub(known.len());
            front.and_then(|front| word.get(front..)).is_some_and(|end| end.eq_ignore_ascii_case(known))
        };
        let is_secret = is(&WORDS, word) || SECRETS.iter().any(ends);
        if is_secret && !words.peek().is_some_and(|next| is(&NEUTRAL, next)) {
            return true;
        }
    }
    false
}

/// The words of a text, divided at signs and where a capital letter follows a small one.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let of_sign = |part: &'_ str| -> Vec<usize> {
        let small_then_capital = |(index, pair): (usize, &[u8])| match pair {
            [small, capital] if small.is_ascii_lowercase() && capital.is_ascii_uppercase() => Some(index + 1),
            _ => None,
        };
        part.as_bytes().windows(2).enumerate().filter_map(small_then_capital).collect()
    };
    text.split(|character: char| !character.is_alphanumeric()).flat_map(move |part| {
        let ends = of_sign(part).into_iter().chain([part.len()]);
        ends.scan(0, move |start, end| {
            let word = part.get(*start..end);
            *start = end;
            word
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_secrets() {
        for text in
            ["apiKey", "APIKey", "apikey", "api_key", "API key", "clientSecret", "X-Token", "key", "accessToken"]
        {
            assert!(speaks_of_secret(text), "{text}");
        }
        for text in ["", "keyspace", "monkey", "TokenUrl", "key name", "Key-Vault", "secretary", "apiKeyId", "clé"] {
            assert!(!speaks_of_secret(text), "{text}");
        }
    }
}
