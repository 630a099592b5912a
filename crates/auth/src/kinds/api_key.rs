//! A key in a header or query parameter, sent exactly as it was entered.
//!
//! Packages do not say which connection parameter holds the key of which scheme, so the binding goes by role: the only
//! secure parameter; of several, the one called `api_key`; else the one called like the scheme or like the header.

use super::Bound;
use crate::plan::{Attachment, AuthProblem};
use backshell_model::{AuthKind, Encoding, SealedText, SecretName};
use backshell_package::{ConnectionParameter, KeyLocation};
use http::HeaderName;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Headers that say how a message travels. A key in one of them would never arrive.
const UNUSABLE: [&str; 11] = [
    "connection",
    "content-length",
    "expect",
    "host",
    "keep-alive",
    "proxy-authenticate",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// What a query name is written with.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'$');

/// Binds a key scheme. `by_name_first` where several schemes are asked for at once and each needs its own parameter.
pub(crate) fn bind(
    scheme: &str,
    name: &str,
    location: KeyLocation,
    parameters: &[&ConnectionParameter<'_>],
    by_name_first: bool,
) -> Result<Bound, AuthProblem> {
    let secure: Vec<_> = parameters.iter().filter(|parameter| parameter.is_secret()).collect();
    let called = |wanted: &str| secure.iter().find(|parameter| plain(parameter.name) == plain(wanted));
    let by_name = || called(scheme).or_else(|| called(name));
    let parameter = match secure.as_slice() {
        [only] => Some(only),
        _ if by_name_first => by_name().or_else(|| called("apikey")),
        _ => called("apikey").or_else(by_name),
    };
    let parameter = parameter.ok_or_else(|| AuthProblem::Unbound {
        scheme: scheme.to_owned(),
        hint: "declare one parameter of the type `securestring`, or name it `api_key`",
    })?;
    let secret = SecretName::new(parameter.name);
    let unusable = || AuthProblem::UnusableName { scheme: scheme.to_owned(), name: name.chars().take(80).collect() };
    let attachment = match location {
        KeyLocation::Header => {
            let header = HeaderName::try_from(name).map_err(|_| unusable())?;
            if UNUSABLE.contains(&header.as_str()) {
                return Err(unusable());
            }
            Attachment::Header(header, SealedText::secret(secret.clone(), Encoding::Verbatim))
        }
        KeyLocation::Query if name.is_empty() => return Err(unusable()),
        KeyLocation::Query => {
            let name = utf8_percent_encode(name, ENCODED).to_string();
            Attachment::Query(name, SealedText::secret(secret.clone(), Encoding::Percent))
        }
    };
    Ok(Bound { kind: AuthKind::ApiKey, attachment, parameters: vec![secret] })
}

/// Letters and digits in lower case: `X-API-Key` and `x_apiKey` are the same name to people.
fn plain(name: &str) -> String {
    name.chars().filter(|character| character.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}
