//! How much of a host a text fixes: `https://api.example.com/v1`, `https://{name}.example.com`, `{host}/odata`.

use super::{Giver, Target};
use backshell_model::{HostName, HostPort};

/// A piece of an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Text as it is.
    Text(String),
    /// A value that is not known before a connection or a call.
    Value(Giver),
}

/// How an address says it is reached.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Written {
    /// `https`.
    Https,
    /// `http`.
    Http,
    /// Something else, as written.
    Other(String),
    /// Nothing is said: a bare host, or a value that brings its own scheme.
    Nothing,
}

impl Written {
    /// The scheme as it is written; `None` where nothing is.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Https => Some("https"),
            Self::Http => Some("http"),
            Self::Other(text) => Some(text),
            Self::Nothing => None,
        }
    }

    /// Reads a scheme, letter case ignored.
    pub fn read(text: &str) -> Self {
        if text.eq_ignore_ascii_case("https") {
            Self::Https
        } else if text.eq_ignore_ascii_case("http") {
            Self::Http
        } else {
            Self::Other(shortened(text, 40))
        }
    }
}

/// What an address says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shape {
    /// The host.
    pub target: Target,
    /// How the host is shown.
    pub shown: String,
    /// How it is reached.
    pub scheme: Written,
    /// The fixed path, `/` at least.
    pub path: String,
}

/// How a host is shown that is not there.
pub const NO_HOST: &str = "(no host)";

/// The reason code of what stands for more than can be looked at.
pub(super) const TOO_MANY: &str = "too_many";

/// How many texts one address may stand for.
pub(super) const MOST_TEXTS: usize = 256;

/// Every text that the parts of an address can stand for, each part with its choices. Values that choose nothing but what
/// stands behind the host are left open where there would be too many; `None` where there are too many all the same.
pub(super) fn every_text(parts: impl IntoIterator<Item = Vec<Piece>>) -> Option<Vec<Vec<Piece>>> {
    let mut all: Vec<Vec<Piece>> = vec![Vec::new()];
    for choices in parts {
        let mut choices = choices.as_slice();
        if all.len().saturating_mul(choices.len()) > MOST_TEXTS {
            if !all.iter().all(|front| has_a_whole_host(front)) {
                return None;
            }
            choices = &[Piece::Value(Giver::Connection)];
        }
        let longer = |front: &Vec<Piece>| {
            let front = front.clone();
            choices.iter().map(move |choice| front.iter().cloned().chain([choice.clone()]).collect())
        };
        all = all.iter().flat_map(longer).collect();
    }
    Some(all)
}

/// Whether the host has ended, so that what follows is path or query.
fn has_a_whole_host(front: &[Piece]) -> bool {
    let text: String =
        front.iter().map(|piece| if let Piece::Text(text) = piece { text.as_str() } else { "x" }).collect();
    let behind = text.split_once("://").map_or(text.as_str(), |(_, behind)| behind);
    behind.contains(['/', '?', '#'])
}

/// An address that stands for more texts than can be looked at, shown as it is written.
pub(super) fn too_many(text: &str) -> Shape {
    let message = format!(
        "its closed lists make more than {MOST_TEXTS} addresses of it, and none was looked at; shorten the lists"
    );
    let target = Target::Unusable { code: TOO_MANY, message };
    Shape { target, ..read(&[Piece::Text(text.to_owned())]) }
}

/// Stands in for a value while the text is taken apart. Texts that hold one themselves are refused as not canonical: it
/// is no ASCII character.
const MARK: char = '\u{e000}';

/// Reads an address, with or without scheme.
pub fn read(pieces: &[Piece]) -> Shape {
    let mut text = String::new();
    let mut givers = Vec::new();
    for piece in pieces {
        match piece {
            Piece::Text(piece) if piece.contains(MARK) => return refused(piece, "not_canonical"),
            Piece::Text(piece) => text.push_str(piece),
            Piece::Value(giver) => {
                text.push(MARK);
                givers.push(*giver);
            }
        }
    }
    let (scheme, rest) = match text.split_once(':') {
        Some((scheme, rest)) if is_scheme(scheme) && (rest.starts_with('/') || !is_port(rest)) => {
            (Written::read(scheme), rest)
        }
        _ => (Written::Nothing, text.as_str()),
    };
    let authority = match rest.strip_prefix("//") {
        Some(rest) => rest,
        None if scheme == Written::Nothing => rest,
        None => return Shape { scheme, ..refused(&text, "malformed") },
    };
    let end = authority.find(['/', '?', '#']).unwrap_or(authority.len());
    let (authority, behind) = authority.split_at_checked(end).unwrap_or((authority, ""));
    let shape = judge(authority, &givers);
    Shape { scheme, path: path(behind), ..shape }
}

