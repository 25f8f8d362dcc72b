//! What the browser remembers for us. In some frames even asking for it throws; then nothing is
//! remembered.

use super::dom::window;
use web_sys::Storage;

const PREFIX: &str = "flowlab.";

fn storage() -> Option<Storage> {
    window().local_storage().ok().flatten()
}

pub fn read(name: &str) -> Option<String> {
    storage()?
        .get_item(&format!("{PREFIX}{name}"))
        .ok()
        .flatten()
}

pub fn write(name: &str, value: &str) {
    if let Some(storage) = storage() {
        let _ = storage.set_item(&format!("{PREFIX}{name}"), value);
    }
}
