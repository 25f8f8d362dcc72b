//! Points to take hold of on a plate: native buttons, so that Tab reaches them, arrow keys move them
//! and Delete removes them; a double click on the plate asks for one more.

use super::dom::{self, add, set_attribute};
use super::page::{App, act};
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, HtmlElement, KeyboardEvent, MouseEvent, PointerEvent};

/// Milliseconds between two edits while a handle is dragged: each may start a lane anew.
const EVERY: f64 = 120.0;

/// What somebody does to the handles. Places are shares of the plate's width and height, from its top
/// left.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Edit {
    Add([f64; 2]),
    Move(usize, [f64; 2]),
    /// A step to the right and upwards, -1, 0 or 1 each.
    Nudge(usize, [f64; 2]),
    Remove(usize),
}

/// How a handle looks, and what it is called.
#[derive(Clone, Debug, PartialEq)]
pub struct Handle {
    pub at: [f64; 2],
    pub class: &'static str,
    pub label: String,
}

/// A drag on its way.
#[derive(Clone, Copy)]
struct Drag {
    index: usize,
    told: f64,
    /// Where it has got to since it was told last.
    at: Option<[f64; 2]>,
}

/// Listens to the handles of a plate; `ground` is where a double click asks for another.
pub fn listen(plate: &HtmlElement, ground: &Element, f: impl Fn(&mut App, Edit) + Copy + 'static) {
    let drag: Rc<Cell<Option<Drag>>> = Rc::default();
    let tell = move |edit: Edit| act(move |app| f(app, edit));
    listen_to_drags(plate, &drag, tell);
    dom::listen(plate, "keydown", move |event: KeyboardEvent| {
        if let Some(edit) = index_of(&event).and_then(|index| pressed(index, &event.key())) {
            event.prevent_default();
            tell(edit);
        }
    });
    let own = plate.clone();
    dom::listen(ground, "dblclick", move |event: MouseEvent| {
        if index_of(&event).is_none() {
            tell(Edit::Add(share(&own, &event)));
        }
    });
}

fn listen_to_drags(
    plate: &HtmlElement,
    drag: &Rc<Cell<Option<Drag>>>,
    tell: impl Fn(Edit) + Copy + 'static,
) {
    let (own, held) = (plate.clone(), drag.clone());
    dom::listen(plate, "pointerdown", move |event: PointerEvent| {
        if let Some(index) = index_of(&event) {
            let _ = own.set_pointer_capture(event.pointer_id());
            held.set(Some(Drag {
                index,
                told: dom::now(),
                at: None,
            }));
        }
    });
    let (own, held) = (plate.clone(), drag.clone());
    dom::listen(plate, "pointermove", move |event: PointerEvent| {
        let Some(mut drag) = held.get() else { return };
        let at = share(&own, &event);
        drag.at = Some(at);
        if dom::now() - drag.told > EVERY {
            tell(Edit::Move(drag.index, at));
            drag.told = dom::now();
            drag.at = None;
        } else if let Some(handle) = handles(&own).get(drag.index) {
            place(handle, at);
        }
        held.set(Some(drag));
    });
    for end in ["pointerup", "pointercancel"] {
        let held = drag.clone();
        dom::listen(plate, end, move |_: PointerEvent| {
            if let Some(drag) = held.take()
                && let Some(at) = drag.at
            {
                tell(Edit::Move(drag.index, at));
            }
        });
    }
}

fn pressed(index: usize, key: &str) -> Option<Edit> {
    Some(match key {
        "ArrowLeft" => Edit::Nudge(index, [-1.0, 0.0]),
        "ArrowRight" => Edit::Nudge(index, [1.0, 0.0]),
        "ArrowUp" => Edit::Nudge(index, [0.0, 1.0]),
        "ArrowDown" => Edit::Nudge(index, [0.0, -1.0]),
        "Delete" | "Backspace" => Edit::Remove(index),
        _ => return None,
    })
}

/// The handle an event comes from.
fn index_of(event: &Event) -> Option<usize> {
    let target: Element = event.target()?.dyn_into().ok()?;
    target.get_attribute("data-handle")?.parse().ok()
}

fn share(plate: &Element, event: &MouseEvent) -> [f64; 2] {
    let rect = plate.get_bounding_client_rect();
    [
        (f64::from(event.client_x()) - rect.left()) / rect.width().max(1.0),
        (f64::from(event.client_y()) - rect.top()) / rect.height().max(1.0),
    ]
}

fn handles(plate: &Element) -> Vec<HtmlElement> {
    let list = plate
        .query_selector_all("[data-handle]")
        .expect("a valid selector");
    (0..list.length())
        .filter_map(|i| list.get(i))
        .map(JsCast::unchecked_into)
        .collect()
}

fn place(handle: &HtmlElement, at: [f64; 2]) {
    let style = handle.style();
    let percent = |share: f64| format!("{:.3}%", 100.0 * share);
    let _ = style.set_property("left", &percent(at[0]));
    let _ = style.set_property("top", &percent(at[1]));
}

/// Shows these handles. The buttons stay the same ones, so that the focus stays where it is.
pub fn show(plate: &Element, wanted: &[Handle], locked: bool) {
    let mut found = handles(plate);
    for handle in found.drain(wanted.len().min(found.len())..) {
        handle.remove();
    }
    while found.len() < wanted.len() {
        let handle: HtmlElement = add(plate, "button", "handle");
        set_attribute(&handle, "type", "button");
        set_attribute(&handle, "data-handle", &found.len().to_string());
        found.push(handle);
    }
    for (handle, wanted) in found.iter().zip(wanted) {
        place(handle, wanted.at);
        set_attribute(handle, "class", &format!("handle {}", wanted.class));
        set_attribute(handle, "aria-label", &wanted.label);
        set_attribute(handle, "title", &wanted.label);
        dom::set_flag(handle, "disabled", locked);
    }
}
