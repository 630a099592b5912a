//! The control listener: the management API under `/api/v1`, health and metrics.
//!
//! What this crate does not do: it never touches the vault (secrets go inwards through `gateway::connect` and never come
//! back), it decides no permission itself (`permission` does, asked by every endpoint), it carries no calls (the gateway
//! listener does), and it speaks no TLS (it is bound to loopback, or a proxy stands before it).
//!
//! Start reading at [`Console::router`], then `api/mod.rs`, the list of endpoints, and `acts.rs`, the order in which an
//! administrative act is permitted, recorded and done.

mod acts;
mod api;
mod endpoint_check;
mod extract;
mod guard;
mod health;
mod metrics;
mod notices;
mod ownership;
mod ports;
mod problem;
mod router;
mod secret;
mod serve;
mod state;
mod time;
mod token;

pub use api::cell_address;
pub use endpoint_check::PublicationCheck;
pub use ownership::{LookError, OnFile, Seen, look_again};
pub use ports::{
    Authenticator, EgressFacts, HostProbe, MetricFamily, MetricKind, MetricsSource, NodeFacts, OutsideFacts, Sample,
    SnapshotHandle, Stale, Unauthenticated,
};
pub use router::Console;
pub use serve::serve;
pub use state::{ConsoleConfig, ConsoleParts, ConsoleState};
pub use token::generate as generate_token;
