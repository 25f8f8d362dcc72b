//! What trains, or why nothing does.

use super::dom::{by_id, set_attribute, set_shown, set_text};
use super::page::App;
use app::badge;
use app::state::EngineState;
use web_sys::{Element, HtmlElement};

/// Shows where the engine stands.
pub fn show(app: &App) {
    let state = match &app.state.engine {
        EngineState::Loading { .. } => "loading",
        EngineState::Ready(_) => "ready",
        EngineState::Lost(_) => "lost",
    };
    let place: HtmlElement = by_id("badge");
    set_attribute(&place, "data-state", state);
    let sentence = badge::sentence(&app.state, app.engines.building, &app.text);
    let details = badge::details(&app.state, &app.text).join("\n");
    set_attribute(&place, "title", &details);
    let more = if details.is_empty() {
        &sentence
    } else {
        &details
    };
    set_text(&by_id("badge-more"), more);
    set_text(&by_id("badge-text"), &sentence);
    set_shown(&by_id::<Element>("badge-retry"), state == "lost");
    show_progress(&app.state.engine);
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
