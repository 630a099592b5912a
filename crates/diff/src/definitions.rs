//! The named schemas of one version, what they refer to, and who refers to them.

use crate::references;
use crate::view::Version;
use backshell_model::FastMap;
use backshell_package::Swagger;
use backshell_source::Node;

/// The most steps that are taken to find out which operations a definition belongs to.
const MOST_STEPS: usize = 2_000_000;

/// A reference within a definition.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reference<'d> {
    /// The object with the `$ref`.
    pub(crate) node: Node<'d>,
    /// The number of the definition that it leads to, or into.
    pub(crate) target: usize,
}

/// The definitions, each with a number.
#[derive(Default)]
pub(crate) struct Definitions<'d> {
    list: Vec<(&'d str, Node<'d>)>,
    names: FastMap<&'d str, usize>,
    references: Vec<Vec<Reference<'d>>>,
    /// For each definition the number of the circle that it is part of.
    circles: Vec<usize>,
}

impl<'d> Definitions<'d> {
    /// The definitions of a version.
    pub(crate) fn of(swagger: Swagger<'d>) -> Self {
        let list: Vec<_> = swagger.definitions().into_iter().map(|(name, schema)| (name, schema.node())).collect();
        let names = list.iter().enumerate().map(|(number, (name, _))| (*name, number)).collect();
        let mut definitions = Self { list, names, references: Vec::new(), circles: Vec::new() };
        let references: Vec<Vec<_>> =
            definitions.list.iter().map(|(_, node)| definitions.references_below(*node)).collect();
        definitions.references = references;
        definitions.circles = definitions.find_circles();
        definitions
    }

    /// Name and schema, in document order.
    pub(crate) fn list(&self) -> &[(&'d str, Node<'d>)] {
        &self.list
    }

    /// The number of a definition.
    pub(crate) fn number(&self, name: &str) -> Option<usize> {
        self.names.get(name).copied()
    }

    /// The references within a definition.
    pub(crate) fn references(&self, number: usize) -> &[Reference<'d>] {
        self.references.get(number).map(Vec::as_slice).unwrap_or_default()
    }

    /// The references in or below any value that lead to definitions.
    pub(crate) fn references_below(&self, node: Node<'d>) -> Vec<Reference<'d>> {
        let target = |holder: Node<'d>| {
            let text = holder.get("$ref")?.as_str()?;
            let target = Swagger::new(holder.document().root()).resolve_ref(text)?;
            self.enclosing(target)
        };
        let holders = references::below(node).into_iter();
        holders.filter_map(|node| Some(Reference { node, target: target(node)? })).collect()
    }

    /// The definition that a value stands in.
    pub(crate) fn enclosing(&self, node: Node<'d>) -> Option<usize> {
        std::iter::once(node).chain(node.ancestors()).find_map(|node| {
            let number = self.number(node.key()?)?;
            self.list.get(number).filter(|(_, definition)| *definition == node).map(|_| number)
        })
    }

    /// Whether a reference within a definition leads back to it, through others or at once.
    pub(crate) fn is_circular(&self, from: usize, to: usize) -> bool {
        let circle = |number: usize| self.circles.get(number);
        circle(from).is_some() && circle(from) == circle(to)
    }

    /// Whether a definition leads back to itself.
    pub(crate) fn is_recursive(&self, number: usize) -> bool {
        self.references(number).iter().any(|reference| self.is_circular(number, reference.target))
    }

    /// For each definition whether it can be reached from one of these.
    pub(crate) fn reach(&self, from: impl IntoIterator<Item = usize>) -> Vec<bool> {
        let mut seen = vec![false; self.list.len()];
        let mut waiting: Vec<usize> = from.into_iter().collect();
        while let Some(number) = waiting.pop() {
            if let Some(seen) = seen.get_mut(number).filter(|seen| !**seen) {
                *seen = true;
                waiting.extend(self.references(number).iter().map(|reference| reference.target));
            }
        }
        seen
    }

