//! What listeners hear: an event on the window, and a message to the page around an embed.

use super::dom::window;
use super::json::js;
use app::host::Host;
use app::msg::Event;
use app::snapshot::{self, object};
use app::state::State;
use app::text::Text;
use app::wait;
use js_sys::Object;
use protocol::LaneId;
use serde_json::Value as Json;
use web_sys::{CustomEvent, CustomEventInit};

/// Events of the frame that is being made; each kind is told once a frame.
pub struct Events {
    embedded: bool,
    state: bool,
    time: bool,
    trained: [bool; 2],
}

impl Events {
    pub fn new(host: &Host) -> Self {
        Self {
            embedded: host.embed,
            state: false,
            time: false,
            trained: [false; 2],
        }
    }

    /// Takes note of an event; what can come many times a frame is told at its end.
    pub fn note(&mut self, event: Event, state: &State, text: &Text) {
        match event {
            Event::State => self.state = true,
            Event::Time => self.time = true,
            Event::Trained { lane } => self.trained[lane] = true,
            Event::Ready => self.tell("ready", wait::ready(state)),
            Event::Error(notice) => {
                let detail = vec![
                    ("message", text.notice(&notice).into()),
                    ("code", notice.key.into()),
                ];
                self.tell("error", object(detail));
            }
        }
    }

    /// Tells what has happened since the last frame.
    pub fn flush(&mut self, state: &State) {
        if std::mem::take(&mut self.state) {
            self.tell("state", snapshot::snapshot(state));
        }
        if std::mem::take(&mut self.time) {
            self.tell("time", object(vec![("t", state.settings.t.into())]));
        }
        for lane in LaneId::ALL {
            if std::mem::take(&mut self.trained[lane]) {
                self.tell("trained", wait::figures(state, lane));
            }
        }
    }

    /// The page has become higher or lower.
    pub fn resized(&self, height: i32) {
        self.tell("resize", object(vec![("height", height.into())]));
    }

    fn tell(&self, name: &str, detail: Json) {
        let kind = format!("flowlab:{name}");
        let init = CustomEventInit::new();
        init.set_detail(&js(&detail));
        if let Ok(event) = CustomEvent::new_with_event_init_dict(&kind, &init) {
            let _ = window().dispatch_event(&event);
        }
        if self.embedded {
            tell_parent(&kind, detail);
        }
    }
}

/// The details travel at the top of the message, beside its type.
fn tell_parent(kind: &str, mut detail: Json) {
    detail["type"] = kind.into();
    if let Ok(Some(parent)) = window().parent()
        && !Object::is(&parent, &window())
    {
        let _ = parent.post_message(&js(&detail), "*");
    }
}
