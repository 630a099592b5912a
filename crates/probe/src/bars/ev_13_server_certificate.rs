//! EV-13: a certificate for servers.

use crate::bar::{self, Bar, Judged};
use crate::facts::{Facts, PathFailure};

pub(crate) static BAR: Bar = Bar {
    id: "EV-13",
    title: "a certificate for servers",
    what: "The certificate says that it is for TLS servers, is no authority's, respects the name constraints of its issuers, and has no critical extension that is not understood.",
    why: "A certificate that was made for something else says nothing about a server. One of an authority on a public server puts every host at risk.",
    fix: "get a certificate that was issued for TLS servers (extended key usage serverAuth)",
    threshold: "serverAuth, no authority, constraints kept",
    again: "on a new certificate",
    source: "RFC 5280 section 4.2.1",
    judge,
};

fn judge(facts: &Facts) -> Judged {
    bar::of(&facts.chain, |chain| {
        let leaf = &chain.leaf;
        if leaf.is_authority {
            return Judged::fail("authority", "the certificate of the host is that of an authority");
        }
        if let Some(extension) = leaf.unknown_critical.first() {
            let message = format!("the certificate has the critical extension `{extension}`, which is not understood");
            return Judged::fail("unknown extension", message);
        }
        match leaf.for_servers {
            None => return Judged::fail("no usage", "the certificate does not say that it is for TLS servers"),
            Some(false) => return Judged::fail("another usage", "the certificate is not for TLS servers"),
            Some(true) => {}
        }
        match chain.path {
            Err(PathFailure::NameConstraint) => {
                Judged::fail("name constraint", "an issuer of the certificate may not vouch for this name")
            }
            Err(PathFailure::NotForServers) => {
                Judged::fail("refused", "the certificate may not be used by a TLS server")
            }
            _ => Judged::pass("serverAuth", "the certificate is for TLS servers"),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::State;
    use crate::facts::Certificate;
    use crate::testing::alone;

    #[test]
    fn what_the_leaf_may_be_used_for() {
        let leaf = |change: fn(&mut Certificate)| {
            alone(&BAR, |facts| change(&mut facts.chain.as_mut().unwrap().leaf)).value.unwrap()
        };
        assert_eq!(leaf(|_| ()), "serverAuth");
        assert_eq!(leaf(|leaf| leaf.is_authority = true), "authority");
        assert_eq!(leaf(|leaf| leaf.for_servers = None), "no usage");
        assert_eq!(leaf(|leaf| leaf.for_servers = Some(false)), "another usage");
        assert_eq!(leaf(|leaf| leaf.unknown_critical.push("1.2.3".to_owned())), "unknown extension");
    }

    #[test]
    fn constraints_are_kept() {
        let mut facts = crate::testing::healthy();
        facts.chain.as_mut().unwrap().path = Err(PathFailure::NameConstraint);
        assert_eq!(judge(&facts).state, State::Fail);
    }
}
