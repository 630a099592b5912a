//! The two packages as a whole.

use super::{Pairing, operations, parameters, responses};
use crate::view::{OperationPair, PackagePair, PropertiesPair, SetPair, Version};
use backshell_package::{ConnectionParameter, Policy, Properties, SecurityDefinition, Swagger};
use std::collections::HashMap;
use std::rc::Rc;

/// Pairs everything above schemas.
pub(crate) fn pair<'d>(old: Version<'d>, new: Version<'d>) -> PackagePair<'d> {
    let found = operations::pair(&old.operations, &new.operations);
    let pairs = found.pairs.into_iter().map(|(old, new)| {
        let (parameters, moved) = parameters::pair(&old, &new);
        let (body, responses) = ((old.body_parameter(), new.body_parameter()), responses::pair(&old, &new));
        Rc::new(OperationPair { old, new, parameters, moved, body, responses })
    });
    let operations: Vec<Rc<OperationPair<'d>>> = pairs.collect();
    let mut path_moves = HashMap::new();
    for pair in &operations {
        let paths = (pair.old.path_template(), pair.new.path_template());
        if paths.0 != paths.1 {
            *path_moves.entry(paths).or_default() += 1;
        }
    }
    let security = security(old.swagger, new.swagger);
    let properties = old.properties.zip(new.properties).map(|(old, new)| properties(old, new));
    PackagePair { operations, removed: found.removed, added: found.added, path_moves, security, properties, old, new }
}

fn security<'d>(old: Option<Swagger<'d>>, new: Option<Swagger<'d>>) -> Pairing<SecurityDefinition<'d>> {
    let list = |swagger: Option<Swagger<'d>>| swagger.map(Swagger::security_definitions).unwrap_or_default();
    let mut pairing = Pairing::by_key(list(old), list(new), |definition| definition.name);
    pairing.rename_equal(|one, two| one.node.json_eq(two.node));
    pairing
}

fn properties<'d>(old: &'d Properties, new: &'d Properties) -> PropertiesPair<'d> {
    let sets = Pairing::by_key(old.parameter_sets(), new.parameter_sets(), |set| set.name);
    let pairs = sets.pairs.into_iter().map(|(old, new)| {
        let parameters = connection_parameters(old.parameters.clone(), new.parameters.clone());
        SetPair { old, new, parameters }
    });
    PropertiesPair {
        old,
        new,
        parameters: connection_parameters(old.connection_parameters(), new.connection_parameters()),
        sets: pairs.collect(),
        removed_sets: sets.removed,
        added_sets: sets.added,
        policies: policies(old.policies(), new.policies()),
    }
}

fn connection_parameters<'d>(
    old: Vec<ConnectionParameter<'d>>,
    new: Vec<ConnectionParameter<'d>>,
) -> Pairing<ConnectionParameter<'d>> {
    let mut pairing = Pairing::by_key(old, new, |parameter| parameter.name);
    pairing.rename_by_key(|parameter| parameter.name.to_lowercase());
    pairing.rename_equal(|one, two| one.node.json_eq(two.node));
    pairing
}

fn policies<'d>(old: Vec<Policy<'d>>, new: Vec<Policy<'d>>) -> Pairing<Policy<'d>> {
    let operations = |policy: &Policy<'d>| {
        let mut operations = policy.operations.clone();
        operations.sort_unstable();
        operations
    };
    let mut pairing = Pairing { removed: old, added: new, ..Pairing::default() };
    let equal = pairing.take_by_key(|policy| {
        (policy.template_id.clone(), policy.title, policy.section, operations(policy), crate::policies::words(policy))
    });
    let exact =
        pairing.take_by_key(|policy| (policy.template_id.clone(), policy.title, policy.section, operations(policy)));
    let same_place = pairing.take_by_key(|policy| (policy.template_id.clone(), policy.section, operations(policy)));
    let titled = pairing.take_by_key(|policy| (policy.template_id.clone(), policy.title));
    pairing.pairs = [equal, exact, same_place, titled].concat();
    pairing
}
