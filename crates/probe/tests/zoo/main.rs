//! A zoo of local TLS servers, each wrong in one way: every bar fails for its own reason only.
//!
//! The servers are real (rustls with hyper, and OpenSSL's `s_server` for what rustls does not speak), the certificates are
//! made when the test runs, and names lead to them by a trial resolver and dialler after every check has run.

#![allow(
    clippy::allow_attributes,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "in a test a panic is the verdict"
)]

mod again;
mod certificates;
mod harness;
mod http;
mod openssl;
mod ownership;
mod pki;
mod speaks;
mod web;
