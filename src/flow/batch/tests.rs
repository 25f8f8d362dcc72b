use super::*;
use crate::flow::prediction::Prediction;
use crate::flow::spec::{CouplingKind, ScheduleKind};

fn spec(schedule: ScheduleKind, coupling: CouplingKind) -> LaneSpec {
    let mut spec = LaneSpec::default();
    spec.path.schedule = schedule;
    spec.data.coupling = coupling;
    spec
}

fn objective(schedule: ScheduleKind, coupling: CouplingKind) -> Objective {
    Objective::new(&spec(schedule, coupling), &Drawn::default()).unwrap()
}

/// The field that is 0 everywhere.
struct Nothing;

impl VelocityField for Nothing {
    fn velocity(&self, _: &[Point], _: f64, _: Option<u32>, out: &mut [Point]) {
        out.fill([0.0; 2]);
    }

    fn divergence(&self, _: &[Point], _: f64, _: Option<u32>, out: &mut [f64]) {
        out.fill(0.0);
    }
}

/// The loss of `field` over batches of 1024.
fn loss(field: &dyn VelocityField, objective: &mut Objective, batches: usize) -> f64 {
    let mut sum = 0.0;
    for _ in 0..batches {
        let batch = objective.batch(1024);
        let samples = batch
            .input
            .as_chunks::<3>()
            .0
            .iter()
            .zip(batch.target.as_chunks::<2>().0);
        for ((input, target), &weight) in samples.zip(&batch.weight) {
            let mut v = [[0.0; 2]];
            let [x, y, t] = input.map(f64::from);
            field.velocity(&[[x, y]], t, None, &mut v);
            let d = [
                v[0][0] - f64::from(target[0]),
                v[0][1] - f64::from(target[1]),
            ];
            sum += f64::from(weight) * (d[0] * d[0] + d[1] * d[1]);
        }
    }
    sum / (2 * 1024 * batches) as f64
}

#[test]
fn losses_on_the_checkerboard_are_the_published_ones() {
    let mut objective = objective(ScheduleKind::CondOt, CouplingKind::Independent);
    let zero = loss(&Nothing, &mut objective, 100);
    assert!((zero - 7.576).abs() < 0.08, "{zero}");
    let floor = bayes_floor(objective.lane(), 16_384).unwrap();
    assert!((floor.value - 3.737).abs() < 3.0 * floor.error, "{floor:?}");
    let exact = objective.lane().exact();
    let direct = loss(&exact, &mut objective, 16);
    assert!((direct - 3.737).abs() < 0.1, "{direct}");
}

#[test]
fn the_floor_is_the_exact_fields_loss_under_every_schedule() {
    for &schedule in ScheduleKind::ALL {
        let mut objective = objective(schedule, CouplingKind::Independent);
        let floor = bayes_floor(objective.lane(), 4096).unwrap();
        let exact = objective.lane().exact();
        let direct = loss(&exact, &mut objective, 8);
        assert!(
            (direct / floor.value - 1.0).abs() < 0.1,
            "{schedule:?}: {direct} {floor:?}"
        );
    }
}

#[test]
fn the_excess_of_the_exact_field_is_zero_and_of_none_its_energy() {
    let lane = Lane::new(&LaneSpec::default(), &Drawn::default()).unwrap();
    let set = EvaluationSet::new(&lane).unwrap();
    assert_eq!(set.excess(&lane.exact()), 0.0);
    // E|u|^2 / 2 = (E|target|^2 - 2 floor) / 2 = 7.576 - 3.737.
    let nothing = set.excess(&Nothing);
    assert!((nothing - 3.839).abs() < 0.3, "{nothing}");
}

#[test]
fn without_a_closed_form_there_is_no_floor() {
    let objective = objective(ScheduleKind::CondOt, CouplingKind::Ot);
    assert!(EvaluationSet::new(objective.lane()).is_none());
    assert!(bayes_floor(objective.lane(), 100).is_none());
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

#[test]
fn the_floor_is_the_loss_of_the_conditional_mean_whatever_is_predicted() {
    // Oracle: the definition. The best answer is the mean of the target given the point, taken here
    // from the exact field, and its loss is measured over batches.
    for &predict in Prediction::ALL {
        for kind in [ScheduleKind::CondOt, ScheduleKind::Cosine] {
            let mut spec = spec(kind, CouplingKind::Independent);
            spec.model.predict = predict;
            let mut objective = Objective::new(&spec, &Drawn::default()).unwrap();
            let (lane, mut sum) = (objective.lane().clone(), 0.0);
            let (exact, regression) = (lane.exact(), lane.regression());
            for _ in 0..8 {
                let batch = objective.batch(512);
                for (i, &weight) in batch.weight.iter().enumerate() {
                    let [x, y, t] = [0, 1, 2].map(|k| f64::from(batch.input[3 * i + k]));
                    let best = exact.means(&[[x, y]], t, None, regression.combination(t))[0];
                    let d = [0, 1].map(|k| best[k] - f64::from(batch.target[2 * i + k]));
                    sum += f64::from(weight) * (d[0] * d[0] + d[1] * d[1]);
                }
            }
            let (direct, floor) = (
                sum / (2 * 512 * 8) as f64,
                bayes_floor(&lane, 4096).unwrap(),
            );
            let gap = (direct / floor.value - 1.0).abs();
            assert!(gap < 0.1, "{predict:?} {kind:?}: {direct} {floor:?}");
        }
    }
}
