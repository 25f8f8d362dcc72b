//! The stage and its charts as one SVG file.

use super::charts::{self, Chart};
use super::palette::Theme;
use super::scene::{self, Scratch};
use super::svg::Svg;
use super::view::View;
use crate::app::state::State;
use crate::app::text::Text;
use plotters::prelude::{IntoDrawingArea, SVGBackend};
use std::fmt::Write;

/// Between two pictures, in pixels.
const GAP: f32 = 16.0;
/// Height of a chart beside its width.
const FLAT: f32 = 0.6;
/// Room for a chart's title.
const TITLE: f32 = 22.0;

/// Both lanes side by side, each a square of `side` pixels, and below them the charts that have
/// something to show, with their titles.
pub fn svg(state: &State, theme: &Theme, text: &Text, side: f32) -> String {
    let lanes: Vec<usize> = (0..2).filter(|&lane| state.shown(lane)).collect();
    let width = lanes.len() as f32 * (side + GAP) - GAP;
    let mut body = String::new();
    for (place, lane) in lanes.into_iter().enumerate() {
        nest(
            &mut body,
            place as f32 * (side + GAP),
            0.0,
            &stage(state, lane, theme, side),
        );
    }
    let charts = drawn_charts(state, theme);
    let chart_width = (width + GAP) / charts.len().max(1) as f32 - GAP;
    let height = if charts.is_empty() {
        side
    } else {
        side + GAP + TITLE + FLAT * chart_width
    };
    for (place, chart) in charts.into_iter().enumerate() {
        let x = place as f32 * (chart_width + GAP);
        // Writing to a string cannot fail.
        let _ = write!(
            body,
            "<text x=\"{x}\" y=\"{}\" font-family=\"sans-serif\" font-size=\"14\" fill=\"{}\">{}</text>",
            side + GAP + TITLE - 8.0,
            theme.ink,
            escaped(text.get(chart.key())),
        );
        nest(
            &mut body,
            x,
            side + GAP + TITLE,
            &chart_svg(chart, state, theme, chart_width),
        );
    }
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\"><rect width=\"{width}\" height=\"{height}\" fill=\"{}\"/>{body}</svg>\n",
        theme.paper,
    )
}

fn stage(state: &State, lane: usize, theme: &Theme, side: f32) -> String {
    let mut svg = Svg::new(side, side);
    let view = View::new(side, side, state.extent);
    scene::draw(state, lane, &view, theme, &mut Scratch::default(), &mut svg);
    // A drawing of its own names its clips from 0 on, so two of them in one file would mix them up.
    let text = svg.finish();
    let own = |mark: char| format!("{mark}lane{lane}-clip");
    text.replace("\"clip", &own('"'))
        .replace("#clip", &own('#'))
}

/// The charts that have a line.
fn drawn_charts(state: &State, theme: &Theme) -> Vec<Chart> {
    let has_line = |chart: &Chart| !charts::legend(*chart, state, theme).is_empty();
    Chart::ALL.into_iter().filter(has_line).collect()
}

fn chart_svg(chart: Chart, state: &State, theme: &Theme, width: f32) -> String {
    let mut text = String::new();
    {
        let size = (width as u32, (FLAT * width) as u32);
        let area = SVGBackend::with_string(&mut text, size).into_drawing_area();
        // A chart that cannot be drawn is left out; the text behind it says nothing then.
        let _ = charts::draw(chart, state, theme, 1.0, &area);
    }
    text
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
    use crate::app::settings::Settings;
    use crate::app::text::Language;
    use crate::render::palette::ThemeKind;

    fn drawn(lanes: u8) -> String {
        let settings = Settings {
            lanes,
            ..Settings::default()
        };
        let mut state = State::new(settings);
        state.lanes[0].history.loss = vec![(1, 4.0), (2, 3.9), (3, 3.8)];
        state.lanes[0].history.floor = Some(3.7);
        let text = Text::new(Language::English);
        svg(&state, &Theme::of(ThemeKind::Light), &text, 300.0)
    }

    #[test]
    fn every_lane_and_chart_is_a_picture_in_the_file() {
        for lanes in [1, 2] {
            let text = drawn(lanes);
            // Loss and schedule have lines; each opened element is closed.
            assert_eq!(text.matches("<svg ").count(), 1 + usize::from(lanes) + 2);
            assert_eq!(
                text.matches("<svg ").count(),
                text.matches("</svg>").count()
            );
            assert_eq!(text.matches("<g ").count(), text.matches("</g>").count());
            assert!(text.contains(">Schedule</text>"));
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
