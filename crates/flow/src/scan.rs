//! Scans of rows of costs for their least elements, in which an assignment spends most of its time.
//!
//! They are written with SIMD registers, since the compiler does not vectorise a search for the least
//! element and its index. Indices are stored as floating-point numbers, so that registers of one type hold
//! both; they are exact, being far below `2^24`.

use wide::f64x4;

/// Numbers of a register.
const LANES: usize = 4;

/// What a scan found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Least {
    pub value: f64,
    pub at: usize,
    /// The least of all others; a scan for paths leaves it out.
    pub second: f64,
}

impl Least {
    const NOTHING: Self = Self {
        value: f64::INFINITY,
        at: 0,
        second: f64::INFINITY,
    };

    /// With one more value.
    fn or(self, (value, at): (f64, usize)) -> Self {
        if value < self.value {
            let second = self.value;
            Self { value, at, second }
        } else {
            let second = if value < self.second {
                value
            } else {
                self.second
            };
            Self { second, ..self }
        }
    }
}

/// The least value, where it stands, and the least of all others.
pub(super) fn two_least(values: &[f64]) -> Least {
    let (chunks, rest) = values.as_chunks::<LANES>();
    let mut least = f64x4::splat(f64::INFINITY);
    let (mut second, mut at, mut chunk) = (least, f64x4::ZERO, f64x4::ZERO);
    for &values in chunks {
        let values = f64x4::new(values);
        at = values.simd_lt(least).bitselect(chunk, at);
        second = second.fast_min(values.fast_max(least));
        least = values.fast_min(least);
        chunk += f64x4::ONE;
    }
    let found = places(least, at).fold(Least::NOTHING, Least::or);
    let seconds = second.to_array().map(|second| (second, found.at));
    let found = seconds.into_iter().fold(found, Least::or);
    behind(rest, chunks.len()).fold(found, Least::or)
}

/// Shortens paths: where `row[j] + offset` is less than `best[j]`, puts it there and `source` into
/// `from[j]`. Returns the least of `best` and where it stands.
///
/// What is NaN in `best` is neither replaced nor found.
pub(super) fn relax(
    row: &[f64],
    offset: f64,
    source: usize,
    best: &mut [f64],
    from: &mut [f64],
) -> (f64, usize) {
    let (rows, row_rest) = row.as_chunks::<LANES>();
    let (bests, best_rest) = best.as_chunks_mut::<LANES>();
    let (froms, from_rest) = from.as_chunks_mut::<LANES>();
    let (offsets, sources) = (f64x4::splat(offset), f64x4::splat(source as f64));
    let mut least = f64x4::splat(f64::INFINITY);
    let (mut at, mut chunk) = (f64x4::ZERO, f64x4::ZERO);
    for ((row, best), from) in rows.iter().zip(&mut *bests).zip(froms) {
        let value = f64x4::new(*row) + offsets;
        let before = f64x4::new(*best);
        let shorter = value.simd_lt(before);
        let distance = shorter.bitselect(value, before);
        *best = distance.to_array();
        *from = shorter.bitselect(sources, f64x4::new(*from)).to_array();
        let less = distance.simd_lt(least);
        least = less.bitselect(distance, least);
        at = less.bitselect(chunk, at);
        chunk += f64x4::ONE;
    }
    for ((value, best), from) in row_rest.iter().zip(&mut *best_rest).zip(from_rest) {
        let value = value + offset;
        if value < *best {
            (*best, *from) = (value, source as f64);
        }
    }
    let found = places(least, at).chain(behind(best_rest, bests.len()));
    let found = found.fold(Least::NOTHING, Least::or);
    (found.value, found.at)
}

/// What the lanes found, with its place among all.
fn places(least: f64x4, chunk: f64x4) -> impl Iterator<Item = (f64, usize)> {
    let places = (0..LANES).zip(chunk.to_array());
    let places = places.map(|(lane, chunk)| chunk as usize * LANES + lane);
    least.to_array().into_iter().zip(places)
}

/// The values behind so many whole chunks, with their places.
fn behind(rest: &[f64], chunks: usize) -> impl Iterator<Item = (f64, usize)> {
    rest.iter().copied().zip(LANES * chunks..)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Rng;
    use proptest::prelude::*;

    /// Values of few levels, so that some are equal, in any number of chunks and a rest.
    fn values() -> impl Strategy<Value = Vec<f64>> {
        prop::collection::vec((-9..9i8).prop_map(f64::from), 1..40)
    }

    proptest! {
        #[test]
        fn the_two_least_are_those_of_the_sorted_values(values in values()) {
            let found = two_least(&values);
            let mut sorted = values.clone();
            sorted.sort_by(f64::total_cmp);
            prop_assert_eq!(values[found.at], sorted[0]);
            let second = sorted.get(1).copied().unwrap_or(f64::INFINITY);
            prop_assert_eq!((found.value, found.second), (sorted[0], second));
        }

        #[test]
        fn paths_are_shortened_where_the_row_is_shorter(best in values(), seed in 0..1000u64) {
            let n = best.len();
            let mut rng = Rng::new(seed);
            let mut draw = || (rng.uniform() * 18.0).floor() - 9.0;
            let row: Vec<f64> = (0..n).map(|_| draw()).collect();
            // Every third is settled.
            let open = |j: usize| j % 3 != 2;
            let mut paths: Vec<f64> = (0..n).map(|j| if open(j) { best[j] } else { f64::NAN }).collect();
            let mut from = vec![7.0; n];
            let (value, at) = relax(&row, 0.5, 3, &mut paths, &mut from);
            for j in 0..n {
                let shorter = open(j) && row[j] + 0.5 < best[j];
                prop_assert_eq!(from[j], if shorter { 3.0 } else { 7.0 });
                let expected = if shorter { row[j] + 0.5 } else { best[j] };
                prop_assert!(paths[j] == expected || !open(j) && paths[j].is_nan());
            }
            let least = paths.iter().copied().filter(|d| !d.is_nan()).fold(f64::INFINITY, f64::min);
            prop_assert_eq!((value, paths[at]), (least, least));
        }
    }

    #[test]
    fn nothing_is_found_among_the_settled() {
        let (mut best, mut from) = ([f64::NAN; 6], [0.0; 6]);
        let (value, _) = relax(&[0.0; 6], 0.0, 1, &mut best, &mut from);
        assert_eq!(value, f64::INFINITY);
        assert_eq!(two_least(&[]).value, f64::INFINITY);
    }
}