/// The target of `host[:port]`, in which marks stand for values.
fn judge(authority: &str, givers: &[Giver]) -> Shape {
    if authority.is_empty() {
        return missing("nothing is written where the host belongs");
    }
    let of_host = authority.chars().filter(|character| *character == MARK).count();
    let giver = givers.iter().take(of_host).copied().max();
    if authority.chars().all(|character| character == MARK) {
        return open(Target::Given(giver.unwrap_or(Giver::Other)), authority);
    }
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !authority.contains(['[', '@']) => (host, Some(port)),
        _ => (authority, None),
    };
    let port = match port {
        None => 443,
        // A port of a value is a part of the host that anybody may choose.
        Some(port) if port.contains(MARK) => return open(Target::OpenEnd, authority),
        Some(port) => match port.parse().ok().filter(|_| is_port(port) && !port.starts_with('0')) {
            Some(port) => port,
            None => return refused(authority, "port"),
        },
    };
    let Some(giver) = giver.filter(|_| host.contains(MARK)) else {
        return match HostName::parse(host) {
            Ok(host) => {
                let shown = if port == 443 { host.to_string() } else { format!("{host}:{port}") };
                Shape { target: Target::Host(HostPort { host, port }), shown, ..open(Target::OpenEnd, "") }
            }
            Err(error) => {
                let (code, message) = (error.code(), error.to_string());
                Shape { target: Target::Unusable { code, message }, ..refused(authority, code) }
            }
        };
    };
    if giver == Giver::Secret {
        return open(Target::Given(Giver::Secret), authority);
    }
    let suffix = host.rsplit_once(MARK).map_or(host, |(_, suffix)| suffix);
    let Some(suffix) = suffix.strip_prefix('.').filter(|suffix| !suffix.is_empty()) else {
        // `mail.zoho{P}`, `{P}azure.com`: what is behind the last whole label is not fixed.
        return open(Target::OpenEnd, authority);
    };
    // Any label in place of the value: does the rest make a host?
    match HostName::parse(&host.replace(MARK, "a")) {
        Ok(_) => {
            let suffix = suffix.to_ascii_lowercase();
            let shown = format!("*.{suffix}");
            Shape { shown, ..open(Target::Pattern { suffix }, authority) }
        }
        Err(error) => {
            let (code, message) = (error.code(), error.to_string());
            Shape { target: Target::Unusable { code, message }, ..refused(authority, code) }
        }
    }
}

/// A shape whose host is shown as it is written.
fn open(target: Target, authority: &str) -> Shape {
    let shown = if authority.chars().all(|character| character == MARK) {
        "{host}".to_owned()
    } else {
        shortened(&authority.replace(MARK, "{value}"), 120)
    };
    Shape { target, shown, scheme: Written::Nothing, path: "/".to_owned() }
}

/// A shape without any host, and what is said about that.
pub fn missing(message: &str) -> Shape {
    let target = Target::Unusable { code: "malformed", message: message.to_owned() };
    Shape { target, shown: NO_HOST.to_owned(), scheme: Written::Nothing, path: "/".to_owned() }
}

fn refused(text: &str, code: &'static str) -> Shape {
    let message = match code {
        "port" => "the port must be a number from 1 to 65535",
        "not_canonical" => "the host is not in canonical form (ASCII, no percent signs, no trailing dot)",
        _ => "the host is malformed",
    };
    let target = Target::Unusable { code, message: message.to_owned() };
    let blank = text.chars().all(|character| character.is_whitespace() || character.is_control());
    let shown = if blank { NO_HOST.to_owned() } else { shortened(&text.replace(MARK, "{value}"), 120) };
    Shape { target, shown, scheme: Written::Nothing, path: "/".to_owned() }
}

/// The fixed path of what stands behind the host.
fn path(behind: &str) -> String {
    let end = behind.find(['?', '#', MARK]).unwrap_or(behind.len());
    let (path, rest) = behind.split_at_checked(end).unwrap_or((behind, ""));
    // A path that a value cuts short is fixed up to its last slash.
    let path = if rest.starts_with(MARK) { path.rsplit_once('/').map_or("", |(front, _)| front) } else { path };
    let plain = path.bytes().all(|byte| byte.is_ascii_graphic()) && !path.contains(['{', '}', '\\', '"', '<', '>']);
    if path.is_empty() || !plain { "/".to_owned() } else { path.to_owned() }
}

