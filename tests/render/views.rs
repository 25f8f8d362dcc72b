//! Views as the engine would answer them, made of the exact field.

use crate::fixture::{self, Plan};
use app::state::State;
use app::state::views::Grid;
use app::state::views::*;
use flow::continuity::{Gauge, Region};
use flow::exact::ExactField;
use flow::solver::{Integration, Solver};
use flow::spec::SolverKind;
use flow::{Point, VelocityField};

/// A state with every view of the stage.
pub fn state(plan: Plan) -> State {
    let mut state = fixture::state(plan);
    let field = fixture::field(&state.settings.lane[0]);
    let extent = state.extent;
    let views = &mut state.lanes[0].views;
    views.error = Some(grid(&Wrong(&field), (48, 2), extent));
    views.divergence = Some(grid(&Divergence(&field), (64, 1), extent));
    views.score = Some(grid(&Score(&field), (19, 2), extent));
    views.learned = Some(grid(&LogDensity(&field), (plan.side, 1), extent));
    views.mesh = Some(mesh(&field, 29, 2.6));
    views.matching = Some(matching(plan));
    views.region = Some(region(&field));
    views.round_trip = Some(round_trip(&field));
    state
}

/// The posterior at a point, over a sample of the target.
pub fn posterior(state: &State, at: Point, t: f64) -> PosteriorView {
    let data = &state.lanes[0].data;
    let rest = 1.0 - t;
    // CondOT from a standard normal: the density of the noise that leads from each point to `at`.
    let noise = |x1: &Point| [0, 1].map(|i| (at[i] - t * x1[i]) / rest);
    let log = |x: Point| -0.5 * (x[0] * x[0] + x[1] * x[1]);
    let weights: Vec<f64> = data.iter().map(|x1| log(noise(x1)).exp()).collect();
    let total: f64 = weights.iter().sum();
    let mean = |axis: usize| {
        data.iter()
            .zip(&weights)
            .map(|(x, w)| x[axis] * w / total)
            .sum()
    };
    let mean = [mean(0), mean(1)];
    PosteriorView {
        at,
        t,
        points: fixture::flat(data),
        weights: weights.iter().map(|w| (w / total) as f32).collect(),
        mean,
        velocity: [0, 1].map(|i| (mean[i] - at[i]) / rest),
    }
}

/// Labels by the quarter of the plane that a particle starts in, some of them mistaken.
pub fn labels(state: &State, classes: u8) -> LabelsView {
    let ensemble = state.lanes[0].ensemble.as_ref().unwrap();
    let count = ensemble.frames.0.len() / 2 / ensemble.times.len();
    let asked: Vec<u8> = (0..count)
        .map(|i| (i % usize::from(classes)) as u8)
        .collect();
    let reached = asked
        .iter()
        .enumerate()
        .map(|(i, &class)| (class + u8::from(i % 50 == 7)) % classes);
    LabelsView {
        reached: reached.collect(),
        asked,
    }
}

/// Something with values at points and times.
trait Values {
    fn at(&self, x: &[Point], t: f64) -> Vec<f32>;
}

struct Wrong<'a>(&'a ExactField);
struct Divergence<'a>(&'a ExactField);
struct Score<'a>(&'a ExactField);
struct LogDensity<'a>(&'a ExactField);

impl Values for Wrong<'_> {
    /// A plausible error: a tenth of the velocity, turned by a right angle and uneven.
    fn at(&self, x: &[Point], t: f64) -> Vec<f32> {
        let mut out = vec![[0.0; 2]; x.len()];
        self.0.velocity(x, t, None, &mut out);
        let turned = out.iter().zip(x).map(|(v, x)| {
            let uneven = 0.1 * (1.5 * x[0]).sin() * (2.0 * x[1]).cos();
            [-uneven * v[1], uneven * v[0]]
        });
        fixture::flat(&turned.collect::<Vec<_>>())
    }
}

impl Values for Divergence<'_> {
    fn at(&self, x: &[Point], t: f64) -> Vec<f32> {
        let mut out = vec![0.0; x.len()];
        self.0.divergence(x, t, None, &mut out);
        out.into_iter().map(|value| value as f32).collect()
    }
}

impl Values for Score<'_> {
    fn at(&self, x: &[Point], t: f64) -> Vec<f32> {
        let scores: Vec<Point> = x.iter().map(|&x| self.0.score(x, t)).collect();
        fixture::flat(&scores)
    }
}

impl Values for LogDensity<'_> {
    fn at(&self, x: &[Point], t: f64) -> Vec<f32> {
        x.iter().map(|&x| self.0.log_density(x, t) as f32).collect()
    }
}

fn grid(values: &dyn Values, (side, channels): (usize, usize), extent: f64) -> Grid {
    let (centres, times) = (fixture::centres(side, extent), fixture::even(17));
    Grid {
        side,
        extent,
        channels,
        values: times
            .iter()
            .flat_map(|&t| values.at(&centres, t.min(0.98)))
            .collect(),
        times,
    }
}

/// Frames of points that follow the field, from one time to another.
fn frames(field: &ExactField, start: Vec<Point>, span: (f64, f64)) -> (Vec<f64>, Vec<f32>) {
    let mut integration =
        Integration::new(Solver::new(SolverKind::Midpoint, 16), start, span, u32::MAX);
    while integration.step(field) {}
    let frames = integration.into_frames();
    (frames.times, fixture::flat(&frames.points))
}

fn mesh(field: &ExactField, side: usize, extent: f64) -> MeshView {
    let at = |i: usize| extent * (2.0 * i as f64 / (side - 1) as f64 - 1.0);
    let start = (0..side * side)
        .map(|i| [at(i % side), -at(i / side)])
        .collect();
    let (times, points) = frames(field, start, (0.0, 1.0));
    MeshView {
        side,
        times,
        points,
    }
}

fn matching(plan: Plan) -> MatchingView {
    let pairs = fixture::pairs(plan, true);
    // The last ones are left out, as a partial matching does.
    let link = |i: u32| Link {
        source: i,
        target: i,
        mass: 1.0,
    };
    MatchingView {
        links: (0..112).map(link).collect(),
        source: pairs.x0,
        target: pairs.x1,
        cost: 8.0,
    }
}

pub fn region(field: &ExactField) -> RegionView {
    let region = Region {
        low: [0.1, 0.1],
        high: [2.1, 2.1],
    };
    let times = fixture::even(21);
    let gauge = Gauge { region, panels: 6 };
    let balance = |&t: &f64| gauge.balance(field, field, t.min(0.95));
    RegionView {
        region,
        balances: times.iter().map(balance).collect(),
        times,
    }
}

fn round_trip(field: &ExactField) -> RoundTripView {
    let start = fixture::centres(6, 1.8);
    let (times, there) = frames(field, start, (0.1, 0.9));
    let size = there.len() / times.len();
    let points = |flat: &[f32]| {
        flat.chunks(2)
            .map(|p| [f64::from(p[0]), f64::from(p[1])])
            .collect()
    };
    let (_, back) = frames(field, points(&there[there.len() - size..]), (0.9, 0.1));
    let back: Vec<f32> = back.chunks(size).rev().flatten().copied().collect();
    RoundTripView {
        times,
        there,
        back,
        error: 1.3e-3,
        nfe: 64,
    }
}
