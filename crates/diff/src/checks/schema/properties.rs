use super::super::extension::dynamic_schema::{Switch, switch};
use super::discriminator;
use crate::check::{Check, Direction, Example, Family, Object, Snippet, Verdict, Visit};
use crate::nesting::{explain, moves};
use crate::schema_pair::{Property, SchemaPair};
use crate::shape::Shape;
use crate::{Out, branches, quoted};
use backshell_source::{Node, escape_token};

pub(crate) static FAMILY: Family = Family {
    checks: &[
        &REQUIRED_ADDED,
        &REQUIRED_ADDED_WITH_DEFAULT,
        &UNDER_OPTIONAL,
        &OPTIONAL_ADDED,
        &OPTIONAL_ADDED_CLOSED,
        &REMOVED,
        &RENAMED,
        &RESPONSE_REMOVED,
        &RESPONSE_RENAMED,
        &RESPONSE_ADDED,
        &BRANCH_REMOVED,
        &RESPONSE_BRANCH_REMOVED,
        &BRANCH_ADDED,
        &RESPONSE_BRANCH_ADDED,
    ],
    visits: &[Visit::Schema(check)],
};

static REQUIRED_ADDED: Check = Check {
    id: "request-property-required-added",
    object: Object::Schema,
    direction: Direction::Request,
    verdict: Verdict::Breaking,
    what: "There is a new property that must be sent, in an object that could be sent before.",
    why: "Saved bodies lack it.",
    instead: "make the property optional, or demand it in a new operation of the same family",
    examples: &[Example {
        snippet: Snippet::Body,
        before: r#"{ "type": "object", "properties": { "name": { "type": "string" } } }"#,
        after: r#"{ "type": "object", "properties": { "name": { "type": "string" }, "count": { "type": "integer" } }, "required": ["count"] }"#,
        old: &[],
        new: &["/properties/count"],
        also: &[],
        reversed: &["request-property-removed"],
    }],
    ..Check::BASE
};

static REQUIRED_ADDED_WITH_DEFAULT: Check = Check {
    id: "request-property-required-added-with-default",
    object: Object::Schema,
    direction: Direction::Request,
    verdict: Verdict::Breaking,
    what: "There is a new property that must be sent, and it has a default.",
    why: "A body without a required property is invalid, whatever the default says.",
    instead: "make the property optional: its default says what its absence means",
    examples: &[Example {
        snippet: Snippet::Body,
        before: r#"{ "type": "object", "properties": { "name": { "type": "string" } } }"#,
        after: r#"{ "type": "object", "properties": { "name": { "type": "string" }, "count": { "type": "integer", "default": 1 } }, "required": ["count"] }"#,
        old: &[],
        new: &["/properties/count"],
        also: &[],
        reversed: &["request-property-removed"],
    }],
    ..Check::BASE
};

static UNDER_OPTIONAL: Check = Check {
    id: "request-property-required-under-new-optional",
    object: Object::Schema,
    direction: Direction::Request,
    verdict: Verdict::Compatible,
    what: "There is a new object that may be left out, and it demands properties.",
    why: "Callers who leave out the object stay valid.",
    instead: "nothing needs to be done",
    examples: &[Example {
        snippet: Snippet::Body,
        before: r#"{ "type": "object", "properties": { "name": { "type": "string" } } }"#,
        after: r#"{ "type": "object", "properties": { "name": { "type": "string" }, "size": { "type": "object", "properties": { "width": { "type": "integer" } }, "required": ["width"] } } }"#,
        old: &[],
        new: &["/properties/size"],
        also: &[],
        reversed: &["request-property-removed"],
    }],
    ..Check::BASE
};

static OPTIONAL_ADDED: Check = Check {
    id: "request-property-optional-added",
    object: Object::Schema,
    direction: Direction::Request,
    verdict: Verdict::Compatible,
    what: "There is a new property that may be left out.",
    why: "Old bodies stay valid.",
    instead: "nothing needs to be done",
    examples: &[Example {
        snippet: Snippet::Body,
        before: r#"{ "type": "object", "properties": { "name": { "type": "string" } } }"#,
        after: r#"{ "type": "object", "properties": { "name": { "type": "string" }, "count": { "type": "integer" } } }"#,
        old: &[],
        new: &["/properties/count"],
        also: &[],
        reversed: &["request-property-removed"],
    }],
    ..Check::BASE
};

