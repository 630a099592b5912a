//! What secrets look like in a text.

use crate::texts::has_piece;

/// The shortest text that can be a secret.
const SHORTEST: usize = 20;

/// A form of secret: how it begins, and how many characters of which kind follow at least.
struct Form {
    prefix: &'static str,
    tail: usize,
    alphabet: fn(char) -> bool,
    what: &'static str,
}

const FORMS: &[Form] = &[
    Form { prefix: "AccountKey=", tail: 20, alphabet: is_base64, what: "a connection string with its key" },
    Form { prefix: "SharedAccessKey=", tail: 20, alphabet: is_base64, what: "a connection string with its key" },
    Form { prefix: "AKIA", tail: 16, alphabet: is_upper_or_digit, what: "an access key of a cloud" },
    Form { prefix: "ASIA", tail: 16, alphabet: is_upper_or_digit, what: "an access key of a cloud" },
    Form { prefix: "AIza", tail: 35, alphabet: is_url_safe, what: "an API key of a cloud" },
    Form { prefix: "ghp_", tail: 36, alphabet: is_url_safe, what: "an access token of a code host" },
    Form { prefix: "gho_", tail: 36, alphabet: is_url_safe, what: "an access token of a code host" },
    Form { prefix: "ghu_", tail: 36, alphabet: is_url_safe, what: "an access token of a code host" },
    Form { prefix: "ghs_", tail: 36, alphabet: is_url_safe, what: "an access token of a code host" },
    Form { prefix: "ghr_", tail: 36, alphabet: is_url_safe, what: "an access token of a code host" },
    Form { prefix: "github_pat_", tail: 22, alphabet: is_url_safe, what: "an access token of a code host" },
    Form { prefix: "glpat-", tail: 20, alphabet: is_url_safe, what: "an access token of a code host" },
    Form { prefix: "npm_", tail: 36, alphabet: is_url_safe, what: "an access token of a package registry" },
    Form { prefix: "sk-", tail: 32, alphabet: is_url_safe, what: "a key of an AI service" },
    Form { prefix: "sk_live_", tail: 16, alphabet: is_url_safe, what: "a key of a payment service" },
    Form { prefix: "rk_live_", tail: 16, alphabet: is_url_safe, what: "a key of a payment service" },
    Form { prefix: "xoxb-", tail: 20, alphabet: is_url_safe, what: "a token of a chat service" },
    Form { prefix: "xoxp-", tail: 20, alphabet: is_url_safe, what: "a token of a chat service" },
    Form { prefix: "xoxa-", tail: 20, alphabet: is_url_safe, what: "a token of a chat service" },
    Form { prefix: "xoxs-", tail: 20, alphabet: is_url_safe, what: "a token of a chat service" },
    Form { prefix: "SG.", tail: 40, alphabet: is_url_safe_or_dot, what: "a key of a mail service" },
];

// Shorter words are passed over, so no form may be shorter.
const _: () = {
    let mut rest = FORMS;
    while let [form, others @ ..] = rest {
        assert!(form.prefix.len() + form.tail >= SHORTEST, "a secret would never be found");
        rest = others;
    }
    assert!(3 * SHORTEST_PART >= SHORTEST, "a signed token would never be found");
};

/// What kind of secret stands in the text, judged by its form alone.
pub(crate) fn shape(text: &str) -> Option<&'static str> {
    if text.len() < SHORTEST {
        return None;
    }
    let bytes = text.as_bytes();
    if has_piece(bytes, *b"beg") && has_private_key(text) {
        return Some("a private key");
    }
    let mut at = 0;
    while let Some(start) = long_word(bytes, at) {
        at = start;
        let mut before = 0;
        // Before this no signed token begins.
        let mut token = 0;
        for byte in bytes.get(start..).unwrap_or_default() {
            let class = CLASSES.get(usize::from(*byte)).copied().unwrap_or_default();
            if class == BLANK {
                break;
            }
            let may_begin = class & BEGINS != 0 && before & IN_WORD == 0;
            before = class;
            if may_begin && let Some(rest) = text.get(at..) {
                if !rest.starts_with("eyJ") {
                    if let Some(found) = shape_at(rest) {
                        return Some(found);
                    }
                } else if at >= token {
                    let (is_token, length) = is_signed_token(rest);
                    if is_token {
                        return Some("a signed token");
                    }
                    // What begins later in the same part ends with it, and has the same parts behind it.
                    token = at + length;
                }
            }
            at += 1;
        }
    }
    None
}

/// Whether a private key stands in the text, or its first line alone (RFC 7468, section 2, with a label that ends as those of
/// private keys do).
fn has_private_key(text: &str) -> bool {
    text.match_indices("-----BEGIN ").any(|(at, begin)| {
        let is_word =
            text.get(..at).is_some_and(|before| before.ends_with(|letter: char| letter.is_ascii_alphanumeric()));
        let label = text.get(at + begin.len()..).unwrap_or_default().split("-----").next().unwrap_or_default();
        !is_word && label.ends_with("PRIVATE KEY")
    })
}

