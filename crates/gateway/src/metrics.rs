//! What the gateway counts. Labels come from small closed sets; no user, connection or address is ever one.

use crate::refusal::Code;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

/// Counters of one process, shared by its workers.
#[derive(Debug)]
pub struct Metrics {
    refused: Vec<AtomicU64>,
    answered: [AtomicU64; 5],
    in_flight: Arc<AtomicUsize>,
    notices: AtomicU64,
    locations_removed: AtomicU64,
}

impl Default for Metrics {
    fn default() -> Self {
        Self {
            refused: Code::ALL.iter().map(|_| AtomicU64::new(0)).collect(),
            answered: Default::default(),
            in_flight: Arc::default(),
            notices: AtomicU64::new(0),
            locations_removed: AtomicU64::new(0),
        }
    }
}

/// What [`Metrics`] showed at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MetricsReading {
    /// Refused calls by code.
    pub refused: Vec<(&'static str, u64)>,
    /// Calls that the service answered, by class of status: `1xx` to `5xx`.
    pub answered: Vec<(&'static str, u64)>,
    /// Calls whose answer has not ended yet.
    pub in_flight: u64,
    /// Calls that went on with a boundary notice.
    pub notices: u64,
    /// Answers whose `Location` led elsewhere and was taken out.
    pub locations_removed: u64,
}

impl Metrics {
    pub(crate) fn refused(&self, code: Code) {
        if let Some(counter) = Code::ALL.iter().position(|known| *known == code).and_then(|at| self.refused.get(at)) {
            counter.fetch_add(1, Ordering::Relaxed);
        }
    }

    pub(crate) fn answered(&self, status: u16) {
        if let Some(counter) = usize::from(status / 100).checked_sub(1).and_then(|class| self.answered.get(class)) {
            counter.fetch_add(1, Ordering::Relaxed);
        }
    }

    pub(crate) fn notice(&self) {
        self.notices.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn location_removed(&self) {
        self.locations_removed.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts a call among the running ones, here and in `worker`, until what is returned is dropped.
    pub(crate) fn enter(&self, worker: &Arc<AtomicUsize>) -> Running {
        let counters = [Arc::clone(&self.in_flight), Arc::clone(worker)];
        for counter in &counters {
            counter.fetch_add(1, Ordering::Relaxed);
        }
        Running(counters)
    }

    /// The counters as they are now.
    pub fn read(&self) -> MetricsReading {
        let load = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        MetricsReading {
            refused: Code::ALL
                .iter()
                .zip(&self.refused)
                .map(|(code, counter)| (code.as_str(), load(counter)))
                .collect(),
            answered: ["1xx", "2xx", "3xx", "4xx", "5xx"].into_iter().zip(self.answered.iter().map(load)).collect(),
            in_flight: self.in_flight.load(Ordering::Relaxed) as u64,
            notices: load(&self.notices),
            locations_removed: load(&self.locations_removed),
        }
    }
}

/// A call that is counted as running until this is dropped.
#[derive(Debug)]
pub(crate) struct Running([Arc<AtomicUsize>; 2]);

impl Drop for Running {
    fn drop(&mut self) {
        for counter in &self.0 {
            counter.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::body::ResponseBody;

    #[test]
    fn a_call_runs_until_its_answer_is_gone() {
        let (metrics, worker) = (Metrics::default(), Arc::default());
        let body = ResponseBody::full("answer").counted(metrics.enter(&worker));
        assert_eq!((metrics.read().in_flight, worker.load(Ordering::Relaxed)), (1, 1));
        drop(body);
        assert_eq!((metrics.read().in_flight, worker.load(Ordering::Relaxed)), (0, 0));
    }
}
