//! The way from callers to the writer: what waits, and when the writer is woken for it.
//!
//! Waking a thread costs more than a record does, so it happens as seldom as can be: a record wakes the writer only when
//! the writer waits for exactly that many, and a completion only when nothing else is there to bring the writer by.

use crate::error::LedgerError;
use crate::waiter::Waiter;
use backshell_store::LedgerRow;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::{Notify, oneshot};

/// How many records one transaction takes at most.
const GROUP: usize = 1_024;
/// How many records, and how many completions, may wait for the writer. Beyond it records wait to be handed over and
/// completions are lost.
const ROOM: usize = 8_192;
/// How long completions wait for a record to share a flush with. Nobody waits for a completion.
const LINGER: Duration = Duration::from_millis(10);
/// Under load a group is given so long to grow, from when the writer is there for it, or from its first record on if that came
/// before: one flush then serves many calls, a call waits a little, and the node does more of them. With less than [`SIBLINGS`]
/// records in that time nobody waits for others.
const GATHER: Duration = Duration::from_micros(500);
const SIBLINGS: f64 = 2.0;

/// A row that is complete but for its place in the chain, and who waits for it.
pub(crate) struct Pending {
    pub(crate) row: LedgerRow,
    pub(crate) waiter: Option<Waiter>,
}

/// What the writer takes in one go.
#[derive(Default)]
pub(crate) struct Batch {
    pub(crate) records: Vec<Pending>,
    pub(crate) completions: Vec<LedgerRow>,
    /// Dropped when everything before them is written.
    pub(crate) stops: Vec<oneshot::Sender<()>>,
    /// Nothing comes after this.
    pub(crate) last: bool,
}

/// The queue between callers and the writer.
#[derive(Default)]
pub(crate) struct Queue {
    state: Mutex<State>,
    /// The writer waits here.
    arrived: Condvar,
    /// Callers wait here for room.
    room: Notify,
}

#[derive(Default)]
struct State {
    records: Vec<Pending>,
    /// Since when the first of the records waits.
    since: Option<Instant>,
    completions: Vec<LedgerRow>,
    stops: Vec<oneshot::Sender<()>>,
    closed: bool,
    /// What the waiting writer waits for; `None` while it works.
    awaited: Option<Awaited>,
}

/// How fast records come, as the writer sees it.
pub(crate) struct Pace {
    counted: Instant,
    /// Records in a [`GATHER`], smoothed over a few groups.
    average: f64,
}

impl Pace {
    pub(crate) fn new() -> Self {
        Self { counted: Instant::now(), average: 0.0 }
    }

    /// `records` came since the last group.
    fn count(&mut self, records: usize) {
        let passed = self.counted.elapsed().as_secs_f64();
        self.counted = Instant::now();
        let records = f64::from(u32::try_from(records).unwrap_or(u32::MAX));
        let now = records * GATHER.as_secs_f64() / passed.max(1e-6);
        self.average = self.average.midpoint(now);
    }

    fn is_fast(&self) -> bool {
        self.average >= SIBLINGS
    }
}

#[derive(Clone, Copy)]
enum Awaited {
    Anything,
    Records(usize),
}

impl Queue {
    /// Hands a record over; waits while there is no room.
    pub(crate) async fn push(&self, pending: Pending) -> Result<(), LedgerError> {
        let mut pending = pending;
        loop {
            // Made before the look at the queue, so that room which is made in between is not missed.
            let room = self.room.notified();
            match self.try_push(pending)? {
                None => return Ok(()),
                Some(back) => pending = back,
            }
            room.await;
        }
    }

    /// Hands a record over without waiting; gives it back when there is no room.
    pub(crate) fn try_push(&self, pending: Pending) -> Result<Option<Pending>, LedgerError> {
        let mut state = self.lock();
        if state.closed {
            return Err(LedgerError::Stopped);
        }
        if state.records.len() >= ROOM {
            return Ok(Some(pending));
        }
        if state.records.is_empty() {
            state.since = Some(Instant::now());
        }
        state.records.push(pending);
        let wake = match state.awaited {
            None => false,
            Some(Awaited::Anything) => true,
            Some(Awaited::Records(number)) => state.records.len() >= number,
        };
        self.wake_if(wake, state);
        Ok(None)
    }

    /// Hands a completion over without waiting; false when there is no room or no writer any more.
    pub(crate) fn complete(&self, row: LedgerRow) -> bool {
        let mut state = self.lock();
        if state.closed || state.completions.len() >= ROOM {
            return false;
        }
        state.completions.push(row);
        let wake = state.completions.len() == 1 && matches!(state.awaited, Some(Awaited::Anything));
        self.wake_if(wake, state);
        true
    }

