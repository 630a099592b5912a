//! What several rules look up in a definition, worked out at the first question: which operation has an id, which places
//! lead to an extension, which operations a policy acts on.
//!
//! Nothing here borrows from the document, so that a [`Context`] can be lent out for as short as a rule needs it.

use crate::dynamic;
use crate::mime::MimeTypes;
use crate::rule::PROPERTIES;
use crate::view::{Context, Operation, Reference, Target};
use crate::webhook;
use backshell_model::{FastMap, FastSet};
use backshell_package::{Origin, Properties};
use backshell_source::Node;
use std::cell::{Cell, OnceCell, RefCell};
use std::rc::Rc;

/// The answers that are already known.
#[derive(Default)]
pub(crate) struct Lookups {
    /// Indices of operations with an id, ordered by id.
    ids: OnceCell<Vec<usize>>,
    leads: OnceCell<Leads>,
    polling: OnceCell<Cover>,
    paging: OnceCell<Cover>,
    /// Where references to schemas lead.
    pub(crate) references: OnceCell<References>,
    callbacks: OnceCell<Marks>,
    /// What may still be looked at for questions about composed schemas: what an `allOf` leads to is shared by whoever refers
    /// to it, and each question walks there anew. Where the steps have run out, nobody can tell. Real connectors need a few
    /// thousand.
    pub(crate) steps: Steps<{ 1 << 18 }>,
    /// The first place at which one question alone ended, because of what it came to: others go on.
    pub(crate) deep: Steps<0>,
    /// What may still be looked at for all uses of dynamic extensions together. Real connectors need a few hundred.
    pub(crate) calls: Steps<200_000>,
    /// How many segments of paths may still be compared: enough for a thousand operations that all have the same method and
    /// four segments.
    pub(crate) segments: Steps<{ 1 << 22 }>,
    /// What is in lists of MIME types, by the list.
    pub(crate) mime_types: RefCell<FastMap<u32, Rc<MimeTypes>>>,
    /// For names of unknown extensions the extension that was meant.
    pub(crate) meant: RefCell<FastMap<String, Option<&'static str>>>,
}

/// What a document may cost for one kind of question: so many steps. A document that takes more is not judged to the end, and
/// the place where that began is remembered, so that nobody takes silence for praise.
#[derive(Default)]
pub(crate) struct Steps<const MOST: usize> {
    taken: Cell<usize>,
    /// The first node that was not looked at.
    ended: Cell<Option<u32>>,
}

/// Where references to schemas lead, for those that were followed and lead somewhere: for each node of the document the id
/// of its target, which is never 0.
pub(crate) struct References(Vec<Cell<u32>>);

/// Which nodes lead down to an extension, through references too. More may be marked than do: an example may hold what
/// looks like an extension. Whoever walks down the marked nodes along schemas finds every extension and nothing else.
#[derive(Default)]
pub(crate) struct Leads {
    /// To any of the `x-ms-dynamic-*` extensions.
    pub(crate) dynamic: Marks,
    /// To `"x-ms-notification-url": true`.
    pub(crate) notification_url: Marks,
}

/// A set of nodes.
#[derive(Default)]
pub(crate) struct Marks(Vec<u64>);

/// The operations that a policy template acts on.
#[derive(Default)]
pub(crate) struct Cover {
    everywhere: bool,
    /// Ids in lower case.
    ids: FastSet<String>,
}

impl<'d> Context<'d> {
    /// The operation with exactly this id; of several the first.
    pub(crate) fn operation_with_id(&self, id: &str) -> Option<&Operation<'d>> {
        let text = |index: &usize| self.operations.get(*index).and_then(Operation::id_text).unwrap_or_default();
        let ids = self.lookups.ids.get_or_init(|| {
            let mut ids: Vec<usize> = (0..self.operations.len()).filter(|index| !text(index).is_empty()).collect();
            ids.sort_by_key(text);
            ids
        });
        let index = ids.get(ids.partition_point(|index| text(index) < id))?;
        self.operations.get(*index).filter(|operation| operation.id_text() == Some(id))
    }

    /// Whether it is known which policies there are: they stand in the properties file, and a package without that file has
    /// none. A definition that is checked by itself says nothing about them.
    fn knows_policies(&self) -> bool {
        let is_absent = || {
            let is_package = self.package.origin != Origin::File && !self.is_refused;
            is_package && self.package.file(PROPERTIES).is_none()
        };
        self.package.properties.is_some() || is_absent()
    }

    /// The schemas in the bodies of operations that are, or lead to, the place of a callback's address.
    pub(crate) fn callbacks(&self) -> &Marks {
        self.lookups.callbacks.get_or_init(|| webhook::callbacks(self))
    }

    /// What leads to extensions.
    pub(crate) fn leads(&self) -> &Leads {
        self.lookups.leads.get_or_init(|| Leads::new(self))
    }
}

impl Operation<'_> {
    /// Whether the template `pollingtrigger` acts on it; `None` when nobody knows which policies there are.
    pub(crate) fn is_polled_by_policy(&self, context: &Context<'_>) -> Option<bool> {
        let cover = || context.lookups.polling.get_or_init(|| Cover::new(context, "pollingtrigger"));
        context.knows_policies().then(|| cover().has(self))
    }

    /// Whether the template `updatenextlink` acts on it; `None` when nobody knows which policies there are.
    pub(crate) fn is_paged_by_policy(&self, context: &Context<'_>) -> Option<bool> {
        let cover = || context.lookups.paging.get_or_init(|| Cover::new(context, "updatenextlink"));
        context.knows_policies().then(|| cover().has(self))
    }
}

