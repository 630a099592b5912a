//! The hosts that policy templates choose: `dynamichosturl` (and its rare sibling `dynamicsubdomain`) with the closed
//! lists and the defaults of the values they take.

use super::shape::{self, Piece, Shape};
use super::{Files, Found, Giver, Purpose, Target, Use};
use backshell_findings::Place;
use backshell_package::{ConnectionParameter, Properties};
use backshell_source::Node;
use backshell_templates::expression::{Call, Function, Part, parse};

/// How many texts one template may stand for.
const MOST_TEXTS: usize = 256;

/// Whether a template chooses the host.
pub(super) fn is_host_template(template_id: &str) -> bool {
    matches!(template_id, "dynamichosturl" | "dynamicsubdomain")
}

pub(super) fn find(files: &Files<'_>, found: &mut Vec<Found>) {
    let Some(properties) = &files.package.properties else { return };
    let parameters = declared(properties);
    for policy in properties.policies().iter().filter(|policy| is_host_template(&policy.template_id)) {
        let node = policy.parameter("urlTemplate");
        let place = files.place(&properties.file, &properties.document, node.unwrap_or(policy.node));
        let text = node.and_then(Node::as_str).unwrap_or_default().trim();
        match parse(text) {
            Ok(parts) => {
                for pieces in texts(&parts, &parameters) {
                    add(shape::read(&pieces), &place, found);
                }
            }
            Err(error) => {
                let target = Target::Unusable { code: "template_value", message: error.to_string() };
                add(Shape { target, ..shape::read(&[Piece::Text(text.to_owned())]) }, &place, found);
            }
        }
    }
}

fn add(shape: Shape, place: &Place, found: &mut Vec<Found>) {
    let Shape { target, shown, scheme, path } = shape;
    let found_use = Use { purpose: Purpose::Policy, scheme, path, place: place.clone() };
    found.push(Found { target, shown, at: found_use });
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

/// Every text that the parts can stand for: closed lists multiplied out, and one text with marks where a value is open.
fn texts(parts: &[Part], parameters: &[ConnectionParameter<'_>]) -> Vec<Vec<Piece>> {
    let mut all: Vec<Vec<Piece>> = vec![Vec::new()];
    for part in parts {
        let choices = match part {
            Part::Literal(text) => vec![Piece::Text(text.clone())],
            Part::Call(call) => {
                let Choices { texts, open } = choices(call, parameters);
                texts.into_iter().map(Piece::Text).chain(open.map(Piece::Value)).collect()
            }
        };
        if all.len().saturating_mul(choices.len()) > MOST_TEXTS {
            // More than anybody can verify is as good as no list.
            return vec![parts.iter().map(opened).collect()];
        }
        let longer = |front: &Vec<Piece>| choices.iter().map(|choice| joined(front, choice)).collect::<Vec<_>>();
        all = all.iter().flat_map(longer).collect();
    }
    all
}

/// A part without its lists.
fn opened(part: &Part) -> Piece {
    match part {
        Part::Literal(text) => Piece::Text(text.clone()),
        Part::Call(_) => Piece::Value(Giver::Connection),
    }
}

/// A value may be written with the scheme that the template has already, and with slashes at its end.
fn joined(front: &[Piece], choice: &Piece) -> Vec<Piece> {
    let after_scheme = matches!(front.last(), Some(Piece::Text(text)) if text.ends_with("://"));
    let choice = match choice {
        Piece::Text(text) if after_scheme => {
            let bare = text.split_once("://").map_or(text.as_str(), |(_, bare)| bare);
            Piece::Text(bare.trim_end_matches('/').to_owned())
        }
        other => other.clone(),
    };
    front.iter().cloned().chain([choice]).collect()
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
    let mut open = None;
    for parameter in named {
        texts.extend(parameter.default.and_then(Node::as_str).filter(|text| !text.is_empty()).map(str::to_owned));
        let listed = parameter.allowed_values.iter().filter_map(|allowed| allowed.value.as_str());
        texts.extend(listed.map(str::to_owned));
        let giver = if parameter.is_secret() { Giver::Secret } else { Giver::Connection };
        if parameter.is_secret() || parameter.allowed_values.is_empty() {
            open = open.max(Some(giver));
        }
    }
    if named.is_empty() && texts.is_empty() {
        // Nothing declares it, so nothing can give it a value.
        open = Some(Giver::Other);
    }
    let mut seen = std::collections::HashSet::new();
    texts.retain(|text| seen.insert(text.clone()));
    Choices { texts, open }
}

/// The choices for a connection parameter, for the sign-in addresses, which write their values another way.
pub(super) fn values_of(name: &str, parameters: &[ConnectionParameter<'_>]) -> Vec<Piece> {
    let named: Vec<_> = parameters.iter().filter(|one| one.name.eq_ignore_ascii_case(name)).collect();
    let Choices { texts, open } = of_parameters(&named, None);
    texts.into_iter().map(Piece::Text).chain(open.map(Piece::Value)).collect()
}
