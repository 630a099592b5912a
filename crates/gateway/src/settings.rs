//! How this node's gateway behaves. The binary fills it from the configuration.

use crate::seat::CellSeat;
use backshell_boundary::{AddressRules, CellIdentity, Inventory};
use backshell_model::Region;
use backshell_upstream::Timeouts;
use std::sync::Arc;
use std::time::Duration;

/// What the operator of a node decides about its gateway.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The node's name.
    pub cell_name: String,
    /// The region that it says it runs in.
    pub cell_region: Region,
    /// The node as a cell: what vouches for name and region.
    pub cell: Arc<CellSeat>,
    /// Where cells of other regions are reached, beyond those that the database knows.
    pub home_cells: Vec<(Region, String)>,
    /// How callers reach the gateway (`https://gateway.example`): what stands before the addresses of next pages.
    pub public_url: String,
    /// The operator's own services.
    pub inventory: Inventory,
    /// Addresses that are refused beyond the built-in list.
    pub addresses: AddressRules,
    /// Largest request body, bytes.
    pub max_request_body: u64,
    /// Calls that one worker carries at the same time; more are answered `overloaded`.
    pub max_calls_per_worker: usize,
    /// Connections that one worker carries at the same time; more wait in the system's queue.
    pub max_connections_per_worker: usize,
    /// How long a caller may take to send a request's head.
    pub header_timeout: Duration,
    /// How long a caller may leave an answer unread.
    pub stall_timeout: Duration,
    /// How long the service may take.
    pub upstream: Timeouts,
    /// How long running calls may go on after the order to stop.
    pub drain: Duration,
}

impl Settings {
    /// The defaults for the node that `identity` says it is.
    pub fn new(identity: CellIdentity) -> Self {
        Self {
            cell_name: identity.name().to_owned(),
            cell_region: identity.region().clone(),
            cell: CellSeat::new(identity),
            home_cells: Vec::new(),
            public_url: String::new(),
            inventory: Inventory::default(),
            addresses: AddressRules::default(),
            max_request_body: 2 * 1024 * 1024 * 1024,
            max_calls_per_worker: 4_096,
            max_connections_per_worker: 8_192,
            header_timeout: Duration::from_secs(15),
            stall_timeout: Duration::from_mins(1),
            upstream: Timeouts::default(),
            drain: Duration::from_secs(30),
        }
    }
}
