//! JSON by way of the browser, which reads and writes it anyway: the program carries neither a parser nor a printer.

use js_sys::{Array, JSON, Object};
use serde_json::{Map, Value as Json};
use wasm_bindgen::{JsCast, JsValue};

/// Deeper than this no value is read.
const DEEPEST: u32 = 128;

/// What a text says; `None` if it is no JSON.
pub fn read(text: &str) -> Option<Json> {
    JSON::parse(text)
        .ok()
        .and_then(|value| of_js(&value, DEEPEST))
}

/// A value as a text.
pub fn write(json: &Json) -> String {
    let text = JSON::stringify(&js(json)).ok();
    text.and_then(|text| text.as_string()).unwrap_or_default()
}

/// A value as JavaScript has it.
pub fn js(json: &Json) -> JsValue {
    match json {
        Json::Null => JsValue::NULL,
        Json::Bool(flag) => (*flag).into(),
        Json::Number(number) => number.as_f64().into(),
        Json::String(text) => text.into(),
        Json::Array(items) => items.iter().map(js).collect::<Array>().into(),
        Json::Object(entries) => {
            let object = Object::new();
            for (name, value) in entries {
                super::dom::set_property(&object, name, &js(value));
            }
            object.into()
        }
    }
}

fn of_js(value: &JsValue, depth: u32) -> Option<Json> {
    let depth = depth.checked_sub(1)?;
    Some(if let Some(text) = value.as_string() {
        Json::String(text)
    } else if let Some(x) = value.as_f64() {
        number(x)
    } else if let Some(flag) = value.as_bool() {
        Json::Bool(flag)
    } else if Array::is_array(value) {
        let items = Array::from(value);
        let items = items.iter().map(|item| of_js(&item, depth));
        Json::Array(items.collect::<Option<_>>()?)
    } else if value.is_object() {
        let mut entries = Map::new();
        for entry in Object::entries(value.unchecked_ref()).iter() {
            let entry: Array = entry.unchecked_into();
            entries.insert(entry.get(0).as_string()?, of_js(&entry.get(1), depth)?);
        }
        Json::Object(entries)
    } else {
        Json::Null
    })
}

/// Whole numbers are told from others, as by their text.
fn number(x: f64) -> Json {
    let whole = x as i64;
    if whole as f64 == x {
        whole.into()
    } else {
        x.into()
    }
}
