//! Giving the browser its turn.

use wasm_bindgen_futures::JsFuture;
use web_sys::{MessageChannel, MessagePort};

/// A message to ourselves, which arrives after those that wait already: unlike a timer it is not
/// held back for four milliseconds, and unlike a settled promise it lets others through.
pub struct Turn {
    to: MessagePort,
    from: MessagePort,
}

impl Turn {
    pub fn new() -> Self {
        let channel = MessageChannel::new().expect("a worker has message channels");
        Self {
            to: channel.port1(),
            from: channel.port2(),
        }
    }

    /// Waits for the other tasks of this worker.
    pub async fn pass(&self) {
        let arrived = js_sys::Promise::new(&mut |resolve, _| {
            self.from.set_onmessage(Some(&resolve));
        });
        if self.to.post_message(&wasm_bindgen::JsValue::NULL).is_ok() {
            let _ = JsFuture::from(arrived).await;
        }
    }
}
