//! The choice of scenes, and the words, formulas and charts of the one that is open.

use super::dom::{
    add, all, by_id, document, listen as on, set_attribute, set_class, set_shown, set_text,
};
use super::engine_link::address;
use super::language;
use super::page::{App, Dirty, act, dispatch};
use app::msg::Msg;
use app::scenes::{SCENES, Scene, scene};
use app::state::State;
use app::text::Text;
use app::tour::waiting;
use wasm_bindgen_futures::spawn_local;
use web_sys::{Element, Event, HtmlElement, HtmlOptionElement, HtmlSelectElement};

pub fn listen() {
    on(&by_id::<Element>("scene"), "input", |_: Event| {
        if let Ok(number) = by_id::<HtmlSelectElement>("scene").value().parse() {
            dispatch(Msg::OpenScene(number));
        }
    });
}

/// Fills the list of scenes, in the page's language.
pub fn build(text: &Text) {
    let select: HtmlSelectElement = by_id("scene");
    select.set_text_content(None);
    for (i, scene) in SCENES.iter().enumerate() {
        let number = i + 1;
        let option: HtmlOptionElement = add(&select, "option", "");
        option.set_value(&number.to_string());
        option.set_text(&format!(
            "{number}. {}",
            text.get(&format!("scene.{}.title", scene.key))
        ));
    }
}

/// Shows the scene that is open.
pub fn show(state: &State, text: &Text) {
    let number = state.settings.scene;
    let select: HtmlSelectElement = by_id("scene");
    if select.value() != number.to_string() {
        select.set_value(&number.to_string());
    }
    let scene = scene(number);
    show_words(scene, number, text);
    show_formulas(scene);
    show_charts(scene, text);
    show_controls(scene, number);
    show_tour(state, text);
}

fn show_words(scene: Option<&Scene>, number: u32, text: &Text) {
    let part = |part: &str| {
        scene.map_or(String::new(), |scene| {
            // The texts of a scene that a link opens may be on their way.
            let words = text.find(&format!("scene.{}.{part}", scene.key));
            words.unwrap_or_default().to_owned()
        })
    };
    let framed =
        |frame: &str, values: &[String]| scene.map_or(String::new(), |_| text.fill(frame, values));
    let count = [number.to_string(), SCENES.len().to_string()];
    set_text(&by_id("story-number"), &framed("story.number", &count));
    set_text(&by_id("story-title"), &part("title"));
    set_text(&by_id("story-text"), &part("text"));
    set_text(&by_id("story-try"), &framed("story.try", &[part("try")]));
    let source = framed("story.source", &[part("source")]);
    set_text(&by_id("story-source"), &source);
}

/// Fetches the formulas. They are more than all other markup, and nothing waits for them: the page moves first.
pub fn bring_formulas() {
    spawn_local(async {
        let Some(markup) = language::fetch(&address("formulas.html")).await else {
            return;
        };
        act(move |app| {
            by_id::<Element>("formulas").set_inner_html(&markup);
            language::translate(&app.text);
            app.dirty = Dirty::ALL;
        });
    });
}

fn show_formulas(scene: Option<&Scene>) {
    for figure in all("[data-formula]") {
        let name = figure.get_attribute("data-formula").unwrap_or_default();
        let shown = scene.is_some_and(|scene| scene.formulas.contains(&name.as_str()));
        set_shown(&figure, shown);
    }
}

/// Puts away the charts that are not the scene's, unless the visitor wants them all.
fn show_charts(scene: Option<&Scene>, text: &Text) {
    let everything = by_id::<Element>("charts").has_attribute("data-all");
    for figure in all("#charts [data-chart]") {
        let name = figure.get_attribute("data-chart").unwrap_or_default();
        let own = scene.is_none_or(|scene| scene.charts.contains(&name.as_str()));
        set_class(&figure, "away", !own && !everything);
    }
    let button: Element = by_id("all-charts");
    let key = if everything { "scene" } else { "all" };
    set_text(&button, text.get(&format!("story.charts.{key}")));
    set_shown(&button, scene.is_some());
}

/// All charts, or only the scene's.
pub fn toggle_charts(app: &mut App) {
    let charts: Element = by_id("charts");
    let _ = charts.toggle_attribute("data-all");
    app.charts.resized = true;
    app.dirty = super::page::Dirty::ALL;
}

/// Marks the controls that the text speaks of; when a scene opens, so do their groups.
fn show_controls(scene: Option<&Scene>, number: u32) {
    let story: Element = by_id("story");
    let opened = story.get_attribute("data-scene") != Some(number.to_string());
    set_attribute(&story, "data-scene", &number.to_string());
    for input in all("#groups [data-param]") {
        let name = input.get_attribute("data-param").unwrap_or_default();
        let spoken = scene.is_some_and(|scene| scene.controls.contains(&name.as_str()));
        if let Ok(Some(field)) = input.closest(".field, .check") {
            set_class(&field, "spoken-of", spoken);
        }
        if spoken && opened {
            open_group(&input);
        }
    }
}

/// Opens the group that a control stands in.
pub fn open_group(control: &HtmlElement) {
    if let Ok(Some(group)) = control.closest("details") {
        set_attribute(&group, "open", "");
    }
}

/// Shows whether the tour is on, and what the scene is waiting for.
pub fn show_tour(state: &State, text: &Text) {
    let (button, key) = (
        by_id::<Element>("tour"),
        if state.tour.touring { "stop" } else { "start" },
    );
    set_text(&button, text.get(&format!("story.tour.{key}")));
    set_attribute(&button, "aria-pressed", &state.tour.touring.to_string());
    let sentence = waiting(state).map_or(String::new(), |notice| text.notice(&notice));
    set_text(&by_id("story-wait"), &sentence);
    let body = document().body().expect("the page has a body");
    set_class(&body, "touring", state.tour.touring);
}
