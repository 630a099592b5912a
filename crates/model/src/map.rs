//! The map and the set for what is looked up often.

use std::collections::{HashMap, HashSet};

/// A hash map whose hash function is a fraction of the standard one's work. It is seeded at random, but does not
/// withstand somebody who measures again and again how long look-ups take: for keys that come from the store or the command
/// line, are numbers that we gave, or come from a package, which has limits and is judged for whoever runs the command or may
/// publish; not for texts that callers may add.
pub type FastMap<K, V> = HashMap<K, V, foldhash::fast::RandomState>;

/// A set of the same kind as [`FastMap`].
pub type FastSet<T> = HashSet<T, foldhash::fast::RandomState>;
