//! How this node's gateway behaves. The binary fills it from the configuration.

use backshell_boundary::{AddressRules, Inventory};
use backshell_model::Region;
use backshell_upstream::Timeouts;
use std::time::Duration;

/// What the operator of a node decides about its gateway.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The node's name.
    pub cell_name: String,
    /// The region it runs in.
    pub cell_region: Region,
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
    /// How long the service may take.
    pub upstream: Timeouts,
    /// How long running calls may go on after the order to stop.
    pub drain: Duration,
}

impl Settings {
    /// The defaults for a node called `cell_name` in `cell_region`.
    pub fn new(cell_name: impl Into<String>, cell_region: Region) -> Self {
        Self {
            cell_name: cell_name.into(),
            cell_region,
            inventory: Inventory::default(),
            addresses: AddressRules::default(),
            max_request_body: 2 * 1024 * 1024 * 1024,
            max_calls_per_worker: 4_096,
            max_connections_per_worker: 8_192,
            header_timeout: Duration::from_secs(15),
            upstream: Timeouts::default(),
            drain: Duration::from_secs(30),
        }
    }
}
