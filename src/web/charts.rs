//! The canvases of the charts, and their legends.

use super::chart_backend::ChartBackend;
use super::dom::{by_id, first, set_attribute, set_shown, window};
use super::page::App;
use app::state::State;
use app::text::Text;
use plotters::prelude::IntoDrawingArea;
use plotters_canvas::CanvasBackend;
use render::charts::{self, Chart, Entry};
use render::palette::Theme;
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
    /// It no longer shows the state.
    due: bool,
    /// The canvas may have another size than it was drawn for.
    resized: bool,
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

    /// Notes that the charts no longer show the state, or only those that follow time.
    pub fn note(&mut self, all: bool) {
        for place in &mut self.places {
            place.due |= all || place.chart.follows_time();
        }
    }

    /// The charts that the engine must be asked for, by name.
    pub fn asked(&self, state: &State) -> Vec<String> {
        let wanted = |chart: &Chart| {
            let place = self.places.iter().find(|place| place.chart == *chart);
            place.is_some_and(|place| place.wanted(state))
        };
        let names = Chart::ALL.into_iter().filter(wanted);
        names
            .filter_map(|chart| chart.asked())
            .map(str::to_owned)
            .collect()
    }

    fn draw_one(&mut self, state: &State, text: &Text, theme: &Theme) -> bool {
        if std::mem::take(&mut self.resized) {
            self.places
                .iter_mut()
                .for_each(|place| place.resized = true);
            self.note(true);
        }
        while let Some(at) = self.places.iter().position(|place| place.due) {
            // The next one begins its turn behind this one, so that none waits for ever.
            self.places[at..].rotate_left(1);
            let place = self.places.last_mut().expect("one was found");
            place.due = false;
            // A chart that comes or goes gives the others another width.
            self.resized |= place.show(state, text, theme);
            if place.is_drawn() {
                return true;
            }
        }
        false
    }
}

/// Draws one of the charts that are due, if any: all at once would be felt in the frame.
/// Returns whether it did.
pub fn draw_one(app: &mut App) -> bool {
    app.charts.draw_one(&app.state, &app.text, &app.look.theme)
}

impl Place {
    fn new(root: &Element, chart: Chart) -> Self {
        let figure: HtmlElement = first(root, &format!("[data-chart='{}']", chart.name()));
        Self {
            chart,
            canvas: first(&figure, "canvas"),
            legend: first(&figure, ".legend"),
            figure,
            said: String::new(),
            shown: true,
            due: true,
            resized: true,
        }
    }

    /// Returns whether the chart has come or gone.
    fn show(&mut self, state: &State, text: &Text, theme: &Theme) -> bool {
        let changed = self.show_legend(state, text, theme);
        if std::mem::take(&mut self.resized) || changed {
            self.measure();
        }
        if self.is_drawn() {
            self.draw(state, theme);
        }
        changed
    }

    /// Whether there is something to draw, and a pixel for it: a canvas that is not laid out (hidden
    /// panels, a chart put away) has none.
    fn is_drawn(&self) -> bool {
        self.shown && self.canvas.width() > 1 && self.canvas.height() > 1
    }

    /// Whether the chart belongs to the stage, and has not been put away.
    fn wanted(&self, state: &State) -> bool {
        self.chart.belongs(state) && !self.figure.class_list().contains("away")
    }

    /// Shows the legend; a chart that does not belong or has no line is not shown. Returns whether that has changed.
    fn show_legend(&mut self, state: &State, text: &Text, theme: &Theme) -> bool {
        let entries = if self.chart.belongs(state) {
            charts::legend(self.chart, state, theme)
        } else {
            Vec::new()
        };
        let markup: String = entries.iter().map(|entry| markup(entry, text)).collect();
        if markup != self.said {
            self.legend.set_inner_html(&markup);
            self.said = markup;
            self.name(text);
        }
        let before = std::mem::replace(&mut self.shown, !entries.is_empty());
        set_shown(&self.figure, self.shown);
        self.shown != before
    }

    fn name(&self, text: &Text) {
        let help = text.get(&format!("{}.help", self.chart.key())).to_owned();
        set_attribute(&self.figure, "title", &help);
        let name = format!("{}. {help}", text.get(self.chart.key()));
        set_attribute(&self.canvas, "aria-label", &name);
    }

    fn measure(&self) {
        let ratio = ratio();
        let pixels = |css: i32| (f64::from(css) * ratio).round() as u32;
        self.canvas.set_width(pixels(self.canvas.client_width()));
        self.canvas.set_height(pixels(self.canvas.client_height()));
    }

    fn draw(&self, state: &State, theme: &Theme) {
        let Some(backend) = CanvasBackend::with_canvas_object(self.canvas.clone()) else {
            return;
        };
        // A chart that cannot be drawn is left as it is; the figures say the same.
        let _ = charts::draw(
            self.chart,
            state,
            theme,
            ratio(),
            &ChartBackend::Canvas(backend).into_drawing_area(),
        );
    }
}

/// Device pixels in one of CSS. The charts' lines run from whole pixel to whole pixel, which shows
/// as steps unless pixels are small; so they are drawn at twice the size at least.
fn ratio() -> f64 {
    window().device_pixel_ratio().max(2.0)
}

/// A line of a legend. All its parts are our own words and colours.
fn markup(entry: &Entry, text: &Text) -> String {
    let dash = entry
        .line
        .dash()
        .map_or(String::new(), |[on, off]| format!("{on} {off}"));
    let lane = entry.lane.map_or("", |lane| [" A", " B"][lane]);
    format!(
        "<span><svg viewBox=\"0 0 22 8\" aria-hidden=\"true\"><path d=\"M0 4h22\" fill=\"none\" stroke=\"{}\" \
         stroke-width=\"2\" stroke-dasharray=\"{dash}\"/></svg>{}{lane}</span>",
        entry.color,
        text.get(&entry.key),
    )
}
