//! Whole stages, drawn on a surface that looks at every number.

use crate::allocations;
use crate::fixture::{self, CHECKERBOARD, MOONS, Plan};
use crate::views;
use app::link;
use app::msg::Msg;
use app::scenes::SCENES;
use app::settings::{DensityKind, Layer, Layers};
use app::state::State;
use app::update::update;
use flow::spec::{Drawn, SampleSchedule};
use protocol::LaneId;
use raster::Raster;
use raster::color::Color;
use raster::surface::{Image, Rect, Stroke, Surface};
use render::palette::{Theme, ThemeKind};
use render::scene::{Scratch, draw, draw_filmstrip, film_panels};
use render::view::View;

/// Refuses what a surface must never be given, and counts the rest.
#[derive(Default)]
struct Inspector {
    discs: usize,
    squares: usize,
    triangles: usize,
    segments: usize,
    polylines: usize,
    images: usize,
    labels: usize,
    clears: usize,
    /// All discs' centres.
    centres: Vec<f32>,
    clipped: bool,
}

fn check(numbers: &[f32], each: usize) -> usize {
    assert!(numbers.iter().all(|x| x.is_finite()), "not a coordinate");
    assert_eq!(numbers.len() % each, 0);
    numbers.len() / each
}

fn check_stroke(stroke: Stroke) {
    assert!(stroke.width > 0.0 && stroke.width < 50.0);
    assert!((0.0..=1.0).contains(&stroke.color.a));
    assert!(
        stroke
            .dash
            .is_none_or(|dash| dash > 0.0 && dash.is_finite())
    );
}

impl Surface for Inspector {
    fn clear(&mut self, color: Color) {
        assert_eq!(color.a, 1.0);
        self.clears += 1;
    }

    fn clip(&mut self, to: Option<Rect>) {
        self.clipped = to.is_some();
    }

    fn discs(&mut self, centres: &[f32], radius: f32, _: Color) {
        assert!(radius > 0.0);
        self.discs += check(centres, 2);
        self.centres.extend(centres);
    }

    fn squares(&mut self, centres: &[f32], half: f32, _: Color) {
        assert!(half > 0.0);
        self.squares += check(centres, 2);
    }

    fn triangles(&mut self, corners: &[f32], _: Color) {
        self.triangles += check(corners, 6);
    }

    fn segments(&mut self, ends: &[f32], stroke: Stroke) {
        check_stroke(stroke);
        self.segments += check(ends, 4);
    }

    fn polylines(&mut self, points: &[f32], lengths: &[u32], stroke: Stroke) {
        check_stroke(stroke);
        assert_eq!(check(points, 2), lengths.iter().sum::<u32>() as usize);
        assert!(lengths.iter().all(|&length| length >= 2));
        self.polylines += lengths.len();
    }

    fn label(&mut self, text: &str, middle: [f32; 2], size: f32, _: Color) {
        assert!(!text.is_empty() && size > 0.0);
        self.labels += check(&middle, 2);
    }

    fn image(&mut self, image: Image<'_>, place: Rect) {
        assert_eq!(image.rgba.len(), 4 * image.width * image.height);
        check(&[place.x, place.y, place.width, place.height], 4);
        self.images += 1;
    }
}

fn inspect(state: &State, lane: LaneId, size: [f32; 2]) -> Inspector {
    let view = View::new(size[0], size[1], state.extent);
    let (mut scratch, mut seen) = (Scratch::default(), Inspector::default());
    let theme = Theme::of(ThemeKind::Light);
    draw(state, lane, &view, &theme, &mut scratch, &mut seen);
    seen
}

/// A small state with everything on it.
fn full() -> State {
    let plan = Plan {
        particles: 300,
        ..CHECKERBOARD
    };
    let mut state = fixture::transferred(plan, SampleSchedule::Cosine);
    state.lanes[0].pairs = Some(fixture::pairs(plan, false));
    state.settings.layers = fixture::every_layer();
    state.settings.t = 0.4;
    state
}

#[test]
fn every_layer_reaches_the_surface() {
    let seen = inspect(&full(), LaneId::A, [400.0, 300.0]);
    assert_eq!((seen.clears, seen.images), (1, 1));
    // The particles, and the pairs' starts and moving points with their rims.
    assert_eq!(seen.discs, 256 + 3 * 120);
    assert_eq!(seen.squares, 120);
    assert!(seen.triangles > 300, "{}", seen.triangles);
    assert!(seen.segments > 1000 && seen.polylines > 500);
}

