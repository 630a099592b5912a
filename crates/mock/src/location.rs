//! Where what an operation creates can be found: the operation that deletes a webhook, or gets a record.

use crate::answer::{Hole, Location, header_text};
use crate::example::example;
use crate::schema::Resolve;
use backshell_package::path_template::next_variable;
use backshell_package::{Method, Operation, ParameterLocation, Swagger};

/// Words in the name of an operation that say that it ends a webhook.
const ENDING: [&str; 5] = ["hook", "subscri", "trigger", "notif", "callback"];

/// The operation whose address the answer of `create` gives as `Location`: for a webhook the one that ends it, for
/// another creation with a declared `Location` the one that gets the record.
pub(crate) fn location<'d>(
    swagger: &Swagger<'d>,
    create: &Operation<'d>,
    links: bool,
    resolve: Resolve<'d, '_>,
) -> Option<Location> {
    let target = if is_webhook(create) {
        swagger
            .operations()
            .filter(|other| other.method() == Method::Delete)
            .filter_map(|other| Some((closeness(create, &other)?, other)))
            .reduce(|best, next| if next.0 > best.0 { next } else { best })
            .map(|(_, other)| other)
    } else if links && create.method() == Method::Post {
        swagger.operations().find(|other| {
            other.method() == Method::Get
                && other
                    .path_template()
                    .strip_prefix(create.path_template())
                    .and_then(|rest| rest.strip_prefix("/{")?.strip_suffix('}'))
                    .is_some_and(|name| !name.contains(['/', '{']))
        })
    } else {
        None
    }?;
    Some(address(swagger.base_path().unwrap_or_default(), &target, resolve))
}

/// Whether the operation makes a webhook: a trigger whose path says what it will be called back with.
pub(crate) fn is_webhook(operation: &Operation<'_>) -> bool {
    let trigger = operation.node().get("x-ms-trigger").is_some();
    let content = operation.path_item().node.get("x-ms-notification-content").is_some()
        || operation.node().get("x-ms-notification-content").is_some();
    trigger && content && matches!(operation.method(), Method::Post | Method::Put | Method::Patch)
}

/// How likely `delete` ends what `create` makes; `None` where nothing speaks for it.
fn closeness(create: &Operation<'_>, delete: &Operation<'_>) -> Option<(bool, bool, usize)> {
    let below = delete.path_template().starts_with(create.path_template().trim_end_matches('/'));
    let name = delete.id().unwrap_or_default().to_ascii_lowercase();
    let named = ENDING.iter().any(|word| name.contains(word));
    let shared = create
        .path_template()
        .split('/')
        .zip(delete.path_template().split('/'))
        .skip(1)
        .take_while(|(left, right)| left.eq_ignore_ascii_case(right))
        .count();
    (below || named || shared > 0).then_some((below, named, shared))
}

fn address<'d>(base: &str, target: &Operation<'d>, resolve: Resolve<'d, '_>) -> Location {
    let parameters = target.effective_parameters();
    let hole = |name: &str, place: ParameterLocation| {
        let declared = parameters.iter().find(|parameter| parameter.name == name && parameter.location == place);
        let made = declared.map(|parameter| header_text(&example(parameter.node, name, resolve)));
        let fallback =
            made.filter(|text| !text.contains(' ') && !text.is_empty()).unwrap_or_else(|| format!("{name}-1"));
        Hole { parameter: name.to_owned(), fallback }
    };
    let mut pieces = Vec::new();
    let mut literal = base.trim_end_matches('/').to_owned();
    let mut rest = target.path_template();
    while let Some((before, name, after)) = next_variable(rest) {
        literal.push_str(before);
        pieces.push((std::mem::take(&mut literal), Some(hole(name, ParameterLocation::Path))));
        rest = after;
    }
    literal.push_str(rest);
    let mut sign = '?';
    for parameter in
        parameters.iter().filter(|parameter| parameter.required && parameter.location == ParameterLocation::Query)
    {
        literal.push(sign);
        literal.push_str(parameter.name);
        literal.push('=');
        pieces.push((std::mem::take(&mut literal), Some(hole(parameter.name, ParameterLocation::Query))));
        sign = '&';
    }
    if !literal.is_empty() {
        pieces.push((literal, None));
    }
    Location { pieces }
}
