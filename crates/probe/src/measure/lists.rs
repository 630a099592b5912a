//! What an operator's files say about hosts: blocked names and registration dates. Text in, nothing is read here.

use crate::facts::{Measured, NotMeasured, Standing};
use backshell_model::{HostName, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

/// The most entries of one file.
const MOST_ENTRIES: usize = 5_000_000;

/// The lists; each may be missing.
#[derive(Clone, Debug, Default)]
pub struct Lists {
    blocked: Option<BTreeSet<String>>,
    registered: Option<BTreeMap<String, Timestamp>>,
}

/// Why a file cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ListError {
    /// A line is no name.
    #[error("line {0} is no name; write one name per line, `#` begins a remark")]
    Name(usize),
    /// A line has no date.
    #[error("line {0} has no date; write a name, a blank and a date as in `example.com 2024-05-31`")]
    Date(usize),
    /// There are too many lines.
    #[error("the file has more than {MOST_ENTRIES} entries")]
    TooMany,
}

impl Lists {
    /// Reads blocked names, one per line; a name blocks every host below it. `#` begins a remark.
    pub fn block(&mut self, text: &str) -> Result<(), ListError> {
        let mut names = self.blocked.take().unwrap_or_default();
        for (number, line) in lines(text) {
            let name = line.strip_prefix("*.").unwrap_or(line);
            names.insert(HostName::parse(name).map_err(|_| ListError::Name(number))?.to_string());
            if names.len() > MOST_ENTRIES {
                return Err(ListError::TooMany);
            }
        }
        self.blocked = Some(names);
        Ok(())
    }

    /// Reads registration dates: a domain, blanks, and the day as `YYYY-MM-DD` (more behind it is left out).
    pub fn register(&mut self, text: &str) -> Result<(), ListError> {
        let mut dates = self.registered.take().unwrap_or_default();
        for (number, line) in lines(text) {
            let (name, date) = line.split_once([' ', '\t', ',']).ok_or(ListError::Date(number))?;
            let name = HostName::parse(name).map_err(|_| ListError::Name(number))?.to_string();
            dates.insert(name, day(date.trim_start()).ok_or(ListError::Date(number))?);
            if dates.len() > MOST_ENTRIES {
                return Err(ListError::TooMany);
            }
        }
        self.registered = Some(dates);
        Ok(())
    }

    /// What the lists say about a host.
    pub fn standing(&self, host: &HostName) -> Standing {
        Standing { blocked: self.blocked_by(host), registered: self.registered_at(host) }
    }

    fn blocked_by(&self, host: &HostName) -> Measured<Option<String>> {
        let Some(blocked) = &self.blocked else {
            return Err(NotMeasured::because("no blocked list and no registration dates were given"));
        };
        Ok(above(host).find(|name| blocked.contains(*name)).map(str::to_owned))
    }

    fn registered_at(&self, host: &HostName) -> Measured<Option<Timestamp>> {
        let Some(registered) = &self.registered else {
            return Err(NotMeasured::because("no registration dates were given"));
        };
        Ok(above(host).find_map(|name| registered.get(name)).copied())
    }
}

/// A name and the names above it.
fn above(host: &HostName) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(host.as_str()), |name| name.split_once('.').map(|(_, rest)| rest))
}

fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let lines = text.lines().enumerate();
    let bare = lines.map(|(index, line)| (index + 1, line.split('#').next().unwrap_or_default().trim()));
    bare.filter(|(_, line)| !line.is_empty())
}

/// The beginning of a day in UTC.
fn day(text: &str) -> Option<Timestamp> {
    let mut parts = text.get(..10)?.split('-').map(str::parse::<i64>);
    let (year, month, day) = (parts.next()?.ok()?, parts.next()?.ok()?, parts.next()?.ok()?);
    if parts.next().is_some()
        || !(1970..=9999).contains(&year)
        || !(1..=12).contains(&month)
        || !(1..=31).contains(&day)
    {
        return None;
    }
    // Days since 1970-01-01 in the proleptic Gregorian calendar, with years that begin in March.
    let shifted = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (shifted / 400, shifted % 400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let days = era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468;
    Some(Timestamp::from_secs(days * 24 * 3_600))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host(name: &str) -> HostName {
        HostName::parse(name).unwrap()
    }

    #[test]
    fn a_name_blocks_what_is_below_it() {
        let mut lists = Lists::default();
        lists.block("# list\nevil.example  # fraud\n\n*.bad.example\n").unwrap();
        assert_eq!(lists.standing(&host("api.evil.example")).blocked, Ok(Some("evil.example".to_owned())));
        assert_eq!(lists.standing(&host("notevil.example")).blocked, Ok(None));
        assert_eq!(lists.standing(&host("a.b.bad.example")).blocked, Ok(Some("bad.example".to_owned())));
        assert!(Lists::default().standing(&host("a.example")).blocked.is_err());
    }

    #[test]
    fn dates_are_those_of_the_domain() {
        let mut lists = Lists::default();
        lists.register("example.com 2024-02-29\nexample.org\t1999-12-31T00:00:00Z\n").unwrap();
        let at = |name: &str| lists.standing(&host(name)).registered.unwrap().map(Timestamp::as_secs);
        assert_eq!(at("api.example.com"), Some(1_709_164_800));
        assert_eq!(at("example.org"), Some(946_598_400));
        assert_eq!(at("example.net"), None);
    }

    #[test]
    fn mistakes_have_a_line() {
        assert_eq!(Lists::default().block("a.example\nnot a name\n"), Err(ListError::Name(2)));
        assert_eq!(Lists::default().register("a.example\n"), Err(ListError::Date(1)));
        assert_eq!(Lists::default().register("a.example 2024-13-01\n"), Err(ListError::Date(1)));
        assert_eq!(Lists::default().register("a.example 24-1-1\n"), Err(ListError::Date(1)));
    }
}
