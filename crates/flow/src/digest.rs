//! A number by which two builds of `flow` can be compared bit for bit.
//!
//! [`digest`] walks over everything here and hashes every result, under every schedule, the drawn one included. A browser test compares its value
//! with that of the native build of the same source: the promise that a link shows the same picture
//! everywhere rests on it. The value on record (`tests/digest.txt`) changes with whatever is added to the tour.

use super::batch::Objective;
use super::custom::Curve;
use super::datasets::{source, target};
use super::exact::ExactField;
use super::experiment::Experiment;
use super::random::Rng;
use super::schedule::Schedule;
use super::spec::{
    CouplingKind, Drawn, Features, Guide, LaneSpec, PathSpec, Prediction, SampleSchedule,
    ScheduleKind, SolverKind, Source, Target,
};
use super::transfer::{Transfer, Transferred};
use super::{Point, VelocityField};

/// FNV-1a over the bits of numbers (Fowler, Noll and Vo; 64 bits).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Digest(u64);

impl Default for Digest {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Digest {
    /// Takes in one number, bit for bit.
    pub fn number(&mut self, value: f64) {
        for byte in value.to_bits().to_le_bytes() {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }

    /// Takes in numbers in order.
    pub fn numbers(&mut self, values: impl IntoIterator<Item = f64>) {
        values.into_iter().for_each(|value| self.number(value));
    }

    /// Takes in points in order.
    pub fn points(&mut self, points: &[Point]) {
        self.numbers(points.iter().copied().flatten());
    }

    /// The hash of all that was taken in.
    pub fn finish(self) -> u64 {
        self.0
    }
}

/// A path of every kind of schedule, with shape parameters off their defaults and a curve that bends twice.
fn paths() -> Vec<PathSpec> {
    let curve = Curve::new(&[(0.0, 0.0), (0.3, 0.1), (0.6, 0.75), (1.0, 1.0)]);
    let path = |&schedule| PathSpec {
        schedule,
        power: 2.5,
        curve: curve.unwrap_or(Curve::line()),
        ..LaneSpec::default().path
    };
    ScheduleKind::ALL.iter().map(path).collect()
}

/// Every kind of schedule, the drawn one included.
fn every_schedule() -> Vec<Schedule> {
    let schedule = |path: &PathSpec| Schedule::new(path.schedule, path);
    paths().iter().map(schedule).collect()
}

/// The digest of a tour of `flow` under one seed: samples, schedules, exact fields, transfers,
/// batches of every coupling, networks with features and labels, guided particles of every solver.
pub fn digest(seed: u64) -> u64 {
    let mut digest = Digest::default();
    schedules(&mut digest);
    samples(&mut digest, seed);
    fields(&mut digest, seed);
    transfers(&mut digest, seed);
    batches(&mut digest, seed);
    trained_paths(&mut digest, seed);
    particles(&mut digest, seed);
    digest.finish()
}

/// Values, derivatives and inverses of every schedule.
fn schedules(digest: &mut Digest) {
    for schedule in every_schedule() {
        for i in 0..=50 {
            let t = f64::from(i) / 50.0;
            let c = schedule.coefficients(t);
            digest.numbers([c.alpha, c.sigma, c.d_alpha, c.d_sigma]);
            digest.number(schedule.inverse_snr(schedule.snr(t)));
        }
    }
}

/// Points, densities and extents of every source and target.
fn samples(digest: &mut Digest, seed: u64) {
    let drawing = drawing(seed);
    let sources = Source::ALL.iter().map(|&name| source(name, &drawing));
    let targets = Target::ALL.iter().map(|&name| target(name, &drawing));
    for (stream, data) in sources.chain(targets).flatten().enumerate() {
        let points = data.sample(&mut Rng::stream(seed, stream as u64), 50);
        digest.points(&points);
        digest.numbers(points.iter().map(|&p| data.log_density(p)));
        digest.number(data.extent());
    }
}

/// Velocities and divergences of exact fields, at the ends and between them.
fn fields(digest: &mut Digest, seed: u64) {
    for (from, to) in [
        (Source::Gaussian, Target::Checkerboard),
        (Source::Gaussian, Target::Moons),
        (Source::Square, Target::Checkerboard),
        (Source::Square, Target::Drawn),
        (Source::EightGaussians, Target::Moons),
    ] {
        for schedule in every_schedule() {
            let Some(field) = exact(from, to, schedule, seed) else {
                continue;
            };
            let x = points(from, &mut Rng::stream(seed, 7), 10);
            for t in [0.0, 0.02, 0.4, 0.8, 0.99, 1.0] {
                take(digest, &field, &x, t);
            }
        }
    }
}

/// Fields transferred between every two schedules.
fn transfers(digest: &mut Digest, seed: u64) {
    let x = points(Source::Gaussian, &mut Rng::stream(seed, 8), 4);
    for from in every_schedule() {
        let field = exact(Source::Gaussian, Target::Checkerboard, from, seed);
        for to in every_schedule() {
            let transfer = Transfer::new(from, to);
            let Some(inner) = field.as_ref() else {
                continue;
            };
            for r in [transfer.start(), 0.3, 0.9, 1.0] {
                take(digest, &Transferred { inner, transfer }, &x, r);
            }
        }
    }
}

/// A lane that learns labels and has Fourier features.
fn labelled(seed: u64) -> LaneSpec {
    let mut spec = LaneSpec {
        seed: seed as u32,
        ..LaneSpec::default()
    };
    spec.model.features = Features::Fourier;
    spec.model.guide = Guide::Cfg;
    spec.sampling.label = Some(1);
    spec.sampling.guidance = 2.0;
    spec.sampling.steps = 4;
    spec
}

/// What a network would be trained on, under every coupling and prediction.
fn batches(digest: &mut Digest, seed: u64) {
    for &coupling in CouplingKind::ALL {
        for &predict in Prediction::ALL {
            let mut spec = labelled(seed);
            spec.data.coupling = coupling;
            spec.data.label_aware = predict == Prediction::X1;
            spec.model.predict = predict;
            if coupling == CouplingKind::Paired {
                spec.model.guide = Guide::None;
            }
            let Ok(mut objective) = Objective::new(&spec, &Drawn::default()) else {
                continue;
            };
            let batch = objective.batch(24);
            let numbers = [batch.input, batch.target, batch.weight];
            digest.numbers(numbers.iter().flatten().map(|&v| v.into()));
        }
    }
}

/// What a network would be trained on under every schedule, and where an untrained one takes particles then.
fn trained_paths(digest: &mut Digest, seed: u64) {
    for path in paths() {
        let mut spec = labelled(seed);
        spec.path = path;
        if let Ok(mut objective) = Objective::new(&spec, &Drawn::default()) {
            let batch = objective.batch(24);
            let numbers = [batch.input, batch.target, batch.weight];
            digest.numbers(numbers.iter().flatten().map(|&v| v.into()));
        }
        integrated(digest, &spec);
    }
}

/// Guided particles of an untrained network, by every solver, as trained and transferred to every schedule.
fn particles(digest: &mut Digest, seed: u64) {
    let drawn = paths().last().map(|path| path.curve);
    for &solver in SolverKind::ALL {
        for &sample_schedule in SampleSchedule::ALL {
            let mut spec = labelled(seed);
            spec.path.curve = drawn.unwrap_or(spec.path.curve);
            spec.sampling.solver = solver;
            spec.sampling.sample_schedule = sample_schedule;
            integrated(digest, &spec);
        }
    }
}

/// Takes in particles of an untrained network at `t = 1`, with the field there.
fn integrated(digest: &mut Digest, spec: &LaneSpec) {
    let Ok(lane) = Experiment::new(spec, &Drawn::default()) else {
        return;
    };
    let network = lane.network();
    let learned = lane.learned(&network);
    let (field, _) = lane.sampled_field(&*learned);
    let noise = lane.noise(9, spec.seed);
    let mut flow = lane.integration(&spec.sampling, &*learned, noise, 2);
    while flow.step(&*field) {}
    digest.points(flow.points());
    take(digest, &*field, flow.points(), 0.7);
}

fn exact(from: Source, to: Target, schedule: Schedule, seed: u64) -> Option<ExactField> {
    let drawing = drawing(seed);
    let (source, target) = (source(from, &drawing).ok()?, target(to, &drawing).ok()?);
    Some(ExactField::new(&source, &target, schedule))
}

/// Points of a source that needs no drawing.
fn points(from: Source, rng: &mut Rng, n: usize) -> Vec<Point> {
    source(from, &Drawn::default()).map_or_else(|_| Vec::new(), |source| source.sample(rng, n))
}

/// A scribble, for what is drawn.
fn drawing(seed: u64) -> Drawn {
    let mut rng = Rng::stream(seed, 9);
    let mut scribble = || (0..20).map(|_| [rng.normal(), rng.normal()]).collect();
    Drawn {
        target: scribble(),
        source: scribble(),
        ..Drawn::default()
    }
}

/// Takes in velocity and divergence of a field.
fn take(digest: &mut Digest, field: &dyn VelocityField, x: &[Point], t: f64) {
    let (mut u, mut div) = (vec![[0.0; 2]; x.len()], vec![0.0; x.len()]);
    field.velocity(x, t, None, &mut u);
    field.divergence(x, t, None, &mut div);
    digest.points(&u);
    digest.numbers(div);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fnv_is_that_of_its_authors() {
        // FNV-1a of eight zero bytes.
        let mut digest = Digest::default();
        digest.number(0.0);
        assert_eq!(digest.finish(), 0xa8c7_f832_281a_39c5);
    }

    #[test]
    fn every_kind_of_schedule_takes_part() {
        let digest = |schedule: Schedule| {
            let mut digest = Digest::default();
            for i in 0..=4 {
                let c = schedule.coefficients(f64::from(i) / 4.0);
                digest.numbers([c.alpha, c.sigma, c.d_alpha, c.d_sigma]);
            }
            digest.finish()
        };
        let all = every_schedule();
        let different: std::collections::BTreeSet<_> = all.iter().map(|&s| digest(s)).collect();
        assert_eq!(
            (all.len(), different.len()),
            (ScheduleKind::ALL.len(), all.len())
        );
        assert!(
            all.iter()
                .any(|schedule| matches!(schedule, Schedule::Custom(_)))
        );
    }

    #[test]
    fn the_digest_depends_on_the_seed_and_on_nothing_else() {
        assert_eq!(digest(1), digest(1));
        assert_ne!(digest(1), digest(2));
    }
}
