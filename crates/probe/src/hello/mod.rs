//! A hand-written first half of a TLS handshake: it *sees* versions, cipher suites and groups that our TLS library does
//! not speak, and never finishes.
//!
//! [`offer`] writes a ClientHello, [`answer`] reads what comes back, up to fixed limits, and nothing of it is trusted:
//! what a host answers here says what it would speak, not who it is.

pub mod answer;
pub mod offer;
mod read;

pub use answer::{Answer, Spoken, read_answer};
pub use offer::Offer;
