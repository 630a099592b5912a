//! Circles in a graph.

/// The groups of points that can reach each other (strongly connected components, after Tarjan), every point in one of
/// them; a group comes after those that it leads to. `edges` lists for each point the points that it leads to. Takes time
/// in proportion to the number of points and edges, and no recursion.
pub(crate) fn groups(edges: &[Vec<usize>]) -> Vec<Vec<usize>> {
    /// The mark of a point that has not been met; one of a point whose group is known.
    const NEW: usize = usize::MAX;
    const DONE: usize = usize::MAX - 1;
    let mut groups = Vec::new();
    // When a point was met, and the earliest point still open that can be reached from it.
    let mut met = vec![NEW; edges.len()];
    let mut lowest = vec![NEW; edges.len()];
    let mut open = Vec::new();
    let mut way: Vec<(usize, usize)> = Vec::new();
    let mut clock = 0;
    for start in 0..edges.len() {
        if met.get(start) != Some(&NEW) {
            continue;
        }
        way.push((start, 0));
        while let Some((point, followed)) = way.last_mut() {
            let point = *point;
            if *followed == 0 && met.get(point) == Some(&NEW) {
                set(&mut met, point, clock);
                set(&mut lowest, point, clock);
                clock += 1;
                open.push(point);
            }
            if let Some(&target) = edges.get(point).and_then(|targets| targets.get(*followed)) {
                *followed += 1;
                match met.get(target) {
                    Some(&NEW) => way.push((target, 0)),
                    Some(&DONE) | None => {}
                    Some(&time) => lower(&mut lowest, point, time),
                }
                continue;
            }
            way.pop();
            let reached = lowest.get(point).copied().unwrap_or(NEW);
            if let Some((before, _)) = way.last() {
                lower(&mut lowest, *before, reached);
            }
            if met.get(point) == Some(&reached) {
                let first = open.iter().rposition(|other| *other == point).unwrap_or_default();
                let group = open.split_off(first);
                for &member in &group {
                    set(&mut met, member, DONE);
                }
                groups.push(group);
            }
        }
    }
    groups
}

fn set(list: &mut [usize], point: usize, value: usize) {
    if let Some(entry) = list.get_mut(point) {
        *entry = value;
    }
}

fn lower(list: &mut [usize], point: usize, value: usize) {
    if let Some(entry) = list.get_mut(point) {
        *entry = value.min(*entry);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_come_after_what_they_lead_to() {
        // 0 -> 1 -> 2 -> 1, 2 -> 3, 4 -> 4, 4 -> 0.
        let edges = [vec![1], vec![2], vec![1, 3], vec![], vec![4, 0]];
        let mut found = groups(&edges);
        for group in &mut found {
            group.sort_unstable();
        }
        assert_eq!(found, [vec![3], vec![1, 2], vec![0], vec![4]]);
    }

    #[test]
    fn long_chains_cost_no_stack() {
        let points = 200_000;
        let edges: Vec<_> = (0..points).map(|point| vec![(point + 1) % points]).collect();
        assert_eq!(groups(&edges).len(), 1);
        let edges: Vec<_> = (0..points).map(|point| vec![(point + 1).min(points - 1)]).collect();
        assert_eq!(groups(&edges).len(), points);
    }
}
