//! The choice of scenes, and the words of the one that is open.

use super::dom::{add, by_id, listen as on, set_text};
use super::page::dispatch;
use crate::app::msg::Msg;
use crate::app::scenes::{SCENES, scene};
use crate::app::state::State;
use crate::app::text::Text;
use web_sys::{Element, Event, HtmlOptionElement, HtmlSelectElement};

pub fn listen() {
    on(&by_id::<Element>("scene"), "input", |_: Event| {
        if let Ok(number) = by_id::<HtmlSelectElement>("scene").value().parse() {
            dispatch(Msg::OpenScene(number));
        }
    });
}

/// Fills the list of scenes, in the page's language.
pub fn build(text: &Text) {
    let select: HtmlSelectElement = by_id("scene");
    select.set_text_content(None);
    for (i, scene) in SCENES.iter().enumerate() {
        let number = i + 1;
        let option: HtmlOptionElement = add(&select, "option", "");
        option.set_value(&number.to_string());
        option.set_text(&format!(
            "{number}. {}",
            text.get(&format!("scene.{}.title", scene.key))
        ));
    }
}

/// Shows the scene that is open.
pub fn show(state: &State, text: &Text) {
    let number = state.settings.scene;
    let select: HtmlSelectElement = by_id("scene");
    if select.value() != number.to_string() {
        select.set_value(&number.to_string());
    }
    let Some(scene) = scene(number) else {
        set_text(&by_id("story-title"), "");
        set_text(&by_id("story-text"), "");
        set_text(&by_id("story-try"), "");
        return;
    };
    let part = |part: &str| text.get(&format!("scene.{}.{part}", scene.key)).to_owned();
    set_text(&by_id("story-title"), &part("title"));
    set_text(&by_id("story-text"), &part("text"));
    set_text(&by_id("story-try"), &text.fill("story.try", &[part("try")]));
}
