//! EV-12: the certificate names the host.

use crate::bar::{self, Bar, Judged};
use crate::facts::Facts;

pub(crate) static BAR: Bar = Bar {
    id: "EV-12",
    title: "the certificate names the host",
    what: "A DNS name among the alternative names of the certificate is the host; a wildcard stands for the whole leftmost label. The common name does not count.",
    why: "Otherwise any certificate would do for any host.",
    fix: "get a certificate that lists the host among its alternative names",
    threshold: "the host is among the alternative names",
    again: "each connection",
    source: "RFC 9525",
    judge,
};

fn judge(facts: &Facts) -> Judged {
    bar::of(&facts.chain, |chain| {
        let names = match chain.names.as_slice() {
            [] => "no name".to_owned(),
            [only] => only.clone(),
            [first, rest @ ..] => format!("{first} and {} more", rest.len()),
        };
        if chain.names_host {
            Judged::pass(names, "the certificate is for the host")
        } else {
            Judged::fail(names.clone(), format!("the certificate is for `{names}`, not for `{}`", facts.endpoint.shown))
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::State;
    use crate::testing::alone;

    #[test]
    fn another_name_fails() {
        assert_eq!(alone(&BAR, |_| ()).state, State::Pass);
        let judged = alone(&BAR, |facts| {
            let chain = facts.chain.as_mut().unwrap();
            chain.names_host = false;
            chain.names = vec!["a.example".to_owned(), "b.example".to_owned()];
        });
        assert_eq!((judged.state, judged.value.as_deref()), (State::Fail, Some("a.example and 1 more")));
    }
}
