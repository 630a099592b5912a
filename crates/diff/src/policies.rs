//! The policies of two versions: which is which, where they act, and what of them differs.

use crate::check::Check;
use crate::pairing::Pairing;
use crate::view::{OperationPair, PackagePair};
use crate::{Out, quoted};
use backshell_package::{Policy, PolicySection};
use backshell_source::Node;
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

/// Templates that choose the host.
pub(crate) const HOST: [&str; 2] = ["dynamichosturl", "dynamicsubdomain"];

/// Templates that rewrite a body.
pub(crate) const BODY: [&str; 7] = [
    "convertarraytoobject",
    "convertobjecttoarray",
    "encodepropertyvalue",
    "moveproperties",
    "setproperty",
    "stringreplace",
    "stringtoarray",
];

/// Templates that set a header or a query parameter.
pub(crate) const SETTERS: [&str; 3] = ["setheader", "setqueryparameter", "setvaluefromurl"];

/// The other templates that exist.
const OTHERS: [&str; 4] =
    ["pollingtrigger", "routerequesttoendpoint", "setconnectionstatustounauthenticated", "updatenextlink"];

/// Whether there is such a template; `id` in lower case.
pub(crate) fn is_template(id: &str) -> bool {
    HOST.iter().chain(&BODY).chain(&SETTERS).chain(&OTHERS).any(|known| *known == id)
}

/// A policy of which at least one version is there.
pub(crate) struct PolicyChange<'d> {
    /// The old one.
    pub(crate) old: Option<Policy<'d>>,
    /// The new one.
    pub(crate) new: Option<Policy<'d>>,
    /// The operations that are in both versions and that one of the two is limited to; empty when one of them is limited
    /// to none.
    pub(crate) operations: Vec<Rc<OperationPair<'d>>>,
}

/// All policies of both versions. Those that came or went with the only operations they act on are left out.
pub(crate) fn changes<'d>(package: &PackagePair<'d>) -> Vec<PolicyChange<'d>> {
    let Some(properties) = &package.properties else { return Vec::new() };
    let policies = &properties.policies;
    let mut left = Pairing { removed: policies.removed.clone(), added: policies.added.clone(), ..Pairing::default() };
    left.rename_by_key(|policy| (policy.template_id.clone(), words(policy)));
    left.rename_by_key(|policy| (policy.template_id.clone(), section(policy)));
    let operations = Operations::of(package);
    let pairs = policies.kept().chain(&left.renamed).map(|(old, new)| (Some(old.clone()), Some(new.clone())));
    let removed = left.removed.iter().map(|old| (Some(old.clone()), None));
    let added = left.added.iter().map(|new| (None, Some(new.clone())));
    let all = pairs.chain(removed).chain(added);
    let all = all.map(|(old, new)| {
        let concerned = operations.concerned(old.as_ref(), new.as_ref());
        PolicyChange { old, new, operations: concerned }
    });
    all.filter(|change| change.is_pair() || !change.operations.is_empty() || change.is_unlimited(package)).collect()
}

/// The operations that are in both versions, by id in lower case.
pub(crate) struct Operations<'d> {
    /// By their old ids.
    pub(crate) old: HashMap<String, Rc<OperationPair<'d>>>,
    /// By their new ids.
    pub(crate) new: HashMap<String, Rc<OperationPair<'d>>>,
}

impl<'d> Operations<'d> {
    /// Those of two versions.
    pub(crate) fn of(package: &PackagePair<'d>) -> Self {
        let by = |id: fn(&OperationPair<'d>) -> Option<&'d str>| {
            let pairs = package.operations.iter();
            pairs.filter_map(|pair| Some((id(pair)?.to_ascii_lowercase(), Rc::clone(pair)))).collect()
        };
        Self { old: by(|pair| pair.old.id()), new: by(|pair| pair.new.id()) }
    }

    /// Those that one of two versions of a policy is limited to; empty when one of them is limited to none.
    pub(crate) fn concerned(&self, old: Option<&Policy<'d>>, new: Option<&Policy<'d>>) -> Vec<Rc<OperationPair<'d>>> {
        if [old, new].into_iter().flatten().any(Policy::applies_everywhere) {
            return Vec::new();
        }
        let find = |ids: &HashMap<String, Rc<OperationPair<'d>>>, policy: Option<&Policy<'d>>| {
            let listed = policy.into_iter().flat_map(|policy| policy.operations.iter());
            listed.filter_map(|id| ids.get(&id.to_ascii_lowercase()).cloned()).collect::<Vec<_>>()
        };
        let mut found: Vec<_> = find(&self.old, old).into_iter().chain(find(&self.new, new)).collect();
        found.sort_by_key(|pair| pair.old.node().id());
        found.dedup_by_key(|pair| pair.old.node().id());
        found
    }
}

/// When a policy acts; where nothing is said the template decides.
pub(crate) fn section(policy: &Policy<'_>) -> PolicySection {
    match policy.section {
        PolicySection::None if policy.template_id == "updatenextlink" => PolicySection::Response,
        PolicySection::None => PolicySection::Request,
        section => section,
    }
}

/// The parameters of a policy in a spelling of their own.
pub(crate) fn words(policy: &Policy<'_>) -> String {
    let mut parameters: Vec<_> =
        policy.parameters().into_iter().map(|(name, value)| (name.to_ascii_lowercase(), value.source())).collect();
    parameters.sort_unstable();
    parameters.iter().fold(String::new(), |words, (name, value)| words + name + "=" + value + "\n")
}

impl<'d> PolicyChange<'d> {
    /// `templateId` in lower case.
    pub(crate) fn template(&self) -> &str {
        self.either().map(|policy| policy.template_id.as_str()).unwrap_or_default()
    }

