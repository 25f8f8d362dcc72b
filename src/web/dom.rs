//! Short names for what the page asks of the document.

use wasm_bindgen::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Document, Element, Event, EventTarget, HtmlElement, Window};

pub fn window() -> Window {
    web_sys::window().expect("the page program runs in a window")
}

pub fn document() -> Document {
    window().document().expect("a window has a document")
}

/// The document's root element.
pub fn root() -> HtmlElement {
    let root = document().document_element();
    root.expect("a document has a root").unchecked_into()
}

/// An element that `index.html` promises.
pub fn by_id<T: JsCast>(id: &str) -> T {
    let element = document().get_element_by_id(id);
    element
        .unwrap_or_else(|| panic!("index.html has no #{id}"))
        .unchecked_into()
}

/// The first element below `root` that matches, which `index.html` promises.
pub fn first<T: JsCast>(root: &Element, selector: &str) -> T {
    let found = root.query_selector(selector).ok().flatten();
    found
        .unwrap_or_else(|| panic!("index.html has no {selector}"))
        .unchecked_into()
}

/// All elements below the document that match.
pub fn all(selector: &str) -> Vec<HtmlElement> {
    let list = document().query_selector_all(selector).ok();
    let list = list.expect("a valid selector");
    (0..list.length())
        .filter_map(|i| list.get(i))
        .map(JsCast::unchecked_into)
        .collect()
}

/// Makes an element.
pub fn create<T: JsCast>(tag: &str) -> T {
    let element = document().create_element(tag).ok();
    element.expect("a valid tag").unchecked_into()
}

/// Makes an element of a class inside another.
pub fn add<T: JsCast>(parent: &Element, tag: &str, class: &str) -> T {
    let element: Element = create(tag);
    if !class.is_empty() {
        element.set_class_name(class);
    }
    let _ = parent.append_child(&element);
    element.unchecked_into()
}

/// Calls `f` at every such event, for as long as the page lives.
pub fn listen<E: JsCast + 'static>(
    target: &EventTarget,
    event: &str,
    mut f: impl FnMut(E) + 'static,
) {
    let closure = Closure::<dyn FnMut(Event)>::new(move |event: Event| f(event.unchecked_into()));
    let _ = target.add_event_listener_with_callback(event, closure.as_ref().unchecked_ref());
    closure.forget();
}

/// Changes a text only if it is another: a write costs layout, and readers hear it.
pub fn set_text(element: &Element, text: &str) {
    if element.text_content().as_deref() != Some(text) {
        element.set_text_content(Some(text));
    }
}

/// Changes an attribute only if it is another.
pub fn set_attribute(element: &Element, name: &str, value: &str) {
    if element.get_attribute(name).as_deref() != Some(value) {
        let _ = element.set_attribute(name, value);
    }
}

/// Adds or removes an attribute that has no value.
pub fn set_flag(element: &Element, name: &str, on: bool) {
    let _ = element.toggle_attribute_with_force(name, on);
}

/// Shows or hides an element.
pub fn set_shown(element: &Element, shown: bool) {
    set_flag(element, "hidden", !shown);
}

/// Adds or removes a class.
pub fn set_class(element: &Element, class: &str, on: bool) {
    let _ = element.class_list().toggle_with_force(class, on);
}

/// A property of a JavaScript object; `undefined` where it has none.
pub fn property(object: &JsValue, name: &str) -> JsValue {
    js_sys::Reflect::get(object, &name.into()).unwrap_or(JsValue::UNDEFINED)
}

/// Sets a property of a JavaScript object.
pub fn set_property(object: &JsValue, name: &str, value: &JsValue) {
    let _ = js_sys::Reflect::set(object, &name.into(), value);
}

/// The media query holds now.
pub fn media(query: &str) -> bool {
    let list = window().match_media(query).ok().flatten();
    list.is_some_and(|list| list.matches())
}

/// Calls `f` whenever the media query starts or stops to hold.
pub fn on_media(query: &str, f: impl FnMut(Event) + 'static) {
    if let Ok(Some(list)) = window().match_media(query) {
        listen(&list, "change", f);
    }
}

/// Calls `f` once, after so many milliseconds.
pub fn after(milliseconds: i32, f: impl FnOnce() + 'static) {
    let callback = Closure::once_into_js(f);
    let _ = window().set_timeout_with_callback_and_timeout_and_arguments_0(
        callback.unchecked_ref(),
        milliseconds,
    );
}

/// Milliseconds since the page was opened.
pub fn now() -> f64 {
    window().performance().map_or(0.0, |clock| clock.now())
}
