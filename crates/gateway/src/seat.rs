//! Which cell this node is, as everything in it sees it: one identity that can be replaced while calls run.

use arc_swap::{ArcSwap, Guard};
use backshell_boundary::CellIdentity;
use std::sync::Arc;

/// The node's identity as a cell. A renewed attestation takes effect with the next call.
#[derive(Debug)]
pub struct CellSeat(ArcSwap<CellIdentity>);

impl CellSeat {
    /// The cell that this node starts as.
    pub fn new(identity: CellIdentity) -> Arc<Self> {
        Arc::new(Self(ArcSwap::from_pointee(identity)))
    }

    /// The identity now. Neither waits nor allocates.
    pub fn identity(&self) -> Guard<Arc<CellIdentity>> {
        self.0.load()
    }

    /// Puts another identity in its place. The gateway must be refreshed from scratch after this:
    /// [`Gateway::reload`](crate::Gateway::reload).
    pub fn replace(&self, identity: CellIdentity) {
        self.0.store(Arc::new(identity));
    }
}
