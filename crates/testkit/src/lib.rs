//! What tests need in place of the real world: a clock that stands still until it is moved, randomness from a
//! seed, a name server, the schemas that outputs are held against, writers of file formats that are otherwise only read.
//!
//! This crate is a development dependency only; nothing that ships uses it.

mod dns;
mod mmdb;
mod range_files;
mod sarif;

pub use dns::{DnsAnswer, DnsQuestion, DnsServer};
pub use hickory_proto;
pub use mmdb::{CountryRecord, country_database};
pub use range_files::{aws_ranges, azure_tags, google_ranges};
pub use sarif::sarif_schema;

use backshell_model::{Clock, Random, Timestamp};
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

/// A clock that shows what the test says.
#[derive(Debug)]
pub struct MockClock(AtomicI64);

impl MockClock {
    /// A clock that stands at `seconds` since the Unix epoch.
    pub fn at(seconds: i64) -> Self {
        Self(AtomicI64::new(Timestamp::from_secs(seconds).as_micros()))
    }

    /// Moves the clock on.
    pub fn advance(&self, seconds: i64) {
        self.0.fetch_add(Timestamp::from_secs(seconds).as_micros(), Ordering::SeqCst);
    }
}

impl Clock for MockClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::SeqCst))
    }
}

/// Reproducible bytes: SplitMix64 over a seed. Never for anything but tests.
#[derive(Debug)]
pub struct SeededRandom(AtomicU64);

impl SeededRandom {
    /// Bytes that follow from `seed`.
    pub fn new(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }
}

impl Random for SeededRandom {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            let state = self.0.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::SeqCst).wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut mixed = state;
            mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            mixed ^= mixed >> 31;
            for (byte, random) in chunk.iter_mut().zip(mixed.to_le_bytes()) {
                *byte = random;
            }
        }
    }
}
