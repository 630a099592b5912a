//! A JSON object, written member by member.
//!
//! Every call writes two of them, so they are spared what a general serialiser does for each member: a look at every
//! byte of names that are known to need no escaping, and a formatter for identifiers, times, numbers and what is text already.

use backshell_model::{CallId, ConnectionId, EnvironmentId, GrantId, PackageDigest, TokenId};
use std::fmt::Write as _;
use std::net::SocketAddr;

/// A text made of letters, digits, colons and the like: it needs no escaping.
pub(crate) trait Plain {
    /// Appends the text.
    fn append_to(self, text: &mut String);
}

/// An object that is being written. Members come in the order of the calls.
pub(crate) struct Object(String);

impl Object {
    /// An object without members; `capacity` is how many bytes it will probably have.
    pub(crate) fn new(capacity: usize) -> Self {
        let mut text = String::with_capacity(capacity);
        text.push('{');
        Self(text)
    }

    /// The object as it goes into the ledger.
    pub(crate) fn finish(mut self) -> String {
        self.0.push('}');
        self.0
    }

    /// The members without the braces around them.
    pub(crate) fn members(&self) -> &str {
        self.0.strip_prefix('{').unwrap_or_default()
    }

    /// [Members](Self::members) of another object.
    pub(crate) fn append(&mut self, members: &str) {
        self.comma();
        self.0.push_str(members);
    }

    /// A text. `name`, here and below, is one that needs no escaping.
    #[inline]
    pub(crate) fn text(&mut self, name: &'static str, value: &str) {
        self.name(name);
        string(&mut self.0, value);
    }

    /// A text, if there is one.
    #[inline]
    pub(crate) fn some_text(&mut self, name: &'static str, value: Option<&str>) {
        if let Some(value) = value {
            self.text(name, value);
        }
    }

    /// A text that needs no escaping: an identifier, a digest, a time.
    #[inline]
    pub(crate) fn plain(&mut self, name: &'static str, value: impl Plain) {
        self.name(name);
        plain(&mut self.0, value);
    }

    /// As [`plain`](Self::plain), if there is one.
    #[inline]
    pub(crate) fn some_plain(&mut self, name: &'static str, value: Option<impl Plain>) {
        if let Some(value) = value {
            self.plain(name, value);
        }
    }

    /// A number.
    #[inline]
    pub(crate) fn number(&mut self, name: &'static str, value: impl itoa::Integer) {
        self.name(name);
        self.0.push_str(itoa::Buffer::new().format(value));
    }

    /// A truth value.
    #[inline]
    pub(crate) fn truth(&mut self, name: &'static str, value: bool) {
        self.name(name);
        self.0.push_str(if value { "true" } else { "false" });
    }

    /// A list of texts, unless it is empty.
    pub(crate) fn texts(&mut self, name: &'static str, values: &[&str]) {
        self.list(name, values, |text, value| string(text, value));
    }

    /// A list of [plain](Self::plain) texts, unless it is empty.
    pub(crate) fn plains(&mut self, name: &'static str, values: &[impl Plain + Copy]) {
        self.list(name, values, |text, value| plain(text, *value));
    }

    /// An object inside this one.
    pub(crate) fn object(&mut self, name: &'static str, members: impl FnOnce(&mut Self)) {
        self.name(name);
        self.0.push('{');
        members(self);
        self.0.push('}');
    }

    /// An object of texts whose names are data, too.
    pub(crate) fn pairs(&mut self, name: &'static str, pairs: &[(&str, &str)]) {
        self.object(name, |object| {
            for (name, value) in pairs {
                object.comma();
                string(&mut object.0, name);
                object.0.push(':');
                string(&mut object.0, value);
            }
        });
    }

    fn list<T>(&mut self, name: &'static str, values: &[T], write: impl Fn(&mut String, &T)) {
        if values.is_empty() {
            return;
        }
        self.name(name);
        for (index, value) in values.iter().enumerate() {
            self.0.push(if index == 0 { '[' } else { ',' });
            write(&mut self.0, value);
        }
        self.0.push(']');
    }

    #[inline]
    fn name(&mut self, name: &'static str) {
        self.comma();
        self.0.push('"');
        self.0.push_str(name);
        self.0.push_str("\":");
    }

    #[inline]
    fn comma(&mut self) {
        if !self.0.ends_with('{') {
            self.0.push(',');
        }
    }
}

fn plain(text: &mut String, value: impl Plain) {
    text.push('"');
    value.append_to(text);
    text.push('"');
}

macro_rules! identifiers {
    ($($name:ident)*) => {
        $(impl Plain for $name {
            fn append_to(self, text: &mut String) {
                // The identifier's own.
                $name::append_to(self, text);
            }
        })*
    };
}

identifiers!(CallId ConnectionId EnvironmentId GrantId TokenId);

/// What is written by its formatter.
macro_rules! displayed {
    ($($name:ty)*) => {
        $(impl Plain for $name {
            fn append_to(self, text: &mut String) {
                // Writing to a text does not fail.
                let _ = write!(text, "{self}");
            }
        })*
    };
}

displayed!(&PackageDigest SocketAddr);

impl Plain for String {
    fn append_to(self, text: &mut String) {
        text.push_str(&self);
    }
}

/// A string in quotation marks. What has to be escaped (RFC 8259, section 7) is rare and left to the library.
#[expect(clippy::needless_bitwise_bool, reason = "a lazy operator is a way out in the middle")]
fn string(text: &mut String, value: &str) {
    // Without a way out in the middle the compiler looks at many bytes at once.
    let escaped = value.bytes().fold(false, |found, byte| found | (byte < 0x20) | matches!(byte, b'"' | b'\\'));
    if escaped {
        let _ = write!(text, "{}", serde_json::Value::from(value));
    } else {
        text.push('"');
        text.push_str(value);
        text.push('"');
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn what_is_written_is_what_a_library_reads() {
        let mut object = Object::new(0);
        let awkward = "\"quoted\" \\ \u{0} \u{1f} \n\t\u{7f} ünï \u{1f600} {";
        object.text("text", awkward);
        object.text("brace", "{");
        object.some_text("absent", None);
        object.plain("plain", "con_1".to_owned());
        object.some_plain("none", None::<String>);
        object.number("number", u64::MAX);
        object.truth("truth", true);
        object.texts("texts", &["a", awkward]);
        object.texts("no_texts", &[]);
        object.plains(
            "addresses",
            &["203.0.113.7:443", "[2001:db8::1]:443"].map(|text| text.parse::<SocketAddr>().unwrap()),
        );
        object.object("inner", |inner| inner.text("a", awkward));
        object.object("empty", |_| {});
        object.pairs("pairs", &[("x", "1"), (awkward, awkward)]);
        let text = object.finish();
        let expected = json!({
            "text": awkward, "brace": "{", "plain": "con_1", "number": u64::MAX, "truth": true, "texts": ["a", awkward],
            "addresses": ["203.0.113.7:443", "[2001:db8::1]:443"], "inner": {"a": awkward}, "empty": {},
            "pairs": {"x": "1", awkward: awkward},
        });
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), expected, "{text}");
        assert_eq!(Object::new(0).finish(), "{}");
    }
}
