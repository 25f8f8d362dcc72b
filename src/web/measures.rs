//! The table of all figures, beside the charts.

use super::dom::{add, by_id, first, set_attribute, set_shown, set_text};
use app::state::State;
use app::state::pictures::MEASURES;
use app::text::Text;
use protocol::LaneId;
use render::measures::{Row, lanes, table};
use web_sys::{Element, HtmlElement};

/// What the table says, so that it is only written anew when it says something else.
#[derive(Default)]
pub struct Measures {
    said: Vec<Row>,
    head: Vec<String>,
}

/// Whether the table has not been put away.
pub fn wanted() -> bool {
    !figure().class_list().contains("away")
}

fn figure() -> HtmlElement {
    first(
        &by_id::<Element>("charts"),
        &format!("[data-chart='{MEASURES}']"),
    )
}

impl Measures {
    /// Brings the table up to date; before anything is known there is none.
    pub fn show(&mut self, state: &State, text: &Text) {
        let (rows, head) = (table(state), heads(state, text));
        if rows == self.said && head == self.head {
            return;
        }
        let figure = figure();
        set_shown(&figure, !rows.is_empty());
        set_attribute(&figure, "title", text.get("chart.measures.help"));
        let place: Element = first(&figure, "table");
        place.set_text_content(None);
        write_head(&place, &head, text);
        rows.iter().for_each(|row| write(&place, row, text));
        (self.said, self.head) = (rows, head);
    }
}

/// Which lane a column is of, and what is behind its figures.
fn heads(state: &State, text: &Text) -> Vec<String> {
    let alone = state.settings.lanes == 1;
    let head = |(lane, step, samples): (LaneId, u32, u32)| {
        let behind = text.fill("measure.behind", &[step.to_string(), samples.to_string()]);
        let lane = text.get(["panel.lane-a", "panel.lane-b"][lane]);
        if alone {
            behind
        } else {
            format!("{lane}: {behind}")
        }
    };
    lanes(state).into_iter().map(head).collect()
}

fn write_head(place: &Element, head: &[String], text: &Text) {
    let row: Element = add(place, "tr", "");
    add::<Element>(&row, "td", "");
    for name in head.iter().map(String::as_str) {
        for words in [name, text.get("measure.floor")] {
            let cell: Element = add(&row, "th", "");
            set_attribute(&cell, "scope", "col");
            set_text(&cell, words);
        }
    }
}

fn write(place: &Element, row: &Row, text: &Text) {
    let line: Element = add(place, "tr", "");
    set_attribute(&line, "title", text.get(&format!("{}.help", row.key)));
    let name: Element = add(&line, "th", "");
    set_attribute(&name, "scope", "row");
    set_text(&name, text.get(row.key));
    for [figure, floor] in &row.cells {
        set_text(&add::<Element>(&line, "td", ""), figure);
        set_text(&add::<Element>(&line, "td", "floor"), floor);
    }
}
