//! Workers of the engine's own, which make batches and draw pictures for it.

use super::inbox::Inbox;
use super::turn::Turn;
use super::{performance, post, scope};
use engine::helper::{Helper, HelperRequest, HelperResponse};
use engine::session::Engine;
use protocol::{Reply, decode, encode};
use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::{Event, MessageEvent, Worker, WorkerOptions, WorkerType};

/// Fewest processors with which a helper draws: the page, the engine and the browser's own painting keep three
/// busy. On two, a helper that draws a third of the time makes training 1.4 times as fast, but a frame in
/// twenty takes 8 ms of the main thread and more instead of 6.
const ENOUGH_TO_DRAW: usize = 4;

/// The most helpers. Two already make the batches of 256 matched pairs that one engine trains on.
const MOST: usize = 3;

/// Seconds between two looks of a helper at its orders: it makes several small batches in between, and
/// sees in time what is no longer wanted.
const SLICE: f64 = 0.004;

/// A helper's words by its number; none if it has failed.
type Heard = Rc<RefCell<VecDeque<(usize, Option<HelperResponse>)>>>;

/// The helpers of this worker, started when there is something to do for them.
pub struct Helpers {
    workers: Vec<Link>,
    heard: Heard,
    processors: usize,
    /// This browser lets no worker start another.
    refused: bool,
}

/// A helper, and how it is listened to.
struct Link {
    worker: Worker,
    _message: Closure<dyn FnMut(MessageEvent)>,
    _error: Closure<dyn FnMut(Event)>,
}

impl Helpers {
    /// None yet.
    pub fn new(engine: &mut Engine) -> Self {
        let processors = scope().navigator().hardware_concurrency() as usize;
        if processors < ENOUGH_TO_DRAW {
            engine.draw_alone();
        }
        Self {
            workers: Vec::new(),
            heard: Heard::default(),
            processors,
            refused: false,
        }
    }

    /// Passes on what helpers have made, and what they are to make next.
    pub fn serve(&mut self, engine: &mut Engine, replies: &mut Vec<Reply>) {
        let wanted = engine.helpers_wanted();
        if wanted > self.workers.len() && !self.refused {
            self.call(wanted);
        }
        let heard = std::mem::take(&mut *self.heard.borrow_mut());
        for (number, delivery) in heard {
            match delivery {
                Some(delivery) => engine.deliver(number, delivery, replies),
                None => {
                    self.workers[number].worker.terminate();
                    engine.lose_helper(number);
                }
            }
        }
        for (number, order) in engine.orders() {
            self.workers[number].send(&order);
        }
    }

    /// Starts as many as are wanted: at most one for each two processors, as the page and the engine
    /// work too.
    fn call(&mut self, wanted: usize) {
        for number in self.workers.len()..wanted.min(MOST).min(self.processors / 2) {
            match Link::start(number, &self.heard) {
                Ok(link) => self.workers.push(link),
                Err(_) => {
                    self.refused = true;
                    break;
                }
            }
        }
    }
}

impl Link {
    /// # Errors
    /// If this browser lets no worker start another.
    fn start(number: usize, heard: &Heard) -> Result<Self, JsValue> {
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        let address = format!("{}&role=helper", scope().location().href());
        let worker = Worker::new_with_options(&address, &options)?;
        let own = heard.clone();
        let message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            own.borrow_mut()
                .extend(delivery(&event.data()).map(|said| (number, said)));
        });
        let own = heard.clone();
        let error = Closure::<dyn FnMut(Event)>::new(move |event: Event| {
            event.prevent_default();
            own.borrow_mut().push_back((number, None));
        });
        worker.set_onmessage(Some(message.as_ref().unchecked_ref()));
        worker.set_onerror(Some(error.as_ref().unchecked_ref()));
        Ok(Self {
            worker,
            _message: message,
            _error: error,
        })
    }

    fn send(&self, order: &HelperRequest) {
        let buffer = js_sys::Uint8Array::from(encode(order).as_slice()).buffer();
        let transfer = js_sys::Array::of1(&buffer);
        let _ = self.worker.post_message_with_transfer(&buffer, &transfer);
    }
}

/// What a helper has said: nothing of use while its script loads the program, none if it has failed.
fn delivery(data: &JsValue) -> Option<Option<HelperResponse>> {
    match data.dyn_ref::<js_sys::ArrayBuffer>() {
        Some(buffer) => Some(decode(&js_sys::Uint8Array::new(buffer).to_vec()).ok()),
        None => {
            let failed = js_sys::Reflect::has(data, &"failed".into());
            failed.unwrap_or(true).then_some(None)
        }
    }
}

/// Starts the helper of this worker.
pub fn start() {
    std::panic::set_hook(Box::new(|panic| {
        console_error_panic_hook::hook(panic);
        let _ = scope().post_message(&JsValue::NULL);
    }));
    spawn_local(help());
}

async fn help() {
    let inbox = Inbox::<HelperRequest>::open();
    let clock = performance();
    let turn = Turn::new();
    let mut helper = Helper::default();
    post(&HelperResponse::default());
    loop {
        inbox
            .take()
            .into_iter()
            .flatten()
            .for_each(|order| helper.accept(order));
        if helper.idle() {
            inbox.wait().await;
        } else {
            let end = clock.now() + 1000.0 * SLICE;
            let made = helper.work(|| clock.now() < end).await;
            made.iter().for_each(post);
            turn.pass().await;
        }
    }
}
