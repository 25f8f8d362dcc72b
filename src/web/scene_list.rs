//! The list of all scenes, each with its link.

use super::dom::{
    add, after, by_id, first, listen as on, property, set_attribute, set_text, window,
};
use super::page::{act, dispatch};
use app::link::scene_link;
use app::msg::Msg;
use app::scenes::SCENES;
use app::text::Text;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;
use web_sys::{Element, HtmlDialogElement, HtmlElement, MouseEvent};

/// Fills the list, in the page's language.
pub fn build(text: &Text) {
    let list: Element = by_id("scene-list");
    list.set_text_content(None);
    for (number, scene) in (1..).zip(SCENES) {
        let row: HtmlElement = add(&list, "li", "");
        let anchor: HtmlElement = add(&row, "a", "");
        set_text(&anchor, text.get(&format!("scene.{}.title", scene.key)));
        set_attribute(&anchor, "data-scene", &number.to_string());
        let fragment = scene_link(number).unwrap_or_default();
        set_attribute(&anchor, "href", &format!("#{fragment}"));
        let copy: HtmlElement = add(&row, "button", "copy");
        set_attribute(&copy, "type", "button");
        set_text(&copy, text.get("story.list.copy"));
    }
}

pub fn listen() {
    on(
        &by_id::<Element>("scene-list"),
        "click",
        |event: MouseEvent| {
            let target = event.target().and_then(|t| t.dyn_into::<Element>().ok());
            let Some(target) = target else {
                return;
            };
            if target.class_name() == "copy" {
                copy(target);
            } else if let Some(number) = target.get_attribute("data-scene") {
                turn_to(&event, &number);
            }
        },
    );
}

/// Opens the list; Escape and its button close it.
pub fn open() {
    let dialog: HtmlDialogElement = by_id("scenes-dialog");
    if !dialog.open() {
        let _ = dialog.show_modal();
    }
}

/// A plain click opens the scene here; any other does with the link what browsers do.
fn turn_to(event: &MouseEvent, number: &str) {
    if event.ctrl_key() || event.meta_key() || event.shift_key() {
        return;
    }
    event.prevent_default();
    by_id::<HtmlDialogElement>("scenes-dialog").close();
    if let Ok(number) = number.parse() {
        dispatch(Msg::OpenScene(number));
    }
}

/// Copies the link of a row; its button says for a while what came of it.
fn copy(button: Element) {
    let row = button.parent_element().expect("a button stands in its row");
    let anchor: Element = first(&row, "a");
    let link = property(&anchor, "href").as_string().unwrap_or_default();
    let clipboard = property(&window().navigator(), "clipboard");
    if clipboard.is_undefined() {
        return tell(button, "failed");
    }
    let written = clipboard
        .unchecked_into::<web_sys::Clipboard>()
        .write_text(&link);
    let (yes, no) = (button.clone(), button);
    let done = Closure::once_into_js(move || tell(yes, "copied"));
    let failed = Closure::once_into_js(move || tell(no, "failed"));
    let then: js_sys::Function = property(&written, "then").unchecked_into();
    let _ = then.call2(&written, &done, &failed);
}

fn tell(button: Element, what: &'static str) {
    let said = button.clone();
    act(move |app| set_text(&said, app.text.get(&format!("story.list.{what}"))));
    after(2500, move || {
        act(move |app| set_text(&button, app.text.get("story.list.copy")))
    });
}
