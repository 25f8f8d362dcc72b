//! What stands above the groups: training, the comparison, the lane that is set, layers, drawing.

use super::super::dom::{
    add, by_id, first, listen as on, set_attribute, set_flag, set_shown, set_text,
};
use super::super::page::{App, act, dispatch};
use super::name_of;
use app::msg::Msg;
use app::panel::comparison;
use app::scenes::COMPARISONS;
use app::settings::Layer;
use protocol::LaneId;
use web_sys::{
    Element, Event, HtmlElement, HtmlInputElement, HtmlOptionElement, HtmlSelectElement,
};

/// The choice of the lane that the controls set, between the layers and the groups.
const LANE_CHOICE: &str = "lane-choice";

/// Builds what depends on the language.
pub fn build(app: &mut App) {
    build_comparisons(app);
    build_layers(app);
    build_lane_choice(app);
}

fn build_comparisons(app: &App) {
    let select: HtmlSelectElement = by_id("compare");
    select.set_text_content(None);
    option(&select, "", app.text.get("compare.none"));
    for comparison in COMPARISONS {
        option(
            &select,
            comparison.key,
            app.text.get(&format!("compare.{}", comparison.key)),
        );
    }
    let custom = option(&select, "custom", app.text.get("compare.custom"));
    custom.set_disabled(true);
}

fn option(select: &Element, value: &str, text: &str) -> HtmlOptionElement {
    let option: HtmlOptionElement = add(select, "option", "");
    option.set_value(value);
    option.set_text(text);
    option
}

fn build_layers(app: &App) {
    let root: Element = by_id("layers");
    root.set_text_content(None);
    for layer in Layer::BY_USE {
        let label: HtmlElement = add(&root, "label", "check");
        let input: HtmlInputElement = add(&label, "input", "");
        input.set_type("checkbox");
        set_attribute(&input, "data-layer", layer.name());
        let name: HtmlElement = add(&label, "span", "");
        set_text(&name, app.text.get(&format!("layer.{}", layer.name())));
    }
}

fn build_lane_choice(app: &App) {
    let groups: Element = by_id("groups");
    let root: HtmlElement = super::super::dom::create("div");
    root.set_class_name(LANE_CHOICE);
    set_attribute(&root, "role", "radiogroup");
    set_attribute(&root, "aria-label", app.text.get("panel.lane"));
    let _ = groups.prepend_with_node_1(&root);
    set_text(
        &add::<HtmlElement>(&root, "span", ""),
        app.text.get("panel.lane"),
    );
    for (lane, key) in ["panel.lane-a", "panel.lane-b"].into_iter().enumerate() {
        let label: HtmlElement = add(&root, "label", "check");
        let input: HtmlInputElement = add(&label, "input", "");
        input.set_type("radio");
        input.set_name(LANE_CHOICE);
        set_attribute(&input, "data-lane", &lane.to_string());
        set_text(&add::<HtmlElement>(&label, "span", ""), app.text.get(key));
    }
}

pub fn listen() {
    on(
        &by_id::<Element>("compare"),
        "input",
        |_: Event| match by_id::<HtmlSelectElement>("compare").value().as_str() {
            "" => dispatch(Msg::Set {
                lane: LaneId::A,
                name: "lanes".into(),
                text: "1".into(),
            }),
            name => dispatch(Msg::Compare(name.to_owned())),
        },
    );
    on(&by_id::<Element>("layers"), "input", |event: Event| {
        let name = name_of(&event, "data-layer");
        let layer = Layer::ALL
            .into_iter()
            .find(|layer| Some(layer.name()) == name.as_deref());
        if let Some(layer) = layer {
            dispatch(Msg::ToggleLayer(layer));
        }
    });
    on(&by_id::<Element>("groups"), "input", |event: Event| {
        if let Some(lane) = name_of(&event, "data-lane") {
            act(move |app| {
                app.panel.lane = lane.parse().ok().and_then(LaneId::at).unwrap_or_default();
                app.dirty.texts = true;
            });
        }
    });
}

/// Brings it all up to date.
pub fn show(app: &App) {
    show_training(app);
    let compare: HtmlSelectElement = by_id("compare");
    compare.set_value(comparison(&app.state.settings));
    for layer in Layer::ALL {
        let input: HtmlInputElement = first(
            &by_id::<Element>("layers"),
            &format!("[data-layer='{}']", layer.name()),
        );
        input.set_checked(app.state.settings.layers.has(layer));
    }
    show_lane_choice(app);
}

/// Shows whether anything trains.
pub fn show_training(app: &App) {
    let state = &app.state;
    let training = state.training();
    let train: Element = by_id("train");
    set_text(
        &train,
        app.text.get(if training {
            "train.stop"
        } else {
            "train.start"
        }),
    );
    let buttons = super::super::dom::all("#training button");
    for button in buttons {
        set_flag(&button, "disabled", !state.engine_ready());
    }
}

fn show_lane_choice(app: &App) {
    let root: Element = first(&by_id::<Element>("groups"), &format!(".{LANE_CHOICE}"));
    set_shown(&root, app.state.settings.lanes == 2);
    for lane in LaneId::ALL {
        let input: HtmlInputElement = first(&root, &format!("[data-lane='{}']", lane.index()));
        input.set_checked(app.panel.lane == lane);
    }
}
