//! The figures below a lane's picture, and the description that a screen reader speaks.

use super::dom::{add, by_id, set_attribute, set_text};
use app::state::State;
use app::text::Text;
use protocol::LaneId;
use render::describe::describe;
use render::figures::{Figure, figures};
use web_sys::{Element, HtmlElement};

/// Milliseconds between two descriptions, at least.
const EVERY: f64 = 1000.0;

/// The list of a lane's figures.
pub struct Figures {
    list: Element,
    names: Vec<String>,
    values: Vec<HtmlElement>,
}

impl Figures {
    pub fn new(list: Element) -> Self {
        Self {
            list,
            names: Vec::new(),
            values: Vec::new(),
        }
    }

    /// Shows a lane's figures; as long as they are the same ones, only the numbers change.
    pub fn show(&mut self, state: &State, lane: LaneId, text: &Text) {
        let figures = figures(state, lane);
        let names: Vec<String> = figures
            .iter()
            .map(|figure| text.get(figure.key).to_owned())
            .collect();
        if names != self.names {
            self.names = names;
            self.list.set_text_content(None);
            self.values = figures
                .iter()
                .map(|figure| row(&self.list, figure, text))
                .collect();
        }
        for (place, figure) in self.values.iter().zip(&figures) {
            set_text(place, &figure.value);
            let note = figure.note.map_or("", |key| text.get(key));
            set_attribute(place, "title", note);
        }
    }
}

fn row(list: &Element, figure: &Figure, text: &Text) -> HtmlElement {
    let row: HtmlElement = add(list, "div", "");
    set_attribute(
        &row,
        "title",
        text.find(&format!("{}.help", figure.key))
            .unwrap_or_default(),
    );
    set_text(&add::<HtmlElement>(&row, "dt", ""), text.get(figure.key));
    add(&row, "dd", "")
}

/// The description of the stage.
#[derive(Default)]
pub struct Description {
    last: f64,
}

impl Description {
    /// Renews the description now and then. It is spoken by itself only while time stands still:
    /// otherwise it would never end. Returns whether it is up to date.
    pub fn show(&mut self, state: &State, text: &Text, now: f64) -> bool {
        if now - self.last < EVERY {
            return false;
        }
        self.last = now;
        let place: Element = by_id("description");
        let still = !state.playing && !state.training();
        set_attribute(&place, "aria-live", if still { "polite" } else { "off" });
        let sentences: Vec<String> = describe(state).iter().map(|s| text.notice(s)).collect();
        set_text(&place, &sentences.join(" "));
        true
    }
}
