//! Remembers decisions about calls for as long as their [`Authority`](crate::Authority) lives.

use crate::authority::Decision;
use backshell_model::{ConnectionId, FastMap, UserId};
use std::sync::{PoisonError, RwLock};

/// How many parts the memory has; readers of different parts do not meet.
const SHARDS: usize = 32;
/// How many decisions one part holds.
const PER_SHARD: usize = 2_048;

type Shard = RwLock<FastMap<(ConnectionId, UserId), Decision>>;

/// A bounded memory of decisions. A part that is full starts over: entries cost microseconds to make again, so
/// bookkeeping about which of them is oldest would cost more than it saves.
#[derive(Debug)]
pub(crate) struct DecisionCache {
    shards: Box<[Shard]>,
}

impl DecisionCache {
    pub(crate) fn new() -> Self {
        Self { shards: (0..SHARDS).map(|_| Shard::default()).collect() }
    }

    /// The remembered decision, or the one that `decide` makes now.
    pub(crate) fn get_or(
        &self,
        connection: ConnectionId,
        user: &UserId,
        decide: impl FnOnce() -> Decision,
    ) -> Decision {
        let Some(shard) = self.shard(connection) else { return decide() };
        let key = (connection, user.clone());
        if let Some(decision) = shard.read().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return decision.clone();
        }
        let decision = decide();
        let mut shard = shard.write().unwrap_or_else(PoisonError::into_inner);
        if shard.len() >= PER_SHARD {
            shard.clear();
        }
        shard.insert(key, decision.clone());
        decision
    }

    fn shard(&self, connection: ConnectionId) -> Option<&Shard> {
        // The last byte of an identifier is random.
        let [.., last] = connection.to_bytes();
        self.shards.get(usize::from(last) % SHARDS)
    }

    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.shards.iter().map(|shard| shard.read().unwrap().len()).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reason::Reason;
    use backshell_model::Timestamp;
    use backshell_testkit::SeededRandom;

    #[test]
    fn stays_bounded_and_remembers() {
        let cache = DecisionCache::new();
        let random = SeededRandom::new(1);
        let user = UserId::new("ada").unwrap();
        let decision = Decision { allowed: true, reason: Reason::new("p") };
        for second in 0..100_000 {
            let connection = ConnectionId::generate(Timestamp::from_secs(second), &random);
            cache.get_or(connection, &user, || decision.clone());
            let again = cache.get_or(connection, &user, || panic!("decided twice"));
            assert_eq!(again, decision);
        }
        assert!(cache.len() <= SHARDS * PER_SHARD, "{}", cache.len());
        assert!(cache.len() > PER_SHARD);
    }
}
