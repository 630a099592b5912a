//! Long lists, rendered by all cores and written in order.

use std::io::{self, Write};
use std::panic::resume_unwind;
use std::thread;

/// Up to so many entries are rendered by one core; of more every core renders a part.
const SHORT: usize = 1_000;
/// So many entries per core are rendered before they are written: a hundred thousand need no room at once.
const BLOCK: usize = 2_000;

/// Writes a list. `render` is given a part of it, and the entry that stands before that part, if any.
pub(super) fn write<'a, T, R>(out: &mut dyn Write, list: &'a [T], render: R) -> io::Result<()>
where
    T: Sync,
    R: Fn(Option<&'a T>, &'a [T]) -> io::Result<Vec<u8>> + Sync,
{
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let mut before = None;
    for block in list.chunks(BLOCK * cores) {
        let cores = if block.len() > SHORT { cores } else { 1 };
        let (first, rest) = block.split_at(block.len().div_ceil(cores));
        let mut last = first.last();
        let parts: Vec<io::Result<Vec<u8>>> = thread::scope(|scope| {
            let others = rest.chunks(first.len().max(1)).map(|part| {
                let before = std::mem::replace(&mut last, part.last());
                let render = &render;
                scope.spawn(move || render(before, part))
            });
            let others: Vec<_> = others.collect();
            let first = render(before, first);
            // Half a list must not look like a whole one.
            let others = others.into_iter().map(|part| part.join().unwrap_or_else(|panic| resume_unwind(panic)));
            std::iter::once(first).chain(others).collect()
        });
        for part in parts {
            out.write_all(&part?)?;
        }
        before = last;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entry_is_rendered_once_and_knows_the_one_before() {
        for count in [0, 1, 2, SHORT, SHORT + 1, 3 * SHORT + 7, 100 * SHORT] {
            let list: Vec<usize> = (0..count).collect();
            let mut out = Vec::new();
            let render = |before: Option<&usize>, part: &[usize]| {
                assert_eq!(before.map_or(0, |before| before + 1), part.first().copied().unwrap_or_default());
                Ok(part.iter().flat_map(|entry| entry.to_le_bytes()).collect())
            };
            write(&mut out, &list, render).unwrap();
            assert_eq!(out, list.iter().flat_map(|entry| entry.to_le_bytes()).collect::<Vec<u8>>(), "{count}");
        }
    }
}
