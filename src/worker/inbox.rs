//! Messages that have arrived and not been handled.

use super::scope;
use protocol::decode;
use serde::de::DeserializeOwned;
use std::cell::RefCell;
use std::collections::VecDeque;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Poll, Waker};
use wasm_bindgen::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::MessageEvent;

/// The worker's messages, as they come; each such a one, or why it was none.
pub struct Inbox<T> {
    state: Rc<RefCell<State<T>>>,
    _listener: Closure<dyn FnMut(MessageEvent)>,
}

struct State<T> {
    arrivals: VecDeque<Result<T, String>>,
    waiting: Option<Waker>,
}

impl<T: DeserializeOwned + 'static> Inbox<T> {
    /// Listens from now on, and takes over what the worker's script has kept until now.
    pub fn open() -> Self {
        let state = Rc::new(RefCell::new(State {
            arrivals: VecDeque::new(),
            waiting: None,
        }));
        let shared = state.clone();
        let listener = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            shared.borrow_mut().receive(&event.data());
        });
        scope().set_onmessage(Some(listener.as_ref().unchecked_ref()));
        for early in kept() {
            state.borrow_mut().receive(&early);
        }
        Self {
            state,
            _listener: listener,
        }
    }

    /// All that has arrived.
    pub fn take(&self) -> VecDeque<Result<T, String>> {
        std::mem::take(&mut self.state.borrow_mut().arrivals)
    }

    /// Waits until something has.
    pub async fn wait(&self) {
        poll_fn(|context| {
            let mut state = self.state.borrow_mut();
            if !state.arrivals.is_empty() {
                return Poll::Ready(());
            }
            state.waiting = Some(context.waker().clone());
            Poll::Pending
        })
        .await;
    }
}

impl<T: DeserializeOwned> State<T> {
    fn receive(&mut self, data: &JsValue) {
        let bytes = js_sys::Uint8Array::new(data).to_vec();
        let request = decode(&bytes);
        self.arrivals
            .push_back(request.map_err(|error| error.to_string()));
        self.waiting.take().into_iter().for_each(Waker::wake);
    }
}

/// What arrived before the program listened; see `www/engine_worker.js`.
fn kept() -> Vec<JsValue> {
    let kept = js_sys::Reflect::get(&scope(), &"inbox".into()).unwrap_or_default();
    kept.dyn_into::<js_sys::Array>()
        .map_or(Vec::new(), |kept| kept.iter().collect())
}
