//! The stage: the layers that the settings ask for, at the settings' time.

use super::layers;
use super::palette::{HUES, Theme};
use super::view::View;
use app::settings::{Layer, Settings};
use app::state::{LaneState, State};
use protocol::LaneId;
use raster::surface::{Rect, Stroke, Surface};

/// The times of the filmstrip, from left to right.
pub(crate) const FILM_TIMES: [f64; 5] = [0.0, 0.25, 0.5, 0.75, 1.0];

/// Size of the times on it, in pixels.
const LABEL: f32 = 13.0;

/// Memory that one drawing leaves for the next, so that a frame allocates nothing.
#[derive(Debug, Default)]
pub struct Scratch {
    /// Points by colour.
    pub(super) hues: [Vec<f32>; HUES],
    pub(super) points: Vec<f32>,
    pub(super) more: Vec<f32>,
    pub(super) lengths: Vec<u32>,
    pub(super) cells: Vec<f32>,
    pub(super) spare: Vec<f32>,
    pub(super) pixels: Vec<u8>,
    /// The trajectories of each lane.
    pub(super) trails: [layers::trails::Trails; 2],
    /// What each lane's kernel estimates are measured by.
    pub(super) landmarks: [Option<layers::density::Landmarks>; 2],
}

/// What a layer draws.
pub(super) struct Stage<'a> {
    pub settings: &'a Settings,
    pub id: LaneId,
    pub lane: &'a LaneState,
    pub t: f64,
    pub view: View,
    pub theme: &'a Theme,
}

impl Stage<'_> {
    /// A length in pixels, on a stage of ordinary size and theme, as it should be on this one.
    pub(crate) fn px(&self, length: f32) -> f32 {
        length * self.view.mark() * self.theme.scale
    }

    /// The pixel of a point, unless it is not a number or so far outside that it cannot matter.
    pub(crate) fn pixel(&self, [x, y]: [f32; 2]) -> Option<[f32; 2]> {
        let [px, py] = self.view.pixel(x, y);
        // A NaN fails the comparison too.
        (px.abs() < FAR && py.abs() < FAR).then_some([px, py])
    }

    pub(crate) fn shows(&self, layer: Layer) -> bool {
        self.settings.layers.has(layer)
    }

    /// How much of the density's ramp to use: all of it, unless marks lie on top.
    pub(crate) fn density_range(&self) -> f32 {
        if layers::MARKS.iter().any(|&layer| self.shows(layer)) {
            self.theme.ground
        } else {
            1.0
        }
    }
}

/// Pixels beyond which a coordinate is not handed to a surface.
const FAR: f32 = 1e5;

/// Draws a lane's stage over the whole surface.
pub fn draw(
    state: &State,
    lane: LaneId,
    view: &View,
    theme: &Theme,
    scratch: &mut Scratch,
    surface: &mut dyn Surface,
) {
    surface.clear(theme.paper);
    draw_at(state, lane, state.settings.t, view, theme, scratch, surface);
}

/// Draws a lane at five times side by side, instead of an animation.
pub fn draw_filmstrip(
    state: &State,
    lane: LaneId,
    view: &View,
    theme: &Theme,
    scratch: &mut Scratch,
    surface: &mut dyn Surface,
) {
    surface.clear(theme.paper);
    for (rect, t) in film_panels(view.rect).into_iter().zip(FILM_TIMES) {
        let panel = View { rect, ..*view };
        surface.clip(Some(rect));
        draw_at(state, lane, t, &panel, theme, scratch, surface);
        if panel.is_sound() {
            label_time(t, &panel, theme, surface);
        }
        surface.clip(None);
    }
}

/// Writes its time into a panel's upper corner, on a ground of paper.
fn label_time(t: f64, panel: &View, theme: &Theme, surface: &mut dyn Surface) {
    let size = LABEL * theme.scale;
    let text = format!("t = {t}");
    // A digit is about half as wide as it is high.
    let half = 0.28 * size * text.len() as f32;
    let (x, y) = (panel.rect.x + half + size, panel.rect.y + size);
    let ground = Stroke::solid(1.4 * size, theme.paper.alpha(0.85));
    surface.segments(&[x - half, y, x + half, y], ground);
    surface.label(&text, [x, y], size, theme.ink);
}

/// Where the panels of the filmstrip lie: as large as the rectangle allows, in reading order.
pub fn film_panels(rect: Rect) -> [Rect; FILM_TIMES.len()] {
    let count = FILM_TIMES.len();
    let side = |columns: usize| {
        let rows = count.div_ceil(columns);
        (rect.width / columns as f32).min(rect.height / rows as f32)
    };
    // The first of equals would be the fewest columns; a strip reads better.
    let columns = (1..=count)
        .max_by(|&a, &b| side(a).total_cmp(&side(b)))
        .unwrap_or(count);
    let rows = count.div_ceil(columns);
    let (width, height) = (rect.width / columns as f32, rect.height / rows as f32);
    std::array::from_fn(|i| Rect {
        x: rect.x + (i % columns) as f32 * width,
        y: rect.y + (i / columns) as f32 * height,
        width,
        height,
    })
}

fn draw_at(
    state: &State,
    lane: LaneId,
    t: f64,
    view: &View,
    theme: &Theme,
    scratch: &mut Scratch,
    surface: &mut dyn Surface,
) {
    let stage = Stage {
        settings: &state.settings,
        id: lane,
        lane: &state.lanes[lane],
        t,
        view: *view,
        theme,
    };
    // A stage that is not laid out yet has no pixel to draw on.
    if view.is_sound() {
        draw_layers(&stage, scratch, surface);
    }
}

fn draw_layers(stage: &Stage, scratch: &mut Scratch, surface: &mut dyn Surface) {
    if let Some(ground) = layers::ground(stage) {
        layers::painter(ground)(stage, scratch, surface);
    }
    // Over the heat map, which would hide it, and under everything else.
    layers::axes::draw(stage, scratch, surface);
    for layer in layers::MARKS
        .into_iter()
        .filter(|&layer| stage.shows(layer))
    {
        layers::painter(layer)(stage, scratch, surface);
    }
}
