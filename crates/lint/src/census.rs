//! How many schemas stand behind a schema once its references are followed, and how deep they are nested.
//!
//! One for each schema object on the way through `properties`, `items`, `additionalProperties` and `allOf`. A reference is
//! no schema of its own: it brings the whole tree of what it leads to. A definition that the way has already come through
//! counts one and is not entered again; a reference that leads nowhere counts one too.
//!
//! Counting by walking would take time in proportion to the count, and references shared twice over make that exponential.
//! So every definition is measured once and its measure reused. That is exact wherever definitions do not lead back to
//! themselves. Those that do form groups; what is behind a definition of a group depends on the way taken inside the group
//! and on nothing outside it, so that only the ways inside are walked, one walk for each definition by which the group is
//! entered. Each step of such a walk finds at least one schema more, and a document may take as many steps as
//! [`MOST_IN_TOTAL`] allows it schemas: where the steps run out, the measure is a lower bound and the limit is passed.

use crate::circles;
use crate::view::{Context, Operation, Reference, Target, children};
use backshell_model::FastMap;
use backshell_source::Node;

/// The most schemas in one body or response.
pub(crate) const MOST_IN_BODY: u64 = 512;
/// The most schemas in the bodies of one operation.
pub(crate) const MOST_IN_OPERATION: u64 = 16_384;
/// The most schemas in a document.
pub(crate) const MOST_IN_TOTAL: u64 = 4_194_304;
/// The deepest nesting of schemas in one body or response.
pub(crate) const DEEPEST: u64 = 16;

/// The schemas of a document.
#[derive(Default)]
pub(crate) struct Census<'d> {
    /// The schemas that operations take, answer and send, each once, in the order in which operations come to them.
    pub(crate) bodies: Vec<Body<'d>>,
    /// Every definition that is an object.
    pub(crate) definitions: Vec<Definition<'d>>,
    /// The number of schemas of each operation, in the order of [`Context::operations`].
    pub(crate) operations: Vec<u64>,
    /// The groups of definitions that lead back to themselves.
    pub(crate) circles: Vec<Vec<Node<'d>>>,
}

/// A schema that an operation uses.
pub(crate) struct Body<'d> {
    /// The schema.
    pub(crate) schema: Node<'d>,
    /// What it is used for.
    pub(crate) purpose: Purpose,
    /// What is behind it.
    pub(crate) measure: Measure,
}

/// What a schema is used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// The body of a request.
    Request,
    /// The body of an answer.
    Response,
    /// What a webhook sends.
    Notification,
}

/// A member of `definitions`.
pub(crate) struct Definition<'d> {
    /// The schema.
    pub(crate) schema: Node<'d>,
    /// What is behind it; at least this where it could not be counted to the end.
    pub(crate) measure: Measure,
}

/// What is behind a schema, itself included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Measure {
    /// The number of schemas.
    pub(crate) nodes: u64,
    /// The greatest number of schemas within each other.
    pub(crate) depth: u64,
}

impl Measure {
    /// Adds what stands at this depth, where 1 is the place of the schema itself.
    fn add(&mut self, behind: Self, at: u64) {
        self.nodes = self.nodes.saturating_add(behind.nodes);
        self.depth = self.depth.max(at.saturating_sub(1).saturating_add(behind.depth));
    }

    const ONE: Self = Self { nodes: 1, depth: 1 };
}

impl<'d> Census<'d> {
    /// Counts the schemas of a document.
    pub(crate) fn new(context: &Context<'d>) -> Self {
        let mut counter = Counter::new(context);
        let uses: Vec<_> = context.operations.iter().map(|operation| counter.uses(context, operation)).collect();
        let (measures, circles) = counter.definitions();
        let bodies: Vec<_> = counter
            .bodies
            .iter()
            .map(|(schema, purpose, shape)| Body {
                schema: *schema,
                purpose: *purpose,
                measure: shape.folded(&measures, |_| true),
            })
            .collect();
        let nodes = |of: &Vec<usize>| {
            let bodies = of.iter().filter_map(|number| bodies.get(*number));
            bodies.fold(0, |sum: u64, body| sum.saturating_add(body.measure.nodes))
        };
        let operations = uses.iter().map(nodes).collect();
        let definitions = counter.schemas.iter().zip(measures);
        let definitions = definitions.map(|(schema, measure)| Definition { schema: *schema, measure }).collect();
        Self { bodies, definitions, operations, circles }
    }