#[test]
fn a_layer_that_is_off_draws_nothing() {
    let mut state = full();
    state.settings.layers = Layers::of(&[]);
    let seen = inspect(&state, LaneId::A, [400.0, 300.0]);
    assert_eq!((seen.discs, seen.images, seen.polylines), (0, 0, 0));
}

#[test]
fn particles_are_drawn_where_they_are() {
    let mut state = fixture::state(MOONS);
    state.settings.layers = Layers::of(&[Layer::Particles]);
    for (t, frame) in [(0.0, 0), (1.0, 32)] {
        state.settings.t = t;
        let seen = inspect(&state, LaneId::A, [500.0, 500.0]);
        let view = View::new(500.0, 500.0, state.extent);
        let ensemble = state.lanes[0].ensemble.as_ref().unwrap();
        let points = &ensemble.frames.0[frame * 800..(frame + 1) * 800];
        let mut wanted: Vec<_> = points.chunks(2).map(|p| view.pixel(p[0], p[1])).collect();
        let mut drawn: Vec<_> = seen.centres.chunks(2).map(|p| [p[0], p[1]]).collect();
        for list in [&mut wanted, &mut drawn] {
            list.sort_by(|a, b| a.partial_cmp(b).unwrap());
        }
        assert_eq!(wanted, drawn);
    }
}

#[test]
fn nothing_on_the_stage_is_no_trouble() {
    let mut state = fixture::empty();
    state.settings.layers = fixture::every_layer();
    // Lane B is not shown, and as empty as can be.
    for lane in LaneId::ALL {
        for size in [[400.0, 300.0], [0.0, 0.0], [1.0, 900.0], [f32::NAN, 10.0]] {
            assert_eq!(inspect(&state, lane, size).clears, 1);
        }
    }
}

#[test]
fn every_scene_draws_with_every_layer() {
    let found = views::state(CHECKERBOARD).lanes[0].views.clone();
    for number in 1..=SCENES.len() as u32 {
        let settings = link::scene_settings(number, Drawn::default()).unwrap();
        let mut state = State::new(settings);
        state.settings.layers = fixture::every_layer();
        state.settings.lane.iter_mut().for_each(|lane| {
            (lane.sampling.particles, lane.sampling.steps) = (100, 4);
        });
        for _ in 0..40 {
            update(&mut state, Msg::Tick { dt: 0.02 });
        }
        for lane in LaneId::ALL {
            state.lanes[lane].views = found.clone();
            for t in [0.0, 0.5, 1.0] {
                state.settings.t = t;
                let seen = inspect(&state, lane, [300.0, 300.0]);
                assert_eq!(seen.clears, 1);
                assert!(
                    seen.polylines + seen.segments > 100,
                    "scene {number}, lane {lane:?}"
                );
            }
        }
    }
}

#[test]
fn extreme_states_give_only_numbers() {
    for spoil in SPOILERS {
        let mut state = full();
        spoil(&mut state);
        for t in [0.0, 1e-9, 0.5, 1.0, f64::NAN, -3.0, 7.0] {
            state.settings.t = t;
            for density in [DensityKind::Exact, DensityKind::Kernel] {
                state.settings.density = density;
                inspect(&state, LaneId::A, [300.0, 300.0]);
            }
        }
    }
}

/// Ways in which a state can be strange.
const SPOILERS: [fn(&mut State); 12] = [
    |_| {},
    |state| state.lanes[0].density = None,
    |state| state.extent = 0.0,
    |state| state.extent = f64::NAN,
    |state| state.extent = 1e-30,
    // One frame.
    |state| {
        let ensemble = state.lanes[0].ensemble.as_mut().unwrap();
        ensemble.frames.0.truncate(2 * 256);
        ensemble.times.truncate(1);
    },
    // No frame; a time without its frame; one particle.
    |state| state.lanes[0].ensemble.as_mut().unwrap().times.clear(),
    |state| state.lanes[0].ensemble.as_mut().unwrap().frames.0.clear(),
    |state| {
        let ensemble = state.lanes[0].ensemble.as_mut().unwrap();
        ensemble.frames.0.truncate(2 * ensemble.times.len());
    },
    // Not numbers, or far away.
    |state| {
        for wild in [f32::NAN, f32::INFINITY, f32::MAX, -f32::MAX] {
            let lane = &mut state.lanes[0];
            let own = |values: &mut Vec<f32>, wild: f32| {
                let step = 3 + wild.to_bits() as usize % 5;
                values
                    .iter_mut()
                    .step_by(step)
                    .for_each(|value| *value = wild);
            };
            own(&mut lane.ensemble.as_mut().unwrap().frames.0, wild);
            own(&mut lane.transfer.as_mut().unwrap().rescaled.frames.0, wild);
            own(&mut lane.pairs.as_mut().unwrap().x0, wild);
            own(&mut lane.arrows.as_mut().unwrap().values, wild);
            own(&mut lane.density.as_mut().unwrap().values, wild);
            lane.data[3] = [f64::from(wild), 0.0];
        }
    },
    // Grids that do not hold what they say.
    |state| {
        state.lanes[0].density.as_mut().unwrap().values.pop();
        state.lanes[0].arrows.as_mut().unwrap().side = 1000;
    },
    // A field at rest.
    |state| state.lanes[0].arrows.as_mut().unwrap().values.fill(0.0),
];