    /// Asks the writer to end after what is in the queue; false when it has ended.
    pub(crate) fn stop(&self, done: oneshot::Sender<()>) -> bool {
        let mut state = self.lock();
        if state.closed {
            return false;
        }
        state.stops.push(done);
        state.closed = true;
        self.wake_if(true, state);
        true
    }

    /// Nothing more comes in; what waits is still written.
    pub(crate) fn close(&self) {
        let mut state = self.lock();
        state.closed = true;
        self.wake_if(true, state);
    }

    /// The writer has ended: nobody is left waiting for it.
    pub(crate) fn abandon(&self) {
        let mut state = self.lock();
        state.closed = true;
        let left = (std::mem::take(&mut state.records), std::mem::take(&mut state.stops));
        drop(state);
        drop(left);
        self.room.notify_waiters();
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.lock().closed
    }

    /// How many records wait.
    pub(crate) fn waiting(&self) -> usize {
        self.lock().records.len()
    }

    /// The next batch, for the writer; an empty one when nothing came within `tick`. Blocks.
    pub(crate) fn next(&self, tick: Duration, pace: &mut Pace) -> Batch {
        let mut state = self.lock();
        if pace.is_fast() {
            // Under load there will be records: to be woken for the first of them would be to wake up twice for a group.
            state = self.gather(state);
        }
        if state.records.is_empty() {
            state = self.wait(state, Awaited::Anything, tick, |state| !state.is_empty());
            if state.records.is_empty() && !state.closed && !state.completions.is_empty() {
                state = self.wait(state, Awaited::Records(1), LINGER, |state| !state.records.is_empty());
            }
            if pace.is_fast() && !state.records.is_empty() {
                state = self.gather(state);
            }
        }
        pace.count(state.records.len());
        let was_full = state.records.len() >= ROOM;
        let batch = state.take();
        drop(state);
        if was_full {
            self.room.notify_waiters();
        }
        batch
    }

