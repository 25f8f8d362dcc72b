//! What trains, or why nothing does.

use super::dom::{by_id, set_attribute, set_shown, set_text};
use super::page::App;
use crate::app::reasons;
use crate::app::state::EngineState;
use crate::engine::protocol::BackendKind;
use web_sys::{Element, HtmlElement};

/// Shows where the engine stands.
pub fn show(app: &App) {
    let (state, key, detail) = match &app.state.engine {
        EngineState::Loading { .. } if app.engines.building => ("loading", "badge.building", ""),
        EngineState::Loading { .. } => ("loading", "badge.loading", ""),
        EngineState::Ready(backend) => {
            let key = match backend.kind {
                BackendKind::Cpu => "badge.cpu",
                BackendKind::WebGpu => "badge.webgpu",
            };
            ("ready", key, backend.detail.as_str())
        }
        EngineState::Lost(reason) => ("lost", "badge.lost", reason.as_str()),
    };
    let badge: HtmlElement = by_id("badge");
    set_attribute(&badge, "data-state", state);
    let said = reasons::said(detail, &app.text);
    set_attribute(&badge, "title", &said);
    set_text(
        &by_id("badge-text"),
        &sentence(app.text.get(key), state, &said),
    );
    set_shown(&by_id::<Element>("badge-retry"), state == "lost");
    show_progress(&app.state.engine);
}

/// What trains, and on what or why, where there is something to say. Why nothing does is told in a
/// notice.
fn sentence(text: &str, state: &str, detail: &str) -> String {
    if state != "ready" || text.contains(detail) {
        return text.to_owned();
    }
    format!("{text} · {detail}")
}

fn show_progress(engine: &EngineState) {
    let bar: Element = by_id("badge-progress");
    let fraction = match engine {
        EngineState::Loading { fraction } => *fraction,
        _ => None,
    };
    set_shown(&bar, fraction.is_some());
    if let Some(fraction) = fraction {
        set_attribute(&bar, "value", &format!("{fraction:.2}"));
    }
}
