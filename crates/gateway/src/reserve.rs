//! Randomness that is drawn in advance, for the identifiers of calls.

use backshell_model::Random;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

/// How many bytes are drawn at once.
const DRAWN: usize = 1_024;

/// Hands out unpredictable bytes that were drawn together, each once: asking the system's generator costs as much for
/// one identifier as for many. Not for keys, because what is in reserve stays in memory.
pub(crate) struct Reserve {
    random: Arc<dyn Random>,
    left: Mutex<Left>,
}

/// What was drawn, and how much of it was handed out.
struct Left {
    bytes: [u8; DRAWN],
    used: usize,
}

impl Reserve {
    pub(crate) fn new(random: Arc<dyn Random>) -> Self {
        Self { random, left: Mutex::new(Left { bytes: [0; DRAWN], used: DRAWN }) }
    }
}

impl Random for Reserve {
    fn fill(&self, wanted: &mut [u8]) {
        let mut left = self.left.lock().unwrap_or_else(PoisonError::into_inner);
        if left.used + wanted.len() > DRAWN {
            self.random.fill(&mut left.bytes);
            left.used = 0;
        }
        match left.bytes.get(left.used..left.used + wanted.len()) {
            Some(bytes) => wanted.copy_from_slice(bytes),
            // More than is ever drawn at once.
            None => self.random.fill(wanted),
        }
        left.used += wanted.len();
    }
}

impl fmt::Debug for Reserve {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Reserve(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;
    use std::sync::atomic::{AtomicU64, Ordering};

    /// Counts up, eight bytes at a time.
    #[derive(Debug, Default)]
    struct Counting(AtomicU64);

    impl Random for Counting {
        fn fill(&self, bytes: &mut [u8]) {
            for piece in bytes.chunks_mut(8) {
                let number = self.0.fetch_add(1, Ordering::Relaxed).to_be_bytes();
                piece.copy_from_slice(&number[..piece.len()]);
            }
        }
    }

    #[test]
    fn nothing_is_handed_out_twice() {
        let reserve = Reserve::new(Arc::new(Counting::default()));
        let mut seen = HashSet::new();
        for round in 0..1_000 {
            let mut bytes = vec![0; if round % 100 == 0 { 2 * DRAWN } else { 24 }];
            reserve.fill(&mut bytes);
            for piece in bytes.chunks(8) {
                assert!(seen.insert(piece.to_vec()), "twice: {piece:?}");
            }
        }
    }
}
