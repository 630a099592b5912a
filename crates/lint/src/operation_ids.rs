//! The ids of a definition's operations, for the lists of the properties file that name operations.

use crate::quoted;
use backshell_model::{FastMap, FastSet};
use backshell_package::{Definition, Operation};
use std::cell::OnceCell;

/// The ids of all operations.
pub(crate) struct OperationIds<'d> {
    exact: FastSet<&'d str>,
    /// By their text in lower case.
    folded: OnceCell<FastMap<String, &'d str>>,
}

impl<'d> OperationIds<'d> {
    /// Those of a definition.
    pub(crate) fn of(definition: &'d Definition) -> Self {
        Self { exact: definition.swagger().operations().filter_map(Operation::id).collect(), folded: OnceCell::new() }
    }

    /// What is wrong with a name that is no id, letter case counting.
    pub(crate) fn fault(&self, name: &str) -> Option<String> {
        if self.exact.contains(name) {
            return None;
        }
        let folded = self.folded.get_or_init(|| self.exact.iter().map(|id| (id.to_ascii_lowercase(), *id)).collect());
        Some(match folded.get(&name.to_ascii_lowercase()) {
            Some(other) => format!("the operation {} is spelt {} in the definition", quoted(name), quoted(other)),
            None => format!("there is no operation {}", quoted(name)),
        })
    }
}
