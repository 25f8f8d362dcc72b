//! The words that page and engine exchange. Plain types, encoded by `postcard` into one
//! transferable byte buffer a message.
//!
//! The page sends [`Request`]s, the engine answers with [`Reply`]s. Everything that depends on a
//! lane's training carries the lane's [`RunId`]; the receiver drops what belongs to an older run.

mod lane;
mod status;
mod steps;
mod studies;

pub use lane::LaneId;
pub use status::{CpuReason, EngineFault, Failure, LaneFault, Refusal};
pub use steps::{Disagreement, Misfit, SamplerFault, StepMethod, WhyBurn};
pub use studies::{Curves, Finding, Likelihoods, Map, Method, Probed, StepCost, Study};

use flow::distribution::Estimate;
use flow::spec::{Drawn, LaneSpec, SamplingSpec};
use serde::{Deserialize, Serialize};

/// Counts the runs of a visit: a lane gets a new id whenever its network starts anew.
pub type RunId = u32;

/// Counts the questions the page asks; the answer carries the same number.
pub type JobId = u32;

/// Floats that cross the boundary as one byte string instead of element by element.
///
/// Points are flat: `x0, y0, x1, y1, ...`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Floats(pub Vec<f32>);

impl Serialize for Floats {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(bytemuck::cast_slice(&self.0))
    }
}

impl<'de> Deserialize<'de> for Floats {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let bytes = <&[u8]>::deserialize(deserializer)?;
        // The bytes may lie at any address, so they are copied rather than cast in place.
        Ok(Self(bytemuck::allocation::pod_collect_to_vec(bytes)))
    }
}

/// How far a lane should train.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Training {
    /// Keep the weights, take no step.
    Pause,
    /// Train until the total number of steps taken reaches this; `u32::MAX` for no limit.
    ///
    /// Where the lane has a limit and this goes beyond it, the learning rate decays to zero over the
    /// steps that this adds: from its full value if the limit has been reached, else from where it is.
    Until(u32),
}

/// From the page to the engine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Request {
    /// Forget the lane's network and start a new one, paused at step 0.
    Configure {
        lane: LaneId,
        run: RunId,
        spec: LaneSpec,
        drawn: Drawn,
        /// Sample lane A's network instead of one of its own (lane B only); `spec` then says how
        /// lane A's network was trained, and its `sampling` how this lane follows it.
        borrow: bool,
    },
    /// Only the way the field is followed has changed; the network stays.
    Sampling {
        lane: LaneId,
        run: RunId,
        sampling: SamplingSpec,
    },
    /// Start, pause, or take a number of steps.
    Train {
        lane: LaneId,
        run: RunId,
        training: Training,
    },
    /// Forget the lane (there is only one lane now).
    Drop { lane: LaneId },
    /// A question of the user's, the API's or the page's, answered by [`Reply::Done`].
    Job { id: JobId, lane: LaneId, job: Job },
    /// Hand over everything a run needs to go on elsewhere; answered by [`Reply::Checkpoint`].
    Checkpoint { lane: LaneId },
    /// Go on from another engine's checkpoint. Follows the lane's `Configure`, same run.
    Resume {
        lane: LaneId,
        checkpoint: Checkpoint,
    },
    /// Time a few training steps of this network; answered by [`Reply::Measured`].
    Measure { spec: LaneSpec },
}

/// What a running lane is made of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Checkpoint {
    pub run: RunId,
    pub step: u32,
    /// All parameters, in the order of `flow::network::Network`.
    pub weights: Floats,
    /// Adam's first and second moments in the same order; empty before the first step.
    pub moment_1: Floats,
    pub moment_2: Floats,
    /// The steps over which the learning rate decays: from the first to the second.
    pub decay: (u32, u32),
    /// Rounds of a rectified flow begun, and the pairs of the last: starts and ends.
    pub round: u32,
    pub pool: [Floats; 2],
    /// Parameters and both moments of the lane's classifier; empty without one.
    pub classifier: [Floats; 3],
}

