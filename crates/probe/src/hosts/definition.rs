//! The hosts of the definition: `host` with `schemes`, and sign-in addresses where no sign-in settings replace them.

use super::shape::{self, Piece, Shape, Written};
use super::{Files, Found, Purpose, Use, is_moved_everywhere};
use backshell_package::{Definition, SecurityKind};
use backshell_source::Node;

pub(super) fn find(files: &Files<'_>, found: &mut Found) {
    let Some(definition) = &files.package.definition else { return };
    if !is_moved_everywhere(files.package) {
        service(files, definition, found);
    }
    let has_settings = files.package.properties.as_ref().is_some_and(|properties| {
        let sets = properties.parameter_sets().into_iter().flat_map(|set| set.parameters);
        properties.connection_parameters().into_iter().chain(sets).any(|one| one.oauth_settings().is_some())
    });
    if !has_settings {
        sign_in(files, definition, found);
    }
}

/// `host`, once for each scheme that something in the definition asks for.
fn service(files: &Files<'_>, definition: &Definition, found: &mut Found) {
    let swagger = definition.swagger();
    let named = swagger.node().get("host");
    let node = match named {
        Some(node) => node,
        // Nothing is called, so nothing is missing.
        None if swagger.operations().next().is_none() => return,
        None => swagger.node(),
    };
    let base_path = swagger.base_path().unwrap_or_default();
    let Shape { target, shown, scheme, .. } = match named.map(|node| node.as_str().map(str::trim)) {
        Some(Some("")) => shape::missing("`host` of the definition is empty; write the name of the service's host"),
        Some(Some(_)) => shape::read(&[Piece::Text(node.as_str().unwrap_or_default().to_owned())]),
        Some(None) => shape::missing("`host` of the definition is no text; write the name of the service's host"),
        None => shape::missing("the definition has no `host`; write the name of the service's host"),
    };
    let base_path = if base_path.starts_with('/') { base_path } else { "/" };
    let path = shape::read(&[Piece::Text(format!("https://a.example{base_path}"))]).path;
    let place = |node: Node<'_>| files.place(&definition.file, &definition.document, node);
    let mut add = |scheme: Written, node: Node<'_>| {
        let found_use = Use { purpose: Purpose::Service, scheme, path: path.clone(), place: place(node) };
        found.push(target.clone(), shown.clone(), found_use);
    };
    let operations = swagger.operations().filter_map(|operation| operation.node().get("schemes"));
    let schemes = swagger.node().get("schemes").into_iter().chain(operations);
    // `host` itself comes first, so that what is said about it points there.
    add(scheme, node);
    for scheme in schemes.flat_map(Node::items) {
        let written = Written::read(scheme.as_str().unwrap_or_default());
        if written != Written::Https {
            add(written, scheme);
        }
    }
}

/// `authorizationUrl` and `tokenUrl` of the security definitions.
fn sign_in(files: &Files<'_>, definition: &Definition, found: &mut Found) {
    for security in definition.swagger().security_definitions() {
        if !matches!(security.kind, SecurityKind::OAuth2 { .. }) {
            continue;
        }
        for (name, purpose) in [("authorizationUrl", Purpose::Authorization), ("tokenUrl", Purpose::Token)] {
            let Some(node) = security.node.get(name) else { continue };
            let Some(text) = node.as_str().map(str::trim).filter(|text| !text.is_empty()) else { continue };
            let Shape { target, shown, scheme, path } = shape::read(&[Piece::Text(text.to_owned())]);
            let place = files.place(&definition.file, &definition.document, node);
            found.push(target, shown, Use { purpose, scheme, path, place });
        }
    }
}
