//! EV-18: HTTP/2 or HTTP/1.1.

use crate::bar::{self, Bar, Judged};
use crate::facts::{Alpn, Facts, Tls};

pub(crate) static BAR: Bar = Bar {
    id: "EV-18",
    title: "HTTP/2 or HTTP/1.1",
    what: "The host agrees on HTTP/2 or HTTP/1.1 in the handshake, or says nothing and answers HTTP/1.1. It does not offer to change the protocol afterwards.",
    why: "What is agreed in the handshake cannot be changed on the way. An upgrade in the middle of a connection is a way around checks.",
    fix: "offer h2 and http/1.1 by ALPN, and send no Upgrade header",
    threshold: "h2 or http/1.1",
    again: "weekly",
    source: "RFC 7301, RFC 9113 section 3.1",
    judge,
};

fn judge(facts: &Facts) -> Judged {
    bar::of(&facts.tls, |Tls { alpn, .. }| {
        bar::of(alpn, |alpn| match alpn {
            Alpn::Refused => Judged::fail("neither", "the host agrees on neither HTTP/2 nor HTTP/1.1"),
            Alpn::Chose(protocol) if !matches!(protocol.as_str(), "h2" | "http/1.1") => {
                Judged::fail(protocol.clone(), format!("the host chooses `{protocol}`, which it was not offered"))
            }
            Alpn::Chose(protocol) => {
                let upgrade = facts.answer.as_ref().ok().and_then(|answer| answer.upgrade.as_deref());
                judge_upgrade(protocol, upgrade, "the host agrees on the protocol in the handshake")
            }
            Alpn::Silent => match &facts.answer {
                Ok(answer) => {
                    let upgrade = answer.upgrade.as_deref();
                    judge_upgrade(&answer.version, upgrade, "the host does not negotiate, and answers")
                }
                Err(missing) => Judged::not_measured(format!("the host does not negotiate a protocol, and {missing}")),
            },
        })
    })
}

fn judge_upgrade(protocol: &str, upgrade: Option<&str>, otherwise: &str) -> Judged {
    match upgrade {
        Some(upgrade) => {
            let upgrade: String = upgrade.chars().take(40).collect();
            Judged::warn(protocol, format!("the host offers to change the protocol to `{upgrade}`"))
        }
        None => Judged::pass(protocol, otherwise),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::State;
    use crate::testing::alone;

    #[test]
    fn neither_fails() {
        let alpn = |alpn: Alpn| alone(&BAR, |facts| facts.tls.as_mut().unwrap().alpn = Ok(alpn.clone())).state;
        assert_eq!(alpn(Alpn::Chose("h2".to_owned())), State::Pass);
        assert_eq!(alpn(Alpn::Silent), State::Pass);
        assert_eq!(alpn(Alpn::Refused), State::Fail);
        assert_eq!(alpn(Alpn::Chose("spdy/3".to_owned())), State::Fail);
    }

    #[test]
    fn an_upgrade_is_a_warning() {
        for alpn in [Alpn::Chose("http/1.1".to_owned()), Alpn::Silent] {
            let judged = alone(&BAR, |facts| {
                facts.tls.as_mut().unwrap().alpn = Ok(alpn.clone());
                facts.answer.as_mut().unwrap().upgrade = Some("h2c".to_owned());
            });
            assert_eq!(judged.state, State::Warn, "{alpn:?}");
            assert!(judged.message.contains("`h2c`"), "{}", judged.message);
        }
    }
}
