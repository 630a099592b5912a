//! The time limit for the head of a request, kept for one request after the other.
//!
//! hyper asks for a timer whenever it begins to wait for a head, and drops it when the head has come. With the runtime's own
//! timers every call would thereby put an entry into the timer wheel and take it out again; here one entry stays.

use backshell_upstream::Alarm;
use hyper::rt::{Sleep, Timer};
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

/// The timer of one HTTP/1.1 connection.
///
/// INVARIANT: its sleeps are polled by one task, and one after the other. Of two at once, one could reset the entry that the
/// other is to be woken by.
#[derive(Debug, Default)]
pub(crate) struct HeaderTimer(Arc<Mutex<Alarm>>);

impl Timer for HeaderTimer {
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Sleep>> {
        self.sleep_until(self.now() + duration)
    }

    fn sleep_until(&self, deadline: Instant) -> Pin<Box<dyn Sleep>> {
        Box::pin(HeaderSleep { alarm: Arc::clone(&self.0), deadline: deadline.into() })
    }

    fn now(&self) -> Instant {
        tokio::time::Instant::now().into_std()
    }
}

/// One wait.
#[derive(Debug)]
struct HeaderSleep {
    alarm: Arc<Mutex<Alarm>>,
    deadline: tokio::time::Instant,
}

impl Future for HeaderSleep {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        self.alarm.lock().unwrap_or_else(PoisonError::into_inner).poll(context, self.deadline)
    }
}

impl Sleep for HeaderSleep {}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn each_wait_lasts_as_long_as_was_asked() {
        let timer = HeaderTimer::default();
        let begun = timer.now();
        timer.sleep(Duration::from_secs(5)).await;
        assert_eq!(timer.now() - begun, Duration::from_secs(5));
        // A head that came in time, and half its time later one that did not.
        let mut first = timer.sleep(Duration::from_secs(10));
        assert!(futures_util::poll!(&mut first).is_pending());
        drop(first);
        tokio::time::advance(Duration::from_secs(5)).await;
        let begun = timer.now();
        timer.sleep(Duration::from_secs(10)).await;
        assert_eq!(timer.now() - begun, Duration::from_secs(10));
    }

    #[tokio::test(start_paused = true)]
    async fn a_wait_that_is_over_early_leaves_its_entry_to_the_next_one() {
        let timer = HeaderTimer::default();
        let woken = Arc::new(Woken::default());
        let waker = std::task::Waker::from(Arc::clone(&woken));
        let poll = |seconds| {
            let mut wait = timer.sleep(Duration::from_secs(seconds));
            assert!(wait.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
        };
        poll(10);
        tokio::time::advance(Duration::from_secs(5)).await;
        poll(10);
        // The first one's entry goes off, and the second one's time is not over.
        tokio::time::sleep(Duration::from_secs(6)).await;
        assert!(woken.0.load(std::sync::atomic::Ordering::Relaxed));
    }

    #[derive(Default)]
    struct Woken(std::sync::atomic::AtomicBool);

    impl std::task::Wake for Woken {
        fn wake(self: Arc<Self>) {
            self.0.store(true, std::sync::atomic::Ordering::Relaxed);
        }
    }
}
