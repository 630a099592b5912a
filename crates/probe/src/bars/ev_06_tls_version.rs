//! EV-06: TLS 1.3 or 1.2.

use crate::bar::{self, Bar, Judged};
use crate::facts::{Facts, Handshake, ProtocolVersion};

pub(crate) static BAR: Bar = Bar {
    id: "EV-06",
    title: "TLS 1.3 or 1.2",
    what: "The host speaks TLS 1.3 or 1.2. Whether it also accepts 1.0 and 1.1 is asked with connections of their own.",
    why: "TLS 1.0 and 1.1 are deprecated: their hashes can be broken. A host that still accepts them lets others be talked down to them.",
    fix: "offer TLS 1.3 and 1.2 on the server, and switch older versions off",
    threshold: "TLS 1.3 or 1.2",
    again: "weekly",
    source: "RFC 8996, RFC 8446",
    judge,
};

fn judge(facts: &Facts) -> Judged {
    bar::of(&facts.tls, |tls| {
        let version = match &tls.handshake {
            Handshake::Chose { version, .. } => *version,
            Handshake::Nothing { instead } => {
                return Judged::fail("no TLS", format!("the host accepts no version of TLS: {instead}"));
            }
        };
        if version < ProtocolVersion::TLS_1_2 {
            return Judged::fail(
                version.to_string(),
                format!("the host speaks neither TLS 1.3 nor 1.2, but {version}"),
            );
        }
        let accepted = |accepts: bool| {
            let old = tls.old.iter().filter(|(_, measured)| *measured == Ok(accepts));
            old.map(|(version, _)| version.to_string()).collect::<Vec<_>>()
        };
        let (old, refused) = (accepted(true), accepted(false));
        if !old.is_empty() {
            let old = old.join(" and ");
            return Judged::warn(format!("{version}, also {old}"), format!("the host still accepts {old}"));
        }
        let unknown = tls.old.len().saturating_sub(refused.len());
        if unknown > 0 || tls.old.is_empty() {
            return Judged::pass(
                version.to_string(),
                "the host speaks it; whether it accepts older versions was not seen",
            );
        }
        Judged::pass(version.to_string(), format!("the host speaks it, and refuses {}", refused.join(" and ")))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::State;
    use crate::facts::NotMeasured;
    use crate::testing::alone;

    #[test]
    fn an_old_version_beside_a_good_one_is_a_warning() {
        let judged = alone(&BAR, |facts| facts.tls.as_mut().unwrap().old[0].1 = Ok(true));
        assert_eq!((judged.state, judged.value.as_deref()), (State::Warn, Some("TLS 1.3, also TLS 1.0")));
    }

    #[test]
    fn what_was_not_seen_is_not_claimed() {
        let judged = alone(&BAR, |facts| facts.tls.as_mut().unwrap().old[1].1 = Err(NotMeasured::because("closed")));
        assert!(judged.message.contains("not seen"), "{}", judged.message);
    }

    #[test]
    fn old_versions_alone_fail() {
        let mut facts = crate::testing::healthy();
        let old = Handshake::Chose { version: ProtocolVersion::TLS_1_0, suite: 0x2f, group: None, finished: false };
        facts.tls.as_mut().unwrap().handshake = old;
        assert_eq!(judge(&facts).state, State::Fail);
        facts.tls.as_mut().unwrap().handshake = Handshake::Nothing { instead: "it closed".to_owned() };
        assert_eq!(judge(&facts).value.as_deref(), Some("no TLS"));
    }
}
