//! The only crate that opens outward connections.
//!
//! It sends a [`Credentialed`](backshell_auth::Credentialed) request, and only against a ledger
//! [`Receipt`](backshell_ledger::Receipt): the compiler thereby says that permission, boundary and secret were decided
//! and that the decision is on disk before a byte leaves. It connects to the addresses that the boundary pinned, without
//! a second look-up and without a proxy from the environment, streams both bodies and keeps nothing.
//!
//! What this crate does not do: decide anything, follow redirects, retry a request that may have reached the service.
//!
//! Start reading at [`Upstream::send`]; then [`dial`] (pinned addresses, TLS), [`pool`](crate::pool) (reuse within one
//! environment only) and [`trial`] (a cell for demos and tests, constructible in code alone).
//!
//! ```compile_fail
//! // A request without proofs is not accepted.
//! async fn send(upstream: &backshell_upstream::Upstream, request: http::Request<backshell_upstream::RequestBody>) {
//!     upstream.send(request).await;
//! }
//! ```
//! ```compile_fail
//! // A receipt cannot be made outside the ledger.
//! let receipt = backshell_ledger::Receipt {};
//! ```

mod alarm;
mod alias;
pub mod body;
pub mod dial;
mod http1;
mod pool;
mod probe;
pub mod resolve;
mod send;
pub mod trial;

pub use alarm::Alarm;
pub use body::{Progress, RequestBody, UpstreamBody, UpstreamBodyError};
pub use dial::{Dialled, Dialler, PinnedDialler};
pub use probe::{ProbeAnswer, ProbeWay, Question, QuestionError, ask};
pub use resolve::{DnsResolver, Records, ResolverError};
pub use send::{SendError, Timeouts, Upstream};
