//! EV-05: the place is within the promise.

use crate::bar::{self, Bar, Judged};
use crate::facts::Facts;

pub(crate) static BAR: Bar = Bar {
    id: "EV-05",
    title: "the place is within the promise",
    what: "The evidence about the place of the host names regions, and all of them lie within the regions or countries that \
           were promised.",
    why: "Where the service stands decides which law holds for the data, and whether the border of an environment is crossed.",
    fix: "move the service into the promised regions, or promise what is true",
    threshold: "within the promised regions or countries",
    again: "when range files change",
    source: "the boundary that the environment promises",
    judge,
};

fn judge(facts: &Facts) -> Judged {
    bar::of(&facts.place, |place| {
        let value = format!("{} (grade {})", place.regions.join(", "), place.grade);
        let outside = place.regions.iter().find(|region| !is_promised(&place.promised, region));
        match outside {
            _ if place.promised.is_empty() => {
                Judged::not_measured("no region was promised that the place could be held against")
            }
            _ if place.regions.is_empty() => {
                Judged::warn(format!("unknown (grade {})", place.grade), "nothing that is known says where the host is")
            }
            Some(region) => Judged::fail(value, format!("the host is in `{region}`, which was not promised")),
            None => Judged::pass(value, "the evidence places the host within the promised regions"),
        }
    })
}

/// Whether the place, a region or a country, was promised by its name or by the country that it lies in.
fn is_promised(promised: &[String], place: &str) -> bool {
    let country = backshell_boundary::region(place).map(|facts| facts.country);
    promised.iter().any(|promise| promise == place || Some(promise.as_str()) == country)
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
    fn a_promised_country_covers_the_regions_in_it() {
        let state = |promised: &str, region: &str| {
            let judged = alone(&BAR, |facts| {
                let place = facts.place.as_mut().unwrap();
                (place.promised, place.regions) = (vec![promised.to_owned()], vec![region.to_owned()]);
            });
            judged.state
        };
        assert_eq!(state("IE", "eu-west-1"), State::Pass);
        assert_eq!(state("NL", "eu-west-1"), State::Fail);
        assert_eq!(state("IE", "IE"), State::Pass);
        assert_eq!(state("eu-west-1", "IE"), State::Fail, "the country is more than the region that was promised");
    }

    #[test]
    fn without_a_promise_nothing_is_measured() {
        assert_eq!(alone(&BAR, |facts| facts.place.as_mut().unwrap().promised.clear()).state, State::NotMeasured);
    }
}
