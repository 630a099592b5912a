//! Every bar, one file each. Written by `cargo xtask gen`; do not edit.

mod ev_01_https_only;
mod ev_02_canonical_host;
mod ev_03_name_resolves;
mod ev_04_public_addresses;
mod ev_05_place;
mod ev_06_tls_version;
mod ev_07_cipher_suite;
mod ev_08_key_exchange;
mod ev_09_strong_keys;
mod ev_10_complete_chain;
mod ev_11_validity;
mod ev_12_name;
mod ev_13_server_certificate;
mod ev_14_revocation;
mod ev_15_transparency;
mod ev_16_strict_transport;
mod ev_17_redirect;
mod ev_18_http;
mod ev_19_availability;
mod ev_20_latency;
mod ev_21_ownership;
mod ev_22_error_pages;
mod ev_23_standing;
mod ev_24_public_suffix;

use crate::Bar;

/// Every bar, ordered by id.
pub(crate) static ALL: &[&Bar] = &[
    &ev_01_https_only::BAR,
    &ev_02_canonical_host::BAR,
    &ev_03_name_resolves::BAR,
    &ev_04_public_addresses::BAR,
    &ev_05_place::BAR,
    &ev_06_tls_version::BAR,
    &ev_07_cipher_suite::BAR,
    &ev_08_key_exchange::BAR,
    &ev_09_strong_keys::BAR,
    &ev_10_complete_chain::BAR,
    &ev_11_validity::BAR,
    &ev_12_name::BAR,
    &ev_13_server_certificate::BAR,
    &ev_14_revocation::BAR,
    &ev_15_transparency::BAR,
    &ev_16_strict_transport::BAR,
    &ev_17_redirect::BAR,
    &ev_18_http::BAR,
    &ev_19_availability::BAR,
    &ev_20_latency::BAR,
    &ev_21_ownership::BAR,
    &ev_22_error_pages::BAR,
    &ev_23_standing::BAR,
    &ev_24_public_suffix::BAR,
];