    /// Numbers the circles: two definitions are in one when each leads to the other.
    fn find_circles(&self) -> Vec<usize> {
        let mut backwards = vec![Vec::new(); self.list.len()];
        for (from, references) in self.references.iter().enumerate() {
            for reference in references {
                backwards.get_mut(reference.target).into_iter().for_each(|list| list.push(from));
            }
        }
        let mut circles = vec![usize::MAX; self.list.len()];
        for (circle, start) in self.order_of_leaving().into_iter().rev().enumerate() {
            let mut waiting = vec![start];
            while let Some(number) = waiting.pop() {
                if let Some(own) = circles.get_mut(number).filter(|own| **own == usize::MAX) {
                    *own = circle;
                    waiting.extend(backwards.get(number).into_iter().flatten());
                }
            }
        }
        // A circle of one is one only where the definition refers to itself; `is_circular` is asked about references only.
        circles
    }

    /// The definitions in the order in which a walk along the references leaves them for good.
    fn order_of_leaving(&self) -> Vec<usize> {
        let mut seen = vec![false; self.list.len()];
        let mut order = Vec::with_capacity(self.list.len());
        for start in 0..self.list.len() {
            let mut way = vec![(start, 0)];
            while let Some((number, next)) = way.last_mut() {
                let number = *number;
                if *next == 0 {
                    match seen.get_mut(number).filter(|seen| !**seen) {
                        Some(seen) => *seen = true,
                        None => {
                            way.pop();
                            continue;
                        }
                    }
                }
                match self.references(number).get(*next) {
                    Some(reference) => {
                        *next += 1;
                        way.push((reference.target, 0));
                    }
                    None => {
                        order.push(number);
                        way.pop();
                    }
                }
            }
        }
        order
    }
}

/// The definitions of a version with the operations that use them.
pub(crate) struct Users<'a, 'd> {
    definitions: &'a Definitions<'d>,
    /// For each operation the definitions that its body refers to, and those that what it returns does.
    roots: Vec<(Vec<usize>, Vec<usize>)>,
    backwards: Vec<Vec<usize>>,
    steps: usize,
}

impl<'a, 'd> Users<'a, 'd> {
    /// The users among the operations of the version.
    pub(crate) fn of(definitions: &'a Definitions<'d>, version: &Version<'d>) -> Self {
        let targets = |node: Node<'d>| {
            let references = definitions.references_below(node).into_iter();
            references.map(|reference| reference.target).collect::<Vec<_>>()
        };
        let roots = version.operations.iter().map(|operation| {
            let body = operation.body_parameter().and_then(|body| Some(body.schema()?.node()));
            let returned = operation.success_responses().filter_map(|response| Some(response.schema()?.node()));
            let returned = returned.chain(operation.notification()).flat_map(targets).collect();
            (body.map(targets).unwrap_or_default(), returned)
        });
        let mut backwards = vec![Vec::new(); definitions.list.len()];
        for (from, references) in definitions.references.iter().enumerate() {
            for reference in references {
                backwards.get_mut(reference.target).into_iter().for_each(|list| list.push(from));
            }
        }
        Self { definitions, roots: roots.collect(), backwards, steps: 0 }
    }

    /// For each definition whether it is sent, and whether it is returned.
    pub(crate) fn directions(&self) -> (Vec<bool>, Vec<bool>) {
        let sent = self.definitions.reach(self.roots.iter().flat_map(|(sent, _)| sent).copied());
        let returned = self.definitions.reach(self.roots.iter().flat_map(|(_, returned)| returned).copied());
        (sent, returned)
    }

    /// The numbers of the operations that a definition belongs to. Empty where it would take too long to find out.
    pub(crate) fn operations(&mut self, number: usize) -> Vec<usize> {
        if self.steps > MOST_STEPS {
            return Vec::new();
        }
        let mut leads = vec![false; self.backwards.len()];
        let mut waiting = vec![number];
        self.steps += self.backwards.len() + self.roots.len();
        while let Some(number) = waiting.pop() {
            if let Some(leads) = leads.get_mut(number).filter(|leads| !**leads) {
                *leads = true;
                let from = self.backwards.get(number).map(Vec::as_slice).unwrap_or_default();
                self.steps += from.len();
                waiting.extend(from);
            }
        }
        let uses = |roots: &&(Vec<usize>, Vec<usize>)| {
            roots.0.iter().chain(&roots.1).any(|number| leads.get(*number) == Some(&true))
        };
        let users = self.roots.iter().enumerate().filter(|(_, roots)| uses(roots));
        users.map(|(number, _)| number).collect()
    }
}
