//! States as a visit would leave them, made of the exact field.

use app::settings::{Layer, Layers, Settings};
use app::state::views::{Grid, PairsView, TransferView};
use app::state::{History, State};
use flow::exact::ExactField;
use flow::random::Rng;
use flow::schedule::Schedule;
use flow::solver::{Frames, Integration, Solver};
use flow::spec::{LaneSpec, SampleSchedule, ScheduleKind, SolverKind, Source, Target};
use flow::transfer::{Transfer, Transferred};
use flow::{Point, VelocityField, assignment, datasets};
use protocol::{Ensemble, Floats, LaneId};

/// Arrows along a side.
const ARROWS: usize = 19;

/// What a fixture is made of.
#[derive(Clone, Copy)]
pub struct Plan {
    pub source: Source,
    pub target: Target,
    pub schedule: ScheduleKind,
    pub particles: u32,
    /// Cells along a side of the density.
    pub side: usize,
}

pub const CHECKERBOARD: Plan = Plan {
    source: Source::Gaussian,
    target: Target::Checkerboard,
    schedule: ScheduleKind::CondOt,
    particles: 400,
    side: 32,
};

pub const MOONS: Plan = Plan {
    source: Source::EightGaussians,
    target: Target::Moons,
    ..CHECKERBOARD
};

/// Settings with all layers off.
pub fn settings(plan: Plan) -> Settings {
    let mut spec = LaneSpec::default();
    spec.data.source = plan.source;
    spec.data.target = plan.target;
    spec.path.schedule = plan.schedule;
    spec.sampling.particles = plan.particles;
    Settings {
        lane: [spec; 2],
        layers: Layers::of(&[]),
        ..Settings::default()
    }
}

/// A state before anything has been computed for it.
pub fn empty() -> State {
    let mut state = State::new(settings(CHECKERBOARD));
    state.extent = 4.8;
    state
}

/// Lane A with everything that can be drawn of it.
pub fn state(plan: Plan) -> State {
    let mut state = State::new(settings(plan));
    let field = field(&state.settings.lane[0]);
    let (source, target) = distributions(plan);
    state.extent = 1.08 * source.extent().max(target.extent());
    let mut rng = Rng::new(7);
    let start = source.sample(&mut rng, plan.particles as usize);
    let lane = &mut state.lanes[0];
    lane.ensemble = Some(ensemble(&field, start, (0.0, 1.0)));
    lane.data = target.sample(&mut rng, 500);
    lane.density = Some(density(&field, state.extent, (plan.side, 25)));
    lane.arrows = Some(arrows(&field, state.extent, 17));
    state
}

/// Pairs of the independent coupling, or matched at least cost.
pub fn pairs(plan: Plan, matched: bool) -> PairsView {
    let (source, target) = distributions(plan);
    let mut rng = Rng::new(3);
    let (n, x0) = (128, source.sample(&mut rng, 128));
    let mut x1 = target.sample(&mut rng, n);
    if matched {
        let partner = assignment::assign_points(&x0, &x1);
        x1 = partner.into_iter().map(|j| x1[j]).collect();
    }
    PairsView {
        x0: flat(&x0),
        x1: flat(&x1),
        cost: 35.3,
        crossings: 0.21,
    }
}

/// A flow transferred to another schedule, beside the rescaled paths of the field it comes from.
pub fn transferred(plan: Plan, to: SampleSchedule) -> State {
    let mut state = state(plan);
    state.settings.lane[0].sampling.sample_schedule = to;
    let spec = state.settings.lane[0];
    let schedule = Schedule::new(to.kind().expect("another schedule"), &spec.path);
    let transfer = Transfer::new(Schedule::new(plan.schedule, &spec.path), schedule);
    let inner = field(&spec);
    let start = distributions(plan).0.sample(&mut Rng::new(7), 256);
    let span = (transfer.start(), 1.0);
    let paths = ensemble(&Transferred { inner, transfer }, start, span);
    state.lanes[0].transfer = Some(TransferView {
        gap: 3.2e-5,
        steps: 32,
        rescaled: paths.clone(),
    });
    state.lanes[0].ensemble = Some(paths);
    state
}

