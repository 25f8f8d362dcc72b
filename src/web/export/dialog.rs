//! The dialog in which a visitor chooses what to take home.

use super::super::dom::{by_id, create, listen as on, set_flag, set_shown, set_text};
use super::super::page::{App, act, ask};
use super::{make, save};
use app::decimal;
use app::export::{Export, Table, What};
use app::text::Text;
use protocol::LaneId;
use std::cell::Cell;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::spawn_local;
use web_sys::{
    Element, Event, HtmlDialogElement, HtmlElement, HtmlOptionElement, HtmlSelectElement,
};

/// The choice that is no export of the API but its verb `weights`.
const WEIGHTS: &str = "weights";

thread_local! {
    static LISTENS: Cell<bool> = const { Cell::new(false) };
}

fn listen() {
    on(&by_id::<Element>("export-what"), "input", |_: Event| show());
    on(&by_id::<Element>("export-save"), "click", |event: Event| {
        event.prevent_default();
        start();
    });
}

/// Opens the dialog; Escape and its button close it.
pub fn open() {
    if !LISTENS.replace(true) {
        listen();
    }
    act(|app| build(&app.text));
    let dialog: HtmlDialogElement = by_id("export-dialog");
    set_text(&by_id("export-said"), "");
    if !dialog.open() {
        let _ = dialog.show_modal();
    }
    show();
}

/// Fills the choices, in the page's language.
fn build(text: &Text) {
    let kinds = What::ALL.map(What::name);
    fill(
        "export-what",
        "export.what",
        kinds.iter().copied().chain([WEIGHTS]),
        text,
    );
    fill(
        "export-table",
        "export.table",
        Table::ALL.map(Table::name),
        text,
    );
}

fn fill(id: &str, key: &str, names: impl IntoIterator<Item = &'static str>, text: &Text) {
    let select: Element = by_id(id);
    select.set_text_content(None);
    for name in names {
        let option: HtmlOptionElement = create("option");
        option.set_value(name);
        option.set_text(text.get(&format!("{key}.{name}")));
        let _ = select.append_child(&option);
    }
}

/// Only the choices that matter for the kind of file.
fn show() {
    let what = chosen("export-what");
    let film = ["gif", "webm"].contains(&what.as_str());
    set_shown(&by_id("export-table-field"), what == "csv");
    set_shown(
        &by_id("export-side-field"),
        film || what == "png" || what == "svg",
    );
    set_shown(&by_id("export-seconds-field"), film);
    act(|app| {
        let table = ["csv", WEIGHTS].contains(&chosen("export-what").as_str());
        let lane: Element = by_id("export-lane-field");
        set_shown(&lane, table && app.state.settings.lanes == 2);
    });
}

fn chosen(id: &str) -> String {
    by_id::<HtmlSelectElement>(id).value()
}

/// What the dialog is set to; `None` for weights.
fn wish() -> Option<Export> {
    let mut export = Export::new(What::from_name(&chosen("export-what"))?);
    let number = |id: &str| decimal::read(&chosen(id));
    let size = number("export-side").unwrap_or(1.0) as f32;
    export.side = (export.side as f32 * size) as u32;
    export.seconds = number("export-seconds").unwrap_or(export.seconds);
    export.table = Table::from_name(&chosen("export-table")).unwrap_or(export.table);
    export.lane = lane();
    Some(export)
}

/// The lane that is chosen, where there are two.
fn lane() -> LaneId {
    let two = ask(|app| app.state.settings.lanes == 2).unwrap_or(false);
    let lane = chosen("export-lane").parse().ok().and_then(LaneId::at);
    lane.filter(|_| two).unwrap_or_default()
}

fn start() {
    let button: HtmlElement = by_id("export-save");
    set_flag(&button, "disabled", true);
    say("export.working");
    spawn_local(async move {
        match wish() {
            Some(export) => {
                let made = make(export).await;
                finish(made, &export.file_name(), export.what.media());
            }
            None => {
                let made = super::super::api::weights(lane()).await;
                let made = made.map_err(|code| match code.as_str() {
                    "no-engine" => super::spoken("export.no-engine"),
                    _ => super::spoken("export.failed"),
                });
                finish(made, "flowlab.safetensors", "application/octet-stream");
            }
        }
        set_flag(&button, "disabled", false);
    });
}

fn say(key: &'static str) {
    act(move |app: &mut App| set_text(&by_id("export-said"), app.text.get(key)));
}

fn finish(made: Result<JsValue, String>, name: &str, media: &str) {
    match made {
        Ok(file) => {
            save(&file, name, media);
            say("export.done");
        }
        Err(sentence) => set_text(&by_id("export-said"), &sentence),
    }
}
