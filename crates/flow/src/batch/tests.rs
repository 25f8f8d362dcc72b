use super::*;
use crate::spec::{CouplingKind, ScheduleKind};

fn spec(schedule: ScheduleKind, coupling: CouplingKind) -> LaneSpec {
    let mut spec = LaneSpec::default();
    spec.path.schedule = schedule;
    spec.data.coupling = coupling;
    spec
}

fn objective(schedule: ScheduleKind, coupling: CouplingKind) -> Objective {
    Objective::new(&spec(schedule, coupling), &Drawn::default()).unwrap()
}

#[test]
fn a_coupling_only_permutes_the_targets() {
    let mut independent = objective(ScheduleKind::CondOt, CouplingKind::Independent);
    let mut optimal = objective(ScheduleKind::CondOt, CouplingKind::Ot);
    for _ in 0..2 {
        let (a, b) = (independent.batch(64), optimal.batch(64));
        let ends = |batch: &Batch| -> (Vec<[f32; 2]>, Vec<[i32; 2]>, Vec<f32>) {
            let samples = batch
                .input
                .as_chunks::<3>()
                .0
                .iter()
                .zip(batch.target.as_chunks::<2>().0);
            let mut starts = Vec::new();
            let mut goals = Vec::new();
            for ([x, y, t], [u, v]) in samples {
                starts.push([x - t * u, y - t * v].map(|v| (v * 1e3).round()));
                goals
                    .push([x + (1.0 - t) * u, y + (1.0 - t) * v].map(|v| (v * 1e3).round() as i32));
            }
            goals.sort_unstable();
            (
                starts,
                goals,
                batch.input.iter().skip(2).step_by(3).copied().collect(),
            )
        };
        let (a, b) = (ends(&a), ends(&b));
        assert_eq!(a.2, b.2);
        let close = |a: f32, b: f32| (a - b).abs() <= 1.0;
        assert!(
            a.0.iter()
                .flatten()
                .zip(b.0.iter().flatten())
                .all(|(&a, &b)| close(a, b))
        );
        let apart =
            a.1.iter()
                .flatten()
                .zip(b.1.iter().flatten())
                .filter(|(a, b)| (*a - *b).abs() > 1);
        assert_eq!(apart.count(), 0);
    }
}

#[test]
fn a_batch_has_the_documented_shape_and_even_times() {
    let mut objective = objective(ScheduleKind::Vp, CouplingKind::Independent);
    let batch = objective.batch(48);
    assert_eq!(
        (batch.input.len(), batch.target.len(), batch.len()),
        (144, 96, 48)
    );
    let times: Vec<f32> = batch.input.iter().skip(2).step_by(3).copied().collect();
    assert!(
        times
            .iter()
            .enumerate()
            .all(|(i, &t)| (i as f32..=i as f32 + 1.0).contains(&(t * 48.0)))
    );
    assert!(objective.batch(0).is_empty());
}

#[test]
fn a_run_goes_on_where_it_was_left() {
    let mut whole = objective(ScheduleKind::Cosine, CouplingKind::Ot);
    let batches: Vec<Batch> = (0..4).map(|_| whole.batch(32)).collect();
    let mut resumed = objective(ScheduleKind::Cosine, CouplingKind::Ot);
    resumed.skip_to(3);
    assert_eq!(resumed.batch(32), batches[3]);
    assert_ne!(batches[2], batches[3]);
}

#[test]
fn weights_are_one_where_nothing_is_steep_and_average_one_elsewhere() {
    for &schedule in ScheduleKind::ALL {
        let mut objective = objective(schedule, CouplingKind::Independent);
        let mut weights = Vec::new();
        let mut largest = 0.0f32;
        for _ in 0..50 {
            let batch = objective.batch(1024);
            for (target, weight) in batch.target.as_chunks::<2>().0.iter().zip(&batch.weight) {
                largest = largest.max(weight * (target[0] * target[0] + target[1] * target[1]));
            }
            weights.extend(batch.weight);
        }
        let mean = weights.iter().map(|&w| f64::from(w)).sum::<f64>() / weights.len() as f64;
        assert!((mean - 1.0).abs() < 1e-3, "{schedule:?}: {mean}");
        // c R (|X_1|^2 + |X_0|^2), with the corner of the board and noise of at most 5.
        assert!(
            largest < 1.1 * 16.0 * (2.0 * 4.45 * 4.45 + 25.0),
            "{schedule:?}: {largest}"
        );
        if matches!(
            schedule,
            ScheduleKind::CondOt | ScheduleKind::Cosine | ScheduleKind::Poly
        ) {
            assert!(weights.iter().all(|&w| w == 1.0), "{schedule:?}");
        }
    }
}
