//! What the marks on a stage mean: a small picture of each, and the key of its text.

use super::frames::Paths;
use super::layers::classes::{self, SHAPES, Shape};
use super::layers::{self, density, field, mesh, posterior};
use super::numbers::digits;
use super::palette::{HUES, Theme};
use super::scene::Stage;
use super::svg::Svg;
use super::view::View;
use app::notice::Notice;
use app::settings::{DensityKind, Layer};
use app::state::State;
use app::state::views::Grid;
use protocol::LaneId;
use raster::color::Color;
use raster::surface::{Stroke, Surface};

/// A line of a stage's legend.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    /// What it means.
    pub text: Notice,
    pub look: Look,
}

/// What a mark looks like.
#[derive(Clone, Debug, PartialEq)]
pub enum Look {
    Shape(Shape, Color),
    /// A disc with another one in it.
    Ring(Color, Color),
    Line(Stroke),
    Arrow {
        color: Color,
        open: bool,
    },
    /// Colours from one end of a scale to the other.
    Ramp([Color; 9]),
    /// All the colours of one kind of mark.
    Hues([Color; HUES]),
}

/// Size of a mark's picture in CSS pixels.
pub const WIDTH: f32 = 26.0;
pub(crate) const HEIGHT: f32 = 12.0;

/// The legend of a lane's stage as it is drawn now.
pub fn legend(state: &State, lane: LaneId, theme: &Theme) -> Vec<Mark> {
    let stage = Stage {
        settings: &state.settings,
        id: lane,
        lane: &state.lanes[lane],
        t: state.settings.t,
        view: View::new(1.0, 1.0, state.extent),
        theme,
    };
    let mut list = Vec::new();
    if let Some(layer) = layers::ground(&stage) {
        list.extend(ground(&stage, layer));
    }
    for layer in layers::MARKS
        .into_iter()
        .filter(|&layer| stage.shows(layer))
    {
        marks(&stage, layer, &mut list);
    }
    without_repeats(list)
}

/// Each mark once, though two layers may have it in common.
fn without_repeats(list: Vec<Mark>) -> Vec<Mark> {
    let mut kept: Vec<Mark> = Vec::new();
    for mark in list {
        if !kept.contains(&mark) {
            kept.push(mark);
        }
    }
    kept
}

fn mark(key: &'static str, look: Look) -> Mark {
    let text = Notice {
        key,
        values: Vec::new(),
    };
    Mark { text, look }
}

/// The heat map, with its scale.
fn ground(stage: &Stage, layer: Layer) -> Option<Mark> {
    let theme = stage.theme;
    let range = stage.density_range();
    let ramp =
        |color: &dyn Fn(f32) -> Color| Look::Ramp(std::array::from_fn(|i| color(i as f32 / 8.0)));
    let views = &stage.lane.views;
    let scaled = |key, grid: &Option<Grid>, channels, look| {
        let scale = field::scale(grid.as_ref()?, channels)?;
        let values = vec![digits(scale.into())];
        Some(Mark {
            text: Notice { key, values },
            look,
        })
    };
    match layer {
        Layer::Error => scaled(
            "mark.error",
            &views.error,
            2,
            ramp(&|x| theme.error(range * x)),
        ),
        Layer::Magnitude => scaled(
            "mark.magnitude",
            &stage.lane.arrows,
            2,
            ramp(&|x| theme.density(range * x)),
        ),
        Layer::Divergence => {
            let look = ramp(&|x| theme.signed(range * (2.0 * x - 1.0)));
            scaled("mark.divergence", &views.divergence, 1, look)
        }
        _ => {
            let key = match density::shown(stage.lane, stage.settings.density, stage.t) {
                DensityKind::Exact => "mark.density-exact",
                DensityKind::Kernel if stage.lane.ensemble.is_none() => return None,
                DensityKind::Kernel => "mark.density-kernel",
                DensityKind::Learned => "mark.density-learned",
            };
            Some(mark(key, ramp(&|x| theme.density(range * x))))
        }
    }
}

