//! The language of the page, and the texts of its markup.

use super::dom::{all, by_id, listen as on, root, set_attribute, set_text, window};
use super::page::{App, Dirty, act};
use super::{chunks, engine_link, json, panel, storage, story};
use app::host::Host;
use app::text::{Language, Text};
use js_sys::Promise;
use serde_json::Value as Json;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Element, Event, HtmlSelectElement, Response};

/// The host's wish, else what was chosen before, else the browser's language.
pub fn choose(host: &Host) -> Language {
    let tag = host.lang.clone().or_else(|| storage::read("language"));
    let tag = tag.or_else(|| window().navigator().language());
    Language::from_tag(&tag.unwrap_or_default())
}

pub fn listen() {
    on(&by_id::<Element>("language"), "input", |_: Event| {
        let tag = by_id::<HtmlSelectElement>("language").value();
        storage::write("language", &tag);
        spawn_local(async move {
            let Some(mut text) = text(Language::from_tag(&tag)).await else {
                return;
            };
            if let Some(rest) = arrived(request_rest(text.language)).await {
                text.add(rest);
            }
            act(move |app| {
                app.text = text;
                apply(app);
            });
        });
    });
}

/// The texts of a language, a file of the site; where that cannot be had, those of English.
pub async fn text(language: Language) -> Option<Text> {
    match read(language).await {
        None => read(Language::English).await,
        text => text,
    }
}

async fn read(language: Language) -> Option<Text> {
    Text::of(language, arrived(request(language.address())).await?)
}

/// Asks for what the page did not need to say before it moved.
pub(super) fn request_rest(language: Language) -> Promise {
    request(language.address_of_rest())
}

fn request(name: &str) -> Promise {
    window().fetch_with_str(&engine_link::address(name))
}

/// What a file of texts that was asked for says.
pub(super) async fn arrived(request: Promise) -> Option<Json> {
    json::read(&body(request).await?)
}

/// The text of a file, if the server has it.
pub(super) async fn fetch(address: &str) -> Option<String> {
    body(window().fetch_with_str(address)).await
}

async fn body(request: Promise) -> Option<String> {
    let response: Response = JsFuture::from(request).await.ok()?.unchecked_into();
    let text = response.ok().then(|| response.text().ok())??;
    JsFuture::from(text).await.ok()?.as_string()
}

/// Says everything in the app's language.
pub fn apply(app: &mut App) {
    let tag = app.text.language.tag();
    set_attribute(&root(), "lang", tag);
    by_id::<HtmlSelectElement>("language").set_value(tag);
    story::build(&app.text);
    panel::build(app);
    complete(app);
}

/// Says what has come later. The panel is left as it is: its texts were there before, and somebody may be typing in it.
pub(super) fn complete(app: &mut App) {
    translate(&app.text);
    if let Some(beside) = chunks::beside() {
        (beside.build_help)(&app.text);
        (beside.build_scene_list)(&app.text);
    }
    app.dirty = Dirty::ALL;
}

/// Says what the markup has keys for.
pub(super) fn translate(text: &Text) {
    for element in all("[data-text]") {
        let key = element.get_attribute("data-text").unwrap_or_default();
        if let Some(words) = text.find(&key) {
            set_text(&element, words);
        }
    }
    for element in all("[data-text-label]") {
        let key = element.get_attribute("data-text-label").unwrap_or_default();
        let Some(words) = text.find(&key) else {
            continue;
        };
        set_attribute(&element, "aria-label", words);
        if element.tag_name() == "BUTTON" {
            set_attribute(&element, "title", words);
        }
    }
}