fn is_scheme(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.chars().all(|character| character.is_ascii_alphanumeric() || "+-.".contains(character))
}

fn is_port(text: &str) -> bool {
    let digits = text.split(['/', '?', '#']).next().unwrap_or_default();
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// At most `most` characters.
fn shortened(text: &str, most: usize) -> String {
    let mut short: String = text.chars().take(most).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// `<name>` is a value of the connection, `<!name>` one of the caller, `<*name>` a secret.
    fn shown(text: &str) -> String {
        let mut pieces = Vec::new();
        for (index, part) in text.split(['<', '>']).enumerate() {
            pieces.push(match (index % 2, part.chars().next()) {
                (0, _) => Piece::Text(part.to_owned()),
                (_, Some('!')) => Piece::Value(Giver::Caller),
                (_, Some('*')) => Piece::Value(Giver::Secret),
                _ => Piece::Value(Giver::Connection),
            });
        }
        let Shape { target, shown, scheme, path } = read(&pieces);
        let target = match target {
            Target::Host(host) => format!("host {}", host.port),
            Target::Pattern { .. } => "pattern".to_owned(),
            Target::Given(giver) => format!("given by {giver:?}"),
            Target::OpenEnd => "open end".to_owned(),
            Target::Unusable { code, .. } => code.to_owned(),
        };
        format!("{} {shown} {path} {target}", scheme.as_str().unwrap_or("-"))
    }

    #[test]
    fn shapes_of_the_format() {
        for (text, expected) in [
            ("https://API.example.com/v1", "https api.example.com /v1 host 443"),
            ("api.example.com", "- api.example.com / host 443"),
            ("api.example.com:8443/x?y", "- api.example.com:8443 /x host 8443"),
            ("http://api.example.com/a/<v>/b", "http api.example.com /a host 443"),
            ("https://<p>.openai.azure.com/x", "https *.openai.azure.com /x pattern"),
            ("https://api-<p>.eu.<q>.example.com", "https *.example.com / pattern"),
            ("<p>/odata", "- {host} /odata given by Connection"),
            ("https://<!p>/api", "https {host} /api given by Caller"),
            ("https://<a><!b>", "https {host} / given by Caller"),
            ("https://<*key>.example.com", "https {value}.example.com / given by Secret"),
            ("https://mail.zoho<p>", "https mail.zoho{value} / open end"),
            ("https://<p>azure.com", "https {value}azure.com / open end"),
            ("https://<p>:<q>", "https {value}:{value} / open end"),
            ("https://<h>.abc.xyz:<p>", "https {value}.abc.xyz:{value} / open end"),
            ("https://localhost:4433", "https localhost:4433 / special_name"),
            ("DefinedInConnectionParameters", "- DefinedInConnectionParameters / special_name"),
            ("https://{{host}}/x", "https {{host}} /x malformed"),
            ("https://10.0.0.1/", "https 10.0.0.1 / ip_literal"),
            ("https://[::1]:443", "https [::1]:443 / ip_literal"),
            ("https://u@api.example.com", "https u@api.example.com / userinfo"),
            ("https://api.example.com:00443", "https api.example.com:00443 / port"),
            ("https:api.example.com", "https https:api.example.com / malformed"),
            ("https:///x", "https (no host) /x malformed"),
            ("", "- (no host) / malformed"),
            (" ", "- (no host) / malformed"),
            ("ftp://api.example.com", "ftp api.example.com / host 443"),
            ("https://bücher.example", "https bücher.example / not_canonical"),
        ] {
            assert_eq!(shown(text), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_has_a_shape(texts in proptest::collection::vec("(https|http|:|//|/|[a-z.]{0,4}|@|é|\u{e000}|\\?|#|[0-9]){0,8}", 0..4)) {
            let mut pieces = Vec::new();
            for text in texts {
                pieces.push(Piece::Text(text));
                pieces.push(Piece::Value(Giver::Connection));
            }
            let shape = read(&pieces);
            prop_assert!(shape.path.starts_with('/'));
            let unusable = matches!(shape.target, Target::Unusable { .. });
            prop_assert!(!shape.shown.contains(MARK) || unusable);
        }
    }
}