/// A question.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Job {
    /// Fresh particles through the lane's flow, from `t = 0` to `t = 1`.
    Sample {
        n: u32,
        seed: u32,
        sampling: SamplingSpec,
        trajectories: bool,
    },
    /// Velocities at points (flat) at time `t`.
    Field {
        points: Floats,
        t: f64,
        which: Which,
    },
    /// Pairs as the lane's coupling draws them, in batches of the lane's batch size.
    Couple { n: u32, seed: u32 },
    /// All figures of the lane.
    Metrics,
    /// Something on a square grid of `side * side` cells over `[-extent, extent]^2`, rows from the
    /// top, at each of `times`.
    Grid {
        map: Map,
        side: u32,
        extent: f64,
        times: Vec<f64>,
    },
    /// The log density of the learned flow at points (flat) of `t = 1`.
    Likelihood {
        points: Floats,
        method: Method,
        /// Of Hutchinson's estimator, for each point.
        probes: u32,
        seed: u32,
    },
    /// Something to be looked at.
    Study(Study),
    /// The largest distance, over particles and times, between this lane's transferred paths and
    /// the rescaled paths `s_r x_{t_r}` of the field they were transferred from, both integrated
    /// with the lane's solver and steps.
    TransferGap { n: u32, seed: u32 },
}

/// Which field to ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Which {
    Model,
    Exact,
}

/// From the engine to the page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Reply {
    /// The engine can train.
    Ready(Backend),
    /// The lane's figures after some more steps (at most ten a second).
    Progress(Progress),
    /// Particles of the lane's current field, for drawing.
    Ensemble(Ensemble),
    /// The lane's weights, for the probe under the pointer.
    Weights {
        lane: LaneId,
        run: RunId,
        step: u32,
        weights: Floats,
    },
    /// The answer to a [`Request::Job`].
    Done {
        id: JobId,
        answer: Result<Answer, Refusal>,
    },
    Checkpoint {
        lane: LaneId,
        checkpoint: Checkpoint,
    },
    /// Training steps per second of the network that was asked about.
    Measured { steps_per_second: f64 },
    /// The engine cannot go on. Training of all lanes has stopped.
    Failed(Failure),
    /// A lane cannot go on. Its training has stopped; the other lane's has not.
    LaneFailed {
        lane: LaneId,
        run: RunId,
        fault: LaneFault,
    },
    /// How the lane's training steps are taken.
    Method {
        lane: LaneId,
        run: RunId,
        method: StepMethod,
        /// Why the CPU follows the lane's particles although a GPU trains, once the GPU could not.
        sampler_fault: Option<SamplerFault>,
    },
    /// The GPU is gone: the same engine goes on with the last weights it knows, on the CPU.
    FellBack(Backend),
}

/// What trains.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Backend {
    Cpu(CpuReason),
    WebGpu {
        /// The adapter's name.
        adapter: String,
    },
}

impl Backend {
    pub fn kind(&self) -> BackendKind {
        match self {
            Self::Cpu(_) => BackendKind::Cpu,
            Self::WebGpu { .. } => BackendKind::WebGpu,
        }
    }