static OPTIONAL_ADDED_CLOSED: Check = Check {
    id: "request-property-optional-added-closed",
    object: Object::Schema,
    direction: Direction::Request,
    verdict: Verdict::Compatible,
    what: "There is a new property that may be left out, in an object that refuses any other key.",
    why: "Old bodies stay valid.",
    instead: "nothing needs to be done",
    examples: &[Example {
        snippet: Snippet::Body,
        before: r#"{ "type": "object", "properties": { "name": { "type": "string" } }, "additionalProperties": false }"#,
        after: r#"{ "type": "object", "properties": { "name": { "type": "string" }, "count": { "type": "integer" } }, "additionalProperties": false }"#,
        old: &[],
        new: &["/properties/count"],
        also: &[],
        reversed: &["request-property-removed"],
    }],
    ..Check::BASE
};

static REMOVED: Check = Check {
    id: "request-property-removed",
    object: Object::Schema,
    direction: Direction::Request,
    verdict: Verdict::Breaking,
    what: "A property that callers could send is gone.",
    why: "Saved steps still set it: the designer refuses it, and the service may.",
    instead: "keep the property, even if the service ignores it",
    examples: &[Example {
        snippet: Snippet::Body,
        before: r#"{ "type": "object", "properties": { "name": { "type": "string" }, "count": { "type": "integer" } } }"#,
        after: r#"{ "type": "object", "properties": { "name": { "type": "string" } } }"#,
        old: &["/properties/count"],
        new: &[],
        also: &[],
        reversed: &["request-property-optional-added"],
    }],
    ..Check::BASE
};

static RENAMED: Check = Check {
    id: "request-property-renamed",
    object: Object::Schema,
    direction: Direction::Request,
    verdict: Verdict::Breaking,
    what: "A property that callers could send has another name and the same schema. Letter case counts.",
    why: "Saved steps set the old name.",
    instead: "keep the name; what people see is `x-ms-summary`",
    examples: &[Example {
        snippet: Snippet::Body,
        before: r#"{ "type": "object", "properties": { "name": { "type": "string" }, "count": { "type": "integer" } } }"#,
        after: r#"{ "type": "object", "properties": { "name": { "type": "string" }, "Count": { "type": "integer" } } }"#,
        old: &["/properties/count"],
        new: &["/properties/Count"],
        also: &[],
        reversed: &["request-property-renamed"],
    }],
    ..Check::BASE
};

static RESPONSE_REMOVED: Check = Check {
    id: "response-property-removed",
    object: Object::Schema,
    direction: Direction::Response,
    verdict: Verdict::Breaking,
    what: "A property is gone from what is returned.",
    why: "Steps and formulas that read it get nothing, or fail to load.",
    instead: "keep the property, and leave it out in a new operation of the same family",
    examples: &[Example {
        snippet: Snippet::Response,
        before: r#"{ "type": "object", "properties": { "name": { "type": "string" }, "count": { "type": "integer" } } }"#,
        after: r#"{ "type": "object", "properties": { "name": { "type": "string" } } }"#,
        old: &["/properties/count"],
        new: &[],
        also: &[],
        reversed: &["response-property-added"],
    }],
    ..Check::BASE
};

static RESPONSE_RENAMED: Check = Check {
    id: "response-property-renamed",
    object: Object::Schema,
    direction: Direction::Response,
    verdict: Verdict::Breaking,
    what: "A property that is returned has another name and the same schema. Letter case counts.",
    why: "Steps and formulas read the old name.",
    instead: "return the value under both names, or rename it in a new operation of the same family",
    examples: &[Example {
        snippet: Snippet::Response,
        before: r#"{ "type": "object", "properties": { "name": { "type": "string" }, "count": { "type": "integer" } } }"#,
        after: r#"{ "type": "object", "properties": { "name": { "type": "string" }, "total": { "type": "integer" } } }"#,
        old: &["/properties/count"],
        new: &["/properties/total"],
        also: &[],
        reversed: &["response-property-renamed"],
    }],
    ..Check::BASE
};

