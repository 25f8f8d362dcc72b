//! Which question makes which picture.

use crate::state::State;
use crate::state::pictures::Picture;
use crate::state::preview::{ARROWS_SIDE, ARROWS_TIMES, even_times};
use flow::spec::SampleSchedule;
use protocol::{Curves, Job, LaneId, Map, Study};

/// Points along a side and times of heat maps of a closed form, of something that needs the network, and of likelihoods,
/// each of which is an integration.
const DENSITY: (u32, u32) = (96, 25);
const SCALARS: (u32, u32) = (40, 17);
const LEARNED: (u32, u32) = (44, 5);
/// Pairs that are asked for: enough to see, and for a cost with a few percent of error.
const PAIRS: u32 = 2048;
/// Particles of the overlay of a transfer.
const TRANSFER_PARTICLES: u32 = 64;
/// Points along a side of a mesh, and its frames.
const MESH_SIDE: u32 = 21;
const MESH_FRAMES: u32 = 33;
/// Points of a batch whose matching is drawn: more could not be told apart.
const MATCHED: u32 = 48;
/// Times of a balance of mass.
const BALANCE_TIMES: u32 = 33;
/// Particles that go there and back, and when.
const ROUND_TRIP_PARTICLES: u32 = 24;
const TRAVEL: (f64, f64) = (0.3, 0.9);
/// Fresh data behind a likelihood, and numbers of probes.
const LIKELIHOOD_POINTS: u32 = 128;
const PROBES: [u32; 4] = [1, 2, 4, 8];
/// Doublings of the samples behind two gradients.
const GRADIENT_ROUNDS: u32 = 12;

/// The question to the engine.
pub(super) fn job(state: &State, lane: LaneId, picture: Picture) -> Job {
    let spec = state.spec(lane);
    let (seed, extent) = (spec.seed, state.extent);
    let grid = |map, (side, times): (u32, u32)| Job::Grid {
        map,
        side,
        extent,
        times: even_times(times),
    };
    match picture {
        Picture::Pairs => Job::Couple { n: PAIRS, seed },
        Picture::Density => grid(Map::Density, DENSITY),
        Picture::Arrows => grid(Map::Velocity, (ARROWS_SIDE, ARROWS_TIMES)),
        Picture::Learned => grid(Map::LearnedDensity, LEARNED),
        Picture::Error => grid(Map::Error, (ARROWS_SIDE, ARROWS_TIMES)),
        Picture::Divergence => grid(Map::Divergence, SCALARS),
        Picture::Score => grid(Map::Score, (ARROWS_SIDE, ARROWS_TIMES)),
        Picture::Transfer => Job::TransferGap {
            n: TRANSFER_PARTICLES,
            seed,
        },
        Picture::Mesh => Job::Study(Study::Mesh {
            side: MESH_SIDE,
            extent: state.lanes[lane]
                .math
                .as_ref()
                .map_or(extent, |math| math.source().extent()),
            frames: MESH_FRAMES,
        }),
        Picture::Matching => Job::Study(Study::Matching { n: MATCHED, seed }),
        Picture::Region => balance(extent),
        Picture::RoundTrip => Job::Study(Study::RoundTrip {
            n: ROUND_TRIP_PARTICLES,
            seed,
            from: TRAVEL.0,
            to: TRAVEL.1,
        }),
        Picture::Errors => Job::Study(Study::Errors {
            of: match spec.sampling.sample_schedule {
                SampleSchedule::Same => Curves::Solvers,
                _ => Curves::Schedules,
            },
        }),
        Picture::Costs => Job::Study(Study::Costs {
            sizes: (4..=10).map(|k| 1 << k).collect(),
        }),
        Picture::Likelihood => Job::Study(Study::Nll {
            n: LIKELIHOOD_POINTS,
            probes: PROBES.to_vec(),
        }),
        Picture::Gradients => Job::Study(Study::Gradients {
            rounds: GRADIENT_ROUNDS,
        }),
        Picture::StepCost => Job::Study(Study::StepCost),
        Picture::Measures => Job::Metrics,
    }
}

/// A box off the centre, so that mass passes through it.
fn balance(extent: f64) -> Job {
    Job::Study(Study::Balance {
        low: [0.1 * extent, 0.1 * extent],
        high: [0.5 * extent, 0.5 * extent],
        times: even_times(BALANCE_TIMES),
    })
}

/// The box of a balance and its times, as they were asked for.
pub(super) fn balanced(extent: f64) -> ([f64; 2], [f64; 2], Vec<f64>) {
    match balance(extent) {
        Job::Study(Study::Balance { low, high, times }) => (low, high, times),
        _ => unreachable!("a balance is asked for"),
    }
}

/// The side and the times of a grid, as they were asked for.
pub(super) fn shape(picture: Picture) -> (u32, u32) {
    match picture {
        Picture::Density => DENSITY,
        Picture::Learned => LEARNED,
        Picture::Divergence => SCALARS,
        _ => (ARROWS_SIDE, ARROWS_TIMES),
    }
}
