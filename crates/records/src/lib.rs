//! What the ledger says about flows of data: who sent to which recipient in which place, how often and how much, and
//! never what.
//!
//! Three things are made of it: the flow ledger ([`Flows`]), the register of processing activities after Article 30 GDPR
//! ([`Register`]), and a report with a map ([`Report`]). Records are read one after the other and only sums are kept, so
//! that a year of records needs no more memory than a day of them.
//!
//! Records of every age are read: one without a member that came later counts as one of which that is not known.
//!
//! What this crate does not do: it judges nothing and proves nothing beyond what the ledger holds. A place is called what
//! the evidence at the time of the call allowed to call it (`wording.rs`), what only the organisation knows is marked as
//! to be filled in, and what retention has erased is said to be missing. It keeps no payload, because no record has any.
//!
//! Start reading at [`gather()`], then `flows.rs`.

mod directory;
mod entry;
mod escape;
mod flow_document;
mod flows;
mod gather;
mod map;
mod numbers;
mod organisation;
mod place;
mod register;
mod register_render;
mod report;
mod report_html;
mod report_markdown;
mod time;
mod uses;
mod wording;

#[cfg(test)]
mod samples;
#[cfg(test)]
mod tests;

pub use directory::{ConnectorFacts, Directory, EnvironmentFacts, GrantFacts};
pub use flow_document::{FlowDocument, FlowView, PlaceView};
pub use flows::{By, Flow, FlowKey, Flows, Limits, Totals};
pub use gather::{Query, RecordsError, directory, gather};
pub use organisation::{Organisation, OrganisationError, Role, Scoped};
pub use place::{Grade, Knowledge};
pub use register::{Activity, Register, RegisterFacts};
pub use report::Report;
pub use time::{Period, PeriodError};
pub use uses::{Uses, uses};
pub use wording::TO_BE_FILLED_IN;
