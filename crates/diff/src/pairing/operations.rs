//! Operations: by id and place, then by place, then by id.

use super::Pairing;
use crate::shape::Shape;
use crate::view::Operation;
use std::collections::{HashMap, HashSet};
use std::hash::Hash;
use std::rc::Rc;

/// The pairing. An operation that kept its method and path is the same one whatever it is called; one that kept its id
/// is the same one where its old place is gone and its new place is new.
pub(super) fn pair<'d>(old: &[Rc<Operation<'d>>], new: &[Rc<Operation<'d>>]) -> Pairing<Rc<Operation<'d>>> {
    let mut pairing = Pairing { removed: old.to_vec(), added: new.to_vec(), ..Pairing::default() };
    let (old_places, new_places) = (counts(old, place), counts(new, place));
    let (old_ids, new_ids) = (counts(old, id), counts(new, id));
    pairing.pairs = pairing.take_by_key(|operation| (id(operation), place(operation)));
    let unique_place = |operation: &Rc<Operation<'d>>| {
        let place = place(operation);
        old_places.get(&place).is_none_or(|count| *count == 1) && new_places.get(&place).is_none_or(|count| *count == 1)
    };
    pairing.take_where(unique_place, place);
    let unique_id = |operation: &Rc<Operation<'d>>| {
        let id = id(operation);
        id.is_some() && old_ids.get(&id) == Some(&1) && new_ids.get(&id) == Some(&1)
    };
    let reused = reused(&pairing);
    let kept = |operation: &Rc<Operation<'d>>| id(operation).is_some_and(|id| !reused.contains(id));
    pairing.take_where(|operation| unique_id(operation) && kept(operation), id);
    pairing.take_where(|_| true, |operation| (operation.method(), operation.path_template()));
    pairing
}

/// The ids that name something else now: another method on another path, or another path, without anything in common.
fn reused<'d>(left: &Pairing<Rc<Operation<'d>>>) -> HashSet<&'d str> {
    let added: HashMap<_, _> = left.added.iter().map(|operation| (id(operation), operation)).collect();
    let pairs = left.removed.iter().filter_map(|old| Some((old, *added.get(&id(old))?)));
    let others = pairs.filter(|(old, new)| old.normalised != new.normalised && have_nothing_in_common(old, new));
    others.filter_map(|(old, _)| id(old)).collect()
}

/// Whether neither inputs nor outputs of two operations are alike in any part, and both have some.
fn have_nothing_in_common(old: &Operation<'_>, new: &Operation<'_>) -> bool {
    let inputs = |operation: &Operation<'_>| -> HashSet<String> {
        let bodies = operation.body_parameter().and_then(|body| Some(Shape::of(body.schema()?.node())));
        let fields = bodies.iter().flat_map(|shape| shape.properties().iter().map(|(name, _)| *name));
        let names = operation.parameters.iter().filter(|parameter| parameter.schema().is_none());
        names.map(|parameter| parameter.name).chain(fields).map(str::to_lowercase).collect()
    };
    let outputs = |operation: &Operation<'_>| -> HashSet<String> {
        let schema = operation.success_responses().find_map(|response| Some(response.schema()?.node()));
        let shape = schema.map(Shape::of);
        let items = shape.as_ref().and_then(Shape::items).map(Shape::of);
        let fields = shape.iter().chain(&items).flat_map(|shape| shape.properties().iter());
        let kind = shape.as_ref().and_then(Shape::kind).filter(|kind| *kind != "object");
        fields.map(|(name, _)| name.to_lowercase()).chain(kind.map(str::to_owned)).collect()
    };
    let (inputs, outputs) = ((inputs(old), inputs(new)), (outputs(old), outputs(new)));
    let all = [&inputs, &outputs];
    all.iter().all(|(one, two)| one.is_disjoint(two)) && all.iter().any(|(one, two)| !one.is_empty() && !two.is_empty())
}

impl<T: Clone> Pairing<T> {
    /// Pairs by key among the leftovers that qualify.
    fn take_where<K: Eq + Hash>(&mut self, qualifies: impl Fn(&T) -> bool, key: impl Fn(&T) -> K) {
        let split = |things: &mut Vec<T>| std::mem::take(things).into_iter().partition::<Vec<T>, _>(&qualifies);
        let ((removed, kept_old), (added, kept_new)) = (split(&mut self.removed), split(&mut self.added));
        let mut found = Self { removed, added, ..Self::default() };
        let pairs = found.take_by_key(key);
        self.pairs.extend(pairs);
        self.removed = kept_old;
        self.removed.extend(found.removed);
        self.added = kept_new;
        self.added.extend(found.added);
    }
}

fn id<'d>(operation: &Rc<Operation<'d>>) -> Option<&'d str> {
    operation.id()
}

fn place(operation: &Rc<Operation<'_>>) -> (backshell_package::Method, String) {
    (operation.method(), operation.normalised.clone())
}

fn counts<T, K: Eq + Hash>(things: &[T], key: impl Fn(&T) -> K) -> HashMap<K, usize> {
    let mut counts = HashMap::with_capacity(things.len());
    for thing in things {
        *counts.entry(key(thing)).or_default() += 1;
    }
    counts
}
