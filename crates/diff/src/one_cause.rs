//! One cause, one change: what follows from another change at the same place is not listed beside it, and a change that has
//! a name of its own where it happens is reported by that name.

use crate::branches;
use crate::check::{Direction, Object, Verdict};
use crate::out::{Out, Raw, Scope};
use crate::schema_pair::SchemaPair;
use backshell_source::Node;
use std::collections::{HashMap, HashSet};

/// How a change finds the one that it follows from.
#[derive(Clone, Copy)]
enum At {
    /// Both stand at one old place.
    Old,
    /// Both stand at one new place.
    New,
    /// The new place of the cause is a member of the new place of what follows.
    NewMember,
    /// What follows belongs to a pair of schemas whose old one is the old place of the cause.
    Within,
}

/// The id of a cause, the id of what follows from it, and where.
const FOLLOWS: &[(&str, &str, At)] = &[
    ("auth-kind-added-as-choice", "connection-set-added", At::New),
    ("operation-id-reused", "operation-added", At::NewMember),
    ("operation-id-reused", "operation-id-case-changed", At::Old),
    ("operation-id-reused", "operation-id-renamed", At::Old),
    ("operation-id-reused", "trigger-added", At::NewMember),
    ("path-ambiguous-after-change", "operation-added", At::New),
    ("schema-cycle-introduced", "request-property-optional-added", At::Within),
    ("schema-cycle-introduced", "request-property-optional-added-closed", At::Within),
    ("schema-cycle-introduced", "response-property-added", At::Within),
    ("trigger-subscription-id-moved", "response-header-removed", At::Old),
    ("trigger-subscription-id-moved", "response-property-removed", At::Old),
    ("trigger-subscription-id-moved", "response-property-renamed", At::Old),
    ("trigger-unsubscribe-removed", "operation-removed", At::Old),
    ("trigger-unsubscribe-removed", "operation-removed-no-replacement", At::Old),
];

/// Takes out what follows from another change.
pub(crate) fn keep_causes(raws: &mut Vec<Raw<'_>>) {
    let known: HashSet<&str> = FOLLOWS.iter().map(|(cause, ..)| *cause).collect();
    let mut causes: HashMap<&str, HashSet<(u8, u32)>> = HashMap::new();
    for raw in raws.iter().filter(|raw| known.contains(raw.check.id)) {
        let id = |node: Node<'_>| node.id();
        let places = causes.entry(raw.check.id).or_default();
        places.extend(raw.old.map(|node| (OLD, id(node))));
        places.extend(raw.new.map(|node| (NEW, id(node))));
        places.extend(raw.new.and_then(Node::parent).map(|node| (NEW_PARENT, id(node))));
    }
    if causes.is_empty() {
        return;
    }
    let holds = |cause: &str, side: u8, node: Option<Node<'_>>| {
        let places = causes.get(cause).zip(node);
        places.is_some_and(|(places, node)| places.contains(&(side, node.id())))
    };
    raws.retain(|raw| {
        let mut own = FOLLOWS.iter().filter(|(_, effect, _)| *effect == raw.check.id);
        !own.any(|(cause, _, at)| match at {
            At::Old => holds(cause, OLD, raw.old),
            At::New => holds(cause, NEW, raw.new),
            At::NewMember => holds(cause, NEW_PARENT, raw.new),
            At::Within => matches!(raw.scope, Scope::Pair(_)) && holds(cause, OLD, raw.subject),
        })
    });
}

const OLD: u8 = 0;
const NEW: u8 = 1;
const NEW_PARENT: u8 = 2;

/// Reports what breaks in the items of a list parameter as a change of the parameter: nothing else is known by their name.
pub(crate) fn name_the_parameter(out: &mut Out<'_, '_>, first: usize) {
    name_instead(out.since(first), "parameter-items-changed", |raw| raw.check.object == Object::Schema);
}

/// Reports what breaks in the notification of a webhook as a change of it. `is_sent_only` tells the pairs of schemas that
/// nothing else leads to.
pub(crate) fn name_the_notification(raws: &mut [Raw<'_>], is_sent_only: impl Fn(usize) -> bool) {
    name_instead(raws, "trigger-notification-content-changed", |raw| {
        let Scope::Pair(pair) = raw.scope else { return false };
        raw.check.direction == Direction::Response && raw.check.object == Object::Schema && is_sent_only(pair)
    });
}

fn name_instead<'d>(raws: &mut [Raw<'d>], id: &str, is_meant: impl Fn(&Raw<'d>) -> bool) {
    let is_meant = |raw: &&mut Raw<'d>| raw.verdict == Verdict::Breaking && is_meant(raw);
    let mut meant = raws.iter_mut().filter(is_meant).peekable();
    if meant.peek().is_none() {
        return;
    }
    let Some(check) = crate::check(id) else { return };
    meant.for_each(|raw| raw.check = check);
}

/// Reports what breaks because a branch has joined an `allOf` as one change, that of the branch.
pub(crate) fn name_the_branch<'d>(pair: &SchemaPair<'d>, out: &mut Out<'_, 'd>, first: usize) {
    /// How far a value may lie below its branch: `required/0`, `properties/name`.
    const MOST_LEVELS: usize = 3;
    const ID: &str = "request-allof-branch-added";
    if !pair.is_request() || out.len() == first {
        return;
    }
    for branch in branches::joined(pair) {
        let lies_in = |raw: &Raw<'d>| {
            let mut levels = std::iter::successors(raw.new, |node| node.parent()).take(MOST_LEVELS);
            raw.verdict == Verdict::Breaking && levels.any(|node| node == branch)
        };
        let (mut is_named, mut message) = (false, None);
        for raw in out.since(first).iter().filter(|raw| lies_in(raw)) {
            is_named |= raw.check.id == ID;
            message = message.or_else(|| Some(raw.message.clone()));
        }
        let Some(message) = message else { continue };
        out.forget(first, |raw| lies_in(raw) && raw.check.id != ID);
        if let (false, Some(check)) = (is_named, crate::check(ID)) {
            let message = format!("there is a new branch of `allOf`: {message}");
            out.added(check, branch, message).at("allOf").values("", branch.source());
        }
    }
}
