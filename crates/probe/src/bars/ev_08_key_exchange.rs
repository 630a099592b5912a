//! EV-08: a good key exchange.

use crate::bar::{self, Bar, Judged};
use crate::facts::{Facts, Handshake, ProtocolVersion, group_name};

pub(crate) static BAR: Bar = Bar {
    id: "EV-08",
    title: "a good key exchange",
    what: "The keys are exchanged with X25519, P-256 or P-384, or with a hybrid of one of these and ML-KEM.",
    why: "The key exchange is what a recorded connection has to withstand for years. Small and odd groups do not.",
    fix: "offer X25519, P-256 or P-384 on the server",
    threshold: "X25519, P-256 or P-384",
    again: "weekly",
    source: "RFC 9325 section 4.2, RFC 8446 section 9.1",
    judge,
};

/// X25519, P-256, P-384 and their hybrids.
const GOOD: [u16; 5] = [0x001d, 0x0017, 0x0018, 0x11ec, 0x11eb];

fn judge(facts: &Facts) -> Judged {
    bar::of(&facts.tls, |tls| match &tls.handshake {
        Handshake::Nothing { .. } => Judged::not_measured("the host accepts no version of TLS"),
        Handshake::Chose { version, .. } if *version < ProtocolVersion::TLS_1_2 => {
            Judged::not_measured("the host speaks neither TLS 1.3 nor 1.2")
        }
        Handshake::Chose { group: None, .. } => {
            Judged::not_measured("the suite that the host chooses exchanges keys without a named group")
        }
        Handshake::Chose { group: Some(group), .. } => {
            let name = group_name(*group);
            if GOOD.contains(group) {
                Judged::pass(name, "the host exchanges keys with a group that is good")
            } else {
                let message = format!("offered everything, the host exchanges keys with `{name}` and no good group");
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

    #[test]
    fn groups() {
        for (chosen, expected) in
            [(0x1d, State::Pass), (0x11ec, State::Pass), (0x19, State::Fail), (0x100, State::Fail)]
        {
            let judged = alone(&BAR, |facts| match &mut facts.tls.as_mut().unwrap().handshake {
                Handshake::Chose { group, .. } => *group = Some(chosen),
                Handshake::Nothing { .. } => panic!("the healthy host chooses"),
            });
            assert_eq!(judged.state, expected, "{chosen:04x}");
        }
    }
}
