//! How much findings weigh: what a rule says, changed by the profile of the publisher's kind, by the configuration file and
//! by the command line, in this order. The later source wins; within one source the narrower selection wins (a rule before
//! its group before `all`).
//!
//! The profiles are [`PROFILES`], a table.

use crate::notices::{NOTICES, notice};
use crate::rule::{Group, Rule};
use backshell_findings::{Finding, Severity};
use backshell_model::{FastMap, PublisherKind};
use std::str::FromStr;

/// What differs between the publishers' kinds, cell by cell. What is not here holds for all of them alike.
pub const PROFILES: &[(PublisherKind, &str, Level)] = &[
    // The operator publishes for itself: nobody else has to learn from the package who it is, or how to get at it.
    (PublisherKind::Platform, "BS-PropsPublisherMissing", Level::At(Severity::Note)),
    (PublisherKind::Platform, "BS-PkgReadmeSections", Level::At(Severity::Note)),
    // Its own services may lie in its own network, where no public name leads.
    (PublisherKind::Platform, "BS-HostNotPublic", Level::At(Severity::Warning)),
    // A verified publisher's icon is shown to users, so a full submission has one; an independent publisher's never is.
    (PublisherKind::Independent, "BS-PkgIconMissing", Level::Off),
    (PublisherKind::Independent, "BS-PkgIconForbidden", Level::At(Severity::Error)),
    // Nobody but the readme helps users of a connector that its service's company does not support.
    (PublisherKind::Independent, "BS-PkgReadmeSections", Level::At(Severity::Error)),
    (PublisherKind::Independent, "BS-PkgReadmeOAuth", Level::At(Severity::Error)),
];

/// How much the findings of a rule weigh; `Off` when it is not to run at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// The rule does not run.
    Off,
    /// Its findings weigh this much.
    At(Severity),
}

impl Level {
    /// Every level, by its word.
    pub const WORDS: &'static [(&'static str, Self)] = &[
        ("error", Self::At(Severity::Error)),
        ("warning", Self::At(Severity::Warning)),
        ("note", Self::At(Severity::Note)),
        ("off", Self::Off),
    ];

    /// The word for the level.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::At(severity) => severity.as_str(),
        }
    }
}

/// A word that is no level.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no level; the levels are error, warning, note and off")]
pub struct UnknownLevel(String);

impl FromStr for Level {
    type Err = UnknownLevel;

    fn from_str(word: &str) -> Result<Self, UnknownLevel> {
        let known = Self::WORDS.iter().find(|(name, _)| *name == word);
        known.map(|(_, level)| *level).ok_or_else(|| UnknownLevel(word.to_owned()))
    }
}

/// One rule or several. Wide selections sort before narrow ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Selector {
    /// Every rule.
    All,
    /// The rules of a group.
    Group(Group),
    /// The rule or notice with this id.
    Rule(&'static str),
}

/// A name that no rule and no group has.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no rule `{name}`; did you mean {}?", list(nearest))]
pub struct UnknownRule {
    /// The name.
    pub name: String,
    /// The names nearest to it, the nearest first.
    pub nearest: Vec<&'static str>,
}

impl FromStr for Selector {
    type Err = UnknownRule;

    /// The id of a rule or the name of a group, letter case ignored, or `all`.
    fn from_str(name: &str) -> Result<Self, UnknownRule> {
        if name.eq_ignore_ascii_case("all") {
            return Ok(Self::All);
        }
        let group = Group::ALL.iter().find(|group| group.as_str().eq_ignore_ascii_case(name));
        let id = || crate::rule(name).map(|rule| rule.id).or_else(|| notice(name).map(|notice| notice.id));
        let selected = group.map(|group| Self::Group(*group)).or_else(|| id().map(Self::Rule));
        selected.ok_or_else(|| UnknownRule::new(name))
    }
}

impl Selector {
    /// The name that selects it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Group(group) => group.as_str(),
            Self::Rule(id) => id,
        }
    }

    fn includes(self, id: &str, group: Option<Group>) -> bool {
        match self {
            Self::All => true,
            Self::Group(selected) => group == Some(selected),
            Self::Rule(selected) => id == selected,
        }
    }
}

impl UnknownRule {
    fn new(name: &str) -> Self {
        const OFFERED: usize = 3;
        let wanted = name.to_ascii_lowercase();
        let rules = crate::rules().iter().map(|rule| rule.id).chain(NOTICES.iter().map(|notice| notice.id));
        let names = rules.chain(Group::ALL.iter().map(|group| group.as_str()));
        let mut near: Vec<(usize, &'static str)> =
            names.map(|known| (strsim::damerau_levenshtein(&known.to_ascii_lowercase(), &wanted), known)).collect();
        near.sort_unstable();
        let nearest = near.first().map_or(0, |(distance, _)| *distance);
        // The second and third are worth naming only when they are about as near as the first.
        let near = near.into_iter().take(OFFERED).filter(|(distance, _)| *distance <= nearest + 2);
        Self { name: name.to_owned(), nearest: near.map(|(_, name)| name).collect() }
    }
}

fn list(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    quoted.join(" or ")
}

/// The levels that differ from what the rules say of themselves.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Levels(FastMap<&'static str, Level>);

impl Levels {
    /// The profile of a publisher's kind.
    pub fn profile(kind: PublisherKind) -> Self {
        let of_kind = PROFILES.iter().filter(|(of, ..)| *of == kind);
        let known = of_kind.filter_map(|(_, rule, level)| Some((rule.parse().ok()?, *level)));
        Self::default().then(&known.collect::<Vec<(Selector, Level)>>())
    }

