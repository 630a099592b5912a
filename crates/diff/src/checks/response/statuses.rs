use crate::Out;
use crate::check::{Check, Direction, Example, Family, Object, Snippet, Verdict, Visit};
use crate::contract::same_schema;
use crate::quoted;
use crate::view::{Operation, OperationPair};
use backshell_package::Response;

pub(crate) static FAMILY: Family = Family {
    checks: &[
        &SUCCESS_REMOVED,
        &SUCCESS_ADDED,
        &CODE_CHANGED,
        &ERROR_REMOVED,
        &ERROR_ADDED,
        &DEFAULT_REMOVED,
        &DEFAULT_WAS_SUCCESS,
    ],
    visits: &[Visit::Operation(check)],
};

static SUCCESS_REMOVED: Check = Check {
    id: "response-success-removed",
    object: Object::Response,
    direction: Direction::Response,
    verdict: Verdict::Breaking,
    what: "A status of success is gone.",
    why: "Steps take their outputs from the body that came with it.",
    instead: "keep returning the status",
    examples: &[
        Example {
            snippet: Snippet::Responses,
            before: r#"{ "200": { "description": "", "schema": { "type": "string" } }, "201": { "description": "", "schema": { "type": "string" } } }"#,
            after: r#"{ "200": { "description": "", "schema": { "type": "string" } } }"#,
            old: &["/201"],
            reversed: &["response-success-added"],
            ..Example::BASE
        },
        Example {
            snippet: Snippet::Responses,
            before: r#"{ "200": { "description": "", "schema": { "type": "string" } }, "404": { "description": "" } }"#,
            after: r#"{ "404": { "description": "" } }"#,
            old: &["/200"],
            reversed: &["response-success-added"],
            ..Example::BASE
        },
    ],
    ..Check::BASE
};

static SUCCESS_ADDED: Check = Check {
    id: "response-success-added",
    object: Object::Response,
    direction: Direction::Response,
    verdict: Verdict::Warning,
    what: "There is one more status of success.",
    why: "Designers show the outputs of one status only, and this may be another one now; the body of the other is \
          a surprise.",
    instead: "return one status of success per operation",
    examples: &[Example {
        snippet: Snippet::Responses,
        before: r#"{ "200": { "description": "", "schema": { "type": "string" } } }"#,
        after: r#"{ "200": { "description": "", "schema": { "type": "string" } }, "202": { "description": "", "schema": { "type": "string" } } }"#,
        new: &["/202"],
        reversed: &["response-success-removed"],
        ..Example::BASE
    }],
    ..Check::BASE
};

static CODE_CHANGED: Check = Check {
    id: "response-success-code-changed",
    object: Object::Response,
    direction: Direction::Response,
    verdict: Verdict::Warning,
    what: "The only status of success is another one now.",
    why: "References to outputs stay valid; conditions on the status do not.",
    instead: "keep the old status",
    examples: &[Example {
        snippet: Snippet::Responses,
        before: r#"{ "200": { "description": "", "schema": { "type": "string" } } }"#,
        after: r#"{ "201": { "description": "", "schema": { "type": "string" } } }"#,
        old: &["/200"],
        new: &["/201"],
        reversed: &["response-success-code-changed"],
        ..Example::BASE
    }],
    ..Check::BASE
};

static ERROR_REMOVED: Check = Check {
    id: "response-error-removed",
    object: Object::Response,
    direction: Direction::Response,
    verdict: Verdict::Compatible,
    what: "A response that is no success is not described any more.",
    why: "Failures were never promised; only their description is gone.",
    instead: "nothing needs to be done",
    examples: &[Example {
        snippet: Snippet::Responses,
        before: r#"{ "200": { "description": "", "schema": { "type": "string" } }, "404": { "description": "", "schema": { "type": "string" } } }"#,
        after: r#"{ "200": { "description": "", "schema": { "type": "string" } } }"#,
        old: &["/404"],
        reversed: &["response-error-added"],
        ..Example::BASE
    }],
    ..Check::BASE
};

static ERROR_ADDED: Check = Check {
    id: "response-error-added",
    object: Object::Response,
    direction: Direction::Response,
    verdict: Verdict::Compatible,
    what: "A response that is no success is described now.",
    why: "A call could always fail.",
    instead: "nothing needs to be done",
    examples: &[Example {
        snippet: Snippet::Responses,
        before: r#"{ "200": { "description": "", "schema": { "type": "string" } } }"#,
        after: r#"{ "200": { "description": "", "schema": { "type": "string" } }, "default": { "description": "", "schema": { "type": "object" } } }"#,
        new: &["/default"],
        reversed: &["response-error-removed"],
        ..Example::BASE
    }],
    ..Check::BASE
};

