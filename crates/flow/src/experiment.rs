//! A lane brought to life: from the plain values of a [`LaneSpec`] to the things they name.

use super::classifier::{self, Classified, Classifier};
use super::coupling::{matched, partly_matched, softly_matched};
use super::datasets;
use super::distribution::Distribution;
use super::error::DataError;
use super::exact::ExactField;
use super::features::Encoding;
use super::guidance::Guided;
use super::labels::{Labelled, matched_across, matched_within};
use super::network::{Architecture, Network};
use super::paired::{PairedField, Pairing};
use super::pairs::Pairs;
use super::prediction::{Converted, Prediction, Regression};
use super::random::Rng;
use super::schedule::Schedule;
use super::solver::{Integration, Solver};
use super::spec::{
    CouplingKind, Drawn, Features, Guide, LaneSpec, SamplingSpec, SolverKind, Source,
};
use super::stream;
use super::transfer::{Transfer, Transferred};
use super::{Point, VelocityField};

pub mod affine;
mod density;
mod rescaled;
pub mod solver_program;
mod target_law;

pub use density::log_densities;
pub use rescaled::Rescaled;

/// Steps from time 0 to where a transfer starts: a short way, on which the field is smooth.
const LEAD_IN: u32 = 4;

/// The most pairs of components, one of the source and one of the target, that an exact field is
/// summed over.
const MOST_PATHS: usize = 20_000;

/// Points that stand for a target that is only known by the map from the source.
const IMAGES: usize = 1000;

/// A lane's distributions and schedule.
#[derive(Clone, Debug)]
pub struct Experiment {
    spec: LaneSpec,
    source: Distribution,
    target: Distribution,
    schedule: Schedule,
}

impl Experiment {
    /// # Errors
    /// If source or target is what the user drew, moved or wrote, and that is not usable; or if the
    /// model cannot be had for these data.
    pub fn new(spec: &LaneSpec, drawn: &Drawn) -> Result<Self, DataError> {
        let source = datasets::source(spec.data.source, drawn)?;
        if spec.model.predict == Prediction::Score && spec.data.source != Source::Gaussian {
            return Err(DataError::ScoreOfOtherNoise);
        }
        if spec.model.guide == Guide::Classifier && spec.data.source != Source::Gaussian {
            return Err(DataError::ClassifierOfOtherNoise);
        }
        if spec.model.guide != Guide::None && spec.data.coupling == CouplingKind::Reflow {
            return Err(DataError::LabelsOfAFlow);
        }
        let target = target(spec, drawn, &source)?;
        if spec.model.guide != Guide::None && target.classes() < 2 {
            return Err(DataError::OneLabel);
        }
        Ok(Self {
            spec: *spec,
            target,
            source,
            schedule: Schedule::new(spec.path.schedule, &spec.path),
        })
    }

    pub fn spec(&self) -> &LaneSpec {
        &self.spec
    }

    pub fn source(&self) -> &Distribution {
        &self.source
    }

    pub fn target(&self) -> &Distribution {
        &self.target
    }

    /// The schedule trained under.
    pub fn schedule(&self) -> Schedule {
        self.schedule
    }

    /// The exact marginal field of the *independent* coupling; for another coupling it is not what
    /// the network learns (see [`Experiment::closed_form`]), though it has the same two ends.
    pub fn exact(&self) -> ExactField {
        ExactField::new(&self.source, &self.target, self.schedule)
    }

    /// The exact field that this lane's network learns, where there is a closed form: not for
    /// pairs that are matched, of a flow or a map, nor for sums of more than [`MOST_PATHS`] terms.
    pub fn closed_form(&self) -> Option<ExactField> {
        let independent = self.spec.data.coupling == CouplingKind::Independent;
        let few = self.source.components().len() * self.target.components().len() <= MOST_PATHS;
        (independent && few).then(|| self.exact())
    }

    /// What a rectified flow learns in its first round: the same with independent pairs. Any other
    /// lane as it is.
    #[must_use]
    pub fn before_rectification(&self) -> Self {
        let mut lane = self.clone();
        if lane.spec.data.coupling == CouplingKind::Reflow {
            lane.spec.data.coupling = CouplingKind::Independent;
        }
        lane
    }