    /// These levels, changed by another source.
    #[must_use]
    pub fn then(mut self, source: &[(Selector, Level)]) -> Self {
        let mut source = source.to_vec();
        source.sort_by_key(|(selector, _)| *selector);
        let rules = crate::rules().iter().map(|rule| (rule.id, Some(rule.group)));
        for (id, group) in rules.chain(NOTICES.iter().map(|notice| (notice.id, None))) {
            let narrowest = source.iter().rev().find(|(selector, _)| selector.includes(id, group));
            if let Some((_, level)) = narrowest {
                self.0.insert(id, *level);
            }
        }
        self
    }

    /// What was set for a rule; `None` when it says so itself.
    pub fn of(&self, id: &str) -> Option<Level> {
        self.0.get(id).copied()
    }

    /// How much a finding of this rule weighs that weighs `severity` by itself; `None` when the rule is off.
    pub(crate) fn weigh(&self, id: &str, severity: Severity) -> Option<Severity> {
        match self.of(id) {
            Some(Level::Off) => None,
            Some(Level::At(severity)) => Some(severity),
            None => Some(severity),
        }
    }

    /// Those of `rules` that are not off.
    pub(crate) fn active(&self, rules: &[&'static Rule]) -> Vec<&'static Rule> {
        rules.iter().filter(|rule| self.of(rule.id) != Some(Level::Off)).copied().collect()
    }

    /// Gives each finding its level, and drops those of rules that are off.
    pub fn apply(&self, findings: &mut Vec<Finding>) {
        if self.0.is_empty() {
            return;
        }
        findings.retain_mut(|finding| {
            let weight = self.weigh(&finding.rule, finding.severity);
            finding.severity = weight.unwrap_or(finding.severity);
            weight.is_some()
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn levels(source: &[(&str, &str)]) -> Vec<(Selector, Level)> {
        source.iter().map(|(selector, level)| (selector.parse().unwrap(), level.parse().unwrap())).collect()
    }

    #[test]
    fn the_narrower_selection_wins_in_whatever_order() {
        for source in [
            [("PathRedefined", "off"), ("operations", "note"), ("all", "warning")],
            [("all", "warning"), ("operations", "note"), ("PathRedefined", "off")],
        ] {
            let set = Levels::default().then(&levels(&source));
            assert_eq!(set.of("PathRedefined"), Some(Level::Off));
            assert_eq!(set.of("OperationIdNotUnique"), Some(Level::At(Severity::Note)));
            assert_eq!(set.of("BS-InvalidJson"), Some(Level::At(Severity::Warning)));
        }
    }

    #[test]
    fn the_later_source_wins_even_when_it_is_wider() {
        let set =
            Levels::default().then(&levels(&[("PathRedefined", "off")])).then(&levels(&[("operations", "error")]));
        assert_eq!(set.of("PathRedefined"), Some(Level::At(Severity::Error)));
        assert_eq!(set.of("BS-InvalidJson"), None);
    }

    #[test]
    fn names_are_found_in_any_case_and_near_ones_are_offered() {
        assert_eq!("pathredefined".parse(), Ok(Selector::Rule("PathRedefined")));
        assert_eq!("bs-allowentryunused".parse(), Ok(Selector::Rule("BS-AllowEntryUnused")));
        assert_eq!("Metadata".parse(), Ok(Selector::Group(Group::Metadata)));
        let unknown = "PathRedifined".parse::<Selector>().unwrap_err();
        assert_eq!(unknown.to_string(), "there is no rule `PathRedifined`; did you mean `PathRedefined`?");
        assert!("high".parse::<Level>().is_err());
    }

    #[test]
    fn no_group_is_called_as_a_rule() {
        assert!(Group::ALL.iter().all(|group| crate::rule(group.as_str()).is_none() && group.as_str() != "all"));
        assert!(NOTICES.iter().all(|notice| crate::rule(notice.id).is_none()));
        assert!(NOTICES.is_sorted_by(|one, other| one.id < other.id));
    }

    #[test]
    fn profiles_name_each_rule_once_per_kind() {
        for (index, (kind, rule, _)) in PROFILES.iter().enumerate() {
            assert!(crate::rule(rule).is_some_and(|known| known.id == *rule), "{rule} is no rule");
            let again = PROFILES.iter().skip(index + 1).any(|(other, again, _)| other == kind && again == rule);
            assert!(!again, "{kind}: {rule}");
        }
    }
}
