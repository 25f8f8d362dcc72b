//! All figures of a lane, each beside the floor that even a perfect field does not go below.

use super::super::baseline;
use super::super::display::{FRAMES, excess};
use super::super::sampling_task::Followed;
use super::super::slices::pause;
use super::likelihood;
use super::{CROSSING_SAMPLE, Context, Metrics};
use flow::distribution::{Distribution, Estimate};
use flow::metrics::{
    Distances, floors, kinetic_energy, normalised_path_energy, on_support, straightness, w2,
};
use flow::random::Rng;
use flow::spec::Prediction;
use flow::stream;
use protocol::{Answer, Refusal};

/// Points behind the sample figures: an exact assignment of as many takes a fraction of a second.
const SAMPLES: usize = 1000;

/// Draws behind the floors of the distances.
const FLOORS: usize = 4;

/// Points behind the likelihood.
const LIKELIHOODS: usize = 1000;

/// Seed of the particles: not the one of the picture.
const SEED: u32 = 1_000_003;

pub(super) async fn metrics(context: &Context) -> Result<Answer, Refusal> {
    let lane = &context.experiment;
    let losses = losses(context).await;
    let sampling_task = context.sampling_task(SAMPLES, SEED, context.sampling, FRAMES);
    let Followed { frames, nfe } = sampling_task.follow().await;
    let samples = frames.frame(frames.len() - 1).to_vec();
    let mut rng = Rng::stream(lane.spec().seed.into(), stream::METRICS);
    let target_law = context.target_law();
    let distances = Distances::between(&samples, &target_law.sample(&mut rng, SAMPLES));
    pause().await;
    let floors = mean_floors(&target_law, &mut rng).await;
    let kinetic = kinetic_energy(&frames);
    let w2_of_ends = distance_of_ends((lane.source(), &target_law), &mut rng);
    pause().await;
    let pairs = context.pairs(SAMPLES, SEED);
    let nll = likelihood::exactly(context, LIKELIHOODS).await;
    Ok(Answer::Metrics(Box::new(Metrics {
        step: context.step,
        samples: SAMPLES as u32,
        label: lane.asked_label(&context.sampling),
        loss: losses.total(),
        floor: losses.floor,
        excess: losses.excess,
        estimated: losses.estimated,
        nll: nll.estimate,
        unreachable: nll.unreachable as u32,
        likelihood_samples: LIKELIHOODS as u32,
        entropy: likelihood::entropy(context),
        w2: distances.w2,
        w2_floor: floors.w2,
        energy_distance: distances.energy,
        energy_floor: floors.energy,
        on_support: on_support(&samples, &target_law),
        straightness: straightness(&frames),
        kinetic,
        npe: normalised_path_energy(kinetic, w2_of_ends),
        w2_of_ends,
        coupling_cost: pairs.cost(),
        crossings: pairs.crossings(CROSSING_SAMPLE as usize),
        nfe,
    })))
}

/// The mean floors of some draws.
async fn mean_floors(target_law: &Distribution, rng: &mut Rng) -> Distances {
    let (mut w2, mut energy) = (0.0, 0.0);
    for _ in 0..FLOORS {
        let drawn = floors(target_law, SAMPLES, rng);
        w2 += drawn.w2 / FLOORS as f64;
        energy += drawn.energy / FLOORS as f64;
        pause().await;
    }
    Distances { w2, energy }
}

struct Losses {
    floor: Option<Estimate>,
    excess: Option<Estimate>,
    estimated: bool,
    /// Whether the loss is of the velocity, as the excess always is.
    comparable: bool,
}

impl Losses {
    /// What the loss is expected to be; NaN where that is not known.
    fn total(&self) -> f64 {
        if !self.comparable {
            return f64::NAN;
        }
        let both = self.floor.zip(self.excess);
        both.map_or(f64::NAN, |(floor, excess)| floor.value + excess.value)
    }
}

/// The floor of the loss and the network's excess above it.
async fn losses(context: &Context) -> Losses {
    let baseline = match &context.baseline {
        Some(made) => made.clone(),
        None => baseline::make(context.experiment.clone(), context.round.clone()).await,
    };
    let excess = match &baseline.evaluation {
        Some(set) => Some(excess(set, &context.experiment, &context.network).await),
        None => None,
    };
    Losses {
        floor: baseline.floor,
        excess,
        estimated: baseline.estimated(),
        comparable: context.experiment.spec().model.predict == Prediction::Velocity,
    }
}

/// W2 between source and goal.
fn distance_of_ends((source, target_law): (&Distribution, &Distribution), rng: &mut Rng) -> f64 {
    let source = source.sample(rng, SAMPLES);
    w2(&source, &target_law.sample(rng, SAMPLES))
}
