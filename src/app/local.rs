//! What the page computes by itself while there is no engine: the exact flow of each lane, in
//! slices small enough that no frame waits for them, and the arrows and pairs that go with it.

use super::pictures::{ARROWS_SIDE, ARROWS_TIMES, even_times};
use super::settings::Layer;
use super::state::{Grid, PairsView, State};
use crate::engine::protocol::{Ensemble, Floats};
use crate::flow::exact::ExactField;
use crate::flow::lane::Lane;
use crate::flow::solver::{Integration, Solver};
use crate::flow::spec::{LaneSpec, SolverKind};
use crate::flow::{Point, VelocityField};

/// Particles of the exact flow, at most.
const PARTICLES: u32 = 1500;
/// Solver steps of the exact flow, at most.
const STEPS: u32 = 40;
/// Work for one frame of the page, in component evaluations: 2-4 ms.
const SLICE: usize = 200_000;
/// Points shown by the data layer.
const DATA: usize = 600;
/// Pairs shown while there is no engine.
const PAIRS: usize = 256;

/// An exact flow on its way to the stage.
#[derive(Debug)]
pub struct Preview {
    field: ExactField,
    noise: Vec<Point>,
    solver: Solver,
    times: Vec<f64>,
    /// Frames of the particles done so far, particle by particle.
    paths: Vec<Vec<Point>>,
    done: usize,
    /// Particles that one slice carries.
    slice: usize,
}

impl Preview {
    /// The exact flow of a lane, not begun yet.
    pub fn new(math: &Lane, spec: &LaneSpec) -> Self {
        let field = math.exact();
        let sampling = &spec.sampling;
        // A coarse solver is what the user may want to see; a finer one than needed is not.
        let solver = match sampling.solver {
            SolverKind::Rk4 => Solver::new(SolverKind::Midpoint, sampling.steps.min(STEPS)),
            kind => Solver::new(kind, sampling.steps.min(STEPS)),
        };
        let work = solver.nfe() as usize * math.components();
        Self {
            noise: math.noise(sampling.particles.min(PARTICLES) as usize, spec.seed),
            slice: (SLICE / work.max(1)).max(4),
            paths: Vec::new(),
            times: Vec::new(),
            done: 0,
            field,
            solver,
        }
    }

    /// Carries some more particles from one end to the other; returns whether all are done.
    fn advance(&mut self, math: &Lane) -> bool {
        let end = (self.done + self.slice).min(self.noise.len());
        let start = math.start();
        let points = math.entering(&self.noise[self.done..end]);
        let field = math.sampled_field(&self.field);
        let keep = self.solver.steps() + 1;
        let mut flow = Integration::new(self.solver, points, (start, 1.0), keep);
        while flow.step(&*field) {}
        let frames = flow.into_frames();
        self.times.clone_from(&frames.times);
        self.paths.resize(frames.len(), Vec::new());
        for (i, path) in self.paths.iter_mut().enumerate() {
            path.extend_from_slice(frames.frame(i));
        }
        self.done = end;
        end == self.noise.len()
    }

    fn ensemble(&self, lane: usize, run: u32) -> Ensemble {
        let flat = self.paths.iter().flatten().flatten();
        Ensemble {
            lane: lane as u8,
            run,
            step: None,
            times: self.times.iter().map(|&t| t as f32).collect(),
            frames: Floats(flat.map(|&x| x as f32).collect()),
            nfe: self.solver.nfe(),
        }
    }
}

/// Carries the exact flows on by one slice.
pub fn advance(state: &mut State) {
    for (lane, own) in state.lanes.iter_mut().enumerate() {
        let (Some(preview), Some(math)) = (&mut own.preview, &own.math) else {
            continue;
        };
        let first = preview.done == 0;
        let finished = preview.advance(math);
        if first || finished {
            own.ensemble = Some(preview.ensemble(lane, own.run));
        }
        if finished {
            own.preview = None;
        }
    }
}

/// Makes the pictures that the engine would make, as far as the exact flow allows.
pub fn refresh(state: &mut State) {
    if state.engine_ready() {
        return;
    }
    for lane in 0..2 {
        if !state.shown(lane) {
            continue;
        }
        let spec = state.spec(lane);
        let extent = state.extent;
        let arrows = state.settings.layers.has(Layer::Arrows);
        let pairs = state.settings.layers.has(Layer::Pairs);
        let own = &mut state.lanes[lane];
        let Some(math) = &own.math else { continue };
        if arrows {
            own.arrows = Some(exact_arrows(math, extent));
        }
        if pairs && own.pairs.is_none() {
            own.pairs = Some(pairs_view(math, &spec));
        }
    }
}

/// A fixed sample of the target.
pub fn data_sample(math: &Lane, seed: u32) -> Vec<Point> {
    math.data(DATA, seed)
}

/// The centres of a square grid's cells, rows from the top.
pub fn grid_points(side: u32, extent: f64) -> Vec<Point> {
    let cell = 2.0 * extent / f64::from(side);
    let at = |i: u32| (f64::from(i) + 0.5) * cell - extent;
    let rows = (0..side).rev();
    rows.flat_map(|row| (0..side).map(move |column| [at(column), at(row)]))
        .collect()
}

fn exact_arrows(math: &Lane, extent: f64) -> Grid {
    let exact = math.exact();
    let field = math.sampled_field(&exact);
    let points = grid_points(ARROWS_SIDE, extent);
    let mut out = vec![[0.0; 2]; points.len()];
    let mut values = Vec::new();
    for t in even_times(ARROWS_TIMES) {
        field.velocity(&points, t, None, &mut out);
        values.extend(out.iter().flatten().map(|&x| x as f32));
    }
    Grid {
        side: ARROWS_SIDE as usize,
        extent,
        channels: 2,
        times: even_times(ARROWS_TIMES),
        values,
    }
}

fn pairs_view(math: &Lane, spec: &LaneSpec) -> PairsView {
    let pairs = math.pairs(PAIRS, spec.seed);
    let flat = |points: &[Point]| points.iter().flatten().map(|&x| x as f32).collect();
    PairsView {
        x0: flat(&pairs.x0),
        x1: flat(&pairs.x1),
        cost: pairs.cost(),
        crossings: pairs.crossings(PAIRS),
    }
}
