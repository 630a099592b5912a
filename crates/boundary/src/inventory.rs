//! The operator's own services and where they run.

use backshell_model::{HostName, Region};
use std::collections::BTreeMap;

/// Which hosts belong to the operator's own infrastructure, and in which region each runs. The operator vouches for
/// it in the configuration; it is the only evidence for the place of an internal service so far.
#[derive(Clone, Debug, Default)]
pub struct Inventory(BTreeMap<HostName, Region>);

impl Inventory {
    /// Where the operator says that this host runs.
    pub fn region_of(&self, host: &HostName) -> Option<&Region> {
        self.0.get(host)
    }
}

impl FromIterator<(HostName, Region)> for Inventory {
    fn from_iter<I: IntoIterator<Item = (HostName, Region)>>(entries: I) -> Self {
        Self(entries.into_iter().collect())
    }
}
