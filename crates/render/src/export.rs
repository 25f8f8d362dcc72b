//! The stage and its charts as one SVG file.

use super::charts::{self, Chart};
use super::palette::Theme;
use super::scene::{self, Scratch};
use super::svg::Svg;
use super::view::View;
use app::state::State;
use app::text::Text;
use protocol::LaneId;
use std::fmt::Write;

/// Between two pictures, in pixels.
const GAP: f32 = 16.0;
/// Height of a chart beside its width.
const FLAT: f32 = 0.6;
/// Room for a chart's title.
const TITLE: f32 = 22.0;
/// Charts below each lane.
const BELOW: usize = 2;

/// Draws a chart as an SVG of that size.
pub type ChartDrawer<'a> = &'a dyn Fn(Chart, (u32, u32)) -> String;

/// Both lanes side by side, each a square of `side` pixels, and below them the charts that have
/// something to show, with their titles. Who asks for it brings what draws charts.
pub fn svg(
    state: &State,
    theme: &Theme,
    text: &Text,
    side: f32,
    drawer: ChartDrawer<'_>,
) -> String {
    let lanes: Vec<LaneId> = LaneId::ALL
        .into_iter()
        .filter(|&lane| state.shown(lane))
        .collect();
    let charts = drawn_charts(state, theme);
    let columns = BELOW * lanes.len();
    let width = lanes.len() as f32 * (side + GAP) - GAP;
    let cell = (width + GAP) / columns as f32 - GAP;
    let row = GAP + TITLE + FLAT * cell;
    let height = side + row * charts.len().div_ceil(columns) as f32;
    let mut body = String::new();
    for (place, lane) in lanes.into_iter().enumerate() {
        let x = place as f32 * (side + GAP);
        nest(&mut body, x, 0.0, &stage(state, lane, theme, side));
    }
    for (place, chart) in charts.into_iter().enumerate() {
        let x = (place % columns) as f32 * (cell + GAP);
        let y = side + row * (place / columns) as f32 + GAP + TITLE;
        title(&mut body, [x, y - 8.0], chart, (state, theme, text));
        let size = (cell as u32, (FLAT * cell) as u32);
        nest(&mut body, x, y, &drawer(chart, size));
    }
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\"><rect width=\"{width}\" height=\"{height}\" fill=\"{}\"/>{body}</svg>\n",
        theme.paper,
    )
}

/// The name of a chart, and the names of its lines in their colours.
fn title(
    body: &mut String,
    at: [f32; 2],
    chart: Chart,
    (state, theme, text): (&State, &Theme, &Text),
) {
    let name = escaped(text.get(chart.key()));
    // Writing to a string cannot fail.
    let _ = write!(
        body,
        "<text x=\"{}\" y=\"{}\" font-family=\"sans-serif\" font-size=\"12\" fill=\"{}\">\
         <tspan font-weight=\"bold\">{name}</tspan>",
        at[0], at[1], theme.ink,
    );
    for entry in charts::legend(chart, state, theme) {
        let lane = entry.lane.map_or("", |lane| [" A", " B"][lane]);
        let word = escaped(text.get(&entry.key));
        let _ = write!(
            body,
            "<tspan dx=\"8\" fill=\"{}\">{word}{lane}</tspan>",
            entry.color
        );
    }
    body.push_str("</text>");
}

fn stage(state: &State, lane: LaneId, theme: &Theme, side: f32) -> String {
    let mut svg = Svg::new(side, side);
    let view = View::new(side, side, state.extent);
    scene::draw(state, lane, &view, theme, &mut Scratch::default(), &mut svg);
    // A drawing of its own names its clips from 0 on, so two of them in one file would mix them up.
    let text = svg.finish();
    let own = |mark: char| format!("{mark}lane{}-clip", lane.index());
    text.replace("\"clip", &own('"'))
        .replace("#clip", &own('#'))
}

/// The charts that have a line.
fn drawn_charts(state: &State, theme: &Theme) -> Vec<Chart> {
    let has_line = |chart: &Chart| !charts::legend(*chart, state, theme).is_empty();
    Chart::ALL.into_iter().filter(has_line).collect()
}

/// Puts a whole SVG inside another.
fn nest(body: &mut String, x: f32, y: f32, svg: &str) {
    let placed = svg.replacen("<svg ", &format!("<svg x=\"{x}\" y=\"{y}\" "), 1);
    body.push_str(&placed);
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::palette::ThemeKind;
    use app::settings::Settings;
    use app::text::Language;
    use plotters::prelude::{IntoDrawingArea, SVGBackend};

    fn drawn(lanes: u8) -> String {
        let settings = Settings {
            lanes,
            ..Settings::default()
        };
        let mut state = State::new(settings);
        state.lanes[0].history.loss = vec![(1, 4.0), (2, 3.9), (3, 3.8)];
        state.lanes[0].history.floor = Some(3.7);
        let text = Text::new(Language::English);
        let theme = Theme::of(ThemeKind::Light);
        let drawer = |chart, size| {
            let mut text = String::new();
            let area = SVGBackend::with_string(&mut text, size).into_drawing_area();
            charts::draw(chart, &state, &theme, 1.0, &area).unwrap();
            drop(area);
            text
        };
        svg(&state, &theme, &text, 300.0, &drawer)
    }

    #[test]
    fn every_lane_and_chart_is_a_picture_in_the_file() {
        for lanes in [1, 2] {
            let text = drawn(lanes);
            // Loss, schedule, its SNR and its slopes have lines; each opened element is closed.
            assert_eq!(text.matches("<svg ").count(), 1 + usize::from(lanes) + 4);
            assert_eq!(
                text.matches("<svg ").count(),
                text.matches("</svg>").count()
            );
            assert_eq!(text.matches("<g ").count(), text.matches("</g>").count());
            assert!(text.contains(">Schedule</tspan>"));
        }
    }

    #[test]
    fn no_two_elements_share_an_id() {
        let text = drawn(2);
        let ids: Vec<&str> = text
            .split(" id=\"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
            .collect();
        for (i, id) in ids.iter().enumerate() {
            assert!(!ids[i + 1..].contains(id), "{id}");
        }
    }
}
