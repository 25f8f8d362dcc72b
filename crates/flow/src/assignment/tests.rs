use super::*;

/// A little generator of its own, so that these tests stand alone.
fn numbers(seed: u64) -> impl FnMut() -> f64 {
    let mut state = seed;
    move || {
        state = state
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        (state >> 11) as f64 / (1u64 << 53) as f64
    }
}

fn points(n: usize, seed: u64) -> Vec<Point> {
    let mut next = numbers(seed);
    (0..n).map(|_| [next(), next()]).collect()
}

fn total(cost: &[f64], n: usize, columns: &[usize]) -> f64 {
    columns
        .iter()
        .enumerate()
        .map(|(i, &j)| cost[i * n + j])
        .sum()
}

fn is_permutation(columns: &[usize]) -> bool {
    let mut seen = vec![false; columns.len()];
    columns
        .iter()
        .all(|&j| !std::mem::replace(&mut seen[j], true))
}

/// The least total over all permutations, by trying them.
fn brute_force(cost: &[f64], n: usize, row: usize, used: &mut Vec<bool>) -> f64 {
    if row == n {
        return 0.0;
    }
    let mut best = f64::INFINITY;
    for j in 0..n {
        if !used[j] {
            used[j] = true;
            best = best.min(cost[row * n + j] + brute_force(cost, n, row + 1, used));
            used[j] = false;
        }
    }
    best
}

#[test]
fn small_matrices_agree_with_all_permutations() {
    for n in 0..=7 {
        for seed in 0..40 {
            let mut next = numbers(seed * 8 + n as u64);
            // Every other case has few distinct values, hence many ties; costs of both signs.
            let coarse = seed % 2 == 0;
            let cost: Vec<f64> = (0..n * n)
                .map(|_| next() * 6.0 - 3.0)
                .map(|c| if coarse { libm::floor(c) } else { c })
                .collect();
            let columns = assign(&cost);
            assert!(is_permutation(&columns));
            let best = brute_force(&cost, n, 0, &mut vec![false; n]);
            assert!(
                (total(&cost, n, &columns) - best).abs() < 1e-12,
                "n {n} seed {seed}"
            );
        }
    }
}

/// Optimality by duality: with `u[i]` the least reduced cost of row `i`, `sum u + sum v` is a
/// lower bound of every assignment's cost, and the one found attains it.
fn certify<C: Costs>(mut search: Search<C>) -> Vec<usize> {
    search.complete();
    for i in 0..search.costs.len() {
        search.read(i);
        let slack = search.row[search.column_of[i]] - two_least(&search.row).value;
        assert!(slack < 1e-11, "row {i} is {slack} above its best column");
    }
    assert!(is_permutation(&search.column_of));
    search.column_of
}

fn of_matrix(cost: &[f64]) -> Search<Matrix<'_>> {
    let n = cost.len().isqrt();
    let mut search = Search::new(Matrix { cost, n }, vec![0.0; n]);
    search.reduce_columns();
    search
}

#[test]
fn large_assignments_carry_a_certificate_of_optimality() {
    for n in [1, 2, 9, 64, 200, 257] {
        let (x, y) = (points(n, 1), points(n, 2));
        let matching = certify(Search::of_points(&x, &y));
        let mut next = numbers(3);
        let cost: Vec<f64> = (0..n * n).map(|_| next()).collect();
        certify(of_matrix(&cost));
        assert_eq!(matching, assign_points(&x, &y));
    }
}

#[test]
fn degenerate_costs_end_and_are_optimal() {
    let n = 128;
    certify(of_matrix(&vec![1.0; n * n]));
    let ties: Vec<f64> = (0..n * n).map(|k| ((k / n) * (k % n) % 5) as f64).collect();
    certify(of_matrix(&ties));
    let same = vec![[0.5, -0.25]; n];
    certify(Search::of_points(&same, &same));
    // The hard case of the literature for searches: c(i, j) = (i + 1) (j + 1).
    let hard: Vec<f64> = (0..n * n)
        .map(|k| ((k / n + 1) * (k % n + 1)) as f64)
        .collect();
    let columns = certify(of_matrix(&hard));
    assert!(columns.iter().enumerate().all(|(i, &j)| j == n - 1 - i));
}

#[test]
fn a_translation_is_matched_point_by_point() {
    // For |.|^2 the optimal map of a translated set is the translation itself.
    let x = points(300, 5);
    let y: Vec<Point> = x.iter().rev().map(|p| [p[0] + 3.0, p[1] - 1.0]).collect();
    let matching = assign_points(&x, &y);
    assert!(matching.iter().enumerate().all(|(i, &j)| j == 299 - i));
}

#[test]
fn point_sets_agree_with_their_matrix() {
    let (x, y) = (points(50, 7), points(50, 8));
    let squared =
        |a: Point, b: Point| (a[0] - b[0]) * (a[0] - b[0]) + (a[1] - b[1]) * (a[1] - b[1]);
    let cost: Vec<f64> = x
        .iter()
        .flat_map(|&a| y.iter().map(move |&b| squared(a, b)))
        .collect();
    let (a, b) = (assign(&cost), assign_points(&x, &y));
    assert!((total(&cost, 50, &a) - total(&cost, 50, &b)).abs() < 1e-12);
}