/// The marks of a layer, as far as it has something to draw.
fn marks(stage: &Stage, layer: Layer, list: &mut Vec<Mark>) {
    let (theme, lane) = (stage.theme, stage.lane);
    let ends = || {
        [
            mark("mark.source", Look::Shape(Shape::Disc, theme.source())),
            mark("mark.target", Look::Shape(Shape::Square, theme.target())),
        ]
    };
    match layer {
        Layer::Data if !lane.data.is_empty() => {
            list.push(mark("mark.data", Look::Shape(Shape::Cross, theme.target())));
        }
        Layer::Pairs if lane.pairs.is_some() => {
            list.extend(ends());
            let point = Look::Ring(theme.ink, theme.ink);
            list.push(mark("mark.conditional", point));
        }
        Layer::Matching if lane.views.matching.is_some() => list.extend(ends()),
        Layer::Trajectories if lane.transfer.is_some() => {
            let line = Stroke::solid(1.5, theme.ink).dashed(4.0);
            list.push(mark("legend.rescaled", Look::Line(line)));
        }
        Layer::Arrows if lane.arrows.is_some() => {
            list.push(mark("mark.velocity", arrow(theme.ink, false)));
        }
        Layer::Score if lane.views.score.is_some() => {
            list.push(mark("mark.score", arrow(theme.target(), true)));
        }
        Layer::Grid if lane.views.mesh.is_some() => {
            let ramp = std::array::from_fn(|tone| theme.signed(mesh::share(tone)));
            list.push(mark("mark.grid", Look::Ramp(ramp)));
        }
        Layer::Particles => particles(stage, list),
        Layer::FlowMap if lane.views.round_trip.is_some() => list.extend([
            mark("mark.start", Look::Shape(Shape::Disc, theme.source())),
            mark("mark.end", Look::Shape(Shape::Square, theme.target())),
            mark("mark.returned", Look::Ring(theme.ink, theme.paper)),
        ]),
        Layer::Region if lane.views.region.is_some() => list.extend([
            mark("mark.outflow", arrow(theme.lane[1], false)),
            mark("mark.inflow", arrow(theme.lane[0], false)),
        ]),
        Layer::Posterior
            if posterior::current(lane.views.posterior.as_ref(), stage.t).is_some() =>
        {
            list.extend([
                mark("mark.posterior", Look::Shape(Shape::Disc, theme.target())),
                mark("mark.mean", Look::Shape(Shape::Diamond, theme.target())),
                mark("mark.rest", arrow(theme.ink, false)),
            ]);
        }
        _ => {}
    }
}

fn arrow(color: Color, open: bool) -> Look {
    Look::Arrow { color, open }
}

/// What the colours of the particles mean.
fn particles(stage: &Stage, list: &mut Vec<Mark>) {
    let Some(paths) = stage.lane.ensemble.as_ref().and_then(Paths::of) else {
        return;
    };
    let Some(labels) = classes::labels(stage.lane.views.labels.as_ref(), &paths) else {
        return list.push(mark("mark.particles", Look::Hues(stage.theme.hues)));
    };
    let present = |class: usize| {
        labels
            .asked
            .iter()
            .any(|&asked| usize::from(asked) == class)
    };
    for (class, shape) in SHAPES.into_iter().enumerate().filter(|(c, _)| present(*c)) {
        let text = Notice {
            key: "mark.class",
            values: vec![(class + 1).to_string()],
        };
        let look = Look::Shape(shape, stage.theme.classes[class]);
        list.push(Mark { text, look });
    }
    let mut ends = labels.asked.iter().zip(&labels.reached);
    if ends.any(|(asked, reached)| asked != reached) {
        let cross = Look::Shape(Shape::Cross, stage.theme.ink);
        list.push(mark("mark.mistaken", cross));
    }
}

impl Look {
    /// A small picture of the mark, as SVG.
    pub fn picture(&self) -> String {
        let mut svg = Svg::new(WIDTH, HEIGHT);
        self.draw(&mut svg);
        svg.finish()
    }

    fn draw(&self, surface: &mut dyn Surface) {
        let (x, y) = (WIDTH / 2.0, HEIGHT / 2.0);
        match *self {
            Self::Shape(shape, color) => {
                classes::marks(shape, &[x, y], 4.0, color, &mut Vec::new(), surface);
            }
            Self::Ring(outer, inner) => {
                surface.discs(&[x, y], 5.0, outer);
                surface.discs(&[x, y], 3.4, inner);
            }
            Self::Line(stroke) => surface.segments(&[1.0, y, WIDTH - 1.0, y], stroke),
            Self::Arrow { color, open } => draw_arrow(color, open, surface),
            Self::Ramp(colors) => {
                let step = WIDTH / colors.len() as f32;
                for (i, &color) in colors.iter().enumerate() {
                    let left = i as f32 * step;
                    surface.segments(&[left, y, left + step, y], Stroke::solid(8.0, color));
                }
            }
            Self::Hues(colors) => {
                let step = WIDTH / colors.len() as f32;
                for (i, &color) in colors.iter().enumerate() {
                    surface.discs(&[(i as f32 + 0.5) * step, y], 1.5, color);
                }
            }
        }
    }
}

fn draw_arrow(color: Color, open: bool, surface: &mut dyn Surface) {
    let y = HEIGHT / 2.0;
    let (mut shafts, mut heads) = (Vec::new(), Vec::new());
    if let Some(arrow) = layers::Arrow::between([3.0, y], [WIDTH - 3.0, y], [6.0, 3.5]) {
        arrow.add(open, &mut shafts, &mut heads);
    }
    let stroke = Stroke::solid(1.5, color);
    surface.segments(&shafts, if open { stroke.dashed(2.5) } else { stroke });
    if open {
        surface.segments(&heads, stroke);
    } else {
        surface.triangles(&heads, color);
    }
}
