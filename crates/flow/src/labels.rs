//! Pairs whose target points have labels, for networks that learn labels.
//!
//! # Bias
//! A coupling that looks for near partners gives every label the source points that are near to it:
//! given the label, the start of a path is no longer distributed as the source is, and a sample
//! that starts from the source, as all do, starts where that label never did. Matching within the
//! labels ([`matched_within`]) keeps every label's starts as they are drawn.

use super::Point;
use super::pairs::Pairs;
use super::random::Rng;
use std::collections::BTreeMap;

/// The most labels of a target.
pub const MOST_LABELS: u32 = 8;

/// Pairs, and the label of each target point.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Labelled {
    pub pairs: Pairs,
    pub labels: Vec<u32>,
}

/// Matches all points whatever their labels. The labels stay with their target points: they are
/// found again by their coordinates, which are continuous and so distinct.
pub(crate) fn matched_across(
    x0: Vec<Point>,
    (x1, labels): (&[Point], &[u32]),
    couple: impl FnOnce(Vec<Point>, &[Point]) -> Pairs,
) -> Labelled {
    let bits = |p: &Point| p.map(f64::to_bits);
    let mut of = BTreeMap::new();
    for (p, label) in x1.iter().zip(labels) {
        of.insert(bits(p), *label);
    }
    let pairs = couple(x0, x1);
    let labels = pairs.x1.iter().map(|p| of[&bits(p)]).collect();
    Labelled { pairs, labels }
}

/// Matches only points of one label with each other: `x0[i]` belongs to the label of `x1[i]`, as
/// independent pairs do. In the end all pairs are shuffled, so that their order says nothing of
/// their labels.
pub(crate) fn matched_within(
    x0: &[Point],
    (x1, labels): (&[Point], &[u32]),
    mut couple: impl FnMut(Vec<Point>, &[Point], &mut Rng) -> Pairs,
    rng: &mut Rng,
) -> Labelled {
    let most = labels.iter().copied().max().unwrap_or(0);
    let mut all = Labelled::default();
    for label in 0..=most {
        let own = |points: &[Point]| -> Vec<Point> {
            let of_label = points.iter().zip(labels).filter(|(_, k)| **k == label);
            of_label.map(|(p, _)| *p).collect()
        };
        let pairs = couple(own(x0), &own(x1), rng);
        all.labels.resize(all.labels.len() + pairs.len(), label);
        all.pairs.append(pairs);
    }
    all.shuffled(rng)
}

impl Labelled {
    /// Adds more at the end.
    pub fn append(&mut self, more: Self) {
        self.pairs.append(more.pairs);
        self.labels.extend(more.labels);
    }

    /// The pairs of one label.
    pub(crate) fn of_label(&self, label: u32) -> Pairs {
        let all = self.pairs.iter().zip(&self.labels);
        let own = all.filter(|(_, own)| **own == label).map(|(pair, _)| pair);
        let (x0, x1) = own.unzip();
        Pairs { x0, x1 }
    }

    /// Keeps the first `n` pairs.
    pub fn truncate(&mut self, n: usize) {
        self.pairs.truncate(n);
        self.labels.truncate(n);
    }

    /// In a random order (Fisher and Yates).
    fn shuffled(mut self, rng: &mut Rng) -> Self {
        for i in (1..self.labels.len()).rev() {
            let j = rng.below(i + 1);
            self.labels.swap(i, j);
            self.pairs.x0.swap(i, j);
            self.pairs.x1.swap(i, j);
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use crate::experiment::Experiment;
    use crate::spec::{CouplingKind, Drawn, Guide, LaneSpec, Target};
    use crate::{Point, batch::Objective};

    fn lane(coupling: CouplingKind, aware: bool) -> Experiment {
        let mut spec = LaneSpec::default();
        spec.data.target = Target::Checkerboard;
        spec.data.coupling = coupling;
        spec.data.label_aware = aware;
        spec.model.guide = Guide::Cfg;
        Experiment::new(&spec, &Drawn::default()).unwrap()
    }

    /// Mean of `x0` over the pairs of each of the two labels.
    fn starts(lane: &Experiment) -> [Point; 2] {
        let mut objective = Objective::of(lane.clone());
        let (mut sums, mut counts) = ([[0.0; 2]; 2], [0.0; 2]);
        for _ in 0..20 {
            let drawn = objective.pairs(256);
            assert_eq!(drawn.labels.len(), 256);
            for ((x0, x1), &label) in drawn.pairs.iter().zip(&drawn.labels) {
                let label = label as usize;
                assert_eq!(label == 1, x1[0] > 0.0, "the right half is label 1");
                sums[label] = [sums[label][0] + x0[0], sums[label][1] + x0[1]];
                counts[label] += 1.0;
            }
        }
        [0, 1].map(|k| sums[k].map(|v| v / counts[k]))
    }

    #[test]
    fn only_the_aware_matching_leaves_every_label_the_whole_source() {
        // Oracle: p(x0 | label) = p0 has mean 0; and a matching to the two halves of the plane gives
        // each half of a normal, whose mean is sqrt(2 / pi) = 0.80 away.
        for coupling in [
            CouplingKind::Ot,
            CouplingKind::Sinkhorn,
            CouplingKind::Partial,
        ] {
            let naive = starts(&lane(coupling, false));
            assert!(
                naive[1][0] > 0.4 && naive[0][0] < -0.4,
                "{coupling:?} {naive:?}"
            );
            let aware = starts(&lane(coupling, true));
            if coupling == CouplingKind::Partial {
                assert_eq!(
                    aware, naive,
                    "it leaves points over, so it is never made by label"
                );
            } else {
                let most = aware.iter().flatten().fold(0.0, |m: f64, v| m.max(v.abs()));
                assert!(most < 0.08, "{coupling:?} {aware:?}");
            }
        }
        let ot = starts(&lane(CouplingKind::Ot, false));
        assert!((ot[1][0] - 0.80).abs() < 0.1, "{ot:?}");
    }

    #[test]
    fn labels_are_dropped_for_about_a_seventh_of_the_samples() {
        let mut objective = Objective::of(lane(CouplingKind::Independent, false));
        let (mut none, mut right, mut n) = (0, 0, 0);
        for _ in 0..20 {
            let batch = objective.batch(512);
            assert_eq!(batch.input.len(), 512 * 5);
            for row in batch.input.chunks(5) {
                n += 1;
                none += u32::from(row[3..] == [0.0, 0.0]);
                right += u32::from(row[4] == 1.0);
            }
        }
        let share = f64::from(none) / f64::from(n);
        assert!((share - 0.15).abs() < 0.02, "{share}");
        assert!((f64::from(right) / f64::from(n) - 0.425).abs() < 0.02);
    }
}