    /// The number of schemas in the bodies of all operations.
    pub(crate) fn total(&self) -> u64 {
        self.operations.iter().fold(0, |sum, nodes| sum.saturating_add(*nodes))
    }
}

/// What is written in one place: the schemas there, and the references out of it.
#[derive(Default)]
struct Shape {
    written: Measure,
    /// The number of the definition and the depth at which the reference stands.
    references: Vec<(usize, u64)>,
}

impl Shape {
    /// What is written, and what is behind those references that `follow` takes.
    fn folded(&self, measures: &[Measure], follow: impl Fn(usize) -> bool) -> Measure {
        let mut measure = self.written;
        for &(target, at) in self.references.iter().filter(|(target, _)| follow(*target)) {
            measure.add(measures.get(target).copied().unwrap_or(Measure::ONE), at);
        }
        measure
    }
}

struct Counter<'d> {
    /// The definitions, and the number of each by the id of its node.
    schemas: Vec<Node<'d>>,
    numbers: FastMap<u32, usize>,
    shapes: Vec<Shape>,
    bodies: Vec<(Node<'d>, Purpose, Shape)>,
    seen: FastMap<u32, usize>,
}

impl<'d> Counter<'d> {
    fn new(context: &Context<'d>) -> Self {
        let members = context.root.get("definitions").into_iter().flat_map(Node::visible_members);
        let schemas: Vec<_> = members.filter(|member| member.value.is_object()).map(|member| member.value).collect();
        let numbers = schemas.iter().enumerate().map(|(number, schema)| (schema.id(), number)).collect();
        let mut counter = Self { schemas, numbers, shapes: Vec::new(), bodies: Vec::new(), seen: FastMap::default() };
        counter.shapes = counter.schemas.iter().map(|schema| counter.shape(context, *schema)).collect();
        counter
    }

    /// The numbers of the bodies that an operation uses, one for each use.
    fn uses(&mut self, context: &Context<'d>, operation: &Operation<'d>) -> Vec<usize> {
        let mut uses = Vec::new();
        for parameter in operation.parameters.iter().filter(|parameter| parameter.location == "body") {
            uses.extend(parameter.node.get("schema").map(|schema| (schema, Purpose::Request)));
        }
        for response in context.responses(operation) {
            let schema = response.node.and_then(|node| node.get("schema"));
            uses.extend(schema.map(|schema| (schema, Purpose::Response)));
        }
        let notification = operation.notification_content().and_then(|content| content.get("schema"));
        uses.extend(notification.map(|schema| (schema, Purpose::Notification)));
        uses.into_iter().map(|(schema, purpose)| self.body(context, schema, purpose)).collect()
    }

    fn body(&mut self, context: &Context<'d>, schema: Node<'d>, purpose: Purpose) -> usize {
        if let Some(number) = self.seen.get(&schema.id()) {
            return *number;
        }
        let number = self.bodies.len();
        self.bodies.push((schema, purpose, self.shape(context, schema)));
        self.seen.insert(schema.id(), number);
        number
    }

    fn shape(&self, context: &Context<'d>, schema: Node<'d>) -> Shape {
        let mut shape = Shape::default();
        let mut waiting = vec![(schema, 1)];
        while let Some((node, depth)) = waiting.pop() {
            if !node.is_object() {
                continue;
            }
            // What stands beside a reference does not count.
            let Some(reference) = node.get("$ref") else {
                shape.written.add(Measure::ONE, depth);
                children(node).for_each(|child| waiting.push((child, depth + 1)));
                continue;
            };
            let target = context.resolve(&Reference { node: reference, target: Target::Schema }).ok().flatten();
            match target.and_then(|target| self.numbers.get(&target.id())) {
                Some(number) => shape.references.push((*number, depth)),
                None => shape.written.add(Measure::ONE, depth),
            }
        }
        shape
    }

