//! The way back from the writer to whoever waits for a record.
//!
//! Waking a task of another thread is a system call. A thread that makes many calls therefore has a [`Desk`]: the writer
//! lays the outcomes of a whole group on it and wakes the thread once; a task there hands them out, which costs no system
//! call within a thread.

use crate::error::LedgerError;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{Notify, oneshot};
use tokio::task::AbortHandle;

/// What became of a record: its number in the chain.
pub(crate) type Outcome = Result<i64, LedgerError>;

/// Whoever waits for a record. Dropped without an answer, the wait ends with an error.
pub(crate) struct Waiter {
    answer: oneshot::Sender<Outcome>,
    desk: Option<Arc<Desk>>,
}

impl Waiter {
    /// A waiter on the thread of `desk`, or on any, and what it waits on.
    pub(crate) fn new(desk: Option<Arc<Desk>>) -> (Self, oneshot::Receiver<Outcome>) {
        let (answer, written) = oneshot::channel();
        (Self { answer, desk }, written)
    }
}

/// Tells everyone of a group, and wakes each of their threads once.
pub(crate) fn answer(group: impl Iterator<Item = (Waiter, Outcome)>) {
    let mut desks: Vec<Arc<Desk>> = Vec::new();
    for (waiter, outcome) in group {
        match waiter.desk {
            // Whoever went away does not want to know.
            None => drop(waiter.answer.send(outcome)),
            Some(desk) => {
                if desk.lay(waiter.answer, outcome) {
                    desks.push(desk);
                }
            }
        }
    }
    for desk in desks {
        desk.filled.notify_one();
    }
}

/// Outcomes on their way to the tasks of one thread.
#[derive(Default)]
pub(crate) struct Desk {
    outcomes: Mutex<Vec<(oneshot::Sender<Outcome>, Outcome)>>,
    filled: Notify,
}

impl Desk {
    /// Lays an outcome down; whether the desk was empty.
    fn lay(&self, answer: oneshot::Sender<Outcome>, outcome: Outcome) -> bool {
        let mut outcomes = self.outcomes.lock().unwrap_or_else(PoisonError::into_inner);
        outcomes.push((answer, outcome));
        outcomes.len() == 1
    }

    /// Hands out what is laid down, for ever.
    async fn hand_out(self: Arc<Self>) {
        loop {
            self.filled.notified().await;
            let outcomes = std::mem::take(&mut *self.outcomes.lock().unwrap_or_else(PoisonError::into_inner));
            for (answer, outcome) in outcomes {
                drop(answer.send(outcome));
            }
        }
    }
}

/// A desk and the task that hands out; the task ends with this value.
#[derive(Debug)]
pub(crate) struct OpenDesk {
    desk: Arc<Desk>,
    hands_out: AbortHandle,
}

impl OpenDesk {
    /// Opens a desk on the current runtime.
    pub(crate) fn open() -> Self {
        let desk = Arc::new(Desk::default());
        let hands_out = tokio::spawn(Arc::clone(&desk).hand_out()).abort_handle();
        Self { desk, hands_out }
    }

    pub(crate) fn desk(&self) -> Arc<Desk> {
        Arc::clone(&self.desk)
    }
}

impl Drop for OpenDesk {
    fn drop(&mut self) {
        self.hands_out.abort();
    }
}

impl std::fmt::Debug for Desk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Desk(..)")
    }
}