    /// The exact field of what this lane's network learns, where it can be computed: that of
    /// [`closed_form`](Self::closed_form), or of a source paired with its image.
    pub fn truth(&self) -> Option<Box<dyn VelocityField>> {
        if let Some(exact) = self.closed_form() {
            return Some(Box::new(exact));
        }
        let pairing = self.pairing()?;
        let field = PairedField::new(self.source.clone(), pairing, self.schedule);
        Some(Box::new(field))
    }

    /// The map from source to target, if the coupling is one.
    fn pairing(&self) -> Option<Pairing> {
        let paired = self.spec.data.coupling == CouplingKind::Paired;
        paired.then(|| Pairing::new(self.spec.data.pairing))
    }

    /// The shape of the network, and what it is given.
    pub fn architecture(&self) -> Architecture {
        let model = &self.spec.model;
        let encoding = Encoding {
            waves: (model.features == Features::Fourier).then_some(self.spec.seed),
            labels: if self.learns_labels() {
                self.target.classes()
            } else {
                0
            },
        };
        Architecture::new(model, encoding)
    }

    /// Whether the network is told labels.
    pub(crate) fn learns_labels(&self) -> bool {
        self.spec.model.guide == Guide::Cfg
    }

    /// The network before its first training step.
    pub fn network(&self) -> Network {
        let mut rng = Rng::stream(self.spec.seed.into(), stream::WEIGHTS);
        Network::init(self.architecture(), &mut rng)
    }

    /// The classifier before its first training step, where the lane is guided by one.
    pub fn classifier(&self) -> Option<Network> {
        let mut rng = Rng::stream(self.spec.seed.into(), stream::CLASSIFIER);
        let architecture = classifier::architecture(self.target.classes());
        (self.spec.model.guide == Guide::Classifier).then(|| Network::init(architecture, &mut rng))
    }

