//! The addresses of `oAuthSettings`: where people sign in, where a code becomes a token, where a token is renewed. Where a
//! package gives none, its identity provider may bring them along.
//!
//! Addresses may hold `{Name}`: a reserved name, another custom parameter of the block, or the connection parameter
//! `token:Name`. Only what stands in the host matters here.

use super::policies::{declared, values_of};
use super::providers::{Provider, provider};
use super::shape::{self, Piece, Shape};
use super::{Files, Found, Giver, Purpose, Use};
use backshell_package::{ConnectionParameter, Properties};
use backshell_source::Node;

/// The custom parameters that are addresses, letter case ignored. What stands in `loginUri` serves all three purposes.
const ADDRESSES: [(&str, &[Purpose]); 8] = [
    ("authorizationUrl", &[Purpose::Authorization]),
    ("authorizationUrlTemplate", &[Purpose::Authorization]),
    ("loginUri", &Purpose::SIGN_IN),
    ("loginUriAAD", &Purpose::SIGN_IN),
    ("tokenUrl", &[Purpose::Token]),
    ("tokenUrlTemplate", &[Purpose::Token]),
    ("refreshUrl", &[Purpose::Refresh]),
    ("refreshUrlTemplate", &[Purpose::Refresh]),
];

pub(super) fn find(files: &Files<'_>, found: &mut Found) {
    let Some(properties) = &files.package.properties else { return };
    let parameters = declared(properties);
    for settings in parameters.iter().filter_map(ConnectionParameter::oauth_settings) {
        if found.is_full() {
            return;
        }
        let before = found.addresses();
        if let Some(custom) = settings.get_ignore_case("customParameters") {
            for (name, purposes) in ADDRESSES {
                let Some(node) = custom.get_ignore_case(name) else { continue };
                let node = node.get_ignore_case("value").unwrap_or(node);
                let Some(text) = node.as_str().map(str::trim).filter(|text| !text.is_empty()) else { continue };
                let block = Block { custom, parameters: &parameters };
                for purpose in purposes {
                    address(files, properties, &block, (text, node, *purpose), found);
                }
            }
        }
        if found.addresses() == before {
            brought(files, properties, settings, found);
        }
    }
}

/// The addresses that the identity provider brings along, for settings that give none.
fn brought(files: &Files<'_>, properties: &Properties, settings: Node<'_>, found: &mut Found) {
    let Some(node) = settings.get_ignore_case("identityProvider") else { return };
    let Some(name) = node.as_str().map(str::trim).filter(|name| !name.is_empty()) else { return };
    let place = files.place(&properties.file, &properties.document, node);
    let mut add = |shape: Shape, purpose: Purpose| {
        let Shape { target, shown, scheme, path } = shape;
        found.push(target, shown, Use { purpose, scheme, path, place: place.clone() });
    };
    match provider(name) {
        Provider::Brings(addresses) => {
            for (purpose, address) in addresses {
                add(shape::read(&[Piece::Text(address.to_owned())]), purpose);
            }
        }
        Provider::Asks => add(shape::missing("the sign-in settings give no address"), Purpose::Authorization),
        Provider::Unknown => {
            let name: String = name.chars().take(60).collect();
            let message = format!("the sign-in settings give no address, and the provider `{name}` is not known");
            add(shape::missing(&message), Purpose::Authorization);
        }
    }
}

fn address(
    files: &Files<'_>,
    properties: &Properties,
    block: &Block<'_>,
    (text, node, purpose): (&str, Node<'_>, Purpose),
    found: &mut Found,
) {
    let place = files.place(&properties.file, &properties.document, node);
    let mut add = |shape: Shape| {
        let Shape { target, shown, scheme, path } = shape;
        found.push(target, shown, Use { purpose, scheme, path, place: place.clone() });
    };
    match shape::every_text(block.parts(text)) {
        Some(texts) => texts.iter().for_each(|pieces| add(shape::read(pieces))),
        None => add(shape::too_many(text)),
    }
}

/// What the placeholders of one block mean.
struct Block<'d> {
    custom: Node<'d>,
    parameters: &'d [ConnectionParameter<'d>],
}

impl Block<'_> {
    /// The parts of an address, each with what may stand in its place.
    fn parts(&self, text: &str) -> Vec<Vec<Piece>> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((before, name, behind)) = placeholder(rest) {
            rest = behind;
            parts.push(vec![Piece::Text(before.to_owned())]);
            parts.push(self.choices(name));
        }
        parts.push(vec![Piece::Text(rest.to_owned())]);
        parts
    }

    /// What may stand in place of `{name}`.
    fn choices(&self, name: &str) -> Vec<Piece> {
        let of_connection = values_of(&format!("token:{name}"), self.parameters);
        if of_connection != [Piece::Value(Giver::Other)] {
            return of_connection;
        }
        let constant = self.custom.get_ignore_case(name).map(|node| node.get_ignore_case("value").unwrap_or(node));
        match constant.and_then(Node::as_str) {
            Some(text) => vec![Piece::Text(text.to_owned())],
            None => vec![Piece::Value(Giver::Other)],
        }
    }
}

/// The first `{name}` of a text: what stands before it, the name, what stands behind it.
fn placeholder(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once('{')?;
    let (name, behind) = rest.split_once('}')?;
    Some((before, name, behind))
}