    /// Whether both versions have it.
    pub(crate) fn is_pair(&self) -> bool {
        self.old.is_some() && self.new.is_some()
    }

    /// Whether one of the two acts in this section.
    pub(crate) fn acts_in(&self, section: PolicySection) -> bool {
        [&self.old, &self.new].into_iter().flatten().any(|policy| self::section(policy) == section)
    }

    /// What to call it in messages.
    pub(crate) fn shown(&self) -> String {
        let title = self.either().map(|policy| policy.title).unwrap_or_default();
        quoted(if title.is_empty() { self.template() } else { title })
    }

    /// The template parameters that differ: name, old value, new value. Only where both versions have the policy.
    pub(crate) fn differences(&self) -> Vec<(&'d str, Option<Node<'d>>, Option<Node<'d>>)> {
        let (Some(old), Some(new)) = (&self.old, &self.new) else { return Vec::new() };
        let names = old.parameters().into_iter().chain(new.parameters());
        let names: BTreeMap<String, &'d str> = names.map(|(name, _)| (name.to_ascii_lowercase(), name)).collect();
        let found = names.into_values().map(|name| (name, old.parameter(name), new.parameter(name)));
        found.filter(|(name, one, two)| !same(&old.template_id, name, *one, *two)).collect()
    }

    /// Reports each template parameter that differs, but for those whose new value is among `others`.
    pub(crate) fn report_differences(&self, out: &mut Out<'_, 'd>, check: &'static Check, others: &[Node<'d>]) {
        for (name, ..) in self.differences().iter().filter(|(_, _, two)| two.is_none_or(|two| !others.contains(&two))) {
            self.report_parameter(out, check, name, format!("the policy {} has another `{name}`", self.shown()));
        }
    }

    /// Reports a template parameter that differs.
    pub(crate) fn report_parameter(
        &self,
        out: &mut Out<'_, 'd>,
        check: &'static Check,
        name: &str,
        message: impl Into<String>,
    ) {
        let (Some(old), Some(new)) = (&self.old, &self.new) else { return };
        let (one, two) = (old.parameter(name), new.parameter(name));
        let source = |node: Option<Node<'d>>| node.map(Node::source).unwrap_or_default().to_owned();
        let (old_place, new_place) = (one.unwrap_or(old.node), two.unwrap_or(new.node));
        let mut entry = out.changed(check, old_place, new_place, message);
        for operation in &self.operations {
            entry = entry.of(&operation.old);
        }
        entry.at(format!("{}/{}", self.locus(), name.to_ascii_lowercase())).values(source(one), source(two));
    }

    /// Reports the policy as a whole: as added, removed or changed.
    pub(crate) fn report(&self, out: &mut Out<'_, 'd>, check: &'static Check, message: impl Into<String>) {
        self.report_for(out, check, &self.operations, message);
    }

    /// The same, concerning these operations; none for all.
    pub(crate) fn report_for(
        &self,
        out: &mut Out<'_, 'd>,
        check: &'static Check,
        operations: &[Rc<OperationPair<'d>>],
        message: impl Into<String>,
    ) {
        let mut entry = match (&self.old, &self.new) {
            (Some(old), Some(new)) => out.changed(check, old.node, new.node, message),
            (Some(old), None) => out.removed(check, old.node, message),
            (None, Some(new)) => out.added(check, new.node, message),
            (None, None) => return,
        };
        for operation in operations {
            entry = entry.of(&operation.old);
        }
        let words = |policy: &Option<Policy<'d>>| policy.as_ref().map(words).unwrap_or_default();
        entry.at(self.locus()).values(words(&self.old), words(&self.new));
    }

    /// The place by names: template, title, and the header or query parameter that is set.
    pub(crate) fn locus(&self) -> String {
        let title = self.either().map(|policy| policy.title).unwrap_or_default();
        let set = self.either().and_then(|policy| policy.parameter("name")).and_then(Node::as_str).unwrap_or_default();
        ["policy", self.template(), title, set]
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join("/")
    }

    fn either(&self) -> Option<&Policy<'d>> {
        self.old.as_ref().or(self.new.as_ref())
    }

    /// Whether it acts on all operations, or nobody can say which ones there are.
    fn is_unlimited(&self, package: &PackagePair<'d>) -> bool {
        let is_unknown = package.old.swagger.is_none() || package.new.swagger.is_none();
        is_unknown || self.either().is_some_and(Policy::applies_everywhere)
    }
}

/// Whether two values of a template parameter have the same effect.
fn same(template: &str, name: &str, one: Option<Node<'_>>, two: Option<Node<'_>>) -> bool {
    if one.zip(two).is_some_and(|(one, two)| one.json_eq(two)) {
        return true;
    }
    // What is not said, and whether letter case counts.
    let (default, is_word) = match name.to_ascii_lowercase().as_str() {
        "existsaction" => ("override", true),
        "httpmethod" if template == "setvaluefromurl" => ("get", true),
        "httpmethod" => ("@request.originalhttpmethod", true),
        "retainkey" => ("true", true),
        "name" if template == "setheader" => ("", true),
        _ => ("", false),
    };
    let text = |node: Option<Node<'_>>| -> Option<String> {
        let node = node.filter(|node| !node.is_null());
        let text = match node {
            Some(node) => node.as_str().map(str::to_owned).or_else(|| node.as_bool().map(|value| value.to_string()))?,
            None => String::new(),
        };
        let text = if text.is_empty() { default.to_owned() } else { text };
        Some(if is_word { text.to_ascii_lowercase() } else { text })
    };
    text(one).zip(text(two)).is_some_and(|(one, two)| one == two)
}
