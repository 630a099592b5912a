//! The pace of work that goes on beside the calls.

use std::fmt::Display;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Waits for `pause` and does a round, again and again until `stop`, which also ends a round that runs. A round that fails is
/// logged as `complaint`; the next one tries again.
pub(crate) async fn rounds<T, E: Display>(
    pause: Duration,
    stop: CancellationToken,
    complaint: &'static str,
    mut round: impl FnMut() -> T,
) where
    T: Future<Output = Result<(), E>>,
{
    let endless = async {
        loop {
            tokio::time::sleep(pause).await;
            if let Err(error) = round().await {
                tracing::warn!("{complaint}: {error:#}");
            }
        }
    };
    tokio::select! {
        () = stop.cancelled() => {}
        () = endless => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    #[tokio::test]
    async fn rounds_go_on_after_a_failure_and_end_in_the_middle_of_one() {
        let (begun, stop) = (Cell::new(0_u32), CancellationToken::new());
        let round = || async {
            begun.set(begun.get() + 1);
            if begun.get() == 1 {
                return Err("the first one fails");
            }
            stop.cancel();
            std::future::pending().await
        };
        rounds(Duration::from_millis(1), stop.clone(), "a round failed", round).await;
        assert_eq!(begun.get(), 2);
    }
}
