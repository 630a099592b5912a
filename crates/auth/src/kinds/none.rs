//! No credential: the service is open, or policy templates send what it needs.
//!
//! Secrets that the package declares all the same are kept in the vault for the templates that name them.

use crate::plan::Attachment;
use backshell_model::AuthKind;

/// Nothing is attached.
pub(crate) fn bind() -> (AuthKind, Vec<Attachment>) {
    (AuthKind::None, Vec::new())
}
