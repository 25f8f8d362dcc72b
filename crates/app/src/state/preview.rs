//! What the page computes by itself while there is no engine, as far as it has come.

use super::views::Grid;
use flow::Point;
use flow::exact::ExactField;
use flow::experiment::Experiment;
use flow::spec::{LaneSpec, SamplingSpec, SolverKind};
use protocol::{Ensemble, Floats, LaneId};

/// Arrows along a side, and how many times.
pub(crate) const ARROWS_SIDE: u32 = 19;
pub(crate) const ARROWS_TIMES: u32 = 17;
/// Particles of the exact flow, at most.
const PARTICLES: u32 = 1500;
/// Solver steps of the exact flow, at most.
const STEPS: u32 = 40;
/// Work for one frame of the page, in component evaluations: 2-4 ms.
const SLICE: usize = 200_000;

/// An exact flow on its way to the stage.
#[derive(Debug)]
pub(crate) struct Preview {
    field: ExactField,
    noise: Vec<Point>,
    sampling: SamplingSpec,
    nfe: u32,
    times: Vec<f64>,
    /// Frames of the particles done so far, particle by particle.
    paths: Vec<Vec<Point>>,
    pub(crate) done: usize,
    /// Particles that one slice carries.
    slice: usize,
}

impl Preview {
    /// The exact flow of a lane, not begun yet.
    pub(crate) fn new(math: &Experiment, spec: &LaneSpec) -> Self {
        let sampling = quick(&spec.sampling);
        let evaluations = math.solver(&sampling).stages() * sampling.steps;
        let work = evaluations as usize * components(math);
        Self {
            field: math.exact(),
            noise: math.noise(sampling.particles as usize, spec.seed),
            slice: (SLICE / work).max(4),
            paths: Vec::new(),
            times: Vec::new(),
            done: 0,
            sampling,
            nfe: 0,
        }
    }

    /// Carries some more particles from one end to the other; returns whether all are done.
    pub(crate) fn advance(&mut self, math: &Experiment) -> bool {
        let end = (self.done + self.slice).min(self.noise.len());
        let (field, _) = math.sampled_field_as(&self.sampling, &self.field);
        let noise = self.noise[self.done..end].to_vec();
        let keep = self.sampling.steps + 1;
        let mut flow = math.integration(&self.sampling, &self.field, noise, keep);
        while flow.step(&*field) {}
        self.nfe = flow.nfe();
        let frames = flow.into_frames();
        self.times.clone_from(&frames.times);
        self.paths.resize(frames.len(), Vec::new());
        for (i, path) in self.paths.iter_mut().enumerate() {
            path.extend_from_slice(frames.frame(i));
        }
        self.done = end;
        end == self.noise.len()
    }

    pub(crate) fn ensemble(&self, lane: LaneId, run: u32) -> Ensemble {
        let flat = self.paths.iter().flatten().flatten();
        Ensemble {
            lane,
            run,
            step: None,
            times: self.times.iter().map(|&t| t as f32).collect(),
            frames: Floats(flat.map(|&x| x as f32).collect()),
            nfe: self.nfe,
        }
    }
}

/// Velocity arrows of the exact field on their way to the stage.
#[derive(Debug)]
pub(crate) struct ArrowsPreview {
    field: ExactField,
    points: Vec<Point>,
    extent: f64,
    values: Vec<f32>,
    /// Points that one slice asks.
    slice: usize,
}

impl ArrowsPreview {
    pub(crate) fn new(math: &Experiment, extent: f64) -> Self {
        Self {
            field: math.exact(),
            points: grid_points(ARROWS_SIDE, extent),
            extent,
            values: Vec::new(),
            slice: (SLICE / components(math)).max(4),
        }
    }

    /// Asks the field at some more points; returns whether all are done.
    pub(crate) fn advance(&mut self, math: &Experiment) -> bool {
        let n = self.points.len();
        let (field, _) = math.sampled_field(&self.field);
        let times = even_times(ARROWS_TIMES);
        let mut left = self.slice;
        while left > 0 && self.values.len() < 2 * n * times.len() {
            let (frame, first) = (self.values.len() / 2 / n, self.values.len() / 2 % n);
            let points = &self.points[first..n.min(first + left)];
            let mut out = vec![[0.0; 2]; points.len()];
            field.velocity(points, times[frame], None, &mut out);
            self.values.extend(out.iter().flatten().map(|&x| x as f32));
            left -= points.len();
        }
        self.values.len() == 2 * n * times.len()
    }

    pub(crate) fn grid(self) -> Grid {
        Grid {
            side: ARROWS_SIDE as usize,
            extent: self.extent,
            channels: 2,
            times: even_times(ARROWS_TIMES),
            values: self.values,
        }
    }
}

/// The sampling of a lane, made quick. A coarse solver is what the user may want to see; a finer
/// one than can be seen is not.
fn quick(sampling: &SamplingSpec) -> SamplingSpec {
    let solver = match sampling.solver {
        SolverKind::Rk4 | SolverKind::Dopri5 => SolverKind::Midpoint,
        other => other,
    };
    SamplingSpec {
        solver,
        steps: sampling.steps.min(STEPS),
        particles: sampling.particles.min(PARTICLES),
        ..*sampling
    }
}

/// What one evaluation of the exact field costs, in component pairs.
fn components(math: &Experiment) -> usize {
    math.source().components().len() * math.target().components().len()
}

/// The centres of a square grid's cells, rows from the top.
pub(crate) fn grid_points(side: u32, extent: f64) -> Vec<Point> {
    let cell = 2.0 * extent / f64::from(side);
    let at = |i: u32| (f64::from(i) + 0.5) * cell - extent;
    let rows = (0..side).rev();
    rows.flat_map(|row| (0..side).map(move |column| [at(column), at(row)]))
        .collect()
}

/// `n` times from 0 to 1, both included.
pub(crate) fn even_times(n: u32) -> Vec<f64> {
    (0..n).map(|i| f64::from(i) / f64::from(n - 1)).collect()
}