/// Curves as training leaves them: noisy, falling towards the floor.
pub fn history(rate: f64, floor: Option<f64>, steps: u32) -> History {
    let mut rng = Rng::new(5);
    let excess = |step: u32| 3.5 / (1.0 + rate * f64::from(step)) + 0.006;
    let mut at = |step: u32, noise: f64| {
        let floor = floor.unwrap_or(2.0);
        (step, floor + excess(step) + noise * rng.normal())
    };
    let steps: Vec<u32> = (0..200).map(|i| i * steps / 199).collect();
    History {
        loss: steps.iter().map(|&step| at(step, 0.06)).collect(),
        excess: floor.map_or(Vec::new(), |_| {
            steps.iter().map(|&step| (step, excess(step))).collect()
        }),
        straightness: steps.iter().map(|&s| (s, 0.4 + 0.8 * excess(s))).collect(),
        floor,
    }
}

pub fn field(spec: &LaneSpec) -> ExactField {
    let plan = Plan {
        source: spec.data.source,
        target: spec.data.target,
        ..CHECKERBOARD
    };
    let (source, target) = distributions(plan);
    ExactField::new(
        &source,
        &target,
        Schedule::new(spec.path.schedule, &spec.path),
    )
}

type Both = (
    flow::distribution::Distribution,
    flow::distribution::Distribution,
);

fn distributions(plan: Plan) -> Both {
    let target = datasets::target(plan.target, &Default::default());
    (
        datasets::source(plan.source, &Default::default()).expect("a source in closed form"),
        target.expect("a target in closed form"),
    )
}

fn ensemble(field: &dyn VelocityField, start: Vec<Point>, span: (f64, f64)) -> Ensemble {
    let solver = Solver::new(SolverKind::Midpoint, 32);
    let mut integration = Integration::new(solver, start, span, u32::MAX);
    while integration.step(field) {}
    let Frames { times, points } = integration.into_frames();
    Ensemble {
        lane: LaneId::A,
        run: 1,
        step: None,
        times: times.into_iter().map(|t| t as f32).collect(),
        frames: Floats(flat(&points)),
        nfe: solver.nfe().expect("equal steps"),
    }
}

fn density(field: &ExactField, extent: f64, (side, times): (usize, usize)) -> Grid {
    let (centres, times) = (centres(side, extent), even(times));
    let values = times.iter().flat_map(|&t| field.densities(&centres, t));
    Grid {
        side,
        extent,
        channels: 1,
        values: values.map(|p| p as f32).collect(),
        times: times.clone(),
    }
}

fn arrows(field: &ExactField, extent: f64, times: usize) -> Grid {
    let (centres, times) = (centres(ARROWS, extent), even(times));
    let mut values = Vec::new();
    for &t in &times {
        let mut out = vec![[0.0; 2]; centres.len()];
        field.velocity(&centres, t, None, &mut out);
        values.extend(flat(&out));
    }
    Grid {
        side: ARROWS,
        extent,
        channels: 2,
        times,
        values,
    }
}

/// The middles of the cells, rows from the top.
pub fn centres(side: usize, extent: f64) -> Vec<Point> {
    let cell = 2.0 * extent / side as f64;
    let at = |i: usize| (i as f64 + 0.5) * cell - extent;
    (0..side * side)
        .map(|i| [at(i % side), -at(i / side)])
        .collect()
}

pub fn even(n: usize) -> Vec<f64> {
    (0..n).map(|i| i as f64 / (n - 1) as f64).collect()
}

pub fn flat(points: &[Point]) -> Vec<f32> {
    points.iter().flatten().map(|&x| x as f32).collect()
}

/// All layers there are.
pub fn every_layer() -> Layers {
    Layers::of(&Layer::ALL)
}
