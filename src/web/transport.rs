//! Play, time, speed and loop.

use super::dom::{by_id, document, first, listen as on, set_attribute, set_flag, set_text};
use super::page::dispatch;
use app::msg::Msg;
use app::state::State;
use app::text::Text;
use protocol::LaneId;
use web_sys::{Element, Event, HtmlElement, HtmlInputElement, HtmlSelectElement};

pub fn listen() {
    on(&by_id::<HtmlElement>("time"), "input", |_: Event| {
        dispatch(Msg::Seek(
            by_id::<HtmlInputElement>("time").value_as_number(),
        ));
    });
    on(&by_id::<HtmlElement>("speed"), "input", |_: Event| {
        set("speed", by_id::<HtmlSelectElement>("speed").value());
    });
    on(&by_id::<HtmlElement>("loop"), "input", |_: Event| {
        let on = by_id::<HtmlInputElement>("loop").checked();
        set("loop", u8::from(on).to_string());
    });
}

fn set(name: &str, text: String) {
    dispatch(Msg::Set {
        lane: LaneId::A,
        name: name.to_owned(),
        text,
    });
}

/// Shows where time is.
pub fn show_time(state: &State) {
    let slider: HtmlInputElement = by_id("time");
    let t = state.settings.t;
    // A slider that is being dragged stands where the user wants it, which is where time is.
    if (slider.value_as_number() - t).abs() > 0.0005 {
        slider.set_value_as_number(t);
    }
    set_text(
        &first::<Element>(&by_id("time-value"), "span"),
        &format!("{t:.2}"),
    );
}

/// Shows how time runs.
pub fn show(state: &State, text: &Text) {
    let play: Element = by_id("play");
    set_flag(&play, "data-playing", state.playing);
    let label = text.get(if state.playing {
        "time.pause"
    } else {
        "time.play"
    });
    set_attribute(&play, "aria-label", label);
    set_attribute(&play, "title", label);
    by_id::<HtmlInputElement>("loop").set_checked(state.settings.repeat);
    show_speed(state.settings.speed);
}

/// A link may ask for a speed that is not in the list; then it is added.
fn show_speed(speed: f64) {
    let select: HtmlSelectElement = by_id("speed");
    let value = speed.to_string();
    if select.value() == value {
        return;
    }
    select.set_value(&value);
    if select.value() != value {
        let option = document().create_element("option").expect("a valid tag");
        set_attribute(&option, "value", &value);
        set_text(&option, &format!("{value}×"));
        let _ = select.append_child(&option);
        select.set_value(&value);
    }
}