static RESPONSE_ADDED: Check = Check {
    id: "response-property-added",
    object: Object::Schema,
    direction: Direction::Response,
    verdict: Verdict::Compatible,
    what: "There is a new property in what is returned.",
    why: "Readers pass over what they do not know.",
    instead: "nothing needs to be done",
    examples: &[Example {
        snippet: Snippet::Response,
        before: r#"{ "type": "object", "properties": { "name": { "type": "string" } } }"#,
        after: r#"{ "type": "object", "properties": { "name": { "type": "string" }, "count": { "type": "integer" } } }"#,
        old: &[],
        new: &["/properties/count"],
        also: &[],
        reversed: &["response-property-removed"],
    }],
    ..Check::BASE
};

static BRANCH_REMOVED: Check = Check {
    id: "request-allof-branch-removed",
    object: Object::Schema,
    direction: Direction::Request,
    verdict: Verdict::Breaking,
    what: "A branch has left an `allOf`, and with it all its properties.",
    why: "Saved steps still set them.",
    instead: "keep the branch",
    examples: &[Example {
        snippet: Snippet::Body,
        before: r#"{ "type": "object", "properties": { "name": { "type": "string" } }, "allOf": [{ "properties": { "count": { "type": "integer" } } }] }"#,
        after: r#"{ "type": "object", "properties": { "name": { "type": "string" } } }"#,
        old: &["/allOf/0"],
        new: &[],
        also: &[],
        reversed: &["request-property-optional-added"],
    }],
    ..Check::BASE
};

static RESPONSE_BRANCH_REMOVED: Check = Check {
    id: "response-allof-branch-removed",
    object: Object::Schema,
    direction: Direction::Response,
    verdict: Verdict::Breaking,
    what: "A branch has left an `allOf`, and with it all its properties.",
    why: "Steps and formulas that read them get nothing.",
    instead: "keep the branch",
    examples: &[Example {
        snippet: Snippet::Response,
        before: r#"{ "type": "object", "properties": { "name": { "type": "string" } }, "allOf": [{ "properties": { "count": { "type": "integer" } } }] }"#,
        after: r#"{ "type": "object", "properties": { "name": { "type": "string" } } }"#,
        old: &["/allOf/0"],
        new: &[],
        also: &[],
        reversed: &["response-allof-branch-added"],
    }],
    ..Check::BASE
};

static BRANCH_ADDED: Check = Check {
    id: "request-allof-branch-added",
    object: Object::Schema,
    direction: Direction::Request,
    verdict: Verdict::Breaking,
    what: "A branch has joined an `allOf`, and it demands properties or sets limits.",
    why: "Saved bodies lack the properties, or lie beyond the limits.",
    instead: "make the properties of the branch optional, and leave its limits out",
    examples: &[
        Example {
            snippet: Snippet::Body,
            before: r#"{ "type": "object", "properties": { "name": { "type": "string" } } }"#,
            after: r#"{ "type": "object", "properties": { "name": { "type": "string" } }, "allOf": [{ "properties": { "count": { "type": "integer" } }, "required": ["count"] }] }"#,
            old: &[],
            new: &["/allOf/0"],
            also: &[],
            reversed: &["request-allof-branch-removed"],
        },
        Example {
            snippet: Snippet::Body,
            before: r#"{ "type": "object", "properties": { "name": { "type": "string" } } }"#,
            after: r#"{ "type": "object", "properties": { "name": { "type": "string" } }, "allOf": [{ "required": ["name"] }] }"#,
            new: &["/allOf/0"],
            reversed: &["request-property-became-optional"],
            ..Example::BASE
        },
        Example {
            snippet: Snippet::Body,
            before: r#"{ "type": "object", "properties": { "name": { "type": "string" } } }"#,
            after: r#"{ "type": "object", "properties": { "name": { "type": "string" } }, "allOf": [{ "maxProperties": 3 }] }"#,
            new: &["/allOf/0"],
            reversed: &["request-property-bound-loosened"],
            ..Example::BASE
        },
    ],
    ..Check::BASE
};

