//! Which credentials a version demands, in terms that both versions share.

use crate::view::{PackagePair, Version};
use backshell_package::{ConnectionParameterKind, Properties, SecurityDefinition};
use backshell_source::Node;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// One of the ways to satisfy a version: the definitions that it takes together, each with the scopes it asks for.
pub(crate) type Way<'d> = BTreeMap<&'d str, BTreeSet<&'d str>>;

/// Definitions of both versions side by side: those of one name, the renamed ones, and those that took the place of
/// another.
pub(crate) fn pairs<'d>(package: &PackagePair<'d>) -> Vec<(SecurityDefinition<'d>, SecurityDefinition<'d>)> {
    let mut pairs: Vec<_> = package.security.kept().cloned().collect();
    let mut left = crate::pairing::Pairing {
        removed: package.security.removed.clone(),
        added: package.security.added.clone(),
        ..Default::default()
    };
    left.rename_by_key(|definition| kind(definition));
    left.rename_by_key(|_| ());
    pairs.append(&mut left.renamed);
    pairs
}

/// The type of a definition as written.
pub(crate) fn kind<'d>(definition: &SecurityDefinition<'d>) -> &'d str {
    definition.node.get("type").and_then(Node::as_str).unwrap_or_default()
}

/// The definitions that are in force: those that a requirement names, or all where none does.
pub(crate) fn in_force<'d>(version: &Version<'d>) -> Vec<SecurityDefinition<'d>> {
    let Some(swagger) = version.swagger else { return Vec::new() };
    let document = swagger.node().get("security");
    let own = version.operations.iter().filter_map(|operation| operation.node().get("security"));
    let named: HashSet<&str> = document
        .into_iter()
        .chain(own)
        .flat_map(Node::items)
        .flat_map(Node::members)
        .map(|member| member.key)
        .collect();
    let all = swagger.security_definitions();
    if all.iter().any(|definition| named.contains(definition.name)) {
        all.into_iter().filter(|definition| named.contains(definition.name)).collect()
    } else {
        all
    }
}

/// The names of definitions by which both versions know them.
pub(crate) struct Names<'d> {
    old: HashMap<&'d str, &'d str>,
    new: HashSet<&'d str>,
}

impl<'d> Names<'d> {
    /// The names of two versions.
    pub(crate) fn of(package: &PackagePair<'d>) -> Self {
        let replaced = pairs(package).into_iter().map(|(old, new)| (old.name, new.name));
        let removed = package.security.removed.iter().map(|definition| (definition.name, definition.name));
        let definitions = package.new.swagger.map(backshell_package::Swagger::security_definitions);
        Self {
            old: removed.chain(replaced).collect(),
            new: definitions.into_iter().flatten().map(|definition| definition.name).collect(),
        }
    }

    /// The ways that a list of the old version allows, by the new names. Empty: no credential is needed.
    pub(crate) fn old_ways(&self, list: Option<Node<'d>>) -> Vec<Way<'d>> {
        ways(list, |name| self.old.get(name).copied())
    }

    /// The definitions that a list of the old version names, by their new names.
    pub(crate) fn old_names(&self, list: Node<'d>) -> impl Iterator<Item = &'d str> {
        list.items().flat_map(Node::members).filter_map(|member| self.old.get(member.key).copied())
    }

    /// The ways that a list of the new version allows.
    pub(crate) fn new_ways(&self, list: Option<Node<'d>>) -> Vec<Way<'d>> {
        ways(list, |name| self.new.get(name).copied())
    }
}

/// Names that nothing defines do not count, and neither does a list that allows no credential as one of its ways.
fn ways<'d>(list: Option<Node<'d>>, name: impl Fn(&'d str) -> Option<&'d str>) -> Vec<Way<'d>> {
    const MOST: usize = 256;
    let mut ways = Vec::new();
    for requirement in list.into_iter().flat_map(Node::items).filter(|node| node.is_object()).take(MOST) {
        if requirement.is_empty() {
            return Vec::new();
        }
        let members = requirement.members().filter(|member| !member.shadowed);
        let way: Way<'d> =
            members.filter_map(|member| Some((name(member.key)?, scopes(member.value).collect()))).collect();
        if !way.is_empty() {
            ways.push(way);
        }
    }
    ways
}

/// The scopes of a list; one text may hold several.
pub(crate) fn scopes(list: Node<'_>) -> impl Iterator<Item = &str> {
    list.items().filter_map(Node::as_str).flat_map(split)
}

/// The scopes of a text.
pub(crate) fn split(text: &str) -> impl Iterator<Item = &str> {
    text.split(|character: char| character.is_whitespace() || character == ',').filter(|scope| !scope.is_empty())
}

/// Whether somebody who satisfied `old` may be refused by `new`: one of the old ways does not hold all that any of the new
/// ones takes.
pub(crate) fn is_stricter(old: &[Way<'_>], new: &[Way<'_>], with_scopes: bool) -> bool {
    let holds = |held: &Way<'_>, asked: &Way<'_>| {
        asked.iter().all(|(name, scopes)| held.get(name).is_some_and(|held| !with_scopes || scopes.is_subset(held)))
    };
    if new.is_empty() {
        return false;
    }
    old.is_empty() || old.iter().any(|held| !new.iter().any(|asked| holds(held, asked)))
}

/// Whether connections of the old version hold a secret or a token, whatever its definition says.
pub(crate) fn holds_secret(version: &Version<'_>) -> bool {
    let is_held = |parameter: &backshell_package::ConnectionParameter<'_>| {
        parameter.is_secret() || parameter.kind == ConnectionParameterKind::OAuth
    };
    let Some(properties) = version.properties else { return false };
    let sets = properties.parameter_sets();
    let held = |properties: &Properties| properties.connection_parameters().iter().any(is_held);
    sets.iter().any(|set| set.parameters.iter().any(is_held)) || held(properties)
}

/// The names of the ways, for fingerprints.
pub(crate) fn words(ways: &[Way<'_>]) -> String {
    let names = |way: &Way<'_>| way.keys().copied().collect::<Vec<_>>().join("+");
    ways.iter().map(names).collect::<Vec<_>>().join(" ")
}
