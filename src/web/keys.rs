//! The keyboard. Keys act while the focus is on no control, or anywhere together with Alt.

use super::dom::{self, by_id, document, first};
use super::page::{App, act, dispatch};
use super::{chunks, clicks, help, host};
use app::keys::{Action, action};
use app::msg::Msg;
use app::msg::Pointer;
use protocol::LaneId;
use web_sys::{Element, HtmlElement, KeyboardEvent};

/// Controls that need the keys for themselves.
const CONTROLS: &str = "input, select, textarea, [contenteditable], dialog[open] *";
/// Controls that need only these keys.
const BUTTONS: &str = "button, summary, a";

pub fn listen() {
    dom::listen(&document(), "keydown", |event: KeyboardEvent| {
        let free = !event.default_prevented() && !event.ctrl_key() && !event.meta_key();
        if free && (event.alt_key() || !taken(&event)) {
            press(&event);
        }
    });
}

/// Whether the focused control needs this key.
fn taken(event: &KeyboardEvent) -> bool {
    let Some(focus) = document().active_element() else {
        return false;
    };
    let button =
        focus.matches(BUTTONS).unwrap_or(false) && matches!(event.key().as_str(), " " | "Enter");
    button || focus.matches(CONTROLS).unwrap_or(false) || !dom::all("dialog[open]").is_empty()
}

fn press(event: &KeyboardEvent) {
    let event = event.clone();
    act(move |app| {
        if app.draw_by_key(&event.key()) {
            event.prevent_default();
        } else if let Some(action) = action(&name(&event)) {
            event.prevent_default();
            perform(action);
        }
    });
}

/// The key's name. With Alt some systems type another letter, so there the key's place decides.
fn name(event: &KeyboardEvent) -> String {
    let code = event.code();
    let place = code
        .strip_prefix("Key")
        .or_else(|| code.strip_prefix("Digit"));
    match place.filter(|_| event.alt_key()) {
        Some(letter) => letter.to_owned(),
        None => event.key(),
    }
}

fn perform(action: Action) {
    chunks::bring_rest();
    match action {
        Action::Msg(msg) => dispatch(msg),
        Action::Layers => {
            let _ = first::<HtmlElement>(&by_id::<Element>("layers"), "input").focus();
        }
        Action::Fullscreen => clicks::fullscreen(),
        Action::HidePanels => host::toggle_panels(),
        Action::Help => help::open(),
    }
}

impl App {
    /// On a lane that is drawn, arrows move the cursor and Enter sets a point.
    fn draw_by_key(&mut self, key: &str) -> bool {
        let on_stage = document()
            .active_element()
            .is_some_and(|focus| focus.id() == "stage");
        let shown = |lane: &LaneId| self.state.shown(*lane) && self.draws(*lane);
        let Some(lane) = LaneId::ALL.into_iter().find(shown).filter(|_| on_stage) else {
            return false;
        };
        let at = self
            .state
            .pointer
            .filter(|p| p.lane == lane)
            .map_or([0.0, 0.0], |p| p.at);
        let step = self.state.extent / 25.0;
        let at = match key {
            "ArrowLeft" => [at[0] - step, at[1]],
            "ArrowRight" => [at[0] + step, at[1]],
            "ArrowUp" => [at[0], at[1] + step],
            "ArrowDown" => [at[0], at[1] - step],
            "Enter" => {
                self.handle(Msg::Draw(vec![at]));
                at
            }
            _ => return false,
        };
        self.handle(Msg::Pointer(Some(Pointer { lane, at })));
        true
    }
}
