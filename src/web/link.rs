//! The `#` fragment of the address: written as settings change, read when a link is opened.

use super::dom::{after, listen as on, now, window};
use super::page::{App, act};
use app::msg::Msg;
use wasm_bindgen::JsValue;
use web_sys::Event;

/// Milliseconds between two writings, at least: browsers refuse more than a hundred in half a minute.
const EVERY: f64 = 350.0;

/// The fragment that the address should have.
#[derive(Default)]
pub struct LinkWriter {
    wanted: Option<String>,
    written: String,
    last: f64,
    waiting: bool,
}

/// The fragment that the address has, with its `#`.
pub fn fragment() -> String {
    window().location().hash().unwrap_or_default()
}

pub fn listen() {
    for event in ["hashchange", "popstate"] {
        on(&window(), event, |_: Event| act(App::open_link));
    }
}

impl App {
    fn open_link(&mut self) {
        let fragment = fragment();
        // Both events tell of the same link, and neither should tell us of our own.
        if fragment.trim_start_matches('#') != self.link.written {
            self.link.written = fragment.trim_start_matches('#').to_owned();
            self.handle(Msg::OpenLink(fragment));
        }
    }
}

impl LinkWriter {
    /// Writes a fragment into the address, now or soon.
    pub fn write(&mut self, fragment: String) {
        self.wanted = Some(fragment);
        if self.waiting {
            return;
        }
        let wait = self.last + EVERY - now();
        if wait <= 0.0 {
            self.write_now();
        } else {
            self.waiting = true;
            after(wait as i32 + 1, || {
                act(|app| {
                    app.link.waiting = false;
                    app.link.write_now();
                });
            });
        }
    }

    /// Writes what is waiting to be written.
    pub fn write_now(&mut self) {
        let Some(fragment) = self.wanted.take().filter(|f| *f != self.written) else {
            return;
        };
        self.last = now();
        let address = format!("#{fragment}");
        // Some frames (`srcdoc`, `data:`) have no address to write to.
        if let Ok(history) = window().history() {
            let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&address));
        }
        self.written = fragment;
    }
}
