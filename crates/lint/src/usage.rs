//! What schemas are used for: which ones a request's body, a response or a callback leads to, at its root or below.
//!
//! A shared definition may be input of one operation and output of another, so that a judgement which depends on the use
//! cannot be made where the schema is written. The walk starts at each use and follows references; it remembers for every
//! schema how it was reached and goes on from there once for each way, of which there are few. Circles end by themselves.

use crate::view::{Context, is_extension};
use backshell_model::FastSet;
use backshell_source::Node;

/// What the schemas of a definition are used for. The bodies of operations include shared parameters in the body that no
/// operation refers to.
pub(crate) struct Usage {
    /// For each value of the document the ways in which it was reached, one bit each.
    marks: Vec<u32>,
}

/// What a schema is part of.
#[derive(Clone, Copy)]
enum Payload {
    Body,
    Response,
    Callback,
    /// Nothing that is known: a shared object, looked at as if something used it.
    Shared,
}

/// A way to reach a schema.
#[derive(Clone, Copy)]
struct Way {
    payload: Payload,
    /// Below the root of the payload, not its root itself.
    is_below: bool,
    /// Inside something internal.
    is_hidden: bool,
    /// As a part of another schema's `allOf`.
    is_part: bool,
}

impl Way {
    const fn root(payload: Payload, is_hidden: bool) -> Self {
        Self { payload, is_below: false, is_hidden, is_part: false }
    }

    const fn bit(self) -> u32 {
        let payload = match self.payload {
            Payload::Body => 0,
            Payload::Response => 8,
            Payload::Callback => 16,
            Payload::Shared => 24,
        };
        1 << (payload + 4 * self.is_below as u32 + 2 * self.is_hidden as u32 + self.is_part as u32)
    }

    const fn mask(filter: Filter) -> u32 {
        let mut mask = 0;
        let mut index = 0;
        while index < u32::BITS {
            let is_body = index < 8;
            let (is_below, is_hidden, is_part) = (index & 4 != 0, index & 2 != 0, index & 1 != 0);
            let fits = match filter {
                Filter::Body => is_body,
                Filter::WholeOfBody => is_body && !is_part,
                Filter::HiddenInBody => is_body && is_hidden,
                Filter::Below => is_below,
                Filter::Callback => 16 <= index && index < 24,
            };
            if fits {
                mask |= 1 << index;
            }
            index += 1;
        }
        mask
    }
}

/// A question about the ways in which a schema was reached.
#[derive(Clone, Copy)]
enum Filter {
    Body,
    WholeOfBody,
    HiddenInBody,
    Below,
    Callback,
}

impl Usage {
    /// Looks at every use of a schema in the definition.
    pub(crate) fn of(context: &Context<'_>) -> Self {
        let mut waiting = uses(context);
        let mut marks = vec![0; context.root.document().node_count()];
        while let Some((written, way)) = waiting.pop() {
            let Some(schema) = context.schema(written) else { continue };
            let is_hidden = way.is_hidden || is_internal(written) || schema != written && is_internal(schema);
            let way = Way { is_hidden, ..way };
            let Some(mark) = marks.get_mut(schema.id() as usize) else { continue };
            if *mark & way.bit() != 0 {
                continue;
            }
            *mark |= way.bit();
            let below = Way { is_below: true, is_part: false, ..way };
            if let Some(properties) = schema.get("properties") {
                waiting.extend(properties.visible_members().map(|property| (property.value, below)));
            }
            if let Some(parts) = schema.get("allOf") {
                waiting.extend(parts.items().map(|part| (part, Way { is_part: true, ..way })));
            }
            let others = [schema.get("items"), schema.get("additionalProperties")];
            waiting.extend(others.into_iter().flatten().filter(|other| other.is_object()).map(|other| (other, below)));
        }
        Self { marks }
    }

    /// Whether the body of an operation has this schema in it.
    pub(crate) fn is_input(&self, schema: Node<'_>) -> bool {
        self.is(schema, const { Way::mask(Filter::Body) })
    }

    /// Whether the body of an operation has it in it as such, not only as a part of another schema's `allOf`.
    pub(crate) fn is_whole_input(&self, schema: Node<'_>) -> bool {
        self.is(schema, const { Way::mask(Filter::WholeOfBody) })
    }

