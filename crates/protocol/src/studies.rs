//! Questions that are asked only to look at the answer, and the answers.

use super::{Ensemble, Floats};
use flow::Point;
use flow::continuity::Balance;
use flow::distribution::Estimate;
use flow::gradients::Comparison;
use flow::likelihood::Nll;
use serde::{Deserialize, Serialize};

/// What a grid over the plane shows. All but the last belong to the schedule sampled under.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Map {
    /// The exact density of `X_t`; one float a cell.
    Density,
    /// Velocities of the lane's sampled field; two floats a cell.
    Velocity,
    /// The log density of the learned flow, in nats; one float a cell, `-inf` where there is none.
    LearnedDensity,
    /// Learned minus exact velocity, or minus an estimate of it; two floats a cell.
    Error,
    /// The divergence of the lane's sampled field; one float a cell.
    Divergence,
    /// `grad log p_t`: exact where there is a closed form, else what follows from the learned velocity
    /// of a Gaussian source; two floats a cell.
    Score,
}

/// How a divergence is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Method {
    Exact,
    /// Hutchinson's estimator with probes of -1 and 1.
    Rademacher,
    /// The same with normal probes.
    Gaussian,
}

/// A question about a lane.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Study {
    /// A grid of `side * side` points over `[-extent, extent]^2`, followed from the source on, in at
    /// most `frames` frames.
    Mesh { side: u32, extent: f64, frames: u32 },
    /// One batch of `n` points, as the coupling matches it.
    Matching { n: u32, seed: u32 },
    /// The mass in a box and the flux through its edge, at each of `times`.
    Balance {
        low: Point,
        high: Point,
        times: Vec<f64>,
    },
    /// Particles of the lane at time `from`, carried to time `to` and back.
    RoundTrip {
        n: u32,
        seed: u32,
        from: f64,
        to: f64,
    },
    /// The mean negative log-likelihood of `n` fresh target points, with the exact divergence and by
    /// Hutchinson's estimator with each of these numbers of probes of either kind.
    Nll { n: u32, probes: Vec<u32> },
    /// The gradients of both losses of a small network, after so many rounds of samples, each twice
    /// as many as all before it.
    Gradients { rounds: u32 },
    /// The mean cost of exact minibatch-OT pairs in batches of each of these sizes.
    Costs { sizes: Vec<u32> },
    /// The error at the end against evaluations of the field.
    Errors { of: Curves },
    /// What a step of maximum likelihood would cost beside a step of flow matching, measured.
    StepCost,
}

/// What distinguishes the curves of [`Study::Errors`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Curves {
    /// Every solver, under the lane's own sampling schedule.
    Solvers,
    /// Every schedule to sample under, with the lane's solver.
    Schedules,
}

/// The answer to a [`Study`], in the same order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Finding {
    /// The grid's points as particles, rows from the top.
    Mesh(Ensemble),
    Matching {
        x0: Floats,
        x1: Floats,
        /// Indices of the source and the target point, and the mass in units of one point's.
        links: Vec<(u32, u32, f32)>,
        /// `E |x1 - x0|^2` over the links.
        cost: f64,
    },
    /// One a time.
    Balance(Vec<Balance>),
    RoundTrip {
        times: Vec<f64>,
        there: Floats,
        /// At the same times in the same order.
        back: Floats,
        /// The largest distance between a point and what returned of it.
        error: f64,
        /// Both ways together.
        nfe: u32,
    },
    Nll(Likelihoods),
    Gradients(Vec<Comparison>),
    Costs {
        /// `(batch size, mean cost)`.
        points: Vec<(u32, f64)>,
        /// The cost of independent pairs.
        independent: f64,
    },
    /// A schema name of a solver or a schedule, and `(NFE, root mean square error)`.
    Errors(Vec<(String, Vec<(u32, f64)>)>),
    StepCost(StepCost),
}

/// Mean negative log-likelihoods of the same points.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Likelihoods {
    pub exact: Nll,
    /// By probes of -1 and 1, and by normal ones.
    pub hutchinson: [Vec<Probed>; 2],
    /// The entropy of the data, where it is known: no model goes below. Its error is 0 where it is
    /// known in closed form.
    pub entropy: Option<Estimate>,
    pub samples: u32,
}

/// What Hutchinson's estimator makes of the same points.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Probed {
    pub probes: u32,
    /// The mean negative log-likelihood.
    pub nll: f64,
    /// How far the log density of one point is typically off, the root mean square over the points:
    /// the estimator's own spread.
    pub spread: f64,
}

/// Two kinds of training step, in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct StepCost {
    /// A step of flow matching as this lane takes it, with its gradient; 0 before the first.
    pub matching: f64,
    /// One evaluation of the network at a batch: what the loss of flow matching needs.
    pub evaluation: f64,
    /// The log-likelihood of the same batch with exact divergences.
    pub likelihood: f64,
    /// Evaluations of velocity and divergence in it.
    pub nfe: u32,
}

impl StepCost {
    /// How many times the loss of flow matching that of maximum likelihood costs. A gradient makes
    /// both dearer by about the same factor.
    pub fn ratio(&self) -> f64 {
        self.likelihood / self.evaluation
    }
}