static DEFAULT_REMOVED: Check = Check {
    id: "response-default-removed",
    object: Object::Response,
    direction: Direction::Response,
    verdict: Verdict::Compatible,
    what: "The response `default` is gone, and a status of success has its schema.",
    why: "The outputs come from that status, and are the same.",
    instead: "nothing needs to be done",
    examples: &[
        Example {
            snippet: Snippet::Responses,
            before: r#"{ "200": { "description": "", "schema": { "type": "string" } }, "default": { "description": "", "schema": { "type": "string" } } }"#,
            after: r#"{ "200": { "description": "", "schema": { "type": "string" } } }"#,
            old: &["/default"],
            reversed: &["response-error-added"],
            ..Example::BASE
        },
        Example {
            snippet: Snippet::Responses,
            before: r#"{ "default": { "description": "", "schema": { "type": "string" } } }"#,
            after: r#"{ "200": { "description": "", "schema": { "type": "string" } } }"#,
            old: &["/default"],
            new: &["/200"],
            reversed: &["response-success-code-changed"],
            ..Example::BASE
        },
    ],
    ..Check::BASE
};

static DEFAULT_WAS_SUCCESS: Check = Check {
    id: "response-default-was-success",
    object: Object::Response,
    direction: Direction::Response,
    verdict: Verdict::Breaking,
    what: "The response `default` is gone, and it was the only one that said what is returned.",
    why: "There was nothing else to take outputs from, so whatever refers to one has lost it.",
    instead: "describe the same schema under the status of success before `default` goes",
    examples: &[
        Example {
            snippet: Snippet::Responses,
            before: r#"{ "default": { "description": "", "schema": { "type": "string" } }, "404": { "description": "" } }"#,
            after: r#"{ "404": { "description": "" } }"#,
            old: &["/default"],
            reversed: &["response-success-added"],
            ..Example::BASE
        },
        Example {
            snippet: Snippet::Responses,
            before: r#"{ "200": { "description": "" }, "default": { "description": "", "schema": { "type": "string" } } }"#,
            after: r#"{ "200": { "description": "" } }"#,
            old: &["/default"],
            reversed: &["response-error-added"],
            ..Example::BASE
        },
        Example {
            snippet: Snippet::Responses,
            before: r#"{ "default": { "description": "", "schema": { "type": "string" } } }"#,
            after: r#"{ "200": { "description": "" } }"#,
            old: &["/default"],
            new: &["/200"],
            reversed: &["response-success-code-changed", "response-schema-added"],
            ..Example::BASE
        },
    ],
    ..Check::BASE
};

fn check<'d>(pair: &OperationPair<'d>, out: &mut Out<'_, 'd>) {
    for (old, new) in &pair.responses.renamed {
        let is_bare_now = old.schema().is_some() && new.schema().is_none();
        let check = match old.status {
            "default" if is_bare_now => &DEFAULT_WAS_SUCCESS,
            "default" => &DEFAULT_REMOVED,
            _ => &CODE_CHANGED,
        };
        let message = format!("success has the status {} now, not {}", quoted(new.status), quoted(old.status));
        out.changed(check, old.declared_node, new.declared_node, message)
            .at(format!("responses/{}", old.status))
            .values(old.status, new.status);
    }
    for old in &pair.responses.removed {
        let check = match old.status {
            _ if is_2xx(old) => &SUCCESS_REMOVED,
            "default" if has_twin(&pair.new, old) => &DEFAULT_REMOVED,
            "default" if stood_for_success(&pair.old, old) => &DEFAULT_WAS_SUCCESS,
            _ => &ERROR_REMOVED,
        };
        let message = format!("the response {} is gone", quoted(old.status));
        out.removed(check, old.declared_node, message).at(format!("responses/{}", old.status));
    }
    for new in &pair.responses.added {
        let check = if pair.new.is_success(new.status) { &SUCCESS_ADDED } else { &ERROR_ADDED };
        let message = format!("there is a response {} now", quoted(new.status));
        out.added(check, new.declared_node, message).at(format!("responses/{}", new.status));
    }
}

fn is_2xx(response: &Response<'_>) -> bool {
    response.code().is_some_and(|code| (200..300).contains(&code))
}

/// Whether a status of success says the same as `default` did.
fn has_twin<'d>(operation: &Operation<'d>, default: &Response<'d>) -> bool {
    operation.responses.iter().filter(|response| is_2xx(response)).any(|response| {
        match (default.schema(), response.schema()) {
            (Some(one), Some(two)) => same_schema(one.node(), two.node()),
            (None, None) => true,
            _ => false,
        }
    })
}

/// Whether designers could take outputs from `default` only. A status that never has a body takes nothing away from the
/// statuses that have one.
fn stood_for_success(operation: &Operation<'_>, default: &Response<'_>) -> bool {
    let mut success = operation.responses.iter().filter(|response| is_2xx(response)).peekable();
    let is_only = success.peek().is_none();
    let all_bare = success.all(|response| response.schema().is_none() && response.code() == Some(200));
    is_only || (default.schema().is_some() && all_bare)
}
