//! In touch with the page around: how high this one is, and slides that come and go.

use super::dom::{document, listen as on, property, window};
use super::page::{act, dispatch};
use app::host::Host;
use app::msg::Msg;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;
use web_sys::{MessageEvent, ResizeObserver};

pub fn listen(host: &Host) {
    if !host.embed {
        return;
    }
    tell_height();
    on(
        &window(),
        "message",
        |event: MessageEvent| match property(&event.data(), "type")
            .as_string()
            .as_deref()
            .or(event.data().as_string().as_deref())
        {
            Some("slide:start") => dispatch(Msg::Play),
            Some("slide:stop") => dispatch(Msg::Pause),
            _ => {}
        },
    );
}

/// Tells the page around how high this one wants to be.
fn tell_height() {
    let resized = Closure::<dyn FnMut()>::new(|| {
        let height = document().body().map_or(0, |body| body.scroll_height());
        act(move |app| app.events.resized(height));
    });
    if let Ok(observer) = ResizeObserver::new(resized.as_ref().unchecked_ref()) {
        observer.observe(&document().body().expect("the page has a body"));
        std::mem::forget(observer);
    }
    resized.forget();
}
