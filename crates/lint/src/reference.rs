//! `$ref` texts: what form they must have, and the name they lead to.

use percent_encoding::percent_decode_str;
use std::borrow::Cow;

/// Why a `$ref` does not lead to a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It is no string.
    NotText,
    /// It leads to another file or address.
    Elsewhere,
    /// What follows `#` is no JSON pointer (RFC 6901): the slash in front is missing, or an escape is malformed.
    NotPointer,
    /// It leads to another part of the document than the one that its place asks for.
    WrongPart,
    /// It leads to something inside a shared object, not to the object.
    Deeper,
}

impl Fault {
    /// What is wrong, as the message of a finding.
    pub(crate) const fn message(self) -> &'static str {
        match self {
            Self::NotText => "the reference is no text",
            Self::Elsewhere => "the reference leads out of the document",
            Self::NotPointer => "the reference is no JSON pointer",
            Self::WrongPart => "the reference leads to another part of the document",
            Self::Deeper => "the reference leads into the middle of a shared object",
        }
    }
}

/// The name that `reference` leads to below `part` (for example `definitions`).
pub(crate) fn name<'d>(reference: &'d str, part: &str) -> Result<Cow<'d, str>, Fault> {
    let fragment = reference.strip_prefix('#').ok_or(Fault::Elsewhere)?;
    // Percent signs are undone before the pointer's own escapes: the fragment is a URL's, the pointer is inside it.
    let pointer = percent_decoded(fragment).ok_or(Fault::NotPointer)?;
    // An empty pointer is one too: it leads to the document.
    let mut tokens = pointer.split('/');
    if tokens.next() != Some("") {
        return Err(Fault::NotPointer);
    }
    let mut tokens = tokens.map(unescaped).collect::<Option<Vec<_>>>().ok_or(Fault::NotPointer)?.into_iter();
    if tokens.next().as_deref() != Some(part) {
        return Err(Fault::WrongPart);
    }
    match (tokens.next(), tokens.next()) {
        (Some(name), None) => Ok(Cow::Owned(name)),
        (None, _) => Err(Fault::WrongPart),
        (Some(_), Some(_)) => Err(Fault::Deeper),
    }
}

/// Whether what follows `#` in a reference is a JSON pointer.
pub(crate) fn is_pointer(fragment: &str) -> bool {
    if memchr::memchr2(b'%', b'~', fragment.as_bytes()).is_none() {
        return fragment.is_empty() || fragment.starts_with('/');
    }
    percent_decoded(fragment).is_some_and(|pointer| {
        let mut tokens = pointer.split('/');
        tokens.next() == Some("") && tokens.all(|token| unescaped(token).is_some())
    })
}

/// The common form, a plain name below `part`, without any copying. `None` when [`name`] has to look.
pub(crate) fn plain_name<'d>(reference: &'d str, part: &str) -> Option<&'d str> {
    let name = reference.strip_prefix("#/")?.strip_prefix(part)?.strip_prefix('/')?;
    let plain = !name.bytes().any(|byte| matches!(byte, b'/' | b'~' | b'%'));
    plain.then_some(name)
}

fn percent_decoded(text: &str) -> Option<Cow<'_, str>> {
    let well_formed = text.split('%').skip(1).all(|after| {
        let mut bytes = after.bytes();
        let mut hexadecimal = || bytes.next().is_some_and(|byte| byte.is_ascii_hexdigit());
        hexadecimal() && hexadecimal()
    });
    if !well_formed {
        return None;
    }
    percent_decode_str(text).decode_utf8().ok()
}

fn unescaped(token: &str) -> Option<String> {
    if !token.contains('~') {
        return Some(token.to_owned());
    }
    let well_formed = token.split('~').skip(1).all(|after| after.starts_with(['0', '1']));
    well_formed.then(|| token.replace("~1", "/").replace("~0", "~"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_faults() {
        for (reference, expected) in [
            ("#/definitions/Item", Ok("Item")),
            ("#/definitions/a~1b~0c", Ok("a/b~c")),
            ("#/definitions/a%20b", Ok("a b")),
            ("#/definitions/a%7E1b", Ok("a/b")),
            ("#/definitions/", Ok("")),
            ("#/definitions/Item/properties/id", Err(Fault::Deeper)),
            ("#/parameters/Item", Err(Fault::WrongPart)),
            ("#/definitions", Err(Fault::WrongPart)),
            ("#definitions/Item", Err(Fault::NotPointer)),
            ("#", Err(Fault::WrongPart)),
            ("#/definitions/a~2", Err(Fault::NotPointer)),
            ("#/definitions/a%2", Err(Fault::NotPointer)),
            ("#/definitions/%ff", Err(Fault::NotPointer)),
            ("other.json#/definitions/Item", Err(Fault::Elsewhere)),
            ("Item", Err(Fault::Elsewhere)),
        ] {
            let found = name(reference, "definitions");
            assert_eq!(found.as_deref().map_err(|fault| *fault), expected, "{reference}");
            if let Some(plain) = plain_name(reference, "definitions") {
                assert_eq!(Ok(plain), expected, "{reference}");
            }
            if let Some(fragment) = reference.strip_prefix('#') {
                assert_eq!(is_pointer(fragment), expected != Err(Fault::NotPointer), "{reference}");
            }
        }
    }
}