    /// The measure of every definition, and the groups of definitions that lead back to themselves.
    fn definitions(&self) -> (Vec<Measure>, Vec<Vec<Node<'d>>>) {
        let edges: Vec<Vec<usize>> =
            self.shapes.iter().map(|shape| shape.references.iter().map(|(target, _)| *target).collect()).collect();
        let groups = circles::groups(&edges);
        let mut walk = Walk {
            inner: self.shapes.iter().map(|_| Inner::default()).collect(),
            on_the_way: vec![false; edges.len()],
            steps: MOST_IN_TOTAL.saturating_add(1),
            spare_steps: MOST_IN_TOTAL,
        };
        let mut group_of = vec![usize::MAX; edges.len()];
        for (number, group) in groups.iter().enumerate() {
            for &member in group {
                set(&mut group_of, member, number);
            }
        }
        let entered = self.entered(&edges, &group_of);
        let mut measures = vec![Measure::default(); edges.len()];
        let mut circles = Vec::new();
        // What a group leads to comes before it.
        for (number, group) in groups.iter().enumerate() {
            let inside = |target: usize| group_of.get(target) == Some(&number);
            for &member in group {
                let Some(shape) = self.shapes.get(member) else { continue };
                let written = shape.folded(&measures, |target| !inside(target));
                let ways = shape.references.iter().filter(|(target, _)| inside(*target)).copied().collect();
                set(&mut walk.inner, member, Inner { written, ways });
            }
            if group.iter().any(|member| walk.inner.get(*member).is_some_and(|inner| !inner.ways.is_empty())) {
                circles.push(group.iter().filter_map(|member| self.schemas.get(*member)).copied().collect());
            }
            for &member in group {
                let measure = walk.measure(member, entered.get(member) == Some(&true));
                set(&mut measures, member, measure);
            }
        }
        (measures, circles)
    }

    /// Whether each definition is one by which an operation comes into its group.
    fn entered(&self, edges: &[Vec<usize>], group_of: &[usize]) -> Vec<bool> {
        let mut entered = vec![false; edges.len()];
        let mut reached = vec![false; edges.len()];
        let mut waiting: Vec<usize> =
            self.bodies.iter().flat_map(|(_, _, shape)| &shape.references).map(|(target, _)| *target).collect();
        for &first in &waiting {
            set(&mut entered, first, true);
        }
        while let Some(number) = waiting.pop() {
            if reached.get(number) != Some(&false) {
                continue;
            }
            set(&mut reached, number, true);
            for &target in edges.get(number).into_iter().flatten() {
                if group_of.get(target) != group_of.get(number) {
                    set(&mut entered, target, true);
                }
                waiting.push(target);
            }
        }
        entered
    }
}

/// A definition inside its group.
#[derive(Default)]
struct Inner {
    /// What is written in it, and all that is behind it outside the group.
    written: Measure,
    /// Its references to the group, with their depth.
    ways: Vec<(usize, u64)>,
}

/// The walks inside groups of definitions that lead back to themselves.
struct Walk {
    inner: Vec<Inner>,
    on_the_way: Vec<bool>,
    /// The steps left for what operations use.
    steps: u64,
    /// The steps left for seeing whether other definitions are too large.
    spare_steps: u64,
}

impl Walk {
    /// What is behind a definition for those who come from outside its group; at least this if there are too many ways.
    fn measure(&mut self, first: usize, exact: bool) -> Measure {
        let spare = self.spare_steps.min(MOST_IN_BODY.saturating_add(1));
        let use_spare = !exact || self.steps < spare;
        let allowed = if use_spare { spare } else { self.steps };
        let mut measure = self.inner.get(first).map_or(Measure::ONE, |inner| inner.written);
        let mut taken = 0;
        // Each definition on the way, the number of its references already followed, and the depth it stands at.
        let mut way = vec![(first, 0, 1_u64)];
        set(&mut self.on_the_way, first, true);
        while let Some((number, followed, depth)) = way.last_mut() {
            let next = self.inner.get(*number).and_then(|inner| inner.ways.get(*followed)).copied();
            let Some((target, at)) = next else {
                set(&mut self.on_the_way, *number, false);
                way.pop();
                continue;
            };
            if taken == allowed {
                break;
            }
            taken += 1;
            *followed += 1;
            let at = depth.saturating_add(at).saturating_sub(1);
            if self.on_the_way.get(target) == Some(&true) {
                measure.add(Measure::ONE, at);
            } else {
                measure.add(self.inner.get(target).map_or(Measure::ONE, |inner| inner.written), at);
                set(&mut self.on_the_way, target, true);
                way.push((target, 0, at));
            }
        }
        for (number, _, _) in way {
            set(&mut self.on_the_way, number, false);
        }
        let left = if use_spare { &mut self.spare_steps } else { &mut self.steps };
        *left = left.saturating_sub(taken);
        measure
    }
}