/// A letter or a digit.
const IN_WORD: u8 = 1;
/// A byte that a form begins with.
const BEGINS: u8 = 2;
/// The blank.
const BLANK: u8 = 4;

/// What each byte is to whoever looks for secrets.
#[expect(clippy::indexing_slicing, clippy::cast_possible_truncation, reason = "the compiler works this out")]
static CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut byte = 0;
    while byte < classes.len() {
        let letter = byte as u8;
        classes[byte] = if letter == b' ' {
            BLANK
        } else {
            let begins = matches!(letter, b'e' | b'A' | b'S' | b'g' | b'n' | b's' | b'r' | b'x');
            letter.is_ascii_alphanumeric() as u8 * IN_WORD + begins as u8 * BEGINS
        };
        byte += 1;
    }
    classes
};

/// Where the next word begins, at `from` or behind a blank, that is long enough for a secret: most letters of a text are
/// never looked at. No form has a blank in it.
fn long_word(bytes: &[u8], from: usize) -> Option<usize> {
    let mut start = from;
    while let Some(word) = bytes.get(start..start + SHORTEST) {
        match word.iter().rposition(|byte| *byte == b' ') {
            Some(blank) => start += blank + 1,
            None => return Some(start),
        }
    }
    None
}

/// The kind of the secret that the text begins with; private keys and signed tokens have questions of their own.
fn shape_at(text: &str) -> Option<&'static str> {
    // Nearly all that come here differ in the second letter.
    let second = |text: &str| text.as_bytes().get(1).copied();
    let form = FORMS.iter().find(|form| second(text) == second(form.prefix) && text.starts_with(form.prefix))?;
    let tail = text.strip_prefix(form.prefix)?;
    let is_long = tail.chars().take(form.tail).filter(|letter| (form.alphabet)(*letter)).count() == form.tail;
    is_long.then_some(form.what)
}

/// The shortest part of a JSON Web Token.
const SHORTEST_PART: usize = 10;

/// What follows the first part of a token, where that is long enough.
fn behind(text: &str, part: usize) -> Option<&str> {
    text.get(part..).filter(|_| part >= SHORTEST_PART)?.strip_prefix('.')
}

/// Whether the text, which begins as an encoded JSON object does, begins with a JSON Web Token: header, content and signature,
/// the first two of them such objects. And how long the first part is.
fn is_signed_token(text: &str) -> (bool, usize) {
    let part = |text: &str| text.find(|letter| !is_url_safe(letter)).unwrap_or(text.len());
    let length = part(text);
    let content = behind(text, length).filter(|content| content.starts_with("eyJ"));
    let signature = content.and_then(|content| behind(content, part(content)));
    (signature.is_some_and(|signature| part(signature) >= SHORTEST_PART), length)
}

/// Whether a value of this name is meant to be secret.
pub(crate) fn is_named(name: &str) -> bool {
    let ends_with = |word: &str| {
        let start = name.len().checked_sub(word.len());
        start.and_then(|start| name.get(start..)).is_some_and(|end| end.eq_ignore_ascii_case(word))
    };
    ["key", "token", "secret", "password"].into_iter().any(ends_with)
}

/// Whether the text is made of letters and digits without an order, as keys and passwords are that a machine made.
pub(crate) fn is_opaque(text: &str) -> bool {
    const LONGEST: usize = 512;
    const LONGEST_WORD: usize = 15;
    if !(SHORTEST..=LONGEST).contains(&text.len()) || !text.chars().all(is_token_letter) {
        return false;
    }
    // Names are made of short words; of what is random at least one piece is long and has digits in it.
    let is_random = |piece: &str| {
        piece.len() > LONGEST_WORD
            && piece.bytes().filter(u8::is_ascii_digit).count() >= 2
            && piece.bytes().any(|byte| byte.is_ascii_alphabetic())
    };
    text.split(['-', '_', '.', '~', '/']).any(is_random) && has_entropy(text) && !is_placeholder(text)
}

/// Whether the characters are spread as evenly as in a random text.
fn has_entropy(text: &str) -> bool {
    let mut counts = [0_u16; 128];
    for byte in text.bytes() {
        if let Some(count) = counts.get_mut(usize::from(byte)) {
            *count += 1;
        }
    }
    let length = f64::from(u16::try_from(text.len()).unwrap_or(u16::MAX));
    let entropy: f64 = counts
        .iter()
        .filter(|count| **count > 0)
        .map(|count| f64::from(*count) / length)
        .map(|share| -share * share.log2())
        .sum();
    let least = if text.bytes().all(|byte| byte.is_ascii_hexdigit()) { 3.0 } else { 3.5 };
    entropy >= least
}

