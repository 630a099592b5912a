use crate::check::{Check, Direction, Example, Family, Object, Snippet, Verdict, Visit};
use crate::view::ParameterPair;
use crate::{Out, quoted};
use backshell_package::{Parameter, ParameterLocation, UrlEncoding};

pub(crate) static FAMILY: Family = Family { checks: &[&CHANGED], visits: &[Visit::Parameter(check)] };

static CHANGED: Check = Check {
    id: "parameter-urlencoding-changed",
    object: Object::Extension,
    direction: Direction::Request,
    verdict: Verdict::Breaking,
    what: "Clients encode the values of a path variable twice where they did it once, or the reverse.",
    why: "A value with a slash or the like reaches the service as another one.",
    instead: "keep the encoding, and use the other one in a new operation of the same family",
    examples: &[
        Example {
            snippet: Snippet::Paths,
            before: r#"{ "/items/{id}": {"get": {"operationId": "GetItem", "parameters": [{"name": "id", "in": "path", "type": "string", "required": true}], "responses": {"200": {"description": ""}}}} }"#,
            after: r#"{ "/items/{id}": {"get": {"operationId": "GetItem", "parameters": [{"name": "id", "in": "path", "type": "string", "required": true, "x-ms-url-encoding": "double"}], "responses": {"200": {"description": ""}}}} }"#,
            old: &["/~1items~1{id}/get/parameters/0"],
            new: &["/~1items~1{id}/get/parameters/0/x-ms-url-encoding"],
            reversed: &["parameter-urlencoding-changed"],
            ..Example::BASE
        },
        Example {
            snippet: Snippet::Paths,
            before: r#"{ "/items/{id}": {"get": {"operationId": "GetItem", "parameters": [{"name": "id", "in": "path", "type": "string", "required": true, "x-ms-url-encoding": "single"}], "responses": {"200": {"description": ""}}}} }"#,
            after: r#"{ "/items/{id}": {"get": {"operationId": "GetItem", "parameters": [{"name": "id", "in": "path", "type": "string", "required": true, "x-ms-url-encoding": "double"}], "responses": {"200": {"description": ""}}}} }"#,
            old: &["/~1items~1{id}/get/parameters/0/x-ms-url-encoding"],
            new: &["/~1items~1{id}/get/parameters/0/x-ms-url-encoding"],
            reversed: &["parameter-urlencoding-changed"],
            ..Example::BASE
        },
    ],
    ..Check::BASE
};

fn check<'d>(pair: &ParameterPair<'d>, out: &mut Out<'_, 'd>) {
    // Only values in paths are encoded as this says.
    if pair.new.location != ParameterLocation::Path || pair.old.url_encoding() == pair.new.url_encoding() {
        return;
    }
    let times = match pair.new.url_encoding() {
        UrlEncoding::Single => "once, not twice",
        UrlEncoding::Double => "twice, not once",
    };
    let place = |parameter: Parameter<'d>| parameter.node.get("x-ms-url-encoding").unwrap_or(parameter.node);
    let message = format!("values of the path variable {} are encoded {times}", quoted(pair.new.name));
    out.changed(&CHANGED, place(pair.old), place(pair.new), message);
}