    /// Whether it is internal, or inside something internal, in the body of an operation.
    pub(crate) fn is_hidden_input(&self, schema: Node<'_>) -> bool {
        self.is(schema, const { Way::mask(Filter::HiddenInBody) })
    }

    /// Whether a body, a response, a callback or a shared object has it in it below its root.
    pub(crate) fn is_below_a_root(&self, schema: Node<'_>) -> bool {
        self.is(schema, const { Way::mask(Filter::Below) })
    }

    /// Whether a webhook sends it, as a whole or as a part.
    pub(crate) fn is_sent(&self, schema: Node<'_>) -> bool {
        self.is(schema, const { Way::mask(Filter::Callback) })
    }

    fn is(&self, schema: Node<'_>, mask: u32) -> bool {
        self.marks.get(schema.id() as usize).is_some_and(|mark| mark & mask != 0)
    }
}

/// The roots of all payloads.
fn uses<'d>(context: &Context<'d>) -> Vec<(Node<'d>, Way)> {
    let mut uses = Vec::new();
    for operation in &context.operations {
        for parameter in operation.parameters.iter().filter(|parameter| parameter.location == "body") {
            let way = Way::root(Payload::Body, is_internal(parameter.node));
            uses.extend(parameter.node.get("schema").map(|schema| (schema, way)));
        }
        let responses = operation.responses.into_iter().flat_map(Node::visible_members);
        for response in responses.filter(|member| !is_extension(member.key)) {
            let schema = context.response(response.value).and_then(|response| response.get("schema"));
            uses.extend(schema.map(|schema| (schema, Way::root(Payload::Response, false))));
        }
    }
    let holders = context.counted_paths().map(|path| path.node).chain(context.operations.iter().map(|one| one.node));
    for holder in holders {
        let schema = holder.get("x-ms-notification-content").and_then(|content| content.get("schema"));
        uses.extend(schema.map(|schema| (schema, Way::root(Payload::Callback, false))));
    }
    let shared =
        |part: &str| context.root.get(part).into_iter().flat_map(Node::visible_members).map(|member| member.value);
    // A shared parameter in the body is one even if no operation refers to it.
    for parameter in shared("parameters") {
        let is_body = parameter.get("in").and_then(Node::as_str) == Some("body");
        let payload = if is_body { Payload::Body } else { Payload::Shared };
        let way = Way::root(payload, is_internal(parameter));
        uses.extend(parameter.get("schema").map(|schema| (schema, way)));
    }
    let schemas = shared("definitions").chain(shared("responses").filter_map(|response| response.get("schema")));
    uses.extend(schemas.map(|schema| (schema, Way::root(Payload::Shared, false))));
    uses
}

/// The words of `x-ms-visibility`.
pub(crate) const VISIBILITIES: [&str; 3] = ["important", "advanced", "internal"];

/// Whether an object is marked as hidden from users; letter case does not matter.
pub(crate) fn is_internal(object: Node<'_>) -> bool {
    object.get("x-ms-visibility").and_then(Node::as_str).is_some_and(|text| text.eq_ignore_ascii_case("internal"))
}

/// Whether a schema stands in the `allOf` of another one, with which it is one.
pub(crate) fn is_part(schema: Node<'_>) -> bool {
    schema.parent().is_some_and(|list| list.is_array() && list.key() == Some("allOf"))
}

/// The `required` lists of a schema and of the parts that are written in its `allOf`, references not followed.
pub(crate) fn required_lists(schema: Node<'_>) -> impl Iterator<Item = Node<'_>> {
    let mut waiting = vec![schema];
    let schemas = std::iter::from_fn(move || {
        let schema = waiting.pop()?;
        if let Some(parts) = schema.get("allOf") {
            waiting.extend(parts.items().filter(|part| part.get("$ref").is_none()));
        }
        Some(schema)
    });
    schemas.filter_map(|schema| schema.get("required")).filter(|required| required.is_array())
}

/// The names that a `required` list holds.
pub(crate) fn names(list: Option<Node<'_>>) -> FastSet<&str> {
    list.into_iter().flat_map(Node::items).filter_map(Node::as_str).collect()
}
