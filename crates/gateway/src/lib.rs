//! The call pipeline: request -> identify -> route -> cell -> permission -> templates -> resolve -> boundary -> secret ->
//! ledger -> upstream -> templates -> response.
//!
//! `pipeline.rs` is the pipeline, one line per step; each step is a file beside it or a crate of its own. No query of a
//! database happens on the way: what is known is an immutable [`Snapshot`] that is swapped when the store changes.
//!
//! What this crate does not do: it stores no payload, follows no redirect, and decides nothing itself: permission,
//! place and credential are proofs that other crates make.
//!
//! Start reading at `pipeline.rs`, then [`Gateway`] and [`Serving`].

mod body;
mod compiled;
pub mod connect;
mod header_timer;
mod identify;
mod linger;
mod location;
mod metrics;
mod opening;
mod pages;
mod paging;
mod pipeline;
mod receive;
mod refusal;
mod reserve;
mod respond;
mod route;
mod seat;
mod serve;
mod settings;
mod snapshot;
mod stall;
mod state;

pub use body::ResponseBody;
pub use compiled::{CompiledVersion, RoutingProblem};
pub use identify::{TOKEN_PREFIX, Unauthenticated, token_hash};
pub use metrics::{Metrics, MetricsReading};
pub use opening::Opening;
pub use refusal::{CALL_ID_HEADER, Code, ERROR_HEADER, Refusal};
pub use route::{Found, NotRouted, Router};
pub use seat::CellSeat;
pub use serve::Serving;
pub use settings::Settings;
pub use snapshot::{Leads, Snapshot, roots};
pub use state::{Gateway, Parts, RefreshError, Stale};
