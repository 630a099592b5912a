//! EV-09: strong keys and signatures.

use crate::bar::{self, Bar, Judged};
use crate::facts::{Certificate, Facts, Key, PathFailure, SignatureHash};

pub(crate) static BAR: Bar = Bar {
    id: "EV-09",
    title: "strong keys and signatures",
    what: "The key of the certificate is RSA with 2048 bits or more, P-256, P-384 or Ed25519; signatures along the chain use SHA-256 or better; the host proves in the handshake that the key is its own.",
    why: "A short key can be computed, and a certificate with a broken hash can be forged.",
    fix: "get a certificate for a P-256 or RSA 2048 key from an authority that signs with SHA-256 or better",
    threshold: "RSA 2048, P-256, P-384 or Ed25519; SHA-256",
    again: "on a new certificate",
    source: "CA/Browser Forum Baseline Requirements section 6.1.5",
    judge,
};

fn judge(facts: &Facts) -> Judged {
    bar::of(&facts.chain, |chain| {
        if let Some(reason) = weak_key(&chain.leaf.key) {
            return Judged::fail(shown(&chain.leaf.key), format!("the key of the certificate is {reason}"));
        }
        let between = chain.path.as_ref().map(|path| path.intermediates.as_slice()).unwrap_or_default();
        for Certificate { subject, signature, .. } in std::iter::once(&chain.leaf).chain(between) {
            if let SignatureHash::Weak(hash) = signature {
                return Judged::fail(hash.clone(), format!("the certificate `{subject}` is signed with `{hash}`"));
            }
        }
        if matches!(chain.path, Err(PathFailure::UnsupportedSignature)) {
            return Judged::fail(
                "unknown",
                "a certificate of the chain is signed in a way that nobody checks any more",
            );
        }
        if chain.possession == Ok(false) {
            return Judged::fail("no proof", "the host does not prove that the key of its certificate is its own");
        }
        Judged::pass(shown(&chain.leaf.key), "the key and the signatures are strong")
    })
}

fn shown(key: &Key) -> String {
    match key {
        Key::Rsa(bits) => format!("RSA {bits}"),
        Key::Curve(name) | Key::Other(name) => name.clone(),
        Key::Ed25519 => "Ed25519".to_owned(),
    }
}

fn weak_key(key: &Key) -> Option<&'static str> {
    match key {
        Key::Rsa(2048..) | Key::Ed25519 => None,
        Key::Rsa(_) => Some("shorter than 2048 bits"),
        Key::Curve(name) if matches!(name.as_str(), "P-256" | "P-384") => None,
        Key::Curve(_) => Some("on a curve that is not asked for"),
        Key::Other(_) => Some("of a kind that is not asked for"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::State;
    use crate::facts::{Chain, PathFailure};
    use crate::testing::alone;

    fn chain(change: impl Fn(&mut Chain)) -> State {
        alone(&BAR, |facts| change(facts.chain.as_mut().unwrap())).state
    }

    #[test]
    fn keys() {
        for (key, expected) in [
            (Key::Rsa(2048), State::Pass),
            (Key::Rsa(1024), State::Fail),
            (Key::Curve("P-384".to_owned()), State::Pass),
            (Key::Curve("P-521".to_owned()), State::Fail),
            (Key::Ed25519, State::Pass),
            (Key::Other("1.2.3".to_owned()), State::Fail),
        ] {
            assert_eq!(chain(|chain| chain.leaf.key = key.clone()), expected, "{key:?}");
        }
    }

    #[test]
    fn signatures_of_leaf_and_intermediates() {
        let weak = || SignatureHash::Weak("SHA-1".to_owned());
        assert_eq!(chain(|chain| chain.leaf.signature = weak()), State::Fail);
        assert_eq!(chain(|chain| chain.path.as_mut().unwrap().intermediates[0].signature = weak()), State::Fail);
        assert_eq!(chain(|chain| chain.possession = Ok(false)), State::Fail);
        // Without a path other bars have something to say too.
        for (failure, expected) in
            [(PathFailure::UnsupportedSignature, State::Fail), (PathFailure::UnknownIssuer, State::Pass)]
        {
            let mut facts = crate::testing::healthy();
            facts.chain.as_mut().unwrap().path = Err(failure);
            assert_eq!(judge(&facts).state, expected, "{failure:?}");
        }
    }
}
