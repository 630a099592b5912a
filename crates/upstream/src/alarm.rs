//! A time limit that is kept for one wait after the other.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use tokio::time::{Instant, Sleep, sleep_until};

/// Tells when a deadline has passed. Waits mostly end long before their deadlines, so the timer is not set anew for each:
/// it goes off at the earliest deadline that it was asked for, and is set to the present one when that turns out later.
#[derive(Debug, Default)]
pub struct Alarm(Option<Pin<Box<Sleep>>>);

impl Alarm {
    /// Ready when `deadline` has passed. Until then the task is woken at that time or before.
    pub fn poll(&mut self, context: &mut Context<'_>, deadline: Instant) -> Poll<()> {
        let timer = self.0.get_or_insert_with(|| Box::pin(sleep_until(deadline)));
        if timer.deadline() > deadline {
            timer.as_mut().reset(deadline);
        }
        loop {
            ready!(timer.as_mut().poll(context));
            if timer.deadline() >= deadline {
                return Poll::Ready(());
            }
            timer.as_mut().reset(deadline);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::poll_fn;
    use std::time::Duration;

    /// How long a wait with this limit takes.
    async fn waited(alarm: &mut Alarm, limit: Duration) -> Duration {
        let begun = Instant::now();
        poll_fn(|context| alarm.poll(context, begun + limit)).await;
        begun.elapsed()
    }

    #[tokio::test(start_paused = true)]
    async fn each_wait_has_its_own_deadline() {
        let second = Duration::from_secs(1);
        let mut alarm = Alarm::default();
        assert_eq!(waited(&mut alarm, 5 * second).await, 5 * second);
        // Set, and not waited for.
        let far = Instant::now() + 60 * second;
        assert!(poll_fn(|context| Poll::Ready(alarm.poll(context, far))).await.is_pending());
        assert_eq!(waited(&mut alarm, second).await, second, "earlier than it was set to");
        assert!(poll_fn(|context| Poll::Ready(alarm.poll(context, Instant::now() + second))).await.is_pending());
        tokio::time::advance(second / 2).await;
        assert_eq!(waited(&mut alarm, second).await, second, "later than it was set to");
    }
}
