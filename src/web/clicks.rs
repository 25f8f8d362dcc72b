//! What the buttons do: each carries the name of its action in `data-do`.

use super::dom::{after, by_id, document, root, set_text, window};
use super::page::{App, act, dispatch};
use super::{chunks, dom, help, scene_list, story, user_data};
use app::msg::Msg;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;
use web_sys::{Element, HtmlElement, MouseEvent};

pub fn listen() {
    dom::listen(&document(), "click", |event: MouseEvent| {
        let target = event
            .target()
            .and_then(|target| target.dyn_into::<Element>().ok());
        let button = target.and_then(|element| element.closest("[data-do]").ok().flatten());
        if let Some(name) = button.and_then(|button| button.get_attribute("data-do")) {
            perform(&name);
        }
    });
}

fn perform(name: &str) {
    // If it could not be fetched before.
    chunks::bring_rest();
    match name {
        "previous-scene" => dispatch(Msg::TurnScene(-1)),
        "next-scene" => dispatch(Msg::TurnScene(1)),
        "tour" => dispatch(Msg::ToggleTour),
        "scenes" => scene_list::open(),
        "all-charts" => act(story::toggle_charts),
        "share" => act(share),
        "fullscreen" => fullscreen(),
        "help" => help::open(),
        "dismiss" => dispatch(Msg::Dismiss),
        "toggle-play" => dispatch(Msg::TogglePlay),
        "step-back" => dispatch(Msg::StepTime(-0.1)),
        "step-on" => dispatch(Msg::StepTime(0.1)),
        "toggle-training" => dispatch(Msg::ToggleTraining),
        "train-one" => dispatch(Msg::Train {
            lane: None,
            steps: Some(1),
        }),
        "retry-engine" => dispatch(Msg::RetryEngine),
        "reset" => dispatch(Msg::Reset),
        "clear-drawing" => dispatch(Msg::ClearDrawing),
        "erase" => act(App::turn_pen),
        "open-data" => user_data::choose(),
        "export" => chunks::use_exchange(|exchange| (exchange.open_export)()),
        _ => {}
    }
}

/// Full screen and back, where the frame allows it.
pub fn fullscreen() {
    let document = document();
    if document.fullscreen_element().is_some() {
        document.exit_fullscreen();
    } else {
        let _ = root().request_fullscreen();
    }
}

/// Copies the link to what is shown; where the frame forbids that, says where to find it.
fn share(app: &mut App) {
    app.link.write_now();
    let link = window().location().href().unwrap_or_default();
    let clipboard = dom::property(&window().navigator(), "clipboard");
    if clipboard.is_undefined() {
        return tell(app.text.get("tool.share-failed"));
    }
    let written = clipboard
        .unchecked_into::<web_sys::Clipboard>()
        .write_text(&link);
    let done = Closure::once_into_js(|| act(|app| tell(app.text.get("tool.shared"))));
    let failed = Closure::once_into_js(|| act(|app| tell(app.text.get("tool.share-failed"))));
    let then: js_sys::Function = dom::property(&written, "then").unchecked_into();
    let _ = then.call2(&written, &done, &failed);
}

/// The button says for a while what came of it.
fn tell(sentence: &str) {
    let button: HtmlElement = dom::first(&by_id::<Element>("tools"), "[data-do='share']");
    set_text(&button, sentence);
    after(2500, || {
        act(|app| {
            let button: HtmlElement = dom::first(&by_id::<Element>("tools"), "[data-do='share']");
            set_text(&button, app.text.get("tool.share"));
        })
    });
}
