//! EV-07: a good cipher suite.

use crate::bar::{self, Bar, Judged};
use crate::facts::{Facts, Handshake, ProtocolVersion, suite_name};

pub(crate) static BAR: Bar = Bar {
    id: "EV-07",
    title: "a good cipher suite",
    what: "With TLS 1.3 the host chooses AES-128-GCM, AES-256-GCM or ChaCha20-Poly1305; with TLS 1.2 one of these with an ECDHE key exchange.",
    why: "CBC, RC4, 3DES, NULL and export suites can be broken in whole or in part, and with an RSA key exchange everything recorded today is read by whoever gets the key tomorrow.",
    fix: "offer ECDHE suites with AES-GCM or ChaCha20-Poly1305 first, and switch CBC, RSA key exchange, 3DES and RC4 off",
    threshold: "AEAD with ECDHE",
    again: "weekly",
    source: "RFC 9325 section 4.2",
    judge,
};

/// What TLS 1.3 may use.
const TLS_1_3: [u16; 3] = [0x1301, 0x1302, 0x1303];
/// What TLS 1.2 may use.
const TLS_1_2: [u16; 6] = [0xc02b, 0xc02c, 0xc02f, 0xc030, 0xcca8, 0xcca9];

/// Whether a suite clears this bar.
pub(crate) fn is_good(version: ProtocolVersion, suite: u16) -> bool {
    match version {
        ProtocolVersion::TLS_1_3 => TLS_1_3.contains(&suite),
        ProtocolVersion::TLS_1_2 => TLS_1_2.contains(&suite),
        _ => false,
    }
}

fn judge(facts: &Facts) -> Judged {
    bar::of(&facts.tls, |tls| match &tls.handshake {
        Handshake::Nothing { .. } => Judged::not_measured("the host accepts no version of TLS"),
        Handshake::Chose { version, .. } if *version < ProtocolVersion::TLS_1_2 => {
            Judged::not_measured("the host speaks neither TLS 1.3 nor 1.2")
        }
        Handshake::Chose { version, suite, .. } => {
            let name = suite_name(*suite);
            if is_good(*version, *suite) {
                Judged::pass(name, "the host chooses a suite that is good")
            } else {
                let message = format!("offered everything, the host chooses `{name}` and none of the good suites");
                Judged::fail(name, message)
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::State;
    use crate::testing::alone;

    fn chosen(version: ProtocolVersion, suite: u16) -> State {
        let mut facts = crate::testing::healthy();
        let chosen = Handshake::Chose { version, suite, group: Some(0x1d), finished: false };
        facts.tls.as_mut().unwrap().handshake = chosen;
        judge(&facts).state
    }

    #[test]
    fn only_authenticated_suites_with_ephemeral_keys() {
        for (version, suite, expected) in [
            (ProtocolVersion::TLS_1_3, 0x1303, State::Pass),
            (ProtocolVersion::TLS_1_3, 0x1304, State::Fail),
            (ProtocolVersion::TLS_1_2, 0xc02f, State::Pass),
            (ProtocolVersion::TLS_1_2, 0x002f, State::Fail),
            (ProtocolVersion::TLS_1_2, 0x009c, State::Fail),
            (ProtocolVersion::TLS_1_2, 0x009e, State::Fail),
            (ProtocolVersion::TLS_1_2, 0xc014, State::Fail),
            (ProtocolVersion::TLS_1_2, 0x000a, State::Fail),
            (ProtocolVersion::TLS_1_0, 0x002f, State::NotMeasured),
        ] {
            assert_eq!(chosen(version, suite), expected, "{version} {suite:04x}");
        }
        assert_eq!(alone(&BAR, |_| ()).state, State::Pass);
    }
}
