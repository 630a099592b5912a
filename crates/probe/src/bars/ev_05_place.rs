//! EV-05: the place is within the promise.

use crate::bar::{self, Bar, Judged};
use crate::facts::Facts;

pub(crate) static BAR: Bar = Bar {
    id: "EV-05",
    title: "the place is within the promise",
    what: "The evidence about the place of the host names regions, and all of them lie within those that were promised.",
    why: "Where the service stands decides which law holds for the data, and whether the border of an environment is crossed.",
    fix: "move the service into the promised regions, or promise what is true",
    threshold: "within the promised regions",
    again: "when range files change",
    source: "the boundary that the environment promises",
    judge,
};

fn judge(facts: &Facts) -> Judged {
    bar::of(&facts.place, |place| {
        let value = format!("{} (grade {})", place.regions.join(", "), place.grade);
        let outside = place.regions.iter().find(|region| !place.promised.contains(region));
        match outside {
            _ if place.promised.is_empty() => {
                Judged::not_measured("no region was promised that the place could be held against")
            }
            _ if place.regions.is_empty() => {
                Judged::warn(format!("unknown (grade {})", place.grade), "nothing that is known says where the host is")
            }
            Some(region) => Judged::fail(value, format!("the host is also in `{region}`, which was not promised")),
            None => Judged::pass(value, "the evidence places the host within the promised regions"),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::State;
    use crate::testing::alone;

    #[test]
    fn every_region_has_to_be_promised() {
        let regions = |regions: &[&str]| {
            alone(&BAR, |facts| {
                facts.place.as_mut().unwrap().regions = regions.iter().map(ToString::to_string).collect();
            })
        };
        assert_eq!(regions(&["westeurope"]).state, State::Pass);
        assert_eq!(regions(&["westeurope", "eastus"]).state, State::Fail);
        assert_eq!(regions(&[]).state, State::Warn);
    }

    #[test]
    fn without_a_promise_nothing_is_measured() {
        assert_eq!(alone(&BAR, |facts| facts.place.as_mut().unwrap().promised.clear()).state, State::NotMeasured);
    }
}