#[test]
fn the_filmstrip_draws_every_panel_inside_its_clip() {
    let state = full();
    let view = View::new(1000.0, 250.0, state.extent);
    let (mut scratch, mut seen) = (Scratch::default(), Inspector::default());
    let theme = Theme::of(ThemeKind::Dark);
    draw_filmstrip(&state, LaneId::A, &view, &theme, &mut scratch, &mut seen);
    assert_eq!((seen.clears, seen.images, seen.clipped), (1, 5, false));
}

#[test]
fn panels_fill_the_stage() {
    let rect = |width, height| Rect {
        x: 0.0,
        y: 0.0,
        width,
        height,
    };
    // A strip in a row, a square in rows of up to three, a tall phone one below the other.
    for (stage, side) in [
        ((1000.0, 200.0), 200.0),
        ((600.0, 600.0), 200.0),
        ((200.0, 1000.0), 200.0),
    ] {
        let panels = film_panels(rect(stage.0, stage.1));
        assert!(
            panels
                .iter()
                .all(|panel| panel.width.min(panel.height) == side)
        );
        assert!(
            panels
                .iter()
                .all(|panel| panel.x + panel.width <= stage.0 + 0.01)
        );
    }
}

#[test]
fn a_frame_allocates_nothing() {
    let mut state = full();
    state.lanes[0].views = views::state(CHECKERBOARD).lanes[0].views.clone();
    let view = View::new(400.0, 400.0, state.extent);
    let theme = Theme::of(ThemeKind::Light);
    for density in [DensityKind::Exact, DensityKind::Kernel] {
        state.settings.density = density;
        let mut scratch = Scratch::default();
        let mut raster = Raster::new(400, 400, 1.0);
        let mut frame = |t: f64| {
            state.settings.t = t;
            draw(&state, LaneId::A, &view, &theme, &mut scratch, &mut raster);
        };
        // The first passage finds out how much memory is needed.
        let times = || (0..40).map(|i| f64::from(i) / 39.0);
        times().for_each(&mut frame);
        let before = allocations::count();
        times().for_each(&mut frame);
        assert_eq!(allocations::count(), before);
    }
}

/// `cargo test --release --test render -- --ignored --nocapture` prints our own time per frame.
#[test]
#[ignore = "a measurement"]
fn time_of_a_frame() {
    let plan = Plan {
        particles: 5000,
        side: 96,
        ..CHECKERBOARD
    };
    let mut state = fixture::state(plan);
    state.lanes[0].pairs = Some(fixture::pairs(plan, false));
    let view = View::new(800.0, 800.0, state.extent);
    let theme = Theme::of(ThemeKind::Light);
    for (name, layers, density) in [
        (
            "particles",
            Layers::of(&[Layer::Particles]),
            DensityKind::Exact,
        ),
        (
            "trajectories",
            Layers::of(&[Layer::Trajectories]),
            DensityKind::Exact,
        ),
        (
            "exact density",
            Layers::of(&[Layer::Density]),
            DensityKind::Exact,
        ),
        (
            "kernel density",
            Layers::of(&[Layer::Density]),
            DensityKind::Kernel,
        ),
        ("arrows", Layers::of(&[Layer::Arrows]), DensityKind::Exact),
        ("everything", fixture::every_layer(), DensityKind::Kernel),
    ] {
        state.settings.layers = layers;
        state.settings.density = density;
        let mut scratch = Scratch::default();
        let mut raster = Raster::new(800, 800, 1.0);
        let frames = 200;
        let start = std::time::Instant::now();
        for i in 0..frames {
            state.settings.t = f64::from(i) / f64::from(frames);
            draw(&state, LaneId::A, &view, &theme, &mut scratch, &mut raster);
        }
        let each = start.elapsed().as_secs_f64() / f64::from(frames);
        println!("{name}: {:.3} ms", 1e3 * each);
    }
}
