//! What has been computed only to be looked at: plain data, one type a picture or a chart.
//!
//! Points are flat (`x0, y0, x1, y1, ...`), in the stage's coordinates. Frames follow one another in
//! the order of their times, each holding the same particles in the same order. Grids over the plane
//! are [`Grid`]s: one channel for a scalar, two for a vector.

use flow::Point;
use flow::continuity::{Balance, Region};
use flow::gradients::Comparison;
use flow::likelihood::Nll;
use protocol::{Ensemble, Metrics, Probed, StepCost};

/// Pairs as a lane's coupling draws them.
#[derive(Clone, Debug, PartialEq)]
pub struct PairsView {
    /// Flat points.
    pub x0: Vec<f32>,
    pub x1: Vec<f32>,
    /// `E |x1 - x0|^2`.
    pub cost: f64,
    /// Share of pairs of segments that cross.
    pub crossings: f64,
}

/// Values on a square grid at several times: `channels` floats a cell, rows from the top,
/// one grid a time.
#[derive(Clone, Debug, PartialEq)]
pub struct Grid {
    pub side: usize,
    /// Half-width of the square that the grid covers.
    pub extent: f64,
    /// 1 for a density or another scalar, 2 for a velocity or another vector.
    pub channels: usize,
    pub times: Vec<f64>,
    pub values: Vec<f32>,
}

/// A scheduler transfer beside the field it comes from.
#[derive(Clone, Debug, PartialEq)]
pub struct TransferView {
    /// The largest distance between transferred paths and rescaled paths.
    pub gap: f64,
    pub steps: u32,
    /// The rescaled paths `s_r x_{t_r}` of the field it was transferred from, for the overlay.
    pub rescaled: Ensemble,
}

/// A regular grid of source points, carried along by the flow (push-forward).
///
/// The area of a cell over the one it had is the determinant of the flow's Jacobian, and by the
/// change of variables the density in it has been divided by just that: `p_t(psi(x)) = p_0(x) / det`
/// (Lipman et al., *Flow Matching Guide and Code*, 2024, equation 3.15).
#[derive(Clone, Debug, PartialEq)]
pub struct MeshView {
    /// Points along a side, at least 2; so there are `(side - 1)^2` cells.
    pub side: usize,
    /// The times of the frames, increasing.
    pub times: Vec<f64>,
    /// `side * side` flat points a time, rows from the top of the square they started on:
    /// `2 * side * side * times.len()` floats. The first frame is the regular grid.
    pub points: Vec<f32>,
}

/// What the data can have been, given that `X_t = x` (the point under the pointer).
#[derive(Clone, Debug, PartialEq)]
pub struct PosteriorView {
    /// `x` and `t`.
    pub at: Point,
    pub t: f64,
    /// Data points (or centres of the target's components), flat.
    pub points: Vec<f32>,
    /// The probability of each, summing to 1: half as many numbers as `points`.
    pub weights: Vec<f32>,
    /// `E[X_1 | X_t = x]`.
    pub mean: Point,
    /// The marginal velocity at `x`: the mean over the posterior of the conditional velocities,
    /// under CondOT `(x_1 - x) / (1 - t)`.
    pub velocity: Point,
}

/// How one batch was matched.
#[derive(Clone, Debug, PartialEq)]
pub struct MatchingView {
    /// The points of the batch, flat.
    pub source: Vec<f32>,
    pub target: Vec<f32>,
    /// What was carried from where to where. An exact matching has one link of mass 1 a point, a
    /// partial one leaves points without, an entropic plan has several a point.
    pub links: Vec<Link>,
    /// `E |x1 - x0|^2` over the links.
    pub cost: f64,
}

/// A share of a source point that goes to a target point.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Link {
    /// Indices into the batch.
    pub source: u32,
    pub target: u32,
    /// In units of one point's mass, `0..=1`.
    pub mass: f32,
}

