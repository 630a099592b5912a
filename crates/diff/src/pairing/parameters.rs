//! Parameters of an operation.

use super::Pairing;
use crate::contract::same_value;
use crate::path_change::variables;
use crate::view::Operation;
use backshell_package::{Parameter, ParameterLocation};

/// The pairing of all parameters but bodies, and those that moved to another place.
pub(super) fn pair<'d>(
    old: &Operation<'d>,
    new: &Operation<'d>,
) -> (Pairing<Parameter<'d>>, Vec<(Parameter<'d>, Parameter<'d>)>) {
    let list = |operation: &Operation<'d>| {
        let parameters = operation.parameters.iter();
        parameters.filter(|parameter| parameter.location != ParameterLocation::Body).copied().collect::<Vec<_>>()
    };
    let mut pairing = Pairing::by_key(list(old), list(new), |parameter| (parameter.location, parameter.name));
    if pairing.removed.is_empty() || pairing.added.is_empty() {
        return (pairing, Vec::new());
    }
    // Header names are equal whatever their letter case is; the check of the case looks at the pair.
    let headers = pairing.take_by_key(|parameter| {
        let is_header = parameter.location == ParameterLocation::Header;
        // Anything else gets a key that no other parameter has.
        (
            is_header,
            if is_header { parameter.name.to_ascii_lowercase() } else { format!("{}", parameter.node.span().start) },
        )
    });
    let (headers, others): (Vec<_>, Vec<_>) =
        headers.into_iter().partition(|(one, _)| one.location == ParameterLocation::Header);
    pairing.pairs.extend(headers);
    for (one, two) in others {
        pairing.removed.push(one);
        pairing.added.push(two);
    }
    path_variables(old, new, &mut pairing);
    let by_name = |parameter: &Parameter<'d>| parameter.name;
    let moved = pairing.take_by_key(by_name);
    pairing.rename_by_key(|parameter| (parameter.location, parameter.name.to_lowercase()));
    let position = |operation: &Operation<'d>, parameter: &Parameter<'d>| {
        let same_place = operation.parameters.iter().filter(|other| other.location == parameter.location);
        same_place.map(|other| other.name).position(|name| name == parameter.name)
    };
    let renamable = |one: &Parameter<'d>, two: &Parameter<'d>| {
        one.location == two.location && one.location != ParameterLocation::Path && same_value(one.node, two.node)
    };
    pairing.rename_equal(|one, two| renamable(one, two) && position(old, one) == position(new, two));
    pairing.rename_equal(renamable);
    (pairing, moved)
}

/// Pairs path variables that are left over by their position in the template.
fn path_variables<'d>(old: &Operation<'d>, new: &Operation<'d>, pairing: &mut Pairing<Parameter<'d>>) {
    let (old_names, new_names) = (variables(old.path_template()), variables(new.path_template()));
    if old_names.len() != new_names.len() {
        return;
    }
    for (one, two) in old_names.iter().zip(&new_names) {
        let at = |list: &[Parameter<'d>], name: &str| {
            list.iter().position(|parameter| parameter.location == ParameterLocation::Path && parameter.name == name)
        };
        if let (Some(one), Some(two)) = (at(&pairing.removed, one), at(&pairing.added, two)) {
            let pair = (pairing.removed.remove(one), pairing.added.remove(two));
            pairing.renamed.push(pair);
        }
    }
}
