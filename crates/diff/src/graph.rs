//! Pairs of schemas as a graph: each pair once, however many operations and paths lead to it.

use crate::check::Direction;
use crate::schema_pair::{Role, Step};
use backshell_model::FastMap;
use backshell_package::Schema;
use backshell_source::Node;
use memchr::memmem;
use std::collections::{HashMap, HashSet, VecDeque};
use std::rc::Rc;

/// The most pairs that are looked at.
pub(crate) const MOST_PAIRS: usize = 250_000;
/// The deepest nesting that is looked at, from the body or response on.
pub(crate) const MOST_DEPTH: u32 = 64;
/// The most steps that are taken to find out which operations a change concerns.
const MOST_STEPS: usize = 2_000_000;
/// The most bytes of places by names that are kept for that.
const MOST_PLACE_BYTES: usize = 16 << 20;

/// Which pair it is: old schema, new schema, direction and role. The same two schemas are another pair in another role.
type Key = (u32, u32, Direction, Role);

/// A pair waiting to be looked at.
#[derive(Clone, Copy)]
pub(crate) struct Waiting<'d> {
    /// Its number.
    pub(crate) pair: usize,
    /// The old schema as it stands.
    pub(crate) old: Node<'d>,
    /// The new schema as it stands.
    pub(crate) new: Node<'d>,
    /// Which way it travels.
    pub(crate) direction: Direction,
    /// What it is.
    pub(crate) role: Role,
    depth: u32,
}

/// The pairs found so far, and those to be looked at.
#[derive(Default)]
pub(crate) struct Graph<'d> {
    numbers: FastMap<Key, usize>,
    children: Vec<Vec<(usize, Step<'d>)>>,
    /// Operation, what leads to the schema by name, pair.
    roots: Vec<(usize, String, usize)>,
    /// The pairs that webhooks send.
    notifications: HashSet<usize>,
    waiting: VecDeque<Waiting<'d>>,
    was_cut_at: Option<(Node<'d>, Node<'d>)>,
}

/// Who is concerned by the changes of a pair: the numbers of operations in order, each with the place by names below it.
pub(crate) type Concerned = Vec<(usize, Rc<str>)>;

impl<'d> Graph<'d> {
    /// Adds what stands at the top of a body, response and the like of `operation`.
    pub(crate) fn add_root(
        &mut self,
        operation: usize,
        locus: &str,
        (old, new): (Node<'d>, Node<'d>),
        direction: Direction,
        role: Role,
    ) {
        if let Some(pair) = self.number(old, new, direction, role, 0) {
            if role == Role::Notification {
                self.notifications.insert(pair);
            }
            self.roots.push((operation, locus.to_owned(), pair));
        }
    }

    /// Adds a schema within the one that is being looked at.
    pub(crate) fn add_child(&mut self, parent: &Waiting<'d>, step: Step<'d>, role: Role, old: Node<'d>, new: Node<'d>) {
        if let Some(pair) = self.number(old, new, parent.direction, role, parent.depth + 1) {
            self.children.get_mut(parent.pair).into_iter().for_each(|children| children.push((pair, step)));
        }
    }

