//! `name=value` pairs as a query or a form carries them.

use percent_encoding::percent_decode_str;

/// The pairs of a query or of an URL-encoded form, decoded; a plus is a blank.
pub(crate) fn pairs(raw: Option<&str>) -> impl Iterator<Item = (String, String)> {
    raw.unwrap_or_default().split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decoded(name), decoded(value))
    })
}

fn decoded(text: &str) -> String {
    percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned()
}
