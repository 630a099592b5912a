//! JSON pointers, RFC 6901.

use std::borrow::Cow;

/// A name as one token of a JSON pointer: `~` becomes `~0` and `/` becomes `~1`.
pub fn escape_token(name: &str) -> Cow<'_, str> {
    if memchr::memchr2(b'~', b'/', name.as_bytes()).is_none() {
        return Cow::Borrowed(name);
    }
    let mut token = String::new();
    push_token(&mut token, name);
    Cow::Owned(token)
}

/// Adds a name as a token to a pointer, without the slash in front.
pub(crate) fn push_token(pointer: &mut String, name: &str) {
    let mut rest = name;
    while let Some(at) = memchr::memchr2(b'~', b'/', rest.as_bytes()) {
        let (plain, special) = rest.split_at(at);
        pointer.push_str(plain);
        pointer.push_str(if special.starts_with('~') { "~0" } else { "~1" });
        rest = special.get(1..).unwrap_or_default();
    }
    pointer.push_str(rest);
}

/// The name that a token stands for; `None` for a `~` that is followed by neither `0` nor `1`.
pub(crate) fn unescape_token(token: &str) -> Option<Cow<'_, str>> {
    if !token.contains('~') {
        return Some(Cow::Borrowed(token));
    }
    let mut parts = token.split('~');
    let mut name = parts.next()?.to_owned();
    for part in parts {
        if let Some(rest) = part.strip_prefix('0') {
            name.push('~');
            name.push_str(rest);
        } else {
            name.push('/');
            name.push_str(part.strip_prefix('1')?);
        }
    }
    Some(Cow::Owned(name))
}

/// The array index that a token stands for: digits without leading zeros.
pub(crate) fn index(token: &str) -> Option<usize> {
    let plain = token == "0" || !token.starts_with('0');
    if plain && token.bytes().all(|byte| byte.is_ascii_digit()) { token.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_come_back() {
        for name in ["", "a", "/items/{id}", "a~b", "~1", "~0/~1", "//"] {
            let token = escape_token(name);
            assert!(!token.contains('/'), "{token}");
            assert_eq!(unescape_token(&token).as_deref(), Some(name));
        }
        assert_eq!(unescape_token("a~2"), None);
        assert_eq!(unescape_token("a~"), None);
    }

    #[test]
    fn indices_have_one_spelling() {
        assert_eq!(index("0"), Some(0));
        assert_eq!(index("17"), Some(17));
        for token in ["", "01", "00", "-", "-1", "+1", "1 ", "99999999999999999999999"] {
            assert_eq!(index(token), None, "{token}");
        }
    }
}
