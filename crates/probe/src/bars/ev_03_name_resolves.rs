//! EV-03: the name resolves.

use crate::bar::{self, Bar, Judged};
use crate::facts::Facts;

pub(crate) static BAR: Bar = Bar {
    id: "EV-03",
    title: "the name resolves",
    what: "The name has an IPv4 or IPv6 address, within 5 seconds, and at least two resolvers agree that it does. No alias on the way leads to a name that is gone.",
    why: "A name that only some resolvers know is about to move or to vanish, or somebody answers in between. An alias to a name that is gone can be registered by whoever comes first, and the host with it.",
    fix: "give the name an address at its authoritative servers, and remove aliases whose target is gone",
    threshold: "two resolvers agree, within 5 s",
    again: "daily",
    source: "RFC 1034, RFC 8499",
    judge,
};

fn judge(facts: &Facts) -> Judged {
    bar::of(&facts.names, |names| {
        if names.dangling {
            let target = names.aliases.last().map(ToString::to_string).unwrap_or_default();
            return Judged::fail("dangling alias", format!("the alias leads to `{target}`, which does not exist"));
        }
        if names.broken {
            return Judged::fail(
                "alias chain",
                "the aliases of the name loop, are too many, or lead over a name that is never public",
            );
        }
        let answers: Vec<_> = names.answers.iter().filter_map(|one| one.addresses.as_ref().ok()).collect();
        let with = answers.iter().filter(|addresses| !addresses.is_empty()).count();
        let value = format!("{with} of {} resolvers", names.answers.len());
        match (answers.len(), with) {
            (0, _) => {
                let reason = names.answers.iter().find_map(|one| one.addresses.as_ref().err());
                Judged::not_measured(format!(
                    "no resolver answered: {}",
                    reason.map_or("none was asked", String::as_str)
                ))
            }
            (_, 0) => Judged::fail("no address", "the name has no address"),
            (all, with) if with < all => {
                Judged::fail(value, "the resolvers do not agree whether the name has an address")
            }
            (1, _) => Judged::not_measured(
                "the name resolves, but only one name server answered, and two have to agree; name another one that answers",
            ),
            _ => Judged::pass(value, "the resolvers agree that the name has addresses"),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::State;
    use crate::facts::Names;
    use crate::testing::alone;

    fn names(change: impl Fn(&mut Names)) -> Judged {
        alone(&BAR, |facts| change(facts.names.as_mut().unwrap()))
    }

    #[test]
    fn resolvers_have_to_agree() {
        assert_eq!(names(|_| ()).state, State::Pass);
        assert_eq!(names(|names| names.answers[1].addresses = Ok(Vec::new())).state, State::Fail);
    }

    #[test]
    fn one_resolver_agrees_with_nobody() {
        for change in [(|names: &mut Names| names.answers.truncate(1)) as fn(&mut Names), |names| {
            names.answers[0].addresses = Err("timed out".to_owned());
        }] {
            assert_eq!(names(change).state, State::NotMeasured);
            // Without it there is no certificate.
            let mut facts = crate::testing::healthy();
            change(facts.names.as_mut().unwrap());
            assert_eq!(crate::verify(&[facts]).missing, [("api.example.com".to_owned(), "EV-03")]);
        }
    }

    #[test]
    fn a_name_without_address_fails() {
        let judged = names(|names| names.answers.iter_mut().for_each(|one| one.addresses = Ok(Vec::new())));
        assert_eq!((judged.state, judged.value.as_deref()), (State::Fail, Some("no address")));
        assert_eq!(names(|names| names.broken = true).value.as_deref(), Some("alias chain"));
        assert_eq!(names(|names| names.dangling = true).value.as_deref(), Some("dangling alias"));
    }

    #[test]
    fn silence_is_no_answer() {
        let judged =
            names(|names| names.answers.iter_mut().for_each(|one| one.addresses = Err("timed out".to_owned())));
        assert_eq!(judged.state, State::NotMeasured);
        assert!(judged.message.contains("timed out"), "{}", judged.message);
    }
}
