//! Imported evidence about places: the folder it is kept in, and the copy in memory that calls ask.

pub mod folder;
pub mod live;

pub use folder::{Folder, Imported};
pub use live::LiveEvidence;
