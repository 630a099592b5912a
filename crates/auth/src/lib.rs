//! How a connection proves itself to its service, and the only maker of [`Credentialed`], without which nothing is sent.
//!
//! An [`AuthPlan`] says, per connector version, which connection parameters are secrets and where they go. At call time
//! it puts *sealed references* into the request, so that policy templates can move and extend a credential they never
//! see; [`credential`] opens the references on the finished request, after its destination was judged.
//!
//! What this crate does not do: it stores no secret and decrypts none (that is the vault's), and it opens no connection.
//! No error message and no debug output shows a secret's value.
//!
//! Start reading at [`credential`], then one file of `kinds`.

mod credential;
mod kinds;
mod plan;
mod secrets;

pub use credential::{AuthError, Credentialed, credential, credential_open, needs_secrets};
pub use plan::{AuthPlan, AuthProblem, ParameterPlan, PlannedParameter, query_name};
pub use secrets::Secrets;
