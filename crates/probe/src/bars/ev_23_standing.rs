//! EV-23: neither new nor blocked.

use crate::bar::{Bar, Judged};
use crate::facts::Facts;

pub(crate) static BAR: Bar = Bar {
    id: "EV-23",
    title: "neither new nor blocked",
    what: "The host is not on a blocked list that the operator loads, and its domain was not registered within the last 30 days, as far as a file of the operator says.",
    why: "Names that are used for a fraud are mostly new, and many are known soon.",
    fix: "wait until the domain is 30 days old; ask the operator about an entry of the list",
    threshold: "not listed, registered 30 days ago or more",
    again: "weekly",
    source: "the lists that the operator loads",
    judge,
};

const NEW: i64 = 30 * 24 * 3_600;

fn judge(facts: &Facts) -> Judged {
    let standing = &facts.standing;
    if let Ok(Some(entry)) = &standing.blocked {
        return Judged::fail("blocked", format!("the host is blocked by the entry `{entry}`"));
    }
    if let Ok(Some(registered)) = standing.registered
        && facts.at.as_secs().saturating_sub(registered.as_secs()) < NEW
    {
        return Judged::warn("new", "the domain was registered within the last 30 days");
    }
    match (&standing.blocked, &standing.registered) {
        (Err(missing), Err(_) | Ok(None)) => Judged::not_measured(missing.reason()),
        (Ok(_), Ok(Some(_))) => {
            Judged::pass("not listed, not new", "the host is not blocked, and its domain is not new")
        }
        (Ok(_), _) => {
            Judged::pass("not listed", "the host is not blocked; when its domain was registered is not known")
        }
        (Err(_), Ok(Some(_))) => Judged::pass("not new", "the domain is not new; no blocked list was given"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::State;
    use crate::facts::NotMeasured;
    use crate::testing::alone;

    #[test]
    fn the_list_blocks_and_youth_warns() {
        let judged = alone(&BAR, |facts| facts.standing.blocked = Ok(Some("example.com".to_owned())));
        assert_eq!(judged.state, State::Fail);
        let registered = |days: i64| {
            alone(&BAR, |facts| facts.standing.registered = Ok(Some(facts.at.plus_secs(-days * 24 * 3_600)))).state
        };
        assert_eq!(registered(29), State::Warn);
        assert_eq!(registered(31), State::Pass);
    }

    #[test]
    fn without_files_nothing_is_known() {
        let mut facts = crate::testing::healthy();
        facts.standing.blocked = Err(NotMeasured::because("no blocked list was given"));
        facts.standing.registered = Err(NotMeasured::because("no registration dates were given"));
        assert_eq!(judge(&facts).state, State::NotMeasured);
    }
}