fn set<T>(list: &mut [T], number: usize, value: T) {
    if let Some(entry) = list.get_mut(number) {
        *entry = value;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use backshell_package::{Limits, read_files};
    use std::fmt::Write as _;

    /// The measure of every definition by name, of every body, and the number of schemas of every operation.
    struct Counted {
        definitions: Vec<(String, u64, u64)>,
        bodies: Vec<(u64, u64)>,
        operations: Vec<u64>,
        circles: usize,
    }

    fn count(definition: &str) -> Counted {
        let files = vec![("apiDefinition.swagger.json".to_owned(), definition.as_bytes().into())];
        let read = read_files("package", files, &Limits::default());
        let root = read.package.definition.as_ref().unwrap().document.root();
        let facts = crate::Facts::default();
        let census = Context::new(&read, root, &facts).census;
        let measures = census.definitions.iter().map(|definition| {
            (definition.schema.key().unwrap().to_owned(), definition.measure.nodes, definition.measure.depth)
        });
        Counted {
            definitions: measures.collect(),
            bodies: census.bodies.iter().map(|body| (body.measure.nodes, body.measure.depth)).collect(),
            operations: census.operations,
            circles: census.circles.len(),
        }
    }

    /// A document whose definition number `n` has an optional property for each of `edges[n]`, and an operation that
    /// answers with definition 0.
    fn graph(edges: &[Vec<usize>]) -> String {
        let mut text = String::from(
            r##"{ "paths": { "/a": { "get": { "responses": { "200": { "schema": { "$ref": "#/definitions/0" } } } } } }, "definitions": {"##,
        );
        for (number, targets) in edges.iter().enumerate() {
            let comma = if number == 0 { "" } else { "," };
            let _ = write!(text, r#"{comma} "{number}": {{ "properties": {{"#);
            for (place, target) in targets.iter().enumerate() {
                let comma = if place == 0 { "" } else { "," };
                let _ = write!(text, r##"{comma} "p{place}": {{ "$ref": "#/definitions/{target}" }}"##);
            }
            text.push_str("} }");
        }
        text + "} }"
    }

    /// The same by walking every way.
    fn walked(edges: &[Vec<usize>], number: usize, way: &mut Vec<usize>) -> (u64, u64) {
        if way.contains(&number) {
            return (1, 1);
        }
        way.push(number);
        let (mut nodes, mut depth) = (1, 1);
        for target in &edges[number] {
            let (more, below) = walked(edges, *target, way);
            nodes += more;
            depth = depth.max(1 + below);
        }
        way.pop();
        (nodes, depth)
    }

    #[test]
    fn every_schema_object_counts_and_references_bring_their_targets() {
        let counted = count(
            r##"{ "definitions": {
                "Item": { "type": "object", "required": ["id"], "enum": [{}], "default": { "properties": { "x": {} } },
                    "properties": { "id": { "type": "string" }, "tags": { "items": { "type": "string" } }, "any": true,
                        "parent": { "$ref": "#/definitions/Item", "properties": { "no": {} } } },
                    "additionalProperties": { "$ref": "#/definitions/None" } },
                "Name": { "$ref": "#/definitions/Item" }, "Open": { "additionalProperties": true },
                "Both": { "allOf": [{ "$ref": "#/definitions/Item" }, { "$ref": "#/definitions/Open" }, {}] } },
            "parameters": { "Body": { "in": "body", "name": "b", "schema": { "$ref": "#/definitions/Item" } } },
            "responses": { "Gone": { "schema": { "items": { "$ref": "#/definitions/Both" } } } },
            "paths": { "/a": { "parameters": [{ "$ref": "#/parameters/Body" }],
                "x-ms-notification-content": { "schema": { "type": "object" } },
                "post": { "responses": { "200": {}, "400": { "$ref": "#/responses/Gone" }, "404": { "$ref": "#/responses/Gone" } } } } } }"##,
        );
        let expected = [("Item", 6, 3), ("Name", 6, 3), ("Open", 1, 1), ("Both", 9, 4)];
        assert_eq!(counted.definitions, expected.map(|(name, nodes, depth)| (name.to_owned(), nodes, depth)));
        assert_eq!(counted.bodies, [(6, 3), (10, 5), (1, 1)]);
        assert_eq!(counted.operations, [6 + 10 + 10 + 1]);
        assert_eq!(counted.circles, 1);
    }

    #[test]
    fn counts_do_not_depend_on_the_order_of_members() {
        // More steps than may be taken, so that what they come to first is what counts.
        let others: String =
            (0..600).map(|number| format!(r##", "p{number}": {{ "$ref": "#/definitions/A" }}"##)).collect();
        let plain: String = (0..100).map(|number| format!(r#""q{number}": {{}}, "#)).collect();
        let second = format!(r##""B": {{ "properties": {{ {plain} "back": {{ "$ref": "#/definitions/A" }} }} }}"##);
        let items = r##""items": { "$ref": "#/definitions/B" }"##;
        let properties = format!(r#""properties": {{ "first": {{}}{others} }}"#);
        let [one, other] = [[items, &properties], [&properties, items]].map(|members| {
            count(&format!(r#"{{ "definitions": {{ "A": {{ {} }}, {second} }} }}"#, members.join(", "))).definitions
        });
        assert_eq!(one, other);
        assert!(one.iter().all(|(_, nodes, _)| *nodes > MOST_IN_BODY), "{one:?}");
    }

    #[test]
    fn what_a_trigger_is_notified_of_counts_wherever_it_is_written() {
        let content = r#""x-ms-notification-content": { "schema": { "items": {} } }"#;
        let text =
            format!(r#"{{ "paths": {{ "/a": {{ "post": {{ {content} }} }}, "/b": {{ {content}, "post": {{}} }} }} }}"#);
        assert_eq!(count(&text).operations, [2, 2]);
    }

    #[test]
    fn counts_are_those_of_a_plain_walk() {
        let mut seed = 1_u64;
        let mut random = |below: u64| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            usize::try_from((seed >> 33) % below).unwrap()
        };
        for _ in 0..200 {
            let points = 1 + random(6);
            let edges: Vec<Vec<usize>> =
                (0..points).map(|_| (0..random(4)).map(|_| random(points.try_into().unwrap())).collect()).collect();
            let counted = count(&graph(&edges));
            let expected = walked(&edges, 0, &mut Vec::new());
            assert_eq!(counted.bodies, [expected], "{edges:?}");
            for (number, (_, nodes, depth)) in counted.definitions.iter().enumerate() {
                let expected = walked(&edges, number, &mut Vec::new());
                // Definitions that no operation comes to first are counted only as far as the limit asks.
                assert!((*nodes, *depth) == expected || *nodes > MOST_IN_BODY, "{edges:?} {number}");
            }
        }
    }

    #[test]
    fn a_million_ways_are_counted_exactly() {
        let levels = 20;
        let edges: Vec<_> = (0..levels).map(|level| vec![level + 1, level + 1]).chain([vec![]]).collect();
        let counted = count(&graph(&edges));
        assert_eq!(counted.bodies, [((1 << (levels + 1)) - 1, 21)]);
        let edges: Vec<_> = (0..200).map(|level| vec![level + 1, level + 1]).chain([vec![]]).collect();
        assert_eq!(count(&graph(&edges)).bodies, [(u64::MAX, 201)]);
    }

    #[test]
    fn ways_in_circles_are_bounded_and_their_number_is_seen() {
        // Each of 60 definitions leads to each: more ways than could ever be walked.
        let points = 60;
        let edges: Vec<Vec<usize>> = (0..points).map(|_| (0..points).collect()).collect();
        let counted = count(&graph(&edges));
        assert!(counted.operations.iter().all(|nodes| *nodes > MOST_IN_TOTAL));
        assert!(counted.definitions.iter().all(|(_, nodes, depth)| *nodes > MOST_IN_BODY && *depth > DEEPEST));
    }

    #[test]
    fn long_chains_cost_no_stack() {
        let points = 20_000;
        let edges: Vec<_> = (0..points).map(|point| vec![(point + 1) % points]).collect();
        assert_eq!(count(&graph(&edges)).bodies, [(20_001, 20_001)]);
    }
}