/// Whether the text says itself that it stands for something.
fn is_placeholder(text: &str) -> bool {
    const WORDS: [&str; 14] = [
        "example",
        "sample",
        "your",
        "dummy",
        "placeholder",
        "test",
        "secret",
        "token",
        "password",
        "xxx",
        "000000",
        "123456",
        "abcdef",
        "replace",
    ];
    let text = text.to_ascii_lowercase();
    WORDS.iter().any(|word| text.contains(word))
}

fn is_upper_or_digit(letter: char) -> bool {
    letter.is_ascii_uppercase() || letter.is_ascii_digit()
}

fn is_url_safe(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_')
}

fn is_url_safe_or_dot(letter: char) -> bool {
    is_url_safe(letter) || letter == '.'
}

fn is_base64(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '+' | '/' | '=')
}

fn is_token_letter(letter: char) -> bool {
    is_url_safe_or_dot(letter)
        || matches!(letter, '+' | '/' | '=' | '~' | '!' | '#' | '$' | '%' | '^' | '&' | '*' | '@')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_begins_with_a_byte_of_its_class() {
        for first in FORMS.iter().map(|form| form.prefix).chain(["eyJ"]).map(|form| form.as_bytes()[0]) {
            assert_ne!(CLASSES[usize::from(first)] & BEGINS, 0, "{}", char::from(first));
        }
    }

    #[test]
    fn shapes() {
        let tail = "q8Zt3Lw0Yv7Rb2Nc5Hd9Kx1MPw4Sg6Tj8Ue";
        for (text, expected) in [
            (format!("Bearer eyJhbGciOiJub25l.eyJzdWIiOiIxIn0.{tail}"), Some("a signed token")),
            (format!("eyJhbGciOiJub25l.{tail}.{tail}"), None),
            (format!("page token eyJhbGciOiJub25l{tail}"), None),
            (format!("a=eyJabc;eyJhbGciOiJub25l.eyJzdWIiOiIxIn0.{tail}"), Some("a signed token")),
            (format!("eyJabc.eyJhbGciOiJub25l.eyJzdWIiOiIxIn0.{tail}"), Some("a signed token")),
            ("eyJhbGciOiJub25l-eyJhbGciOiJub25l.x".to_owned(), None),
            ("-----BEGIN RSA PRIVATE KEY-----\nMIIE".to_owned(), Some("a private key")),
            ("-----BEGIN PUBLIC KEY-----\nMIIE".to_owned(), None),
            ("-----BEGIN PUBLIC KEY-----\n-----BEGIN EC PRIVATE KEY-----\n".to_owned(), Some("a private key")),
            ("as in ------BEGIN PRIVATE KEY----- and so on".to_owned(), Some("a private key")),
            ("x-----BEGIN PRIVATE KEY-----".to_owned(), None),
            ("-----begin private key-----".to_owned(), None),
            (format!("ghp_{tail}x -----BEGIN PRIVATE KEY-----"), Some("a private key")),
            (format!("a;AccountKey={tail}=="), Some("a connection string with its key")),
            ("AccountName=a;AccountKey=<the key of the account>".to_owned(), None),
            (format!("ghp_{tail}x"), Some("an access token of a code host")),
            (format!("highp_{tail}x"), None),
            (format!("sk-{tail}"), Some("a key of an AI service")),
            (format!("task-{tail}"), None),
            ("AKIA7Q2W9E4R6T8Y1U3I".to_owned(), Some("an access key of a cloud")),
            ("AKIA is how such keys begin".to_owned(), None),
            ("ÄAKIA and a few more words".to_owned(), None),
        ] {
            assert_eq!(shape(&text), expected, "{text}");
        }
    }

    #[test]
    fn names() {
        assert!(["key", "api_key", "clientSecret", "X-Auth-TOKEN"].into_iter().all(is_named));
        assert!(!["keys", "tokenId", "", "é", "description"].into_iter().any(is_named));
    }

    #[test]
    fn opaque_texts() {
        for text in [
            "q8Zt3Lw0Yv7Rb2Nc5Hd9Kx1M",
            "Xk9$mP2!vLq8@Rw5#Tz7&Yb",
            "b7f0c1d92e3a4856bb01c2d3e4f5a697",
            "Yv7R-b2Nc5Hd9Kx1MPw4S_g6Tj",
        ] {
            assert!(is_opaque(text), "{text}");
        }
        for text in [
            "q8Zt3Lw0Yv7Rb2Nc",
            "orders-of-contoso-2024-in-europe",
            "3f2504e0-4f89-41d3-9a0c-0305e82cabcd",
            "2024-01-31T00:00:00.000Z",
            "aaaaaaaaaaaaaaaa11111111",
            "TheNameOfACustomerWithoutDigits",
            "YOUR0API1KEY2HERE3AND4MORE",
            "an ordinary text with 12 words",
            "12345678901234567890",
            "@parameters('n1234567890123456')",
        ] {
            assert!(!is_opaque(text), "{text}");
        }
    }
}
