//! Formulas and controls light one another up: whatever is under the pointer or has the focus, its
//! term, its controls, its layers and its charts are marked, and the stage says what it is.

use super::dom::{
    all, by_id, document, listen as on, set_attribute, set_class, set_shown, set_text,
};
use super::page::act;
use super::story;
use app::msg::Msg;
use app::state::State;
use app::terms::{Mark, Term};
use app::text::Text;
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, HtmlElement, KeyboardEvent};

/// What stands around a marked element and is lit with it.
const AROUND: &str = ".field, .check, figure, #transport";

pub fn listen() {
    for event in ["pointerover", "focusin"] {
        on(&document(), event, |event: Event| light(pointed(&event)));
    }
    on(&document(), "focusout", |_: Event| light(None));
    on(&by_id::<Element>("formulas"), "click", |event: Event| {
        go_to(pointed(&event));
    });
    on(
        &by_id::<Element>("formulas"),
        "keydown",
        |event: KeyboardEvent| {
            if matches!(event.key().as_str(), "Enter" | " ") {
                event.prevent_default();
                go_to(pointed(&event));
            }
        },
    );
}

fn light(term: Option<Term>) {
    act(move |app| {
        if app.state.highlight != term {
            app.handle(Msg::Highlight(term));
        }
    });
}

/// The term that an event is about.
fn pointed(event: &Event) -> Option<Term> {
    let target: Element = event.target()?.dyn_into().ok()?;
    if let Some(term) = target.closest("[data-term]").ok()? {
        return Term::from_name(&term.get_attribute("data-term")?);
    }
    let terms: Vec<Term> = Term::of(mark(&target)?).collect();
    // Of several, the one whose formula is on the page.
    let seen = terms.iter().find(|term| written(**term));
    seen.or(terms.first()).copied()
}

fn written(term: Term) -> bool {
    !all(&format!(
        ".formula:not([hidden]) [data-term='{}']",
        term.name()
    ))
    .is_empty()
}

/// The mark that an element, or what it stands in, carries.
fn mark(target: &Element) -> Option<Mark> {
    const MARKED: &str = "[data-param], [data-layer], [data-chart]";
    let around = target.closest(MARKED).ok()?;
    let inside = || {
        target
            .closest(".field, .check")
            .ok()??
            .query_selector(MARKED)
            .ok()?
    };
    let element = around.or_else(inside)?;
    let names = ["data-param", "data-layer", "data-chart"];
    names
        .into_iter()
        .find_map(|name| Mark::read(name, &element.get_attribute(name)?))
}

/// Takes the visitor from a term to the first control that sets it.
fn go_to(term: Option<Term>) {
    let controls = term.into_iter().flat_map(Term::marks);
    let found = controls
        .filter(|mark| !matches!(mark, Mark::Chart(_)))
        .find_map(|mark| elements(*mark).into_iter().next());
    if let Some(control) = found {
        story::open_group(&control);
        let _ = control.focus();
    }
}

fn elements(mark: Mark) -> Vec<HtmlElement> {
    let (attribute, name) = mark.attribute();
    all(&format!("[{attribute}='{name}']"))
}

/// Marks what is lit.
pub fn show(state: &State, text: &Text) {
    let lit = state.highlight;
    for element in all("[data-term]") {
        let name = element.get_attribute("data-term").unwrap_or_default();
        set_class(&element, "lit", lit.is_some_and(|term| term.name() == name));
        name_it(&element, &name, text);
    }
    for element in all(".lit:not([data-term])") {
        set_class(&element, "lit", false);
    }
    for element in lit
        .into_iter()
        .flat_map(Term::marks)
        .flat_map(|mark| elements(*mark))
    {
        if let Ok(Some(around)) = element.closest(AROUND) {
            set_class(&around, "lit", true);
        }
    }
    let chip: Element = by_id("lit");
    set_shown(&chip, lit.is_some());
    let key = lit.map(|term| format!("term.{}", term.name()));
    set_text(&chip, key.as_deref().map_or("", |key| text.get(key)));
}

/// What a screen reader calls a term.
fn name_it(element: &Element, name: &str, text: &Text) {
    set_attribute(
        element,
        "aria-description",
        text.get(&format!("term.{name}")),
    );
}
