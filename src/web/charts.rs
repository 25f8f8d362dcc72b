//! The canvases of the charts, and their legends.

use super::dom::{by_id, first, set_attribute, set_shown, window};
use crate::app::state::State;
use crate::app::text::Text;
use crate::render::charts::{self, Chart, Entry};
use crate::render::palette::Theme;
use plotters::prelude::IntoDrawingArea;
use plotters_canvas::CanvasBackend;
use web_sys::{Element, HtmlCanvasElement, HtmlElement};

/// The charts on the page.
pub struct Charts {
    places: Vec<Place>,
    /// The canvases may have another size than they were drawn for.
    pub resized: bool,
}

/// A chart's place.
struct Place {
    chart: Chart,
    figure: HtmlElement,
    canvas: HtmlCanvasElement,
    legend: Element,
    /// What the legend says, as markup.
    said: String,
    shown: bool,
}

impl Charts {
    pub fn new() -> Self {
        let root: Element = by_id("charts");
        Self {
            places: Chart::ALL
                .into_iter()
                .map(|chart| Place::new(&root, chart))
                .collect(),
            resized: true,
        }
    }

    /// Draws every chart that has something to show, or only those that follow time.
    pub fn draw(&mut self, state: &State, text: &Text, theme: &Theme, all: bool) {
        let mut appeared = false;
        for place in &mut self.places {
            appeared |= place.show_legend(state, text, theme);
        }
        let resized = std::mem::take(&mut self.resized) || appeared;
        if resized {
            self.places.iter().for_each(Place::measure);
        }
        let due = |place: &&Place| all || resized || place.chart == Chart::Schedule;
        for place in self.places.iter().filter(|place| place.shown).filter(due) {
            place.draw(state, theme);
        }
    }
}

impl Place {
    fn new(root: &Element, chart: Chart) -> Self {
        let name = chart.key().trim_start_matches("chart.");
        let figure: HtmlElement = first(root, &format!("[data-chart='{name}']"));
        Self {
            chart,
            canvas: first(&figure, "canvas"),
            legend: first(&figure, ".legend"),
            figure,
            said: String::new(),
            shown: true,
        }
    }

    /// Shows the legend; a chart without a line is not shown. Returns whether it has appeared.
    fn show_legend(&mut self, state: &State, text: &Text, theme: &Theme) -> bool {
        let entries = charts::legend(self.chart, state, theme);
        let markup: String = entries.iter().map(|entry| markup(entry, text)).collect();
        if markup != self.said {
            self.legend.set_inner_html(&markup);
            self.said = markup;
            self.name(text);
        }
        let before = std::mem::replace(&mut self.shown, !entries.is_empty());
        set_shown(&self.figure, self.shown);
        self.shown && !before
    }

    fn name(&self, text: &Text) {
        let help = text.get(&format!("{}.help", self.chart.key())).to_owned();
        set_attribute(&self.figure, "title", &help);
        let name = format!("{}. {help}", text.get(self.chart.key()));
        set_attribute(&self.canvas, "aria-label", &name);
    }

    fn measure(&self) {
        let ratio = window().device_pixel_ratio();
        let pixels = |css: i32| (f64::from(css) * ratio).round() as u32;
        self.canvas.set_width(pixels(self.canvas.client_width()));
        self.canvas.set_height(pixels(self.canvas.client_height()));
    }

    fn draw(&self, state: &State, theme: &Theme) {
        // A canvas that is not laid out (hidden panels) has no pixel.
        if self.canvas.width() < 2 || self.canvas.height() < 2 {
            return;
        }
        let Some(backend) = CanvasBackend::with_canvas_object(self.canvas.clone()) else {
            return;
        };
        let ratio = window().device_pixel_ratio();
        // A chart that cannot be drawn is left as it is; the figures say the same.
        let _ = charts::draw(
            self.chart,
            state,
            theme,
            ratio,
            &backend.into_drawing_area(),
        );
    }
}

/// A line of a legend. All its parts are our own words and colours.
fn markup(entry: &Entry, text: &Text) -> String {
    let dash = entry
        .line
        .dash()
        .map_or(String::new(), |[on, off]| format!("{on} {off}"));
    let lane = entry.lane.map_or("", |lane| [" A", " B"][lane & 1]);
    format!(
        "<span><svg viewBox=\"0 0 22 8\" aria-hidden=\"true\"><path d=\"M0 4h22\" fill=\"none\" stroke=\"{}\" \
         stroke-width=\"2\" stroke-dasharray=\"{dash}\"/></svg>{}{lane}</span>",
        entry.color,
        text.get(entry.key),
    )
}
