//! The pieces of a list on all cores, the calling thread among the workers. Nobody waits for a single piece, so that no core
//! is woken for one.

use crate::terminal;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// After how long progress is worth a line.
const PATIENCE: Duration = Duration::from_secs(1);

/// Does the pieces `0..count`, in no particular order. The calling thread begins with what is to be done `beside` them, which
/// the others do not wait for; after each of its own pieces it does what is to be done `between` them, and now and then tells
/// people how far it is, in the words of `progress`, if any. The first error ends the work, once the pieces in hand are done:
/// those that nobody has begun are left. Of several errors that of the calling thread is answered.
pub(super) fn each<E: Send>(
    count: usize,
    progress: impl Fn(usize) -> Option<String>,
    beside: impl FnOnce() -> Result<(), E>,
    piece: impl Fn(usize) -> Result<(), E> + Sync,
    mut between: impl FnMut() -> Result<(), E>,
) -> Result<(), E> {
    let (next, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let stop = || next.store(count, Ordering::Relaxed);
    let one = || {
        let index = next.fetch_add(1, Ordering::Relaxed);
        if index >= count {
            return Ok(false);
        }
        piece(index).inspect_err(|_| stop())?;
        done.fetch_add(1, Ordering::Relaxed);
        Ok(true)
    };
    let watched = terminal::is_watched();
    let mut shown = Instant::now();
    let own = || {
        beside().inspect_err(|_| stop())?;
        while one()? {
            between().inspect_err(|_| stop())?;
            if watched && shown.elapsed() > PATIENCE {
                shown = Instant::now();
                if let Some(progress) = progress(done.load(Ordering::Relaxed)) {
                    terminal::remark(&progress);
                }
            }
        }
        Ok(())
    };
    let rest = || {
        while one()? {}
        Ok(())
    };
    let others = thread::available_parallelism().map_or(1, usize::from).min(count).saturating_sub(1);
    thread::scope(|scope| {
        let others: Vec<_> = (0..others).map(|_| scope.spawn(rest)).collect();
        let ended = own();
        let others = others.into_iter().map(|other| other.join().unwrap_or_else(|panic| resume_unwind(panic)));
        others.fold(ended, Result::and)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    #[test]
    fn every_piece_is_done_once() {
        for count in [0, 1, 2, 1_000] {
            let (done, mut between) = (Mutex::new(Vec::new()), 0);
            let piece = |index| {
                done.lock().unwrap().push(index);
                Ok::<_, ()>(())
            };
            let counted = || {
                between += 1;
                Ok(())
            };
            let mut begun = false;
            let beside = || {
                begun = true;
                Ok(())
            };
            each(count, |_| None, beside, piece, counted).unwrap();
            assert!(begun);
            let mut done = done.into_inner().unwrap();
            done.sort_unstable();
            assert_eq!(done, (0..count).collect::<Vec<_>>());
            assert!(between <= count);
        }
    }

    #[test]
    fn an_error_ends_the_work() {
        let begun = AtomicUsize::new(0);
        let piece = |index| {
            begun.fetch_add(1, Ordering::Relaxed);
            if index == 3 { Err("three") } else { Ok(()) }
        };
        // More than anybody would live to see done, however late the thread with the third piece is let go on.
        let count = usize::MAX / 2;
        assert_eq!(each(count, |_| None, || Ok(()), piece, || Ok(())), Err("three"));
        assert!(begun.into_inner() < count);
        assert_eq!(each(count, |_| None, || Ok(()), |_| Ok(()), || Err("between")), Err("between"));
        assert_eq!(each(count, |_| None, || Err("beside"), |_| Ok(()), || Ok(())), Err("beside"));
        // Whoever else failed.
        assert_eq!(each(5, |_| None, || Err("beside"), |_| Err("piece"), || Ok(())), Err("beside"));
    }
}
