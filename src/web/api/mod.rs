//! The JavaScript API: `window.flowlab.<verb>(args)` gives a promise, and so does a message
//! `{type: "flowlab:<verb>", id, ...}` by way of `{type: "flowlab:reply", id, ok, value | error}`.

pub mod calls;
mod values;

use super::chunks;
use super::dom::{property, set_property, window};
use super::page::act;
use app::api::VERBS;
use app::api_error::ApiError;
use calls::Promised;
use js_sys::{Object, Promise, Reflect};
use protocol::LaneId;
use wasm_bindgen::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{MessageEvent, Window};

const PREFIX: &str = "flowlab:";
const REPLY: &str = "reply";

/// Puts the verbs on the window, and listens for messages.
pub fn listen() {
    let api = Object::new();
    for (verb, _) in VERBS {
        let f =
            Closure::<dyn FnMut(JsValue) -> Promise>::new(move |args: JsValue| call(verb, args));
        set_property(&api, verb, f.as_ref());
        f.forget();
    }
    set_property(&window(), "flowlab", &api);
    super::dom::listen(&window(), "message", |event: MessageEvent| heard(&event));
}

fn call(verb: &str, args: JsValue) -> Promise {
    Promise::new(&mut |resolve, reject| {
        let promised = Promised { resolve, reject };
        let (verb, args) = (verb.to_owned(), args.clone());
        chunks::with_exchange(move |exchange| {
            act(move |app| match exchange {
                Some(exchange) => (exchange.call)(app, &verb, &args, promised),
                None => promised.break_off(ApiError {
                    code: "not-loaded",
                    message: app.text.get(chunks::FAILED).to_owned(),
                }),
            });
        });
    })
}

/// The weights of a lane's network, as the file of the verb `weights`.
///
/// # Errors
/// The code that a caller of the verb would be told.
pub async fn weights(lane: LaneId) -> Result<JsValue, String> {
    let args = Object::new();
    set_property(&args, "lane", &(lane.index() as u32).into());
    let file = JsFuture::from(call("weights", args.into())).await;
    file.map_err(|error| property(&error, "code").as_string().unwrap_or_default())
}

/// A message may come from the page around; it acts within the verbs, whoever sent it. What has an
/// id is answered, be it that there is no such verb.
fn heard(event: &MessageEvent) {
    let data = event.data();
    let kind = property(&data, "type").as_string().unwrap_or_default();
    let Some(name) = kind.strip_prefix(PREFIX).filter(|name| *name != REPLY) else {
        return;
    };
    let id = property(&data, "id");
    if id.is_undefined() && !VERBS.iter().any(|(verb, _)| *verb == name) {
        return;
    }
    let args = Object::assign(&Object::new(), data.unchecked_ref());
    for name in ["type", "id"] {
        let _ = Reflect::delete_property(&args, &name.into());
    }
    reply_to(event, id, call(name, args.into()));
}

/// Sends what becomes of a promise back to where the message came from.
fn reply_to(event: &MessageEvent, id: JsValue, promise: Promise) {
    let Some(source) = event.source() else { return };
    let origin = match event.origin().as_str() {
        "null" | "" => "*".to_owned(),
        origin => origin.to_owned(),
    };
    let source: Window = source.unchecked_into();
    let send = move |ok: bool, values: &[(&str, JsValue)]| {
        let reply = Object::new();
        set_property(&reply, "type", &format!("{PREFIX}{REPLY}").into());
        set_property(&reply, "id", &id);
        set_property(&reply, "ok", &ok.into());
        for (name, value) in values {
            set_property(&reply, name, value);
        }
        let _ = source.post_message(&reply, &origin);
    };
    let again = send.clone();
    let failed = move |error: &JsValue| {
        let message = property(error, "message");
        again(
            false,
            &[("error", message), ("code", property(error, "code"))],
        );
    };
    let done = Closure::once_into_js(move |value: JsValue| send(true, &[("value", value)]));
    let error = Closure::once_into_js(move |error: JsValue| {
        failed(&error);
    });
    let then: js_sys::Function = property(&promise, "then").unchecked_into();
    let _ = then.call2(&promise, &done, &error);
}
