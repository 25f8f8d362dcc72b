//! The language of the page, and the texts of its markup.

use super::dom::{all, by_id, listen as on, root, set_attribute, set_text, window};
use super::export::dialog;
use super::page::{App, Dirty, act};
use super::{engine_link, help, json, panel, scene_list, storage, story};
use app::host::Host;
use app::text::{Language, Text};
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
            let Some(text) = text(Language::from_tag(&tag)).await else {
                return;
            };
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
    let file = fetch(&engine_link::address(language.address())).await?;
    Text::of(language, json::read(&file)?)
}

/// The text of a file, if the server has it.
pub(super) async fn fetch(address: &str) -> Option<String> {
    let response = JsFuture::from(window().fetch_with_str(address)).await;
    let response: Response = response.ok()?.unchecked_into();
    let text = response.ok().then(|| response.text().ok())??;
    JsFuture::from(text).await.ok()?.as_string()
}

/// Says everything in the app's language.
pub fn apply(app: &mut App) {
    let tag = app.text.language.tag();
    set_attribute(&root(), "lang", tag);
    by_id::<HtmlSelectElement>("language").set_value(tag);
    translate(&app.text);
    story::build(&app.text);
    scene_list::build(&app.text);
    help::build(&app.text);
    dialog::build(&app.text);
    panel::build(app);
    app.dirty = Dirty::ALL;
}

/// Says what the markup has keys for.
pub(super) fn translate(text: &Text) {
    for element in all("[data-text]") {
        let key = element.get_attribute("data-text").unwrap_or_default();
        set_text(&element, text.get(&key));
    }
    for element in all("[data-text-label]") {
        let key = element.get_attribute("data-text-label").unwrap_or_default();
        set_attribute(&element, "aria-label", text.get(&key));
        if element.tag_name() == "BUTTON" {
            set_attribute(&element, "title", text.get(&key));
        }
    }
}
