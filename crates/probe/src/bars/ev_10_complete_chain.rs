//! EV-10: a complete chain to a trusted root.

use crate::bar::{self, Bar, Judged};
use crate::facts::{Facts, PathFailure};

pub(crate) static BAR: Bar = Bar {
    id: "EV-10",
    title: "a complete chain to a trusted root",
    what: "The certificates that the host sends lead to a root that is trusted: public ones by default, private ones where an administrator added them. Nothing is fetched to fill a gap.",
    why: "Clients that have not seen the missing certificate elsewhere cannot reach the host, and a root that nobody vouches for vouches for nothing.",
    fix: "configure the server to send the whole chain below the root, in order",
    threshold: "sent chain leads to a trusted root",
    again: "weekly",
    source: "RFC 5280 section 6, RFC 8446 section 4.4.2",
    judge,
};

fn judge(facts: &Facts) -> Judged {
    bar::of(&facts.chain, |chain| match &chain.path {
        Ok(path) if path.from_store => Judged::warn(
            "incomplete",
            format!(
                "the host does not send its whole chain; it leads to `{}` with a certificate from the store",
                path.root
            ),
        ),
        Ok(path) => {
            let kind = if path.private { "private" } else { "public" };
            Judged::pass(format!("{} sent, {kind} root", chain.sent), format!("the chain leads to `{}`", path.root))
        }
        Err(PathFailure::UnknownIssuer) if chain.sent == 1 => Judged::fail(
            "unknown issuer",
            "the host sends its certificate alone, and no trusted root issued it: an intermediate certificate is missing, \
             or the issuer is not trusted",
        ),
        Err(PathFailure::UnknownIssuer) => {
            Judged::fail("unknown issuer", "the certificates that the host sends lead to no trusted root")
        }
        Err(PathFailure::BadSignature) => Judged::fail("bad signature", "a signature in the chain does not fit"),
        Err(PathFailure::NotAnAuthority) => {
            Judged::fail("not an authority", "a certificate in the chain may not issue others")
        }
        Err(PathFailure::Malformed) => Judged::fail("malformed", "a certificate in the chain cannot be read"),
        Err(PathFailure::UnsupportedSignature) => {
            Judged::not_measured("a signature in the chain uses an algorithm that is not checked; see EV-09")
        }
        Err(PathFailure::NameConstraint | PathFailure::NotForServers) => {
            Judged::not_measured("the chain is refused for what its certificates may be used for; see EV-13")
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::State;
    use crate::testing::alone;

    #[test]
    fn what_leads_nowhere_fails() {
        for (failure, expected) in [
            (PathFailure::UnknownIssuer, State::Fail),
            (PathFailure::BadSignature, State::Fail),
            (PathFailure::NotAnAuthority, State::Fail),
            (PathFailure::Malformed, State::Fail),
            (PathFailure::UnsupportedSignature, State::NotMeasured),
            (PathFailure::NotForServers, State::NotMeasured),
        ] {
            let mut facts = crate::testing::healthy();
            facts.chain.as_mut().unwrap().path = Err(failure);
            assert_eq!(judge(&facts).state, expected, "{failure:?}");
        }
    }

    #[test]
    fn the_store_fills_a_gap_with_a_warning() {
        let judged = alone(&BAR, |facts| facts.chain.as_mut().unwrap().path.as_mut().unwrap().from_store = true);
        assert_eq!(judged.state, State::Warn);
    }
}