    /// The field of [`learned`](Self::learned), which knows labels where a classifier that has been
    /// trained is at hand. Without one all labels are none, so that guidance does nothing.
    pub fn learned_with<'a>(
        &self,
        network: &'a Network,
        classifier: Option<&'a Classifier>,
    ) -> Box<dyn VelocityField + 'a> {
        let inner = self.learned(network);
        match classifier {
            Some(classifier) => Box::new(Classified { inner, classifier }),
            None => inner,
        }
    }

    /// The velocity field that a network of this lane stands for, under the lane's own schedule.
    /// Solvers integrate this field; the bare outputs of the network are what the lane predicts.
    pub fn learned<'a>(&self, network: &'a Network) -> Box<dyn VelocityField + 'a> {
        match self.spec.model.predict {
            Prediction::Velocity => Box::new(network),
            other => Box::new(Converted::new(network, other, self.schedule)),
        }
    }

    /// What its network regresses on.
    pub(crate) fn regression(&self) -> Regression {
        Regression::new(self.spec.model.predict, self.schedule)
    }

    /// The starting points of `n` particles: those of a smaller `n` come first, and two lanes of
    /// one source have the same.
    pub fn noise(&self, n: usize, seed: u32) -> Vec<Point> {
        self.source
            .sample(&mut Rng::stream(seed.into(), stream::PARTICLES), n)
    }

    /// `n` pairs as the coupling draws them, in batches of the lane's batch size. Lanes of one seed
    /// that differ in coupling get the same points.
    pub fn pairs(&self, n: usize, seed: u32) -> Pairs {
        self.labelled_pairs(n, seed).pairs
    }

    /// The same pairs, where the coupling matches no points within a batch. A program that calls only this
    /// function links no code for matchings.
    pub fn unmatched_pairs(&self, n: usize, seed: u32) -> Option<Pairs> {
        let [mut source, mut target] =
            [stream::PAIRS, stream::PAIRS + 1].map(|stream| Rng::stream(seed.into(), stream));
        let free = !self.spec.data.coupling.matches();
        free.then(|| self.unmatched(&mut source, &mut target, n).pairs)
    }

    /// The same, with the labels of their target points.
    pub fn labelled_pairs(&self, n: usize, seed: u32) -> Labelled {
        let streams = [stream::PAIRS, stream::PAIRS + 1, stream::PARTNERS];
        let mut rngs = streams.map(|stream| Rng::stream(seed.into(), stream));
        let mut drawn = Labelled::default();
        while drawn.pairs.len() < n {
            let size = (self.spec.training.batch.max(1) as usize).min(n - drawn.pairs.len());
            drawn.append(self.draw(&mut rngs, size));
        }
        drawn.truncate(n);
        drawn
    }

    /// One batch of pairs: source points, target points, and what the coupling draws by itself,
    /// from a generator each. Lanes that differ in coupling get the same points.
    ///
    /// A rectified flow begins with independent pairs; see
    /// [`Objective::learn_from`](super::batch::Objective::learn_from) for what follows.
    pub(super) fn draw(&self, [source, target, partners]: &mut [Rng; 3], size: usize) -> Labelled {
        let data = &self.spec.data;
        let share = match data.coupling {
            CouplingKind::Partial => data.keep,
            _ => 1.0,
        };
        let drawn = self.unmatched(source, target, (size as f64 / share).ceil() as usize);
        if !data.coupling.matches() {
            return drawn;
        }
        let (Pairs { x0, x1 }, labels) = (drawn.pairs, drawn.labels);
        let mut pairs = if data.label_aware && data.coupling.fills() && self.learns_labels() {
            let couple = |x0, x1: &[Point], rng: &mut Rng| self.matched(x0, x1, rng);
            matched_within(&x0, (&x1, &labels), couple, partners)
        } else {
            matched_across(x0, (&x1, &labels), |x0, x1| self.matched(x0, x1, partners))
        };
        pairs.truncate(size);
        pairs
    }

    /// Source points, each with its image or, before any matching, with a target point and its label.
    fn unmatched(&self, source: &mut Rng, target: &mut Rng, n: usize) -> Labelled {
        let x0 = self.source.sample(source, n);
        if let Some(pairing) = self.pairing() {
            let x1 = x0.iter().map(|&x0| pairing.apply(x0)).collect();
            let labels = vec![0; n];
            let pairs = Pairs { x0, x1 };
            return Labelled { pairs, labels };
        }
        let drawn = (0..n).map(|_| self.target.draw_labelled(target));
        let (x1, labels): (Vec<Point>, Vec<u32>) = drawn.unzip();
        let pairs = Pairs { x0, x1 };
        Labelled { pairs, labels }
    }

    /// The pairs that a coupling which looks for near partners makes of these points.
    fn matched(&self, x0: Vec<Point>, x1: &[Point], partners: &mut Rng) -> Pairs {
        let data = &self.spec.data;
        match data.coupling {
            CouplingKind::Sinkhorn => softly_matched(&x0, x1, data.epsilon, partners),
            CouplingKind::Partial => partly_matched(&x0, x1, data.keep),
            _ => matched(x0, x1),
        }
    }

    /// The change of schedule that `sampling` asks for, if it asks for one.
    pub fn transfer(&self, sampling: &SamplingSpec) -> Option<Transfer> {
        let to = Schedule::new(sampling.sample_schedule.kind()?, &self.spec.path);
        (to != self.schedule).then(|| Transfer::new(self.schedule, to))
    }

    /// `inner`, a field of this lane's schedule that knows labels, guided as `sampling` says: towards
    /// its label, unless that is none.
    pub fn guided<'a>(
        &self,
        sampling: &SamplingSpec,
        inner: &'a dyn VelocityField,
    ) -> Box<dyn VelocityField + 'a> {
        match sampling.label {
            Some(label) if self.spec.model.guide != Guide::None => Box::new(Guided {
                inner,
                weight: sampling.guidance,
                label,
            }),
            _ => Box::new(inner),
        }
    }

    /// `inner`, a field of this lane's schedule, as the lane's own sampling follows it, and the
    /// time to start from: guided where there is a label, and transferred where `sample_schedule`
    /// differs from the schedule.
    pub fn sampled_field<'a>(
        &self,
        inner: &'a dyn VelocityField,
    ) -> (Box<dyn VelocityField + 'a>, f64) {
        self.sampled_field_as(&self.spec.sampling, inner)
    }

    /// The same for other sampling than the lane's own.
    pub fn sampled_field_as<'a>(
        &self,
        sampling: &SamplingSpec,
        inner: &'a dyn VelocityField,
    ) -> (Box<dyn VelocityField + 'a>, f64) {
        let inner = self.guided(sampling, inner);
        match self.transfer(sampling) {
            Some(transfer) => (Box::new(Transferred { inner, transfer }), transfer.start()),
            None => (inner, 0.0),
        }
    }

    /// Where particles with these starting points are at the time that
    /// [`sampled_field_as`](Self::sampled_field_as) starts from.
    ///
    /// The points themselves times `sigma(0)` (1 but for a variance-exploding schedule, whose
    /// `alpha(0) X_1` is small beside it), unless the schedule is changed and its SNR does not start where the
    /// lane's own does. Then what counts as noise there is `s x_t` of a path that has left the
    /// source already; it is found by following `inner` for that little while.
    pub fn starting_points(
        &self,
        sampling: &SamplingSpec,
        inner: &dyn VelocityField,
        noise: Vec<Point>,
    ) -> Vec<Point> {
        let width = self.schedule.sigma(0.0);
        let noise = noise.into_iter().map(|p| p.map(|v| width * v)).collect();
        let Some(transfer) = self.transfer(sampling) else {
            return noise;
        };
        let at = transfer.at(transfer.start());
        let lead_in = Solver::new(SolverKind::Rk4, LEAD_IN);
        let inner = self.guided(sampling, inner);
        let mut points = lead_in.solve(&*inner, None, noise, (0.0, at.t));
        points.iter_mut().for_each(|p| *p = p.map(|v| at.s * v));
        points
    }

    /// The particles of `noise`, ready to be moved to `t = 1` by the steps of `sampling`, with
    /// `keep` frames. Step it with the field of [`sampled_field_as`](Self::sampled_field_as).
    pub fn integration(
        &self,
        sampling: &SamplingSpec,
        inner: &dyn VelocityField,
        noise: Vec<Point>,
        keep: u32,
    ) -> Integration {
        let start = self
            .transfer(sampling)
            .map_or(0.0, |transfer| transfer.start());
        let points = self.starting_points(sampling, inner, noise);
        Integration::new(self.solver(sampling), points, (start, 1.0), keep)
    }

    /// The solver that `sampling` asks for, with an open end where the field sampled has a singular one.
    pub fn solver(&self, sampling: &SamplingSpec) -> Solver {
        let solver = Solver::new(sampling.solver, sampling.steps).with_tolerance(sampling.rtol);
        let kind = sampling.sample_schedule.kind();
        let schedule = kind.map_or(self.schedule, |kind| Schedule::new(kind, &self.spec.path));
        // Where the schedule of training has velocity 0 at the end, a transferred path has an unbounded one.
        let hurried = self.transfer(sampling).is_some() && self.schedule.rests(1.0);
        let singular = hurried || schedule.regular(1.0) < 1.0;
        if singular {
            solver.with_open_end()
        } else {
            solver
        }
    }
}

/// What the flow should end at: the target asked for, or the image of the source under the pairing.
/// Where that image is no mixture of the kind we have, a cloud around points of it stands for it.
fn target(
    spec: &LaneSpec,
    drawn: &Drawn,
    source: &Distribution,
) -> Result<Distribution, DataError> {
    if spec.data.coupling != CouplingKind::Paired {
        return datasets::target(spec.data.target, drawn);
    }
    let pairing = Pairing::new(spec.data.pairing);
    if let Some(image) = pairing.target(source) {
        return Ok(image);
    }
    let mut rng = Rng::stream(spec.seed.into(), stream::IMAGES);
    let points = source.sample(&mut rng, IMAGES).into_iter();
    datasets::around_points(&points.map(|x0| pairing.apply(x0)).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests;