/// The mass in a box over time, and what crosses its edge.
#[derive(Clone, Debug, PartialEq)]
pub struct RegionView {
    pub region: Region,
    /// Increasing times, and the balance at each.
    pub times: Vec<f64>,
    pub balances: Vec<Balance>,
}

/// Points carried by the flow from one time to another and back again.
#[derive(Clone, Debug, PartialEq)]
pub struct RoundTripView {
    /// The times of the frames, increasing: the first is `s`, the last `t`.
    pub times: Vec<f64>,
    /// Frames of the way from `s` to `t`.
    pub there: Vec<f32>,
    /// Frames of the way back, at the same times in the same order; so the first frame holds the
    /// returned points, and the last frame is that of `there`.
    pub back: Vec<f32>,
    /// The largest distance between a point and what returned of it.
    pub error: f64,
    /// Evaluations of the field for each point, both ways together.
    pub nfe: u32,
}

/// The classes of the particles on the stage.
#[derive(Clone, Debug, PartialEq)]
pub struct LabelsView {
    /// The class each particle of the ensemble was asked to become, `0..8`; in the ensemble's order.
    pub asked: Vec<u8>,
    /// The class each has come to at `t = 1`; empty where nobody has judged.
    pub reached: Vec<u8>,
}

/// The error at the end of the flow against evaluations of the field.
#[derive(Clone, Debug, PartialEq)]
pub struct ErrorCurve {
    /// Key of the text that names it, as `choice.euler` or `choice.cosine`.
    pub key: String,
    /// `(NFE, root mean square distance to the end of a much finer solution)`, by increasing NFE.
    pub points: Vec<(u32, f64)>,
}

/// The mean cost `E |x1 - x0|^2` of exact minibatch-OT pairs against the batch size.
#[derive(Clone, Debug, PartialEq)]
pub struct CostView {
    /// `(batch size, mean cost)`, by increasing size.
    pub points: Vec<(u32, f64)>,
    /// The cost of independent pairs.
    pub independent: f64,
}

/// The mean negative log-likelihood of data, in nats.
#[derive(Clone, Debug, PartialEq)]
pub struct LikelihoodView {
    /// With the exact divergence.
    pub exact: Nll,
    /// With Hutchinson's estimator, by increasing number of probes: of -1 and 1, and normal ones.
    pub hutchinson: [Vec<Probed>; 2],
    /// The entropy of the data, below which no model goes, where it is known.
    pub entropy: Option<f64>,
    /// Data points behind the means.
    pub samples: u32,
}

/// The gradients of the two losses, flow matching and conditional flow matching, by increasing
/// number of samples.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GradientView {
    pub comparisons: Vec<Comparison>,
}

/// The distance between transferred and rescaled paths over time.
#[derive(Clone, Debug, PartialEq)]
pub struct GapView {
    /// Increasing times of the schedule sampled under.
    pub times: Vec<f64>,
    /// The largest and the mean distance at each.
    pub largest: Vec<f64>,
    pub mean: Vec<f64>,
}

/// Everything of this kind that a lane has.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Views {
    /// Learned minus exact velocity, two channels.
    pub error: Option<Grid>,
    /// `div` of the velocity the lane follows, one channel.
    pub divergence: Option<Grid>,
    /// `grad log p_t`, two channels.
    pub score: Option<Grid>,
    /// The **log** density of the learned flow in nats, one channel; `-inf` where it has none.
    pub learned: Option<Grid>,
    pub mesh: Option<MeshView>,
    pub posterior: Option<PosteriorView>,
    pub matching: Option<MatchingView>,
    pub region: Option<RegionView>,
    pub round_trip: Option<RoundTripView>,
    pub labels: Option<LabelsView>,
    pub errors: Vec<ErrorCurve>,
    pub costs: Option<CostView>,
    pub likelihood: Option<LikelihoodView>,
    pub gradients: Option<GradientView>,
    pub gap: Option<GapView>,
    /// What a step of maximum likelihood would cost beside one of flow matching.
    pub step_cost: Option<StepCost>,
    /// Every figure of the lane, with its floor.
    pub measures: Option<Metrics>,
}