impl Leads {
    /// One pass over the document, and one over what the extensions stand in.
    fn new(context: &Context<'_>) -> Self {
        let (mut dynamic, mut notification_url, mut references) = (Vec::new(), Vec::new(), Vec::new());
        let [values, list, schema, properties, tree] = dynamic::Kind::ALL.map(dynamic::Kind::as_str);
        let names = ["$ref", "x-ms-notification-url", values, list, schema, properties, tree];
        for node in context.root.document().named(&names) {
            match node.key() {
                Some("$ref") => references.push(node),
                Some("x-ms-notification-url") if node.as_bool() != Some(true) => {}
                Some("x-ms-notification-url") => notification_url.push(node),
                _ => dynamic.push(node),
            }
        }
        if dynamic.is_empty() && notification_url.is_empty() {
            return Self::default();
        }
        let definitions = context.root.get("definitions");
        let mut users: FastMap<u32, Vec<Node<'_>>> = FastMap::default();
        for node in references {
            if let Ok(Some(schema)) = context.resolve(&Reference { node, target: Target::Schema }) {
                users.entry(schema.id()).or_default().push(node);
            }
        }
        Self {
            dynamic: Marks::leading_to(dynamic, definitions, &users),
            notification_url: Marks::leading_to(notification_url, definitions, &users),
        }
    }
}

impl Lookups {
    /// Where work was given up because there was too much of it, and what is not judged therefore.
    pub(crate) fn ended(&self) -> impl Iterator<Item = (u32, &'static str)> {
        [
            (self.steps.ended.get(), "here and in places after it, what `allOf` puts together is not followed"),
            (self.deep.ended.get(), "this is too deep or has too many parts, and is not looked into"),
            (self.calls.ended.get(), "here and in places after it, calls of dynamic extensions are not looked at"),
            (self.segments.ended.get(), "here and in places after it, paths are not compared with each other"),
        ]
        .into_iter()
        .filter_map(|(node, what)| Some((node?, what)))
    }
}

impl<const MOST: usize> Steps<MOST> {
    /// Takes so many steps to look at `node`; `false` when there are not so many left.
    pub(crate) fn take(&self, steps: usize, node: Node<'_>) -> bool {
        let taken = self.taken.get().saturating_add(steps);
        if taken > MOST {
            self.end(node);
            return false;
        }
        self.taken.set(taken);
        true
    }

    /// Counts steps that were made already.
    pub(crate) fn count(&self, steps: usize) {
        self.taken.set(self.taken.get().saturating_add(steps));
    }

    /// Nothing more is looked at for a question that has come to `node`.
    pub(crate) fn end(&self, node: Node<'_>) {
        if self.ended.get().is_none() {
            self.ended.set(Some(node.id()));
        }
    }
}

impl References {
    /// A document of this many nodes, of which no reference was followed yet.
    pub(crate) fn new(nodes: usize) -> Self {
        Self(vec![Cell::new(0); nodes])
    }

    /// What `reference` leads to.
    pub(crate) fn target(&self, reference: Node<'_>) -> Option<u32> {
        self.0.get(reference.id() as usize).map(Cell::get).filter(|target| *target != 0)
    }

    /// `reference` leads to `target`.
    pub(crate) fn remember(&self, reference: Node<'_>, target: Node<'_>) {
        if let Some(entry) = self.0.get(reference.id() as usize) {
            entry.set(target.id());
        }
    }
}

impl Marks {
    /// Everything that `nodes` stand in, and everything that refers to a definition among that. `users` has the
    /// references to each definition.
    fn leading_to<'d>(
        mut nodes: Vec<Node<'d>>,
        definitions: Option<Node<'d>>,
        users: &FastMap<u32, Vec<Node<'d>>>,
    ) -> Self {
        let mut marks = Self::default();
        while let Some(node) = nodes.pop() {
            for ancestor in node.ancestors() {
                if !marks.insert(ancestor.id()) {
                    break;
                }
                if definitions.is_some() && ancestor.parent() == definitions {
                    nodes.extend(users.get(&ancestor.id()).into_iter().flatten());
                }
            }
        }
        marks
    }

    /// Marks a node; `false` when it was marked before.
    pub(crate) fn insert(&mut self, id: u32) -> bool {
        let (word, bit) = (id as usize / 64, 1 << (id % 64));
        if self.0.len() <= word {
            self.0.resize(word + 1, 0);
        }
        self.0.get_mut(word).is_some_and(|word| {
            let is_new = *word & bit == 0;
            *word |= bit;
            is_new
        })
    }

    /// Whether the node is marked.
    pub(crate) fn contains(&self, node: Node<'_>) -> bool {
        self.0.get(node.id() as usize / 64).is_some_and(|word| word & (1 << (node.id() % 64)) != 0)
    }

    /// Whether nothing is marked.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Cover {
    fn new(context: &Context<'_>, template: &str) -> Self {
        let mut cover = Self::default();
        let policies = context.package.properties.iter().flat_map(Properties::policies);
        for policy in policies.filter(|policy| policy.template_id == template) {
            cover.everywhere |= policy.applies_everywhere();
            cover.ids.extend(policy.operations.iter().map(|id| id.to_ascii_lowercase()));
        }
        cover
    }

    fn has(&self, operation: &Operation<'_>) -> bool {
        self.everywhere || operation.id_text().is_some_and(|id| self.ids.contains(&id.to_ascii_lowercase()))
    }
}
