use crate::check::{Check, Direction, Example, Family, Object, Snippet, Verdict, Visit};
use crate::view::OperationPair;
use crate::webhook::{self, Callback};
use crate::{Out, quoted};
use std::collections::HashSet;

pub(crate) static FAMILY: Family = Family { checks: &[&MOVED, &REMOVED], visits: &[Visit::Operation(check)] };

static MOVED: Check = Check {
    id: "trigger-notification-url-moved",
    object: Object::Trigger,
    direction: Direction::Request,
    verdict: Verdict::Breaking,
    what: "A webhook takes the callback address in another parameter or property.",
    why: "Live and saved registrations send the address where the service does not look for it any more.",
    instead: "keep reading the address where it was",
    examples: &[Example {
        snippet: Snippet::Paths,
        before: r#"{ "/hooks": {"x-ms-notification-content": {"schema": {"type": "object", "properties": {"id": {"type": "string"}}}}, "post": {"operationId": "OnItem", "x-ms-trigger": "single", "parameters": [{"name": "body", "in": "body", "schema": {"type": "object", "properties": {"a": {"type": "string", "x-ms-notification-url": true}, "b": {"type": "string"}}}}], "responses": {"200": {"description": ""}}}} }"#,
        after: r#"{ "/hooks": {"x-ms-notification-content": {"schema": {"type": "object", "properties": {"id": {"type": "string"}}}}, "post": {"operationId": "OnItem", "x-ms-trigger": "single", "parameters": [{"name": "body", "in": "body", "schema": {"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "string", "x-ms-notification-url": true}}}}], "responses": {"200": {"description": ""}}}} }"#,
        old: &["/~1hooks/post/parameters/0/schema/properties/a/x-ms-notification-url"],
        new: &["/~1hooks/post/parameters/0/schema/properties/b/x-ms-notification-url"],
        reversed: &["trigger-notification-url-moved"],
        ..Example::BASE
    }],
    ..Check::BASE
};

static REMOVED: Check = Check {
    id: "trigger-notification-url-removed",
    object: Object::Trigger,
    direction: Direction::Request,
    verdict: Verdict::Breaking,
    what: "A webhook no longer says where it takes the callback address.",
    why: "No address is registered, and so nothing is ever sent.",
    instead: "keep `x-ms-notification-url` where it is",
    examples: &[Example {
        snippet: Snippet::Paths,
        before: r#"{ "/hooks": {"x-ms-notification-content": {"schema": {"type": "object", "properties": {"id": {"type": "string"}}}}, "post": {"operationId": "OnItem", "x-ms-trigger": "single", "parameters": [{"name": "body", "in": "body", "schema": {"type": "object", "properties": {"a": {"type": "string", "x-ms-notification-url": true}, "b": {"type": "string"}}}}], "responses": {"200": {"description": ""}}}} }"#,
        after: r#"{ "/hooks": {"x-ms-notification-content": {"schema": {"type": "object", "properties": {"id": {"type": "string"}}}}, "post": {"operationId": "OnItem", "x-ms-trigger": "single", "parameters": [{"name": "body", "in": "body", "schema": {"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "string"}}}}], "responses": {"200": {"description": ""}}}} }"#,
        old: &["/~1hooks/post/parameters/0/schema/properties/a/x-ms-notification-url"],
        new: &["/~1hooks/post"],
        ..Example::BASE
    }],
    ..Check::BASE
};

fn check<'d>(pair: &OperationPair<'d>, out: &mut Out<'_, 'd>) {
    // A trigger that is no webhook any more is another matter.
    if !pair.old.is_trigger() || webhook::sign(&pair.new).is_none() {
        return;
    }
    let (old, new) = (webhook::callbacks(&pair.old), webhook::callbacks(&pair.new));
    let kept: HashSet<&str> = new.iter().map(|callback| callback.place.as_str()).collect();
    let Some(gone) = old.iter().find(|callback| !kept.contains(callback.place.as_str())) else { return };
    let known: HashSet<&str> = old.iter().map(|callback| callback.place.as_str()).collect();
    let come = new.iter().find(|callback| !known.contains(callback.place.as_str())).or(new.first());
    let places =
        |list: &[Callback<'d>]| list.iter().map(|callback| callback.place.clone()).collect::<Vec<_>>().join(",");
    let was = quoted(&gone.place);
    let entry = match come {
        Some(come) => {
            let message = format!("the callback address goes to {} now, not to {was}", quoted(&come.place));
            out.changed(&MOVED, gone.mark, come.mark, message)
        }
        None => {
            let message = format!("nothing takes the callback address any more; it went to {was}");
            out.changed(&REMOVED, gone.mark, pair.new.node(), message)
        }
    };
    entry.at("x-ms-notification-url").values(places(&old), places(&new));
}
