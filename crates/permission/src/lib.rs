//! May this caller do this? The only maker of [`Permitted`], without which no call goes further.
//!
//! Who may do what stands in `policies/backshell.cedar`, in a language that reads like sentences; what the policies may
//! speak of stands beside it in `backshell.cedarschema`. Everything that no policy permits is denied, and the names of
//! the policies that decided are part of every answer, so that the ledger can say why.
//!
//! What this crate does not do: it identifies nobody, reads no database and knows nothing of secrets. Facts come in as
//! a [`World`] when a snapshot is made.
//!
//! Start reading at `policies/backshell.cedar`, then [`Authority::permit_call`].

mod action;
mod authority;
mod cache;
mod permitted;
mod reason;

pub use action::{Action, Resource};
pub use authority::{Authority, CallTarget, ConnectionFacts, Decision, Denied, PermissionError, World};
pub use permitted::Permitted;
pub use reason::Reason;
