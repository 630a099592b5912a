//! The hosts that policy templates choose: `dynamichosturl` (and its rare sibling `dynamicsubdomain`) with the closed
//! lists and the defaults of the values they take.

use super::shape::{self, Piece, Shape};
use super::{Files, Found, Giver, Purpose, Target, Use};
use backshell_findings::Place;
use backshell_package::{ConnectionParameter, Properties};
use backshell_source::Node;
use backshell_templates::expression::{Call, Function, Part, parse};

/// How many values of one closed list are read; more than [`shape::MOST_TEXTS`], because lists repeat themselves.
const MOST_LISTED: usize = 4_096;

/// Whether a template chooses the host.
pub(super) fn is_host_template(template_id: &str) -> bool {
    matches!(template_id, "dynamichosturl" | "dynamicsubdomain")
}

pub(super) fn find(files: &Files<'_>, found: &mut Found) {
    let Some(properties) = &files.package.properties else { return };
    let parameters = declared(properties);
    for policy in properties.policies().iter().filter(|policy| is_host_template(&policy.template_id)) {
        if found.is_full() {
            return;
        }
        let node = policy.parameter("urlTemplate");
        let place = files.place(&properties.file, &properties.document, node.unwrap_or(policy.node));
        let text = node.and_then(Node::as_str).unwrap_or_default().trim();
        match parse(text) {
            Ok(parts) => match shape::every_text(pieces(&parts, &parameters)) {
                Some(texts) => texts.iter().for_each(|pieces| add(shape::read(pieces), &place, found)),
                None => add(shape::too_many(text), &place, found),
            },
            Err(error) => {
                let target = Target::Unusable { code: "template_value", message: error.to_string() };
                add(Shape { target, ..shape::read(&[Piece::Text(text.to_owned())]) }, &place, found);
            }
        }
    }
}

fn add(shape: Shape, place: &Place, found: &mut Found) {
    let Shape { target, shown, scheme, path } = shape;
    let found_use = Use { purpose: Purpose::Policy, scheme, path, place: place.clone() };
    found.push(target, shown, found_use);
}

/// The connection parameters of the package, those of sets behind the others.
pub(super) fn declared(properties: &Properties) -> Vec<ConnectionParameter<'_>> {
    let mut parameters = properties.connection_parameters();
    parameters.extend(properties.parameter_sets().into_iter().flat_map(|set| set.parameters));
    parameters
}

/// What may stand in place of one value.
struct Choices {
    /// Texts that the package names: the closed list, or the default.
    texts: Vec<String>,
    /// Who else may decide.
    open: Option<Giver>,
}

impl Choices {
    fn pieces(self) -> Vec<Piece> {
        let Self { texts, open } = self;
        texts.into_iter().map(Piece::Text).chain(open.map(Piece::Value)).collect()
    }
}

/// What may stand in place of each part of a template. A value may be written with the scheme that the template has already,
/// and with slashes at its end.
fn pieces(parts: &[Part], parameters: &[ConnectionParameter<'_>]) -> Vec<Vec<Piece>> {
    let mut after_scheme = false;
    let mut all = Vec::new();
    for part in parts {
        all.push(match part {
            Part::Literal(text) => vec![Piece::Text(text.clone())],
            Part::Call(call) => {
                let pieces = choices(call, parameters).pieces();
                if after_scheme { pieces.into_iter().map(bare).collect() } else { pieces }
            }
        });
        after_scheme = matches!(part, Part::Literal(text) if text.ends_with("://"));
    }
    all
}

fn bare(piece: Piece) -> Piece {
    match piece {
        Piece::Text(text) => {
            let bare = text.split_once("://").map_or(text.as_str(), |(_, bare)| bare);
            Piece::Text(bare.trim_end_matches('/').to_owned())
        }
        value @ Piece::Value(_) => value,
    }
}

fn choices(call: &Call, parameters: &[ConnectionParameter<'_>]) -> Choices {
    let default = call.default.clone().filter(|default| !default.is_empty());
    match call.function {
        Function::ConnectionParameters => {
            let named: Vec<_> = parameters.iter().filter(|one| one.name.eq_ignore_ascii_case(&call.name)).collect();
            of_parameters(&named, default)
        }
        Function::QueryParameters | Function::Headers => {
            Choices { texts: default.into_iter().collect(), open: Some(Giver::Caller) }
        }
        Function::Body | Function::Item | Function::TriggerBody | Function::EnvironmentVariables => {
            Choices { texts: default.into_iter().collect(), open: Some(Giver::Other) }
        }
    }
}

/// The values of connection parameters of one name: several where several sets declare it.
fn of_parameters(named: &[&ConnectionParameter<'_>], default: Option<String>) -> Choices {
    let mut texts: Vec<String> = default.into_iter().collect();
    let (mut open, mut is_endless) = (None, false);
    for parameter in named {
        texts.extend(parameter.default.and_then(scalar).filter(|text| !text.is_empty()));
        let listed = parameter.allowed_values.iter().filter_map(|allowed| scalar(allowed.value)).take(MOST_LISTED);
        let listed: Vec<_> = listed.collect();
        is_endless |= listed.len() >= MOST_LISTED;
        let giver = if parameter.is_secret() { Giver::Secret } else { Giver::Connection };
        // As for calls: a list without a value that can be one is none.
        if parameter.is_secret() || listed.is_empty() {
            open = open.max(Some(giver));
        }
        texts.extend(listed);
    }
    if named.is_empty() && texts.is_empty() {
        // Nothing declares it, so nothing can give it a value.
        open = Some(Giver::Other);
    }
    // A list that nobody reads to its end stays longer than anybody can verify, whatever it repeats.
    if !is_endless {
        let mut seen = std::collections::HashSet::new();
        texts.retain(|text| seen.insert(text.clone()));
    }
    Choices { texts, open }
}

/// A text, number or boolean as text: what calls put in its place.
fn scalar(node: Node<'_>) -> Option<String> {
    let text = node.as_str().or_else(|| node.number_text());
    text.map(str::to_owned).or_else(|| node.as_bool().map(|value| value.to_string()))
}

/// The choices for a connection parameter, for the sign-in addresses, which write their values another way.
pub(super) fn values_of(name: &str, parameters: &[ConnectionParameter<'_>]) -> Vec<Piece> {
    let named: Vec<_> = parameters.iter().filter(|one| one.name.eq_ignore_ascii_case(name)).collect();
    of_parameters(&named, None).pieces()
}