    /// Lets a group grow.
    fn gather<'s>(&self, state: MutexGuard<'s, State>) -> MutexGuard<'s, State> {
        let left = state.gather_left(Instant::now());
        if left.is_zero() {
            return state;
        }
        self.wait(state, Awaited::Records(GROUP), left, |state| state.records.len() >= GROUP)
    }

    /// Lets the writer wait until `enough`, until the queue is closed, or until `limit` is over.
    fn wait<'s>(
        &self,
        mut state: MutexGuard<'s, State>,
        awaited: Awaited,
        limit: Duration,
        enough: impl Fn(&State) -> bool,
    ) -> MutexGuard<'s, State> {
        state.awaited = Some(awaited);
        let waited = self.arrived.wait_timeout_while(state, limit, |state| !state.closed && !enough(state));
        let (mut state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        state.awaited = None;
        state
    }

    fn wake_if(&self, wake: bool, mut state: MutexGuard<'_, State>) {
        // It has what it waits for: until it is awake, nobody wakes it again.
        if wake {
            state.awaited = None;
        }
        // Let go first: the writer would wake up only to wait for the lock.
        drop(state);
        if wake {
            self.arrived.notify_one();
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// How much longer the group may grow. What came while the writer was busy has waited already, and so have records that a
    /// full group left over.
    fn gather_left(&self, now: Instant) -> Duration {
        match self.since {
            Some(since) => GATHER.saturating_sub(now.saturating_duration_since(since)),
            None if self.records.is_empty() => GATHER,
            None => Duration::ZERO,
        }
    }

    fn is_empty(&self) -> bool {
        self.records.is_empty() && self.completions.is_empty() && self.stops.is_empty()
    }

    /// Takes what one group holds. Stops are taken with the last of the records.
    fn take(&mut self) -> Batch {
        let rest = self.records.split_off(self.records.len().min(GROUP));
        let records = std::mem::replace(&mut self.records, rest);
        // What is left over has waited long enough; it goes with the next group.
        self.since = None;
        let last = self.closed && self.records.is_empty();
        Batch {
            records,
            completions: std::mem::take(&mut self.completions),
            stops: if last { std::mem::take(&mut self.stops) } else { Vec::new() },
            last,
        }
    }
}

impl std::fmt::Debug for Queue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Queue(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use backshell_model::Timestamp;
    use std::sync::Arc;

    const TICK: Duration = Duration::from_millis(20);

    fn row() -> LedgerRow {
        LedgerRow {
            seq: 0,
            at: Timestamp::from_secs(1),
            kind: "act".into(),
            environment: None,
            body: None,
            body_hash: [0; 32],
            hash: [0; 32],
        }
    }

    fn record() -> Pending {
        Pending { row: row(), waiter: None }
    }

    #[tokio::test]
    async fn a_record_and_its_completions_leave_together() {
        let queue = Queue::default();
        assert!(queue.next(TICK, &mut Pace::new()).records.is_empty(), "nothing came within the tick");
        assert!(queue.complete(row()) && queue.complete(row()));
        queue.push(record()).await.unwrap();
        let batch = queue.next(TICK, &mut Pace::new());
        assert_eq!((batch.records.len(), batch.completions.len(), batch.last), (1, 2, false));
    }

    fn fast() -> Pace {
        Pace { counted: Instant::now(), average: 1e9 }
    }

    #[tokio::test]
    async fn a_group_under_load_waits_for_its_siblings_and_never_longer_than_that() {
        const LONG: Duration = Duration::from_mins(1);
        let queue = Queue::default();
        queue.push(record()).await.unwrap();
        // Nobody else comes: the writer goes on alone.
        let begun = Instant::now();
        assert_eq!(queue.next(LONG, &mut fast()).records.len(), 1);
        // Nobody comes at all.
        assert!(queue.complete(row()));
        let batch = queue.next(LONG, &mut fast());
        assert_eq!((batch.records.len(), batch.completions.len()), (0, 1));
        assert!(begun.elapsed() < LONG / 2);
        assert!(queue.next(TICK, &mut fast()).completions.is_empty());
    }

    #[test]
    fn under_load_the_writer_is_not_woken_for_a_single_record() {
        let queue = Arc::new(Queue::default());
        let writer = std::thread::spawn({
            let queue = Arc::clone(&queue);
            move || while !queue.next(TICK, &mut fast()).last {}
        });
        let begun = Instant::now();
        while !matches!(queue.lock().awaited, Some(Awaited::Records(GROUP))) {
            assert!(begun.elapsed() < Duration::from_mins(1), "it waits for anything");
            std::thread::yield_now();
        }
        queue.close();
        writer.join().unwrap();
    }

    #[tokio::test]
    async fn a_waiting_writer_is_woken_once() {
        let queue = Queue::default();
        queue.lock().awaited = Some(Awaited::Records(2));
        queue.push(record()).await.unwrap();
        assert!(queue.lock().awaited.is_some(), "it waits for another one");
        queue.push(record()).await.unwrap();
        assert!(queue.lock().awaited.is_none(), "it is on its way");
        queue.lock().awaited = Some(Awaited::Anything);
        assert!(queue.complete(row()));
        assert!(queue.lock().awaited.is_none());
    }

    #[tokio::test]
    async fn a_group_grows_from_its_first_record_on() {
        let queue = Queue::default();
        assert!(queue.lock().since.is_none());
        assert_eq!(queue.lock().gather_left(Instant::now()), GATHER, "nobody has waited yet");
        queue.push(record()).await.unwrap();
        let since = queue.lock().since.unwrap();
        queue.push(record()).await.unwrap();
        assert_eq!(queue.lock().since, Some(since), "later records do not prolong the wait");
        let left = |now| queue.lock().gather_left(now);
        assert_eq!(left(since), GATHER);
        assert_eq!(left(since + GATHER / 4), GATHER * 3 / 4);
        assert_eq!(left(since + 2 * GATHER), Duration::ZERO);
        assert_eq!(queue.next(TICK, &mut Pace::new()).records.len(), 2);
        assert!(queue.lock().since.is_none());
    }

    #[tokio::test]
    async fn what_does_not_fit_waits_and_nothing_is_lost() {
        let queue = Arc::new(Queue::default());
        for _ in 0..ROOM {
            queue.push(record()).await.unwrap();
            assert!(queue.complete(row()));
        }
        assert!(!queue.complete(row()), "completions do not wait for room");
        let late = tokio::spawn({
            let queue = Arc::clone(&queue);
            async move { queue.push(record()).await }
        });
        tokio::task::yield_now().await;
        assert_eq!(queue.waiting(), ROOM);
        let mut taken = queue.next(TICK, &mut Pace::new()).records.len();
        assert_eq!(taken, GROUP);
        assert!(queue.lock().gather_left(Instant::now()).is_zero(), "who is left over has waited");
        late.await.unwrap().unwrap();
        queue.close();
        assert!(matches!(queue.push(record()).await, Err(LedgerError::Stopped)));
        loop {
            let batch = queue.next(TICK, &mut Pace::new());
            taken += batch.records.len();
            if batch.last {
                break;
            }
        }
        assert_eq!(taken, ROOM + 1);
    }

    #[tokio::test]
    async fn whoever_waits_learns_that_the_writer_has_ended() {
        let queue = Queue::default();
        let (waiter, written) = Waiter::new(None);
        queue.push(Pending { row: row(), waiter: Some(waiter) }).await.unwrap();
        queue.abandon();
        assert!(written.await.is_err());
        assert!(queue.is_closed() && !queue.complete(row()));
    }
}