static RESPONSE_BRANCH_ADDED: Check = Check {
    id: "response-allof-branch-added",
    object: Object::Schema,
    direction: Direction::Response,
    verdict: Verdict::Compatible,
    what: "A branch has joined an `allOf` and brings properties of its own.",
    why: "Readers pass over what they do not know.",
    instead: "nothing needs to be done",
    examples: &[Example {
        snippet: Snippet::Response,
        before: r#"{ "type": "object", "properties": { "name": { "type": "string" } } }"#,
        after: r#"{ "type": "object", "properties": { "name": { "type": "string" } }, "allOf": [{ "properties": { "count": { "type": "integer" } } }] }"#,
        old: &[],
        new: &["/allOf/0"],
        also: &[],
        reversed: &["response-allof-branch-removed"],
    }],
    ..Check::BASE
};

fn check<'d>(pair: &SchemaPair<'d>, out: &mut Out<'_, 'd>) {
    let is_request = pair.is_request();
    let names = |property: &Property<'d>| quoted(property.name);
    let (lost, gained) = (branches::lost(pair), branches::gained(pair));
    let (moves, switch) = (moves(pair), switch(pair));
    for branch in &lost {
        let check = if is_request { &BRANCH_REMOVED } else { &RESPONSE_BRANCH_REMOVED };
        let message = format!("a branch of `allOf` is gone, and with it {}", listed(*branch));
        out.removed(check, *branch, message).at(format!("allOf/{}", listed(*branch)));
    }
    for old in pair.properties.removed.iter().filter(|old| !branches::hold(&lost, old.node)) {
        // What is read-only never travels in a request.
        if is_request && Shape::of(old.node).is_true("readOnly") {
            continue;
        }
        // It is somewhere else, or fetched: a change of its own.
        if explain(&moves, old.node) || switch == Some(Switch::Dynamic) {
            continue;
        }
        let check = if is_request { &REMOVED } else { &RESPONSE_REMOVED };
        out.removed(check, old.node, format!("the property {} is gone", names(old)));
    }
    for (old, new) in &pair.properties.renamed {
        let check = if is_request { &RENAMED } else { &RESPONSE_RENAMED };
        let message = format!("the property {} is called {} now", names(old), names(new));
        out.changed(check, old.node, new.node, message).at(escape_token(old.name)).values(old.name, new.name);
    }
    for branch in &gained {
        let demands = is_request && branch.get("required").is_some_and(|required| !required.is_empty());
        if is_request && !demands {
            continue;
        }
        let check = if demands { &BRANCH_ADDED } else { &RESPONSE_BRANCH_ADDED };
        let message = format!("there is a new branch of `allOf` with {}", listed(*branch));
        out.added(check, *branch, message).at(format!("allOf/{}", listed(*branch)));
    }
    for new in &pair.properties.added {
        if discriminator::is_added(pair, new.name) {
            continue;
        }
        if explain(&moves, new.node) || (switch == Some(Switch::Static) && !new.required) {
            continue;
        }
        let in_branch = branches::hold(&gained, new.node);
        let shape = Shape::of(new.node);
        let (check, how) = if !is_request {
            if in_branch {
                continue;
            }
            (&RESPONSE_ADDED, "")
        } else if new.required && !shape.is_true("readOnly") {
            if in_branch {
                continue;
            }
            let has_default = shape.get("default").is_some();
            (if has_default { &REQUIRED_ADDED_WITH_DEFAULT } else { &REQUIRED_ADDED }, " and must be sent")
        } else if !shape.required().is_empty() {
            (&UNDER_OPTIONAL, ", may be left out, and demands properties of its own")
        } else if pair.old.is_closed() && pair.new.is_closed() {
            (&OPTIONAL_ADDED_CLOSED, " and may be left out")
        } else {
            (&OPTIONAL_ADDED, " and may be left out")
        };
        out.added(check, new.node, format!("the property {} is new{how}", names(new)));
    }
}

/// The names of a branch's properties, the first few.
fn listed(branch: Node<'_>) -> String {
    let names = branch.get("properties").map(Node::members).into_iter().flatten().take(4);
    names.map(|member| quoted(member.key)).collect::<Vec<_>>().join(", ")
}
