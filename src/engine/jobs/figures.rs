//! All figures of a lane, each beside the floor that even a perfect field does not go below.

use super::super::display::{FRAMES, excess};
use super::super::slices::pause;
use super::{CROSSING_SAMPLE, Context, Metrics};
use crate::flow::batch::{EvaluationSet, bayes_floor};
use crate::flow::lane::{Lane, stream};
use crate::flow::metrics::{
    Distances, floors, kinetic_energy, normalised_path_energy, straightness, w2,
};
use crate::flow::random::Rng;

/// Points behind the sample figures: an exact assignment of as many takes a fraction of a second.
const SAMPLES: usize = 1000;

/// Points behind the Bayes floor.
const FLOOR_POINTS: usize = 8192;

/// Seed of the particles: not the one of the picture.
const SEED: u32 = 1_000_003;

pub async fn metrics(context: &Context) -> Result<Metrics, String> {
    let lane = &context.experiment;
    let (floor, excess) = losses(context).await;
    let journey = context.journey(SAMPLES, SEED, context.sampling, FRAMES);
    let frames = journey.follow().await;
    let samples = frames.frame(frames.len() - 1).to_vec();
    let mut rng = Rng::stream(lane.spec().seed.into(), stream::METRICS);
    let distances = Distances::between(&samples, &lane.target().sample(&mut rng, SAMPLES));
    pause().await;
    let floors = floors(lane.target(), SAMPLES, &mut rng);
    pause().await;
    let kinetic = kinetic_energy(&frames);
    let ends = distance_of_ends(lane, &mut rng);
    pause().await;
    let pairs = lane.pairs(SAMPLES, SEED);
    Ok(Metrics {
        step: context.step,
        samples: SAMPLES as u32,
        loss: floor
            .zip(excess)
            .map_or(f64::NAN, |(floor, excess)| floor + excess),
        floor,
        excess,
        w2: distances.w2,
        w2_floor: floors.w2,
        energy_distance: distances.energy,
        energy_floor: floors.energy,
        straightness: straightness(&frames),
        kinetic,
        npe: normalised_path_energy(kinetic, ends),
        coupling_cost: pairs.cost(),
        crossings: pairs.crossings(CROSSING_SAMPLE as usize),
    })
}

/// The floor of the loss and the network's excess above it, where a closed form is known.
async fn losses(context: &Context) -> (Option<f64>, Option<f64>) {
    let floor = bayes_floor(&context.experiment, FLOOR_POINTS).map(|estimate| estimate.value);
    pause().await;
    let set = EvaluationSet::new(&context.experiment);
    pause().await;
    match set {
        Some(set) => (
            floor,
            Some(excess(&set, &*context.experiment.learned(&context.network)).await),
        ),
        None => (floor, None),
    }
}

/// W2 between source and target.
fn distance_of_ends(lane: &Lane, rng: &mut Rng) -> f64 {
    let source = lane.source().sample(rng, SAMPLES);
    w2(&source, &lane.target().sample(rng, SAMPLES))
}
