//! Identifiers that Backshell hands out: a prefix that says what they name, and a ULID in lower case.
//!
//! They sort by creation time and are made from the `Clock` and `Random` that are passed in.

use crate::time::{Random, Timestamp};
use std::{fmt, str::FromStr};
use ulid::Ulid;

/// The text is no identifier of the kind asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not an identifier of the form `{prefix}_…` (26 letters and digits after the underscore)")]
pub struct IdError {
    prefix: &'static str,
    text: String,
}

macro_rules! identifier {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Ulid);

        impl $name {
            /// What the text form begins with, before the underscore.
            pub const PREFIX: &'static str = $prefix;

            /// A new identifier: 48 bits of time, 80 bits of randomness.
            pub fn generate(now: Timestamp, random: &dyn Random) -> Self {
                let mut bytes = [0_u8; 16];
                random.fill(&mut bytes);
                let millis = u64::try_from(now.as_millis()).unwrap_or(0);
                Self(Ulid::from_parts(millis, u128::from_be_bytes(bytes)))
            }

            /// The 128 bits of the identifier, big end first.
            pub fn to_bytes(self) -> [u8; 16] {
                self.0.to_bytes()
            }

            /// Appends the text form. Every call writes identifiers several times, and this way takes no formatter.
            pub fn append_to(self, text: &mut String) {
                text.push_str(concat!($prefix, "_"));
                text.push_str(self.digits(&mut [0; ulid::ULID_LEN]));
            }

            /// The text form as a text that has room for nothing else.
            pub fn to_text(self) -> String {
                let mut text = String::with_capacity($prefix.len() + 1 + ulid::ULID_LEN);
                self.append_to(&mut text);
                text
            }

            /// What stands behind the underscore.
            fn digits(self, buffer: &mut [u8; ulid::ULID_LEN]) -> &str {
                let digits = self.0.array_to_str(buffer);
                digits.make_ascii_lowercase();
                digits
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!($prefix, "_"))?;
                f.write_str(self.digits(&mut [0; ulid::ULID_LEN]))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                let error = || IdError { prefix: $prefix, text: text.chars().take(64).collect() };
                let rest = text.strip_prefix(concat!($prefix, "_")).ok_or_else(error)?;
                let digits: &[u8; ulid::ULID_LEN] = rest.as_bytes().try_into().map_err(|_| error())?;
                let mut upper = *digits;
                upper.make_ascii_uppercase();
                let upper = std::str::from_utf8(&upper).map_err(|_| error())?;
                let id = Self(Ulid::from_string(upper).map_err(|_| error())?);
                // One text form per identifier: two spellings of one name would be two keys in a cache or a log.
                let mut written = [0; ulid::ULID_LEN];
                id.0.array_to_str(&mut written).make_ascii_lowercase();
                if written == *digits { Ok(id) } else { Err(error()) }
            }
        }
    };
}

identifier!(
    /// Names a tenant.
    TenantId, "ten"
);
identifier!(
    /// Names an environment.
    EnvironmentId, "env"
);
identifier!(
    /// Names a connection.
    ConnectionId, "con"
);
identifier!(
    /// Names an access token; the token itself is a secret and never an identifier.
    TokenId, "tok"
);
identifier!(
    /// Names one call through the gateway; answered as `x-backshell-call-id`.
    CallId, "call"
);
identifier!(
    /// Names a signed checkpoint of the ledger.
    CheckpointId, "chk"
);
identifier!(
    /// Names a crossing grant: the recorded permission to reach a place outside an environment's boundary.
    GrantId, "grt"
);
identifier!(
    /// Names the consent of a host's owner to a connector that somebody else publishes.
    ConsentId, "cst"
);

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct Sevens;
    impl Random for Sevens {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(7);
        }
    }

    #[test]
    fn text_form_is_unique_and_reads_back() {
        let id = ConnectionId::generate(Timestamp::from_secs(1_700_000_000), &Sevens);
        let text = id.to_string();
        assert!(text.starts_with("con_"), "{text}");
        assert_eq!((id.to_text(), id.to_text().capacity()), (text.clone(), text.len()));
        assert_eq!(text.parse::<ConnectionId>(), Ok(id));
        assert!(text.to_uppercase().parse::<ConnectionId>().is_err());
        assert!(text.replace("con_", "env_").parse::<ConnectionId>().is_err());
        assert!("con_".parse::<ConnectionId>().is_err());
        assert!("con_zzzzzzzzzzzzzzzzzzzzzzzzzz".parse::<ConnectionId>().is_err());
    }

    #[test]
    fn later_identifiers_sort_later() {
        let early = CallId::generate(Timestamp::from_secs(1), &Sevens);
        let late = CallId::generate(Timestamp::from_secs(2), &Sevens);
        assert!(early < late);
        assert!(early.to_string() < late.to_string());
    }
}
