//! EV-04: every address is public.

use crate::bar::{self, Bar, Judged};
use crate::facts::Facts;

pub(crate) static BAR: Bar = Bar {
    id: "EV-04",
    title: "every address is public",
    what: "Every address of every answer, of both families, is one that can be an endpoint: no private, loopback, link-local, metadata, multicast or reserved one. There are at most 16.",
    why: "A name is whatever its owner says it is today. One address inside the network of the gateway turns a connector into a way in.",
    fix: "remove every address from the name that is not public",
    threshold: "all addresses public, at most 16",
    again: "each connection",
    source: "IANA special-purpose address registries, RFC 6890",
    judge,
};

/// More addresses than this are refused.
const MOST: usize = 16;

fn judge(facts: &Facts) -> Judged {
    bar::of(&facts.addresses, |addresses| {
        let refused: Vec<_> = addresses.iter().filter_map(|(address, why)| Some((address, why.as_ref()?))).collect();
        match refused.first() {
            Some((address, why)) if refused.len() == addresses.len() => {
                Judged::fail("addr_refused", format!("`{address}` is never an endpoint ({why})"))
            }
            Some((address, why)) => Judged::fail(
                "mixed_answers",
                format!("one of the addresses, `{address}`, is never an endpoint ({why})"),
            ),
            None if addresses.is_empty() => Judged::not_measured("the name has no address"),
            None if addresses.len() > MOST => {
                Judged::fail(addresses.len().to_string(), format!("the name has more than {MOST} addresses"))
            }
            None => Judged::pass(format!("{} public", addresses.len()), "every address can be an endpoint"),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::State;
    use crate::testing::alone;

    #[test]
    fn one_address_is_enough_to_fail() {
        let bad = || ("10.0.0.1".parse().unwrap(), Some("private".to_owned()));
        let judged = alone(&BAR, |facts| facts.addresses.as_mut().unwrap().push(bad()));
        assert_eq!((judged.state, judged.value.as_deref()), (State::Fail, Some("mixed_answers")));
        let judged = alone(&BAR, |facts| facts.addresses = Ok(vec![bad()]));
        assert_eq!((judged.state, judged.value.as_deref()), (State::Fail, Some("addr_refused")));
    }

    #[test]
    fn there_can_be_too_many() {
        let many = |count: u8| (0..count).map(|last| (std::net::IpAddr::from([1, 1, 1, last]), None)).collect();
        assert_eq!(alone(&BAR, |facts| facts.addresses = Ok(many(17))).state, State::Fail);
        assert_eq!(alone(&BAR, |facts| facts.addresses = Ok(many(16))).state, State::Pass);
        assert_eq!(alone(&BAR, |facts| facts.addresses = Ok(Vec::new())).state, State::NotMeasured);
    }
}
