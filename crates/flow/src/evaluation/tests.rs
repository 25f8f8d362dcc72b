use super::*;
use crate::batch::Objective;
use crate::prediction::Prediction;
use crate::spec::{CouplingKind, Drawn, Guide, LaneSpec, PairingKind, ScheduleKind, Target};

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
    let lane = Experiment::new(&LaneSpec::default(), &Drawn::default()).unwrap();
    let set = EvaluationSet::new(&lane).unwrap();
    assert_eq!(set.excess(&lane.exact()).value, 0.0);
    // E|u|^2 / 2 = (E|target|^2 - 2 floor) / 2 = 7.576 - 3.737.
    let nothing = set.excess(&Nothing);
    assert!(
        (nothing.value - 3.839).abs() < 3.0 * nothing.error,
        "{nothing:?}"
    );
    assert!(nothing.error < 0.2 && !set.estimated());
}

#[test]
fn without_a_closed_form_there_is_no_floor() {
    let objective = objective(ScheduleKind::CondOt, CouplingKind::Ot);
    assert!(EvaluationSet::new(objective.lane()).is_none());
    assert!(bayes_floor(objective.lane(), 100).is_none());
}

fn lane(target: Target, coupling: CouplingKind) -> Experiment {
    let mut spec = spec(ScheduleKind::CondOt, coupling);
    spec.data.target = target;
    Experiment::new(&spec, &Drawn::default()).unwrap()
}

/// A survey of independent pairs, which it does not know to be independent.
fn survey(lane: &Experiment) -> (Estimate, EvaluationSet) {
    let mut survey = Survey::new(lane.clone(), lane.labelled_pairs(Survey::PAIRS, 5));
    while survey.step() {}
    survey.finish()
}

#[test]
fn an_estimated_floor_agrees_with_the_closed_form() {
    for target in [Target::Moons, Target::Checkerboard, Target::EightGaussians] {
        let lane = lane(target, CouplingKind::Independent);
        let exact = bayes_floor(&lane, 32_768).unwrap();
        let (floor, set) = survey(&lane);
        let error = libm::hypot(exact.error, floor.error);
        assert!(
            (floor.value - exact.value).abs() < 3.0 * error,
            "{floor:?} {exact:?}"
        );
        assert!(
            floor.error < 0.05 * floor.value && set.estimated(),
            "{floor:?}"
        );
    }
}

#[test]
fn an_estimated_floor_of_a_network_that_learns_labels_is_that_of_the_labels() {
    let mut labelled = spec(ScheduleKind::CondOt, CouplingKind::Independent);
    labelled.data.target = Target::EightGaussians;
    let plain = Experiment::new(&labelled, &Drawn::default()).unwrap();
    labelled.model.guide = Guide::Cfg;
    let lane = Experiment::new(&labelled, &Drawn::default()).unwrap();
    let exact = bayes_floor(&lane, 32_768).unwrap();
    let (floor, set) = survey(&lane);
    let error = libm::hypot(exact.error, floor.error);
    assert!(
        (floor.value - exact.value).abs() < 3.0 * error,
        "{floor:?} {exact:?}"
    );
    assert!(floor.value < 0.5 * bayes_floor(&plain, 8192).unwrap().value);
    // The exact field, asked with the labels of the set, has no excess but the estimate's own noise.
    let excess = set.excess(&lane.exact());
    assert!(excess.value.abs() < 0.05 * floor.value, "{excess:?}");
}

#[test]
fn an_estimated_excess_agrees_with_the_exact_one() {
    let lane = lane(Target::Moons, CouplingKind::Independent);
    let (_, set) = survey(&lane);
    let exact = EvaluationSet::new(&lane).unwrap();
    let good = set.excess(&lane.exact());
    assert!(good.value.abs() < 3.0 * good.error.max(0.01), "{good:?}");
    let (a, b) = (set.excess(&Nothing), exact.excess(&Nothing));
    assert!(
        (a.value - b.value).abs() < 3.0 * libm::hypot(a.error, b.error),
        "{a:?} {b:?}"
    );
}

#[test]
fn the_floor_of_a_map_is_what_its_crossings_leave() {
    // A shift is learnt perfectly; under the half turn of a normal, X_1 = -X_0, the velocity of
    // every path is told by where it is, but for t = 1/2.
    let mut spec = spec(ScheduleKind::CondOt, CouplingKind::Paired);
    for pairing in [PairingKind::Shift, PairingKind::Rotate] {
        spec.data.pairing = pairing;
        let lane = Experiment::new(&spec, &Drawn::default()).unwrap();
        let floor = bayes_floor(&lane, 2048).unwrap();
        assert!(floor.value.abs() < 1e-6, "{pairing:?}: {floor:?}");
        assert!(EvaluationSet::new(&lane).unwrap().excess(&Nothing).value > 1.0);
    }
}

#[test]
fn errors_are_those_of_repeated_measurements() {
    // The spread of the floor over seeds is what its standard error says.
    let floor = |seed| {
        let spec = LaneSpec {
            seed,
            ..LaneSpec::default()
        };
        bayes_floor(&Experiment::new(&spec, &Drawn::default()).unwrap(), 2048).unwrap()
    };
    let floors: Vec<Estimate> = (1..=24).map(floor).collect();
    let values: Vec<f64> = floors.iter().map(|f| f.value).collect();
    let spread = Estimate::of(&values).error * (24.0f64).sqrt();
    let mean = floors.iter().map(|f| f.error).sum::<f64>() / 24.0;
    assert!((0.6..1.7).contains(&(mean / spread)), "{mean} {spread}");
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

#[test]
fn an_estimated_floor_is_that_of_what_is_predicted() {
    for &predict in Prediction::ALL {
        let mut spec = spec(ScheduleKind::Cosine, CouplingKind::Independent);
        spec.data.target = Target::Moons;
        spec.model.predict = predict;
        let lane = Experiment::new(&spec, &Drawn::default()).unwrap();
        let (exact, (floor, _)) = (bayes_floor(&lane, 32_768).unwrap(), survey(&lane));
        let gap = (floor.value / exact.value - 1.0).abs();
        assert!(gap < 0.1, "{predict:?}: {floor:?} {exact:?}");
    }
}