    /// The adapter's name; nothing of the CPU.
    pub fn adapter(&self) -> &str {
        match self {
            Self::Cpu(_) => "",
            Self::WebGpu { adapter } => adapter,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum BackendKind {
    Cpu,
    WebGpu,
}

/// Where a lane's training stands.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    pub lane: LaneId,
    pub run: RunId,
    pub step: u32,
    /// Training loss, averaged over the steps since the last report (mean over coordinates).
    pub loss: f64,
    /// The Bayes floor of that loss, where a closed form is known.
    pub floor: Option<f64>,
    /// `E |v - u|^2 / 2` on a fixed evaluation set, where a closed form is known.
    pub excess: Option<f64>,
    /// `integral E |(x_1 - x_0) - v(x_t, t)|^2 dt` along the last ensemble's flow.
    pub straightness: Option<f64>,
    /// `E integral |v|^2 dt` of the same flow.
    pub kinetic: Option<f64>,
    pub steps_per_second: f64,
    /// Whether the lane goes on training after this.
    pub running: bool,
    /// Rounds of a rectified flow begun.
    pub round: u32,
    pub accuracy: Accuracy,
}

/// How well a lane's figures are known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Accuracy {
    /// Standard errors of [`Progress::floor`] and [`Progress::excess`].
    pub floor_error: Option<f64>,
    pub excess_error: Option<f64>,
    /// Whether these are estimated from pairs, since there is no closed form.
    pub estimated: bool,
    /// Steps that had been taken when the excess was measured.
    pub measured_at: u32,
}

/// Particles followed through a lane's field.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ensemble {
    pub lane: LaneId,
    pub run: RunId,
    /// Training steps behind the field; `None` for the exact field.
    pub step: Option<u32>,
    /// The times of the frames, increasing, first 0 (or the transfer's start) and last 1.
    pub times: Vec<f32>,
    /// One frame of `n` flat points a time: `times.len() * n * 2` floats.
    pub frames: Floats,
    /// Evaluations of the field for each particle.
    pub nfe: u32,
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Answer {
    Sample {
        /// The frames; without trajectories only the first and the last.
        ensemble: Ensemble,
    },
    Field(Floats),
    Couple {
        x0: Floats,
        x1: Floats,
        /// `E |x1 - x0|^2` over the pairs.
        cost: f64,
        /// Share of pairs of segments that cross, over the first `crossing_sample` pairs.
        crossings: f64,
        crossing_sample: u32,
    },
    Metrics(Box<Metrics>),
    /// One grid a time, as many floats a cell as its [`Map`] has.
    Grid(Floats),
    /// Natural logarithms of the densities, and the standard errors of the estimator: 0 for the
    /// exact divergence, infinite for a single probe.
    Likelihood {
        log_densities: Floats,
        errors: Floats,
        nfe: u32,
    },
    Study(Finding),
    TransferGap {
        gap: f64,
        /// Times after every step, and the largest and the mean gap at each.
        times: Vec<f64>,
        largest: Vec<f64>,
        mean: Vec<f64>,
        steps: u32,
        /// The rescaled paths `s_r x_{t_r}`, frame by frame beside the lane's own ensemble.
        rescaled: Ensemble,
    },
}

/// The figures of a lane, each with the floor that even a perfect field does not go below.
///
/// Floor, excess and loss are of the network as it is trained, with and without labels; cost and
/// crossings of all its pairs. All others are of the lane's samples: of one label, where one is asked
/// for.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Metrics {
    pub step: u32,
    /// Points behind the sample figures.
    pub samples: u32,
    /// The label whose data the samples are compared with, if not with all.
    pub label: Option<u32>,
    /// Floor and excess together; NaN where these are not known, or the network predicts something
    /// else than the velocity: the floor is that of its loss, the excess always of the velocity.
    pub loss: f64,
    /// The Bayes floor of the loss.
    pub floor: Option<Estimate>,
    /// The mean squared distance from the marginal field, over both coordinates.
    pub excess: Option<Estimate>,
    /// Whether floor and excess are estimated from pairs, since there is no closed form.
    pub estimated: bool,
    /// Mean negative log-likelihood of `likelihood_samples` fresh points of those data, in nats. Its
    /// floor is their entropy, where that is known.
    pub nll: Estimate,
    /// Of those points, the ones to which the flow gives no density at all; they are left out.
    pub unreachable: u32,
    pub likelihood_samples: u32,
    pub entropy: Option<Estimate>,
    /// 2-Wasserstein distance of the samples to as many fresh target points.
    pub w2: f64,
    /// The same between two fresh sets of target points.
    pub w2_floor: f64,
    pub energy_distance: f64,
    pub energy_floor: f64,
    /// The share of the samples that lie where the data have mass, if not everywhere.
    pub on_support: Option<f64>,
    pub straightness: f64,
    /// `E integral |v|^2 dt`.
    pub kinetic: f64,
    /// `|kinetic - W2^2| / W2^2` with W2 between source and target (normalised path energy).
    pub npe: f64,
    /// W2 between as many points of source and target.
    pub w2_of_ends: f64,
    /// `E |x1 - x0|^2` over the coupling's pairs: under straight paths no flow of these pairs has a
    /// larger [`kinetic`](Self::kinetic) energy.
    pub coupling_cost: f64,
    pub crossings: f64,
    /// Evaluations of the field behind each sample.
    pub nfe: u32,
}

/// Encodes a message.
pub fn encode<T: Serialize>(message: &T) -> Vec<u8> {
    postcard::to_allocvec(message).expect("protocol messages have no unserialisable part")
}

/// Decodes a message.
///
/// # Errors
/// If the bytes are not such a message, as when page and engine are of different builds.
pub fn decode<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> postcard::Result<T> {
    postcard::from_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_survive_the_wire() {
        let reply = Reply::Weights {
            lane: LaneId::B,
            run: 7,
            step: 3,
            weights: Floats(vec![1.5, -2.0, f32::MIN_POSITIVE]),
        };
        assert_eq!(decode::<Reply>(&encode(&reply)), Ok(reply));
        assert!(decode::<Reply>(&[255, 255]).is_err());
    }
}
