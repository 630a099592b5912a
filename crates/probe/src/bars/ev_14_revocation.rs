//! EV-14: not revoked.

use crate::bar::{self, Bar, Judged};
use crate::facts::{Facts, Revocation, Staple};

pub(crate) static BAR: Bar = Bar {
    id: "EV-14",
    title: "not revoked",
    what: "A stapled OCSP answer, or a revocation list that the operator gave or the node fetched, says that the certificate is good. No certificate between it and the root is on a list that is at hand. A certificate that demands a staple gets one. Where there is neither staple nor list, it is recorded as not checked.",
    why: "A revoked certificate is one whose key somebody else may have. OCSP is optional for public authorities, and no authority is asked about a single certificate: that would tell it which host is called.",
    fix: "replace a revoked certificate; switch OCSP stapling on where the certificate demands it",
    threshold: "not revoked; stapled where demanded",
    again: "daily",
    source: "RFC 6960, RFC 7633, RFC 5280 section 5",
    judge,
};

fn judge(facts: &Facts) -> Judged {
    bar::of(&facts.chain, |chain| {
        let staple = chain.staple.as_ref().ok().and_then(Option::as_ref);
        let listed = match &chain.listed {
            Ok(Revocation::Revoked) => return Judged::fail("revoked", "the certificate is revoked"),
            _ if staple == Some(&Staple::Revoked) => return Judged::fail("revoked", "the certificate is revoked"),
            Ok(Revocation::AuthorityRevoked) => {
                let message = "a certificate between the host's own and the root is revoked";
                return Judged::fail("authority revoked", message);
            }
            Ok(Revocation::Good) => Ok(()),
            Err(missing) => Err(missing),
        };
        if chain.leaf.must_staple && chain.staple.is_ok() && staple != Some(&Staple::Good) {
            return match staple {
                Some(Staple::Unusable(reason)) => Judged::fail(
                    "no usable staple",
                    format!(
                        "the certificate demands a stapled OCSP answer, and the one that was sent cannot be used: {reason}"
                    ),
                ),
                _ => Judged::fail("no staple", "the certificate demands a stapled OCSP answer, and none was sent"),
            };
        }
        match (staple, listed) {
            (Some(Staple::Good), _) => {
                Judged::pass("good (staple)", "the stapled OCSP answer says that the certificate is good")
            }
            (_, Ok(())) => {
                Judged::pass("good (list)", "the revocation list of the issuer does not have the certificate")
            }
            (Some(Staple::Unusable(reason)), _) => Judged::not_measured(format!(
                "revocation not checked: the stapled OCSP answer cannot be used: {reason}"
            )),
            (_, Err(missing)) => Judged::not_measured(format!("revocation not checked: {missing}")),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::State;
    use crate::facts::{Chain, NotMeasured};
    use crate::testing::alone;

    fn chain(change: impl Fn(&mut Chain)) -> Judged {
        alone(&BAR, |facts| change(facts.chain.as_mut().unwrap()))
    }

    #[test]
    fn revoked_by_either_source() {
        assert_eq!(chain(|chain| chain.listed = Ok(Revocation::Revoked)).state, State::Fail);
        assert_eq!(chain(|chain| chain.staple = Ok(Some(Staple::Revoked))).state, State::Fail);
        // A good staple speaks for the leaf alone.
        let judged = chain(|chain| chain.listed = Ok(Revocation::AuthorityRevoked));
        assert_eq!((judged.state, judged.value.as_deref()), (State::Fail, Some("authority revoked")));
    }

    #[test]
    fn a_demanded_staple_has_to_come() {
        let judged = chain(|chain| {
            chain.leaf.must_staple = true;
            chain.staple = Ok(None);
        });
        assert_eq!((judged.state, judged.value.as_deref()), (State::Fail, Some("no staple")));
        let judged = chain(|chain| {
            chain.leaf.must_staple = true;
            chain.staple = Ok(Some(Staple::Unusable("too old".to_owned())));
        });
        assert_eq!(judged.state, State::Fail);
    }

    #[test]
    fn nothing_known_is_not_good() {
        let judged = chain(|chain| {
            chain.staple = Ok(None);
            chain.listed = Err(NotMeasured::because("no list of the issuer was given"));
        });
        assert_eq!(judged.state, State::NotMeasured);
        assert!(judged.message.starts_with("revocation not checked"), "{}", judged.message);
    }
}
