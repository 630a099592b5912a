//! Time as probes use it: how long something took, and pauses between questions.

use async_trait::async_trait;
use std::fmt;
use std::time::Duration;
use tokio::time::Instant;

/// Time that only goes forward. Injected, so that tests wait for nothing.
#[async_trait]
pub trait Pace: Send + Sync + fmt::Debug {
    /// How long it is since some moment in the past; always the same moment.
    fn elapsed(&self) -> Duration;

    /// Waits.
    async fn pause(&self, duration: Duration);
}

/// The time of the machine.
#[derive(Clone, Copy, Debug)]
pub struct RealPace(Instant);

impl RealPace {
    /// Counts from now on.
    pub fn start() -> Self {
        Self(Instant::now())
    }
}

#[async_trait]
impl Pace for RealPace {
    fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }

    async fn pause(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}
