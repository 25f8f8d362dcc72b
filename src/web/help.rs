//! The help, with the table of keys made from the bindings.

use super::dom::{add, by_id, set_attribute, set_text};
use app::keys::BINDINGS;
use app::scenes::SCENES;
use app::text::Text;
use web_sys::{Element, HtmlDialogElement, HtmlElement};

/// Fills the table, in the page's language.
pub fn build(text: &Text) {
    let table: Element = by_id("keys");
    table.set_text_content(None);
    for binding in BINDINGS {
        row(&table, binding.shown, text.get(binding.text));
    }
    row(
        &table,
        &format!("1–{}", SCENES.len().min(9)),
        text.get("key.scene"),
    );
}

fn row(table: &Element, key: &str, means: &str) {
    let row: HtmlElement = add(table, "tr", "");
    let cell: HtmlElement = add(&row, "th", "");
    set_attribute(&cell, "scope", "row");
    set_text(&add::<HtmlElement>(&cell, "kbd", ""), key);
    set_text(&add::<HtmlElement>(&row, "td", ""), means);
}

/// Opens the help; Escape and its button close it.
pub fn open() {
    let dialog: HtmlDialogElement = by_id("help-dialog");
    if !dialog.open() {
        let _ = dialog.show_modal();
    }
}