    /// The next pair to look at: those with the shortest way first, so that the depth of a pair is its least one.
    pub(crate) fn next(&mut self) -> Option<Waiting<'d>> {
        self.waiting.pop_front()
    }

    /// Where the walk had to stop, if it had to.
    pub(crate) fn was_cut_at(&self) -> Option<(Node<'d>, Node<'d>)> {
        self.was_cut_at
    }

    /// Says that a pair could not be looked at in full.
    pub(crate) fn cut(&mut self, old: Node<'d>, new: Node<'d>) {
        self.was_cut_at.get_or_insert((old, new));
    }

    fn number(&mut self, old: Node<'d>, new: Node<'d>, direction: Direction, role: Role, depth: u32) -> Option<usize> {
        if is_plainly_equal(old, new) {
            return None;
        }
        let (old_target, new_target) = (Schema::new(old).target(), Schema::new(new).target());
        if is_plainly_equal(old_target, new_target) {
            return None;
        }
        let key = (old_target.id(), new_target.id(), direction, role);
        if let Some(pair) = self.numbers.get(&key) {
            return Some(*pair);
        }
        if self.children.len() >= MOST_PAIRS || depth > MOST_DEPTH {
            self.cut(old, new);
            return None;
        }
        let pair = self.children.len();
        self.numbers.insert(key, pair);
        self.children.push(Vec::new());
        self.waiting.push_back(Waiting { pair, old, new, direction, role, depth });
        Some(pair)
    }

    /// Which operations reach each of the `changed` pairs, and how; `order` lists the operations. The flag says that it would have taken too long to list all.
    pub(crate) fn concerned(&self, changed: &[usize], order: &[usize]) -> (HashMap<usize, Concerned>, bool) {
        let mut found: HashMap<usize, Concerned> = changed.iter().map(|pair| (*pair, Concerned::default())).collect();
        if found.is_empty() {
            return (found, false);
        }
        let leads = self.leading_to(changed);
        let mut roots: HashMap<usize, Vec<(&str, usize)>> = HashMap::new();
        for (operation, locus, pair) in &self.roots {
            roots.entry(*operation).or_default().push((locus, *pair));
        }
        let mut seen = vec![usize::MAX; self.children.len()];
        let (mut steps, mut room) = (0, MOST_PLACE_BYTES);
        for (round, operation) in order.iter().enumerate() {
            // Each entry: pair, the entry it was reached from, how.
            let mut reached: Vec<(usize, usize, Way<'_>)> = Vec::new();
            let visit = |pair: usize, from: usize, way, reached: &mut Vec<_>, seen: &mut Vec<usize>| {
                if leads.get(pair) == Some(&true) && seen.get(pair).is_some_and(|last| *last != round) {
                    seen.get_mut(pair).into_iter().for_each(|last| *last = round);
                    reached.push((pair, from, way));
                }
            };
            for (locus, pair) in roots.remove(operation).unwrap_or_default() {
                visit(pair, usize::MAX, Way::Root(locus), &mut reached, &mut seen);
            }
            let mut at = 0;
            while let Some((pair, ..)) = reached.get(at).copied() {
                if let Some(concerned) = found.get_mut(&pair) {
                    let locus = locus_of(&reached, at);
                    // Most operations reach a schema alike.
                    let locus = match concerned.last().filter(|(_, last)| **last == *locus) {
                        Some((_, last)) => Rc::clone(last),
                        None => {
                            room = room.saturating_sub(locus.len());
                            Rc::from(locus)
                        }
                    };
                    concerned.push((*operation, locus));
                }
                let children = self.children.get(pair).map(Vec::as_slice).unwrap_or_default();
                steps += 1 + children.len();
                if steps > MOST_STEPS || room == 0 {
                    return (found, true);
                }
                for (child, step) in children {
                    visit(*child, at, Way::Step(*step), &mut reached, &mut seen);
                }
                at += 1;
            }
        }
        (found, false)
    }

    /// For each pair whether only what webhooks send leads to it. Empty where no webhook does.
    pub(crate) fn sent_only(&self) -> Vec<bool> {
        let mut roots = self.roots.iter().partition::<Vec<_>, _>(|(_, _, pair)| self.notifications.contains(pair));
        if roots.0.is_empty() {
            return Vec::new();
        }
        let reach = |roots: &mut Vec<&(usize, String, usize)>| {
            let mut reached = vec![false; self.children.len()];
            let mut waiting: Vec<usize> = roots.drain(..).map(|(_, _, pair)| *pair).collect();
            while let Some(pair) = waiting.pop() {
                if let Some(is_reached) = reached.get_mut(pair).filter(|is_reached| !**is_reached) {
                    *is_reached = true;
                    waiting.extend(self.children.get(pair).into_iter().flatten().map(|(child, _)| *child));
                }
            }
            reached
        };
        let (sent, other) = (reach(&mut roots.0), reach(&mut roots.1));
        sent.into_iter().zip(other).map(|(sent, other)| sent && !other).collect()
    }

    /// For each pair whether one of the `changed` ones can be reached from it.
    fn leading_to(&self, changed: &[usize]) -> Vec<bool> {
        let mut parents: Vec<Vec<usize>> = vec![Vec::new(); self.children.len()];
        for (parent, children) in self.children.iter().enumerate() {
            for (child, _) in children {
                parents.get_mut(*child).into_iter().for_each(|parents| parents.push(parent));
            }
        }
        let mut leads = vec![false; self.children.len()];
        let mut waiting = changed.to_vec();
        while let Some(pair) = waiting.pop() {
            if let Some(leads) = leads.get_mut(pair).filter(|leads| !**leads) {
                *leads = true;
                waiting.extend(parents.get(pair).into_iter().flatten());
            }
        }
        leads
    }
}

/// How a pair was reached.
#[derive(Clone, Copy)]
enum Way<'g> {
    Root(&'g str),
    Step(Step<'g>),
}

/// The names on the way to an entry.
fn locus_of(reached: &[(usize, usize, Way<'_>)], mut at: usize) -> String {
    let mut names = Vec::new();
    while let Some((_, from, way)) = reached.get(at) {
        names.push(match way {
            Way::Root(locus) => (*locus).to_owned(),
            Way::Step(Step::Property(name)) => backshell_source::escape_token(name).into_owned(),
            Way::Step(Step::Items) => "[]".to_owned(),
            Way::Step(Step::MapValue) => "{}".to_owned(),
        });
        at = *from;
    }
    names.reverse();
    names.join("/")
}

/// Whether two values are written alike and hold nothing whose meaning depends on the rest of the document.
fn is_plainly_equal(old: Node<'_>, new: Node<'_>) -> bool {
    let (one, two) = (old.source(), new.source());
    one == two
        && memmem::find(one.as_bytes(), b"\"$ref\"").is_none()
        && memmem::find(one.as_bytes(), b"\"x-ms-dynamic").is_none()
}
